//! Finds the executable a command names, as a shell would, but never in the tree by accident.
//!
//! Relative entries of `PATH` are skipped: a repository that holds a file named `git`
//! must not be asked to be git.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::{Path, PathBuf},
};

/// Why a program cannot be started.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub(crate) enum ProgramError {
    #[error("the command is empty")]
    Empty,
    #[error("{0} is not installed")]
    NotOnPath(String),
    #[error("{0} is not there")]
    NotThere(String),
    #[error("{0} is not executable")]
    NotExecutable(String),
}

/// The absolute path of a program: as written when it holds a `/`, relative to the
/// folder it runs in; otherwise the first match on the absolute entries of `PATH`.
pub(crate) fn find(
    name: &str,
    folder: &Path,
    env: &BTreeMap<OsString, OsString>,
) -> Result<PathBuf, ProgramError> {
    if name.is_empty() {
        return Err(ProgramError::Empty);
    }
    if name.contains('/') {
        let path = folder.join(name);
        return match is_executable(&path) {
            Some(true) => Ok(path),
            Some(false) => Err(ProgramError::NotExecutable(name.to_owned())),
            None => Err(ProgramError::NotThere(name.to_owned())),
        };
    }
    let path = env.get(OsStr::new("PATH")).map(OsString::as_os_str).unwrap_or_default();
    absolute_entries(path)
        .map(|entry| entry.join(name))
        .find(|candidate| is_executable(candidate) == Some(true))
        .ok_or_else(|| ProgramError::NotOnPath(name.to_owned()))
}

/// The entries of a `PATH` that do not depend on the current folder.
pub(crate) fn absolute_entries(path: &OsStr) -> impl Iterator<Item = PathBuf> {
    path.as_bytes()
        .split(|byte| *byte == b':')
        .filter(|entry| entry.first() == Some(&b'/'))
        .map(|entry| PathBuf::from(OsStr::from_bytes(entry)))
}

fn is_executable(path: &Path) -> Option<bool> {
    let data = std::fs::metadata(path).ok()?;
    Some(data.is_file() && data.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(folder: &Path, name: &str, mode: u32) {
        let path = folder.join(name);
        std::fs::write(&path, "#!/bin/sh\n").expect("write");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("mode");
    }

    #[test]
    fn the_tree_never_shadows_a_program() {
        let tree = tempfile::tempdir().expect("folder");
        let tools = tempfile::tempdir().expect("folder");
        program(tree.path(), "git", 0o755);
        program(tools.path(), "git", 0o755);
        let path = format!(".::bin:{}", tools.path().display());
        let env = BTreeMap::from([("PATH".into(), path.into())]);
        assert_eq!(find("git", tree.path(), &env), Ok(tools.path().join("git")));
        assert_eq!(find("./git", tree.path(), &env), Ok(tree.path().join("./git")));
    }

    #[test]
    fn what_is_missing_is_named() {
        let tree = tempfile::tempdir().expect("folder");
        program(tree.path(), "plain", 0o644);
        let env = BTreeMap::from([("PATH".into(), "/nonexistent".into())]);
        let reason = |name: &str| find(name, tree.path(), &env).map_err(|error| error.to_string());
        assert_eq!(reason("pytest"), Err("pytest is not installed".into()));
        assert_eq!(reason("bin/run"), Err("bin/run is not there".into()));
        assert_eq!(reason("./plain"), Err("./plain is not executable".into()));
        assert_eq!(reason(""), Err("the command is empty".into()));
    }
}
