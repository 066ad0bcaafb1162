//! Popups: centred, one row above the middle, the screen behind them without colour.
//!
//! Border, blank row, content that scrolls, blank row, own footer, border. A popup keeps
//! the height it had while its content shrinks, so that nothing moves under the eye.

mod help;
mod palette;

use super::{
    canvas::Canvas,
    code::highlight::Highlighter,
    editor::{Editor, EditorLook},
    frame::popup_footer,
    hit::{Hit, HitMap},
    rows::{ListView, Rules, draw_list, height},
    safe,
    scroll::{Scroll, Thumb},
    symbols::{DOWN, LEFT, RIGHT, Stroke, UP},
    text,
    theme::Tone,
};
use crate::engine::view::{ChoiceView, Mark, PopupBody, PopupView, Role, Row, Span, muted, plain};
use ratatui::layout::{Position, Rect};

/// What popups remember between frames.
#[derive(Debug, Default)]
pub(crate) struct PopupMemory {
    title: String,
    width: u16,
    rows: u16,
    scroll: Scroll,
    /// Largest `top` that shows something new.
    max_top: u16,
}

impl PopupMemory {
    /// Largest useful `top` of a card.
    pub(crate) fn max_top(&self) -> u16 {
        self.max_top
    }

    pub(crate) fn scroll_by(&mut self, lines: i32) {
        self.scroll.by(lines);
    }
}

/// Parts of the program that a popup draws with.
pub(crate) struct Tools<'a> {
    pub(crate) editor: &'a mut Editor,
    pub(crate) syntax: &'a mut Highlighter,
    pub(crate) hits: &'a mut HitMap,
    pub(crate) memory: &'a mut PopupMemory,
}

/// Takes all colour from the screen.
pub(crate) fn house_lights_down(canvas: &mut Canvas<'_>, area: Rect) {
    let dark = canvas.theme.house_lights_down();
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = canvas.buf.cell_mut((x, y)) {
                cell.fg = dark.fg.unwrap_or_default();
                cell.bg = dark.bg.unwrap_or_default();
                cell.modifier = dark.add_modifier;
            }
        }
    }
}

/// Draws the popup; returns where its caret is, or its marked option.
pub(crate) fn draw(
    canvas: &mut Canvas<'_>,
    view: &PopupView,
    screen: Rect,
    tools: &mut Tools<'_>,
) -> Option<Position> {
    house_lights_down(canvas, screen);
    let width = view.width_cols.clamp(24, 400).min(screen.width.saturating_sub(4));
    if tools.memory.title != view.title || tools.memory.width != width {
        *tools.memory = PopupMemory { title: view.title.clone(), width, ..PopupMemory::default() };
    }
    let content = content_rows(view, width, tools.editor);
    // A low screen gives all but a row above and below.
    let margin = if screen.height < 30 { 2 } else { 4 };
    tools.memory.rows = tools.memory.rows.max(content).min(screen.height.saturating_sub(margin + 5));
    let tall = tools.memory.rows + 5;
    let outer = Rect {
        x: screen.x + (screen.width.saturating_sub(width)) / 2,
        y: (screen.y + (screen.height.saturating_sub(tall)) / 2).saturating_sub(1),
        width,
        height: tall,
    }
    .intersection(screen);
    if outer.width < 8 || outer.height < 6 {
        return None;
    }
    // One blank column outside keeps the text behind away from the border.
    let margin = Rect { x: outer.x.saturating_sub(1), width: outer.width + 2, ..outer }.intersection(screen);
    canvas.clear(margin);
    tools.hits.push(screen, Hit::Popup);
    border(canvas, view, outer);
    let body = Rect {
        x: outer.x + 2,
        y: outer.y + 2,
        width: outer.width - 4,
        height: outer.height.saturating_sub(5),
    };
    let foot =
        Rect { x: outer.x + 3, y: outer.bottom() - 2, width: outer.width.saturating_sub(5), height: 1 };
    popup_footer(canvas, &view.keys, foot);
    let (thumb, caret) = content_of(canvas, view, body, tools);
    if let Some((at, size)) = thumb {
        let accent = canvas.theme.ink(Tone::Accent);
        for y in body.y + at..(body.y + at + size).min(body.bottom()) {
            canvas.symbol(outer.right() - 1, y, canvas.symbols.thumb(), accent);
        }
    }
    caret
}

