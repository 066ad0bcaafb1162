//! New routers: the prefix and the children that their construction states, wherever it
//! stands, and lists of objects that are declared one by one.

use super::{
    graph::{MountEdge, NodeId},
    linker::Linker,
    project::FileId,
    select::Site,
    value::Value,
};
use crate::{
    analysis::facts::{Call, CallId, Expr, ExprId, FileFacts, ScopeId},
    knowledge::packs,
};
use std::rc::Rc;

impl Linker<'_> {
    /// Gives a new router its prefix and the children named in its constructor.
    pub fn make_router(
        &mut self,
        file: FileId,
        _facts: &FileFacts,
        call: &Call,
        node: NodeId,
        rule: &packs::Call,
    ) {
        let site = Site { file, call: Some(call), definition: None };
        let own = self.select_path(site, &rule.path);
        if let Some(node) = self.graph.get_mut(node) {
            node.app |= rule.app;
            if let Some(own) = own {
                node.own = own;
            }
        }
        if !rule.child.is_empty() {
            let children = self.select(site, &rule.child);
            self.mount_children(file, node, &children, rule, &["".into()]);
        }
        if !rule.table.is_empty() {
            self.serve_table(site, node, rule);
        }
        if !rule.parent.is_empty() {
            // The path is the router's own already.
            self.serve(site, node, &packs::Call { path: Vec::new(), ..rule.clone() });
        }
    }

    /// Lets the routers that a rule calls parents serve this one.
    pub fn serve(&mut self, site: Site<'_>, child: NodeId, rule: &packs::Call) {
        let prefix = self.select_path(site, &rule.path).unwrap_or_else(|| vec!["".into()]);
        let pack = self.graph.get(child).map_or(0, |node| node.pack);
        for selected in self.select(site, &rule.parent) {
            let parents = match &selected.value {
                Value::Class(..) => self.routers_in(&selected.value, pack),
                value => value.router().into_iter().collect(),
            };
            if let Some(parent) = parents.first().copied() {
                self.graph.mount(MountEdge { parent, child, prefix, over: rule.over });
                return;
            }
        }
    }

    /// The prefix that a constructor inside a function gets for one call of the function.
    pub fn own_prefix_in_frame(
        &mut self,
        file: FileId,
        made: CallId,
        frame: (FileId, ScopeId, Vec<Value>),
    ) -> Option<Vec<Rc<str>>> {
        if self.frames.len() >= 8 {
            return None;
        }
        let facts = self.facts(file)?;
        let call = facts.call(made)?;
        let target = self.expr(file, call.callee);
        let Value::External(path) = target else { return None };
        let rules = self.rules.calls(facts.lang, &path);
        let memos = std::mem::take(&mut self.memos);
        self.frames.push(frame);
        let site = Site { file, call: Some(call), definition: None };
        let own = rules.iter().find_map(|(_, rule)| self.select_path(site, &rule.path));
        self.frames.pop();
        self.memos = memos;
        own
    }

    /// The prefix that a router class states for itself by constructing its base.
    pub fn constructor_defaults(
        &mut self,
        made: (FileId, &Call),
        (file, class): (FileId, ScopeId),
        node: NodeId,
        rule: &packs::Call,
    ) {
        let (Some(facts), Some(from)) = (self.facts(file), self.facts(made.0)) else { return };
        let constructor = self.resolvers.of(facts.lang).constructor();
        let Value::Function(of, function) = self.class_member(file, class, constructor) else { return };
        let Some(facts) = self.facts(of) else { return };
        let base = facts.calls.iter().find(|call| {
            call.scope == function
                && matches!(facts.expr(call.callee), Expr::Attr(object, name)
                    if facts.text(name) == constructor && matches!(facts.expr(object), Expr::Call(_)))
        });
        let Some(call) = base else { return };
        let site = Site { file: of, call: Some(call), definition: None };
        let frame = self.frame(made.0, from, made.1, (of, function));
        let memos = std::mem::take(&mut self.memos);
        self.frames.push(frame);
        let own = self.select_path(site, &rule.path);
        self.frames.pop();
        self.memos = memos;
        if let Some(own) = own
            && let Some(node) = self.graph.get_mut(node)
            && node.own.iter().all(|own| own.is_empty())
        {
            node.own = own;
        }
    }

    /// The objects of the selected lists, each with its place.
    pub fn objects_in(
        &mut self,
        site: Site<'_>,
        selectors: &[packs::Selector],
    ) -> Vec<(Value, Option<(FileId, ExprId)>)> {
        let mut objects = Vec::new();
        let mut open: Vec<Value> =
            self.select(site, selectors).into_iter().map(|found| found.value).rev().collect();
        while let Some(value) = open.pop() {
            match value {
                Value::Map(file, map) => objects.push((Value::Map(file, map), Some((file, map)))),
                Value::List(values) | Value::Each(values) | Value::Any(values) if objects.len() < 1_000 => {
                    open.extend(values.iter().rev().cloned());
                }
                _ => {}
            }
        }
        objects
    }
}
