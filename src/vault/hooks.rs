//! Finds and runs the hooks that `git commit` would run.
//!
//! They are the user's real hooks, run in a scratch tree whose index and files equal the
//! tree about to be committed, so they can neither see nor change anything else. Git's
//! own environment is stripped: git finds the scratch repository by the folder.

use super::{
    child::{self, Ended},
    git_error, io_error,
    open::GitVault,
};
use crate::ports::{
    Cancel,
    vault::{HookReport, VaultError},
};
use git2::Repository;
use std::{
    ffi::OsStr,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
    process::Command,
};

/// The hooks of a commit, in the order in which git runs them.
pub(super) const NAMES: [&str; 4] = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit"];

/// "Exec format error": a script without `#!`, which git gives to the shell.
const ENOEXEC: i32 = nix::errno::Errno::ENOEXEC as i32;

/// Name and absolute path of every hook that a commit would run. `core.hooksPath` counts;
/// samples and files that are not executable do not.
pub(super) fn in_force(
    vault: &GitVault,
    repository: &Repository,
) -> Result<Vec<(String, PathBuf)>, VaultError> {
    let config = repository.config().map_err(|error| git_error(&error))?;
    let folder = match config.get_path("core.hooksPath") {
        // Git reads a relative one from where hooks run: the top of the working tree.
        Ok(path) => vault.root.join(path),
        Err(error) if error.code() == git2::ErrorCode::NotFound => vault.common_dir.join("hooks"),
        Err(error) => return Err(git_error(&error)),
    };
    let is_hook = |path: &Path| {
        std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
    };
    Ok(NAMES
        .into_iter()
        .map(|name| (name.to_owned(), folder.join(name)))
        .filter(|(_, path)| is_hook(path))
        .collect())
}

impl GitVault {
    /// Runs one hook in a scratch tree. Returns whether the user stopped it, too.
    pub(super) fn run_hook(
        &self,
        (name, path): &(String, PathBuf),
        tree: &Path,
        arguments: &[&OsStr],
        cancel: &Cancel,
    ) -> Result<(HookReport, bool), VaultError> {
        let ended = self.run_program(path.as_os_str(), tree, arguments, cancel)?;
        let Ended { exit, stopped, output, elapsed } = ended;
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        Ok((HookReport { hook: name.clone(), exit, output, millis }, stopped))
    }

    /// Runs a program with the user's environment, without git's.
    pub(super) fn run_program(
        &self,
        program: &OsStr,
        folder: &Path,
        arguments: &[&OsStr],
        cancel: &Cancel,
    ) -> Result<Ended, VaultError> {
        let mut command = self.command(program, folder);
        command.args(arguments);
        let limit = self.settings.child_timeout;
        match child::run(&mut command, limit, cancel) {
            Err(error) if error.raw_os_error() == Some(ENOEXEC) => {
                let mut command = self.command(OsStr::new("/bin/sh"), folder);
                command.arg(program).args(arguments);
                child::run(&mut command, limit, cancel).map_err(|error| io_error(Path::new(program), error))
            }
            result => result.map_err(|error| io_error(Path::new(program), error)),
        }
    }

    fn command(&self, program: &OsStr, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir(folder);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_bytes().starts_with(b"GIT_")) {
            command.env_remove(name);
        }
        command.env("GIT_EDITOR", ":").env("PWD", folder).envs(&self.settings.environment);
        command
    }
}
