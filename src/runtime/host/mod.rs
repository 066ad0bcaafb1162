//! Carries out effects, on threads of its own, and answers with messages.
//!
//! One live generation per kind of task: a newer scan, check or proposal makes the answer
//! of an older one worthless, and it is dropped here. Adapters are reached only through
//! their ports. Quick effects of the terminal (editor, clipboard, redraw) belong to the
//! loop that owns the terminal, not to the host.

mod checks;
mod commits;
mod exports;
mod knowledge;
mod proposals;
mod run_one;
mod runs;
mod scans;
mod sessions;
mod tasks;

pub use exports::{WALKTHROUGH_LESSON, WALKTHROUGH_TEXT, write_walkthrough};
pub use scans::base_source;

use super::{Config, Dirs, Shelf};
use crate::{
    domain::event::What,
    engine::{Effect, Model, Msg, cx::plural},
    journal::RepositoryLock,
    ports::{Cancel, Clock, Journal, Scanner, Vault, Verifier},
    propose::GuidedTask,
};
use knowledge::schema_note;
use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
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
    /// Read by the first worker that asks; only workers may.
    pub knowledge: Arc<Shelf>,
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
    /// Ends the watch over the user's files; none while nobody watches.
    watching: Option<Arc<AtomicBool>>,
    intents: Intents,
    /// Those that must not be cut off: they write, or have processes of their own.
    unfinished: Pending,
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

/// A request's wish to stop, taken out of the list when the request is over: another Ctrl-C
/// must not count for it.
pub(super) struct Spent {
    runs: Arc<Mutex<Vec<Cancel>>>,
    cancel: Cancel,
}

impl Drop for Spent {
    fn drop(&mut self) {
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|other| !other.is(&self.cancel));
    }
}

/// Names of the tasks that a shutdown waits for.
const MUST_END: [&str; 8] = ["run", "run-base", "propose", "commit", "apply", "finish", "undo", "export"];

/// Lets a commit wait until its intent is in the journal: what is written before that
/// could not be finished or undone by the next start.
#[derive(Debug, Clone, Default)]
pub(super) struct Intents(Arc<Mutex<Option<Receipt>>>);

/// Takes whether the intent is on disk, or why it is not.
type Receipt = std::sync::mpsc::SyncSender<Result<(), String>>;

impl Intents {
    /// The loop answers within a frame; this only ends a wait for a loop that is gone.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Runs `announce`, then waits until the journal has what it announced.
    fn await_saved(&self, announce: impl FnOnce()) -> Result<(), String> {
        let (sender, receiver) = std::sync::mpsc::sync_channel(1);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        announce();
        let saved = receiver.recv_timeout(Self::PATIENCE);
        saved.unwrap_or_else(|_| Err("the session has ended".into()))
    }

    fn saved(&self, saved: Result<(), String>) {
        if let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // A commit that gave up waiting wrote nothing.
            let _gave_up = sender.try_send(saved);
        }
    }

    /// Nothing will be saved any more.
    fn close(&self) {
        self.saved(Err("the session has ended".into()));
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
            watching: None,
            intents: Intents::default(),
            unfinished: Pending::default(),
            pending: Pending::default(),
        }
    }

    /// A wish to stop that the user's next Ctrl-C reaches.
    fn new_cancel(&self) -> Cancel {
        let cancel = Cancel::default();
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        runs.retain(|running| running.asked() < 2);
        runs.push(cancel.clone());
        cancel
    }

    /// Ends what runs: commands, hooks and proposers are asked, then killed with all they
    /// started. A commit that is being written may end. Call it when nobody takes messages any more.
    pub fn shutdown(&self) {
        const ASKED: Duration = Duration::from_millis(300);
        const KILLED: Duration = Duration::from_millis(1500);
        self.scan_generation.fetch_add(1, Ordering::SeqCst);
        self.check_generation.fetch_add(1, Ordering::SeqCst);
        if let Some(stop) = &self.watching {
            stop.store(true, Ordering::SeqCst);
        }
        self.intents.close();
        for patience in [ASKED, KILLED] {
            for cancel in self.runs.lock().unwrap_or_else(PoisonError::into_inner).iter() {
                cancel.ask();
            }
            self.proposals.ask();
            let begun = Instant::now();
            while self.unfinished.count() > 0 && begun.elapsed() < patience {
                std::thread::sleep(Duration::from_millis(5));
            }
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
        let unfinished = MUST_END.contains(&name).then(|| self.unfinished.begin());
        let failed = worker.clone();
        let spawned =
            std::thread::Builder::new().name(name.to_owned()).stack_size(8 << 20).spawn(move || {
                // A panic in an adapter is a bug of ours; the session goes on and says so.
                let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&worker)));
                if outcome.is_err() {
                    worker.send(Msg::Failed("an internal error; the session goes on".into()));
                }
                drop((running, unfinished));
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
                let saved = match &mut self.journal {
                    Some(journal) => journal.append(&event).map_err(|error| error.to_string()),
                    None => Ok(()),
                };
                if matches!(event.what, What::CommitIntended { .. }) {
                    self.intents.saved(saved.clone());
                }
                if let Err(error) = saved {
                    return Ok(vec![Msg::JournalFailed(error)]);
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
                for cancel in self.runs.lock().unwrap_or_else(PoisonError::into_inner).iter() {
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
            Effect::LoadHandbook => self.load_handbook(model),
            Effect::SchemaNote => return Ok(vec![schema_note(model)]),
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
