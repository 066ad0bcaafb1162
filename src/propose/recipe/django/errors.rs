//! The `error-module` recipe for Django with the REST framework: errors of the domain beside the
//! settings, and the function that `EXCEPTION_HANDLER` names.
//!
//! The framework's `{"detail": …}` is what clients know, and its own handler goes on to write
//! it; the new one says which status an error of the domain has, and answers what nobody expected.

use super::{
    auth::settings::{item, stated},
    plan::{self, RECIPE},
    project::Project,
    survey::{self, Survey},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::newline_of,
        python::Module,
        recipe::{
            errors::{
                self, clash,
                kinds::{self, Kind},
                python::{self as raised, Exchange, Raise, Said},
                services::{Raising, services},
            },
            head::StepHead,
            python_lists,
            python_text::Habits,
            resource::{Ask, Draft, Edited},
        },
    },
};
use minijinja::{Value, context};
use ruff_python_ast::{Expr, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// The framework's errors that are answered as `{"detail": …}` whatever else is set up.
const KNOWN: [(&str, u16); 3] = [("NotFound", 404), ("PermissionDenied", 403), ("ParseError", 400)];
/// Those that are answered otherwise, each with why.
const OTHERS: [(&str, &str); 5] = [
    ("ValidationError", "it is answered as a list"),
    ("NotAuthenticated", "its status depends on how one signs in"),
    ("AuthenticationFailed", "its status depends on how one signs in"),
    ("Http404", "what it says differs between versions"),
    ("Throttled", "it says when to come back"),
];
const RELEASED: [&str; 5] = ["NotFound", "PermissionDenied", "ParseError", "exceptions", "status"];

/// Proposes the errors and what answers them.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let texts = survey::texts(ask)?;
    let survey = Survey::of(&texts);
    let project = Project::read(&survey);
    let Some((settings, module, _)) = stated(&survey, "INSTALLED_APPS") else {
        return Err(ProposeError::NotApplicable(
            "no settings with INSTALLED_APPS were found to name a handler of errors in".into(),
        ));
    };
    if !module.text.contains("rest_framework") {
        return Err(ProposeError::NotApplicable(format!(
            "INSTALLED_APPS of {settings} does not have rest_framework, which the recipe error-module builds on"
        )));
    }
    let own: BTreeMap<&str, &Module<'_>> = survey
        .modules
        .iter()
        .filter(|(path, _)| !raised::is_test(path))
        .map(|(path, module)| (*path, module))
        .collect();
    if let Some((path, module, framework)) = stated(&survey, "REST_FRAMEWORK")
        && let Some(handler) = item(framework, "EXCEPTION_HANDLER")
    {
        let what = format!("a handler of errors, {},", module.source(handler));
        return clash(what, &Place::new(path, module.line(handler)));
    }
    raised::refuse_module(&own)?;
    let raises: BTreeMap<&str, Vec<Raise>> = own
        .iter()
        .map(|(path, module)| (*path, raises_of(module)))
        .filter(|(_, raises)| !raises.is_empty())
        .collect();
    let seen: BTreeSet<u16> = raises.values().flatten().filter_map(|raise| raise.status).collect();
    let habits = plan::habits(ask, &survey, &project, &[settings])?;
    let is_typed = is_typed(&own);
    let folder = package_of(settings);
    Answers {
        ask,
        survey: &survey,
        project: &project,
        own,
        settings,
        folder,
        raises,
        kinds: kinds::of_statuses(&seen),
        habits,
        is_typed,
    }
    .draft()
}

/// Everything that is known before a file is rendered.
struct Answers<'a> {
    ask: &'a Ask<'a>,
    survey: &'a Survey<'a>,
    project: &'a Project,
    own: BTreeMap<&'a str, &'a Module<'a>>,
    /// The module that lists the applications.
    settings: &'a str,
    /// The package of the settings, with its last `/`.
    folder: String,
    raises: BTreeMap<&'a str, Vec<Raise>>,
    kinds: Vec<&'static Kind>,
    habits: Habits,
    is_typed: bool,
}

