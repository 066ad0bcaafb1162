//! Texts with holes, and types that are written as texts.

use super::{Walk, span};
use crate::analysis::facts::{Arg, Expr as Fact, ExprId, Span};
use ruff_python_ast::{
    Expr, FStringPart, FStringValue, InterpolatedStringElement, InterpolatedStringElements, TStringValue,
};

/// Types written as texts are short; longer texts are not parsed as types.
const MAX_TYPE_BYTES: usize = 300;

impl Walk<'_> {
    pub(super) fn f_string(&mut self, value: &FStringValue, at: Span) -> ExprId {
        let mut parts = Vec::new();
        for part in value {
            match part {
                FStringPart::Literal(literal) => {
                    parts.push(self.facts.str(&literal.value, span(literal.range)))
                }
                FStringPart::FString(string) => self.elements(&string.elements, &mut parts),
            }
        }
        self.text_of(&parts, at)
    }

    pub(super) fn t_string(&mut self, value: &TStringValue, at: Span) -> ExprId {
        let mut parts = Vec::new();
        for string in value.iter() {
            self.elements(&string.elements, &mut parts);
        }
        // A template string keeps its values apart; what takes it does the joining.
        self.facts.other(&parts, at)
    }

    fn elements(&mut self, elements: &InterpolatedStringElements, parts: &mut Vec<ExprId>) {
        for element in elements {
            match element {
                InterpolatedStringElement::Literal(literal) => {
                    parts.push(self.facts.str(&literal.value, span(literal.range)));
                }
                InterpolatedStringElement::Interpolation(hole) => {
                    parts.push(self.expr(&hole.expression));
                    for inner in hole.format_spec.iter().flat_map(|spec| spec.elements.interpolations()) {
                        self.expr(&inner.expression);
                    }
                }
            }
        }
    }

    /// A text without holes is a plain literal.
    fn text_of(&mut self, parts: &[ExprId], at: Span) -> ExprId {
        let mut whole = String::new();
        for part in parts {
            let Fact::Str(text) = self.facts.peek(*part) else { return self.facts.tmpl(parts, at) };
            whole.push_str(self.facts.text(text));
        }
        self.facts.str(&whole, at)
    }

    /// `left % right`: a text with holes unless `left` is a number.
    pub(super) fn percent_format(&mut self, left: ExprId, right: ExprId, at: Span) -> ExprId {
        match self.facts.peek(left) {
            Fact::Num => self.facts.expr(Fact::Num, at),
            Fact::Str(text) => {
                let text = self.facts.text(text).to_owned();
                let values = match self.facts.peek(right) {
                    Fact::List(items) => self.facts.peek_list(items).to_vec(),
                    _ => vec![right],
                };
                let place = self.facts.span_of(left);
                let mut values = values.into_iter();
                let mut parts = Vec::new();
                for piece in percent_pieces(&text) {
                    match piece {
                        Piece::Text(text) => parts.push(self.facts.str(&text, place)),
                        Piece::Number => {
                            // Only a number comes out of `%d`, whatever goes in.
                            values.next();
                            parts.push(self.facts.expr(Fact::Num, place));
                        }
                        Piece::Hole(Some(_)) => parts.push(right),
                        Piece::Hole(None) => parts.push(values.next().unwrap_or(right)),
                    }
                }
                self.facts.tmpl(&parts, at)
            }
            Fact::Tmpl(_) => self.facts.tmpl(&[left, right], at),
            // A constant's name, or a number: without more knowledge, a text.
            _ if self.facts.peek(right) != Fact::Num => self.facts.tmpl(&[left, right], at),
            _ => self.facts.other(&[left, right], at),
        }
    }

    /// `"…{}…".format(…)` of a literal as a text with holes, or none for other calls.
    pub(super) fn formatted(&mut self, callee: ExprId, args: &[Arg], at: Span) -> Option<ExprId> {
        let Fact::Attr(object, method) = self.facts.peek(callee) else { return None };
        let Fact::Str(text) = self.facts.peek(object) else { return None };
        if self.facts.text(method) != "format" {
            return None;
        }
        let text = self.facts.text(text).to_owned();
        let place = self.facts.span_of(object);
        let unknown = args.iter().find(|arg| arg.spread).map(|arg| arg.value);
        let mut positional = args.iter().filter(|arg| arg.name.is_none() && !arg.spread);
        let mut parts = Vec::new();
        for piece in format_pieces(&text) {
            match piece {
                Piece::Text(text) => parts.push(self.facts.str(&text, place)),
                Piece::Number => parts.push(self.facts.expr(Fact::Num, place)),
                Piece::Hole(name) => {
                    let found = match &name {
                        None => positional.next().map(|arg| arg.value),
                        Some(name) => match name.parse::<usize>() {
                            Ok(position) => args.iter().filter(|arg| arg.name.is_none()).nth(position),
                            Err(_) => args
                                .iter()
                                .find(|arg| arg.name.is_some_and(|arg| self.facts.text(arg) == name)),
                        }
                        .map(|arg| arg.value),
                    };
                    let hole = match found.or(unknown) {
                        Some(value) => value,
                        None => self.facts.other(&[], place),
                    };
                    parts.push(hole);
                }
            }
        }
        Some(self.text_of(&parts, at))
    }

    /// An expression in the place of a type: a text is the type that it spells.
    pub(super) fn type_expr(&mut self, expr: &Expr) -> ExprId {
        match expr {
            Expr::StringLiteral(string) if string.value.to_str().len() <= MAX_TYPE_BYTES => {
                let Some(literal) = string.as_single_part_string() else { return self.expr(expr) };
                match ruff_python_parser::parse_string_annotation(self.text, literal) {
                    Ok(parsed) => self.type_expr(&parsed.syntax().body),
                    Err(_) => self.expr(expr),
                }
            }
            Expr::Subscript(subscript) => {
                let object = self.type_expr(&subscript.value);
                let last = match subscript.value.as_ref() {
                    Expr::Name(name) => name.id.as_str(),
                    Expr::Attribute(attribute) => attribute.attr.as_str(),
                    _ => "",
                };
                let key = match (last, subscript.slice.as_ref()) {
                    // Texts are values here.
                    ("Literal", slice) => self.expr(slice),
                    ("Annotated", Expr::Tuple(tuple)) => {
                        let items: Vec<ExprId> = tuple
                            .elts
                            .iter()
                            .enumerate()
                            .map(
                                |(index, item)| {
                                    if index == 0 { self.type_expr(item) } else { self.expr(item) }
                                },
                            )
                            .collect();
                        self.facts.list(&items, span(tuple.range))
                    }
                    (_, Expr::Tuple(tuple)) => {
                        let items: Vec<ExprId> = tuple.elts.iter().map(|item| self.type_expr(item)).collect();
                        self.facts.list(&items, span(tuple.range))
                    }
                    (_, slice) => self.type_expr(slice),
                };
                self.facts.expr(Fact::Index(object, key), span(subscript.range))
            }
            Expr::BinOp(operation) if operation.op == ruff_python_ast::Operator::BitOr => {
                let options = [self.type_expr(&operation.left), self.type_expr(&operation.right)];
                self.facts.either(&options, span(operation.range))
            }
            other => self.expr(other),
        }
    }
}

