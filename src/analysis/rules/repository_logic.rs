//! Decisions that a repository takes: it refuses for a reason of the business.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
    secret_names::words,
};
use crate::{
    analysis::facts::{BlockKind, CallFlags, FileFacts, ScopeId, ScopeKind},
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
        let of_layer = context.layer(file) == Layer::Repository;
        let mut first: BTreeMap<ScopeId, crate::analysis::facts::Span> = BTreeMap::new();
        for call in facts.calls.iter().filter(|call| call.flags.has(CallFlags::THROWN)) {
            let Some(name) = last_name(facts, call.callee) else { continue };
            let of_store =
                words(name).iter().any(|word| OF_STORES.contains(&word.as_str())) || name == "Error";
            let decided = facts.blocks_around(call.block).any(|block| block.kind == BlockKind::Branch);
            if of_store || !decided || !name.starts_with(char::is_uppercase) {
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
