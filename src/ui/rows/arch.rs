//! Nested arches: the map of where a hunk is, and the welcome picture.

use super::Slot;
use crate::{
    domain::layer::Layer,
    ui::{
        canvas::Canvas,
        symbols::{DOWN, LEFT, RIGHT, Stroke, UP},
        text,
        theme::Tone,
    },
};
use ratatui::style::{Modifier, Style};

/// Rows of the mini arch: four lintels and two rows of posts, standing on the pane's floor.
pub(crate) const ARCH_ROWS: u16 = 6;

/// The four layers of a request's path, outermost first.
pub(crate) const PATH: [Layer; 4] = [Layer::Router, Layer::Service, Layer::Repository, Layer::Model];

/// One arch: a lintel with a centred label on two posts.
pub(crate) struct Arch<'a> {
    pub(crate) x: u16,
    pub(crate) width: u16,
    /// First screen row of the arch, counted in lines of its picture.
    pub(crate) lintel: u16,
    pub(crate) style: Style,
    pub(crate) label: &'a [(&'a str, Style)],
}

/// Draws one arch whose posts reach down to line `floor` (exclusive) of the picture; `row`
/// says where a line of the picture is on screen, if it is.
pub(crate) fn nested(canvas: &mut Canvas<'_>, arch: &Arch<'_>, floor: u16, row: impl Fn(u16) -> Option<u16>) {
    if arch.width < 2 {
        return;
    }
    let right = arch.x + arch.width - 1;
    if let Some(y) = row(arch.lintel) {
        canvas.line(arch.x, y, DOWN | RIGHT, Stroke::Thin, arch.style);
        for column in arch.x + 1..right {
            canvas.line(column, y, LEFT | RIGHT, Stroke::Thin, arch.style);
        }
        canvas.line(right, y, DOWN | LEFT, Stroke::Thin, arch.style);
        let room = arch.width - 2;
        let label: usize = arch.label.iter().map(|(part, _)| text::width(part)).sum();
        let label = u16::try_from(label).unwrap_or(u16::MAX).saturating_add(2).min(room);
        let mut x = arch.x + 1 + (room - label) / 2;
        canvas.symbol(x, y, " ", arch.style);
        x += 1;
        for (part, style) in arch.label {
            x = canvas.put(x, y, right, part, *style);
        }
        if x < right {
            canvas.symbol(x, y, " ", arch.style);
        }
    }
    for line in arch.lintel + 1..floor {
        if let Some(y) = row(line) {
            canvas.line(arch.x, y, UP | DOWN, Stroke::Thin, arch.style);
            canvas.line(right, y, UP | DOWN, Stroke::Thin, arch.style);
        }
    }
}

/// Four arches with one layer lit.
pub(super) fn draw_mini(canvas: &mut Canvas<'_>, lit: Option<Layer>, slot: Slot) {
    let wide = slot.area.width.saturating_sub(3);
    for (depth, layer) in (0u16..).zip(PATH) {
        let Some(width) = wide.checked_sub(depth * 4).filter(|&width| width >= 6) else { return };
        let is_lit = lit == Some(layer);
        let style = if is_lit { canvas.theme.layer(layer) } else { canvas.theme.ink(Tone::Border) };
        let name = if is_lit {
            canvas.bold(Tone::Text)
        } else {
            canvas.theme.ink(Tone::Muted).remove_modifier(Modifier::BOLD)
        };
        let label = [(layer.name(), name)];
        let arch = Arch { x: slot.area.x + 2 + depth * 2, width, lintel: depth, style, label: &label };
        nested(canvas, &arch, ARCH_ROWS, |line| slot.row(line));
    }
}
