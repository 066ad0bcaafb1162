//! The whole screen: title, rail, panes, floor, footer, popup.

use super::{
    pane::{Pane, PaneView},
    popup::PopupView,
    row::{Line, Mark},
};
use crate::domain::event::Scene;

/// Everything that is drawn in one frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScreenView {
    pub repository: String,
    pub branch: String,
    pub task: String,
    pub people: People,
    pub promise: Promise,
    pub kind: SceneKind,
    pub rail: Vec<RailEntry>,
    /// In the order of `Pane::ALL`.
    pub panes: [PaneView; 4],
    pub focus: Pane,
    pub zoomed: bool,
    pub floor: Floor,
    /// The suggested key first.
    pub footer: Vec<KeyHint>,
    /// Pinned at the right of the footer.
    pub pinned: Vec<KeyHint>,
    pub learn: Vec<Learn>,
    pub popup: Option<PopupView>,
    /// The text that has the caret, when one has.
    pub editor: Option<EditorView>,
    /// Frame of the spinner, 0 to 3; `None` when nothing turns.
    pub spinner: Option<u8>,
}

/// Which arrangement the panes take (screens.md, section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SceneKind {
    #[default]
    Prepare,
    Acquire,
    Review,
    Act,
    Verify,
    Finalize,
}

impl SceneKind {
    /// The pane a scene opens on; `tabs` when only one pane fits.
    pub fn main_pane(self, tabs: bool) -> Pane {
        match self {
            Self::Prepare | Self::Review | Self::Act | Self::Finalize => Pane::Proposal,
            Self::Acquire if tabs => Pane::Proposal,
            Self::Acquire => Pane::Boundaries,
            Self::Verify => Pane::Verify,
        }
    }
}

/// Who is at the terminal; empty for one alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct People {
    /// `Ada drives, Grace navigates`.
    pub text: String,
    /// `Ada drives, Grace`, where there is little room.
    pub short: String,
}

/// What has reached the user's files; the corner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Promise {
    pub mark: Mark,
    /// `8 hunks held, nothing written`.
    pub text: String,
    /// `8 held`.
    pub short: String,
}

/// One scene on the rail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RailEntry {
    pub scene: Scene,
    /// `9/14` on the current scene, else empty.
    pub progress: String,
    pub current: bool,
    /// ✓ done, ○ stale, none.
    pub mark: Mark,
    /// The line to its right.
    pub line: RailLine,
}

/// The line between two scenes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RailLine {
    /// Heavy, ok.
    Open,
    /// Dashed: the gate is shut.
    Shut,
    /// Thin: later.
    Later,
}

/// The line above the footer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Floor {
    pub mark: Mark,
    /// The gate sentence; bold runs hold the count that matters.
    pub gate: Line,
    /// Newest notice, at the right.
    pub notice: Line,
    /// A caret is on screen: the floor starts with `▌typing`.
    pub typing: bool,
    /// A refusal: drawn bold for this frame.
    pub refused: bool,
}

/// One key of the footer. `action` is the name that a click sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHint {
    pub key: String,
    pub label: String,
    pub action: String,
}

impl KeyHint {
    /// The first word: the label under 100 columns.
    pub fn short(&self) -> &str {
        self.label.split(' ').next().unwrap_or_default()
    }
}

/// One line of the learn strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learn {
    pub key: String,
    pub action: String,
    pub does: String,
    /// The same in git or on the command line.
    pub same: String,
}

/// The text under the caret. The drawing layer keeps the editing state itself; a new
/// `revision` tells it to start over with `text`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EditorView {
    pub text: String,
    pub revision: u64,
    pub placeholder: String,
    /// Several lines: Enter is a new line, Ctrl-S is done.
    pub long: bool,
    /// Soft limit of the first line, for a commit message.
    pub subject_limit: Option<u16>,
}
