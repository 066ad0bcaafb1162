//! The diff pane: hunks with headers, provenance, code and dependants.
//!
//! Draws only what is on screen: items are counted per hunk, measured near the screen, and
//! paired for side by side once per revision. Nothing that is to be approved is hidden to
//! the right: code wraps.

mod code;
mod header;
mod items;
mod pairs;

pub(crate) use pairs::Pairs;

use self::items::{Item, Items};
use super::{
    canvas::Canvas,
    code::highlight::Highlighter,
    rows::{self, Rules, Slot},
    safe,
    scroll::{Scroll, Thumb, Window},
    text,
    theme::Tone,
};
use crate::engine::view::{DiffView, HunkView, pane::DiffPiece};
use ratatui::{layout::Rect, style::Modifier};
use std::ops::Range;

/// Width from which side by side can be asked for: 50 columns of code each.
pub const SIDE_BY_SIDE_COLS: u16 = 118;
/// Width from which it comes by itself: 70 columns of code each.
pub const SIDE_BY_SIDE_ALONE_COLS: u16 = 158;

/// The diff pane on screen.
pub(crate) struct DiffPane<'a> {
    pub(crate) view: &'a DiffView,
    pub(crate) area: Rect,
    pub(crate) is_focused: bool,
    pub(crate) rules: Rules,
}

/// What drawing leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) thumb: Thumb,
    /// Screen rows beside which the left border is gold.
    pub(crate) spotlight: Range<u16>,
    /// Hunk, row of its diff, and where it was drawn.
    pub(crate) hits: Vec<(usize, usize, Rect)>,
    /// Rows above the hunks, and where they were drawn.
    pub(crate) above: Vec<(usize, Rect)>,
}

/// Whether hunks are drawn side by side at a width.
pub(crate) fn is_side_by_side(view: &DiffView, width: u16) -> bool {
    match view.side_by_side {
        Some(asked) => asked && width >= SIDE_BY_SIDE_COLS,
        None => width >= SIDE_BY_SIDE_ALONE_COLS,
    }
}

/// What all hunks of one frame share.
struct Frame<'a> {
    pane: &'a DiffPane<'a>,
    items: Items<'a>,
}

impl Frame<'_> {
    fn height(&self, index: usize) -> u16 {
        let area = self.pane.area;
        match self.items.get(index) {
            None => 0,
            Some(Item::Above(row)) => {
                self.pane.view.above.get(row).map_or(0, |row| rows::height(row, self.pane.rules))
            }
            Some(Item::Row { hunk, row }) => {
                let column = code::Column::unified(area, hunk);
                hunk.rows.get(row).map_or(0, |piece| column.height(piece))
            }
            Some(Item::Pair { hunk, pair }) => {
                let sides = code::Column::sides(area, hunk);
                let [left, right] = [pair.left, pair.right];
                let tall = |column: &code::Column, row: Option<usize>| {
                    row.and_then(|row| hunk.rows.get(row)).map_or(1, |piece| column.height(piece))
                };
                tall(&sides[0], left).max(tall(&sides[1], right))
            }
            Some(Item::Fact { hunk, fact }) => {
                let (text, room) = fact_in(hunk, fact, area);
                u16::try_from(text::wrap(&text, room).len()).unwrap_or(u16::MAX)
            }
            Some(
                Item::Blank
                | Item::Header { .. }
                | Item::Provenance { .. }
                | Item::Cut { .. }
                | Item::Links { .. },
            ) => 1,
        }
    }
}

/// Draws the hunks around the scroll position.
pub(crate) fn draw(
    canvas: &mut Canvas<'_>,
    pane: &DiffPane<'_>,
    scroll: &mut Scroll,
    syntax: &mut Highlighter,
    pairs: &mut Pairs,
) -> Drawn {
    let frame =
        Frame { pane, items: Items::new(pane.view, is_side_by_side(pane.view, pane.area.width), pairs) };
    let area = pane.area;
    let window = Window {
        len: frame.items.len(),
        rows: area.height,
        columns: area.width,
        cursor: frame.items.cursor(),
    };
    let top = scroll.settle(&window, |index| frame.height(index));
    let mut drawn = Drawn { thumb: scroll.thumb(&window, |index| frame.height(index)), ..Drawn::default() };
    let mut lit: Option<Range<u16>> = None;
    let (mut y, mut index, mut skip) = (area.y, top.item, top.skip);
    syntax.begin_list();
    while y < area.bottom() {
        let Some(item) = frame.items.get(index) else { break };
        let lines = frame.height(index).saturating_sub(skip).min(area.bottom() - y);
        let own = Rect { y, height: lines, ..area };
        draw_item(canvas, &frame, &item, Slot { area: own, skip }, syntax, &mut drawn);
        if frame.items.is_current(&item) {
            let start = lit.as_ref().map_or(y, |range| range.start);
            lit = Some(start..y + lines);
        }
        y += lines;
        index += 1;
        skip = 0;
    }
    drawn.spotlight = lit.unwrap_or_default();
    drawn
}

