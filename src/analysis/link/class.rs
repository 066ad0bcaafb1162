//! Classes, functions with routes of their own and module bindings that declare routes.

use super::{
    graph::{MountEdge, NodeId, NodeKey},
    linker::Linker,
    lookup::At,
    project::FileId,
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, FileFacts, ScopeFlags, ScopeId, ScopeKind},
    knowledge::packs::{Class, Pack},
};
use rustc_hash::{FxHashMap, FxHashSet};

impl<'a> Linker<'a> {
    /// Makes the router of a class that a rule speaks of, with the routes on its methods.
    pub fn visit_class(&mut self, file: FileId, class: ScopeId) {
        let Some(facts) = self.facts(file) else { return };
        // What is abstract is served as the classes below it.
        if facts.scope(class).is_some_and(|scope| scope.flags.has(ScopeFlags::ABSTRACT)) {
            return;
        }
        let packs: Vec<u16> = self
            .rules
            .of(facts.lang)
            .filter(|(_, pack)| !pack.classes.is_empty())
            .map(|(position, _)| position)
            .collect();
        for pack in packs {
            self.class_router(file, class, pack);
        }
    }

    /// The router of a class, for a pack that has a rule for it.
    pub fn class_router(&mut self, file: FileId, class: ScopeId, position: u16) -> Option<NodeId> {
        let key = NodeKey::Definition(file, class);
        let pack = self.rules.pack(position)?;
        let (rule, call) = self.class_rule(file, class, pack)?;
        let node = self.graph.node(key, position);
        if self.graph.routes.iter().any(|route| route.node == node && route.file == file) {
            return Some(node);
        }
        let site = Site { file, call, definition: Some(class) };
        let own = if rule.prefix.is_empty() && rule.version.is_empty() {
            // What a call in its constructor stated stays.
            self.graph.get(node).map(|node| node.own.clone())
        } else {
            self.select_path(site, &rule.prefix)
        };
        let own = own.unwrap_or_else(|| vec!["".into()]);
        let own = self.with_tokens(pack, file, class, own);
        let own = self.split_prefix(pack, node, own);
        let own = self.version_class(site, node, position, &rule.version, own);
        if let Some(node) = self.graph.get_mut(node) {
            node.own = own;
            node.app |= rule.app;
        }
        self.method_routes(file, class, node, pack);
        self.class_level_routes(file, class, node, pack);
        self.conventional_routes(file, class, node, pack);
        if self.is_from_spec(file, class, rule) {
            self.spec_routes(file, class, node);
        }
        self.serve_methods(file, class, node, rule);
        for parent in self.select(site, &rule.parent) {
            for parent in self.routers_in(&parent.value, position) {
                self.graph.mount(MountEdge { parent, child: node, prefix: vec!["".into()], over: false });
            }
        }
        if !(rule.child.is_empty() && rule.placed.is_empty()) && self.memos.served_classes.insert(node) {
            self.serve_placed(site, node, position, rule);
            for child in self.select(site, &rule.child) {
                for child in self.routers_in(&child.value, position) {
                    self.graph.mount(MountEdge { parent: node, child, prefix: vec!["".into()], over: false });
                }
            }
        }
        Some(node)
    }

    /// The rule that makes a class a router, with the annotation that it matched.
    fn class_rule(
        &mut self,
        file: FileId,
        class: ScopeId,
        pack: &'a Pack,
    ) -> Option<(&'a Class, Option<&'a Call>)> {
        let facts = self.facts(file)?;
        let scope = facts.scope(class)?;
        for rule in &pack.classes {
            if self.is_annotated(file, facts, class, &rule.unless) {
                continue;
            }
            for annotation in facts.list(scope.annotations) {
                if let Some((_, call)) = self.annotation_of(file, facts, *annotation, &rule.annotation, pack)
                {
                    return Some((rule, call));
                }
            }
            if rule.with_routes && self.has_routes(file, facts, class, pack) {
                return Some((rule, None));
            }
            if !rule.base.is_empty() && !scope.bases.is_empty() {
                let bases = self.foreign_bases(file, class);
                if bases.iter().any(|base| rule.base.iter().any(|pattern| pattern.matches(base))) {
                    return Some((rule, None));
                }
            }
            if rule.annotation.is_empty() && self.is_from_spec(file, class, rule) {
                return Some((rule, None));
            }
        }
        None
    }

