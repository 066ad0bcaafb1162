//! Carries out effects, on threads of its own, and answers with messages.
//!
//! One live generation per kind of task: a newer scan, check or proposal makes the answer
//! of an older one worthless, and it is dropped here. Adapters are reached only through
//! their ports. Quick effects of the terminal (editor, clipboard, redraw) belong to the
//! loop that owns the terminal, not to the host.

mod checks;
mod commits;
mod exports;
mod proposals;
mod runs;
mod scans;
mod sessions;
mod tasks;

use super::{Config, Dirs};
use crate::{
    engine::{Effect, Model, Msg, cx::plural},
    journal::RepositoryLock,
    knowledge::Knowledge,
    ports::{Cancel, Clock, Journal, Scanner, Vault, Verifier},
    propose::GuidedTask,
};
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::mpsc::Sender;

/// Messages that wait for the loop. Output arrives in batches of up to 256 lines, so a
/// few hundred messages are several screens of it; a full channel slows the workers down
/// instead of growing.
pub const CHANNEL: usize = 512;

/// Everything that effects need. Cheap to clone: workers take their own.
#[derive(Clone)]
pub struct Tools {
    /// Absolute path of the repository.
    pub root: PathBuf,
    pub vault: Arc<dyn Vault>,
    pub scanner: Arc<dyn Scanner>,
    pub verifier: Arc<dyn Verifier>,
    pub clock: Arc<dyn Clock>,
    pub knowledge: Arc<Knowledge>,
    pub config: Arc<Config>,
    pub dirs: Arc<Dirs>,
    /// Name of the embedded sample that this repository was made from.
    pub demo: Option<String>,
    pub guided: Option<GuidedTask>,
}

/// Carries out effects.
pub struct Host {
    pub tools: Tools,
    tx: Sender<Msg>,
    journal: Option<Box<dyn Journal>>,
    /// Held as long as this process decides about the repository.
    _lock: Option<RepositoryLock>,
    /// Stops the running commands; a new one for each request.
    runs: Arc<Mutex<Vec<Cancel>>>,
    proposals: Cancel,
    scan_generation: Arc<AtomicU64>,
    check_generation: Arc<AtomicU64>,
    /// Signals when something that takes long is over, for loops that wait.
    pub pending: Pending,
}

/// Counts what runs, so that the linear mode knows when to ask again.
#[derive(Debug, Clone, Default)]
pub struct Pending(Arc<AtomicU64>);

impl Pending {
    fn begin(&self) -> Running {
        self.0.fetch_add(1, Ordering::SeqCst);
        Running(self.clone())
    }

    /// Tasks that have not answered yet.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// One task in the count, until it is dropped.
#[derive(Debug)]
pub struct Running(Pending);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What a worker has: the tools and the way back.
#[derive(Clone)]
pub struct Worker {
    pub tools: Tools,
    tx: Sender<Msg>,
}

impl Worker {
    /// Sends a message; a loop that is gone needs no answer.
    pub fn send(&self, msg: Msg) {
        let _loop_ended = self.tx.blocking_send(msg);
    }
}

impl Host {
    /// A host that answers on `tx`.
    pub fn new(
        tools: Tools,
        tx: Sender<Msg>,
        journal: Option<Box<dyn Journal>>,
        lock: Option<RepositoryLock>,
    ) -> Self {
        Self {
            _lock: lock,
            tools,
            tx,
            journal,
            runs: Arc::default(),
            proposals: Cancel::default(),
            scan_generation: Arc::default(),
            check_generation: Arc::default(),
            pending: Pending::default(),
        }
    }

    /// Ends processes that commands of a killed proscenium left behind, and says so.
    pub fn sweep(&self) {
        self.spawn("sweep", |worker| {
            let strays = crate::verify::strays_of_dead_owners();
            if strays.is_empty() {
                return;
            }
            let ended = crate::verify::end_strays_of_dead_owners(&strays);
            let text = format!("ended {} that an earlier run left behind", plural(ended.len(), "process"));
            worker.send(Msg::Notice(text));
        });
    }

    /// Runs `work` on a thread of its own.
    fn spawn(&self, name: &str, work: impl FnOnce(&Worker) + Send + 'static) {
        let worker = Worker { tools: self.tools.clone(), tx: self.tx.clone() };
        let running = self.pending.begin();
        let failed = worker.clone();
        let spawned =
            std::thread::Builder::new().name(name.to_owned()).stack_size(8 << 20).spawn(move || {
                // A panic in an adapter is a bug of ours; the session goes on and says so.
                let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&worker)));
                if outcome.is_err() {
                    worker.send(Msg::Failed("an internal error; the session goes on".into()));
                }
                drop(running);
            });
        if let Err(error) = spawned {
            failed.send(Msg::Failed(format!("no thread: {error}")));
        }
    }

    /// Does what an effect asks for. Returns messages that are known at once.
    ///
    /// Effects of the terminal come back in `Err`; the loop that owns it does them.
    pub fn perform(&mut self, model: &Model, effect: Effect) -> Result<Vec<Msg>, Effect> {
        match effect {
            Effect::Append(event) => {
                if let Some(journal) = &mut self.journal
                    && let Err(error) = journal.append(&event)
                {
                    return Ok(vec![Msg::JournalFailed(error.to_string())]);
                }
            }
            Effect::Scan(target) => self.scan(model, target),
            Effect::Survey => self.survey(model),
            Effect::ReadTask(text) => self.read_task(model, text),
            Effect::ReadContract(path) => self.read_contract(model, path),
            Effect::Plan => self.plan(model),
            Effect::Propose { step, kind } => self.propose(model, step, kind),
            Effect::Check { revision } => self.check(model, revision),
            Effect::Trust { digest } => return Ok(self.trust(model, &digest)),
            Effect::Run { commands, base, in_place } => self.run(model, commands, base, in_place),
            Effect::Stop => {
                for cancel in self.runs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter() {
                    cancel.ask();
                }
                self.proposals.ask();
            }
            Effect::Commit(order) => self.commit(*order),
            Effect::Apply { files } => self.apply(model, files),
            Effect::FinishIntent { base, tree, parts } => self.finish_intent(base, tree, parts),
            Effect::UndoCommit => self.undo_commit(model),
            Effect::Rebase => self.rebase(model),
            Effect::LoadSource(path) => self.load_source(model, path),
            Effect::Export { what } => self.export(model, what),
            Effect::SaveLesson(line) => self.save_lesson(model, &line),
            Effect::ListSessions => self.list_sessions(),
            Effect::LoadJournal => self.load_journal(model),
            Effect::DeleteSession(id) => self.delete_session(id),
            effect @ (Effect::OpenEditor { .. }
            | Effect::EditText { .. }
            | Effect::CopyText(_)
            | Effect::ResumeSession(_)
            | Effect::NewSession
            | Effect::Redraw
            | Effect::Suspend
            | Effect::Quit) => return Err(effect),
        }
        Ok(Vec::new())
    }
}
