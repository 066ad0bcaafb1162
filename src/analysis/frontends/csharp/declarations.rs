//! Classes and their members.

use super::CSharp;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{BindKind, CallFlags, ExprId, NewCall, NewScope, Param, ParamKind, ScopeFlags, ScopeKind, Span},
    frontends::{
        nodes::{end_of, field, first, named, parts, span},
        walker::Walker,
    },
};

impl CSharp<'_> {
    /// A class, record, struct, interface or enum.
    pub(super) fn class(&mut self, node: Node<'_>) {
        let Some(name) = field(node, "name") else { return };
        let kind = match node.kind() {
            "interface_declaration" => ScopeKind::Interface,
            _ => ScopeKind::Class,
        };
        let annotations = self.attributes(node);
        let bases = self.bases(node);
        let params = first(node, &["parameter_list"]).map(|list| self.params(list)).unwrap_or_default();
        let body = field(node, "body");
        let text = self.plain(name);
        let symbol = self.write.facts.intern(&text);
        let place = body.map_or(end_of(node), span);
        let mut scope = NewScope::new(kind, symbol, declared(node), span(name), place);
        scope.flags = ScopeFlags::NONE
            .with_if(ScopeFlags::EXPORTED, self.is(node, "public"))
            .with_if(ScopeFlags::ABSTRACT, self.is(node, "abstract"));
        scope.annotations = annotations;
        scope.bases = bases;
        self.write.facts.enter_scope(scope);
        self.write.fields_of(&params);
        if let Some(body) = body {
            self.members(body);
        }
        self.write.facts.leave_scope();
    }

    fn bases(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let mut bases = Vec::new();
        for part in first(node, &["base_list"]).map(named).unwrap_or_default() {
            match part.kind() {
                "argument_list" => {
                    self.args(part);
                }
                "primary_constructor_base_type" => {
                    if let Some(ty) = field(part, "type").or_else(|| named(part).into_iter().next()) {
                        let callee = self.ty(ty);
                        bases.push(callee);
                        self.base_call(callee, part);
                    }
                }
                _ => bases.push(self.ty(part)),
            }
        }
        bases
    }

    fn base_call(&mut self, callee: ExprId, node: Node<'_>) {
        let Some(list) = first(node, &["argument_list"]) else { return };
        let args = self.args(list);
        let name_span = self.write.facts.span_of(callee);
        let (span, args_span, flags) = (span(node), span(list), CallFlags::NONE);
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span });
    }

    pub(super) fn members(&mut self, body: Node<'_>) {
        for member in parts(body) {
            match member.kind() {
                "field_declaration" | "event_field_declaration" => {
                    let annotations = self.attributes(member);
                    if let Some(list) = first(member, &["variable_declaration"]) {
                        self.variables(list, BindKind::Field, &annotations);
                    }
                }
                "property_declaration" => self.property(member),
                "enum_member_declaration" => {
                    if let Some(name) = field(member, "name") {
                        let annotations = self.attributes(member);
                        self.write.bind(BindKind::Field, name, member, None, None, &annotations);
                    }
                }
                "method_declaration"
                | "constructor_declaration"
                | "operator_declaration"
                | "conversion_operator_declaration"
                | "destructor_declaration" => self.method(member),
                kind if kind.starts_with("preproc") || kind == "ERROR" => self.members(member),
                _ => self.statement(member),
            }
        }
    }

    fn property(&mut self, node: Node<'_>) {
        let Some(name) = field(node, "name") else { return };
        let annotations = self.attributes(node);
        let ty = self.stated(field(node, "type"));
        let value = field(node, "value").map(|value| match value.kind() {
            "arrow_expression_clause" => self.inner(value),
            _ => self.value(value),
        });
        if let Some(accessors) = field(node, "accessors") {
            for accessor in named(accessors) {
                if let Some(body) = field(accessor, "body") {
                    self.body(body);
                }
            }
        }
        self.write.bind(BindKind::Field, name, node, value, ty, &annotations);
    }

    /// `Type a = 1, b`.
    pub(super) fn variables(&mut self, list: Node<'_>, kind: BindKind, annotations: &[ExprId]) {
        let ty = self.stated(field(list, "type"));
        for declarator in named(list).into_iter().filter(|part| part.kind() == "variable_declarator") {
            let Some(name) = field(declarator, "name") else { continue };
            let value = named(declarator).into_iter().next_back().filter(|last| last.id() != name.id());
            let value = value.map(|value| self.value_of(value, ty));
            self.write.bind(kind, name, declarator, value, ty, annotations);
        }
    }

    /// A value; `new(…)` constructs the declared type.
    fn value_of(&mut self, node: Node<'_>, ty: Option<ExprId>) -> ExprId {
        match ty.filter(|_| node.kind() == "implicit_object_creation_expression") {
            Some(ty) => self.construct(node, ty, span(node)),
            None => self.value(node),
        }
    }

    /// A method, constructor or local function.
    pub(super) fn method(&mut self, node: Node<'_>) {
        let annotations = self.attributes(node);
        let is_constructor = node.kind() == "constructor_declaration";
        let name = field(node, "name");
        let text = match name {
            Some(_) if is_constructor => "constructor".to_owned(),
            Some(name) => self.plain(name),
            None => String::new(),
        };
        let return_type = field(node, "returns").or_else(|| field(node, "type"));
        let return_type = self.stated(return_type);
        let params = field(node, "parameters").map(|list| self.params(list)).unwrap_or_default();
        let body = field(node, "body");
        let symbol = self.write.facts.intern(&text);
        let place = body.map_or(end_of(node), span);
        let start = Span::new(span(node).start, span(node).start);
        let mut scope =
            NewScope::new(ScopeKind::Function, symbol, declared(node), name.map_or(start, span), place);
        scope.flags = ScopeFlags::NONE
            .with_if(ScopeFlags::STATIC, self.is(node, "static"))
            .with_if(ScopeFlags::ASYNC, self.is(node, "async"))
            .with_if(ScopeFlags::EXPORTED, self.is(node, "public"))
            .with_if(ScopeFlags::ABSTRACT, body.is_none());
        scope.annotations = annotations;
        scope.return_type = return_type;
        let scope = self.write.facts.enter_scope(scope);
        self.write.facts.set_params(scope, params);
        if let Some(list) = first(node, &["constructor_initializer"]) {
            for part in named(list) {
                self.args(part);
            }
        }
        if let Some(body) = body {
            self.body(body);
        }
        self.write.facts.leave_scope();
    }

    /// A block, or `=> expression`.
    pub(super) fn body(&mut self, node: Node<'_>) {
        if node.kind() == "arrow_expression_clause" {
            let value = self.inner(node);
            self.write.facts.ret(value, span(node));
        } else {
            self.block(node);
        }
    }

    pub(super) fn params(&mut self, list: Node<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        for node in named(list) {
            if node.kind() == "identifier" {
                let text = self.plain(node);
                params.push(self.write.param(&text, None, span(node)));
                continue;
            }
            let Some(name) = field(node, "name") else { continue };
            let annotations = self.attributes(node);
            let ty = self.stated(field(node, "type"));
            let default = named(node)
                .into_iter()
                .next_back()
                .filter(|last| span(*last).start > span(name).start && last.kind() != "attribute_list");
            let default = default.map(|default| self.value(default));
            let text = self.plain(name);
            let mut param = self.write.param(&text, ty, span(node));
            param.default = default;
            param.annotations = self.write.facts.list_of(&annotations);
            if params.is_empty() && self.is(node, "this") {
                param.kind = ParamKind::Receiver;
            }
            params.push(param);
        }
        params
    }

    /// Whether a modifier stands before a declaration.
    pub(super) fn is(&self, node: Node<'_>, modifier: &str) -> bool {
        named(node).into_iter().any(|part| part.kind() == "modifier" && self.write.source(part) == modifier)
    }
}

/// The definition without what stands before it.
fn declared(node: Node<'_>) -> Span {
    let whole = span(node);
    let first = named(node).into_iter().find(|part| part.kind() != "attribute_list");
    Span::new(first.map_or(whole.start, |node| span(node).start), whole.end)
}
