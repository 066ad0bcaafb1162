//! Effects: what the runtime is asked to do. Values, not actions.

use crate::domain::{
    command::CommandSpec,
    commit::{CommitFile, CommitShape},
    event::Event,
    hunk::Hunk,
    ids::HunkId,
    layer::Layer,
    map::BackendMap,
    task::Task,
};
use std::{collections::BTreeMap, sync::Arc};

/// One thing to do outside the model.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Append to the journal before the next frame is drawn.
    Append(Box<Event>),
    Scan(ScanTarget),
    /// Suggestions, stack folder, commands: everything that follows from a map.
    Survey,
    ReadTask(String),
    /// Read a contract file; criteria come back.
    ReadContract(String),
    Plan,
    Propose {
        step: Option<usize>,
        kind: ProposeKind,
    },
    /// Parse and review the composed texts.
    Check {
        revision: u64,
    },
    /// The user answered the trust question with yes, for exactly this digest.
    Trust {
        digest: String,
    },
    /// Run on the approved tree (or the base, or in place), in order.
    Run {
        commands: Vec<CommandSpec>,
        base: bool,
        in_place: bool,
    },
    /// Stop what runs: first TERM, then KILL.
    Stop,
    Commit(Box<CommitOrder>),
    Apply {
        files: Vec<CommitFile>,
    },
    /// A commit was begun when the program ended: find out how far it came and finish it.
    FinishIntent {
        base: String,
        tree: String,
        parts: Vec<CommitOrderPart>,
    },
    UndoCommit,
    /// Carry the hunks over to the HEAD that is there now.
    Rebase,
    LoadSource(String),
    /// `$EDITOR` at a place.
    OpenEditor {
        path: String,
        line: u32,
    },
    /// `$EDITOR` on a text; it comes back as `Msg::Edited`.
    EditText {
        text: String,
        extension: String,
    },
    CopyText(String),
    Export {
        what: ExportKind,
    },
    SaveLesson(String),
    /// Make the handbook anew for the stack as it is known now.
    LoadHandbook,
    /// Write the note for whoever owns the schema, from the task and the map.
    SchemaNote,
    ListSessions,
    /// Load the events of this session for the journal card.
    LoadJournal,
    ResumeSession(String),
    DeleteSession(String),
    NewSession,
    Redraw,
    Suspend,
    Quit,
}

/// What is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanTarget {
    Base,
    Composed,
}

/// Who is asked for a proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProposeKind {
    /// The filler of the step.
    Step,
    /// A configured command, by name.
    Agent(String),
    /// New text of a file from the user.
    Own { path: String, text: String },
    /// What the user changed on disk.
    Seen,
    /// Files for `stack/`.
    StackSet,
    /// One lesson at the end of `stack/lessons.md`.
    Lesson(String),
    /// What a hook changed in the scratch tree.
    Hook,
}

/// What is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    Markdown,
    Html,
    Walkthrough,
    Clipboard,
}

/// What the composed texts look like to parsers and rules.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The revision of the request; an older one is dropped.
    pub revision: u64,
    /// Base plus everything not rejected.
    pub current: Arc<BackendMap>,
    /// Base plus exactly what is held.
    pub approved: Arc<BackendMap>,
    /// Path to the parse error of its current text.
    pub unparsed: BTreeMap<String, String>,
}

/// What to commit.
#[derive(Debug, Clone)]
pub struct CommitOrder {
    pub base: String,
    pub tree: String,
    pub message: String,
    pub shape: CommitShape,
    pub parts: Vec<CommitOrderPart>,
}

/// One commit of an order.
#[derive(Debug, Clone)]
pub struct CommitOrderPart {
    pub message: String,
    pub layer: Option<Layer>,
    pub hunks: Vec<HunkId>,
    pub files: Vec<CommitFile>,
}

/// How a commit ended.
#[derive(Debug, Clone)]
pub enum CommitAnswer {
    Made(crate::ports::vault::CommitOutcome),
    /// A hook said no: its name.
    HookFailed(String),
    /// The user stopped what ran for it: its name.
    Stopped(String),
    /// A hook changed files: they come back as proposals.
    HookChanged {
        hook: String,
        files: Vec<(String, Option<String>)>,
    },
    Refused {
        reason: String,
        hint: String,
    },
    Undone,
    Applied(crate::ports::vault::CommitOutcome),
}

/// The task and hunks a report needs; see `report`.
#[derive(Debug, Clone, Default)]
pub struct ReportInput {
    pub task: Option<Task>,
    pub hunks: Vec<Hunk>,
}
