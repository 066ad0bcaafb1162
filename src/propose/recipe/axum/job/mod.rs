//! The `job` recipe for axum: a job of apalis in a module of its own, and the program that works
//! on all of them.

mod registrations;
mod words;

use super::{
    imports::with_uses,
    manifest::package_name,
    package::declaring,
    plan::{RECIPE, Sources, module_of, rust_lines, set_up, sources},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{
            head::StepHead,
            job::{NewJob, queue},
            resource::Draft,
        },
        rust::RustFile,
    },
};

/// Proposes a job.
pub(super) fn draft(job: &NewJob<'_>) -> Result<Draft, ProposeError> {
    queue::refuse_other(job, "apalis")?;
    let sources = sources(job.ask)?;
    let Some((path, file, text)) = declaring(&sources) else {
        return Err(ProposeError::NotApplicable(
            "no src/lib.rs was found, and a worker needs the modules of the application".into(),
        ));
    };
    if path.ends_with("main.rs") {
        return Err(ProposeError::Input {
            what: format!(
                "a worker is a program of its own, and the modules that {path} declares are no other program's"
            ),
            hint: "move the `mod` lines to src/lib.rs and let main use the library, then ask again".into(),
        });
    }
    let root = path.strip_suffix("src/lib.rs").unwrap_or_default().to_owned();
    let manifest_path = format!("{root}Cargo.toml");
    let manifest = job.ask.workspace.text(&manifest_path)?.unwrap_or_default();
    refuse_queues(job, &manifest_path, &manifest)?;
    let at = file.modules.iter().map(|one| one.range.start).min().unwrap_or_default();
    let place = Place::new(path.clone(), line_number(text, at));
    let folder = folder_of(job, &root);
    Files { job, sources: &sources, library: path, root, folder, manifest_path, manifest, place }.draft()
}

/// Where jobs are, else `src/jobs/`.
fn folder_of(job: &NewJob<'_>, root: &str) -> String {
    let source = format!("{root}src/");
    let known = job.ask.map.files_in(Layer::Job).filter_map(|file| {
        let (folder, _) = file.path.strip_prefix(source.as_str())?.rsplit_once('/')?;
        (file.path.ends_with(".rs") && folder != "bin").then(|| format!("{source}{folder}/"))
    });
    known.into_iter().next().unwrap_or_else(|| format!("{source}jobs/"))
}

/// Refuses a backend whose jobs wait elsewhere.
fn refuse_queues(job: &NewJob<'_>, path: &str, manifest: &str) -> Result<(), ProposeError> {
    let services = job.ask.map.backing_services.iter();
    let other =
        services.filter(|one| one.kind == "queue" && one.file == path).find(|one| one.name != "apalis");
    if let Some(other) = other {
        return Err(ProposeError::NotApplicable(format!(
            "jobs here run on {} ({}:{}), and the recipe writes jobs of apalis",
            other.name, other.file, other.line
        )));
    }
    let stated = |line: &&str| line.starts_with("apalis") && line.contains('"');
    for line in manifest.lines().filter(stated) {
        let name = line.split(['=', ' ', '.']).next().unwrap_or_default();
        let version = line.split('"').find(|part| part.starts_with(|c: char| c.is_ascii_digit()));
        let is_old = version.is_some_and(|version| version.starts_with("0."));
        if is_old || !matches!(name, "apalis" | "apalis-redis") {
            return Err(ProposeError::NotApplicable(format!(
                "{path} names `{}`, and the recipe writes jobs of apalis 1 that wait in Redis",
                line.trim()
            )));
        }
    }
    Ok(())
}

struct Files<'a> {
    job: &'a NewJob<'a>,
    sources: &'a Sources,
    /// The file that declares the application's modules.
    library: &'a str,
    /// The folder of the package.
    root: String,
    /// Of the jobs, with its last `/`.
    folder: String,
    manifest_path: String,
    manifest: String,
    place: Place,
}

