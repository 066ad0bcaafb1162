//! Routers that a call does not name: the one whose function it stands in.
//!
//! In `routing { route("/users") { get { … } } }` the inner calls are made on what the
//! lambda around them belongs to. A named function has such a router as well: whoever
//! calls the function hands its own one on, and so does a call of a function that extends
//! a router's type (`app.MapUsers()`).

use super::{
    graph::{MountEdge, NodeId, NodeKey},
    linker::Linker,
    project::FileId,
    value::Value,
};
use crate::analysis::facts::{Call, CallId, FileFacts, ParamKind, ScopeFlags, ScopeId, ScopeKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// Functions that extend a type, by name.
pub(super) type Extensions<'a> = FxHashMap<&'a str, Vec<(FileId, ScopeId)>>;

/// The functions of a project that state the type they extend.
pub(super) fn extensions(files: &[FileFacts]) -> Extensions<'_> {
    let mut found: Extensions<'_> = FxHashMap::default();
    for (index, facts) in files.iter().enumerate() {
        let Ok(number) = u32::try_from(index) else { break };
        for (id, scope) in facts.scope_ids().filter(|(_, scope)| scope.kind == ScopeKind::Function) {
            let first = facts.params(scope.params).first();
            if first.is_some_and(|param| param.kind == ParamKind::Receiver && param.ty.is_some()) {
                found.entry(facts.text(scope.name)).or_default().push((FileId(number), id));
            }
        }
    }
    found
}

