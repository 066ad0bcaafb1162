//! Statements: assignments, branches, loops, rescue.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{BindKind, BlockKind, CallFlags, Expr, ExprId, NewCall, ScopeKind, Span},
    frontends::nodes::{children, span},
};

/// How far up the text of a heredoc is looked for.
const MAX_AROUND: usize = 16;

impl<'t> Walk<'t> {
    /// The statements of a body; the value of the last one.
    pub(super) fn body(&mut self, node: Node<'t>) -> Option<ExprId> {
        let mut last = None;
        for child in children(node) {
            match child.kind() {
                // Read where it is mentioned.
                "heredoc_body" => {}
                // A bare word in a class asks for something: `skip_forgery_protection`.
                "identifier" if self.facts.scope_kind() == ScopeKind::Class => {
                    let place = span(child);
                    let name = self.source(child);
                    let callee = self.facts.name(name, place);
                    let args_span = Span::new(place.end, place.end);
                    let flags = CallFlags::NONE;
                    last = Some(self.facts.call(NewCall {
                        callee,
                        args: Vec::new(),
                        flags,
                        span: place,
                        name_span: place,
                        args_span,
                    }));
                }
                _ => last = self.value(child),
            }
        }
        last
    }

    /// What is no plain expression; its value where it has one.
    pub(super) fn statement(&mut self, node: Node<'t>) -> Option<ExprId> {
        let at = span(node);
        match node.kind() {
            "class" | "module" => self.class(node),
            "method" | "singleton_method" => self.method(node),
            "assignment" => return self.assignment(node),
            "operator_assignment" => return self.operator_assignment(node),
            "return" | "break" | "next" => {
                let list = children(node).into_iter().next();
                let values = list.map(|list| self.items(list)).unwrap_or_default();
                let value = match values.as_slice() {
                    [] => return None,
                    [only] => *only,
                    _ => self.facts.list(&values, at),
                };
                if node.kind() == "return" {
                    self.facts.ret(value, at);
                }
            }
            "if" | "unless" | "elsif" => return self.branches(node),
            "if_modifier" | "unless_modifier" => {
                let condition = self.field(node, "condition");
                self.facts.enter_block(BlockKind::Branch, Some(condition), at);
                let value = node.child_by_field_name("body").and_then(|body| self.value(body));
                self.facts.leave_block();
                return value;
            }
            "rescue_modifier" => {
                let value = node.child_by_field_name("body").and_then(|body| self.value(body));
                self.field(node, "handler");
                return value;
            }
            "while" | "until" | "while_modifier" | "until_modifier" | "for" => self.repeat(node),
            "case" | "case_match" => return self.case(node),
            "begin" => {
                self.facts.enter_block(BlockKind::Try, None, at);
                let value = self.body(node);
                self.facts.leave_block();
                return value;
            }
            "rescue" | "ensure" | "else" => {
                let kind = match node.kind() {
                    "rescue" => BlockKind::Catch,
                    "ensure" => BlockKind::Finally,
                    _ => BlockKind::Branch,
                };
                self.facts.enter_block(kind, None, at);
                let value = self.body(node);
                self.facts.leave_block();
                return value;
            }
            "singleton_class" => {
                if let Some(body) = node.child_by_field_name("body") {
                    self.body(body);
                }
            }
            "heredoc_beginning" => return self.heredoc(node),
            _ => {
                let parts = self.items(node);
                return Some(self.facts.other(&parts, at));
            }
        }
        None
    }

    /// `<<~SQL`: its text stands after the line that mentions it.
    fn heredoc(&mut self, node: Node<'t>) -> Option<ExprId> {
        let mut around = node;
        for _ in 0..MAX_AROUND {
            let parent = around.parent()?;
            let body = children(parent)
                .into_iter()
                .find(|child| child.kind() == "heredoc_body" && child.start_byte() > node.start_byte());
            if let Some(body) = body {
                return Some(self.string(body));
            }
            around = parent;
        }
        None
    }

    fn assignment(&mut self, node: Node<'t>) -> Option<ExprId> {
        let left = node.child_by_field_name("left")?;
        let value = node.child_by_field_name("right").map(|right| self.expr(right));
        self.target(left, value, BindKind::Assign, node);
        value
    }

