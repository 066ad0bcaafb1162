//! Scrolling through items of different heights at the cost of one screen.
//!
//! A position is an item and the lines of it that are above the edge. Nothing here asks for
//! the height of an item that is not within a screen of the edge or the cursor, so lists of
//! 100,000 rows and hunks of 10,000 lines cost what is seen.

use std::ops::Range;

/// Rows kept between the cursor and the edge.
const SCROLL_OFF: u16 = 3;

/// First item on screen, and how many of its lines are above the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) struct Position {
    pub(crate) item: usize,
    pub(crate) skip: u16,
}

/// What a pane remembers between frames.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Scroll {
    pub(crate) top: Position,
    seen: Option<Seen>,
    /// Lines that the wheel moved since the last frame.
    pending: i32,
}

/// What the last frame showed; when it changes the cursor is brought into view again.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    cursor: Option<Range<usize>>,
    rows: u16,
    columns: u16,
}

/// What is to be shown.
#[derive(Debug, Clone)]
pub(crate) struct Window {
    /// Number of items.
    pub(crate) len: usize,
    /// Height of the view in rows, and its width in columns.
    pub(crate) rows: u16,
    pub(crate) columns: u16,
    /// Items that must be seen; when they do not fit, their first.
    pub(crate) cursor: Option<Range<usize>>,
}

/// Where the thumb stands: first row and number of rows; none when all is in view.
pub(crate) type Thumb = Option<(u16, u16)>;

impl Scroll {
    /// Moves by lines at the next frame, whatever the cursor.
    pub(crate) fn by(&mut self, lines: i32) {
        self.pending = self.pending.saturating_add(lines);
    }

    /// Settles the position for this frame.
    pub(crate) fn settle(&mut self, window: &Window, mut height: impl FnMut(usize) -> u16) -> Position {
        let heights: &mut dyn FnMut(usize) -> u16 = &mut height;
        let seen = Seen { cursor: window.cursor.clone(), rows: window.rows, columns: window.columns };
        if self.top.item >= window.len {
            self.top = Position { item: window.len.saturating_sub(1), skip: 0 };
        }
        if self.seen.as_ref() != Some(&seen) {
            if let Some(cursor) = &window.cursor {
                self.show(cursor, window, heights);
            }
            self.seen = Some(seen);
        }
        let pending = std::mem::take(&mut self.pending);
        if pending != 0 {
            let lines = u16::try_from(pending.unsigned_abs()).unwrap_or(u16::MAX);
            self.top = if pending < 0 {
                back(self.top, lines, heights)
            } else {
                forward(self.top, lines, window.len, heights)
            };
        }
        // The last line never leaves the bottom edge while there is something above.
        let end = Position { item: window.len, skip: 0 };
        self.top = self.top.min(back(end, window.rows, heights));
        self.top
    }

    fn show(&mut self, cursor: &Range<usize>, window: &Window, height: &mut dyn FnMut(usize) -> u16) {
        let first = Position { item: cursor.start.min(window.len.saturating_sub(1)), skip: 0 };
        let mut tall: u16 = 0;
        for item in cursor.clone() {
            tall = tall.saturating_add(height(item));
            if tall >= window.rows {
                break;
            }
        }
        let off = SCROLL_OFF.min(window.rows.saturating_sub(1) / 2);
        // What does not fit shows its head within the first rows; what fits is seen whole,
        // with room around it while there is some.
        let (lowest, highest) = match window.rows.checked_sub(tall) {
            Some(free) if free > 0 => {
                let off = off.min(free / 2);
                (back(first, free - off, height), back(first, off, height))
            }
            Some(_) | None => (back(first, off, height), first),
        };
        self.top = self.top.clamp(lowest.min(highest), highest);
    }

    /// Size and place of the thumb. Counts items rather than lines: exact where all items
    /// have one line, and near enough where they do not.
    pub(crate) fn thumb(&self, window: &Window, mut height: impl FnMut(usize) -> u16) -> Thumb {
        let mut lines = 0u16;
        let mut shown = 0usize;
        let mut item = self.top.item;
        let mut left_over = 0u16;
        while item < window.len && lines < window.rows {
            let skip = if item == self.top.item { self.top.skip } else { 0 };
            let tall = height(item).saturating_sub(skip);
            left_over = tall.saturating_sub(window.rows - lines);
            lines = lines.saturating_add(tall);
            shown += 1;
            item += 1;
        }
        let is_all = self.top == Position::default() && item >= window.len && left_over == 0;
        if is_all || window.rows == 0 || window.len == 0 {
            return None;
        }
        let rows = usize::from(window.rows);
        let size = (shown * rows / window.len).clamp(1, rows.saturating_sub(1).max(1));
        let travel = rows - size;
        let hidden = window.len.saturating_sub(shown).max(1);
        let at_end = item >= window.len && left_over == 0;
        let at = if at_end { travel } else { (self.top.item * travel / hidden).min(travel) };
        Some((u16::try_from(at).unwrap_or(0), u16::try_from(size).unwrap_or(1)))
    }
}

