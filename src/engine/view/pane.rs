//! The four panes and the kinds of content they can hold.

use super::row::{Line, Mark, Row};
use crate::domain::{diff::DiffRow, ids::HunkId, layer::Layer};
use std::sync::Arc;

/// The four panes, always the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Pane {
    Boundaries,
    #[default]
    Proposal,
    Checklist,
    Verify,
}

impl Pane {
    /// In tab order.
    pub const ALL: [Self; 4] = [Self::Boundaries, Self::Proposal, Self::Checklist, Self::Verify];

    /// The name that never changes.
    pub fn name(self) -> &'static str {
        match self {
            Self::Boundaries => "Boundaries",
            Self::Proposal => "Proposal",
            Self::Checklist => "Checklist",
            Self::Verify => "Verify",
        }
    }
}

/// One pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PaneView {
    /// What it holds in this scene.
    pub subtitle: String,
    /// The one number that matters, at the right of the lintel.
    pub count: String,
    /// The count in the form that stands on a narrow tab: `5 left`.
    pub tab: String,
    pub body: Body,
    /// Index into the body's rows of the marked row; `None` when nothing can be marked.
    pub cursor: Option<usize>,
}

/// What a pane holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    Rows(Vec<Row>),
    /// Rows that are kept between frames, because there are many of them.
    Shared(Arc<Vec<Row>>),
    /// The first screen: nested arches over the task editor and rows below it.
    Welcome(WelcomeView),
    Diff(DiffView),
    /// Rows at the left (the command list), output at the right or below.
    Output {
        list: Vec<Row>,
        output: OutputView,
    },
    /// Rows above, an editor, rows below (PREPARE while typing, the commit message).
    Editor {
        above: Vec<Row>,
        below: Vec<Row>,
    },
}

impl Default for Body {
    fn default() -> Self {
        Self::Rows(Vec::new())
    }
}

/// The nested arches. A count that is not known yet is `None` and shown as `…`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct WelcomeView {
    /// `23 endpoints`, `31 functions`, `40 queries`, `7 tables`.
    pub counts: [Option<u32>; 4],
    /// What the models are counted in: `tables`, or `files` where none is declared.
    pub model_things: String,
    pub name: String,
    /// Under the picture: `this repository, as it stands`.
    pub caption: String,
    pub question: String,
    /// Shown in the empty editor.
    pub placeholder: String,
    pub below: Vec<Row>,
}

/// The diff pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DiffView {
    pub hunks: Vec<Arc<HunkView>>,
    /// Index of the current hunk.
    pub current: usize,
    /// Row of the current hunk's diff under the cursor.
    pub row: usize,
    pub side_by_side: Option<bool>,
    /// While splitting: the cut stands before this row of the current hunk.
    pub cut: Option<usize>,
    /// Rows above the hunks (empty states).
    pub above: Vec<Row>,
}

/// One hunk as the diff pane shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct HunkView {
    pub id: HunkId,
    /// Changes whenever anything below changes; keys caches of drawn text.
    pub revision: u64,
    pub path: String,
    /// 1-based line of the first new line.
    pub line: u32,
    pub layer: Layer,
    pub mark: Mark,
    /// `undecided`, `approved`, `approved as edited`, `rejected`.
    pub state: String,
    /// Reason of a rejection.
    pub reason: String,
    /// `recipe endpoint   serves AC2`; sizes and guard follow.
    pub origin: String,
    /// `AC2`, or `no criterion`.
    pub serves: String,
    pub added: u32,
    pub removed: u32,
    /// `✓ adds no violation`, `▲ adds 1: …`, `✗ does not parse`; empty while not known.
    pub guard: (Mark, String),
    /// `new file`, `mode 644 → 755`, `binary, 14 kB → 15 kB`; muted rows under the header.
    pub facts: Vec<String>,
    /// Rows with context; folds between.
    pub rows: Arc<Vec<DiffPiece>>,
    /// `needs ✓ 5 get_owned · needed by ○ 12 the route`.
    pub links: Line,
    pub folded: bool,
    pub stale: bool,
    /// Chosen with Space for `a`/`x` on several.
    pub chosen: bool,
}

/// One displayed piece of a hunk.
#[derive(Debug, Clone, PartialEq)]
pub enum DiffPiece {
    /// 1-based number to print, and the row. Context rows have `Sign::Same`.
    Line { number: u32, row: DiffRow },
    /// So many lines are folded here.
    Fold { lines: u32 },
}

/// Live output of a command.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutputView {
    /// `OUTPUT  pytest -q`.
    pub title: String,
    /// Those that can be on screen, newest last.
    pub lines: Vec<Line>,
    /// Index of the first of them among all that are kept.
    pub first: usize,
    /// How many are kept.
    pub len: usize,
    /// How many lines were dropped before the first.
    pub dropped: u64,
    /// `None` follows the end; otherwise the index of the first line to show.
    pub top: Option<usize>,
    /// Index of a line to mark.
    pub marked: Option<usize>,
}
