//! The endpoint flow: one arch-box per layer, stems between them, holes dashed.

use super::{Marked, Rules, Slot};
use crate::{
    domain::layer::Layer,
    engine::view::{Line, Row},
    ui::{
        canvas::Canvas,
        flat::{Flat, Ink},
        symbols::{DOWN, LEFT, RIGHT, Stroke, UP},
        theme::Tone,
    },
};
use ratatui::{layout::Rect, style::Style};

const MAX_WIDTH: u16 = 56;

pub(super) struct BoxParts<'a> {
    pub(super) layer: Layer,
    pub(super) name: &'a str,
    /// Symbol left, file and line right.
    pub(super) lines: &'a [(Line, Line)],
    pub(super) foot: &'a Line,
    pub(super) is_hole: bool,
}

/// What the box takes from around it.
pub(super) struct Around<'a> {
    pub(super) marked: Marked,
    /// The call on the stem below, and whether that stem is broken.
    pub(super) stem: Option<(&'a str, bool)>,
}

/// The stem that a row is.
pub(super) fn stem_of(row: Option<&Row>) -> Option<(&str, bool)> {
    match row {
        Some(Row::Stem { call, broken }) => Some((call, *broken)),
        _ => None,
    }
}

pub(super) fn box_height(lines: usize, rules: Rules) -> u16 {
    u16::try_from(lines).unwrap_or(u16::MAX - 3).saturating_add(2 + u16::from(rules.is_tall))
}

pub(super) fn stem_height(rules: Rules) -> u16 {
    u16::from(!rules.is_low)
}

/// Left edge and width of the boxes in a pane.
fn columns(slot: Slot, rules: Rules) -> (u16, u16) {
    (slot.area.x + 2, rules.width.saturating_sub(4).min(MAX_WIDTH))
}

pub(super) fn draw_box(
    canvas: &mut Canvas<'_>,
    parts: &BoxParts<'_>,
    around: Around<'_>,
    slot: Slot,
    rules: Rules,
) {
    let (x, wide) = columns(slot, rules);
    if wide < 8 {
        return;
    }
    let right = (x + wide - 1).min(slot.right());
    let (style, stroke) = if parts.is_hole {
        (canvas.theme.ink(Tone::Warn), Stroke::Dashed)
    } else {
        (box_style(canvas, parts), Stroke::Thin)
    };
    let last = box_height(parts.lines.len(), rules) - 1;
    for line in 1..last {
        let Some(y) = slot.row(line) else { continue };
        let ink = tint(canvas, around.marked, Rect::new(x + 1, y, right.saturating_sub(x + 1), 1));
        canvas.line(x, y, UP | DOWN, stroke, style);
        canvas.line(right, y, UP | DOWN, stroke, style);
        if let Some((left, place)) = parts.lines.get(usize::from(line) - 1) {
            content(canvas, (x, y, right), parts.is_hole && line == 1, (left, place), ink);
        }
    }
    if let Some(y) = slot.row(0) {
        canvas.line(x, y, DOWN | RIGHT, stroke, style);
        canvas.line(x + 1, y, LEFT | RIGHT, stroke, style);
        let bold = canvas.bold(Tone::Text);
        let end = canvas.put(x + 3, y, right.saturating_sub(1), parts.name, bold);
        for column in end + 1..right {
            canvas.line(column, y, LEFT | RIGHT, stroke, style);
        }
        canvas.line(right, y, DOWN | LEFT, stroke, style);
        if around.marked != Marked::No {
            let tone = if around.marked == Marked::Focused { Tone::Spot } else { Tone::Muted };
            canvas.symbol(slot.area.x, y, canvas.symbols.marker(), canvas.theme.ink(tone));
        }
    }
    if let Some(y) = slot.row(last) {
        bottom(canvas, parts, around.stem, (x, y, right, stroke, style), rules);
    }
}

/// The hue of the layer; tables and other parts beside the path are drawn as borders.
fn box_style(canvas: &Canvas<'_>, parts: &BoxParts<'_>) -> Style {
    let is_on_path = parts.layer.depth().is_some() && parts.name == parts.layer.name();
    if is_on_path { canvas.theme.layer(parts.layer) } else { canvas.theme.ink(Tone::Muted) }
}

