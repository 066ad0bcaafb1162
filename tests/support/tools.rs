//! Where the programs are that tests start.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

/// The interpreter behind `python3`. What stands on the search path may be the script of a
/// version manager that starts a dozen processes before Python.
static PYTHON: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
    let asked = Command::new("python3").args(["-c", "import sys; print(sys.executable)"]).output().ok()?;
    let path = PathBuf::from(String::from_utf8(asked.stdout).ok()?.trim());
    path.is_file().then_some(path)
});

/// The interpreter behind `python3`; none where there is no Python.
pub fn python() -> Option<&'static Path> {
    PYTHON.as_deref()
}

/// Git by its whole path: a name that has to be looked up in an environment of its own is started
/// by a copy of the tests' whole process.
pub static GIT: LazyLock<PathBuf> = LazyLock::new(|| {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file());
    found.unwrap_or_else(|| "git".into())
});

/// A command of Python's; what it says where there is none is that of any missing program.
pub fn python_command() -> Command {
    Command::new(python().unwrap_or_else(|| Path::new("python3")))
}

/// The search path of this machine, with the interpreter itself before any script that stands
/// for it.
pub fn search_path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    let real = python().and_then(Path::parent).map(Path::to_path_buf);
    let folders = real.into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).expect("folders without a colon")
}
