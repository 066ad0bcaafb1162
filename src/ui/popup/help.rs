//! Help: a search text over keys and actions, in two columns where there is room.

use super::Tools;
use crate::{
    engine::view::popup::HelpEntry,
    ui::{
        canvas::Canvas,
        flat::Ink,
        hit::Hit,
        scroll::{Thumb, Window},
        theme::Tone,
    },
};
use ratatui::layout::{Position, Rect};

/// Popup width from which there are two columns.
const TWO_COLUMNS: u16 = 90;

type Section = (String, Vec<HelpEntry>);

enum Line<'a> {
    Blank,
    Head(&'a str),
    Entry(&'a HelpEntry),
}

/// The sections as one column, or two of about the same height. Sections stay whole.
fn columns(sections: &[Section], is_wide: bool) -> Vec<Vec<Line<'_>>> {
    let size = |section: &Section| section.1.len() + 2;
    let all: usize = sections.iter().map(size).sum();
    let mut columns = vec![Vec::new()];
    let mut used = 0;
    for section in sections.iter().filter(|section| !section.1.is_empty()) {
        if is_wide && columns.len() == 1 && used > 0 && (used + size(section)) * 2 > all + size(section) {
            columns.push(Vec::new());
        }
        used += size(section);
        let Some(column) = columns.last_mut() else { continue };
        if !column.is_empty() {
            column.push(Line::Blank);
        }
        column.push(Line::Head(&section.0));
        column.extend(section.1.iter().map(Line::Entry));
    }
    columns
}

/// Rows that the sections want at a popup width.
pub(super) fn rows(sections: &[Section], width: u16) -> u16 {
    let tallest = columns(sections, width >= TWO_COLUMNS).iter().map(Vec::len).max().unwrap_or(0);
    u16::try_from(tallest).unwrap_or(u16::MAX - 16)
}

pub(super) fn draw(
    canvas: &mut Canvas<'_>,
    sections: &[Section],
    marked: usize,
    body: Rect,
    tools: &mut Tools<'_>,
) -> (Thumb, Option<Position>) {
    let (rest, caret) = super::search(canvas, "", "search keys and actions", body, tools);
    let columns = columns(sections, body.width + 4 >= TWO_COLUMNS);
    // The last row says what Enter does; it goes first when there is no room.
    let is_roomy = rest.height > 6;
    let area = Rect { height: rest.height.saturating_sub(if is_roomy { 2 } else { 0 }), ..rest };
    let line_of = |column: &Vec<Line<'_>>| {
        column.iter().position(|line| matches!(line, Line::Entry(entry) if entry.index == marked))
    };
    let window = Window {
        len: columns.iter().map(Vec::len).max().unwrap_or(0),
        rows: area.height,
        columns: area.width,
        cursor: columns.iter().find_map(line_of).map(|at| at..at + 1),
    };
    let top = tools.memory.scroll.settle(&window, |_| 1).item;
    let thumb = tools.memory.scroll.thumb(&window, |_| 1).map(|(at, size)| (at + 2, size));
    let count = u16::try_from(columns.len().max(1)).unwrap_or(1);
    let wide = area.width / count;
    for (index, column) in (0u16..).zip(&columns) {
        let x = area.x + index * wide;
        let right = if index + 1 == count { area.right() } else { x + wide };
        for (y, line) in (area.top()..area.bottom()).zip(column.iter().skip(top)) {
            match line {
                Line::Blank => {}
                Line::Head(text) => {
                    let muted = canvas.theme.ink(Tone::Muted);
                    canvas.put(x + 2, y, right, text, muted);
                }
                Line::Entry(entry) => {
                    let own = Rect { x, y, width: right.saturating_sub(x + 1), height: 1 };
                    draw_entry(canvas, entry, entry.index == marked, own);
                    tools.hits.push(own, Hit::Option(entry.index));
                }
            }
        }
    }
    if columns.iter().all(Vec::is_empty) {
        let muted = canvas.theme.ink(Tone::Muted);
        canvas.put(area.x + 2, area.y, area.right(), "No key and no action has this name.", muted);
    }
    if is_roomy {
        let muted = canvas.theme.ink(Tone::Muted);
        let words = "Enter does the marked action; a key that is refused says why.";
        canvas.put(rest.x + 2, rest.bottom() - 1, rest.right(), words, muted);
    }
    (thumb, caret)
}

fn draw_entry(canvas: &mut Canvas<'_>, entry: &HelpEntry, is_marked: bool, own: Rect) {
    let mut ink = Ink::Own;
    if is_marked {
        canvas.tint(own, canvas.theme.selected());
        ink = if canvas.theme.is_flat() { Ink::Reversed } else { Ink::Strong };
        let spot = ink.tone(canvas.theme, Tone::Spot);
        canvas.symbol(own.x, own.y, canvas.symbols.marker(), spot);
    }
    let is_refused = !entry.refused.is_empty();
    let accent = if is_refused { canvas.theme.ink(Tone::Muted) } else { canvas.bold(Tone::Accent) };
    let label = if is_refused { canvas.theme.ink(Tone::Muted) } else { canvas.theme.ink(Tone::Text) };
    let right = own.right();
    let x = canvas.put(own.x + 2, own.y, right, &entry.key, ink.or(accent));
    let x = canvas.put(x + u16::from(!entry.key.is_empty()), own.y, right, &entry.label, ink.or(label));
    if is_refused {
        let muted = canvas.theme.ink(Tone::Muted);
        canvas.put(x + 2, own.y, right, &entry.refused, ink.or(muted));
    }
}