fn draw_item(
    canvas: &mut Canvas<'_>,
    frame: &Frame<'_>,
    item: &Item<'_>,
    slot: Slot,
    syntax: &mut Highlighter,
    drawn: &mut Drawn,
) {
    let view = frame.pane.view;
    let mut hit = |hunk: &HunkView, row: usize| {
        if let Some(at) = view.hunks.iter().position(|other| other.id == hunk.id) {
            drawn.hits.push((at, row, slot.area));
        }
    };
    match *item {
        Item::Above(row) => {
            let Some(content) = view.above.get(row) else { return };
            rows::draw(canvas, content, rows::About::default(), slot, frame.pane.rules);
            drawn.above.push((row, slot.area));
        }
        Item::Blank => {}
        Item::Header { hunk, is_current } => {
            let cursor_is_here = is_current && (view.row == 0 || hunk.folded);
            header::draw(
                canvas,
                hunk,
                header::Standing { is_current, cursor_is_here, is_focused: frame.pane.is_focused },
                slot,
            );
            hit(hunk, 0);
        }
        Item::Provenance { hunk } => {
            header::provenance(canvas, hunk, slot);
            hit(hunk, 0);
        }
        Item::Fact { hunk, fact } => {
            let (text, room) = fact_in(hunk, fact, frame.pane.area);
            let style = canvas.theme.ink(Tone::Muted);
            for (line, range) in (0_u16..).zip(text::wrap(&text, room)) {
                if let (Some(y), Some(part)) = (slot.row(line), text.get(range)) {
                    canvas.put_clean(slot.area.x + 4, y, slot.right(), part, style);
                }
            }
            hit(hunk, 0);
        }
        Item::Row { hunk, row } => {
            draw_row(canvas, frame, hunk, row, slot, syntax);
            hit(hunk, row);
        }
        Item::Pair { hunk, pair } => {
            draw_pair(canvas, frame, hunk, pair, slot, syntax);
            hit(hunk, pair.right.or(pair.left).unwrap_or(0));
        }
        Item::Cut { hunk, above, below } => {
            cut(canvas, above, below, slot);
            hit(hunk, view.row);
        }
        Item::Links { hunk } => {
            if let Some(y) = slot.row(0) {
                let flat = super::flat::Flat::new(&hunk.links);
                let room = usize::from(slot.right().saturating_sub(slot.area.x + 4));
                let flat = flat.fitted(room, canvas.symbols.ellipsis());
                let end = flat.text().len();
                canvas.flat((slot.area.x + 4, y, slot.right()), &flat, 0..end, super::flat::Ink::Own);
            }
            hit(hunk, hunk.rows.len().saturating_sub(1));
        }
    }
}

/// What is said of a hunk under its header, and the cells for it.
fn fact_in(hunk: &HunkView, fact: usize, area: Rect) -> (String, usize) {
    let text = hunk.facts.get(fact).map(|text| safe::clean(text).into_owned()).unwrap_or_default();
    (text, usize::from(area.width.saturating_sub(5)))
}

fn under_cursor(frame: &Frame<'_>, hunk: &HunkView, row: usize) -> bool {
    let view = frame.pane.view;
    view.row > 0
        && view.row == row
        && view.hunks.get(view.current).is_some_and(|current| current.id == hunk.id)
}

