//! Anchors for the lines of a change, in the text that the change made.

use super::symbols::{Symbol, symbols};
use crate::domain::anchor::Anchor;
use std::ops::Range;

/// More symbols in one hunk than this are too many to name.
const LIMIT: usize = 24;

/// Lines above and below bare lines that help to know them again.
const AROUND: usize = 3;

/// What the 0-based lines `changed` of a text belong to: the innermost symbol around them,
/// then every symbol that begins among them. Lines outside every symbol are their own
/// anchor, together with what stands around them. Never empty.
pub fn anchors_of(path: &str, text: &str, changed: Range<u32>) -> Vec<Anchor> {
    let known = symbols(path, text).unwrap_or_default();
    let changed = without_blanks(text, changed);
    let mut chosen: Vec<&Symbol> = around(&known, &changed).into_iter().collect();
    let within = known.iter().filter(|symbol| changed.contains(&symbol.lines.start));
    for symbol in within {
        if !chosen.iter().any(|other| other.path == symbol.path) {
            chosen.push(symbol);
        }
    }
    chosen.truncate(LIMIT);
    if chosen.is_empty() {
        // Lines of a symbol that began above them, in part: the symbols that they touch.
        chosen.extend(known.iter().rfind(|symbol| overlaps(&symbol.lines, &changed)));
    }
    if chosen.is_empty() {
        let from = (changed.start as usize).saturating_sub(AROUND);
        let to = changed.end as usize + AROUND;
        return vec![Anchor::new(path, "", text.lines().take(to).skip(from))];
    }
    chosen.iter().map(|symbol| Anchor::new(path, symbol.path.clone(), symbol.text(text))).collect()
}

/// The smallest symbol that holds all of the lines.
fn around<'s>(known: &'s [Symbol], changed: &Range<u32>) -> Option<&'s Symbol> {
    known
        .iter()
        .filter(|symbol| symbol.lines.start <= changed.start && changed.end <= symbol.lines.end)
        .min_by_key(|symbol| (symbol.lines.end - symbol.lines.start, symbol.is_container))
}

fn overlaps(a: &Range<u32>, b: &Range<u32>) -> bool {
    a.start < b.end && b.start < a.end
}

/// The lines without blank ones at both ends: a hunk often brings the blank line between
/// two functions along, and belongs to one of them all the same.
fn without_blanks(text: &str, lines: Range<u32>) -> Range<u32> {
    let is_blank = |number: u32| text.lines().nth(number as usize).is_none_or(|line| line.trim().is_empty());
    let mut trimmed = lines.clone();
    while trimmed.start < trimmed.end && is_blank(trimmed.start) {
        trimmed.start += 1;
    }
    while trimmed.start < trimmed.end && is_blank(trimmed.end - 1) {
        trimmed.end -= 1;
    }
    if trimmed.is_empty() { lines } else { trimmed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const TEXT: &str = "import os\nimport re\n\n\nclass Orders:\n    def list(self):\n        rows = all()\n        return rows\n\n    def get(self):\n        return 1\n";

    fn titles(changed: Range<u32>) -> Vec<String> {
        anchors_of("app/orders.py", TEXT, changed).iter().map(Anchor::title).collect()
    }

    #[test]
    fn a_change_belongs_to_the_symbol_around_it_and_to_those_that_it_brings() {
        assert_eq!(titles(6..7), ["Orders.list"]);
        assert_eq!(titles(8..11), ["Orders.get"], "the blank line above a function is not its neighbour's");
        assert_eq!(titles(4..11), ["Orders", "Orders.list", "Orders.get"]);
        assert_eq!(titles(6..6), ["Orders.list"], "a removal belongs to what it was taken from");
        assert_eq!(titles(0..1), ["lines of app/orders.py"]);
        assert_eq!(titles(0..11), ["Orders", "Orders.list", "Orders.get"], "a whole file is its symbols");
    }

    #[test]
    fn lines_outside_every_symbol_know_what_stands_around_them() {
        let anchors = anchors_of("app/orders.py", TEXT, 1..2);
        assert_eq!(anchors[0].content, crate::domain::anchor::digests(TEXT.lines().take(5)));
        let sql = anchors_of("schema.sql", "CREATE TABLE a (\n  id INT\n);\n", 1..2);
        assert_eq!((sql[0].symbol.as_str(), sql[0].content.len()), ("", 2));
    }
}
