//! Calls that a rule describes in data: what is called, and what its arguments say.

mod condition;
mod later;
mod select;
mod words;

pub(super) use select::{Selected, filled_names, select};

use super::{
    context::{Context, NamedCall, last_name},
    draft::Draft,
    handler_query::callee_span,
    matcher::Rule,
};
use crate::{
    analysis::{
        facts::{BlockKind, Call, CallFlags, Expr, FileFacts, Lang, Span},
        link::{Definition, FileId},
    },
    knowledge::packs::{FamilyMember, Pattern, Selector},
};
use condition::Condition;
use later::{handed_on, is_argument_of, is_set_later};
use rustc_hash::FxHashMap;
use serde::Deserialize;
use std::collections::BTreeSet;
use words::{chained, credentials, in_async, is_about, is_on_chain, model, names, says};

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
    when: Vec<Condition>,
    /// The finding stands where the value is handed to a call of one of these names.
    handed_to: Vec<String>,
    /// Not where it is an argument of a call of one of these names: a cookie that is sent along
    /// with a request of our own is set by nobody here.
    unless_argument_of: Vec<String>,
    /// Conditions of which none may hold.
    unless: Vec<Condition>,
    /// What is called is a persisted class, or a name in capitals that is not the project's.
    model: bool,
    /// At least so many arguments.
    min_args: usize,
    /// Only as `x.f()`, never as `f()`.
    on_object: bool,
    /// Only on what a chain of calls gave in which one of these names stands: a queryset.
    on_chain: Vec<String>,
    /// Only directly inside an `async` function.
    pub(super) in_async: bool,
    /// Only where no condition of the function around decides whether it is made.
    pub(super) unconditional: bool,
    /// Only where the enclosing function or an argument has one of these words in its name.
    pub(super) about: Vec<String>,
    /// Not where one of them has one of these words: a checksum is no password.
    pub(super) unless_about: Vec<String>,
    /// Only where some file of the rule's languages names one of these.
    pub(super) project_names: Vec<String>,
    /// Not as `x.f()` where `x` has one of these names.
    unless_object: Vec<String>,
    /// Not where the file names one of these anywhere.
    pub(super) unless_file_names: Vec<String>,
    /// Not in files whose names end so: what React draws runs in browsers.
    unless_file_ends: Vec<String>,
    /// Not where the function around names one of these.
    pub(super) unless_function_names: Vec<String>,
    /// Not where a text in the function around has one of these in it.
    pub(super) unless_function_texts: Vec<String>,
    /// Not where a call made on the value has one of these names: builders.
    pub(super) unless_chained: Vec<String>,
    /// What `{detail}` in the message becomes.
    pub(super) detail: String,
    /// Names of flags that the call should state, for `{flags}`; a finding where one is
    /// missing or false.
    pub(super) flags: Vec<Flag>,
    /// What is called, as the resolver is asked; made once by [`prepare`].
    #[serde(skip)]
    member: FamilyMember,
}

