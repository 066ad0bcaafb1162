//! Routes that no line states: a controller's public methods below the names of the
//! controller and the method, where the application switches that on.

use super::{
    graph::{Handler, NodeId, Route},
    linker::Linker,
    project::FileId,
};
use crate::{
    analysis::facts::{FileFacts, ScopeFlags, ScopeId, ScopeKind},
    knowledge::packs::{Conventions, Pack},
};
use std::rc::Rc;

impl<'a> Linker<'a> {
    /// Gives the methods of a class the paths of the convention, where no annotation states
    /// another one.
    pub fn conventional_routes(&mut self, file: FileId, class: ScopeId, node: NodeId, pack: &'a Pack) {
        let Some(conventions) = &pack.conventions else { return };
        let Some(facts) = self.facts(file) else { return };
        let has_own = self.graph.get(node).is_some_and(|node| node.own.iter().any(|own| !own.is_empty()));
        if has_own
            || self.memos.class_prefixes.contains_key(&node)
            || self.is_annotated(file, facts, class, &conventions.unless)
            || !self.is_switched_on(conventions)
        {
            return;
        }
        let Some(prefix) = self.conventional_prefix(file, facts, class, conventions) else { return };
        let mut handled: Vec<ScopeId> = Vec::new();
        for route in &mut self.graph.routes {
            let Some((of, method)) = route.handler.definition else { continue };
            if of != file {
                continue;
            }
            handled.push(method);
            if route.node == node && route.path.iter().all(|path| path.is_empty()) {
                route.path = vec![conventional_path(facts, method, &prefix, conventions)];
            }
        }
        for (method, scope) in facts.scope_ids() {
            let is_action = scope.parent == Some(class)
                && scope.kind == ScopeKind::Function
                && scope.flags.has(ScopeFlags::EXPORTED)
                && !scope.flags.has(ScopeFlags::STATIC)
                && !scope.flags.has(ScopeFlags::ABSTRACT)
                && scope.return_type.is_some_and(|ty| returns(&facts.show(ty), conventions))
                && !handled.contains(&method)
                && !self.is_annotated(file, facts, method, &conventions.unless);
            if is_action {
                let name = facts.text(scope.name).to_owned();
                self.graph.routes.push(Route {
                    node,
                    verbs: vec!["ANY".to_owned()],
                    path: vec![conventional_path(facts, method, &prefix, conventions)],
                    handler: Handler { name, definition: Some((file, method)) },
                    file,
                    span: scope.name_span,
                });
            }
        }
    }

    /// Whether any file calls what switches the convention on.
    fn is_switched_on(&mut self, conventions: &Conventions) -> bool {
        if let Some(known) = self.memos.conventions {
            return known;
        }
        let found = (0..self.files.len()).filter_map(|index| u32::try_from(index).ok()).any(|index| {
            let file = FileId(index);
            self.facts(file).is_some_and(|facts| {
                facts.calls.iter().any(|call| {
                    let name = self.callee_name(file, call.callee);
                    name.is_some_and(|name| conventions.calls.iter().any(|known| known == name))
                })
            })
        });
        self.memos.conventions = Some(found);
        found
    }

    /// Area and controller; none for a class that is not named like one.
    fn conventional_prefix(
        &mut self,
        file: FileId,
        facts: &FileFacts,
        class: ScopeId,
        conventions: &Conventions,
    ) -> Option<Prefix> {
        let name = facts.text(facts.scope(class)?.name);
        let controller = name.strip_suffix(conventions.strip.as_str())?.to_owned();
        let site = super::select::Site { file, call: None, definition: Some(class) };
        let area = self.select_path(site, &conventions.area)?.first()?.to_string();
        Some(Prefix { area, controller })
    }
}

/// Whether a type, or one that it holds, has one of the names that answers have.
fn returns(ty: &str, conventions: &Conventions) -> bool {
    let mut words = ty.split(|c: char| !c.is_alphanumeric());
    words.any(|word| conventions.returns.iter().any(|ending| word.ends_with(ending.as_str())))
}

/// What stands before the name of a method.
struct Prefix {
    area: String,
    controller: String,
}

/// The shortest path that reaches a method: names that are the default are left out.
fn conventional_path(
    facts: &FileFacts,
    method: ScopeId,
    prefix: &Prefix,
    conventions: &Conventions,
) -> Rc<str> {
    let Some(scope) = facts.scope(method) else { return "".into() };
    let name = facts.text(scope.name);
    let action = name.strip_suffix("Async").filter(|short| !short.is_empty()).unwrap_or(name);
    let takes_item =
        facts.params(scope.params).iter().any(|param| facts.text(param.name) == conventions.item);
    let is_index = action == conventions.index;
    let mut path = String::new();
    for part in [prefix.area.as_str(), prefix.controller.as_str(), action] {
        let left_out = part.is_empty()
            || (!takes_item
                && is_index
                && (part == action || prefix.controller == conventions.home)
                && part != prefix.area);
        if !left_out {
            path.push('/');
            path.push_str(part);
        }
    }
    if takes_item {
        path.push_str(&format!("/{{{}}}", conventions.item));
    }
    path.into()
}
