//! ACT: what actions do.

use super::act_move::{
    advance, begin_split, find_undecided, fold, next_hunk, next_undecided, open, path_of, refuse_empty,
    while_cutting,
};
pub use super::act_move::{clicked, move_line, select};
pub use super::act_propose::{
    arrived, ask_for, current_step_index, load_guide, merged_plan, open_file, plan_key, plan_or_propose,
    propose_next, request, write_by_hand,
};
use super::act_propose::{edit_own, propose, tick_step};
use super::{act as plan, act_diff};
use crate::{
    domain::{event::Scene, hunk::Decision, ids::HunkId},
    engine::{
        cx::{Cx, plural},
        effect::ProposeKind,
        gate::{self, Gate},
        navigate, pairing,
        popup::{Ask, Popup},
        text::Purpose,
    },
    keys::Action,
};

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    if cx.model.screen.cut.is_some() {
        return while_cutting(cx, action);
    }
    let about_hunks = matches!(
        action,
        Action::Accept
            | Action::AcceptAll
            | Action::TurnDown
            | Action::TurnDownAll
            | Action::Choose
            | Action::Split
            | Action::Fold
            | Action::Unfold
    );
    if about_hunks && plan::shows_guide(cx.model) {
        refuse_guide(cx);
        return true;
    }
    match action {
        Action::Accept => approve(cx),
        Action::AcceptAll => approve_file(cx),
        Action::TurnDown => reject(cx),
        Action::TurnDownAll => reject_file(cx),
        Action::Choose => choose(cx),
        Action::Edit => edit(cx),
        Action::Split => begin_split(cx),
        Action::NextNeed | Action::PreviousNeed => next_undecided(cx, action == Action::NextNeed),
        Action::NextSection | Action::PreviousSection => next_hunk(cx, action == Action::NextSection),
        Action::Fold | Action::Unfold => fold(cx, action == Action::Fold),
        Action::Open => open(cx),
        Action::Propose => propose(cx),
        Action::RunAgain => {
            if plan::shows_guide(cx.model) {
                ask_for(cx, current_step_index(cx), ProposeKind::Seen);
            } else {
                super::verify_update::run_quick(cx);
            }
        }
        Action::RunAll => super::verify_update::run_quick(cx),
        Action::Tick => tick_step(cx),
        Action::OtherView => {
            let screen = &mut cx.model.screen;
            screen.side_by_side = Some(!screen.side_by_side.unwrap_or(false));
        }
        Action::Continue => go_on(cx),
        _ => return false,
    }
    true
}

/// The hunks that a decision is about: the chosen ones, else the current one.
fn subjects(cx: &Cx<'_>) -> Vec<HunkId> {
    let chosen: Vec<HunkId> = cx
        .model
        .screen
        .chosen_hunks
        .iter()
        .copied()
        .filter(|id| cx.model.session.hunk(*id).is_some())
        .collect();
    if chosen.is_empty() { plan::current(cx.model).map(|hunk| hunk.id).into_iter().collect() } else { chosen }
}

/// Remembers the hunk on screen: without a mark it is the first undecided one, which after
/// the decision would be another. Returns its file.
fn keep_place(cx: &mut Cx<'_>) -> Option<String> {
    let current = plan::current(cx.model).map(|hunk| hunk.id)?;
    cx.model.screen.hunk = Some(current);
    path_of(cx, current)
}

fn approve(cx: &mut Cx<'_>) {
    let mut ids = subjects(cx);
    if ids.is_empty() {
        refuse_empty(cx);
        return;
    }
    let from = keep_place(cx);
    let seconded = pairing::second_approval(cx, &ids);
    ids.retain(|id| pairing::is_open(cx.model, *id));
    if ids.is_empty() && seconded > 0 {
        cx.model.screen.chosen_hunks.clear();
        advance(cx, from);
    } else if ids.is_empty() {
        refuse_approved(cx);
    } else {
        approve_all(cx, &ids, from);
    }
}

fn approve_all(cx: &mut Cx<'_>, ids: &[HunkId], from: Option<String>) {
    let mut text = match ids {
        [one] => format!("approved hunk {one}"),
        many => format!("approved {}", plural(many.len(), "hunk")),
    };
    if cx.decide(ids.to_vec(), Decision::Approved) {
        cx.model.screen.chosen_hunks.clear();
        forget_toggles(cx, ids);
        text.push_str(&pairing::still_waits(cx.model, ids));
        cx.undoable(text);
        advance(cx, from);
    }
}

/// What is marked is approved: by everybody it needs, or by one who cannot be both.
fn refuse_approved(cx: &mut Cx<'_>) {
    let current = plan::current(cx.model).and_then(|hunk| pairing::refusal_of(cx.model, hunk.id));
    let text = current.unwrap_or_else(|| {
        let (next, undo) = (cx.key(Action::NextNeed), cx.key(Action::Undo));
        format!("It is approved already. {next} goes on, {undo} takes the last decision back.")
    });
    cx.refuse(text);
}

fn forget_toggles(cx: &mut Cx<'_>, ids: &[HunkId]) {
    for id in ids {
        cx.model.screen.toggled.remove(id);
    }
}

