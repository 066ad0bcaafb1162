//! `--apply`: changes of the last commit's texts, merged into the working tree.
//!
//! What is written was made from the commit, so it never holds the user's unfinished
//! lines; the vault merges it three ways, file by file and atomically, and refuses where
//! the user changed the same lines. Nothing is staged and nothing is committed.

use super::{failure::Failure, output, review::revision_failure, subject::Subject};
use crate::{
    domain::{commit::CommitFile, safe},
    ports::{Source, Vault, vault::VaultError},
    report::PatchFile,
    vault::{GitVault, folder_tree},
};

/// What became of the files.
#[derive(Debug, Default)]
pub(super) struct Applied {
    pub(super) written: Vec<String>,
    /// Files with a change of the user's own on the same lines; left alone.
    pub(super) refused: Vec<String>,
}

/// The folder as the last commit has it, and git to merge changes of it with.
pub(super) struct Committed {
    vault: GitVault,
    commit: String,
    /// From the top of the working tree to the folder.
    prefix: String,
    pub(super) source: Source,
}

impl Committed {
    /// Finds the folder in HEAD.
    pub(super) fn open(subject: &Subject) -> Result<Self, Failure> {
        let vault = subject.vault()?;
        if vault.state().map_err(vault_failure)?.head.is_empty() {
            return Err(Failure::user(
                "this repository has no commit yet",
                "commit once, or leave out --apply and use the patch",
            ));
        }
        let found = folder_tree(&subject.root, "HEAD").map_err(|error| revision_failure(&error))?;
        let Some(tree) = found.tree else {
            return Err(Failure::user(
                "the last commit does not have this folder",
                "commit it, or leave out --apply and use the patch",
            ));
        };
        let source = Source::Tree { repository: found.repository, tree };
        Ok(Self { vault, commit: found.commit, prefix: found.prefix, source })
    }

    /// Merges the files into the working tree.
    pub(super) fn write(&self, files: &[PatchFile], together: Together) -> Result<Applied, Failure> {
        write(&self.vault, &self.commit, &self.prefix, files, together)
    }
}

/// What a change of the same lines by the user means for the other files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Together {
    /// The files are one change: all or none.
    AllOrNone,
    /// Each file stands for itself.
    Each,
}

/// Writes the files. `prefix` leads from the top of the working tree to the folder that
/// the paths start at.
fn write(
    vault: &GitVault,
    commit: &str,
    prefix: &str,
    files: &[PatchFile],
    together: Together,
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
            Err(VaultError::Conflict { path })
                if together == Together::Each && pending.iter().any(|file| file.path == path) =>
            {
                pending.retain(|file| file.path != path);
                applied.refused.push(path);
            }
            Err(error @ VaultError::Conflict { .. }) => {
                return Err(Failure::user(error, "nothing was written; commit or stash your change first"));
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
        output::say(&format!("wrote {}", safe::clean(path)));
    }
    for path in &applied.refused {
        output::say(&format!(
            "left alone: {} has your own uncommitted change of the same lines",
            safe::clean(path)
        ));
    }
}

/// The port's errors with what to do next.
pub(super) fn vault_failure(error: VaultError) -> Failure {
    crate::runtime::open::OpenError::from(error).into()
}
