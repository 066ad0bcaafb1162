//! Rows that are loaded although a key, a count or one row is all that is used.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::analysis::{
    facts::{Expr, ExprId, FileFacts, Lang, ScopeKind},
    link::{Definition, FileId},
};
use std::collections::BTreeSet;

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let relations = relations(context, rule);
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        for (index, expr) in facts.exprs.iter().enumerate() {
            let id = ExprId::from_index(index);
            let problem = match expr {
                Expr::Attr(rows, name) if facts.lang.is_ecmascript() && facts.text(*name) == "length" => {
                    gives_rows(
                        context,
                        file,
                        facts,
                        *rows,
                        &["find", "findBy", "findAll", "findMany", "getMany"],
                    )
                    .then_some("loads every row to count them; ask for the count")
                }
                Expr::Call(call) if facts.lang == Lang::Php => facts.call(*call).and_then(|call| {
                    let counts = last_name(facts, call.callee) == Some("count");
                    let rows = match facts.expr(call.callee) {
                        Expr::Attr(rows, _) => rows,
                        _ => facts.args(call.args).first()?.value,
                    };
                    (counts && gives_rows(context, file, facts, rows, &["all", "get"]))
                        .then_some("loads every row to count them; ask for the count")
                }),
                Expr::Attr(object, name)
                    if facts.lang == Lang::Python && matches!(facts.text(*name), "id" | "pk") =>
                {
                    reads_key(context, file, facts, *object, &relations)
                        .then_some("loads the related row to read a key that is already here")
                }
                Expr::Call(call) if facts.lang == Lang::Python => facts.call(*call).and_then(|call| {
                    let counts = last_name(facts, call.callee) == Some("len")
                        && matches!(facts.expr(call.callee), Expr::Name(_));
                    let rows = facts.args(call.args).first()?.value;
                    (counts && is_query_set(facts, rows))
                        .then_some("loads every row to count them; ask for the count")
                }),
                Expr::Index(object, key)
                    if facts.lang == Lang::Python && matches!(facts.expr(*key), Expr::Num) =>
                {
                    is_ordered(facts, *object)
                        .then_some("sorts for one row; say `earliest`, `latest` or `first`")
                }
                _ => None,
            };
            let Some(problem) = problem else { continue };
            let span = facts.expr_span(id);
            found.push(
                Draft::new(file, span)
                    .word("expression", context.source(facts, span))
                    .word("problem", problem),
            );
        }
    }
    found
}

/// Whether an expression is the rows that a query of one of these names gives.
fn gives_rows(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    rows: ExprId,
    names: &[&str],
) -> bool {
    let Expr::Call(id) = facts.expr(rows) else { return false };
    let Some(call) = facts.call(id) else { return false };
    // `$request->get("x")` asks for one thing by name, `all()` and `get()` for every row.
    let asks_for_all = facts.lang != Lang::Php || facts.args(call.args).is_empty();
    let is_static = match facts.expr(super::context::root(facts, call.callee)) {
        Expr::Name(class) => facts.text(class).starts_with(char::is_uppercase),
        _ => false,
    };
    asks_for_all
        && last_name(facts, call.callee).is_some_and(|name| names.contains(&name))
        && if facts.lang == Lang::Php { is_static } else { context.is_query(file, id) }
}

/// Names of the foreign keys that models declare.
fn relations(context: &Context<'_, '_>, rule: &Rule) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (file, facts) in context.files(rule) {
        for bind in &facts.binds {
            let Some(Expr::Call(id)) = bind.value.map(|value| facts.expr(value)) else { continue };
            let Some(call) = facts.call(id) else { continue };
            let is_key = last_name(facts, call.callee)
                .is_some_and(|name| matches!(name, "ForeignKey" | "OneToOneField"));
            let in_class = facts.scope(bind.scope).is_some_and(|scope| scope.kind == ScopeKind::Class);
            let class = Definition { file, scope: bind.scope };
            // SQLAlchemy's `ForeignKey` names a column, which has no row behind it.
            if is_key
                && in_class
                && context.resolver().class_in_family("orm-model", class)
                && is_django(facts)
            {
                names.insert(facts.text(bind.name).to_owned());
            }
        }
    }
    names
}

fn is_django(facts: &FileFacts) -> bool {
    facts.imports.iter().any(|import| facts.text(import.module).starts_with("django"))
}

/// `order.customer` where a model declares `customer`, and nothing loads it ahead.
fn reads_key(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    object: ExprId,
    relations: &BTreeSet<String>,
) -> bool {
    let Expr::Attr(row, name) = facts.expr(object) else { return false };
    let Expr::Name(owner) = facts.expr(row) else { return false };
    // Who is signed in was loaded when the request came in.
    let is_signed_in = facts.text(owner) == "request" && facts.text(name) == "user";
    if is_signed_in || !relations.contains(facts.text(name)) {
        return false;
    }
    let scope = context.resolver().scope_at(file, facts.expr_span(object).start);
    let around = facts.scope(scope).map(|scope| scope.span).unwrap_or_default();
    !facts.calls.iter().any(|call| {
        around.contains(call.span)
            && last_name(facts, call.callee)
                .is_some_and(|name| matches!(name, "select_related" | "prefetch_related"))
    })
}

/// `Order.objects.filter(…)`, `people.all()`.
fn is_query_set(facts: &FileFacts, expr: ExprId) -> bool {
    let mut at = expr;
    for depth in 0..16 {
        match facts.expr(at) {
            Expr::Call(id) => {
                let Some(call) = facts.call(id) else { return false };
                let name = last_name(facts, call.callee).unwrap_or_default();
                if depth == 0 && name == "all" && facts.args(call.args).is_empty() {
                    return true;
                }
                let gives_rows =
                    ["filter", "exclude", "all", "order_by", "distinct", "select_related", "values"];
                if depth == 0 && !gives_rows.contains(&name) {
                    return false;
                }
                at = call.callee;
            }
            Expr::Attr(_, name) if facts.text(name) == "objects" => return depth > 0,
            Expr::Attr(object, _) => at = object,
            _ => return false,
        }
    }
    false
}

/// `Entry.objects.order_by("x")`.
fn is_ordered(facts: &FileFacts, expr: ExprId) -> bool {
    let Expr::Call(id) = facts.expr(expr) else { return false };
    facts.call(id).is_some_and(|call| last_name(facts, call.callee) == Some("order_by")) && {
        let mut at = expr;
        for _ in 0..16 {
            at = match facts.expr(at) {
                Expr::Call(id) => match facts.call(id) {
                    Some(call) => call.callee,
                    None => return false,
                },
                Expr::Attr(_, name) if facts.text(name) == "objects" => return true,
                Expr::Attr(object, _) => object,
                _ => return false,
            };
        }
        false
    }
}