    /// Routes on the methods of a class, and of its bases in the project.
    fn method_routes(&mut self, file: FileId, class: ScopeId, node: NodeId, pack: &'a Pack) {
        if pack.annotations.is_empty() {
            return;
        }
        let mut open = vec![(file, class)];
        let mut seen: Vec<(FileId, ScopeId)> = Vec::new();
        let mut names: Vec<String> = Vec::new();
        while let Some((file, class)) = open.pop() {
            if seen.contains(&(file, class)) || seen.len() > 32 {
                continue;
            }
            seen.push((file, class));
            let Some(facts) = self.facts(file) else { continue };
            let methods: Vec<ScopeId> = facts
                .scope_ids()
                .filter(|(_, scope)| scope.parent == Some(class) && scope.kind == ScopeKind::Function)
                .map(|(id, _)| id)
                .collect();
            let mut own = Vec::new();
            for method in methods {
                let name = facts.scope(method).map_or("", |scope| facts.text(scope.name)).to_owned();
                // A method of the class hides that of its base, but not one of the same name
                // beside it.
                if !names.contains(&name) && self.annotated_routes(file, facts, method, node, pack, false) {
                    own.push(name);
                }
            }
            names.append(&mut own);
            for base in self.bases(file, class) {
                if let Value::Class(file, class) = base {
                    open.push((file, class));
                }
            }
        }
    }

    /// Makes the router of a function whose annotation is a route by itself.
    pub fn visit_function(&mut self, file: FileId, function: ScopeId) {
        let Some(facts) = self.facts(file) else { return };
        let packs: Vec<u16> = self
            .rules
            .of(facts.lang)
            .filter(|(_, pack)| pack.annotations.iter().any(|annotation| annotation.free))
            .map(|(position, _)| position)
            .collect();
        for pack in packs {
            self.function_router(file, function, pack);
        }
    }

    /// The router of an annotated function outside a class.
    pub fn function_router(&mut self, file: FileId, function: ScopeId, position: u16) -> Option<NodeId> {
        let facts = self.facts(file)?;
        let scope = facts.scope(function)?;
        let pack = self.rules.pack(position)?;
        let in_class = scope
            .parent
            .and_then(|parent| facts.scope(parent))
            .is_some_and(|parent| parent.kind == ScopeKind::Class);
        if in_class || scope.annotations.is_empty() || !pack.annotations.iter().any(|rule| rule.free) {
            return None;
        }
        let key = NodeKey::Definition(file, function);
        if let Some(node) = self.graph.find(key)
            && self.graph.routes.iter().any(|route| route.node == node)
        {
            return Some(node);
        }
        // The router is only made when there is a route for it.
        let before = self.graph.routes.len();
        let probe = NodeId(u32::MAX);
        if !self.annotated_routes(file, facts, function, probe, pack, true) {
            return None;
        }
        let node = self.graph.node(key, position);
        for route in self.graph.routes.iter_mut().skip(before).filter(|route| route.node == probe) {
            route.node = node;
        }
        Some(node)
    }

