//! Draws rows: the lines of which lists, cards and reports are made.
//!
//! A row has a height at a given width and draws any stretch of its lines, so that lists
//! scroll by lines even where a row has several. Column 0 is the marker's, text begins at
//! column 2, one blank stands before the right edge.

mod arch;
mod flow;
mod item;
mod list;
mod source;

pub(crate) use arch::{ARCH_ROWS, Arch, PATH, nested};
pub(crate) use list::{ListView, draw_list};

use super::{
    canvas::Canvas,
    code::Paint,
    flat::{Flat, Ink},
    text,
    theme::Tone,
};
use crate::engine::view::{Line, Mark, Progress, Row};
use ratatui::{layout::Rect, style::Modifier};

/// Columns before the text of a row.
pub(crate) const TEXT_COL: u16 = 2;

/// What the drawing of rows depends on, besides the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rules {
    /// Width of the pane inside its borders.
    pub(crate) width: u16,
    /// Stems have no row of their own: the pane is low.
    pub(crate) is_low: bool,
    /// Flow boxes get a blank row each: the terminal is high.
    pub(crate) is_tall: bool,
}

impl Rules {
    /// Cells for text at an indent.
    fn room(self, indent: u8) -> usize {
        usize::from(self.width.saturating_sub(TEXT_COL + 1)).saturating_sub(usize::from(indent))
    }
}

/// How a row is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Marked {
    #[default]
    No,
    /// In a pane without the focus.
    Aside,
    Focused,
}

/// What the drawing of a row takes from around it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct About<'a> {
    pub(crate) marked: Marked,
    /// The row below, for a flow box and its stem.
    pub(crate) next: Option<&'a Row>,
    /// Syntax colours of a source row; empty while they are not known.
    pub(crate) paints: &'a [Paint],
}

/// Where a stretch of a row's lines is drawn: `skip` lines of it are above `area`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) area: Rect,
    pub(crate) skip: u16,
}

impl Slot {
    /// The screen row of one of the lines, when it is inside.
    pub(crate) fn row(self, line: u16) -> Option<u16> {
        let y = self.area.y + line.checked_sub(self.skip)?;
        (y < self.area.bottom()).then_some(y)
    }

    fn text_x(self, indent: u8) -> u16 {
        self.area.x + TEXT_COL + u16::from(indent)
    }

    /// One past the last column of text.
    pub(crate) fn right(self) -> u16 {
        self.area.right().saturating_sub(1)
    }
}

/// Lines that a row takes.
pub(crate) fn height(row: &Row, rules: Rules) -> u16 {
    match row {
        Row::Text { line, indent } => paragraph_height(line, rules.room(*indent)),
        Row::FlowBox { lines, .. } => flow::box_height(lines.len(), rules),
        Row::Stem { .. } => flow::stem_height(rules),
        Row::MiniArch { .. } => ARCH_ROWS,
        Row::Item { mark, label, note, indent, .. } => {
            item::height(&item::Parts { mark: *mark, label, note, indent: *indent }, rules)
        }
        Row::Blank
        | Row::Head { .. }
        | Row::Rule
        | Row::Verdict { .. }
        | Row::Source { .. }
        | Row::Bar { .. } => 1,
    }
}

fn paragraph_height(line: &Line, room: usize) -> u16 {
    // Bytes are never fewer than cells, so a short text needs no measuring.
    if line.iter().map(|span| span.text.len()).sum::<usize>() <= room.max(1)
        && !line.iter().any(|span| span.text.contains(['\n', '\t']))
    {
        return 1;
    }
    u16::try_from(text::wrap(Flat::new(line).text(), room).len()).unwrap_or(u16::MAX)
}

/// Draws the lines of `row` that fall into `slot`.
pub(crate) fn draw(canvas: &mut Canvas<'_>, row: &Row, about: About<'_>, slot: Slot, rules: Rules) {
    let About { marked, next, paints } = about;
    let ink = match row {
        // A box marks itself inside its posts.
        Row::FlowBox { .. } => Ink::Own,
        _ => select(canvas, marked, slot, height(row, rules)),
    };
    match row {
        Row::Blank => {}
        Row::Head { text, note } => head(canvas, text, note, slot),
        Row::Item { mark, label, note, indent, .. } => {
            item::draw(canvas, &item::Parts { mark: *mark, label, note, indent: *indent }, ink, slot);
        }
        Row::Text { line, indent } => paragraph(canvas, line, *indent, slot, rules, ink),
        Row::Rule => {
            if let Some(y) = slot.row(0) {
                let style = canvas.theme.ink(Tone::Border);
                let symbol = canvas.symbols.pick("─", "-");
                canvas.run(slot.area.x + 1..slot.right(), y, symbol, style);
            }
        }
        Row::Verdict { mark, text } => verdict(canvas, *mark, text, slot),
        Row::Source { number, text, marked: here, emphasis, .. } => {
            let line = source::Excerpt { number: *number, text, is_marked: *here, emphasis };
            source::draw(canvas, &line, paints, slot);
        }
        Row::FlowBox { layer, name, lines, foot, hole, .. } => {
            let parts = flow::BoxParts { layer: *layer, name, lines, foot, is_hole: *hole };
            flow::draw_box(canvas, &parts, flow::Around { marked, stem: flow::stem_of(next) }, slot, rules);
        }
        Row::Stem { call, broken } => flow::draw_stem(canvas, call, *broken, slot, rules),
        Row::MiniArch { lit } => arch::draw_mini(canvas, *lit, slot),
        Row::Bar { progress, indent } => bar(canvas, *progress, *indent, slot),
    }
}

