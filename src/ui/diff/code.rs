//! One line of code in a diff: number, sign, text, background, wrapping.

use crate::{
    domain::diff::{DiffRow, Sign},
    engine::view::{HunkView, pane::DiffPiece},
    ui::{
        canvas::Canvas,
        code::{Blanks, Glyphs, Look, Paint},
        rows::Slot,
        theme::Tone,
    },
};
use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};

/// Continuations are indented so far.
const WRAP_INDENT: u16 = 8;

/// Where the parts of a line stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    number_x: u16,
    digits: u16,
    /// One past the last cell of code.
    right: u16,
    /// One past the last cell of the line's background.
    edge: u16,
}

impl Column {
    /// One column: marker, number, blank, sign, blank, code.
    pub(super) fn unified(area: Rect, hunk: &HunkView) -> Self {
        Self {
            number_x: area.x + 1,
            digits: digits(hunk),
            right: area.right().saturating_sub(1),
            edge: area.right(),
        }
    }

    /// Two columns with a divider between them.
    pub(super) fn sides(area: Rect, hunk: &HunkView) -> [Self; 2] {
        let digits = digits(hunk);
        let code = area.width.saturating_sub(10 + 2 * digits) / 2;
        let number_x = area.x + 1;
        let right = number_x + digits + 3 + code;
        let divider = right + 1;
        [
            Self { number_x, digits, right, edge: divider },
            Self { number_x: divider + 1, digits, right: area.right().saturating_sub(1), edge: area.right() },
        ]
    }

    /// The divider before the second column.
    pub(super) fn divider(&self) -> u16 {
        self.number_x.saturating_sub(1)
    }

    pub(super) fn sign_x(&self) -> u16 {
        self.number_x + self.digits + 1
    }

    fn code_x(&self) -> u16 {
        self.sign_x() + 2
    }

    fn room(&self) -> usize {
        usize::from(self.right.saturating_sub(self.code_x()))
    }

    /// Lines that a piece takes.
    pub(super) fn height(&self, piece: &DiffPiece) -> u16 {
        let DiffPiece::Line { row, .. } = piece else { return 1 };
        // Bytes are never fewer than cells, except for tabs and visible escapes.
        if row.text.len() <= self.room() && row.text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
            return 1;
        }
        let lines = self.wrap(&glyphs(row, false)).len();
        u16::try_from(lines).unwrap_or(u16::MAX)
    }

    fn wrap(&self, glyphs: &Glyphs<'_>) -> Vec<std::ops::Range<usize>> {
        let room = self.room();
        glyphs.wrap(room, room.saturating_sub(usize::from(WRAP_INDENT)))
    }
}

/// Digits of the number column: four, more where a hunk needs them.
fn digits(hunk: &HunkView) -> u16 {
    let number = |piece: Option<&DiffPiece>| match piece {
        Some(DiffPiece::Line { number, .. }) => *number,
        Some(DiffPiece::Fold { .. }) | None => 0,
    };
    let length = u32::try_from(hunk.rows.len()).unwrap_or(u32::MAX);
    let highest = number(hunk.rows.first()).max(number(hunk.rows.last())).max(hunk.line);
    // Numbers rise by one a row at most, so this bounds both sides without reading them.
    let bound = highest.saturating_add(length);
    if bound < 10_000 { 4 } else { u16::try_from(bound.ilog10() + 1).unwrap_or(10) }
}

fn glyphs(row: &DiffRow, is_blank_change: bool) -> Glyphs<'_> {
    let blanks = match row.sign {
        Sign::Same => Blanks::Plain,
        Sign::Added | Sign::Removed if is_blank_change => Blanks::Shown,
        Sign::Added | Sign::Removed => Blanks::Trailing,
    };
    Glyphs::new(&row.text, &row.emphasis, blanks)
}

/// Whether a changed row has a partner on the other side that differs in blanks alone.
pub(super) fn is_blank_change(hunk: &HunkView, at: usize) -> bool {
    /// Longer runs are new text, not moved blanks.
    const LOOK_AT: usize = 64;
    let line = |at: usize| match hunk.rows.get(at) {
        Some(DiffPiece::Line { row, .. }) if row.sign != Sign::Same => Some(row),
        _ => None,
    };
    let Some(row) = line(at) else { return false };
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    let own = letters(&row.text);
    let above = (0..at).rev().map(line).take_while(Option::is_some).take(LOOK_AT);
    let below = (at + 1..hunk.rows.len()).map(line).take_while(Option::is_some).take(LOOK_AT);
    !own.is_empty()
        && above
            .chain(below)
            .flatten()
            .any(|other| other.sign != row.sign && other.text != row.text && letters(&other.text) == own)
}

