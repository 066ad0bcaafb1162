//! One pane's content: which widget draws which body.

use super::{
    arrangement::{Form, Placed},
    canvas::Canvas,
    code::highlight::Highlighter,
    diff::{self, Pairs},
    editor::{Editor, EditorLook},
    hit::{Hit, HitMap},
    output,
    rows::{ARCH_ROWS, ListView, Rules, draw_list, height},
    scroll::{Scroll, Thumb},
    theme::Tone,
    welcome,
};
use crate::engine::view::{Body, OutputView, Pane, PaneView, Row, SceneKind};
use ratatui::layout::{Position, Rect};

/// Width of a pane from which output stands beside the list, and flow boxes beside source.
const BESIDE_COLS: u16 = 90;
/// Panes lower than this give stems no row of their own.
const LOW_ROWS: u16 = 26;
/// Terminals from this height on give flow boxes a blank row each.
const TALL_ROWS: u16 = 50;

/// What a pane draws with.
pub(crate) struct Tools<'a> {
    pub(crate) editor: &'a mut Editor,
    pub(crate) syntax: &'a mut Highlighter,
    pub(crate) pairs: &'a mut Pairs,
    pub(crate) hits: &'a mut HitMap,
    pub(crate) scroll: &'a mut Scroll,
    pub(crate) output_area: &'a mut Rect,
    /// The marked row of the focused pane.
    pub(crate) marked: &'a mut Option<Position>,
}

/// Where and how a pane is drawn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) placed: Placed,
    pub(crate) form: Form,
    pub(crate) kind: SceneKind,
    pub(crate) screen_rows: u16,
    pub(crate) is_focused: bool,
    /// Whether a popup has the caret, so that the pane's text has not.
    pub(crate) has_popup: bool,
}

impl Place {
    fn pane(self) -> Pane {
        self.placed.pane
    }

    fn rules(self, width: u16) -> Rules {
        Rules { width, is_low: self.placed.inner().height < LOW_ROWS, is_tall: self.screen_rows >= TALL_ROWS }
    }

    /// A blank row under the lintel, where panes are not short of rows.
    fn has_lead(self) -> bool {
        match self.form {
            Form::Tabs | Form::TooSmall => false,
            Form::TwoColumns => matches!(self.pane(), Pane::Boundaries | Pane::Proposal),
            Form::ThreeColumns => {
                self.pane() != Pane::Verify || matches!(self.kind, SceneKind::Prepare | SceneKind::Acquire)
            }
        }
    }
}

/// Draws a pane inside its borders; returns where the caret is.
pub(crate) fn draw(
    canvas: &mut Canvas<'_>,
    view: &PaneView,
    place: Place,
    tools: &mut Tools<'_>,
) -> Option<Position> {
    let inner = place.placed.inner();
    tools.hits.push(place.placed.outer, Hit::Pane(place.pane()));
    if inner.is_empty() {
        return None;
    }
    match &view.body {
        Body::Shared(rows) => {
            draw_rows(canvas, rows, view.cursor, inner, place, tools);
            None
        }
        Body::Rows(rows) => {
            draw_rows(canvas, rows, view.cursor, inner, place, tools);
            None
        }
        Body::Welcome(body) => {
            let welcome = welcome::Welcome {
                view: body,
                cursor: view.cursor,
                is_focused: place.is_focused,
                area: inner,
                rules: place.rules(inner.width),
            };
            let drawn = welcome::draw(canvas, &welcome, tools.editor);
            for (index, area) in drawn.rows {
                tools.hits.push(area, Hit::Row { pane: place.pane(), index });
            }
            drawn.caret.filter(|_| !place.has_popup)
        }
        Body::Diff(body) => {
            draw_diff(canvas, body, inner, place, tools);
            None
        }
        Body::Output { list, output } => {
            draw_output(canvas, (list, output, view.cursor), inner, place, tools);
            None
        }
        Body::Editor { above, below } => {
            draw_editor(canvas, (above, below, view.cursor), inner, place, tools)
        }
    }
}

