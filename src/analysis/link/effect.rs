//! What the rules of packs do when a call matches them.

use super::{
    graph::{Loose, MountEdge, NodeId, NodeKey, Route},
    linker::Linker,
    project::FileId,
    select::{Selected, Site},
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallFlags, CallId, FileFacts},
    knowledge::packs::{self, Operation, Pack},
};

impl<'a> Linker<'a> {
    /// A method call on a router; none where no rule of its pack speaks of it.
    pub fn on_router(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        name: &str,
    ) -> Option<Value> {
        let position = self.graph.get(node)?.pack;
        let pack = self.rules.pack(position)?;
        let mut rules = pack.calls.iter().filter(|rule| rule.on.iter().any(|on| on == name)).peekable();
        while let Some(rule) = rules.next() {
            let site = Site { file, call: Some(call), definition: None };
            if !self.holds(site, rule) {
                continue;
            }
            let last = rules.peek().is_none();
            let inner = if rule.inside { self.around(file, facts, call, position) } else { None };
            let node = inner.unwrap_or(node);
            if !rule.each.is_empty() {
                if let Some(value) = self.each_item(site, facts, id, call, node, pack, rule, name) {
                    return Some(value);
                }
                continue;
            }
            if let Some(value) = self.on_router_by(site, facts, id, call, node, pack, rule, name, last) {
                return Some(value);
            }
        }
        None
    }

    /// Does what a rule says for each object of a list.
    #[expect(clippy::too_many_arguments, reason = "a call, its router and its rule")]
    fn each_item(
        &mut self,
        site: Site<'_>,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        pack: &'a Pack,
        rule: &packs::Call,
        name: &str,
    ) -> Option<Value> {
        let mut done = None;
        for (item, expr) in self.objects_in(site, &rule.each) {
            self.items.push((item, expr));
            let value = self.on_router_by(site, facts, id, call, node, pack, rule, name, true);
            self.items.pop();
            done = done.or(value);
        }
        done
    }

    /// What one rule makes of a call on a router; none where it does not fit after all.
    #[expect(clippy::too_many_arguments, reason = "a call, its router and its rule")]
    fn on_router_by(
        &mut self,
        site: Site<'_>,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        pack: &'a Pack,
        rule: &packs::Call,
        name: &str,
        last: bool,
    ) -> Option<Value> {
        let file = site.file;
        let position = self.graph.get(node)?.pack;
        match rule.operation {
            Operation::Route => {
                if self.route(site, facts, id, call, node, pack, rule, name) {
                    return Some(Value::Router(node));
                }
            }
            Operation::Mount if !rule.known_as.is_empty() => {
                if self.mount_known(site, node, position, rule) {
                    return Some(Value::Router(node));
                }
            }
            Operation::Mount if !rule.parent.is_empty() => {
                self.serve(site, node, rule);
                return Some(Value::Router(node));
            }
            Operation::Mount => {
                // What is no router may still be what a further rule speaks of.
                if self.mount(site, call, node, rule, last) || last {
                    return Some(Value::Router(node));
                }
            }
            Operation::Versions => {
                self.enable_versions(site, position, rule);
                return Some(Value::Router(node));
            }
            Operation::Prefix => {
                if let Some(path) = self.select_path(site, &rule.path)
                    && let Some(node) = self.graph.get_mut(node)
                {
                    node.own = path;
                }
                return Some(Value::Router(node));
            }
            Operation::Group | Operation::Router => {
                let child = self.graph.node(NodeKey::Call(file, id), position);
                let prefix = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
                let prefix = self.below_item(node, rule, prefix);
                for parent in self.targets(node, rule) {
                    let prefix = prefix.clone();
                    self.graph.mount(MountEdge { parent, child, prefix, over: false });
                }
                self.enter(site, Some(node), child, rule);
                if rule.bind_param.is_some() || !rule.child.is_empty() {
                    let children = self.select(site, &rule.child);
                    self.mount_children(file, child, &children, rule, &["".into()]);
                }
                return Some(Value::Router(child));
            }
            Operation::Instance => return self.object_of(site, rule),
            Operation::Folder => {
                if self.serve_folder(site, node, rule) {
                    return Some(Value::Router(node));
                }
            }
            Operation::Join
            | Operation::Pass
            | Operation::List
            | Operation::Default
            | Operation::Spec
            | Operation::Skip => {
                return Some(Value::Router(node));
            }
            Operation::Resources => {
                return self.resources(site, id, node, position, rule).map(Value::Router);
            }
            Operation::Define => return self.define(site, id, position, rule).map(Value::Router),
            Operation::Include => {
                self.include(site, node, position, &rule.name);
                return Some(Value::Router(node));
            }
            Operation::Wrap => {
                if let Some(value) = self.wrap(site, id, position, rule) {
                    return Some(value);
                }
            }
        }
        None
    }

