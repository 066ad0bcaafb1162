//! The `job` recipe for Express and Hono: a job of BullMQ in a module of its own, and the program
//! that works on all of them.

use super::plan::RECIPE;
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, newline_of},
        recipe::{
            head::StepHead,
            job::{
                NewJob, queue,
                typescript::{self, Manifest},
            },
            names::camel,
            resource::{Draft, Edited},
            sources::{Source, Survey, relative},
            typescript::{Habits, set_up},
        },
    },
};
use minijinja::context;

/// Proposes a job.
pub(super) fn draft(job: &NewJob<'_>) -> Result<Draft, ProposeError> {
    queue::refuse_other(job, "bullmq")?;
    let survey = Survey::read(job.ask)?;
    let is_test = |path: &str| job.ask.map.layer_of(path) == Some(Layer::Test);
    let made = survey.sources.values().filter(|source| !is_test(&source.path)).find_map(|source| {
        let at = ["express()", "new Hono(", "new Hono<"].iter().find_map(|make| source.text.find(make))?;
        Some((source, source.place(at)))
    });
    let Some((app, place)) = made else {
        return Err(ProposeError::NotApplicable(
            "no application of Express or Hono was found, and a job belongs beside it".into(),
        ));
    };
    let root = app.path.rfind("src/").and_then(|at| app.path.get(..at)).unwrap_or_default().to_owned();
    let manifest = Manifest::read(job, &root)?;
    let prettier = [".prettierrc", ".prettierrc.json"]
        .iter()
        .find_map(|file| job.ask.workspace.text(&format!("{root}{file}")).ok().flatten());
    let texts: Vec<&str> = survey.sources.values().map(|source| source.text.as_str()).collect();
    let habits = Habits::read(&texts, prettier.as_deref());
    Files { job, habits, place, folder: folder_of(job, &root), root, manifest, survey: &survey }.draft()
}

/// Where jobs are, else `src/jobs/`.
fn folder_of(job: &NewJob<'_>, root: &str) -> String {
    let known = job
        .ask
        .map
        .files_in(Layer::Job)
        .map(|file| file.path.as_str())
        .find(|path| path.ends_with(".ts") && path.starts_with(root));
    let folder = known.and_then(|path| path.rsplit_once('/')).map(|(folder, _)| format!("{folder}/"));
    folder.unwrap_or_else(|| format!("{root}src/jobs/"))
}

struct Files<'a> {
    job: &'a NewJob<'a>,
    habits: Habits,
    /// Where the application is made.
    place: Place,
    /// With its last `/`.
    folder: String,
    root: String,
    manifest: Manifest,
    survey: &'a Survey,
}

