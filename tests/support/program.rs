//! The real program in a sandbox: no setting, folder, locale or terminal of the user.

use super::{temp, tools};
use proscenium::{cli, propose};
use serde_json::Value;
use std::{
    ffi::OsStr,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A home folder, and whatever backend a test puts beside it.
pub struct Sandboxed {
    dir: tempfile::TempDir,
}

/// What one run did.
pub struct Ran {
    pub status: Option<i32>,
    pub out: Vec<u8>,
    pub err: String,
}

impl Ran {
    /// Standard output, which must be text.
    pub fn text(&self) -> String {
        String::from_utf8(self.out.clone()).expect("UTF-8 on standard output")
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The status must be this one.
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, Some(status), "{}\n{}", String::from_utf8_lossy(&self.out), self.err);
        self
    }

    /// No byte that a terminal could take for a command.
    pub fn without_escapes(self) -> Self {
        for stream in [self.out.as_slice(), self.err.as_bytes()] {
            assert!(!stream.contains(&0x1b), "{}", String::from_utf8_lossy(stream));
            let c1 = String::from_utf8_lossy(stream).chars().any(|c| ('\u{80}'..='\u{9f}').contains(&c));
            assert!(!c1, "{}", String::from_utf8_lossy(stream));
        }
        self
    }
}

impl Sandboxed {
    pub fn new() -> Self {
        let sandbox = Self { dir: temp::folder() };
        std::fs::create_dir(sandbox.home()).expect("a home folder");
        sandbox
    }

    /// A sandbox with the demo's repository in `orders-api`.
    pub fn with_demo() -> (Self, PathBuf) {
        let sandbox = Self::new();
        let root = sandbox.path("orders-api");
        cli::plant("python", &root, &propose::sample_files("python")).expect("the sample");
        (sandbox, root)
    }

    /// A sandbox with a backend of these files, in no repository.
    pub fn with_files(files: &[(&str, &str)]) -> (Self, PathBuf) {
        let sandbox = Self::new();
        let root = sandbox.path("backend");
        std::fs::create_dir(&root).expect("a folder");
        for (path, text) in files {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("a file");
        }
        (sandbox, root)
    }

    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().canonicalize().expect("the folder exists").join(name)
    }

    /// The program in a folder, with a clean environment and closed input.
    pub fn command(&self, dir: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium"));
        command
            .current_dir(dir)
            .env_clear()
            .env("PATH", tools::search_path())
            .env("HOME", self.home())
            .env("XDG_CONFIG_HOME", self.home().join("config"))
            .env("XDG_STATE_HOME", self.home().join("state"))
            .env("XDG_CACHE_HOME", self.home().join("cache"))
            .env("TZ", "UTC")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null());
        command
    }

    /// Runs to the end; the output is no terminal.
    pub fn run<S: AsRef<OsStr>>(&self, dir: &Path, arguments: &[S]) -> Ran {
        finish(self.command(dir).args(arguments))
    }
}

/// Runs a prepared command to its end.
pub fn finish(command: &mut Command) -> Ran {
    let output = command.output().expect("the program starts");
    Ran {
        status: output.status.code(),
        out: output.stdout,
        err: String::from_utf8(output.stderr).expect("UTF-8 on standard error"),
    }
}

/// What a value breaks of a shipped schema; empty when it fits.
pub fn schema_errors(name: &str, value: &Value) -> Vec<String> {
    let schema = proscenium::knowledge::schema(name).expect("a shipped schema");
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The lines between a heading and the next empty line.
pub fn section<'a>(text: &'a str, heading: &str) -> Vec<&'a str> {
    text.lines()
        .skip_while(|line| !line.starts_with(heading))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .collect()
}

/// Every path below a folder, sorted.
pub fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            if entry.file_type().expect("a type").is_dir() {
                open.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found.sort();
    found
}
