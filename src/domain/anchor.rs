//! A place in source that outlives edits: a symbol with its content, never a line number.
//!
//! An anchor says which symbol of which file it means and keeps a digest of each of its
//! lines. So it is found again after lines were inserted above it, after its file was
//! renamed and after its own text was edited in part; and its loss is noticed. Pure:
//! finding the symbols of a text is the scanner's work.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a step of a walkthrough belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// The file when the anchor was made, relative to the repository root with `/`.
    pub path: String,
    /// For example `ReportService.top_customers`; empty for lines outside every symbol.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub symbol: String,
    /// One digest for each line that says something, in order; may be empty.
    #[serde(default)]
    pub content: Vec<String>,
}

impl Anchor {
    /// An anchor for the lines of a symbol, or for bare lines when `symbol` is empty.
    pub fn new<'a>(
        path: impl Into<String>,
        symbol: impl Into<String>,
        lines: impl Iterator<Item = &'a str>,
    ) -> Self {
        Self { path: path.into(), symbol: symbol.into(), content: digests(lines) }
    }

    /// What it is called on screen: the symbol, else `lines of PATH`.
    pub fn title(&self) -> String {
        if self.symbol.is_empty() { format!("lines of {}", self.path) } else { self.symbol.clone() }
    }

    /// The symbol's own name: the last part of its path.
    pub fn name(&self) -> &str {
        self.symbol.rsplit('.').next().unwrap_or_default()
    }
}

/// A digest for each line that says something, in order; brackets and blank lines do not.
pub fn digests<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    lines.map(str::trim).filter(|line| says_something(line)).map(digest).collect()
}

/// A line with fewer letters and digits than this stands in every file.
const TELLING_SIGNS: usize = 3;

fn says_something(line: &str) -> bool {
    line.chars().filter(|sign| sign.is_alphanumeric()).count() >= TELLING_SIGNS
}

/// FNV-1a of 64 bits as hexadecimal digits: the same on every machine and in every version.
fn digest(line: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in line.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// How much two contents share, in percent of both: 100 for the same lines in any order.
/// Two empty contents are the same.
pub fn likeness(a: &[String], b: &[String]) -> u32 {
    if a.is_empty() && b.is_empty() {
        return 100;
    }
    percent(2 * shared(a, b), a.len() + b.len())
}

/// How much of `part` stands in `whole`, in percent; nothing is wholly contained.
pub fn containment(part: &[String], whole: &[String]) -> u32 {
    if part.is_empty() { 100 } else { percent(shared(part, whole), part.len()) }
}

/// Lines that both have, each counted as often as the poorer side has it.
fn shared(a: &[String], b: &[String]) -> usize {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for digest in a {
        *left.entry(digest).or_default() += 1;
    }
    b.iter()
        .filter(|digest| match left.get_mut(digest.as_str()) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            Some(_) | None => false,
        })
        .count()
}

fn percent(part: usize, whole: usize) -> u32 {
    u32::try_from(part * 100 / whole.max(1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn of(text: &str) -> Vec<String> {
        digests(text.lines())
    }

    #[test]
    fn the_digest_of_a_line_never_changes() {
        // Known values of FNV-1a: lesson files of other machines depend on them.
        assert_eq!((digest("foobar"), digest("")), ("85944171f73967e8".into(), "cbf29ce484222325".into()));
    }

    #[test]
    fn indentation_blank_lines_and_brackets_are_no_content() {
        assert_eq!(of("\tfn list() {\n\n        rows()\n}\n"), of("fn list() {\nrows()"));
    }

    #[test]
    fn likeness_counts_what_both_sides_share() {
        let (one, other) = (of("first\nsecond\nthird\nfourth"), of("zeroth\nfirst\nsecond\nfifth"));
        assert_eq!((likeness(&one, &one), likeness(&one, &other), likeness(&one, &[])), (100, 50, 0));
        assert_eq!(likeness(&[], &[]), 100);
        let twice = of("again\nagain");
        assert_eq!((likeness(&twice, &of("again")), containment(&of("again"), &twice)), (66, 100));
    }
}