impl Linker<'_> {
    /// The router of the function around a place.
    pub fn context(&mut self, file: FileId, scope: ScopeId, pack: u16) -> Option<NodeId> {
        let facts = self.facts(file)?;
        for (id, found) in facts.scopes_around(scope) {
            match found.kind {
                ScopeKind::Lambda => {
                    let taken = self.index(file)?.taken_by(id);
                    let made = taken.map(|(call, _)| self.call(file, call));
                    if self.handles_route((file, id), pack) {
                        return None;
                    }
                    if let Some(node) = made.and_then(|made| made.router())
                        && self.graph.get(node).is_some_and(|node| node.pack == pack)
                    {
                        return Some(node);
                    }
                }
                ScopeKind::Function => return Some(self.function_context(file, id, pack)),
                ScopeKind::Module | ScopeKind::Class | ScopeKind::Interface | ScopeKind::Namespace => {}
            }
        }
        None
    }

    /// Whether a function answers a route: what is called inside it declares none.
    fn handles_route(&self, function: (FileId, ScopeId), pack: u16) -> bool {
        let mut routes = self.graph.routes.iter().filter(|route| route.file == function.0);
        routes.any(|route| {
            route.handler.definition == Some(function)
                && self.graph.get(route.node).is_some_and(|node| node.pack == pack)
        })
    }

    fn function_context(&mut self, file: FileId, function: ScopeId, pack: u16) -> NodeId {
        if let Some(name) = self.facts(file).and_then(|facts| Some(facts.text(facts.scope(function)?.name))) {
            self.context_names.insert(name);
        }
        self.graph.node(NodeKey::Context(file, function), pack)
    }

    /// Hands the router around a call on to the function that is called.
    pub fn hand_context_on(&mut self, file: FileId, call: &Call, of: FileId, function: ScopeId) {
        let Some(child) = self.graph.find(NodeKey::Context(of, function)) else { return };
        let Some(pack) = self.graph.get(child).map(|node| node.pack) else { return };
        if let Some(parent) = self.context(file, call.scope, pack) {
            self.graph.mount(MountEdge { parent, child, prefix: vec!["".into()], over: false });
        }
    }

    /// The routers of functions that are handed over by name and called with the router
    /// as their context: `app.routes(this::addRoutes)`.
    pub fn function_contexts(&mut self, value: &Value, pack: u16) -> Vec<NodeId> {
        let mut nodes = Vec::new();
        for value in value.alternatives() {
            if let Value::Function(file, function) = value {
                let is_named = self
                    .facts(*file)
                    .and_then(|facts| facts.scope(*function))
                    .is_some_and(|scope| scope.kind == ScopeKind::Function);
                if is_named {
                    nodes.push(self.function_context(*file, *function, pack));
                }
            }
        }
        nodes
    }

    /// A call of a function of the project that extends the type of the receiver.
    pub fn extension(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        node: NodeId,
        name: &str,
    ) -> Option<Value> {
        let candidates = self.extensions.get(name).cloned()?;
        let pack = self.graph.get(node)?.pack;
        let mut result = None;
        for (of, function) in candidates {
            if !self.facts(of).is_some_and(|other| other.lang.shares_modules_with(facts.lang)) {
                continue;
            }
            for key in [NodeKey::Param(of, function, 0), NodeKey::Context(of, function)] {
                let child = self.graph.node(key, pack);
                self.graph.mount(MountEdge { parent: node, child, prefix: vec!["".into()], over: false });
            }
            self.pass_arguments(file, facts, call, of, function);
            let returned = self.returned(of, function);
            let same = |found: NodeId| {
                self.graph.get(found).is_some_and(|found| found.key == NodeKey::Param(of, function, 0))
            };
            result = Some(match returned.router() {
                Some(found) if !same(found) => {
                    let own = self.group_of_call((file, facts, id, call), (of, function), node, found);
                    own.map_or(returned, Value::Router)
                }
                _ => Value::Router(node),
            });
        }
        result
    }

    /// A call on something that cannot be resolved, of a name that only this pack's routers
    /// have or that extends their type: the receiver is then the application.
    pub fn on_anything(&mut self, file: FileId, facts: &FileFacts, name: &str) -> Option<NodeId> {
        let position = self.rules.anywhere(facts.lang, name).or_else(|| {
            let (of, function) = *self.extensions.get(name)?.first()?;
            let other = self.facts(of)?;
            let ty = other.params(other.scope(function)?.params).first()?.ty?;
            match self.expr(of, ty) {
                Value::External(path) => self.rules.router_type(facts.lang, &path),
                _ => None,
            }
        })?;
        let anywhere = self.rules.pack(position)?.calls.iter().any(|rule| rule.anywhere);
        if !anywhere {
            return None;
        }
        let _ = file;
        let node = self.graph.node(NodeKey::Application(position), position);
        if let Some(node) = self.graph.get_mut(node) {
            node.app = true;
        }
        Some(node)
    }

    /// A router that a method without a body receives goes to the methods that stand for it.
    pub fn pass_to_overrides(&mut self) {
        let abstract_params: Vec<(NodeId, FileId, ScopeId, u32)> = self
            .graph
            .iter()
            .filter_map(|(id, node)| match node.key {
                NodeKey::Param(file, scope, position) => Some((id, file, scope, position)),
                _ => None,
            })
            .filter(|(_, file, scope, _)| {
                let scope = self.facts(*file).and_then(|facts| facts.scope(*scope));
                scope.is_some_and(|scope| scope.flags.has(ScopeFlags::ABSTRACT))
            })
            .collect();
        for (parent, file, method, position) in abstract_params {
            let Some(facts) = self.facts(file) else { continue };
            let Some(scope) = facts.scope(method) else { continue };
            let (Some(interface), name) = (scope.parent, facts.text(scope.name)) else { continue };
            for (of, function) in self.methods_named(name) {
                self.refuel();
                let class = self.facts(of).and_then(|facts| facts.scope(function)?.parent);
                let stands_for = class.is_some_and(|class| {
                    (of, class) != (file, interface)
                        && self.bases(of, class).contains(&Value::Class(file, interface))
                });
                let Some(pack) = self.graph.get(parent).map(|node| node.pack).filter(|_| stands_for) else {
                    continue;
                };
                let child = self.graph.node(NodeKey::Param(of, function, position), pack);
                self.graph.mount(MountEdge { parent, child, prefix: vec!["".into()], over: false });
            }
        }
    }

    fn methods_named(&self, name: &str) -> Vec<(FileId, ScopeId)> {
        let mut found = Vec::new();
        for (index, facts) in self.files.iter().enumerate() {
            let Ok(number) = u32::try_from(index) else { break };
            let methods = facts
                .scope_ids()
                .filter(|(_, scope)| scope.kind == ScopeKind::Function && facts.text(scope.name) == name);
            found.extend(methods.map(|(id, _)| (FileId(number), id)));
        }
        found
    }

    /// The values that are assigned to a name inside the arguments of a call:
    /// `create { config -> config.contextPath = "/api" }`.
    pub fn assigned_within(&mut self, file: FileId, call: &Call, names: &str) -> Vec<Value> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let inside: Vec<_> = facts
            .binds
            .iter()
            .filter(|bind| call.args_span.contains(bind.span) && facts.text(bind.name) == names)
            .filter_map(|bind| bind.value)
            .collect();
        inside.into_iter().map(|value| self.expr(file, value)).collect()
    }
}

/// Names of functions whose calls are visited because they hand a router on.
pub(super) fn extension_names<'a>(extensions: &Extensions<'a>) -> FxHashSet<&'a str> {
    extensions.keys().copied().collect()
}
