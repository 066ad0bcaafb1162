//! The stage: draws a `ScreenView` and keeps what only drawing needs to know.
//!
//! Scroll offsets, the text under the caret, colours of source and the map of what stands
//! where live here and nowhere else; the model never learns of cells. Drawing the same view
//! twice gives the same cells, but for colours that were not known yet.

use super::{
    arrangement::{Arrangement, Ask, Form, arrange},
    canvas::Canvas,
    code::highlight::Highlighter,
    diff::Pairs,
    editor::{Editor, TextOutcome},
    frame::{self, Lintels},
    hit::{Hit, HitMap},
    panes,
    popup::{self, PopupMemory},
    scroll::Scroll,
    symbols::Symbols,
    theme::{Theme, ThemeChoice},
};
use crate::engine::view::{Pane, PopupBody, SceneKind, ScreenView};
use crossterm::event::KeyEvent;
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect, Size},
};
use std::collections::HashMap;

pub use super::code::Waker;

/// What the wheel did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WheelOutcome {
    /// The stage scrolled; a redraw shows it.
    Scrolled,
    /// The output under the pointer is scrolled by its owner, by so many lines.
    Output(i32),
    /// The card on screen is scrolled by its owner, by so many lines.
    Card(i32),
    /// Nothing is there to scroll.
    Nothing,
}

/// Transient state of drawing.
pub struct Stage {
    theme: Theme,
    symbols: Symbols,
    editor: Editor,
    scrolls: HashMap<(SceneKind, Pane), Scroll>,
    syntax: Highlighter,
    pairs: Pairs,
    hits: HitMap,
    lintels: Lintels,
    popup: PopupMemory,
    /// The last frame, for questions between frames.
    last: Option<LastFrame>,
    output_area: Rect,
    caret: Option<Position>,
}

struct LastFrame {
    kind: SceneKind,
    arrangement: Arrangement,
    /// Whether a popup was on screen, and whether it was a card.
    popup: Option<bool>,
}

impl Stage {
    /// A stage with one of the built-in themes.
    pub fn new(choice: ThemeChoice, symbols: Symbols) -> Self {
        Self::with_theme(Theme::builtin(choice), symbols)
    }

    /// A stage with a theme of the user's.
    pub fn with_theme(theme: Theme, symbols: Symbols) -> Self {
        Self {
            theme,
            symbols,
            editor: Editor::default(),
            scrolls: HashMap::new(),
            syntax: Highlighter::new(None),
            pairs: Pairs::default(),
            hits: HitMap::default(),
            lintels: Lintels::default(),
            popup: PopupMemory::default(),
            last: None,
            output_area: Rect::default(),
            caret: None,
        }
    }

