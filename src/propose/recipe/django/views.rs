//! How a project writes the views of a resource.

use super::{
    routes::{By, Route},
    survey::{Survey, bases, elements},
};
use crate::{
    domain::place::Place,
    propose::python::{Module, functions, last_name, string_value},
};
use ruff_python_ast::{Decorator, Expr, Stmt, StmtClassDef, StmtFunctionDef};
use std::collections::BTreeSet;

/// Attributes of a view that say nothing of its resource.
const KEPT: [&str; 7] = [
    "permission_classes",
    "authentication_classes",
    "pagination_class",
    "throttle_classes",
    "throttle_scope",
    "renderer_classes",
    "parser_classes",
];

/// The form of a view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Form {
    /// One class behind a router.
    ViewSet,
    /// Two classes of `rest_framework.generics`.
    Generic,
    /// Two classes with a method for each verb.
    Methods,
    /// Two functions with `@api_view`.
    Functions,
}

/// One view of the example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct View {
    pub(super) path: String,
    pub(super) name: String,
    pub(super) form: Form,
    pub(super) place: Place,
    /// As written.
    pub(super) source: String,
    /// What stands between the brackets after the class's name.
    pub(super) bases: String,
    /// Attributes or decorators to keep, as written.
    pub(super) kept: Vec<String>,
    /// Verbs in lower case, where the view lists them.
    pub(super) verbs: BTreeSet<String>,
    pub(super) is_typed: bool,
    /// Whether it serves all that its form can.
    pub(super) is_whole: bool,
}

/// How rows belong to who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Owner {
    /// The attribute that holds the user.
    pub(super) attribute: String,
    /// Whether other users' rows are out of sight.
    pub(super) filters: bool,
}

impl Form {
    /// As templates see it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ViewSet => "viewset",
            Self::Generic => "generic",
            Self::Methods => "methods",
            Self::Functions => "functions",
        }
    }
}

/// The view that a route names; `None` where it is none of the REST framework's.
pub(super) fn view_of(survey: &Survey<'_>, route: &Route) -> Option<View> {
    let folder = route.file.rsplit_once('/').map_or("", |(folder, _)| folder);
    let near = |path: &&str| path.starts_with(folder);
    let all = || survey.modules.keys().copied().filter(|path| !path.contains("/migrations/"));
    let view = all().filter(near).chain(all()).find_map(|path| {
        let module = survey.modules.get(path)?;
        module.body.iter().find_map(|stmt| match stmt {
            Stmt::ClassDef(class) if class.name.as_str() == route.view => {
                class_view(survey, path, module, class)
            }
            Stmt::FunctionDef(function) if function.name.as_str() == route.view => {
                function_view(path, module, function)
            }
            _ => None,
        })
    })?;
    let is_routed = (route.by == By::Router) == (view.form == Form::ViewSet);
    is_routed.then_some(view)
}

