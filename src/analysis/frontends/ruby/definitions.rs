//! Classes, modules, methods, blocks and their parameters.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{ExprId, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind, Span},
    frontends::nodes::{children, end_of, span},
};

impl<'t> Walk<'t> {
    /// `class A::B < C` and `module A`.
    pub(super) fn class(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let base = node.child_by_field_name("superclass").and_then(|base| children(base).into_iter().next());
        let body = node.child_by_field_name("body");
        let mixins = body.map(|body| self.mixins(body)).unwrap_or_default();
        let bases: Vec<ExprId> = base.into_iter().chain(mixins).map(|base| self.expr(base)).collect();
        let has_methods = body.is_some_and(|body| {
            children(body).iter().any(|child| matches!(child.kind(), "method" | "singleton_method"))
        });
        let kind = match node.kind() {
            "module" if !has_methods => ScopeKind::Namespace,
            _ => ScopeKind::Class,
        };
        let path = self.constant(name);
        let (outer, last) = path.rsplit_once('.').map_or((None, path.as_str()), |(a, b)| (Some(a), b));
        let place = body.map_or_else(|| end_of(node), span);
        if let Some(outer) = outer {
            self.open(ScopeKind::Namespace, outer, node, span(name), place, Vec::new());
        }
        self.open(kind, last, node, span(name), place, bases);
        if let Some(body) = body {
            self.body(body);
        }
        self.facts.leave_scope();
        if outer.is_some() {
            self.facts.leave_scope();
        }
    }

    /// The modules that `include` puts among the ancestors of a class.
    fn mixins(&self, body: Node<'t>) -> Vec<Node<'t>> {
        let is_include = |call: &Node<'_>| {
            call.kind() == "call"
                && call.child_by_field_name("receiver").is_none()
                && call.child_by_field_name("method").and_then(|name| self.text.get(name.byte_range()))
                    == Some("include")
        };
        let arguments = children(body).into_iter().filter(is_include);
        let arguments = arguments.filter_map(|call| call.child_by_field_name("arguments"));
        arguments
            .flat_map(children)
            .filter(|name| matches!(name.kind(), "constant" | "scope_resolution"))
            .collect()
    }

    fn open(
        &mut self,
        kind: ScopeKind,
        name: &str,
        node: Node<'_>,
        name_span: Span,
        body: Span,
        bases: Vec<ExprId>,
    ) -> ScopeId {
        let sym = self.facts.intern(name);
        let mut scope = NewScope::new(kind, sym, span(node), name_span, body);
        scope.bases = bases;
        scope.flags = ScopeFlags::EXPORTED;
        self.facts.enter_scope(scope)
    }

    /// `def name(...)` and `def self.name(...)`.
    pub(super) fn method(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let params = self.params(node.child_by_field_name("parameters"));
        let sym = self.facts.intern(self.text.get(name.byte_range()).unwrap_or_default());
        let body = node.child_by_field_name("body");
        let place = body.map_or_else(|| end_of(node), span);
        let mut scope = NewScope::new(ScopeKind::Function, sym, span(node), span(name), place);
        scope.flags = ScopeFlags::EXPORTED.with_if(ScopeFlags::STATIC, node.kind() == "singleton_method");
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        self.tail(body);
        self.facts.leave_scope();
    }

    /// A block or lambda as a scope.
    pub(super) fn block(&mut self, node: Node<'t>) -> ScopeId {
        let params = self.params(node.child_by_field_name("parameters"));
        let body = node.child_by_field_name("body");
        let none = self.facts.intern("");
        let start = Span::new(span(node).start, span(node).start);
        let place = body.map_or_else(|| end_of(node), span);
        let scope = NewScope::new(ScopeKind::Lambda, none, span(node), start, place);
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        match body {
            // `-> { ... }` has a block as its body.
            Some(body) if matches!(body.kind(), "block" | "do_block") => {
                self.tail(body.child_by_field_name("body"));
            }
            body => self.tail(body),
        }
        self.facts.leave_scope();
        scope
    }

    /// The statements of a body; the value of the last one is what it gives.
    fn tail(&mut self, body: Option<Node<'t>>) {
        let Some(body) = body else { return };
        let last = self.body(body);
        if let Some(value) = last {
            self.facts.ret(value, self.facts.span_of(value));
        }
    }

    fn params(&mut self, list: Option<Node<'t>>) -> Vec<Param> {
        let mut params = Vec::new();
        for node in list.into_iter().flat_map(children) {
            let kind = match node.kind() {
                "identifier" | "optional_parameter" | "destructured_parameter" => ParamKind::Plain,
                "keyword_parameter" => ParamKind::Keyword,
                "splat_parameter" => ParamKind::Rest,
                "hash_splat_parameter" => ParamKind::KeywordRest,
                "block_parameter" => ParamKind::Keyword,
                _ => continue,
            };
            let default = node.child_by_field_name("value").map(|value| self.expr(value));
            let name = match node.kind() {
                "identifier" => self.source(node),
                "destructured_parameter" => "",
                _ => self.named(node, "name"),
            };
            params.push(Param {
                name: self.facts.intern(name),
                kind,
                ty: None,
                default,
                annotations: self.facts.list_of(&[]),
                fields: self.facts.names(&[]),
                span: span(node),
            });
        }
        params
    }
}
