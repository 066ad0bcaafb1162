//! Annotations of a class that are routes by themselves: a method that stands for the whole
//! class handles them, or the class that they name.

use super::{
    graph::{Handler, NodeId, Route},
    linker::Linker,
    project::FileId,
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, Expr, ExprId, ScopeId},
    knowledge::packs::{Annotation, Pack},
};

impl<'a> Linker<'a> {
    /// Records the routes that the annotations of a class declare.
    pub fn class_level_routes(&mut self, file: FileId, class: ScopeId, node: NodeId, pack: &'a Pack) {
        let Some(facts) = self.facts(file) else { return };
        let Some(scope) = facts.scope(class) else { return };
        let annotations = facts.list(scope.annotations).to_vec();
        for rule in pack.annotations.iter().filter(|rule| rule.on_class) {
            for annotation in &annotations {
                let found = self.annotation_of(file, facts, *annotation, &rule.names, pack);
                let Some((_, Some(call))) = found else { continue };
                if rule.operations.is_empty() {
                    let name = self.real_name(file, facts, *annotation);
                    self.class_level_route((file, class), node, pack, rule, &name, call);
                    continue;
                }
                let site = Site { file, call: Some(call), definition: Some(class) };
                let listed: Vec<ExprId> = self
                    .select(site, &rule.operations)
                    .into_iter()
                    .filter_map(|selected| selected.expr.filter(|(of, _)| *of == file))
                    .flat_map(|(_, list)| match facts.expr(list) {
                        Expr::List(items) => facts.list(items).to_vec(),
                        _ => Vec::new(),
                    })
                    .collect();
                for item in listed {
                    let inner = pack.annotations.iter().filter(|rule| rule.on_class);
                    for rule in inner.filter(|rule| rule.operations.is_empty()) {
                        let found = self.annotation_of(file, facts, item, &rule.names, pack);
                        if let Some((_, Some(call))) = found {
                            let name = self.real_name(file, facts, item);
                            self.class_level_route((file, class), node, pack, rule, &name, call);
                        }
                    }
                }
            }
        }
    }

    fn class_level_route(
        &mut self,
        (file, class): (FileId, ScopeId),
        node: NodeId,
        pack: &'a Pack,
        rule: &Annotation,
        name: &str,
        call: &Call,
    ) {
        let site = Site { file, call: Some(call), definition: Some(class) };
        let Some(handler) = self.class_level_handler(site, class, pack, rule) else { return };
        let Some(path) = self.select_path(site, &rule.path) else { return };
        let path = self.with_tokens(pack, file, class, path);
        let verbs = self.verbs(site, pack, &rule.verbs, name, &handler);
        self.graph.routes.push(Route { node, verbs, path, handler, file, span: call.name_span });
    }

    /// The class that the annotation names, the method that stands for its own class, or its
    /// own class.
    fn class_level_handler(
        &mut self,
        site: Site<'_>,
        class: ScopeId,
        pack: &'a Pack,
        rule: &Annotation,
    ) -> Option<Handler> {
        let facts = self.facts(site.file)?;
        let named = self.select(site, &rule.handler);
        if !named.is_empty() {
            return Some(self.handler_of(&named));
        }
        if rule.invoke.is_empty() {
            let name = facts.scope(class).map(|scope| facts.text(scope.name).to_owned())?;
            let last = name.rsplit('.').next().unwrap_or(&name).to_owned();
            return Some(Handler { name: last, definition: Some((site.file, class)) });
        }
        // Where methods have routes of their own, the class states what they stand behind.
        if self.has_routes(site.file, facts, class, pack) {
            return None;
        }
        match self.class_member(site.file, class, &rule.invoke) {
            Value::Function(file, method) => {
                Some(Handler { name: rule.invoke.clone(), definition: Some((file, method)) })
            }
            _ => None,
        }
    }
}