/// What is drawn.
pub(super) struct Ask<'a> {
    pub(super) number: u32,
    pub(super) line: &'a DiffRow,
    pub(super) paints: &'a [Paint],
    pub(super) is_marked: bool,
    /// Nothing but blanks differs from the other side.
    pub(super) is_blank_change: bool,
}

struct Tones {
    /// Of sign and number; muted for context.
    sign: Tone,
    ground: Option<Tone>,
    emphasis: Tone,
}

fn tones(sign: Sign) -> Tones {
    match sign {
        Sign::Same => Tones { sign: Tone::Muted, ground: None, emphasis: Tone::Select },
        Sign::Added => Tones { sign: Tone::Add, ground: Some(Tone::AddBg), emphasis: Tone::AddEm },
        Sign::Removed => Tones { sign: Tone::Del, ground: Some(Tone::DelBg), emphasis: Tone::DelEm },
    }
}

pub(super) fn draw(canvas: &mut Canvas<'_>, column: &Column, ask: &Ask<'_>, slot: Slot) {
    let row = ask.line;
    let tones = tones(row.sign);
    let glyphs = glyphs(row, ask.is_blank_change);
    let wrapped = column.wrap(&glyphs);
    let style = canvas.theme.ink(tones.sign);
    let style = if ask.is_marked { style.add_modifier(Modifier::BOLD) } else { style };
    let last = wrapped.len().saturating_sub(1);
    background(canvas, column, &tones, ask.is_marked, slot);
    for (at, run) in wrapped.into_iter().enumerate() {
        let Some(y) = u16::try_from(at).ok().and_then(|at| slot.row(at)) else { continue };
        let mut x = column.code_x();
        if at == 0 {
            let number = ask.number.to_string();
            canvas.put_right(column.number_x, y, column.number_x + column.digits, &number, style);
            let sign = match row.sign {
                Sign::Same => " ",
                Sign::Added => "+",
                Sign::Removed => canvas.symbols.minus(),
            };
            canvas.symbol(column.sign_x(), y, sign, style);
        } else {
            let muted = canvas.theme.ink(Tone::Muted);
            let wrapped = canvas.symbols.wrapped();
            canvas.symbol(column.number_x + column.digits - 1, y, wrapped, muted);
            x += WRAP_INDENT;
        }
        let look = Look { emphasis: tones.emphasis, is_plain: false };
        let end = glyphs.draw(canvas, (x, y, column.right), run, look, ask.paints);
        if row.no_newline && at == last && row.sign != Sign::Same {
            let muted = canvas.theme.ink(Tone::Muted);
            canvas.put(end + 2, y, column.right, "no newline at the end", muted);
        }
    }
}

/// From the sign to the pane's edge; the marked line of context is painted as selected.
fn background(canvas: &mut Canvas<'_>, column: &Column, tones: &Tones, is_marked: bool, slot: Slot) {
    let ground: Style = match (tones.ground, is_marked) {
        (Some(tone), _) => canvas.theme.back(tone),
        (None, true) => canvas.theme.back(Tone::Select),
        (None, false) => return,
    };
    let x = column.sign_x();
    let area = Rect { x, width: column.edge.saturating_sub(x), ..slot.area };
    canvas.tint(area, ground);
}

/// The side on which a row has no partner.
pub(super) fn gap(canvas: &mut Canvas<'_>, column: &Column, slot: Slot) {
    if canvas.theme.is_flat() {
        let style = canvas.theme.ink(Tone::Muted);
        let dot = canvas.symbols.pick("·", ".");
        for y in slot.area.top()..slot.area.bottom() {
            canvas.symbol(column.sign_x(), y, dot, style);
        }
        return;
    }
    let x = column.sign_x();
    let ground = canvas.theme.back(Tone::Surface);
    canvas.tint(Rect { x, width: column.edge.saturating_sub(x), ..slot.area }, ground);
}
