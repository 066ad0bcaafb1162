//! Strings, symbols and word lists.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Expr, ExprId, Span},
    frontends::nodes::{children, span},
};

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

    /// `"… %{name} %s" % values` of a literal as a text with holes.
    pub(super) fn filled(&mut self, left: ExprId, right: ExprId, at: Span) -> Option<ExprId> {
        let Expr::Str(text) = self.facts.peek(left) else { return None };
        let text = self.facts.text(text).to_owned();
        let place = self.facts.span_of(left);
        let mut positional = match self.facts.peek(right) {
            Expr::List(items) => self.facts.peek_list(items).to_vec(),
            _ => vec![right],
        }
        .into_iter();
        let mut parts = Vec::new();
        let mut rest = text.as_str();
        while let Some((plain, after)) = rest.split_once('%') {
            if !plain.is_empty() {
                parts.push(self.facts.str(plain, place));
            }
            let named = |open: char, close: char| after.strip_prefix(open)?.split_once(close);
            if let Some((name, behind)) = named('{', '}') {
                parts.push(self.under(right, name).unwrap_or(right));
                rest = behind;
            } else if let Some((name, behind)) = named('<', '>') {
                parts.push(self.under(right, name).unwrap_or(right));
                rest = behind
                    .trim_start_matches(|c: char| !c.is_ascii_alphabetic())
                    .get(1..)
                    .unwrap_or_default();
            } else if let Some(behind) = after.strip_prefix('%') {
                parts.push(self.facts.str("%", place));
                rest = behind;
            } else {
                let end = after.find(|c: char| c.is_ascii_alphabetic())?;
                let is_text = after.get(end..)?.starts_with(['s', 'p']);
                let value = positional.next().unwrap_or(right);
                parts.push(if is_text { value } else { self.facts.expr(Expr::Num, place) });
                rest = after.get(end + 1..).unwrap_or_default();
            }
        }
        if !rest.is_empty() {
            parts.push(self.facts.str(rest, place));
        }
        Some(self.facts.tmpl(&parts, at))
    }

    /// The value under a name of a hash literal.
    fn under(&self, hash: ExprId, name: &str) -> Option<ExprId> {
        let Expr::Map(entries) = self.facts.peek(hash) else { return None };
        let mut entries = self.facts.peek_entries(entries).iter();
        let is_named =
            |key: ExprId| matches!(self.facts.peek(key), Expr::Str(key) if self.facts.text(key) == name);
        entries.find(|entry| entry.key.is_some_and(is_named)).map(|entry| entry.value)
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
