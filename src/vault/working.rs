//! What the user has in the working tree that a commit does not have.

use super::{
    attributes::{self, has_crlf, to_lf},
    files::{Entry, Root},
    git_error, objects,
    open::GitVault,
    state::is_skipped,
};
use crate::ports::vault::{VaultError, is_safe_path};
use git2::{Delta, DiffOptions};
use std::collections::BTreeSet;

/// Larger files are left out: they are no hunks that anyone reads.
const LIMIT_BYTES: u64 = 2 * 1024 * 1024;

impl GitVault {
    /// Text files that differ from `commit`, with their text as a commit would hold it.
    pub(super) fn read_working_changes(
        &self,
        commit: &str,
    ) -> Result<Vec<(String, Option<String>)>, VaultError> {
        let repository = self.repository()?;
        let index = repository.index().map_err(|error| git_error(&error))?;
        let tree = objects::commit_tree(&repository, commit)?;
        let root = Root::open(&self.root)?;
        let mut changes = Vec::new();
        for path in changed_paths(&repository, tree.as_ref())? {
            let filtered = attributes::filter_of(&repository, &path)?.is_some();
            if !is_safe_path(&path) || filtered || is_skipped(&index, &path) {
                continue;
            }
            let base = objects::file_in(&repository, tree.as_ref(), &path)?;
            let is_text = base.as_ref().is_none_or(|base| as_text(&base.bytes).is_some());
            if !is_text {
                continue;
            }
            match root.read_limited(&path, LIMIT_BYTES) {
                Ok(None) if base.is_some() => changes.push((path, None)),
                Ok(Some(Entry::File { mut bytes, .. })) => {
                    let base_is_lf = base.as_ref().is_none_or(|base| !has_crlf(&base.bytes));
                    if base_is_lf && attributes::line_ends(&repository, &path)?.normalised {
                        bytes = to_lf(&bytes);
                    }
                    let same = base.as_ref().is_some_and(|base| base.bytes == bytes);
                    if let (Some(text), false) = (as_text(&bytes), same) {
                        changes.push((path, Some(text.to_owned())));
                    }
                }
                // Links, folders, devices, what is too large or behind a symbolic link: not text.
                Ok(_) | Err(_) => {}
            }
        }
        Ok(changes)
    }
}

impl GitVault {
    /// Whether the files on disk are that tree of the private store. What is staged does not
    /// matter: commands read files.
    pub(super) fn working_tree_is(&self, tree: &str) -> Result<bool, VaultError> {
        let failed = |error: git2::Error| git_error(&error);
        let repository = self.repository()?;
        // In memory only: the composed tree stands in the store, its blobs there and here.
        let objects = repository.odb().map_err(failed)?;
        let store = self.objects_path().join("objects");
        objects.add_disk_alternate(&store.to_string_lossy()).map_err(failed)?;
        let tree = repository.find_tree(super::parse_id(tree)?).map_err(failed)?;
        let mut options = DiffOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .ignore_submodules(true)
            .include_typechange(true)
            .disable_pathspec_match(true);
        let diff = repository.diff_tree_to_workdir(Some(&tree), Some(&mut options)).map_err(failed)?;
        Ok(diff.deltas().all(|delta| matches!(delta.status(), Delta::Unmodified | Delta::Ignored)))
    }
}

/// Every path where commit, index and working tree are not all the same, sorted.
fn changed_paths(
    repository: &git2::Repository,
    tree: Option<&git2::Tree<'_>>,
) -> Result<BTreeSet<String>, VaultError> {
    let mut options = DiffOptions::new();
    options
        .include_untracked(true)
        .recurse_untracked_dirs(true)
        .ignore_submodules(true)
        .disable_pathspec_match(true);
    let diff = repository
        .diff_tree_to_workdir_with_index(tree, Some(&mut options))
        .map_err(|error| git_error(&error))?;
    let mut paths = BTreeSet::new();
    for delta in diff.deltas().filter(|delta| delta.status() != Delta::Unmodified) {
        for file in [delta.old_file(), delta.new_file()] {
            let path = file.path_bytes().and_then(|path| std::str::from_utf8(path).ok());
            paths.extend(path.filter(|path| !path.ends_with('/')).map(str::to_owned));
        }
    }
    Ok(paths)
}

/// UTF-8 without a NUL.
pub(super) fn as_text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}