fn class_view(survey: &Survey<'_>, path: &str, module: &Module<'_>, class: &StmtClassDef) -> Option<View> {
    let mut roots = BTreeSet::new();
    collect(survey, class, &mut roots, 0);
    let has = |end: &str| roots.iter().any(|root| root.ends_with(end));
    let form = if has("ViewSet") {
        Form::ViewSet
    } else if roots.iter().any(|root| root.ends_with("APIView") && root != "APIView") || has("ModelMixin") {
        Form::Generic
    } else if roots.contains("APIView") {
        Form::Methods
    } else {
        return None;
    };
    let own: Vec<&str> = bases(class).iter().map(|base| module.source(base)).collect();
    let all_of = |names: &[&str]| names.iter().all(|name| roots.contains(*name));
    let is_whole = match form {
        Form::ViewSet => {
            roots.contains("ModelViewSet")
                || all_of(&[
                    "CreateModelMixin",
                    "ListModelMixin",
                    "RetrieveModelMixin",
                    "UpdateModelMixin",
                    "DestroyModelMixin",
                ])
        }
        Form::Generic => {
            roots.contains("ListCreateAPIView") || roots.contains("RetrieveUpdateDestroyAPIView")
        }
        Form::Methods | Form::Functions => {
            functions(&class.body).any(|method| matches!(method.name.as_str(), "post" | "delete"))
        }
    };
    let kept = class.body.iter().filter_map(|stmt| {
        let Stmt::Assign(assign) = stmt else { return None };
        let name = assign.targets.first().and_then(last_name)?;
        KEPT.contains(&name).then(|| module.source(stmt).to_owned())
    });
    let by_hand = form == Form::Methods;
    Some(View {
        path: path.to_owned(),
        name: class.name.to_string(),
        form,
        place: Place::new(path, module.line(&class.name)),
        source: module.source(class).to_owned(),
        bases: if is_whole || by_hand { own.join(", ") } else { String::new() },
        kept: kept.collect(),
        verbs: functions(&class.body).map(|method| method.name.to_string()).collect(),
        is_typed: functions(&class.body).any(|method| method.returns.is_some()),
        is_whole,
    })
}

fn function_view(path: &str, module: &Module<'_>, function: &StmtFunctionDef) -> Option<View> {
    let call = |decorator: &Decorator| match &decorator.expression {
        Expr::Call(call) => last_name(&call.func).map(str::to_owned),
        other => last_name(other).map(str::to_owned),
    };
    let marked = function.decorator_list.iter().find(|one| call(one).as_deref() == Some("api_view"))?;
    let verbs = match &marked.expression {
        Expr::Call(call) => call.arguments.args.first().map(elements).unwrap_or_default(),
        _ => &[],
    };
    let others = function.decorator_list.iter().filter(|one| call(one).as_deref() != Some("api_view"));
    let verbs: BTreeSet<String> =
        verbs.iter().filter_map(string_value).map(|verb| verb.to_lowercase()).collect();
    Some(View {
        path: path.to_owned(),
        name: function.name.to_string(),
        form: Form::Functions,
        place: Place::new(path, module.line(&function.name)),
        source: module.source(function).to_owned(),
        bases: String::new(),
        kept: others.map(|one| module.source(&one.expression).to_owned()).collect(),
        is_whole: verbs.contains("post") || verbs.contains("delete"),
        verbs,
        is_typed: function.returns.is_some(),
    })
}

/// Last names of all classes that one derives from, over those of the project.
fn collect(survey: &Survey<'_>, class: &StmtClassDef, roots: &mut BTreeSet<String>, depth: usize) {
    if depth > 8 {
        return;
    }
    for base in bases(class).iter().filter_map(last_name) {
        if !roots.insert(base.to_owned()) {
            continue;
        }
        let parent = survey.modules.values().find_map(|module| {
            module.classes().find(|known| known.name.as_str() == base && known.name != class.name)
        });
        if let Some(parent) = parent {
            collect(survey, parent, roots, depth + 1);
        }
    }
}

/// How the views tie rows to the user, where they do.
pub(super) fn owner(views: &[View]) -> Option<Owner> {
    let mut owner: Option<Owner> = None;
    for view in views {
        for (at, _) in view.source.match_indices("request.user") {
            let before = view.source.get(..at).unwrap_or_default();
            let before = before.strip_suffix("self.").unwrap_or(before);
            let Some(named) = before.strip_suffix('=') else { continue };
            let start = named.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
            let attribute = named.get(start..).unwrap_or_default();
            let call = named.get(..start).and_then(|head| head.rsplit_once('(')).map_or("", |(head, _)| head);
            let filters = ["filter", "get_object_or_404", "get"].iter().any(|end| call.ends_with(end));
            let known = owner.get_or_insert_with(|| Owner { attribute: attribute.to_owned(), filters });
            known.filters |= filters;
        }
    }
    owner
}
