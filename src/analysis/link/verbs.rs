//! The verbs of routes.

use super::{
    graph::Handler,
    linker::Linker,
    rules::verb_of,
    select::Site,
    value::{HOLE, Value},
};
use crate::knowledge::packs::{Pack, Verbs};

impl Linker<'_> {
    /// The verbs of a route; a hole where they cannot be known.
    pub fn verbs(
        &mut self,
        site: Site<'_>,
        pack: &Pack,
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

/// The verbs that a value lists: texts, or members of a foreign enum.
fn verbs_in(pack: &Pack, value: &Value) -> Vec<String> {
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
