//! Running a repository's commands, after trust, on a tree.

use crate::domain::command::{CommandRun, CommandSpec};
use crate::domain::ids::RunId;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};

/// A request to stop, shared between the screen and a worker.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicU8>);

impl Cancel {
    /// Asks once: TERM. Asked again: KILL.
    pub fn ask(&self) {
        let _previous =
            self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| Some(n.saturating_add(1)));
    }

    /// How often it was asked.
    pub fn asked(&self) -> u8 {
        self.0.load(Ordering::SeqCst)
    }

    /// Whether both are the same request.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Whether it was asked at all.
    pub fn is_asked(&self) -> bool {
        self.asked() > 0
    }
}

/// One line of output, control sequences removed, colours kept as roles.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutputLine {
    pub spans: Vec<OutputSpan>,
    /// A progress line that replaces the one before it (`\r`).
    pub replaces: bool,
}

impl OutputLine {
    /// The text without colours.
    pub fn text(&self) -> String {
        self.spans.iter().map(|span| span.text.as_str()).collect()
    }
}

/// How far a run of tests is. Only a total that is real gives one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Tests, or test files where the tool counts those; `done` never exceeds `total`.
    Counted { done: u32, total: u32 },
    /// The tool says only the share, 0 to 100.
    Percent(u32),
}

/// A run of one style.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OutputSpan {
    pub text: String,
    /// 0 to 15, the terminal's own palette.
    pub colour: Option<u8>,
    pub bold: bool,
}

/// Gets batches of lines (at most 256 lines or 50 ms apart). Must not block long.
pub type OutputSink<'a> = &'a (dyn Fn(Vec<OutputLine>) + Sync);

/// Where and with what a command runs.
#[derive(Debug, Clone, Default)]
pub struct RunPlace {
    /// Root of the tree it runs in; the command's folder is below it.
    pub root: PathBuf,
    /// Tree id for the record; empty for in place.
    pub tree: String,
    /// The whole environment; nothing is inherited.
    pub env: BTreeMap<OsString, OsString>,
    /// File that gets the whole output.
    pub log: Option<PathBuf>,
}

/// Runs commands.
pub trait Verifier: Send + Sync {
    /// Runs one command to its end; every way it can end is in the result.
    fn run(
        &self,
        id: RunId,
        spec: &CommandSpec,
        place: &RunPlace,
        sink: OutputSink<'_>,
        cancel: &Cancel,
    ) -> CommandRun;
}
