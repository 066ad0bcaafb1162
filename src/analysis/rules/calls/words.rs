//! What surrounds a call: the function it is in, calls made on its value, words of messages.

use super::select::{Selected, select};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, ScopeFlags, ScopeId, ScopeKind},
        link::FileId,
        rules::context::{Context, last_name},
    },
    knowledge::packs::Selector,
};

/// Whether the innermost function around a call is `async`; a function value that is
/// handed on may run elsewhere.
pub(super) fn in_async(facts: &FileFacts, call: &Call) -> bool {
    facts
        .scopes_around(call.scope)
        .find(|(_, scope)| matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda))
        .is_some_and(|(_, scope)| scope.flags.has(ScopeFlags::ASYNC))
}

pub(super) fn is_about(facts: &FileFacts, call: &Call, words: &[String]) -> bool {
    let has = |text: &str| {
        let lower = text.to_lowercase();
        words.iter().any(|word| lower.contains(word.as_str()))
    };
    let in_function = facts.scopes_around(call.scope).any(|(_, scope)| {
        matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) && has(facts.text(scope.name))
    });
    // The arguments of the call and of the calls made on its value.
    let whole = facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start)
        .map(|other| other.span.end)
        .max()
        .unwrap_or(call.span.end);
    in_function
        || facts.exprs.iter().enumerate().any(|(index, expr)| match expr {
            Expr::Name(name) | Expr::Attr(_, name) => {
                let span = facts.expr_span(ExprId::from_index(index));
                call.span.start <= span.start && span.end <= whole && has(facts.text(*name))
            }
            _ => false,
        })
}

/// Names of the calls made on the value of a call.
pub(super) fn chained<'f>(facts: &'f FileFacts, call: &Call) -> Vec<&'f str> {
    facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start && other.span.end > call.span.end)
        .filter_map(|other| last_name(facts, other.callee))
        .collect()
}

/// Whether a file, or one function of it, names something anywhere: as a name, as the last
/// part of a path, or as a key.
pub(super) fn names(facts: &FileFacts, function: Option<ScopeId>, wanted: &str) -> bool {
    let inside = function.map(|function| facts.scope(function).map(|scope| scope.span).unwrap_or_default());
    let is_key = |key: Option<ExprId>| {
        key.is_some_and(|key| matches!(facts.expr(key), Expr::Str(text) if facts.text(text) == wanted))
    };
    facts.exprs.iter().enumerate().any(|(index, expr)| {
        let is_named = match expr {
            Expr::Name(name) | Expr::Attr(_, name) => facts.text(*name) == wanted,
            Expr::Map(entries) => facts.entries(*entries).iter().any(|entry| is_key(entry.key)),
            _ => false,
        };
        is_named && inside.is_none_or(|span| span.contains(facts.expr_span(ExprId::from_index(index))))
    })
}

/// ` with credentials` where a call lets cookies through as well.
pub(super) fn credentials(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> String {
    let selectors = [
        Selector { kw: Some("allow_credentials".into()), ..Selector::default() },
        Selector { arg: Some(0), key: Some("credentials".into()), ..Selector::default() },
    ];
    let allowed = match select(context, file, facts, call, &selectors) {
        Selected::Found(file, value) => {
            context.resolver().facts(file).is_some_and(|facts| matches!(facts.expr(value), Expr::Bool(true)))
        }
        Selected::Absent | Selected::Unknown => false,
    };
    if allowed { " with the user's cookies".to_owned() } else { String::new() }
}

/// The class or table that a call writes: `User` of `User(**data)`, `user` of `prisma.user.update`.
pub(super) fn model(facts: &FileFacts, call: &Call) -> String {
    let name = match facts.expr(call.callee) {
        Expr::Attr(object, _) => last_name(facts, object),
        _ => last_name(facts, call.callee),
    };
    name.unwrap_or("the model").to_owned()
}
