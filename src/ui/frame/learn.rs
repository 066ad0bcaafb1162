//! The learn strip: what a key does, and the same in git.

use crate::{
    engine::view::{Learn, muted, plain},
    ui::{
        canvas::Canvas,
        flat::{Flat, Ink},
        theme::Tone,
    },
};
use ratatui::layout::Rect;

/// Column where the explanation begins.
const DOES_COL: u16 = 24;

pub(crate) fn learn(canvas: &mut Canvas<'_>, lines: &[Learn], area: Rect) {
    let ground = canvas.theme.back(Tone::Surface);
    canvas.tint(area, ground);
    let right = area.right().saturating_sub(1);
    for (y, line) in (area.top()..area.bottom()).zip(lines) {
        let accent = canvas.bold(Tone::Accent);
        let text = canvas.theme.ink(Tone::Text);
        let end = canvas.put(area.x + 1, y, right, &line.key, accent);
        let end = canvas.put(end + 1, y, right, &line.action, text);
        let sign = canvas.symbols.ellipsis();
        let same = Flat::new(&[muted(&line.same)]);
        let x = (area.x + DOES_COL).max(end + 2);
        let room = usize::from(right.saturating_sub(x));
        let does = Flat::new(&[plain(&line.does)]);
        let does = does.fitted(room, sign);
        canvas.flat((x, y, right), &does, 0..does.text().len(), Ink::Own);
        // The comparison is extra: it never costs the explanation a word.
        if does.width() + 3 + same.width() <= room {
            let at = right.saturating_sub(u16::try_from(same.width()).unwrap_or(0));
            canvas.flat((at, y, right), &same, 0..same.text().len(), Ink::Own);
        }
    }
}