fn draw_rows(
    canvas: &mut Canvas<'_>,
    rows: &[Row],
    cursor: Option<usize>,
    inner: Rect,
    place: Place,
    tools: &mut Tools<'_>,
) {
    let rules = place.rules(inner.width);
    if inner.width >= BESIDE_COLS
        && rows.iter().any(|row| matches!(row, Row::FlowBox { .. }))
        && let Some(rule) = rows.iter().position(|row| matches!(row, Row::Rule))
    {
        let (flow, source) = rows.split_at(rule);
        let left = Rect { width: 60, ..inner };
        let right = Rect { x: inner.x + 60, width: inner.width - 60, ..inner };
        draw_list_at(canvas, flow, cursor, left, place, tools);
        let source = source.get(1..).unwrap_or_default();
        let lead = u16::from(place.has_lead());
        let area = Rect { y: right.y + lead, height: right.height.saturating_sub(lead), ..right };
        let view =
            ListView { rows: source, cursor: None, is_focused: false, area, rules: place.rules(area.width) };
        draw_list(canvas, &view, &mut Scroll::default(), tools.syntax);
        return;
    }
    let (rows, pinned) = split_pinned(rows, rules, inner.height, place.has_lead());
    let area = Rect { height: inner.height - pinned_rows(pinned), ..inner };
    draw_list_at(canvas, rows, cursor, area, place, tools);
    if !pinned.is_empty() {
        let area = Rect { y: area.bottom(), height: inner.bottom() - area.bottom(), ..inner };
        let view = ListView { rows: pinned, cursor: None, is_focused: false, area, rules };
        draw_list(canvas, &view, &mut Scroll::default(), tools.syntax);
    }
}

fn pinned_rows(pinned: &[Row]) -> u16 {
    if pinned.is_empty() { 0 } else { ARCH_ROWS + 1 }
}

/// The mini arch and its head stand on the pane's floor; without eight free rows they go.
fn split_pinned(rows: &[Row], rules: Rules, room: u16, has_lead: bool) -> (&[Row], &[Row]) {
    let Some(arch) = rows.iter().rposition(|row| matches!(row, Row::MiniArch { .. })) else {
        return (rows, &[]);
    };
    let head = rows.get(..arch).unwrap_or_default().iter().rposition(|row| matches!(row, Row::Head { .. }));
    let (above, pinned) = rows.split_at(head.unwrap_or(arch));
    let filled = above.iter().rposition(|row| !matches!(row, Row::Blank)).map_or(0, |at| at + 1);
    let above = above.get(..filled).unwrap_or_default();
    let used = above.iter().map(|row| height(row, rules)).fold(u16::from(has_lead), u16::saturating_add);
    if used.saturating_add(ARCH_ROWS + 2) <= room { (above, pinned) } else { (above, &[]) }
}

fn draw_list_at(
    canvas: &mut Canvas<'_>,
    rows: &[Row],
    cursor: Option<usize>,
    area: Rect,
    place: Place,
    tools: &mut Tools<'_>,
) {
    let rules = place.rules(area.width);
    let mut area = area;
    if place.has_lead() && fits(rows, rules, area.height.saturating_sub(1)) {
        area = Rect { y: area.y + 1, height: area.height.saturating_sub(1), ..area };
    }
    let view = ListView { rows, cursor, is_focused: place.is_focused, area, rules };
    let drawn = draw_list(canvas, &view, tools.scroll, tools.syntax);
    for (index, area) in drawn.rows {
        if place.is_focused && cursor == Some(index) {
            *tools.marked = Some(area.as_position());
        }
        tools.hits.push(area, Hit::Row { pane: place.pane(), index });
    }
    thumb(canvas, drawn.thumb, area, area.right(), place.is_focused);
}

/// Whether all rows fit, without measuring more than a screen of them.
fn fits(rows: &[Row], rules: Rules, room: u16) -> bool {
    let mut used = 0u16;
    rows.iter().all(|row| {
        used = used.saturating_add(height(row, rules));
        used <= room
    })
}

/// The thumb on the pane's right border.
fn thumb(canvas: &mut Canvas<'_>, thumb: Thumb, area: Rect, x: u16, is_focused: bool) {
    let Some((at, size)) = thumb else { return };
    let style = canvas.theme.ink(if is_focused { Tone::Accent } else { Tone::Border });
    for y in area.y + at..(area.y + at + size).min(area.bottom()) {
        canvas.symbol(x, y, canvas.symbols.thumb(), style);
    }
}

