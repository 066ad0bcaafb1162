//! Whether a value comes from the request.

use super::{
    context::{Context, last_name, root},
    reaching::reaching,
};
use crate::analysis::{
    facts::{BlockKind, Call, CallFlags, Expr, ExprId, FileFacts, Lang},
    link::FileId,
};

/// How a request is called.
const REQUESTS: [&str; 6] = ["req", "request", "ctx", "event", "httpRequest", "flask"];

/// How Go calls it as well.
const SHORT_REQUESTS: [&str; 2] = ["r", "c"];

/// Names that are a part of the request themselves.
const WHOLE_PARTS: [&str; 8] =
    ["params", "_GET", "_POST", "_REQUEST", "_COOKIE", "$_GET", "$_POST", "$_REQUEST"];

/// Its parts that a client writes, in the languages that name them by other words.
const FURTHER_PARTS: [&str; 34] = [
    "FormValue",
    "PostFormValue",
    "PostForm",
    "URL",
    "Query",
    "QueryParam",
    "DefaultQuery",
    "Header",
    "Param",
    "Params",
    "Form",
    "Body",
    "Cookie",
    "GetHeader",
    "GetRawData",
    "getParameter",
    "getParameterValues",
    "getParameterMap",
    "getHeader",
    "getHeaders",
    "getQueryString",
    "getCookies",
    "getReader",
    "getInputStream",
    "getPathInfo",
    "getRequestURI",
    "queryParam",
    "pathParam",
    "formParam",
    "Headers",
    "Cookies",
    "RouteValues",
    "input",
    "all",
];

/// Its parts that a client writes.
const PARTS: [&str; 24] = [
    "body",
    "query",
    "params",
    "param",
    "headers",
    "header",
    "cookies",
    "args",
    "form",
    "values",
    "json",
    "get_json",
    "data",
    "files",
    "POST",
    "GET",
    "FormValue",
    "query_params",
    "path_params",
    "queryStringParameters",
    "rawBody",
    "get",
    "origin",
    "hostname",
];

/// What a request of Laravel knows by itself.
const OWN_OF_REQUEST: [&str; 12] = [
    "user",
    "session",
    "route",
    "server",
    "attributes",
    "ip",
    "method",
    "url",
    "fullUrl",
    "path",
    "getMethod",
    "getUser",
];

/// Functions that put their arguments together.
const JOINS: [&str; 8] = ["append", "Join", "join", "concat", "Concat", "Sprintf", "sprintf", "implode"];

/// How far names are followed.
const DEPTH: u32 = 6;

/// Whether an expression is, holds or was assigned from a part of the request.
pub(super) fn is_from_request(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    expr: ExprId,
) -> bool {
    comes(context, file, facts, expr, DEPTH)
}

fn comes(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, expr: ExprId, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    match facts.expr(expr) {
        Expr::Attr(object, name) => match member(facts, context, file, object, facts.text(name)) {
            Some(value) => comes(context, file, facts, value, depth),
            None => is_part(facts, expr) || comes(context, file, facts, object, depth),
        },
        Expr::Index(object, _) => is_part(facts, expr) || comes(context, file, facts, object, depth),
        Expr::Call(id) => {
            let Some(call) = facts.call(id) else { return false };
            let joins = last_name(facts, call.callee).is_some_and(|name| JOINS.contains(&name));
            is_part(facts, call.callee)
                || match facts.expr(call.callee) {
                    Expr::Attr(object, _) => comes(context, file, facts, object, depth),
                    _ => false,
                }
                || (joins
                    && facts.args(call.args).iter().any(|arg| comes(context, file, facts, arg.value, depth)))
        }
        Expr::Tmpl(parts) | Expr::Either(parts) | Expr::Other(parts) | Expr::List(parts) => {
            facts.list(parts).iter().any(|part| comes(context, file, facts, *part, depth))
        }
        Expr::Element(inner) | Expr::Spread(inner) => comes(context, file, facts, inner, depth),
        Expr::Name(_) if is_part(facts, expr) => true,
        Expr::Name(name) => {
            let at = facts.expr_span(expr).start;
            let scope = context.resolver().scope_at(file, at);
            reaching(facts, scope, facts.text(name), at)
                .iter()
                .any(|(_, bind)| bind.value.is_some_and(|value| comes(context, file, facts, value, depth)))
        }
        _ => false,
    }
}

