//! ACT: moving among hunks and lines, folding, and cutting a hunk in two.

pub use super::act_propose::{
    arrived, ask_for, current_step_index, load_guide, merged_plan, open_file, plan_key, plan_or_propose,
    propose_next, request, write_by_hand,
};
use super::{act as plan, act_diff};
use crate::{
    domain::{
        event::What,
        hunk::{Decision, Hunk},
        ids::HunkId,
    },
    engine::{
        cx::Cx,
        effect::Effect,
        pairing,
        view::{Pane, Target, pane::DiffPiece},
    },
    keys::Action,
};

pub(super) fn path_of(cx: &Cx<'_>, id: HunkId) -> Option<String> {
    cx.model.session.hunk(id).map(|(edit, _)| edit.path.clone())
}

/// Moves to the next undecided hunk; says so when it is in another file.
pub(super) fn advance(cx: &mut Cx<'_>, from: Option<String>) {
    let Some(next) = find_undecided(cx, true) else { return };
    select(cx, next);
    let path = path_of(cx, next);
    if let (Some(from), Some(to)) = (from, path)
        && from != to
        && let Some(notice) = &mut cx.model.screen.notice
    {
        notice.text.push_str(&format!(", now in {to}"));
    }
}

pub(super) fn find_undecided(cx: &Cx<'_>, forward: bool) -> Option<HunkId> {
    let all = cx.model.session.hunks();
    let current = plan::current(cx.model).map(|hunk| hunk.id);
    let at = all.iter().position(|hunk| Some(hunk.id) == current).unwrap_or(0);
    let count = all.len();
    (1..=count)
        .filter_map(|offset| {
            let index = if forward { (at + offset) % count } else { (at + count - offset) % count };
            all.get(index)
        })
        .find(|hunk| hunk.decision == Decision::Undecided || pairing::waits_for_driver(cx.model, hunk.id))
        .map(|hunk| hunk.id)
}

/// Makes a hunk the current one, its step marked with it.
pub fn select(cx: &mut Cx<'_>, id: HunkId) {
    cx.model.screen.hunk = Some(id);
    cx.model.screen.diff_row = 0;
    cx.model.screen.guide = false;
    let step = cx.model.session.hunk(id).and_then(|(_, hunk)| hunk.step);
    if let Some(step) = step {
        let kind = cx.model.kind();
        cx.model.screen.marked.insert((kind, Pane::Boundaries), Target::Step(step));
    }
}

pub(super) fn refuse_empty(cx: &mut Cx<'_>) {
    let key = cx.key(Action::Propose);
    cx.refuse(format!("There is no hunk yet. {key} asks for a proposal."));
}

pub(super) fn begin_split(cx: &mut Cx<'_>) {
    let Some(hunk) = plan::current(cx.model) else {
        refuse_empty(cx);
        return;
    };
    let rows = changed_rows(cx, hunk);
    if hunk.decision != Decision::Undecided {
        let key = cx.key(Action::Undo);
        cx.refuse(format!("Only an undecided hunk can be split. {key} undoes the decision."));
    } else if rows < 2 {
        cx.refuse("One line cannot be split.");
    } else {
        cx.model.screen.cut = Some(rows / 2);
    }
}

/// Rows of the change itself, without context.
fn changed_rows(cx: &Cx<'_>, hunk: &Hunk) -> usize {
    let Some((edit, _)) = cx.model.session.hunk(hunk.id) else { return 0 };
    let base = crate::domain::diff::split_lines(edit.base.as_deref().unwrap_or(""));
    let range = hunk.base_range();
    let old: Vec<&str> =
        base.get(range.start as usize..range.end as usize).map(<[&str]>::to_vec).unwrap_or_default();
    crate::domain::diff::rows(&old, hunk.new_lines()).len()
}

pub(super) fn while_cutting(cx: &mut Cx<'_>, action: Action) -> bool {
    let Some(cut) = cx.model.screen.cut else { return false };
    let Some(hunk) = plan::current(cx.model) else {
        cx.model.screen.cut = None;
        return true;
    };
    let (id, rows) = (hunk.id, changed_rows(cx, hunk));
    match action {
        Action::Down => cx.model.screen.cut = Some((cut + 1).min(rows.saturating_sub(1))),
        Action::Up => cx.model.screen.cut = Some(cut.saturating_sub(1).max(1)),
        Action::Open | Action::Split => {
            cx.model.screen.cut = None;
            if cx.record(What::Split { hunk: id, rows: cut }) {
                cx.undoable(format!("split hunk {id}"));
                cx.touched();
            }
        }
        Action::Escape => cx.model.screen.cut = None,
        _ => cx.refuse("Enter cuts, ↑ ↓ move the cut, Esc leaves."),
    }
    true
}