fn border(canvas: &mut Canvas<'_>, view: &PopupView, outer: Rect) {
    let accent = canvas.theme.ink(Tone::Accent);
    let (right, bottom) = (outer.right() - 1, outer.bottom() - 1);
    for x in outer.x..=right {
        let sides = if x > outer.x { LEFT } else { 0 } | if x < right { RIGHT } else { 0 };
        let edge = x == outer.x || x == right;
        canvas.line(x, outer.y, sides | if edge { DOWN } else { 0 }, Stroke::Thin, accent);
        canvas.line(x, bottom, sides | if edge { UP } else { 0 }, Stroke::Thin, accent);
    }
    for y in outer.y + 1..bottom {
        canvas.line(outer.x, y, UP | DOWN, Stroke::Thin, accent);
        canvas.line(right, y, UP | DOWN, Stroke::Thin, accent);
    }
    let chip = canvas.theme.focus_chip();
    let room = usize::from(outer.width.saturating_sub(8));
    let title = text::cut(&safe::clean(&view.title), room, canvas.symbols.ellipsis());
    let end = canvas.put_clean(outer.x + 2, outer.y, right, &format!(" {title} "), chip);
    let corner = safe::clean(&view.corner);
    let wide = u16::try_from(text::width(&corner)).unwrap_or(u16::MAX);
    if wide > 0 && end.saturating_add(wide).saturating_add(4) < right {
        let muted = canvas.theme.ink(Tone::Muted);
        canvas.put_clean(right - 3 - wide, outer.y, right, &format!(" {corner} "), muted);
    }
}

/// Rows that the content wants at a popup width.
fn content_rows(view: &PopupView, width: u16, editor: &Editor) -> u16 {
    let rules = rules(width.saturating_sub(4));
    let sum = |rows: &[Row]| rows.iter().map(|row| height(row, rules)).fold(0, u16::saturating_add);
    let gap = |rows: &[Row]| u16::from(!rows.is_empty());
    match &view.body {
        PopupBody::Choices { rows, options, .. } => sum(&choice_rows(rows, options)),
        PopupBody::Card { rows, .. } => sum(rows),
        PopupBody::Prompt { above, below, .. } => {
            sum(above)
                + gap(above)
                + editor.rows(rules.width.saturating_sub(3)).min(8)
                + gap(below)
                + sum(below)
        }
        PopupBody::Editor { above, below, height_rows, .. } => {
            sum(above) + gap(above) + *height_rows + gap(below) + sum(below)
        }
        PopupBody::Help { columns, .. } => help::rows(columns, width) + 4,
        PopupBody::Palette { .. } => palette::ROWS + 2,
    }
}

fn rules(width: u16) -> Rules {
    Rules { width, is_low: false, is_tall: false }
}

fn choice_rows(rows: &[Row], options: &[ChoiceView]) -> Vec<Row> {
    let mut all = rows.to_vec();
    if !rows.is_empty() {
        all.push(Row::Blank);
    }
    all.extend((1..).zip(options).map(|(number, option)| {
        let number = Span { text: format!("{number} "), role: Role::Accent, bold: true };
        let mut label = vec![number, plain(&option.label)];
        if !option.note.is_empty() {
            label.push(muted(format!("   {}", option.note)));
        }
        Row::Item { mark: Mark::None, label, note: Vec::new(), indent: 2, target: None }
    }));
    all
}