/// A piece of a format text.
#[derive(Debug, PartialEq)]
enum Piece {
    Text(String),
    /// A hole with the name or position that it states.
    Hole(Option<String>),
    /// A hole that only a number can come out of.
    Number,
}

fn push_text(pieces: &mut Vec<Piece>, text: &mut String) {
    if !text.is_empty() {
        pieces.push(Piece::Text(std::mem::take(text)));
    }
}

/// The pieces of a printf-style text.
fn percent_pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '%' {
            plain.push(c);
            continue;
        }
        let name: Option<String> =
            chars.next_if_eq(&'(').map(|_| chars.by_ref().take_while(|c| *c != ')').collect());
        while chars.next_if(|c| "#0- +.123456789*hlL".contains(*c)).is_some() {}
        match chars.next() {
            Some('%') => plain.push('%'),
            Some('d' | 'i' | 'u' | 'o' | 'x' | 'X' | 'e' | 'E' | 'f' | 'F' | 'g' | 'G') => {
                push_text(&mut pieces, &mut plain);
                pieces.push(Piece::Number);
            }
            Some(_) => {
                push_text(&mut pieces, &mut plain);
                pieces.push(Piece::Hole(name));
            }
            None => plain.push('%'),
        }
    }
    push_text(&mut pieces, &mut plain);
    pieces
}

/// The pieces of a text for `str.format`.
fn format_pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if chars.next_if_eq(&'{').is_some() => plain.push('{'),
            '}' => {
                chars.next_if_eq(&'}');
                plain.push('}');
            }
            '{' => {
                push_text(&mut pieces, &mut plain);
                let inner: String = chars.by_ref().take_while(|c| *c != '}').collect();
                let (field, spec) = inner.split_once(':').unwrap_or((&inner, ""));
                let name = field.split(['.', '[', '!']).next().unwrap_or_default();
                if spec.ends_with(['d', 'f', 'x', 'X', 'e', 'g', 'n', 'b', 'o']) {
                    pieces.push(Piece::Number);
                } else {
                    pieces.push(Piece::Hole((!name.is_empty()).then(|| name.to_owned())));
                }
            }
            other => plain.push(other),
        }
    }
    push_text(&mut pieces, &mut plain);
    pieces
}
