//! Pairs the rows of a hunk for side by side: each run of removed rows with the run of
//! added rows after it, line by line.

use crate::{
    domain::{diff::Sign, ids::HunkId},
    engine::view::{HunkView, pane::DiffPiece},
};
use std::{collections::HashMap, sync::Arc};

/// Pairings that are remembered.
const KEPT: usize = 256;

/// Rows of the hunk that stand on one line. Context and folds have the same on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) left: Option<usize>,
    pub(super) right: Option<usize>,
}

impl Pair {
    pub(super) fn has(self, row: usize) -> bool {
        self.left == Some(row) || self.right == Some(row)
    }
}

/// Pairings by hunk and revision.
#[derive(Debug, Default)]
pub(crate) struct Pairs(HashMap<(HunkId, u64, usize), Arc<Vec<Pair>>>);

impl Pairs {
    pub(super) fn of(&mut self, hunk: &HunkView) -> Arc<Vec<Pair>> {
        if self.0.len() > KEPT {
            self.0.clear();
        }
        let key = (hunk.id, hunk.revision, hunk.rows.len());
        Arc::clone(self.0.entry(key).or_insert_with(|| Arc::new(pair(&hunk.rows))))
    }
}

fn pair(rows: &[DiffPiece]) -> Vec<Pair> {
    let sign = |at: usize| match rows.get(at) {
        Some(DiffPiece::Line { row, .. }) => Some(row.sign),
        Some(DiffPiece::Fold { .. }) => Some(Sign::Same),
        None => None,
    };
    let run =
        |start: usize, wanted: Sign| (start..rows.len()).take_while(|&at| sign(at) == Some(wanted)).count();
    let mut pairs = Vec::with_capacity(rows.len());
    let mut at = 0;
    while at < rows.len() {
        let removed = run(at, Sign::Removed);
        let added = run(at + removed, Sign::Added);
        if removed + added == 0 {
            pairs.push(Pair { left: Some(at), right: Some(at) });
            at += 1;
            continue;
        }
        for line in 0..removed.max(added) {
            pairs.push(Pair {
                left: (line < removed).then_some(at + line),
                right: (line < added).then_some(at + removed + line),
            });
        }
        at += removed + added;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diff;
    use pretty_assertions::assert_eq;

    #[test]
    fn removed_and_added_runs_stand_side_by_side() {
        let rows = diff::rows(&["a\n", "b\n", "c\n", "d\n"], &["a\n", "B\n", "d\n", "e\n"]);
        let rows: Vec<_> = rows.into_iter().map(|row| DiffPiece::Line { number: 1, row }).collect();
        let pairs: Vec<_> = pair(&rows).into_iter().map(|pair| (pair.left, pair.right)).collect();
        assert_eq!(
            pairs,
            [(Some(0), Some(0)), (Some(1), Some(3)), (Some(2), None), (Some(4), Some(4)), (None, Some(5)),]
        );
    }
}
