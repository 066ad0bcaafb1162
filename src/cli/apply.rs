//! `--apply`: changes of the last commit's texts, merged into the working tree.
//!
//! What is written was made from the commit, so it never holds the user's unfinished
//! lines; the vault merges it three ways, file by file and atomically, and refuses where
//! the user changed the same lines. Nothing is staged and nothing is committed.

use super::{failure::Failure, output};
use crate::{
    domain::commit::CommitFile,
    ports::{Vault, vault::VaultError},
    report::PatchFile,
    vault::GitVault,
};

/// What became of the files.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) written: Vec<String>,
    /// Files with a change of the user's own on the same lines; left alone.
    pub(super) refused: Vec<String>,
}

/// The commit that changes are made on.
pub(super) fn head(vault: &GitVault) -> Result<String, Failure> {
    let head = vault.state().map_err(vault_failure)?.head;
    if head.is_empty() {
        return Err(Failure::user(
            "this repository has no commit yet",
            "commit once, or leave out --apply and use the patch",
        ));
    }
    Ok(head)
}

/// Writes each file that can be written. `prefix` leads from the top of the working tree
/// to the folder that the paths start at.
pub(super) fn write(
    vault: &GitVault,
    commit: &str,
    prefix: &str,
    files: &[PatchFile],
) -> Result<Applied, Failure> {
    let mut pending: Vec<CommitFile> = files
        .iter()
        .map(|file| CommitFile {
            path: if prefix.is_empty() { file.path.clone() } else { format!("{prefix}/{}", file.path) },
            bytes: file.new.as_ref().map(|text| text.clone().into_bytes()),
            mode: None,
        })
        .collect();
    let mut applied = Applied::default();
    // Each round either writes all that is left or takes one file out.
    while !pending.is_empty() {
        match vault.apply(commit, &pending) {
            Ok(outcome) => {
                applied.written.extend(outcome.written);
                applied.refused.extend(outcome.kept);
                break;
            }
            Err(VaultError::Conflict { path }) if pending.iter().any(|file| file.path == path) => {
                pending.retain(|file| file.path != path);
                applied.refused.push(path);
            }
            Err(error) => return Err(vault_failure(error)),
        }
    }
    applied.refused.sort();
    Ok(applied)
}

/// Says on standard error what was written and what was not.
pub(super) fn tell(applied: &Applied) {
    for path in &applied.written {
        output::say(&format!("wrote {}", crate::ui::safe::clean(path)));
    }
    for path in &applied.refused {
        output::say(&format!(
            "left alone: {} has your own uncommitted change of the same lines",
            crate::ui::safe::clean(path)
        ));
    }
}

/// The port's errors with what to do next.
pub(super) fn vault_failure(error: VaultError) -> Failure {
    crate::runtime::open::OpenError::from(error).into()
}
