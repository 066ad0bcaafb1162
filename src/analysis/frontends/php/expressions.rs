//! Expressions.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Entry, Expr, ExprId},
    frontends::nodes::{children, of_kind, span},
};

impl<'t> Walk<'t> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        match node.kind() {
            "variable_name" => match self.source(node) {
                "$this" => self.facts.expr(Expr::SelfRef, at),
                name => self.facts.name(name, at),
            },
            "name" | "qualified_name" => match self.source(node) {
                "__DIR__" => {
                    let folder = self.folder.clone();
                    self.facts.str(&folder, at)
                }
                _ => self.class_name(node),
            },
            "string"
            | "encapsed_string"
            | "heredoc"
            | "nowdoc"
            | "heredoc_body"
            | "nowdoc_body"
            | "shell_command_expression" => self.string(node),
            "integer" | "float" => self.facts.expr(Expr::Num, at),
            "boolean" => {
                let value = self.source(node).eq_ignore_ascii_case("true");
                self.facts.expr(Expr::Bool(value), at)
            }
            "null" => self.facts.expr(Expr::Null, at),
            "function_call_expression"
            | "member_call_expression"
            | "nullsafe_member_call_expression"
            | "scoped_call_expression"
            | "object_creation_expression" => self.call(node),
            "member_access_expression" | "nullsafe_member_access_expression" => {
                let object = self.field_expr(node, "object");
                let name = self.named(node, "name").trim_start_matches('$');
                self.facts.attr(object, name, at)
            }
            "scoped_property_access_expression" | "class_constant_access_expression" => self.of_class(node),
            "subscript_expression" => {
                let mut parts = children(node).into_iter();
                let object = parts.next().map(|object| self.expr(object));
                let key = parts.next().map(|key| self.expr(key));
                match (object, key) {
                    (Some(object), Some(key)) => self.facts.expr(Expr::Index(object, key), at),
                    (Some(object), None) => self.facts.other(&[object], at),
                    _ => self.facts.other(&[], at),
                }
            }
            "array_creation_expression" => self.array(node),
            "anonymous_function" | "anonymous_function_creation_expression" | "arrow_function" => {
                let scope = self.closure(node);
                self.facts.expr(Expr::Fun(scope), at)
            }
            "parenthesized_expression"
            | "argument"
            | "by_ref"
            | "clone_expression"
            | "print_intrinsic"
            | "error_suppression_expression"
            | "reference_assignment_expression" => match children(node).into_iter().last() {
                Some(inner) => self.expr(inner),
                None => self.facts.other(&[], at),
            },
            "cast_expression" => self.field_expr(node, "value"),
            "assignment_expression" | "augmented_assignment_expression" => self.assignment(node),
            "binary_expression" => self.binary(node),
            "conditional_expression" => {
                let condition = self.field_expr(node, "condition");
                let first = match node.child_by_field_name("body") {
                    Some(body) => self.expr(body),
                    None => condition,
                };
                let second = self.field_expr(node, "alternative");
                self.facts.either(&[first, second], at)
            }
            "include_expression"
            | "include_once_expression"
            | "require_expression"
            | "require_once_expression" => self.required(node),
            "throw_expression" => {
                let value = children(node).into_iter().next().map(|inner| self.expr(inner));
                if let Some(value) = value {
                    self.facts.flag_call(value, crate::analysis::facts::CallFlags::THROWN);
                }
                self.facts.other(value.as_slice(), at)
            }
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

    /// `A::class` is A itself; `A::B` and `A::$b` are members of it.
    fn of_class(&mut self, node: Node<'t>) -> ExprId {
        let parts = children(node);
        let (Some(scope), Some(name)) = (parts.first(), parts.last()) else {
            return self.facts.other(&[], span(node));
        };
        let class = match scope.kind() {
            "name" | "qualified_name" | "relative_scope" => self.class_name(*scope),
            _ => self.expr(*scope),
        };
        match self.source(*name).trim_start_matches('$') {
            "class" => class,
            name => self.facts.attr(class, name, span(node)),
        }
    }

    fn string(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let body = of_kind(node, "heredoc_body").or_else(|| of_kind(node, "nowdoc_body")).unwrap_or(node);
        let mut literal = String::new();
        let mut parts = Vec::new();
        for child in children(body) {
            match child.kind() {
                "string_content" | "string_value" | "nowdoc_string" => literal.push_str(self.source(child)),
                "escape_sequence" => literal.push_str(match self.source(child) {
                    "\\n" => "\n",
                    "\\t" => "\t",
                    "\\r" => "\r",
                    other => other.strip_prefix('\\').unwrap_or(other),
                }),
                "heredoc_start" | "heredoc_end" => {}
                _ => {
                    if !literal.is_empty() {
                        parts.push(self.facts.str(&literal, at));
                        literal.clear();
                    }
                    parts.push(self.expr(child));
                }
            }
        }
        if parts.is_empty() {
            return self.facts.str(&literal, at);
        }
        if !literal.is_empty() {
            parts.push(self.facts.str(&literal, at));
        }
        self.facts.tmpl(&parts, at)
    }

    /// A list, or a map where any element has a key.
    fn array(&mut self, node: Node<'t>) -> ExprId {
        let mut entries = Vec::new();
        let mut keyed = false;
        for element in children(node) {
            let parts = children(element);
            match (element.kind(), parts.as_slice()) {
                ("array_element_initializer", [key, value]) => {
                    keyed = true;
                    let key = self.expr(*key);
                    let value = self.expr(*value);
                    entries.push(Entry { key: Some(key), value });
                }
                ("array_element_initializer", [only]) if only.kind() == "variadic_unpacking" => {
                    let inner = children(*only).into_iter().next().unwrap_or(*only);
                    let inner = self.expr(inner);
                    let value = self.facts.expr(Expr::Spread(inner), span(element));
                    entries.push(Entry { key: None, value });
                }
                (_, [.., last]) => {
                    let value = self.expr(*last);
                    entries.push(Entry { key: None, value });
                }
                (_, []) => {}
            }
        }
        if keyed {
            entries.retain(|entry| entry.key.is_some());
            return self.facts.map(&entries, span(node));
        }
        let items: Vec<ExprId> = entries.into_iter().map(|entry| entry.value).collect();
        self.facts.list(&items, span(node))
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let joins = self.named(node, "operator") == ".";
        let left = self.operand(node, "left", joins);
        let right = self.operand(node, "right", joins);
        match self.named(node, "operator") {
            "." => self.facts.joined(left, right, at),
            "??" | "||" | "or" => self.facts.either(&[left, right], at),
            _ => self.facts.other(&[left, right], at),
        }
    }

    /// A side of an operator; the name of a class is a text where texts are joined.
    fn operand(&mut self, node: Node<'t>, field: &str, joins: bool) -> ExprId {
        let Some(side) = node.child_by_field_name(field) else { return self.facts.other(&[], span(node)) };
        if joins
            && side.kind() == "class_constant_access_expression"
            && let Some(class) = self.source(side).strip_suffix("::class")
        {
            let whole = self.whole_name(class);
            return self.facts.str(&whole, span(side));
        }
        self.expr(side)
    }
}
