//! Sessions that concurrent tasks share, and writes that no transaction joins.

use super::{
    context::{Context, last_name},
    draft::Draft,
    handler_query::callee_span,
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{Call, CallId, Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind, Span},
        link::FileId,
    },
    domain::layer::Layer,
};
use std::collections::BTreeMap;

/// Names of what serves one task at a time.
const SESSIONS: [&str; 11] = [
    "session",
    "db_session",
    "async_session",
    "tx",
    "trx",
    "manager",
    "entityManager",
    "em",
    "queryRunner",
    "transaction",
    "uow",
];

/// Methods that write.
const WRITES: [&str; 15] = [
    "save",
    "insert",
    "create",
    "update",
    "delete",
    "remove",
    "upsert",
    "createMany",
    "updateMany",
    "deleteMany",
    "bulkCreate",
    "destroy",
    "softDelete",
    "insertOne",
    "updateOne",
];

/// Concurrent tasks that one session serves.
pub(super) fn check_shared(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        for call in &facts.calls {
            let joins = matches!(
                (facts.lang, facts.dotted(call.callee).as_deref()),
                (Lang::Python, Some("asyncio.gather" | "gather" | "anyio.gather" | "asyncio.wait"))
                    | (Lang::JavaScript | Lang::TypeScript, Some("Promise.all" | "Promise.allSettled"))
            );
            if !joins {
                continue;
            }
            let Some(name) = shared_name(facts, call) else { continue };
            found.push(Draft::new(file, callee_span(facts, call)).word("session", format!("`{name}`")));
        }
    }
    found
}

/// The session that stands in two of the tasks, or in a task that is made for each element.
fn shared_name<'f>(facts: &'f FileFacts, call: &Call) -> Option<&'f str> {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for (index, expr) in facts.exprs.iter().enumerate() {
        let Expr::Name(name) = expr else { continue };
        let name = facts.text(*name);
        let span = facts.expr_span(ExprId::from_index(index));
        if !SESSIONS.contains(&name) || !call.args_span.contains(span) {
            continue;
        }
        let repeated = facts.scopes.iter().any(|scope| {
            scope.kind == ScopeKind::Lambda
                && call.args_span.contains(scope.span)
                && scope.span.contains(span)
        }) || repeats(facts, call.args_span);
        *counts.entry(name).or_default() += if repeated { 2 } else { 1 };
    }
    counts.into_iter().find(|(_, count)| *count > 1).map(|(name, _)| name)
}

/// Whether the tasks are spread from a loop: `gather(*(f(session, x) for x in xs))`.
fn repeats(facts: &FileFacts, span: Span) -> bool {
    facts
        .blocks
        .iter()
        .any(|block| block.kind == crate::analysis::facts::BlockKind::Loop && span.contains(block.span))
}

/// Functions that commit twice, or write through two stores without a transaction.
pub(super) fn check_writes(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if matches!(context.layer(file), Layer::Migration | Layer::Config) {
            continue;
        }
        let mut by_function: BTreeMap<ScopeId, Vec<&Call>> = BTreeMap::new();
        for (id, call) in facts.call_ids() {
            if is_write(context, file, facts, id, call) {
                by_function.entry(call.scope).or_default().push(call);
            }
        }
        for (scope, writes) in by_function {
            let Some((_, second)) =
                writes.split_first().and_then(|(first, rest)| Some((first, rest.first()?)))
            else {
                continue;
            };
            // Each branch of a decision is a way of its own.
            let apart = writes.iter().any(|call| call.block != second.block && call.block.is_some());
            if apart || in_transaction(facts, scope, &writes) {
                continue;
            }
            let stores: std::collections::BTreeSet<String> = writes
                .iter()
                .filter_map(|call| match facts.expr(call.callee) {
                    Expr::Attr(object, _) => facts.dotted(object),
                    _ => None,
                })
                .collect();
            let commits = writes.iter().all(|call| last_name(facts, call.callee) == Some("commit"));
            if !commits && stores.len() < 2 {
                continue;
            }
            found.push(
                Draft::new(file, callee_span(facts, second))
                    .symbol(context.symbol(file, facts, scope))
                    .word("count", writes.len().to_string()),
            );
        }
    }
    found
}

fn is_write(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, id: CallId, call: &Call) -> bool {
    let Some(name) = last_name(facts, call.callee) else { return false };
    let Expr::Attr(object, _) = facts.expr(call.callee) else { return false };
    match facts.lang {
        Lang::Python => {
            name == "commit"
                && last_name(facts, object).is_some_and(|name| SESSIONS.contains(&name) || name == "db")
        }
        Lang::JavaScript | Lang::TypeScript => {
            WRITES.contains(&name)
                && context.is_query(file, id)
                && !last_name(facts, object).is_some_and(|name| SESSIONS.contains(&name))
        }
        _ => false,
    }
}

/// Whether a transaction is opened in the function or around it.
fn in_transaction(facts: &FileFacts, scope: ScopeId, writes: &[&Call]) -> bool {
    let opens = |name: &str| {
        matches!(
            name,
            "begin"
                | "begin_nested"
                | "transaction"
                | "$transaction"
                | "startTransaction"
                | "withTransaction"
                | "atomic"
                | "transact"
                | "runInTransaction"
        )
    };
    let outer = facts.scopes_around(scope).last().map(|(_, scope)| scope.span).unwrap_or_default();
    let function = facts.scope(scope).map(|scope| scope.span).unwrap_or(outer);
    facts.calls.iter().any(|call| {
        let around =
            function.contains(call.span) || writes.iter().any(|write| call.span.contains(write.span));
        around && last_name(facts, call.callee).is_some_and(opens)
    })
}
