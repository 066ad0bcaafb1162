//! Arches around the panes: shared borders, names, counts, tabs.
//!
//! Every border cell knows in which directions it continues; neighbouring panes join with
//! `┬ ┴ ├ ┤` without a special case. The focused pane's cells are drawn last, in accent.

use crate::{
    engine::view::{Pane, ScreenView},
    ui::{
        arrangement::{Arrangement, Placed},
        canvas::Canvas,
        hit::{Hit, HitMap},
        safe,
        symbols::{DOWN, LEFT, RIGHT, Stroke, UP},
        text,
        theme::Tone,
    },
};
use ratatui::{
    layout::Rect,
    style::{Modifier, Style},
};

/// The directions of all border cells of one frame; kept between frames for its memory.
#[derive(Debug, Default)]
pub(crate) struct Lintels {
    bits: Vec<u8>,
    size: (u16, u16),
}

impl Lintels {
    fn reset(&mut self, area: Rect) {
        self.size = (area.width, area.height);
        self.bits.clear();
        self.bits.resize(usize::from(area.width) * usize::from(area.height), 0);
    }

    fn slot(&mut self, x: u16, y: u16) -> Option<&mut u8> {
        let (width, _) = self.size;
        if x >= width {
            return None;
        }
        self.bits.get_mut(usize::from(y) * usize::from(width) + usize::from(x))
    }

    fn join(&mut self, x: u16, y: u16, bits: u8) {
        if let Some(slot) = self.slot(x, y) {
            *slot |= bits;
        }
    }

    fn get(&self, x: u16, y: u16) -> u8 {
        let (width, _) = self.size;
        self.bits.get(usize::from(y) * usize::from(width) + usize::from(x)).copied().unwrap_or(0)
    }

    /// Adds one arch: lintel, posts, and the feet that stand on the lintel below.
    fn arch(&mut self, outer: Rect, floor: u16) {
        if outer.width < 2 || outer.height < 1 {
            return;
        }
        let (left, right) = (outer.left(), outer.right() - 1);
        for x in left..=right {
            let bits = if x > left { LEFT } else { 0 } | if x < right { RIGHT } else { 0 };
            self.join(x, outer.y, bits);
        }
        for x in [left, right] {
            self.join(x, outer.y, DOWN);
            for y in outer.y + 1..outer.bottom() {
                self.join(x, y, UP | DOWN);
            }
            if outer.bottom() < floor {
                self.join(x, outer.bottom(), UP);
            }
        }
    }
}

/// Draws all borders, names and counts.
pub(crate) fn lintels(
    canvas: &mut Canvas<'_>,
    view: &ScreenView,
    arrangement: &Arrangement,
    memory: &mut Lintels,
    area: Rect,
) {
    memory.reset(area);
    let end = arrangement.floor - arrangement.learn_rows;
    for placed in &arrangement.panes {
        memory.arch(placed.outer, end);
    }
    let border = canvas.theme.ink(Tone::Border);
    for placed in &arrangement.panes {
        cells(canvas, memory, placed.outer, end, border);
    }
    let accent = canvas.theme.ink(Tone::Accent);
    if let Some(focused) = arrangement.placed(view.focus) {
        cells(canvas, memory, focused.outer, end, accent);
    }
    if arrangement.tabs {
        return;
    }
    for (placed, pane) in
        arrangement.panes.iter().filter_map(|placed| Some((placed, pane_of(view, placed.pane)?)))
    {
        let is_focused = placed.pane == view.focus;
        let right = count(canvas, &pane.count, placed.outer);
        name(canvas, placed, &pane.subtitle, is_focused, right);
    }
}

fn pane_of(view: &ScreenView, pane: Pane) -> Option<&crate::engine::view::PaneView> {
    let at = Pane::ALL.iter().position(|other| *other == pane)?;
    view.panes.get(at)
}

fn cells(canvas: &mut Canvas<'_>, memory: &Lintels, outer: Rect, end: u16, style: Style) {
    if outer.width < 2 {
        return;
    }
    let (left, right) = (outer.left(), outer.right() - 1);
    for x in left..=right {
        canvas.line(x, outer.y, memory.get(x, outer.y), Stroke::Thin, style);
    }
    for x in [left, right] {
        for y in outer.y + 1..=outer.bottom().min(end.saturating_sub(1)) {
            canvas.line(x, y, memory.get(x, y), Stroke::Thin, style);
        }
    }
}

/// The count at the right end of a lintel; returns where the room at its left ends.
fn count(canvas: &mut Canvas<'_>, count: &str, outer: Rect) -> u16 {
    let right = outer.right().saturating_sub(2);
    if count.is_empty() {
        return right;
    }
    let wide = u16::try_from(text::width(&safe::clean(count))).unwrap_or(u16::MAX);
    let x = right.saturating_sub(wide.saturating_add(2));
    // A lintel too short for both keeps the name.
    if x < outer.x + 18 {
        return right;
    }
    let muted = canvas.theme.ink(Tone::Muted);
    canvas.put(x, outer.y, right, &format!(" {count} "), muted);
    x.saturating_sub(1)
}

fn name(canvas: &mut Canvas<'_>, placed: &Placed, subtitle: &str, is_focused: bool, right: u16) {
    let Rect { x, y, .. } = placed.outer;
    let words = format!(" {} ", placed.pane.name());
    let style = if is_focused {
        canvas.theme.focus_chip()
    } else {
        canvas.theme.ink(Tone::Text).add_modifier(Modifier::BOLD)
    };
    let mut end = canvas.put(x + 2, y, right, &words, style);
    if subtitle.is_empty() || end + 4 > right {
        return;
    }
    let muted = canvas.theme.ink(Tone::Muted);
    if is_focused {
        end = canvas.put(end, y, right, " ", muted);
    }
    let room = usize::from(right.saturating_sub(end + 1));
    let words = text::cut(&safe::clean(subtitle), room, canvas.symbols.ellipsis());
    end = canvas.put_clean(end, y, right, &words, muted);
    canvas.put(end, y, right, " ", muted);
}

/// The four names as tabs on the lintel of the one pane.
pub(crate) fn tabs(canvas: &mut Canvas<'_>, view: &ScreenView, placed: &Placed, hits: &mut HitMap) {
    let Rect { y, .. } = placed.outer;
    let right = placed.outer.right().saturating_sub(2);
    let mut x = placed.outer.x + 2;
    for (pane, content) in Pane::ALL.into_iter().zip(&view.panes) {
        let tab = if content.tab.is_empty() { String::new() } else { format!(" {}", content.tab) };
        let start = x;
        if pane == view.focus {
            let chip = canvas.theme.focus_chip();
            x = canvas.put(x, y, right, &format!(" {}{tab} ", pane.name()), chip);
        } else {
            let (text_style, muted) = (canvas.theme.ink(Tone::Text), canvas.theme.ink(Tone::Muted));
            x = canvas.put(x, y, right, &format!(" {}", pane.name()), text_style);
            x = canvas.put(x, y, right, &format!("{tab} "), muted);
        }
        hits.push(Rect { x: start, y, width: x - start, height: 1 }, Hit::Tab(pane));
        x += 1;
    }
}
