//! Decisions that a repository takes: it refuses for a reason of the business.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
    secret_names::words,
};
use crate::{
    analysis::facts::{BlockKind, Call, CallFlags, Expr, ExprId, FileFacts, ScopeId, ScopeKind},
    domain::layer::Layer,
};
use std::collections::BTreeMap;

/// Words of errors that say what the store knows: that something is there or is not.
const OF_STORES: [&str; 21] = [
    "not",
    "found",
    "missing",
    "exist",
    "exists",
    "duplicate",
    "unique",
    "conflict",
    "integrity",
    "database",
    "db",
    "sql",
    "query",
    "connection",
    "repository",
    "persistence",
    "storage",
    "type",
    "value",
    "implemented",
    "assertion",
];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        // A file that only happens to ask the database is no repository.
        let of_layer = context.layer(file) == Layer::Repository && context.is_certain(file);
        let mut first: BTreeMap<ScopeId, crate::analysis::facts::Span> = BTreeMap::new();
        for call in facts.calls.iter().filter(|call| call.flags.has(CallFlags::THROWN)) {
            let Some(name) = last_name(facts, call.callee) else { continue };
            let of_store =
                words(name).iter().any(|word| OF_STORES.contains(&word.as_str())) || name == "Error";
            let decided = facts.blocks_around(call.block).any(|block| block.kind == BlockKind::Branch);
            if of_store || says_missing(facts, call) || !decided || !name.starts_with(char::is_uppercase) {
                continue;
            }
            let Some(function) = method(facts, call.scope, of_layer) else { continue };
            first.entry(function).or_insert(call.span);
        }
        found.extend(
            first
                .into_iter()
                .map(|(function, span)| Draft::new(file, span).symbol(context.symbol(file, facts, function))),
        );
    }
    found
}

/// Whether the error's own text says that something is not in the store, or did not get there.
fn says_missing(facts: &FileFacts, call: &Call) -> bool {
    const WORDS: [&str; 9] =
        ["found", "find", "exist", "exists", "missing", "such", "stored", "store", "database"];
    let texts = facts.exprs.iter().enumerate().filter_map(|(index, expr)| match expr {
        Expr::Str(text) if call.args_span.contains(facts.expr_span(ExprId::from_index(index))) => {
            Some(facts.text(*text))
        }
        _ => None,
    });
    texts.flat_map(words).any(|word| WORDS.contains(&word.to_lowercase().as_str()))
}

/// The method around, where it belongs to a repository.
fn method(facts: &FileFacts, scope: ScopeId, of_layer: bool) -> Option<ScopeId> {
    let mut function = None;
    for (around, found) in facts.scopes_around(scope) {
        match found.kind {
            ScopeKind::Function => function = Some(around),
            ScopeKind::Class => {
                let name = facts.text(found.name);
                let stores = ["Repository", "Repo", "Dao", "Store"].iter().any(|end| name.ends_with(end));
                return function.filter(|_| stores);
            }
            _ => {}
        }
    }
    function.filter(|_| of_layer)
}