/// Makes the shapes of a rule ready to be looked for.
pub(super) fn prepare(shapes: &mut [CallShape]) {
    for shape in shapes {
        shape.member = FamilyMember {
            call: shape.call.clone(),
            method: shape.method.clone(),
            recv_type: shape.recv_type.clone(),
            recv_name: shape.recv_name.clone(),
            ..FamilyMember::default()
        };
    }
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
    /// Setters or properties that set it on the name that the value is bound to.
    #[serde(default)]
    later: Vec<String>,
}

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    if !rule.is_at_home(context) {
        return Vec::new();
    }
    let shapes: Vec<&CallShape> =
        rule.matcher.calls.iter().filter(|shape| shape.is_at_home(context, rule)).collect();
    let mut found = Vec::new();
    // Which shapes a call can be follows from its name and language.
    let mut possible: FxHashMap<(&str, Lang, bool), Vec<usize>> = FxHashMap::default();
    for NamedCall { file, call: id, name, is_imported } in candidates(context, &shapes) {
        let Some(facts) = context.resolver().facts(file) else { continue };
        let possible = possible.entry((name, facts.lang, is_imported)).or_insert_with(|| {
            let speaks = rule.speaks(facts.lang.name());
            let can_be = |shape: &CallShape| speaks && shape.can_be(facts.lang, name, is_imported);
            let numbered = shapes.iter().enumerate().filter(|(_, shape)| can_be(shape));
            numbered.map(|(number, _)| number).collect()
        });
        let Some(call) = facts.call(id).filter(|_| !possible.is_empty()) else { continue };
        let shape = possible.iter().filter_map(|number| shapes.get(*number)).find_map(|shape| {
            let called = (shape.model && shape.method.is_empty())
                || context.resolver().call_matches(&shape.member, file, id);
            let place = called.then(|| shape.holds(context, file, facts, call)).flatten()?;
            Some((shape, place))
        });
        let Some((shape, place)) = shape else { continue };
        let flags = shape.missing(context, file, facts, call);
        if !shape.flags.is_empty() && flags.is_empty() {
            continue;
        }
        let called = facts.dotted(call.callee).unwrap_or_else(|| name.to_owned());
        let words = [
            ("call", called.clone()),
            // A construction has no name of its own.
            ("name", if name == "new" { called.clone() } else { name.to_owned() }),
            ("detail", shape.detail.clone()),
            ("problem", "is too fast or broken".to_owned()),
            ("algorithm", shape.algorithm(context, file, facts, call, name)),
            ("flags", if flags.is_empty() { shape.detail.clone() } else { flags.join(", ") }),
            ("credentials", credentials(context, file, facts, call)),
            ("model", model(facts, call)),
        ];
        let draft = Draft::new(file, place).within(call.span);
        found.push(words.into_iter().fold(draft, |draft, (name, value)| draft.word(name, value)));
    }
    found
}

