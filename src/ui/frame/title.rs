//! The title row, and the sentence of a terminal that is too small.

use crate::{
    engine::view::{Mark, ScreenView},
    ui::{
        arrangement,
        canvas::Canvas,
        flat::{Flat, Ink},
        safe, text,
        theme::Tone,
    },
};
use ratatui::{layout::Rect, style::Modifier};

/// `∩ proscenium   orders-api · main   task` and the promise at the right.
pub(crate) fn title(canvas: &mut Canvas<'_>, view: &ScreenView, area: Rect) {
    let right = promise(canvas, view, area, &view.promise.text);
    let spot = canvas.bold(Tone::Spot);
    let bold = canvas.bold(Tone::Text);
    let muted = canvas.theme.ink(Tone::Muted);
    let sign = canvas.symbols.ellipsis();
    let arch = canvas.symbols.pick("∩", "n");
    canvas.symbol(area.x + 1, area.y, arch, spot);
    let mut x = canvas.put(area.x + 3, area.y, right, "proscenium", bold) + 3;
    let place = match view.branch.is_empty() {
        true => view.repository.clone(),
        false => format!("{} · {}", view.repository, view.branch),
    };
    // Who decides comes before what it is about: the task stands in its pane as well.
    let accent = canvas.theme.ink(Tone::Accent);
    for (part, ink) in [(&place, muted), (&view.people.text, accent), (&view.task, muted)] {
        if part.is_empty() || x >= right {
            continue;
        }
        let part = text::cut(&safe::clean(&one_line(part)), usize::from(right - x), sign);
        x = canvas.put_clean(x, area.y, right, &part, ink) + 3;
    }
}

/// The task behind the compact rail, and the short promise.
pub(crate) fn compact_title(canvas: &mut Canvas<'_>, view: &ScreenView, area: Rect, from: u16) {
    let right = promise(canvas, view, area, &view.promise.short);
    let muted = canvas.theme.ink(Tone::Muted);
    let sign = canvas.symbols.ellipsis();
    let mut from = from;
    if !view.people.text.is_empty() {
        let room = usize::from(right.saturating_sub(from));
        let fits = |text: &str| text::width(text) <= room;
        let people = if fits(&view.people.text) { &view.people.text } else { &view.people.short };
        let people = text::cut(&safe::clean(&one_line(people)), room, sign);
        let accent = canvas.theme.ink(Tone::Accent);
        from = canvas.put_clean(from, area.y, right, &people, accent) + 2;
    }
    // Less than this is no task but a riddle.
    if right < from + 12 || view.task.is_empty() {
        return;
    }
    let task = text::cut(&safe::clean(&one_line(&view.task)), usize::from(right - from), sign);
    canvas.put_clean(from, area.y, right, &task, muted);
}

fn one_line(text: &str) -> String {
    text.split(['\n', '\r']).next().unwrap_or_default().to_owned()
}

/// The promise at the right; returns where the room at its left ends.
fn promise(canvas: &mut Canvas<'_>, view: &ScreenView, area: Rect, words: &str) -> u16 {
    let right = area.right().saturating_sub(1);
    if words.is_empty() {
        return right;
    }
    let ok = match view.promise.mark {
        Mark::Open | Mark::Dot | Mark::Done => canvas.theme.ink(Tone::Ok),
        mark => canvas.mark_ink(mark),
    };
    let muted = canvas.theme.ink(Tone::Muted);
    let x = canvas.put_right(area.x + 2, area.y, right, words, muted);
    canvas.mark(x.saturating_sub(2), area.y, view.promise.mark, ok);
    x.saturating_sub(5)
}

/// One sentence, wrapped, for a terminal below the smallest size.
pub(crate) fn too_small(canvas: &mut Canvas<'_>, area: Rect) {
    let sentence = format!(
        "Proscenium needs {} by {}; this is {} by {}. proscenium --linear works at any size.",
        arrangement::MIN_COLS,
        arrangement::MIN_ROWS,
        area.width,
        area.height
    );
    let flat = Flat::new(&[crate::engine::view::plain(sentence)]);
    let lines = text::wrap(flat.text(), usize::from(area.width.saturating_sub(2)));
    for (y, range) in (area.top()..area.bottom()).zip(lines) {
        canvas.flat((area.x + u16::from(area.width > 2), y, area.right()), &flat, range, Ink::Own);
    }
    canvas.tint(
        Rect { height: area.height.min(1), ..area },
        ratatui::style::Style::new().remove_modifier(Modifier::DIM),
    );
}
