//! Git behind the `Vault` port: reads, composes, makes scratch trees, commits, merges.
//!
//! Uses libgit2 for objects, index and refs, never its `apply` (it writes through
//! symbolic links and is not atomic), and starts child processes only for hooks and
//! signatures. Three places are written: a private store outside the repository
//! (`store`), the repository's objects, index and branch (`commit`, `undo`), and files of
//! the working tree (`worktree`). Everything is planned in memory first; a refusal
//! leaves all three as they were.

mod attributes;
mod author;
mod child;
mod commit;
mod compose;
mod files;
mod hooks;
mod index;
mod leftovers;
mod locks;
mod objects;
mod open;
mod port;
mod revision;
mod scratch;
mod scratch_files;
mod share;
mod share_links;
mod share_python;
mod sign;
mod state;
mod undo;
mod working;
mod worktree;

pub use open::{GitConfig, GitVault, Settings};
pub use revision::{FolderTree, RevisionError, folder_tree};

use crate::ports::vault::VaultError;

/// A value of the repository's own configuration, never of the user's or the system's.
pub fn local_setting(root: &std::path::Path, key: &str) -> Option<String> {
    let config = git2::Repository::open(root).ok()?.config().ok()?;
    config.open_level(git2::ConfigLevel::Local).ok()?.get_string(key).ok()
}

/// What libgit2 says, in the port's terms.
fn git_error(error: &git2::Error) -> VaultError {
    match error.code() {
        git2::ErrorCode::Locked => VaultError::Locked(error.message().to_owned()),
        git2::ErrorCode::Owner => VaultError::Git(error.message().to_owned()),
        _ => VaultError::Git(error.message().to_owned()),
    }
}

/// An error of the file system, with the path it is about.
fn io_error(path: impl AsRef<std::path::Path>, source: std::io::Error) -> VaultError {
    VaultError::Io { path: path.as_ref().display().to_string(), source }
}

/// An object id as the port gives it.
fn parse_id(id: &str) -> Result<git2::Oid, VaultError> {
    git2::Oid::from_str(id).map_err(|error| git_error(&error))
}
