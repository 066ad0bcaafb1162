//! The `error-module` recipe for Express and Hono: errors of the domain, a handler that answers
//! them, and its place in the application.

mod application;
mod shape;

use super::{plan::RECIPE, style::manifest_major, suite::is_test};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::Edits,
        recipe::{
            errors::{
                self, clash,
                kinds::{self, Kind},
                services::{Raising, services},
                typescript as thrown,
            },
            head::StepHead,
            nest::imports,
            resource::{Ask, Draft, Edited},
            sources::{Source, Survey, folder, relative},
            typescript::{Candidate, Habits, set_up},
        },
    },
};
use application::{Application, Frame};
use minijinja::{Value, context};
use shape::Shape;
use std::collections::BTreeSet;

/// Proposes the errors and what answers them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(ask)?;
    let Some(application) = application::find(&survey) else {
        return Err(ProposeError::NotApplicable(
            "no application of the form const app = express() or new Hono() was found, so there is no place for a \
             handler of errors"
                .into(),
        ));
    };
    refuse(&survey, application.frame)?;
    let shape = shape::read(&survey, application.frame)?;
    let mut seen: BTreeSet<u16> = BTreeSet::new();
    for source in survey.sources.values().filter(|source| !is_test(source)) {
        seen.extend(shape::statuses(source)?);
    }
    let root = application.source.path.split_once("src/").map_or("", |(root, _)| root);
    let text = |names: &[&str]| -> Result<String, ProposeError> {
        for name in names {
            if let Some(text) = ask.workspace.text(&format!("{root}{name}"))? {
                return Ok(text);
            }
        }
        Ok(String::new())
    };
    let prettier = text(&[".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml"])?;
    let manifest = text(&["package.json"])?;
    let texts: Vec<&str> = survey.sources.values().map(|source| source.text.as_str()).collect();
    let habits = Habits::read(&texts, Some(prettier.as_str()).filter(|text| !text.is_empty()));
    let relatives = || {
        let imports = survey.sources.values().flat_map(|source| &source.script.imports);
        imports.filter(|import| import.from.starts_with('.'))
    };
    let extension = if relatives().any(|import| import.from.ends_with(".js")) { ".js" } else { "" };
    let Some(test) = survey.sources.values().find(|source| is_test(source)) else {
        return Err(ProposeError::NotApplicable(
            "errors are not answered in one place without tests, and there is no test to follow here".into(),
        ));
    };
    let kinds = kinds::of_statuses(&seen);
    Answers { ask, survey: &survey, application, shape, test, kinds, habits, extension, manifest }.draft()
}

/// Refuses a project that answers errors in one place.
fn refuse(survey: &Survey, frame: Frame) -> Result<(), ProposeError> {
    const EXPRESS: [&str; 3] = ["ErrorRequestHandler", "(err, req, res, next)", "(error, req, res, next)"];
    for source in survey.sources.values().filter(|source| !is_test(source)) {
        let found = match frame {
            Frame::Express => EXPRESS.iter().find_map(|one| source.text.find(one)),
            Frame::Hono => source.text.find(".onError("),
        };
        if let Some(at) = found.or_else(|| typed_handler(source, frame)) {
            return clash("a handler of errors".into(), &source.place(at));
        }
        let is_error = |base: &str| base == "Error" || base.ends_with("Error") || base.ends_with("Exception");
        let class = source.script.classes.iter().find(|class| class.base.as_deref().is_some_and(is_error));
        if let Some(class) = class {
            return clash(format!("an error of the domain, {},", class.name), &source.place(class.name_at));
        }
    }
    Ok(())
}

/// A function with the four parameters by which Express knows handlers of errors.
fn typed_handler(source: &Source, frame: Frame) -> Option<usize> {
    let is_one = |parameters: &str| {
        let names: Vec<&str> =
            parameters.split(',').map(|one| one.split(':').next().unwrap_or_default().trim()).collect();
        matches!(names.as_slice(), [error, _, _, next]
            if error.trim_start_matches('_').starts_with("err") && next.trim_start_matches('_') == "next")
    };
    let mut opened = source.text.match_indices('(').filter(|_| frame == Frame::Express);
    opened.find_map(|(at, _)| {
        let (parameters, _) = source.text.get(at + 1..)?.split_once(')')?;
        is_one(parameters).then_some(at)
    })
}

/// Everything that is known before a file is rendered.
struct Answers<'a> {
    ask: &'a Ask<'a>,
    survey: &'a Survey,
    application: Application<'a>,
    shape: Shape,
    /// A test, whose habits new ones follow.
    test: &'a Source,
    kinds: Vec<&'static Kind>,
    habits: Habits,
    /// `.js`, or nothing.
    extension: &'static str,
    manifest: String,
}

