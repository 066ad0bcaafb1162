//! Statements: blocks, branches, loops, declarations inside functions.

use super::Java;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{BindKind, BlockKind, Expr},
    frontends::{
        nodes::{field, in_field, named, span},
        walker::Walker,
    },
};

impl Java<'_> {
    /// One statement.
    pub(super) fn read_statement(&mut self, node: Node<'_>) {
        match node.kind() {
            "class_declaration"
            | "interface_declaration"
            | "enum_declaration"
            | "record_declaration"
            | "annotation_type_declaration" => self.class(node),
            "method_declaration" => self.method(node),
            "local_variable_declaration" => self.fields(node, BindKind::Assign),
            "expression_statement" | "explicit_constructor_invocation" => {
                for part in named(node) {
                    self.value(part);
                }
            }
            "return_statement" => self.returned(node),
            "throw_statement" => self.thrown(node),
            "if_statement" => self.branches(node),
            "while_statement" | "do_statement" | "for_statement" => self.repeat(node),
            "enhanced_for_statement" => self.for_each(node),
            "try_statement" | "try_with_resources_statement" => self.attempt(node),
            "switch_expression" | "yield_statement" => {
                self.value(node);
            }
            "block"
            | "constructor_body"
            | "labeled_statement"
            | "synchronized_statement"
            | "assert_statement"
            | "parenthesized_expression"
            | "static_initializer"
            | "ERROR" => self.block(node),
            _ => {
                self.value(node);
            }
        }
    }

    fn repeat(&mut self, node: Node<'_>) {
        for init in in_field(node, "init") {
            self.statement(init);
        }
        let head = field(node, "condition").map(|condition| self.value(condition));
        self.write.facts.enter_block(BlockKind::Loop, head, span(node));
        for update in in_field(node, "update") {
            self.value(update);
        }
        if let Some(body) = field(node, "body") {
            self.statement(body);
        }
        self.write.facts.leave_block();
    }

    fn for_each(&mut self, node: Node<'_>) {
        let Some(iterable) = field(node, "value").map(|value| self.value(value)) else { return };
        let ty = field(node, "type").filter(|ty| self.write.source(*ty) != "var").map(|ty| self.ty(ty));
        self.write.facts.enter_block(BlockKind::Loop, Some(iterable), span(node));
        if let Some(name) = field(node, "name") {
            let element = self.write.facts.expr(Expr::Element(iterable), span(name));
            self.write.bind(BindKind::Loop, name, node, Some(element), ty, &[]);
        }
        if let Some(body) = field(node, "body") {
            self.statement(body);
        }
        self.write.facts.leave_block();
    }

    fn attempt(&mut self, node: Node<'_>) {
        let mut open = 0;
        for resource in field(node, "resources").map(named).unwrap_or_default() {
            let value = field(resource, "value").or_else(|| named(resource).into_iter().next_back());
            let value = value.map(|value| self.value(value));
            let ty = field(resource, "type").map(|ty| self.ty(ty));
            self.write.facts.enter_block(BlockKind::With, value, span(node));
            open += 1;
            if let Some(name) = field(resource, "name") {
                self.write.bind(BindKind::With, name, resource, value, ty, &[]);
            }
        }
        if let Some(body) = field(node, "body") {
            self.write.facts.enter_block(BlockKind::Try, None, span(body));
            self.block(body);
            self.write.facts.leave_block();
        }
        for _ in 0..open {
            self.write.facts.leave_block();
        }
        for part in named(node) {
            match part.kind() {
                "catch_clause" => self.catch(part),
                "finally_clause" => {
                    self.write.facts.enter_block(BlockKind::Finally, None, span(part));
                    self.block(part);
                    self.write.facts.leave_block();
                }
                _ => {}
            }
        }
    }

    fn catch(&mut self, node: Node<'_>) {
        let param = named(node).into_iter().find(|part| part.kind() == "catch_formal_parameter");
        let mut types = Vec::new();
        for list in
            param.map(named).unwrap_or_default().into_iter().filter(|part| part.kind() == "catch_type")
        {
            for ty in named(list) {
                types.push(self.ty(ty));
            }
        }
        let head = match types.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => Some(self.write.facts.either(several, span(node))),
        };
        self.write.facts.enter_block(BlockKind::Catch, head, span(node));
        if let Some((param, name)) = param.and_then(|param| Some((param, field(param, "name")?))) {
            self.write.bind(BindKind::Catch, name, param, head, None, &[]);
        }
        if let Some(body) = field(node, "body") {
            self.block(body);
        }
        self.write.facts.leave_block();
    }
}
