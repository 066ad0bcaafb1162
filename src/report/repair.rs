//! The lines that a fix changes, as places in the text that was reviewed.

use crate::domain::diff::{TextChange, split_lines};
use serde::{Deserialize, Serialize};

/// A fix of one finding, in the order of places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair(Vec<Replacement>);

/// Text that takes the place of other text. Lines and columns are 1-based, columns in
/// Unicode scalars, ends exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Replacement {
    pub(super) start_line: usize,
    pub(super) start_column: usize,
    pub(super) end_line: usize,
    pub(super) end_column: usize,
    pub(super) text: String,
}

impl Repair {
    /// The changes of a text as replacements of whole lines.
    pub fn of(text: &str, changes: &[TextChange]) -> Self {
        let lines = split_lines(text);
        let place = |line: usize| match lines.get(line) {
            Some(_) => (line + 1, 1),
            // Behind a last line without terminator there is no further line.
            None => match lines.last().filter(|last| !last.ends_with('\n')) {
                Some(last) => (lines.len(), last.chars().count() + 1),
                None => (lines.len() + 1, 1),
            },
        };
        let replacements = changes.iter().map(|change| {
            let start = change.base_start as usize;
            let (start_line, start_column) = place(start);
            let (end_line, end_column) = place(start + change.base_len as usize);
            Replacement { start_line, start_column, end_line, end_column, text: change.new_lines.concat() }
        });
        Self(replacements.collect())
    }

    pub(super) fn replacements(&self) -> &[Replacement] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::diff::changes_between;
    use pretty_assertions::assert_eq;

    fn places(old: &str, new: &str) -> Vec<(usize, usize, usize, usize, String)> {
        let repair = Repair::of(old, &changes_between(old, new));
        let replacements = repair.replacements().iter();
        replacements
            .map(|r| (r.start_line, r.start_column, r.end_line, r.end_column, r.text.clone()))
            .collect()
    }

    #[test]
    fn lines_are_replaced_added_and_taken_away_where_they_stand() {
        assert_eq!(places("a\nb\n", "a\nc\n"), [(2, 1, 3, 1, "c\n".to_owned())]);
        assert_eq!(places("a\nb\n", "x\na\nb\n"), [(1, 1, 1, 1, "x\n".to_owned())]);
        assert_eq!(places("a\nb\n", "a\n"), [(2, 1, 3, 1, String::new())]);
        assert_eq!(places("a\nbä", "a\nc"), [(2, 1, 2, 3, "c".to_owned())]);
    }
}
