//! The findings as a table: one row each, whatever the width.
//!
//! The place shrinks first, so that the sentence and the fix stay readable; its file name
//! and line are never lost to a folder. What the sentence loses is in the card below.

use crate::{
    domain::finding::{Finding, Level},
    engine::view::{Mark, Role, Row, Target, bold, muted, plain, role},
};

/// Panes narrower than this show marks without their words.
const WORDS: usize = 84;
/// A place gets so many cells at least.
const SHORTEST: usize = 20;

/// Columns of the table in one pane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FindingTable {
    /// Cells of the place.
    place: usize,
    has_words: bool,
}

impl FindingTable {
    /// The table for a terminal of `columns`, in a pane `alone` or beside others, with
    /// places of at most `longest` characters.
    pub(super) fn new(columns: u16, alone: bool, longest: usize) -> Self {
        // Widths of the other panes and of the borders, screens.md section 2.
        let others = match columns {
            _ if alone => 2,
            160.. => 39 + 43 + 4,
            _ => 27 + 3,
        };
        let pane = usize::from(columns).saturating_sub(others);
        let has_words = pane >= WORDS;
        // Marker, margin, choice; level; fix with its gap; gap before the sentence.
        let taken = 5 + if has_words { 10 + 9 } else { 2 + 3 } + 2;
        let place = (pane.saturating_sub(taken) * 2 / 5).max(SHORTEST).min(longest);
        Self { place, has_words }
    }

    /// The names of the columns.
    pub(super) fn head(self) -> Row {
        let place = self.place;
        let text = if self.has_words {
            format!("  LEVEL     {:place$}  WHAT", "WHERE")
        } else {
            format!("    {:place$}  WHAT", "WHERE")
        };
        Row::Head { text, note: vec![muted("FIX")] }
    }

    /// One finding.
    pub(super) fn row(self, finding: &Finding, place: &str, chosen: bool) -> Row {
        let (tone, mark, word) = match finding.level {
            Level::Error => (Role::Fail, "✗", "error"),
            Level::Warning => (Role::Warn, "▲", "warning"),
            Level::Advice => (Role::Muted, "·", "advice"),
        };
        let level = if self.has_words { format!("{mark} {word:<8}") } else { format!("{mark} ") };
        let note = match (finding.fixable, self.has_words) {
            (true, true) => vec![role(Role::Ok, "fix")],
            (true, false) => vec![role(Role::Ok, "✓")],
            (false, true) => vec![muted("by\u{a0}hand")],
            (false, false) => Vec::new(),
        };
        let cells = self.place;
        let place = shorten(place, cells);
        Row::Item {
            mark: if chosen { Mark::Chosen } else { Mark::NotChosen },
            label: vec![role(tone, level), bold(format!("{place:cells$}  ")), plain(finding.message.clone())],
            note,
            indent: 0,
            target: Some(Target::Finding(finding.fingerprint.clone())),
        }
    }
}

/// A place without its first folders, then without the head of its file name.
fn shorten(place: &str, cells: usize) -> String {
    let count = place.chars().count();
    if count <= cells {
        return place.to_owned();
    }
    let folders = place.match_indices('/').map(|(at, _)| at);
    let tail = folders.filter_map(|at| place.get(at..)).find(|tail| tail.chars().count() < cells);
    match tail {
        Some(tail) => format!("…{tail}"),
        None => {
            let skip = (count + 1).saturating_sub(cells);
            std::iter::once('…').chain(place.chars().skip(skip)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_place_loses_folders_before_its_file_and_line() {
        let place = "app/repositories/reports/monthly.py:29";
        for (cells, expected) in [
            (38, place),
            (37, "…/repositories/reports/monthly.py:29"),
            (30, "…/reports/monthly.py:29"),
            (22, "…/monthly.py:29"),
            (16, "…/monthly.py:29"),
            (15, "…/monthly.py:29"),
            (9, "…ly.py:29"),
        ] {
            let short = shorten(place, cells);
            assert_eq!(short, expected, "in {cells} cells");
            assert!(short.chars().count() <= cells);
        }
    }

    #[test]
    fn the_sentence_gets_more_room_than_the_place() {
        for (columns, alone, expected) in
            [(60, true, 20), (80, true, 26), (120, false, 25), (160, false, 24), (200, false, 35)]
        {
            let table = FindingTable::new(columns, alone, 60);
            assert_eq!(table.place, expected, "{columns} columns");
        }
        assert_eq!(FindingTable::new(120, false, 18).place, 18, "no wider than the longest");
        assert!(!FindingTable::new(80, true, 60).has_words);
        assert!(FindingTable::new(120, false, 60).has_words);
    }
}
