//! Expressions.

use super::{CSharp, Writer};
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, BindKind, CallFlags, Expr, ExprId, NewCall, ScopeFlags, Span},
    frontends::{
        literals::{block_text, unescape},
        nodes::{field, first, named, span},
        walker::Walker,
    },
};

impl CSharp<'_> {
    /// The value of an expression.
    pub(super) fn expression(&mut self, node: Node<'_>) -> ExprId {
        let place = span(node);
        match node.kind() {
            "identifier" => {
                let text = self.plain(node);
                self.write.facts.name(&text, place)
            }
            "this" | "base" | "this_expression" | "base_expression" => {
                self.write.facts.expr(Expr::SelfRef, place)
            }
            "string_literal" | "verbatim_string_literal" | "raw_string_literal" => self.text(node),
            "interpolated_string_expression" => self.interpolated(node),
            "character_literal" => {
                let text = unescape(self.write.source(node).trim_matches('\''));
                self.write.facts.str(&text, place)
            }
            "boolean_literal" => {
                let value = self.write.source(node) == "true";
                self.write.facts.expr(Expr::Bool(value), place)
            }
            "null_literal" => self.write.facts.expr(Expr::Null, place),
            "integer_literal" | "real_literal" => self.write.facts.expr(Expr::Num, place),
            "member_access_expression" => self.member(node),
            "conditional_access_expression" => self.conditional_access(node),
            "member_binding_expression" => self.binding(node),
            "invocation_expression" => self.invocation(node),
            "object_creation_expression" => match field(node, "type") {
                Some(ty) => {
                    let place = span(ty);
                    let ty = self.ty(ty);
                    self.construct(node, ty, place)
                }
                None => self.write.nothing(node),
            },
            "implicit_object_creation_expression" => {
                let unknown = self.write.nothing(node);
                self.construct(node, unknown, place)
            }
            "initializer_expression" | "collection_expression" => {
                let values = self.values(node);
                self.write.facts.list(&values, place)
            }
            "collection_element" | "expression_element" => match named(node).first() {
                Some(element) => self.value(*element),
                None => self.write.nothing(node),
            },
            "array_creation_expression" | "implicit_array_creation_expression" => {
                match first(node, &["initializer_expression"]) {
                    Some(list) => self.value(list),
                    None => self.write.nothing(node),
                }
            }
            "anonymous_object_creation_expression" => {
                let values = self.values(node);
                self.write.facts.other(&values, place)
            }
            "lambda_expression" | "anonymous_method_expression" => self.lambda(node),
            "assignment_expression" => self.assignment(node),
            "binary_expression" => self.binary(node),
            "conditional_expression" => self.either(node),
            "switch_expression" => self.switch(node),
            "element_access_expression" => {
                let (Some(object), Some(key)) = (field(node, "expression"), field(node, "subscript")) else {
                    return self.write.nothing(node);
                };
                let object = self.value(object);
                let key = self.args(key).first().map(|arg| arg.value);
                match key {
                    Some(key) => self.write.facts.expr(Expr::Index(object, key), place),
                    None => object,
                }
            }
            _ => self.wrapped(node),
        }
    }

    /// Expressions that stand around another one, names of types, and all the rest.
    fn wrapped(&mut self, node: Node<'_>) -> ExprId {
        let place = span(node);
        match node.kind() {
            "await_expression" => {
                let value = self.last(node);
                self.write.facts.flag_call(value, CallFlags::AWAITED);
                value
            }
            "throw_expression" => {
                let value = self.last(node);
                self.write.facts.flag_call(value, CallFlags::THROWN);
                self.write.nothing(node)
            }
            "parenthesized_expression"
            | "checked_expression"
            | "postfix_unary_expression"
            | "ref_expression"
            | "argument"
            | "expression_element"
            | "spread_element" => self.last(node),
            "cast_expression" => self.in_field(node, "value"),
            "as_expression" => self.in_field(node, "left"),
            "typeof_expression" => match field(node, "type") {
                Some(ty) => self.ty(ty),
                None => self.write.nothing(node),
            },
            "declaration_expression" | "declaration_pattern" => {
                let ty = self.stated(field(node, "type"));
                if let Some(name) = field(node, "name") {
                    self.write.bind(BindKind::Assign, name, node, None, ty, &[]);
                }
                self.write.nothing(node)
            }
            "generic_name"
            | "qualified_name"
            | "alias_qualified_name"
            | "predefined_type"
            | "nullable_type"
            | "array_type" => self.ty(node),
            "local_function_statement" | "local_declaration_statement" | "block" => {
                self.statement(node);
                self.write.nothing(node)
            }
            kind if kind.ends_with("_statement") => {
                self.statement(node);
                self.write.nothing(node)
            }
            _ => {
                let values = self.values(node);
                self.write.facts.other(&values, place)
            }
        }
    }

    fn last(&mut self, node: Node<'_>) -> ExprId {
        match named(node).into_iter().next_back() {
            Some(inner) => self.value(inner),
            None => self.write.nothing(node),
        }
    }

    fn text(&mut self, node: Node<'_>) -> ExprId {
        let source = self.write.source(node);
        let source = source.strip_suffix("u8").unwrap_or(source);
        let text = if let Some(rest) = source.strip_prefix('@') {
            rest.trim_matches('"').replace("\"\"", "\"")
        } else if source.starts_with("\"\"\"") {
            block_text(source.trim_matches('"'))
        } else {
            let inner = source.strip_prefix('"').unwrap_or(source);
            unescape(inner.strip_suffix('"').unwrap_or(inner))
        };
        self.write.facts.str(&text, span(node))
    }

    fn interpolated(&mut self, node: Node<'_>) -> ExprId {
        let mut parts = Vec::new();
        for part in named(node) {
            match part.kind() {
                "interpolation" => {
                    let value = match named(part)
                        .into_iter()
                        .find(|part| !part.kind().starts_with("interpolation"))
                    {
                        Some(inner) => self.value(inner),
                        None => self.write.nothing(part),
                    };
                    parts.push(value);
                }
                "string_content" | "string_literal_content" | "raw_string_content" | "escape_sequence" => {
                    let text = unescape(self.write.source(part)).replace("{{", "{").replace("}}", "}");
                    parts.push(self.write.facts.str(&text, span(part)));
                }
                _ => {}
            }
        }
        self.write.facts.tmpl(&parts, span(node))
    }

    /// The last identifier of a possibly generic name.
    fn short_name(&self, node: Node<'_>) -> String {
        let name = first(node, &["identifier"]).filter(|_| node.kind() == "generic_name").unwrap_or(node);
        self.plain(name)
    }

    fn member(&mut self, node: Node<'_>) -> ExprId {
        let (Some(object), Some(name)) = (field(node, "expression"), field(node, "name")) else {
            return self.write.nothing(node);
        };
        let start = span(object).start;
        let object = self.value(object);
        let text = self.short_name(name);
        let end = first(name, &["identifier"]).map_or(span(name), span).end;
        self.write.facts.attr(object, &text, Span::new(start, end))
    }

    /// `a?.b`: what follows is a member of `a`.
    fn conditional_access(&mut self, node: Node<'_>) -> ExprId {
        let Some(condition) = field(node, "condition") else { return self.write.nothing(node) };
        let object = self.value(condition);
        self.conditions.push(object);
        let rest = named(node).into_iter().rfind(|part| part.id() != condition.id());
        let value = match rest {
            Some(rest) => self.value(rest),
            None => object,
        };
        self.conditions.pop();
        value
    }

    fn binding(&mut self, node: Node<'_>) -> ExprId {
        let (Some(object), Some(name)) = (self.conditions.last().copied(), field(node, "name")) else {
            return self.write.nothing(node);
        };
        let text = self.short_name(name);
        self.write.facts.attr(object, &text, span(node))
    }

    fn invocation(&mut self, node: Node<'_>) -> ExprId {
        let Some(function) = field(node, "function") else { return self.write.nothing(node) };
        let list = field(node, "arguments");
        // `nameof(X)` is the text of the name.
        if self.write.source(function) == "nameof"
            && let Some(inner) = list.and_then(|list| named(list).into_iter().next_back())
        {
            let text = self.plain(inner);
            let text = text.rsplit('.').next().unwrap_or(&text).to_owned();
            return self.write.facts.str(&text, span(node));
        }
        let callee = match function.kind() {
            "generic_name" => {
                let text = self.short_name(function);
                let name = self.write.facts.name(&text, span(function));
                self.with_arguments(name, function)
            }
            _ => self.value(function),
        };
        let args: Vec<Arg> = list.map(|list| self.args(list)).unwrap_or_default();
        let args_span = list.map_or(span(node), span);
        let name_span = self.write.last_segment(callee);
        let (flags, span) = (CallFlags::NONE, span(node));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    /// `new T(…) { A = b }`: what is set afterwards is a named argument.
    pub(super) fn construct(&mut self, node: Node<'_>, callee: ExprId, name_span: Span) -> ExprId {
        let list = field(node, "arguments").or_else(|| first(node, &["argument_list"]));
        let mut args: Vec<Arg> = list.map(|list| self.args(list)).unwrap_or_default();
        let initializer = field(node, "initializer").or_else(|| first(node, &["initializer_expression"]));
        for part in initializer.map(named).unwrap_or_default() {
            let pair = field(part, "left").zip(field(part, "right"));
            args.push(match pair.filter(|_| part.kind() == "assignment_expression") {
                Some((left, right)) => {
                    let value = self.value(right);
                    let name = self.plain(left);
                    self.write.named_arg(&name, value, part)
                }
                None => {
                    let value = self.value(part);
                    Writer::arg(value, part)
                }
            });
        }
        let args_span = list.map_or(span(node), span);
        let (flags, span) = (CallFlags::NEW, span(node));
        self.write.facts.call(NewCall { callee, args, flags, span, name_span, args_span })
    }

    fn lambda(&mut self, node: Node<'_>) -> ExprId {
        let params = match field(node, "parameters") {
            Some(list) if list.kind() == "parameter_list" => self.params(list),
            Some(only) => {
                let text = self.plain(only);
                vec![self.write.param(&text, None, span(only))]
            }
            None => Vec::new(),
        };
        let body = field(node, "body").or_else(|| first(node, &["block"]));
        let flags = ScopeFlags::NONE.with_if(ScopeFlags::ASYNC, self.is(node, "async"));
        self.closure(node, body, params, flags)
    }

    /// One of the values of the arms.
    fn switch(&mut self, node: Node<'_>) -> ExprId {
        let mut options = Vec::new();
        for part in named(node) {
            if part.kind() == "switch_expression_arm" {
                options.push(self.last(part));
            } else {
                self.value(part);
            }
        }
        self.write.facts.either(&options, span(node))
    }
}
