//! Brings a change into the user's files without losing anything they have there.
//!
//! Three ways and file by file: a file that is as the base gets the new text, one that
//! the user changed elsewhere gets both, one whose change is on the same lines is kept
//! as it is and named. Each file is replaced atomically or not at all.

use super::{
    attributes::{self, LineEnds, has_crlf, is_all_crlf, to_crlf, to_lf},
    files::{Durable, Entry, Root, WriteError},
    git_error,
    index::PathChange,
    open::GitVault,
    state::is_skipped,
};
use crate::{
    domain::merge::three_way,
    ports::vault::{BaseFile, VaultError},
};
use git2::{Index, Repository};

/// How often a file that changes while it is written is looked at again.
const ATTEMPTS: usize = 3;

/// What happens to one file of the working tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// It has the new content already, or is not checked out.
    Nothing,
    /// Exactly this is replaced by exactly that; `None` is no file.
    Replace { expected: Option<Entry>, new: Option<Entry> },
    /// The user's own change is in the way.
    Keep,
}

/// What was done, by path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) written: Vec<String>,
    pub(super) kept: Vec<String>,
}

/// The working tree and what git says about its files.
pub(super) struct Worktree {
    root: Root,
    repository: Repository,
    index: Index,
}

impl GitVault {
    /// Opens the working tree.
    pub(super) fn worktree(&self) -> Result<Worktree, VaultError> {
        let repository = self.repository()?;
        let index = repository.index().map_err(|error| git_error(&error))?;
        Ok(Worktree { root: Root::open(&self.root)?, repository, index })
    }
}

impl GitVault {
    /// Writes every change that can be written. A file that cannot be written keeps what it
    /// has and is named: the branch has moved already, so this must not fail half way.
    pub(super) fn write_files(&self, worktree: &Worktree, changes: &[PathChange]) -> Done {
        let paths = changes.iter().map(|change| change.path.clone()).collect();
        // Without the record a kill could leave temporary files behind, and nothing worse.
        let writing = self.writing(paths, ATTEMPTS).ok();
        let done = worktree.write(changes);
        if let Some(writing) = writing.filter(|_| worktree.root.has_leftovers()) {
            writing.keep();
        }
        done
    }
}

impl Worktree {
    /// What would happen to each file; an unreadable one is an error.
    pub(super) fn plan(&self, changes: &[PathChange]) -> Result<Vec<Step>, VaultError> {
        let keep_behind_links = |step| match step {
            // A folder of the path is a link or a file now: the user's own doing.
            Err(VaultError::RefusedPath { .. }) => Ok(Step::Keep),
            step => step,
        };
        changes.iter().map(|change| keep_behind_links(self.step(change))).collect()
    }

    fn write(&self, changes: &[PathChange]) -> Done {
        let mut done = Done::default();
        // Removals first, so that a file may become a folder and the other way round.
        let (removed, set): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.to.is_none());
        for change in removed.into_iter().chain(set) {
            match self.write_one(change) {
                Ok(Step::Nothing) => {}
                Ok(Step::Replace { .. }) => done.written.push(change.path.clone()),
                Ok(Step::Keep) | Err(_) => done.kept.push(change.path.clone()),
            }
        }
        done.written.sort();
        done.kept.sort();
        done
    }

    fn write_one(&self, change: &PathChange) -> Result<Step, VaultError> {
        for _ in 0..ATTEMPTS {
            let step = self.step(change)?;
            let Step::Replace { expected, new } = &step else { return Ok(step) };
            match self.root.replace(&change.path, expected.as_ref(), new.as_ref(), Durable::Yes) {
                Ok(()) => return Ok(step),
                Err(WriteError::Changed) => {}
                Err(WriteError::Io(error)) => return Err(self.root.error(&change.path, error)),
            }
        }
        Ok(Step::Keep)
    }

    fn step(&self, change: &PathChange) -> Result<Step, VaultError> {
        let path = &change.path;
        let found = self.root.read(path).map_err(|error| self.root.error(path, error))?;
        if found.is_none() && is_skipped(&self.index, path) {
            return Ok(Step::Nothing);
        }
        let ends = attributes::line_ends(&self.repository, path)?;
        Ok(decide(found, change.from.as_ref(), change.to.as_ref(), ends))
    }
}

/// What to do with `found` when `from` becomes `to`. Pure.
fn decide(found: Option<Entry>, from: Option<&BaseFile>, to: Option<&BaseFile>, ends: LineEnds) -> Step {
    let replace = |expected: Option<Entry>, new: Option<Entry>| {
        if expected == new { Step::Nothing } else { Step::Replace { expected, new } }
    };
    match (found, to) {
        (None, None) => Step::Nothing,
        (None, Some(to)) if from.is_none() => replace(None, Some(on_disk(to, ends.crlf_on_disk))),
        // The user removed it.
        (None, Some(_)) => Step::Keep,
        (Some(Entry::Other), _) => Step::Keep,
        (Some(found), None) => {
            if from.is_some_and(|from| is_same(&found, from)) {
                replace(Some(found), None)
            } else {
                Step::Keep
            }
        }
        (Some(found), Some(to)) => {
            if is_same(&found, to) {
                return Step::Nothing;
            }
            match (found, from) {
                (found, Some(from)) if is_same(&found, from) => {
                    let new = with_place_of(&found, from, to);
                    replace(Some(found), Some(new))
                }
                (Entry::File { bytes, permissions }, Some(from)) if is_file(from) && is_file(to) => {
                    let crlf = is_all_crlf(&bytes) && !has_crlf(&from.bytes) && !has_crlf(&to.bytes);
                    let ours = if crlf { to_lf(&bytes) } else { bytes.clone() };
                    let Some(merged) = three_way(&from.bytes, &ours, &to.bytes) else { return Step::Keep };
                    let merged = if crlf { to_crlf(&merged) } else { merged };
                    let new =
                        Entry::File { bytes: merged, permissions: permissions_for(permissions, from, to) };
                    replace(Some(Entry::File { bytes, permissions }), Some(new))
                }
                (Entry::File { .. } | Entry::Link { .. } | Entry::Other, _) => Step::Keep,
            }
        }
    }
}