fn draw_diff(
    canvas: &mut Canvas<'_>,
    view: &crate::engine::view::DiffView,
    inner: Rect,
    place: Place,
    tools: &mut Tools<'_>,
) {
    let pane =
        diff::DiffPane { view, area: inner, is_focused: place.is_focused, rules: place.rules(inner.width) };
    let drawn = diff::draw(canvas, &pane, tools.scroll, tools.syntax, tools.pairs);
    let spot = canvas.bold(Tone::Spot);
    for y in drawn.spotlight {
        canvas.symbol(inner.x.saturating_sub(1), y, canvas.symbols.spotlight(), spot);
    }
    thumb(canvas, drawn.thumb, inner, inner.right(), place.is_focused);
    for (index, area) in drawn.above {
        tools.hits.push(area, Hit::Row { pane: place.pane(), index });
    }
    let here = drawn.hits.iter().find(|(index, row, _)| *index == view.current && *row == view.row);
    if let Some((_, _, area)) = here.filter(|_| place.is_focused) {
        *tools.marked = Some(area.as_position());
    }
    for (index, row, area) in drawn.hits {
        tools.hits.push(area, Hit::Hunk { index, row });
    }
}

fn draw_output(
    canvas: &mut Canvas<'_>,
    (list, output, cursor): (&[Row], &OutputView, Option<usize>),
    inner: Rect,
    place: Place,
    tools: &mut Tools<'_>,
) {
    let (upper, lower, divider) = if inner.width >= BESIDE_COLS {
        let wide = if inner.width + 2 >= 160 { 58 } else { 47 };
        let right = Rect { x: inner.x + wide + 1, width: inner.width - wide - 1, ..inner };
        (Rect { width: wide, ..inner }, right, Some(inner.x + wide))
    } else {
        let rules = place.rules(inner.width);
        let wanted = list.iter().map(|row| height(row, rules)).fold(1, u16::saturating_add);
        // Output keeps six rows, or half of a pane that is lower than twelve.
        let tall = wanted.min(inner.height.saturating_sub(6).max(inner.height / 2));
        let below = Rect { y: inner.y + tall, height: inner.height - tall, ..inner };
        (Rect { height: tall, ..inner }, below, None)
    };
    draw_list_at(canvas, list, cursor, upper, Place { form: Form::Tabs, ..place }, tools);
    if let Some(x) = divider {
        let border = canvas.theme.ink(Tone::Border);
        for y in inner.top()..inner.bottom() {
            // The list's thumb stands on the divider.
            if canvas.buf.cell((x, y)).is_some_and(|cell| cell.symbol() == " ") {
                canvas.symbol(x, y, canvas.symbols.pick("│", "|"), border);
            }
        }
    }
    *tools.output_area = lower;
    let drawn = output::draw(canvas, output, lower);
    let lines = Rect { y: lower.y + 1, height: lower.height.saturating_sub(1), ..lower };
    thumb(canvas, drawn, lines, lower.right(), place.is_focused);
}

fn draw_editor(
    canvas: &mut Canvas<'_>,
    (above, below, cursor): (&[Row], &[Row], Option<usize>),
    inner: Rect,
    place: Place,
    tools: &mut Tools<'_>,
) -> Option<Position> {
    let rules = place.rules(inner.width);
    let sum = |rows: &[Row]| rows.iter().map(|row| height(row, rules)).fold(0, u16::saturating_add);
    let width = inner.width.saturating_sub(3);
    let lead = u16::from(place.has_lead() && sum(above) + sum(below) + 4 < inner.height);
    let head = sum(above).min(inner.height.saturating_sub(1));
    let y = inner.y + lead;
    // The cursor counts the rows above the text, then those below it.
    let view = ListView {
        rows: above,
        cursor,
        is_focused: place.is_focused,
        area: Rect { y, height: head, ..inner },
        rules,
    };
    for (index, area) in draw_list(canvas, &view, &mut Scroll::default(), tools.syntax).rows {
        tools.hits.push(area, Hit::Row { pane: place.pane(), index });
    }
    let y = y + head;
    let room = inner.bottom().saturating_sub(y);
    let rows = tools.editor.rows(width).min(room.saturating_sub(sum(below).min(room / 2))).max(1);
    let text = Rect { x: inner.x + 2, y, width, height: rows }.intersection(inner);
    let caret = tools.editor.draw(canvas, text, EditorLook::default());
    let y = text.bottom();
    let area = Rect { y, height: inner.bottom().saturating_sub(y), ..inner };
    let cursor = cursor.and_then(|at| at.checked_sub(above.len()));
    let view = ListView { rows: below, cursor, is_focused: place.is_focused, area, rules };
    let drawn = draw_list(canvas, &view, tools.scroll, tools.syntax);
    for (index, area) in drawn.rows {
        tools.hits.push(area, Hit::Row { pane: place.pane(), index: above.len() + index });
    }
    thumb(canvas, drawn.thumb, area, inner.right(), place.is_focused);
    caret.filter(|_| !place.has_popup)
}
