//! The tree of a folder at a revision, for readers that compare instead of commit.
//!
//! Nothing is written, not even to the store outside the repository.

use super::{git_error, io_error};
use crate::ports::vault::VaultError;
use git2::{ErrorCode, Repository};
use std::path::{Path, PathBuf};

/// A folder of a repository at a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderTree {
    /// The repository's own folder (`.git`), to open it by.
    pub repository: PathBuf,
    /// The folder relative to the top of the working tree, with `/`; empty for the top.
    pub prefix: String,
    /// The commit, 40 hexadecimal digits.
    pub commit: String,
    /// 40 hexadecimal digits; `None` where the folder did not exist then.
    pub tree: Option<String>,
}

/// Why a revision has no tree.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error("there is no revision {0}")]
    Unknown(String),
    #[error("the revision {0} is no commit")]
    NotACommit(String),
}

/// Finds the tree of `folder` at `revision` (a branch, a tag, `HEAD~2`, an id). Blocks.
pub fn folder_tree(folder: &Path, revision: &str) -> Result<FolderTree, RevisionError> {
    let shown = folder.display().to_string();
    let folder = folder.canonicalize().map_err(|source| io_error(folder, source))?;
    let repository = Repository::discover(&folder).map_err(|error| match error.code() {
        ErrorCode::NotFound => VaultError::NotARepository(shown.clone()),
        _ => git_error(&error),
    })?;
    let top = repository.workdir().ok_or(VaultError::Bare)?;
    let top = top.canonicalize().map_err(|source| io_error(top, source))?;
    let prefix = folder.strip_prefix(&top).unwrap_or(Path::new("")).to_path_buf();
    let object = repository.revparse_single(revision).map_err(|error| match error.code() {
        ErrorCode::NotFound | ErrorCode::InvalidSpec | ErrorCode::Ambiguous | ErrorCode::UnbornBranch => {
            RevisionError::Unknown(revision.to_owned())
        }
        _ => git_error(&error).into(),
    })?;
    let commit = object.peel_to_commit().map_err(|_| RevisionError::NotACommit(revision.to_owned()))?;
    let tree = commit.tree().map_err(|error| git_error(&error))?;
    let tree = if prefix.as_os_str().is_empty() {
        Some(tree.id())
    } else {
        match tree.get_path(&prefix) {
            Ok(entry) if entry.kind() == Some(git2::ObjectType::Tree) => Some(entry.id()),
            Ok(_) => None,
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(error) => return Err(git_error(&error).into()),
        }
    };
    Ok(FolderTree {
        repository: repository.path().to_path_buf(),
        prefix: prefix.to_string_lossy().into_owned(),
        commit: commit.id().to_string(),
        tree: tree.map(|tree| tree.to_string()),
    })
}
