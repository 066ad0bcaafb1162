//! Routes inside blocks: a call without a receiver acts on the router whose block it
//! stands in, and what a block says about controllers holds for what is inside.

use super::{
    graph::{NodeId, NodeKey},
    linker::Linker,
    named::name_of,
    names::{camel, fill_item},
    project::FileId,
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, Expr, FileFacts, ScopeId, ScopeKind},
    knowledge::packs,
};
use std::rc::Rc;

/// What a block says about the routes inside.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Context {
    /// Namespaces of handler classes, outermost first.
    pub modules: Vec<String>,
    /// The class or text that names the handler class.
    pub controller: Option<Value>,
    /// The routers of the resource itself, where the block is that of one of its items.
    pub base: Vec<NodeId>,
    /// The parameter of the resource's items, where it is stated.
    pub param: Option<String>,
    /// Where items of nested resources are served without what is around them.
    pub shallow: Option<NodeId>,
}

impl Linker<'_> {
    /// The router of a pack whose block a call stands in; the file's own one outside.
    pub fn around(&mut self, file: FileId, facts: &FileFacts, call: &Call, pack: u16) -> Option<NodeId> {
        let scopes: Vec<(ScopeId, ScopeKind)> =
            facts.scopes_around(call.scope).map(|(id, scope)| (id, scope.kind)).collect();
        for (scope, kind) in scopes {
            match kind {
                ScopeKind::Lambda => {
                    let Some((outer, _)) = self.index(file).and_then(|index| index.taken_by(scope)) else {
                        continue;
                    };
                    self.call(file, outer);
                    let node = self.graph.find(NodeKey::Call(file, outer));
                    let found =
                        node.filter(|node| self.graph.get(*node).is_some_and(|node| node.pack == pack));
                    if found.is_some() {
                        return found;
                    }
                }
                ScopeKind::Class => {
                    if let Some(node) = self.class_router(file, scope, pack) {
                        return Some(node);
                    }
                }
                ScopeKind::Function | ScopeKind::Module | ScopeKind::Namespace | ScopeKind::Interface => {}
            }
        }
        self.file_router(file, facts, pack)
    }

    /// The router of a file whose calls outside any block are routes.
    fn file_router(&mut self, file: FileId, facts: &FileFacts, position: u16) -> Option<NodeId> {
        let pack = self.rules.pack(position)?;
        let by_path =
            pack.route_files.iter().any(|glob| crate::analysis::glob::Glob::new(glob).is_match(&facts.path));
        let by_import = facts.imports.iter().any(|import| {
            let module = facts.text(import.module);
            pack.route_imports.iter().any(|known| known == module)
        });
        if !(by_path || by_import) {
            return None;
        }
        let node = self.graph.node(NodeKey::Collection(file, position), position);
        if let Some(node) = self.graph.get_mut(node) {
            node.app = true;
        }
        Some(node)
    }

    /// Whether the conditions of a rule hold for a call.
    pub fn holds(&mut self, site: Site<'_>, rule: &packs::Call) -> bool {
        if rule.only.is_empty() {
            return true;
        }
        let facts = self.facts(site.file);
        self.select(site, &rule.only).iter().any(|selected| {
            let flag = selected.expr.and_then(|(_, expr)| match facts?.expr(expr) {
                Expr::Bool(true) => Some("true"),
                Expr::Bool(false) => Some("false"),
                _ => None,
            });
            let text = match &selected.value {
                Value::External(path) => path,
                Value::Text(text) => text,
                _ => flag.unwrap_or_default(),
            };
            rule.is.iter().any(|pattern| pattern.matches(text))
        })
    }

    /// The context of a new router inside another one.
    pub fn enter(&mut self, site: Site<'_>, parent: Option<NodeId>, child: NodeId, rule: &packs::Call) {
        let mut context = parent
            .and_then(|parent| self.graph.get(parent))
            .map_or_else(Context::default, |node| node.context.clone());
        let modules = self.select(site, &rule.module);
        if let Some(text) = modules.iter().find_map(|selected| name_of(&selected.value)) {
            let form = self.graph.get(child).and_then(|node| self.rules.pack(node.pack));
            let camels = form.and_then(|pack| pack.handlers.as_ref()).is_some_and(|handlers| handlers.camel);
            context.modules.extend(
                text.split(['/', '.'])
                    .filter(|part| !part.is_empty())
                    .map(|part| if camels { camel(part) } else { part.to_owned() }),
            );
        }
        let controller = self.select(site, &rule.controller).into_iter().map(|selected| selected.value);
        if let Some(controller) = controller.into_iter().find(|value| !value.is_unknown()) {
            context.controller = Some(controller);
        }
        if !rule.shallow.is_empty() && !self.select(site, &rule.shallow).is_empty() {
            context.shallow = context.shallow.or(parent);
        }
        if let Some(child) = self.graph.get_mut(child) {
            child.context = context;
        }
    }

    /// The routers that a rule acts on: those of the resource where it says so.
    pub fn targets(&self, node: NodeId, rule: &packs::Call) -> Vec<NodeId> {
        let base = self.graph.get(node).map(|node| node.context.base.clone()).unwrap_or_default();
        if rule.resource && !base.is_empty() { base } else { vec![node] }
    }

    /// The paths of a rule that acts on a resource: `{id}` is the parameter of its items.
    pub fn below_item(&self, node: NodeId, rule: &packs::Call, paths: Vec<Rc<str>>) -> Vec<Rc<str>> {
        if !rule.resource && rule.item.is_empty() {
            return paths;
        }
        let param = self.graph.get(node).and_then(|node| node.context.param.as_deref());
        let item = fill_item(&rule.item, param, "");
        let filled = |path: &Rc<str>| super::path::join(&item, &fill_item(path, param, "")).into();
        paths.iter().map(filled).collect()
    }
}
