//! The `job` recipe for Django: a shared task of Celery in the application that it is about, the
//! application of Celery beside the settings, and what the settings say of the queue.
//!
//! A job is enqueued when the transaction ends: a worker never looks for a row that is not there.

use super::{
    plan::{self, RECIPE},
    project::Project,
    survey::{self, Survey, Texts},
    write::{Habits, used_names},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            head::StepHead,
            job::{
                NewJob,
                python::{Words, candidates, refuse, set_up, written},
                queue::Queue,
            },
            packages,
            resource::{Draft, Edited},
        },
    },
};
use minijinja::{Value, context};
use std::collections::BTreeSet;

/// Proposes a job.
pub(super) fn draft(job: &NewJob<'_>) -> Result<Draft, ProposeError> {
    let ask = job.ask;
    let texts = survey::texts(ask)?;
    let survey = Survey::of(&texts);
    let project = Project::read(&survey);
    refuse(job, &texts)?;
    let (_, stated) = Queue::decide(ask, |queue| match queue {
        Queue::Celery => Ok(()),
        other => {
            Err(format!("the recipe job writes tasks of Celery in Django, and not those of {}", other.name()))
        }
    })?;
    let Some((settings, module, value)) = survey.setting("INSTALLED_APPS") else {
        return Err(ProposeError::NotApplicable(
            "no settings with INSTALLED_APPS were found to name a queue in".into(),
        ));
    };
    let place = Place::new(settings, module.line(value));
    let app = app_of(job, &survey, &project)?;
    let habits = plan::habits(ask, &survey, &project, &[settings])?;
    // Settings may be a package of several modules.
    let folder = settings.rsplit_once('/').map_or("", |(folder, _)| folder);
    let folder = folder.strip_suffix("/settings").unwrap_or(folder).to_owned();
    let files = Files {
        job,
        texts: &texts,
        project: &project,
        habits,
        app,
        settings: settings.to_owned(),
        folder,
        place,
        stated,
    };
    files.draft()
}

/// The folder of the application that the job is in, with its last `/`.
fn app_of(job: &NewJob<'_>, survey: &Survey<'_>, project: &Project) -> Result<String, ProposeError> {
    let folder = |path: &str| {
        let (folder, _) = survey.app_of(path);
        (!folder.is_empty()).then(|| format!("{folder}/"))
    };
    let apps: BTreeSet<String> = survey.models.values().filter_map(|model| folder(&model.path)).collect();
    let asked = job.ask.request.inputs.get("app").map(|app| app.trim()).filter(|app| !app.is_empty());
    let label = |app: &String| app.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
    let known = || apps.iter().map(label).collect::<Vec<_>>().join(", ");
    if let Some(asked) = asked {
        let found = apps.iter().find(|app| label(app) == asked);
        return found.cloned().ok_or_else(|| ProposeError::Input {
            what: format!("there is no application {asked} with models"),
            hint: format!("there are {}", known()),
        });
    }
    let of_model = job.wanted.resource.as_ref().and_then(|name| survey.models.get(name));
    if let Some(app) = of_model.and_then(|model| folder(&model.path)) {
        return Ok(app);
    }
    match apps.iter().collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(ProposeError::NotApplicable(format!(
            "no application with models was found below {:?}, and a job belongs into one",
            project.import_root
        ))),
        _ => Err(ProposeError::Input {
            what: "which application has the job is not said".into(),
            hint: format!("app= one of {}, or resource= a model of it", known()),
        }),
    }
}

/// Everything that is known before a file is rendered.
struct Files<'a> {
    job: &'a NewJob<'a>,
    texts: &'a Texts,
    project: &'a Project,
    habits: Habits,
    /// With its last `/`.
    app: String,
    settings: String,
    /// Of the settings, without its last `/`.
    folder: String,
    /// The list of applications.
    place: Place,
    /// The line of the manifest that names Celery.
    stated: Option<Place>,
}

