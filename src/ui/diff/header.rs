//! The first two rows of a hunk: what it is, and where it comes from.

use crate::{
    engine::view::{HunkView, Mark, Role, Span, bold, muted, plain, role},
    ui::{
        canvas::Canvas,
        flat::{Flat, Ink},
        rows::Slot,
        symbols::Symbols,
        theme::Tone,
    },
};
use ratatui::layout::Rect;

/// Narrower panes leave out sizes and the word "serves".
const FULL_COLS: u16 = 84;

/// How the hunk stands in the pane.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) is_current: bool,
    /// The marker is on the header, not on a row of code.
    pub(super) cursor_is_here: bool,
    pub(super) is_focused: bool,
}

pub(super) fn draw(canvas: &mut Canvas<'_>, hunk: &HunkView, standing: Standing, slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let area = Rect { y, height: 1, ..slot.area };
    let theme = canvas.theme;
    let is_reversed = standing.is_current && standing.is_focused && theme.is_flat();
    let ink = if is_reversed { Ink::Reversed } else { Ink::Own };
    if standing.is_current {
        let ground = if standing.is_focused { theme.selected() } else { theme.selected_aside() };
        canvas.tint(area, ground);
    }
    if standing.cursor_is_here {
        let tone = if standing.is_focused { Tone::Spot } else { Tone::Muted };
        let style = ink.tone(theme, tone);
        canvas.symbol(area.x, y, canvas.symbols.marker(), style);
    }
    let mark = match hunk.mark {
        Mark::Open => theme.ink(Tone::Warn),
        mark => canvas.mark_ink(mark),
    };
    canvas.mark(area.x + 2, y, hunk.mark, ink.or(mark));
    let (x, right) = (area.x + 4, slot.right());
    let room = usize::from(right.saturating_sub(x));
    let sign = canvas.symbols.ellipsis();
    let label = Flat::new(&label(canvas.symbols, hunk, standing.is_current));
    // The state is the last thing to be lost; the layer is named elsewhere too.
    let notes = [true, false].map(|has_layer| note(canvas.symbols, hunk, standing.is_current, has_layer));
    let [full, short] = notes.map(|line| Flat::new(&line));
    let note = if label.width() + 2 + full.width() <= room { full } else { short };
    let label = label.fitted(room.saturating_sub(note.width() + 2), sign);
    canvas.flat((x, y, right), &label, 0..label.text().len(), ink);
    let at = right.saturating_sub(u16::try_from(note.width()).unwrap_or(u16::MAX)).max(x);
    canvas.flat((at, y, right), &note, 0..note.text().len(), ink);
}

fn label(symbols: Symbols, hunk: &HunkView, is_current: bool) -> Vec<Span> {
    let place = format!("{}:{}", hunk.path, hunk.line);
    if !hunk.folded {
        return vec![bold(format!("{} ", hunk.id)), bold(place)];
    }
    let number = format!("{} ", hunk.id);
    let mut line = vec![if is_current { bold(number) } else { muted(number) }, plain(place)];
    let sizes = sizes(hunk, symbols.minus()).map(|(_, size)| size);
    for size in sizes.into_iter().filter(|size| !size.is_empty()) {
        line.push(muted(format!(" {size}")));
    }
    if !hunk.reason.is_empty() {
        let [open, close] = [symbols.pick("“", "\""), symbols.pick("”", "\"")];
        line.push(plain(format!(" {open}{}{close}", hunk.reason)));
    }
    line
}

/// `+9` and `−3`; empty where nothing was added or removed.
fn sizes(hunk: &HunkView, minus: &str) -> [(Role, String); 2] {
    let size = |sign: &str, count: u32| if count == 0 { String::new() } else { format!("{sign}{count}") };
    [(Role::Add, size("+", hunk.added)), (Role::Del, size(minus, hunk.removed))]
}

fn note(symbols: Symbols, hunk: &HunkView, is_current: bool, has_layer: bool) -> Vec<Span> {
    let mut line = Vec::new();
    if hunk.chosen {
        line.push(role(Role::Ok, format!("{} chosen  ", symbols.mark(Mark::Chosen, None))));
    }
    if hunk.stale {
        line.push(role(Role::Fail, format!("{} stale  ", symbols.mark(Mark::Failed, None))));
    }
    if has_layer && !hunk.folded {
        line.push(role(Role::Layer(hunk.layer), format!("{} ", hunk.layer)));
    }
    line.push(if is_current { bold(&hunk.state) } else { muted(&hunk.state) });
    line
}

/// `recipe endpoint   serves AC2   +9 −3   ✓ adds no violation`
pub(super) fn provenance(canvas: &mut Canvas<'_>, hunk: &HunkView, slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let is_full = slot.area.width >= FULL_COLS;
    let gap = if is_full { "   " } else { "  " };
    // Some callers name the criterion in the origin as well; it is said once.
    let origin = hunk.origin.split("serves").next().unwrap_or_default().trim_end();
    let mut line = vec![muted(origin)];
    if !hunk.serves.is_empty() {
        let word = if is_full { "serves " } else { "" };
        line.extend([muted(format!("{gap}{word}")), plain(&hunk.serves)]);
    }
    if is_full {
        let mut lead = gap;
        for (size_role, size) in sizes(hunk, canvas.symbols.minus()) {
            if !size.is_empty() {
                line.extend([muted(lead), role(size_role, size)]);
                lead = " ";
            }
        }
    }
    let (x, right) = (slot.area.x + 4, slot.right());
    let guard = guard(canvas, hunk);
    let guard = Flat::new(&guard);
    let room = usize::from(right.saturating_sub(x));
    let own = room.saturating_sub(if guard.text().is_empty() { 0 } else { guard.width() + gap.len() });
    let line = Flat::new(&line).fitted(own, canvas.symbols.ellipsis());
    let mut end = canvas.flat((x, y, right), &line, 0..line.text().len(), Ink::Own);
    if !line.text().is_empty() {
        end = end.saturating_add(u16::try_from(gap.len()).unwrap_or(0));
    }
    canvas.flat((end, y, right), &guard, 0..guard.text().len(), Ink::Own);
}

fn guard(canvas: &Canvas<'_>, hunk: &HunkView) -> Vec<Span> {
    let (mark, text) = &hunk.guard;
    if text.is_empty() {
        return Vec::new();
    }
    let (mark_role, words) = match mark {
        Mark::Done => (Role::Ok, muted(format!(" {text}"))),
        Mark::Failed => (Role::Fail, plain(format!(" {text}"))),
        Mark::None | Mark::Open | Mark::Before | Mark::NotApplicable => {
            (Role::Muted, muted(format!(" {text}")))
        }
        _ => (Role::Warn, plain(format!(" {text}"))),
    };
    vec![role(mark_role, canvas.symbols.mark(*mark, canvas.spinner)), words]
}