impl Answers<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let paths =
            [self.path(Layer::Error, ""), self.path(Layer::Error, "handlers"), self.path(Layer::Test, "")];
        let mut remarks = vec![self.shape.told()];
        let files = errors::written(
            self.ask,
            &paths,
            &|step| self.file(step),
            &mut |step| self.services(step, &mut remarks),
            &|step| self.registered(step),
        )?;
        remarks.push(
            "What nobody expected is logged with the id of its request and answered with 500 in the same shape; \
             addresses that nobody serves are answered as before."
                .into(),
        );
        if self.application.frame == Frame::Express && manifest_major(&self.manifest, "express") == Some(4) {
            remarks.push(
                "Express 4 does not hand on what an async handler throws: pass it to next(error), or move to 5.".into(),
            );
        }
        Ok(Draft { like: self.shape.like(), files, remarks })
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let lead = |path: &str| match folder(path) {
            "" => String::new(),
            folder => format!("{folder}/"),
        };
        let home = lead(&self.application.source.path);
        let file = if self.is_camel() { "errorHandler" } else { "error-handler" };
        match (layer, part) {
            (Layer::Test, _) => {
                let end = if self.test.path.contains(".spec.") { "spec" } else { "test" };
                format!("{}{file}.{end}.ts", lead(&self.test.path))
            }
            (_, "handlers") => {
                let own = format!("{home}middleware/");
                let has = self.survey.sources.keys().any(|path| path.starts_with(&own));
                format!("{}{file}.ts", if has { own } else { home })
            }
            _ => format!("{home}errors.ts"),
        }
    }

    /// Whether files of several words are written in camels: `errorMiddleware.ts`.
    fn is_camel(&self) -> bool {
        let stems = || {
            self.survey
                .sources
                .keys()
                .filter_map(|path| path.rsplit('/').next())
                .map(|file| file.split('.').next().unwrap_or_default())
        };
        let camels = stems().filter(|stem| stem.chars().any(char::is_uppercase)).count();
        camels > stems().filter(|stem| stem.contains('-')).count()
    }

    fn place(&self) -> Place {
        self.application.source.place(self.application.at)
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let path = self.path(step.layer, &step.part);
        let rendered = self.ask.render(RECIPE, &step.template, &self.context(&path), set_up)?;
        let text = self.habits.write(&rendered, &self.carried(step.layer));
        let place = match (&self.shape, step.layer) {
            (_, Layer::Test) => Place::new(self.test.path.clone(), 1),
            (Shape::Text { place } | Shape::Key { place, .. }, _) => place.clone(),
            (Shape::Problem, _) => self.place(),
        };
        let mut made = self.ask.made(path, text, Some(place), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    fn context(&self, path: &str) -> Value {
        let errors = relative(path, &self.path(Layer::Error, ""), self.extension);
        let kinds: Vec<Value> = self.kinds.iter().map(|kind| kind.value()).collect();
        let counts = |word: &str| self.test.text.matches(&format!("{word}(")).count();
        let (shape, key) = match &self.shape {
            Shape::Text { .. } => ("text", ""),
            Shape::Key { key, .. } => ("key", key.as_str()),
            Shape::Problem => ("problem", ""),
        };
        context! {
            kinds,
            shape,
            key,
            zod => self.manifest.contains("\"zod\""),
            hono => self.application.frame == Frame::Hono,
            wanted => self.kinds.iter().map(|kind| format!("{errors}:{}Error", kind.name)).collect::<Vec<_>>(),
            handler => relative(path, &self.path(Layer::Error, "handlers"), self.extension),
            errors,
            case => if counts(" test") + counts("\ntest") > counts(" it") + counts("\nit") { "test" } else { "it" },
        }
    }

    /// What runs the tests, where others import it.
    fn carried(&self, layer: Layer) -> Vec<Candidate> {
        let packages = self.test.script.imports.iter().filter(|import| import.from == "vitest");
        let names = packages.filter(|_| layer == Layer::Test).flat_map(|import| &import.names);
        let mut all: Vec<Candidate> =
            names.filter_map(|name| Candidate::of(&format!("vitest:{}", name.local))).collect();
        if !all.is_empty() {
            let more = ["describe", "expect", "it", "test", "vi", "beforeAll", "afterAll", "afterEach"];
            all.extend(more.iter().filter_map(|name| Candidate::of(&format!("vitest:{name}"))));
        }
        all
    }

    /// The application with the handler.
    fn registered(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let source = self.application.source;
        let handler = relative(&source.path, &self.path(Layer::Error, "handlers"), self.extension);
        let mut edits = Edits::default();
        self.application.register(&self.habits, &mut edits);
        let wanted: Vec<Candidate> = Candidate::of(&format!("{handler}:answerError")).into_iter().collect();
        imports::add(source, &wanted, &self.habits, &mut edits);
        Ok(self.ask.edited(Edited {
            path: &source.path,
            old: &source.text,
            new: edits.apply(&source.text)?,
            reason: step.reason.clone(),
            like: Some(self.place()),
            layer: step.layer,
        }))
    }

    /// Services that throw the domain's errors in place of Hono's.
    fn services(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let names = BTreeSet::from(["HTTPException"]);
        let waited = self.survey.sources.values().find_map(|source| {
            Some(Place::new(source.path.clone(), thrown::waited_for(&source.text, &names)?))
        });
        let mut throws = Vec::new();
        for source in self.survey.sources.values().filter(|source| !is_test(source)) {
            throws.push((source, shape::throws(source)?));
        }
        let found = throws.iter().map(|(source, throws)| {
            let errors = throws.iter().map(|throw| (throw.line, shape::change_of(source, throw)));
            Raising { path: &source.path, text: &source.text, errors: errors.collect() }
        });
        let (files, told) = services(self.ask, step, (found.collect(), waited), |path, _, changes| {
            let errors = relative(path, &self.path(Layer::Error, ""), self.extension);
            let source =
                self.survey.get(path).ok_or_else(|| ProposeError::Rejected(format!("{path} is gone")))?;
            thrown::applied(source, changes, &errors, &self.habits)
        })?;
        remarks.extend(told);
        Ok(files)
    }
}