impl Files<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let ask = self.job.ask;
        let has_queue = self.texts.values().any(|text| text.contains("Celery("));
        let mut files = Vec::new();
        for step in &ask.head.steps {
            ask.go_on()?;
            if !has_queue || step.layer != Layer::Config {
                files.extend(self.file(step)?);
            }
        }
        let mut remarks = vec![
            format!(
                "What is done stands in run_{0} of {1}: until you write it there, a run is logged and nothing else. Views and \
                 services call enqueue_{0}.",
                ask.name.snake,
                self.path(Layer::Job, "")
            ),
            "A job may run twice, after a failure or a stopped worker: write it so that this does not matter.".into(),
        ];
        if !has_queue {
            let name = self.project_module();
            remarks.push(format!("Start a worker beside the server: celery -A {name} worker"));
            remarks.push("REDIS_URL says where Redis is, for the server and the worker alike.".into());
        }
        if self.stated.is_none() {
            let wanted = Queue::Celery.packages();
            let root = self.project.import_root.as_str();
            files.extend(packages::needed(ask, root, wanted, "Runs the jobs.", &mut remarks)?);
        }
        Ok(Draft { like: format!("on celery, beside {}", self.place), files, remarks })
    }

    fn project_module(&self) -> String {
        self.project.module_of(&format!("{}/__init__.py", self.folder))
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        match (layer, part) {
            (Layer::Job, _) => format!("{}tasks.py", self.app),
            (Layer::Test, _) => format!("{}test_{}_job.py", self.tests().0, self.job.ask.name.snake),
            (_, "settings") => self.settings.clone(),
            (_, "package") => format!("{}/__init__.py", self.folder),
            (_, _) => format!("{}/celery.py", self.folder),
        }
    }

    /// Where tests of the application stand, and one of them.
    fn tests(&self) -> (String, Option<Place>) {
        let is_test = |path: &&String| {
            let name = path.rsplit('/').next().unwrap_or_default();
            name.starts_with("test_") && path.starts_with(self.project.import_root.as_str())
        };
        let own = self.texts.keys().filter(is_test).find(|path| path.starts_with(&self.app));
        let known = own.or_else(|| self.texts.keys().find(is_test));
        let folder = known.and_then(|path| path.rsplit_once('/')).map(|(folder, _)| format!("{folder}/"));
        let place = known.map(|path| Place::new(path.clone(), 1));
        (folder.unwrap_or_else(|| format!("{}tests/", self.app)), place)
    }

    fn module(&self) -> String {
        self.project.module_of(&self.path(Layer::Job, ""))
    }

    fn context(&self) -> Value {
        let arguments = &self.job.wanted.arguments;
        context! {
            project => self.project_module(),
            settings_module => self.project.module_of(&self.settings),
            module => self.module(),
            class => self.job.ask.name.pascal.as_str(),
            given_more => arguments.iter().map(|one| format!(", {}", one.name)).collect::<String>(),
            ..self.words().context()
        }
    }

    fn words(&self) -> Words<'_> {
        Words { job: self.job, is_async: false, old_generics: false }
    }

    fn candidates(&self) -> Vec<String> {
        let mut all = candidates(&self.job.ask.name.snake, &self.module());
        all.extend(
            [
                "functools:partial",
                "unittest.mock:patch",
                "celery:current_app",
                "django.db:transaction",
                "django.test:TestCase",
            ]
            .map(str::to_owned),
        );
        all
    }

    fn file(&self, step: &StepHead) -> Result<Option<FileChange>, ProposeError> {
        let ask = self.job.ask;
        let path = self.path(step.layer, &step.part);
        // An empty file is no source of the map, and yet it is there.
        let known = ask.workspace.text(&path)?;
        let old = known.as_deref();
        let rendered = match step.template.as_str() {
            "" => String::new(),
            template => ask.render(RECIPE, template, &self.context(), |environment| {
                set_up(environment, &self.words(), false);
            })?,
        };
        let grown = match (step.part.as_str(), old) {
            ("package", _) => {
                let text = old.unwrap_or_default();
                if text.contains("celery") {
                    return Ok(None);
                }
                let line = "from .celery import app as celery_app\n";
                let all = self.habits.quoted_as("\n__all__ = (\"celery_app\",)\n");
                // A list of exports that is there stays; the import alone loads the application.
                let all = if text.contains("__all__") { "" } else { all.as_str() };
                let lead = if text.trim().is_empty() { "" } else { "\n" };
                Some(format!("{line}{all}{lead}{}", if text.trim().is_empty() { "" } else { text }))
            }
            ("settings", Some(text)) => {
                let body = self.habits.written(&rendered);
                let used = used_names(&Module::parse(&path, &body)?);
                let text = format!("{}\n\n{body}", text.trim_end());
                Some(self.habits.with_imports(&path, &text, &used, &["os".to_owned()])?)
            }
            (_, Some(text)) if step.layer == Layer::Job => {
                // The logger of the module is there with its first job.
                let has_logger = text.lines().any(|line| line.starts_with("logger = "));
                let body = if has_logger { rendered.clone() } else { format!("{LOGGER}\n\n\n{rendered}") };
                Some(self.habits.grown(&path, text, &body, &self.candidates())?)
            }
            (_, Some(_)) => {
                return Err(ProposeError::Clash {
                    what: path.clone(),
                    place: Place::new(path, 1).to_string(),
                });
            }
            (_, None) => None,
        };
        if let (Some(new), Some(text)) = (&grown, old) {
            let like = if text.trim().is_empty() { self.place.clone() } else { Place::new(path.clone(), 1) };
            return Ok(Some(ask.edited(Edited {
                path: &path,
                old: text,
                new: new.clone(),
                reason: step.reason.clone(),
                like: Some(if step.part == "settings" { self.place.clone() } else { like }),
                layer: step.layer,
            })));
        }
        let place = match step.layer {
            Layer::Test => self.tests().1.unwrap_or_else(|| self.place.clone()),
            _ => self.place.clone(),
        };
        let text = match grown {
            Some(text) => text,
            None if step.layer == Layer::Job => {
                written(&self.habits, &path, &format!("{LOGGER}\n\n\n{rendered}"), &self.candidates())?
            }
            None => written(&self.habits, &path, &rendered, &self.candidates())?,
        };
        let mut made = ask.made(path, text, Some(place), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(Some(made))
    }
}

/// What a module of jobs begins with.
const LOGGER: &str = "logger = logging.getLogger(__name__)";