    fn operator_assignment(&mut self, node: Node<'t>) -> Option<ExprId> {
        let left = node.child_by_field_name("left")?;
        let old = self.expr(left);
        let new = self.field(node, "right");
        let at = span(node);
        let value = match self.named(node, "operator") {
            "||=" => self.facts.either(&[old, new], at),
            "+=" | "<<=" => self.facts.tmpl(&[old, new], at),
            _ => self.facts.other(&[old, new], at),
        };
        // What a name is for the first time is what counts of `x ||= y`.
        let first = self.named(node, "operator") == "||=";
        let (kind, bound) = if first { (BindKind::Assign, new) } else { (BindKind::Augment, value) };
        self.target(left, Some(bound), kind, node);
        Some(value)
    }

    fn target(&mut self, target: Node<'t>, value: Option<ExprId>, kind: BindKind, whole: Node<'_>) {
        let (at, place) = (span(whole), span(target));
        match target.kind() {
            "identifier" | "global_variable" => {
                let name = self.source(target);
                self.facts.bind(kind, name, value, at, place);
            }
            "constant" => {
                let name = self.source(target);
                self.facts.bind(kind, name, value, at, place);
            }
            "instance_variable" | "class_variable" => {
                let object = self.facts.expr(Expr::SelfRef, place);
                let name = self.source(target).trim_start_matches('@');
                let bind = self.facts.bind(kind, name, value, at, place);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
            "call" => {
                let object = self.field(target, "receiver");
                let name = self.named(target, "method");
                let bind = self.facts.bind(kind, name, value, at, place);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
            "left_assignment_list" => {
                let targets = children(target);
                let items = match value.map(|value| self.facts.peek(value)) {
                    Some(Expr::List(items)) => self.facts.peek_list(items).to_vec(),
                    _ => Vec::new(),
                };
                let pairwise = items.len() == targets.len();
                for (position, target) in targets.into_iter().enumerate() {
                    let part = match items.get(position).filter(|_| pairwise) {
                        Some(item) => Some(*item),
                        None => value.map(|value| {
                            let key = self.facts.str(&position.to_string(), at);
                            self.facts.expr(Expr::Index(value, key), at)
                        }),
                    };
                    self.target(target, part, kind, whole);
                }
            }
            _ => {
                self.expr(target);
            }
        }
    }

    fn branches(&mut self, node: Node<'t>) -> Option<ExprId> {
        let condition = self.field(node, "condition");
        let mut options = Vec::new();
        for field in ["consequence", "alternative"] {
            if let Some(arm) = node.child_by_field_name(field) {
                self.facts.enter_block(BlockKind::Branch, Some(condition), span(arm));
                options.extend(self.value(arm));
                self.facts.leave_block();
            }
        }
        self.one_of(&options, node)
    }

    fn one_of(&mut self, options: &[ExprId], node: Node<'_>) -> Option<ExprId> {
        match options {
            [] => None,
            [only] => Some(*only),
            _ => Some(self.facts.either(options, span(node))),
        }
    }

    fn repeat(&mut self, node: Node<'t>) {
        let field = if node.kind() == "for" { "value" } else { "condition" };
        let head = node.child_by_field_name(field).map(|head| {
            let inner = if head.kind() == "in" { children(head).into_iter().next() } else { None };
            self.expr(inner.unwrap_or(head))
        });
        self.facts.enter_block(BlockKind::Loop, head, span(node));
        if let Some(pattern) = node.child_by_field_name("pattern") {
            let element = head.map(|head| self.facts.expr(Expr::Element(head), span(pattern)));
            self.target(pattern, element, BindKind::Loop, node);
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.value(body);
        }
        self.facts.leave_block();
    }

    fn case(&mut self, node: Node<'t>) -> Option<ExprId> {
        let head = node.child_by_field_name("value").map(|value| self.expr(value));
        let mut options = Vec::new();
        for child in children(node) {
            if !matches!(child.kind(), "when" | "in_clause" | "else") {
                continue;
            }
            self.facts.enter_block(BlockKind::Branch, head, span(child));
            options.extend(match child.child_by_field_name("body") {
                Some(body) => self.value(body),
                None => self.body(child),
            });
            self.facts.leave_block();
        }
        self.one_of(&options, node)
    }
}
