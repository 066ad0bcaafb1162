//! What a screen says, without how it looks.
//!
//! The engine turns its model into these values; `ui` draws them, the linear mode prints
//! them. Nothing here knows colours, cells or terminals: a role says what a text means.

pub mod build;
pub mod pane;
pub mod popup;
pub mod row;
pub mod screen;

pub use crate::ports::verifier::Progress;
pub use pane::{Body, DiffView, HunkView, OutputView, Pane, PaneView, WelcomeView};
pub use popup::{ChoiceView, PopupBody, PopupView};
pub use row::{Line, Mark, Role, Row, Span, Target, bold, muted, plain, role};
pub use screen::{
    EditorView, Floor, KeyHint, Learn, People, Promise, RailEntry, RailLine, SceneKind, ScreenView,
};
