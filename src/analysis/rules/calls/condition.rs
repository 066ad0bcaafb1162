//! What an argument of a call must say.

use super::select::{Selected, select};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, Sym},
        link::{FileId, Value},
        rules::{
            context::{Context, last_name},
            from_request::{is_from_request, is_guarded},
            secret_names::{is_secret_text, is_unfilled},
            sql::is_built,
        },
    },
    knowledge::packs::{Pattern, Selector},
};
use serde::Deserialize;

/// Functions that make a list of their arguments.
const LISTS: [&str; 6] = ["of", "asList", "listOf", "singletonList", "setOf", "arrayOf"];

/// What an argument must say. Stated keys are looked at in the order of the fields; the
/// first stated one decides.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in super::super) struct Condition {
    arg: Vec<Selector>,
    /// It is this truth value.
    bool: Option<bool>,
    /// It is `None` or `null`.
    null: bool,
    /// It is, or a list that holds, one of these texts.
    text: Vec<String>,
    /// It is a text that begins with one of these, whatever the case.
    starts: Vec<String>,
    /// Its last name is one of these; of a call, the name of what is called.
    name: Vec<String>,
    /// What it names is one of these things outside the project.
    path: Vec<Pattern>,
    /// It is the body of a request: one of these attributes or calls.
    from: Vec<String>,
    /// It comes from the request, and the code around does not compare it with anything.
    request: bool,
    /// It is, or is an object with a member that is, such a part as it came, unconverted.
    raw_request: bool,
    /// It is a literal that can be a secret.
    secret: bool,
    /// It is a fixed text of the source, however it reaches the call; not one that asks to
    /// be filled in.
    constant: bool,
    /// It is a text with a part that is not written in the source.
    built: bool,
    /// It is a call of the rule's languages to one of these names.
    calls: Vec<String>,
    /// It is an object with one of these members.
    keys: Vec<String>,
    /// It is not there, and nothing is spread that could hold it.
    absent: bool,
    /// It is there.
    present: bool,
    /// It is spread: `**x`.
    spread: bool,
    /// It is a text that holds one of these among its words, whatever the case.
    words: Vec<String>,
    /// It is this number, as written.
    number: Option<String>,
    /// Any argument without a name may be it, not only the selected one.
    any: bool,
}

impl Condition {
    /// Where the argument is that holds, or none where the condition does not hold. The
    /// place is the call itself where the argument is missing, as the condition wants.
    pub(super) fn holds(
        &self,
        context: &Context<'_, '_>,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
    ) -> Option<Option<(FileId, ExprId)>> {
        if self.spread {
            let found = facts.args(call.args).iter().find(|arg| arg.spread && self.is_from(facts, arg.value));
            return found.map(|arg| Some((file, arg.value)));
        }
        if self.any {
            let mut positional = facts.args(call.args).iter().filter(|arg| arg.name.is_none() && !arg.spread);
            let found = positional.find(|arg| self.says(context, file, facts, arg.value, call));
            return found.map(|arg| Some((file, arg.value)));
        }
        match select(context, file, facts, call, &self.arg) {
            Selected::Absent => self.absent.then_some(None),
            Selected::Unknown => None,
            Selected::Found(other, value) => {
                let found = context.resolver().facts(other)?;
                let says = !self.absent && self.says(context, other, found, value, call);
                says.then_some(Some((other, value)))
            }
        }
    }

