//! Statements: assignments, loops, branches, returns.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{BindKind, BlockKind, Expr, ExprId, ScopeKind},
    frontends::nodes::{children, span},
};

impl<'t> Walk<'t> {
    /// One statement or declaration.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        let at = span(node);
        match node.kind() {
            "namespace_definition" => self.namespace(node),
            "namespace_use_declaration" => self.uses(node),
            "class_declaration" | "interface_declaration" | "trait_declaration" | "enum_declaration" => {
                self.class(node);
            }
            "function_definition" => self.function(node),
            "const_declaration" => self.constants(node),
            "return_statement" => {
                if let Some(value) = children(node).first() {
                    let value = self.expr(*value);
                    if matches!(self.facts.scope_kind(), ScopeKind::Module | ScopeKind::Namespace) {
                        self.facts.export("=", value, at);
                    }
                    self.facts.ret(value, at);
                }
            }
            "if_statement" | "else_if_clause" => {
                let condition = node.child_by_field_name("condition").map(|condition| self.expr(condition));
                for child in children(node) {
                    if Some(child) == node.child_by_field_name("condition") {
                        continue;
                    }
                    self.facts.enter_block(BlockKind::Branch, condition, span(child));
                    self.statement(child);
                    self.facts.leave_block();
                }
            }
            "foreach_statement" => self.foreach(node),
            "while_statement" | "do_statement" | "for_statement" => {
                let head = node.child_by_field_name("condition").map(|condition| self.expr(condition));
                self.facts.enter_block(BlockKind::Loop, head, at);
                for child in children(node) {
                    if Some(child) != node.child_by_field_name("condition") {
                        self.statement(child);
                    }
                }
                self.facts.leave_block();
            }
            "try_statement" => {
                for child in children(node) {
                    let kind = match child.kind() {
                        "catch_clause" => BlockKind::Catch,
                        "finally_clause" => BlockKind::Finally,
                        _ => BlockKind::Try,
                    };
                    let head = child.child_by_field_name("type").map(|ty| self.ty(ty));
                    self.facts.enter_block(kind, head, span(child));
                    match child.child_by_field_name("body") {
                        Some(body) => self.statement(body),
                        None => self.statement(child),
                    }
                    self.facts.leave_block();
                }
            }
            "switch_statement" => {
                let head = node.child_by_field_name("condition").map(|condition| self.expr(condition));
                for case in node.child_by_field_name("body").into_iter().flat_map(children) {
                    self.facts.enter_block(BlockKind::Branch, head, span(case));
                    for child in children(case) {
                        self.statement(child);
                    }
                    self.facts.leave_block();
                }
            }
            "compound_statement"
            | "expression_statement"
            | "else_clause"
            | "echo_statement"
            | "colon_block"
            | "finally_clause" => {
                for child in children(node) {
                    self.statement(child);
                }
            }
            "php_tag" | "text" | "text_interpolation" | "break_statement" | "continue_statement"
            | "php_end_tag" => {}
            _ => {
                self.expr(node);
            }
        }
    }

    fn foreach(&mut self, node: Node<'t>) {
        let body = node.child_by_field_name("body");
        let mut parts = children(node).into_iter().filter(|child| Some(*child) != body);
        let head = parts.next().map(|head| self.expr(head));
        self.facts.enter_block(BlockKind::Loop, head, span(node));
        if let (Some(target), Some(head)) = (parts.next(), head) {
            let value = self.facts.expr(Expr::Element(head), span(target));
            match (target.kind(), children(target).as_slice()) {
                ("pair", [key, element]) => {
                    let other = self.facts.other(&[head], span(*key));
                    self.target(*key, Some(other), BindKind::Loop, node);
                    self.target(*element, Some(value), BindKind::Loop, node);
                }
                _ => self.target(target, Some(value), BindKind::Loop, node),
            }
        }
        if let Some(body) = body {
            self.statement(body);
        }
        self.facts.leave_block();
    }

    /// An assignment; its value.
    pub(super) fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let right = self.field_expr(node, "right");
        let Some(left) = node.child_by_field_name("left") else { return right };
        if node.kind() == "assignment_expression" {
            self.target(left, Some(right), BindKind::Assign, node);
            return right;
        }
        let old = self.expr(left);
        let (kind, value) = match self.named(node, "operator") {
            ".=" => (BindKind::Augment, self.facts.tmpl(&[old, right], at)),
            "??=" => (BindKind::Assign, right),
            _ => (BindKind::Augment, self.facts.other(&[old, right], at)),
        };
        self.target(left, Some(value), kind, node);
        value
    }

    fn target(&mut self, target: Node<'t>, value: Option<ExprId>, kind: BindKind, whole: Node<'_>) {
        let (at, place) = (span(whole), span(target));
        match target.kind() {
            "variable_name" => {
                let name = self.source(target);
                self.facts.bind(kind, name, value, at, place);
            }
            "member_access_expression" | "nullsafe_member_access_expression" => {
                let object = self.field_expr(target, "object");
                let name = self.named(target, "name");
                let bind = self.facts.bind(kind, name, value, at, place);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
            "list_literal" | "array_creation_expression" => {
                for (position, part) in children(target).into_iter().enumerate() {
                    let inner = children(part).into_iter().last().unwrap_or(part);
                    let item = value.map(|value| {
                        let key = self.facts.str(&position.to_string(), at);
                        self.facts.expr(Expr::Index(value, key), at)
                    });
                    let inner = if inner.kind() == "name" { part } else { inner };
                    self.target(inner, item, kind, whole);
                }
            }
            _ => {
                self.expr(target);
            }
        }
    }
}
