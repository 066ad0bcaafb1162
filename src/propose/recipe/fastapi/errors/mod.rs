//! The `error-module` recipe for FastAPI, whatever maps its tables: a module of errors without
//! HTTP, one that answers them, and a line where the application is made.

pub(super) mod application;
pub(super) mod home;
pub(super) mod shape;

use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, newline_of},
        python::Module,
        recipe::{
            errors::{
                self, clash,
                kinds::{self, Kind},
                python::{self as raised, Exchange, Raise, Said},
                services::{Raising, services},
            },
            head::StepHead,
            python_text::{Habits, used_names},
            resource::{Ask, Draft, Edited},
        },
    },
};
use application::Application;
use home::Home;
use minijinja::{Value, context};
use ruff_python_ast::Expr;
use shape::{HTTP_ERRORS, Shape};
use std::collections::{BTreeMap, BTreeSet};

/// Modules that the framework's error comes from.
const FRAMEWORK: [&str; 4] =
    ["fastapi", "fastapi.exceptions", "starlette.exceptions", "fastapi.exception_handlers"];
/// Names that may be left without use where an error was exchanged.
const RELEASED: [&str; 4] = ["HTTPException", "StarletteHTTPException", "status", "HTTPStatus"];

/// Proposes the errors and what answers them.
pub(in crate::propose::recipe) fn draft(ask: &Ask<'_>, folder: &'static str) -> Result<Draft, ProposeError> {
    let texts = super::super::django::survey::texts(ask)?;
    let all: BTreeMap<&str, Module<'_>> = texts
        .iter()
        .filter_map(|(path, text)| Some((path.as_str(), Module::parse(path, text).ok()?)))
        .collect();
    let is_test = |path: &str| ask.map.layer_of(path) == Some(Layer::Test) || raised::is_test(path);
    let modules: BTreeMap<&str, &Module<'_>> =
        all.iter().filter(|(path, _)| !is_test(path)).map(|(path, module)| (*path, module)).collect();
    let application = application::find(&modules)?;
    if application.has_handlers {
        return clash("a table of handlers of errors".into(), &application.place);
    }
    raised::refuse_module(&modules)?;
    let raises: BTreeMap<&str, Vec<Raise>> = modules
        .iter()
        .map(|(path, module)| (*path, raises_of(module)))
        .filter(|(_, raises)| !raises.is_empty())
        .collect();
    let first = raises.iter().find_map(|(path, raises)| Some(Place::new(*path, raises.first()?.line)));
    let shape = shape::read(&modules, &application.path, first)?;
    let seen: BTreeSet<u16> = raises.values().flatten().filter_map(|raise| raise.status).collect();
    let home = Home::of(&application.path, &modules);
    let habits = habits(ask, &home, &all, &application.path)?;
    let kinds = kinds::of_statuses(&seen);
    Answers { ask, folder, modules: &all, application, shape, raises, kinds, home, habits }.draft()
}

/// Everything that is known before a file is rendered.
struct Answers<'a> {
    ask: &'a Ask<'a>,
    /// Where the templates are.
    folder: &'static str,
    modules: &'a BTreeMap<&'a str, Module<'a>>,
    application: Application,
    shape: Shape,
    /// Raises of the framework's errors by file.
    raises: BTreeMap<&'a str, Vec<Raise>>,
    kinds: Vec<&'static Kind>,
    home: Home,
    habits: Habits,
}

