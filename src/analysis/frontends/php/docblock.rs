//! Annotations in documentation comments: `@Route("/x", methods={"GET"})`.
//!
//! Before PHP had attributes, libraries read them from the comment in front of a class or
//! method. Only names that the file imports count, which leaves out `@param` and the like.

use super::Walk;
use crate::analysis::frontends::tree::Node;
use crate::analysis::{
    facts::{Arg, CallFlags, Entry, Expr, ExprId, NewCall, Span},
    frontends::nodes::span,
};

/// How deep values may nest.
const MAX_DEPTH: u32 = 16;

/// Reads the text of a comment from a place on.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// Where the comment stands in the file.
    start: u32,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Blanks, and the stars that lines of a comment begin with.
    fn skip_blanks(&mut self) {
        while let Some(c) = self.peek().filter(|c| c.is_whitespace() || *c == '*') {
            self.at += c.len_utf8();
        }
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.at += c.len_utf8();
        }
        found
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_alphanumeric() || "_\\:-".contains(c))).unwrap_or(rest.len());
        // A colon that is not doubled stands between a key and its value.
        let word = rest.get(..end).unwrap_or_default();
        let word = match word.find(':').filter(|at| !word.get(*at..).unwrap_or_default().starts_with("::")) {
            Some(at) => word.get(..at).unwrap_or_default(),
            None => word,
        };
        self.at += word.len();
        word
    }

    fn place(&self, from: usize) -> Span {
        let at = |offset: usize| self.start + u32::try_from(offset).unwrap_or(0);
        Span::new(at(from), at(self.at))
    }
}

impl<'t> Walk<'t> {
    /// The annotations in the documentation comment before a class or method.
    pub(super) fn documented(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let mut found = Vec::new();
        let Some(comment) = node.prev_sibling().filter(|before| before.kind() == "comment") else {
            return found;
        };
        let text = self.source(comment);
        if !text.starts_with("/**") {
            return found;
        }
        let mut reader = Reader { text, at: 0, start: span(comment).start };
        while let Some(next) = reader.rest().find('@') {
            reader.at += next;
            let before = reader.text.get(..reader.at).and_then(|before| before.chars().next_back());
            let begins = before.is_none_or(|c| c.is_whitespace() || c == '*');
            match begins.then(|| self.annotation(&mut reader, 0)).flatten() {
                Some(annotation) => found.push(annotation),
                None => reader.at += usize::from(reader.peek() == Some('@')),
            }
        }
        found
    }

    /// `@Name(…)`; none where the file does not import the name.
    fn annotation(&mut self, reader: &mut Reader<'t>, depth: u32) -> Option<ExprId> {
        let start = reader.at;
        reader.eat('@').then_some(())?;
        let name = reader.word();
        let first = name.trim_start_matches('\\').split('\\').next().unwrap_or_default();
        if !(name.starts_with('\\') || self.uses.contains_key(first)) {
            return None;
        }
        let place = reader.place(start);
        let whole = self.whole_name(name);
        let callee = self.facts.name(&whole, place);
        let list = reader.at;
        if !reader.eat('(') {
            return Some(callee);
        }
        let mut args = Vec::new();
        loop {
            reader.skip_blanks();
            if reader.eat(')') || reader.peek().is_none() {
                break;
            }
            let before = reader.at;
            let argument = self.argument(reader, depth);
            args.extend(argument);
            reader.skip_blanks();
            // What cannot be read ends the annotation.
            if !(reader.eat(',') || (reader.peek() == Some(')') && reader.at > before)) {
                break;
            }
        }
        Some(self.facts.call(NewCall {
            callee,
            args,
            flags: CallFlags::ANNOTATION,
            span: reader.place(start),
            name_span: place,
            args_span: reader.place(list),
        }))
    }

    fn argument(&mut self, reader: &mut Reader<'t>, depth: u32) -> Option<Arg> {
        let start = reader.at;
        let at = reader.place(start).start;
        let name = reader.word();
        reader.skip_blanks();
        if !name.is_empty() && reader.eat('=') {
            let name = self.facts.intern(name);
            let value = self.documented_value(reader, depth)?;
            return Some(Arg { name: Some(name), value, spread: false, start: at });
        }
        reader.at = start;
        let value = self.documented_value(reader, depth)?;
        Some(Arg { name: None, value, spread: false, start: at })
    }

    fn documented_value(&mut self, reader: &mut Reader<'t>, depth: u32) -> Option<ExprId> {
        if depth > MAX_DEPTH {
            return None;
        }
        reader.skip_blanks();
        let start = reader.at;
        match reader.peek()? {
            '"' => self.documented_text(reader),
            '{' => self.documented_list(reader, depth),
            '@' => self.annotation(reader, depth + 1),
            _ => {
                let word = reader.word();
                let place = reader.place(start);
                let value = match word {
                    "" => return None,
                    "true" | "TRUE" => self.facts.expr(Expr::Bool(true), place),
                    "false" | "FALSE" => self.facts.expr(Expr::Bool(false), place),
                    "null" | "NULL" => self.facts.expr(Expr::Null, place),
                    _ if word.starts_with(|c: char| c.is_ascii_digit() || c == '-') => {
                        self.facts.expr(Expr::Num, place)
                    }
                    _ => match word.split_once("::") {
                        Some((class, constant)) => {
                            let whole = self.whole_name(class);
                            let class = self.facts.name(&whole, place);
                            self.facts.attr(class, constant, place)
                        }
                        None => self.facts.name(word, place),
                    },
                };
                Some(value)
            }
        }
    }

    /// A text; a quote in it is written twice.
    fn documented_text(&mut self, reader: &mut Reader<'t>) -> Option<ExprId> {
        let start = reader.at;
        reader.eat('"').then_some(())?;
        let mut text = String::new();
        loop {
            let rest = reader.rest();
            let end = rest.find('"')?;
            text.push_str(rest.get(..end)?);
            reader.at += end + 1;
            if !reader.eat('"') {
                break;
            }
            text.push('"');
        }
        Some(self.facts.str(&text, reader.place(start)))
    }

    /// `{"a", "b"}`, or `{"a"="x", "b": "y"}`.
    fn documented_list(&mut self, reader: &mut Reader<'t>, depth: u32) -> Option<ExprId> {
        let start = reader.at;
        reader.eat('{').then_some(())?;
        let (mut values, mut entries) = (Vec::new(), Vec::new());
        loop {
            reader.skip_blanks();
            if reader.eat('}') {
                break;
            }
            let value = self.documented_value(reader, depth + 1)?;
            reader.skip_blanks();
            if reader.eat('=') || reader.eat(':') {
                let key = Some(value);
                let value = self.documented_value(reader, depth + 1)?;
                entries.push(Entry { key, value });
            } else {
                values.push(value);
            }
            reader.skip_blanks();
            reader.eat(',');
        }
        let place = reader.place(start);
        Some(match entries.is_empty() {
            true => self.facts.list(&values, place),
            false => self.facts.map(&entries, place),
        })
    }
}
