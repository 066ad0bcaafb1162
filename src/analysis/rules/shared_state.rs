//! Variables of a module that functions fill: state that another process does not see.

use super::{
    context::{Context, last_name, root},
    draft::Draft,
    matcher::Rule,
    secret_names::words,
};
use crate::{
    analysis::facts::{BindKind, CallFlags, Expr, ExprId, FileFacts, Lang, ScopeId, ScopeKind},
    domain::layer::Layer,
};
use std::collections::{BTreeMap, BTreeSet};

/// Methods that change a collection.
const CHANGES: [&str; 13] = [
    "set",
    "add",
    "append",
    "push",
    "update",
    "setdefault",
    "insert",
    "pop",
    "delete",
    "remove",
    "extend",
    "unshift",
    "splice",
];

/// Words of names that hold what every process works out for itself again.
const REBUILT: [&str; 24] = [
    "cache",
    "cached",
    "registry",
    "handlers",
    "handler",
    "listeners",
    "plugins",
    "metrics",
    "memo",
    "routes",
    "router",
    "loaders",
    "pool",
    "clients",
    "connections",
    "schemas",
    "parts",
    "errors",
    "hooks",
    "middlewares",
    "lock",
    "locks",
    "config",
    "settings",
];

/// Beginnings of functions that run once, when the program starts.
const AT_START: [&str; 9] =
    ["register", "init", "setup", "configure", "load", "install", "define", "bootstrap", "create_app"];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    // Only a program that serves requests loses state between them.
    let serves = context.input.map.stack.framework.name.is_some();
    if context.input.linked.endpoints.is_empty() && !serves {
        return found;
    }
    let reached = reached_by_requests(context);
    for (file, facts) in context.files(rule) {
        let in_browser = facts.lang.is_ecmascript()
            && reached.as_ref().is_some_and(|reached| !reached.contains(facts.path.as_str()));
        if in_browser
            || matches!(context.layer(file), Layer::Config | Layer::Migration | Layer::Model)
            || is_tool(&facts.path)
        {
            continue;
        }
        for bind in &facts.binds {
            let at_module = facts.scope(bind.scope).is_some_and(|scope| scope.kind == ScopeKind::Module);
            let Some(value) = bind.value else { continue };
            let plain = at_module
                && bind.object.is_none()
                && bind.block.is_none()
                && matches!(bind.kind, BindKind::Assign | BindKind::Field);
            if !plain || !is_empty_collection(facts, value) {
                continue;
            }
            let name = facts.text(bind.name);
            if words(name).iter().any(|word| REBUILT.contains(&word.as_str())) {
                continue;
            }
            if is_filled_by_functions(facts, name) {
                found.push(Draft::new(file, bind.name_span).symbol(name).word("name", name));
            }
        }
    }
    found
}

/// The files that those with handlers import, by whatever way; none where no handler is known.
fn reached_by_requests<'c>(context: &'c Context<'_, '_>) -> Option<BTreeSet<&'c str>> {
    let map = context.input.map;
    let mut open: Vec<&str> = map
        .endpoints
        .iter()
        .flat_map(|endpoint| {
            let handler = endpoint.handler_place.as_ref().map(|place| place.path.as_str());
            [Some(endpoint.file.as_str()), handler]
        })
        .flatten()
        .collect();
    let mut below: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for edge in &map.edges {
        below.entry(&edge.from).or_default().push(&edge.to);
    }
    let mut reached = BTreeSet::new();
    while let Some(path) = open.pop() {
        if reached.insert(path) {
            open.extend(below.get(path).into_iter().flatten().copied());
        }
    }
    (!reached.is_empty()).then_some(reached)
}

/// Folders of programs that no request reaches.
fn is_tool(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "scripts" | "tools" | "bin" | "bench" | "benchmarks" | "seeds"))
}

/// `{}`, `[]`, `new Map()`, `dict()`, `defaultdict(list)`.
fn is_empty_collection(facts: &FileFacts, value: ExprId) -> bool {
    match facts.expr(value) {
        Expr::Map(entries) => facts.entries(entries).is_empty(),
        Expr::List(items) => facts.list(items).is_empty(),
        Expr::Call(id) => facts.call(id).is_some_and(|call| {
            let made = last_name(facts, call.callee).unwrap_or_default();
            let args = facts.args(call.args).len();
            match facts.lang {
                Lang::JavaScript | Lang::TypeScript => {
                    call.flags.has(CallFlags::NEW) && matches!(made, "Map" | "Set") && args == 0
                }
                Lang::Python => {
                    (matches!(made, "dict" | "list" | "set" | "OrderedDict" | "Counter" | "deque")
                        && args == 0)
                        || made == "defaultdict"
                }
                _ => false,
            }
        }),
        _ => false,
    }
}

fn is_filled_by_functions(facts: &FileFacts, name: &str) -> bool {
    let is_it = |expr: ExprId| matches!(facts.expr(root(facts, expr)), Expr::Name(found) if facts.text(found) == name);
    let by_call = facts.calls.iter().any(|call| match facts.expr(call.callee) {
        Expr::Attr(object, method) => {
            let direct = matches!(facts.expr(object), Expr::Name(found) if facts.text(found) == name);
            direct && CHANGES.contains(&facts.text(method)) && serves(facts, call.scope, name)
        }
        _ => false,
    });
    by_call
        || facts.binds.iter().any(|bind| {
            bind.object.is_some_and(|object| {
                matches!(facts.expr(object), Expr::Index(..) | Expr::Name(_)) && is_it(object)
            }) && serves(facts, bind.scope, name)
        })
}

/// Whether a scope is a function that runs for requests, and has no variable of that name.
fn serves(facts: &FileFacts, scope: ScopeId, name: &str) -> bool {
    let mut in_function = false;
    for (around, found) in facts.scopes_around(scope) {
        if matches!(found.kind, ScopeKind::Function | ScopeKind::Lambda) {
            let own = facts.params(found.params).iter().any(|param| facts.text(param.name) == name)
                || facts.binds.iter().any(|bind| {
                    bind.scope == around && bind.object.is_none() && facts.text(bind.name) == name
                });
            let called = facts.text(found.name).to_lowercase();
            if own || AT_START.iter().any(|start| called.trim_start_matches('_').starts_with(start)) {
                return false;
            }
            in_function = true;
        }
    }
    in_function
}
