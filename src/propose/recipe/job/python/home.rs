//! Where a FastAPI project is, and what it has of a queue already.

use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        python::Module,
        recipe::{
            django::survey::Texts, fastapi::layout::Layout, job::queue::Queue, names::Name,
            python_text::Habits, resource::Ask,
        },
    },
};
use std::collections::BTreeSet;

/// A variable of a module that jobs are declared with: `celery_app` of `app.worker`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handle {
    pub(super) path: String,
    pub(super) module: String,
    pub(super) name: String,
    pub(super) line: u32,
}

/// What the recipe knows of a project before it writes.
pub(super) struct Home {
    /// Finds modules of files below its import root.
    pub(super) layout: Layout,
    /// The top-level package: `app`; empty where modules stand at the root.
    pub(super) package: String,
    /// Where the application is made.
    pub(super) main: Place,
    /// Whether handlers are coroutines.
    pub(super) is_async: bool,
    /// `Optional[X]` instead of `X | None`.
    pub(super) old_generics: bool,
    pub(super) habits: Habits,
}

impl Home {
    /// Reads a project; `NotApplicable` where nothing makes an application.
    pub(super) fn read(ask: &Ask<'_>, texts: &Texts) -> Result<Self, ProposeError> {
        let is_test = |path: &str| ask.map.layer_of(path) == Some(Layer::Test);
        let made = texts.iter().filter(|(path, _)| !is_test(path)).find_map(|(path, text)| {
            let line =
                line_of(text, |line| !line.trim_start().starts_with('#') && line.contains("FastAPI("))?;
            Some((path, text, line))
        });
        let Some((path, text, line)) = made else {
            return Err(ProposeError::NotApplicable(
                "no application of FastAPI was found, and a job belongs beside it".into(),
            ));
        };
        let layout = Layout::around(&Name::of("app"), path, text, &ask.workspace);
        let root = layout.import_root.clone();
        let module = layout.module_of(path);
        let package = module.split_once('.').map_or(String::new(), |(package, _)| package.to_owned());
        let mut settings = String::new();
        for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", "tox.ini", ".flake8"] {
            for folder in BTreeSet::from([root.as_str(), ""]) {
                settings.push_str(&ask.workspace.text(&format!("{folder}{file}"))?.unwrap_or_default());
                settings.push('\n');
            }
        }
        let own = texts
            .keys()
            .filter_map(|path| path.strip_prefix(root.as_str()))
            .filter_map(|path| path.split('/').next().map(|first| first.trim_end_matches(".py").to_owned()))
            .filter(|first| first != "alembic")
            .chain(["jobs".to_owned()])
            .collect();
        let routers: String = texts
            .iter()
            .filter(|(path, _)| ask.map.layer_of(path) == Some(Layer::Router))
            .map(|(_, text)| text.as_str())
            .collect();
        let all: String = texts.values().map(String::as_str).collect();
        Ok(Self {
            habits: Habits::read(&settings, &texts.values().map(String::as_str).collect::<Vec<_>>(), own),
            package,
            main: Place::new(path.clone(), line),
            is_async: routers.contains("async def "),
            old_generics: all.contains("Optional[") && !all.contains("| None"),
            layout,
        })
    }

    /// What the project declares jobs of a queue with.
    pub(super) fn handle(&self, texts: &Texts, queue: Queue) -> Option<Handle> {
        texts.iter().find_map(|(path, text)| {
            let uses = text.lines().any(|line| {
                (line.starts_with("import ") || line.starts_with("from ")) && line.contains(queue.name())
            });
            if !uses {
                return None;
            }
            let (name, line) = (1..).zip(text.lines()).find_map(|(number, line)| {
                let name = match queue {
                    // A pool of another form knows no delay between tries.
                    Queue::Arq if text.contains("def delay_after(") => {
                        line.strip_prefix("async def ")?.strip_suffix("() -> ArqRedis:")?
                    }
                    Queue::Arq => return None,
                    Queue::Celery => assigned(line, "Celery(")?,
                    Queue::Dramatiq | Queue::Taskiq => assigned(line, "Broker(")?,
                };
                Some((name.to_owned(), number))
            })?;
            Some(Handle { path: path.clone(), module: self.layout.module_of(path), name, line })
        })
    }

    /// The folder of jobs, with its last `/`: where others are, else `jobs` of the package.
    pub(super) fn folder(&self, ask: &Ask<'_>, handle: Option<&Handle>) -> String {
        let is_own = |path: &&str| {
            path.ends_with(".py")
                && path.starts_with(self.layout.import_root.as_str())
                && handle.is_none_or(|handle| handle.path != **path)
                && !path.ends_with("/worker.py")
        };
        let known = ask.map.files_in(Layer::Job).map(|file| file.path.as_str()).find(is_own);
        if let Some((folder, _)) = known.and_then(|path| path.rsplit_once('/')) {
            return format!("{folder}/");
        }
        let package = if self.package.is_empty() { String::new() } else { format!("{}/", self.package) };
        format!("{}{package}jobs/", self.layout.import_root)
    }

    /// A test that is there, and the folder in which tests of jobs stand.
    pub(super) fn tests(&self, ask: &Ask<'_>) -> (String, Option<Place>) {
        let root = self.layout.import_root.as_str();
        let known = ask.map.files_in(Layer::Test).find(|file| {
            let name = file.path.rsplit('/').next().unwrap_or_default();
            file.path.starts_with(root) && name.starts_with("test_") && name.ends_with(".py")
        });
        let folder = known.and_then(|file| {
            let inside = file.path.strip_prefix(root)?;
            let (first, _) = inside.split_once('/')?;
            Some(format!("{root}{first}/"))
        });
        let place = known.map(|file| Place::new(file.path.clone(), 1));
        (folder.unwrap_or_else(|| format!("{root}tests/")), place)
    }
}

/// `name` of `name = Maker(…` or `name: Type = Maker(…`.
fn assigned<'t>(line: &'t str, maker: &str) -> Option<&'t str> {
    let (left, right) = line.split_once('=')?;
    let name = left.split(':').next()?.trim_end();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let before = right.split_once(maker)?.0;
    let is_called = !before.contains(['(', '"', '\'', '#']);
    (is_name && is_called).then_some(name)
}

/// The first line that is so.
pub(super) fn line_of(text: &str, is_it: impl Fn(&str) -> bool) -> Option<u32> {
    (1..).zip(text.lines()).find(|(_, line)| is_it(line)).map(|(number, _)| number)
}

/// Where a function of that name is defined.
pub(super) fn defined(texts: &Texts, name: &str) -> Option<Place> {
    texts.iter().find_map(|(path, text)| {
        let module = Module::parse(path, text).ok()?;
        let function = module.functions().find(|function| function.name.as_str() == name)?;
        Some(Place::new(path.clone(), module.line(&function.name)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_read_with_and_without_its_type() {
        for (line, maker, name) in [
            ("celery_app = Celery(\"app\")", "Celery(", Some("celery_app")),
            ("app: Celery = celery.Celery(", "Celery(", Some("app")),
            ("broker = RedisStreamBroker(url=URL)", "Broker(", Some("broker")),
            ("    app = Celery()", "Celery(", None),
            ("TEXT = \"Celery(\"", "Celery(", None),
            ("app = make(Celery())", "Celery(", None),
        ] {
            assert_eq!(assigned(line, maker), name, "{line}");
        }
    }
}
