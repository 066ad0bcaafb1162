//! The diff as a sequence of items, counted without looking inside hunks.

use super::pairs::{Pair, Pairs};
use crate::{
    domain::diff::Sign,
    engine::view::{DiffView, HunkView, pane::DiffPiece},
};
use std::{ops::Range, sync::Arc};

/// One item; all but code have one line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'a> {
    /// Row above the hunks.
    Above(usize),
    Blank,
    Header {
        hunk: &'a HunkView,
        is_current: bool,
    },
    Provenance {
        hunk: &'a HunkView,
    },
    Fact {
        hunk: &'a HunkView,
        fact: usize,
    },
    Row {
        hunk: &'a HunkView,
        row: usize,
    },
    Pair {
        hunk: &'a HunkView,
        pair: Pair,
    },
    /// The cut while splitting; changed lines above and below it.
    Cut {
        hunk: &'a HunkView,
        above: usize,
        below: usize,
    },
    Links {
        hunk: &'a HunkView,
    },
}

/// One hunk's share of the items.
struct Share {
    /// Index of its first item: the blank before it, if it has one.
    start: usize,
    has_blank: bool,
    /// Rows of code: pieces, or pairs when side by side.
    body: usize,
    pairs: Option<Arc<Vec<Pair>>>,
    /// The cut stands before this row.
    cut: Option<usize>,
}

pub(super) struct Items<'a> {
    view: &'a DiffView,
    shares: Vec<Share>,
    len: usize,
}

impl<'a> Items<'a> {
    pub(super) fn new(view: &'a DiffView, is_side_by_side: bool, pairs: &mut Pairs) -> Self {
        let mut shares = Vec::with_capacity(view.hunks.len());
        let mut at = view.above.len();
        let mut was_folded = true;
        for (index, hunk) in view.hunks.iter().enumerate() {
            let has_blank = (index > 0 || !view.above.is_empty()) && !(was_folded && hunk.folded);
            let cut = view.cut.filter(|_| index == view.current && !hunk.folded);
            // A new file has no old side, and a cut needs one column.
            let is_paired = is_side_by_side && cut.is_none() && !is_new_file(hunk) && !hunk.folded;
            let pairs = is_paired.then(|| pairs.of(hunk));
            let body = pairs.as_ref().map_or(hunk.rows.len(), |pairs| pairs.len());
            let share = Share { start: at, has_blank, body, pairs, cut };
            at += share.len(hunk);
            shares.push(share);
            was_folded = hunk.folded;
        }
        Self { view, shares, len: at }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, index: usize) -> Option<Item<'a>> {
        if index >= self.len {
            return None;
        }
        if index < self.view.above.len() {
            return Some(Item::Above(index));
        }
        let at = self.shares.partition_point(|share| share.start <= index).checked_sub(1)?;
        let (share, hunk) = (self.shares.get(at)?, self.view.hunks.get(at)?);
        share.get(hunk, index - share.start, at == self.view.current)
    }

    /// The items that must be on screen: the whole current hunk, or the row under the cursor.
    pub(super) fn cursor(&self) -> Option<Range<usize>> {
        let share = self.shares.get(self.view.current)?;
        let hunk = self.view.hunks.get(self.view.current)?;
        let header = share.start + usize::from(share.has_blank);
        if hunk.folded {
            return Some(header..header + 1);
        }
        if let Some(cut) = share.cut {
            let at = header + 2 + hunk.facts.len() + cut;
            return Some(at..at + 1);
        }
        if self.view.row == 0 {
            return Some(header..share.start + share.len(hunk));
        }
        let row = match &share.pairs {
            Some(pairs) => pairs.iter().position(|pair| pair.has(self.view.row)).unwrap_or(0),
            None => self.view.row.min(hunk.rows.len().saturating_sub(1)),
        };
        let at = header + 2 + hunk.facts.len() + row;
        Some(at..at + 1)
    }

    /// Whether an item belongs to the current hunk, blank rows excepted.
    pub(super) fn is_current(&self, item: &Item<'a>) -> bool {
        let hunk = match item {
            Item::Above(_) | Item::Blank => return false,
            Item::Header { hunk, .. }
            | Item::Provenance { hunk }
            | Item::Fact { hunk, .. }
            | Item::Row { hunk, .. }
            | Item::Pair { hunk, .. }
            | Item::Cut { hunk, .. }
            | Item::Links { hunk } => hunk,
        };
        self.view.hunks.get(self.view.current).is_some_and(|current| current.id == hunk.id)
    }
}

impl Share {
    fn len(&self, hunk: &HunkView) -> usize {
        let head = usize::from(self.has_blank) + 1;
        if hunk.folded {
            return head;
        }
        head + 1
            + hunk.facts.len()
            + self.body
            + usize::from(self.cut.is_some())
            + usize::from(!hunk.links.is_empty())
    }

    fn get<'a>(&self, hunk: &'a HunkView, offset: usize, is_current: bool) -> Option<Item<'a>> {
        let Some(offset) = offset.checked_sub(usize::from(self.has_blank)) else { return Some(Item::Blank) };
        match offset {
            0 => return Some(Item::Header { hunk, is_current }),
            1 => return Some(Item::Provenance { hunk }),
            _ => {}
        }
        let offset = offset - 2;
        let Some(offset) = offset.checked_sub(hunk.facts.len()) else {
            return Some(Item::Fact { hunk, fact: offset });
        };
        let row = match self.cut {
            Some(cut) if offset == cut => {
                let (above, below) = changed_around(hunk, cut);
                return Some(Item::Cut { hunk, above, below });
            }
            Some(cut) if offset > cut => offset - 1,
            Some(_) | None => offset,
        };
        if row >= self.body {
            return Some(Item::Links { hunk });
        }
        match &self.pairs {
            Some(pairs) => pairs.get(row).map(|&pair| Item::Pair { hunk, pair }),
            None => Some(Item::Row { hunk, row }),
        }
    }
}

fn is_new_file(hunk: &HunkView) -> bool {
    hunk.facts.iter().any(|fact| fact.starts_with("new file"))
}

fn changed_around(hunk: &HunkView, cut: usize) -> (usize, usize) {
    let changed = |pieces: &[DiffPiece]| {
        let is_changed =
            |piece: &&DiffPiece| matches!(piece, DiffPiece::Line { row, .. } if row.sign != Sign::Same);
        pieces.iter().filter(is_changed).count()
    };
    let (above, below) = hunk.rows.split_at(cut.min(hunk.rows.len()));
    (changed(above), changed(below))
}
