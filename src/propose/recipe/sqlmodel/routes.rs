//! How the example's routes are written: session, user, answers, addresses.

use super::example::Modules;
use crate::{
    domain::place::Place,
    propose::{
        python::{Module, last_name, string_value},
        recipe::{django::survey::keyword, names::Name, python_text::exchanged, typescript::words},
    },
};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};

/// A parameter as it is written, and its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) written: String,
}

/// What the routes show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Routes {
    pub(super) path: String,
    pub(super) place: Place,
    /// `APIRouter(…)` as written.
    pub(super) call: String,
    /// Path of the collection: empty or `/`.
    pub(super) root: String,
    pub(super) session: Parameter,
    pub(super) user: Option<Parameter>,
    /// Attribute of rows that holds the key of who made them.
    pub(super) owner: String,
    /// Attribute of users who may do all; empty where there is none.
    pub(super) superuser: String,
    pub(super) refusal: String,
    pub(super) is_async: bool,
    pub(super) id_name: String,
    pub(super) id_type: String,
    pub(super) verb: String,
    /// Status of a creation as written; empty for the default.
    pub(super) created: String,
    /// What a removal returns; empty for nothing.
    pub(super) message: String,
    /// What the list is declared to return.
    pub(super) answer: String,
    /// Name of the parameter that skips rows.
    pub(super) skip: String,
}

impl Routes {
    /// The file of routes that is named after a resource and stores it.
    pub(super) fn find(modules: &Modules<'_>, like: &Name, model: &str) -> Option<Self> {
        let probe = Name::of("proscenium");
        modules.iter().find_map(|(path, module)| {
            let file = path.rsplit('/').next().unwrap_or_default();
            let is_own = exchanged(file, like, &probe) != file && !file.starts_with("test_");
            (is_own && words(module.text).contains(model)).then(|| Self::read(path, module)).flatten()
        })
    }

    fn read(path: &str, module: &Module<'_>) -> Option<Self> {
        let call = module.body.iter().find_map(|stmt| match stmt {
            Stmt::Assign(assign) => match &*assign.value {
                Expr::Call(call) if last_name(&call.func) == Some("APIRouter") => Some(module.source(call)),
                _ => None,
            },
            _ => None,
        })?;
        let all: Vec<Route<'_>> = module.functions().filter_map(route).collect();
        let row = |route: &&Route<'_>| route.url.contains('{') && route.url.matches('/').count() == 1;
        let list = all.iter().find(|route| route.verb == "get" && !route.url.contains('{'))?;
        let one = all.iter().filter(row).find(|route| route.verb == "get")?;
        let post = all.iter().find(|route| route.verb == "post" && route.url == list.url)?;
        let change = all.iter().filter(row).find(|route| matches!(route.verb.as_str(), "put" | "patch"))?;
        let delete = all.iter().filter(row).find(|route| route.verb == "delete");
        let session = parameter(module, post.function, |name, annotation| {
            annotation.contains("Session") || name == "session" || name == "db"
        })?;
        let user = parameter(module, post.function, |name, annotation| {
            annotation.contains("CurrentUser") || name == "current_user" || name == "user"
        });
        let id_name = one.url.split(['{', '}']).nth(1)?.split(':').next()?.to_owned();
        let id_type = parameter(module, one.function, |name, _| name == id_name)?;
        let id_type = id_type.written.split_once(':').map(|(_, ty)| ty.trim().to_owned())?;
        let text = module.text;
        let owner = user.as_ref().and_then(|user| owner(text, &user.name)).unwrap_or_default();
        let response = |route: &Route<'_>| {
            let stated = keyword(route.call, "response_model").map(|value| module.source(value).to_owned());
            stated.or_else(|| route.function.returns.as_ref().map(|value| module.source(&**value).to_owned()))
        };
        let returned = delete.and_then(|route| route.function.returns.as_deref());
        let message = returned.and_then(last_name).filter(|name| *name != "Any");
        Some(Self {
            path: path.to_owned(),
            place: Place::new(path, module.line(&list.function.name)),
            call: call.to_owned(),
            root: list.url.clone(),
            session,
            superuser: ["is_superuser", "is_admin", "is_staff"]
                .into_iter()
                .find(|name| user.is_some() && words(text).contains(*name))
                .unwrap_or_default()
                .to_owned(),
            user,
            owner,
            refusal: refusal(text),
            is_async: post.function.is_async,
            id_name,
            id_type,
            verb: change.verb.clone(),
            created: keyword(post.call, "status_code")
                .map_or(String::new(), |value| module.source(value).to_owned()),
            message: message.unwrap_or_default().to_owned(),
            answer: response(list).unwrap_or_default(),
            skip: if words(text).contains("offset") && !words(text).contains("skip") {
                "offset"
            } else {
                "skip"
            }
            .to_owned(),
        })
    }
}

/// One route: its verb, its path and its function.
struct Route<'m> {
    verb: String,
    url: String,
    call: &'m Expr,
    function: &'m StmtFunctionDef,
}

fn route(function: &StmtFunctionDef) -> Option<Route<'_>> {
    function.decorator_list.iter().find_map(|decorator| {
        let Expr::Call(call) = &decorator.expression else { return None };
        let verb = last_name(&call.func)?;
        let url = call.arguments.args.first().and_then(string_value)?;
        matches!(verb, "get" | "post" | "put" | "patch" | "delete").then(|| Route {
            verb: verb.to_owned(),
            url,
            call: &decorator.expression,
            function,
        })
    })
}

fn parameter(
    module: &Module<'_>,
    function: &StmtFunctionDef,
    is_wanted: impl Fn(&str, &str) -> bool,
) -> Option<Parameter> {
    function.parameters.iter_non_variadic_params().find_map(|parameter| {
        let name = parameter.name().as_str();
        let annotation = parameter.parameter.annotation().map_or("", |annotation| module.source(annotation));
        is_wanted(name, annotation)
            .then(|| Parameter { name: name.to_owned(), written: module.source(parameter).to_owned() })
    })
}

/// The attribute that is compared with the user's key.
fn owner(text: &str, user: &str) -> Option<String> {
    ["!=", "=="].into_iter().find_map(|sign| {
        let (before, _) = text.split_once(&format!(" {sign} {user}.id"))?;
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        before.get(start..).filter(|name| !name.is_empty()).map(str::to_owned)
    })
}

/// What someone is told who may not.
fn refusal(text: &str) -> String {
    let stated = text.split("403").nth(1).and_then(|rest| {
        let rest = rest.split_once("detail=")?.1;
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest.split(quote).nth(1)
    });
    stated.filter(|stated| stated.len() < 80).unwrap_or("Not enough permissions").to_owned()
}