/// The position `lines` above `from`.
fn back(from: Position, lines: u16, height: &mut dyn FnMut(usize) -> u16) -> Position {
    if lines <= from.skip {
        return Position { item: from.item, skip: from.skip - lines };
    }
    let mut left = lines - from.skip;
    let mut item = from.item;
    while item > 0 {
        item -= 1;
        let tall = height(item);
        if tall >= left {
            return Position { item, skip: tall - left };
        }
        left -= tall;
    }
    Position::default()
}

/// The position `lines` below `from`.
fn forward(from: Position, lines: u16, len: usize, height: &mut dyn FnMut(usize) -> u16) -> Position {
    let mut left = lines.saturating_add(from.skip);
    let mut item = from.item;
    while item < len {
        let tall = height(item);
        if left < tall {
            return Position { item, skip: left };
        }
        left -= tall;
        item += 1;
    }
    Position { item: len, skip: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn window(len: usize, rows: u16, cursor: Option<Range<usize>>) -> Window {
        Window { len, rows, columns: 80, cursor }
    }

    #[test]
    fn the_cursor_stays_three_rows_from_the_edge() {
        let mut scroll = Scroll::default();
        let mut tops = Vec::new();
        for at in [0, 5, 6, 7, 20, 18, 17, 16, 99] {
            tops.push(scroll.settle(&window(100, 10, Some(at..at + 1)), |_| 1).item);
        }
        assert_eq!(tops, [0, 0, 0, 1, 14, 14, 14, 13, 90]);
    }

    #[test]
    fn the_wheel_leaves_the_cursor_until_it_moves() {
        let mut scroll = Scroll::default();
        scroll.settle(&window(100, 10, Some(50..51)), |_| 1);
        scroll.by(-30);
        assert_eq!(scroll.settle(&window(100, 10, Some(50..51)), |_| 1).item, 14);
        assert_eq!(scroll.settle(&window(100, 10, Some(50..51)), |_| 1).item, 14);
        assert_eq!(scroll.settle(&window(100, 10, Some(51..52)), |_| 1).item, 45);
    }

    #[test]
    fn the_last_line_stays_at_the_bottom() {
        let mut scroll = Scroll::default();
        scroll.by(500);
        assert_eq!(scroll.settle(&window(20, 10, None), |_| 1), Position { item: 10, skip: 0 });
        scroll.by(500);
        assert_eq!(scroll.settle(&window(4, 10, None), |_| 7), Position { item: 2, skip: 4 });
    }

    #[test]
    fn a_cursor_taller_than_the_view_shows_its_head() {
        let mut scroll = Scroll::default();
        let top = scroll.settle(&window(100, 10, Some(40..80)), |_| 1);
        assert_eq!(top, Position { item: 37, skip: 0 });
    }

    #[test]
    fn only_items_near_the_screen_are_measured() {
        let mut scroll = Scroll::default();
        let mut asked = 0;
        let window = window(100_000, 40, Some(70_000..70_001));
        scroll.settle(&window, |_| {
            asked += 1;
            1
        });
        scroll.thumb(&window, |_| {
            asked += 1;
            1
        });
        assert!(asked < 250, "{asked} heights were computed");
    }

    #[test]
    fn a_thumb_appears_only_when_something_is_out_of_view() {
        let mut scroll = Scroll::default();
        let fits = window(10, 10, None);
        scroll.settle(&fits, |_| 1);
        assert_eq!(scroll.thumb(&fits, |_| 1), None);
        let longer = window(40, 10, Some(39..40));
        scroll.settle(&longer, |_| 1);
        assert_eq!(scroll.thumb(&longer, |_| 1), Some((8, 2)));
        let one_tall = window(1, 10, None);
        let mut scroll = Scroll::default();
        scroll.settle(&one_tall, |_| 30);
        assert!(scroll.thumb(&one_tall, |_| 30).is_some());
    }
}
