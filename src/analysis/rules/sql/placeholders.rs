//! Lists of placeholders that are joined into a statement: `", ".join("?" for _ in ids)`.

use crate::analysis::facts::{Expr, ExprId, FileFacts, ScopeId};

/// Whether `", ".join(items)` or `items.join(", ")` gives placeholders and nothing else.
pub(super) fn joins_placeholders(facts: &FileFacts, object: ExprId, argument: Option<ExprId>) -> bool {
    let items = match (facts.expr(object), argument) {
        (Expr::Str(_), Some(argument)) => argument,
        (Expr::Str(_), None) => return false,
        _ => object,
    };
    is_constant_inside(facts, items, 0) || maps_to_placeholders(facts, items).unwrap_or(false)
}

/// Whether the function that `map` takes gives a placeholder for each element.
fn maps_to_placeholders(facts: &FileFacts, items: ExprId) -> Option<bool> {
    let Expr::Call(call) = facts.expr(items) else { return None };
    let call = facts.call(call)?;
    let function = facts.args(call.args).first()?.value;
    let Expr::Fun(scope) = facts.expr(function) else { return None };
    let mut returned = facts.returns.iter().filter(|ret| ret.scope == scope).peekable();
    returned.peek()?;
    Some(returned.all(|ret| is_placeholder(facts, ret.value, scope)))
}

/// `'?'`, `$${i + 1}`: a text whose holes are counters.
fn is_placeholder(facts: &FileFacts, expr: ExprId, scope: ScopeId) -> bool {
    match facts.expr(expr) {
        Expr::Str(_) | Expr::Num => true,
        Expr::Tmpl(parts) => {
            let parts = facts.list(parts);
            let marked = parts.first().is_some_and(|part| {
                matches!(facts.expr(*part), Expr::Str(text) if facts.text(text).ends_with(['$', '?', ':', '@']))
            });
            marked && parts.iter().skip(1).all(|part| is_counter(facts, *part, scope))
        }
        _ => false,
    }
}

fn is_counter(facts: &FileFacts, expr: ExprId, scope: ScopeId) -> bool {
    match facts.expr(expr) {
        Expr::Str(_) | Expr::Num => true,
        // The second parameter of the callback is the position.
        Expr::Name(name) => facts
            .scope(scope)
            .is_some_and(|found| facts.params(found.params).get(1).is_some_and(|param| param.name == name)),
        Expr::Tmpl(parts) | Expr::Other(parts) => {
            facts.list(parts).iter().all(|part| is_counter(facts, *part, scope))
        }
        _ => false,
    }
}

/// Whether an expression holds a literal text and no name besides those inside calls.
fn is_constant_inside(facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
    depth < 8
        && match facts.expr(expr) {
            Expr::Str(_) => true,
            Expr::List(items) | Expr::Other(items) => {
                let items = facts.list(items);
                let mut texts = items
                    .iter()
                    .filter(|item| !matches!(facts.expr(**item), Expr::Num | Expr::Call(_)))
                    .peekable();
                texts.peek().is_some() && texts.all(|item| is_constant_inside(facts, *item, depth + 1))
            }
            _ => false,
        }
}
