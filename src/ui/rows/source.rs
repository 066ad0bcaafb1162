//! One line of source in an excerpt: number, marker, text with colours, cut with `›`.

use super::Slot;
use crate::ui::{
    canvas::Canvas,
    code::{Blanks, Glyphs, Look, Paint},
    theme::Tone,
};
use ratatui::style::Modifier;
use std::ops::Range;

pub(super) struct Excerpt<'a> {
    pub(super) number: u32,
    pub(super) text: &'a str,
    pub(super) is_marked: bool,
    pub(super) emphasis: &'a [Range<usize>],
}

/// Column of the code, from the pane's left edge.
const CODE_COL: u16 = 8;

pub(super) fn draw(canvas: &mut Canvas<'_>, line: &Excerpt<'_>, paints: &[Paint], slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let (x, right) = (slot.area.x, slot.right());
    if line.number > 0 {
        let number = line.number.to_string();
        let style = if line.is_marked { canvas.theme.ink(Tone::Fail) } else { canvas.theme.ink(Tone::Muted) };
        let style = if line.is_marked { style.add_modifier(Modifier::BOLD) } else { style };
        canvas.put_right(x, y, (x + 5).min(right), &number, style);
    }
    if line.is_marked {
        let style = canvas.theme.ink(Tone::Fail);
        canvas.symbol(x + 6, y, canvas.symbols.marker(), style);
    }
    let room = usize::from(right.saturating_sub(x + CODE_COL));
    let glyphs = Glyphs::new(line.text, line.emphasis, Blanks::Plain);
    let look = Look { emphasis: Tone::DelEm, is_plain: false };
    if glyphs.width() <= room {
        glyphs.draw(canvas, (x + CODE_COL, y, right), 0..glyphs.len(), look, paints);
        return;
    }
    let fitting = glyphs.fitting(room.saturating_sub(1));
    let end = glyphs.draw(canvas, (x + CODE_COL, y, right), 0..fitting, look, paints);
    let style = canvas.theme.ink(Tone::Warn);
    canvas.symbol(end.min(right.saturating_sub(1)), y, canvas.symbols.cut(), style);
}
