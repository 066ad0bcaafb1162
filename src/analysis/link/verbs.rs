//! The verbs of routes.

use super::{
    graph::Handler,
    linker::Linker,
    rules::verb_of,
    select::Site,
    value::{HOLE, Value},
};
use crate::{
    analysis::facts::Expr,
    knowledge::packs::{Pack, Verbs},
};

impl<'a> Linker<'a> {
    /// The verbs of a route; a hole where they cannot be known.
    pub fn verbs(
        &mut self,
        site: Site<'_>,
        pack: &'a Pack,
        verbs: &Verbs,
        name: &str,
        handler: &Handler,
    ) -> Vec<String> {
        if verbs.name
            && let Some(verb) = verb_of(pack, name)
        {
            return vec![verb];
        }
        let stated = self.select(site, &verbs.from);
        if let Some(first) = stated.first() {
            let found = verbs_in(pack, &first.value);
            return if found.is_empty() { vec![HOLE.to_owned()] } else { found };
        }
        if let Some(found) = self.verbs_on_handler(pack, verbs, handler) {
            return found;
        }
        if verbs.class_members
            && let Some((file, class)) = handler.definition
        {
            let found = self.class_verbs(file, class, pack);
            if !found.is_empty() {
                return found;
            }
        }
        if verbs.default.is_empty() {
            return vec![HOLE.to_owned()];
        }
        verbs.default.iter().map(|verb| verb.to_uppercase()).collect()
    }
}

impl Linker<'_> {
    /// The verbs that an annotation of the handler states.
    fn verbs_on_handler(&mut self, pack: &Pack, verbs: &Verbs, handler: &Handler) -> Option<Vec<String>> {
        let (file, definition) = handler.definition.filter(|_| !verbs.on_handler.is_empty())?;
        let facts = self.facts(file)?;
        let annotations = facts.list(facts.scope(definition)?.annotations).to_vec();
        for annotation in annotations {
            let call = match facts.expr(annotation) {
                Expr::Call(call) => facts.call(call),
                _ => None,
            };
            let name = self.callee_name(file, call.map_or(annotation, |call| call.callee));
            let known =
                verbs.on_handler.iter().find(|rule| rule.names.iter().any(|own| Some(own.as_str()) == name));
            let Some(rule) = known else { continue };
            let site = Site { file, call, definition: Some(definition) };
            let stated = self.select(site, &rule.from).into_iter().next();
            let found = stated.map(|stated| verbs_in(pack, &stated.value)).unwrap_or_default();
            return Some(if found.is_empty() { rule.verbs.clone() } else { found });
        }
        None
    }
}

/// The verbs that a value lists: texts, or members of a foreign enum.
pub(super) fn verbs_in(pack: &Pack, value: &Value) -> Vec<String> {
    match value {
        Value::Text(text) => {
            vec![verb_of(pack, text).unwrap_or_else(|| text.to_uppercase())]
        }
        Value::External(path) => {
            let last = path.rsplit('.').next().unwrap_or(path);
            verb_of(pack, last).into_iter().collect()
        }
        Value::List(values) | Value::Each(values) => {
            let found: Vec<Vec<String>> = values.iter().map(|value| verbs_in(pack, value)).collect();
            if found.iter().any(Vec::is_empty) { Vec::new() } else { found.concat() }
        }
        Value::Unknown
        | Value::Null
        | Value::Number
        | Value::Router(_)
        | Value::Function(..)
        | Value::Class(..)
        | Value::Instance(..)
        | Value::Module(_)
        | Value::Map(..)
        | Value::Any(_) => Vec::new(),
    }
}
