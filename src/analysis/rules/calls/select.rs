//! The argument of a call, or the member of an options object, that a selector points at.

use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, Sym},
        link::{FileId, Value},
        rules::context::Context,
    },
    knowledge::packs::Selector,
};
use rustc_hash::FxHashSet;

/// What a selector finds.
pub(in super::super) enum Selected {
    Found(FileId, ExprId),
    Absent,
    /// It may be there.
    Unknown,
}

pub(in super::super) fn select(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
    selectors: &[Selector],
) -> Selected {
    let args = facts.args(call.args);
    let mut unknown = args.iter().any(|arg| arg.spread);
    for selector in selectors {
        let named = selector
            .kw
            .as_ref()
            .and_then(|name| args.iter().find(|arg| arg.name.is_some_and(|found| facts.text(found) == name)));
        let positional = || {
            let mut positional = args.iter().filter(|arg| arg.name.is_none() && !arg.spread);
            match selector.arg? {
                -1 => positional.next_back(),
                index => positional.nth(usize::try_from(index).ok()?),
            }
        };
        let Some(arg) = named.or_else(positional) else { continue };
        let Some(key) = &selector.key else { return Selected::Found(file, arg.value) };
        match entry(context, file, arg.value, key) {
            Selected::Found(file, value) => return Selected::Found(file, value),
            Selected::Unknown => unknown = true,
            Selected::Absent => {}
        }
    }
    if unknown { Selected::Unknown } else { Selected::Absent }
}

/// A member of an object, through names.
pub(super) fn entry(context: &Context<'_, '_>, file: FileId, object: ExprId, key: &str) -> Selected {
    let Some(facts) = context.resolver().facts(file) else { return Selected::Unknown };
    let (file, facts, object) = match facts.expr(object) {
        Expr::Map(_) => (file, facts, object),
        Expr::Str(_) | Expr::Num | Expr::Fun(_) => return Selected::Absent,
        // What is filled in later may hold anything.
        Expr::Name(name) if context.filled(file, facts).contains(&name) => return Selected::Unknown,
        _ => match context.resolver().value(file, object) {
            Value::Map(other, map) => match context.resolver().facts(other) {
                Some(facts) => (other, facts, map),
                None => return Selected::Unknown,
            },
            _ => return Selected::Unknown,
        },
    };
    let Expr::Map(entries) = facts.expr(object) else { return Selected::Unknown };
    let entries = facts.entries(entries);
    let found = entries.iter().rev().find(|entry| {
        entry.key.is_some_and(|found| matches!(facts.expr(found), Expr::Str(text) if facts.text(text).eq_ignore_ascii_case(key)))
    });
    match found {
        Some(entry) => Selected::Found(file, entry.value),
        None if entries.iter().any(|entry| entry.key.is_none()) => Selected::Unknown,
        None => Selected::Absent,
    }
}

/// Names on which members are set after they were made: `payload["exp"] = …`,
/// `payload.update(…)`, `Object.assign(payload, …)`.
pub(in super::super) fn filled_names(facts: &FileFacts) -> FxHashSet<Sym> {
    let name = |expr: ExprId| {
        let object = match facts.expr(expr) {
            Expr::Index(object, _) => object,
            _ => expr,
        };
        match facts.expr(object) {
            Expr::Name(name) => Some(name),
            _ => None,
        }
    };
    let set = facts.binds.iter().filter_map(|bind| name(bind.object?));
    let called = facts.calls.iter().filter_map(|call| {
        let Expr::Attr(object, method) = facts.expr(call.callee) else { return None };
        match facts.text(method) {
            "update" | "setdefault" | "insert" | "set" => name(object),
            "assign" => name(facts.args(call.args).first()?.value),
            _ => None,
        }
    });
    set.chain(called).collect()
}
