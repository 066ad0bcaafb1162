//! The service layer between views and models, where a project has one.

use super::{survey::Survey, views::View, write::exchanged};
use crate::{
    domain::place::Place,
    propose::{
        python::{Module, functions},
        recipe::{names::Name, typescript::words},
    },
};
use ruff_python_ast::StmtFunctionDef;

/// What a service does with a row.
const VERBS: [&str; 3] = ["create", "update", "delete"];

/// The services of the example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Services {
    pub(super) path: String,
    pub(super) place: Place,
    /// Its class; empty where services are functions.
    pub(super) class: String,
    /// Decorator of the class's methods, with its `@`; empty for plain methods.
    pub(super) decorator: String,
    /// Names for creating, changing and deleting, as the example has them or in its form.
    pub(super) names: [String; 3],
    pub(super) is_typed: bool,
    /// `services.` where views reach functions over their module.
    pub(super) prefix: String,
}

impl Services {
    /// Finds the services that the views call.
    pub(super) fn find(survey: &Survey<'_>, like: &Name, views: &[View]) -> Option<Self> {
        for (path, module) in &survey.modules {
            let is_services = path.split('/').any(|part| part.trim_end_matches(".py") == "services")
                || path.ends_with("_service.py")
                || path.ends_with("_services.py");
            if !is_services {
                continue;
            }
            if let Some(found) = by_class(path, module, like, views) {
                return Some(found);
            }
            if let Some(found) = by_function(path, module, like, views) {
                return Some(found);
            }
        }
        None
    }
}

fn called(views: &[View], name: &str) -> bool {
    views.iter().any(|view| words(&view.source).contains(name))
}

fn by_class(path: &str, module: &Module<'_>, like: &Name, views: &[View]) -> Option<Services> {
    let class = module.classes().find(|class| {
        let name = class.name.as_str();
        exchanged(name, like, &Name::of("proscenium")) != name && called(views, name)
    })?;
    let methods: Vec<&StmtFunctionDef> = functions(&class.body).collect();
    let method = methods.iter().find(|method| verb_of(method.name.as_str()).is_some())?;
    let decorator = method.decorator_list.first().map(|one| format!("@{}", module.source(&one.expression)));
    Some(Services {
        path: path.to_owned(),
        place: Place::new(path, module.line(&class.name)),
        class: class.name.to_string(),
        decorator: decorator.unwrap_or_default(),
        names: names(&methods, "create"),
        is_typed: methods.iter().any(|method| method.returns.is_some()),
        prefix: String::new(),
    })
}

fn by_function(path: &str, module: &Module<'_>, like: &Name, views: &[View]) -> Option<Services> {
    let own: Vec<&StmtFunctionDef> = module
        .functions()
        .filter(|function| {
            let name = function.name.as_str();
            exchanged(name, like, &Name::of("proscenium")) != name
        })
        .collect();
    let known = own.iter().find(|function| {
        verb_of(function.name.as_str()).is_some() && called(views, function.name.as_str())
    })?;
    let over = |view: &View| {
        let (before, _) = view.source.split_once(&format!(".{}(", known.name))?;
        let start =
            before.rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).map_or(0, |at| at + 1);
        before.get(start..).map(|prefix| format!("{prefix}."))
    };
    let default = if known.name.as_str().starts_with(like.snake.as_str()) {
        format!("{}_create", like.snake)
    } else {
        format!("create_{}", like.snake)
    };
    Some(Services {
        path: path.to_owned(),
        place: Place::new(path, module.line(&known.name)),
        class: String::new(),
        decorator: String::new(),
        names: names(&own, &default),
        is_typed: own.iter().any(|function| function.returns.is_some()),
        prefix: views.iter().find_map(over).unwrap_or_default(),
    })
}

/// The verb in a function's name.
fn verb_of(name: &str) -> Option<&'static str> {
    VERBS.into_iter().find(|verb| name.split('_').any(|word| word == *verb))
}

/// The three names; one that the example lacks is made like `default`.
fn names(known: &[&StmtFunctionDef], default: &str) -> [String; 3] {
    VERBS.map(|verb| {
        let own =
            known.iter().map(|function| function.name.as_str()).find(|name| verb_of(name) == Some(verb));
        own.map_or_else(|| default.replace("create", verb), str::to_owned)
    })
}