    fn says(
        &self,
        context: &Context<'_, '_>,
        file: FileId,
        facts: &FileFacts,
        value: ExprId,
        call: &Call,
    ) -> bool {
        let resolver = context.resolver();
        if let Some(wanted) = self.bool {
            return is_bool(context, file, facts, value, wanted);
        }
        if self.null {
            return matches!(facts.expr(value), Expr::Null);
        }
        if let Some(wanted) = &self.number {
            return matches!(facts.expr(value), Expr::Num)
                && context.source(facts, facts.expr_span(value)) == *wanted;
        }
        if !self.words.is_empty() {
            return resolver.constant(file, value).is_some_and(|text| {
                text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '|'))
                    .any(|word| self.words.iter().any(|known| known.eq_ignore_ascii_case(word)))
            });
        }
        if !self.starts.is_empty() {
            return leading_text(context, file, facts, value).is_some_and(|text| {
                let lower = text.to_lowercase();
                self.starts.iter().any(|start| lower.starts_with(start)) && !is_own_machine(&lower)
            });
        }
        if self.secret {
            let literal = matches!(facts.expr(value), Expr::Str(_));
            let text = resolver.constant(file, value).unwrap_or_default();
            return literal && is_secret_text(&text);
        }
        if self.constant {
            return constant_inside(context, file, facts, value).is_some_and(|text| !is_unfilled(&text));
        }
        if !self.name.is_empty() {
            let named = match facts.expr(value) {
                Expr::Call(id) => facts.call(id).and_then(|call| last_name(facts, call.callee)),
                _ => last_name(facts, value),
            };
            return named.is_some_and(|name| self.name.iter().any(|known| known == name));
        }
        if !self.path.is_empty() {
            return resolver.value(file, value).alternatives().iter().any(|value| {
                matches!(value, Value::External(path) if self.path.iter().any(|known| known.matches(path)))
            });
        }
        if !self.from.is_empty() {
            return self.is_from(facts, value);
        }
        if self.request {
            return is_from_request(context, file, facts, value) && !is_guarded(facts, call, value);
        }
        if self.built {
            return is_built(context, file, value);
        }
        if self.raw_request {
            let is_raw = |expr: ExprId| {
                !matches!(facts.expr(expr), Expr::Call(_) | Expr::Tmpl(_) | Expr::Map(_))
                    && is_from_request(context, file, facts, expr)
                    && !is_of_path(facts, call, expr)
            };
            return match facts.expr(value) {
                Expr::Map(entries) => facts.entries(entries).iter().any(|entry| is_raw(entry.value)),
                Expr::Call(_) => is_from_request(context, file, facts, value),
                _ => is_raw(value),
            };
        }
        if !self.calls.is_empty() {
            return matches!(facts.expr(value), Expr::Call(id) if facts
                .call(id)
                .and_then(|call| last_name(facts, call.callee))
                .is_some_and(|name| self.calls.iter().any(|known| known == name)));
        }
        if !self.keys.is_empty() {
            return self
                .keys
                .iter()
                .any(|key| matches!(super::select::entry(context, file, value, key), Selected::Found(..)));
        }
        if self.present {
            return true;
        }
        let is_text = |value: &Value| {
            value
                .as_constant()
                .is_some_and(|text| self.text.iter().any(|known| known.eq_ignore_ascii_case(text.trim())))
        };
        // `List.of("*")`, `listOf("*")`: a list that is made by a call.
        if let Expr::Call(id) = facts.expr(value)
            && let Some(made) = facts.call(id)
            && last_name(facts, made.callee).is_some_and(|name| LISTS.contains(&name))
        {
            return facts.args(made.args).iter().any(|arg| is_text(&resolver.value(file, arg.value)));
        }
        match resolver.value(file, value) {
            Value::List(items) => items.iter().any(is_text),
            value => value.alternatives().iter().any(is_text),
        }
    }

    /// Whether an expression is written as one of the sources: `req.body`, `request.json()`.
    fn is_from(&self, facts: &FileFacts, value: ExprId) -> bool {
        let expr = match facts.expr(value) {
            Expr::Spread(inner) => inner,
            // `params[:user]`: a part of the source is as open as the whole.
            Expr::Index(object, _) => object,
            _ => value,
        };
        let written = match facts.expr(expr) {
            Expr::Call(call) => {
                facts.call(call).and_then(|call| facts.dotted(call.callee)).map(|path| path + "()")
            }
            _ => facts.dotted(expr),
        };
        written.is_some_and(|path| {
            self.from.iter().any(|known| path == *known || path.ends_with(&format!(".{known}")))
        })
    }
}

/// Whether a value is this truth value, directly or through one assignment.
fn is_bool(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, value: ExprId, wanted: bool) -> bool {
    match facts.expr(value) {
        Expr::Bool(found) => found == wanted,
        Expr::Name(name) => {
            let at = facts.expr_span(value).start;
            let scope = context.resolver().scope_at(file, at);
            let binds = crate::analysis::rules::reaching::reaching(facts, scope, facts.text(name), at);
            !binds.is_empty()
                && binds.iter().all(|(_, bind)| {
                    bind.value.is_some_and(
                        |value| matches!(facts.expr(value), Expr::Bool(found) if found == wanted),
                    )
                })
        }
        _ => false,
    }
}

