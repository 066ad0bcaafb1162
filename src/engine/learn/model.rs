//! What the program knows while somebody learns, and what can happen to it.

use crate::{
    domain::{
        lesson::{
            Lesson, LessonStep,
            grade::Grade,
            progress::{Phase, Progress},
            tree::Distance,
        },
        map::BackendMap,
    },
    engine::view::Pane,
    keys::KeyTable,
};
use std::{collections::BTreeMap, sync::Arc};

/// Everything.
#[derive(Debug, Clone)]
pub struct Classroom {
    pub shelf: Vec<Entry>,
    pub place: Place,
    /// Position of the mark among the things that can be taken.
    pub marked: usize,
    /// What is known of the open lesson.
    pub desk: Desk,
    pub busy: Option<Busy>,
    /// The newest sentence at the foot.
    pub notice: Option<Notice>,
    /// A question that waits, and its marked option.
    pub ask: Option<(Ask, usize)>,
    pub editing: Option<Editing>,
    pub help: bool,
    pub focus: Pane,
    pub zoomed: bool,
    pub keys: Arc<KeyTable>,
    /// The rules' own words, by their ids.
    pub rules: Arc<BTreeMap<String, RuleHelp>>,
    /// Grows with every text that an editor is opened on.
    pub revision: u64,
}

/// One lesson of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub lesson: Arc<Lesson>,
    /// `None` before it was begun.
    pub progress: Option<Progress>,
    /// Why what was saved cannot be gone on with.
    pub problem: Option<String>,
}

/// Which page is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    List,
    /// Index into the shelf.
    Lesson(usize),
}

/// The working copy and what was last said of it.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// Where the working copy is, as shown.
    pub folder: String,
    pub map: Arc<BackendMap>,
    /// How far the working copy is from the beginning of the step.
    pub distance: Distance,
    /// The last check of this step.
    pub grade: Option<Grade>,
    /// A hint was asked for after the last check: it is the newest part.
    pub hint_is_newest: bool,
    /// Files were saved since the last check.
    pub is_stale: bool,
}

/// What the rule's card says, for whoever broke it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleHelp {
    pub title: String,
    pub how: String,
}

/// What runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    Opening,
    Checking,
}

/// A sentence at the foot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub bad: bool,
}

/// A question before something that cannot be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// The step from its beginning: what was changed since is lost.
    Undo,
    /// The solution instead of one's own change.
    Skip,
    /// The lesson at that index from its beginning.
    Reset(usize),
}

/// The file in the built-in editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Editing {
    pub path: String,
    /// As it was when it was opened.
    pub opened: String,
    pub text: String,
    pub revision: u64,
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Do {
    Up,
    Down,
    /// The marked thing, or what the footer suggests.
    Take,
    /// The thing of that number, 1-based.
    Pick(usize),
    /// One more rung of the ladder.
    Hint,
    Check,
    /// A file in the built-in editor; the step's own where none is named.
    Edit(Option<String>),
    /// The same in `$EDITOR`.
    External(Option<String>),
    /// The text of the built-in editor as it is now.
    Typed(String),
    /// Takes what was typed.
    Save,
    Undo,
    Skip,
    Next,
    Reset,
    CopyFolder,
    NextPane,
    PreviousPane,
    Zoom,
    Help,
    /// Closes or leaves exactly one thing.
    Leave,
    Quit,
}

/// What a look at the working copy found.
#[derive(Debug, Clone)]
pub struct Seen {
    pub map: Arc<BackendMap>,
    pub distance: Distance,
}

/// What can happen.
#[derive(Debug, Clone)]
pub enum LearnMsg {
    Do(Do),
    Opened {
        index: usize,
        progress: Progress,
        folder: String,
        seen: Seen,
    },
    /// Somebody saved files, or they were put back.
    Changed {
        seen: Seen,
        saved: Vec<String>,
    },
    Graded {
        grade: Box<Grade>,
        seen: Seen,
    },
    /// The text of a file that is to be edited.
    Text {
        path: String,
        text: String,
    },
    /// A lesson was put back to its beginning.
    WasReset {
        index: usize,
    },
    /// The step is skipped without a question: somebody said so on the command line.
    Skip,
    Failed(String),
    Note(String),
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LearnEffect {
    /// Lays out or finds the working copy.
    Open(usize),
    /// Saves how far the learner is.
    Save(Box<Progress>),
    /// Runs tests and review on the working copy.
    Check,
    /// Remembers the working copy as it was checked as the beginning of that step.
    Remember {
        step: usize,
    },
    /// The working copy as it was when the step began; only these files where some are named.
    Restore {
        only: Vec<String>,
    },
    /// The working copy with the solutions up to and with this step.
    Solve {
        step: usize,
    },
    Reset(usize),
    Read(String),
    Write {
        path: String,
        text: String,
    },
    External {
        path: String,
    },
    Copy(String),
    Quit,
}

impl Classroom {
    /// At the list, with the mark on the lesson to go on with.
    pub fn new(shelf: Vec<Entry>, keys: Arc<KeyTable>, rules: Arc<BTreeMap<String, RuleHelp>>) -> Self {
        let is_open =
            |entry: &Entry| entry.progress.as_ref().is_some_and(|progress| progress.phase != Phase::Closed);
        let fresh = |entry: &Entry| entry.progress.is_none();
        let marked = shelf.iter().position(is_open).or_else(|| shelf.iter().position(fresh)).unwrap_or(0);
        Self {
            shelf,
            place: Place::List,
            marked,
            desk: Desk::default(),
            busy: None,
            notice: None,
            ask: None,
            editing: None,
            help: false,
            focus: Pane::Proposal,
            zoomed: false,
            keys,
            rules,
            revision: 0,
        }
    }

    /// The open lesson with its progress.
    pub fn open(&self) -> Option<(&Lesson, &Progress)> {
        let Place::Lesson(index) = self.place else { return None };
        let entry = self.shelf.get(index)?;
        Some((&entry.lesson, entry.progress.as_ref()?))
    }

    /// The progress of the open lesson, to change.
    pub(super) fn progress_mut(&mut self) -> Option<&mut Progress> {
        let Place::Lesson(index) = self.place else { return None };
        self.shelf.get_mut(index)?.progress.as_mut()
    }

    /// The current step of the open lesson.
    pub fn step(&self) -> Option<&LessonStep> {
        let (lesson, progress) = self.open()?;
        lesson.steps.get(progress.step)
    }

    /// Where in the step the learner is.
    pub fn phase(&self) -> Option<Phase> {
        self.open().map(|(_, progress)| progress.phase)
    }

    /// Whether the working copy is the learner's to change now.
    pub fn is_working(&self) -> bool {
        self.phase() == Some(Phase::Work)
    }

    /// Files of the working copy in the order of the Boundaries pane.
    pub fn files(&self) -> Vec<String> {
        super::aside::files(self)
    }

    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: false });
    }

    pub(super) fn refuse(&mut self, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), bad: true });
    }
}
