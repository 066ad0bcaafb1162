//! Requests to run commands: on the approved tree, on the base, or in place.
//!
//! A test command runs twice where the change brings tests of its own: first with only
//! those on the base, where they should fail, then on the approved tree. What one run
//! needs is in `run_one`.

use super::{
    Host, Spent, Worker,
    run_one::{Job, Repeat},
};
use crate::{
    domain::{
        command::{CommandKind, CommandRun, CommandSpec, Ending},
        commit::CommitFile,
        stack::StackKey,
    },
    engine::{Model, Msg, message, red_green},
    ports::Cancel,
    verify::{TrustStore, digest_of},
};
use std::{collections::BTreeMap, path::PathBuf};

/// One request to run commands.
pub(super) struct Request {
    pub(super) base_commit: String,
    pub(super) files: Vec<CommitFile>,
    pub(super) commands: Vec<CommandSpec>,
    pub(super) base: bool,
    pub(super) in_place: bool,
    pub(super) base_runs: BTreeMap<String, CommandRun>,
    /// Approved files of the test layer, when something else is approved too.
    pub(super) tests: Vec<CommitFile>,
    /// Commands whose red run of these test files is known.
    pub(super) red_known: Vec<String>,
    /// How many tests a command had, and on which tree.
    pub(super) totals: BTreeMap<String, (String, u32)>,
    pub(super) trusted: String,
    pub(super) all: Vec<CommandSpec>,
    pub(super) session: String,
    /// Canonical name of the stack's language; empty when unknown.
    pub(super) language: String,
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
            tests: if base || in_place { Vec::new() } else { red_green::test_files(model) },
            red_known: red_green::known(model),
            totals: totals(model),
            trusted: model.session.evidence.trusted.clone(),
            all: model.session.evidence.commands.clone(),
            session: model.session.identity.session.clone(),
            language: super::proposals::stack(model).name(StackKey::Language).unwrap_or_default().to_owned(),
        };
        let cancel = self.new_cancel();
        let runs = self.runs.clone();
        self.spawn(if base { "run-base" } else { "run" }, move |worker| {
            let spent = Spent { runs, cancel: cancel.clone() };
            run_all(worker, &request, &cancel);
            drop(spent);
            worker.send(Msg::RunsEnded { base: request.base });
        });
    }
}

/// How many tests each command had in its latest run, and on which tree: a real total for
/// another run on that tree.
fn totals(model: &Model) -> BTreeMap<String, (String, u32)> {
    let runs = model.session.evidence.runs.values();
    runs.filter(|run| run.parsed.complete && !run.tree.is_empty())
        .map(|run| {
            let parsed = &run.parsed;
            let total = parsed.passed.saturating_add(parsed.failed).saturating_add(parsed.skipped);
            (run.command.clone(), (run.tree.clone(), total))
        })
        .collect()
}

/// Where the commands of a request run.
struct Ground {
    root: PathBuf,
    /// What they are to prove something about: the approved tree, or that of the base.
    tree: String,
}

fn run_all(worker: &Worker, request: &Request, cancel: &Cancel) {
    let refused = |reason: String| worker.send(Msg::RunsRefused(reason));
    let ground = match ground(worker, request) {
        Ok(ground) => ground,
        Err(reason) => return refused(reason),
    };
    if !is_trusted(worker, request) {
        return refused(
            "what defines the commands changed since you trusted them; r shows them again".into(),
        );
    }
    let job = Job::new(worker, request, cancel);
    for spec in &request.commands {
        // Stopped there, the run below says so: it does not begin.
        red(worker, request, &job, spec, &ground);
        worker.send(Msg::RunStarted { command: spec.id.clone(), base: request.base });
        let (run, repeats) = if request.in_place {
            in_place(worker, &job, spec, &ground)
        } else {
            let run = job.run(spec, &ground.root, &ground.tree);
            let repeats = job.repeat(spec, &run, &ground.root);
            (run, repeats)
        };
        let playbook = job.playbook(&run);
        for (key, failures, runs) in repeats {
            worker.send(Msg::Repeated { command: spec.id.clone(), key, failures, runs });
        }
        worker.send(Msg::RunFinished { run: Box::new(run), base: request.base, playbook });
        if cancel.is_asked() {
            return;
        }
    }
}

fn ground(worker: &Worker, request: &Request) -> Result<Ground, String> {
    let tools = &worker.tools;
    if request.in_place {
        let tree = tools.vault.compose(&request.base_commit, &request.files);
        let tree = tree.map_err(|error| format!("the approved tree could not be composed: {error}"))?;
        return Ok(Ground { root: tools.root.clone(), tree });
    }
    let name = if request.base { "base" } else { "approved" };
    let scratch = tools
        .vault
        .scratch(name, &request.base_commit, &request.files)
        .map_err(|error| format!("the clean copy could not be made: {error}"))?;
    if !request.base {
        worker.send(Msg::ScratchReady { tree: scratch.tree.clone(), doubts: scratch.doubts });
    }
    Ok(Ground { root: scratch.path, tree: scratch.tree })
}

/// The bytes that were shown are the bytes that run: what defines the commands is read
/// again where they run, and must give the digest that was trusted.
fn is_trusted(worker: &Worker, request: &Request) -> bool {
    let tools = &worker.tools;
    let hooks = super::scans::hook_paths(worker);
    let now = digest_of(&tools.root, &request.all, &hooks, &|path| {
        tools.vault.read(&request.base_commit, path).ok().flatten().map(|file| file.bytes)
    });
    now.ok().as_deref() == Some(request.trusted.as_str())
}

/// Runs a command in the user's own files. The run names the approved tree, and so counts,
/// only when the files were exactly that tree before and after it: the user, or the command
/// itself, may have changed them meanwhile.
fn in_place(
    worker: &Worker,
    job: &Job<'_>,
    spec: &CommandSpec,
    ground: &Ground,
) -> (CommandRun, Vec<Repeat>) {
    let is_approved = || match worker.tools.vault.working_is(&ground.tree) {
        Ok(same) => same,
        Err(error) => {
            worker.send(Msg::Notice(format!("your files could not be compared: {error}")));
            false
        }
    };
    let before = is_approved();
    let mut run = job.run(spec, &ground.root, if before { &ground.tree } else { "" });
    let repeats = job.repeat(spec, &run, &ground.root);
    if before && !is_approved() {
        run.tree.clear();
    }
    (run, repeats)
}

/// The red run of a test command: the base with only the approved test files. Known ones
/// are not repeated; one that was stopped says nothing and is forgotten.
fn red(worker: &Worker, request: &Request, job: &Job<'_>, spec: &CommandSpec, ground: &Ground) {
    let is_known = request.red_known.contains(&spec.id);
    if spec.kind != CommandKind::Tests || request.tests.is_empty() || is_known {
        return;
    }
    let scratch = match worker.tools.vault.scratch("red", &request.base_commit, &request.tests) {
        Ok(scratch) => scratch,
        Err(error) => {
            worker.send(Msg::Notice(format!("the base with the new tests could not be made: {error}")));
            return;
        }
    };
    if scratch.tree == ground.tree {
        return;
    }
    worker.send(Msg::RedStarted { command: spec.id.clone() });
    let run = job.run_quietly(spec, &scratch.path, &scratch.tree);
    if run.ending != Ending::Stopped {
        worker.send(Msg::RedFinished { run: Box::new(run) });
    }
}
