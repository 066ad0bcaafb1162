//! A label at the left, a note at the right.
//!
//! Two cells stand between them at least. When both do not fit, the note shrinks to its
//! first word, then goes; only then is the label cut. A label that is a sentence is never
//! cut: it wraps, and the note follows on its last line or below it. A selected row, a
//! file name and a line number are the last things to be lost.

use super::{Rules, Slot};
use crate::{
    engine::view::{Line, Mark, Role},
    ui::{
        canvas::Canvas,
        flat::{Flat, Ink},
        text,
        theme::Tone,
    },
};

const GAP: usize = 2;

pub(super) struct Parts<'a> {
    pub(super) mark: Mark,
    pub(super) label: &'a Line,
    pub(super) note: &'a Line,
    pub(super) indent: u8,
}

/// A label of at least so many words is a sentence: every word of it counts.
const SENTENCE_WORDS: usize = 4;

/// Cells of a note that a row of a table never loses.
const SHORT_NOTE: usize = 8;

/// Lines that the item takes.
pub(super) fn height(parts: &Parts<'_>, rules: Rules) -> u16 {
    let room = rules.room(parts.indent).saturating_sub(mark_cells(parts));
    // Bytes are never fewer than cells, so what is short needs no measuring.
    let bytes: usize = parts.label.iter().chain(parts.note).map(|span| span.text.len()).sum();
    if bytes + GAP <= room {
        return 1;
    }
    let (label, note) = (Flat::new(parts.label), Flat::new(parts.note));
    match wrapped(&label, &note, room) {
        Some((lines, below)) => u16::try_from(lines.len() + usize::from(below)).unwrap_or(u16::MAX),
        None => 1,
    }
}

fn mark_cells(parts: &Parts<'_>) -> usize {
    if parts.mark == Mark::None { 0 } else { 2 }
}

/// The lines of a sentence that does not fit beside its note, and whether the note stands
/// below them; `None` for what stays on one line.
fn wrapped(label: &Flat, note: &Flat, room: usize) -> Option<(Vec<std::ops::Range<usize>>, bool)> {
    let first = if note.text().is_empty() { 0 } else { GAP + note.first_word().width() };
    let sentence = !is_table(label) && label.text().split_whitespace().nth(SENTENCE_WORDS - 1).is_some();
    if label.width() + first <= room || !sentence || room < 8 {
        return None;
    }
    let lines = text::wrap(label.text(), room);
    let last = lines.last().map_or(0, |line| text::width(label.text().get(line.clone()).unwrap_or_default()));
    let below = !note.text().is_empty() && last + GAP + note.width() > room;
    Some((lines, below))
}

/// Two spaces part the columns of a table, whose rows stay one line each.
fn is_table(label: &Flat) -> bool {
    label.text().trim().contains("  ")
}

/// Draws a sentence over its lines.
fn draw_wrapped(canvas: &mut Canvas<'_>, parts: &Parts<'_>, ink: Ink, slot: Slot) -> bool {
    let x = slot.text_x(parts.indent) + if parts.mark == Mark::None { 0 } else { 2 };
    let room = usize::from(slot.right().saturating_sub(x));
    let (label, note) = (Flat::new(parts.label), Flat::new(parts.note));
    let Some((lines, below)) = wrapped(&label, &note, room) else { return false };
    if parts.mark != Mark::None
        && let Some(y) = slot.row(0)
    {
        let style = mark_style(canvas, parts, ink);
        canvas.mark(slot.text_x(parts.indent), y, parts.mark, style);
    }
    let count = lines.len();
    for (index, line) in (0_u16..).zip(lines) {
        if let Some(y) = slot.row(index) {
            canvas.flat((x, y, slot.right()), &label, line, ink);
        }
    }
    let line = u16::try_from(if below { count } else { count.saturating_sub(1) }).unwrap_or(0);
    if !note.text().is_empty()
        && let Some(y) = slot.row(line)
    {
        let sign = canvas.symbols.ellipsis();
        let note = note.fitted(room, sign);
        let at = slot.right().saturating_sub(u16::try_from(note.width()).unwrap_or(0));
        let note_ink = if ink == Ink::Strong { Ink::Own } else { ink };
        canvas.flat((at, y, slot.right()), &note, 0..note.text().len(), note_ink);
    }
    true
}