impl Answers<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let paths =
            [self.path(Layer::Error, ""), self.path(Layer::Error, "handlers"), self.path(Layer::Test, "")];
        let mut remarks = vec![self.said_of_the_shape()];
        let files = errors::written(
            self.ask,
            &paths,
            &|step| self.file(step),
            &mut |step| self.services(step, &mut remarks),
            &|step| self.registered(step),
        )?;
        remarks.push(
            "What nobody expected is logged with the id of its request and answered with 500 in the same shape; it was \
             plain text before."
                .into(),
        );
        let like = match &self.shape {
            Shape::Own { place, .. } | Shape::Detail { place } => format!("in the shape of {place}"),
            Shape::Problem => "as problem details".to_owned(),
        };
        Ok(Draft { like, files, remarks })
    }

    fn said_of_the_shape(&self) -> String {
        match &self.shape {
            Shape::Own { function, place, .. } => {
                format!("Errors are answered by {function}, which the project registers ({place}).")
            }
            Shape::Detail { place } => format!(
                "Errors are answered as {{\"detail\": …}}: clients know that from HTTPException, which is raised \
                 today ({place})."
            ),
            Shape::Problem => "Errors are answered as problem details (RFC 9457): nothing here raises an error of its \
                               own yet, so no client knows another shape. The framework's 404 and 405 follow; 422 for a \
                               wrong body stays as generated clients read it."
                .into(),
        }
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        match (layer, part) {
            (Layer::Test, _) => {
                let own = format!("{}tests/", self.home.import_root);
                let folder = self.ask.workspace.paths().into_iter().any(|path| path.starts_with(&own));
                let root = if folder || self.test_folder().is_none() {
                    own
                } else {
                    self.test_folder().unwrap_or_default()
                };
                format!("{root}test_error_handlers.py")
            }
            (_, "handlers") => self.home.path("error_handlers"),
            _ => self.home.path("errors"),
        }
    }

    /// The folder of the first test, where none are below the root of imports.
    fn test_folder(&self) -> Option<String> {
        let first = self.modules.keys().find(|path| raised::is_test(path) && path.contains("test_"))?;
        Some(first.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/")))
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let path = self.path(step.layer, &step.part);
        let body = self.ask.render(self.folder, &step.template, &self.context(), |_| {})?;
        let mut candidates = self.candidates();
        if let Some((name, _)) = self.reached().filter(|_| step.layer == Layer::Test) {
            candidates.push(format!("{}:{name}", self.home.dotted(&self.application.path)));
        }
        let text = raised::file(&self.habits, &path, &body, &candidates)?;
        let place = match &self.shape {
            Shape::Own { place, .. } | Shape::Detail { place } => place.clone(),
            Shape::Problem => self.application.place.clone(),
        };
        let mut made = self.ask.made(path, text, Some(place), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    fn context(&self) -> Value {
        let kinds: Vec<Value> = self.kinds.iter().map(|kind| kind.value()).collect();
        let (shape, own, own_await) = match &self.shape {
            Shape::Own { function, is_async, .. } => ("own", function.as_str(), *is_async),
            Shape::Detail { .. } => ("detail", "", false),
            Shape::Problem => ("problem", "", false),
        };
        let (app, app_call) =
            self.reached().map_or((String::new(), ""), |(name, call)| (name.to_owned(), call));
        context! { kinds, shape, own, own_await, app, app_call }
    }

    /// How tests come by the application; only where others import it as well.
    fn reached(&self) -> Option<(&str, &'static str)> {
        let (name, call) = self.application.reached.as_ref()?;
        let from = format!("from {} import", self.home.dotted(&self.application.path));
        let is_imported =
            self.modules.iter().any(|(path, module)| raised::is_test(path) && module.text.contains(&from));
        is_imported.then_some((name.as_str(), *call))
    }

    /// What the new files may import.
    fn candidates(&self) -> Vec<String> {
        let (errors, handlers) = (self.home.path("errors"), self.home.path("error_handlers"));
        let (errors, handlers) = (self.home.dotted(&errors), self.home.dotted(&handlers));
        let mut all: Vec<String> = [
            "logging",
            "re",
            "uuid",
            "pytest",
            "fastapi:FastAPI",
            "fastapi:Request",
            "fastapi.responses:JSONResponse",
            "fastapi.responses:Response",
            "fastapi.testclient:TestClient",
        ]
        .map(str::to_owned)
        .into();
        let from = if self.shape == Shape::Problem { "starlette.exceptions" } else { "fastapi" };
        all.push(format!("{from}:HTTPException"));
        all.push(format!("{errors}:AppError"));
        all.extend(self.kinds.iter().map(|kind| format!("{errors}:{}Error", kind.name)));
        for name in ["answer_app_error", "register_error_handlers"] {
            all.push(format!("{handlers}:{name}"));
        }
        if let Shape::Own { path, function, .. } = &self.shape {
            all.push(format!("{}:{function}", self.home.dotted(path)));
        }
        all
    }

    /// The line that adds the handlers, behind the statement that makes the application.
    fn registered(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let Application { path, name, end, indent, place, .. } = &self.application;
        let old = self.modules.get(path.as_str()).map_or("", |module| module.text);
        let newline = newline_of(old);
        let lead = if old.get(..*end).is_some_and(|before| before.ends_with('\n')) { "" } else { newline };
        let mut edits = Edits::default();
        edits.insert(*end, format!("{lead}{indent}register_error_handlers({name}){newline}"));
        let text = edits.apply(old)?;
        let used = used_names(&Module::parse(path, &text)?);
        let new = self.habits.with_imports(path, &text, &used, &self.candidates())?;
        Ok(self.ask.edited(Edited {
            path,
            old,
            new,
            reason: step.reason.clone(),
            like: Some(place.clone()),
            layer: step.layer,
        }))
    }

    /// Services that raise the domain's errors in place of the framework's.
    fn services(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let errors = self.home.dotted(&self.home.path("errors"));
        let found = self.raises.iter().filter_map(|(path, raises)| {
            let text = self.modules.get(path)?.text;
            let errors = raises.iter().map(|raise| (raise.line, raise.kind().map(|kind| (raise, kind))));
            Some(Raising { path, text, errors: errors.collect() })
        });
        let (files, told) =
            services(self.ask, step, (found.collect(), self.waited_for()), |path, text, changes| {
                let exchange = Exchange { path, habits: &self.habits, errors: &errors, released: &RELEASED };
                exchange.applied(text, changes)
            })?;
        remarks.extend(told);
        Ok(files)
    }

    /// Code or a test that waits for the framework's errors.
    fn waited_for(&self) -> Option<Place> {
        let names = BTreeSet::from(HTTP_ERRORS);
        self.modules
            .iter()
            .find_map(|(path, module)| Some(Place::new(*path, raised::waited_for(module.text, &names)?)))
    }
}

/// Raises of the framework's errors in a module.
fn raises_of(module: &Module<'_>) -> Vec<Raise> {
    let names: BTreeSet<String> = raised::imported(module, &FRAMEWORK)
        .into_iter()
        .filter(|(_, name)| HTTP_ERRORS.contains(&name.as_str()))
        .map(|(local, _)| local)
        .collect();
    raised::raises(module, &|error| match error {
        Expr::Call(call) => {
            let Expr::Name(name) = &*call.func else { return None };
            if !names.contains(name.id.as_str()) {
                return None;
            }
            let detail = raised::argument(call, 1, "detail").map_or(Said::Nothing, raised::said);
            let is_plain = call.arguments.args.len() <= 2
                && call.arguments.keywords.iter().all(|one| {
                    one.arg.as_deref().is_some_and(|name| matches!(name, "status_code" | "detail"))
                });
            let status = raised::argument(call, 0, "status_code").and_then(raised::status);
            Some((status, if is_plain { detail } else { Said::More }))
        }
        _ => None,
    })
}

/// How the project writes Python.
fn habits(
    ask: &Ask<'_>,
    home: &Home,
    modules: &BTreeMap<&str, Module<'_>>,
    application: &str,
) -> Result<Habits, ProposeError> {
    let mut settings = String::new();
    for folder in [home.import_root.as_str(), ""] {
        for file in ["pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg"] {
            settings.push_str(&ask.workspace.text(&format!("{folder}{file}"))?.unwrap_or_default());
            settings.push('\n');
        }
    }
    let texts: Vec<&str> = modules.get(application).map(|module| module.text).into_iter().collect();
    Ok(Habits::read(&settings, &texts, home.own(modules)))
}
