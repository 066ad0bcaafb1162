//! Word emphasis inside changed lines.
//!
//! A run of removed rows and the run of added rows after it are paired line by line.
//! Words that differ are marked when the two lines share at least 40 % of their tokens;
//! when more than 60 % of a line would be marked, none is: noise helps nobody.

use super::diff::{DiffRow, Sign};
use similar::{Algorithm, DiffOp, capture_diff_slices};
use std::ops::Range;

const MIN_SHARED_PERCENT: usize = 40;
const MAX_MARKED_PERCENT: usize = 60;

/// Fills `emphasis` of the rows that pair up.
pub fn mark(rows: &mut [DiffRow]) {
    let mut at = 0;
    while at < rows.len() {
        let removed = run(rows, at, Sign::Removed);
        let added = run(rows, removed.end, Sign::Added);
        if removed.is_empty() || added.is_empty() {
            at = added.end.max(removed.end).max(at + 1);
            continue;
        }
        for (old, new) in pairs(rows, &removed, &added) {
            let (Some(a), Some(b)) = (rows.get(old), rows.get(new)) else { continue };
            if let Some((left, right)) = differing(&a.text, &b.text) {
                if let Some(row) = rows.get_mut(old) {
                    row.emphasis = left;
                }
                if let Some(row) = rows.get_mut(new) {
                    row.emphasis = right;
                }
            }
        }
        at = added.end;
    }
}

fn run(rows: &[DiffRow], start: usize, sign: Sign) -> Range<usize> {
    let len = rows.get(start..).unwrap_or_default().iter().take_while(|row| row.sign == sign).count();
    start..start + len
}

/// Pairs each removed row with the most alike added row after the last pair.
fn pairs(rows: &[DiffRow], removed: &Range<usize>, added: &Range<usize>) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut from = added.start;
    for old in removed.clone() {
        let best = (from..added.end)
            .take(32)
            .filter_map(|new| {
                let shared = shared_percent(&rows.get(old)?.text, &rows.get(new)?.text);
                (shared >= MIN_SHARED_PERCENT).then_some((shared, new))
            })
            .max_by_key(|(shared, new)| (*shared, std::cmp::Reverse(*new)));
        if let Some((_, new)) = best {
            pairs.push((old, new));
            from = new + 1;
        }
    }
    pairs
}

fn shared_percent(a: &str, b: &str) -> usize {
    let (a, b) = (words(a), words(b));
    let total = a.len() + b.len();
    if total == 0 || a.len() > 400 || b.len() > 400 {
        return 0;
    }
    let equal: usize = capture_diff_slices(Algorithm::Myers, &texts(&a), &texts(&b))
        .iter()
        .map(|op| if let DiffOp::Equal { len, .. } = op { *len } else { 0 })
        .sum();
    equal * 200 / total
}

/// Marks of the old and of the new line.
type Marks = (Vec<Range<usize>>, Vec<Range<usize>>);

fn differing(a: &str, b: &str) -> Option<Marks> {
    let (left, right) = (tokens(a), tokens(b));
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for op in capture_diff_slices(Algorithm::Myers, &texts(&left), &texts(&right)) {
        if matches!(op, DiffOp::Equal { .. }) {
            continue;
        }
        extend(&mut old, left.get(op.old_range()).unwrap_or_default());
        extend(&mut new, right.get(op.new_range()).unwrap_or_default());
    }
    let too_much = |marks: &[Range<usize>], text: &str| {
        let marked: usize = marks.iter().map(ExactSizeIterator::len).sum();
        marked * 100 > text.trim().len() * MAX_MARKED_PERCENT
    };
    if too_much(&old, a) {
        old.clear();
    }
    if too_much(&new, b) {
        new.clear();
    }
    Some((old, new))
}

fn extend(marks: &mut Vec<Range<usize>>, tokens: &[(usize, &str)]) {
    let (Some((start, _)), Some((last, text))) = (tokens.first(), tokens.last()) else { return };
    let range = *start..last + text.len();
    match marks.last_mut() {
        Some(previous) if previous.end == range.start => previous.end = range.end,
        _ => marks.push(range),
    }
}

/// Identifiers, numbers, runs of blanks and single signs, each with its byte offset.
fn tokens(text: &str) -> Vec<(usize, &str)> {
    let kind = |c: char| match c {
        c if c.is_alphanumeric() || c == '_' => 0,
        c if c.is_whitespace() => 1,
        _ => 2,
    };
    let mut out: Vec<(usize, &str)> = Vec::new();
    let mut start = 0;
    let mut previous = None;
    for (at, c) in text.char_indices() {
        let this = kind(c);
        if let Some(before) = previous
            && (before != this || this == 2)
        {
            out.push((start, text.get(start..at).unwrap_or_default()));
            start = at;
        }
        previous = Some(this);
    }
    if start < text.len() {
        out.push((start, text.get(start..).unwrap_or_default()));
    }
    out
}

fn words(text: &str) -> Vec<(usize, &str)> {
    tokens(text).into_iter().filter(|(_, word)| !word.trim().is_empty()).collect()
}

fn texts<'a>(tokens: &[(usize, &'a str)]) -> Vec<&'a str> {
    tokens.iter().map(|(_, text)| *text).collect()
}