fn is_file(file: &BaseFile) -> bool {
    file.mode != 0o120_000
}

/// Whether what is on disk is what a commit has, line ends aside where they are converted.
fn is_same(found: &Entry, file: &BaseFile) -> bool {
    match found {
        Entry::Link { target } => !is_file(file) && *target == file.bytes,
        Entry::File { bytes, permissions } => {
            let same_bytes = *bytes == file.bytes
                || (is_all_crlf(bytes) && !has_crlf(&file.bytes) && to_lf(bytes) == file.bytes);
            is_file(file) && same_bytes && (permissions & 0o100 != 0) == (file.mode == 0o100_755)
        }
        Entry::Other => false,
    }
}

/// A new file as it stands on disk.
fn on_disk(file: &BaseFile, crlf: bool) -> Entry {
    if !is_file(file) {
        return Entry::Link { target: file.bytes.clone() };
    }
    let is_text = !file.bytes.contains(&0);
    let bytes = if crlf && is_text { to_crlf(&file.bytes) } else { file.bytes.clone() };
    Entry::File { bytes, permissions: if file.mode == 0o100_755 { 0o755 } else { 0o644 } }
}

/// The new content with the line ends and permissions of what it replaces.
fn with_place_of(found: &Entry, from: &BaseFile, to: &BaseFile) -> Entry {
    let Entry::File { bytes, permissions } = found else { return on_disk(to, false) };
    if !is_file(to) {
        return on_disk(to, false);
    }
    let crlf = is_all_crlf(bytes) && !has_crlf(&from.bytes);
    let bytes = if crlf { to_crlf(&to.bytes) } else { to.bytes.clone() };
    Entry::File { bytes, permissions: permissions_for(*permissions, from, to) }
}

/// Git knows one bit; the user's other bits stay.
fn permissions_for(found: u32, from: &BaseFile, to: &BaseFile) -> u32 {
    match (from.mode == 0o100_755, to.mode == 0o100_755) {
        (false, true) => found | ((found & 0o444) >> 2),
        (true, false) => found & !0o111,
        (true, true) | (false, false) => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn base(text: &str) -> BaseFile {
        BaseFile { bytes: text.as_bytes().to_vec(), mode: 0o100_644 }
    }

    fn disk(text: &str) -> Entry {
        Entry::File { bytes: text.as_bytes().to_vec(), permissions: 0o640 }
    }

    fn check(found: Option<&str>, from: Option<&str>, to: Option<&str>, expected: &str) {
        let (from, to) = (from.map(base), to.map(base));
        let step = decide(found.map(disk), from.as_ref(), to.as_ref(), LineEnds::default());
        let shown = match step {
            Step::Nothing => "nothing".to_owned(),
            Step::Keep => "keep".to_owned(),
            Step::Replace { new: None, .. } => "remove".to_owned(),
            Step::Replace { new: Some(Entry::File { bytes, .. }), .. } => String::from_utf8(bytes).unwrap(),
            Step::Replace { new: Some(other), .. } => format!("{other:?}"),
        };
        assert_eq!(shown, expected, "found {found:?}, from {from:?}, to {to:?}");
    }

    #[test]
    fn every_combination_of_disk_base_and_new_has_one_answer() {
        check(Some("a\n"), Some("a\n"), Some("b\n"), "b\n");
        check(Some("b\n"), Some("a\n"), Some("b\n"), "nothing");
        check(Some("mine\n2\n3\n"), Some("1\n2\n3\n"), Some("1\n2\nc\n"), "mine\n2\nc\n");
        check(Some("mine\n"), Some("a\n"), Some("b\n"), "keep");
        check(Some("mine\n"), None, Some("b\n"), "keep");
        check(None, None, Some("new\n"), "new\n");
        check(None, Some("a\n"), Some("b\n"), "keep");
        check(None, Some("a\n"), None, "nothing");
        check(Some("a\n"), Some("a\n"), None, "remove");
        check(Some("mine\n"), Some("a\n"), None, "keep");
    }

    #[test]
    fn a_file_that_has_crlf_on_disk_only_keeps_it() {
        check(Some("a\r\nb\r\n"), Some("a\nb\n"), Some("a\nc\n"), "a\r\nc\r\n");
        check(Some("1\r\n2\r\nmine\r\n"), Some("1\n2\n3\n"), Some("a\n2\n3\n"), "a\r\n2\r\nmine\r\n");
    }

    #[test]
    fn only_the_executable_bit_follows_the_commit() {
        let to = BaseFile { mode: 0o100_755, ..base("a\n") };
        let step = decide(Some(disk("a\n")), Some(&base("a\n")), Some(&to), LineEnds::default());
        let new = Entry::File { bytes: b"a\n".to_vec(), permissions: 0o750 };
        assert_eq!(step, Step::Replace { expected: Some(disk("a\n")), new: Some(new) });
    }
}