/// Goes back to where the last decision left off: the next undecided hunk, else that one.
pub fn resume_at(cx: &mut Cx<'_>, last: HunkId) {
    if cx.model.session.hunk(last).is_none() {
        return;
    }
    cx.model.screen.hunk = Some(last);
    let next = find_undecided(cx, true).unwrap_or(last);
    select(cx, next);
}

/// No hunk is on screen, so none is decided.
fn refuse_guide(cx: &mut Cx<'_>) {
    if cx.model.session.hunks().is_empty() {
        refuse_empty(cx);
        return;
    }
    let (next, edit) = (cx.key(Action::NextSection), cx.key(Action::Edit));
    cx.refuse(format!("This step has no hunk yet: {edit} writes it, {next} goes to a hunk."));
}

fn same_file(cx: &Cx<'_>) -> Vec<HunkId> {
    let Some(hunk) = plan::current(cx.model) else { return Vec::new() };
    let Some((edit, _)) = cx.model.session.hunk(hunk.id) else { return Vec::new() };
    edit.hunks.iter().filter(|other| other.decision == Decision::Undecided).map(|other| other.id).collect()
}

fn approve_file(cx: &mut Cx<'_>) {
    let from = keep_place(cx);
    let all: Vec<HunkId> = plan::current(cx.model)
        .and_then(|hunk| cx.model.session.hunk(hunk.id))
        .map(|(edit, _)| edit.hunks.iter().map(|hunk| hunk.id).collect())
        .unwrap_or_default();
    let seconded = pairing::second_approval(cx, &all);
    let ids = same_file(cx);
    if ids.is_empty() && seconded > 0 {
        advance(cx, from);
    } else if ids.is_empty() {
        cx.refuse("Every hunk of this file is decided.");
    } else {
        approve_all(cx, &ids, from);
    }
}

fn reject(cx: &mut Cx<'_>) {
    let ids = subjects(cx);
    if let [one] = ids.as_slice()
        && let Some((_, hunk)) = cx.model.session.hunk(*one)
    {
        let dependants: Vec<HunkId> =
            act_diff::dependants_of(cx.model, hunk).into_iter().filter(|id| !ids.contains(id)).collect();
        if !dependants.is_empty() {
            let ask = Ask::Closure { hunk: *one, dependants };
            cx.model.screen.popup = Some(Popup::Choices { ask, marked: 0 });
            return;
        }
    }
    ask_reason(cx, ids);
}

/// Asks why these hunks are rejected.
pub fn ask_reason(cx: &mut Cx<'_>, ids: Vec<HunkId>) {
    if ids.is_empty() {
        refuse_empty(cx);
        return;
    }
    cx.open_editor(Purpose::Reject(ids.clone()), "", "nothing typed: rejected, no reason given");
    cx.model.screen.popup = Some(Popup::Reject { hunks: ids, marked: None });
}

/// Rejects with a reason, which may be empty.
pub fn rejected(cx: &mut Cx<'_>, ids: &[HunkId], reason: &str) {
    let text = match ids {
        [one] => format!("rejected hunk {one}"),
        many => format!("rejected {}", plural(many.len(), "hunk")),
    };
    let from = keep_place(cx);
    if cx.decide(ids.to_vec(), Decision::Rejected { reason: reason.trim().to_owned() }) {
        cx.model.screen.chosen_hunks.clear();
        forget_toggles(cx, ids);
        cx.undoable(text);
        advance(cx, from);
    }
}

fn reject_file(cx: &mut Cx<'_>) {
    let ids = same_file(cx);
    if ids.is_empty() {
        cx.refuse("Every hunk of this file is decided.");
        return;
    }
    ask_reason(cx, ids);
}

fn choose(cx: &mut Cx<'_>) {
    let Some(id) = plan::current(cx.model).map(|hunk| hunk.id) else {
        refuse_empty(cx);
        return;
    };
    if !cx.model.screen.chosen_hunks.remove(&id) {
        cx.model.screen.chosen_hunks.insert(id);
    }
}

pub(super) fn edit(cx: &mut Cx<'_>) {
    if plan::shows_guide(cx.model) {
        edit_own(cx);
        return;
    }
    let Some(hunk) = plan::current(cx.model) else {
        refuse_empty(cx);
        return;
    };
    if !matches!(hunk.body, crate::domain::hunk::Body::Text { .. }) {
        cx.refuse("This hunk has no text to edit.");
        return;
    }
    let (id, proposed) = (hunk.id, hunk.new_lines().concat());
    cx.open_editor(Purpose::Hunk(id), proposed, "");
    cx.model.screen.popup = Some(Popup::EditHunk { hunk: id });
}

fn go_on(cx: &mut Cx<'_>) {
    match gate::gate(cx.model, Scene::Act) {
        Gate::Open { .. } => navigate::enter(cx, Scene::Verify),
        Gate::Waits { .. } if cx.model.session.undecided() > 0 && cx.model.session.held() > 0 => {
            cx.model.screen.popup = Some(Popup::Choices { ask: Ask::LeaveUndecided, marked: 0 });
        }
        other => navigate::refuse_gate(cx, Scene::Verify, &other),
    }
}
