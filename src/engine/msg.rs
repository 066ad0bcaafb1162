//! Messages: everything that can change the model.

use super::effect::{Checked, CommitAnswer, ScanTarget};
use crate::{
    domain::{
        command::{CommandRun, CommandSpec},
        event::{BaseText, Event},
        map::BackendMap,
        plan::Step,
        proposal::Proposal,
        task::{Criterion, Reading},
    },
    engine::{handbook::Handbook, view::Pane},
    keys::Action,
    ports::{
        vault::RepoState,
        verifier::{OutputLine, Progress},
    },
};
use std::sync::Arc;

/// One message.
#[derive(Debug)]
pub enum Msg {
    /// A key, a click or a command word.
    Act(Action),
    /// A digit while a choice is on screen; 1-based.
    Digit(u8),
    /// The text under the caret is now this.
    Text(String),
    /// A row was clicked; twice is `Open`.
    Clicked {
        pane: Pane,
        row: usize,
        twice: bool,
    },
    HunkClicked {
        index: usize,
        row: usize,
    },
    PaneClicked(Pane),
    OptionClicked(usize),
    /// The wheel turned over the output, which shows `rows` lines.
    OutputScrolled {
        delta: i32,
        rows: usize,
    },
    /// The wheel turned over a card; `max` is its last top.
    CardScrolled {
        delta: i32,
        max: usize,
    },
    /// Columns and rows, and the rows that each pane shows.
    Resized {
        columns: u16,
        rows: u16,
        pages: [u16; 4],
    },
    /// Who is at the terminal, from the command line; two people for guarded hunks or not.
    Pair {
        driver: String,
        navigator: String,
        two_approvals: bool,
    },
    /// Once a second while something runs, and whenever the clock matters.
    Tick,
    Repo(Box<RepoState>),
    /// Events of a journal that was opened again.
    Resumed(Vec<Event>),
    ScanProgress(u64),
    /// What the scan of the base knows already.
    ScanView(Arc<BackendMap>),
    /// The backend as the user's files are now. `changed` are those that differ from what
    /// was known before, as far as they hold source.
    Working {
        map: Arc<BackendMap>,
        changed: Vec<String>,
    },
    Scanned {
        target: ScanTarget,
        outcome: Result<Arc<BackendMap>, String>,
        elapsed_ms: u64,
    },
    /// Suggestions for the first screen, and notices about the stack folder.
    Suggested {
        suggestions: Vec<Suggestion>,
        stack_notices: Vec<String>,
        stack_folder: String,
    },
    /// The text and how it was read.
    TaskRead(Result<Box<(String, Reading)>, String>),
    ContractRead(Result<Vec<Criterion>, String>),
    CommandsFound {
        commands: Vec<CommandSpec>,
        problems: Vec<String>,
        digest: String,
        trusted: bool,
    },
    Planned(Vec<Step>),
    /// A step has no proposer after all: it is a walkthrough now.
    StepBecame {
        index: usize,
        step: Box<Step>,
        why: String,
    },
    Proposed {
        step: Option<usize>,
        outcome: Result<(Box<Proposal>, Vec<BaseText>), ProposalFailure>,
    },
    Checked(Box<Checked>),
    ScratchReady {
        tree: String,
        doubts: Vec<String>,
    },
    RunStarted {
        command: String,
        base: bool,
    },
    /// `progress` is how far the tests are after these lines, when that is known.
    Output {
        command: String,
        lines: Vec<OutputLine>,
        progress: Option<Progress>,
    },
    /// `playbook` is an index into the handbook's entries.
    RunFinished {
        run: Box<CommandRun>,
        base: bool,
        playbook: Option<usize>,
    },
    /// The tests of the change run alone on the base.
    RedStarted {
        command: String,
    },
    RedFinished {
        run: Box<CommandRun>,
    },
    Repeated {
        command: String,
        key: String,
        failures: u32,
        runs: u32,
    },
    /// All commands of a request have ended.
    RunsEnded {
        base: bool,
    },
    /// The tree could not be made, or trust changed under the request.
    RunsRefused(String),
    Hook {
        hook: String,
        exit: i32,
        output: String,
        millis: u64,
    },
    CommitIntended {
        base: String,
        tree: String,
        message: String,
        pid: u32,
    },
    CommitEnded(Box<CommitAnswer>),
    Source {
        path: String,
        text: Option<Arc<str>>,
    },
    Exported {
        what: String,
        outcome: Result<String, String>,
    },
    /// The session file could not be written.
    JournalFailed(String),
    /// Text that came back from `$EDITOR`; `None` when nothing changed.
    Edited(Option<String>),
    Sessions(Vec<SessionLine>),
    JournalLoaded(Vec<Event>),
    /// HEAD is not the session's base any more.
    BaseMoved,
    Rebased {
        base: String,
        bases: Vec<BaseText>,
        dropped: Vec<crate::domain::ids::HunkId>,
    },
    /// The report, for the clipboard.
    CopyReport(String),
    /// The knowledge files were read.
    HandbookLoaded(Arc<Handbook>),
    /// The note for whoever owns the schema; `None` when the task does not begin there.
    SchemaNote(Option<String>),
    /// A lesson was saved.
    Lesson(String),
    /// A background task failed; shown and logged.
    Failed(String),
    Notice(String),
}

/// A task for the first screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    pub text: String,
    /// Why it is offered, with its place.
    pub note: String,
}

/// Why there is no proposal.
#[derive(Debug, Clone)]
pub struct ProposalFailure {
    pub text: String,
    pub hint: String,
    /// The same step as a walkthrough, so that it does not end here.
    pub instead: Option<Box<Step>>,
}

/// One earlier session in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionLine {
    pub id: String,
    pub task: String,
    pub scene: String,
    /// `2 hours ago`.
    pub saved: String,
}
