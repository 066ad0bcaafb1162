//! Annotations that make a function an endpoint or a class a router.

use super::{
    graph::{Handler, MountEdge, NodeId, NodeKey, Route},
    linker::Linker,
    project::FileId,
    rules::owns,
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, Expr, ExprId, FileFacts, ImportFlags, ScopeId},
    knowledge::packs::{Annotation, Pack},
};
use std::rc::Rc;

impl<'a> Linker<'a> {
    /// Whether one of these annotations stands on a definition.
    pub fn is_annotated(
        &self,
        file: FileId,
        facts: &FileFacts,
        definition: ScopeId,
        names: &[String],
    ) -> bool {
        let annotations = facts.scope(definition).map(|scope| facts.list(scope.annotations));
        annotations.into_iter().flatten().any(|annotation| {
            let callee = match facts.expr(*annotation) {
                Expr::Call(call) => facts.call(call).map_or(*annotation, |call| call.callee),
                _ => *annotation,
            };
            self.callee_name(file, callee).is_some_and(|written| names.iter().any(|name| name == written))
        })
    }

    /// Whether a method of the class has an annotation that makes it a route.
    pub fn has_routes(&mut self, file: FileId, facts: &'a FileFacts, class: ScopeId, pack: &'a Pack) -> bool {
        let methods = facts.scopes.iter().filter(|scope| scope.parent == Some(class));
        let annotations: Vec<ExprId> =
            methods.flat_map(|method| facts.list(method.annotations)).copied().collect();
        annotations.into_iter().any(|annotation| {
            pack.annotations
                .iter()
                .filter(|rule| !(rule.on_class || rule.locator))
                .any(|rule| self.annotation_of(file, facts, annotation, &rule.names, pack).is_some())
        })
    }

    /// The name and call of an annotation that is one of `names` and belongs to the pack.
    pub fn annotation_of(
        &mut self,
        file: FileId,
        facts: &'a FileFacts,
        annotation: ExprId,
        names: &[String],
        pack: &Pack,
    ) -> Option<(&'a str, Option<&'a Call>)> {
        let (callee, call) = match facts.expr(annotation) {
            Expr::Call(call) => {
                let call = facts.call(call)?;
                (call.callee, Some(call))
            }
            _ => (annotation, None),
        };
        let written = self.callee_name(file, callee)?;
        // An alias hides the name: then only its path tells.
        let value = self.expr(file, callee);
        let Value::External(path) = value else { return None };
        let last = path.rsplit(['.', '/']).next().unwrap_or(&path);
        let name = names.iter().find(|name| *name == last)?;
        let foreign_star = || {
            let stars = self.index(file).map(|index| index.stars.clone()).unwrap_or_default();
            stars
                .iter()
                .filter_map(|star| facts.imports.get(*star as usize))
                .any(|import| import.flags.has(ImportFlags::STAR) && owns(pack, facts.text(import.module)))
        };
        if !(owns(pack, &path) || (!path.contains('.') && path.as_ref() == written && foreign_star())) {
            return None;
        }
        // The text lives as long as the facts where the written name is the rule's name.
        if written == name { Some((written, call)) } else { Some(("", call)) }
    }

    /// Routes that the annotations of a function declare; whether there is one.
    pub fn annotated_routes(
        &mut self,
        file: FileId,
        facts: &'a FileFacts,
        function: ScopeId,
        node: NodeId,
        pack: &'a Pack,
        only_free: bool,
    ) -> bool {
        let Some(scope) = facts.scope(function) else { return false };
        let mut found = false;
        for annotation in facts.list(scope.annotations) {
            let of_functions = pack.annotations.iter().filter(|rule| !rule.on_class && !rule.locator);
            for rule in of_functions.filter(|rule| rule.free || !only_free) {
                let Some((written, call)) = self.annotation_of(file, facts, *annotation, &rule.names, pack)
                else {
                    continue;
                };
                let name = if written.is_empty() {
                    self.real_name(file, facts, *annotation)
                } else {
                    written.to_owned()
                };
                self.annotated_route(file, facts, function, node, pack, rule, &name, call);
                found = true;
                break;
            }
        }
        found || (!only_free && self.locates(file, facts, function, node, pack))
    }

