//! Expressions.

use super::{Java, Writer};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{
        Arg, BindKind, BlockKind, CallFlags, Expr, ExprId, NewCall, NewScope, Param, ScopeFlags, ScopeKind,
        Span,
    },
    frontends::{
        literals::{block_text, unescape},
        nodes::{all, field, first, named, span},
        walker::Walker,
    },
};

impl Java<'_> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, node: Node<'_>) -> ExprId {
        let place = span(node);
        match node.kind() {
            "identifier" | "type_identifier" => {
                let text = self.write.source(node);
                self.write.facts.name(text, place)
            }
            "this" | "super" => self.write.facts.expr(Expr::SelfRef, place),
            "string_literal" => self.text(node),
            "character_literal" => {
                let text = unescape(self.write.source(node).trim_matches('\''));
                self.write.facts.str(&text, place)
            }
            "true" | "false" => self.write.facts.expr(Expr::Bool(node.kind() == "true"), place),
            "null_literal" => self.write.facts.expr(Expr::Null, place),
            kind if kind.ends_with("_literal") && kind != "class_literal" => {
                self.write.facts.expr(Expr::Num, place)
            }
            "class_literal" => match named(node).first() {
                Some(ty) => self.ty(*ty),
                None => self.write.nothing(node),
            },
            "field_access" => self.field_access(node),
            "scoped_identifier" | "scoped_type_identifier" => self.dotted(node),
            "method_invocation" => self.invocation(node),
            "explicit_constructor_invocation" => {
                for part in named(node) {
                    self.value(part);
                }
                self.write.nothing(node)
            }
            "object_creation_expression" => self.construction(node),
            "argument_list" => {
                let values: Vec<ExprId> = self.args(node).iter().map(|arg| arg.value).collect();
                self.write.facts.other(&values, place)
            }
            "array_access" => {
                let (Some(array), Some(index)) = (field(node, "array"), field(node, "index")) else {
                    return self.write.nothing(node);
                };
                let (array, index) = (self.value(array), self.value(index));
                self.write.facts.expr(Expr::Index(array, index), place)
            }
            "array_initializer" | "element_value_array_initializer" => {
                let values = self.values(node);
                self.write.facts.list(&values, place)
            }
            "annotation" | "marker_annotation" => self.annotation(node),
            "assignment_expression" => self.assignment(node),
            "binary_expression" => self.binary(node),
            "ternary_expression" => self.either(node),
            "parenthesized_expression" | "yield_statement" => self.inner(node),
            "cast_expression" | "array_creation_expression" => self.in_field(node, "value"),
            "instanceof_expression" => self.instance_of(node),
            "lambda_expression" => self.lambda(node),
            "method_reference" => self.reference(node),
            "switch_expression" => self.switch(node),
            "block" => {
                self.block(node);
                self.write.nothing(node)
            }
            _ => {
                let values = self.values(node);
                self.write.facts.other(&values, place)
            }
        }
    }

    fn text(&mut self, node: Node<'_>) -> ExprId {
        let source = self.write.source(node);
        let text = match source.strip_prefix("\"\"\"") {
            Some(rest) => block_text(rest.strip_suffix("\"\"\"").unwrap_or(rest)),
            None => {
                let inner = source.strip_prefix('"').unwrap_or(source);
                unescape(inner.strip_suffix('"').unwrap_or(inner))
            }
        };
        self.write.facts.str(&text, span(node))
    }

    fn field_access(&mut self, node: Node<'_>) -> ExprId {
        let (Some(object), Some(name)) = (field(node, "object"), field(node, "field")) else {
            return self.write.nothing(node);
        };
        // `Outer.this.x` is a field all the same.
        if name.kind() == "this" {
            return self.write.facts.expr(Expr::SelfRef, span(node));
        }
        let object = self.value(object);
        let text = self.write.source(name);
        self.write.facts.attr(object, text, span(node))
    }

    pub(super) fn args(&mut self, list: Node<'_>) -> Vec<Arg> {
        let mut args = Vec::new();
        for part in named(list) {
            let value = self.value(part);
            args.push(Writer::arg(value, part));
        }
        args
    }

    fn invocation(&mut self, node: Node<'_>) -> ExprId {
        let Some(name) = field(node, "name") else { return self.write.nothing(node) };
        let text = self.write.source(name);
        let callee = match field(node, "object") {
            Some(object) => {
                let start = span(object).start;
                let object = self.value(object);
                self.write.facts.attr(object, text, Span::new(start, span(name).end))
            }
            None => self.write.facts.name(text, span(name)),
        };
        let list = field(node, "arguments");
        let args = list.map(|list| self.args(list)).unwrap_or_default();
        let args_span = list.map_or(span(node), span);
        let (flags, name_span, span) = (CallFlags::NONE, span(name), span(node));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    fn construction(&mut self, node: Node<'_>) -> ExprId {
        let Some(ty) = field(node, "type") else { return self.write.nothing(node) };
        let callee = self.ty(ty);
        let list = field(node, "arguments");
        let args = list.map(|list| self.args(list)).unwrap_or_default();
        if let Some(body) = first(node, &["class_body"]) {
            let name = self.write.facts.intern("");
            let start = Span::new(span(body).start, span(body).start);
            let mut scope = NewScope::new(ScopeKind::Class, name, span(body), start, span(body));
            scope.bases = vec![callee];
            self.write.facts.enter_scope(scope);
            self.members(body);
            self.write.facts.leave_scope();
        }
        let args_span = list.map_or(span(node), span);
        let (flags, name_span, span) = (CallFlags::NEW, span(ty), span(node));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    /// `x instanceof Type name` names the object by its type.
    fn instance_of(&mut self, node: Node<'_>) -> ExprId {
        let left = field(node, "left").map(|left| self.value(left));
        let ty = field(node, "right").map(|ty| self.ty(ty));
        if let Some(name) = field(node, "name") {
            self.write.bind(BindKind::Assign, name, node, None, ty, &[]);
        }
        let parts: Vec<ExprId> = left.into_iter().collect();
        self.write.facts.other(&parts, span(node))
    }

    fn lambda(&mut self, node: Node<'_>) -> ExprId {
        let params: Vec<Param> = match field(node, "parameters") {
            Some(only) if only.kind() == "identifier" => {
                let text = self.write.source(only);
                vec![self.write.param(text, None, span(only))]
            }
            Some(list) => self.params(list),
            None => Vec::new(),
        };
        self.closure(node, field(node, "body"), params, ScopeFlags::NONE)
    }

    /// `Type::method`, `this::method`, `Type::new`.
    fn reference(&mut self, node: Node<'_>) -> ExprId {
        let parts = all(node);
        let (Some(object), Some(name)) = (parts.first(), parts.last()) else {
            return self.write.nothing(node);
        };
        let object = match object.kind() {
            "generic_type" | "array_type" => self.ty(*object),
            _ => self.value(*object),
        };
        if name.kind() == "new" {
            return object;
        }
        let text = self.write.source(*name);
        self.write.facts.attr(object, text, span(node))
    }

    /// One of the values of the arms.
    fn switch(&mut self, node: Node<'_>) -> ExprId {
        let head = field(node, "condition").map(|condition| self.value(condition));
        let mut options = Vec::new();
        for arm in field(node, "body").map(named).unwrap_or_default() {
            self.write.facts.enter_block(BlockKind::Branch, head, span(arm));
            for part in named(arm) {
                match part.kind() {
                    "switch_label" => {}
                    "expression_statement" if arm.kind() == "switch_rule" => {
                        options.extend(self.values(part).first().copied());
                    }
                    _ => self.statement(part),
                }
            }
            self.write.facts.leave_block();
        }
        self.write.facts.either(&options, span(node))
    }
}
