//! One run of one command: where it runs, what the screen hears of it, what it is repeated
//! for, and which page of the playbook fits.

use super::{super::checking, Worker, runs::Request};
use crate::{
    domain::{
        command::{CommandRun, CommandSpec, Ending},
        ids::RunId,
        verdict::compare,
    },
    engine::Msg,
    ports::{
        Cancel,
        verifier::{OutputLine, RunPlace},
    },
    verify::{self, parsers::Meter},
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

/// A failing test that the base does not have is repeated alone this often.
const REPEATS: u32 = 2;
/// More new failures than this are a broken change, not flakiness.
const REPEAT_LIMIT: usize = 5;

static NEXT_RUN: AtomicU32 = AtomicU32::new(1);

/// A test that was repeated alone: key, failures, runs (the first run counts).
pub(super) type Repeat = (String, u32, u32);

/// What the runs of one request share.
pub(super) struct Job<'a> {
    worker: &'a Worker,
    request: &'a Request,
    cancel: &'a Cancel,
    user_env: BTreeMap<OsString, OsString>,
}

impl<'a> Job<'a> {
    pub(super) fn new(worker: &'a Worker, request: &'a Request, cancel: &'a Cancel) -> Self {
        Self { worker, request, cancel, user_env: std::env::vars_os().collect() }
    }

    /// Runs a command; the screen hears it unless it is the base's.
    pub(super) fn run(&self, spec: &CommandSpec, root: &Path, tree: &str) -> CommandRun {
        if self.request.base {
            return self.start(spec, root, tree, "base", &|_| ());
        }
        let known = self.request.totals.get(&spec.id).filter(|(of, _)| of == tree && !tree.is_empty());
        let meter = Mutex::new(Meter::new(&spec.parser, known.map(|(_, total)| *total)));
        let sink = |lines: Vec<OutputLine>| {
            let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
            let mut progress = None;
            for line in &lines {
                progress = meter.line(&line.text(), line.replaces);
            }
            self.worker.send(Msg::Output { command: spec.id.clone(), lines, progress });
        };
        self.start(spec, root, tree, "approved", &sink)
    }

    /// Runs a command of which the screen hears only that it runs.
    pub(super) fn run_quietly(&self, spec: &CommandSpec, root: &Path, tree: &str) -> CommandRun {
        self.start(spec, root, tree, "red", &|_| ())
    }

    fn start(
        &self,
        spec: &CommandSpec,
        root: &Path,
        tree: &str,
        of: &str,
        sink: &(dyn Fn(Vec<OutputLine>) + Sync),
    ) -> CommandRun {
        let id = RunId(NEXT_RUN.fetch_add(1, Ordering::SeqCst));
        match self.place(spec, root, tree, Some(self.log_path(spec, of))) {
            Ok(place) => self.worker.tools.verifier.run(id, spec, &place, sink, self.cancel),
            Err(reason) => checking::blocked(id, spec, tree, reason, self.worker.tools.clock.now()),
        }
    }

    fn place(
        &self,
        spec: &CommandSpec,
        root: &Path,
        tree: &str,
        log: Option<PathBuf>,
    ) -> Result<RunPlace, String> {
        checking::place(spec, root, tree, &self.user_env, log)
    }

    fn log_path(&self, spec: &CommandSpec, of: &str) -> PathBuf {
        let name = checking::file_name_of(&spec.id);
        let folder = self.worker.tools.dirs.state.join("logs").join(&self.request.session);
        // Without the folder the verifier says that no log was kept; the run itself goes on.
        let _made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        folder.join(format!("{of}-{name}.log"))
    }

    /// New failures of tests, repeated alone in the same place.
    pub(super) fn repeat(&self, spec: &CommandSpec, run: &CommandRun, root: &Path) -> Vec<Repeat> {
        if self.request.base {
            return Vec::new();
        }
        let Some(base) = self.request.base_runs.get(&spec.id) else { return Vec::new() };
        let comparison = compare(run, Some(base), &[]);
        if comparison.new.is_empty() || comparison.new.len() > REPEAT_LIMIT || run.parsed.blocked.is_some() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for failure in &comparison.new {
            let Some(alone) = verify::repeat_command(spec, failure) else { continue };
            let Ok(place) = self.place(&alone, root, &run.tree, None) else { continue };
            let mut failures = 1;
            for _ in 0..REPEATS {
                if self.cancel.is_asked() {
                    return found;
                }
                let id = RunId(NEXT_RUN.fetch_add(1, Ordering::SeqCst));
                let again = self.worker.tools.verifier.run(id, &alone, &place, &|_| (), self.cancel);
                let passed = matches!(again.ending, Ending::Exit { code: 0 }) && again.parsed.passed > 0;
                failures += u32::from(!passed);
            }
            found.push((failure.key.clone(), failures, REPEATS + 1));
        }
        found
    }

    /// The playbook entry that fits the output of a failed run, as an index into the handbook.
    pub(super) fn playbook(&self, run: &CommandRun) -> Option<usize> {
        if matches!(run.ending, Ending::Exit { code: 0 }) {
            return None;
        }
        let mut text: String = run
            .parsed
            .failures
            .iter()
            .map(|failure| format!("{}\n{}\n", failure.name, failure.message))
            .collect();
        if let Ending::Blocked { reason } = &run.ending {
            text.push_str(reason);
        }
        text.push_str(run.parsed.blocked.as_deref().unwrap_or_default());
        if !run.log.is_empty() {
            text.push_str(&tail(Path::new(&run.log)));
        }
        let knowledge = &self.worker.tools.knowledge;
        let found = knowledge.playbook_for(&text, &self.request.language);
        let id = found.first().map(|found| found.entry.id.clone())?;
        knowledge.playbook.iter().position(|entry| entry.id == id)
    }
}

/// The end of a log, where tools put their summary.
fn tail(path: &Path) -> String {
    use std::io::{Read, Seek, SeekFrom};
    const TAIL_BYTES: u64 = 256 * 1024;
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path).and_then(|mut file| {
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(TAIL_BYTES)))?;
        file.take(TAIL_BYTES).read_to_end(&mut bytes)
    });
    if read.is_err() {
        return String::new();
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
