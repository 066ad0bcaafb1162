//! Classes, their members, annotations and types.

use super::Java;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{
        Arg, BindKind, CallFlags, Expr, ExprId, NewCall, NewScope, Param, ParamKind, ScopeFlags, ScopeKind,
    },
    frontends::{
        nodes::{all, end_of, field, first, in_field, named, parts, span, without_modifiers},
        walker::Walker,
    },
};

impl Java<'_> {
    /// A class, interface, enum, record or annotation type.
    pub(super) fn class(&mut self, node: Node<'_>) {
        let kind = match node.kind() {
            "interface_declaration" | "annotation_type_declaration" => ScopeKind::Interface,
            _ => ScopeKind::Class,
        };
        let Some(name) = field(node, "name") else { return };
        let annotations = self.annotations(node);
        let mut bases = Vec::new();
        for part in named(node) {
            if matches!(part.kind(), "superclass" | "super_interfaces" | "extends_interfaces") {
                self.types_in(part, &mut bases);
            }
        }
        let body = field(node, "body");
        let components = field(node, "parameters").map(|list| self.params(list)).unwrap_or_default();
        let text = self.write.source(name);
        let symbol = self.write.facts.intern(text);
        let place = body.map_or(end_of(node), span);
        let mut scope = NewScope::new(kind, symbol, without_modifiers(node), span(name), place);
        scope.flags = ScopeFlags::NONE.with_if(ScopeFlags::EXPORTED, self.is(node, "public"));
        scope.annotations = annotations;
        scope.bases = bases;
        self.write.facts.enter_scope(scope);
        // What a record is made of are its fields.
        self.write.fields_of(&components);
        if let Some(body) = body {
            self.members(body);
        }
        self.write.facts.leave_scope();
    }

    pub(super) fn members(&mut self, body: Node<'_>) {
        for member in parts(body) {
            match member.kind() {
                "field_declaration" | "constant_declaration" => self.fields(member, BindKind::Field),
                "method_declaration" | "constructor_declaration" | "compact_constructor_declaration" => {
                    self.method(member);
                }
                "annotation_type_element_declaration" => {
                    if let Some(name) = field(member, "name") {
                        let value = field(member, "value").map(|value| self.value(value));
                        let ty = field(member, "type").map(|ty| self.ty(ty));
                        self.write.bind(BindKind::Field, name, member, value, ty, &[]);
                    }
                }
                "enum_constant" => self.enum_constant(member),
                "enum_body_declarations" | "ERROR" => self.members(member),
                "static_initializer" => {
                    for block in named(member) {
                        self.statement(block);
                    }
                }
                _ => self.statement(member),
            }
        }
    }

    fn enum_constant(&mut self, node: Node<'_>) {
        let Some(name) = field(node, "name") else { return };
        let args = field(node, "arguments").map(|args| self.args(args)).unwrap_or_default();
        // The value of a constant is what it is constructed from, as far as it is one thing.
        let value = match args.as_slice() {
            [only] => Some(only.value),
            _ => None,
        };
        self.write.bind(BindKind::Field, name, node, value, None, &[]);
        if let Some(body) = field(node, "body") {
            self.members(body);
        }
    }

    pub(super) fn fields(&mut self, node: Node<'_>, kind: BindKind) {
        let annotations = self.annotations(node);
        let ty = field(node, "type").map(|ty| self.ty(ty));
        for declarator in in_field(node, "declarator") {
            let Some(name) = field(declarator, "name") else { continue };
            let value = field(declarator, "value").map(|value| self.value(value));
            self.write.bind(kind, name, declarator, value, ty, &annotations);
        }
    }

    /// A method or constructor.
    pub(super) fn method(&mut self, node: Node<'_>) {
        let annotations = self.annotations(node);
        let Some(name) = field(node, "name") else { return };
        let is_constructor = node.kind() != "method_declaration";
        let text = if is_constructor { "constructor" } else { self.write.source(name) };
        let return_type = field(node, "type").filter(|ty| ty.kind() != "void_type").map(|ty| self.ty(ty));
        let params = field(node, "parameters").map(|list| self.params(list)).unwrap_or_default();
        let body = field(node, "body");
        let symbol = self.write.facts.intern(text);
        let place = body.map_or(end_of(node), span);
        let mut scope =
            NewScope::new(ScopeKind::Function, symbol, without_modifiers(node), span(name), place);
        scope.flags = ScopeFlags::NONE
            .with_if(ScopeFlags::STATIC, self.is(node, "static"))
            .with_if(ScopeFlags::EXPORTED, self.is(node, "public"))
            .with_if(ScopeFlags::ABSTRACT, body.is_none());
        scope.annotations = annotations;
        scope.return_type = return_type;
        let scope = self.write.facts.enter_scope(scope);
        self.write.facts.set_params(scope, params);
        if let Some(body) = body {
            self.block(body);
        }
        self.write.facts.leave_scope();
    }

    /// The parameters of a method, record or lambda.
    pub(super) fn params(&mut self, list: Node<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        for node in named(list) {
            match node.kind() {
                "formal_parameter" => {
                    let Some(name) = field(node, "name") else { continue };
                    let annotations = self.annotations(node);
                    let ty = field(node, "type").map(|ty| self.ty(ty));
                    let text = self.write.source(name);
                    let mut param = self.write.param(text, ty, span(node));
                    param.annotations = self.write.facts.list_of(&annotations);
                    params.push(param);
                }
                "spread_parameter" => {
                    let name = first(node, &["variable_declarator"]).and_then(|node| field(node, "name"));
                    let Some(name) = name else { continue };
                    let text = self.write.source(name);
                    let mut param = self.write.param(text, None, span(node));
                    param.kind = ParamKind::Rest;
                    params.push(param);
                }
                "identifier" => {
                    let text = self.write.source(node);
                    params.push(self.write.param(text, None, span(node)));
                }
                _ => {}
            }
        }
        params
    }

    /// Whether a modifier stands before a declaration.
    pub(super) fn is(&self, node: Node<'_>, modifier: &str) -> bool {
        first(node, &["modifiers"]).is_some_and(|list| all(list).iter().any(|part| part.kind() == modifier))
    }

    /// The annotations before a declaration.
    pub(super) fn annotations(&mut self, node: Node<'_>) -> Vec<ExprId> {
        let Some(modifiers) = first(node, &["modifiers"]) else { return Vec::new() };
        let found = named(modifiers);
        found.into_iter().map(|annotation| self.annotation(annotation)).collect()
    }

    /// `@Name` or `@Name(arguments)`.
    pub(super) fn annotation(&mut self, node: Node<'_>) -> ExprId {
        let Some(name) = field(node, "name") else { return self.write.nothing(node) };
        let callee = self.dotted(name);
        let Some(list) = field(node, "arguments") else { return callee };
        let mut args: Vec<Arg> = Vec::new();
        for part in named(list) {
            let pair = field(part, "key").zip(field(part, "value")).filter(|_| part.kind().ends_with("pair"));
            let arg = match pair {
                Some((key, value)) => {
                    let value = self.value(value);
                    let key = self.write.source(key);
                    self.write.named_arg(key, value, part)
                }
                None => {
                    let value = self.value(part);
                    super::Writer::arg(value, part)
                }
            };
            args.push(arg);
        }
        let name_span = self.write.last_segment(callee);
        let flags = CallFlags::ANNOTATION;
        let (span, args_span) = (span(node), span(list));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    pub(super) fn dotted(&mut self, node: Node<'_>) -> ExprId {
        let text = self.plain(node);
        self.write.path(&text, span(node))
    }

    fn types_in(&mut self, node: Node<'_>, found: &mut Vec<ExprId>) {
        for part in named(node) {
            if part.kind() == "type_list" {
                self.types_in(part, found);
            } else {
                found.push(self.ty(part));
            }
        }
    }

    /// A type.
    pub(super) fn ty(&mut self, node: Node<'_>) -> ExprId {
        match node.kind() {
            "generic_type" => {
                let mut parts = named(node).into_iter();
                let Some(base) = parts.next() else { return self.write.nothing(node) };
                let base = self.ty(base);
                let mut arguments = Vec::new();
                if let Some(list) = parts.next() {
                    for argument in named(list) {
                        arguments.push(self.ty(argument));
                    }
                }
                let key = self.write.facts.list(&arguments, span(node));
                self.write.facts.expr(Expr::Index(base, key), span(node))
            }
            "array_type" => {
                let Some(element) = field(node, "element") else { return self.write.nothing(node) };
                let element = self.ty(element);
                let base = self.write.facts.name("Array", span(node));
                let key = self.write.facts.list(&[element], span(node));
                self.write.facts.expr(Expr::Index(base, key), span(node))
            }
            "annotated_type" | "wildcard" => match named(node).into_iter().next_back() {
                Some(inner) => self.ty(inner),
                None => self.write.nothing(node),
            },
            "scoped_type_identifier" if !has_generic(node) => self.dotted(node),
            _ => {
                let text = self.write.source(node);
                self.write.facts.name(text, span(node))
            }
        }
    }
}

fn has_generic(node: Node<'_>) -> bool {
    named(node).iter().any(|part| part.kind() == "generic_type")
}
