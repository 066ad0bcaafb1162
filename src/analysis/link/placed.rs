//! Routers that something else places: a map of paths and applications, a tree of modules
//! with paths, a class of paths that a route names as its type.

use super::{
    graph::{Handler, MountEdge, NodeId, NodeKey},
    linker::Linker,
    path,
    project::FileId,
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallId, Expr, FileFacts, ScopeId, ScopeKind},
    knowledge::packs::{self, Class, Operation},
};
use std::rc::Rc;

/// How deep objects may stand in objects, and classes in classes.
const MAX_DEPTH: usize = 12;

impl<'a> Linker<'a> {
    /// Mounts what the maps of a rule list, each below its key.
    pub fn serve_table(&mut self, site: Site<'_>, node: NodeId, rule: &packs::Call) {
        let Some(position) = self.graph.get(node).map(|node| node.pack) else { return };
        for (table, _) in self.objects_in(site, &rule.table) {
            let Value::Map(file, map) = table else { continue };
            let Some(facts) = self.facts(file) else { continue };
            let Expr::Map(entries) = facts.expr(map) else { continue };
            for entry in facts.entries(entries).to_vec() {
                let Some(key) = entry.key else { continue };
                let Some(prefix) = self.expr(file, key).as_constant().map(Rc::from) else { continue };
                let value = self.expr(file, entry.value);
                for child in self.routers_in(&value, position) {
                    let prefix: Vec<Rc<str>> = vec![Rc::clone(&prefix)];
                    self.graph.mount(MountEdge { parent: node, child, prefix, over: false });
                }
            }
        }
    }

    /// The routers of classes that are named inside the namespaces of a block:
    /// `forward "/admin", AdminRouter` below `scope "/api", ShopWeb`.
    pub fn routers_in_modules(&mut self, node: NodeId, value: &Value) -> Vec<NodeId> {
        let (Value::External(name), Some(router)) = (value, self.graph.get(node)) else { return Vec::new() };
        let position = router.pack;
        if router.context.modules.is_empty() {
            return Vec::new();
        }
        let whole = format!("{}.{name}", router.context.modules.join("."));
        let found = self.files.iter().enumerate().find_map(|(index, facts)| {
            let is_meant = |scope: &&(ScopeId, &crate::analysis::facts::Scope)| {
                scope.1.kind == ScopeKind::Class && facts.qualified_name(scope.0) == whole
            };
            let ends =
                |scope: &(ScopeId, &crate::analysis::facts::Scope)| whole.ends_with(facts.text(scope.1.name));
            let scope = facts.scope_ids().filter(ends).find(|scope| is_meant(&scope))?.0;
            Some((FileId(u32::try_from(index).ok()?), scope))
        });
        found.and_then(|(file, class)| self.class_router(file, class, position)).into_iter().collect()
    }

    /// Remembers the paths at which a tree of objects places classes.
    pub fn place_classes(&mut self, site: Site<'_>, position: u16, rule: &packs::Call) {
        let mut open: Vec<(Value, String, usize)> = self
            .objects_in(site, &rule.each)
            .into_iter()
            .map(|(object, _)| (object, String::new(), 0))
            .collect();
        while let Some((object, above, depth)) = open.pop() {
            self.items.push((object, None));
            let own = self.select_path(site, &rule.path).and_then(|texts| texts.first().cloned());
            let whole = path::join(&above, own.as_deref().unwrap_or_default());
            for child in self.select(site, &rule.child) {
                if let Value::Class(file, class) = child.value
                    && let Some(node) = self.class_router(file, class, position)
                {
                    self.places.insert(node, whole.as_str().into());
                }
            }
            if depth < MAX_DEPTH {
                let below = self.objects_in(site, &rule.nested);
                open.extend(below.into_iter().map(|(object, _)| (object, whole.clone(), depth + 1)));
            }
            self.items.pop();
        }
    }

    /// Mounts what a class serves below the path at which it is placed.
    pub fn serve_placed(&mut self, site: Site<'_>, node: NodeId, position: u16, rule: &Class) {
        let place: Rc<str> = self.places.get(&node).cloned().unwrap_or_else(|| "".into());
        for child in self.select(site, &rule.placed) {
            for child in self.routers_in(&child.value, position) {
                let prefix = vec![Rc::clone(&place)];
                self.graph.mount(MountEdge { parent: node, child, prefix, over: false });
            }
        }
    }

    /// The first type argument of a call, or the path that annotations state for that class,
    /// behind those of the classes that it stands in or that its constructor takes.
    pub fn of_type_argument(&mut self, site: Site<'_>, selector: &packs::Selector) -> Option<Value> {
        let value = self.type_argument(site)?;
        let Some(annotation) = &selector.typed else { return Some(value) };
        let Value::Class(file, class) = value else { return None };
        self.stated_path(file, class, annotation, 0).map(|path| Value::text(&path))
    }

    /// What the first type argument of a call is, or that of the base of a class.
    fn type_argument(&mut self, site: Site<'_>) -> Option<Value> {
        let facts = self.facts(site.file)?;
        let of_bases = || {
            let bases = facts.list(facts.scope(site.definition?)?.bases);
            bases.iter().copied().find(|base| matches!(facts.expr(*base), Expr::Index(..)))
        };
        let applied = site.call.map(|call| call.callee).or_else(of_bases)?;
        let Expr::Index(_, argument) = facts.expr(applied) else { return None };
        let argument = match facts.expr(argument) {
            Expr::List(items) => *facts.list(items).first()?,
            _ => argument,
        };
        Some(self.expr(site.file, argument))
    }

