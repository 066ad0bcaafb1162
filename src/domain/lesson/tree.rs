//! The text files of a small backend, and how far two states of it are apart.

use crate::domain::diff::changes_between;
use std::collections::{BTreeMap, BTreeSet};

/// Paths from the root with `/`, and texts.
pub type Tree = BTreeMap<String, String>;

/// What one state has that the other has not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Distance {
    /// Files that differ, in the order of their paths.
    pub files: Vec<FileDistance>,
}

/// One file that differs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDistance {
    pub path: String,
    pub added: u32,
    pub removed: u32,
}

impl Distance {
    /// Added and removed lines.
    pub fn lines(&self) -> u32 {
        self.files.iter().map(|file| file.added.saturating_add(file.removed)).fold(0, u32::saturating_add)
    }

    /// What is known of a file.
    pub fn of(&self, path: &str) -> Option<&FileDistance> {
        self.files.iter().find(|file| file.path == path)
    }
}

/// How far `now` is from `before`. Lines of blanks alone are no change anybody must read.
pub fn distance(before: &Tree, now: &Tree) -> Distance {
    let mut found = Distance::default();
    let paths: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for path in paths {
        let (old, new) = (before.get(path), now.get(path));
        if old == new {
            continue;
        }
        let (old, new) = (old.map_or("", String::as_str), new.map_or("", String::as_str));
        let mut file = FileDistance { path: path.clone(), ..FileDistance::default() };
        let old_lines: Vec<&str> = old.lines().collect();
        for change in changes_between(old, new) {
            let start = change.base_start as usize;
            let gone = old_lines.iter().skip(start).take(change.base_len as usize);
            let (mut gone, mut came) = (
                gone.map(|line| line.trim_end()).filter(|line| !line.is_empty()).collect::<Vec<_>>(),
                change
                    .new_lines
                    .iter()
                    .map(|line| line.trim_end())
                    .filter(|line| !line.is_empty())
                    .collect::<Vec<_>>(),
            );
            drop_common(&mut gone, &mut came);
            file.removed = file.removed.saturating_add(count(gone.len()));
            file.added = file.added.saturating_add(count(came.len()));
        }
        found.files.push(file);
    }
    found
}

/// Changes close to each other come as one with the equal lines between them; those count
/// for nothing.
fn drop_common<'a>(gone: &mut Vec<&'a str>, came: &mut Vec<&'a str>) {
    let ops = similar::capture_diff_slices(similar::Algorithm::Patience, gone, came);
    let (mut old_kept, mut new_kept) = (Vec::new(), Vec::new());
    for op in ops.iter().filter(|op| op.tag() != similar::DiffTag::Equal) {
        old_kept.extend(gone.get(op.old_range()).unwrap_or_default().iter().copied());
        new_kept.extend(came.get(op.new_range()).unwrap_or_default().iter().copied());
    }
    (*gone, *came) = (old_kept, new_kept);
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn tree(files: &[(&str, &str)]) -> Tree {
        files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn added_and_removed_lines_are_counted_and_blank_ones_are_not() {
        let before = tree(&[("a.py", "one\ntwo\nthree\n"), ("gone.py", "x\n")]);
        let now = tree(&[("a.py", "one\nTWO\n\n   \nthree\nfour\n"), ("new.py", "y\nz\n")]);
        let file = |path: &str, added, removed| FileDistance { path: path.into(), added, removed };
        let expected =
            Distance { files: vec![file("a.py", 2, 1), file("gone.py", 0, 1), file("new.py", 2, 0)] };
        assert_eq!(distance(&before, &now), expected);
        assert_eq!(distance(&now, &now), Distance::default());
    }

    #[test]
    fn equal_lines_between_two_changes_count_for_nothing() {
        let before = tree(&[("a.py", "a\nkept\nb\n")]);
        let now = tree(&[("a.py", "A\nkept\nB\n")]);
        assert_eq!(distance(&before, &now).lines(), 4);
    }
}
