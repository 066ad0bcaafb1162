//! Running commands on the approved tree, on the base, or in place.

use super::{super::checking, Host, Worker};
use crate::{
    domain::{
        command::{CommandRun, CommandSpec, Ending},
        commit::CommitFile,
        ids::RunId,
        stack::StackKey,
        verdict::compare,
    },
    engine::{Model, Msg, message},
    ports::{
        Cancel,
        verifier::{OutputLine, RunPlace},
    },
    verify::{self, TrustStore, digest_of},
};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
};

/// A failing test that the base does not have is repeated alone this often.
const REPEATS: u32 = 2;
/// More new failures than this are a broken change, not flakiness.
const REPEAT_LIMIT: usize = 5;

static NEXT_RUN: AtomicU32 = AtomicU32::new(1);

/// One request to run commands.
struct Request {
    base_commit: String,
    files: Vec<CommitFile>,
    commands: Vec<CommandSpec>,
    base: bool,
    in_place: bool,
    base_runs: BTreeMap<String, CommandRun>,
    trusted: String,
    all: Vec<CommandSpec>,
    session: String,
    /// Canonical name of the stack's language; empty when unknown.
    language: String,
}

impl Host {
    pub(super) fn trust(&self, model: &Model, digest: &str) -> Vec<Msg> {
        if model.world.digest != digest {
            return vec![Msg::RunsRefused("the commands changed; look at them again".into())];
        }
        let store = TrustStore::new(self.tools.dirs.state.join("trust"));
        match store.grant(&self.tools.root, digest, model.now) {
            Ok(()) => Vec::new(),
            Err(error) => vec![Msg::Notice(format!("trusted for this session only: {error}"))],
        }
    }

    pub(super) fn run(&self, model: &Model, commands: Vec<CommandSpec>, base: bool, in_place: bool) {
        let request = Request {
            base_commit: model.session.identity.base.clone(),
            files: if base { Vec::new() } else { message::approved_files(model) },
            commands,
            base,
            in_place,
            base_runs: model.session.evidence.base_runs.clone(),
            trusted: model.session.evidence.trusted.clone(),
            all: model.session.evidence.commands.clone(),
            session: model.session.identity.session.clone(),
            language: super::proposals::stack(model).name(StackKey::Language).unwrap_or_default().to_owned(),
        };
        let cancel = Cancel::default();
        {
            let mut runs = self.runs.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            runs.retain(|running| running.asked() < 2);
            runs.push(cancel.clone());
        }
        let runs = self.runs.clone();
        self.spawn(if base { "run-base" } else { "run" }, move |worker| {
            run_all(worker, &request, &cancel);
            // The token is spent: another Ctrl-C must not count for it.
            runs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).retain(|other| !other.is(&cancel));
            worker.send(Msg::RunsEnded { base: request.base });
        });
    }
}

fn run_all(worker: &Worker, request: &Request, cancel: &Cancel) {
    let tools = &worker.tools;
    let name = if request.base { "base" } else { "approved" };
    let (root, tree) = if request.in_place {
        (tools.root.clone(), String::new())
    } else {
        match tools.vault.scratch(name, &request.base_commit, &request.files) {
            Ok(scratch) => {
                if !request.base {
                    worker.send(Msg::ScratchReady {
                        tree: scratch.tree.clone(),
                        doubts: scratch.doubts.clone(),
                    });
                }
                (scratch.path, scratch.tree)
            }
            Err(error) => {
                worker.send(Msg::RunsRefused(format!("the clean copy could not be made: {error}")));
                return;
            }
        }
    };
    // The bytes that were shown are the bytes that run: what defines the commands is read
    // again where they run, and must give the digest that was trusted.
    let hooks = super::scans::hook_paths(worker);
    let now = digest_of(&tools.root, &request.all, &hooks, &|path| {
        tools.vault.read(&request.base_commit, path).ok().flatten().map(|file| file.bytes)
    });
    if now.ok().as_deref() != Some(request.trusted.as_str()) {
        worker.send(Msg::RunsRefused(
            "what defines the commands changed since you trusted them; r shows them again".into(),
        ));
        return;
    }
    let user_env: BTreeMap<OsString, OsString> = std::env::vars_os().collect();
    for spec in &request.commands {
        worker.send(Msg::RunStarted { command: spec.id.clone(), base: request.base });
        let place = place(worker, request, spec, &root, &tree, &user_env);
        let run = match place {
            Ok(place) => run_one(worker, request, spec, &place, cancel),
            Err(reason) => blocked(worker, spec, &tree, reason),
        };
        let playbook = playbook(worker, &run, &request.language);
        let repeats = if request.base {
            Vec::new()
        } else {
            repeat(worker, request, spec, &run, &root, &tree, &user_env, cancel)
        };
        for (key, failures, runs) in repeats {
            worker.send(Msg::Repeated { command: spec.id.clone(), key, failures, runs });
        }
        worker.send(Msg::RunFinished { run: Box::new(run), base: request.base, playbook });
        if cancel.is_asked() {
            return;
        }
    }
}

