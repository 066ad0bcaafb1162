//! Statements: assignments, loops, branches, returns.

use super::Walk;
use crate::analysis::facts::{BindKind, BlockKind, Expr, ExprId};
use crate::analysis::frontends::nodes::{children, span};
use crate::analysis::frontends::tree::Node;

impl<'t> Walk<'t> {
    /// One statement or declaration.
    pub(super) fn statement(&mut self, node: Node<'t>) {
        match node.kind() {
            "package_clause" => self.package(node),
            "import_declaration" => self.imports(node),
            "function_declaration" | "method_declaration" => self.function(node),
            "type_declaration" => self.types(node),
            "var_declaration" | "const_declaration" => self.variables(node),
            "short_var_declaration" | "assignment_statement" => self.assignment(node),
            "return_statement" => self.returned(node),
            "if_statement" => self.branch(node),
            "for_statement" => self.for_loop(node),
            "expression_switch_statement" | "type_switch_statement" | "select_statement" => {
                self.switch(node);
            }
            "block"
            | "statement_list"
            | "labeled_statement"
            | "go_statement"
            | "defer_statement"
            | "expression_statement" => {
                for child in children(node) {
                    self.statement(child);
                }
            }
            "label_name"
            | "break_statement"
            | "continue_statement"
            | "goto_statement"
            | "fallthrough_statement"
            | "empty_statement" => {}
            _ => {
                self.expr(node);
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>) {
        let at = span(node);
        let values = node.child_by_field_name("right").map(|list| self.exprs(children(list)));
        let values = values.unwrap_or_default();
        let targets = node.child_by_field_name("left").map_or_else(Vec::new, children);
        let operator = self.named(node, "operator");
        let count = targets.len();
        for (position, target) in targets.into_iter().enumerate() {
            let value = self.part(&values, count, position, at);
            match operator {
                "" | "=" | ":=" => self.target(target, value, BindKind::Assign, node),
                _ => {
                    let old = self.expr(target);
                    let parts: Vec<ExprId> = std::iter::once(old).chain(value).collect();
                    let value = match operator {
                        "+=" => self.facts.tmpl(&parts, at),
                        _ => self.facts.other(&parts, at),
                    };
                    self.target(target, Some(value), BindKind::Augment, node);
                }
            }
        }
    }

    /// Binds what stands on the left: a name, a field, an element by a known key.
    fn target(&mut self, target: Node<'t>, value: Option<ExprId>, kind: BindKind, whole: Node<'_>) {
        match target.kind() {
            "identifier" => {
                let name = self.source(target);
                if name != "_" {
                    self.facts.bind(kind, name, value, span(whole), span(target));
                }
            }
            "selector_expression" => {
                let object = self.field_expr(target, "operand");
                let name = self.named(target, "field");
                let place = target.child_by_field_name("field").map_or_else(|| span(target), span);
                let bind = self.facts.bind(kind, name, value, span(whole), place);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
            "index_expression" => {
                let object = self.field_expr(target, "operand");
                let key = self.field_expr(target, "index");
                if let Expr::Str(key) = self.facts.peek(key) {
                    let name = self.facts.text(key).to_owned();
                    let bind = self.facts.bind(kind, &name, value, span(whole), span(target));
                    self.facts.edit_bind(bind, |bind| bind.object = Some(object));
                }
            }
            _ => {
                self.expr(target);
            }
        }
    }

    fn returned(&mut self, node: Node<'t>) {
        let values = children(node).into_iter().find(|child| child.kind() == "expression_list");
        let values = values.map(|list| self.exprs(children(list))).unwrap_or_default();
        let value = match values.as_slice() {
            [] => return,
            [only] => *only,
            _ => self.facts.list(&values, span(node)),
        };
        self.facts.ret(value, span(node));
    }

    fn branch(&mut self, node: Node<'t>) {
        if let Some(initializer) = node.child_by_field_name("initializer") {
            self.statement(initializer);
        }
        let condition = node.child_by_field_name("condition").map(|condition| self.expr(condition));
        for field in ["consequence", "alternative"] {
            if let Some(arm) = node.child_by_field_name(field) {
                self.facts.enter_block(BlockKind::Branch, condition, span(arm));
                self.statement(arm);
                self.facts.leave_block();
            }
        }
    }

    fn for_loop(&mut self, node: Node<'t>) {
        let body = node.child_by_field_name("body");
        let clause = children(node).into_iter().find(|child| Some(*child) != body);
        let mut head = None;
        let mut targets = Vec::new();
        match clause {
            Some(clause) if clause.kind() == "for_clause" => {
                if let Some(initializer) = clause.child_by_field_name("initializer") {
                    self.statement(initializer);
                }
                head = clause.child_by_field_name("condition").map(|condition| self.expr(condition));
            }
            Some(clause) if clause.kind() == "range_clause" => {
                head = clause.child_by_field_name("right").map(|right| self.expr(right));
                targets = clause.child_by_field_name("left").map_or_else(Vec::new, children);
            }
            Some(condition) => head = Some(self.expr(condition)),
            None => {}
        }
        self.facts.enter_block(BlockKind::Loop, head, span(node));
        // The first target of a range is the position, the second the element.
        for (position, target) in targets.into_iter().enumerate() {
            let value = match (position, head) {
                (1, Some(head)) => Some(self.facts.expr(Expr::Element(head), span(target))),
                (_, Some(head)) => Some(self.facts.other(&[head], span(target))),
                (_, None) => None,
            };
            self.target(target, value, BindKind::Loop, node);
        }
        if let Some(body) = body {
            self.statement(body);
        }
        self.facts.leave_block();
    }

    fn switch(&mut self, node: Node<'t>) {
        if let Some(initializer) = node.child_by_field_name("initializer") {
            self.statement(initializer);
        }
        let value = node.child_by_field_name("value").map(|value| self.expr(value));
        if let Some(alias) = node.child_by_field_name("alias") {
            for name in children(alias) {
                self.target(name, value, BindKind::Assign, node);
            }
        }
        for case in children(node) {
            if !matches!(case.kind(), "expression_case" | "default_case" | "type_case" | "communication_case")
            {
                continue;
            }
            self.facts.enter_block(BlockKind::Branch, value, span(case));
            for child in children(case) {
                match child.kind() {
                    "send_statement" | "receive_statement" => {
                        self.exprs(children(child));
                    }
                    "expression_list" => {
                        self.exprs(children(child));
                    }
                    _ => self.statement(child),
                }
            }
            self.facts.leave_block();
        }
    }
}
