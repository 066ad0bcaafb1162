//! Loads a relation with its parents instead of row by row (SQLAlchemy).

use super::{Fixed, Site, done, no};
use crate::{
    ports::ProposeError,
    propose::{
        edits::Edits,
        python::{Module, last_name, range_of},
    },
};
use ruff_python_ast::{
    Expr, ExprCall, Stmt, StmtFor, StmtFunctionDef,
    visitor::{Visitor, walk_expr, walk_stmt},
};
use std::ops::Range;

/// `select(Order)` in the same function as a loop over its rows that reads `order.items`.
pub(crate) fn fix(site: &Site<'_>) -> Result<Fixed, ProposeError> {
    let module = Module::parse(&site.finding.file, site.text)?;
    let mut finder = Finder { wanted: &site.range, function: None, best: None };
    for stmt in &module.body {
        finder.visit_stmt(stmt);
    }
    let (function, loop_stmt) =
        finder.best.ok_or_else(|| no("the loop is not in the function that queries".into()))?;
    let Expr::Name(variable) = &*loop_stmt.target else {
        return Err(no("the loop's variable is not one name".into()));
    };
    let mut reads = Reads { variable: variable.id.as_str(), wanted: &site.range, relation: None };
    for stmt in &loop_stmt.body {
        reads.visit_stmt(stmt);
    }
    let relation = reads.relation.ok_or_else(|| {
        no("each round runs a query of its own; one query for all rows is yours to write".into())
    })?;
    let mut queries = Queries { calls: Vec::new(), before: range_of(loop_stmt).start };
    for stmt in &function.body {
        queries.visit_stmt(stmt);
    }
    let [(call, model)] = queries.calls.as_slice() else {
        return Err(no("which query loads the rows is not clear".into()));
    };
    let declared = site.text.contains(&format!("{relation}: Mapped[")) || site.text.contains("relationship(");
    let mut edits = Edits::default();
    edits.insert(range_of(*call).end, format!(".options(selectinload({model}.{relation}))"));
    module.add_import(&mut edits, "sqlalchemy.orm", "selectinload");
    let mut remarks = Vec::new();
    if !declared {
        remarks
            .push(format!("{model}.{relation} must be a relationship of the model; its file was not read."));
    }
    done(site, edits, &format!("{model}.{relation} is loaded for all rows in one more query."), remarks)
}

struct Finder<'f, 'm> {
    wanted: &'f Range<usize>,
    function: Option<&'m StmtFunctionDef>,
    best: Option<(&'m StmtFunctionDef, &'m StmtFor)>,
}

impl<'m> Visitor<'m> for Finder<'_, 'm> {
    fn visit_stmt(&mut self, stmt: &'m Stmt) {
        let range = range_of(stmt);
        if range.start >= self.wanted.end.max(self.wanted.start + 1) || range.end <= self.wanted.start {
            return;
        }
        match stmt {
            Stmt::FunctionDef(function) => {
                let outer = self.function.replace(function);
                walk_stmt(self, stmt);
                self.function = outer;
            }
            Stmt::For(loop_stmt) => {
                if let Some(function) = self.function {
                    self.best = Some((function, loop_stmt));
                }
                walk_stmt(self, stmt);
            }
            _ => walk_stmt(self, stmt),
        }
    }
}

/// The first relation-like attribute that is read from the loop's variable at the finding.
struct Reads<'f, 'm> {
    variable: &'m str,
    wanted: &'f Range<usize>,
    relation: Option<&'m str>,
}

impl<'m> Visitor<'m> for Reads<'_, 'm> {
    fn visit_expr(&mut self, expr: &'m Expr) {
        let range = range_of(expr);
        if let Expr::Attribute(attribute) = expr
            && let Expr::Name(name) = &*attribute.value
            && name.id.as_str() == self.variable
            && attribute.ctx.is_load()
            && range.end > self.wanted.start
            && range.start < self.wanted.end.max(self.wanted.start + 1)
            && self.relation.is_none()
        {
            let attribute = attribute.attr.as_str();
            if attribute != "id" && !attribute.ends_with("_id") {
                self.relation = Some(attribute);
            }
        }
        walk_expr(self, expr);
    }
}

/// `select(Model)` calls before the loop.
struct Queries<'m> {
    calls: Vec<(&'m ExprCall, &'m str)>,
    before: usize,
}

impl<'m> Visitor<'m> for Queries<'m> {
    fn visit_expr(&mut self, expr: &'m Expr) {
        if let Expr::Call(call) = expr
            && matches!(last_name(&call.func), Some("select" | "query"))
            && range_of(call).end <= self.before
            && let [Expr::Name(model)] = &*call.arguments.args
        {
            self.calls.push((call, model.id.as_str()));
        }
        walk_expr(self, expr);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::fixed;

    const RULE: &str = "orm/n-plus-one";

    #[test]
    fn the_relation_is_loaded_with_its_parents() {
        let text = "from sqlalchemy import select\nfrom app.models import Order\n\n\nasync def f(session):\n    orders = (await session.scalars(select(Order).where(Order.open))).all()\n    for order in orders:\n        print(order.id, order.items)\n";
        assert_eq!(
            fixed(RULE, "a.py", text, "order.items").unwrap(),
            "from sqlalchemy import select\nfrom sqlalchemy.orm import selectinload\nfrom app.models import Order\n\n\nasync def f(session):\n    orders = (await session.scalars(select(Order).options(selectinload(Order.items)).where(Order.open))).all()\n    for order in orders:\n        print(order.id, order.items)\n"
        );
    }

    #[test]
    fn a_query_in_each_round_is_not_a_relation() {
        let files = crate::propose::sample_files("python");
        let file = files.iter().find(|file| file.path == "app/services/orders.py").unwrap();
        let text = std::str::from_utf8(file.bytes).unwrap();
        let at = "self.orders.lines(order.id)\n        return orders";
        assert!(fixed(RULE, file.path, text, at).is_err());
    }

    #[test]
    fn two_possible_queries_are_not_guessed_between() {
        let text = "def f(session):\n    a = session.scalars(select(Order))\n    b = session.scalars(select(Bill))\n    for order in a:\n        print(order.items)\n";
        assert!(fixed(RULE, "a.py", text, "order.items").is_err());
    }
}