/// Paints the selection and its marker; says how the text on it is inked.
fn select(canvas: &mut Canvas<'_>, marked: Marked, slot: Slot, tall: u16) -> Ink {
    let theme = canvas.theme;
    let (ground, tone, ink) = match marked {
        Marked::No => return Ink::Own,
        Marked::Aside => (theme.selected_aside(), Tone::Muted, Ink::Own),
        Marked::Focused if theme.is_flat() => (theme.selected(), Tone::Spot, Ink::Reversed),
        Marked::Focused => (theme.selected(), Tone::Spot, Ink::Strong),
    };
    for line in 0..tall {
        if let Some(y) = slot.row(line) {
            canvas.tint(Rect { y, height: 1, ..slot.area }, ground);
        }
    }
    if let Some(y) = slot.row(0) {
        let style = ink.tone(theme, tone);
        canvas.symbol(slot.area.x, y, canvas.symbols.marker(), style);
    }
    ink
}

fn head(canvas: &mut Canvas<'_>, text: &str, note: &Line, slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let style = canvas.theme.ink(Tone::Muted);
    let note = Flat::new(note);
    let wide = u16::try_from(note.width()).unwrap_or(u16::MAX);
    let end = canvas.put(slot.text_x(0), y, slot.right(), text, style);
    let note_x = slot.right().saturating_sub(wide);
    if wide > 0 && note_x >= end + 2 {
        canvas.flat((note_x, y, slot.right()), &note, 0..note.text().len(), Ink::Own);
    }
}

fn paragraph(canvas: &mut Canvas<'_>, line: &Line, indent: u8, slot: Slot, rules: Rules, ink: Ink) {
    let flat = Flat::new(line);
    for (at, range) in text::wrap(flat.text(), rules.room(indent)).into_iter().enumerate() {
        if let Some(y) = u16::try_from(at).ok().and_then(|at| slot.row(at)) {
            canvas.flat((slot.text_x(indent), y, slot.right()), &flat, range, ink);
        }
    }
}

/// `━━ ✓ Success ━━━━━━`, from the text column to the last column of text.
fn verdict(canvas: &mut Canvas<'_>, mark: Mark, text: &str, slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let ink = canvas.mark_ink(mark);
    let heavy = canvas.symbols.heavy();
    let x = slot.text_x(0);
    canvas.run(x..(x + 2).min(slot.right()), y, heavy, ink);
    canvas.mark(x + 3, y, mark, ink);
    let bold = canvas.bold(Tone::Text);
    let end = canvas.put(x + 5, y, slot.right(), text, bold);
    canvas.run(end + 1..slot.right(), y, heavy, ink);
}

/// `━━━━━━━━━╌╌╌ 36/47`, twelve cells.
fn bar(canvas: &mut Canvas<'_>, progress: Progress, indent: u8, slot: Slot) {
    const CELLS: u32 = 12;
    let Some(y) = slot.row(0) else { return };
    let x = slot.text_x(indent);
    let (done, total, text) = match progress {
        Progress::Counted { done, total } => (done, total, format!("{done}/{total}")),
        Progress::Percent(percent) => (percent, 100, format!("{percent} %")),
    };
    let full = match total {
        0 => 0,
        total => u64::from(done.min(total)) * u64::from(CELLS) / u64::from(total),
    };
    let full = x + u16::try_from(full).unwrap_or(0);
    let end = (x + u16::try_from(CELLS).unwrap_or(12)).min(slot.right());
    let (accent, rest) = (canvas.theme.ink(Tone::Accent), canvas.theme.ink(Tone::Border));
    canvas.run(x..full.min(end), y, canvas.symbols.heavy(), accent);
    canvas.run(full.min(end)..end, y, canvas.symbols.dashed(), rest);
    let style = canvas.theme.ink(Tone::Text).remove_modifier(Modifier::BOLD);
    canvas.put(end + 1, y, slot.right(), &text, style);
}
