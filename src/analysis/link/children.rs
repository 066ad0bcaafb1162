//! The routers that a mount serves.

use super::{
    graph::{MountEdge, NodeId, NodeKey},
    linker::Linker,
    modules::ImportPath,
    project::FileId,
    select::Selected,
    value::Value,
};
use crate::{
    analysis::facts::Lang,
    knowledge::packs::{self, Pack},
};
use std::rc::Rc;

impl Linker<'_> {
    /// Mounts every router among the selected values; whether there was one.
    pub fn mount_children(
        &mut self,
        file: FileId,
        node: NodeId,
        children: &[Selected],
        rule: &packs::Call,
        prefix: &[Rc<str>],
    ) -> bool {
        let Some(position) = self.graph.get(node).map(|node| node.pack) else { return false };
        for child in children {
            let mut nodes = self.routers_in(&child.value, position);
            if let (true, Some(value)) = (nodes.is_empty(), self.object_of_text(file, &child.value)) {
                nodes = self.routers_in(&value, position);
            }
            if nodes.is_empty() {
                nodes = self.routers_in_modules(node, &child.value);
            }
            for child in nodes.iter().copied() {
                let edge = MountEdge { parent: node, child, prefix: prefix.to_vec(), over: rule.over };
                self.graph.served.push(edge);
            }
            if let Some(param) = rule.bind_param {
                nodes.extend(self.bound_params(&child.value, param, position));
                nodes.extend(self.supplied(&child.value, position));
            } else if nodes.is_empty() && self.rules.pack(position).is_some_and(uses_context) {
                nodes = self.function_contexts(&child.value, position);
            }
            if nodes.is_empty() {
                continue;
            }
            for child in nodes {
                let over = rule.over;
                self.graph.mount(MountEdge { parent: node, child, prefix: prefix.to_vec(), over });
            }
            return true;
        }
        false
    }

    /// What a text names in languages whose modules are found by dotted texts:
    /// `"shop.api.router"`.
    fn object_of_text(&mut self, file: FileId, value: &Value) -> Option<Value> {
        let (module, name) = value.as_constant()?.rsplit_once('.')?;
        let facts = self.facts(file).filter(|facts| facts.lang == Lang::Python)?;
        let import = ImportPath { from: file, from_path: &facts.path, module, level: 0 };
        let module = self.resolvers.of(facts.lang).resolve(import)?;
        self.module_member(module, name)
    }

    /// The routers that functions get as a parameter: the callback of a group.
    pub fn bound_params(&mut self, value: &Value, param: u32, pack: u16) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for value in value.alternatives() {
            if let Value::Function(file, function) = value {
                let node = self.graph.node(NodeKey::Param(*file, *function, param), pack);
                let known = self.arguments.entry((*file, *function, param)).or_default();
                if known.is_empty() {
                    known.push(Value::Router(node));
                }
                nodes.push(node);
            }
        }
        nodes
    }

    /// The routers that functions without parameters give.
    fn supplied(&mut self, value: &Value, pack: u16) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for value in value.alternatives() {
            let Value::Function(file, function) = value else { continue };
            let Some(facts) = self.facts(*file) else { continue };
            if facts.scope(*function).is_some_and(|scope| facts.params(scope.params).is_empty()) {
                let returned = self.returned(*file, *function);
                nodes.extend(self.routers_in(&returned, pack));
            }
        }
        nodes
    }

    /// Every router that a value is or holds; definitions become routers where a rule says so.
    pub fn routers_in(&mut self, value: &Value, pack: u16) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        self.collect_routers(value, pack, &mut nodes, 0);
        nodes
    }

    pub fn collect_routers(&mut self, value: &Value, pack: u16, nodes: &mut Vec<NodeId>, depth: u32) {
        if depth > 8 {
            return;
        }
        match value {
            Value::Router(node) => nodes.push(*node),
            Value::List(values) | Value::Any(values) | Value::Each(values) => {
                for value in values.iter() {
                    self.collect_routers(value, pack, nodes, depth + 1);
                }
            }
            Value::Class(file, class) | Value::Instance(file, class) => {
                nodes.extend(self.class_router(*file, *class, pack));
            }
            Value::Function(file, function) => nodes.extend(self.function_router(*file, *function, pack)),
            Value::Module(module) => {
                if let Some(file) = module.file {
                    nodes.extend(self.graph.find(NodeKey::Collection(file, pack)));
                }
            }
            Value::Unknown
            | Value::Null
            | Value::Number
            | Value::Text(_)
            | Value::External(_)
            | Value::Map(..) => {}
        }
    }
}

/// Whether functions of a pack are called on a router without naming it.
fn uses_context(pack: &Pack) -> bool {
    pack.calls.iter().any(|rule| rule.within)
}