/// The value of a field, where the object is a literal that states it: `q := &Query{SQL: x}`.
fn member(
    facts: &FileFacts,
    context: &Context<'_, '_>,
    file: FileId,
    object: ExprId,
    field: &str,
) -> Option<ExprId> {
    let Expr::Name(name) = facts.expr(object) else { return None };
    let at = facts.expr_span(object).start;
    let scope = context.resolver().scope_at(file, at);
    let binds = reaching(facts, scope, facts.text(name), at);
    let [(_, bind)] = binds.as_slice() else { return None };
    match facts.expr(bind.value?) {
        Expr::Call(id) => {
            let call = facts.call(id).filter(|call| call.flags.has(CallFlags::NEW))?;
            let mut args = facts.args(call.args).iter();
            args.find(|arg| arg.name.is_some_and(|name| facts.text(name) == field)).map(|arg| arg.value)
        }
        Expr::Map(entries) => facts
            .entries(entries)
            .iter()
            .find(|entry| {
                entry
                    .key
                    .is_some_and(|key| matches!(facts.expr(key), Expr::Str(key) if facts.text(key) == field))
            })
            .map(|entry| entry.value),
        _ => None,
    }
}

/// Whether `$this` is a request: its class descends from one.
fn is_own_request(facts: &FileFacts, expr: ExprId) -> bool {
    let span = facts.expr_span(expr);
    facts.lang == Lang::Php
        && facts.scopes.iter().filter(|scope| scope.span.contains(span)).any(|class| {
            facts
                .list(class.bases)
                .iter()
                .any(|base| last_name(facts, *base).is_some_and(|name| name.ends_with("Request")))
        })
}

/// `req.body.x`, `request.args.get`, `self.request.POST["a"]`.
fn is_part(facts: &FileFacts, expr: ExprId) -> bool {
    let mut names = Vec::new();
    let mut at = expr;
    // A chain is finite in sound facts; the bound is for damaged ones.
    for _ in 0..16 {
        at = match facts.expr(at) {
            Expr::Attr(object, name) => {
                names.push(facts.text(name));
                object
            }
            Expr::Index(object, _) => object,
            Expr::Call(id) => match facts.call(id) {
                Some(call) => call.callee,
                None => return false,
            },
            Expr::Name(name) => {
                names.push(facts.text(name));
                break;
            }
            Expr::SelfRef if is_own_request(facts, at) => {
                names.push("request");
                break;
            }
            _ => break,
        };
    }
    names.reverse();
    let further = !matches!(facts.lang, Lang::Python | Lang::JavaScript | Lang::TypeScript | Lang::Rust);
    let is_request = |name: &&str| {
        REQUESTS.contains(name)
            || (facts.lang == Lang::Go && SHORT_REQUESTS.contains(name))
            || (facts.lang == Lang::CSharp && *name == "Request")
    };
    // What Laravel's request does not know itself is a field that the client sent.
    let is_field = facts.lang == Lang::Php
        && matches!(names.as_slice(), [request, field] | ["this", request, field]
            if matches!(request.trim_start_matches('$'), "request") && !OWN_OF_REQUEST.contains(field));
    let is_part = |name: &&str| PARTS.contains(name) || (further && FURTHER_PARTS.contains(name));
    let whole = matches!(facts.lang, Lang::Ruby | Lang::Php | Lang::Elixir)
        && names.first().is_some_and(|name| WHOLE_PARTS.contains(name));
    whole
        || is_field
        || names
            .iter()
            .position(is_request)
            .is_some_and(|request| names.iter().skip(request + 1).any(is_part))
}

/// Whether a branch around the call asks about the value: then it was compared with
/// something before it got here.
pub(super) fn is_guarded(facts: &FileFacts, call: &Call, value: ExprId) -> bool {
    let Expr::Name(name) = facts.expr(root(facts, value)) else { return false };
    facts
        .blocks_around(call.block)
        .filter(|block| block.kind == BlockKind::Branch)
        .filter_map(|block| block.head)
        .any(|head| {
            let span = facts.expr_span(head);
            facts.exprs.iter().enumerate().any(|(index, expr)| {
                matches!(expr, Expr::Name(found) if *found == name)
                    && span.contains(facts.expr_span(ExprId::from_index(index)))
            })
        })
}
