//! Arguments of macros and attributes, read from their tokens.
//!
//! A macro's tokens need not be Rust, but most are: lists of expressions, `name = value`,
//! `"key": value`. Each token tree becomes arguments: paths are glued (`a::b::c`), calls,
//! fields, nested macros and struct literals are read, and any other operator joins its
//! sides. Inner trees were read before the trees around them, so nothing recurses.

use super::{
    kinds::Kind,
    walk::{Frame, Operand, Walk, name},
};
use crate::analysis::facts::{Arg, CallFlags, Expr, ExprId, NewCall, Span};

/// The arguments inside one pair of delimiters.
#[derive(Debug, Default)]
pub(super) struct Tree {
    args: Vec<Arg>,
    delimiter: u8,
}

impl Walk<'_> {
    /// Turns the tokens of a tree into its operand.
    pub(super) fn reduce_tokens(&mut self, frame: &Frame, children: &[Operand]) -> Operand {
        let delimiter = self.source(frame.span).as_bytes().first().copied().unwrap_or(b'(');
        let inner = children.get(1..children.len().saturating_sub(1)).unwrap_or_default();
        let mut args = Vec::new();
        let text = self.text;
        for group in inner.split(|token| separates(text, token)) {
            args.extend(self.group(group));
        }
        self.trees.push(Tree { args, delimiter });
        Operand { aux: self.trees.len(), ..Self::mark(frame) }
    }

    /// The arguments of a tree, which is then empty.
    pub(super) fn take_tree(&mut self, index: usize) -> Vec<Arg> {
        let tree = index.checked_sub(1).and_then(|index| self.trees.get_mut(index)).map(std::mem::take);
        // Outside all trees nothing refers to them any more.
        if !self.frames.iter().rev().take(2).any(|frame| frame.kind == Kind::TokenTree) {
            self.trees.clear();
        }
        tree.map(|tree| tree.args).unwrap_or_default()
    }

    fn is(&self, token: &Operand, text: &str) -> bool {
        token.kind == Kind::Token && self.source(token.span) == text
    }

    /// One argument: `name = value`, `"key": value`, `name: value` or a value.
    fn group(&mut self, tokens: &[Operand]) -> Option<Arg> {
        let first = tokens.first()?;
        let named = match tokens.get(1) {
            Some(second) if self.is(second, "=") || self.is(second, ":") || self.is(second, "=>") => {
                match first.kind {
                    Kind::Identifier => Some(name(self.source(first.span)).to_owned()),
                    Kind::StringLiteral => Some(super::literals::text(self.source(first.span)).into_owned()),
                    _ => None,
                }
            }
            _ => None,
        };
        let values = if named.is_some() { tokens.get(2..).unwrap_or_default() } else { tokens };
        let value = self.joined(values)?;
        let name = named.map(|name| self.facts.intern(&name));
        Some(Arg { name, value, spread: false, start: first.span.start })
    }

    /// Operands with operators between them.
    fn joined(&mut self, tokens: &[Operand]) -> Option<ExprId> {
        let mut parts: Vec<ExprId> = Vec::new();
        let mut adds = true;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            if token.kind == Kind::Token {
                // References and the like in front of an operand are not operators.
                adds &= parts.is_empty() || self.is(token, "+");
                at += 1;
                continue;
            }
            let (value, next) = self.operand(tokens, at);
            parts.extend(value);
            at = next.max(at + 1);
        }
        let (first, last) = (tokens.first()?.span, tokens.last()?.span);
        let span = Span::new(first.start, last.end);
        match parts.as_slice() {
            [] => None,
            [only] => Some(*only),
            _ if adds => Some(self.facts.tmpl(&parts, span)),
            _ => Some(self.facts.other(&parts, span)),
        }
    }

    /// One operand with everything attached to it, and where the next token is.
    fn operand(&mut self, tokens: &[Operand], start: usize) -> (Option<ExprId>, usize) {
        let Some(first) = tokens.get(start) else { return (None, start) };
        let is_root = tokens.get(start + 1).is_some_and(|next| self.is(next, "::"));
        let mut value = match first.kind {
            Kind::TokenTree => self.tree_value(first),
            Kind::SelfValue if is_root => self.anchor("self", first.span),
            Kind::MutableSpecifier | Kind::Any | Kind::Unreadable => return (None, start + 1),
            _ => self.value(first),
        };
        if is_root && first.kind == Kind::Identifier {
            self.note_root(first.span);
        }
        let mut at = start + 1;
        while let Some(token) = tokens.get(at) {
            let next = tokens.get(at + 1);
            match (self.source(token.span), token.kind, next) {
                ("::", Kind::Token, Some(next)) if self.is(next, "<") => {
                    at = self.skip_generics(tokens, at + 1)
                }
                ("::" | ".", Kind::Token, Some(next)) if is_name(next.kind) => {
                    let text = self.source(next.span);
                    let span = Span::new(first.span.start, next.span.end);
                    value = self.facts.attr(value, name(text), span);
                    at += 2;
                }
                (".", Kind::Token, Some(next)) if self.source(next.span) == "await" => {
                    self.facts.flag_call(value, CallFlags::AWAITED);
                    at += 2;
                }
                ("?", Kind::Token, _) => at += 1,
                ("!", Kind::Token, Some(next)) if next.kind == Kind::TokenTree => {
                    value = self.token_call(value, next, CallFlags::MACRO, first.span.start);
                    at += 2;
                }
                (_, Kind::TokenTree, _) => {
                    let Some(attached) = self.attach_tree(value, token, first.span.start) else { break };
                    value = attached;
                    at += 1;
                }
                _ => break,
            }
        }
        (Some(value), at)
    }

    /// A tree behind a value: a call, an index or a struct literal.
    fn attach_tree(&mut self, value: ExprId, tree: &Operand, start: u32) -> Option<ExprId> {
        let is_path = matches!(self.facts.peek(value), Expr::Name(_) | Expr::Attr(..) | Expr::Call(_));
        match self.delimiter(tree) {
            b'(' if is_path => Some(self.token_call(value, tree, CallFlags::NONE, start)),
            b'{' if is_path => Some(self.token_call(value, tree, CallFlags::NEW, start)),
            b'[' => {
                let key = self.tree_value(tree);
                Some(self.facts.expr(Expr::Index(value, key), Span::new(start, tree.span.end)))
            }
            _ => None,
        }
    }

    fn token_call(&mut self, callee: ExprId, tree: &Operand, flags: CallFlags, start: u32) -> ExprId {
        let index = tree.aux.checked_sub(1);
        let args =
            index.and_then(|index| self.trees.get_mut(index)).map(std::mem::take).unwrap_or_default().args;
        let name_span = self.last_segment(callee);
        let span = Span::new(start, tree.span.end);
        self.facts.call(NewCall { callee, args, flags, span, name_span, args_span: tree.span })
    }

    /// A tree that stands for itself: a list, or the one value in parentheses.
    fn tree_value(&mut self, tree: &Operand) -> ExprId {
        let delimiter = self.delimiter(tree);
        let index = tree.aux.checked_sub(1);
        let args =
            index.and_then(|index| self.trees.get_mut(index)).map(std::mem::take).unwrap_or_default().args;
        let named = !args.is_empty() && args.iter().all(|arg| arg.name.is_some());
        if named {
            let mut entries = Vec::with_capacity(args.len());
            for arg in args {
                let key = arg.name.map(|key| {
                    let place = Span::new(arg.start, arg.start);
                    self.facts.expr(Expr::Str(key), place)
                });
                entries.push(crate::analysis::facts::Entry { key, value: arg.value });
            }
            return self.facts.map(&entries, tree.span);
        }
        match args.as_slice() {
            [only] if delimiter == b'(' => only.value,
            _ => {
                let items: Vec<ExprId> = args.iter().map(|arg| arg.value).collect();
                self.facts.list(&items, tree.span)
            }
        }
    }

    fn delimiter(&self, tree: &Operand) -> u8 {
        let index = tree.aux.checked_sub(1);
        index.and_then(|index| self.trees.get(index)).map_or(b'(', |tree| tree.delimiter)
    }

    /// Behind the `>` that closes the `<` at this token.
    fn skip_generics(&self, tokens: &[Operand], start: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, token) in tokens.iter().enumerate().skip(start) {
            match self.source(token.span) {
                "<" => depth += 1,
                ">" => depth = depth.saturating_sub(1),
                ">>" => depth = depth.saturating_sub(2),
                _ => {}
            }
            if depth == 0 {
                return offset + 1;
            }
        }
        tokens.len()
    }
}

fn separates(text: &str, token: &Operand) -> bool {
    token.kind == Kind::Token && matches!(text.get(token.span.range()), Some("," | ";"))
}

fn is_name(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Identifier
            | Kind::TypeIdentifier
            | Kind::PrimitiveType
            | Kind::SelfValue
            | Kind::Super
            | Kind::IntegerLiteral
    )
}
