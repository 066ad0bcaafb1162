//! What stands beside a route where it is registered, and what is laid around all routes.

use super::context::last_name;
use crate::analysis::facts::{Call, Expr, ExprId, FileFacts, Lang, Span};

/// Keys of options that say nothing about who may call.
const SILENT_KEYS: [&str; 13] = [
    "path",
    "url",
    "method",
    "handler",
    "schema",
    "validate",
    "response",
    "responses",
    "tags",
    "summary",
    "description",
    "body",
    "params",
];

/// How many options are looked into, one inside the other.
const DEPTH: u32 = 4;

/// Spans beside the path of the route that is registered on a 1-based line: other arguments of
/// the call, or the entries of the object that describes the route.
pub(super) fn beside(facts: &FileFacts, line: u32) -> Vec<Span> {
    let mut found = Vec::new();
    let on_line = |offset: u32| facts.line(offset) == line;
    for call in &facts.calls {
        let args = facts.args(call.args);
        let Some((first, rest)) = args.split_first() else { continue };
        if on_line(call.name_span.start) || on_line(call.args_span.start) || on_line(first.start) {
            for arg in rest {
                options(facts, arg.value, DEPTH, &mut found);
            }
        }
    }
    let described = facts.exprs.iter().enumerate().filter_map(|(index, expr)| match expr {
        Expr::Map(entries) => {
            let keys = facts.entries(*entries).iter().filter_map(|entry| key(facts, entry.key?));
            let id = ExprId::from_index(index);
            let span = facts.expr_span(id);
            let is_route =
                keys.filter(|key| matches!(*key, "method" | "path" | "url" | "handler")).count() > 1;
            let holds = facts.line(span.start) <= line && line <= facts.line(span.end);
            (is_route && holds).then_some((span.end - span.start, id))
        }
        _ => None,
    });
    if let Some((_, id)) = described.min_by_key(|(size, _)| *size) {
        options(facts, id, DEPTH, &mut found);
    }
    found
}

fn options(facts: &FileFacts, expr: ExprId, depth: u32, found: &mut Vec<Span>) {
    let (Expr::Map(entries), Some(depth)) = (facts.expr(expr), depth.checked_sub(1)) else {
        found.push(facts.expr_span(expr));
        return;
    };
    for entry in facts.entries(entries) {
        let name = entry.key.and_then(|name| key(facts, name));
        if name.is_some_and(|name| SILENT_KEYS.contains(&name)) {
            continue;
        }
        found.extend(entry.key.map(|name| facts.expr_span(name)));
        options(facts, entry.value, depth, found);
    }
}

fn key(facts: &FileFacts, key: ExprId) -> Option<&str> {
    match facts.expr(key) {
        Expr::Str(text) | Expr::Name(text) => Some(facts.text(text)),
        _ => None,
    }
}

/// Names of what one call lays around every route of the program: `app.use(requireAuth())`,
/// `App::new().wrap(Authentication)`. Empty for what has a path of its own.
pub(super) fn around_all<'f>(facts: &'f FileFacts, call: &Call, text: &str) -> Vec<&'f str> {
    let lays = last_name(facts, call.callee)
        .is_some_and(|name| matches!(name, "use" | "addHook" | "wrap" | "layer" | "add_middleware"));
    let before = text.get(call.span.start as usize..call.name_span.start as usize).unwrap_or_default();
    let object = before.trim_end_matches(['.', ' ', '\n']);
    let is_whole = match facts.lang {
        Lang::Rust => object.starts_with("App::new()") && !object.contains("scope("),
        Lang::JavaScript | Lang::TypeScript | Lang::Python => matches!(object, "app" | "server" | "fastify"),
        _ => false,
    };
    if !lays || !is_whole || has_path(facts, call) {
        return Vec::new();
    }
    let mut names = Vec::new();
    for arg in facts.args(call.args) {
        match facts.expr(arg.value) {
            // `addHook("onRequest", async (request) => request.jwtVerify())`
            Expr::Fun(inside) => {
                let calls = facts.calls.iter().filter(|call| call.scope == inside);
                names.extend(calls.filter_map(|call| last_name(facts, call.callee)));
            }
            _ => names.extend(named(facts, arg.value, DEPTH)),
        }
    }
    names
}

/// Whether a call lays something around one path only: `app.use("/admin", requireAuth)`.
pub(super) fn has_path(facts: &FileFacts, call: &Call) -> bool {
    let is_text = |value: ExprId| matches!(facts.expr(value), Expr::Str(text) if facts.text(text) != "*");
    last_name(facts, call.callee) == Some("use")
        && facts.args(call.args).first().is_some_and(|arg| is_text(arg.value))
}

/// The last name of a value, or of what makes it.
fn named(facts: &FileFacts, expr: ExprId, depth: u32) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    match facts.expr(expr) {
        Expr::Name(_) | Expr::Attr(..) => last_name(facts, expr),
        Expr::Call(id) => named(facts, facts.call(id)?.callee, depth),
        _ => None,
    }
}
