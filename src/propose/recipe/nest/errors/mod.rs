//! The `error-module` recipe for NestJS: errors of the domain, a filter that answers them in the
//! shape of Nest's own, and that filter among the providers of the root module.

pub(super) mod root;

use super::{
    plan::{RECIPE, backend_root, first_text},
    survey::{Source, Survey, folder, relative},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            errors::{
                self, clash,
                kinds::{self, Kind},
                services::{Raising, services},
                typescript::{self as thrown, Change, Throw},
            },
            head::StepHead,
            resource::{Ask, Draft, Edited},
            typescript::{Candidate, Habits, set_up},
        },
        script::Script,
    },
};
use minijinja::{Value, context};
use std::collections::{BTreeMap, BTreeSet};

/// What stands for the new filter in a list; the last of all to be asked stands first.
const PROVIDER: &str = "{ provide: APP_FILTER, useClass: AppErrorFilter }";

/// Nest's errors that say a text with the status of one of the domain's.
const KNOWN: [(&str, u16); 8] = [
    ("BadRequestException", 400),
    ("UnauthorizedException", 401),
    ("ForbiddenException", 403),
    ("NotFoundException", 404),
    ("ConflictException", 409),
    ("GoneException", 410),
    ("PreconditionFailedException", 412),
    ("UnprocessableEntityException", 422),
];

/// Proposes the errors and the filter that answers them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let survey = Survey::read(ask)?;
    let Some((root, module)) = root::find(&survey) else {
        return Err(ProposeError::NotApplicable(
            "no statement NestFactory.create(…) with a module of this repository was found, so there is no place for a \
             filter"
                .into(),
        ));
    };
    refuse(&survey)?;
    let Some(test) = survey
        .sources
        .values()
        .find(|source| source.script.imports.iter().any(|one| one.from == "supertest"))
    else {
        return Err(ProposeError::NotApplicable(
            "errors are not answered in one place without tests, and no test here asks over HTTP with supertest".into(),
        ));
    };
    let mut throws: BTreeMap<&str, Vec<Throw>> = BTreeMap::new();
    for source in survey.sources.values().filter(|source| source.script.suites.is_empty()) {
        let found = thrown::throws(&source.path, &source.text)?;
        let found: Vec<Throw> = found.into_iter().filter(|one| is_nests(one, &source.script)).collect();
        if !found.is_empty() {
            throws.insert(&source.path, found);
        }
    }
    let seen: BTreeSet<u16> = throws.values().flatten().filter_map(status_of).collect();
    let package = backend_root(&root.path);
    let prettier = first_text(
        ask,
        &package,
        &[".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml"],
    )?;
    let texts: Vec<&str> = survey.sources.values().map(|source| source.text.as_str()).collect();
    let habits = Habits::read(&texts, Some(prettier.as_str()).filter(|text| !text.is_empty()));
    let imports = || survey.sources.values().flat_map(|source| &source.script.imports);
    let is_esm = imports().any(|import| import.from.starts_with('.') && import.from.ends_with(".js"));
    let kinds = kinds::of_statuses(&seen);
    let extension = if is_esm { ".js" } else { "" };
    Answers { ask, survey: &survey, root, module, test, throws, kinds, habits, extension }.draft()
}

/// Refuses a project that answers errors in one place.
fn refuse(survey: &Survey) -> Result<(), ProposeError> {
    for source in survey.sources.values().filter(|source| source.script.suites.is_empty()) {
        if let Some(class) = source.script.classes.iter().find(|class| class.mark("Catch").is_some()) {
            return clash(format!("a filter of errors, {},", class.name), &source.place(class.name_at));
        }
        if let Some(at) = source.text.find("useGlobalFilters(") {
            return clash("a filter of errors".into(), &source.place(at));
        }
    }
    Ok(())
}

/// Whether what is thrown is an error of the framework's.
fn is_nests(throw: &Throw, script: &Script) -> bool {
    script.import_of(&throw.class).is_some_and(|(import, _)| import.from == "@nestjs/common")
}

fn status_of(throw: &Throw) -> Option<u16> {
    KNOWN.into_iter().find(|(name, _)| *name == throw.class).map(|(_, status)| status)
}

/// Everything that is known before a file is rendered.
struct Answers<'a> {
    ask: &'a Ask<'a>,
    survey: &'a Survey,
    root: &'a Source,
    /// The class of the root module.
    module: &'a str,
    /// A test over HTTP, whose habits new ones follow.
    test: &'a Source,
    throws: BTreeMap<&'a str, Vec<Throw>>,
    kinds: Vec<&'static Kind>,
    habits: Habits,
    /// `.js`, or nothing.
    extension: &'static str,
}

