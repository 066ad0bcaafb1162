//! Namespaces, `use`, and the whole names of classes.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{ExprId, NewScope, ScopeKind},
    frontends::nodes::{children, of_kind, span},
};

impl<'t> Walk<'t> {
    /// `namespace A\B;` holds for the rest of the file, `namespace A { }` for its body.
    pub(super) fn namespace(&mut self, node: Node<'t>) {
        if self.in_namespace {
            self.facts.leave_scope();
            self.in_namespace = false;
        }
        self.namespace = self.named(node, "name").trim_matches('\\').replace('\\', ".");
        let place = node.child_by_field_name("name").map_or_else(|| span(node), span);
        let rest = node.parent().map_or_else(|| span(node), span);
        if !self.namespace.is_empty() {
            let package = self.namespace.clone();
            self.facts.set_package(&package);
            let name = self.facts.intern(&package);
            let scope = NewScope::new(ScopeKind::Namespace, name, rest, place, rest);
            self.facts.enter_scope(scope);
            self.in_namespace = true;
        }
        if let Some(body) = node.child_by_field_name("body") {
            for child in children(body) {
                self.statement(child);
            }
            if self.in_namespace {
                self.facts.leave_scope();
                self.in_namespace = false;
            }
            self.namespace.clear();
        }
    }

    /// `use A\B as C;`, `use A\{B, C};`; functions and constants too.
    pub(super) fn uses(&mut self, node: Node<'t>) {
        let prefix = of_kind(node, "namespace_name").map_or("", |name| self.source(name));
        let group = of_kind(node, "namespace_use_group");
        let clauses = children(group.unwrap_or(node));
        for clause in clauses
            .into_iter()
            .filter(|clause| matches!(clause.kind(), "namespace_use_clause" | "namespace_use_group_clause"))
        {
            let written = self.source(clause);
            let (path, alias) = match written.split_once(" as ") {
                Some((path, alias)) => (path.trim(), Some(alias.trim())),
                None => (written.trim(), None),
            };
            let path = path.trim_start_matches("function ").trim_start_matches("const ").trim();
            let whole = match group {
                Some(_) => format!("{}\\{path}", prefix.trim_matches('\\')),
                None => path.trim_start_matches('\\').to_owned(),
            };
            let (module, last) = whole.rsplit_once('\\').unwrap_or(("", &whole));
            let alias = alias.unwrap_or(last);
            self.facts.import(module, Some(last), Some(alias), span(node), span(clause));
            self.uses.insert(alias.to_owned(), whole.replace('\\', "."));
        }
    }

    /// The whole dotted name of a class as this file writes it.
    pub(super) fn whole_name(&self, written: &str) -> String {
        let written = written.trim();
        if let Some(absolute) = written.strip_prefix('\\') {
            return absolute.replace('\\', ".");
        }
        let (first, rest) = written.split_once('\\').map_or((written, ""), |(a, b)| (a, b));
        let start = match self.uses.get(first) {
            Some(whole) => whole.clone(),
            None if self.namespace.is_empty() => first.to_owned(),
            None => format!("{}.{first}", self.namespace),
        };
        if rest.is_empty() { start } else { format!("{start}.{}", rest.replace('\\', ".")) }
    }

    /// A class as an expression: `self`, or its whole name.
    pub(super) fn class_name(&mut self, node: Node<'t>) -> ExprId {
        let written = self.source(node);
        match written {
            "self" | "static" => self.facts.expr(crate::analysis::facts::Expr::SelfRef, span(node)),
            _ => {
                let whole = self.whole_name(written);
                self.facts.name(&whole, span(node))
            }
        }
    }

    /// A type as an expression.
    pub(super) fn ty(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        match node.kind() {
            "union_type" | "intersection_type" | "disjunctive_normal_form_type" => {
                let options: Vec<ExprId> = children(node).into_iter().map(|ty| self.ty(ty)).collect();
                self.facts.either(&options, at)
            }
            "optional_type" | "named_type" | "type_list" => match children(node).into_iter().next() {
                Some(inner) => self.ty(inner),
                None => self.facts.other(&[], at),
            },
            "primitive_type" | "bottom_type" => {
                let name = self.source(node);
                self.facts.name(name, at)
            }
            _ => self.class_name(node),
        }
    }
}
