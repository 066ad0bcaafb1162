//! The state of a session: the fold of its events.
//!
//! Nothing else changes it. Two sessions with the same events are equal, which is what
//! makes resume, replay and the linear mode the same program. Undo is an event too: the
//! state before each event that can be undone is kept beside it.

use super::{
    command::{CommandRun, CommandSpec},
    commit::{CommitRecord, CommitShape},
    edit::FileEdit,
    event::{Event, Exit, Scene, Scope, What},
    hunk::{Body, Decision, Hunk},
    ids::HunkId,
    plan::Step,
    stack::StackKey,
    task::{Criterion, CriterionState, Task},
};
use std::{
    collections::{BTreeMap, BTreeSet, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

/// Everything that was decided, by whom, and what was seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    pub identity: Identity,
    pub scene: Scene,
    /// The furthest scene that was entered.
    pub furthest: Scene,
    /// What can be undone.
    pub work: Work,
    pub evidence: EvidenceBook,
    pub closing: Closing,
    /// Fingerprint of the approved tree: the base and every held text.
    pub approved: u64,
    /// Journal length: the next event is `seq + 1`.
    pub seq: u64,
    /// States before the last undoable events, oldest first, at most `UNDO_LIMIT`.
    undo: Vec<Before>,
    redo: Vec<Before>,
}

/// The work as it was before something that can be taken back.
#[derive(Debug, Clone, PartialEq)]
struct Before {
    /// What happened, in words.
    label: String,
    /// Where it happened.
    scene: Scene,
    work: Work,
}

/// How many decisions can be taken back.
const UNDO_LIMIT: usize = 200;

/// Where the session takes place, and who is there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    pub session: String,
    /// Absolute path of the repository.
    pub root: String,
    /// Commit the session started from, 40 hexadecimal digits; empty on an unborn branch.
    pub base: String,
    pub branch: String,
    /// Name of the repository on screen.
    pub title: String,
    pub started_at: u64,
    /// `Ada` or `Ada <ada@example.org>`; empty where nobody was named.
    pub driver: String,
    pub navigator: String,
    /// Hunks that touch migrations or authentication need two people.
    pub two_approvals: bool,
}

/// Everything that `u` can take back.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Work {
    pub stated: BTreeMap<StackKey, Option<String>>,
    pub stack_confirmed: bool,
    pub task: Option<Task>,
    pub boundaries: BTreeSet<String>,
    pub findings: BTreeSet<String>,
    /// Fingerprint to rule and reason.
    pub dismissed: BTreeMap<String, (String, String)>,
    pub steps: Vec<Step>,
    /// By path.
    pub edits: BTreeMap<String, FileEdit>,
    /// Item id to who, when, note.
    pub ticks: BTreeMap<String, (String, u64, String)>,
    pub not_applicable: BTreeMap<String, String>,
    pub message: Option<String>,
    pub shape: CommitShape,
    pub last_hunk: u32,
    pub last_proposal: u32,
    pub partial: Option<String>,
}

/// What commands and scans said.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EvidenceBook {
    pub commands: Vec<CommandSpec>,
    /// Digest of the trusted commands; empty before trust.
    pub trusted: String,
    pub scopes: BTreeSet<Scope>,
    /// Latest run on the approved tree, by command id.
    pub runs: BTreeMap<String, CommandRun>,
    /// What `Session::approved` was for the runs that began, and for the latest that ended.
    pub began: BTreeMap<String, u64>,
    pub verified: BTreeMap<String, u64>,
    /// Latest run on the base, by command id.
    pub base_runs: BTreeMap<String, CommandRun>,
    /// Latest run of the change's tests alone on the base, by command id, with the fingerprint
    /// of the approved texts of test files that it had.
    pub red_runs: BTreeMap<String, (CommandRun, u64)>,
    /// Command id and key to failures and runs, of tests that were repeated alone.
    pub repeated: BTreeMap<(String, String), (u32, u32)>,
    /// Pages that opened by themselves, with their trigger.
    pub pages: Vec<(String, String)>,
    /// Test name, green, tree.
    pub test_first: Vec<(String, bool, String)>,
    /// Cards with the choice and the reason.
    pub decisions: Vec<(String, String, String)>,
    /// Command id to how many different trees it failed on in a row, worse than on the base,
    /// and the last of them.
    pub failing: BTreeMap<String, (u32, String)>,
    /// The longest of these rows: so often one approach did not work.
    pub failures_in_a_row: u32,
}

