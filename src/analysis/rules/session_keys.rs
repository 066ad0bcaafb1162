//! Fields of a session whose names the request chooses.
//!
//! `$_SESSION[$_POST["key"]] = true` lets a stranger set `is_admin` as well: what the
//! program believes of a session must have names of its own.

use super::{
    context::{Context, last_name},
    draft::Draft,
    from_request::is_from_request,
    matcher::Rule,
    reaching::reaching,
};
use crate::analysis::{
    facts::{Expr, ExprId, FileFacts, Lang, Span},
    link::FileId,
};

/// Functions that leave a text what it is.
const KEEPS: [&str; 9] =
    ["trim", "strip", "strtolower", "strtoupper", "lower", "upper", "toLowerCase", "toString", "str"];

/// How far a name is followed.
const DEPTH: u32 = 4;

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        for (object, key, span) in assigned(context, facts) {
            // What stands below a fixed field is no field of the session itself.
            let is_direct = !matches!(facts.expr(object), Expr::Index(..));
            let is_session = is_direct
                && last_name(facts, object)
                    .is_some_and(|name| name.trim_start_matches(['$', '_']).eq_ignore_ascii_case("session"));
            if is_session && is_chosen(context, file, facts, key, DEPTH) {
                found.push(Draft::new(file, span).word("key", context.source(facts, facts.expr_span(key))));
            }
        }
    }
    found
}

/// Items that are assigned: the object, the key, and where it stands.
fn assigned(context: &Context<'_, '_>, facts: &FileFacts) -> Vec<(ExprId, ExprId, Span)> {
    let ids = || (0..facts.exprs.len()).map(ExprId::from_index);
    if facts.lang == Lang::Php {
        // Facts of PHP keep the item as it is read; the sign behind it tells.
        let text = context.text(&facts.path);
        let is_assigned = |span: Span| {
            let rest = text.get(span.end as usize..).unwrap_or_default().trim_start();
            rest.starts_with('=') && !rest.starts_with("==") && !rest.starts_with("=>")
        };
        return ids()
            .filter_map(|id| match facts.expr(id) {
                Expr::Index(object, key) if is_assigned(facts.expr_span(id)) => {
                    Some((object, key, facts.expr_span(id)))
                }
                _ => None,
            })
            .collect();
    }
    // A key that is only known later gives the binding no name, but a place.
    facts
        .binds
        .iter()
        .filter(|bind| facts.text(bind.name).is_empty())
        .filter_map(|bind| {
            let key = ids().find(|id| facts.expr_span(*id) == bind.name_span)?;
            Some((bind.object?, key, bind.span))
        })
        .collect()
}

/// Whether the request says what a key is: as a whole, not a part of a longer name.
fn is_chosen(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, key: ExprId, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match facts.expr(key) {
        Expr::Tmpl(_) | Expr::Str(_) => false,
        Expr::Call(id) => {
            let Some(call) = facts.call(id) else { return false };
            let keeps = last_name(facts, call.callee).is_some_and(|name| KEEPS.contains(&name));
            let inside = match facts.expr(call.callee) {
                Expr::Attr(object, _) => Some(object),
                _ => facts.args(call.args).first().map(|arg| arg.value),
            };
            match inside {
                Some(inside) if keeps => is_chosen(context, file, facts, inside, depth),
                _ => is_from_request(context, file, facts, key),
            }
        }
        Expr::Name(name) => {
            let at = facts.expr_span(key).start;
            let scope = context.resolver().scope_at(file, at);
            let binds = reaching(facts, scope, facts.text(name), at);
            binds.iter().any(|(_, bind)| {
                bind.value.is_some_and(|value| is_chosen(context, file, facts, value, depth))
            })
        }
        _ => is_from_request(context, file, facts, key),
    }
}
