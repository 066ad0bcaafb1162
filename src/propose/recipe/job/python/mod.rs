//! Jobs in Python: what the templates of all queues need, and files for FastAPI.
//!
//! Django has its own places for jobs (see `django::job`), and shares the function that is run.

mod home;
mod register;
mod words;

use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{Content, FileChange},
    },
    ports::ProposeError,
    propose::recipe::{
        django::survey::{Texts, texts},
        head::StepHead,
        job::{NewJob, queue::Queue},
        packages,
        resource::Draft,
    },
};
use home::{Handle, Home};
use minijinja::{Value, context};
pub(in crate::propose::recipe) use words::{Words, candidates, set_up, written};

/// Modules that stand beside jobs, and names that their files use.
const TAKEN: [&str; 10] =
    ["queue", "worker", "logging", "logger", "asyncio", "pool", "func", "os", "broker", "celery_app"];

/// Proposes a job for FastAPI; `recipe` is the folder of templates.
pub(in crate::propose::recipe) fn draft(job: &NewJob<'_>, recipe: &str) -> Result<Draft, ProposeError> {
    let ask = job.ask;
    let texts = texts(ask)?;
    let home = Home::read(ask, &texts)?;
    refuse(job, &texts)?;
    let (queue, stated) = Queue::decide(ask, |queue| {
        if queue.is_async() && !home.is_async {
            return Err(format!(
                "{} runs coroutines, and the handlers here are plain functions, which cannot enqueue them",
                queue.name()
            ));
        }
        Ok(())
    })?;
    let handle = home.handle(&texts, queue);
    let folder = home.folder(ask, handle.as_ref());
    Files { job, recipe, home, texts: &texts, queue, stated, handle, folder }.draft()
}

/// Names that cannot be, and a job that is there.
pub(in crate::propose::recipe) fn refuse(job: &NewJob<'_>, texts: &Texts) -> Result<(), ProposeError> {
    let name = &job.ask.name.snake;
    if TAKEN.contains(&name.as_str()) {
        return Err(ProposeError::Input {
            what: format!("{name} cannot be a job: the files of the queue use that name"),
            hint: format!("say what is done, for example send_{name}"),
        });
    }
    for taken in [name.clone(), format!("run_{name}"), format!("enqueue_{name}")] {
        if let Some(place) = home::defined(texts, &taken) {
            return Err(ProposeError::Clash {
                what: format!("a function {taken}"),
                place: place.to_string(),
            });
        }
    }
    Ok(())
}

/// Everything that is known before a file is rendered.
struct Files<'a> {
    job: &'a NewJob<'a>,
    recipe: &'a str,
    home: Home,
    texts: &'a Texts,
    queue: Queue,
    /// The line of the manifest that names the queue.
    stated: Option<Place>,
    handle: Option<Handle>,
    folder: String,
}

