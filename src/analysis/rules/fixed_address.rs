//! Addresses and folders that are written into the source.

use super::{
    context::{Context, last_name},
    draft::Draft,
    matcher::Rule,
};
use crate::{
    analysis::facts::{CallFlags, Expr, ExprId, FileFacts, Lang},
    domain::layer::Layer,
};
use std::collections::BTreeSet;

/// Calls that open what a path names.
const OPENS: [&str; 9] = [
    "open",
    "Path",
    "writeFile",
    "writeFileSync",
    "createWriteStream",
    "mkdir",
    "makedirs",
    "create",
    "write",
];

/// Every address of the machine.
// proscenium: ignore cloud/hardcoded-config because it is what the rule looks for
const ANY_V4: &str = "0.0.0.0";

/// Every address of the machine in IPv6; in Rust and Ruby also what parts a path of names.
const ANY_V6: &str = concat!(":", ":");

/// Calls that begin to listen.
const LISTENS: [&str; 7] = ["bind", "listen", "run", "serve", "start", "Server", "createServer"];

/// Calls that make an address to calculate with.
const PARSES: [&str; 5] = ["IPv4Address", "ip_address", "IPv4Network", "ip_network", "ParseIP"];

/// Calls whose text is only a default: the environment may say something else.
const DEFAULTS: [&str; 12] = [
    "get",
    "getenv",
    "env",
    "config",
    "default",
    "unwrap_or",
    "unwrap_or_else",
    "Field",
    "getOrThrow",
    "add_argument",
    "option",
    "unwrap_or_default",
];

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        if matches!(context.layer(file), Layer::Config | Layer::Migration) {
            continue;
        }
        let suspicious =
            facts.strings.iter().any(|(_, text)| address(text).is_some() || is_shared_folder(text));
        if !suspicious {
            continue;
        }
        let overridden = overridden(facts);
        let opened = arguments_of(facts, &OPENS);
        let listed: BTreeSet<ExprId> = facts
            .exprs
            .iter()
            .filter_map(|expr| match expr {
                Expr::List(parts) if facts.list(*parts).len() > 1 => Some(facts.list(*parts)),
                _ => None,
            })
            .flatten()
            .copied()
            .collect();
        let listening = arguments_of(facts, &LISTENS);
        let parsed = arguments_of(facts, &PARSES);
        let quoted = inside_messages(facts);
        for (index, expr) in facts.exprs.iter().enumerate() {
            let Expr::Str(text) = expr else { continue };
            let id = ExprId::from_index(index);
            if overridden.contains(&id) {
                continue;
            }
            let text = facts.text(*text);
            let span = facts.expr_span(id);
            if quoted.iter().any(|around| around.contains(span)) {
                continue;
            }
            if text == ANY_V6 && !listening.iter().any(|listen| listen.contains(span)) {
                continue;
            }
            let is_value = listed.contains(&id) || parsed.iter().any(|parse| parse.contains(span));
            if text == ANY_V4 && is_value {
                // One name among others, or an address as a value, is compared with, not listened on.
                continue;
            }
            let what = match address(text) {
                Some(what) => what,
                None if is_shared_folder(text) && opened.iter().any(|open| open.contains(span)) => {
                    "a file in a folder that every program can write"
                }
                None => continue,
            };
            found.push(Draft::new(file, span).word("what", what));
        }
    }
    found
}

/// What kind of address a text is, if it is one that differs between installations.
fn address(text: &str) -> Option<&'static str> {
    if text == ANY_V4 || text == ANY_V6 {
        return Some("the address to listen on");
    }
    if !(8..=300).contains(&text.len()) || text.contains(['{', '<', '$', '%', ' ']) {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    let host = rest.split(['/', '?']).next()?.rsplit('@').next()?;
    let name = host.split(':').next()?;
    let own = ["localhost", "127.0.0.1", "", "0.0.0.0", "example.com", "memory"];
    if own.contains(&name)
        || name.ends_with(".example.com")
        || name.ends_with(".test")
        || name.ends_with(".example")
    {
        return None;
    }
    let base = scheme.split('+').next().unwrap_or(scheme);
    match base {
        "postgres" | "postgresql" | "mysql" | "mongodb" | "redis" | "rediss" | "amqp" | "amqps" | "kafka"
        | "nats" | "mssql" | "oracle" => Some("the address of a service"),
        "http" | "https" | "ws" | "wss" | "tcp" => {
            let private = name.starts_with("10.")
                || name.starts_with("192.168.")
                || name.starts_with("172.16.")
                || name.ends_with(".internal")
                || name.ends_with(".local")
                || name.ends_with(".svc");
            private.then_some("the address of a service")
        }
        _ => None,
    }
}

fn is_shared_folder(text: &str) -> bool {
    ["/tmp/", "/var/tmp/", "/dev/shm/"]
        .iter()
        .any(|folder| text.starts_with(folder) && text.len() > folder.len())
}

/// Texts that only stand in for what the environment says, or that are compared.
fn overridden(facts: &FileFacts) -> BTreeSet<ExprId> {
    let mut found = BTreeSet::new();
    for expr in &facts.exprs {
        match expr {
            Expr::Either(parts) | Expr::Other(parts) => found.extend(facts.list(*parts)),
            _ => {}
        }
    }
    for call in &facts.calls {
        if last_name(facts, call.callee).is_some_and(|name| DEFAULTS.contains(&name)) {
            found.extend(facts.args(call.args).iter().map(|arg| arg.value));
            // `env::var("HOST").unwrap_or_else(|_| "0.0.0.0".to_string())`
            let inside = facts.exprs.iter().enumerate().filter_map(|(index, expr)| {
                let id = ExprId::from_index(index);
                let is_text = matches!(expr, Expr::Str(_)) && facts.lang == Lang::Rust;
                (is_text && call.args_span.contains(facts.expr_span(id))).then_some(id)
            });
            found.extend(inside);
        }
    }
    for scope in &facts.scopes {
        found.extend(facts.params(scope.params).iter().filter_map(|param| param.default));
    }
    found
}

/// Where the arguments of calls with one of these names stand.
fn arguments_of(facts: &FileFacts, names: &[&str]) -> Vec<crate::analysis::facts::Span> {
    facts
        .calls
        .iter()
        .filter(|call| last_name(facts, call.callee).is_some_and(|name| names.contains(&name)))
        .map(|call| call.args_span)
        .collect()
}

/// Where texts are for people or for tools that read annotations.
fn inside_messages(facts: &FileFacts) -> Vec<crate::analysis::facts::Span> {
    facts
        .calls
        .iter()
        .filter(|call| call.flags.has(CallFlags::THROWN) || call.flags.has(CallFlags::ANNOTATION))
        .map(|call| call.args_span)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_installations_are_told_from_public_and_own_ones() {
        for text in ["0.0.0.0", "postgresql+asyncpg://db.internal:5432/orders", "http://10.0.3.7:8080"] {
            assert!(address(text).is_some(), "{text}");
        }
        for text in [
            "https://api.github.com/user",
            "http://localhost:8080",
            "postgres://localhost/test",
            "redis://{host}",
            "https://example.com",
        ] {
            assert!(address(text).is_none(), "{text}");
        }
    }
}