    fn stated_path(
        &mut self,
        file: FileId,
        class: ScopeId,
        annotation: &str,
        depth: usize,
    ) -> Option<String> {
        let facts = self.facts(file).filter(|_| depth < MAX_DEPTH)?;
        let scope = facts.scope(class)?;
        let call = facts.list(scope.annotations).iter().find_map(|found| match facts.expr(*found) {
            Expr::Call(call) => {
                let call = facts.call(call)?;
                (self.callee_name(file, call.callee) == Some(annotation)).then_some(call)
            }
            _ => None,
        })?;
        let stated = facts.args(call.args).first().map(|arg| arg.value)?;
        let own = self.expr(file, stated).as_constant()?.to_owned();
        let outer = scope
            .parent
            .filter(|outer| facts.scope(*outer).is_some_and(|outer| outer.kind == ScopeKind::Class));
        let above = match outer {
            Some(outer) => self.stated_path(file, outer, annotation, depth + 1),
            None => self.path_of_parent(file, class, annotation, depth),
        };
        Some(path::join(&above.unwrap_or_default(), &own))
    }

    /// The path of the class that a property of this one has as its type.
    fn path_of_parent(
        &mut self,
        file: FileId,
        class: ScopeId,
        annotation: &str,
        depth: usize,
    ) -> Option<String> {
        let facts = self.facts(file)?;
        let types: Vec<_> =
            facts.binds.iter().filter(|bind| bind.scope == class).filter_map(|bind| bind.ty).collect();
        types.into_iter().find_map(|ty| match self.expr(file, ty) {
            Value::Class(file, parent) => self.stated_path(file, parent, annotation, depth + 1),
            _ => None,
        })
    }

    /// The group that a function makes for one call of it, where its path is another one for
    /// each: `app.MapGroup(this)`, which puts the name of the object's class before it.
    pub fn group_of_call(
        &mut self,
        (file, facts, id, call): (FileId, &FileFacts, CallId, &Call),
        function: (FileId, ScopeId),
        receiver: NodeId,
        inner: NodeId,
    ) -> Option<NodeId> {
        let group = self.graph.get(inner)?.clone();
        let NodeKey::Call(of, made) = group.key else { return None };
        let param = self.graph.find(NodeKey::Param(function.0, function.1, 0))?;
        let shared = self.graph.edges.iter().find(|edge| edge.child == inner && edge.parent == param)?;
        let shared = shared.prefix.clone();
        if of != function.0 || self.frames.len() >= MAX_DEPTH {
            return None;
        }
        let made = self.facts(of)?.call(made)?;
        let name = self.callee_name(of, made.callee)?;
        let pack = self.rules.pack(group.pack)?;
        let rule = pack
            .calls
            .iter()
            .find(|rule| rule.operation == Operation::Group && rule.on.iter().any(|on| on == name))?;
        let frame = self.frame(file, facts, call, function);
        let memos = std::mem::take(&mut self.memos);
        self.frames.push(frame);
        let prefix = self.select_path(Site { file: of, call: Some(made), definition: None }, &rule.path);
        self.frames.pop();
        self.memos = memos;
        let prefix = prefix.filter(|prefix| *prefix != shared)?;
        let child = self.graph.node(NodeKey::Call(file, id), group.pack);
        self.graph.mount(MountEdge { parent: receiver, child, prefix, over: false });
        Some(child)
    }

    /// The method of the class around a call that a rule names as the handler.
    pub fn invoked_method(&mut self, file: FileId, call: &Call, names: &[String]) -> Option<Handler> {
        let facts = self.facts(file)?;
        let (class, _) = facts.scopes_around(call.scope).find(|(_, scope)| scope.kind == ScopeKind::Class)?;
        names.iter().find_map(|name| match self.class_member(file, class, name) {
            Value::Function(of, method) => {
                Some(Handler { name: name.clone(), definition: Some((of, method)) })
            }
            _ => None,
        })
    }

    /// The class whose object serves what is below the path of a method: what the method
    /// says that it returns, or else what it returns.
    pub fn located(&mut self, file: FileId, method: ScopeId, position: u16) -> Vec<NodeId> {
        let Some(facts) = self.facts(file) else { return Vec::new() };
        let Some(declared) = facts.scope(method).and_then(|scope| scope.return_type) else {
            return Vec::new();
        };
        // `Class<Slices>` names what serves as well as `Slices` does.
        let argument = match facts.expr(declared) {
            Expr::Index(_, argument) => match facts.expr(argument) {
                Expr::List(items) => facts.list(items).first().copied(),
                _ => Some(argument),
            },
            _ => None,
        };
        let mut values = vec![self.expr(file, declared)];
        values.extend(argument.map(|argument| self.expr(file, argument)));
        values.push(self.returned(file, method));
        values
            .iter()
            .map(|value| self.routers_in(value, position))
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The application of a library that is added to another one: `app.UseFastEndpoints()`.
    pub fn other_application(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        id: CallId,
        call: &Call,
        name: &str,
    ) -> Option<Value> {
        let rules = self.rules.calls(facts.lang, &format!("router.{name}"));
        let mut rules = rules.into_iter().filter(|(_, rule)| rule.app && rule.on.is_empty());
        rules.find_map(|(pack, rule)| self.foreign_call(file, facts, id, call, pack, rule))
    }

    /// A call of that name in the same function.
    pub fn call_beside<'f>(&self, site: Site<'_>, facts: &'f FileFacts, name: &str) -> Option<&'f Call> {
        let scope = site.call?.scope;
        facts
            .calls
            .iter()
            .find(|call| call.scope == scope && self.callee_name(site.file, call.callee) == Some(name))
    }
}
