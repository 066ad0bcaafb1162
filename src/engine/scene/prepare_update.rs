//! PREPARE: what actions do.

use crate::{
    domain::{
        event::{Scene, What},
        ids::CriterionId,
        task::{CriterionState, Intent},
    },
    engine::{
        ask, cards,
        cx::{Cx, plural},
        effect::Effect,
        gate::{self, Gate},
        navigate,
        popup::{Ask, Popup},
        text::Purpose,
        view::{Mark, Pane, Target},
    },
    keys::Action,
};

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    match action {
        Action::Edit => edit(cx),
        Action::Accept | Action::Open | Action::Choose => accept(cx, action),
        Action::AcceptAll => accept_all(cx),
        Action::TurnDown => turn_down(cx),
        Action::NextNeed | Action::PreviousNeed => next_question(cx, action == Action::NextNeed),
        Action::RunAgain | Action::RunAll => ask::trust(cx),
        Action::Continue => go_on(cx),
        _ => return false,
    }
    true
}

/// Opens the task text.
pub fn open_task(cx: &mut Cx<'_>) {
    let text = cx.model.session.work.task.as_ref().map(|task| task.text.clone()).unwrap_or_default();
    cx.open_editor(Purpose::Task, text, "In your own words; a sentence is enough.");
    cx.model.screen.focus = Pane::Proposal;
}

fn edit(cx: &mut Cx<'_>) {
    match cx.marked() {
        Some(Target::StackField(key)) => {
            let name = super::prepare::field(cx.model, key).name.unwrap_or_default();
            cx.open_editor(Purpose::StackField(key), name, "the tool's name, or empty for none");
            cx.model.screen.popup = Some(Popup::Prompt {
                title: format!("What is the {}?", key.name().replace('_', " ")),
                corner: String::new(),
                above: Vec::new(),
                done: "keep it".into(),
            });
        }
        Some(Target::Criterion(id)) => edit_criterion(cx, id),
        _ => open_task(cx),
    }
}

fn edit_criterion(cx: &mut Cx<'_>, id: CriterionId) {
    let text = cx
        .model
        .session
        .criteria()
        .find(|criterion| criterion.id == id)
        .map(|criterion| criterion.text.clone());
    cx.open_editor(
        Purpose::Criterion(id),
        text.unwrap_or_default(),
        "one thing that must be true at the end",
    );
    cx.model.screen.popup = Some(Popup::Prompt {
        title: format!("AC{id}"),
        corner: String::new(),
        above: Vec::new(),
        done: "keep it".into(),
    });
}

fn accept(cx: &mut Cx<'_>, action: Action) {
    match cx.marked() {
        Some(Target::Answer(question, option)) => answer(cx, question, option),
        Some(Target::Criterion(id)) => {
            let accepted = cx
                .model
                .session
                .criteria()
                .any(|criterion| criterion.id == id && criterion.state == CriterionState::Accepted);
            let state = if accepted && action != Action::Accept {
                CriterionState::Proposed
            } else {
                CriterionState::Accepted
            };
            mark(cx, vec![id], state);
            crate::engine::cursor::step(cx.model, Pane::Checklist, 1);
        }
        Some(Target::Suggestion(index)) => take_suggestion(cx, index),
        Some(Target::Task) => open_task(cx),
        Some(Target::Page(page)) => navigate::open_page(cx, &page),
        Some(Target::StackField(_)) => edit(cx),
        Some(Target::Command(_)) => ask::trust(cx),
        _ => {
            if cx.model.session.work.task.is_none() {
                open_task(cx);
            } else {
                accept_all(cx);
            }
        }
    }
}

/// Answers a question and moves to the next open one.
pub fn answer(cx: &mut Cx<'_>, question: usize, option: usize) {
    let Some(id) = cx
        .model
        .session
        .work
        .task
        .as_ref()
        .and_then(|task| task.reading.questions.get(question))
        .map(|question| question.id.clone())
    else {
        return;
    };
    let choice = choice_of(cx, question, option);
    if cx.record(What::QuestionAnswered { question: id.clone(), answer: option }) {
        if let Some((label, trade_off)) = choice {
            cards::record(cx, &id, &label, &trade_off);
        }
        cx.undoable("answer kept");
        cx.mark(Target::Answer(question, option));
        let open = next_open_question(cx);
        match open {
            Some(next) => cx.mark(Target::Answer(next, 0)),
            None => cx.model.screen.focus = if cx.model.tabs() { Pane::Checklist } else { Pane::Proposal },
        }
    }
}

/// Label and trade-off of an option.
fn choice_of(cx: &Cx<'_>, question: usize, option: usize) -> Option<(String, String)> {
    let task = cx.model.session.work.task.as_ref()?;
    let choice = task.reading.questions.get(question)?.options.get(option)?;
    Some((choice.label.clone(), choice.trade_off.clone()))
}