pub(super) fn next_undecided(cx: &mut Cx<'_>, forward: bool) {
    if let Some(id) = find_undecided(cx, forward) {
        cx.model.screen.focus = Pane::Proposal;
        select(cx, id);
        return;
    }
    // A step that nobody has filled needs the user too.
    let open =
        cx.model.session.work.steps.iter().find(|step| !plan::step_done(cx.model, step)).map(|step| step.id);
    match open {
        Some(step) => {
            cx.model.screen.guide = true;
            load_guide(cx);
            cx.model.screen.focus = Pane::Proposal;
            let kind = cx.model.kind();
            cx.model.screen.marked.insert((kind, Pane::Boundaries), Target::Step(step));
        }
        None => {
            let key = cx.key(Action::Continue);
            cx.refuse(format!("Every hunk is decided. {key} goes on to VERIFY."));
        }
    }
}

pub(super) fn next_hunk(cx: &mut Cx<'_>, forward: bool) {
    let all: Vec<HunkId> = cx.model.session.hunks().into_iter().map(|hunk| hunk.id).collect();
    let at = plan::current(cx.model).and_then(|hunk| all.iter().position(|id| *id == hunk.id)).unwrap_or(0);
    let next = if forward { at + 1 } else { at.saturating_sub(1) };
    match all.get(next.min(all.len().saturating_sub(1))) {
        Some(id) => {
            let id = *id;
            select(cx, id);
        }
        None => refuse_empty(cx),
    }
}

/// Moves the line under the cursor; at the ends of a hunk, the hunk.
pub fn move_line(cx: &mut Cx<'_>, delta: isize) {
    let Some(hunk) = plan::current(cx.model) else { return };
    let Some(view) = act_diff::view(cx.model, hunk.id) else { return };
    let last = if view.folded { 0 } else { view.rows.len().saturating_sub(1) };
    let row = cx.model.screen.diff_row;
    if delta > 0 && row >= last {
        let before = cx.model.screen.hunk;
        next_hunk(cx, true);
        if cx.model.screen.hunk == before {
            cx.model.screen.diff_row = last;
        }
    } else if delta < 0 && row == 0 {
        next_hunk(cx, false);
    } else {
        cx.model.screen.hunk = Some(view.id);
        cx.model.screen.diff_row = row.saturating_add_signed(delta).min(last);
    }
}

pub(super) fn fold(cx: &mut Cx<'_>, fold: bool) {
    let Some(hunk) = plan::current(cx.model) else { return };
    let Some(view) = act_diff::view(cx.model, hunk.id) else { return };
    let id = hunk.id;
    if view.folded != fold {
        if !cx.model.screen.toggled.remove(&id) {
            cx.model.screen.toggled.insert(id);
        }
    } else if !fold {
        let all = view.rows.iter().all(|piece| matches!(piece, DiffPiece::Line { .. }));
        let more = cx.model.screen.context.entry(id).or_default();
        *more = if all { *more } else { more.saturating_add(20) };
    } else {
        cx.model.screen.context.remove(&id);
    }
}

pub(super) fn open(cx: &mut Cx<'_>) {
    match cx.marked() {
        Some(Target::Step(step)) if cx.model.screen.focus == Pane::Boundaries => {
            let first = plan::hunks_of(cx.model, step).first().map(|hunk| hunk.id);
            cx.model.screen.focus = Pane::Proposal;
            match first {
                Some(id) => select(cx, id),
                None => {
                    cx.model.screen.guide = true;
                    load_guide(cx);
                }
            }
        }
        Some(Target::Place(place)) => cx.effect(Effect::OpenEditor { path: place.path, line: place.line }),
        _ => {
            let folded = plan::current(cx.model)
                .and_then(|hunk| act_diff::view(cx.model, hunk.id))
                .is_some_and(|view| view.folded);
            fold(cx, !folded);
        }
    }
}

/// The hunk that was clicked.
pub fn clicked(cx: &mut Cx<'_>, index: usize, row: usize) {
    let id = plan::shown(cx.model).get(index).map(|hunk| hunk.id);
    if let Some(id) = id {
        select(cx, id);
        cx.model.screen.diff_row = row;
        cx.model.screen.focus = Pane::Proposal;
    }
}