fn place(
    worker: &Worker,
    request: &Request,
    spec: &CommandSpec,
    root: &std::path::Path,
    tree: &str,
    user_env: &BTreeMap<OsString, OsString>,
) -> Result<RunPlace, String> {
    checking::place(spec, root, tree, user_env, Some(log_path(worker, request, spec)))
}

fn log_path(worker: &Worker, request: &Request, spec: &CommandSpec) -> PathBuf {
    let name = checking::file_name_of(&spec.id);
    let of = if request.base { "base" } else { "approved" };
    let folder = worker.tools.dirs.state.join("logs").join(&request.session);
    // Without the folder the verifier says that no log was kept; the run itself goes on.
    let _made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    folder.join(format!("{of}-{name}.log"))
}

fn run_one(
    worker: &Worker,
    request: &Request,
    spec: &CommandSpec,
    place: &RunPlace,
    cancel: &Cancel,
) -> CommandRun {
    let id = RunId(NEXT_RUN.fetch_add(1, Ordering::SeqCst));
    let last: Mutex<Option<String>> = Mutex::new(None);
    let sink = |lines: Vec<OutputLine>| {
        if let Some(line) = lines.last() {
            *last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(line.text());
        }
        if !request.base {
            worker.send(Msg::Output { command: spec.id.clone(), lines });
        }
    };
    worker.tools.verifier.run(id, spec, place, &sink, cancel)
}

fn blocked(worker: &Worker, spec: &CommandSpec, tree: &str, reason: String) -> CommandRun {
    let id = RunId(NEXT_RUN.fetch_add(1, Ordering::SeqCst));
    checking::blocked(id, spec, tree, reason, worker.tools.clock.now())
}

/// The playbook entry that fits the output of a failed run, as an index into the handbook.
fn playbook(worker: &Worker, run: &CommandRun, language: &str) -> Option<usize> {
    let failed = !matches!(run.ending, Ending::Exit { code: 0 });
    if !failed {
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
        text.push_str(&tail(std::path::Path::new(&run.log)));
    }
    let knowledge = &worker.tools.knowledge;
    let found = knowledge.playbook_for(&text, language);
    let id = found.first().map(|found| found.entry.id.clone())?;
    knowledge.playbook.iter().position(|entry| entry.id == id)
}

/// The end of a log, where tools put their summary.
fn tail(path: &std::path::Path) -> String {
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

/// New failures of tests, repeated alone: key, failures, runs (the first run counts).
#[expect(clippy::too_many_arguments, reason = "one call, and a struct of borrowed parts would say no more")]
fn repeat(
    worker: &Worker,
    request: &Request,
    spec: &CommandSpec,
    run: &CommandRun,
    root: &std::path::Path,
    tree: &str,
    user_env: &BTreeMap<OsString, OsString>,
    cancel: &Cancel,
) -> Vec<(String, u32, u32)> {
    let Some(base) = request.base_runs.get(&spec.id) else { return Vec::new() };
    let comparison = compare(run, Some(base), &[]);
    if comparison.new.is_empty() || comparison.new.len() > REPEAT_LIMIT || run.parsed.blocked.is_some() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for failure in &comparison.new {
        let Some(alone) = verify::repeat_command(spec, failure) else { continue };
        let Ok(mut place) = place(worker, request, &alone, root, tree, user_env) else { continue };
        place.log = None;
        let mut failures = 1;
        for _ in 0..REPEATS {
            if cancel.is_asked() {
                return found;
            }
            let id = RunId(NEXT_RUN.fetch_add(1, Ordering::SeqCst));
            let again = worker.tools.verifier.run(id, &alone, &place, &|_| (), cancel);
            let passed = matches!(again.ending, Ending::Exit { code: 0 }) && again.parsed.passed > 0;
            failures += u32::from(!passed);
        }
        found.push((failure.key.clone(), failures, REPEATS + 1));
    }
    found
}
