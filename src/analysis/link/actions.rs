//! Routes that a base class gives: one for each action of a view set.

use super::{
    graph::{Handler, NodeId, Route},
    linker::Linker,
    path,
    project::FileId,
    value::Value,
};
use crate::{
    analysis::facts::{ScopeId, Span},
    knowledge::packs::{ClassAction, Pack},
};
use std::rc::Rc;

impl<'a> Linker<'a> {
    /// Records a route for each action of the handler class; false where it has none.
    pub fn action_routes(
        &mut self,
        node: NodeId,
        pack: &'a Pack,
        prefix: &[Rc<str>],
        handler: &Handler,
        place: (FileId, Span),
    ) -> bool {
        let Some((file, class)) = handler.definition else { return false };
        let mut known: Vec<&str> = Vec::new();
        for action in self.actions(file, class, pack) {
            let method = self.class_member(file, class, &action.method);
            let defined = matches!(method, Value::Function(..));
            if known.contains(&action.method.as_str()) || (action.defined && !defined) {
                continue;
            }
            known.push(&action.method);
            let definition = match method {
                Value::Function(file, scope) => Some((file, scope)),
                _ => handler.definition,
            };
            let whole =
                prefix.iter().map(|prefix| path::join_route(prefix, &action.path, true).into()).collect();
            self.graph.routes.push(Route {
                node,
                verbs: vec![action.verb.to_uppercase()],
                path: whole,
                handler: Handler { name: format!("{}.{}", handler.name, action.method), definition },
                file: place.0,
                span: place.1,
            });
        }
        !known.is_empty()
    }

    /// The actions that the rules for a class's bases list.
    fn actions(&mut self, file: FileId, class: ScopeId, pack: &'a Pack) -> Vec<&'a ClassAction> {
        let bases = self.foreign_bases(file, class);
        pack.classes
            .iter()
            .filter(|rule| bases.iter().any(|base| rule.base.iter().any(|pattern| pattern.matches(base))))
            .flat_map(|rule| &rule.actions)
            .collect()
    }
}
