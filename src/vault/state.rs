//! The repository as it stands: branch, dirt, operations in progress, hooks, identity.
//!
//! Runs nothing: libgit2 starts no file system monitor, no filter and no hook.

use super::{attributes, author, git_error, hooks, io_error, open::GitVault, sign};
use crate::ports::vault::{RepoState, VaultError};
use git2::{ErrorCode, Index, Oid, Repository, RepositoryState, Status, StatusOptions};
use std::path::Path;

/// Index flag: the file is left out of a sparse checkout.
pub(super) const SKIP_WORKTREE: u16 = 1 << 14;

/// What HEAD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// Full name of the reference that a commit moves: the branch, or `HEAD` when detached.
    pub(super) reference: String,
    pub(super) detached: bool,
    /// `None` on an unborn branch.
    pub(super) id: Option<Oid>,
}

impl Head {
    /// 40 digits, or empty on an unborn branch.
    pub(super) fn hex(&self) -> String {
        self.id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The branch without `refs/heads/`, or the short id.
    pub(super) fn short(&self) -> String {
        match (self.detached, self.id) {
            (true, Some(id)) => id.to_string().chars().take(7).collect(),
            _ => self.reference.strip_prefix("refs/heads/").unwrap_or(&self.reference).to_owned(),
        }
    }
}

/// Reads HEAD.
pub(super) fn head_of(repository: &Repository) -> Result<Head, VaultError> {
    let head = repository.find_reference("HEAD").map_err(|error| git_error(&error))?;
    match head.symbolic_target().map_err(|error| git_error(&error))? {
        None => Ok(Head { reference: "HEAD".into(), detached: true, id: head.target() }),
        Some(reference) => {
            let id = match repository.refname_to_id(reference) {
                Ok(id) => Some(id),
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => return Err(git_error(&error)),
            };
            Ok(Head { reference: reference.to_owned(), detached: false, id })
        }
    }
}

/// The name of an operation in progress.
pub(super) fn operation_of(repository: &Repository, index: &Index) -> Option<String> {
    let name = match repository.state() {
        RepositoryState::Clean if index.has_conflicts() => "merge with unresolved conflicts",
        RepositoryState::Clean => return None,
        RepositoryState::Merge => "merge",
        RepositoryState::Revert | RepositoryState::RevertSequence => "revert",
        RepositoryState::CherryPick | RepositoryState::CherryPickSequence => "cherry-pick",
        RepositoryState::Bisect => "bisect",
        RepositoryState::Rebase | RepositoryState::RebaseInteractive | RepositoryState::RebaseMerge => {
            "rebase"
        }
        RepositoryState::ApplyMailbox | RepositoryState::ApplyMailboxOrRebase => "mailbox import (git am)",
    };
    Some(name.to_owned())
}

/// Subjects of the newest commits on the way back from HEAD; none on an unborn branch.
fn subjects(repository: &Repository) -> Vec<String> {
    const NEWEST: usize = 20;
    let Ok(mut walk) = repository.revwalk() else { return Vec::new() };
    if walk.push_head().is_err() {
        return Vec::new();
    }
    walk.take(NEWEST)
        .filter_map(|id| repository.find_commit(id.ok()?).ok())
        .filter_map(|commit| commit.summary().ok().flatten().map(str::to_owned))
        .collect()
}

impl GitVault {
    pub(super) fn read_state(&self) -> Result<RepoState, VaultError> {
        let repository = self.repository()?;
        let index = repository.index().map_err(|error| git_error(&error))?;
        let head = head_of(&repository)?;
        let author = match self.people(&repository) {
            Ok((person, _)) => Some(author::shown(&person)),
            Err(VaultError::NoAuthor) => None,
            Err(error) => return Err(error),
        };
        Ok(RepoState {
            root: self.root.clone(),
            branch: head.short(),
            detached: head.detached,
            head: head.hex(),
            dirty: self.dirty(&repository, &index)?,
            operation: operation_of(&repository, &index),
            hooks: hooks::in_force(self, &repository)?,
            author,
            subjects: subjects(&repository),
            signing: sign::label(&repository)?,
        })
    }

    /// Paths with staged, unstaged or untracked changes, sorted.
    fn dirty(&self, repository: &Repository, index: &Index) -> Result<Vec<String>, VaultError> {
        let mut options = StatusOptions::new();
        options
            .include_untracked(true)
            .recurse_untracked_dirs(true)
            .exclude_submodules(true)
            .disable_pathspec_match(true);
        let statuses = repository.statuses(Some(&mut options)).map_err(|error| git_error(&error))?;
        let mut dirty = Vec::new();
        for entry in statuses.iter() {
            let path = String::from_utf8_lossy(entry.path_bytes()).into_owned();
            let status = entry.status();
            let absent = status == Status::WT_DELETED && is_skipped(index, &path);
            // libgit2 compares without the filter and so sees a change where there is none.
            let unknowable = status == Status::WT_MODIFIED
                && attributes::filter_of(repository, &path).is_ok_and(|filter| filter.is_some());
            if !absent && !unknowable && status != Status::IGNORED {
                dirty.push(path);
            }
        }
        dirty.sort();
        dirty.dedup();
        Ok(dirty)
    }

    /// Refuses when a lock of another process stands in the way.
    pub(super) fn check_locks(&self, head: &Head) -> Result<(), VaultError> {
        let reference = if head.detached {
            self.git_dir.join("HEAD.lock")
        } else {
            self.common_dir.join(format!("{}.lock", head.reference))
        };
        for lock in [self.git_dir.join("index.lock"), self.git_dir.join("HEAD.lock"), reference] {
            if let Ok(metadata) = std::fs::symlink_metadata(&lock) {
                let age = metadata.modified().ok().and_then(|at| at.elapsed().ok());
                let age = age.map(|age| format!(" ({} s old)", age.as_secs())).unwrap_or_default();
                let shown = lock.strip_prefix(&self.root).unwrap_or(&lock);
                return Err(VaultError::Locked(format!("{}{age}", shown.display())));
            }
        }
        Ok(())
    }

    /// Bytes of a small file of the git folder; `None` where it does not exist.
    pub(super) fn read_git_file(&self, name: &str) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.git_dir.join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(io_error(&path, error)),
        }
    }
}

/// Whether a sparse checkout leaves the file out.
pub(super) fn is_skipped(index: &Index, path: &str) -> bool {
    index.get_path(Path::new(path), 0).is_some_and(|entry| entry.flags_extended & SKIP_WORKTREE != 0)
}
