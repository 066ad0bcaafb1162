//! Queries for every row of a table.
//!
//! Only what surely has neither condition nor limit counts: the statement says so itself,
//! and no call of the function could bound it.

use super::{
    context::{Context, last_name, root},
    draft::Draft,
    handler_query::callee_span,
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{BlockKind, Call, CallId, Expr, FileFacts, Lang, ScopeId, ScopeKind},
        link::FileId,
    },
    domain::layer::Layer,
};
use std::collections::BTreeMap;

/// Calls that bound a query or give one row.
const BOUNDS: [&str; 37] = [
    "where",
    "filter",
    "filter_by",
    "limit",
    "offset",
    "take",
    "slice",
    "paginate",
    "first",
    "one",
    "one_or_none",
    "scalar_one",
    "scalar_one_or_none",
    "fetchone",
    "fetch_one",
    "fetch_optional",
    "fetchmany",
    "fetchrow",
    "fetchval",
    "scalar",
    "count",
    "exists",
    "get",
    "having",
    "find_by_id",
    "andWhere",
    "skip",
    "whereIn",
    "get_result",
    "stream",
    "yield_per",
    "iterator",
    "partitions",
    "fetch",
    "cursor",
    "get_page",
    "aggregate",
];

/// Calls that give every row.
const ALL: [&str; 6] = ["fetchall", "fetch_all", "all", "to_list", "findAll", "findMany"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if matches!(context.layer(file), Layer::Migration | Layer::Job | Layer::Config | Layer::Schema) {
            continue;
        }
        // The first query of each function.
        let mut first: BTreeMap<ScopeId, &Call> = BTreeMap::new();
        for (id, call) in facts.call_ids() {
            let Some(function) = function(facts, call.scope) else { continue };
            if !gives_all(context, file, facts, id, call, function) {
                continue;
            }
            let known = first.entry(function).or_insert(call);
            if call.name_span.start < known.name_span.start {
                *known = call;
            }
        }
        found.extend(first.into_iter().map(|(function, call)| {
            Draft::new(file, callee_span(facts, call)).symbol(context.symbol(file, facts, function))
        }));
    }
    found
}

/// The innermost function or callback that holds a scope; none at module level.
fn function(facts: &FileFacts, scope: ScopeId) -> Option<ScopeId> {
    facts
        .scopes_around(scope)
        .find(|(_, scope)| scope.kind == ScopeKind::Function)
        .or_else(|| facts.scopes_around(scope).filter(|(_, scope)| scope.kind == ScopeKind::Lambda).last())
        .map(|(id, _)| id)
}

fn gives_all(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    id: CallId,
    call: &Call,
    function: ScopeId,
) -> bool {
    let Some(name) = last_name(facts, call.callee) else { return false };
    // `find()` and `findMany({orderBy})`: the options say everything.
    if facts.lang.is_ecmascript() && matches!(name, "find" | "findAll" | "findMany") {
        return has_no_bounds(facts, call) && context.is_query(file, id) && !is_bounded_later(facts, call);
    }
    if facts.lang.is_ecmascript() && matches!(name, "getMany" | "getManyAndCount" | "getRawMany") {
        return !is_bounded_before(context, file, facts, call, function);
    }
    if !context.is_query(file, id) {
        return false;
    }
    let names = || {
        context
            .calls_inside(facts, function)
            .into_iter()
            .filter_map(|call| last_name(facts, facts.call(call)?.callee))
            .collect::<Vec<_>>()
    };
    let bounded = |names: &[&str]| names.iter().any(|name| BOUNDS.contains(name));
    let fetches = |names: &[&str]| facts.lang.is_ecmascript() || names.iter().any(|name| ALL.contains(name));
    if let Some(text) = context.statement(file, facts, call) {
        let names = names();
        return asks_for_all(&text) && fetches(&names) && !bounded(&names);
    }
    // `select(Order)`, `session.query(Order)`, `Entity::find()`.
    let asks = match facts.lang {
        Lang::Python => {
            matches!(name, "select" | "query")
                && facts.args(call.args).len() == 1
                && facts.args(call.args).first().is_some_and(|arg| {
                    matches!(facts.expr(arg.value), Expr::Name(name) if facts.text(name).starts_with(char::is_uppercase))
                })
        }
        Lang::Rust => name == "find" && facts.args(call.args).is_empty(),
        Lang::JavaScript
        | Lang::TypeScript
        | Lang::Java
        | Lang::Kotlin
        | Lang::CSharp
        | Lang::Go
        | Lang::Ruby
        | Lang::Php
        | Lang::Elixir => false,
    };
    asks && {
        let names = names();
        fetches(&names) && !bounded(&names)
    }
}

