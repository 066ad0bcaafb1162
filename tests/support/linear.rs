//! The program line by line in a sandbox: folders of its own, a `python3` without extras.

use super::{git, temp, tools};
use std::{
    io::Write,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A home for runs of the program.
pub struct Linear {
    dir: tempfile::TempDir,
}

/// How a run ended.
pub struct Done {
    pub status: Option<i32>,
    pub text: String,
    pub errors: String,
}

/// The repository that a demo was made in.
pub struct Repository(PathBuf);

impl Linear {
    /// Empty folders, and a `python3` that sees the standard library only, so that what is
    /// installed on a machine changes no transcript.
    pub fn new() -> Self {
        let dir = temp::folder();
        for name in ["home", "tmp", "bin"] {
            std::fs::create_dir(dir.path().join(name)).expect("a folder");
        }
        let real = tools::python().expect("the sample's commands need python3");
        let shim = dir.path().join("bin/python3");
        std::fs::write(&shim, format!("#!/bin/sh\nexec {} -S \"$@\"\n", real.display())).expect("a file");
        std::fs::set_permissions(&shim, std::fs::Permissions::from_mode(0o755)).expect("a mode");
        Self { dir }
    }

    fn command(&self) -> Command {
        let at = |name: &str| self.dir.path().join(name);
        let path = tools::search_path();
        let folders = std::iter::once(at("bin")).chain(std::env::split_paths(&path));
        let mut command = Command::new(env!("CARGO_BIN_EXE_proscenium"));
        command
            .env_clear()
            .env("PATH", std::env::join_paths(folders).expect("a search path"))
            .env("HOME", at("home"))
            .env("TMPDIR", at("tmp"))
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .current_dir(self.dir.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the demo with these answers.
    pub fn demo(&self, answers: &str) -> Done {
        let mut command = self.command();
        command.args(["demo", "--linear"]);
        run(command, answers)
    }

    /// Opens the demo's repository again, without a terminal and without being told so.
    pub fn resume(&self, answers: &str) -> Done {
        let mut command = self.command();
        command.arg(self.root());
        run(command, answers)
    }

    /// Begins a new session on the demo's repository.
    pub fn anew(&self, answers: &str) -> Done {
        let mut command = self.command();
        command.args(["--linear", "--new"]).arg(self.root());
        run(command, answers)
    }

    /// Runs the demo with the null device as input.
    pub fn without_input(&self) -> Done {
        let output = self.command().arg("demo").stdin(Stdio::null()).output().expect("the program runs");
        done(&output)
    }

    /// Runs the program with these arguments and answers.
    pub fn program(&self, arguments: &[&str], answers: &str) -> Done {
        run(self.with(arguments), answers)
    }

    /// The id of the only session.
    pub fn session(&self) -> String {
        let list = self.program(&["sessions", "list", "--format", "json"], "").text;
        let list: serde_json::Value = serde_json::from_str(&list).expect("JSON");
        list["sessions"][0]["session"].as_str().expect("one session").to_owned()
    }

    /// A path in the sandbox.
    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    /// The report of the only session, as `sessions show` tells it; notes come first.
    pub fn show_the_session(&self) -> String {
        let shown = self.program(&["sessions", "show", &self.session()], "");
        shown.errors + &shown.text
    }

    fn with(&self, arguments: &[&str]) -> Command {
        let mut command = self.command();
        command.args(arguments);
        command
    }

    /// The folder of the demo's repository.
    pub fn root(&self) -> PathBuf {
        let demos = std::fs::read_dir(self.dir.path().join("tmp")).expect("the folder of demos");
        demos
            .map(|entry| entry.expect("an entry").path().join("orders-api"))
            .find(|path| path.is_dir())
            .expect("a demo was made")
    }

    /// The repository of the demo.
    pub fn repository(&self) -> Repository {
        Repository(self.root())
    }
}

fn run(mut command: Command, answers: &str) -> Done {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("the program runs");
    let mut input = child.stdin.take().expect("a pipe");
    let answers = answers.to_owned();
    // The program may leave before it has read everything; that is no failure of the writer.
    let writer = std::thread::spawn(move || drop(input.write_all(answers.as_bytes())));
    let output = child.wait_with_output().expect("the program ends");
    writer.join().expect("the writer ends");
    done(&output)
}

fn done(output: &std::process::Output) -> Done {
    Done {
        status: output.status.code(),
        text: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

impl Done {
    /// The rest of the line after a text.
    pub fn after(&self, text: &str) -> &str {
        let rest = self.text.split(text).nth(1).unwrap_or_else(|| panic!("no `{text}` in\n{}", self.text));
        rest.lines().next().unwrap_or_default()
    }
}

impl Repository {
    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Runs git in it.
    pub fn git(&self, arguments: &[&str]) -> String {
        git::git(&self.0, arguments)
    }

    /// The text of every object that the repository stores, reachable or not.
    pub fn objects(&self) -> String {
        let list =
            self.git(&["cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectname)"]);
        let blobs = list.lines().filter_map(|line| line.strip_prefix("blob "));
        blobs.map(|id| self.git(&["cat-file", "blob", id])).collect()
    }
}

/// The transcript without what differs from run to run: folder, times, commit id.
pub fn redacted(text: &str, linear: &Linear) -> String {
    let root = linear.root();
    let times =
        [(r"\d+\.\d+ (s|seconds)\b", "0.0 $1"), (r"(Committed |Commit )[0-9a-f]{40}", "${1}[commit]")];
    let mut text = text.replace(&real(&root), "[repository]");
    for (pattern, with) in times {
        text = regex::Regex::new(pattern).expect("a pattern").replace_all(&text, with).into_owned();
    }
    text.lines().filter(|line| !line.contains("still run") && !line.starts_with("Still ")).fold(
        String::new(),
        |mut all, line| {
            all.push_str(line.trim_end());
            all.push('\n');
            all
        },
    )
}

fn real(path: &Path) -> String {
    path.canonicalize().expect("the folder exists").display().to_string()
}
