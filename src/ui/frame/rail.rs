//! The rail of scenes: which are done, which one is on stage, whether its gate is open.

use crate::{
    engine::view::{Mark, RailEntry, RailLine},
    ui::{
        canvas::Canvas,
        hit::{Hit, HitMap},
        theme::Tone,
    },
};
use ratatui::{layout::Rect, style::Style};

const LINE_COLS: u16 = 5;

/// The full rail: `✓ 1 PREPARE ━━━━━ [2 ACQUIRE] ╌╌╌╌╌ 3 ACT`.
pub(crate) fn rail(canvas: &mut Canvas<'_>, entries: &[RailEntry], area: Rect, hits: &mut HitMap) {
    let (y, right) = (area.y, area.right());
    let mut x = area.x + 1;
    for (index, entry) in entries.iter().enumerate() {
        let start = x;
        x = if entry.current { chip(canvas, entry, x, y, right) } else { name(canvas, entry, x, y, right) };
        hits.push(Rect { x: start, y, width: x - start, height: 1 }, Hit::Scene(entry.scene));
        if index + 1 == entries.len() {
            break;
        }
        let (symbol, style) = line(canvas, entry.line);
        canvas.run(x + 1..(x + 1 + LINE_COLS).min(right), y, symbol, style);
        x += LINE_COLS + 2;
    }
}

fn chip(canvas: &mut Canvas<'_>, entry: &RailEntry, x: u16, y: u16, right: u16) -> u16 {
    let style = canvas.theme.focus_chip();
    let progress = if entry.progress.is_empty() { String::new() } else { format!(" {}", entry.progress) };
    let words = format!(" {} {}{progress} ", entry.scene.number(), entry.scene.name());
    canvas.put(x, y, right, &words, style)
}

fn name(canvas: &mut Canvas<'_>, entry: &RailEntry, x: u16, y: u16, right: u16) -> u16 {
    let muted = canvas.theme.ink(Tone::Muted);
    let mut x = x;
    if entry.mark != Mark::None {
        let ink = mark_ink(canvas, entry.mark);
        canvas.mark(x, y, entry.mark, ink);
        x += 2;
    }
    x = canvas.put(x, y, right, &format!("{} ", entry.scene.number()), muted);
    let style = if entry.mark == Mark::None { muted } else { canvas.theme.ink(Tone::Text) };
    canvas.put(x, y, right, entry.scene.name(), style)
}

/// A stale scene (`○`) asks for attention.
fn mark_ink(canvas: &Canvas<'_>, mark: Mark) -> Style {
    if mark == Mark::Open { canvas.theme.ink(Tone::Warn) } else { canvas.mark_ink(mark) }
}

fn line(canvas: &Canvas<'_>, line: RailLine) -> (&'static str, Style) {
    match line {
        RailLine::Open => (canvas.symbols.heavy(), canvas.theme.ink(Tone::Ok)),
        RailLine::Shut => (canvas.symbols.dashed(), canvas.theme.ink(Tone::Border)),
        RailLine::Later => (canvas.symbols.pick("─", "-"), canvas.theme.ink(Tone::Border)),
    }
}

/// The compact rail: `∩ ✓1 ✓2 [3 ACT]  4  5`; returns where it ended.
pub(crate) fn compact_rail(
    canvas: &mut Canvas<'_>,
    entries: &[RailEntry],
    area: Rect,
    hits: &mut HitMap,
) -> u16 {
    let (y, right) = (area.y, area.right());
    let spot = canvas.bold(Tone::Spot);
    let muted = canvas.theme.ink(Tone::Muted);
    let arch = canvas.symbols.pick("∩", "n");
    canvas.symbol(area.x + 1, y, arch, spot);
    let mut x = area.x + 3;
    for entry in entries {
        let start = x;
        if entry.current {
            let style = canvas.theme.focus_chip();
            let words = format!(" {} {} ", entry.scene.number(), entry.scene.name());
            x = canvas.put(x, y, right, &words, style);
        } else {
            let ink = mark_ink(canvas, entry.mark);
            canvas.mark(x, y, entry.mark, ink);
            let style = if entry.mark == Mark::None { muted } else { canvas.theme.ink(Tone::Text) };
            x = canvas.put(x + 1, y, right, &entry.scene.number().to_string(), style);
        }
        hits.push(Rect { x: start, y, width: x - start, height: 1 }, Hit::Scene(entry.scene));
        x += 1;
    }
    x + 1
}
