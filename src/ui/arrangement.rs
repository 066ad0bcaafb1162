//! Where the panes stand, for every size of the terminal (screens.md, section 2).
//!
//! Pure: a size, a scene and a flag give rectangles. Neighbouring panes share a border, so
//! their rectangles overlap by one cell; the lowest panes end on the floor.

use crate::engine::view::{Pane, SceneKind};
use ratatui::layout::{Rect, Size};

/// Smallest terminal that is drawn.
pub const MIN_COLS: u16 = 60;
/// Smallest terminal that is drawn.
pub const MIN_ROWS: u16 = 16;

/// The form of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Nothing fits; one sentence is shown.
    TooSmall,
    /// One pane, the four names as tabs.
    Tabs,
    /// Boundaries and Proposal over Verify and Checklist.
    TwoColumns,
    /// Boundaries, Proposal and Checklist over Verify.
    ThreeColumns,
}

/// One pane on screen. `outer` has the shared borders: lintel at the top, posts left and
/// right; no bottom line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    pub pane: Pane,
    pub outer: Rect,
}

impl Placed {
    /// The cells inside the posts, under the lintel.
    pub fn inner(self) -> Rect {
        let outer = self.outer;
        Rect {
            x: outer.x.saturating_add(1),
            y: outer.y.saturating_add(1),
            width: outer.width.saturating_sub(2),
            height: outer.height.saturating_sub(1),
        }
    }
}

/// The whole arrangement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrangement {
    pub form: Form,
    /// The panes on screen; one in `Tabs`, four otherwise, none when too small.
    pub panes: Vec<Placed>,
    /// The title and the rail share one row.
    pub compact: bool,
    /// The tabs stand on the lintel of the one pane.
    pub tabs: bool,
    /// Rows of the learn strip, above the floor.
    pub learn_rows: u16,
    /// Row of the floor; the footer is below it.
    pub floor: u16,
}

impl Arrangement {
    /// Where a pane stands, when it is on screen.
    pub fn placed(&self, pane: Pane) -> Option<Placed> {
        self.panes.iter().copied().find(|placed| placed.pane == pane)
    }

    /// Height of the learn strip, were it shown: 4 rows from 36 rows on, else 1.
    fn learn_rows(size: Size, learning: bool) -> u16 {
        match (learning, size.height >= 36) {
            (false, _) => 0,
            (true, true) => 4,
            (true, false) => 1,
        }
    }
}

/// What decides the arrangement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    pub size: Size,
    pub kind: SceneKind,
    pub focus: Pane,
    pub zoomed: bool,
    /// The learn strip has something to say.
    pub learning: bool,
}

/// Arranges the screen.
pub fn arrange(ask: Ask) -> Arrangement {
    let Ask { size, kind, focus, zoomed, learning } = ask;
    let (cols, rows) = (size.width, size.height);
    if cols < MIN_COLS || rows < MIN_ROWS {
        return Arrangement {
            form: Form::TooSmall,
            panes: Vec::new(),
            compact: true,
            tabs: false,
            learn_rows: 0,
            floor: rows.saturating_sub(2),
        };
    }
    let form = form(size, kind);
    let compact = form == Form::Tabs;
    let tabs = compact || zoomed;
    let floor = rows - 2;
    let learn_rows = Arrangement::learn_rows(size, learning);
    let top = if compact { 1 } else { 2 };
    let body = Rect { x: 0, y: top, width: cols, height: (floor - learn_rows).saturating_sub(top) };
    let panes = if tabs {
        vec![Placed { pane: focus, outer: body }]
    } else {
        match form {
            Form::TwoColumns => two_columns(body, kind),
            Form::ThreeColumns => three_columns(body, kind, rows),
            Form::Tabs | Form::TooSmall => Vec::new(),
        }
    };
    Arrangement { form, panes, compact, tabs, learn_rows, floor }
}

fn form(size: Size, kind: SceneKind) -> Form {
    let two_up_to = match kind {
        SceneKind::Act => u16::MAX,
        SceneKind::Review => 159,
        SceneKind::Prepare | SceneKind::Acquire | SceneKind::Verify | SceneKind::Finalize => 119,
    };
    if size.width < 100 || size.height < 30 {
        Form::Tabs
    } else if size.width <= two_up_to {
        Form::TwoColumns
    } else {
        Form::ThreeColumns
    }
}

fn two_columns(body: Rect, kind: SceneKind) -> Vec<Placed> {
    let boundaries = match kind {
        SceneKind::Review => 27,
        SceneKind::Act if body.width >= 160 => 37,
        SceneKind::Act => 29,
        SceneKind::Prepare | SceneKind::Acquire | SceneKind::Verify | SceneKind::Finalize => 33,
    };
    let half = body.width.saturating_sub(3) / 2;
    let checklist = match kind {
        SceneKind::Review => half,
        SceneKind::Act => half.saturating_sub(2),
        SceneKind::Prepare | SceneKind::Acquire | SceneKind::Verify | SceneKind::Finalize => 39,
    };
    let low = if kind == SceneKind::Verify { 12 } else { 8 };
    let (upper, lower) = split_rows(body, body.height.saturating_sub(low + 1));
    let [left, right] = beside(upper, boundaries + 1);
    let [verify, check] = beside(lower, body.width.saturating_sub(checklist + 2));
    vec![
        Placed { pane: Pane::Boundaries, outer: left },
        Placed { pane: Pane::Proposal, outer: right },
        Placed { pane: Pane::Checklist, outer: check },
        Placed { pane: Pane::Verify, outer: verify },
    ]
}

