//! The popup on screen: which one, and what is marked in it.

use super::view::Row;
use crate::domain::ids::HunkId;
use crate::keys::Action;

/// One popup. At most one exists at a time.
#[derive(Debug, Clone, PartialEq)]
pub enum Popup {
    Help {
        marked: usize,
    },
    Palette {
        marked: usize,
    },
    /// Rows that scroll.
    Card {
        title: String,
        corner: String,
        rows: Vec<Row>,
        top: usize,
        back: Option<Box<Popup>>,
    },
    Choices {
        ask: Ask,
        marked: usize,
    },
    /// One-line text with rows of earlier ones.
    Reject {
        hunks: Vec<HunkId>,
        marked: Option<usize>,
    },
    /// A one-line text with a title.
    Prompt {
        title: String,
        corner: String,
        above: Vec<Row>,
        done: String,
    },
    EditHunk {
        hunk: HunkId,
    },
    /// The whole text of a file, written by the user.
    EditFile {
        path: String,
    },
    Commit,
    Sessions {
        marked: usize,
        delete: bool,
    },
}

/// A question with numbered options; the first is the safe one.
#[derive(Debug, Clone, PartialEq)]
pub enum Ask {
    Trust,
    /// Rejecting leaves others without what they need.
    Closure {
        hunk: HunkId,
        dependants: Vec<HunkId>,
    },
    Partial,
    QuitWhileRunning,
    LeaveUndecided,
    AcceptLikely,
    Resume,
    Take,
    Refresh,
    UndoCommit,
    ApplyNow,
    DeleteSession(String),
    NewTask,
    Agent(usize),
    /// A decision card, by id.
    Card(String),
}

/// The labels and notes of an ask's options live in `ask.rs`; this is what one does.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    Back,
    Do(Action),
    Index(usize),
}