fn content_of(
    canvas: &mut Canvas<'_>,
    view: &PopupView,
    body: Rect,
    tools: &mut Tools<'_>,
) -> (Thumb, Option<Position>) {
    match &view.body {
        PopupBody::Choices { rows, options, marked } => {
            let all = choice_rows(rows, options);
            let first = all.len() - options.len();
            let cursor = Some(first + marked);
            list(canvas, &all, cursor, body, first, tools)
        }
        PopupBody::Card { rows, top } => {
            tools.memory.scroll = Scroll::default();
            tools.memory.scroll.by(i32::try_from(*top).unwrap_or(i32::MAX));
            let all: u16 = rows.iter().map(|row| height(row, rules(body.width))).fold(0, u16::saturating_add);
            tools.memory.max_top = all.saturating_sub(body.height);
            list(canvas, rows, None, body, usize::MAX, tools)
        }
        PopupBody::Prompt { above, below, marked } => {
            let rows = tools.editor.rows(body.width.saturating_sub(3)).min(8);
            let look = EditorLook::default();
            around_editor(canvas, (above, below, *marked), body, (rows, look), tools)
        }
        PopupBody::Editor { above, below, first_line, height_rows } => {
            let look = EditorLook { first_line: Some(*first_line).filter(|line| *line > 0), placeholder: "" };
            around_editor(canvas, (above, below, None), body, (*height_rows, look), tools)
        }
        PopupBody::Help { columns, marked } => help::draw(canvas, columns, *marked, body, tools),
        PopupBody::Palette { entries, marked } => palette::draw(canvas, entries, *marked, body, tools),
    }
}

fn list(
    canvas: &mut Canvas<'_>,
    rows: &[Row],
    cursor: Option<usize>,
    body: Rect,
    first_option: usize,
    tools: &mut Tools<'_>,
) -> (Thumb, Option<Position>) {
    let view = ListView { rows, cursor, is_focused: true, area: body, rules: rules(body.width) };
    let drawn = draw_list(canvas, &view, &mut tools.memory.scroll, tools.syntax);
    let mut marked = None;
    for (index, area) in drawn.rows {
        if cursor == Some(index) {
            marked = Some(area.as_position());
        }
        if let Some(option) = index.checked_sub(first_option) {
            tools.hits.push(area, Hit::Option(option));
        }
    }
    (drawn.thumb, marked)
}

type Rows<'a> = (&'a [Row], &'a [Row], Option<usize>);

/// Rows, a text, rows. The text shrinks before the rows do.
fn around_editor(
    canvas: &mut Canvas<'_>,
    (above, below, marked): Rows<'_>,
    body: Rect,
    (wanted, look): (u16, EditorLook<'_>),
    tools: &mut Tools<'_>,
) -> (Thumb, Option<Position>) {
    let rules = rules(body.width);
    let sum = |rows: &[Row]| rows.iter().map(|row| height(row, rules)).fold(0, u16::saturating_add);
    let head = sum(above) + u16::from(!above.is_empty());
    let foot = sum(below) + u16::from(!below.is_empty());
    let rows = wanted.min(body.height.saturating_sub(head.saturating_add(foot))).max(1);
    let upper = Rect { height: head.min(body.height), ..body };
    let view = ListView { rows: above, cursor: None, is_focused: true, area: upper, rules };
    draw_list(canvas, &view, &mut Scroll::default(), tools.syntax);
    let text =
        Rect { x: body.x + 2, y: body.y + upper.height, width: body.width.saturating_sub(3), height: rows }
            .intersection(body);
    let caret = tools.editor.draw(canvas, text, look);
    let y = text.bottom() + u16::from(!below.is_empty());
    let lower = Rect { y, height: body.bottom().saturating_sub(y), ..body };
    let (thumb, _) = list(canvas, below, marked, lower, 0, tools);
    let moved = lower.y.saturating_sub(body.y);
    let thumb = thumb.map(|(at, size)| (at + moved, size));
    (thumb.or_else(|| tools.editor.thumb().map(|(at, size)| (at + upper.height, size))), caret)
}

/// A one-line search text at the top of a popup; returns the rest and the caret.
fn search(
    canvas: &mut Canvas<'_>,
    lead: &str,
    placeholder: &str,
    body: Rect,
    tools: &mut Tools<'_>,
) -> (Rect, Option<Position>) {
    let accent = canvas.bold(Tone::Accent);
    let x = if lead.is_empty() {
        body.x + 2
    } else {
        canvas.put(body.x + 2, body.y, body.right(), lead, accent) + 1
    };
    let line = Rect { x, y: body.y, width: body.right().saturating_sub(x + 1), height: body.height.min(1) };
    let caret = tools.editor.draw(canvas, line, EditorLook { first_line: None, placeholder });
    let rest = Rect { y: body.y + 2, height: body.height.saturating_sub(2), ..body };
    (rest, caret)
}