pub(super) fn draw(canvas: &mut Canvas<'_>, parts: &Parts<'_>, ink: Ink, slot: Slot) {
    if draw_wrapped(canvas, parts, ink, slot) {
        return;
    }
    let Some(y) = slot.row(0) else { return };
    let mut x = slot.text_x(parts.indent);
    if parts.mark != Mark::None {
        let style = mark_style(canvas, parts, ink);
        canvas.mark(x, y, parts.mark, style);
        x += 2;
    }
    let room = usize::from(slot.right().saturating_sub(x));
    let sign = canvas.symbols.ellipsis();
    let (label, note) = fit(&Flat::new(parts.label), &Flat::new(parts.note), room, sign);
    canvas.flat((x, y, slot.right()), &label, 0..label.text().len(), ink);
    if let Some(note) = note {
        let at = slot.right().saturating_sub(u16::try_from(note.width()).unwrap_or(0));
        // Notes keep their weight on the selected row: only the label stands out.
        let note_ink = if ink == Ink::Strong { Ink::Own } else { ink };
        canvas.flat((at, y, slot.right()), &note, 0..note.text().len(), note_ink);
    }
}

/// An open mark is coloured as a warning when the row's note says so, and as the one gold
/// thing on the marked option of the focused pane.
fn mark_style(canvas: &Canvas<'_>, parts: &Parts<'_>, ink: Ink) -> ratatui::style::Style {
    let warns = parts.note.iter().any(|span| span.role == Role::Warn);
    let own = match parts.mark {
        Mark::Open if warns => canvas.theme.ink(Tone::Warn),
        Mark::Dot if ink == Ink::Strong => canvas.theme.ink(Tone::Spot),
        mark => canvas.mark_ink(mark),
    };
    ink.or(own)
}

/// Label and note as they fit into `room` cells.
fn fit(label: &Flat, note: &Flat, room: usize, sign: &str) -> (Flat, Option<Flat>) {
    let fits = |note: &Flat| label.width() + GAP + note.width() <= room;
    if note.text().is_empty() {
        return (label.fitted(room, sign), None);
    }
    if fits(note) {
        return (label.clone(), Some(note.clone()));
    }
    let first = note.first_word();
    if fits(&first) {
        return (label.clone(), Some(first));
    }
    // In a table a short note is a column of its own, which every row keeps.
    if is_table(label) && note.width() <= SHORT_NOTE && room >= 4 * SHORT_NOTE {
        return (label.fitted(room - GAP - note.width(), sign), Some(note.clone()));
    }
    (label.fitted(room, sign), None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::view::{muted, plain};
    use pretty_assertions::assert_eq;

    fn check(label: &str, note: &str, room: usize, expected: (&str, Option<&str>)) {
        let (label, note) = fit(&Flat::new(&[plain(label)]), &Flat::new(&[muted(note)]), room, "…");
        assert_eq!((label.text(), note.as_ref().map(Flat::text)), expected, "in {room} cells");
    }

    #[test]
    fn the_note_gives_way_before_the_label() {
        check("ruff check .", "exit 0 0.3 s", 26, ("ruff check .", Some("exit 0 0.3 s")));
        check("ruff check .", "exit 0 0.3 s", 25, ("ruff check .", Some("exit")));
        check("ruff check .", "exit 0 0.3 s", 17, ("ruff check .", None));
        check("ruff check .", "exit 0 0.3 s", 8, ("ruff ch…", None));
    }

    #[test]
    fn a_row_of_a_table_keeps_its_last_column() {
        let label = "error  app/api/orders.py:41  a query in a handler";
        check(label, "by\u{a0}hand", 40, ("error  app/api/orders.py:41  a…", Some("by\u{a0}hand")));
        check(label, "by\u{a0}hand", 30, ("error  app/api/orders.py:41…", None));
    }

    #[test]
    fn a_path_without_room_gives_up_its_middle() {
        check("app/core/api/orders.py:41", "2 findings", 20, ("app/…/orders.py:41", None));
    }
}