    /// Serves classes that no call mounts, where their rule says so.
    pub fn attach_classes(&mut self) {
        let classes: Vec<(NodeId, FileId, ScopeId, u16)> = self
            .graph
            .iter()
            .filter_map(|(id, node)| match node.key {
                NodeKey::Definition(file, scope) => Some((id, file, scope, node.pack)),
                _ => None,
            })
            .collect();
        let reached = self.graph.reached();
        // A class that another one of these serves is reached with it.
        let known: FxHashSet<NodeId> = classes.iter().map(|(id, ..)| *id).collect();
        let inner = self.graph.edges.iter().filter(|edge| known.contains(&edge.parent));
        let mut inner: FxHashMap<NodeId, NodeId> = inner.map(|edge| (edge.child, edge.parent)).collect();
        inner.retain(|_, parent| {
            let key = self.graph.get(*parent).map(|node| (node.key, node.pack));
            let Some((NodeKey::Definition(file, class), pack)) = key else { return false };
            let Some(pack) = self.rules.pack(pack) else { return false };
            self.class_rule(file, class, pack).is_some_and(|(rule, _)| rule.attach)
        });
        for (id, file, class, position) in classes {
            if inner.contains_key(&id) {
                continue;
            }
            let Some(pack) = self.rules.pack(position) else { continue };
            self.refuel();
            let Some((rule, _)) = self.class_rule(file, class, pack) else { continue };
            if !(rule.attach || rule.attach_orphans) {
                continue;
            }
            let mounted = self.graph.edges.iter().any(|edge| edge.child == id);
            let apps: Vec<NodeId> = self
                .graph
                .iter()
                .filter(|(_, node)| node.app && !node.alone && node.pack == position)
                .filter(|(_, node)| match rule.attach {
                    true => !reached.contains(&id),
                    false => node.open && !mounted,
                })
                .map(|(app, _)| app)
                .collect();
            if apps.is_empty()
                && rule.attach
                && !mounted
                && let Some(node) = self.graph.get_mut(id)
            {
                node.alone = true;
            }
            for parent in apps {
                self.graph.mount(MountEdge { parent, child: id, prefix: vec!["".into()], over: false });
            }
        }
    }

    /// Makes the routers of the bindings that list a module's routes.
    pub fn visit_collections(&mut self, file: FileId) {
        let Some(facts) = self.facts(file) else { return };
        let collections: Vec<(u16, &'a str, bool)> = self
            .rules
            .of(facts.lang)
            .flat_map(|(position, pack)| {
                pack.collections
                    .iter()
                    .map(move |collection| (position, collection.bind.as_str(), collection.app))
            })
            .collect();
        for (position, bind, app) in collections {
            let named = self.index(file).is_some_and(|index| index.is_named(ScopeId::MODULE, bind));
            if !named {
                continue;
            }
            self.refuel();
            let node = self.graph.node(NodeKey::Collection(file, position), position);
            if let Some(node) = self.graph.get_mut(node) {
                node.app |= app;
            }
            let value = self.lookup(file, ScopeId::MODULE, bind, At::Anywhere);
            for child in self.routers_in(&value, position) {
                self.graph.mount(MountEdge { parent: node, child, prefix: vec!["".into()], over: false });
            }
        }
    }

    /// The router of the binding of that name in the module that a value names.
    pub fn module_binding(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        value: &Value,
        bind: &str,
    ) -> Option<Value> {
        let module = match value {
            Value::Module(module) => *module,
            Value::Text(path) => {
                let import =
                    super::modules::ImportPath { from: file, from_path: &facts.path, module: path, level: 0 };
                self.resolvers.of(facts.lang).resolve(import)?
            }
            // A module together with its namespace: `include(("shop.urls", "shop"))`.
            Value::List(parts) => return self.module_binding(file, facts, parts.first()?, bind),
            _ => return None,
        };
        let of = module.file?;
        let position = self
            .rules
            .of(facts.lang)
            .find(|(_, pack)| pack.collections.iter().any(|collection| collection.bind == bind))
            .map(|(position, _)| position)?;
        let named = self.index(of).is_some_and(|index| index.is_named(ScopeId::MODULE, bind));
        named.then(|| Value::Router(self.graph.node(NodeKey::Collection(of, position), position)))
    }
}
