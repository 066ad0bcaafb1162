//! A scrolling list of rows.

use super::{About, Marked, Rules, Slot, draw, height};
use crate::{
    engine::view::Row,
    ui::{
        canvas::Canvas,
        code::highlight::Highlighter,
        scroll::{Scroll, Thumb, Window},
    },
};
use ratatui::layout::Rect;

/// What a list shows, and where.
pub(crate) struct ListView<'a> {
    pub(crate) rows: &'a [Row],
    pub(crate) cursor: Option<usize>,
    pub(crate) is_focused: bool,
    pub(crate) area: Rect,
    pub(crate) rules: Rules,
}

/// What drawing a list leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    /// Index and screen area of every row that was drawn.
    pub(crate) rows: Vec<(usize, Rect)>,
    pub(crate) thumb: Thumb,
}

/// Draws the rows around the scroll position.
pub(crate) fn draw_list(
    canvas: &mut Canvas<'_>,
    view: &ListView<'_>,
    scroll: &mut Scroll,
    syntax: &mut Highlighter,
) -> Drawn {
    let ListView { rows, cursor, area, rules, .. } = *view;
    let tall = |index: usize| rows.get(index).map_or(0, |row| height(row, rules));
    let window = Window {
        len: rows.len(),
        rows: area.height,
        columns: area.width,
        cursor: cursor.filter(|&at| at < rows.len()).map(|at| at..at + 1),
    };
    syntax.begin_list();
    let top = scroll.settle(&window, tall);
    let mut drawn = Drawn { rows: Vec::new(), thumb: scroll.thumb(&window, tall) };
    let (mut y, mut index, mut skip) = (area.y, top.item, top.skip);
    while y < area.bottom() {
        let Some(row) = rows.get(index) else { break };
        let lines = height(row, rules).saturating_sub(skip).min(area.bottom() - y);
        let own = Rect { y, height: lines, ..area };
        let marked = match cursor {
            Some(at) if at == index && view.is_focused => Marked::Focused,
            Some(at) if at == index => Marked::Aside,
            Some(_) | None => Marked::No,
        };
        let paints = syntax.excerpt(rows, index);
        let about = About { marked, next: rows.get(index + 1), paints };
        draw(canvas, row, about, Slot { area: own, skip }, rules);
        drawn.rows.push((index, own));
        y += lines;
        index += 1;
        skip = 0;
    }
    drawn
}
