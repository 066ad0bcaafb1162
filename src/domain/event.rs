//! What happened in a session, in the order in which it happened.
//!
//! The session changes only by these. An event carries what replay needs in full (the
//! proposed text, never a recipe to regenerate it), the kind of the action, the scope of
//! what it touched, and its evidence in one line. An unknown kind refuses to resume.

use super::{
    command::{CommandRun, CommandSpec},
    commit::{CommitRecord, CommitShape},
    hunk::Decision,
    ids::{CriterionId, HunkId},
    plan::Step,
    proposal::Proposal,
    stack::StackKey,
    task::{CriterionState, Task},
};
use serde::{Deserialize, Serialize};

/// The kind of an action: the six primitives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Primitive {
    Read,
    Select,
    Validate,
    Write,
    CallTool,
    Notify,
}

impl Primitive {
    /// As in the journal: `CALL_TOOL`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Select => "SELECT",
            Self::Validate => "VALIDATE",
            Self::Write => "WRITE",
            Self::CallTool => "CALL_TOOL",
            Self::Notify => "NOTIFY",
        }
    }
}

/// What an action touches. A scope is granted once per session and shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    Codebase,
    LocalFs,
    Process,
    Credentials,
    Network,
}

impl Scope {
    /// As in the journal: `LOCAL_FS`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Codebase => "CODEBASE",
            Self::LocalFs => "LOCAL_FS",
            Self::Process => "PROCESS",
            Self::Credentials => "CREDENTIALS",
            Self::Network => "NETWORK",
        }
    }
}

/// The five scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Scene {
    #[default]
    Prepare,
    Acquire,
    Act,
    Verify,
    Finalize,
}

impl Scene {
    /// In order.
    pub const ALL: [Self; 5] = [Self::Prepare, Self::Acquire, Self::Act, Self::Verify, Self::Finalize];

    /// As on the rail.
    pub fn name(self) -> &'static str {
        match self {
            Self::Prepare => "PREPARE",
            Self::Acquire => "ACQUIRE",
            Self::Act => "ACT",
            Self::Verify => "VERIFY",
            Self::Finalize => "FINALIZE",
        }
    }

    /// 1 to 5.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    /// The scene after this one.
    pub fn next(self) -> Option<Self> {
        Self::ALL.get(self as usize + 1).copied()
    }
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Position in the journal, from 1 without gaps.
    pub seq: u64,
    /// Milliseconds since the epoch, from the clock port.
    pub at: u64,
    /// Who acted: the driver's name, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    pub primitive: Primitive,
    pub scope: Scope,
    /// In one line: a place, a command and its exit, a hunk.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub evidence: String,
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// First event of every journal.
    Started {
        version: u32,
        session: String,
        root: String,
        base: String,
        branch: String,
        title: String,
    },
    /// The scene on screen changed.
    SceneEntered {
        scene: Scene,
    },
    /// A stack field was stated by the user; `None` says it is really absent.
    StackFieldStated {
        key: StackKey,
        name: Option<String>,
    },
    /// Every field was sure, or the user accepted the likely ones.
    StackConfirmed,
    TaskRead {
        task: Box<Task>,
    },
    QuestionAnswered {
        question: String,
        answer: usize,
    },
    CriterionAdded {
        id: CriterionId,
        text: String,
    },
    CriterionEdited {
        id: CriterionId,
        text: String,
    },
    CriterionMarked {
        ids: Vec<CriterionId>,
        state: CriterionState,
    },
    /// A scan ended; figures only, the map itself is not part of the session.
    Scanned {
        files: u64,
        endpoints: u64,
        findings: u64,
        elapsed_ms: u64,
    },
    /// Boundaries chosen: exactly these paths now.
    BoundariesChosen {
        paths: Vec<String>,
    },
    /// Findings chosen for repair: exactly these fingerprints now.
    FindingsChosen {
        fingerprints: Vec<String>,
    },
    FindingDismissed {
        fingerprint: String,
        rule: String,
        reason: String,
    },
    /// A knowledge page opened by itself.
    PageOpened {
        page: String,
        trigger: String,
    },
    PlanMade {
        steps: Vec<Step>,
    },
    /// Base texts of the files a proposal touches ride along, so that replay needs no repository.
    Proposed {
        proposal: Box<Proposal>,
        bases: Vec<BaseText>,
    },
    Decided {
        hunks: Vec<HunkId>,
        decision: Decision,
    },
    /// The other person approved a hunk that one had approved.
    Seconded {
        hunk: HunkId,
    },
    Split {
        hunk: HunkId,
        rows: usize,
    },
    /// The base moved or a file changed: these hunks were dropped because they no longer fit.
    Rebased {
        base: String,
        bases: Vec<BaseText>,
        dropped: Vec<HunkId>,
    },
    /// Takes back the last event that can be undone.
    Undone,
    Redone,
    CommandsFound {
        commands: Vec<CommandSpec>,
    },
    ScopeGranted {
        scopes: Vec<Scope>,
    },
    /// The user trusted exactly these commands; the digest covers argv, environment, files.
    Trusted {
        digest: String,
        commands: Vec<String>,
    },
    RunStarted {
        command: String,
        tree: String,
        base: bool,
        /// `Session::approved` when the tree was asked for.
        #[serde(default)]
        approved: u64,
    },
    RunFinished {
        run: Box<CommandRun>,
        base: bool,
    },
    /// The tests of the change, alone on the base.
    RedFinished {
        run: Box<CommandRun>,
        /// Fingerprint of the approved texts of test files when it was asked for.
        tests: u64,
    },
    /// Repeated alone: failures out of runs.
    Repeated {
        command: String,
        key: String,
        failures: u32,
        runs: u32,
    },
    Ticked {
        item: String,
        note: String,
    },
    MarkedNotApplicable {
        item: String,
        reason: String,
    },
    /// A red or green run of a test-first step.
    TestFirst {
        test: String,
        green: bool,
        tree: String,
    },
    MessageEdited {
        text: String,
    },
    CommitShapeChosen {
        shape: CommitShape,
    },
    /// Written before anything of the repository is touched, so that resume can finish or undo it.
    CommitIntended {
        base: String,
        tree: String,
        message: String,
        pid: u32,
    },
    HookRan {
        hook: String,
        exit: i32,
        output: String,
        millis: u64,
    },
    CommitRefused {
        reason: String,
    },
    Committed {
        commits: Vec<CommitRecord>,
        written: Vec<String>,
        kept: Vec<String>,
    },
    CommitUndone {
        commit: String,
    },
    /// Approved hunks were written to the user's files without a commit.
    Applied {
        paths: Vec<String>,
    },
    DecisionRecorded {
        card: String,
        chosen: String,
        reason: String,
    },
    LessonAdded {
        line: String,
    },
    Exported {
        what: String,
        path: String,
    },
    /// Partial success was chosen, with a note why.
    PartialChosen {
        note: String,
    },
    /// Who drives and who navigates from now on; an empty navigator is one alone.
    DriverChanged {
        driver: String,
        navigator: String,
    },
    /// Hunks that touch migrations or authentication need two people from now on.
    TwoApprovalsAsked,
    Finished {
        exit: Exit,
    },
    /// Something the user was told.
    Noticed {
        text: String,
    },
}

/// The text of a file at the base commit; `None` where it did not exist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseText {
    pub path: String,
    pub text: Option<String>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exit {
    Success,
    Partial,
}