fn next_open_question(cx: &Cx<'_>) -> Option<usize> {
    cx.model
        .session
        .work
        .task
        .as_ref()?
        .reading
        .questions
        .iter()
        .position(|question| question.answer.is_none())
}

fn next_question(cx: &mut Cx<'_>, forward: bool) {
    if let Some(open) = next_open_question(cx) {
        cx.model.screen.focus = Pane::Proposal;
        cx.mark(Target::Answer(open, 0));
        return;
    }
    let proposed: Vec<CriterionId> = cx
        .model
        .session
        .criteria()
        .filter(|criterion| criterion.state == CriterionState::Proposed)
        .map(|criterion| criterion.id)
        .collect();
    if proposed.is_empty() {
        let key = cx.key(Action::Continue);
        cx.refuse(format!("Nothing here waits for you. {key} goes on."));
        return;
    }
    cx.model.screen.focus = Pane::Checklist;
    crate::engine::cursor::seek(
        cx.model,
        Pane::Checklist,
        forward,
        |target| matches!(target, Target::Criterion(id) if proposed.contains(id)),
    );
}

fn mark(cx: &mut Cx<'_>, ids: Vec<CriterionId>, state: CriterionState) {
    let what = match state {
        CriterionState::Accepted => "accepted",
        CriterionState::Dropped => "dropped",
        CriterionState::Proposed => "reopened",
    };
    let text = match ids.as_slice() {
        [one] => format!("{what} AC{one}"),
        many => format!("{what} {}", plural(many.len(), "criterion")),
    };
    if cx.record(What::CriterionMarked { ids, state }) {
        cx.undoable(text);
    }
}

/// Accepts every criterion that is still only proposed.
pub fn accept_all(cx: &mut Cx<'_>) {
    let ids: Vec<CriterionId> = cx
        .model
        .session
        .criteria()
        .filter(|criterion| criterion.state == CriterionState::Proposed)
        .map(|criterion| criterion.id)
        .collect();
    if ids.is_empty() {
        cx.refuse(if cx.model.session.work.task.is_some() {
            "Every criterion is accepted already."
        } else {
            "There is no task yet; say what you want to change."
        });
        return;
    }
    mark(cx, ids, CriterionState::Accepted);
}

fn turn_down(cx: &mut Cx<'_>) {
    match cx.marked() {
        Some(Target::Criterion(id)) => mark(cx, vec![id], CriterionState::Dropped),
        _ => cx.refuse("Mark a criterion first; Tab moves to the Checklist."),
    }
}

/// Puts a suggestion into the task text and reads it.
pub fn take_suggestion(cx: &mut Cx<'_>, index: usize) {
    if let Some(suggestion) = cx.model.world.suggestions.get(index) {
        let text = suggestion.text.clone();
        read_task(cx, &text);
    }
}

/// Asks for the task to be read.
pub fn read_task(cx: &mut Cx<'_>, text: &str) {
    let text = text.trim();
    if text.is_empty() {
        cx.refuse("Say what you want to change, or ↓ takes an example.");
        return;
    }
    cx.model.screen.editor = None;
    cx.model.activity.reading_task = true;
    cx.effect(Effect::ReadTask(text.to_owned()));
}

/// The reading came back.
pub fn task_read(cx: &mut Cx<'_>, text: String, reading: crate::domain::task::Reading) {
    cx.model.activity.reading_task = false;
    cx.model.screen.drafts.retain(|(purpose, _)| *purpose != Purpose::Task);
    let review = reading.intent == Intent::Review;
    let questions = reading.questions.iter().any(|question| question.answer.is_none());
    let task = crate::domain::task::Task { text, reading };
    if !cx.record(What::TaskRead { task: Box::new(task) }) {
        return;
    }
    cx.notice(Mark::Done, "task read");
    cx.model.screen.focus = Pane::Proposal;
    if questions {
        if let Some(open) = next_open_question(cx) {
            cx.mark(Target::Answer(open, 0));
        }
    } else if !review {
        // What the suggested key accepts must be on screen.
        cx.model.screen.focus = Pane::Checklist;
        cx.mark(Target::Criterion(CriterionId(1)));
    }
}

fn go_on(cx: &mut Cx<'_>) {
    match gate::gate(cx.model, Scene::Prepare) {
        Gate::Open { .. } => {
            if !cx.model.session.work.stack_confirmed {
                if gate::unsure_fields(cx.model).is_empty() {
                    cx.record(What::StackConfirmed);
                } else {
                    cx.model.screen.popup = Some(Popup::Choices { ask: Ask::AcceptLikely, marked: 0 });
                    return;
                }
            }
            navigate::enter(cx, Scene::Acquire);
        }
        other => navigate::refuse_gate(cx, Scene::Acquire, &other),
    }
}
