//! A query for each row of an earlier one.
//!
//! Three things must hold: the call reads the database, itself or through the project's
//! functions; what it asks depends on the loop's element; and the elements are rows, told
//! by where they come from or by a field of the element that is asked for.

use super::{
    context::{Context, last_name, root},
    database::is_write,
    draft::Draft,
    effects::{is_for_effect, is_kept},
    handler_query::callee_span,
    matcher::Rule,
    reaching::reaching,
    relations::Relations,
};
use crate::{
    analysis::{
        facts::{BindKind, BlockKind, Call, CallId, Expr, ExprId, FileFacts, Lang, ScopeId, Span},
        link::{Definition, FileId, Value},
    },
    domain::layer::Layer,
};
use std::collections::{BTreeSet, HashMap};

/// Methods that call their argument for each element.
const EACH: [&str; 6] = ["map", "forEach", "flatMap", "each", "mapSeries", "for_each"];

/// A loop around a call.
struct Loop<'f> {
    variables: Vec<&'f str>,
    items: ExprId,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    let relations = Relations::of(context);
    for (file, facts) in context.files(rule) {
        if matches!(context.layer(file), Layer::Migration | Layer::Config) {
            continue;
        }
        found.extend(relations.reads(context, file, facts));
        if matches!(facts.lang, Lang::Ruby | Lang::Php) {
            // Their queries are not told from other calls well enough to be counted in loops.
            continue;
        }
        let callbacks = callbacks(facts);
        let mut seen: BTreeSet<u32> = BTreeSet::new();
        let mut calls: Vec<(CallId, &Call)> = facts.call_ids().collect();
        calls.sort_by_key(|(_, call)| (call.span.start, call.name_span.start));
        for (id, call) in calls {
            let Some(around) = innermost(facts, call, &callbacks) else { continue };
            if seen.contains(&call.span.start) || !reads(context, file, id) {
                continue;
            }
            let is_own = context.is_read(file, id) || asks_repository(context, file, id);
            if (!is_own && is_for_effect(context, file, facts, id)) || is_kept(context, facts, call) {
                continue;
            }
            let whole = chain(facts, call);
            if writes(facts, whole) || is_class_of(facts, call, &around.variables) {
                continue;
            }
            let Some(field) = mention(facts, whole, &around.variables) else { continue };
            // Rows are rows even where the name first held a literal list.
            let is_rows = is_rows(context, file, facts, around.items, 6);
            let is_listed =
                matches!(facts.expr(around.items), Expr::List(_)) || is_literal(context, file, around.items);
            if !is_rows && (is_listed || !field) {
                continue;
            }
            seen.insert(call.span.start);
            let relation = facts.dotted(call.callee).unwrap_or_default();
            let relation = relation.strip_prefix("self.").unwrap_or(&relation).to_owned();
            let relation = if relation.is_empty() {
                last_name(facts, call.callee).unwrap_or("a query").to_owned()
            } else {
                relation
            };
            found.push(
                Draft::new(file, callee_span(facts, call))
                    .word("relation", relation)
                    .word("how", "once for each row")
                    .word("collection", context.source(facts, facts.expr_span(around.items))),
            );
        }
    }
    found
}

fn reads(context: &Context<'_, '_>, file: FileId, id: CallId) -> bool {
    context.is_read(file, id)
        || asks_repository(context, file, id)
        || context.functions(file, id).into_iter().any(|function| context.reads_database(function))
}

/// Whether a call asks a repository that the framework writes: `orders.findById(id)` of an
/// interface of Spring Data.
fn asks_repository(context: &Context<'_, '_>, file: FileId, id: CallId) -> bool {
    let Some(facts) = context.resolver().facts(file) else { return false };
    let Some(call) = facts.call(id) else { return false };
    let Expr::Attr(object, name) = facts.expr(call.callee) else { return false };
    !is_write(facts.text(name))
        && context.resolver().value(file, object).alternatives().iter().any(|value| match value {
            Value::Instance(file, scope) => {
                let class = Definition { file: *file, scope: *scope };
                context.resolver().class_in_family("orm-session", class)
            }
            _ => false,
        })
}

