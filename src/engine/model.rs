//! The model: the session, what is known of the world, and what is on screen.
//!
//! Only `update` changes it; only events change the session inside it. Views take `&`.

use super::{
    effect::Checked,
    handbook::Handbook,
    judge::Compared,
    msg::{SessionLine, Suggestion},
    popup::Popup,
    scene::{acquire_tree, act_views},
    subject::Subject,
    text::{Editor, Purpose},
    view::{Mark, Pane, SceneKind, Target},
};
use crate::{
    domain::{
        event::Scene,
        ids::HunkId,
        map::BackendMap,
        session::Session,
        task::{Intent, Reading},
        test_first::TestFirst,
    },
    keys::KeyTable,
    ports::{
        vault::RepoState,
        verifier::{OutputLine, Progress},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

/// Newest output lines that are kept on screen for one command; the log has all.
pub const OUTPUT_LINES: usize = 10_000;

/// Everything.
#[derive(Debug)]
pub struct Model {
    pub session: Session,
    /// Milliseconds since the epoch; set by the runtime before each message.
    pub now: u64,
    pub keys: Arc<KeyTable>,
    pub handbook: Arc<Handbook>,
    pub world: World,
    pub screen: Screen,
    pub activity: Activity,
    pub options: Options,
}

/// What was read from outside.
#[derive(Debug, Default)]
pub struct World {
    pub repo: Option<RepoState>,
    /// Of the base.
    pub map: Option<Arc<BackendMap>>,
    /// Of the user's files as they are now, once one of them has changed.
    pub working: Option<Arc<BackendMap>>,
    /// What the running scan of the base knows already, until it has ended.
    pub early: Option<Arc<BackendMap>>,
    pub scan: ScanState,
    /// Suggestions of the first screen.
    pub suggestions: Vec<Suggestion>,
    pub stack_notices: Vec<String>,
    /// `none, optional`, or what was read.
    pub stack_folder: String,
    pub command_problems: Vec<String>,
    /// Commands were looked for.
    pub surveyed: bool,
    /// Digest of the commands as they are now.
    pub digest: String,
    pub checked: Option<Checked>,
    /// What the map and the task say together.
    pub subject: Subject,
    /// Findings of `checked` against those of the base.
    pub compared: Compared,
    /// Tests of the change, on the base and on the approved tree, as of that event.
    pub test_first: Vec<TestFirst>,
    pub test_first_of: u64,
    /// Hunks as the diff pane shows them.
    pub views: act_views::Views,
    /// The tree of boundaries.
    pub tree: acquire_tree::Tree,
    /// Grows with every change of the composed texts.
    pub revision: u64,
    /// Texts that were loaded for previews.
    pub sources: BTreeMap<String, Option<Arc<str>>>,
    pub sessions: Vec<SessionLine>,
    /// The note for whoever owns the schema, when the task begins there.
    pub schema_note: Option<String>,
    /// The reading and the address of the map that the note was asked for.
    pub schema_note_of: Option<(Reading, usize)>,
}

/// Where the scan of the base stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum ScanState {
    #[default]
    Waiting,
    Running {
        files: u64,
    },
    Done {
        elapsed_ms: u64,
    },
    Failed(String),
}

/// What is on screen and where the marks are.
#[derive(Debug, Default)]
pub struct Screen {
    pub focus: Pane,
    pub zoomed: bool,
    pub columns: u16,
    pub rows: u16,
    /// Rows that each pane shows.
    pub pages: [u16; 4],
    /// What is marked, by arrangement and pane; follows its item, not its index.
    pub marked: HashMap<(SceneKind, Pane), Target>,
    /// Folded sections and layers.
    pub folded: BTreeSet<String>,
    /// Decided hunks that were unfolded again, undecided ones that were folded.
    pub toggled: BTreeSet<HunkId>,
    /// Extra context: hunk to number of lines.
    pub context: BTreeMap<HunkId, u32>,
    /// Texts that were left without being done.
    pub drafts: Vec<(Purpose, String)>,
    pub hunk: Option<HunkId>,
    pub diff_row: usize,
    pub chosen_hunks: BTreeSet<HunkId>,
    /// The walkthrough of the marked step is shown instead of the hunks.
    pub guide: bool,
    /// While splitting: the row of the cut.
    pub cut: Option<usize>,
    pub side_by_side: Option<bool>,
    /// Index of the endpoint whose flow is shown.
    pub endpoint: Option<usize>,
    pub acquire: AcquireView,
    /// Files and lines shown as source in ACQUIRE, newest last.
    pub preview: Option<(String, u32)>,
    pub review_by_layer: bool,
    pub verify_tree: bool,
    /// First line of the output on screen; `None` follows the end.
    pub output_top: Option<usize>,
    /// The output stays on the marked command while others run.
    pub pinned_output: bool,
    /// Failure under inspection: command and index.
    pub failure: Option<(String, usize)>,
    pub popup: Option<Popup>,
    /// When the question on screen was asked.
    pub asked_at: u64,
    pub editor: Option<Editor>,
    pub search: Option<String>,
    /// A file to open in the built-in editor as soon as it is loaded.
    pub open_when_loaded: Option<String>,
    pub notice: Option<Notice>,
    pub refusal: Option<String>,
    /// Number of uses of each key in this run, for the learn strip.
    pub uses: BTreeMap<&'static str, u32>,
    /// When Ctrl-C was pressed with nothing to stop.
    pub interrupted_at: Option<u64>,
    pub editor_revision: u64,
    /// What changed since the session was left.
    pub resume_notices: Vec<String>,
    pub quit: bool,
}

/// What the Proposal pane of ACQUIRE shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AcquireView {
    #[default]
    Flow,
    List,
}

