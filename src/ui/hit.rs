//! What stands under a cell of the last frame: what a click means.

use crate::{domain::event::Scene, engine::view::Pane};
use ratatui::layout::{Position, Rect};

/// The thing under a cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// A key of the footer, by the name of its action.
    Action(String),
    /// A pane, beside its rows.
    Pane(Pane),
    /// A row of a pane; `index` is into the rows of its view.
    Row { pane: Pane, index: usize },
    /// A hunk, by its index in the view, and a row of its diff.
    Hunk { index: usize, row: usize },
    /// A scene on the rail.
    Scene(Scene),
    /// A pane's tab.
    Tab(Pane),
    /// An option, an entry or a marked row of the popup.
    Option(usize),
    /// The popup, beside its options.
    Popup,
}

/// Areas of the last frame; what was drawn later lies above.
#[derive(Debug, Default)]
pub(crate) struct HitMap(Vec<(Rect, Hit)>);

impl HitMap {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn push(&mut self, area: Rect, hit: Hit) {
        self.0.push((area, hit));
    }

    pub(crate) fn at(&self, col: u16, row: u16) -> Option<&Hit> {
        let at = Position::new(col, row);
        self.0.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, hit)| hit)
    }
}
