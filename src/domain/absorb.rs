//! Finds which hunks of a file a new text leaves alone, and what becomes of the others.
//!
//! The new text is compared with the text as it stands (base plus live hunks), not with
//! the base: a hunk that no change touches is still there, whatever the lines around it
//! look like, and keeps its identity. Changes and the hunks they touch are taken together
//! and expressed against the base again. Pure.

use super::{
    diff::{TextChange, changes_between, split_lines},
    hunk::Hunk,
};
use std::ops::Range;

/// What a piece of the new text is, in base order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The live hunk at this index of the list given stands unchanged.
    Kept(usize),
    /// A change against the base.
    Fresh(TextChange),
}

/// One hunk or change, by the lines it covers in the current text.
struct Span {
    lines: Range<usize>,
    /// Lines that it adds (or removes, negative) on the way to the other text.
    delta: isize,
    /// Index of a hunk; `None` for a change.
    hunk: Option<usize>,
}

/// The pieces of `new_text`, or `None` when the live hunks do not make up `current`.
///
/// `live` are text hunks in base order that do not overlap; `current` is their composition.
pub fn pieces(base: &str, live: &[&Hunk], current: &str, new_text: &str) -> Option<Vec<Piece>> {
    let base_lines = split_lines(base);
    let new_lines = split_lines(new_text);
    let unterminated = !base.is_empty() && !base.ends_with('\n');
    let hunks = spans_of_hunks(live, base_lines.len(), split_lines(current).len())?;
    let mut pieces = Vec::new();
    // Lines from current to base, and from current to new, before the group at hand.
    let (mut to_base, mut to_new) = (0_isize, 0_isize);
    for group in groups(hunks, changes_between(current, new_text), |base_line| {
        unterminated && base_line == base_lines.len()
    }) {
        let start = group.first()?.lines.start;
        let end = group.iter().map(|span| span.lines.end).max()?;
        let (mut next_base, mut next_new) = (to_base, to_new);
        for span in &group {
            match span.hunk {
                Some(_) => next_base += span.delta,
                None => next_new += span.delta,
            }
        }
        let base_range = shift(start, to_base)?..shift(end, next_base)?;
        let new_range = shift(start, to_new)?..shift(end, next_new)?;
        (to_base, to_new) = (next_base, next_new);
        match group.as_slice() {
            [Span { hunk: Some(index), .. }] => pieces.push(Piece::Kept(*index)),
            spans => {
                let old = base_lines.get(base_range.clone())?.concat();
                let new = new_lines.get(new_range.clone())?;
                for mut change in changes_between(&old, &new.concat()) {
                    change.base_start += u32::try_from(base_range.start).ok()?;
                    change.new_start += u32::try_from(new_range.start).ok()?;
                    let same = spans.iter().filter_map(|span| span.hunk).find(|index| {
                        live.get(*index).is_some_and(|hunk| {
                            hunk.base_range() == (change.base_start..change.base_start + change.base_len)
                                && hunk.new_lines() == change.new_lines.as_slice()
                        })
                    });
                    pieces.push(same.map_or(Piece::Fresh(change), Piece::Kept));
                }
            }
        }
    }
    Some(pieces)
}

fn shift(line: usize, by: isize) -> Option<usize> {
    line.checked_add_signed(by)
}

/// Where each hunk stands in the current text; `None` when the counts do not add up.
fn spans_of_hunks(live: &[&Hunk], base_count: usize, current_count: usize) -> Option<Vec<Span>> {
    let mut spans = Vec::with_capacity(live.len());
    let mut moved = 0_isize;
    for (index, hunk) in live.iter().enumerate() {
        let range = hunk.base_range();
        let start = shift(range.start as usize, moved)?;
        let count = hunk.new_lines().len();
        let delta = isize::try_from(range.len()).ok()? - isize::try_from(count).ok()?;
        moved -= delta;
        spans.push(Span { lines: start..start + count, delta, hunk: Some(index) });
    }
    (shift(base_count, moved)? == current_count).then_some(spans)
}

/// Hunks and changes in order, those that touch each other together.
///
/// `is_open_end` says of a base line that nothing can be inserted before it alone, because
/// the line above has no terminator.
fn groups(hunks: Vec<Span>, changes: Vec<TextChange>, is_open_end: impl Fn(usize) -> bool) -> Vec<Vec<Span>> {
    let mut spans = hunks;
    spans.extend(changes.into_iter().map(|change| {
        let (start, count) = (change.base_start as usize, change.base_len as usize);
        let delta = isize::try_from(change.new_lines.len()).unwrap_or(isize::MAX)
            - isize::try_from(count).unwrap_or(isize::MAX);
        Span { lines: start..start + count, delta, hunk: None }
    }));
    // An insertion comes before what begins at its line. Among hunks the order is theirs.
    spans.sort_by_key(|span| (span.lines.start, span.lines.end));
    let mut groups: Vec<Vec<Span>> = Vec::new();
    let mut to_base = 0_isize;
    for span in spans {
        let base_start = shift(span.lines.start, to_base).unwrap_or(0);
        let touches = groups.last().is_some_and(|group| {
            let end = group.iter().map(|other| other.lines.end).max().unwrap_or(0);
            let both_kinds = group.iter().any(|other| other.hunk.is_none() != span.hunk.is_none());
            let overlapping = span.lines.start < end;
            // Two insertions at one place have no order of their own, and what follows an
            // unterminated line cannot be taken without what terminates it.
            let inserts = |other: &Span| match other.hunk {
                Some(_) => isize::try_from(other.lines.len()).unwrap_or(0) + other.delta == 0,
                None => other.lines.is_empty(),
            };
            let ambiguous = span.lines.start == end
                && (group.iter().any(inserts) && inserts(&span) || is_open_end(base_start));
            (overlapping || ambiguous) && (both_kinds || group.len() > 1)
        });
        if span.hunk.is_some() {
            to_base += span.delta;
        }
        match groups.last_mut() {
            Some(group) if touches => group.push(span),
            _ => groups.push(vec![span]),
        }
    }
    groups
}