fn tint(canvas: &mut Canvas<'_>, marked: Marked, area: Rect) -> Ink {
    match marked {
        Marked::No => Ink::Own,
        Marked::Aside => {
            canvas.tint(area, canvas.theme.selected_aside());
            Ink::Own
        }
        Marked::Focused => {
            canvas.tint(area, canvas.theme.selected());
            if canvas.theme.is_flat() { Ink::Reversed } else { Ink::Strong }
        }
    }
}

fn content(
    canvas: &mut Canvas<'_>,
    (x, y, right): (u16, u16, u16),
    is_hole: bool,
    (left, place): (&Line, &Line),
    ink: Ink,
) {
    let sign = canvas.symbols.ellipsis();
    let mut from = x + 2;
    if is_hole {
        let style = ink.tone(canvas.theme, Tone::Warn);
        canvas.symbol(from, y, canvas.symbols.pick("▲", "^"), style);
        from += 2;
    }
    let room = usize::from(right.saturating_sub(from + 1));
    let (left, mut place) = (Flat::new(left), Flat::new(place));
    if left.width() + 2 + place.width() > room {
        // The symbol is named elsewhere; the place is what one goes to.
        place = place.fitted(room.saturating_sub(left.width() + 2).max(room / 2), sign);
    }
    let gap = if place.text().is_empty() { 0 } else { place.width() + 2 };
    let left = left.fitted(room.saturating_sub(gap), sign);
    canvas.flat((from, y, right), &left, 0..left.text().len(), ink);
    let at = right.saturating_sub(1 + u16::try_from(place.width()).unwrap_or(0));
    canvas.flat((at, y, right), &place, 0..place.text().len(), ink);
}

type Edge = (u16, u16, u16, Stroke, Style);

fn bottom(
    canvas: &mut Canvas<'_>,
    parts: &BoxParts<'_>,
    stem: Option<(&str, bool)>,
    (x, y, right, stroke, style): Edge,
    rules: Rules,
) {
    canvas.line(x, y, UP | RIGHT, stroke, style);
    for column in x + 1..right {
        canvas.line(column, y, LEFT | RIGHT, stroke, style);
    }
    canvas.line(right, y, UP | LEFT, stroke, style);
    let foot = Flat::new(parts.foot);
    let middle = x + (right - x).div_ceil(2);
    let mut foot_x = right;
    if !foot.text().is_empty() {
        let wide = u16::try_from(foot.width()).unwrap_or(u16::MAX);
        foot_x = right.saturating_sub(wide.saturating_add(1)).max(x + 3);
        canvas.symbol(foot_x - 1, y, " ", style);
        let end = canvas.flat((foot_x, y, right), &foot, 0..foot.text().len(), Ink::Own);
        canvas.symbol(end.min(right - 1), y, " ", style);
        foot_x -= 1;
    }
    let Some((call, _)) = stem else { return };
    if middle < foot_x {
        canvas.line(middle, y, DOWN | LEFT | RIGHT, stroke, style);
    }
    // A low pane has no row for the stem: its call stands in the left half.
    if rules.is_low && !call.is_empty() {
        let muted = canvas.theme.ink(Tone::Muted);
        canvas.symbol(x + 2, y, " ", style);
        let end = canvas.put(x + 3, y, middle.saturating_sub(2), call, muted);
        canvas.symbol(end, y, " ", style);
    }
}

pub(super) fn draw_stem(canvas: &mut Canvas<'_>, call: &str, is_broken: bool, slot: Slot, rules: Rules) {
    if rules.is_low {
        return;
    }
    let (x, wide) = columns(slot, rules);
    if wide < 8 {
        return;
    }
    let right = (x + wide - 1).min(slot.right());
    let middle = x + (right - x).div_ceil(2);
    let Some(y) = slot.row(0) else { return };
    let (tone, stroke) = if is_broken { (Tone::Warn, Stroke::Dashed) } else { (Tone::Border, Stroke::Thin) };
    let style = canvas.theme.ink(tone);
    canvas.line(middle, y, UP | DOWN, stroke, style);
    let muted = canvas.theme.ink(Tone::Muted);
    canvas.put(middle + 2, y, slot.right(), call, muted);
}