/// How the session ends.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Closing {
    /// A commit that was begun and neither made nor refused: base, tree, message, pid.
    pub intent: Option<(String, String, String, u32)>,
    pub hooks: Vec<(String, i32, String, u64)>,
    pub commits: Vec<CommitRecord>,
    pub written: Vec<String>,
    pub kept: Vec<String>,
    pub applied: Vec<String>,
    pub lessons: Vec<String>,
    pub exit: Option<Exit>,
}

/// Why an event cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    #[error("event {found} follows event {expected_after}; the journal has a gap")]
    Gap { expected_after: u64, found: u64 },
    #[error("the journal does not begin with its start event")]
    NotStarted,
    #[error("hunk {0} does not exist")]
    NoSuchHunk(HunkId),
    #[error("hunk {hunk} overlaps hunk {other}, which is decided; undo that first")]
    Overlap { hunk: HunkId, other: HunkId },
    #[error("hunk {0} waits for the approval of another person")]
    SelfSeconded(HunkId),
    #[error("nothing to undo")]
    NothingToUndo,
    #[error("nothing to redo")]
    NothingToRedo,
    #[error("the journal was written by version {0}, which this program does not know")]
    Version(u32),
}

/// The journal version this program writes.
pub const JOURNAL_VERSION: u32 = 1;

/// Whether an event can change the approved tree.
fn changes_texts(what: &What) -> bool {
    matches!(
        what,
        What::Started { .. }
            | What::Proposed { .. }
            | What::Decided { .. }
            | What::Split { .. }
            | What::Rebased { .. }
            | What::Undone
            | What::Redone
    )
}

impl Session {
    /// The fold of a whole journal.
    pub fn replay(events: &[Event]) -> Result<Self, SessionError> {
        let mut session = Self::default();
        for event in events {
            session.apply(event)?;
        }
        Ok(session)
    }

    /// Applies one event. On an error nothing has changed.
    pub fn apply(&mut self, event: &Event) -> Result<(), SessionError> {
        if event.seq != self.seq + 1 {
            return Err(SessionError::Gap { expected_after: self.seq, found: event.seq });
        }
        if self.seq == 0 && !matches!(event.what, What::Started { .. }) {
            return Err(SessionError::NotStarted);
        }
        super::apply::apply(self, event)?;
        self.seq = event.seq;
        if changes_texts(&event.what) {
            self.approved = self.fingerprint();
        }
        Ok(())
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.identity.base.hash(&mut hasher);
        for edit in self.work.edits.values() {
            if !edit.hunks.iter().any(|hunk| hunk.decision.is_held()) {
                continue;
            }
            (&edit.path, edit.approved()).hash(&mut hasher);
            for hunk in edit.hunks.iter().filter(|hunk| hunk.decision.is_held()) {
                match &hunk.body {
                    Body::Mode { to, .. } => to.hash(&mut hasher),
                    Body::Binary { new_base64, .. } => new_base64.hash(&mut hasher),
                    Body::Text { .. } | Body::Delete => {}
                }
            }
        }
        hasher.finish()
    }

    /// Forgets what could be undone: it was against another base.
    pub(super) fn forget_history(&mut self) {
        self.undo.clear();
        self.redo.clear();
    }