/// The fixed text that an expression is, through names, and through the calls that make a
/// key of it: `JWK.asKey("…")`, `"…".encode()`.
fn constant_inside(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    value: ExprId,
) -> Option<String> {
    let mut at = value;
    for _ in 0..4 {
        if let Some(text) = context.resolver().constant(file, at) {
            return Some(text);
        }
        at = match facts.expr(at) {
            Expr::Call(id) => {
                let call = facts.call(id)?;
                // A conversion: `[]byte("…")`.
                let is_type =
                    matches!(facts.expr(call.callee), Expr::List(_) | Expr::Other(_) | Expr::Index(..));
                if let (true, [only]) = (is_type, facts.args(call.args)) {
                    at = only.value;
                    continue;
                }
                match (facts.expr(call.callee), last_name(facts, call.callee)?) {
                    (
                        Expr::Attr(object, _),
                        "encode" | "as_bytes" | "as_ref" | "to_string" | "into" | "getBytes" | "toByteArray",
                    ) => object,
                    (
                        _,
                        "asKey" | "from" | "from_secret" | "bytes" | "byte" | "importKey" | "createSecretKey"
                        | "GetBytes" | "hmacShaKeyFor",
                    ) => facts.args(call.args).first()?.value,
                    _ => return None,
                }
            }
            Expr::Name(name) => {
                let offset = facts.expr_span(at).start;
                let scope = context.resolver().scope_at(file, offset);
                let binds =
                    crate::analysis::rules::reaching::reaching(facts, scope, facts.text(name), offset);
                match binds.as_slice() {
                    [(_, bind)] => bind.value?,
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// The text that an expression begins with.
fn leading_text(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, value: ExprId) -> Option<String> {
    let mut at = value;
    for _ in 0..4 {
        if let Some(text) = context.resolver().constant(file, at) {
            return Some(text);
        }
        at = match facts.expr(at) {
            Expr::Tmpl(parts) => *facts.list(parts).first()?,
            Expr::Call(id) => {
                let call = facts.call(id)?;
                let name = last_name(facts, call.callee)?;
                let makes = matches!(
                    name,
                    "URI" | "URL" | "Uri" | "create" | "parse" | "uri" | "toURL" | "URI.create"
                );
                match facts.args(call.args).first() {
                    Some(arg) if makes => arg.value,
                    _ => return None,
                }
            }
            Expr::Name(name) => {
                let offset = facts.expr_span(at).start;
                let scope = context.resolver().scope_at(file, offset);
                let name = facts.text(name);
                let binds = crate::analysis::rules::reaching::reaching(facts, scope, name, offset);
                match binds.as_slice() {
                    [(_, bind)] => bind.value?,
                    // A parameter's default is what it is when nobody says otherwise.
                    [] => {
                        facts
                            .scopes_around(scope)
                            .find_map(|(_, around)| {
                                facts
                                    .params(around.params)
                                    .iter()
                                    .find(|param| facts.text(param.name) == name)
                            })?
                            .default?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
    }
    None
}

/// Addresses that never leave the machine.
fn is_own_machine(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    ["localhost", "127.", "0.0.0.0", "[::1]", "host.docker.internal"]
        .iter()
        .any(|host| rest.starts_with(host))
}

/// Whether a value is a parameter of the path in JavaScript, which is always text: from
/// `req.params`, at once or by a name.
fn is_of_path(facts: &FileFacts, call: &Call, value: ExprId) -> bool {
    let says = |expr: ExprId| {
        facts.dotted(expr).is_some_and(|path| path.split('.').skip(1).any(|part| part == "params"))
    };
    let by_name = |name: Sym| {
        let mut binds = facts.binds.iter().filter(|bind| bind.name == name && bind.scope == call.scope);
        binds.any(|bind| bind.value.is_some_and(says))
    };
    facts.lang.is_ecmascript()
        && (says(value) || matches!(facts.expr(value), Expr::Name(name) if by_name(name)))
}
