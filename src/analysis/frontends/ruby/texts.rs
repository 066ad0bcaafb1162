//! Strings, symbols and word lists.

use super::Walk;
use crate::analysis::{
    facts::{Expr, ExprId},
    frontends::nodes::{children, span},
};
use tree_sitter::Node;

impl<'t> Walk<'t> {
    /// A text, with holes where values are put in.
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprId {
        let mut literal = String::new();
        let mut parts = Vec::new();
        for child in children(node) {
            match child.kind() {
                "interpolation" => {
                    if !literal.is_empty() {
                        parts.push(self.facts.str(&literal, span(node)));
                        literal.clear();
                    }
                    let value = children(child).into_iter().map(|inner| self.expr(inner)).last();
                    parts.push(match value {
                        Some(value) => value,
                        None => self.facts.other(&[], span(child)),
                    });
                }
                "escape_sequence" => literal.push_str(unescaped(self.source(child))),
                _ => literal.push_str(self.source(child)),
            }
        }
        if parts.is_empty() {
            return self.facts.str(&literal, span(node));
        }
        if !literal.is_empty() {
            parts.push(self.facts.str(&literal, span(node)));
        }
        self.facts.tmpl(&parts, span(node))
    }

    /// `:name`, and `name:` as a key.
    pub(super) fn symbol(&mut self, node: Node<'_>) -> ExprId {
        let name = self.source(node).trim_matches(':');
        self.facts.str(name, span(node))
    }

    /// `%w[a b]` and `%i[a b]`.
    pub(super) fn words(&mut self, node: Node<'t>) -> ExprId {
        let words: Vec<ExprId> = children(node).into_iter().map(|word| self.string(word)).collect();
        self.facts.list(&words, span(node))
    }

    /// `"a" "b"`.
    pub(super) fn joined(&mut self, node: Node<'t>) -> ExprId {
        let mut parts = Vec::new();
        for child in children(node) {
            let part = self.expr(child);
            match self.facts.peek(part) {
                Expr::Tmpl(inner) => parts.extend(self.facts.peek_list(inner).to_vec()),
                _ => parts.push(part),
            }
        }
        self.facts.tmpl(&parts, span(node))
    }
}

fn unescaped(source: &str) -> &str {
    match source {
        "\\n" => "\n",
        "\\t" => "\t",
        "\\r" => "\r",
        "\\e" => "\u{1b}",
        "\\s" => " ",
        "\\0" => "\0",
        other => other.strip_prefix('\\').unwrap_or(other),
    }
}
