//! Classes, functions, methods, properties, attributes.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{
        BindKind, CallFlags, ExprId, NewCall, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind,
        Span,
    },
    frontends::nodes::{children, end_of, of_kind, span},
};

impl<'t> Walk<'t> {
    /// A class, interface, trait or enum.
    pub(super) fn class(&mut self, node: Node<'t>) {
        let name = node.child_by_field_name("name");
        let mut bases = Vec::new();
        for clause in children(node) {
            if matches!(clause.kind(), "base_clause" | "class_interface_clause") {
                bases.extend(
                    children(clause).into_iter().map(|base| self.class_name(base)).collect::<Vec<_>>(),
                );
            }
        }
        let mut annotations = self.documented(node);
        annotations.extend(self.attributes(node));
        let body = node.child_by_field_name("body").or_else(|| of_kind(node, "declaration_list"));
        // Methods of a trait are those of the class that uses it.
        for used in body.into_iter().flat_map(children).filter(|child| child.kind() == "use_declaration") {
            bases.extend(
                children(used)
                    .into_iter()
                    .filter(|name| matches!(name.kind(), "name" | "qualified_name"))
                    .map(|name| self.class_name(name))
                    .collect::<Vec<_>>(),
            );
        }
        let kind =
            if node.kind() == "interface_declaration" { ScopeKind::Interface } else { ScopeKind::Class };
        let text = name.map_or("", |name| self.source(name));
        let sym = self.facts.intern(text);
        let start = Span::new(span(node).start, span(node).start);
        let place = body.map_or_else(|| end_of(node), span);
        let mut scope = NewScope::new(kind, sym, span(node), name.map_or(start, span), place);
        (scope.bases, scope.annotations) = (bases, annotations);
        scope.flags = ScopeFlags::EXPORTED;
        self.facts.enter_scope(scope);
        for member in body.into_iter().flat_map(children) {
            self.member(member);
        }
        self.facts.leave_scope();
    }

    fn member(&mut self, node: Node<'t>) {
        match node.kind() {
            "method_declaration" => self.function(node),
            "property_declaration" => {
                let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
                let annotations = self.attributes(node);
                for element in children(node).into_iter().filter(|child| child.kind() == "property_element") {
                    let value = element.child_by_field_name("default_value").map(|value| self.expr(value));
                    let name = element.child_by_field_name("name").unwrap_or(element);
                    self.field(name, ty, value, &annotations, node);
                }
            }
            "const_declaration" => self.constants(node),
            "enum_case" => {
                if let Some(name) = node.child_by_field_name("name") {
                    let value = node.child_by_field_name("value").map(|value| self.expr(value));
                    self.field(name, None, value, &[], node);
                }
            }
            _ => {}
        }
    }

    pub(super) fn constants(&mut self, node: Node<'t>) {
        for element in children(node).into_iter().filter(|child| child.kind() == "const_element") {
            let mut parts = children(element).into_iter();
            let (Some(name), value) = (parts.next(), parts.next()) else { continue };
            let value = value.map(|value| self.expr(value));
            self.field(name, None, value, &[], node);
        }
    }

    fn field(
        &mut self,
        name: Node<'_>,
        ty: Option<ExprId>,
        value: Option<ExprId>,
        annotations: &[ExprId],
        whole: Node<'_>,
    ) {
        let text = self.source(name).trim_start_matches('$');
        let bind = self.facts.bind(BindKind::Field, text, value, span(whole), span(name));
        let annotations = self.facts.list_of(annotations);
        self.facts.edit_bind(bind, |bind| (bind.ty, bind.annotations) = (ty, annotations));
    }

    /// A function or method with its body.
    pub(super) fn function(&mut self, node: Node<'t>) {
        let Some(name) = node.child_by_field_name("name") else { return };
        let mut annotations = self.documented(node);
        annotations.extend(self.attributes(node));
        let return_type = node.child_by_field_name("return_type").map(|ty| self.ty(ty));
        let params = self.params(node.child_by_field_name("parameters"), true);
        let sym = self.facts.intern(self.text.get(name.byte_range()).unwrap_or_default());
        let body = node.child_by_field_name("body");
        let place = body.map_or_else(|| end_of(node), span);
        let mut scope = NewScope::new(ScopeKind::Function, sym, span(node), span(name), place);
        let is_static = of_kind(node, "static_modifier").is_some();
        scope.flags = ScopeFlags::EXPORTED
            .with_if(ScopeFlags::STATIC, is_static)
            .with_if(ScopeFlags::ABSTRACT, body.is_none());
        (scope.annotations, scope.return_type) = (annotations, return_type);
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        if let Some(body) = body {
            self.statement(body);
        }
        self.facts.leave_scope();
    }

    /// A closure or arrow function as a scope.
    pub(super) fn closure(&mut self, node: Node<'t>) -> ScopeId {
        let return_type = node.child_by_field_name("return_type").map(|ty| self.ty(ty));
        let params = self.params(node.child_by_field_name("parameters"), false);
        let none = self.facts.intern("");
        let body = node.child_by_field_name("body");
        let start = Span::new(span(node).start, span(node).start);
        let place = body.map_or_else(|| end_of(node), span);
        let mut scope = NewScope::new(ScopeKind::Lambda, none, span(node), start, place);
        scope.return_type = return_type;
        let scope = self.facts.enter_scope(scope);
        self.facts.set_params(scope, params);
        match body {
            Some(body) if body.kind() == "compound_statement" => self.statement(body),
            Some(body) => {
                let value = self.expr(body);
                self.facts.ret(value, span(body));
            }
            None => {}
        }
        self.facts.leave_scope();
        scope
    }

    fn params(&mut self, list: Option<Node<'t>>, in_class: bool) -> Vec<Param> {
        let mut params = Vec::new();
        for node in list.into_iter().flat_map(children) {
            let kind = match node.kind() {
                "simple_parameter" | "property_promotion_parameter" => ParamKind::Plain,
                "variadic_parameter" => ParamKind::Rest,
                _ => continue,
            };
            let ty = node.child_by_field_name("type").map(|ty| self.ty(ty));
            let default = node.child_by_field_name("default_value").map(|value| self.expr(value));
            let annotations = self.attributes(node);
            let Some(name) = node.child_by_field_name("name") else { continue };
            if node.kind() == "property_promotion_parameter" && in_class {
                self.field(name, ty, None, &annotations, node);
            }
            let text = self.source(name).trim_start_matches('&').trim_start_matches("...");
            params.push(Param {
                name: self.facts.intern(text),
                kind,
                ty,
                default,
                annotations: self.facts.list_of(&annotations),
                fields: self.facts.names(&[]),
                span: span(node),
            });
        }
        params
    }

    /// `#[A, B('x')]`: a name without arguments, a call with them.
    fn attributes(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut found = Vec::new();
        let Some(list) = node.child_by_field_name("attributes") else { return found };
        for attribute in
            children(list).into_iter().flat_map(children).filter(|child| child.kind() == "attribute")
        {
            let Some(name) = children(attribute).into_iter().next() else { continue };
            let callee = self.class_name(name);
            let list = attribute.child_by_field_name("parameters");
            let Some(list) = list else {
                found.push(callee);
                continue;
            };
            let args = self.args(Some(list));
            found.push(self.facts.call(NewCall {
                callee,
                args,
                flags: CallFlags::ANNOTATION,
                span: span(attribute),
                name_span: span(name),
                args_span: span(list),
            }));
        }
        found
    }
}
