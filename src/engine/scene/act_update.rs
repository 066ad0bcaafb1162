//! ACT: what actions do.

use super::{act as plan, act_diff};
use crate::{
    domain::{
        event::{Scene, What},
        hunk::{Decision, Hunk},
        ids::{HunkId, StepId},
        plan::{Filler, Step},
    },
    engine::{
        cx::{Cx, plural},
        effect::{Effect, ProposeKind},
        gate::{self, Gate},
        model::Model,
        navigate,
        popup::{Ask, Popup},
        text::Purpose,
        view::{Mark, Pane, Target, pane::DiffPiece},
    },
    keys::Action,
};
use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
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

/// Index of the step that is worked on.
pub fn current_step_index(cx: &Cx<'_>) -> Option<usize> {
    plan::current_step(cx.model).and_then(|step| plan::step_index(cx.model, step.id))
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

fn approve(cx: &mut Cx<'_>) {
    let mut ids = subjects(cx);
    if ids.is_empty() {
        refuse_empty(cx);
        return;
    }
    ids.retain(|id| cx.model.session.hunk(*id).is_some_and(|(_, hunk)| !hunk.decision.is_held()));
    if ids.is_empty() {
        let (next, undo) = (cx.key(Action::NextNeed), cx.key(Action::Undo));
        cx.refuse(format!("It is approved already. {next} goes on, {undo} takes the last decision back."));
        return;
    }
    let text = match ids.as_slice() {
        [one] => format!("approved hunk {one}"),
        many => format!("approved {}", plural(many.len(), "hunk")),
    };
    let from = plan::current(cx.model).and_then(|hunk| path_of(cx, hunk.id));
    if cx.decide(ids.clone(), Decision::Approved) {
        cx.model.screen.chosen_hunks.clear();
        forget_toggles(cx, &ids);
        cx.undoable(text);
        advance(cx, from);
    }
}

fn path_of(cx: &Cx<'_>, id: HunkId) -> Option<String> {
    cx.model.session.hunk(id).map(|(edit, _)| edit.path.clone())
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

/// Moves to the next undecided hunk; says so when it is in another file.
fn advance(cx: &mut Cx<'_>, from: Option<String>) {
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

fn find_undecided(cx: &Cx<'_>, forward: bool) -> Option<HunkId> {
    let all = cx.model.session.hunks();
    let current = plan::current(cx.model).map(|hunk| hunk.id);
    let at = all.iter().position(|hunk| Some(hunk.id) == current).unwrap_or(0);
    let count = all.len();
    (1..=count)
        .filter_map(|offset| {
            let index = if forward { (at + offset) % count } else { (at + count - offset) % count };
            all.get(index)
        })
        .find(|hunk| hunk.decision == Decision::Undecided)
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

fn refuse_empty(cx: &mut Cx<'_>) {
    let key = cx.key(Action::Propose);
    cx.refuse(format!("There is no hunk yet. {key} asks for a proposal."));
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
    let ids = same_file(cx);
    if ids.is_empty() {
        cx.refuse("Every hunk of this file is decided.");
        return;
    }
    let text = format!("approved {}", plural(ids.len(), "hunk"));
    let from = plan::current(cx.model).and_then(|hunk| path_of(cx, hunk.id));
    if cx.decide(ids, Decision::Approved) {
        cx.undoable(text);
        advance(cx, from);
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
pub fn rejected(cx: &mut Cx<'_>, ids: Vec<HunkId>, reason: &str) {
    let text = match ids.as_slice() {
        [one] => format!("rejected hunk {one}"),
        many => format!("rejected {}", plural(many.len(), "hunk")),
    };
    let from = plan::current(cx.model).and_then(|hunk| path_of(cx, hunk.id));
    if cx.decide(ids.clone(), Decision::Rejected { reason: reason.trim().to_owned() }) {
        cx.model.screen.chosen_hunks.clear();
        forget_toggles(cx, &ids);
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

fn edit(cx: &mut Cx<'_>) {
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

/// Opens the file that the walkthrough names, to be written here.
fn edit_own(cx: &mut Cx<'_>) {
    let path = plan::current_step(cx.model).and_then(|step| match &step.filler {
        Filler::Walkthrough { guide } => guide
            .to
            .as_ref()
            .map(|to| to.path.clone())
            .or_else(|| guide.from.as_ref().map(|from| from.path.clone())),
        Filler::Fix { finding } => Some(finding.file.clone()),
        Filler::Recipe { .. } | Filler::Agent { .. } | Filler::Generator { .. } => None,
    });
    match path {
        Some(path) => open_file(cx, path),
        None => {
            cx.open_editor(Purpose::NewFile, "", "path of the file to write");
            cx.model.screen.popup = Some(Popup::Prompt {
                title: "Which file do you want to write?".into(),
                corner: "relative to the repository".into(),
                above: Vec::new(),
                done: "open it".into(),
            });
        }
    }
}

/// Opens the current text of a file in the built-in editor.
pub fn open_file(cx: &mut Cx<'_>, path: String) {
    let session = cx.model.session.work.edits.get(&path).map(crate::domain::edit::FileEdit::current);
    let loaded = cx.model.world.sources.get(&path).cloned();
    let text = match (session, loaded) {
        (Some(text), _) => text.unwrap_or_default(),
        (None, Some(text)) => text.as_deref().unwrap_or_default().to_owned(),
        (None, None) => {
            cx.model.screen.open_when_loaded = Some(path.clone());
            cx.effect(Effect::LoadSource(path));
            return;
        }
    };
    cx.model.screen.popup = Some(Popup::EditFile { path: path.clone() });
    cx.open_editor(Purpose::OwnFile(path), text, "");
}

fn begin_split(cx: &mut Cx<'_>) {
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

fn while_cutting(cx: &mut Cx<'_>, action: Action) -> bool {
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

fn next_undecided(cx: &mut Cx<'_>, forward: bool) {
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

fn next_hunk(cx: &mut Cx<'_>, forward: bool) {
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
    let Some((edit, _)) = cx.model.session.hunk(hunk.id) else { return };
    let view = act_diff::view(cx.model, edit, hunk);
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

fn fold(cx: &mut Cx<'_>, fold: bool) {
    let Some(hunk) = plan::current(cx.model) else { return };
    let Some((edit, _)) = cx.model.session.hunk(hunk.id) else { return };
    let view = act_diff::view(cx.model, edit, hunk);
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

fn open(cx: &mut Cx<'_>) {
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
                .and_then(|hunk| cx.model.session.hunk(hunk.id))
                .is_some_and(|(edit, hunk)| act_diff::view(cx.model, edit, hunk).folded);
            fold(cx, !folded);
        }
    }
}

/// Loads the sources that the walkthrough on screen quotes.
pub fn load_guide(cx: &mut Cx<'_>) {
    let path = plan::current_step(cx.model).and_then(|step| match &step.filler {
        Filler::Walkthrough { guide } => guide.from.as_ref().map(|from| from.path.clone()),
        Filler::Recipe { .. } | Filler::Fix { .. } | Filler::Agent { .. } | Filler::Generator { .. } => None,
    });
    if let Some(path) = path {
        cx.effect(Effect::LoadSource(path));
    }
}

fn propose(cx: &mut Cx<'_>) {
    if cx.model.activity.proposing.is_some() {
        cx.refuse_proposing();
        return;
    }
    if !cx.may_act() {
        return;
    }
    let Some(index) = current_step_index(cx) else {
        cx.refuse("There is no step to fill.");
        return;
    };
    let by_hand = cx
        .model
        .session
        .work
        .steps
        .get(index)
        .is_some_and(|step| matches!(step.filler, Filler::Walkthrough { .. }));
    let agents = cx.model.options.agents.clone();
    if by_hand {
        if agents.is_empty() {
            cx.model.screen.guide = true;
            load_guide(cx);
            cx.refuse("This step has no recipe; the walkthrough leads you. An agent is not set up; : agents says how.");
        } else {
            cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Agent(index), marked: 0 });
        }
        return;
    }
    request(cx, index);
}

/// Asks the step's own filler.
pub fn request(cx: &mut Cx<'_>, index: usize) {
    cx.model.activity.step_errors.remove(&index);
    cx.model.activity.proposing = Some(index);
    cx.effect(Effect::Propose { step: Some(index), kind: ProposeKind::Step });
}

/// Asks for something that is no filler of a step. Returns whether it was asked for.
pub fn ask_for(cx: &mut Cx<'_>, step: Option<usize>, kind: ProposeKind) -> bool {
    if cx.model.activity.proposing.is_some() || !cx.may_act() {
        cx.refuse_proposing();
        return false;
    }
    cx.model.activity.proposing = step.or(Some(usize::MAX));
    cx.effect(Effect::Propose { step, kind });
    true
}

/// Makes the plan when there is none or what it was made of is another choice now; else
/// asks for the next proposal.
pub fn plan_or_propose(cx: &mut Cx<'_>) {
    let key = plan_key(cx.model);
    let fresh = cx.model.activity.planned == Some(key) && !cx.model.session.work.steps.is_empty();
    let looking = cx.model.options.read_only.is_some() || cx.model.activity.journal_failed_at.is_some();
    if fresh {
        propose_next(cx);
    } else if !cx.model.activity.planning && !looking {
        cx.model.activity.planning = true;
        cx.model.activity.planned = Some(key);
        cx.effect(Effect::Plan);
    }
}

/// What a plan is made of: the task with its accepted criteria and inputs, and the choice.
pub fn plan_key(model: &Model) -> u64 {
    let work = &model.session.work;
    let mut hasher = DefaultHasher::new();
    if let Some(task) = &work.task {
        (&task.text, task.reading.intent, &task.reading.subject, &task.reading.inputs).hash(&mut hasher);
        for question in &task.reading.questions {
            question.answer.hash(&mut hasher);
        }
    }
    (&work.boundaries, &work.findings).hash(&mut hasher);
    hasher.finish()
}

/// A new plan over the one there is: steps that hunks belong to keep their numbers.
pub fn merged_plan(model: &Model, planned: Vec<Step>) -> Vec<Step> {
    let old = &model.session.work.steps;
    let mut kept: Vec<Step> =
        old.iter().filter(|step| !plan::hunks_of(model, step.id).is_empty()).cloned().collect();
    if kept.is_empty() {
        return planned;
    }
    let mut last = old.iter().map(|step| step.id.0).max().unwrap_or(0);
    let same = |a: &Step, b: &Step| a.title == b.title && a.layer == b.layer && a.filler == b.filler;
    let mut numbers: BTreeMap<StepId, StepId> = BTreeMap::new();
    let mut fresh = Vec::new();
    for step in planned {
        if let Some(known) = kept.iter().find(|known| same(known, &step)) {
            numbers.insert(step.id, known.id);
        } else {
            last += 1;
            numbers.insert(step.id, StepId(last));
            fresh.push(Step { id: StepId(last), ..step });
        }
    }
    for step in &mut fresh {
        step.after = step.after.iter().filter_map(|id| numbers.get(id).copied()).collect();
    }
    kept.extend(fresh);
    kept
}

/// Nobody could fill the step: it becomes a walkthrough and keeps its number.
pub fn write_by_hand(cx: &mut Cx<'_>, index: usize, instead: Step) {
    let mut steps = cx.model.session.work.steps.clone();
    let Some(step) = steps.get_mut(index) else { return };
    *step = Step { id: step.id, after: step.after.clone(), ..instead };
    if cx.record(What::PlanMade { steps }) {
        load_guide(cx);
    }
}

/// On entering ACT: the next step that a built-in proposer can fill and nobody asked for.
pub fn propose_next(cx: &mut Cx<'_>) {
    let looking = cx.model.options.read_only.is_some() || cx.model.activity.journal_failed_at.is_some();
    if cx.model.activity.proposing.is_some() || looking {
        return;
    }
    let asked = &cx.model.activity.asked_steps;
    let next = cx.model.session.work.steps.iter().enumerate().find(|(index, step)| {
        matches!(step.filler, Filler::Recipe { .. } | Filler::Fix { .. })
            && plan::hunks_of(cx.model, step.id).is_empty()
            && !cx.model.activity.step_errors.contains_key(index)
            && !asked.contains(index)
    });
    if let Some((index, _)) = next {
        cx.model.activity.asked_steps.insert(index);
        request(cx, index);
    }
}

fn tick_step(cx: &mut Cx<'_>) {
    let Some(step) = plan::current_step(cx.model).cloned() else { return };
    match &step.filler {
        Filler::Walkthrough { guide } if plan::check(cx.model, guide).is_none() => {
            if cx.record(What::Ticked { item: format!("step-{}", step.id), note: "done by hand".into() }) {
                cx.undoable(format!("step {} done by hand", step.id));
            }
        }
        _ => cx.refuse("This step has a check of its own; nobody ticks it."),
    }
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

/// The hunk that was clicked.
pub fn clicked(cx: &mut Cx<'_>, index: usize, row: usize) {
    let id = plan::shown(cx.model).get(index).map(|hunk| hunk.id);
    if let Some(id) = id {
        select(cx, id);
        cx.model.screen.diff_row = row;
        cx.model.screen.focus = Pane::Proposal;
    }
}

/// A proposal arrived: where the cursor goes and what is said.
pub fn arrived(cx: &mut Cx<'_>, added: usize) {
    cx.notice(Mark::Before, format!("{} proposed", plural(added, "hunk")));
    cx.touched();
    let first = plan::shown(cx.model)
        .into_iter()
        .find(|hunk| hunk.decision == Decision::Undecided)
        .map(|hunk| hunk.id);
    if cx.model.screen.hunk.is_none()
        && let Some(id) = first
    {
        select(cx, id);
    }
    if cx.model.session.scene == Scene::Act {
        cx.model.screen.guide = false;
    }
}
