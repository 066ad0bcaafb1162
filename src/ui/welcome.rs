//! The first screen: four nested arches, the question, the task.

use super::{
    canvas::Canvas,
    editor::{Editor, EditorLook},
    rows::{self, Arch, Marked, PATH, Rules, Slot},
    theme::Tone,
};
use crate::engine::view::WelcomeView;
use ratatui::{
    layout::{Position, Rect},
    style::Modifier,
};

/// Widest picture.
const MAX_WIDTH: u16 = 70;
/// Most rows that the task text takes.
const MAX_EDITOR_ROWS: u16 = 6;

/// What is drawn, and where.
pub(crate) struct Welcome<'a> {
    pub(crate) view: &'a WelcomeView,
    pub(crate) cursor: Option<usize>,
    pub(crate) is_focused: bool,
    pub(crate) area: Rect,
    pub(crate) rules: Rules,
}

/// What drawing leaves behind.
#[derive(Debug, Default)]
pub(crate) struct Drawn {
    pub(crate) caret: Option<Position>,
    /// Index and place of the rows below the editor.
    pub(crate) rows: Vec<(usize, Rect)>,
}

/// How the picture gives way to a low pane.
struct Plan {
    lead: u16,
    arch: u16,
    /// Rows between the lintels' starts.
    step: u16,
    has_caption: bool,
    gap: u16,
}

impl Plan {
    fn new(area: Rect, needed: u16, is_tall: bool) -> Self {
        let free = area.height.saturating_sub(needed);
        if is_tall && free >= 20 {
            return Self { lead: area.height / 5, arch: 14, step: 3, has_caption: true, gap: 2 };
        }
        // Lead, picture, blank, caption, two blanks.
        match free {
            15.. => Self { lead: 1, arch: 10, step: 2, has_caption: true, gap: 2 },
            10..=14 => Self { lead: 0, arch: 9, step: 2, has_caption: false, gap: 1 },
            6..=9 => Self { lead: 0, arch: 5, step: 1, has_caption: false, gap: 1 },
            _ => Self { lead: 0, arch: 0, step: 1, has_caption: false, gap: 0 },
        }
    }
}

pub(crate) fn draw(canvas: &mut Canvas<'_>, welcome: &Welcome<'_>, editor: &mut Editor) -> Drawn {
    let Welcome { view, area, rules, .. } = *welcome;
    let width = area.width.saturating_sub(6).min(MAX_WIDTH);
    // In a wide pane question and task stand under the picture, not at the far left.
    let side = area.width.saturating_sub(width) / 2;
    let text = if area.width >= 90 {
        Rect { x: area.x + side.saturating_sub(2), width: width + 3, ..area }
    } else {
        area
    };
    let editor_width = text.width.saturating_sub(3);
    let editor_rows = editor.rows(editor_width).min(MAX_EDITOR_ROWS);
    let below: u16 =
        view.below.iter().map(|row| rows::height(row, Rules { width: text.width, ..rules })).sum();
    let needed = 2 + editor_rows + 1 + below;
    let plan = Plan::new(area, needed, rules.is_tall);
    picture(canvas, view, &plan, Rect { x: area.x + side, y: area.y + plan.lead, width, height: plan.arch });
    let mut y = area.y + plan.lead + plan.arch;
    if plan.has_caption {
        y += 1;
        let wide = u16::try_from(super::text::width(&view.caption)).unwrap_or(u16::MAX).min(area.width);
        let muted = canvas.theme.ink(Tone::Muted);
        canvas.put(area.x + (area.width - wide) / 2, y, area.right(), &view.caption, muted);
        y += 1;
    }
    y += plan.gap;
    let mut drawn = Drawn::default();
    if y < area.bottom() {
        let bold = canvas.bold(Tone::Text);
        canvas.put(text.x + 2, y, text.right().saturating_sub(1), &view.question, bold);
    }
    y += 2;
    let room = Rect { x: text.x + 2, y, width: editor_width, height: editor_rows }.intersection(area);
    drawn.caret = editor.draw(canvas, room, EditorLook { placeholder: &view.placeholder, first_line: None });
    y += editor_rows + 1;
    for (index, row) in view.below.iter().enumerate() {
        let rules = Rules { width: text.width, ..rules };
        let lines = rows::height(row, rules).min(area.bottom().saturating_sub(y));
        if lines == 0 {
            break;
        }
        let own = Rect { x: text.x, y, width: text.width, height: lines };
        let marked = match (welcome.cursor == Some(index), welcome.is_focused) {
            (true, true) => Marked::Focused,
            (true, false) => Marked::Aside,
            (false, _) => Marked::No,
        };
        rows::draw(
            canvas,
            row,
            rows::About { marked, ..rows::About::default() },
            Slot { area: own, skip: 0 },
            rules,
        );
        drawn.rows.push((index, own));
        y += lines;
    }
    drawn
}

/// Four arches, one in the other, and the repository's name inside.
fn picture(canvas: &mut Canvas<'_>, view: &WelcomeView, plan: &Plan, area: Rect) {
    if plan.arch == 0 || area.width < 30 {
        return;
    }
    let things = ["endpoints", "functions", "queries", &view.model_things];
    let row = |line: u16| (line < area.height).then_some(area.y + line);
    for (depth, ((layer, thing), count)) in (0u16..).zip(PATH.into_iter().zip(things).zip(view.counts)) {
        let style = canvas.theme.layer(layer);
        let count = match count {
            Some(count) => format!(" {count} "),
            None => format!(" {} ", canvas.symbols.ellipsis()),
        };
        // The hue is the lintel's name; the number is what is known.
        let label = [
            (layer.name(), style),
            (count.as_str(), canvas.theme.ink(Tone::Text).add_modifier(Modifier::BOLD)),
            (thing, canvas.theme.ink(Tone::Muted)),
        ];
        let arch = Arch {
            x: area.x + depth * 4,
            width: area.width.saturating_sub(depth * 8),
            lintel: depth * plan.step,
            style,
            label: &label,
        };
        rows::nested(canvas, &arch, area.height, row);
    }
    let line = if plan.step == 1 { 4 } else { plan.step * 4 };
    if let Some(y) = row(line.min(area.height.saturating_sub(1))) {
        let room = area.width.saturating_sub(28);
        let name =
            super::text::cut(&super::safe::clean(&view.name), usize::from(room), canvas.symbols.ellipsis());
        let wide = u16::try_from(super::text::width(&name)).unwrap_or(0);
        let spot = canvas.bold(Tone::Spot);
        canvas.put(area.x + (area.width.saturating_sub(wide)) / 2, y, area.right(), &name, spot);
    }
}
