//! Find: `/` and then `n` and `N`, in the focused pane and in the output of a command.

use super::{
    cursor,
    cx::Cx,
    scene,
    view::{Body, Mark, Pane, Row, SceneKind},
};

/// Goes to the next (or previous) match. Returns whether the pane is one that is searched:
/// lists that the needle filters keep `n` for what needs the user.
pub fn follow(cx: &mut Cx<'_>, forward: bool) -> bool {
    let Some(needle) = cx.model.screen.search.clone() else { return false };
    let pane = cx.model.screen.focus;
    let filtered =
        matches!(cx.model.kind(), SceneKind::Acquire | SceneKind::Review) && pane == Pane::Proposal;
    if filtered {
        return false;
    }
    let found = if cx.model.kind() == SceneKind::Verify && pane == Pane::Verify {
        in_output(cx, &needle, forward)
    } else {
        in_rows(cx, pane, &needle, forward)
    };
    if !found {
        cx.refuse(format!("“{needle}” is not in this pane. Esc ends the search."));
    }
    true
}

fn contains(text: &str, needle: &str) -> bool {
    text.to_lowercase().contains(&needle.to_lowercase())
}

fn in_output(cx: &mut Cx<'_>, needle: &str, forward: bool) -> bool {
    let Some(command) = scene::verify::shown_command(cx.model) else { return false };
    let Some(output) = cx.model.activity.output.get(&command) else { return false };
    let count = output.lines.len();
    let at = cx.model.screen.output_top.unwrap_or(if forward { 0 } else { count }).min(count);
    let hit = |index: &usize| output.lines.get(*index).is_some_and(|line| contains(&line.text(), needle));
    let found = if forward {
        (at + 1..count).chain(0..(at + 1).min(count)).find(hit)
    } else {
        (0..at).rev().chain((at..count).rev()).find(hit)
    };
    let Some(line) = found else { return false };
    let number = line as u64 + 1 + output.dropped;
    cx.model.screen.output_top = Some(line);
    cx.model.screen.pinned_output = true;
    cx.notice(Mark::Before, format!("line {number}"));
    true
}

fn in_rows(cx: &mut Cx<'_>, pane: Pane, needle: &str, forward: bool) -> bool {
    let rows = match scene::pane(cx.model, pane).body {
        Body::Shared(rows) => rows.to_vec(),
        Body::Rows(rows) | Body::Output { list: rows, .. } => rows,
        Body::Editor { above, below } => above.into_iter().chain(below).collect(),
        Body::Welcome(_) | Body::Diff(_) => return in_hunks(cx, needle, forward),
    };
    let matching: Vec<_> = rows
        .iter()
        .filter(|row| row_text(row).is_some_and(|text| contains(&text, needle)))
        .filter_map(|row| row.target().cloned())
        .collect();
    cursor::seek(cx.model, pane, forward, |target| matching.contains(target)).is_some()
}

fn row_text(row: &Row) -> Option<String> {
    match row {
        Row::Item { label, note, .. } => {
            Some(label.iter().chain(note).map(|span| span.text.as_str()).collect())
        }
        Row::FlowBox { lines, .. } => Some(
            lines
                .iter()
                .flat_map(|(left, right)| left.iter().chain(right))
                .map(|span| span.text.as_str())
                .collect(),
        ),
        _ => None,
    }
}

fn in_hunks(cx: &mut Cx<'_>, needle: &str, forward: bool) -> bool {
    let all: Vec<_> = scene::act::shown(cx.model)
        .into_iter()
        .filter(|hunk| {
            let path = cx.model.session.hunk(hunk.id).map(|(edit, _)| edit.path.clone()).unwrap_or_default();
            contains(&path, needle) || hunk.new_lines().iter().any(|line| contains(line, needle))
        })
        .map(|hunk| hunk.id)
        .collect();
    let count = all.len();
    if count == 0 {
        return false;
    }
    let current = scene::act::current(cx.model).map(|hunk| hunk.id);
    let next = match (all.iter().position(|id| Some(*id) == current), forward) {
        (Some(at), true) => (at + 1) % count,
        (Some(at), false) => (at + count - 1) % count,
        (None, true) => 0,
        (None, false) => count - 1,
    };
    if let Some(id) = all.get(next).copied() {
        scene::act_update::select(cx, id);
    }
    true
}
