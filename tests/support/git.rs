//! A real `git` in a sandbox: no configuration, no clock and no identity of the user.

use super::{temp, tools};
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The `git` command with a sandboxed environment, run in `dir`.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(&*tools::GIT);
    command
        .current_dir(dir)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", "/nonexistent")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        // Two dozen sample hooks in each of some hundred repositories.
        .env("GIT_TEMPLATE_DIR", "")
        // Each commit would start two more processes that find nothing to tidy.
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "maintenance.auto")
        .env("GIT_CONFIG_VALUE_0", "false")
        .env("LC_ALL", "C")
        .env("GIT_AUTHOR_DATE", "2026-01-02T03:04:05Z")
        .env("GIT_COMMITTER_DATE", "2026-01-02T03:04:05Z");
    command
}

/// Runs git and returns what it did, whatever its exit.
pub fn run<S: AsRef<OsStr>>(dir: &Path, arguments: &[S]) -> Output {
    command(dir).args(arguments).output().expect("git is installed")
}

/// Runs git, which must succeed, and returns its standard output.
pub fn git<S: AsRef<OsStr> + std::fmt::Debug>(dir: &Path, arguments: &[S]) -> String {
    let output = run(dir, arguments);
    assert!(
        output.status.success(),
        "git {arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A temporary folder with a repository in `repo`, outside folders beside it.
pub struct Sandbox {
    pub dir: tempfile::TempDir,
}

impl Sandbox {
    /// A repository without a commit, with an author.
    pub fn unborn() -> Self {
        let sandbox = Self { dir: temp::folder() };
        std::fs::create_dir(sandbox.root()).expect("the repository's folder");
        sandbox.git(&["init", "-q", "-b", "main"]);
        sandbox.identify();
        sandbox
    }

    /// Writes the author as `git config` does, without a process for each word.
    fn identify(&self) {
        let path = self.path(".git/config");
        let mut config = std::fs::read_to_string(&path).expect("a configuration");
        config.push_str("[user]\n\tname = Ada Test\n\temail = ada@example.org\n");
        std::fs::write(path, config).expect("written");
    }

    /// A repository whose first commit holds these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let sandbox = Self::unborn();
        for (path, text) in files {
            sandbox.write(path, text);
        }
        sandbox.git(&["add", "-A"]);
        sandbox.git(&["commit", "-q", "-m", "base"]);
        sandbox
    }

    /// The repository's folder, without symbolic links.
    pub fn root(&self) -> PathBuf {
        self.dir.path().canonicalize().expect("the folder exists").join("repo")
    }

    /// Where the program under test may keep its own things.
    pub fn store(&self) -> PathBuf {
        self.dir.path().canonicalize().expect("the folder exists").join("store")
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    pub fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(path, bytes).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).expect("the file is there")
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.root(), arguments)
    }

    /// HEAD, 40 digits.
    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }
}
