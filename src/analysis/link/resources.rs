//! Resources: a table of actions below a name, and blocks that are named and included.

use super::{
    blocks::Context,
    graph::{Handler, MountEdge, NodeId, NodeKey, Route},
    linker::Linker,
    named::name_of,
    names::{fill_item, plural, singular},
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::CallId,
    knowledge::packs::{self, Pack},
};
use std::rc::Rc;

impl Linker<'_> {
    /// The routes of resources: one for each action, below each name.
    pub fn resources(
        &mut self,
        site: Site<'_>,
        id: CallId,
        parent: NodeId,
        position: u16,
        rule: &packs::Call,
    ) -> Option<NodeId> {
        let pack = self.rules.pack(position)?;
        if let Some(groups) = &rule.groups {
            return self.grouped_resources(site, id, parent, pack, rule, groups);
        }
        let call = site.call?;
        let names = self.texts(site, &rule.name);
        if names.is_empty() {
            return None;
        }
        let block = self.graph.node(NodeKey::Call(site.file, id), position);
        self.enter(site, Some(parent), block, rule);
        let context = self.graph.get(block)?.context.clone();
        let only = self.listed(site, &rule.pick);
        let except = self.listed(site, &rule.leave).unwrap_or_default();
        let segment = self.select_path(site, &rule.path);
        let param = self.texts(site, &rule.param).into_iter().next();
        let stated = self.select(site, &rule.controller).iter().any(|selected| !selected.value.is_unknown());
        let is_lean = self.switches.contains(rule.lean_by.as_str());
        let mut bases = Vec::new();
        for (number, written) in names.iter().enumerate() {
            let number = u32::try_from(number).unwrap_or(u32::MAX);
            let (whole, last) = dotted_resource(written, rule.dots);
            let prefix = segment.clone().unwrap_or_else(|| vec![whole.as_str().into()]);
            let base = self.graph.node(NodeKey::Part(site.file, id, number), position);
            self.graph.mount(MountEdge { parent, child: base, prefix: prefix.clone(), over: false });
            let items = match context.shallow.filter(|root| *root != parent) {
                Some(root) => {
                    let items = self.graph.node(NodeKey::Part(site.file, id, number | 1 << 16), position);
                    self.graph.mount(MountEdge { parent: root, child: items, prefix, over: false });
                    items
                }
                None => base,
            };
            let one = singular(&last);
            let item = fill_item(&rule.item, param.as_deref(), &one);
            for action in &rule.actions {
                let wanted = match &only {
                    Some(only) => only.contains(&action.method),
                    None => !is_lean || !rule.lean.contains(&action.method),
                };
                if !wanted || except.contains(&action.method) {
                    continue;
                }
                let of_item = action.path.contains('{');
                let path = fill_item(&action.path, param.as_deref(), &one);
                let handler = self.resource_handler(site, pack, &context, rule, &last, &action.method);
                self.graph.routes.push(Route {
                    node: if of_item { items } else { base },
                    verbs: vec![action.verb.to_uppercase()],
                    path: vec![path.into()],
                    handler,
                    file: site.file,
                    span: call.name_span,
                });
            }
            let prefix: Vec<Rc<str>> = vec![item.into()];
            self.graph.mount(MountEdge { parent: items, child: block, prefix, over: false });
            bases.push(items);
            if !stated && let Some(node) = self.graph.get_mut(block) {
                let name = if rule.plural { plural(&last) } else { last };
                node.context.controller = Some(Value::text(&name));
            }
        }
        if let Some(node) = self.graph.get_mut(block) {
            node.context.base = bases;
            node.context.param = param;
        }
        self.include(site, block, position, &rule.include);
        Some(block)
    }

    fn resource_handler(
        &mut self,
        site: Site<'_>,
        pack: &Pack,
        context: &Context,
        rule: &packs::Call,
        name: &str,
        method: &str,
    ) -> Handler {
        let stated = self.select(site, &rule.controller).into_iter().map(|selected| selected.value);
        let stated = stated.into_iter().find(|value| !value.is_unknown());
        match stated {
            Some(class @ (Value::Class(..) | Value::External(_))) => {
                let class = self.in_modules(&class, context, site);
                self.class_handler(&class, method)
            }
            Some(Value::Text(text)) => self.resource_text(site, pack, context, &text, method),
            _ => {
                let name = if rule.plural { plural(name) } else { name.to_owned() };
                self.resource_text(site, pack, context, &name, method)
            }
        }
    }

    fn resource_text(
        &mut self,
        site: Site<'_>,
        pack: &Pack,
        context: &Context,
        controller: &str,
        method: &str,
    ) -> Handler {
        let mark = pack.handlers.as_ref().and_then(|handlers| handlers.split.first());
        let text = format!("{controller}{}{method}", mark.map_or(".", String::as_str));
        let found = self.handler_of_text(site, pack, context, &text, None);
        found.unwrap_or(Handler { name: text, definition: None })
    }

    /// Mounts blocks that were named before under a router.
    pub fn include(&mut self, site: Site<'_>, node: NodeId, position: u16, names: &[packs::Selector]) {
        for name in self.texts(site, names) {
            let Some(block) = self.named_blocks.get(&(position, name)).copied() else { continue };
            self.graph.mount(MountEdge { parent: node, child: block, prefix: vec!["".into()], over: false });
            let base = self.graph.get(node).map(|node| node.context.base.clone()).unwrap_or_default();
            let inner = self.graph.node(NodeKey::Base(block.0), position);
            for parent in base {
                self.graph.mount(MountEdge { parent, child: inner, prefix: vec!["".into()], over: false });
            }
        }
    }

    /// Remembers a block by name; its routes are served where it is included.
    pub fn define(
        &mut self,
        site: Site<'_>,
        id: CallId,
        position: u16,
        rule: &packs::Call,
    ) -> Option<NodeId> {
        let name = self.texts(site, &rule.name).into_iter().next()?;
        let block = self.graph.node(NodeKey::Call(site.file, id), position);
        let inner = self.graph.node(NodeKey::Base(block.0), position);
        if let Some(node) = self.graph.get_mut(block) {
            node.context.base = vec![inner];
        }
        self.named_blocks.insert((position, name), block);
        Some(block)
    }

    /// The names that selectors give; those of the first that gives any.
    pub fn texts(&mut self, site: Site<'_>, selectors: &[packs::Selector]) -> Vec<String> {
        let mut texts = Vec::new();
        for selected in self.select(site, selectors) {
            collect_names(&selected.value, &mut texts);
            if !texts.is_empty() {
                break;
            }
        }
        texts
    }

    /// The names of a list where it is stated; `:none` and the like stand for no name.
    pub fn listed(&mut self, site: Site<'_>, selectors: &[packs::Selector]) -> Option<Vec<String>> {
        let found = self.select(site, selectors);
        let mut texts = Vec::new();
        found.iter().for_each(|selected| collect_names(&selected.value, &mut texts));
        (!found.is_empty()).then_some(texts)
    }
}

fn collect_names(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::List(values) | Value::Each(values) => {
            values.iter().for_each(|value| collect_names(value, names))
        }
        other => names.extend(name_of(other)),
    }
}

/// `articles.comments` is comments below an article: the path, and the last name.
fn dotted_resource(written: &str, dots: bool) -> (String, String) {
    let trimmed = written.trim_matches('/');
    if !dots {
        let last = trimmed.rsplit('/').next().unwrap_or(trimmed);
        return (written.to_owned(), last.to_owned());
    }
    let mut path = String::new();
    let mut parts = trimmed.split('.').peekable();
    let mut last = "";
    while let Some(part) = parts.next() {
        path.push('/');
        path.push_str(part);
        last = part.rsplit('/').next().unwrap_or(part);
        if parts.peek().is_some() {
            path.push_str(&format!("/{{{}}}", singular(last).replace('-', "_")));
        }
    }
    (path, last.to_owned())
}
