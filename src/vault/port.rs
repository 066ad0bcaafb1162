//! The `Vault` port, method by method.

use super::open::GitVault;
use crate::{
    domain::commit::{CommitFile, CommitRecord},
    ports::vault::{
        BaseFile, CommitOutcome, CommitRequest, HookReport, RepoState, Scratch, Vault, VaultError,
    },
};

impl Vault for GitVault {
    fn state(&self) -> Result<RepoState, VaultError> {
        self.read_state()
    }

    fn read(&self, commit: &str, path: &str) -> Result<Option<BaseFile>, VaultError> {
        self.read_file(commit, path)
    }

    fn compose(&self, commit: &str, files: &[CommitFile]) -> Result<String, VaultError> {
        self.compose_on_commit(commit, files).map(|tree| tree.to_string())
    }

    fn scratch(&self, name: &str, commit: &str, files: &[CommitFile]) -> Result<Scratch, VaultError> {
        self.make_scratch(name, commit, files)
    }

    fn commit(
        &self,
        request: &CommitRequest,
        on_hook: &mut dyn FnMut(HookReport),
        before_write: &mut dyn FnMut(&str) -> Result<(), VaultError>,
    ) -> Result<CommitOutcome, VaultError> {
        self.make_commit(request, on_hook, before_write)
    }

    fn apply(&self, base: &str, files: &[CommitFile]) -> Result<CommitOutcome, VaultError> {
        self.apply_files(base, files)
    }

    fn undo(&self, commits: &[CommitRecord], base: &str) -> Result<(), VaultError> {
        self.undo_commits(commits, base)
    }

    fn working_is(&self, tree: &str) -> Result<bool, VaultError> {
        self.working_tree_is(tree)
    }

    fn working_changes(&self, commit: &str) -> Result<Vec<(String, Option<String>)>, VaultError> {
        self.read_working_changes(commit)
    }
}
