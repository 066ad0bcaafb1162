//! Running trusted commands without a session: where they run, and what a run means.

use super::{apply::vault_failure, failure::Failure, output, subject::Subject};
use crate::{
    domain::safe,
    domain::{
        command::{CommandRun, CommandSpec},
        ids::RunId,
        verdict::{Verdict, compare, judge},
    },
    ports::{
        Cancel, Clock, Vault, Verifier,
        verifier::{OutputLine, OutputSpan},
    },
    report::{CheckedCommand, Paint, outcome_line},
    runtime::{checking, clock::SystemClock},
    vault::GitVault,
    verify::{PipeVerifier, own_program},
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    io::Write,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Runs at one time on one repository; more than this waits for nobody and is refused.
const PLACES: usize = 16;

/// A tree to run in.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    tree: String,
    /// Why results there cannot be believed, when they cannot.
    doubts: Vec<String>,
    logs: Option<PathBuf>,
    /// Held so that another process takes another folder.
    _lock: Option<File>,
}

impl Place {
    /// A clean copy of a commit, in a folder that no other process uses.
    pub(super) fn scratch(
        subject: &Subject,
        vault: &GitVault,
        name: &str,
        commit: &str,
    ) -> Result<Self, Failure> {
        let (name, lock) = free_name(vault, name)?;
        let scratch = vault.scratch(&name, commit, &[]).map_err(vault_failure)?;
        // The store's folder has a name for this working tree; logs stand under the same.
        let key = vault.objects_path().parent().and_then(Path::file_name).map(ToOwned::to_owned);
        let logs = key.map(|key| subject.dirs.state.join("logs").join(key).join(&name));
        // Output may hold what nobody else should read.
        let logs = logs.filter(|logs| fs::DirBuilder::new().recursive(true).mode(0o700).create(logs).is_ok());
        Ok(Self { root: scratch.path, tree: scratch.tree, doubts: scratch.doubts, logs, _lock: Some(lock) })
    }

    /// The user's folder itself.
    pub(super) fn in_place(subject: &Subject) -> Self {
        Self { root: subject.root.clone(), tree: String::new(), doubts: Vec::new(), logs: None, _lock: None }
    }

    /// 40 hexadecimal digits; empty for in place.
    pub(super) fn tree(&self) -> &str {
        &self.tree
    }
}

/// `verify`, or `verify-2` while another process verifies.
fn free_name(vault: &GitVault, name: &str) -> Result<(String, File), Failure> {
    for number in 1..=PLACES {
        let candidate = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let path = vault.scratch_path(&candidate).with_extension("lock");
        let failed = |error: &dyn std::fmt::Display| {
            Failure::blocked(format!("{}: {error}", path.display()), "check the cache folder's permissions")
        };
        let options = || File::options().create(true).truncate(false).write(true).open(&path);
        let file = options().map_err(|error| failed(&error))?;
        match file.try_lock() {
            Ok(()) => return Ok((candidate, file)),
            Err(fs::TryLockError::WouldBlock) => {}
            Err(fs::TryLockError::Error(error)) => return Err(failed(&error)),
        }
    }
    Err(Failure::blocked(
        format!("{PLACES} processes verify this repository already"),
        "wait for one of them to end",
    ))
}

/// Runs commands one after another.
pub(super) struct Runner {
    verifier: PipeVerifier,
    clock: Arc<SystemClock>,
    env: BTreeMap<OsString, OsString>,
    cancel: Cancel,
    last_run: u32,
}

impl Runner {
    pub(super) fn new(cancel: Cancel) -> Self {
        let clock = Arc::new(SystemClock::default());
        let verifier = PipeVerifier::new(clock.clone()).guarded_by(own_program());
        Self { verifier, clock, env: std::env::vars_os().collect(), cancel, last_run: 0 }
    }

    /// Runs a command and says what came of it. The base is asked only about failures.
    pub(super) fn check(
        &mut self,
        spec: &CommandSpec,
        place: &Place,
        base: Option<&Place>,
    ) -> CheckedCommand {
        if output::is_live() {
            let title = output::error_paint().tone(crate::report::Tone::Strong, &safe::clean(&spec.title()));
            output::say(&title);
        }
        let run = self.run(spec, place, Output::Live);
        let failed = run.parsed.failures.iter().any(|failure| !failure.warning);
        let base_run = base
            .filter(|_| failed && !self.cancel.is_asked())
            .map(|base| self.run(spec, base, Output::Quiet));
        let comparison = compare(&run, base_run.as_ref(), &[]);
        let verdict = match (judge(spec, &run, &comparison, run.parsed.pass_signal), place.doubts.first()) {
            (Verdict::Passed, Some(doubt)) => Verdict::Untrusted { reason: doubt.clone() },
            (verdict, _) => verdict,
        };
        let checked = CheckedCommand {
            kind: spec.kind,
            optional: spec.optional,
            title: spec.title(),
            verdict,
            comparison: base_run.map(|_| comparison),
            run,
        };
        if output::is_live() {
            output::say(&(outcome_line(&checked, output::error_paint()) + "\n"));
        }
        checked
    }

    fn run(&mut self, spec: &CommandSpec, place: &Place, output: Output) -> CommandRun {
        self.last_run += 1;
        let id = RunId(self.last_run);
        let log =
            place.logs.as_ref().map(|logs| logs.join(format!("{}.log", checking::file_name_of(&spec.id))));
        match checking::place(spec, &place.root, &place.tree, &self.env, log) {
            Ok(run_place) => {
                let sink = |lines: Vec<OutputLine>| {
                    if output == Output::Live && output::is_live() {
                        show(&lines);
                    }
                };
                self.verifier.run(id, spec, &run_place, &sink, &self.cancel)
            }
            Err(reason) => checking::blocked(id, spec, &place.tree, reason, self.clock.now()),
        }
    }
}

/// Whether the user sees the lines as they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Output {
    Live,
    Quiet,
}

/// Lines as they come; those that a progress display replaces are left out.
fn show(lines: &[OutputLine]) {
    let paint = output::error_paint();
    let mut text = String::new();
    for line in lines.iter().filter(|line| !line.replaces) {
        text.push_str("  ");
        text.extend(line.spans.iter().map(|span| coloured(span, paint)));
        text.push('\n');
    }
    let _nobody_reads = std::io::stderr().lock().write_all(text.as_bytes());
}

fn coloured(span: &OutputSpan, paint: Paint) -> String {
    let text = safe::clean(&span.text);
    let mut codes: Vec<String> = Vec::new();
    if span.bold {
        codes.push("1".into());
    }
    // The palette's first eight are 30 to 37, the bright ones 90 to 97.
    codes.extend(span.colour.map(|colour| match colour {
        0..=7 => (30 + colour).to_string(),
        _ => (82 + colour.min(15)).to_string(),
    }));
    if codes.is_empty() || paint == Paint::Plain {
        return text.into_owned();
    }
    format!("\u{1b}[{}m{text}\u{1b}[0m", codes.join(";"))
}
