//! Tests and review on the files of a lesson.

use crate::{
    analysis::scan::BackendScanner,
    domain::{
        command::{CommandKind, CommandRun, CommandSpec, Ending, Requirement},
        ids::RunId,
        lesson::{
            Lesson, LessonTests,
            grade::{FailedTest, TestsSaid},
            tree::Tree,
        },
        map::BackendMap,
        place::Place,
        verdict::{Verdict, compare, judge},
    },
    knowledge::{Knowledge, course::LESSON_FILE},
    ports::{Cancel, ScanError, ScanOptions, Scanner, Source, Verifier, verifier::OutputLine},
    runtime::{
        Dirs, checking,
        clock::SystemClock,
        open::{self, OpenError},
    },
    verify::{PipeVerifier, own_program},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ffi::OsString,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Lines of output that help when the tests could not speak.
const TAIL: usize = 6;

/// What grades: the review with the knowledge of one working copy, and a runner of tests.
pub(super) struct Grader {
    scanner: BackendScanner,
    verifier: PipeVerifier,
    env: BTreeMap<OsString, OsString>,
}

impl Grader {
    /// With the rules and packs of the working copy at `root` on top of the shipped ones.
    pub(super) fn new(root: &Path, dirs: &Dirs) -> Result<Self, OpenError> {
        // The user's own packs could make another lesson of it; only those of the lesson count.
        let dirs = Dirs { config: root.join("no-configuration"), ..dirs.clone() };
        let knowledge = Knowledge::load(&open::overlays(root, &dirs))?;
        let scanner = open::scanner(root, &dirs, &knowledge)?;
        let verifier = PipeVerifier::new(Arc::new(SystemClock::default())).guarded_by(own_program());
        Ok(Self { scanner, verifier, env: std::env::vars_os().collect() })
    }

    /// The review of a tree; the folder lends what is no text.
    pub(super) fn map(&self, root: &Path, on_disk: &Tree, tree: &Tree) -> Result<BackendMap, ScanError> {
        let below = Source::Directory { root: root.to_path_buf() };
        let paths: BTreeSet<&String> = on_disk.keys().chain(tree.keys()).collect();
        let other = paths.into_iter().filter(|path| on_disk.get(*path) != tree.get(*path));
        let texts: BTreeMap<String, Option<String>> =
            other.map(|path| (path.clone(), tree.get(path).cloned())).collect();
        let source = if texts.is_empty() {
            below
        } else {
            Source::Overlay { below: Box::new(below), texts: Arc::new(texts) }
        };
        let options = ScanOptions { no_cache: false, rules: true };
        self.scanner.scan(&source, &options, &|_| true)
    }

    /// Runs the tests in the folder.
    pub(super) fn tests(&self, lesson: &Lesson, root: &Path, cancel: &Cancel) -> TestsSaid {
        let tests = &lesson.tests;
        if let Some(probe) = &tests.probe {
            let (run, _) = self.run(&spec(tests, "probe", &probe.command, ""), root, cancel);
            match run.ending {
                Ending::Exit { code: 0 } => {}
                Ending::NotRun { reason } | Ending::Blocked { reason } => {
                    return TestsSaid::NotRun { reason };
                }
                _ => return TestsSaid::NotRun { reason: probe.missing.clone() },
            }
        }
        let spec = spec(tests, "tests", &tests.command, &tests.parser);
        let (run, output) = self.run(&spec, root, cancel);
        said(&spec, run, output)
    }

    fn run(&self, spec: &CommandSpec, root: &Path, cancel: &Cancel) -> (CommandRun, Vec<String>) {
        let kept: Mutex<Vec<String>> = Mutex::default();
        let sink = |lines: Vec<OutputLine>| {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend(lines.iter().map(OutputLine::text).filter(|line| !line.trim().is_empty()));
            let over = kept.len().saturating_sub(TAIL);
            kept.drain(..over);
        };
        let run = match checking::place(spec, root, "", &self.env, None) {
            Ok(place) => self.verifier.run(RunId(1), spec, &place, &sink, cancel),
            Err(reason) => checking::blocked(RunId(1), spec, "", reason, 0),
        };
        (run, kept.into_inner().unwrap_or_else(PoisonError::into_inner))
    }
}

fn spec(tests: &LessonTests, id: &str, argv: &[String], parser: &str) -> CommandSpec {
    CommandSpec {
        id: id.into(),
        kind: if parser.is_empty() { CommandKind::Syntax } else { CommandKind::Tests },
        argv: argv.to_vec(),
        folder: String::new(),
        from: Place::new(LESSON_FILE, 1),
        parser: parser.into(),
        timeout: Duration::from_secs(tests.seconds),
        optional: false,
        pass_signal: None,
        needs: tests.needs.iter().cloned().map(Requirement::Program).collect(),
        env: Vec::new(),
    }
}

fn said(spec: &CommandSpec, run: CommandRun, output: Vec<String>) -> TestsSaid {
    let comparison = compare(&run, None, &[]);
    let reason = match judge(spec, &run, &comparison, run.parsed.pass_signal) {
        Verdict::Passed => return TestsSaid::Passed { count: run.parsed.passed },
        Verdict::NotRun { reason } => return TestsSaid::NotRun { reason },
        Verdict::Failed | Verdict::FailsAsBefore => {
            let failures = run.parsed.failures.into_iter().filter(|failure| !failure.warning);
            let failed: Vec<FailedTest> =
                failures.map(|failure| FailedTest { name: failure.name, message: failure.message }).collect();
            // What does not compile or load fails as a whole; no behaviour was looked at.
            match failed.first() {
                Some(first) if run.parsed.passed == 0 => {
                    format!("no test passed, {} says: {}", first.name, first.message.trim())
                }
                _ => return TestsSaid::Failed { failed, passed: run.parsed.passed },
            }
        }
        Verdict::Untrusted { reason } | Verdict::Blocked { reason } => reason,
        Verdict::TimedOut => format!("no end after {} s", spec.timeout.as_secs()),
        Verdict::Stopped => "stopped".into(),
    };
    TestsSaid::Broken { reason, output }
}
