//! Object literals in a text of TypeScript or of `json!`, found by their brackets.
//!
//! For edits that add an entry beside others. What is not plainly a list of entries is no
//! literal here: a block of statements, a pattern with defaults, a spread alone.

use crate::propose::edits::{Edits, indent_of, line_end, line_start, newline_of};
use std::ops::Range;

/// One literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Literal {
    /// From `{` to `}`.
    pub(crate) range: Range<usize>,
    pub(crate) entries: Vec<Entry>,
}

/// `key: value`, or the key alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) range: Range<usize>,
}

/// Every literal within a range, the inner ones first.
pub(crate) fn literals(text: &str, within: Range<usize>) -> Vec<Literal> {
    let mut found = Vec::new();
    // Where each open bracket stands, and the parts of the braces so far.
    let mut open: Vec<(char, usize, Vec<Range<usize>>)> = Vec::new();
    let mut part_start = within.start;
    let mut letters = text.get(within.clone()).unwrap_or_default().char_indices().peekable();
    while let Some((offset, c)) = letters.next() {
        let at = within.start + offset;
        match c {
            '\'' | '"' | '`' => {
                let mut escaped = false;
                for (_, inner) in letters.by_ref() {
                    match inner {
                        _ if escaped => escaped = false,
                        '\\' => escaped = true,
                        inner if inner == c || (inner == '\n' && c != '`') => break,
                        _ => {}
                    }
                }
            }
            '/' if letters.peek().is_some_and(|(_, next)| *next == '/') => {
                for (_, inner) in letters.by_ref() {
                    if inner == '\n' {
                        break;
                    }
                }
            }
            '(' | '[' | '{' => {
                open.push((c, at, Vec::new()));
                if c == '{' {
                    part_start = at + 1;
                }
            }
            ')' | ']' | '}' => {
                let Some((opened, start, mut parts)) = open.pop() else { continue };
                if opened == '{' && c == '}' {
                    parts.push(part_start..at);
                    found.extend(literal(text, start..at + 1, &parts));
                }
                // The part goes on in which the bracket stands.
                if let Some((_, outer, parts)) = open.iter().rfind(|(kind, _, _)| *kind == '{') {
                    part_start = parts.last().map_or(outer + 1, |last| last.end + 1);
                }
            }
            ',' => {
                if let Some(('{', _, parts)) = open.last_mut() {
                    parts.push(part_start..at);
                    part_start = at + 1;
                }
            }
            _ => {}
        }
    }
    found
}

fn literal(text: &str, range: Range<usize>, parts: &[Range<usize>]) -> Option<Literal> {
    let mut entries = Vec::new();
    for part in parts {
        let source = text.get(part.clone())?;
        let inner = source.trim();
        if inner.is_empty() {
            continue;
        }
        let start = part.start + (source.len() - source.trim_start().len());
        let (key, value) = match inner.split_once(':') {
            Some((key, value)) => (key.trim(), value.trim()),
            None => (inner, inner),
        };
        let key = key.trim_matches(['"', '\'']);
        let is_name = !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            return None;
        }
        entries.push(Entry {
            key: key.to_owned(),
            value: value.to_owned(),
            range: start..start + inner.len(),
        });
    }
    (!entries.is_empty()).then_some(Literal { range, entries })
}

/// Adds entries after the last of a literal, on lines of their own where the others are or
/// where one line would be longer than `width`; a level of blanks is `unit`.
pub(crate) fn grow(
    text: &str,
    literal: &Literal,
    added: &[String],
    width: usize,
    unit: &str,
    trailing_commas: bool,
    edits: &mut Edits,
) {
    let Some(last) = literal.entries.last() else { return };
    let newline = newline_of(text);
    let source = text.get(literal.range.clone()).unwrap_or_default();
    let indent = indent_of(text, literal.range.start);
    let start = line_start(text, literal.range.start);
    let more: usize = added.iter().map(|one| one.chars().count() + 2).sum();
    let columns = text.get(start..line_end(text, literal.range.end)).unwrap_or_default();
    if source.contains('\n') {
        let indent = indent_of(text, last.range.start);
        let added: String = added.iter().map(|one| format!(",{newline}{indent}{one}")).collect();
        edits.insert(last.range.end, added);
    } else if columns.trim_end().chars().count() + more <= width {
        let added: String = added.iter().map(|one| format!(", {one}")).collect();
        edits.insert(last.range.end, added);
    } else {
        let known = literal.entries.iter().filter_map(|entry| text.get(entry.range.clone()));
        let all: Vec<&str> = known.chain(added.iter().map(String::as_str)).collect();
        let inner = all.join(&format!(",{newline}{indent}{unit}"));
        let comma = if trailing_commas { "," } else { "" };
        edits.replace(
            literal.range.clone(),
            format!("{{{newline}{indent}{unit}{inner}{comma}{newline}{indent}}}"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<String> {
        let found = literals(text, 0..text.len());
        let keys =
            |one: &Literal| one.entries.iter().map(|entry| entry.key.clone()).collect::<Vec<_>>().join(" ");
        found.iter().map(keys).collect()
    }

    #[test]
    fn literals_are_told_from_blocks_and_patterns() {
        for (text, expected) in [
            ("f({ a: b.a, 'c': [1, { d: 2 }], e })", &["d", "a c e"][..]),
            ("if (x) { return g({ a: '}' }); }", &["a"]),
            ("const { a = b.a } = c;", &[]),
            ("json!({ \"a\": 1, \"b\": \"x,y\" })", &["a b"]),
            ("save({ ...row, a })", &[]),
            ("({ a: 1, // b: 2,\n })", &[]),
        ] {
            assert_eq!(keys(text), expected, "{text}");
        }
    }

    #[test]
    fn an_entry_stands_as_the_others_do() {
        let grown = |text: &str, width: usize| {
            let literal = literals(text, 0..text.len()).remove(0);
            let mut edits = Edits::default();
            grow(text, &literal, &["c: 3".into()], width, "  ", true, &mut edits);
            edits.apply(text).unwrap()
        };
        assert_eq!(grown("f({ a: 1 });\n", 80), "f({ a: 1, c: 3 });\n");
        assert_eq!(grown("  f({ a: 1 });\n", 12), "  f({\n    a: 1,\n    c: 3,\n  });\n");
        assert_eq!(grown("f({\n  a: 1,\n});\n", 80), "f({\n  a: 1,\n  c: 3,\n});\n");
    }
}