fn draw_row(
    canvas: &mut Canvas<'_>,
    frame: &Frame<'_>,
    hunk: &HunkView,
    row: usize,
    slot: Slot,
    syntax: &mut Highlighter,
) {
    let column = code::Column::unified(slot.area, hunk);
    let is_marked = under_cursor(frame, hunk, row);
    match hunk.rows.get(row) {
        Some(DiffPiece::Line { number, row: line }) => {
            let key = syntax.hunk(hunk);
            let paints = key.map_or(&[][..], |key| syntax.line(key, row));
            let is_blank_change = code::is_blank_change(hunk, row);
            let ask = code::Ask { number: *number, line, paints, is_marked, is_blank_change };
            code::draw(canvas, &column, &ask, slot);
        }
        Some(DiffPiece::Fold { lines }) => fold(canvas, *lines, &column, slot),
        None => {}
    }
    marker(canvas, frame, is_marked, slot);
}

fn draw_pair(
    canvas: &mut Canvas<'_>,
    frame: &Frame<'_>,
    hunk: &HunkView,
    pair: pairs::Pair,
    slot: Slot,
    syntax: &mut Highlighter,
) {
    let [left, right] = code::Column::sides(slot.area, hunk);
    let mut is_marked = false;
    for (column, row) in [(&left, pair.left), (&right, pair.right)] {
        let Some(row) = row else {
            code::gap(canvas, column, slot);
            continue;
        };
        let here = under_cursor(frame, hunk, row);
        is_marked |= here;
        match hunk.rows.get(row) {
            Some(DiffPiece::Line { number, row: line }) => {
                let key = syntax.hunk(hunk);
                let paints = key.map_or(&[][..], |key| syntax.line(key, row));
                // On the old side a context line would show the new number; the old one is
                // not known here, and the reader reviews what comes to be.
                let is_blank_change = code::is_blank_change(hunk, row);
                let ask = code::Ask { number: *number, line, paints, is_marked: here, is_blank_change };
                code::draw(canvas, column, &ask, slot);
            }
            Some(DiffPiece::Fold { lines }) => {
                fold(canvas, *lines, &left, slot);
                marker(canvas, frame, here, slot);
                return;
            }
            None => {}
        }
    }
    let style = canvas.theme.ink(Tone::Border);
    for y in slot.area.top()..slot.area.bottom() {
        canvas.symbol(right.divider(), y, canvas.symbols.pick("│", "|"), style);
    }
    marker(canvas, frame, is_marked, slot);
}

fn marker(canvas: &mut Canvas<'_>, frame: &Frame<'_>, is_marked: bool, slot: Slot) {
    if let Some(y) = slot.row(0).filter(|_| is_marked) {
        let tone = if frame.pane.is_focused { Tone::Spot } else { Tone::Muted };
        canvas.symbol(slot.area.x, y, canvas.symbols.marker(), canvas.theme.ink(tone));
    }
}

/// `┄┄┄ 9 lines folded ┄┄┄`, from the sign's column.
fn fold(canvas: &mut Canvas<'_>, lines: u32, column: &code::Column, slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let (border, muted) = (canvas.theme.ink(Tone::Border), canvas.theme.ink(Tone::Muted));
    let symbol = canvas.symbols.fold();
    let x = column.sign_x();
    canvas.run(x..(x + 3).min(slot.right()), y, symbol, border);
    let noun = if lines == 1 { "line" } else { "lines" };
    let end = canvas.put(x + 4, y, slot.right(), &format!("{lines} {noun} folded"), muted);
    canvas.run(end + 1..(end + 4).min(slot.right()), y, symbol, border);
}

/// The cut while a hunk is split.
fn cut(canvas: &mut Canvas<'_>, above: usize, below: usize, slot: Slot) {
    let Some(y) = slot.row(0) else { return };
    let style = canvas.theme.ink(Tone::Spot).add_modifier(Modifier::BOLD);
    let symbol = canvas.symbols.fold();
    let (x, right) = (slot.area.x, slot.right());
    canvas.run(x..right, y, symbol, style);
    let noun = if above == 1 { "line" } else { "lines" };
    let end = canvas.put(x + 6, y, right, &format!(" cut here: {above} {noun} above, {below} below "), style);
    let keys = " Enter cuts  ↑ ↓ moves  Esc leaves ";
    if end + 36 < right {
        let muted = canvas.theme.ink(Tone::Muted).remove_modifier(Modifier::BOLD);
        canvas.put_right(end + 1, y, right, keys, muted);
    }
}