    /// A call of something foreign; none where the rule's parts are not there.
    pub fn foreign_call(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        position: u16,
        rule: &packs::Call,
    ) -> Option<Value> {
        let pack = self.rules.pack(position)?;
        let site = Site { file, call: Some(call), definition: None };
        if !self.holds(site, rule) {
            return None;
        }
        if rule.inside {
            let node = self.around(file, facts, call, position)?;
            let name = self.callee_name(file, call.callee).unwrap_or_default();
            return self.on_router_by(site, facts, id, call, node, pack, rule, name, true);
        }
        match rule.operation {
            Operation::Router | Operation::Group => {
                let identity =
                    self.select(site, &rule.identity).into_iter().find_map(|selected| match selected.value {
                        Value::Class(file, class) => Some(NodeKey::Root(file, class)),
                        _ => None,
                    });
                let node = self.graph.node(identity.unwrap_or(NodeKey::Call(file, id)), position);
                if rule.within {
                    let parent = self.context(file, call.scope, position)?;
                    let edge = MountEdge { parent, child: node, prefix: vec!["".into()], over: false };
                    self.graph.mount(edge);
                }
                if rule.each.is_empty() {
                    self.make_router(file, facts, call, node, rule);
                } else {
                    if let Some(node) = self.graph.get_mut(node) {
                        node.app |= rule.app;
                    }
                    self.compose(site, node, rule);
                }
                self.know_router(site, node, position, rule);
                Some(Value::Router(node))
            }
            Operation::Route => {
                let node = match rule.within {
                    true => self.context(file, call.scope, position)?,
                    false => self.graph.node(NodeKey::Call(file, id), position),
                };
                if let Some(node) = self.graph.get_mut(node) {
                    node.app |= rule.app;
                }
                let name = self.callee_name(file, call.callee).unwrap_or_default();
                self.route(site, facts, id, call, node, pack, rule, name).then_some(Value::Router(node))
            }
            Operation::Wrap => self.wrap(site, id, position, rule),
            Operation::Prefix if !rule.each.is_empty() => {
                self.place_classes(site, position, rule);
                Some(Value::Null)
            }
            Operation::Pass => {
                let found = self.select(site, &rule.child);
                found.into_iter().map(|selected| selected.value).find(|value| !value.is_unknown())
            }
            Operation::List => {
                let values = facts
                    .args(call.args)
                    .iter()
                    .map(|arg| self.expr(file, arg.value))
                    .collect::<Vec<Value>>();
                Some(Value::List(values.into()))
            }
            Operation::Default => {
                let found = self.select(site, &rule.child).into_iter().next()?.value;
                let found = match found {
                    Value::Function(file, function) => self.returned(file, function),
                    other => other,
                };
                let text = found.alternatives().iter().all(|value| matches!(value, Value::Text(_)));
                let target = self.expr(file, call.callee);
                match target {
                    Value::External(path) if text => {
                        Some(Value::any([Value::external(format!("{path}()")), found]))
                    }
                    _ => None,
                }
            }
            Operation::Instance => self.object_of(site, rule),
            Operation::Join => self.joined_path(file, facts, call),
            Operation::Spec => self.serve_spec(site, id, position, rule).map(Value::Router),
            Operation::Skip => Some(Value::Null),
            // They need a router to act on.
            Operation::Mount
            | Operation::Folder
            | Operation::Prefix
            | Operation::Versions
            | Operation::Resources
            | Operation::Define
            | Operation::Include => None,
        }
    }

    /// An object of the class that a rule selects.
    fn object_of(&mut self, site: Site<'_>, rule: &packs::Call) -> Option<Value> {
        let class = self.select(site, &rule.child).into_iter().next()?.value;
        let object = self.instance_of(site.file, &class, None);
        (!object.is_unknown()).then_some(object)
    }

    fn wrap(&mut self, site: Site<'_>, id: CallId, position: u16, rule: &packs::Call) -> Option<Value> {
        let children = self.select(site, &rule.child);
        let nodes: Vec<NodeId> =
            children.iter().flat_map(|child| self.routers_in(&child.value, position)).collect();
        if nodes.is_empty() {
            return None;
        }
        let prefix = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
        let node = self.graph.node(NodeKey::Call(site.file, id), position);
        if let Some(node) = self.graph.get_mut(node) {
            node.own = prefix;
            node.app |= rule.app;
        }
        for child in nodes {
            self.graph.mount(MountEdge { parent: node, child, prefix: vec!["".into()], over: false });
        }
        Some(Value::Router(node))
    }