    /// Remembers the work before an undoable event, with a label for the notice.
    pub(super) fn remember(&mut self, label: String) {
        self.undo.push(Before { label, scene: self.scene, work: self.work.clone() });
        if self.undo.len() > UNDO_LIMIT {
            self.undo.remove(0);
        }
        self.redo.clear();
    }

    pub(super) fn step_back(&mut self) -> Result<(), SessionError> {
        let Before { label, scene, work } = self.undo.pop().ok_or(SessionError::NothingToUndo)?;
        let mut current = std::mem::replace(&mut self.work, work);
        // Numbers are never reused, even across undo.
        self.work.last_hunk = self.work.last_hunk.max(current.last_hunk);
        self.work.last_proposal = self.work.last_proposal.max(current.last_proposal);
        current.last_hunk = self.work.last_hunk;
        self.redo.push(Before { label, scene, work: current });
        Ok(())
    }

    pub(super) fn step_forward(&mut self) -> Result<(), SessionError> {
        let Before { label, scene, work } = self.redo.pop().ok_or(SessionError::NothingToRedo)?;
        let current = std::mem::replace(&mut self.work, work);
        self.undo.push(Before { label, scene, work: current });
        Ok(())
    }

    /// What `u` would take back, in words (`approved hunk 9`), and the scene it happened in.
    pub fn undo_step(&self) -> Option<(&str, Scene)> {
        self.undo.last().map(|before| (before.label.as_str(), before.scene))
    }

    /// What redo would bring back, and the scene it happened in.
    pub fn redo_step(&self) -> Option<(&str, Scene)> {
        self.redo.last().map(|before| (before.label.as_str(), before.scene))
    }

    /// All hunks in plan order: by step, then path, then place in the file.
    pub fn hunks(&self) -> Vec<&Hunk> {
        self.hunks_where(|_| true)
    }

    /// The hunks that `test` accepts, in plan order.
    pub fn hunks_where(&self, test: impl Fn(&Hunk) -> bool) -> Vec<&Hunk> {
        let mut hunks: Vec<(&str, &Hunk)> = self
            .work
            .edits
            .iter()
            .flat_map(|(path, edit)| edit.hunks.iter().map(move |hunk| (path.as_str(), hunk)))
            .filter(|(_, hunk)| test(hunk))
            .collect();
        hunks.sort_by_key(|(path, hunk)| {
            (
                hunk.step.map_or(u32::MAX, |step| step.0),
                hunk.layer.build_order(),
                *path,
                hunk.base_range().start,
                hunk.id,
            )
        });
        hunks.into_iter().map(|(_, hunk)| hunk).collect()
    }

    /// The file and hunk of that number.
    pub fn hunk(&self, id: HunkId) -> Option<(&FileEdit, &Hunk)> {
        self.work.edits.values().find_map(|edit| edit.hunk(id).map(|hunk| (edit, hunk)))
    }

    /// Hunks that are still to be decided.
    pub fn undecided(&self) -> usize {
        self.count(|hunk| hunk.decision == Decision::Undecided)
    }

    /// Hunks that are approved, as proposed or as edited.
    pub fn held(&self) -> usize {
        self.count(|hunk| hunk.decision.is_held())
    }

    /// Number of hunks that `test` accepts.
    pub fn count(&self, test: impl Fn(&Hunk) -> bool) -> usize {
        self.work.edits.values().flat_map(|edit| &edit.hunks).filter(|hunk| test(hunk)).count()
    }

    /// Criteria that were not dropped.
    pub fn criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.work
            .task
            .iter()
            .flat_map(|task| &task.reading.criteria)
            .filter(|criterion| criterion.state != CriterionState::Dropped)
    }

    /// Criteria that were accepted.
    pub fn accepted_criteria(&self) -> impl Iterator<Item = &Criterion> {
        self.criteria().filter(|criterion| criterion.state == CriterionState::Accepted)
    }

    /// Whether a commit was made and not undone.
    pub fn is_committed(&self) -> bool {
        !self.closing.commits.is_empty()
    }
}
