//! Composes trees: a commit's tree with files on top, in the private store.

use super::{attributes, git_error, objects, open::GitVault};
use crate::{
    domain::commit::CommitFile,
    ports::vault::{VaultError, is_safe_path},
};
use git2::{Index, IndexEntry, IndexTime, Oid, Repository};
use std::path::Path;

/// Modes that a commit may give a file.
const MODES: [u32; 3] = [0o100_644, 0o100_755, 0o120_000];

impl GitVault {
    /// Refuses paths that must not be written and files that git would filter.
    pub(super) fn check_files(&self, files: &[CommitFile]) -> Result<(), VaultError> {
        let repository = self.repository()?;
        for file in files {
            let refuse = |reason: &str| {
                Err(VaultError::RefusedPath { path: file.path.clone(), reason: reason.to_owned() })
            };
            if !is_safe_path(&file.path) {
                return refuse("is not a path inside the repository");
            }
            if file.path.bytes().any(|byte| byte == 0) {
                return refuse("has a NUL in its name");
            }
            if file.mode.is_some_and(|mode| !MODES.contains(&mode)) {
                return refuse("has a mode that git does not know");
            }
            attributes::refuse_filtered(&repository, &file.path)?;
        }
        Ok(())
    }

    /// The id of the tree of `commit` with these files on top, in the private store.
    pub(super) fn compose_on_commit(&self, commit: &str, files: &[CommitFile]) -> Result<Oid, VaultError> {
        let private = self.private()?;
        let base = objects::commit_tree(&private, commit)?.map(|tree| tree.id());
        self.compose_on_tree(&private, base, files)
    }

    /// The id of a tree with these files on top; `None` is the empty tree.
    pub(super) fn compose_on_tree(
        &self,
        private: &Repository,
        base: Option<Oid>,
        files: &[CommitFile],
    ) -> Result<Oid, VaultError> {
        self.check_files(files)?;
        let mut index = Index::new().map_err(|error| git_error(&error))?;
        if let Some(base) = base {
            let tree = private.find_tree(base).map_err(|error| git_error(&error))?;
            index.read_tree(&tree).map_err(|error| git_error(&error))?;
        }
        // Removals first, so that a file may become a folder and the other way round.
        for file in files.iter().filter(|file| file.bytes.is_none()) {
            check_place(&index, &file.path)?;
            if index.get_path(Path::new(&file.path), 0).is_some() {
                index.remove(Path::new(&file.path), 0).map_err(|error| git_error(&error))?;
            }
        }
        for file in files {
            let Some(bytes) = &file.bytes else { continue };
            check_place(&index, &file.path)?;
            let known = index.get_path(Path::new(&file.path), 0).map(|entry| entry.mode);
            let mode = file.mode.or(known).filter(|mode| MODES.contains(mode)).unwrap_or(0o100_644);
            let id = private.blob(bytes).map_err(|error| git_error(&error))?;
            index.add(&entry(&file.path, id, mode)).map_err(|error| git_error(&error))?;
        }
        index.write_tree_to(private).map_err(|error| git_error(&error))
    }
}

/// An index entry without stat data: git compares the content when it next looks.
pub(super) fn entry(path: &str, id: Oid, mode: u32) -> IndexEntry {
    IndexEntry {
        ctime: IndexTime::new(0, 0),
        mtime: IndexTime::new(0, 0),
        dev: 0,
        ino: 0,
        mode,
        uid: 0,
        gid: 0,
        file_size: 0,
        id,
        flags: 0,
        flags_extended: 0,
        path: path.as_bytes().to_vec(),
    }
}

/// Refuses a path that lies below a file, is a folder, or is a submodule.
pub(super) fn check_place(index: &Index, path: &str) -> Result<(), VaultError> {
    let refuse = |reason: String| Err(VaultError::RefusedPath { path: path.to_owned(), reason });
    if index.get_path(Path::new(path), 0).is_some_and(|entry| entry.mode == 0o160_000) {
        return refuse("is a submodule".into());
    }
    let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    for folder in above {
        if let Some(entry) = index.get_path(Path::new(folder), 0) {
            return refuse(match entry.mode {
                0o120_000 => format!("goes through the symbolic link {folder}"),
                0o160_000 => format!("is inside the submodule {folder}"),
                _ => format!("is below {folder}, which is a file"),
            });
        }
    }
    if index.find_prefix(format!("{path}/")).is_ok() {
        return refuse("is a folder".into());
    }
    Ok(())
}
