//! The changes of a session to one file, and how new proposals join them.
//!
//! Holds the base text and the hunks against it. A proposal always speaks about the
//! text as it would stand now (base plus everything not rejected); `absorb` turns that
//! back into hunks against the base, keeping every hunk that did not change with its
//! number and its decision. The invariant: text hunks are in base order, never overlap.

use super::{
    compose::compose_lines,
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
    /// hunks stay listed unless a new one covers the same lines.
    pub fn absorb(&mut self, new_text: &str, mut next: impl FnMut(Body, &TextChange) -> Hunk) -> Absorbed {
        let base = self.base.clone().unwrap_or_default();
        let mut changes = changes_between(&base, new_text);
        if self.base.is_none() && changes.is_empty() && new_text.is_empty() {
            // An empty new file is a hunk too, or it could not be decided.
            changes.push(TextChange { base_start: 0, base_len: 0, new_start: 0, new_lines: Vec::new() });
        }
        let mut absorbed = Absorbed::default();
        let mut kept: Vec<Hunk> = Vec::new();
        let mut old = std::mem::take(&mut self.hunks);
        for change in self.respect_boundaries(&old, changes) {
            let position = old.iter().position(|hunk| {
                matches!(&hunk.body, Body::Text { base_start, base_len, .. }
                    if *base_start == change.base_start && *base_len == change.base_len)
                    && hunk.new_lines() == change.new_lines.as_slice()
                    && !matches!(hunk.decision, Decision::Rejected { .. })
            });
            if let Some(position) = position {
                kept.push(old.remove(position));
                continue;
            }
            let body = Body::Text {
                base_start: change.base_start,
                base_len: change.base_len,
                new_lines: change.new_lines.clone(),
            };
            let hunk = next(body, &change);
            absorbed.added.push(hunk.id);
            kept.push(hunk);
        }
        for hunk in old {
            let stays = match (&hunk.body, &hunk.decision) {
                (Body::Delete | Body::Mode { .. } | Body::Binary { .. }, _) => true,
                (Body::Text { .. }, Decision::Rejected { .. }) => {
                    !kept.iter().any(|other| overlaps(&hunk, other))
                }
                (Body::Text { .. }, _) => false,
            };
            if stays {
                kept.push(hunk);
            } else {
                absorbed.superseded.push(hunk.id);
            }
        }
        kept.sort_by_key(|hunk| (hunk.base_range().start, hunk.base_range().end, hunk.id));
        self.hunks = kept;
        absorbed
    }

    /// Cuts fresh changes where existing hunks begin and end, so that a hunk that is still
    /// wholly present keeps its identity even if a new change touches it.
    fn respect_boundaries(&self, old: &[Hunk], changes: Vec<TextChange>) -> Vec<TextChange> {
        let mut cut = Vec::new();
        for change in changes {
            let mut rest = change;
            for hunk in old {
                if matches!(hunk.decision, Decision::Rejected { .. })
                    || !matches!(hunk.body, Body::Text { .. })
                {
                    continue;
                }
                if let Some((before, same, after)) = rest.cut_around(hunk.base_range(), hunk.new_lines()) {
                    cut.extend(before);
                    cut.push(same);
                    match after {
                        Some(after) => rest = after,
                        None => {
                            rest = TextChange {
                                base_start: 0,
                                base_len: 0,
                                new_start: 0,
                                new_lines: Vec::new(),
                            };
                            break;
                        }
                    }
                }
            }
            if rest.base_len > 0 || !rest.new_lines.is_empty() || (self.base.is_none() && cut.is_empty()) {
                cut.push(rest);
            }
        }
        cut
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

    /// The hunk of that number.
    pub fn hunk(&self, id: HunkId) -> Option<&Hunk> {
        self.hunks.iter().find(|hunk| hunk.id == id)
    }

    /// The hunk of that number, to change.
    pub fn hunk_mut(&mut self, id: HunkId) -> Option<&mut Hunk> {
        self.hunks.iter_mut().find(|hunk| hunk.id == id)
    }
}

fn overlaps(a: &Hunk, b: &Hunk) -> bool {
    let (a, b) = (a.base_range(), b.base_range());
    if a.is_empty() || b.is_empty() {
        return a.start >= b.start && a.start <= b.end || b.start >= a.start && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}