/// The calls that some of these shapes can be, in order of file and call: by name, as far
/// as the shapes say names.
fn candidates<'a>(context: &Context<'_, 'a>, shapes: &[&CallShape]) -> Vec<NamedCall<'a>> {
    let named = context.calls_by_name();
    let mut found: Vec<NamedCall<'a>> = Vec::new();
    if shapes.iter().any(|shape| shape.is_open()) {
        found.extend(named.of.values().flatten());
    } else {
        let names: BTreeSet<&str> = shapes.iter().flat_map(|shape| shape.names()).collect();
        found.extend(names.into_iter().filter_map(|name| named.of.get(name)).flatten());
        // A renamed import has another name here.
        let ends: BTreeSet<&str> = shapes.iter().flat_map(|shape| shape.ends()).collect();
        if !ends.is_empty() {
            let imported = context.imported_calls();
            found.extend(ends.into_iter().filter_map(|name| imported.get(name)).flatten());
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl CallShape {
    /// Whether a call of any name can be of this shape.
    fn is_open(&self) -> bool {
        self.method.is_empty()
            && (self.model || self.call.iter().any(|pattern| pattern.last_name().is_none()))
    }

    /// Names that calls of this shape have, unless an import renames them.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.method.iter().map(String::as_str).chain(self.ends())
    }

    /// Last names of the paths of what is called, where no method says the name.
    fn ends(&self) -> impl Iterator<Item = &str> {
        self.call.iter().filter_map(Pattern::last_name).filter(|_| self.method.is_empty())
    }

    /// Whether the project speaks a language of this shape, and knows what it is about.
    fn is_at_home(&self, context: &Context<'_, '_>, rule: &Rule) -> bool {
        let speaks = |lang: &Lang| self.languages.iter().any(|known| known == lang.name());
        if !(self.languages.is_empty() || context.languages().iter().any(speaks)) {
            return false;
        }
        let names = &self.project_names;
        let says = |text: &str| names.iter().any(|name| name == text);
        names.is_empty()
            || context.files(rule).any(|(_, facts)| facts.strings.iter().any(|(_, text)| says(text)))
    }

    /// Whether the object that is called on has one of `unless_object`'s names.
    fn is_on_other_object(&self, facts: &FileFacts, call: &Call) -> bool {
        match facts.expr(call.callee) {
            Expr::Attr(object, _) => last_name(facts, object)
                .is_some_and(|name| self.unless_object.iter().any(|known| known == name)),
            _ => false,
        }
    }

    /// A quick look at the called name, before anything is resolved.
    fn can_be(&self, lang: Lang, name: &str, is_imported: bool) -> bool {
        let speaks = self.languages.is_empty() || self.languages.iter().any(|known| known == lang.name());
        if !speaks {
            return false;
        }
        // A renamed import has another name here.
        (self.model && self.method.is_empty())
            || self.method.iter().any(|method| method == name)
            || (self.method.is_empty()
                && (is_imported
                    || self.call.iter().any(|pattern| pattern.last_name().is_none_or(|last| last == name))))
    }

    /// The place to show where every condition holds: the argument that is wrong where it
    /// stands on a line of its own, else what is called.
    fn holds(&self, context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> Option<Span> {
        let args = facts.args(call.args);
        let fits = (!self.in_async || in_async(facts, call))
            && (!self.unconditional
                || !facts.blocks_around(call.block).any(|block| block.kind == BlockKind::Branch))
            && args.len() >= self.min_args
            && (!self.on_object || matches!(facts.expr(call.callee), Expr::Attr(..)))
            && (self.on_chain.is_empty() || is_on_chain(facts, call, &self.on_chain))
            && !self.is_on_other_object(facts, call)
            && (!self.model || is_model(context, file, facts, call))
            && (self.about.is_empty() || is_about(facts, call, &self.about))
            && (self.unless_about.is_empty() || !is_about(facts, call, &self.unless_about))
            && (self.unless_chained.is_empty()
                || !chained(facts, call)
                    .iter()
                    .any(|name| self.unless_chained.iter().any(|known| known == name)))
            && !self.unless_file_names.iter().any(|name| names(facts, None, name))
            && !self.unless_file_ends.iter().any(|end| facts.path.ends_with(end.as_str()))
            && !self.unless_function_names.iter().any(|name| names(facts, Some(call.scope), name))
            && !says(facts, call.scope, &self.unless_function_texts)
            && !is_argument_of(facts, call, &self.unless_argument_of)
            && !self.unless.iter().any(|condition| condition.holds(context, file, facts, call).is_some());
        if !fits {
            return None;
        }
        let callee = callee_span(facts, call);
        let mut place = None;
        for condition in &self.when {
            let found = condition.holds(context, file, facts, call)?;
            if let Some((_, value)) = found.filter(|(other, _)| *other == file) {
                let span = facts.expr_span(value);
                let own_line = facts.line(span.start) > facts.line(callee.end);
                if own_line && call.span.contains(span) {
                    place = Some(span);
                }
            }
        }
        Some(place.or_else(|| handed_on(facts, call, &self.handed_to)).unwrap_or(callee))
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
                if flag.chained.iter().any(|name| chain.contains(&name.as_str()))
                    || is_set_later(facts, call, &flag.later)
                {
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
        for known in ["md5", "sha1", "md4", "md2", "sha"] {
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

/// Whether a call makes a persisted object.
fn is_model(context: &Context<'_, '_>, file: FileId, facts: &FileFacts, call: &Call) -> bool {
    let resolver = context.resolver();
    // `User.find(…)` makes nothing; `User.new(…)` has the class itself as callee.
    if facts.lang == Lang::Ruby && !call.flags.has(CallFlags::NEW) {
        return false;
    }
    match resolver.value(file, call.callee) {
        crate::analysis::link::Value::Class(file, scope) => {
            resolver.class_in_family("orm-model", Definition { file, scope })
        }
        crate::analysis::link::Value::External(_) | crate::analysis::link::Value::Unknown => {
            // `Gem::Version` is a library's.
            let is_qualified = facts.lang == Lang::Ruby && matches!(facts.expr(call.callee), Expr::Attr(..));
            !is_qualified
                && last_name(facts, call.callee).is_some_and(|name| {
                    name.starts_with(char::is_uppercase) && name.chars().any(char::is_lowercase)
                })
        }
        _ => false,
    }
}
