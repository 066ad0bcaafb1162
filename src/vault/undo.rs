//! Takes commits back that nobody else has: branch, index and files as before.
//!
//! The reverse change is merged three ways like a commit's, so what the user did since
//! stays. Where that is not possible nothing is done at all.

use super::{
    commit::changed_files, git_error, index::PathChange, objects, open::GitVault, parse_id, worktree::Step,
};
use crate::{domain::commit::CommitRecord, ports::vault::VaultError};
use git2::{ErrorCode, Oid, Repository};
use std::collections::BTreeSet;

impl GitVault {
    pub(super) fn undo_commits(&self, commits: &[CommitRecord], base: &str) -> Result<(), VaultError> {
        let Some(last) = commits.last() else { return Ok(()) };
        let repository = self.repository()?;
        let head = self.ready(&repository, &last.id)?;
        let first = check_chain(&repository, commits, base)?;
        if is_pushed(&repository, first)? {
            return Err(VaultError::Pushed);
        }
        let base_id = if base.is_empty() { None } else { Some(parse_id(base)?) };
        let changes = self.reverse(&repository, &last.id, base)?;
        let worktree = self.worktree()?;
        let steps = worktree.plan(&changes)?;
        if let Some((change, _)) = changes.iter().zip(&steps).find(|(_, step)| **step == Step::Keep) {
            return Err(VaultError::Conflict { path: change.path.clone() });
        }
        let private = self.private()?;
        let index = self.plan_index(&private, &changes)?;
        let (_, committer) = self.people(&repository)?;
        let short: String = last.id.chars().take(7).collect();
        let log = format!("reset: proscenium takes {short} back");
        self.move_head(&repository, &head, base_id, &index, &committer, &log)?;
        let done = worktree.write(&changes);
        match done.kept.into_iter().next() {
            // It changed between the plan and the writing; the text of both is still there.
            Some(path) => Err(VaultError::Conflict { path }),
            None => Ok(()),
        }
    }

    /// Every file that the commits changed, backwards.
    fn reverse(
        &self,
        repository: &Repository,
        last: &str,
        base: &str,
    ) -> Result<Vec<PathChange>, VaultError> {
        let from = objects::commit_tree(repository, last)?;
        let to = objects::commit_tree(repository, base)?;
        let diff = repository
            .diff_tree_to_tree(from.as_ref(), to.as_ref(), None)
            .map_err(|error| git_error(&error))?;
        let mut paths = BTreeSet::new();
        for delta in diff.deltas() {
            for file in [delta.old_file(), delta.new_file()] {
                let bytes = file.path_bytes().unwrap_or_default();
                let path = std::str::from_utf8(bytes).map_err(|_| VaultError::RefusedPath {
                    path: String::from_utf8_lossy(bytes).into_owned(),
                    reason: "is not UTF-8".into(),
                })?;
                paths.insert(path.to_owned());
            }
        }
        changed_files(repository, from.map(|tree| tree.id()), to.map(|tree| tree.id()), paths)
    }
}

/// The commits are a chain on `base`; returns the first.
fn check_chain(repository: &Repository, commits: &[CommitRecord], base: &str) -> Result<Oid, VaultError> {
    let mut parent = base.to_owned();
    let mut first = None;
    for record in commits {
        let id = parse_id(&record.id)?;
        let commit = repository.find_commit(id).map_err(|error| git_error(&error))?;
        let found = commit.parent_id(0).map(|id| id.to_string()).unwrap_or_default();
        if commit.parent_count() > 1 || found != parent {
            return Err(VaultError::BaseMoved { have: parent, now: found });
        }
        first.get_or_insert(id);
        parent.clone_from(&record.id);
    }
    first.ok_or(VaultError::NothingApproved)
}

/// Whether any remote-tracking branch has the commit.
fn is_pushed(repository: &Repository, commit: Oid) -> Result<bool, VaultError> {
    let references = repository.references_glob("refs/remotes/*").map_err(|error| git_error(&error))?;
    for reference in references {
        let reference = reference.map_err(|error| git_error(&error))?;
        let Ok(tip) = reference.peel_to_commit() else { continue };
        let has = tip.id() == commit
            || match repository.graph_descendant_of(tip.id(), commit) {
                Ok(has) => has,
                Err(error) if error.code() == ErrorCode::NotFound => false,
                Err(error) => return Err(git_error(&error)),
            };
        if has {
            return Ok(true);
        }
    }
    Ok(false)
}
