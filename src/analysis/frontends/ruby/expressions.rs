//! Expressions.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Entry, Expr, ExprId},
    frontends::nodes::{children, span},
};

impl<'t> Walk<'t> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        match self.value(node) {
            Some(value) => value,
            None => self.facts.other(&[], span(node)),
        }
    }

    /// The value of an expression or statement, where it has one.
    pub(super) fn value(&mut self, node: Node<'t>) -> Option<ExprId> {
        let at = span(node);
        Some(match node.kind() {
            "identifier" => {
                let name = self.source(node);
                self.facts.name(name, at)
            }
            "constant" | "scope_resolution" => self.constant_value(node),
            "instance_variable" | "class_variable" => {
                let object = self.facts.expr(Expr::SelfRef, at);
                let name = self.source(node).trim_start_matches('@');
                self.facts.attr(object, name, at)
            }
            "self" => self.facts.expr(Expr::SelfRef, at),
            "global_variable" => {
                let name = self.source(node);
                self.facts.name(name, at)
            }
            "string" | "heredoc_body" | "subshell" | "delimited_symbol" | "bare_string" | "bare_symbol"
            | "character" => self.string(node),
            "simple_symbol" | "hash_key_symbol" => self.symbol(node),
            "chained_string" => self.joined(node),
            "string_array" | "symbol_array" => self.words(node),
            "integer" | "float" | "rational" | "complex" => self.facts.expr(Expr::Num, at),
            "true" => self.facts.expr(Expr::Bool(true), at),
            "false" => self.facts.expr(Expr::Bool(false), at),
            "nil" => self.facts.expr(Expr::Null, at),
            "array" => {
                let items = self.items(node);
                self.facts.list(&items, at)
            }
            "hash" => self.hash(node),
            "pair" => {
                let key = node.child_by_field_name("key").map(|key| self.expr(key));
                let value = self.field(node, "value");
                self.facts.map(&[Entry { key, value }], at)
            }
            "call" => self.call(node),
            "super" | "yield" => {
                let parts = self.items(node);
                self.facts.other(&parts, at)
            }
            "lambda" | "block" | "do_block" => {
                let scope = self.block(node);
                self.facts.expr(Expr::Fun(scope), at)
            }
            "element_reference" => {
                let object = self.field(node, "object");
                let key = children(node).into_iter().nth(1).map(|key| self.expr(key));
                match key {
                    Some(key) => self.facts.expr(Expr::Index(object, key), at),
                    None => object,
                }
            }
            "binary" => self.binary(node),
            "unary" => {
                let value = self.field(node, "operand");
                match self.facts.peek(value) {
                    Expr::Num => value,
                    _ => self.facts.other(&[value], at),
                }
            }
            "conditional" => {
                self.field(node, "condition");
                let options = [self.field(node, "consequence"), self.field(node, "alternative")];
                self.facts.either(&options, at)
            }
            "splat_argument" => {
                let value = children(node).into_iter().next().map(|inner| self.expr(inner));
                match value {
                    Some(value) => self.facts.expr(Expr::Spread(value), at),
                    None => self.facts.other(&[], at),
                }
            }
            "parenthesized_statements" | "body_statement" | "block_body" | "then" | "begin_block" => {
                return self.body(node);
            }
            "regex"
            | "range"
            | "hash_splat_argument"
            | "block_argument"
            | "interpolation"
            | "right_assignment_list"
            | "argument_list" => {
                let parts = self.items(node);
                if node.kind() == "right_assignment_list" {
                    self.facts.list(&parts, at)
                } else {
                    self.facts.other(&parts, at)
                }
            }
            _ => return self.statement(node),
        })
    }

    /// The value in a field.
    pub(super) fn field(&mut self, node: Node<'t>, field: &str) -> ExprId {
        match node.child_by_field_name(field) {
            Some(child) => self.expr(child),
            None => self.facts.other(&[], span(node)),
        }
    }

    /// The values of the children.
    pub(super) fn items(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut items = Vec::new();
        for child in children(node) {
            match child.kind() {
                "string_content" | "escape_sequence" | "heredoc_body" => {}
                _ => items.push(self.expr(child)),
            }
        }
        items
    }

    fn constant_value(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        // `object::CONSTANT` of a value is an attribute of it.
        if let Some(scope) = node.child_by_field_name("scope")
            && !matches!(scope.kind(), "constant" | "scope_resolution")
        {
            let object = self.expr(scope);
            let name = self.named(node, "name");
            return self.facts.attr(object, name, at);
        }
        let name = self.constant(node);
        let id = self.facts.name(&name, at);
        self.constants.entry(name).or_insert(at);
        id
    }

    fn hash(&mut self, node: Node<'t>) -> ExprId {
        let mut entries = Vec::new();
        for child in children(node) {
            match child.kind() {
                "pair" => {
                    let key = node_key(self, child);
                    let value = match child.child_by_field_name("value") {
                        Some(value) => self.expr(value),
                        None => self.facts.other(&[], span(child)),
                    };
                    entries.push(Entry { key, value });
                }
                "hash_splat_argument" => {
                    let value = children(child).into_iter().next().map(|inner| self.expr(inner));
                    entries.extend(value.map(|value| Entry { key: None, value }));
                }
                _ => {}
            }
        }
        self.facts.map(&entries, span(node))
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let left = self.field(node, "left");
        let right = self.field(node, "right");
        match self.named(node, "operator") {
            "+" | "<<" => self.facts.joined(left, right, at),
            "%" => self.filled(left, right, at).unwrap_or_else(|| self.facts.joined(left, right, at)),
            "||" | "or" => self.facts.either(&[left, right], at),
            _ => self.facts.other(&[left, right], at),
        }
    }
}

fn node_key<'t>(walk: &mut Walk<'t>, pair: Node<'t>) -> Option<ExprId> {
    pair.child_by_field_name("key").map(|key| walk.expr(key))
}
