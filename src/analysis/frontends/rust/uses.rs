//! `use` declarations, read from their text: a tree of paths without any depth limit.

use super::walk::{Walk, name};
use crate::analysis::facts::{ImportFlags, Span};

/// One name that a `use` brings in.
#[derive(Debug, PartialEq, Eq)]
struct Used {
    /// All segments, the name last.
    path: Vec<String>,
    alias: Option<String>,
    star: bool,
    /// Byte range of the last segment within the declaration.
    place: (usize, usize),
}

impl Walk<'_> {
    /// Makes the imports of one declaration.
    pub(super) fn use_declaration(&mut self, span: Span) {
        let source = self.source(span);
        let public = source.trim_start().starts_with("pub");
        for used in read(source) {
            self.use_name(&used, span, public);
        }
    }

    fn use_name(&mut self, used: &Used, span: Span, public: bool) {
        let offset = |at: usize| span.start.saturating_add(u32::try_from(at).unwrap_or(0));
        let place = Span::new(offset(used.place.0), offset(used.place.1));
        let path = self.absolute(&used.path.join("::"));
        let flags = ImportFlags::NONE.with_if(ImportFlags::REEXPORT, public);
        if used.star {
            let import = self.facts.import(&path, None, None, span, place);
            self.facts.edit_import(import, |import| import.flags = flags.with(ImportFlags::STAR));
            return;
        }
        let alias = match used.alias.as_deref() {
            Some("_") => None,
            Some(alias) => Some(alias),
            None => used.path.last().map(String::as_str),
        };
        if let Some(alias) = alias {
            self.known.insert(alias.to_owned());
        }
        let import = match path.rsplit_once("::") {
            Some((module, last)) if !matches!(last, "self" | "super" | "crate") => {
                self.facts.import(module, Some(last), alias, span, place)
            }
            _ => self.facts.import(&path, None, alias, span, place),
        };
        self.facts.edit_import(import, |import| import.flags = flags);
    }
}

/// Every name of a declaration, in order.
fn read(source: &str) -> Vec<Used> {
    let tokens = tokens(source);
    let start = tokens.iter().position(|token| token.text == "use").map_or(0, |at| at + 1);
    let mut names = Vec::new();
    // The path so far, and its length at each open brace.
    let mut path: Vec<Token<'_>> = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut alias = None;
    let mut aliased = false;
    for token in tokens.into_iter().skip(start) {
        match token.text {
            "::" => {}
            "{" => open.push(path.len()),
            "," | "}" | ";" => {
                let base = open.last().copied().unwrap_or(0);
                if path.len() > base {
                    names.extend(used(&path, alias.take()));
                }
                path.truncate(base);
                alias = None;
                aliased = false;
                if token.text == "}" {
                    open.pop();
                    // The prefix before the brace is used up as well.
                    path.truncate(open.last().copied().unwrap_or(0));
                }
            }
            "as" => aliased = true,
            text if aliased => alias = Some(name(text).to_owned()),
            _ => path.push(token),
        }
    }
    names
}

fn used(path: &[Token<'_>], alias: Option<String>) -> Option<Used> {
    let last = path.last()?;
    let place = (last.start, last.start + last.text.len());
    let mut segments: Vec<String> = path.iter().map(|token| name(token.text).to_owned()).collect();
    let star = last.text == "*";
    // `a::{self}` is `a`.
    if star || (last.text == "self" && segments.len() > 1) {
        segments.pop();
    }
    (!segments.is_empty()).then_some(Used { path: segments, alias, star, place })
}

#[derive(Debug, Clone, Copy)]
struct Token<'s> {
    text: &'s str,
    start: usize,
}

fn tokens(source: &str) -> Vec<Token<'_>> {
    let bytes = source.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = source.get(at..).unwrap_or_default();
        let length = match byte {
            b'/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with("/*") => {
                at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            b':' if rest.starts_with("::") => 2,
            b'{' | b'}' | b',' | b';' | b'*' => 1,
            byte if is_word(byte) => rest.bytes().take_while(|byte| is_word(*byte)).count(),
            // Spaces, the parentheses of `pub(crate)`, whatever does not belong here.
            _ => {
                at += 1;
                continue;
            }
        };
        tokens.push(Token { text: rest.get(..length).unwrap_or_default(), start: at });
        at += length;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'#' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_use_gives_its_names() {
        let cases = [
            ("use a;", "a"),
            ("use a::b::c;", "a::b::c"),
            ("pub(crate) use a::b as c;", "a::b as c"),
            ("use a::{self, b, c::{d, e as f}, g::*};", "a, a::b, a::c::d, a::c::e as f, a::g*"),
            ("use {a::b, ::c::d};", "a::b, c::d"),
            ("use super::super::x::*;", "super::super::x*"),
            ("use a::{\n  // note {\n  b, /* , */ c,\n};", "a::b, a::c"),
            ("use a::B as _;", "a::B as _"),
            ("use r#type::r#fn;", "type::fn"),
            ("use a::{b::{c::{d}}, e};", "a::b::c::d, a::e"),
            ("use", ""),
        ];
        for (source, expected) in cases {
            let names: Vec<String> = read(source)
                .iter()
                .map(|used| {
                    let alias = used.alias.as_ref().map_or(String::new(), |alias| format!(" as {alias}"));
                    format!("{}{}{alias}", used.path.join("::"), if used.star { "*" } else { "" })
                })
                .collect();
            assert_eq!(names.join(", "), expected, "{source}");
        }
    }
}
