//! One hunk as lines: where it is, where it comes from, what it changes.

use crate::{
    domain::{
        diff::Sign,
        hunk::{Decision, Why},
        ids::HunkId,
    },
    engine::{
        Model,
        scene::{act, act_diff},
        view::pane::DiffPiece,
    },
};

/// The hunk with its header, its change and its context.
pub(super) fn lines(model: &Model, id: HunkId) -> Vec<String> {
    let Some((_edit, hunk)) = model.session.hunk(id) else { return Vec::new() };
    let Some(view) = act_diff::view(model, id) else { return Vec::new() };
    let count = model.session.count(|_| true);
    let step = hunk.step.and_then(|step| act::step_index(model, step)).map_or_else(String::new, |index| {
        format!("Step {} of {}, {}. ", index + 1, model.session.work.steps.len(), view.layer.name())
    });
    let mut state = capital(&view.state);
    if !view.reason.is_empty() {
        state.push_str(&format!(", because: {}", view.reason));
    }
    let mut lines = vec![format!("{step}Hunk {id} of {count}, {} line {}. {state}.", view.path, view.line)];
    let serves = if hunk.criteria.is_empty() {
        "Serves no criterion".into()
    } else {
        format!("Serves {}", view.serves)
    };
    let guard = if view.guard.1.is_empty() { String::new() } else { format!(" {}.", capital(&view.guard.1)) };
    lines.push(format!("From {}. {serves}.{guard} {}", view.origin, links(model, id)));
    lines.extend(view.facts.iter().map(|fact| format!("{}.", capital(fact).trim_end_matches('.'))));
    for piece in view.rows.iter() {
        lines.push(match piece {
            DiffPiece::Fold { lines: 1 } => "  1 line not shown".to_owned(),
            DiffPiece::Fold { lines } => format!("  {lines} lines not shown"),
            DiffPiece::Line { number, row } => {
                let sign = match row.sign {
                    Sign::Removed => "removed",
                    Sign::Added => "added  ",
                    Sign::Same => "same   ",
                };
                let end = if row.no_newline { "  (no line end)" } else { "" };
                format!("  {sign} {number}: {}{end}", row.text)
            }
        });
    }
    lines
}

/// `Needs hunk 5 for cancel, approved. Needed by hunks 12 and 14.`
fn links(model: &Model, id: HunkId) -> String {
    let Some((_, hunk)) = model.session.hunk(id) else { return String::new() };
    let state = |id| model.session.hunk(id).map_or("gone", |(_, hunk)| word(&hunk.decision));
    let needs: Vec<String> = hunk
        .needs_to(Why::Build)
        .map(|need| format!("hunk {} for {}, {}", need.hunk, need.symbol, state(need.hunk)))
        .collect();
    let users: Vec<String> = model
        .session
        .hunks()
        .into_iter()
        .filter(|other| other.needs_to(Why::Build).any(|need| need.hunk == id))
        .map(|other| other.id.to_string())
        .collect();
    let mut needs =
        if needs.is_empty() { "Needs nothing.".into() } else { format!("Needs {}.", needs.join("; ")) };
    if let Some(need) = hunk.needs_to(Why::Use).next() {
        needs += &format!(" Imports {} for hunk {}, {}.", need.symbol, need.hunk, state(need.hunk));
    }
    match users.as_slice() {
        [] => needs,
        [one] => format!("{needs} Needed by hunk {one}."),
        [first @ .., last] => format!("{needs} Needed by hunks {} and {last}.", first.join(", ")),
    }
}

fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Undecided => "undecided",
        Decision::Approved => "approved",
        Decision::Edited { .. } => "approved as edited",
        Decision::Rejected { .. } => "rejected",
    }
}

/// The first letter in upper case.
pub(super) fn capital(text: &str) -> String {
    crate::engine::cx::capitalise(text)
}
