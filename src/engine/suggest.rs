//! The footer: the one suggested key, the others in a fixed order, and labels by scene.

use super::{
    gate::{self, Gate},
    judge,
    model::Model,
    scene::{acquire, act, act_diff},
    subject,
    view::{KeyHint, Mark, Pane, SceneKind, Target},
};
use crate::{
    domain::{
        event::Scene,
        hunk::Decision,
        task::{CriterionState, Intent},
        verdict::Verdict,
    },
    keys::Action,
};

/// Most keys that a footer shows.
const FOOTER_KEYS: usize = 12;

/// A label that says more than the action's own name in this scene.
pub fn label(model: &Model, action: Action) -> Option<String> {
    let next = model.session.scene.next().map(Scene::name).unwrap_or_default();
    let text = match (model.kind(), action) {
        (SceneKind::Finalize, Action::Continue) => "commit",
        (_, Action::Continue) => return Some(format!("on to {next}")),
        (SceneKind::Prepare, Action::NextNeed) => "next question",
        (SceneKind::Acquire | SceneKind::Review, Action::NextNeed) => "next notice",
        (SceneKind::Act, Action::NextNeed) => "next undecided",
        (SceneKind::Verify, Action::NextNeed) => "next failure",
        (SceneKind::Finalize, Action::NextNeed) if model.session.is_committed() => "another change",
        (SceneKind::Finalize, Action::NextNeed) => "next open",
        (SceneKind::Act, Action::Accept) => "approve hunk",
        (SceneKind::Act, Action::AcceptAll) => "approve this file",
        (SceneKind::Act, Action::TurnDown) => "reject",
        (SceneKind::Act, Action::TurnDownAll) => "reject this file",
        (SceneKind::Prepare, Action::TurnDown) => "drop",
        (SceneKind::Review, Action::TurnDown) => "dismiss",
        (SceneKind::Review, Action::AcceptAll) => "choose fixable",
        (SceneKind::Acquire, Action::AcceptAll) => "take the suggestion",
        (SceneKind::Prepare, Action::AcceptAll) => "accept all",
        (SceneKind::Verify, Action::TurnDown) => "does not apply",
        (SceneKind::Act, Action::Split) => "split",
        (SceneKind::Act, Action::OtherView) => "side by side",
        (SceneKind::Acquire, Action::OtherView) => "flow or list",
        (SceneKind::Review, Action::OtherView) => "group",
        (SceneKind::Finalize, Action::OtherView) => "one or per layer",
        (SceneKind::Verify, Action::RunAgain) => "run failed",
        (SceneKind::Act, Action::RunAgain) => "run checks",
        (SceneKind::Acquire | SceneKind::Review, Action::RunAgain) => "scan again",
        (SceneKind::Prepare, Action::RunAgain) => "commands found",
        (SceneKind::Finalize, Action::RunAgain) => "try again",
        (SceneKind::Verify, Action::Why) => "playbook",
        (SceneKind::Finalize, Action::Copy) => "take the report",
        (SceneKind::Finalize, Action::Edit) => "edit message",
        _ => return None,
    };
    Some(text.to_owned())
}

/// Why an action cannot act now; empty when it can.
pub fn refusal(model: &Model, action: Action) -> String {
    let text = match action {
        Action::Undo if model.session.undo_step().is_none() && !model.session.is_committed() => {
            "nothing to undo"
        }
        Action::Redo if model.session.redo_step().is_none() => "nothing to redo",
        Action::Continue
            if !gate::gate(model, model.session.scene).is_open()
                && model.session.scene != Scene::Finalize =>
        {
            "the gate is shut"
        }
        Action::Split | Action::AcceptAll
            if model.kind() == SceneKind::Act && model.session.undecided() == 0 =>
        {
            "no undecided hunk"
        }
        Action::Split if model.kind() != SceneKind::Act => "only in ACT",
        Action::Tick if !matches!(model.kind(), SceneKind::Verify | SceneKind::Act) => "only in VERIFY",
        Action::Partial if !matches!(model.kind(), SceneKind::Verify | SceneKind::Finalize) => {
            "only in VERIFY"
        }
        Action::ApplyNow if model.session.held() == 0 => "nothing is held",
        Action::UndoCommit if !model.session.is_committed() => "no commit was made",
        _ => "",
    };
    text.to_owned()
}

/// The key suggested now.
fn suggested(model: &Model) -> (Action, String) {
    let with = |action: Action| (action, label(model, action).unwrap_or_else(|| action.label().to_owned()));
    match model.kind() {
        SceneKind::Prepare => prepare(model),
        SceneKind::Acquire => {
            let free = model.session.work.boundaries.is_empty();
            let suggested = if free { subject::suggested(model).paths.len() } else { 0 };
            if suggested > 0 {
                (Action::AcceptAll, format!("take the suggested {suggested}"))
            } else if gate::gate(model, Scene::Acquire).is_open() {
                with(Action::Continue)
            } else {
                (Action::Choose, "choose".into())
            }
        }
        SceneKind::Review => {
            if gate::gate(model, Scene::Acquire).is_open() {
                with(Action::Continue)
            } else {
                (Action::Choose, "choose".into())
            }
        }
        SceneKind::Act => act_key(model),
        SceneKind::Verify => verify(model),
        SceneKind::Finalize => {
            if model.activity.committing {
                (Action::Interrupt, "stop".into())
            } else if model.session.is_committed() {
                (Action::NextNeed, "another change".into())
            } else {
                (Action::Continue, "commit".into())
            }
        }
    }
}