    /// Mounts the object that a method gives; whether it gives one.
    fn locates(
        &mut self,
        file: FileId,
        facts: &'a FileFacts,
        function: ScopeId,
        node: NodeId,
        pack: &'a Pack,
    ) -> bool {
        let Some(scope) = facts.scope(function) else { return false };
        for rule in pack.annotations.iter().filter(|rule| rule.locator) {
            for annotation in facts.list(scope.annotations) {
                let found = self.annotation_of(file, facts, *annotation, &rule.names, pack);
                let Some((_, call)) = found else { continue };
                let site = Site { file, call, definition: Some(function) };
                let prefix = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
                let Some(position) = self.graph.get(node).map(|node| node.pack) else { return false };
                let children = self.located(file, function, position);
                for child in &children {
                    let prefix = prefix.clone();
                    self.graph.mount(MountEdge { parent: node, child: *child, prefix, over: false });
                }
                return !children.is_empty();
            }
        }
        false
    }

    /// The name behind an alias of an annotation.
    pub fn real_name(&mut self, file: FileId, facts: &FileFacts, annotation: ExprId) -> String {
        let callee = match facts.expr(annotation) {
            Expr::Call(call) => facts.call(call).map_or(annotation, |call| call.callee),
            _ => annotation,
        };
        match self.expr(file, callee) {
            Value::External(path) => path.rsplit(['.', '/']).next().unwrap_or(&path).to_owned(),
            _ => String::new(),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one annotation with its rule and place")]
    fn annotated_route(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        function: ScopeId,
        node: NodeId,
        pack: &'a Pack,
        rule: &Annotation,
        name: &str,
        call: Option<&Call>,
    ) {
        let Some(scope) = facts.scope(function) else { return };
        let site = Site { file, call, definition: Some(function) };
        let path: Vec<Rc<str>> = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
        let class = self.graph.get(node).and_then(|node| node.class).or_else(|| {
            let NodeKey::Definition(file, class) = self.graph.get(node)?.key else { return None };
            Some((file, class))
        });
        let path = self.below_prefix(node, path);
        let path = self.with_function_tokens(pack, facts, function, class, path);
        let path = self.version_route(site, node, &rule.version, path);
        let name_of = facts.text(scope.name).to_owned();
        let definition = Some(self.implemented(class, (file, function), &name_of));
        let handler = Handler { name: name_of, definition };
        let verbs = self.verbs(site, pack, &rule.verbs, name, &handler);
        let span = call.map_or(scope.name_span, |call| call.name_span);
        let top = |path: &Rc<str>| {
            let found = rule.absolute.iter().find_map(|start| path.strip_prefix(start.as_str()));
            found.map(|rest| format!("/{rest}").into())
        };
        let (below, beside): (Vec<Rc<str>>, Vec<Rc<str>>) =
            path.into_iter().partition(|path| top(path).is_none());
        let beside: Vec<Rc<str>> = beside.iter().filter_map(top).collect();
        if !beside.is_empty()
            && let Some(position) = self.graph.get(node).map(|node| node.pack)
        {
            let node = self.graph.node(NodeKey::Top(position), position);
            if let Some(node) = self.graph.get_mut(node) {
                node.alone = true;
            }
            let (verbs, handler) = (verbs.clone(), handler.clone());
            self.graph.routes.push(Route { node, verbs, path: beside, handler, file, span });
        }
        if !below.is_empty() {
            self.graph.routes.push(Route { node, verbs, path: below, handler, file, span });
        }
    }

    /// The method of a class that runs where an annotation stands on that of its base.
    fn implemented(
        &mut self,
        class: Option<(FileId, ScopeId)>,
        method: (FileId, ScopeId),
        name: &str,
    ) -> (FileId, ScopeId) {
        let stands_in = self.facts(method.0).and_then(|facts| facts.scope(method.1)?.parent);
        let Some(class) = class.filter(|class| Some(*class) != stands_in.map(|scope| (method.0, scope)))
        else {
            return method;
        };
        match self.class_member(class.0, class.1, name) {
            Value::Function(file, function) => (file, function),
            _ => method,
        }
    }
}
