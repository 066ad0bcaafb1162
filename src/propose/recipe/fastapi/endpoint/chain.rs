//! The way of a request through the layers that a project has, from the handler of one row
//! down to the query.

use super::reader::{Reader, Scope, is_name};
use crate::propose::python::range_of;
use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtFunctionDef,
    visitor::{Visitor, walk_expr},
};
use std::ops::Range;

/// How many layers are followed.
const LIMIT_LEVELS: usize = 6;
/// What a session is asked with.
const QUERIES: [&str; 7] = ["execute", "scalars", "scalar", "exec", "query", "get", "get_one"];

/// How a row is fetched where the data is.
#[derive(Clone)]
pub(super) enum Next<'m> {
    /// The call that hands the key on.
    Call(&'m ExprCall),
    /// `await session.get(Model, key)`; the range includes `await`.
    Get { whole: Range<usize>, call: &'m ExprCall },
    /// `Model.id == key` within a statement.
    Compare { whole: Range<usize> },
}

/// One function that the key passes through.
#[derive(Clone)]
pub(super) struct Level<'m> {
    pub(super) scope: Scope<'m>,
    /// The parameter that holds the key.
    pub(super) key: String,
    pub(super) next: Next<'m>,
}

/// Expressions of one function.
#[derive(Default)]
pub(super) struct Inside<'m> {
    pub(super) calls: Vec<&'m ExprCall>,
    /// The same as expressions.
    pub(super) expressions: Vec<&'m Expr>,
    /// Ranges of `await x`, each with that of `x`.
    awaits: Vec<(Range<usize>, Range<usize>)>,
    compares: Vec<&'m ruff_python_ast::ExprCompare>,
}

impl<'m> Visitor<'m> for Inside<'m> {
    fn visit_expr(&mut self, expr: &'m Expr) {
        match expr {
            Expr::Call(call) => {
                self.calls.push(call);
                self.expressions.push(expr);
            }
            Expr::Await(inner) => self.awaits.push((range_of(expr), range_of(&*inner.value))),
            Expr::Compare(compare) => self.compares.push(compare),
            _ => {}
        }
        walk_expr(self, expr);
    }
}

impl<'m> Inside<'m> {
    pub(super) fn of(body: &'m [Stmt]) -> Self {
        let mut inside = Self::default();
        body.iter().for_each(|stmt| inside.visit_stmt(stmt));
        inside
    }

    /// The range of an expression with the `await` before it.
    pub(super) fn awaited(&self, range: &Range<usize>) -> Option<Range<usize>> {
        self.awaits.iter().find(|(_, inner)| inner == range).map(|(whole, _)| whole.clone())
    }
}

/// The levels from a handler down, the handler first; `None` where the key cannot be followed
/// to a query.
pub(super) fn follow<'m>(reader: &'m Reader<'_>, handler: Scope<'m>, key: &str) -> Option<Vec<Level<'m>>> {
    let mut levels: Vec<Level<'m>> = Vec::new();
    let mut scope = handler;
    let mut key = key.to_owned();
    while levels.len() < LIMIT_LEVELS {
        let inside = Inside::of(&scope.function.body);
        let handed = inside.calls.iter().filter(|call| argument_at(call, &key).is_some());
        let found = handed.filter_map(|call| Some((*call, reader.target(scope, call)?))).find_map(
            |(call, target)| Some((call, target, parameter_at(target.function, argument_at(call, &key)?)?)),
        );
        if let Some((call, target, parameter)) = found {
            levels.push(Level { scope, key, next: Next::Call(call) });
            (scope, key) = (target, parameter);
            continue;
        }
        let next = fetched(&inside, &key)?;
        levels.push(Level { scope, key, next });
        return Some(levels);
    }
    None
}

/// Where and how a function asks the session for the row.
fn fetched<'m>(inside: &Inside<'m>, key: &str) -> Option<Next<'m>> {
    let get = inside.calls.iter().find(|call| {
        attribute_of(call).is_some_and(|(_, name)| matches!(name, "get" | "get_one"))
            && call.arguments.args.len() >= 2
            && call.arguments.args.iter().any(|argument| is_name(argument, key))
    });
    if let Some(call) = get {
        let range = range_of(*call);
        let whole = inside.awaited(&range).unwrap_or(range);
        return Some(Next::Get { whole, call });
    }
    let compare = inside.compares.iter().find(|compare| {
        matches!(&*compare.left, Expr::Attribute(_))
            && compare.comparators.iter().any(|value| is_name(value, key))
    })?;
    Some(Next::Compare { whole: range_of(*compare) })
}

/// Receiver and name of a method call.
pub(super) fn attribute_of(call: &ExprCall) -> Option<(&Expr, &str)> {
    match &*call.func {
        Expr::Attribute(attribute) => Some((&attribute.value, attribute.attr.as_str())),
        _ => None,
    }
}

/// The session that a function asks, as its source names it: the receiver of a query.
pub(super) fn session_of(function: &StmtFunctionDef) -> Option<&Expr> {
    let inside = Inside::of(&function.body);
    inside.calls.into_iter().find_map(|call| {
        let (receiver, name) = attribute_of(call)?;
        let is_session = match receiver {
            Expr::Name(name) => is_session_name(name.id.as_str()),
            Expr::Attribute(attribute) => is_session_name(attribute.attr.as_str()),
            _ => false,
        };
        (QUERIES.contains(&name) && is_session).then_some(receiver)
    })
}

fn is_session_name(name: &str) -> bool {
    let name = name.trim_start_matches('_');
    name.contains("session") || name == "db" || name.ends_with("_db")
}

/// Where an argument stands in a call.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At<'c> {
    Position(usize),
    Keyword(&'c str),
}

/// How a call hands a name on as it is.
fn argument_at<'c>(call: &'c ExprCall, name: &str) -> Option<At<'c>> {
    let position = call.arguments.args.iter().position(|argument| is_name(argument, name));
    position.map(At::Position).or_else(|| {
        let keyword = call.arguments.keywords.iter().find(|keyword| is_name(&keyword.value, name))?;
        keyword.arg.as_ref().map(|arg| At::Keyword(arg.as_str()))
    })
}

/// The parameter that an argument reaches; `self` is not counted.
fn parameter_at(function: &StmtFunctionDef, at: At<'_>) -> Option<String> {
    let names = function.parameters.iter_non_variadic_params().map(|parameter| parameter.name().as_str());
    let mut names = names.filter(|name| !matches!(*name, "self" | "cls"));
    match at {
        At::Position(index) => names.nth(index).map(str::to_owned),
        At::Keyword(wanted) => names.find(|name| *name == wanted).map(str::to_owned),
    }
}
