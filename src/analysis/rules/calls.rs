//! Calls that a rule describes in data: what is called, and what its arguments say.

use super::{
    context::{Context, last_name},
    draft::Draft,
    handler_query::callee_span,
    matcher::Rule,
    secret_names::is_secret_text,
};
use crate::{
    analysis::{
        facts::{Call, Expr, ExprId, FileFacts, ScopeFlags, ScopeKind},
        link::{FileId, Value},
    },
    knowledge::packs::{FamilyMember, Pattern, Selector},
};
use serde::Deserialize;

/// One shape of calls. Stated keys must all hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CallShape {
    /// None means the rule's languages.
    pub(super) languages: Vec<String>,
    pub(super) call: Vec<Pattern>,
    pub(super) method: Vec<String>,
    pub(super) recv_type: Vec<Pattern>,
    pub(super) recv_name: Vec<String>,
    /// Conditions on arguments that must all hold.
    pub(super) when: Vec<Condition>,
    /// Only directly inside an `async` function.
    pub(super) in_async: bool,
    /// Only where the enclosing function or an argument has one of these words in its name.
    pub(super) about: Vec<String>,
    /// Not where a call made on the value has one of these names: builders.
    pub(super) unless_chained: Vec<String>,
    /// What `{detail}` in the message becomes.
    pub(super) detail: String,
    /// Names of flags that the call should state, for `{flags}`; a finding where one is
    /// missing or false.
    pub(super) flags: Vec<Flag>,
}

/// A flag of a call.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    /// As messages call it.
    name: String,
    /// Where it may stand: arguments, or `key`s of one.
    #[serde(default)]
    arg: Vec<Selector>,
    /// Calls made on the value that set it.
    #[serde(default)]
    chained: Vec<String>,
}

/// What an argument must say.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Condition {
    arg: Vec<Selector>,
    /// It is this truth value.
    bool: Option<bool>,
    /// It is, or a list that holds, one of these texts.
    text: Vec<String>,
    /// Its last name is one of these.
    name: Vec<String>,
    /// It is the body of a request: one of these attributes or calls.
    from: Vec<String>,
    /// It is a literal that can be a secret.
    secret: bool,
    /// It is not there, and nothing is spread that could hold it.
    absent: bool,
    /// It is spread: `**x`.
    spread: bool,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    let shapes: Vec<(FamilyMember, &CallShape)> =
        rule.matcher.calls.iter().map(|shape| (shape.member(), shape)).collect();
    let mut found = Vec::new();
    for (file, facts) in context.files(rule) {
        for (id, call) in facts.call_ids() {
            let Some(name) = last_name(facts, call.callee) else { continue };
            let shape = shapes.iter().find(|(member, shape)| {
                shape.can_be(facts, name)
                    && context.resolver().call_matches(member, file, id)
                    && shape.holds(context, file, facts, call)
            });
            let Some((_, shape)) = shape else { continue };
            let flags = shape.missing(context, file, facts, call);
            if !shape.flags.is_empty() && flags.is_empty() {
                continue;
            }
            let called = facts.dotted(call.callee).unwrap_or_else(|| name.to_owned());
            let words = [
                ("call", called),
                ("name", name.to_owned()),
                ("detail", shape.detail.clone()),
                ("algorithm", shape.algorithm(context, file, facts, call, name)),
                ("flags", flags.join(", ")),
                ("credentials", credentials(context, file, facts, call)),
                ("model", model(facts, call)),
            ];
            found.push(
                words.into_iter().fold(Draft::new(file, callee_span(facts, call)), |draft, (name, value)| {
                    draft.word(name, value)
                }),
            );
        }
    }
    found
}

impl CallShape {
    fn member(&self) -> FamilyMember {
        FamilyMember {
            call: self.call.clone(),
            method: self.method.clone(),
            recv_type: self.recv_type.clone(),
            recv_name: self.recv_name.clone(),
            ..FamilyMember::default()
        }
    }

    /// A quick look at the called name, before anything is resolved.
    fn can_be(&self, facts: &FileFacts, name: &str) -> bool {
        let speaks =
            self.languages.is_empty() || self.languages.iter().any(|known| known == facts.lang.name());
        // A renamed import has another name here.
        let imported =
            || facts.imports.iter().any(|import| import.alias.is_some_and(|alias| facts.text(alias) == name));
        speaks
            && (self.method.iter().any(|method| method == name)
                || (self.method.is_empty()
                    && (self.call.iter().any(|pattern| pattern.last_name().is_none_or(|last| last == name))
                        || imported())))
    }

