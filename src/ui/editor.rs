//! The text under the caret: editing state, keys, and its drawing.
//!
//! `tui_textarea` keeps the lines, the cursor and the history; drawing is done here, so
//! that texts pass the sanitizer, wrap like the rest, and have one gold caret. A new
//! `revision` of the view starts over with its text.

use super::{
    canvas::Canvas,
    code::{Blanks, Glyphs, Look},
    safe,
    scroll::Thumb,
    text,
    theme::Tone,
};
use crate::engine::view::EditorView;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use ratatui::{
    layout::{Position, Rect},
    style::Modifier,
};
use std::ops::Range;
use tui_textarea::{CursorMove, TextArea};

/// What a key did to the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextOutcome {
    /// The text as it is now; the same as before when only the caret moved.
    Changed(String),
    /// The key means something else here: Enter in a short text, Esc, Ctrl-S, Tab.
    Ignored,
}

/// Editing state of the one active text.
#[derive(Debug, Default)]
pub(crate) struct Editor {
    area: TextArea<'static>,
    view: Option<EditorView>,
    /// First visual line on screen.
    top: usize,
    /// Where the thumb stood in the last frame.
    thumb: Thumb,
}

/// How a text is drawn.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct EditorLook<'a> {
    /// Number of the first line, when lines are numbered.
    pub(crate) first_line: Option<u32>,
    /// Shown when no editor is active there yet.
    pub(crate) placeholder: &'a str,
}

/// Columns of the line numbers of a long text.
const NUMBER_COLS: u16 = 7;

impl Editor {
    /// Follows the view: starts over when the text is another one.
    pub(crate) fn follow(&mut self, view: Option<&EditorView>) {
        let Some(view) = view else {
            self.view = None;
            return;
        };
        let is_same =
            self.view.as_ref().is_some_and(|old| old.revision == view.revision && old.long == view.long);
        if !is_same {
            self.area = TextArea::new(view.text.split('\n').map(str::to_owned).collect());
            if view.long {
                self.area.move_cursor(CursorMove::Top);
            } else {
                self.area.move_cursor(CursorMove::Bottom);
                self.area.move_cursor(CursorMove::End);
            }
            self.top = 0;
        }
        self.view = Some(view.clone());
    }

    pub(crate) fn is_active(&self) -> bool {
        self.view.is_some()
    }

    pub(crate) fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    fn is_long(&self) -> bool {
        self.view.as_ref().is_some_and(|view| view.long)
    }

    /// 1-based line and column of the caret.
    pub(crate) fn caret(&self) -> (usize, usize) {
        let at = self.area.cursor();
        (at.0 + 1, at.1 + 1)
    }

    /// A key while a text has the caret.
    pub(crate) fn input(&mut self, key: KeyEvent) -> TextOutcome {
        if !self.is_active() || key.kind == KeyEventKind::Release {
            return TextOutcome::Ignored;
        }
        let modifiers = key.modifiers.difference(KeyModifiers::SHIFT);
        let is_known = if modifiers == KeyModifiers::CONTROL {
            self.control(key.code)
        } else if modifiers == KeyModifiers::ALT {
            self.by_word(key.code)
        } else if modifiers.is_empty() {
            self.plain(key.code)
        } else {
            false
        };
        if is_known { TextOutcome::Changed(self.text()) } else { TextOutcome::Ignored }
    }

    fn plain(&mut self, code: KeyCode) -> bool {
        let (row, last) = (self.area.cursor().0, self.area.lines().len().saturating_sub(1));
        match code {
            KeyCode::Char(c) if !safe::is_unsafe(c) => self.area.insert_char(c),
            KeyCode::Enter if self.is_long() => self.area.insert_newline(),
            KeyCode::Tab if self.is_long() => {
                self.area.insert_tab();
            }
            KeyCode::Backspace => {
                self.area.delete_char();
            }
            KeyCode::Delete => {
                self.area.delete_next_char();
            }
            KeyCode::Left => self.area.move_cursor(CursorMove::Back),
            KeyCode::Right => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Home => self.area.move_cursor(CursorMove::Head),
            KeyCode::End => self.area.move_cursor(CursorMove::End),
            // In a short text the arrows leave it at its edges: ↓ takes an example.
            KeyCode::Up if row > 0 || self.is_long() => self.area.move_cursor(CursorMove::Up),
            KeyCode::Down if row < last || self.is_long() => self.area.move_cursor(CursorMove::Down),
            KeyCode::PageUp if self.is_long() => self.jump(-10),
            KeyCode::PageDown if self.is_long() => self.jump(10),
            _ => return false,
        }
        true
    }