fn prepare(model: &Model) -> (Action, String) {
    let Some(task) = &model.session.work.task else {
        return match &model.screen.editor {
            Some(editor) if editor.text.trim().is_empty() => (Action::Down, "take an example".into()),
            Some(_) => (Action::Open, "read my task".into()),
            None => (Action::Edit, "say your task".into()),
        };
    };
    if task.reading.questions.iter().any(|question| question.answer.is_none()) {
        return (Action::Open, "choose this answer".into());
    }
    let proposed =
        model.session.criteria().filter(|criterion| criterion.state == CriterionState::Proposed).count();
    if proposed > 0
        && model.session.accepted_criteria().next().is_none()
        && task.reading.intent != Intent::Review
    {
        return (Action::AcceptAll, format!("accept all {proposed}"));
    }
    (Action::Continue, "on to ACQUIRE".into())
}

fn act_key(model: &Model) -> (Action, String) {
    if model.screen.cut.is_some() {
        return (Action::Open, "cut here".into());
    }
    let step = act::current_step(model);
    let on_guide = act::shows_guide(model);
    if on_guide {
        return match step {
            Some(step) if matches!(step.filler, crate::domain::plan::Filler::Walkthrough { .. }) => {
                (Action::Edit, "write it here".into())
            }
            Some(step) => (Action::Propose, format!("propose step {}", step.id)),
            None => (Action::Help, "help".into()),
        };
    }
    match act::current(model) {
        Some(hunk) if hunk.decision == Decision::Undecided => {
            let warns = act_diff::view(model, hunk.id).is_some_and(|view| view.guard.0 == Mark::Warn);
            if (warns || hunk.criteria.is_empty()) && !model.screen.uses.contains_key("why") {
                (Action::Why, "why this hunk".into())
            } else {
                (Action::Accept, "approve hunk".into())
            }
        }
        _ if model.session.undecided() > 0 => (Action::NextNeed, "next undecided".into()),
        _ => (Action::Continue, "on to VERIFY".into()),
    }
}

fn verify(model: &Model) -> (Action, String) {
    let standing = judge::standing(model);
    if !model.commands_trusted() && standing.commands > 0 {
        return (Action::RunAgain, "run checks".into());
    }
    if standing.running {
        return if standing.new_failures > 0 {
            (Action::NextNeed, "next failure".into())
        } else {
            (Action::Interrupt, "stop".into())
        };
    }
    if gate::gate(model, Scene::Verify).is_open() {
        return (Action::Continue, "on to FINALIZE".into());
    }
    if standing.new_failures > 0 {
        return (Action::Open, "go to the failure".into());
    }
    let untrusted =
        judge::all(model).iter().any(|judged| matches!(judged.verdict, Some(Verdict::Untrusted { .. })));
    if untrusted {
        return (Action::Find, "find in the output".into());
    }
    if standing.commands == 0 || standing.all_ran {
        return (Action::Partial, "finish as partial".into());
    }
    (Action::RunAgain, "run checks".into())
}

