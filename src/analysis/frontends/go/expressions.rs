//! Expressions.

use super::{Walk, literals};
use crate::analysis::facts::{Arg, CallFlags, Entry, Expr, ExprId, NewCall, Span};
use crate::analysis::frontends::nodes::{children, span};
use crate::analysis::frontends::tree::Node;

impl<'t> Walk<'t> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        match node.kind() {
            "identifier" | "package_identifier" | "field_identifier" => self.identifier(node),
            "interpreted_string_literal" | "raw_string_literal" | "rune_literal" => {
                let text = literals::text(self.source(node));
                self.facts.str(&text, at)
            }
            "int_literal" | "float_literal" | "imaginary_literal" | "iota" => self.facts.expr(Expr::Num, at),
            "true" => self.facts.expr(Expr::Bool(true), at),
            "false" => self.facts.expr(Expr::Bool(false), at),
            "nil" => self.facts.expr(Expr::Null, at),
            "selector_expression" => {
                let object = self.field_expr(node, "operand");
                let field = self.named(node, "field");
                self.facts.attr(object, field, at)
            }
            "call_expression" => self.call(node),
            "type_conversion_expression" => {
                let callee_node = node.child_by_field_name("type");
                let callee = match callee_node {
                    Some(ty) => self.ty(ty),
                    None => self.facts.other(&[], at),
                };
                let place = callee_node.map_or(at, span);
                let args = self.args(node.child_by_field_name("operand").into_iter().collect());
                self.new_call(callee, args, CallFlags::NONE, at, place, at)
            }
            "composite_literal" => self.composite(node),
            "func_literal" => {
                let scope = self.lambda(node);
                self.facts.expr(Expr::Fun(scope), at)
            }
            "parenthesized_expression" | "expression_list" | "literal_element" => {
                match children(node).first() {
                    Some(inner) => self.expr(*inner),
                    None => self.facts.other(&[], at),
                }
            }
            "literal_value" => self.untyped_literal(node),
            "unary_expression" => {
                let value = self.field_expr(node, "operand");
                match (self.named(node, "operator"), self.facts.peek(value)) {
                    ("&" | "*", _) | ("-" | "+", Expr::Num) => value,
                    _ => self.facts.other(&[value], at),
                }
            }
            "binary_expression" => self.binary(node),
            "index_expression" => {
                let object = self.field_expr(node, "operand");
                let key = self.field_expr(node, "index");
                self.facts.expr(Expr::Index(object, key), at)
            }
            "slice_expression" => {
                let object = self.field_expr(node, "operand");
                self.facts.other(&[object], at)
            }
            // `x.(T)` is x, as a T.
            "type_assertion_expression" => self.field_expr(node, "operand"),
            "variadic_argument" => match children(node).into_iter().next() {
                Some(inner) => self.expr(inner),
                None => self.facts.other(&[], at),
            },
            "slice_type"
            | "array_type"
            | "map_type"
            | "pointer_type"
            | "channel_type"
            | "function_type"
            | "qualified_type"
            | "generic_type"
            | "type_identifier"
            | "interface_type"
            | "struct_type"
            | "implicit_length_array_type" => self.ty(node),
            "type_instantiation_expression" => match node.child_by_field_name("type") {
                Some(ty) => self.ty(ty),
                None => self.facts.other(&[], at),
            },
            _ => {
                let parts = self.exprs(children(node));
                self.facts.other(&parts, at)
            }
        }
    }

    pub(super) fn field_expr(&mut self, node: Node<'t>, field: &str) -> ExprId {
        match node.child_by_field_name(field) {
            Some(child) => self.expr(child),
            None => self.facts.other(&[], span(node)),
        }
    }

    fn identifier(&mut self, node: Node<'_>) -> ExprId {
        let name = self.source(node);
        match name {
            "" => self.facts.other(&[], span(node)),
            _ if self.receivers.last() == Some(&name) => self.facts.expr(Expr::SelfRef, span(node)),
            _ => self.facts.name(name, span(node)),
        }
    }

    fn call(&mut self, node: Node<'t>) -> ExprId {
        let Some(function) = node.child_by_field_name("function") else {
            return self.facts.other(&[], span(node));
        };
        let callee = self.expr(function);
        let name = match function.kind() {
            "selector_expression" => function.child_by_field_name("field").unwrap_or(function),
            _ => function,
        };
        let list = node.child_by_field_name("arguments");
        let args = self.args(list.map_or_else(Vec::new, children));
        let args_span = list.map_or_else(|| span(node), span);
        self.new_call(callee, args, CallFlags::NONE, span(node), span(name), args_span)
    }

    fn new_call(
        &mut self,
        callee: ExprId,
        args: Vec<Arg>,
        flags: CallFlags,
        at: Span,
        name_span: Span,
        args_span: Span,
    ) -> ExprId {
        self.facts.call(NewCall { callee, args, flags, span: at, name_span, args_span })
    }

    fn args(&mut self, nodes: Vec<Node<'t>>) -> Vec<Arg> {
        let mut args = Vec::with_capacity(nodes.len());
        for node in nodes {
            let spread = node.kind() == "variadic_argument";
            let value = self.expr(node);
            args.push(Arg { name: None, value, spread, start: span(node).start });
        }
        args
    }

    /// `T{...}`: a construction, a list or a map, as its type says.
    fn composite(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let (Some(ty), Some(body)) = (node.child_by_field_name("type"), node.child_by_field_name("body"))
        else {
            return self.facts.other(&[], at);
        };
        match ty.kind() {
            "map_type" => self.entries(body),
            "slice_type" | "array_type" | "implicit_length_array_type" => {
                let items: Vec<Node<'t>> = children(body)
                    .into_iter()
                    .map(|item| match item.kind() {
                        // `[...]T{2: x}`
                        "keyed_element" => item.child_by_field_name("value").unwrap_or(item),
                        _ => item,
                    })
                    .collect();
                let items = self.exprs(items);
                self.facts.list(&items, at)
            }
            "struct_type" => self.entries(body),
            _ => {
                let callee = self.ty(ty);
                let mut args = Vec::new();
                for item in children(body) {
                    let (name, value) = match item.kind() {
                        "keyed_element" => {
                            let key = item.child_by_field_name("key").map(|key| self.source(key));
                            (key.map(|key| self.facts.intern(key)), self.field_expr(item, "value"))
                        }
                        _ => (None, self.expr(item)),
                    };
                    args.push(Arg { name, value, spread: false, start: span(item).start });
                }
                let place = match ty.kind() {
                    "qualified_type" => ty.child_by_field_name("name").map_or_else(|| span(ty), span),
                    _ => span(ty),
                };
                self.new_call(callee, args, CallFlags::NEW, at, place, span(body))
            }
        }
    }

    /// `{...}` inside another literal: what it makes is only said by the type around.
    fn untyped_literal(&mut self, node: Node<'t>) -> ExprId {
        let keyed = children(node).into_iter().any(|item| item.kind() == "keyed_element");
        if keyed {
            return self.entries(node);
        }
        let items = self.exprs(children(node));
        self.facts.list(&items, span(node))
    }

    /// Keys and values; a bare name as key is a field.
    fn entries(&mut self, body: Node<'t>) -> ExprId {
        let mut entries = Vec::new();
        for item in children(body) {
            match item.kind() {
                "keyed_element" => {
                    let key = item.child_by_field_name("key").map(|key| self.key(key));
                    let value = self.field_expr(item, "value");
                    entries.push(Entry { key, value });
                }
                _ => {
                    self.expr(item);
                }
            }
        }
        self.facts.map(&entries, span(body))
    }

    fn key(&mut self, node: Node<'t>) -> ExprId {
        let inner = children(node).into_iter().next().unwrap_or(node);
        match inner.kind() {
            "identifier" => {
                let name = self.source(inner);
                self.facts.str(name, span(inner))
            }
            _ => self.expr(inner),
        }
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let left = self.field_expr(node, "left");
        let right = self.field_expr(node, "right");
        let at = span(node);
        if self.named(node, "operator") != "+" {
            return self.facts.other(&[left, right], at);
        }
        self.facts.joined(left, right, at)
    }
}
