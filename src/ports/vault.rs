//! Git, as far as the session needs it.
//!
//! Composes trees, makes scratch trees, commits exactly the approved files, and merges
//! them into the working tree without losing anything the user has there.

use super::verifier::Cancel;
use crate::domain::commit::{CommitFile, CommitRecord};
use std::path::{Path, PathBuf};

/// The repository as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RepoState {
    /// Absolute path of the working tree.
    pub root: PathBuf,
    /// Short branch name, or the short commit id when detached.
    pub branch: String,
    pub detached: bool,
    /// HEAD commit, 40 hexadecimal digits; empty on an unborn branch.
    pub head: String,
    /// Files with staged, unstaged or untracked changes, relative, sorted.
    pub dirty: Vec<String>,
    /// `merge`, `rebase`, … when not clean; a commit is refused then.
    pub operation: Option<String>,
    /// Hooks that a commit would run, by name, with their absolute path.
    pub hooks: Vec<(String, PathBuf)>,
    /// Name and address of the author, when configured.
    pub author: Option<String>,
    /// Subjects of the newest commits, newest first, at most 20.
    pub subjects: Vec<String>,
    /// `ssh-ed25519 …9Qz`, `gpg KEY` when commits are to be signed.
    pub signing: Option<String>,
}

/// What a commit needs.
#[derive(Debug, Clone, Default)]
pub struct CommitRequest {
    /// The commit the plan was made on; refused when HEAD is another.
    pub base: String,
    /// In order; each builds on the one before.
    pub parts: Vec<CommitPart>,
    /// The verified tree of the last part; refused when composing gives another.
    pub tree: String,
    /// Run hooks in this scratch tree.
    pub scratch: PathBuf,
    /// Asked, it ends the hook or signing program that runs, and no commit is made. Once
    /// the repository is being written it comes too late.
    pub cancel: Cancel,
}

/// One commit of a request.
#[derive(Debug, Clone, Default)]
pub struct CommitPart {
    pub message: String,
    pub files: Vec<CommitFile>,
    pub layer: Option<crate::domain::layer::Layer>,
    pub hunks: Vec<crate::domain::ids::HunkId>,
}

/// What a hook did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookReport {
    pub hook: String,
    pub exit: i32,
    /// Control sequences removed.
    pub output: String,
    pub millis: u64,
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CommitOutcome {
    pub commits: Vec<CommitRecord>,
    /// Files of the working tree that were written.
    pub written: Vec<String>,
    /// Files that keep the user's own, conflicting text; the commit has the approved one.
    pub kept: Vec<String>,
}

/// Git operations. Every method blocks.
pub trait Vault: Send + Sync {
    /// Reads HEAD, status, hooks and configuration.
    fn state(&self) -> Result<RepoState, VaultError>;

    /// Text and mode of a file at a commit; `None` where it does not exist.
    fn read(&self, commit: &str, path: &str) -> Result<Option<BaseFile>, VaultError>;

    /// The id of the tree of `commit` with these files on top. Writes objects only into a
    /// private store, never into the repository.
    fn compose(&self, commit: &str, files: &[CommitFile]) -> Result<String, VaultError>;

    /// A folder outside the repository that holds exactly `commit` with these files, with
    /// dependency folders shared. Called again it brings the same folder to the new state.
    fn scratch(&self, name: &str, commit: &str, files: &[CommitFile]) -> Result<Scratch, VaultError>;

    /// Runs hooks in the scratch tree, writes objects, moves the branch by compare-and-swap,
    /// and merges the files into the working tree. `on_hook` sees each hook as it ends;
    /// `before_write` gets the last message, as hooks left it, just before the repository is
    /// touched; its error leaves everything as it was.
    fn commit(
        &self,
        request: &CommitRequest,
        on_hook: &mut dyn FnMut(HookReport),
        before_write: &mut dyn FnMut(&str) -> Result<(), VaultError>,
    ) -> Result<CommitOutcome, VaultError>;

    /// Merges files into the working tree three ways, without a commit.
    fn apply(&self, base: &str, files: &[CommitFile]) -> Result<CommitOutcome, VaultError>;

    /// Takes back commits that were not pushed: moves the branch back and restores the files.
    fn undo(&self, commits: &[CommitRecord], base: &str) -> Result<(), VaultError>;

    /// Whether the working tree is exactly that tree: every file of it as it is there, and no
    /// other file that git does not ignore.
    fn working_is(&self, tree: &str) -> Result<bool, VaultError>;

    /// Files in the working tree that differ from `commit`: path and new text (`None` removed).
    /// Files that are not text are left out.
    fn working_changes(&self, commit: &str) -> Result<Vec<(String, Option<String>)>, VaultError>;
}

/// A file at a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseFile {
    pub bytes: Vec<u8>,
    pub mode: u32,
}

/// A scratch tree.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scratch {
    pub path: PathBuf,
    pub tree: String,
    /// Why results there cannot be trusted, when they cannot: a link back into the repository.
    pub doubts: Vec<String>,
    /// Folders shared with the repository.
    pub shared: Vec<String>,
}

/// Why git did not do it. Nothing was changed unless the variant says so.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("{0} is not in a git repository")]
    NotARepository(String),
    #[error("this repository is bare; proscenium needs a working tree")]
    Bare,
    #[error("this repository uses {0}, which proscenium cannot write")]
    Unsupported(String),
    #[error("a {0} is in progress")]
    Busy(String),
    #[error("base commit {have} is no longer HEAD ({now})")]
    BaseMoved { have: String, now: String },
    #[error("the composed tree {composed} is not the verified tree {verified}")]
    TreeChanged { verified: String, composed: String },
    #[error("nothing is approved")]
    NothingApproved,
    #[error("{0} is locked by another process")]
    Locked(String),
    #[error("{hook} said no")]
    HookFailed { hook: String },
    /// The user stopped it before anything was written.
    #[error("{what} was stopped by you")]
    Stopped { what: String },
    /// A hook changed files in the scratch tree; they come back as proposals.
    #[error("{hook} changed {} files", files.len())]
    HookChanged { hook: String, files: Vec<(String, Option<String>)> },
    #[error("could not sign: {0}")]
    Signing(String),
    #[error("no author is configured")]
    NoAuthor,
    #[error("{path} has your own change of the same lines")]
    Conflict { path: String },
    #[error("{path} {reason}")]
    RefusedPath { path: String, reason: String },
    #[error("the commit was pushed already")]
    Pushed,
    #[error("git: {0}")]
    Git(String),
    #[error("{path}: {source}")]
    Io { path: String, source: std::io::Error },
}

/// Whether a relative path may be written at all: no `..`, no absolute path, no `.git`.
pub fn is_safe_path(path: &str) -> bool {
    let components = Path::new(path).components();
    !path.is_empty()
        && components.clone().all(|part| matches!(part, std::path::Component::Normal(_)))
        && !path.split('/').any(|part| {
            let lower = part.trim_end_matches(['.', ' ']).to_lowercase();
            part.is_empty() || lower == ".git" || lower.starts_with("git~") || lower.starts_with(".git::")
        })
}