impl Answers<'_> {
    fn draft(self) -> Result<Draft, ProposeError> {
        let paths =
            [self.path(Layer::Error, ""), self.path(Layer::Error, "handlers"), self.path(Layer::Test, "")];
        let mut remarks = vec![
            "Errors are answered as {\"detail\": …}, as the REST framework does; its own handler writes them.".into(),
        ];
        let files = errors::written(
            self.ask,
            &paths,
            &|step| self.file(step),
            &mut |step| self.services(step, &mut remarks),
            &|step| self.registered(step),
        )?;
        remarks.push(
            "What nobody expected is logged with the id of its request and answered with 500 in the same shape; while \
             DEBUG is on, Django's own page says more."
                .into(),
        );
        Ok(Draft { like: "in the shape of the REST framework".into(), files, remarks })
    }

    fn path(&self, layer: Layer, part: &str) -> String {
        let stem = match (layer, part) {
            (Layer::Test, _) => {
                let shared = format!("{}tests/", self.project.import_root);
                let has_shared = self.survey.modules.keys().any(|path| path.starts_with(&shared));
                let folder = if has_shared { shared } else { self.folder.clone() };
                return format!("{folder}test_error_handlers.py");
            }
            (_, "handlers") => "error_handlers",
            _ => "errors",
        };
        format!("{}{stem}.py", self.folder)
    }

    fn module(&self, part: &str) -> String {
        self.project.module_of(&self.path(Layer::Error, part))
    }

    fn place(&self) -> Place {
        let place = stated(self.survey, "REST_FRAMEWORK").or_else(|| stated(self.survey, "INSTALLED_APPS"));
        place.map_or_else(
            || Place::new(self.settings, 1),
            |(path, module, value)| Place::new(path, module.line(value)),
        )
    }

    fn render(&self, template: &str) -> Result<String, ProposeError> {
        let typed = self.is_typed;
        let kinds: Vec<Value> = self.kinds.iter().map(|kind| kind.value()).collect();
        self.ask.render(RECIPE, template, &context! { kinds, typed }, |environment| {
            // Annotations, where the project writes them.
            environment
                .add_function("t", move |of: &str| if typed { format!(": {of}") } else { String::new() });
            environment
                .add_function("r", move |of: &str| if typed { format!(" -> {of}") } else { String::new() });
        })
    }

    /// One new file.
    fn file(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let path = self.path(step.layer, &step.part);
        let text = raised::file(&self.habits, &path, &self.render(&step.template)?, &self.candidates())?;
        let mut made = self.ask.made(path, text, Some(self.place()), step.layer);
        for note in &mut made.notes {
            note.reason.clone_from(&step.reason);
        }
        Ok(made)
    }

    /// What the new files may import.
    fn candidates(&self) -> Vec<String> {
        let mut all: Vec<String> = [
            "logging",
            "re",
            "uuid",
            "typing:Any",
            "django.conf:settings",
            "django.test:SimpleTestCase",
            "django.test:override_settings",
            "django.urls:path",
            "rest_framework:views",
            "rest_framework.exceptions:APIException",
            "rest_framework.request:Request",
            "rest_framework.response:Response",
            "rest_framework.views:APIView",
        ]
        .map(str::to_owned)
        .into();
        let errors = self.module("");
        all.push(format!("{errors}:AppError"));
        all.extend(self.kinds.iter().map(|kind| format!("{errors}:{}Error", kind.name)));
        all
    }

    /// The settings that name the handler.
    fn registered(&self, step: &StepHead) -> Result<FileChange, ProposeError> {
        let quote = self.habits.quote;
        let handler = format!("{}.exception_handler", self.module("handlers"));
        let named = format!("{quote}EXCEPTION_HANDLER{quote}: {quote}{handler}{quote}");
        let (path, new, line) = match stated(self.survey, "REST_FRAMEWORK") {
            Some((path, module, framework @ Expr::Dict(_))) => {
                let new = python_lists::add(module, framework, usize::MAX, &[named], self.habits.width)?;
                (path, new, module.line(framework))
            }
            Some((path, module, value)) => {
                return Err(ProposeError::Input {
                    what: format!("REST_FRAMEWORK is no literal dictionary ({path}:{})", module.line(value)),
                    hint: format!("name the handler there first: {named}"),
                });
            }
            None => {
                let text = self.survey.modules.get(self.settings).map_or("", |module| module.text);
                let newline = newline_of(text);
                let last = u32::try_from(text.lines().count()).unwrap_or(1).max(1);
                let block = format!("REST_FRAMEWORK = {{{newline}    {named},{newline}}}{newline}");
                (self.settings, format!("{}{newline}{newline}{block}", text.trim_end()), last)
            }
        };
        let old = self.survey.modules.get(path).map_or("", |module| module.text);
        Ok(self.ask.edited(Edited {
            path,
            old,
            new,
            reason: step.reason.clone(),
            like: Some(Place::new(path, line)),
            layer: step.layer,
        }))
    }

    /// Services that raise the domain's errors in place of the framework's.
    fn services(&self, step: &StepHead, remarks: &mut Vec<String>) -> Result<Vec<FileChange>, ProposeError> {
        let errors = self.module("");
        let names: BTreeSet<&str> = KNOWN.iter().map(|(name, _)| *name).chain(["APIException"]).collect();
        let waited = self
            .survey
            .modules
            .iter()
            .find_map(|(path, module)| Some(Place::new(*path, raised::waited_for(module.text, &names)?)));
        let found = self.raises.iter().filter_map(|(path, raises)| {
            let module = self.own.get(path)?;
            let errors =
                raises.iter().map(|raise| (raise.line, kind_of(module, raise).map(|kind| (raise, kind))));
            Some(Raising { path, text: module.text, errors: errors.collect() })
        });
        let (files, told) = services(self.ask, step, (found.collect(), waited), |path, text, changes| {
            let exchange = Exchange { path, habits: &self.habits, errors: &errors, released: &RELEASED };
            exchange.applied(text, changes)
        })?;
        remarks.extend(told);
        Ok(files)
    }
}

