//! Carries the hunks of a file over to a new base text.
//!
//! A hunk still fits where the difference of the two bases leaves its old lines, with the
//! lines around them, as they were; or, where the difference reads them as moved, at the
//! one place where they stand. What does not fit is dropped by number, never forced.

use super::{
    diff::{changes_between, split_lines},
    edit::FileEdit,
    hunk::{Body, Hunk},
    ids::HunkId,
};

/// Lines of context that must match on each side, where the file has them.
const CONTEXT_LINES: usize = 2;

/// The new place of every hunk that still fits, by number; a missing one does not fit.
pub fn fits(edit: &FileEdit, new_base: Option<&str>) -> Vec<(HunkId, u32)> {
    let old = split_lines(edit.base.as_deref().unwrap_or(""));
    let new = split_lines(new_base.unwrap_or(""));
    let moved = Moved::between(edit.base.as_deref().unwrap_or(""), new_base.unwrap_or(""));
    let mut found = Vec::new();
    let mut earliest = 0_usize;
    for hunk in &edit.hunks {
        let Body::Text { base_start, base_len, .. } = &hunk.body else {
            if edit.base.as_deref() == new_base {
                found.push((hunk.id, 0));
            }
            continue;
        };
        let (start, end) = (*base_start as usize, (*base_start + *base_len) as usize);
        let before = start.saturating_sub(CONTEXT_LINES)..start;
        let window = before.start..(end + CONTEXT_LINES).min(old.len());
        let Some(expected) = old.get(window.clone()) else { continue };
        let at_ends = (window.start == 0 && start < CONTEXT_LINES, window.end == old.len());
        let places: Vec<usize> = if expected.is_empty() {
            if new.is_empty() { vec![0] } else { Vec::new() }
        } else {
            new.windows(expected.len())
                .enumerate()
                .filter(|(_, run)| *run == expected)
                .map(|(at, _)| at)
                .collect()
        };
        let anchored: Vec<usize> = places
            .into_iter()
            .filter(|at| *at + before.len() >= earliest)
            .filter(|at| *at == window.start || !(at_ends.0 && at_ends.1))
            .collect();
        let kept = moved.kept(&window).filter(|at| anchored.contains(at));
        let place = match anchored.as_slice() {
            [only] => Some(*only),
            // The same lines stand at several places: only the difference tells which they are.
            _ => kept,
        };
        if let Some(at) = place {
            let new_start = at + before.len();
            earliest = new_start + (end - start);
            found.push((hunk.id, u32::try_from(new_start).unwrap_or(u32::MAX)));
        }
    }
    found
}

/// Where unchanged lines of one text stand in another.
struct Moved {
    /// Start and length in the old text, and the length in the new one, in order.
    changes: Vec<(usize, usize, usize)>,
}

impl Moved {
    fn between(old: &str, new: &str) -> Self {
        let changes = changes_between(old, new).into_iter();
        let changes = changes
            .map(|change| (change.base_start as usize, change.base_len as usize, change.new_lines.len()));
        Self { changes: changes.collect() }
    }

    /// The new first line of a range whose every line was kept, with nothing put between.
    fn kept(&self, range: &std::ops::Range<usize>) -> Option<usize> {
        let (mut added, mut removed) = (0, 0);
        for (start, length, becomes) in &self.changes {
            let end = start + length;
            if *start >= range.end {
                break;
            }
            if end > range.start || *start > range.start {
                return None;
            }
            added += becomes;
            removed += length;
        }
        (range.start + added).checked_sub(removed)
    }
}

/// Moves the hunks to the new base; those in `dropped`, or that do not fit, are removed.
pub fn rebase(edit: &mut FileEdit, new_base: Option<String>, dropped: &[HunkId]) {
    let places = fits(edit, new_base.as_deref());
    let keep = |hunk: &mut Hunk| {
        if dropped.contains(&hunk.id) {
            return false;
        }
        let Some((_, start)) = places.iter().find(|(id, _)| *id == hunk.id) else { return false };
        if let Body::Text { base_start, .. } = &mut hunk.body {
            *base_start = *start;
        }
        true
    };
    edit.hunks.retain_mut(keep);
    edit.base = new_base;
}
