//! Differences between two texts, as changes to compose and as rows to show.
//!
//! Works on lines that keep their terminators (`\n`, `\r\n`, or none at the end), so
//! nothing about a text's endings is lost. Pure; knows nothing of hunks or decisions.

use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

/// Changed lines closer than this to each other belong to one change.
const JOIN_GAP_LINES: usize = 2;

/// Base lines `base_start..base_start+base_len` (0-based) become `new_lines`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextChange {
    pub base_start: u32,
    pub base_len: u32,
    /// 0-based line of the first new line in the new text.
    pub new_start: u32,
    pub new_lines: Vec<String>,
}

/// The lines of a text with their terminators. An empty text has none.
pub fn split_lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// The changes that turn `base` into `new`, in order, never overlapping or touching.
pub fn changes_between(base: &str, new: &str) -> Vec<TextChange> {
    let (old_lines, new_lines) = (split_lines(base), split_lines(new));
    let mut groups: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for op in capture_diff_slices(Algorithm::Patience, &old_lines, &new_lines) {
        let (old, new) = match op {
            DiffOp::Equal { .. } => continue,
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => {
                (op.old_range(), op.new_range())
            }
        };
        match groups.last_mut() {
            Some((last_old, last_new)) if old.start - last_old.end <= JOIN_GAP_LINES => {
                last_old.end = old.end;
                last_new.end = new.end;
            }
            _ => groups.push((old, new)),
        }
    }
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    groups
        .into_iter()
        .map(|(old, new)| TextChange {
            base_start: count(old.start),
            base_len: count(old.len()),
            new_start: count(new.start),
            new_lines: new_lines.get(new).unwrap_or_default().iter().map(|line| (*line).to_owned()).collect(),
        })
        .collect()
}

/// Whether a row stands in both texts or in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    Same,
    Removed,
    Added,
}

/// One displayed line of a diff, without its terminator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffRow {
    pub sign: Sign,
    /// 0-based line inside the old lines given; for added rows the line it comes before.
    pub old: usize,
    /// 0-based line inside the new lines given; for removed rows the line it comes before.
    pub new: usize,
    pub text: String,
    /// Byte ranges of `text` that differ from its partner; empty when nothing pairs up.
    pub emphasis: Vec<Range<usize>>,
    /// The line has no terminator.
    pub no_newline: bool,
}

/// Rows that turn `old` into `new`, removed before added, with word emphasis.
pub fn rows<S: AsRef<str>>(old: &[&str], new: &[S]) -> Vec<DiffRow> {
    let new: Vec<&str> = new.iter().map(AsRef::as_ref).collect();
    let mut rows = Vec::new();
    let mut push = |sign, old_at, new_at, line: &str| {
        rows.push(DiffRow {
            sign,
            old: old_at,
            new: new_at,
            text: line.trim_end_matches(['\n', '\r']).to_owned(),
            emphasis: Vec::new(),
            no_newline: !line.ends_with('\n'),
        });
    };
    for op in capture_diff_slices(Algorithm::Patience, old, &new) {
        let (old_range, new_range) = (op.old_range(), op.new_range());
        if matches!(op, DiffOp::Equal { .. }) {
            for (at, line) in old_range.clone().zip(old.get(old_range).unwrap_or_default()) {
                push(Sign::Same, at, new_range.start + (at - op.old_range().start), line);
            }
            continue;
        }
        for (at, line) in old_range.clone().zip(old.get(old_range.clone()).unwrap_or_default()) {
            push(Sign::Removed, at, new_range.start, line);
        }
        for (at, line) in new_range.clone().zip(new.get(new_range.clone()).unwrap_or_default()) {
            push(Sign::Added, old_range.end, at, line);
        }
    }
    super::emphasis::mark(&mut rows);
    rows
}
