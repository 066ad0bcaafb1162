//! The mark of a pane: it follows its item, not its index.

use super::{
    model::Model,
    view::{Body, Pane, Row, Target},
};
use std::sync::Arc;

/// Rows of a pane that can be marked, as index and target.
pub fn selectable(rows: &[Row]) -> Vec<(usize, &Target)> {
    rows.iter().enumerate().filter_map(|(index, row)| row.target().map(|target| (index, target))).collect()
}

/// The rows that a pane's mark moves over.
pub fn rows(model: &Model, pane: Pane) -> Arc<Vec<Row>> {
    match super::scene::pane(model, pane).body {
        Body::Shared(rows) => rows,
        Body::Rows(rows) | Body::Output { list: rows, .. } => Arc::new(rows),
        Body::Editor { above, below } => Arc::new(above.into_iter().chain(below).collect()),
        Body::Welcome(welcome) => Arc::new(welcome.below),
        Body::Diff(diff) => Arc::new(diff.above),
    }
}

/// The marked thing of a pane: the remembered one while it is there, else the first.
pub fn marked(model: &Model, pane: Pane) -> Option<Target> {
    marked_in(model, pane, &rows(model, pane)).map(|(_, target)| target)
}

/// Index and target of the mark among these rows.
pub fn marked_in(model: &Model, pane: Pane, rows: &[Row]) -> Option<(usize, Target)> {
    // Every frame asks this of every pane, so only the target that is found is copied.
    let all =
        || rows.iter().enumerate().filter_map(|(index, row)| row.target().map(|target| (index, target)));
    let wanted = model.screen.marked.get(&(model.kind(), pane));
    wanted
        .and_then(|wanted| {
            all()
                .find(|(_, target)| *target == wanted)
                .or_else(|| all().find(|(_, target)| kin(target, wanted)))
        })
        .or_else(|| all().next())
        .map(|(index, target)| (index, target.clone()))
}

/// Whether two targets are of one kind, so that the mark stays near when its item left.
fn kin(a: &Target, b: &Target) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// Moves the mark by so many selectable rows, stopping at the ends. Returns the new target.
pub fn step(model: &mut Model, pane: Pane, delta: isize) -> Option<Target> {
    let rows = rows(model, pane);
    let all = selectable(&rows);
    let at = marked_in(model, pane, &rows)
        .and_then(|(index, _)| all.iter().position(|(row, _)| *row == index))
        .unwrap_or(0);
    let last = all.len().checked_sub(1)?;
    let next = at.saturating_add_signed(delta).min(last);
    let target = all.get(next).map(|(_, target)| (*target).clone())?;
    let kind = model.kind();
    model.screen.marked.insert((kind, pane), target.clone());
    Some(target)
}

/// Marks the next (or previous) row whose target passes, wrapping once. Returns it.
pub fn seek(model: &mut Model, pane: Pane, forward: bool, test: impl Fn(&Target) -> bool) -> Option<Target> {
    let rows = rows(model, pane);
    let all = selectable(&rows);
    let at = marked_in(model, pane, &rows)
        .and_then(|(index, _)| all.iter().position(|(row, _)| *row == index))
        .unwrap_or(0);
    let count = all.len();
    let found = (1..=count).find_map(|offset| {
        let index = if forward { (at + offset) % count } else { (at + count - offset % count) % count };
        all.get(index).map(|(_, target)| *target).filter(|target| test(target)).cloned()
    })?;
    let kind = model.kind();
    model.screen.marked.insert((kind, pane), found.clone());
    Some(found)
}
