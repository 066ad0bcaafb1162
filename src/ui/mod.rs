//! Drawing: panes, widgets, themes. Reads views, never changes the model.
//!
//! `Stage::draw` turns a `ScreenView` into cells. Widgets name roles, never colours; every
//! text passes one sanitizer; what a frame costs depends on what is seen, not on what there
//! is. Nothing here knows git, processes, the clock or the session.

pub mod arrangement;
mod canvas;
mod code;
mod diff;
mod editor;
#[cfg(test)]
mod fixtures;
mod flat;
mod frame;
mod hit;
mod output;
mod panes;
mod popup;
mod rows;
mod scroll;
mod stage;
mod symbols;
#[cfg(test)]
mod tests;
mod text;
pub mod theme;
mod welcome;

pub use crate::domain::safe;
pub use arrangement::Arrangement;
pub use diff::{SIDE_BY_SIDE_ALONE_COLS, SIDE_BY_SIDE_COLS};
pub use editor::TextOutcome;
pub use hit::Hit;
pub use stage::{Stage, Waker, WheelOutcome};
pub use symbols::Symbols;
pub use theme::{Background, Depth, Theme, ThemeChoice, ThemeError, ThemeName, detect_depth};