    fn holds(&self, context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> bool {
        (!self.in_async || in_async(facts, call))
            && (self.about.is_empty() || is_about(facts, call, &self.about))
            && !chained(facts, call).iter().any(|name| self.unless_chained.iter().any(|known| known == name))
            && self.when.iter().all(|condition| condition.holds(context, file, facts, call))
    }

    /// Flags that are missing or false.
    fn missing(
        &self,
        context: &Context<'_, '_>,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
    ) -> Vec<String> {
        if facts.args(call.args).iter().any(|arg| arg.spread) {
            return Vec::new();
        }
        let chain = chained(facts, call);
        let mut open = false;
        let missing = self
            .flags
            .iter()
            .filter(|flag| {
                if flag.chained.iter().any(|name| chain.contains(&name.as_str())) {
                    return false;
                }
                match select(context, file, facts, call, &flag.arg) {
                    Selected::Found(file, value) => context
                        .resolver()
                        .facts(file)
                        .is_some_and(|facts| matches!(facts.expr(value), Expr::Bool(false))),
                    Selected::Absent => true,
                    // Options that stand elsewhere may say anything.
                    Selected::Unknown => {
                        open = true;
                        false
                    }
                }
            })
            .map(|flag| flag.name.clone())
            .collect();
        if open { Vec::new() } else { missing }
    }

    fn algorithm(
        &self,
        context: &Context<'_, '_>,
        file: FileId,
        facts: &FileFacts,
        call: &Call,
        name: &str,
    ) -> String {
        let text = facts.args(call.args).first().and_then(|arg| context.resolver().constant(file, arg.value));
        let written = facts.dotted(call.callee).unwrap_or_default();
        for known in ["md5", "sha1", "md4", "sha"] {
            let said = text.as_ref().is_some_and(|text| text.eq_ignore_ascii_case(known));
            if said
                || name.eq_ignore_ascii_case(known)
                || written.to_lowercase().split('.').any(|part| part == known)
            {
                return known.to_uppercase();
            }
        }
        name.to_owned()
    }
}

impl Condition {
    fn holds(&self, context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> bool {
        if self.spread {
            return facts.args(call.args).iter().any(|arg| arg.spread && self.is_from(facts, arg.value));
        }
        match select(context, file, facts, call, &self.arg) {
            Selected::Absent => self.absent,
            Selected::Unknown => false,
            Selected::Found(file, value) => {
                let Some(facts) = context.resolver().facts(file) else { return false };
                !self.absent && self.says(context, file, facts, value)
            }
        }
    }

    fn says(&self, context: &Context<'_, '_>, file: FileId, facts: &FileFacts, value: ExprId) -> bool {
        if let Some(wanted) = self.bool {
            return matches!(facts.expr(value), Expr::Bool(found) if found == wanted);
        }
        if self.secret {
            let literal = matches!(facts.expr(value), Expr::Str(_));
            let text = context.resolver().constant(file, value).unwrap_or_default();
            return literal && is_secret_text(&text);
        }
        if !self.name.is_empty() {
            return last_name(facts, value).is_some_and(|name| self.name.iter().any(|known| known == name));
        }
        if !self.from.is_empty() {
            return self.is_from(facts, value);
        }
        let is_text = |value: &Value| {
            value
                .as_constant()
                .is_some_and(|text| self.text.iter().any(|known| known.eq_ignore_ascii_case(text)))
        };
        match context.resolver().value(file, value) {
            Value::List(items) => items.iter().any(is_text),
            value => is_text(&value),
        }
    }

    /// Whether an expression is written as one of the sources: `req.body`, `request.json()`.
    fn is_from(&self, facts: &FileFacts, value: ExprId) -> bool {
        let expr = match facts.expr(value) {
            Expr::Spread(inner) => inner,
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

/// What a selector finds.
enum Selected {
    Found(FileId, ExprId),
    Absent,
    /// It may be there.
    Unknown,
}

fn select(
    context: &Context<'_, '_>,
    file: FileId,
    facts: &FileFacts,
    call: &Call,
    selectors: &[Selector],
) -> Selected {
    let args = facts.args(call.args);
    let mut unknown = args.iter().any(|arg| arg.spread);
    for selector in selectors {
        let named = selector
            .kw
            .as_ref()
            .and_then(|name| args.iter().find(|arg| arg.name.is_some_and(|found| facts.text(found) == name)));
        let positional = || {
            let mut positional = args.iter().filter(|arg| arg.name.is_none() && !arg.spread);
            match selector.arg? {
                -1 => positional.next_back(),
                index => positional.nth(usize::try_from(index).ok()?),
            }
        };
        let Some(arg) = named.or_else(positional) else { continue };
        let Some(key) = &selector.key else { return Selected::Found(file, arg.value) };
        match entry(context, file, arg.value, key) {
            Selected::Found(file, value) => return Selected::Found(file, value),
            Selected::Unknown => unknown = true,
            Selected::Absent => {}
        }
    }
    if unknown { Selected::Unknown } else { Selected::Absent }
}

/// A member of an object, through names.
fn entry(context: &Context<'_, '_>, file: FileId, object: ExprId, key: &str) -> Selected {
    let Some(facts) = context.resolver().facts(file) else { return Selected::Unknown };
    let (file, facts, object) = match facts.expr(object) {
        Expr::Map(_) => (file, facts, object),
        Expr::Str(_) | Expr::Num | Expr::Fun(_) => return Selected::Absent,
        _ => match context.resolver().value(file, object) {
            Value::Map(other, map) => match context.resolver().facts(other) {
                Some(facts) => (other, facts, map),
                None => return Selected::Unknown,
            },
            _ => return Selected::Unknown,
        },
    };
    let Expr::Map(entries) = facts.expr(object) else { return Selected::Unknown };
    let entries = facts.entries(entries);
    let found = entries.iter().rev().find(|entry| {
        entry.key.is_some_and(|found| matches!(facts.expr(found), Expr::Str(text) if facts.text(text) == key))
    });
    match found {
        Some(entry) => Selected::Found(file, entry.value),
        None if entries.iter().any(|entry| entry.key.is_none()) => Selected::Unknown,
        None => Selected::Absent,
    }
}

/// Whether the innermost function around a call is `async`; a function value that is
/// handed on may run elsewhere.
fn in_async(facts: &FileFacts, call: &Call) -> bool {
    facts
        .scopes_around(call.scope)
        .find(|(_, scope)| matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda))
        .is_some_and(|(_, scope)| scope.flags.has(ScopeFlags::ASYNC))
}

fn is_about(facts: &FileFacts, call: &Call, words: &[String]) -> bool {
    let has = |text: &str| {
        let lower = text.to_lowercase();
        words.iter().any(|word| lower.contains(word.as_str()))
    };
    let in_function = facts.scopes_around(call.scope).any(|(_, scope)| {
        matches!(scope.kind, ScopeKind::Function | ScopeKind::Lambda) && has(facts.text(scope.name))
    });
    // The arguments of the call and of the calls made on its value.
    let whole = facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start)
        .map(|other| other.span.end)
        .max()
        .unwrap_or(call.span.end);
    in_function
        || facts.exprs.iter().enumerate().any(|(index, expr)| match expr {
            Expr::Name(name) | Expr::Attr(_, name) => {
                let span = facts.expr_span(ExprId::from_index(index));
                call.span.start <= span.start && span.end <= whole && has(facts.text(*name))
            }
            _ => false,
        })
}

/// Names of the calls made on the value of a call.
fn chained<'f>(facts: &'f FileFacts, call: &Call) -> Vec<&'f str> {
    facts
        .calls
        .iter()
        .filter(|other| other.span.start == call.span.start && other.span.end > call.span.end)
        .filter_map(|other| last_name(facts, other.callee))
        .collect()
}

/// ` with credentials` where a call lets cookies through as well.
fn credentials(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> String {
    let selectors = [
        Selector { kw: Some("allow_credentials".into()), ..Selector::default() },
        Selector { arg: Some(0), key: Some("credentials".into()), ..Selector::default() },
    ];
    let allowed = match select(context, file, facts, call, &selectors) {
        Selected::Found(file, value) => {
            context.resolver().facts(file).is_some_and(|facts| matches!(facts.expr(value), Expr::Bool(true)))
        }
        Selected::Absent | Selected::Unknown => false,
    };
    if allowed { " with the user's cookies".to_owned() } else { String::new() }
}

/// The class or table that a call writes: `User` of `User(**data)`, `user` of `prisma.user.update`.
fn model(facts: &FileFacts, call: &Call) -> String {
    let name = match facts.expr(call.callee) {
        Expr::Attr(object, _) => last_name(facts, object),
        _ => last_name(facts, call.callee),
    };
    name.unwrap_or("the model").to_owned()
}
