//! The changes of a session to one file, and how new proposals join them.
//!
//! Holds the base text and the hunks against it. A proposal always speaks about the
//! text as it would stand now (base plus everything not rejected); `absorb` turns that
//! back into hunks against the base, keeping every hunk that did not change with its
//! number and its decision. The invariant: text hunks are in base order, never overlap.

use super::{
    absorb::Piece,
    compose::{compose_lines, compose_parts},
    diff::{TextChange, changes_between, split_lines},
    hunk::{Body, Decision, Hunk},
    ids::HunkId,
};
use serde::{Deserialize, Serialize};

/// All hunks of one file, against one base text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEdit {
    /// Relative to the repository root with `/`.
    pub path: String,
    /// Text at the base commit; `None` for a new file.
    pub base: Option<String>,
    /// In base order; hunks that are not text come first.
    pub hunks: Vec<Hunk>,
}

/// What `absorb` did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Absorbed {
    /// New hunks, in file order.
    pub added: Vec<HunkId>,
    /// Hunks that the new text replaced and that are gone now.
    pub superseded: Vec<HunkId>,
}

impl FileEdit {
    /// A file without any hunk yet.
    pub fn new(path: impl Into<String>, base: Option<String>) -> Self {
        Self { path: path.into(), base, hunks: Vec::new() }
    }

    /// The text with every hunk that is not rejected; `None` where the file would not exist.
    pub fn current(&self) -> Option<String> {
        self.text_with(|hunk| !matches!(hunk.decision, Decision::Rejected { .. }))
    }

    /// The text with exactly the held hunks; `None` where the file would not exist.
    pub fn approved(&self) -> Option<String> {
        self.text_with(|hunk| hunk.decision.is_held())
    }

    /// The text with exactly the hunks that `take` names.
    pub fn text_with(&self, take: impl Fn(&Hunk) -> bool) -> Option<String> {
        let taken: Vec<&Hunk> = self.hunks.iter().filter(|hunk| take(hunk)).collect();
        if taken.iter().any(|hunk| hunk.body == Body::Delete) {
            return None;
        }
        let has_text = taken.iter().any(|hunk| matches!(hunk.body, Body::Text { .. }));
        match (&self.base, has_text) {
            (None, false) => None,
            (Some(base), false) => Some(base.clone()),
            (base, true) => Some(compose_lines(base.as_deref().unwrap_or(""), &taken)),
        }
    }

    /// Makes the hunks say that the file's current text becomes `new_text`.
    ///
    /// `next` gives the body of each added hunk its number and provenance. Rejected
    /// hunks stay listed unless a new one covers the same lines; a removal of the file
    /// that is not rejected is superseded, because the text says that it stays.
    pub fn absorb(&mut self, new_text: &str, mut next: impl FnMut(Body, &TextChange) -> Hunk) -> Absorbed {
        if self.current().as_deref() == Some(new_text) {
            return Absorbed::default();
        }
        let is_live = |hunk: &Hunk| {
            matches!(hunk.body, Body::Text { .. }) && !matches!(hunk.decision, Decision::Rejected { .. })
        };
        let (live, other): (Vec<Hunk>, Vec<Hunk>) =
            std::mem::take(&mut self.hunks).into_iter().partition(is_live);
        let base = self.base.clone().unwrap_or_default();
        let mut absorbed = Absorbed::default();
        let mut live: Vec<Option<Hunk>> = live.into_iter().map(Some).collect();
        let mut texts: Vec<Hunk> = Vec::new();
        for piece in self.pieces(&base, &live, new_text) {
            match piece {
                Piece::Kept(index) => texts.extend(live.get_mut(index).and_then(Option::take)),
                Piece::Fresh(change) => {
                    let TextChange { base_start, base_len, new_start: _, new_lines } = &change;
                    let body = Body::Text {
                        base_start: *base_start,
                        base_len: *base_len,
                        new_lines: new_lines.clone(),
                    };
                    let hunk = next(body, &change);
                    absorbed.added.push(hunk.id);
                    texts.push(hunk);
                }
            }
        }
        absorbed.superseded.extend(live.into_iter().flatten().map(|hunk| hunk.id));
        let (mut hunks, mut rejected) = (Vec::new(), Vec::new());
        for hunk in other {
            let is_rejected = matches!(hunk.decision, Decision::Rejected { .. });
            match &hunk.body {
                Body::Text { .. } if texts.iter().any(|text| overlaps(&hunk, text)) => {
                    absorbed.superseded.push(hunk.id);
                }
                Body::Text { .. } => rejected.push(hunk),
                Body::Delete if !is_rejected => absorbed.superseded.push(hunk.id),
                Body::Delete | Body::Mode { .. } | Body::Binary { .. } => hunks.push(hunk),
            }
        }
        texts.extend(rejected);
        // Stable: hunks at one place keep their order.
        texts.sort_by_key(|hunk| (hunk.base_range().start, hunk.base_range().end));
        hunks.extend(texts);
        self.hunks = hunks;
        absorbed
    }

