//! Resources whose actions come in groups, each with a controller of its own, as far as
//! the resource's class says that it can do them.

use super::{
    graph::{Handler, MountEdge, NodeId, NodeKey, Route},
    linker::Linker,
    named::name_of,
    names::{camel, singular},
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::CallId,
    knowledge::packs::{self, ActionGroups, Pack, Selector},
};

impl<'a> Linker<'a> {
    /// The routes of resources whose rule has groups.
    pub fn grouped_resources(
        &mut self,
        site: Site<'_>,
        id: CallId,
        parent: NodeId,
        pack: &'a Pack,
        rule: &packs::Call,
        groups: &ActionGroups,
    ) -> Option<NodeId> {
        let position = self.graph.get(parent)?.pack;
        let context = self.graph.get(parent)?.context.clone();
        let call = site.call?;
        let only = self.listed(site, &rule.pick);
        let except = self.listed(site, &rule.leave).unwrap_or_default();
        let path = self.select_path(site, &rule.path);
        for (number, name) in self.texts(site, &rule.name).iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let base = self.graph.node(NodeKey::Part(site.file, id, number), position);
            let prefix = path.clone().unwrap_or_else(|| vec![name.as_str().into()]);
            self.graph.mount(MountEdge { parent, child: base, prefix, over: false });
            let abilities = self.abilities(site, groups, name);
            for action in &rule.actions {
                let wanted = only.as_ref().is_none_or(|only| only.contains(&action.group))
                    && !except.contains(&action.group)
                    && (action.needs.is_empty() || abilities.contains(&action.needs));
                if !wanted {
                    continue;
                }
                let stated = self.map_entry(site, &groups.controllers, &action.group);
                let controller = stated.unwrap_or_else(|| groups.default.replace("{}", &action.group));
                let mark = pack.handlers.as_ref().and_then(|handlers| handlers.split.first());
                let text = format!("{controller}{}{}", mark.map_or(".", String::as_str), action.method);
                let found = self.handler_of_text(site, pack, &context, &text, None);
                let handler = found.unwrap_or(Handler { name: text, definition: None });
                let path = self.with_words(site, groups, &action.path);
                self.graph.routes.push(Route {
                    node: base,
                    verbs: vec![action.verb.to_uppercase()],
                    path: vec![path.into()],
                    handler,
                    file: site.file,
                    span: call.name_span,
                });
            }
        }
        Some(parent)
    }

    /// What the class of a resource states that it can do.
    fn abilities(&mut self, site: Site<'_>, groups: &ActionGroups, name: &str) -> Vec<String> {
        let stated = self.select(site, &groups.class);
        let stated = stated.iter().find_map(|selected| name_of(&selected.value));
        let class = stated.unwrap_or_else(|| camel(&singular(name))).replace("::", ".");
        let Some(facts) = self.facts(site.file) else { return Vec::new() };
        let found = self.resolvers.of(facts.lang).class_named(&class, &facts.path, self.files);
        let Some((file, class)) = found else { return Vec::new() };
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let mut abilities = Vec::new();
        for call in &facts.calls {
            if call.scope == class && self.callee_name(file, call.callee) == Some(groups.stated_by.as_str()) {
                let values: Vec<Value> =
                    facts.args(call.args).iter().map(|arg| self.expr(file, arg.value)).collect();
                abilities.extend(values.iter().filter_map(name_of));
            }
        }
        abilities
    }

    /// A path with the words in brackets, or what the call puts in their place.
    fn with_words(&mut self, site: Site<'_>, groups: &ActionGroups, path: &str) -> String {
        let mut out = String::new();
        let mut rest = path;
        while let Some((before, (word, after))) =
            rest.split_once('[').and_then(|(before, rest)| Some((before, rest.split_once(']')?)))
        {
            out.push_str(before);
            match self.map_entry(site, &groups.words, word) {
                Some(other) => out.push_str(&other),
                None => out.push_str(word),
            }
            rest = after;
        }
        out.push_str(rest);
        out
    }

    /// The text of an entry of a selected map.
    fn map_entry(&mut self, site: Site<'_>, selectors: &[Selector], key: &str) -> Option<String> {
        let found = self.select(site, selectors);
        found.into_iter().find_map(|selected| {
            let Value::Map(file, map) = selected.value else { return None };
            name_of(&self.entry(file, map, key))
        })
    }
}