fn three_columns(body: Rect, kind: SceneKind, rows: u16) -> Vec<Placed> {
    let wide = body.width >= 160;
    let (boundaries, checklist) = match (kind, wide) {
        (SceneKind::Prepare, false) => (33, 35),
        (SceneKind::Prepare, true) => (43, 51),
        (SceneKind::Acquire, false) => (37, 31),
        (SceneKind::Acquire | SceneKind::Review | SceneKind::Act, _) => (39, 43),
        (SceneKind::Verify, false) => (29, 37),
        (SceneKind::Verify, true) => (39, 55),
        (SceneKind::Finalize, false) => (33, 33),
        (SceneKind::Finalize, true) => (47, 49),
    };
    let upper_rows = match kind {
        SceneKind::Verify if rows >= 50 => 21 + 1,
        SceneKind::Verify => 13 + 1,
        SceneKind::Finalize => body.height.saturating_sub(9 + 1),
        SceneKind::Prepare | SceneKind::Acquire | SceneKind::Review | SceneKind::Act => {
            body.height.saturating_sub(7 + 1)
        }
    };
    let (upper, verify) = split_rows(body, upper_rows);
    let [left, rest] = beside(upper, boundaries + 1);
    let [middle, right] = beside(rest, rest.width.saturating_sub(checklist + 2));
    vec![
        Placed { pane: Pane::Boundaries, outer: left },
        Placed { pane: Pane::Proposal, outer: middle },
        Placed { pane: Pane::Checklist, outer: right },
        Placed { pane: Pane::Verify, outer: verify },
    ]
}

fn split_rows(body: Rect, at: u16) -> (Rect, Rect) {
    let at = at.min(body.height);
    (Rect { height: at, ..body }, Rect { y: body.y + at, height: body.height - at, ..body })
}

/// Cuts at a shared border column, `at` cells from the left.
fn beside(area: Rect, at: u16) -> [Rect; 2] {
    let at = at.min(area.width.saturating_sub(1));
    [Rect { width: at + 1, ..area }, Rect { x: area.x + at, width: area.width - at, ..area }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn inner(cols: u16, rows: u16, kind: SceneKind) -> (Form, Vec<(u16, u16)>) {
        let focus = kind.main_pane(false);
        let ask = Ask { size: Size::new(cols, rows), kind, focus, zoomed: false, learning: false };
        let arrangement = arrange(ask);
        let sizes =
            arrangement.panes.iter().map(|placed| placed.inner()).map(|i| (i.width, i.height)).collect();
        (arrangement.form, sizes)
    }

    #[test]
    fn the_inner_sizes_are_those_of_the_design() {
        use Form::*;
        use SceneKind::*;
        let cases = [
            (120, 40, Prepare, ThreeColumns, vec![(33, 27), (48, 27), (35, 27), (118, 7)]),
            (120, 40, Acquire, ThreeColumns, vec![(37, 27), (48, 27), (31, 27), (118, 7)]),
            (120, 40, Review, TwoColumns, vec![(27, 26), (90, 26), (58, 8), (59, 8)]),
            (120, 40, Act, TwoColumns, vec![(29, 26), (88, 26), (56, 8), (61, 8)]),
            (120, 40, Verify, ThreeColumns, vec![(29, 13), (50, 13), (37, 13), (118, 21)]),
            (120, 40, Finalize, ThreeColumns, vec![(33, 25), (50, 25), (33, 25), (118, 9)]),
            (200, 60, Prepare, ThreeColumns, vec![(43, 47), (102, 47), (51, 47), (198, 7)]),
            (200, 60, Act, TwoColumns, vec![(37, 46), (160, 46), (96, 8), (101, 8)]),
            (200, 60, Verify, ThreeColumns, vec![(39, 21), (102, 21), (55, 21), (198, 33)]),
            (100, 30, Prepare, TwoColumns, vec![(33, 16), (64, 16), (39, 8), (58, 8)]),
            (100, 30, Verify, TwoColumns, vec![(33, 12), (64, 12), (39, 12), (58, 12)]),
            (80, 24, Act, Tabs, vec![(78, 20)]),
            (120, 29, Act, Tabs, vec![(118, 25)]),
            (59, 40, Act, TooSmall, vec![]),
            (200, 15, Act, TooSmall, vec![]),
        ];
        for (cols, rows, kind, form, sizes) in cases {
            assert_eq!(inner(cols, rows, kind), (form, sizes), "{kind:?} at {cols}x{rows}");
        }
    }

    #[test]
    fn zoom_gives_the_focused_pane_the_whole_body() {
        let ask = Ask {
            size: Size::new(120, 40),
            kind: SceneKind::Act,
            focus: Pane::Proposal,
            zoomed: true,
            learning: false,
        };
        let arrangement = arrange(ask);
        assert!(arrangement.tabs && !arrangement.compact);
        assert_eq!(arrangement.panes.len(), 1);
        assert_eq!(arrangement.placed(Pane::Proposal).unwrap().inner().width, 118);
    }

    #[test]
    fn the_learn_strip_takes_rows_from_the_panes() {
        let ask = |learning| Ask {
            size: Size::new(120, 40),
            kind: SceneKind::Act,
            focus: Pane::Proposal,
            zoomed: false,
            learning,
        };
        let height = |learning| arrange(ask(learning)).placed(Pane::Proposal).unwrap().inner().height;
        assert_eq!(height(false) - height(true), 4);
    }
}
