//! Statements, each with the value it has where it is the last of a lambda.

use super::Kotlin;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{BindKind, BlockKind, CallFlags, Expr, ExprId},
    frontends::nodes::{field, first, named, parts, span},
};

impl Kotlin<'_> {
    /// What stands in braces; the value of its last statement.
    pub(super) fn block(&mut self, node: Node<'_>) -> Option<ExprId> {
        let mut last = None;
        for part in parts(node) {
            last = self.statement(part);
        }
        last
    }

    /// One statement.
    pub(super) fn statement(&mut self, node: Node<'_>) -> Option<ExprId> {
        match node.kind() {
            "class_declaration" | "object_declaration" => self.class(node),
            "function_declaration" => {
                self.function(node);
            }
            "property_declaration" => self.property(node, BindKind::Assign),
            "type_alias" => {
                let name = field(node, "type");
                let ty = named(node).into_iter().rfind(|part| super::types::is_type(*part));
                let ty = ty.map(|ty| self.ty(ty));
                if let Some(name) = name {
                    self.write.bind(BindKind::Alias, name, node, ty, None, &[]);
                }
            }
            "assignment" => self.assignment(node),
            "for_statement" => self.for_each(node),
            "while_statement" | "do_while_statement" => {
                let head = field(node, "condition").map(|condition| self.value(condition));
                self.write.facts.enter_block(BlockKind::Loop, head, span(node));
                let condition = field(node, "condition").map(|node| node.id());
                for part in named(node).into_iter().filter(|part| Some(part.id()) != condition) {
                    self.body(part);
                }
                self.write.facts.leave_block();
            }
            "block" | "class_body" | "ERROR" => return self.block(node),
            "label" | "modifiers" | "getter" | "setter" | "file_annotation" | "shebang" => {}
            _ => return Some(self.value(node)),
        }
        None
    }

    /// A block or a single statement.
    pub(super) fn body(&mut self, node: Node<'_>) -> Option<ExprId> {
        if node.kind() == "block" { self.block(node) } else { self.statement(node) }
    }

    fn assignment(&mut self, node: Node<'_>) {
        let (Some(left), Some(right)) = (field(node, "left"), field(node, "right")) else { return };
        let target = self.value(left);
        let value = self.value(right);
        match field(node, "operator").map(|operator| self.write.source(operator)) {
            Some("=") | None => self.write.assign(BindKind::Assign, target, value, node),
            Some("+=") => {
                let joined = self.write.facts.joined(target, value, span(node));
                self.write.assign(BindKind::Augment, target, joined, node);
            }
            Some(_) => {}
        }
    }

    fn for_each(&mut self, node: Node<'_>) {
        let targets = first(node, &["variable_declaration", "multi_variable_declaration"]);
        let parts = named(node);
        let mut rest = parts.iter().filter(|part| {
            !matches!(
                part.kind(),
                "variable_declaration" | "multi_variable_declaration" | "annotation" | "label"
            )
        });
        let Some(iterable) = rest.next().map(|part| self.value(*part)) else { return };
        self.write.facts.enter_block(BlockKind::Loop, Some(iterable), span(node));
        if let Some(targets) = targets {
            let element = self.write.facts.expr(Expr::Element(iterable), span(targets));
            self.targets(targets, BindKind::Loop, node, Some(element), &[]);
        }
        for part in rest {
            self.body(*part);
        }
        self.write.facts.leave_block();
    }

    /// `if` as statement or value.
    pub(super) fn branches(&mut self, node: Node<'_>) -> ExprId {
        let condition = field(node, "condition");
        let mut head = condition.map(|condition| self.value(condition));
        let mut options = Vec::new();
        for part in named(node).into_iter().filter(|part| Some(part.id()) != condition.map(|node| node.id()))
        {
            self.write.facts.enter_block(BlockKind::Branch, head.take(), span(part));
            options.extend(self.body(part));
            self.write.facts.leave_block();
        }
        self.write.facts.either(&options, span(node))
    }

    /// `when` as statement or value.
    pub(super) fn when(&mut self, node: Node<'_>) -> ExprId {
        let mut options = Vec::new();
        let mut subject = None;
        for part in named(node) {
            match part.kind() {
                "when_subject" => {
                    let target = first(part, &["variable_declaration"]);
                    subject = named(part).last().map(|value| self.value(*value));
                    if let Some(target) = target {
                        self.targets(target, BindKind::Assign, part, subject, &[]);
                    }
                }
                "when_entry" => {
                    self.write.facts.enter_block(BlockKind::Branch, subject, span(part));
                    if let Some(body) = named(part).into_iter().next_back() {
                        options.extend(self.body(body));
                    }
                    self.write.facts.leave_block();
                }
                _ => {}
            }
        }
        self.write.facts.either(&options, span(node))
    }

    /// `try` as statement or value.
    pub(super) fn attempt(&mut self, node: Node<'_>) -> ExprId {
        let mut options = Vec::new();
        for part in named(node) {
            match part.kind() {
                "block" => {
                    self.write.facts.enter_block(BlockKind::Try, None, span(part));
                    options.extend(self.block(part));
                    self.write.facts.leave_block();
                }
                "catch_block" => {
                    let ty = named(part).into_iter().find(|node| super::types::is_type(*node));
                    let head = ty.map(|ty| self.ty(ty));
                    self.write.facts.enter_block(BlockKind::Catch, head, span(part));
                    if let Some(name) = first(part, &["identifier"]) {
                        self.write.bind(BindKind::Catch, name, part, head, None, &[]);
                    }
                    if let Some(body) = first(part, &["block"]) {
                        options.extend(self.block(body));
                    }
                    self.write.facts.leave_block();
                }
                "finally_block" => {
                    self.write.facts.enter_block(BlockKind::Finally, None, span(part));
                    for block in named(part) {
                        self.body(block);
                    }
                    self.write.facts.leave_block();
                }
                _ => {}
            }
        }
        self.write.facts.either(&options, span(node))
    }

    /// `return value` and `throw value`.
    pub(super) fn jump(&mut self, node: Node<'_>) -> ExprId {
        let value = named(node).into_iter().rfind(|part| part.kind() != "label");
        let value = value.filter(|value| Some(value.id()) != field(node, "label").map(|label| label.id()));
        let Some(value) = value.map(|value| self.value(value)) else { return self.write.nothing(node) };
        if node.kind() == "throw_expression" {
            self.write.facts.flag_call(value, CallFlags::THROWN);
        } else if !self.write.source(node).starts_with("return@") {
            self.write.facts.ret(value, span(node));
        }
        self.write.nothing(node)
    }
}
