//! Expressions.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{
        Arg, BindKind, BlockKind, CallFlags, Entry, Expr, ExprId, NewCall, NewScope, Param, ParamKind,
        ScopeKind, Span,
    },
    frontends::nodes::{children, of_kind, span},
};

impl<'t> Walk<'t> {
    /// The value of an expression.
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        match node.kind() {
            "identifier" | "operator_identifier" => {
                let name = self.source(node);
                self.facts.name(name, at)
            }
            "alias" => {
                let whole = self.whole_name(self.source(node));
                self.facts.name(&whole, at)
            }
            "atom" | "quoted_atom" => {
                let name = self.source(node).trim_start_matches(':').trim_matches('"');
                self.facts.str(name, at)
            }
            "string" | "charlist" | "sigil" => self.string(node),
            "integer" | "float" | "char" => self.facts.expr(Expr::Num, at),
            "boolean" => {
                let value = self.source(node) == "true";
                self.facts.expr(Expr::Bool(value), at)
            }
            "nil" => self.facts.expr(Expr::Null, at),
            "call" => self.call(node, None),
            "dot" => {
                let object = self.side(node, "left");
                let name = node.child_by_field_name("right").map_or("", |right| self.source(right));
                self.facts.attr(object, name, at)
            }
            "list" | "tuple" => {
                let nodes = children(node);
                if nodes.len() == 1 && nodes.iter().all(|child| child.kind() == "keywords") {
                    return self.entries(nodes, at);
                }
                let items = self.items(nodes);
                self.facts.list(&items, at)
            }
            "keywords" => self.entries(vec![node], at),
            "map" => self.map(node),
            "binary_operator" => self.binary(node),
            "unary_operator" => {
                let value = self.side(node, "operand");
                match self.facts.peek(value) {
                    Expr::Num => value,
                    _ => self.facts.other(&[value], at),
                }
            }
            "access_call" => {
                let object = self.side(node, "target");
                let key = self.side(node, "key");
                self.facts.expr(Expr::Index(object, key), at)
            }
            "anonymous_function" => self.anonymous(node),
            "stab_clause" => {
                self.facts.enter_block(BlockKind::Branch, None, at);
                if let Some(left) = node.child_by_field_name("left") {
                    self.items(children(left));
                }
                let right = node.child_by_field_name("right").map_or_else(Vec::new, children);
                let value = self.body(right);
                self.facts.leave_block();
                match value {
                    Some(value) => value,
                    None => self.facts.other(&[], at),
                }
            }
            "block" | "body" | "else_block" | "rescue_block" | "after_block" | "catch_block" => {
                match self.body(children(node)) {
                    Some(value) => value,
                    None => self.facts.other(&[], at),
                }
            }
            _ => {
                let parts = self.items(children(node));
                self.facts.other(&parts, at)
            }
        }
    }

    fn side(&mut self, node: Node<'t>, field: &str) -> ExprId {
        match node.child_by_field_name(field) {
            Some(child) => self.expr(child),
            None => self.facts.other(&[], span(node)),
        }
    }

    fn items(&mut self, nodes: Vec<Node<'t>>) -> Vec<ExprId> {
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }

    /// `[a: 1]`, `%{a: 1, "b" => 2}`.
    fn entries(&mut self, nodes: Vec<Node<'t>>, at: Span) -> ExprId {
        let mut entries = Vec::new();
        for node in nodes {
            match node.kind() {
                "keywords" => {
                    for pair in children(node) {
                        let Some(key) = pair.child_by_field_name("key") else { continue };
                        let name = self.source(key).trim().trim_end_matches(':');
                        let key = Some(self.facts.str(name, span(key)));
                        let value = self.side(pair, "value");
                        entries.push(Entry { key, value });
                    }
                }
                "binary_operator" => {
                    let key = Some(self.side(node, "left"));
                    let value = self.side(node, "right");
                    entries.push(Entry { key, value });
                }
                _ => {
                    self.expr(node);
                }
            }
        }
        self.facts.map(&entries, at)
    }

    /// `%{…}`, and `%User{…}` as a construction.
    fn map(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let content = of_kind(node, "map_content").map_or_else(Vec::new, children);
        let map = self.entries(content, at);
        let Some(name) = of_kind(node, "struct") else { return map };
        let whole = self.whole_name(self.source(name));
        let callee = self.facts.name(&whole, span(name));
        let args = vec![Arg { name: None, value: map, spread: true, start: at.start }];
        self.facts.call(NewCall {
            callee,
            args,
            flags: CallFlags::NEW,
            span: at,
            name_span: span(name),
            args_span: at,
        })
    }

    fn string(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let mut literal = String::new();
        let mut parts = Vec::new();
        for child in children(node) {
            match child.kind() {
                "quoted_content" => literal.push_str(self.source(child)),
                "escape_sequence" => literal.push_str(match self.source(child) {
                    "\\n" => "\n",
                    "\\t" => "\t",
                    other => other.strip_prefix('\\').unwrap_or(other),
                }),
                "interpolation" => {
                    if !literal.is_empty() {
                        parts.push(self.facts.str(&literal, at));
                        literal.clear();
                    }
                    let value = self.body(children(child));
                    parts.push(match value {
                        Some(value) => value,
                        None => self.facts.other(&[], span(child)),
                    });
                }
                _ => {}
            }
        }
        if node.kind() == "sigil" && self.source(node).starts_with("~w") {
            let words: Vec<ExprId> =
                literal.split_whitespace().map(|word| self.facts.str(word, at)).collect();
            return self.facts.list(&words, at);
        }
        if parts.is_empty() {
            return self.facts.str(&literal, at);
        }
        if !literal.is_empty() {
            parts.push(self.facts.str(&literal, at));
        }
        self.facts.tmpl(&parts, at)
    }

    fn binary(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let operator = node.child_by_field_name("operator").map_or("", |operator| self.source(operator));
        match operator {
            "=" => {
                let value = self.side(node, "right");
                if let Some(left) = node.child_by_field_name("left") {
                    self.bind(left, value, at);
                }
                value
            }
            "|>" => {
                let left = self.side(node, "left");
                match node.child_by_field_name("right") {
                    Some(right) if right.kind() == "call" => self.call(right, Some(left)),
                    Some(right) => {
                        let right = self.expr(right);
                        self.facts.other(&[left, right], at)
                    }
                    None => left,
                }
            }
            "<-" => {
                let head = self.side(node, "right");
                let element = self.facts.expr(Expr::Element(head), at);
                if let Some(left) = node.child_by_field_name("left") {
                    self.bind(left, element, at);
                }
                head
            }
            "<>" | "++" => {
                let parts = [self.side(node, "left"), self.side(node, "right")];
                self.facts.tmpl(&parts, at)
            }
            "||" | "or" => {
                let options = [self.side(node, "left"), self.side(node, "right")];
                self.facts.either(&options, at)
            }
            _ => {
                let parts = [self.side(node, "left"), self.side(node, "right")];
                self.facts.other(&parts, at)
            }
        }
    }

    /// The names that a pattern brings; parts of a tuple get their part of the value.
    fn bind(&mut self, pattern: Node<'t>, value: ExprId, at: Span) {
        match pattern.kind() {
            "identifier" => {
                let name = self.source(pattern);
                self.facts.bind(BindKind::Assign, name, Some(value), at, span(pattern));
            }
            "tuple" | "list" => {
                for (position, part) in children(pattern).into_iter().enumerate() {
                    let key = self.facts.str(&position.to_string(), at);
                    let item = self.facts.expr(Expr::Index(value, key), at);
                    self.bind(part, item, at);
                }
            }
            _ => {}
        }
    }

    /// `fn a -> b end`.
    fn anonymous(&mut self, node: Node<'t>) -> ExprId {
        let at = span(node);
        let none = self.facts.intern("");
        let start = Span::new(at.start, at.start);
        let clauses: Vec<Node<'t>> =
            children(node).into_iter().filter(|child| child.kind() == "stab_clause").collect();
        let first = clauses.first().and_then(|clause| clause.child_by_field_name("left"));
        let names: Vec<Node<'t>> = first.map_or_else(Vec::new, children);
        let scope = self.facts.enter_scope(NewScope::new(ScopeKind::Lambda, none, at, start, at));
        let mut params = Vec::new();
        for name in names {
            let text = if name.kind() == "identifier" { self.source(name) } else { "" };
            params.push(Param {
                name: self.facts.intern(text),
                kind: ParamKind::Plain,
                ty: None,
                default: None,
                annotations: self.facts.list_of(&[]),
                fields: self.facts.names(&[]),
                span: span(name),
            });
        }
        self.facts.set_params(scope, params);
        for clause in clauses {
            let value = self.expr(clause);
            self.facts.ret(value, span(clause));
        }
        self.facts.leave_scope();
        self.facts.expr(Expr::Fun(scope), at)
    }
}
