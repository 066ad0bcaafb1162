//! Finds the string that builds a statement in Python, and the call that runs it.

use super::Site;
use crate::propose::python::{Module, last_name, range_of};
use ruff_python_ast::{
    Expr, ExprCall, Operator, Stmt,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use std::ops::Range;

const EXECUTES: [&str; 14] = [
    "execute",
    "executemany",
    "exec",
    "scalars",
    "scalar",
    "fetch",
    "fetchrow",
    "fetchval",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "execute_sql",
    "raw",
    "stream",
];
/// The string that builds the statement, and the calls around it.
pub(super) struct Found<'a> {
    pub(super) built: &'a Expr,
    /// `text(…)` directly around it.
    pub(super) text_call: Option<&'a ExprCall>,
    /// `….execute(…)` that takes it (or the name it is assigned to) first.
    pub(super) execute: Option<&'a ExprCall>,
}

/// Finds the built string at the finding and the calls around it.
pub(super) fn find<'m>(module: &'m Module<'_>, site: &Site<'_>) -> Option<Found<'m>> {
    let mut finder = Finder { wanted: site.range.clone(), calls: Vec::new(), best: None, assigned: None };
    for stmt in &module.body {
        finder.visit_stmt(stmt);
    }
    let (built, around) = finder.best?;
    let text_call = around.last().copied().filter(|call| last_name(&call.func) == Some("text"));
    let outer = around.iter().rev().nth(usize::from(text_call.is_some())).copied();
    let mut execute = outer.filter(|call| last_name(&call.func).is_some_and(|name| EXECUTES.contains(&name)));
    if execute.is_none()
        && let Some((name, scope)) = finder.assigned
    {
        let mut uses = Uses { name, wanted: scope, calls: Vec::new(), count: 0 };
        for stmt in &module.body {
            uses.visit_stmt(stmt);
        }
        if let ([only], 1) = (uses.calls.as_slice(), uses.count) {
            execute = Some(only);
        }
    }
    Some(Found { built, text_call, execute })
}

/// A name and the byte range of the function that it belongs to.
type Assigned<'m> = (&'m str, Range<usize>);

struct Finder<'m> {
    wanted: Range<usize>,
    calls: Vec<&'m ExprCall>,
    best: Option<(&'m Expr, Vec<&'m ExprCall>)>,
    assigned: Option<Assigned<'m>>,
}

impl<'m> Finder<'m> {
    fn is_built(expr: &Expr) -> bool {
        match expr {
            Expr::FString(_) => true,
            Expr::BinOp(operation) => {
                operation.op == Operator::Mod && matches!(&*operation.left, Expr::StringLiteral(_))
            }
            Expr::Call(call) => matches!(&*call.func, Expr::Attribute(attribute)
                if attribute.attr.as_str() == "format" && matches!(&*attribute.value, Expr::StringLiteral(_))),
            _ => false,
        }
    }
}

impl<'m> Visitor<'m> for Finder<'m> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        let range = range_of(stmt);
        if range.end <= self.wanted.start || range.start >= self.wanted.end.max(self.wanted.start + 1) {
            return;
        }
        if let Stmt::FunctionDef(function) = stmt {
            self.assigned = None;
            let scope = range_of(function);
            walk_stmt(self, stmt);
            if let Some((_, known)) = &mut self.assigned
                && *known == (0..0)
            {
                *known = scope;
            }
            return;
        }
        if let Stmt::Assign(assign) = stmt
            && let Some(Expr::Name(name)) = assign.targets.first()
        {
            self.assigned = Some((name.id.as_str(), 0..0));
        }
        walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'m Expr) {
        let range = range_of(expr);
        let overlaps =
            range.start < self.wanted.end.max(self.wanted.start + 1) && range.end > self.wanted.start;
        if overlaps && self.best.is_none() && Self::is_built(expr) {
            self.best = Some((expr, self.calls.clone()));
            return;
        }
        if let Expr::Call(call) = expr {
            self.calls.push(call);
            walk_expr(self, expr);
            self.calls.pop();
        } else {
            walk_expr(self, expr);
        }
    }
}

/// Calls that take a name first, inside one function.
struct Uses<'m> {
    name: &'m str,
    wanted: Range<usize>,
    calls: Vec<&'m ExprCall>,
    count: usize,
}

impl<'m> Visitor<'m> for Uses<'m> {
    fn visit_expr(&mut self, expr: &'m Expr) {
        let range = range_of(expr);
        let inside = range.start >= self.wanted.start && range.end <= self.wanted.end;
        match expr {
            Expr::Name(name) if inside && name.id.as_str() == self.name && name.ctx.is_load() => {
                self.count += 1
            }
            Expr::Call(call)
                if inside
                    && last_name(&call.func).is_some_and(|name| EXECUTES.contains(&name))
                    && matches!(call.arguments.args.first(), Some(Expr::Name(name)) if name.id.as_str() == self.name) =>
            {
                self.calls.push(call);
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}
