//! The floor and the footer: what opens the next scene, and the keys that act now.

use crate::{
    engine::view::{Floor, KeyHint, Mark, Span},
    ui::{
        canvas::Canvas,
        flat::{Flat, Ink},
        hit::{Hit, HitMap},
        safe, text,
        theme::Tone,
    },
};
use ratatui::{layout::Rect, style::Modifier};

/// Gate sentence left, notice right.
pub(crate) fn floor(canvas: &mut Canvas<'_>, floor: &Floor, area: Rect) {
    let ground = canvas.theme.back(Tone::Surface);
    canvas.tint(area, ground);
    let (y, right) = (area.y, area.right().saturating_sub(1));
    let mut x = area.x + 1;
    if floor.typing {
        let spot = canvas.bold(Tone::Spot);
        let caret = canvas.symbols.caret();
        canvas.symbol(x, y, caret, spot);
        x = canvas.put(x + 1, y, right, "typing", spot) + 2;
    }
    if floor.mark != Mark::None {
        let ink = match floor.mark {
            Mark::Open => canvas.theme.ink(Tone::Warn),
            Mark::Dot => canvas.theme.ink(Tone::Ok),
            mark => canvas.mark_ink(mark),
        };
        canvas.mark(x, y, floor.mark, ink);
        x += 2;
    }
    let mut gate = Flat::new(&floor.gate);
    if floor.refused {
        let strong = floor.gate.iter().map(|span| Span { bold: true, ..span.clone() });
        gate = Flat::new(&strong.collect::<Vec<_>>());
    }
    let sign = canvas.symbols.ellipsis();
    let notice = Flat::new(&floor.notice);
    // The gate sentence is never cut for a notice; a refusal has the floor to itself.
    let room = usize::from(right.saturating_sub(x));
    let left = room.saturating_sub(gate.width() + 3);
    let gate = gate.fitted(room, sign);
    canvas.flat((x, y, right), &gate, 0..gate.text().len(), Ink::Own);
    if left >= 8 && !notice.text().is_empty() {
        // How to take it back is in the footer and in help; what was done is said nowhere else.
        let whole = notice.width() <= left;
        let notice = if whole { notice } else { notice.without_last_part().fitted(left, sign) };
        let at = right.saturating_sub(u16::try_from(notice.width()).unwrap_or(0));
        canvas.flat((at, y, right), &notice, 0..notice.text().len(), Ink::Own);
    }
}

/// The suggested key as a gold chip, then the others as far as they fit; pinned keys stay.
pub(crate) fn footer(
    canvas: &mut Canvas<'_>,
    keys: &[KeyHint],
    pinned: &[KeyHint],
    area: Rect,
    hits: &mut HitMap,
) {
    let is_narrow = area.width < 100;
    let gap = if is_narrow { 2 } else { 3 };
    let right = pins(canvas, pinned, area, hits);
    let y = area.y;
    let mut x = area.x;
    for (index, hint) in keys.iter().enumerate() {
        let label = if is_narrow && index > 0 { hint.short() } else { hint.label.as_str() };
        let key = &hint.key;
        let wide = width(key) + width(label) + if index == 0 { 3 } else { 1 };
        if x + wide > right && index > 0 {
            break;
        }
        let start = x;
        if index == 0 {
            let chip = canvas.theme.chip();
            let bold = canvas.bold(Tone::Text);
            x = canvas.put(x, y, right, &format!(" {key} "), chip);
            x = canvas.put(x + 1, y, right, label, bold);
        } else {
            let (accent, muted) = (canvas.bold(Tone::Accent), canvas.theme.ink(Tone::Muted));
            x = canvas.put(x, y, right, key, accent);
            x = canvas.put(x + 1, y, right, label, muted);
        }
        hits.push(
            Rect { x: start, y, width: x.saturating_sub(start), height: 1 },
            Hit::Action(hint.action.clone()),
        );
        x += gap;
    }
}

/// Draws the pinned keys at the right; returns where the room at their left ends.
fn pins(canvas: &mut Canvas<'_>, pinned: &[KeyHint], area: Rect, hits: &mut HitMap) -> u16 {
    let wide: u16 = pinned.iter().map(|hint| width(&hint.key) + width(&hint.label) + 3).sum();
    let end = area.right().saturating_sub(1);
    if pinned.is_empty() {
        return end;
    }
    // Three cells a key counts one gap too many: the last has none.
    let start = end.saturating_sub(wide.saturating_sub(2)).max(area.x);
    let mut x = start;
    for hint in pinned {
        let (accent, muted) = (canvas.bold(Tone::Accent), canvas.theme.ink(Tone::Muted));
        let from = x;
        x = canvas.put(x, area.y, end, &hint.key, accent);
        x = canvas.put(x + 1, area.y, end, &hint.label, muted);
        hits.push(
            Rect { x: from, y: area.y, width: x.saturating_sub(from), height: 1 },
            Hit::Action(hint.action.clone()),
        );
        x += 2;
    }
    start.saturating_sub(2)
}

fn width(text: &str) -> u16 {
    u16::try_from(text::width(&safe::clean(text))).unwrap_or(u16::MAX / 4)
}

/// The footer of a popup: the first key gold, the others after it.
pub(crate) fn popup_footer(canvas: &mut Canvas<'_>, keys: &[(String, String)], area: Rect) {
    let right = area.right();
    let mut x = area.x;
    for (index, (key, label)) in keys.iter().enumerate() {
        if x + width(key) + width(label) > right {
            break;
        }
        if index == 0 {
            let chip = canvas.theme.chip();
            let bold = canvas.theme.ink(Tone::Text).add_modifier(Modifier::BOLD);
            x = canvas.put(x, area.y, right, &format!(" {key} "), chip);
            x = canvas.put(x + 1, area.y, right, label, bold) + 3;
        } else {
            let (accent, muted) = (canvas.bold(Tone::Accent), canvas.theme.ink(Tone::Muted));
            x = canvas.put(x, area.y, right, key, accent);
            x = canvas.put(x + 1, area.y, right, label, muted) + 3;
        }
    }
}
