//! Who commits, as git would find out.

use super::{git_error, open::GitVault};
use crate::ports::vault::VaultError;
use git2::{ErrorCode, Repository, Signature};

impl GitVault {
    /// Author and committer, from the environment and the configuration; `NoAuthor` when
    /// neither names them.
    pub(super) fn people(
        &self,
        repository: &Repository,
    ) -> Result<(Signature<'static>, Signature<'static>), VaultError> {
        let known = |result: Result<Signature<'static>, git2::Error>| match result {
            Ok(signature) => Ok(signature),
            Err(error) if error.code() == ErrorCode::NotFound => Err(VaultError::NoAuthor),
            // Names of nothing but spaces or angle brackets.
            Err(error) if error.code() == ErrorCode::Invalid => Err(VaultError::NoAuthor),
            Err(error) => Err(git_error(&error)),
        };
        Ok((known(repository.author_from_env())?, known(repository.committer_from_env())?))
    }
}

/// `Ada <ada@example.org>`.
pub(super) fn shown(signature: &Signature<'_>) -> String {
    let name = String::from_utf8_lossy(signature.name_bytes()).into_owned();
    let address = String::from_utf8_lossy(signature.email_bytes()).into_owned();
    format!("{name} <{address}>")
}