    /// Mounts what the rule selects; false where nothing of it is a router.
    fn mount(&mut self, site: Site<'_>, call: &Call, node: NodeId, rule: &packs::Call, report: bool) -> bool {
        let children = self.select(site, &rule.child);
        let path = self.select_path(site, &rule.path);
        let over = rule.over && path.is_some();
        let prefix = path.unwrap_or_else(|| vec!["".into()]);
        let rule = packs::Call { over, ..rule.clone() };
        let mounted = self.mount_children(site.file, node, &children, &rule, &prefix);
        // A file that is not in the project has no routes of the project.
        let names_files = !rule.child.is_empty() && rule.child.iter().all(|child| child.file.is_some());
        let nothing = children.is_empty() && !names_files;
        let unresolved = children.iter().any(|child| is_unresolved(&child.value)) || nothing;
        if !mounted && unresolved && report {
            if let Some(node) = self.graph.get_mut(node) {
                node.open = true;
            }
            self.graph.loose.push(Loose {
                what: "mount",
                file: site.file,
                span: call.name_span,
                reason: "what is mounted is not known before the program runs".to_owned(),
                partial: prefix.first().map(ToString::to_string).unwrap_or_default(),
            });
        }
        mounted
    }

    /// Records a route; false where the call is none after all.
    #[expect(
        clippy::too_many_arguments,
        reason = "a call and its rule: splitting them would only rename the parts"
    )]
    fn route(
        &mut self,
        site: Site<'_>,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        pack: &'a Pack,
        rule: &packs::Call,
        name: &str,
    ) -> bool {
        let Some(mut path) = self.select_path(site, &rule.path) else { return false };
        path = self.below_item(node, rule, path);
        if let Some(chain) = &rule.verbs.chain {
            let links = self.chain(site.file, facts, pack, call, chain);
            let (file, span) = self.registered_at.unwrap_or((site.file, call.name_span));
            for (verb, handler) in links {
                let route = Route { node, verbs: vec![verb], path: path.clone(), handler, file, span };
                self.graph.routes.push(route);
            }
            return true;
        }
        let handlers =
            if rule.handler.is_empty() { Vec::new() } else { self.select_handlers(site, &rule.handler) };
        let handler = if let Some(named) = self.handler_by_name(site, node, pack, rule) {
            Some(named)
        } else if !rule.invoke.is_empty() {
            self.invoked_method(site.file, call, &rule.invoke)
        } else if call.flags.has(CallFlags::ANNOTATION) {
            self.annotated_handler(site.file, id)
        } else if !handlers.is_empty() {
            Some(self.handler_of(&handlers))
        } else if let Some(outer) = self.index(site.file).and_then(|index| index.called(id)) {
            // `app.get("/x")(handler)`.
            let first = facts.call(outer).and_then(|outer| facts.args(outer.args).first().copied());
            first.map(|arg| {
                let value = self.expr(site.file, arg.value);
                self.handler_of(&[Selected { value, expr: Some((site.file, arg.value)) }])
            })
        } else {
            None
        };
        let Some(handler) = handler else { return false };
        if rule.verbs.class_actions {
            let place = self.registered_at.unwrap_or((site.file, call.name_span));
            return self.action_routes(node, pack, &path, &handler, place, rule.verbs.added_by.as_deref());
        }
        let place = self.items.last().and_then(|(_, expr)| *expr);
        let (file, span) = place
            .and_then(|(file, expr)| Some((file, self.facts(file)?.expr_span(expr))))
            .or(self.registered_at)
            .unwrap_or((site.file, call.name_span));
        if self.table_routes(site, node, pack, rule, &path, &handler) {
            return true;
        }
        if rule.verbs.in_path {
            for pattern in path {
                let (verb, path) = super::path::split_pattern(&pattern);
                let (verbs, path) = (vec![verb.to_owned()], vec![path.into()]);
                self.graph.routes.push(Route { node, verbs, path, handler: handler.clone(), file, span });
            }
            return true;
        }
        let verbs = self.verbs(site, pack, &rule.verbs, name, &handler);
        for node in self.targets(node, rule) {
            let (verbs, path, handler) = (verbs.clone(), path.clone(), handler.clone());
            self.graph.routes.push(Route { node, verbs, path, handler, file, span });
        }
        true
    }
}

/// Whether a value may be a router that could not be found.
fn is_unresolved(value: &Value) -> bool {
    match value {
        Value::Unknown => true,
        Value::Any(values) | Value::Each(values) | Value::List(values) => values.iter().any(is_unresolved),
        Value::Null
        | Value::Number
        | Value::Text(_)
        | Value::Router(_)
        | Value::Function(..)
        | Value::Class(..)
        | Value::Instance(..)
        | Value::Module(_)
        | Value::External(_)
        | Value::Map(..) => false,
    }
}
