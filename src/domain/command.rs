//! Commands that verify, and what a run of one said.
//!
//! Success is what the command said: exit status first, parsed failures second. A
//! non-zero exit without a parsed failure is untrusted; a command that could not start,
//! collect, connect or configure itself is blocked and never counts as "fails as before".

use super::{ids::RunId, place::Place};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a command checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CommandKind {
    Syntax,
    Format,
    Lint,
    Types,
    Tests,
    Migration,
}

impl CommandKind {
    /// The word of formats and screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Syntax => "syntax",
            Self::Format => "format",
            Self::Lint => "lint",
            Self::Types => "types",
            Self::Tests => "tests",
            Self::Migration => "migration",
        }
    }
}

/// One command of the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandSpec {
    /// Unique inside a session, for example `tests` or `tests-api`.
    pub id: String,
    pub kind: CommandKind,
    /// Program and arguments; never through a shell.
    pub argv: Vec<String>,
    /// Relative to the repository root; empty for the root.
    #[serde(default)]
    pub folder: String,
    /// Where the command is stated.
    pub from: Place,
    /// Parser of its output by name, for example `pytest`; empty for exit status only.
    #[serde(default)]
    pub parser: String,
    #[serde(with = "seconds")]
    pub timeout: Duration,
    /// An optional command never shuts the gate.
    #[serde(default)]
    pub optional: bool,
    /// A text without which exit 0 is not believed.
    #[serde(default)]
    pub pass_signal: Option<String>,
    /// A program or module without which the command does not run.
    #[serde(default)]
    pub needs: Vec<Requirement>,
    /// Environment variables that it is given, by name.
    #[serde(default)]
    pub env: Vec<String>,
}

impl CommandSpec {
    /// The command as one would type it. Arguments with blanks are quoted.
    pub fn title(&self) -> String {
        let quote = |word: &String| {
            if word.is_empty() || word.contains([' ', '\t', '\'', '"', '\\', '$', '*', ';', '|', '&']) {
                format!("'{}'", word.replace('\'', "'\\''"))
            } else {
                word.clone()
            }
        };
        self.argv.iter().map(quote).collect::<Vec<_>>().join(" ")
    }
}

/// Something that must be there before a command can say anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "needs", content = "name", rename_all = "snake_case")]
pub enum Requirement {
    /// An executable on the path.
    Program(String),
    /// A module that `python3 -c 'import NAME'` finds.
    PythonModule(String),
    /// An environment variable with a value.
    Variable(String),
    /// A path in the tree.
    Path(String),
}

mod seconds {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(value.as_secs())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_secs)
    }
}

/// How a process ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "end", rename_all = "snake_case")]
pub enum Ending {
    Exit {
        code: i32,
    },
    Signal {
        number: i32,
    },
    TimedOut {
        after_seconds: u64,
    },
    Stopped,
    /// It never ran: the program, a module, a service or a variable is missing.
    Blocked {
        reason: String,
    },
    /// Its tool is missing and the command says to skip it then.
    NotRun {
        reason: String,
    },
}

/// The state of one test or one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Passed,
    Failed,
    Skipped,
}

/// One test by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestResult {
    /// As the tool names it, stable over runs: `tests/test_orders.py::test_cancel`.
    pub name: String,
    pub outcome: Outcome,
}

/// One parsed failure or diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Identity for comparison with the base: test name, or rule, path and message without line numbers.
    pub key: String,
    /// Shown name.
    pub name: String,
    pub message: String,
    pub place: Option<Place>,
    /// 1-based line of the output at which it stands.
    pub output_line: u32,
    /// Whether the tool calls it a warning: it is listed but fails nothing by itself.
    #[serde(default)]
    pub warning: bool,
}

/// What a parser understood of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Parsed {
    pub failures: Vec<Failure>,
    /// Tests by name, where the output names them.
    pub tests: Vec<TestResult>,
    pub passed: u32,
    pub failed: u32,
    pub skipped: u32,
    /// How many tests there will be, when the tool says so early.
    pub total: Option<u32>,
    /// The tool could not collect, connect or configure itself: the sentence to show.
    pub blocked: Option<String>,
    /// The parser saw a summary it knows, so its counts can be believed.
    pub complete: bool,
    /// The command's pass signal stood in the output, which may be longer than what is kept.
    #[serde(default)]
    pub pass_signal: bool,
    /// What else must be known about the run: processes left running, output dropped.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// One finished run of one command on one tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommandRun {
    pub id: RunId,
    /// The command's id.
    pub command: String,
    pub argv: Vec<String>,
    /// Tree it ran on, as 40 hexadecimal digits; empty for in place.
    pub tree: String,
    pub ending: Ending,
    #[serde(with = "millis")]
    pub elapsed: Duration,
    /// Milliseconds since the epoch.
    pub started_at: u64,
    pub parsed: Parsed,
    /// sha256 of everything it printed.
    pub output_sha256: String,
    pub output_bytes: u64,
    /// File with the whole output; empty when it was not kept.
    #[serde(default)]
    pub log: String,
    /// Names of the environment variables it was given.
    #[serde(default)]
    pub env: Vec<String>,
}

mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub fn serialize<S: Serializer>(value: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