/// The calls that take a function value, by the function.
fn callbacks(facts: &FileFacts) -> HashMap<ScopeId, CallId> {
    if facts.lang == Lang::Rust {
        // `map` of an option runs once at most.
        return HashMap::new();
    }
    let mut taken = HashMap::new();
    for (id, call) in facts.call_ids() {
        if let Some(arg) = facts.args(call.args).first()
            && let Expr::Fun(scope) = facts.expr(arg.value)
            && last_name(facts, call.callee).is_some_and(|name| EACH.contains(&name))
        {
            taken.insert(scope, id);
        }
    }
    taken
}

/// The innermost loop around a call, in its own function or through callbacks.
fn innermost<'f>(
    facts: &'f FileFacts,
    call: &Call,
    callbacks: &HashMap<ScopeId, CallId>,
) -> Option<Loop<'f>> {
    let mut block = call.block;
    for (id, scope) in facts.scopes_around(call.scope) {
        for around in facts.blocks_around(block) {
            // The iterable itself is evaluated once.
            let Some(items) = around.head.filter(|_| around.kind == BlockKind::Loop) else { continue };
            if facts.expr_span(items).contains(call.span) {
                continue;
            }
            let variables = variables(facts, around.span, items);
            if variables.is_empty() {
                continue;
            }
            return Some(Loop { variables, items });
        }
        if let Some(taker) = callbacks.get(&id).and_then(|taker| facts.call(*taker)) {
            let Expr::Attr(items, _) = facts.expr(taker.callee) else { return None };
            let first = facts.params(scope.params).first()?;
            let mut variables: Vec<&str> =
                facts.names(first.fields).iter().map(|name| facts.text(*name)).collect();
            variables.push(facts.text(first.name));
            variables.retain(|name| !name.is_empty());
            return Some(Loop { variables, items });
        }
        if !matches!(scope.kind, crate::analysis::facts::ScopeKind::Lambda) {
            return None;
        }
        block = scope.block;
    }
    None
}

fn variables(facts: &FileFacts, span: Span, items: ExprId) -> Vec<&str> {
    let of_items = |value: ExprId| {
        let mut at = value;
        for _ in 0..8 {
            match facts.expr(at) {
                Expr::Index(object, _) | Expr::Attr(object, _) => at = object,
                Expr::Element(found) => return found == items,
                // The position in Go's `for i := range orders`.
                Expr::Other(parts) => return facts.list(parts) == [items],
                _ => return false,
            }
        }
        false
    };
    let mut names: Vec<&str> = facts
        .binds
        .iter()
        .filter(|bind| bind.kind == BindKind::Loop && bind.value.is_some_and(of_items))
        .filter(|bind| span.contains(bind.name_span) || bind.name_span.end <= span.end)
        .map(|bind| facts.text(bind.name))
        .collect();
    names.dedup();
    names
}

/// Whether a chain ends in a write: nothing is loaded for each row then.
fn writes(facts: &FileFacts, whole: Span) -> bool {
    facts
        .calls
        .iter()
        .filter(|call| call.span == whole)
        .any(|call| last_name(facts, call.callee).is_some_and(|name| is_write(name) || name == "unfollow"))
}

/// Whether the loop goes through models and asks each of them: `model.objects.all()`.
fn is_class_of(facts: &FileFacts, call: &Call, variables: &[&str]) -> bool {
    let start = root(facts, call.callee);
    let asks = facts.exprs.iter().any(|expr| {
        matches!(expr, Expr::Attr(object, member)
            if *object == start && matches!(facts.text(*member), "objects" | "_default_manager" | "query"))
    });
    asks && matches!(facts.expr(start), Expr::Name(name) if variables.contains(&facts.text(name)))
}