/// The domain's error for one of the framework's; else why there is none that is answered the same.
fn kind_of(module: &Module<'_>, raise: &Raise) -> Result<&'static Kind, &'static str> {
    match raise.kind() {
        Ok(_) if raise.said == Said::Nothing => Err("it says nothing"),
        Ok(kind) => Ok(kind),
        Err(why) => Err(other(module, raise).unwrap_or(why)),
    }
}

/// Why an error that is raised is answered otherwise.
fn other(module: &Module<'_>, raise: &Raise) -> Option<&'static str> {
    let source = module.text.get(raise.call.clone())?;
    let name = source.split('(').next()?.rsplit('.').next()?;
    OTHERS.into_iter().find(|(known, _)| *known == name).map(|(_, why)| why)
}

/// The package that settings belong to: that of `config/settings/base.py` is `config`.
fn package_of(settings: &str) -> String {
    let folder = settings.rsplit_once('/').map_or("", |(folder, _)| folder);
    let package = match folder.rsplit_once('/') {
        Some((package, "settings")) => package,
        None if folder == "settings" => "",
        _ => folder,
    };
    if package.is_empty() { String::new() } else { format!("{package}/") }
}

/// Whether most functions say what they return.
fn is_typed(modules: &BTreeMap<&str, &Module<'_>>) -> bool {
    let mut all = 0_usize;
    let mut typed = 0_usize;
    for module in modules.values() {
        let methods = module.classes().flat_map(|class| class.body.iter());
        for stmt in module.body.iter().chain(methods) {
            if let Stmt::FunctionDef(function) = stmt {
                all += 1;
                typed += usize::from(function.returns.is_some());
            }
        }
    }
    typed * 2 > all
}

/// Raises of the framework's errors in a module.
fn raises_of(module: &Module<'_>) -> Vec<Raise> {
    let direct = raised::imported(module, &["rest_framework.exceptions", "django.http"]);
    let packages = raised::imported(module, &["rest_framework"]);
    let name_of = |func: &Expr| -> Option<String> {
        match func {
            Expr::Name(name) => {
                direct.iter().find(|(local, _)| local == name.id.as_str()).map(|(_, name)| name.clone())
            }
            Expr::Attribute(attribute) => {
                let Expr::Name(package) = &*attribute.value else { return None };
                let known =
                    |(local, name): &&(String, String)| local == package.id.as_str() && name == "exceptions";
                packages.iter().find(known).map(|_| attribute.attr.to_string())
            }
            _ => None,
        }
    };
    raised::raises(module, &|error| {
        let (func, call) = match error {
            Expr::Call(call) => (&*call.func, Some(call)),
            other => (other, None),
        };
        let name = name_of(func)?;
        if let Some((_, status)) = KNOWN.into_iter().find(|(known, _)| *known == name) {
            let Some(call) = call else { return Some((Some(status), Said::Nothing)) };
            let count = call.arguments.args.len() + call.arguments.keywords.len();
            let said = match raised::argument(call, 0, "detail") {
                None if count == 0 => Said::Nothing,
                Some(detail) if count == 1 => raised::said(detail),
                _ => Said::More,
            };
            return Some((Some(status), said));
        }
        OTHERS.iter().any(|(known, _)| *known == name).then_some((None, Said::More))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_of_settings_is_above_their_folder() {
        assert_eq!(package_of("backend/shop/settings.py"), "backend/shop/");
        assert_eq!(package_of("config/settings/base.py"), "config/");
        assert_eq!(package_of("settings.py"), "");
    }

    #[test]
    fn errors_of_the_framework_are_known_by_both_ways_to_import_them() {
        let text = "from rest_framework import exceptions\nfrom rest_framework.exceptions import NotFound as Gone, ValidationError\n\n\ndef f():\n    raise exceptions.PermissionDenied(\"no\")\n    raise Gone(detail=\"no such\")\n    raise Gone\n    raise ValidationError(\"no\")\n    raise KeyError(1)\n";
        let module = Module::parse("a.py", text).unwrap();
        let found: Vec<(Option<u16>, bool)> =
            raises_of(&module).iter().map(|one| (one.status, matches!(one.said, Said::Text(_)))).collect();
        assert_eq!(found, [(Some(403), true), (Some(404), true), (Some(404), false), (None, false)]);
    }
}
