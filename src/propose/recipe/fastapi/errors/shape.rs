//! In which shape errors are answered today, and whether one place does that already.
//!
//! A handler of the framework's own `HTTPException` is the project's envelope, and is asked to
//! answer the new errors as well. Without one the framework's `{"detail": …}` is what clients
//! know, if anything is raised with it; else nothing is known, and RFC 9457 says how.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, last_name},
        recipe::errors::clash,
    },
};
use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtFunctionDef,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use std::collections::BTreeMap;

/// The framework's errors with a status, under both of their names.
pub(super) const HTTP_ERRORS: [&str; 2] = ["HTTPException", "StarletteHTTPException"];
/// Errors whose handlers say nothing of the domain's.
const OTHERS: [&str; 3] = ["RequestValidationError", "RateLimitExceeded", "ValidationError"];

/// How errors are answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// By a function of the project that answers the framework's errors.
    Own { path: String, function: String, is_async: bool, place: Place },
    /// `{"detail": …}`, as where this is raised.
    Detail { place: Place },
    /// `application/problem+json`.
    Problem,
}

/// A handler that is registered.
struct Registered<'m> {
    /// Last name of what it is for; empty where it is no name.
    error: String,
    function: Option<&'m StmtFunctionDef>,
    named: Option<String>,
    line: u32,
}

/// Reads the shape; `Clash` where the domain's errors are answered in one place already.
pub(super) fn read(
    modules: &BTreeMap<&str, &Module<'_>>,
    application: &str,
    raised: Option<Place>,
) -> Result<Shape, ProposeError> {
    let mut own = None;
    for (path, module) in modules {
        for handler in registered(module) {
            let place = Place::new(*path, handler.line);
            if OTHERS.contains(&handler.error.as_str()) {
                continue;
            }
            if !HTTP_ERRORS.contains(&handler.error.as_str()) {
                let what = match handler.error.as_str() {
                    "" => "a handler of errors".to_owned(),
                    error => format!("a handler of errors, for {error},"),
                };
                return clash(what, &place);
            }
            let function = handler.function.map(|function| function.name.to_string()).or(handler.named);
            let found = function.and_then(|name| definition(modules, path, module, &name));
            match found {
                // Whoever makes the application imports the new module, so it cannot be asked.
                Some((home, function)) if home != application => {
                    own = Some(Shape::Own {
                        path: home.to_owned(),
                        function: function.name.to_string(),
                        is_async: function.is_async,
                        place,
                    });
                }
                _ => return clash("a handler of the framework's errors".into(), &place),
            }
        }
    }
    Ok(own.or(raised.map(|place| Shape::Detail { place })).unwrap_or(Shape::Problem))
}

/// The module that defines a function at its top, here or where it is imported from.
fn definition<'m>(
    modules: &'m BTreeMap<&str, &'m Module<'m>>,
    path: &'m str,
    module: &'m Module<'m>,
    name: &str,
) -> Option<(&'m str, &'m StmtFunctionDef)> {
    if let Some(function) = module.functions().find(|function| function.name.as_str() == name) {
        return Some((path, function));
    }
    let (from, name) = module.origin_of(name)?;
    let end = format!("{}.py", from.trim_start_matches('.').replace('.', "/"));
    let mut homes = modules.iter().filter(|(path, _)| path.ends_with(&end)).filter_map(|(path, module)| {
        Some((*path, module.functions().find(|function| function.name.as_str() == name)?))
    });
    homes.next()
}

/// The errors that a module registers handlers for, by the last part of their names.
pub(in crate::propose::recipe::fastapi) fn answered(module: &Module<'_>) -> Vec<String> {
    let is_domain = |error: &String| {
        !error.is_empty()
            && !matches!(error.as_str(), "Exception" | "BaseException")
            && !HTTP_ERRORS.contains(&error.as_str())
            && !OTHERS.contains(&error.as_str())
    };
    registered(module).into_iter().map(|one| one.error).filter(is_domain).collect()
}

/// Every registration of a handler in a module.
fn registered<'m>(module: &'m Module<'m>) -> Vec<Registered<'m>> {
    struct Finder<'m> {
        module: &'m Module<'m>,
        found: Vec<Registered<'m>>,
    }
    impl<'m> Visitor<'m> for Finder<'m> {
        fn visit_stmt(&mut self, stmt: &'m Stmt) {
            if let Stmt::FunctionDef(function) = stmt {
                let calls = function.decorator_list.iter().filter_map(|one| match &one.expression {
                    Expr::Call(call) if last_name(&call.func) == Some("exception_handler") => Some(call),
                    _ => None,
                });
                for call in calls {
                    let (error, line) = (error_of(call), self.module.line(call));
                    self.found.push(Registered { error, function: Some(function), named: None, line });
                }
            }
            walk_stmt(self, stmt);
        }

        fn visit_expr(&mut self, expr: &'m Expr) {
            if let Expr::Call(call) = expr
                && last_name(&call.func) == Some("add_exception_handler")
            {
                let named = call.arguments.args.get(1).and_then(last_name).map(str::to_owned);
                let (error, line) = (error_of(call), self.module.line(call));
                self.found.push(Registered { error, function: None, named, line });
            }
            walk_expr(self, expr);
        }
    }
    let mut finder = Finder { module, found: Vec::new() };
    finder.visit_body(&module.body);
    finder.found
}

fn error_of(call: &ExprCall) -> String {
    call.arguments.args.first().and_then(last_name).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str) -> Result<Shape, ProposeError> {
        let module = Module::parse("app/web.py", text).unwrap();
        read(&BTreeMap::from([("app/web.py", &module)]), "app/main.py", None)
    }

    #[test]
    fn a_handler_of_the_frameworks_errors_is_the_envelope() {
        let text = "async def answer(request, error):\n    return None\n\n\ndef add(app):\n    app.add_exception_handler(StarletteHTTPException, answer)\n    app.add_exception_handler(RequestValidationError, other)\n";
        assert_eq!(
            shape(text).unwrap(),
            Shape::Own {
                path: "app/web.py".into(),
                function: "answer".into(),
                is_async: true,
                place: Place::new("app/web.py", 6)
            }
        );
        assert_eq!(shape("x = 1\n").unwrap(), Shape::Problem);
    }

    #[test]
    fn a_handler_of_other_errors_is_named() {
        let text = "@app.exception_handler(ShopError)\ndef answer(request, error):\n    return None\n";
        match shape(text) {
            Err(ProposeError::Clash { what, place }) => {
                assert_eq!(
                    (what.as_str(), place.as_str()),
                    ("a handler of errors, for ShopError,", "app/web.py:1")
                );
            }
            other => panic!("{other:?}"),
        }
    }
}
