//! Functions of the router layer that reach the database: one finding for each, at its
//! first query.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{Call, FileFacts, ScopeFlags, ScopeId, ScopeKind, Span},
        link::{Definition, FileId},
    },
    domain::layer::Layer,
};
use std::collections::BTreeMap;

/// Calls that make tables when a program starts.
const SCHEMA: [&str; 9] = [
    "sync",
    "AutoMigrate",
    "CreateTable",
    "create_all",
    "drop_all",
    "migrate",
    "Migrate",
    "EnsureCreated",
    "generate_schemas",
];

/// Calls with which a program begins to answer requests.
const SERVES: [&str; 7] =
    ["listen", "ListenAndServe", "ListenAndServeTLS", "Listen", "serve", "Serve", "run_app"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        let layer = context.layer(file);
        let serves = context.has_handlers(file) || (layer == Layer::Router && context.is_certain(file));
        if !serves {
            continue;
        }
        let mut first: BTreeMap<ScopeId, &Call> = BTreeMap::new();
        for (id, call) in facts.call_ids() {
            let Some(unit) = unit(context, file, facts, call.scope, layer) else { continue };
            // `queryset = Order.objects.all()` in a class says what the framework will ask for.
            let declares = facts.scope(call.scope).is_some_and(|scope| scope.kind == ScopeKind::Class);
            let makes_schema = last_name(facts, call.callee).is_some_and(|name| SCHEMA.contains(&name));
            if declares
                || makes_schema
                || !context.is_query(file, id)
                || asks_server(context, file, facts, call)
            {
                continue;
            }
            let known = first.entry(unit).or_insert(call);
            if call.name_span.start < known.name_span.start {
                *known = call;
            }
        }
        found.extend(first.into_iter().map(|(unit, call)| {
            Draft::new(file, callee_span(facts, call)).symbol(context.symbol(file, facts, unit))
        }));
    }
    found
}

/// Whether a statement reads no table: `select 1` only asks whether the database is there.
fn asks_server(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> bool {
    context.statement(file, facts, call).is_some_and(|text| {
        let mut words = text.split_whitespace().map(str::to_lowercase);
        words.next().as_deref() == Some("select") && !words.any(|word| word == "from")
    })
}

/// The callee as written where it stands on one line, else the called name.
pub(super) fn callee_span(facts: &FileFacts, call: &Call) -> Span {
    if facts.line(call.span.start) == facts.line(call.name_span.end) {
        Span::new(call.span.start, call.name_span.end)
    } else {
        call.name_span
    }
}

/// The handler, or the helper of the router layer, that a scope belongs to.
fn unit(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    scope: ScopeId,
    layer: Layer,
) -> Option<ScopeId> {
    let mut helper = None;
    for (around, found) in facts.scopes_around(scope) {
        if context.endpoint_of(file, around).is_some() {
            return Some(around);
        }
        match found.kind {
            ScopeKind::Function | ScopeKind::Lambda => {
                let is_apart = found.flags.has(ScopeFlags::GENERATOR)
                    || registers(context, file, facts, around)
                    || serves(context, facts, around);
                if is_apart {
                    return helper.filter(|_| layer == Layer::Router);
                }
                helper = Some(around);
            }
            ScopeKind::Class | ScopeKind::Interface => {
                let class = Definition { file, scope: around };
                let name = facts.text(found.name);
                let stores = ["Repository", "Repo", "Dao", "Model"].iter().any(|end| name.ends_with(end));
                if stores || context.resolver().class_in_family("orm-model", class) {
                    return None;
                }
            }
            ScopeKind::Module | ScopeKind::Namespace => {}
        }
    }
    helper.filter(|_| layer == Layer::Router)
}

/// Whether a function begins to serve: what it asks of the database is part of the start.
fn serves(context: &Context<'_, '_>, facts: &FileFacts, scope: ScopeId) -> bool {
    let calls = context.calls_inside(facts, scope);
    calls
        .into_iter()
        .filter_map(|id| last_name(facts, facts.call(id)?.callee))
        .any(|name| SERVES.contains(&name))
}

/// Whether handlers are defined inside a function: then it registers routes.
fn registers(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, scope: ScopeId) -> bool {
    let Some(outer) = facts.scope(scope) else { return false };
    facts.scope_ids().any(|(inner, found)| {
        inner > scope && outer.span.contains(found.span) && context.endpoint_of(file, inner).is_some()
    })
}