/// The footer of the scene: suggested first, then the fixed order.
#[expect(clippy::too_many_lines, reason = "the fixed order of six scenes is a table")]
pub fn footer(model: &Model) -> Vec<KeyHint> {
    let (first, first_label) = suggested(model);
    // Behind a popup the footer is the scene's, dimmed; the popup names its own keys.
    let typing = model.screen.editor.is_some() && model.screen.popup.is_none();
    let order: &[Action] = if typing {
        &[Action::NextPane, Action::Escape, Action::Help, Action::Interrupt]
    } else {
        match model.kind() {
            SceneKind::Prepare => &[
                Action::Continue,
                Action::Edit,
                Action::NextNeed,
                Action::Accept,
                Action::TurnDown,
                Action::Why,
                Action::Zoom,
                Action::NextPane,
                Action::Find,
            ],
            SceneKind::Acquire => &[
                Action::Continue,
                Action::Choose,
                Action::Why,
                Action::NextNeed,
                Action::OtherView,
                Action::OpenEditor,
                Action::Find,
                Action::Zoom,
                Action::NextPane,
            ],
            SceneKind::Review => &[
                Action::Choose,
                Action::AcceptAll,
                Action::TurnDown,
                Action::Why,
                Action::OpenEditor,
                Action::NextNeed,
                Action::Continue,
                Action::Find,
            ],
            SceneKind::Act => &[
                Action::Accept,
                Action::TurnDown,
                Action::Edit,
                Action::Split,
                Action::NextNeed,
                Action::Why,
                Action::Undo,
                Action::OtherView,
                Action::Zoom,
            ],
            SceneKind::Verify => &[
                Action::NextNeed,
                Action::RunAgain,
                Action::RunAll,
                Action::Why,
                Action::Tick,
                Action::Partial,
                Action::Find,
                Action::Zoom,
                Action::NextPane,
            ],
            SceneKind::Finalize => &[
                Action::Continue,
                Action::Edit,
                Action::OtherView,
                Action::Copy,
                Action::Why,
                Action::Zoom,
                Action::NextPane,
            ],
        }
    };
    let hint = |action: Action, text: String| KeyHint {
        key: model.keys.key(action),
        label: text,
        action: action.name().into(),
    };
    let mut hints = vec![hint(first, first_label)];
    for action in order.iter().filter(|action| **action != first) {
        let over = [Action::Continue, Action::Edit, Action::OtherView];
        if model.session.is_committed() && over.contains(action) {
            continue;
        }
        let text = match (typing, *action) {
            (true, Action::NextPane) => "pane".to_owned(),
            (true, Action::Escape) => "commands".to_owned(),
            (true, Action::Interrupt) => "clear".to_owned(),
            _ => label(model, *action).unwrap_or_else(|| action.label().to_owned()),
        };
        let key = if typing && *action == Action::Help { "F1".to_owned() } else { model.keys.key(*action) };
        hints.push(KeyHint { key, label: text, action: action.name().into() });
    }
    if typing
        && model.screen.editor.as_ref().is_some_and(|editor| editor.purpose == super::text::Purpose::Task)
    {
        if let Some(down) = hints.first_mut().filter(|hint| hint.action == "down") {
            down.key = "↓".into();
        }
        if hints.first().is_some_and(|hint| hint.action == "down") {
            hints.insert(1, hint(Action::Open, "read my task".into()));
        }
    }
    hints.truncate(FOOTER_KEYS);
    hints
}

/// Keys that stay at the right of the footer; letters are text while typing.
pub fn pinned(model: &Model) -> Vec<KeyHint> {
    if model.screen.editor.is_some() && model.screen.popup.is_none() {
        return Vec::new();
    }
    let hint = |action: Action, text: &str| KeyHint {
        key: model.keys.key(action),
        label: text.into(),
        action: action.name().into(),
    };
    vec![hint(Action::Help, "help"), hint(Action::Palette, "all"), hint(Action::Quit, "quit")]
}

/// Whether the flow on screen belongs to the task.
pub fn flow_is_of_task(model: &Model) -> bool {
    acquire::shown_endpoint(model).is_some() && model.screen.endpoint.is_none()
}

/// The gate sentence as mark and runs, for the floor.
pub fn gate_sentence(model: &Model) -> (Mark, super::view::Line) {
    use super::view::{bold, muted, plain};
    let scene = model.session.scene;
    let next = scene.next().map(Scene::name).unwrap_or_default();
    if scene == Scene::Finalize {
        return finalize_sentence(model);
    }
    match gate::gate(model, scene) {
        Gate::Open { facts } => {
            (Mark::Dot, vec![bold(format!("{next} is open")), muted(format!("  {facts}"))])
        }
        Gate::Waits { condition } => {
            (Mark::Open, vec![plain(format!("{next} opens when ")), bold(condition)])
        }
        Gate::Shut { reason, way_out } => (
            Mark::Failed,
            vec![plain(format!("{next} is shut: ")), bold(reason), muted(format!("  {way_out}"))],
        ),
        Gate::None => (Mark::None, Vec::new()),
    }
}

fn finalize_sentence(model: &Model) -> (Mark, super::view::Line) {
    use super::view::{bold, muted, plain};
    if let Some(commit) = model.session.closing.commits.last() {
        let id = super::classify::short(&commit.id);
        return (Mark::Done, vec![bold(format!("Committed {id}")), muted("   the curtain can fall")]);
    }
    if let Some((reason, _)) = &model.activity.commit_error {
        return (Mark::Failed, vec![bold(reason.clone()), muted("   nothing committed, nothing lost")]);
    }
    let waiting = super::pairing::waiting(model);
    if let Some((id, guarded)) = waiting.first() {
        let key = model.keys.key(Action::HandOver);
        return (
            Mark::Half,
            vec![
                plain("No commit yet: "),
                bold(format!("hunk {id} touches {} and needs a second person", guarded.what())),
                muted(format!("  {key} hands over")),
            ],
        );
    }
    let (exit, open) = super::reporting::standing(model);
    let open = open.len();
    let facts = match open {
        0 => "nothing is open".to_owned(),
        n => format!("{} left open, named in the report", super::cx::plural(n, "item")),
    };
    if exit == crate::domain::event::Exit::Partial {
        return (Mark::Half, vec![plain("Partial success: "), bold(facts)]);
    }
    (Mark::Dot, vec![bold("Everything required is proven"), muted(format!("  {facts}"))])
}

/// Whether the marked thing of the focused pane is of that kind; for tests and footers.
pub fn marks(model: &Model, pane: Pane, test: impl Fn(&Target) -> bool) -> bool {
    super::cursor::marked(model, pane).is_some_and(|target| test(&target))
}