    fn jump(&mut self, lines: i8) {
        let step = if lines < 0 { CursorMove::Up } else { CursorMove::Down };
        for _ in 0..lines.unsigned_abs() {
            self.area.move_cursor(step);
        }
    }

    fn control(&mut self, code: KeyCode) -> bool {
        match code {
            KeyCode::Char('a') => self.area.move_cursor(CursorMove::Head),
            KeyCode::Char('b') => self.area.move_cursor(CursorMove::Back),
            KeyCode::Char('f') => self.area.move_cursor(CursorMove::Forward),
            KeyCode::Char('d') => {
                self.area.delete_next_char();
            }
            KeyCode::Char('h') => {
                self.area.delete_char();
            }
            KeyCode::Char('j') => self.area.insert_newline(),
            KeyCode::Char('k') => {
                self.area.delete_line_by_end();
            }
            KeyCode::Char('u') => {
                self.area.delete_line_by_head();
            }
            KeyCode::Char('w') | KeyCode::Backspace => {
                self.area.delete_word();
            }
            KeyCode::Left => self.area.move_cursor(CursorMove::WordBack),
            KeyCode::Right => self.area.move_cursor(CursorMove::WordForward),
            KeyCode::Home => self.area.move_cursor(CursorMove::Top),
            KeyCode::End => self.area.move_cursor(CursorMove::Bottom),
            KeyCode::Char('_' | '7') => {
                self.area.undo();
            }
            _ => return false,
        }
        true
    }

    fn by_word(&mut self, code: KeyCode) -> bool {
        match code {
            KeyCode::Char('b') | KeyCode::Left => self.area.move_cursor(CursorMove::WordBack),
            KeyCode::Char('f') | KeyCode::Right => self.area.move_cursor(CursorMove::WordForward),
            KeyCode::Char('d') | KeyCode::Delete => {
                self.area.delete_next_word();
            }
            KeyCode::Backspace => {
                self.area.delete_word();
            }
            _ => return false,
        }
        true
    }

    /// Inserts pasted text without its control characters; returns the whole text.
    pub(crate) fn paste(&mut self, pasted: &str) -> String {
        if self.is_active() {
            self.area.insert_str(safe::clean_paste(pasted));
        }
        self.text()
    }

    /// Visual lines at a width, numbers excluded.
    pub(crate) fn rows(&self, width: u16) -> u16 {
        let rows = self.area.lines().iter().map(|line| wrapped(line, width).1.len()).sum::<usize>();
        u16::try_from(rows).unwrap_or(u16::MAX).max(1)
    }

    /// Where the thumb of the text stands, when it is longer than its place.
    pub(crate) fn thumb(&self) -> Thumb {
        self.thumb
    }

    /// Draws the text into `area`; returns where the caret is.
    pub(crate) fn draw(
        &mut self,
        canvas: &mut Canvas<'_>,
        area: Rect,
        look: EditorLook<'_>,
    ) -> Option<Position> {
        if area.is_empty() {
            return None;
        }
        self.thumb = None;
        let is_active = self.is_active();
        let shown = self.view.as_ref().map(|view| view.placeholder.clone());
        let placeholder =
            shown.filter(|text| !text.is_empty()).unwrap_or_else(|| look.placeholder.to_owned());
        if self.area.is_empty() || !is_active {
            let muted = canvas.theme.ink(Tone::Muted);
            canvas.put(area.x + 2, area.y, area.right(), &placeholder, muted);
            return is_active.then(|| caret(canvas, Position::new(area.x, area.y)));
        }
        let code_x = if look.first_line.is_some() { area.x + NUMBER_COLS } else { area.x };
        let width = area.right().saturating_sub(code_x).max(1);
        let at = self.area.cursor();
        let mut lines: Vec<(usize, Range<usize>)> = Vec::new();
        let (mut caret_row, mut caret_col) = (0, 0);
        for (index, line) in self.area.lines().iter().enumerate() {
            let (glyphs, runs) = wrapped(line, width);
            if index == at.0 {
                let byte = line.char_indices().nth(at.1).map_or(line.len(), |(byte, _)| byte);
                let glyph = glyphs.glyph_at(byte);
                let run = runs.iter().rposition(|run| run.start <= glyph).unwrap_or(0);
                let start = runs.get(run).map_or(0, |run| run.start);
                caret_row = lines.len() + run;
                caret_col = glyphs.cells(start..glyph);
            }
            lines.extend(runs.into_iter().map(|run| (index, run)));
        }
        let height = usize::from(area.height);
        self.top = self.top.clamp((caret_row + 1).saturating_sub(height), caret_row);
        self.top = self.top.min(lines.len().saturating_sub(height));
        self.thumb = thumb(self.top, lines.len(), height);
        for (y, (index, run)) in (area.top()..area.bottom()).zip(lines.iter().skip(self.top)) {
            let Some(line) = self.area.lines().get(*index) else { continue };
            if look.first_line.is_some() && run.start > 0 {
                let (sign, muted) = (canvas.symbols.wrapped(), canvas.theme.ink(Tone::Muted));
                canvas.put_right(area.x, y, area.x + 3, sign, muted);
            }
            if let Some(first) = look.first_line.filter(|_| run.start == 0) {
                let number = first.saturating_add(u32::try_from(*index).unwrap_or(u32::MAX)).to_string();
                let muted = canvas.theme.ink(Tone::Muted);
                canvas.put_right(area.x, y, area.x + 3, &number, muted);
            }
            let (glyphs, _) = wrapped(line, width);
            let over = self.over_limit(*index, line);
            let look = Look { emphasis: Tone::Select, is_plain: true };
            let end = glyphs.draw(canvas, (code_x, y, area.right() + 1), run.clone(), look, &[]);
            if over {
                let warn = canvas.theme.ink(Tone::Warn).add_modifier(Modifier::BOLD);
                canvas.tint(Rect { x: code_x, y, width: end.saturating_sub(code_x), height: 1 }, warn);
            }
        }
        let y = area.y + u16::try_from(caret_row - self.top).unwrap_or(0);
        let x = code_x.saturating_add(u16::try_from(caret_col).unwrap_or(u16::MAX)).min(area.right());
        Some(caret(canvas, Position::new(x, y)))
    }

