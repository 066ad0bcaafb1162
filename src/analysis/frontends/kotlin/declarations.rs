//! Classes, functions and properties.

use super::{Kotlin, types::is_type};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{
        BindKind, CallFlags, Expr, ExprId, NewScope, Param, ParamKind, ScopeFlags, ScopeId, ScopeKind, Span,
    },
    frontends::nodes::{all, end_of, field, first, named, parts, span, without_modifiers},
};

impl Kotlin<'_> {
    /// A class, interface or object.
    pub(super) fn class(&mut self, node: Node<'_>) {
        let Some(name) = field(node, "name") else { return };
        let is_interface = all(node).iter().any(|part| part.kind() == "interface");
        let kind = if is_interface { ScopeKind::Interface } else { ScopeKind::Class };
        let annotations = self.annotations(node);
        let bases = self.bases(node);
        let fields = first(node, &["primary_constructor"]).map(|node| self.class_params(node));
        let body = first(node, &["class_body", "enum_class_body"]);
        let text = self.plain(name);
        let symbol = self.write.facts.intern(&text);
        let place = body.map_or(end_of(node), span);
        let mut scope = NewScope::new(kind, symbol, without_modifiers(node), span(name), place);
        scope.flags = ScopeFlags::EXPORTED
            .with_if(ScopeFlags::ABSTRACT, self.is(node, "abstract") || self.is(node, "sealed"));
        scope.annotations = annotations;
        scope.bases = bases;
        self.write.facts.enter_scope(scope);
        if let Some(params) = fields {
            self.write.fields_of(&params);
            self.constructor(node, params);
        }
        if let Some(body) = body {
            self.members(body);
        }
        self.write.facts.leave_scope();
    }

    fn constructor(&mut self, node: Node<'_>, params: Vec<Param>) {
        let name = self.write.facts.intern("constructor");
        let place = first(node, &["primary_constructor"]).map_or(end_of(node), span);
        let end = Span::new(place.end, place.end);
        let scope = NewScope::new(ScopeKind::Function, name, place, place, end);
        let scope = self.write.facts.enter_scope(scope);
        self.write.facts.set_params(scope, params);
        self.write.facts.leave_scope();
    }

    /// Base classes and interfaces, their constructor calls looked through.
    pub(super) fn bases(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let mut bases = Vec::new();
        for specifier in first(node, &["delegation_specifiers"]).map(named).unwrap_or_default() {
            for part in named(specifier) {
                match part.kind() {
                    "constructor_invocation" => {
                        self.invocation_of_type(part, CallFlags::NONE);
                        if let Some(ty) = named(part).into_iter().find(|part| is_type(*part)) {
                            bases.push(self.ty(ty));
                        }
                    }
                    "explicit_delegation" => {
                        if let Some(ty) = named(part).into_iter().find(|part| is_type(*part)) {
                            bases.push(self.ty(ty));
                        }
                    }
                    _ if is_type(part) => bases.push(self.ty(part)),
                    _ => {}
                }
            }
        }
        bases
    }

    pub(super) fn members(&mut self, body: Node<'_>) {
        for member in parts(body) {
            match member.kind() {
                "companion_object" => {
                    if let Some(body) = first(member, &["class_body"]) {
                        self.members(body);
                    }
                }
                "property_declaration" => self.property(member, BindKind::Field),
                "enum_entry" => self.enum_entry(member),
                "ERROR" => self.members(member),
                "secondary_constructor" => self.secondary(member),
                "anonymous_initializer" => {
                    for block in named(member) {
                        self.block(block);
                    }
                }
                _ => {
                    self.statement(member);
                }
            }
        }
    }

    fn enum_entry(&mut self, node: Node<'_>) {
        let Some(name) = first(node, &["identifier"]) else { return };
        let args = first(node, &["value_arguments"]).map(|list| self.args(list)).unwrap_or_default();
        let value = match args.as_slice() {
            [only] => Some(only.value),
            _ => None,
        };
        self.write.bind(BindKind::Field, name, node, value, None, &[]);
        if let Some(body) = first(node, &["class_body"]) {
            self.members(body);
        }
    }

    fn secondary(&mut self, node: Node<'_>) {
        let params = first(node, &["function_value_parameters"]).map(|list| self.params(list));
        let body = first(node, &["block"]);
        let name = self.write.facts.intern("constructor");
        let place = body.map_or(end_of(node), span);
        let start = Span::new(span(node).start, span(node).start);
        let scope = NewScope::new(ScopeKind::Function, name, span(node), start, place);
        let scope = self.write.facts.enter_scope(scope);
        self.write.facts.set_params(scope, params.unwrap_or_default());
        if let Some(body) = body {
            self.block(body);
        }
        self.write.facts.leave_scope();
    }

    /// A function, with the type it extends as its receiver.
    pub(super) fn function(&mut self, node: Node<'_>) -> Option<ScopeId> {
        let name = field(node, "name")?;
        let annotations = self.annotations(node);
        let mut params = Vec::new();
        let mut return_type = None;
        for part in named(node).into_iter().filter(|part| is_type(*part)) {
            let ty = self.ty(part);
            if span(part).start < span(name).start {
                let mut receiver = self.write.param("this", Some(ty), span(part));
                receiver.kind = ParamKind::Receiver;
                params.push(receiver);
            } else {
                return_type = Some(ty);
            }
        }
        if let Some(list) = first(node, &["function_value_parameters"]) {
            params.extend(self.params(list));
        }
        let body = first(node, &["function_body"]);
        let text = self.plain(name);
        let symbol = self.write.facts.intern(&text);
        let place = body.map_or(end_of(node), span);
        let mut scope =
            NewScope::new(ScopeKind::Function, symbol, without_modifiers(node), span(name), place);
        scope.flags = ScopeFlags::NONE
            .with_if(ScopeFlags::ASYNC, self.is(node, "suspend"))
            .with_if(ScopeFlags::EXPORTED, !self.is(node, "private"))
            .with_if(ScopeFlags::ABSTRACT, body.is_none());
        scope.annotations = annotations;
        scope.return_type = return_type;
        let scope = self.write.facts.enter_scope(scope);
        self.write.facts.set_params(scope, params);
        if let Some(body) = body {
            self.function_body(body);
        }
        self.write.facts.leave_scope();
        Some(scope)
    }

    /// A block, or `= expression`.
    pub(super) fn function_body(&mut self, body: Node<'_>) {
        for part in named(body) {
            if part.kind() == "block" {
                self.block(part);
            } else {
                let value = self.value(part);
                self.write.facts.ret(value, span(part));
            }
        }
    }

    pub(super) fn params(&mut self, list: Node<'_>) -> Vec<Param> {
        let mut params: Vec<Param> = Vec::new();
        let mut annotations = Vec::new();
        let mut is_default = false;
        for node in all(list) {
            match node.kind() {
                "parameter_modifiers" => {
                    for part in named(node).into_iter().filter(|part| part.kind() == "annotation") {
                        self.annotation(part, &mut annotations);
                    }
                }
                "parameter" => {
                    let Some(name) = first(node, &["identifier"]) else { continue };
                    let ty = named(node).into_iter().find(|part| is_type(*part)).map(|ty| self.ty(ty));
                    let text = self.plain(name);
                    let mut param = self.write.param(&text, ty, span(node));
                    param.annotations = self.write.facts.list_of(&annotations);
                    annotations.clear();
                    params.push(param);
                }
                "=" => is_default = true,
                "," => is_default = false,
                _ if node.is_named() && is_default => {
                    let value = self.value(node);
                    if let Some(param) = params.last_mut() {
                        param.default = Some(value);
                    }
                }
                _ => {}
            }
        }
        params
    }

    /// The parameters of a primary constructor.
    fn class_params(&mut self, node: Node<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        let Some(list) = first(node, &["class_parameters"]) else { return params };
        for node in named(list).into_iter().filter(|node| node.kind() == "class_parameter") {
            let Some(name) = first(node, &["identifier"]) else { continue };
            let annotations = self.annotations(node);
            let ty = named(node).into_iter().find(|part| is_type(*part)).map(|ty| self.ty(ty));
            let default = named(node)
                .into_iter()
                .next_back()
                .filter(|last| last.id() != name.id() && !is_type(*last) && last.kind() != "modifiers");
            let default = default.map(|default| self.value(default));
            let text = self.plain(name);
            let mut param = self.write.param(&text, ty, span(node));
            param.default = default;
            param.annotations = self.write.facts.list_of(&annotations);
            params.push(param);
        }
        params
    }

    /// `val name: Type = value`, `by delegate`, or with a getter.
    pub(super) fn property(&mut self, node: Node<'_>, kind: BindKind) {
        let annotations = self.annotations(node);
        let mut value = None;
        let mut is_value = false;
        for part in all(node) {
            match part.kind() {
                "=" => is_value = true,
                "property_delegate" => {
                    if let Some(inner) = named(part).first() {
                        value = Some(self.value(*inner));
                    }
                }
                "getter" => {
                    if let Some(body) = first(part, &["function_body"]) {
                        value = named(body)
                            .first()
                            .filter(|body| body.kind() != "block")
                            .map(|body| self.value(*body));
                    }
                }
                "setter" => {}
                _ if part.is_named() && is_value => {
                    value = Some(self.value(part));
                    is_value = false;
                }
                _ => {}
            }
        }
        let targets = first(node, &["variable_declaration", "multi_variable_declaration"]);
        let Some(targets) = targets else { return };
        self.targets(targets, kind, node, value, &annotations);
    }

    /// One name, or several that a value is taken apart into.
    pub(super) fn targets(
        &mut self,
        targets: Node<'_>,
        kind: BindKind,
        whole: Node<'_>,
        value: Option<ExprId>,
        annotations: &[ExprId],
    ) {
        if targets.kind() == "variable_declaration" {
            let Some(name) = first(targets, &["identifier"]) else { return };
            let ty = named(targets).into_iter().find(|part| is_type(*part)).map(|ty| self.ty(ty));
            self.write.bind(kind, name, whole, value, ty, annotations);
            return;
        }
        for (index, part) in named(targets).into_iter().enumerate() {
            let Some(name) = first(part, &["identifier"]) else { continue };
            let key = self.write.facts.str(&index.to_string(), span(part));
            let item = value.map(|value| self.write.facts.expr(Expr::Index(value, key), span(part)));
            self.write.bind(kind, name, whole, item, None, &[]);
        }
    }

    /// Whether a modifier stands before a declaration.
    pub(super) fn is(&self, node: Node<'_>, modifier: &str) -> bool {
        let Some(list) = first(node, &["modifiers"]) else { return false };
        named(list).into_iter().any(|part| self.write.source(part) == modifier)
    }
}
