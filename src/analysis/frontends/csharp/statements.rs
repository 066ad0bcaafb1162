//! Statements.

use super::CSharp;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{BindKind, BlockKind, Expr},
    frontends::{
        nodes::{field, first, named, span},
        walker::Walker,
    },
};

impl CSharp<'_> {
    /// One statement.
    pub(super) fn read_statement(&mut self, node: Node<'_>) {
        match node.kind() {
            "class_declaration"
            | "record_declaration"
            | "struct_declaration"
            | "interface_declaration"
            | "enum_declaration"
            | "record_struct_declaration" => self.class(node),
            "delegate_declaration" => {}
            "local_function_statement" | "method_declaration" => self.method(node),
            "local_declaration_statement" => {
                if let Some(list) = first(node, &["variable_declaration"]) {
                    self.variables(list, BindKind::Assign, &[]);
                }
            }
            "variable_declaration" => self.variables(node, BindKind::Assign, &[]),
            "return_statement" => self.returned(node),
            "throw_statement" => self.thrown(node),
            "if_statement" => self.branches(node),
            "for_statement" | "while_statement" | "do_statement" => self.repeat(node),
            "foreach_statement" => self.for_each(node),
            "try_statement" => self.attempt(node),
            "using_statement" => self.resource(node),
            "switch_statement" => {
                let head = field(node, "value").map(|value| self.value(value));
                for section in field(node, "body").map(named).unwrap_or_default() {
                    self.write.facts.enter_block(BlockKind::Branch, head, span(section));
                    for part in named(section)
                        .into_iter()
                        .filter(|part| part.kind().ends_with("statement") || part.kind() == "block")
                    {
                        self.statement(part);
                    }
                    self.write.facts.leave_block();
                }
            }
            "block"
            | "expression_statement"
            | "labeled_statement"
            | "lock_statement"
            | "checked_statement"
            | "unsafe_statement"
            | "fixed_statement"
            | "yield_statement"
            | "declaration_list"
            | "ERROR" => {
                self.block(node);
            }
            "attribute_list" | "modifier" | "empty_statement" | "break_statement" | "continue_statement" => {}
            kind if kind.starts_with("preproc") => self.block(node),
            _ => {
                self.value(node);
            }
        }
    }

    fn repeat(&mut self, node: Node<'_>) {
        if let Some(init) = field(node, "initializer") {
            self.statement(init);
        }
        let head = field(node, "condition").map(|condition| self.value(condition));
        self.write.facts.enter_block(BlockKind::Loop, head, span(node));
        for part in [field(node, "update"), field(node, "body")].into_iter().flatten() {
            self.statement(part);
        }
        self.write.facts.leave_block();
    }

    fn for_each(&mut self, node: Node<'_>) {
        let Some(iterable) = field(node, "right").map(|value| self.value(value)) else { return };
        let ty = self.stated(field(node, "type"));
        self.write.facts.enter_block(BlockKind::Loop, Some(iterable), span(node));
        if let Some(name) = field(node, "left").filter(|left| left.kind() == "identifier") {
            let element = self.write.facts.expr(Expr::Element(iterable), span(name));
            self.write.bind(BindKind::Loop, name, node, Some(element), ty, &[]);
        }
        if let Some(body) = field(node, "body") {
            self.statement(body);
        }
        self.write.facts.leave_block();
    }

    fn resource(&mut self, node: Node<'_>) {
        let body = field(node, "body");
        let mut head = None;
        for part in named(node).into_iter().filter(|part| Some(part.id()) != body.map(|body| body.id())) {
            if part.kind() == "variable_declaration" {
                self.variables(part, BindKind::With, &[]);
            } else {
                head = Some(self.value(part));
            }
        }
        self.write.facts.enter_block(BlockKind::With, head, span(node));
        if let Some(body) = body {
            self.statement(body);
        }
        self.write.facts.leave_block();
    }

    fn attempt(&mut self, node: Node<'_>) {
        if let Some(body) = field(node, "body") {
            self.write.facts.enter_block(BlockKind::Try, None, span(body));
            self.block(body);
            self.write.facts.leave_block();
        }
        for part in named(node) {
            match part.kind() {
                "catch_clause" => {
                    let declaration = first(part, &["catch_declaration"]);
                    let ty = self.stated(declaration.and_then(|node| field(node, "type")));
                    self.write.facts.enter_block(BlockKind::Catch, ty, span(part));
                    let name = declaration.and_then(|node| Some((node, field(node, "name")?)));
                    if let Some((node, name)) = name {
                        self.write.bind(BindKind::Catch, name, node, ty, None, &[]);
                    }
                    if let Some(body) = field(part, "body") {
                        self.block(body);
                    }
                    self.write.facts.leave_block();
                }
                "finally_clause" => {
                    self.write.facts.enter_block(BlockKind::Finally, None, span(part));
                    self.block(part);
                    self.write.facts.leave_block();
                }
                _ => {}
            }
        }
    }
}