impl Answers<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let paths =
            [self.path(Layer::Error, ""), self.path(Layer::Error, "handlers"), self.path(Layer::Test, "")];
        let mut remarks = vec![
            "Errors are answered as Nest answers its own, { statusCode, message, error }; the filter asks Nest to write them."
                .into(),
        ];
        let files = errors::written(
            self.ask,
            &paths,
            &|step| self.file(step),
            &mut |step| self.services(step, &mut remarks),
            &|step| self.registered(step),
        )?;
        remarks.push(
            "What nobody expected is logged with the id of its request; its answer stays Nest's 500, with that id in a \
             header."
                .into(),
        );
        Ok(Draft { like: "in the shape of Nest's own".into(), files, remarks })
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let home = folder(&self.root.path);
        let lead = if home.is_empty() { String::new() } else { format!("{home}/") };
        let common = format!("{lead}common/");
        let has_common = self.survey.sources.keys().any(|path| path.starts_with(&common));
        let own = if has_common { common } else { format!("{lead}errors/") };
        match (layer, part) {
            (Layer::Test, _) => {
                let file = self.test.path.rsplit('/').next().unwrap_or_default();
                let end = file.split_once('.').map_or("spec.ts", |(_, end)| end);
                let folder = folder(&self.test.path);
                let lead = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                format!("{lead}app-error.{end}")
            }
            (_, "handlers") => format!("{own}app-error.filter.ts"),
            _ => format!("{own}app-error.ts"),
        }
    }

    fn specifier(&self, from: &str, to: &str) -> String {
        relative(from, to, self.extension)
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let path = self.path(step.layer, &step.part);
        let rendered = self.ask.render(RECIPE, &step.template, &self.context(&path), set_up)?;
        let text = self.habits.write(&rendered, &self.carried(step.layer));
        let place = match step.layer {
            Layer::Test => Place::new(self.test.path.clone(), 1),
            _ => self.place(),
        };
        let mut made = self.ask.made(path, text, Some(place), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    fn place(&self) -> Place {
        let class = self.root.script.classes.iter().find(|class| class.name == self.module);
        self.root.place(class.map_or(0, |class| class.name_at))
    }

    fn context(&self, path: &str) -> Value {
        let kinds: Vec<Value> = self.kinds.iter().map(|kind| kind.value()).collect();
        let counts = |word: &str| self.test.text.matches(&format!("  {word}(")).count();
        let ask = self.test.script.imports.iter().find(|import| import.from == "supertest");
        let ask = ask.and_then(|import| import.names.first()).map_or("request", |name| name.local.as_str());
        let errors = self.specifier(path, &self.path(Layer::Error, ""));
        context! {
            kinds,
            wanted => self.kinds.iter().map(|kind| format!("{errors}:{}Error", kind.name)).collect::<Vec<_>>(),
            errors => errors.clone(),
            filter => self.specifier(path, &self.path(Layer::Error, "handlers")),
            root => self.specifier(path, &self.root.path),
            module => self.module,
            ask,
            case => if counts("test") > counts("it") { "test" } else { "it" },
        }
    }

    /// What the tests may import as the others do: what asks, and what runs them.
    fn carried(&self, layer: Layer) -> Vec<Candidate> {
        if layer != Layer::Test {
            return Vec::new();
        }
        let packages = self.test.script.imports.iter().filter(|import| !import.from.starts_with('.'));
        let names = packages.flat_map(|import| import.names.iter().map(move |name| (import, name)));
        names
            .map(|(import, name)| Candidate {
                from: import.from.clone(),
                name: name.name.clone(),
                local: name.local.clone(),
                is_type: import.is_type,
            })
            .collect()
    }

    /// The root module with the filter among its providers.
    fn registered(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let filter = self.specifier(&self.root.path, &self.path(Layer::Error, "handlers"));
        let wanted = ["@nestjs/core:APP_FILTER".to_owned(), format!("{filter}:AppErrorFilter")];
        let wanted: Vec<Candidate> = wanted.iter().filter_map(|one| Candidate::of(one)).collect();
        let Some((new, at)) = root::provided(self.root, PROVIDER, &wanted, &self.habits)? else {
            return Err(ProposeError::Input {
                what: format!(
                    "{} has neither imports nor providers, so there is no place for a filter",
                    self.place()
                ),
                hint: "give the module a list of providers first".into(),
            });
        };
        Ok(self.ask.edited(Edited {
            path: &self.root.path,
            old: &self.root.text,
            new,
            reason: step.reason.clone(),
            like: Some(self.root.place(at)),
            layer: step.layer,
        }))
    }

    /// Services that throw the domain's errors in place of the framework's.
    fn services(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let names: BTreeSet<&str> = KNOWN.iter().map(|(name, _)| *name).chain(["HttpException"]).collect();
        let waited = self.survey.sources.values().find_map(|source| {
            Some(Place::new(source.path.clone(), thrown::waited_for(&source.text, &names)?))
        });
        let found = self.throws.iter().filter_map(|(path, throws)| {
            let text = self.survey.get(path)?.text.as_str();
            let errors = throws.iter().map(|throw| (throw.line, change_of(throw)));
            Some(Raising { path, text, errors: errors.collect() })
        });
        let (files, told) = services(self.ask, step, (found.collect(), waited), |path, _, changes| {
            let errors = self.specifier(path, &self.path(Layer::Error, ""));
            let source =
                self.survey.get(path).ok_or_else(|| ProposeError::Rejected(format!("{path} is gone")))?;
            thrown::applied(source, changes, &errors, &self.habits)
        })?;
        remarks.extend(told);
        Ok(files)
    }
}

/// What takes the place of a throw; else why nothing would be answered the same.
fn change_of(throw: &Throw) -> Result<Change<'_>, &'static str> {
    let kind = status_of(throw).and_then(kinds::of).ok_or("its status is no error of the domain")?;
    match throw.arguments.as_slice() {
        [] => Err("it says nothing"),
        [said] if said.is_text => Ok(Change { throw, kind, said: said.range.clone() }),
        _ => Err("it says more than a text"),
    }
}