    /// Draws with another theme from the next frame on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
    }

    /// Calls `wake` from another thread when source colours were finished, so that the loop
    /// asks `take_finished` and draws again. Set it before the first frame.
    pub fn set_waker(&mut self, wake: Waker) {
        self.syntax = Highlighter::new(Some(wake));
    }

    /// Draws one frame. The caret is painted in gold and the terminal's own cursor stays
    /// hidden, since most terminals would invert it; move it to `caret` after drawing, so
    /// that input methods, magnifiers and screen readers follow.
    pub fn draw(&mut self, frame: &mut Frame<'_>, view: &ScreenView) {
        let area = frame.area();
        self.paint(frame.buffer_mut(), area, view);
    }

    /// Draws one frame into a buffer.
    pub fn paint(&mut self, buf: &mut Buffer, area: Rect, view: &ScreenView) {
        self.caret = None;
        self.hits.clear();
        self.syntax.begin_frame();
        self.editor.follow(view.editor.as_ref());
        self.output_area = Rect::default();
        let size = Size::new(area.width, area.height);
        let arrangement = arrange(Ask {
            size,
            kind: view.kind,
            focus: view.focus,
            zoomed: view.zoomed,
            learning: !view.learn.is_empty(),
        });
        let mut canvas = Canvas { buf, theme: &self.theme, symbols: self.symbols, spinner: view.spinner };
        canvas.tint(area, canvas.theme.ground());
        if area.is_empty() {
            return;
        }
        if arrangement.form == Form::TooSmall {
            frame::too_small(&mut canvas, area);
            self.last = Some(LastFrame { kind: view.kind, arrangement, popup: None });
            return;
        }
        around(&mut canvas, view, &arrangement, area, &mut self.hits);
        frame::lintels(&mut canvas, view, &arrangement, &mut self.lintels, area);
        let (mut caret, mut marked) = (None, None);
        for placed in &arrangement.panes {
            let Some(content) =
                Pane::ALL.iter().position(|pane| *pane == placed.pane).and_then(|at| view.panes.get(at))
            else {
                continue;
            };
            let place = panes::Place {
                placed: *placed,
                form: if arrangement.tabs { Form::Tabs } else { arrangement.form },
                kind: view.kind,
                screen_rows: area.height,
                is_focused: placed.pane == view.focus,
                has_popup: view.popup.is_some(),
            };
            let mut tools = panes::Tools {
                editor: &mut self.editor,
                syntax: &mut self.syntax,
                pairs: &mut self.pairs,
                hits: &mut self.hits,
                scroll: self.scrolls.entry((view.kind, placed.pane)).or_default(),
                output_area: &mut self.output_area,
                marked: &mut marked,
            };
            caret = panes::draw(&mut canvas, content, place, &mut tools).or(caret);
        }
        if let Some(placed) = arrangement.panes.first().filter(|_| arrangement.tabs) {
            frame::tabs(&mut canvas, view, placed, &mut self.hits);
        }
        if let Some(content) = &view.popup {
            let mut tools = popup::Tools {
                editor: &mut self.editor,
                syntax: &mut self.syntax,
                hits: &mut self.hits,
                memory: &mut self.popup,
            };
            marked = None;
            caret = popup::draw(&mut canvas, content, area, &mut tools);
        } else {
            self.popup = PopupMemory::default();
        }
        let popup = view.popup.as_ref().map(|popup| matches!(popup.body, PopupBody::Card { .. }));
        self.last = Some(LastFrame { kind: view.kind, arrangement, popup });
        self.caret = caret.or(marked);
    }

    /// What stands under a cell of the last frame, 0-based.
    pub fn hit(&self, col: u16, row: u16) -> Option<Hit> {
        self.hits.at(col, row).cloned()
    }

    /// Scrolls what is under the pointer; `delta` in lines, down is positive.
    pub fn wheel(&mut self, col: u16, row: u16, delta: i32) -> WheelOutcome {
        let Some(last) = &self.last else { return WheelOutcome::Nothing };
        match last.popup {
            Some(true) => return WheelOutcome::Card(delta),
            Some(false) => {
                self.popup.scroll_by(delta);
                return WheelOutcome::Scrolled;
            }
            None => {}
        }
        if self.output_area.contains(Position::new(col, row)) {
            return WheelOutcome::Output(delta);
        }
        let placed =
            last.arrangement.panes.iter().find(|placed| placed.outer.contains(Position::new(col, row)));
        let Some(pane) = placed.map(|placed| placed.pane) else { return WheelOutcome::Nothing };
        self.scroll(pane, delta);
        WheelOutcome::Scrolled
    }

    /// Scrolls a pane of the scene on screen by lines, whatever its cursor.
    pub fn scroll(&mut self, pane: Pane, delta: i32) {
        if let Some(last) = &self.last {
            self.scrolls.entry((last.kind, pane)).or_default().by(delta);
        }
    }

    /// A key while a text has the caret.
    pub fn text_input(&mut self, key: KeyEvent) -> TextOutcome {
        self.editor.input(key)
    }

    /// Pastes into the active text; returns the whole text. Control characters are removed.
    pub fn paste(&mut self, pasted: &str) -> String {
        self.editor.paste(pasted)
    }

    /// The active text.
    pub fn editor_text(&self) -> String {
        self.editor.text()
    }

    /// 1-based line and column of the caret in the active text.
    pub fn editor_caret(&self) -> (usize, usize) {
        self.editor.caret()
    }

    /// Where the caret of the text is, or else the marked row or option.
    pub fn caret(&self) -> Option<Position> {
        self.caret
    }

    /// Rows of a pane inside its borders, for half a page; 0 when it is not on screen.
    pub fn page_rows(&self, pane: Pane) -> usize {
        let placed = self.last.as_ref().and_then(|last| last.arrangement.placed(pane));
        placed.map_or(0, |placed| usize::from(placed.inner().height))
    }

    /// Rows of output on screen, without its title.
    pub fn output_rows(&self) -> usize {
        usize::from(self.output_area.height.saturating_sub(1))
    }

    /// The largest `top` that shows something new in the card on screen.
    pub fn card_max_top(&self) -> usize {
        usize::from(self.popup.max_top())
    }

    /// The arrangement of the last frame.
    pub fn arrangement(&self) -> Option<&Arrangement> {
        self.last.as_ref().map(|last| &last.arrangement)
    }

    /// Whether source colours were finished since the last frame: a redraw is worthwhile.
    pub fn take_finished(&mut self) -> bool {
        self.syntax.take_finished()
    }

    /// Waits for all source colours.
    #[cfg(test)]
    pub(crate) fn finish_syntax(&mut self) {
        self.syntax.finish();
    }
}

/// Title, rail, learn strip, floor, footer.
fn around(
    canvas: &mut Canvas<'_>,
    view: &ScreenView,
    arrangement: &Arrangement,
    area: Rect,
    hits: &mut HitMap,
) {
    let row = |y: u16| Rect { y: area.y + y, height: 1, ..area };
    if arrangement.compact {
        let end = frame::compact_rail(canvas, &view.rail, row(0), hits);
        frame::compact_title(canvas, view, row(0), end);
    } else {
        frame::title(canvas, view, row(0));
        frame::rail(canvas, &view.rail, row(1), hits);
    }
    let floor = area.y + arrangement.floor;
    if arrangement.learn_rows > 0 {
        let strip = Rect { y: floor - arrangement.learn_rows, height: arrangement.learn_rows, ..area };
        frame::learn(canvas, &view.learn, strip);
    }
    frame::floor(canvas, &view.floor, row(arrangement.floor));
    frame::footer(canvas, &view.footer, &view.pinned, row(arrangement.floor + 1), hits);
}
