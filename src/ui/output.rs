//! Live output of a command: follows its end until the user scrolls up.

use super::{
    canvas::Canvas,
    flat::{Flat, Ink},
    scroll::Thumb,
    theme::Tone,
};
use crate::engine::view::{Line, OutputView};
use ratatui::layout::Rect;

/// Draws title and lines; returns where the thumb stands, counted from the first line's row.
pub(crate) fn draw(canvas: &mut Canvas<'_>, view: &OutputView, area: Rect) -> Thumb {
    let (x, right) = (area.x + 2, area.right().saturating_sub(1));
    if area.height < 2 || right <= x {
        return None;
    }
    let muted = canvas.theme.ink(Tone::Muted);
    let end = canvas.put(x, area.y, right, &view.title, muted);
    let state = if view.top.is_none() { "following" } else { "paused, G follows" };
    if usize::from(right.saturating_sub(end)) >= state.len() + 2 && !view.title.is_empty() {
        canvas.put_right(end + 2, area.y, right, state, muted);
    }
    let mut body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    let shown = usize::from(body.height);
    let last = view.len.saturating_sub(shown);
    let top = view.top.unwrap_or(last).min(last);
    if view.dropped > 0 && top == 0 && body.height > 1 {
        let note = format!("{} earlier lines are in the log", view.dropped);
        canvas.put(x, body.y, right, &note, muted);
        body = Rect { y: body.y + 1, height: body.height - 1, ..body };
    }
    for (y, (index, line)) in (body.top()..body.bottom()).zip(window(view, top)) {
        let mut ink = Ink::Own;
        if view.marked == Some(index) {
            let area = Rect { x: area.x, y, width: area.width, height: 1 };
            canvas.tint(area, canvas.theme.selected());
            ink = if canvas.theme.is_flat() { Ink::Reversed } else { Ink::Strong };
        }
        let flat = Flat::new(line);
        let room = usize::from(right - x);
        if flat.width() <= room {
            canvas.flat((x, y, right), &flat, 0..flat.text().len(), ink);
        } else {
            let end = canvas.flat((x, y, right - 1), &flat, 0..flat.text().len(), ink);
            let style = ink.tone(canvas.theme, Tone::Warn);
            canvas.symbol(end.min(right - 1), y, canvas.symbols.cut(), style);
        }
    }
    thumb(view.len, top, shown)
}

/// The lines from the one with index `top`, each with its index.
fn window(view: &OutputView, top: usize) -> impl Iterator<Item = (usize, &Line)> {
    view.lines
        .iter()
        .enumerate()
        .skip(top.saturating_sub(view.first))
        .map(|(at, line)| (view.first + at, line))
}

fn thumb(len: usize, top: usize, shown: usize) -> Thumb {
    if len <= shown || shown == 0 {
        return None;
    }
    let size = (shown * shown / len).clamp(1, shown.saturating_sub(1).max(1));
    let at = top * (shown - size) / (len - shown);
    Some((u16::try_from(at).ok()?, u16::try_from(size).ok()?))
}