impl Files<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let ask = self.job.ask;
        self.refuse_names()?;
        let mut files = Vec::new();
        for step in &ask.head.steps {
            ask.go_on()?;
            files.extend(self.file(step)?);
        }
        let name = &ask.name;
        let mut remarks = typescript::remarks(
            &format!("run{}", name.pascal),
            &self.path(Layer::Job, ""),
            &format!("enqueue{}", name.pascal),
        );
        remarks.push(format!(
            "Start a worker beside the server: {} is a program of its own.",
            self.path(Layer::Config, "worker")
        ));
        files.extend(self.manifest.with(self.job, &[("bullmq", "^5.40.0".into())], &mut remarks));
        Ok(Draft { like: format!("on BullMQ, beside {}", self.place), files, remarks })
    }

    /// Nothing that is there may have a name of the job's.
    fn refuse_names(&self) -> Result<(), ProposeError> {
        let pascal = &self.job.ask.name.pascal;
        for name in [format!("run{pascal}"), format!("enqueue{pascal}"), format!("work{pascal}")] {
            let defined = self
                .survey
                .sources
                .values()
                .find_map(|source| Some(source.place(source.text.find(&format!("function {name}("))?)));
            if let Some(place) = defined {
                return Err(ProposeError::Clash {
                    what: format!("a function {name}"),
                    place: place.to_string(),
                });
            }
        }
        Ok(())
    }

    /// A test that is there: its folder and what its name ends with.
    fn test(&self) -> Option<(String, String, Place)> {
        let files = self.job.ask.map.files_in(Layer::Test).map(|file| file.path.as_str());
        let mut own = files.filter(|path| path.starts_with(&self.root) && path.ends_with(".ts"));
        let path = own.find(|path| path.contains(".test.") || path.contains(".spec."))?;
        let (folder, file) = path.rsplit_once('/')?;
        let (_, end) = file.split_once('.')?;
        Some((format!("{folder}/"), end.to_owned(), Place::new(path, 1)))
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let kebab = self.job.ask.name.snake.replace('_', "-");
        let is_camel = |source: &&Source| {
            let stem = source.path.rsplit('/').next().unwrap_or_default();
            let stem = stem.split('.').next().unwrap_or_default();
            stem.chars().next().is_some_and(char::is_lowercase) && stem.chars().any(char::is_uppercase)
        };
        let has_camel = self.survey.sources.values().any(|source| is_camel(&source));
        let has_kebab = self
            .survey
            .sources
            .keys()
            .any(|path| path.rsplit('/').next().is_some_and(|file| file.contains('-')));
        let stem = if has_camel && !has_kebab { camel(&self.job.ask.name.snake) } else { kebab };
        match (layer, part) {
            (Layer::Job, _) => format!("{}{stem}.ts", self.folder),
            (Layer::Test, _) => match self.test() {
                Some((folder, end, _)) => format!("{folder}{stem}-job.{end}"),
                None => format!("{}tests/{stem}-job.test.ts", self.root),
            },
            (_, part) => format!("{}{part}.ts", self.folder),
        }
    }

    fn file(&self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let ask = self.job.ask;
        let path = self.path(step.layer, &step.part);
        if let Some(source) = self.survey.get(&path) {
            return match step.part.as_str() {
                "queue" => Ok(None),
                "worker" => self.listed(source, step).map(Some),
                _ => Err(ProposeError::Clash { what: path.clone(), place: Place::new(path, 1).to_string() }),
            };
        }
        let from = |layer: Layer, part: &str| relative(&path, &self.path(layer, part), self.extension());
        let count = |call: &str| -> usize {
            self.survey.sources.values().map(|source| source.text.matches(call).count()).sum()
        };
        let words = context! {
            case => if count("\n  test(") + count("\ttest(") + count("\ntest(") > count("\n  it(") + count("\tit(") + count("\nit(") {
                "test"
            } else {
                "it"
            },
            from => context! { queue => from(Layer::Config, "queue"), job => from(Layer::Job, "") },
            ..typescript::words(self.job)
        };
        let rendered = ask.render(RECIPE, &step.template, &words, set_up)?;
        let text = self.habits.write(&rendered, &[]);
        let known = ask.map.jobs.iter().find(|one| one.file.starts_with(&self.folder));
        let like = match (step.layer, known) {
            (Layer::Test, _) => self.test().map_or_else(|| self.place.clone(), |(_, _, place)| place),
            (_, Some(one)) => Place::new(one.file.clone(), one.line),
            (_, None) => self.place.clone(),
        };
        let mut made = ask.made(path.clone(), text, Some(like), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Some(made))
    }

    /// `.js` where imports here end so.
    fn extension(&self) -> &'static str {
        let imports = self.survey.sources.values().flat_map(|source| &source.script.imports);
        let mut own = imports.filter(|import| import.from.starts_with('.'));
        if own.any(|import| import.from.ends_with(".js")) { ".js" } else { "" }
    }

    /// The program of all jobs, with one more.
    fn listed(&self, source: &Source, step: &StepHead) -> Result<FileChange, ProposeError> {
        let name = format!("work{}", self.job.ask.name.pascal);
        let list = source.script.lists.iter().find(|list| list.key == "workers");
        let (Some(list), Some(last)) = (list, source.script.imports.last()) else {
            return Err(ProposeError::Input {
                what: format!("{} has no list workers = […] that the job could join", source.path),
                hint: "start the workers of all jobs in such a list there".into(),
            });
        };
        let newline = newline_of(&source.text);
        let quote = self.habits.quote;
        let end = if self.habits.semicolons { ";" } else { "" };
        let specifier = relative(&source.path, &self.path(Layer::Job, ""), self.extension());
        let mut edits = Edits::default();
        let line = format!("import {{ {name} }} from {quote}{specifier}{quote}{end}{newline}");
        edits.insert(line_end(&source.text, last.range.end), line);
        let mut items: Vec<String> = list.elements.iter().map(|item| source.slice(item).to_owned()).collect();
        items.push(format!("{name}()"));
        let flat = format!("[{}]", items.join(", "));
        let before =
            source.text.get(..list.range.start).and_then(|text| text.rsplit('\n').next()).unwrap_or_default();
        let fits = before.chars().count() + flat.chars().count() + end.len() <= self.habits.width;
        let comma = if self.habits.trailing_commas { "," } else { "" };
        let indent = &self.habits.indent;
        let new = if fits && !source.slice(&list.range).contains('\n') {
            flat
        } else {
            let inner = items.join(&format!(",{newline}{indent}"));
            format!("[{newline}{indent}{inner}{comma}{newline}]")
        };
        edits.replace(list.range.clone(), new);
        Ok(self.job.ask.edited(Edited {
            path: &source.path,
            old: &source.text,
            new: edits.apply(&source.text)?,
            reason: step.reason.clone(),
            like: Some(source.place(list.range.start)),
            layer: step.layer,
        }))
    }
}
