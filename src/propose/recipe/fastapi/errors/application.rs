//! Where the application is made, which is where handlers of errors are added to it.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::{indent_of, line_end},
        python::{Module, last_name, range_of},
        recipe::errors::python::imported,
    },
};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};
use std::collections::BTreeMap;

/// The statement that makes the application.
pub(in crate::propose::recipe::fastapi) struct Application {
    pub(in crate::propose::recipe::fastapi) path: String,
    /// What the application is called there.
    pub(in crate::propose::recipe::fastapi) name: String,
    /// Just after the statement.
    pub(in crate::propose::recipe::fastapi) end: usize,
    pub(in crate::propose::recipe::fastapi) indent: String,
    pub(in crate::propose::recipe::fastapi) place: Place,
    /// How tests come by it: a name to import, and what it is called with.
    pub(in crate::propose::recipe::fastapi) reached: Option<(String, &'static str)>,
    /// Whether handlers are given to it where it is made.
    pub(in crate::propose::recipe::fastapi) has_handlers: bool,
}

/// The application of a backend: of several the one that includes routers, then the first.
pub(in crate::propose::recipe::fastapi) fn find(
    modules: &BTreeMap<&str, &Module<'_>>,
) -> Result<Application, ProposeError> {
    let mut all: Vec<(bool, Application)> = Vec::new();
    for (path, module) in modules {
        let Some(class) = local_name(module) else { continue };
        let mut found = Vec::new();
        made(&module.body, None, &class, &mut found);
        let serves = module.text.contains("include_router");
        all.extend(found.into_iter().map(|one| (!serves, one.at(path, module))));
    }
    all.sort_by_key(|(is_bare, _)| *is_bare);
    all.into_iter().next().map(|(_, one)| one).ok_or_else(|| {
        ProposeError::NotApplicable(
            "no statement of the form app = FastAPI(...) was found, so there is no place to add handlers of errors"
                .into(),
        )
    })
}

/// What the framework's class is called in a module.
fn local_name(module: &Module<'_>) -> Option<String> {
    let found = imported(module, &["fastapi", "fastapi.applications"]);
    found.into_iter().find(|(_, name)| name == "FastAPI").map(|(local, _)| local)
}

struct Made<'m> {
    target: &'m str,
    call: &'m ExprCall,
    stmt: &'m Stmt,
    factory: Option<&'m StmtFunctionDef>,
}

impl Made<'_> {
    fn at(&self, path: &str, module: &Module<'_>) -> Application {
        let range = range_of(self.stmt);
        let reached = match self.factory {
            None => Some((self.target.to_owned(), "")),
            Some(function) => {
                let parameters = &function.parameters;
                let needs = parameters.iter_non_variadic_params().any(|one| one.default.is_none());
                (!needs && !function.is_async).then(|| (function.name.to_string(), "()"))
            }
        };
        let gives = |one: &ruff_python_ast::Keyword| one.arg.as_deref() == Some("exception_handlers");
        Application {
            path: path.to_owned(),
            name: self.target.to_owned(),
            end: line_end(module.text, range.end),
            indent: indent_of(module.text, range.start).to_owned(),
            place: Place::new(path, module.line(self.stmt)),
            reached,
            has_handlers: self.call.arguments.keywords.iter().any(gives),
        }
    }
}

/// Statements of a body, and of functions at its top, that make an application.
fn made<'m>(body: &'m [Stmt], factory: Option<&'m StmtFunctionDef>, class: &str, found: &mut Vec<Made<'m>>) {
    for stmt in body {
        let (target, value) = match stmt {
            Stmt::FunctionDef(function) if factory.is_none() => {
                made(&function.body, Some(function), class, found);
                continue;
            }
            Stmt::Assign(assign) => match assign.targets.as_slice() {
                [Expr::Name(name)] => (name.id.as_str(), &*assign.value),
                _ => continue,
            },
            Stmt::AnnAssign(assign) => match (&*assign.target, assign.value.as_deref()) {
                (Expr::Name(name), Some(value)) => (name.id.as_str(), value),
                _ => continue,
            },
            _ => continue,
        };
        if let Expr::Call(call) = value
            && last_name(&call.func) == Some(class)
        {
            found.push(Made { target, call, stmt, factory });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Name, end, and how it is reached.
    type Found = (String, usize, Option<(String, &'static str)>);

    fn found(text: &str) -> Option<Found> {
        let module = Module::parse("app/main.py", text).unwrap();
        let one = find(&BTreeMap::from([("app/main.py", &module)])).ok()?;
        Some((one.name, one.end, one.reached))
    }

    #[test]
    fn an_application_is_found_in_a_module_and_in_a_factory() {
        let text = "from fastapi import FastAPI as Api\n\napp: Api = Api(\n    title=\"a\",\n)\n";
        assert_eq!(found(text), Some(("app".into(), text.len(), Some(("app".into(), "")))));
        let text =
            "from fastapi import FastAPI\n\n\ndef make(debug=False):\n    web = FastAPI()\n    return web\n";
        let end = text.find("    return").unwrap();
        assert_eq!(found(text), Some(("web".into(), end, Some(("make".into(), "()")))));
        let text =
            "from fastapi import FastAPI\n\n\ndef make(settings):\n    web = FastAPI()\n    return web\n";
        assert_eq!(found(text).unwrap().2, None);
        assert_eq!(found("FastAPI = 1\napp = FastAPI()\n"), None);
    }
}