impl Files<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let ask = self.job.ask;
        let mut files = Vec::new();
        let mut remarks = Vec::new();
        for step in &ask.head.steps {
            ask.go_on()?;
            files.extend(self.file(step, &mut remarks)?);
        }
        files.extend(self.package(&files)?);
        if self.stated.is_none() {
            let root = self.home.layout.import_root.as_str();
            let reason = "Runs the jobs.";
            files.extend(packages::needed(ask, root, self.queue.packages(), reason, &mut remarks)?);
        }
        self.say(&mut remarks)?;
        let like =
            self.stated.as_ref().or(self.place().as_ref()).map(ToString::to_string).unwrap_or_default();
        Ok(Draft { like: format!("on {}, as {like} has it", self.queue.name()), files, remarks })
    }

    fn say(&self, remarks: &mut Vec<String>) -> Result<(), ProposeError> {
        let name = &self.job.ask.name.snake;
        let jobs = self.package_of_jobs();
        let queue = self.queue_module();
        remarks.push(format!(
            "What is done stands in run_{name} of {}: until you write it there, a run is logged and nothing else. Handlers \
             and services call enqueue_{name}.",
            self.path(Layer::Job, "")
        ));
        remarks.push("A job may run twice, after a failure or a stopped worker: write it so that this does not matter.".into());
        remarks.push(match self.queue {
            Queue::Arq => format!("Start a worker beside the server: arq {jobs}.worker.WorkerSettings"),
            Queue::Celery => format!("Start a worker beside the server: celery -A {queue} worker"),
            Queue::Dramatiq => format!("Start a worker beside the server: dramatiq {jobs}.worker"),
            Queue::Taskiq => format!("Start a worker beside the server: taskiq worker {jobs}.worker:broker"),
        });
        if self.handle.is_none() {
            remarks.push("REDIS_URL says where Redis is, for the server and the worker alike.".into());
        }
        let root = &self.home.layout.import_root;
        let manifest = self.job.ask.workspace.text(&format!("{root}pyproject.toml"))?.unwrap_or_default();
        if self.queue == Queue::Celery && manifest.contains("[tool.mypy]") {
            remarks.push("Celery brings no types: mypy needs the package celery-types.".into());
        }
        Ok(())
    }

    /// The dotted package of jobs: `app.jobs`.
    fn package_of_jobs(&self) -> String {
        self.home.layout.module_of(self.folder.trim_end_matches('/'))
    }

    fn queue_module(&self) -> String {
        self.handle
            .as_ref()
            .map_or_else(|| format!("{}.queue", self.package_of_jobs()), |one| one.module.clone())
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let name = &self.job.ask.name.snake;
        match (layer, part) {
            (Layer::Job, _) => format!("{}{name}.py", self.folder),
            (Layer::Test, _) => format!("{}test_{name}_job.py", self.home.tests(self.job.ask).0),
            (_, part) => format!("{}{part}.py", self.folder),
        }
    }

    /// The line that new files follow.
    fn place(&self) -> Option<Place> {
        let jobs = &self.job.ask.map.jobs;
        let known = jobs.iter().find(|one| one.file.starts_with(self.home.layout.import_root.as_str()));
        let handle = self.handle.as_ref().map(|handle| Place::new(handle.path.clone(), handle.line));
        known
            .map(|one| Place::new(one.file.clone(), one.line))
            .or(handle)
            .or_else(|| Some(self.home.main.clone()))
    }

    /// One file, new or grown; `None` where it is not needed.
    fn file(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Option<FileChange>, ProposeError> {
        let ask = self.job.ask;
        let path = self.path(step.layer, &step.part);
        match step.part.as_str() {
            "queue" if self.handle.is_some() => return self.registered(step, remarks),
            "worker" if self.queue == Queue::Celery => return Ok(None),
            "worker" => {
                if let Some(grown) = register::worker(
                    self.texts,
                    &ask.name.snake,
                    &self.package_of_jobs(),
                    self.queue,
                    &self.home,
                )? {
                    return Ok(Some(ask.edited(grown.edited(step))));
                }
            }
            _ => {}
        }
        if ask.workspace.text(&path)?.is_some() {
            return Err(ProposeError::Clash { what: path.clone(), place: Place::new(path, 1).to_string() });
        }
        let place = match step.layer {
            Layer::Test => self.home.tests(ask).1.or_else(|| self.place()),
            _ => self.place(),
        };
        let rendered = ask.render(self.recipe, &step.template, &self.context(), |environment| {
            set_up(environment, &self.words(), self.home.old_generics);
        })?;
        let text = written(&self.home.habits, &path, &rendered, &self.candidates(step))?;
        let mut made = ask.made(path, text, place, step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Some(made))
    }

    /// The module that makes the application of Celery, with the new job in its list.
    fn registered(
        &self,
        step: &StepHead,
        remarks: &mut Vec<String>,
    ) -> Result<Option<FileChange>, ProposeError> {
        let (Queue::Celery, Some(handle)) = (self.queue, &self.handle) else { return Ok(None) };
        let module = self.module();
        let grown = register::included(self.texts, handle, &module, &self.home)?;
        if grown.is_none() {
            remarks.push(format!(
                "{}:{} has no include=[…]: start the worker with -I {module}, or import it there.",
                handle.path, handle.line
            ));
        }
        Ok(grown.map(|grown| self.job.ask.edited(grown.edited(step))))
    }

    fn module(&self) -> String {
        self.home.layout.module_of(&self.path(Layer::Job, ""))
    }

    fn words(&self) -> Words<'_> {
        Words { job: self.job, is_async: self.home.is_async, old_generics: self.home.old_generics }
    }

    fn context(&self) -> Value {
        let handle = self.handle.as_ref().map(|handle| handle.name.clone());
        let usual = if self.queue == Queue::Celery { "celery_app" } else { "broker" };
        let handle = handle.unwrap_or_else(|| usual.to_owned());
        context! {
            queue => self.queue.name(),
            jobs => self.package_of_jobs(),
            queue_module => self.queue_module(),
            module => self.module(),
            app_name => if self.home.package.is_empty() { "app" } else { self.home.package.as_str() },
            decorator => format!("{handle}.task"),
            handle,
            ..self.words().context()
        }
    }

    /// Everything that a file may import.
    fn candidates(&self, step: &StepHead) -> Vec<String> {
        let (module, jobs, queue) = (self.module(), self.package_of_jobs(), self.queue_module());
        let name = &self.job.ask.name.snake;
        let handle = self
            .handle
            .as_ref()
            .map_or(if self.queue == Queue::Celery { "celery_app" } else { "broker" }, |handle| {
                handle.name.as_str()
            });
        let mut all = candidates(name, &module);
        if step.part == "worker" {
            // A worker lists modules of jobs, not their functions.
            all.retain(|one| !one.starts_with(&format!("{module}:")));
        }
        all.extend([
            format!("{queue}:{handle}"),
            format!("{queue}:pool"),
            format!("{queue}:delay_after"),
            format!("{queue}:redis_settings"),
            format!("{jobs}.worker:WorkerSettings"),
            format!("{jobs}:worker"),
            format!("{jobs}:{name}"),
        ]);
        all
    }

    /// The `__init__.py` of a new folder, where packages here have one.
    fn package(&self, files: &[FileChange]) -> Result<Option<FileChange>, ProposeError> {
        let ask = self.job.ask;
        let path = format!("{}__init__.py", self.folder);
        let is_new = !ask.workspace.paths().iter().any(|known| known.starts_with(self.folder.as_str()));
        let (main, _) = self.home.main.path.rsplit_once('/').unwrap_or_default();
        let others = ask.workspace.text(&format!("{main}/__init__.py"))?.is_some();
        let needed = is_new && others && files.iter().any(|file| file.path.starts_with(self.folder.as_str()));
        Ok(needed.then(|| FileChange {
            path,
            content: Content::Text { text: String::new() },
            notes: Vec::new(),
        }))
    }
}