/// Whether the options of a query name neither a condition nor a limit.
fn has_no_bounds(facts: &FileFacts, call: &Call) -> bool {
    match facts.args(call.args) {
        [] => true,
        [only] if !only.spread => match facts.expr(only.value) {
            Expr::Map(entries) => facts.entries(entries).iter().all(|entry| {
                entry.key.is_some_and(|key| match facts.expr(key) {
                    Expr::Str(key) => {
                        matches!(
                            facts.text(key),
                            "orderBy" | "order" | "include" | "select" | "relations" | "attributes" | "raw"
                        )
                    }
                    _ => false,
                })
            }),
            _ => false,
        },
        _ => false,
    }
}

/// Whether a call made on a query's builder surely bounds it: not one that a branch may leave
/// out, and no condition that always holds.
fn is_bounded_before(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
    function: ScopeId,
) -> bool {
    let builds = |call: &Call| last_name(facts, call.callee) == Some("createQueryBuilder");
    let calls: Vec<&Call> =
        context.calls_inside(facts, function).into_iter().filter_map(|id| facts.call(id)).collect();
    if !calls.iter().any(|call| builds(call)) {
        return true;
    }
    calls.iter().any(|other| {
        let is_certain = facts
            .blocks_around(other.block)
            .filter(|block| block.kind == BlockKind::Branch)
            .all(|block| block.span.contains(call.span));
        let always =
            facts.args(other.args).first().and_then(|arg| context.resolver().constant(file, arg.value));
        let is_empty = always
            .is_some_and(|text| matches!(text.replace(' ', "").to_lowercase().as_str(), "1=1" | "true"));
        is_certain && !is_empty && last_name(facts, other.callee).is_some_and(|name| BOUNDS.contains(&name))
    })
}

/// Whether a call made on the value bounds it: `find().limit(20)`.
fn is_bounded_later(facts: &FileFacts, call: &Call) -> bool {
    facts.calls.iter().any(|other| {
        other.span.start == call.span.start
            && other.span.end > call.span.end
            && last_name(facts, other.callee).is_some_and(|name| BOUNDS.contains(&name))
            && root(facts, other.callee) == root(facts, call.callee)
    })
}

/// Whether a statement asks for the rows of a table without condition or limit.
fn asks_for_all(statement: &str) -> bool {
    let text = statement.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let Some(rest) = text.strip_prefix("select ") else { return false };
    let Some((columns, _)) = rest.split_once(" from ") else { return false };
    let aggregates = ["count(", "sum(", "max(", "min(", "avg(", "exists(", "pg_", "version("];
    let bounds = [
        " where ",
        " limit ",
        " fetch first",
        " having ",
        " top ",
        "rownum",
        "information_schema",
        "sqlite_master",
        "pg_catalog",
    ];
    !aggregates.iter().any(|name| columns.contains(name)) && !bounds.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::asks_for_all;

    #[test]
    fn conditions_limits_and_aggregates_bound_a_statement() {
        assert!(asks_for_all("SELECT id, name\n FROM customers ORDER BY name"));
        for bounded in [
            "select id from t where a = 1",
            "select id from t limit 5",
            "select count(*) from t",
            "insert into t select 1",
            "select 1",
        ] {
            assert!(!asks_for_all(bounded), "{bounded}");
        }
    }
}
