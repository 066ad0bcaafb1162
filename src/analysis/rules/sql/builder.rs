//! Texts that are put together piece by piece: `StringBuilder`, `strings.Builder`.

use crate::analysis::{
    facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeId},
    rules::context::{last_name, root},
};

/// Methods that add their first argument to a text.
const APPENDS: [&str; 6] = ["append", "Append", "AppendLine", "WriteString", "appendLine", "concat"];

/// A piece that is appended.
pub(super) enum Appended {
    Text(ExprId),
    /// A call whose first argument is a pattern.
    Format(CallId),
}

/// What is appended to the builder that an expression names or makes, in source order: the
/// argument it is made with, and those of all calls that append to it before an offset.
pub(super) fn appended(facts: &FileFacts, object: ExprId, scope: ScopeId, at: u32) -> Vec<Appended> {
    let start = root(facts, object);
    let mut parts: Vec<(u32, Appended)> = Vec::new();
    let Expr::Name(name) = facts.expr(start) else { return Vec::new() };
    let inside = |call: &Call| facts.scopes_around(call.scope).any(|(around, _)| around == scope);
    for bind in facts.binds.iter().filter(|bind| bind.scope == scope && bind.name == name) {
        // `new StringBuilder("select …")`.
        if let Some(Expr::Call(id)) = bind.value.map(|value| facts.expr(value))
            && let Some(call) = facts.call(id)
            && last_name(facts, call.callee).is_some_and(|name| name.starts_with("String"))
            && let Some(first) = facts.args(call.args).first()
            && !matches!(facts.expr(first.value), Expr::Num)
        {
            parts.push((call.span.start, Appended::Text(first.value)));
        }
    }
    for (id, call) in facts.call_ids().filter(|(_, call)| call.span.start < at && inside(call)) {
        if !matches!(facts.expr(root(facts, call.callee)), Expr::Name(found) if found == name) {
            continue;
        }
        let (Some(method), Some(first)) = (last_name(facts, call.callee), facts.args(call.args).first())
        else {
            continue;
        };
        if method == "AppendFormat" {
            parts.push((call.name_span.start, Appended::Format(id)));
        } else if APPENDS.contains(&method) {
            parts.push((call.name_span.start, Appended::Text(first.value)));
        }
    }
    parts.sort_unstable_by_key(|(at, _)| *at);
    parts.into_iter().map(|(_, part)| part).collect()
}
