//! What happens to a value after it was made: `cookie.setSecure(true)` below
//! `new Cookie(…)`, and where it is handed on.

use super::super::{context::last_name, handler_query::callee_span};
use crate::analysis::facts::{Bind, Call, Expr, ExprId, FileFacts, ScopeId, Span};

/// Whether one of the setters is called, or one of the properties assigned, on the name
/// that a call's value is bound to, with anything but a plain `false`.
pub(super) fn is_set_later(facts: &FileFacts, call: &Call, setters: &[String]) -> bool {
    if setters.is_empty() {
        return false;
    }
    let Some(bind) = bound(facts, call) else { return false };
    let is_name = |expr: ExprId| {
        bind.object.is_none() && matches!(facts.expr(expr), Expr::Name(name) if name == bind.name)
    };
    let is_no = |expr: ExprId| matches!(facts.expr(expr), Expr::Bool(false));
    // Another function may have a value of the same name.
    let inside = |scope: ScopeId| facts.scopes_around(scope).any(|(around, _)| around == call.scope);
    let later = |other: &&Call| other.span.start > call.span.start && inside(other.scope);
    let by_call = facts.calls.iter().filter(later).any(|other| {
        matches!(facts.expr(other.callee), Expr::Attr(object, _) if is_name(object))
            && last_name(facts, other.callee).is_some_and(|name| setters.iter().any(|setter| setter == name))
            && !facts.args(other.args).first().is_some_and(|arg| is_no(arg.value))
    });
    by_call
        || facts.binds.iter().filter(|other| other.span.start > call.span.start && inside(other.scope)).any(
            |other| {
                other.object.is_some_and(|object| match facts.expr(object) {
                    Expr::Attr(object, _) => is_name(object),
                    _ => is_name(object),
                }) && setters.iter().any(|setter| setter == facts.text(other.name))
                    && !other.value.is_some_and(is_no)
            },
        )
}

/// Where the name that a call's value is bound to is first given to a call of such a name.
pub(super) fn handed_on(facts: &FileFacts, call: &Call, takers: &[String]) -> Option<Span> {
    let bind = bound(facts, call).filter(|bind| bind.object.is_none())?;
    facts
        .calls
        .iter()
        .filter(|other| other.span.start > call.span.end && other.scope == call.scope)
        .filter(|other| {
            last_name(facts, other.callee).is_some_and(|name| takers.iter().any(|taker| taker == name))
                && facts
                    .args(other.args)
                    .iter()
                    .any(|arg| matches!(facts.expr(arg.value), Expr::Name(name) if name == bind.name))
        })
        .min_by_key(|other| other.span.start)
        .map(|other| callee_span(facts, other))
}

/// Whether a call stands in the arguments of one of these names, or its value is handed there.
pub(super) fn is_argument_of(facts: &FileFacts, call: &Call, takers: &[String]) -> bool {
    let takes = |other: &Call| {
        other.args_span.contains(call.span)
            && last_name(facts, other.callee).is_some_and(|name| takers.iter().any(|taker| taker == name))
    };
    !takers.is_empty() && (facts.calls.iter().any(takes) || handed_on(facts, call, takers).is_some())
}

/// The assignment whose value is the call, or a chain that begins with it.
fn bound<'f>(facts: &'f FileFacts, call: &Call) -> Option<&'f Bind> {
    facts.binds.iter().find(|bind| {
        bind.value.is_some_and(|value| {
            matches!(facts.expr(value), Expr::Call(_)) && facts.expr_span(value).start == call.span.start
        })
    })
}