/// A call with the calls that are made on its value.
fn chain(facts: &FileFacts, call: &Call) -> Span {
    let end = facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start && other.scope == call.scope)
        .map(|other| other.span.end)
        .max()
        .unwrap_or(call.span.end);
    Span::new(call.span.start, end)
}

/// Whether one of the names is used inside a span, and whether a field of it is.
fn mention(facts: &FileFacts, span: Span, names: &[&str]) -> Option<bool> {
    let is_name =
        |expr: ExprId| matches!(facts.expr(expr), Expr::Name(name) if names.contains(&facts.text(name)));
    let mut used = None;
    // A method of the element is no field of it: `tag.trim()`.
    let called: BTreeSet<ExprId> =
        facts.calls.iter().filter(|call| span.contains(call.span)).map(|call| call.callee).collect();
    for (index, expr) in facts.exprs.iter().enumerate() {
        let id = ExprId::from_index(index);
        if !span.contains(facts.expr_span(id)) {
            continue;
        }
        match expr {
            Expr::Attr(object, _) | Expr::Index(object, _) if is_name(*object) && !called.contains(&id) => {
                return Some(true);
            }
            Expr::Name(_) if is_name(id) => used = Some(false),
            _ => {}
        }
    }
    used
}

/// Whether the elements come from a query.
fn is_rows(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, items: ExprId, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match facts.expr(items) {
        Expr::Call(id) => {
            let Some(call) = facts.call(id) else { return false };
            reads(context, file, id) || {
                let inside = match facts.expr(call.callee) {
                    Expr::Attr(object, _) => Some(object),
                    _ => facts.args(call.args).first().map(|arg| arg.value),
                };
                inside.is_some_and(|inside| is_rows(context, file, facts, inside, depth))
            }
        }
        Expr::Attr(..) | Expr::Name(_) if is_filled(context, file, facts, items) => true,
        Expr::Attr(object, _) | Expr::Index(object, _) => {
            matches!(facts.expr(object), Expr::Name(_) | Expr::Call(_))
                && is_rows(context, file, facts, object, depth)
        }
        Expr::Name(name) => {
            let at = facts.expr_span(items).start;
            let scope = context.resolver().scope_at(file, at);
            reaching(facts, scope, facts.text(name), at)
                .iter()
                .any(|(_, bind)| bind.value.is_some_and(|value| is_rows(context, file, facts, value, depth)))
        }
        _ => false,
    }
}

/// Whether a query wrote its rows into this: `db.Find(&orders)`, as Go does it.
fn is_filled(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, items: ExprId) -> bool {
    if facts.lang != Lang::Go {
        return false;
    }
    let Some(path) = facts.dotted(items) else { return false };
    let at = facts.expr_span(items).start;
    let scope = context.resolver().scope_at(file, at);
    context.calls_inside(facts, scope).into_iter().any(|id| {
        let Some(call) = facts.call(id).filter(|call| call.span.start < at) else { return false };
        facts.args(call.args).iter().any(|arg| facts.dotted(arg.value).as_deref() == Some(path.as_str()))
            && context.is_read(file, id)
    })
}

/// Whether the elements stand in the source, one by one.
fn is_literal(context: &Context<'_, '_>, file: FileId, items: ExprId) -> bool {
    match context.resolver().value(file, items) {
        // What is written out in the source is as long as it is there, models included.
        Value::List(items) => items.iter().all(is_written),
        Value::Map(..) => true,
        _ => false,
    }
}

/// Whether a value is written out: a text, a number, a class, or a list of those.
fn is_written(value: &Value) -> bool {
    match value {
        Value::Number | Value::Class(..) | Value::Function(..) | Value::External(_) => true,
        Value::List(items) => items.iter().all(is_written),
        _ => value.as_constant().is_some(),
    }
}
