//! A buffer with a theme: the only place that writes cells.
//!
//! Every text is cleaned here (see `safe`), so no widget can forget it. All positions are
//! clipped to the buffer: drawing outside is drawing nothing.

use super::{
    flat::{Flat, Ink},
    safe,
    symbols::{Stroke, Symbols},
    text,
    theme::{Theme, Tone},
};
use crate::engine::view::Mark;
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(crate) struct Canvas<'a> {
    pub(crate) buf: &'a mut Buffer,
    pub(crate) theme: &'a Theme,
    pub(crate) symbols: Symbols,
    /// Frame of what turns; `None` draws `…`.
    pub(crate) spinner: Option<u8>,
}

impl Canvas<'_> {
    /// Writes `text` from `x` on, up to but not including `right`; returns where it ended.
    pub(crate) fn put(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let clean = safe::clean(text);
        self.put_clean(x, y, right, &clean, style)
    }

    /// As `put`, for text that was cleaned before.
    pub(crate) fn put_clean(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        // It holds words of our own together; who copies them from the screen wants a space.
        if text.contains('\u{a0}') {
            return self.write((x, y, right), &text.replace('\u{a0}', " "), style, self.symbols);
        }
        self.write((x, y, right), text, style, self.symbols)
    }

    /// As `put_clean`, for source: its symbols are kept whatever set is drawn.
    pub(crate) fn put_source(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        self.write((x, y, right), text, style, Symbols::Unicode)
    }

    fn write(&mut self, (x, y, right): (u16, u16, u16), text: &str, style: Style, symbols: Symbols) -> u16 {
        let area = self.buf.area;
        let right = right.min(area.right());
        if y < area.top() || y >= area.bottom() {
            return x;
        }
        let mut x = x;
        if text.is_ascii() {
            for byte in text.bytes() {
                if x >= right {
                    break;
                }
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.set_char(char::from(byte)).set_style(style);
                }
                x += 1;
            }
            return x;
        }
        for grapheme in text.graphemes(true) {
            let w = u16::try_from(grapheme.width()).unwrap_or(0);
            if w == 0 {
                continue;
            }
            if x + w > right {
                break;
            }
            if let Some(cell) = self.buf.cell_mut((x, y)) {
                cell.set_symbol(symbols.form(grapheme)).set_style(style);
            }
            for behind in x + 1..x + w {
                if let Some(cell) = self.buf.cell_mut((behind, y)) {
                    // The terminal covers this cell with the wide character before it.
                    cell.set_symbol(" ").set_style(style);
                }
            }
            x += w;
        }
        x
    }

    /// One symbol of the program's own.
    pub(crate) fn symbol(&mut self, x: u16, y: u16, symbol: &str, style: Style) {
        if let Some(cell) = self.buf.cell_mut((x, y)) {
            cell.set_symbol(symbol).set_style(style);
        }
    }

    /// A one-cell symbol repeated over a range of columns.
    pub(crate) fn run(&mut self, columns: Range<u16>, y: u16, symbol: &str, style: Style) {
        for x in columns {
            self.symbol(x, y, symbol, style);
        }
    }

    /// A border cell.
    pub(crate) fn line(&mut self, x: u16, y: u16, bits: u8, stroke: Stroke, style: Style) {
        self.symbol(x, y, self.symbols.line(bits, stroke), style);
    }

    /// Patches the style of a whole area.
    pub(crate) fn tint(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area.intersection(self.buf.area), style);
    }

    /// Blanks an area in the ground's style.
    pub(crate) fn clear(&mut self, area: Rect) {
        let ground = self.theme.ground();
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                if let Some(cell) = self.buf.cell_mut((x, y)) {
                    cell.reset();
                    cell.set_style(ground);
                }
            }
        }
    }

    /// A mark in its colour.
    pub(crate) fn mark(&mut self, x: u16, y: u16, mark: Mark, style: Style) {
        if mark != Mark::None {
            self.symbol(x, y, self.symbols.mark(mark, self.spinner), style);
        }
    }

    /// The colour that a mark has by itself.
    pub(crate) fn mark_ink(&self, mark: Mark) -> Style {
        let tone = match mark {
            Mark::Done | Mark::Half | Mark::Chosen => Tone::Ok,
            Mark::Failed => Tone::Fail,
            Mark::Warn | Mark::Unsure | Mark::Flaky | Mark::Blocked => Tone::Warn,
            Mark::Dot | Mark::Spinner | Mark::Down => Tone::Accent,
            Mark::NotApplicable | Mark::Before => Tone::Muted,
            Mark::None | Mark::Open | Mark::NotChosen => Tone::Text,
        };
        self.theme.ink(tone)
    }

    /// Part of a flattened line; returns where it ended.
    pub(crate) fn flat(
        &mut self,
        (x, y, right): (u16, u16, u16),
        flat: &Flat,
        part: Range<usize>,
        ink: Ink,
    ) -> u16 {
        let mut x = x;
        for (range, role, bold) in flat.runs(part) {
            let style = ink.style(self.theme, role, bold);
            x = self.put_clean(x, y, right, flat.text().get(range).unwrap_or_default(), style);
        }
        x
    }

    /// Text that ends at `right`; returns where it began.
    pub(crate) fn put_right(&mut self, left: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let clean = safe::clean(text);
        let wide = u16::try_from(text::width(&clean)).unwrap_or(u16::MAX);
        let x = right.saturating_sub(wide).max(left);
        self.put_clean(x, y, right, &clean, style);
        x
    }

    pub(crate) fn bold(&self, tone: Tone) -> Style {
        self.theme.ink(tone).add_modifier(Modifier::BOLD)
    }
}