impl Files<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let ask = self.job.ask;
        self.refuse_names()?;
        let mut files = Vec::new();
        for step in &ask.head.steps {
            ask.go_on()?;
            match step.part.as_str() {
                "modules" => files.extend(self.modules(step)?),
                _ => files.extend(self.file(step)?),
            }
        }
        let name = &ask.name.snake;
        let mut remarks = vec![
            format!(
                "What is done stands in run of {}: until you write it there, a run is logged and nothing else. Handlers and \
                 services call {name}::enqueue.",
                self.path(Layer::Job, "")
            ),
            "A job may run twice, after a failure or a stopped worker: write it so that this does not matter.".into(),
            "REDIS_URL says where Redis is, for the server and the worker alike.".into(),
            format!(
                "Start a worker beside the server: cargo run --bin worker, which is {}.",
                self.path(Layer::Config, "worker")
            ),
        ];
        files.extend(self.grown_manifest(&mut remarks));
        Ok(Draft { like: format!("on apalis, beside {}", self.place), files, remarks })
    }

    fn source(&self, path: &str) -> Option<(&RustFile, &str)> {
        let found = self.sources.iter().find(|(own, _, _)| own == path);
        found.map(|(_, file, text)| (file, text.as_str()))
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let name = &self.job.ask.name.snake;
        match (layer, part) {
            (Layer::Job, _) => format!("{}{name}.rs", self.folder),
            (Layer::Test, _) => format!("{}tests/{name}_job.rs", self.root),
            (_, "worker") => format!("{}src/bin/worker.rs", self.root),
            (_, "modules") => self.modules_path(),
            (_, part) => format!("{}{part}.rs", self.folder),
        }
    }

    /// `src/jobs/mod.rs` or `src/jobs.rs`: the one that is there, else as the others are.
    fn modules_path(&self) -> String {
        let (inside, beside) =
            (format!("{}mod.rs", self.folder), format!("{}.rs", self.folder.trim_end_matches('/')));
        let has = |path: &str| self.source(path).is_some();
        let is_inside = || self.sources.iter().any(|(path, _, _)| path.ends_with("/mod.rs"));
        let is_beside = || {
            let stems = self.sources.iter().filter_map(|(path, _, _)| path.strip_suffix(".rs"));
            stems.into_iter().any(|stem| {
                let folder = format!("{stem}/");
                self.sources.iter().any(|(path, _, _)| path.starts_with(&folder))
            })
        };
        match has(&inside) || (!has(&beside) && (is_inside() || !is_beside())) {
            true => inside,
            false => beside,
        }
    }

    /// Nothing that is there may be where the job's files go.
    fn refuse_names(&self) -> Result<(), ProposeError> {
        for path in [self.path(Layer::Job, ""), self.path(Layer::Test, "")] {
            if self.job.ask.workspace.text(&path)?.is_some() {
                let place = Place::new(path.clone(), 1).to_string();
                return Err(ProposeError::Clash { what: path, place });
            }
        }
        Ok(())
    }

    /// The new file of a step, or the worker with one more job.
    fn file(&self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let ask = self.job.ask;
        let path = self.path(step.layer, &step.part);
        if let Some((file, text)) = self.source(&path) {
            return match step.part.as_str() {
                "worker" => self.listed(&path, file, text, step).map(Some),
                "queue" if text.contains("fn storage") && text.contains("fn worker_name") => Ok(None),
                _ => Err(ProposeError::Clash { what: path.clone(), place: Place::new(path, 1).to_string() }),
            };
        }
        let rendered = ask.render(RECIPE, &step.template, &self.words(), set_up)?;
        // Programs and tests see the library from outside.
        let is_outside = step.layer == Layer::Test || step.part == "worker";
        let text = rust_lines().write(&with_uses(&rendered, &self.candidates(is_outside)));
        let tests = ask.map.files_in(Layer::Test).find(|file| file.path.ends_with(".rs"));
        let known = ask.map.jobs.iter().find(|one| one.file.starts_with(&self.folder));
        let like = match (step.layer, tests, known) {
            (Layer::Test, Some(test), _) => Place::new(test.path.clone(), 1),
            (_, _, Some(one)) => Place::new(one.file.clone(), one.line),
            _ => self.place.clone(),
        };
        let mut made = ask.made(path, text, Some(like), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Some(made))
    }

    /// The module of the jobs for programs and tests: `shop::jobs`.
    fn outside(&self) -> String {
        module_of(&self.modules_path()).replacen("crate", &package_name(&self.manifest), 1)
    }
}
