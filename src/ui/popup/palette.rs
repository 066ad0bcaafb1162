//! The palette: every action by name; the key at the right teaches it.

use super::Tools;
use crate::{
    engine::view::popup::PaletteEntry,
    ui::{
        canvas::Canvas,
        flat::Ink,
        hit::Hit,
        safe,
        scroll::{Thumb, Window},
        text,
        theme::Tone,
    },
};
use ratatui::{
    layout::{Position, Rect},
    style::Modifier,
};

/// Entries that are shown; the list keeps this height while it shrinks.
pub(super) const ROWS: u16 = 12;

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    entries: &[PaletteEntry],
    marked: usize,
    body: Rect,
    tools: &mut Tools<'_>,
) -> (Thumb, Option<Position>) {
    let (area, caret) = super::search(canvas, ":", "name an action", body, tools);
    let window = Window {
        len: entries.len(),
        rows: area.height,
        columns: area.width,
        cursor: (marked < entries.len()).then(|| marked..marked + 1),
    };
    let top = tools.memory.scroll.settle(&window, |_| 1).item;
    let thumb = tools.memory.scroll.thumb(&window, |_| 1).map(|(at, size)| (at + 2, size));
    for (y, (index, entry)) in (area.top()..area.bottom()).zip(entries.iter().enumerate().skip(top)) {
        let own = Rect { y, height: 1, ..area };
        draw_entry(canvas, entry, index == marked, own);
        tools.hits.push(own, Hit::Option(index));
    }
    if entries.is_empty() {
        let muted = canvas.theme.ink(Tone::Muted);
        canvas.put(area.x + 2, area.y, area.right(), "No action has this name.", muted);
    }
    (thumb, caret)
}

fn draw_entry(canvas: &mut Canvas<'_>, entry: &PaletteEntry, is_marked: bool, own: Rect) {
    let mut ink = Ink::Own;
    if is_marked {
        canvas.tint(own, canvas.theme.selected());
        ink = if canvas.theme.is_flat() { Ink::Reversed } else { Ink::Strong };
        let spot = ink.tone(canvas.theme, Tone::Spot);
        canvas.symbol(own.x, own.y, canvas.symbols.marker(), spot);
    }
    let is_refused = !entry.refused.is_empty();
    let right = own.right().saturating_sub(1);
    let note = if is_refused { &entry.refused } else { &entry.key };
    let note = text::cut(&safe::clean(note), usize::from(own.width) / 2, canvas.symbols.ellipsis());
    let style = if is_refused { canvas.theme.ink(Tone::Muted) } else { canvas.bold(Tone::Accent) };
    let note_x = canvas.put_right(own.x + 4, own.y, right, &note, ink.or(style));
    let tone = if is_refused { Tone::Muted } else { Tone::Text };
    let plain = ink.tone(canvas.theme, tone);
    let mut x = own.x + 4;
    for (at, c) in entry.label.chars().enumerate() {
        let is_match = entry.matched.contains(&at);
        let style = if is_match { plain.add_modifier(Modifier::BOLD | Modifier::UNDERLINED) } else { plain };
        x = canvas.put(x, own.y, note_x.saturating_sub(1), c.encode_utf8(&mut [0; 4]), style);
    }
}