/// The newest thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub mark: Mark,
    pub text: String,
    pub undo: bool,
}

/// What runs.
#[derive(Debug, Default)]
pub struct Activity {
    pub reading_task: bool,
    pub planning: bool,
    /// Index of the step that is being proposed; `usize::MAX` for what is not a step.
    pub proposing: Option<usize>,
    /// Steps that were asked for and gave an error: index to text and hint.
    pub step_errors: BTreeMap<usize, (String, String)>,
    /// Steps that were asked for by themselves.
    pub asked_steps: BTreeSet<usize>,
    pub checking: bool,
    pub running: Option<Running>,
    pub committing: bool,
    /// Files that a hook changed, until they are proposals.
    pub hook_files: Option<HookFiles>,
    /// The last commit answer, for the popup.
    pub commit_error: Option<(String, String)>,
    /// Output rings by command id.
    pub output: BTreeMap<String, Output>,
    /// Tree under test and doubts about it.
    pub tree: Option<(String, Vec<String>)>,
    /// `Session::approved` of that tree.
    pub tree_of: u64,
    /// Decisions since then are only in memory.
    pub journal_failed_at: Option<u64>,
    pub stop_asked: u8,
    pub spinner: u8,
    /// Playbook matches by command id: index into the handbook.
    pub playbook: BTreeMap<String, usize>,
    pub base_pending: bool,
    /// Commands were asked for before they were trusted.
    pub run_after_trust: bool,
    /// `Session::approved` when the commands that run were asked for.
    pub queued: u64,
    /// Fingerprint of the approved texts of test files when they were asked for.
    pub queued_tests: u64,
    /// What the plan was made of, so that another choice makes another plan.
    pub planned: Option<u64>,
}

/// A hook's name, and what it made of files: path and text, `None` for a removed one.
pub type HookFiles = (String, Vec<(String, Option<String>)>);

/// A request to run commands that has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    pub base: bool,
    /// The command that runs now is on the base, with only the change's tests.
    pub red: bool,
    /// Command id that runs now, and since when.
    pub current: Option<(String, u64)>,
    /// Commands that wait.
    pub waiting: Vec<String>,
}

/// The newest lines of one command.
#[derive(Debug, Default)]
pub struct Output {
    pub lines: VecDeque<OutputLine>,
    pub dropped: u64,
    /// How far its tests are, when that is known.
    pub progress: Option<Progress>,
}

/// What the user configured.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Name of the person at the keyboard.
    pub driver: String,
    /// Names of configured commands that can propose.
    pub agents: Vec<String>,
    pub learn: bool,
    /// Presenting: the why stands beside what is marked, and the learn strip stays.
    pub present: bool,
    pub demo: bool,
    pub in_place: bool,
    /// Hunks that touch migrations or authentication need two people.
    pub two_approvals: bool,
    /// Another process decides; this one only looks. The sentence that says so.
    pub read_only: Option<String>,
    /// The session was given a review to begin with: base revision.
    pub review: Option<String>,
}

impl Model {
    /// A model before anything was read.
    pub fn new(keys: Arc<KeyTable>, handbook: Arc<Handbook>, options: Options) -> Self {
        Self {
            session: Session::default(),
            now: 0,
            keys,
            handbook,
            world: World::default(),
            screen: Screen::default(),
            activity: Activity::default(),
            options,
        }
    }

    /// The arrangement on screen.
    pub fn kind(&self) -> SceneKind {
        match self.session.scene {
            Scene::Prepare => SceneKind::Prepare,
            Scene::Acquire if self.is_review() => SceneKind::Review,
            Scene::Acquire => SceneKind::Acquire,
            Scene::Act => SceneKind::Act,
            Scene::Verify => SceneKind::Verify,
            Scene::Finalize => SceneKind::Finalize,
        }
    }

    /// Whether the task is a review.
    pub fn is_review(&self) -> bool {
        self.session.work.task.as_ref().is_some_and(|task| task.reading.intent == Intent::Review)
    }

    /// The map of the base, or an empty one while it is being made.
    pub fn map(&self) -> Arc<BackendMap> {
        self.world.map.clone().unwrap_or_default()
    }

    /// The map that the scene shows: ACQUIRE follows the user's files, every other scene
    /// speaks of the base.
    pub fn shown(&self) -> Option<&Arc<BackendMap>> {
        if self.kind() != SceneKind::Acquire {
            return self.world.map.as_ref();
        }
        let world = &self.world;
        world.working.as_ref().or(world.map.as_ref()).or(world.early.as_ref())
    }

    /// The same, or an empty one while there is none.
    pub fn shown_map(&self) -> Arc<BackendMap> {
        self.shown().cloned().unwrap_or_default()
    }

    /// Whether only one pane fits (screens.md, breakpoints).
    pub fn tabs(&self) -> bool {
        self.screen.columns < 100 || self.screen.rows < 30
    }

    /// Whether a command, scan or proposal runs.
    pub fn is_busy(&self) -> bool {
        self.activity.running.is_some()
            || self.activity.proposing.is_some()
            || self.activity.committing
            || self.activity.planning
            || self.activity.reading_task
            || matches!(self.world.scan, ScanState::Running { .. })
    }

    /// A clock time for notes: minutes since midnight UTC are not shown; the runtime's
    /// offset is added by the view.
    pub fn commands_trusted(&self) -> bool {
        !self.world.digest.is_empty() && self.session.evidence.trusted == self.world.digest
    }
}