    /// What `new_text` is made of, given the live hunks.
    fn pieces(&self, base: &str, live: &[Option<Hunk>], new_text: &str) -> Vec<Piece> {
        let live: Vec<&Hunk> = live.iter().flatten().collect();
        let fresh = || changes_between(base, new_text).into_iter().map(Piece::Fresh).collect();
        let current = compose_lines(base, &live);
        let mut pieces = super::absorb::pieces(base, &live, &current, new_text)
            .filter(|pieces| composes(base, &live, pieces) == new_text)
            .unwrap_or_else(fresh);
        if self.base.is_none() && pieces.is_empty() && new_text.is_empty() {
            // An empty new file is a hunk too, or it could not be decided.
            let nothing = TextChange { base_start: 0, base_len: 0, new_start: 0, new_lines: Vec::new() };
            pieces.push(Piece::Fresh(nothing));
        }
        pieces
    }

    /// Replaces one text hunk by two, cut after `rows` rows of its displayed diff.
    ///
    /// The first keeps the number; the second gets `second_id`. Returns whether it was cut:
    /// not when the cut would leave one side empty, or the hunk is not text or not undecided.
    pub fn split(&mut self, id: HunkId, rows: usize, second_id: HunkId) -> bool {
        let base = split_lines(self.base.as_deref().unwrap_or(""));
        let Some(index) = self.hunks.iter().position(|hunk| hunk.id == id) else { return false };
        let Some(hunk) = self.hunks.get(index) else { return false };
        let Body::Text { base_start, base_len, new_lines } = &hunk.body else { return false };
        if hunk.decision != Decision::Undecided {
            return false;
        }
        let range = *base_start as usize..(*base_start + *base_len) as usize;
        let old_lines: Vec<&str> = base.get(range).map(<[&str]>::to_vec).unwrap_or_default();
        let diff = super::diff::rows(&old_lines, new_lines);
        if rows == 0 || rows >= diff.len() {
            return false;
        }
        let (mut old_taken, mut new_taken) = (0_u32, 0_usize);
        for row in diff.iter().take(rows) {
            old_taken += u32::from(row.sign != super::diff::Sign::Added);
            new_taken += usize::from(row.sign != super::diff::Sign::Removed);
        }
        let (first_lines, second_lines) = new_lines.split_at(new_taken.min(new_lines.len()));
        let first =
            Body::Text { base_start: *base_start, base_len: old_taken, new_lines: first_lines.to_vec() };
        let second = Body::Text {
            base_start: *base_start + old_taken,
            base_len: *base_len - old_taken,
            new_lines: second_lines.to_vec(),
        };
        let mut other = hunk.clone();
        other.id = second_id;
        other.body = second;
        if let Some(hunk) = self.hunks.get_mut(index) {
            hunk.body = first;
        }
        self.hunks.insert(index + 1, other);
        true
    }

    /// 0-based lines of the approved text that a held text hunk makes; empty where it only
    /// removes lines. None for what is not held or not text.
    pub fn approved_lines(&self, id: HunkId) -> Option<std::ops::Range<u32>> {
        let (mut before, mut taken) = (0_u32, 0_u32);
        for hunk in &self.hunks {
            let Body::Text { base_start, base_len, .. } = &hunk.body else { continue };
            if !hunk.decision.is_held() {
                continue;
            }
            // What stood before it, less the lines that earlier hunks took, and what they made.
            let start = base_start.saturating_sub(taken) + before;
            let len = u32::try_from(hunk.new_lines().len()).unwrap_or(u32::MAX);
            if hunk.id == id {
                return Some(start..start.saturating_add(len));
            }
            taken += base_len;
            before = before.saturating_add(len);
        }
        None
    }

    /// The hunk of that number.
    pub fn hunk(&self, id: HunkId) -> Option<&Hunk> {
        self.hunks.iter().find(|hunk| hunk.id == id)
    }

    /// The hunk of that number, to change.
    pub fn hunk_mut(&mut self, id: HunkId) -> Option<&mut Hunk> {
        self.hunks.iter_mut().find(|hunk| hunk.id == id)
    }
}

/// The text that the pieces make; lines at the end of a text without a last newline can
/// make it differ from what was asked for.
fn composes(base: &str, live: &[&Hunk], pieces: &[Piece]) -> String {
    let parts = pieces.iter().filter_map(|piece| match piece {
        Piece::Kept(index) => live.get(*index).map(|hunk| (hunk.base_range(), hunk.new_lines())),
        Piece::Fresh(change) => {
            let range = change.base_start..change.base_start + change.base_len;
            Some((range, change.new_lines.as_slice()))
        }
    });
    compose_parts(base, parts)
}

fn overlaps(a: &Hunk, b: &Hunk) -> bool {
    let (a, b) = (a.base_range(), b.base_range());
    if a.is_empty() || b.is_empty() {
        return a.start >= b.start && a.start <= b.end || b.start >= a.start && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}
