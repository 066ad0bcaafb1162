//! ACT: the plan, and asking for what fills its steps.

use super::act as plan;
use super::act_update::select;
use crate::{
    domain::{
        event::{Scene, What},
        hunk::Decision,
        ids::StepId,
        plan::{Filler, Step},
    },
    engine::{
        cx::{Cx, plural},
        effect::{Effect, ProposeKind},
        model::Model,
        popup::{Ask, Popup},
        text::Purpose,
        view::Mark,
    },
};
use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
};

/// Index of the step that is worked on.
pub fn current_step_index(cx: &Cx<'_>) -> Option<usize> {
    plan::current_step(cx.model).and_then(|step| plan::step_index(cx.model, step.id))
}

/// Opens the file that the walkthrough names, to be written here.
pub(super) fn edit_own(cx: &mut Cx<'_>) {
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

pub(super) fn propose(cx: &mut Cx<'_>) {
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

pub(super) fn tick_step(cx: &mut Cx<'_>) {
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