    /// Whether the first line of a commit message is longer than it should be.
    fn over_limit(&self, index: usize, line: &str) -> bool {
        let limit = self.view.as_ref().and_then(|view| view.subject_limit);
        index == 0 && limit.is_some_and(|limit| text::width(line) > usize::from(limit))
    }
}

/// First row and rows of the thumb of a text that is longer than its place.
fn thumb(top: usize, lines: usize, height: usize) -> Thumb {
    let hidden = lines.checked_sub(height).filter(|hidden| *hidden > 0)?;
    let size = (height * height / lines).clamp(1, height.saturating_sub(1).max(1));
    let at = top * height.saturating_sub(size) / hidden;
    Some((u16::try_from(at).ok()?, u16::try_from(size).ok()?))
}

fn wrapped(line: &str, width: u16) -> (Glyphs<'_>, Vec<Range<usize>>) {
    let glyphs = Glyphs::new(line, &[], Blanks::Plain);
    let runs = glyphs.wrap(usize::from(width), usize::from(width));
    (glyphs, runs)
}

fn caret(canvas: &mut Canvas<'_>, at: Position) -> Position {
    let chip = canvas.theme.chip();
    canvas.tint(Rect { x: at.x, y: at.y, width: 1, height: 1 }, chip);
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn editor(text: &str, long: bool) -> Editor {
        let mut editor = Editor::default();
        editor.follow(Some(&EditorView { text: text.into(), long, ..EditorView::default() }));
        editor
    }

    fn press(editor: &mut Editor, code: KeyCode) -> TextOutcome {
        editor.input(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn letters_are_text_and_enter_ends_a_short_one() {
        let mut editor = editor("ab", false);
        assert_eq!(press(&mut editor, KeyCode::Char('q')), TextOutcome::Changed("abq".into()));
        assert_eq!(press(&mut editor, KeyCode::Enter), TextOutcome::Ignored);
        assert_eq!(press(&mut editor, KeyCode::Down), TextOutcome::Ignored);
        assert_eq!(press(&mut editor, KeyCode::Esc), TextOutcome::Ignored);
        let newline = KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL);
        assert_eq!(editor.input(newline), TextOutcome::Changed("abq\n".into()));
    }

    #[test]
    fn enter_is_a_new_line_in_a_long_text() {
        let mut editor = editor("ab", true);
        press(&mut editor, KeyCode::End);
        assert_eq!(press(&mut editor, KeyCode::Enter), TextOutcome::Changed("ab\n".into()));
        assert_eq!(editor.caret(), (2, 1));
    }

    #[test]
    fn a_paste_cannot_bring_control_characters() {
        let mut editor = editor("", false);
        assert_eq!(editor.paste("x\u{1b}[2Jy\r\nz\u{7}"), "x[2Jy\nz");
    }

    #[test]
    fn only_a_new_revision_starts_over() {
        let mut editor = editor("ab", false);
        press(&mut editor, KeyCode::Char('c'));
        editor.follow(Some(&EditorView { text: "ab".into(), ..EditorView::default() }));
        assert_eq!(editor.text(), "abc");
        editor.follow(Some(&EditorView { text: "new".into(), revision: 1, ..EditorView::default() }));
        assert_eq!(editor.text(), "new");
    }
}
