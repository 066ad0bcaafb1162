//! Undo and redo, and where they stop.
//!
//! What was done in an earlier scene is taken back there: from ACT on, undo must not pull
//! away the task or the boundaries that the plan on screen was made of.

use super::{
    cx::Cx,
    popup::{Ask, Popup},
    view::Mark,
};
use crate::{
    domain::event::{Scene, What},
    keys::Action,
};

/// Which way through what was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum History {
    Undo,
    Redo,
}

/// The scene at whose beginning undo stops. VERIFY and FINALIZE look at what ACT decided,
/// so a decision may be taken back there; what the plan was made of may not.
fn history_begins(scene: Scene) -> Scene {
    match scene {
        Scene::Prepare => Scene::Prepare,
        Scene::Acquire => Scene::Acquire,
        Scene::Act | Scene::Verify | Scene::Finalize => Scene::Act,
    }
}

/// What the next step back or forth would change, in words. When there is none, or when it
/// belongs to an earlier scene and would pull away what this one stands on, the floor says so.
fn history_step(cx: &mut Cx<'_>, way: History) -> Option<String> {
    let session = &cx.model.session;
    let step = match way {
        History::Undo => session.undo_step(),
        History::Redo => session.redo_step(),
    };
    let Some((label, scene)) = step.map(|(label, scene)| (label.to_owned(), scene)) else {
        let word = if way == History::Undo { "undo" } else { "redo" };
        cx.refuse(format!("There is nothing to {word}."));
        return None;
    };
    let begins = history_begins(cx.model.session.scene);
    if scene >= begins {
        return Some(label);
    }
    let verb = if way == History::Undo { "takes back" } else { "brings back" };
    let (key, scene) = (cx.key(look_at(scene)), scene.name());
    cx.refuse(format!(
        "{} began here. {key} goes back to {scene}, where this {verb} {label}.",
        begins.name()
    ));
    None
}

/// The action that shows a scene.
fn look_at(scene: Scene) -> Action {
    match scene {
        Scene::Prepare => Action::Scene1,
        Scene::Acquire => Action::Scene2,
        Scene::Act => Action::Scene3,
        Scene::Verify => Action::Scene4,
        Scene::Finalize => Action::Scene5,
    }
}

/// Takes back the last step; a commit is asked about first.
pub(super) fn undo(cx: &mut Cx<'_>) {
    if !cx.may_act() {
        return;
    }
    if cx.model.session.is_committed() {
        cx.model.screen.popup = Some(Popup::Choices { ask: Ask::UndoCommit, marked: 0 });
        return;
    }
    let Some(label) = history_step(cx, History::Undo) else { return };
    if cx.record(What::Undone) {
        let redo = cx.key(Action::Redo);
        cx.notice(Mark::Before, format!("undone: {label}  {redo} redoes"));
        cx.touched();
        if cx.model.session.work.task.is_none() && cx.model.session.scene == Scene::Prepare {
            super::scene::prepare_update::open_task(cx);
        }
    }
}

/// Brings back what was taken back last.
pub(super) fn redo(cx: &mut Cx<'_>) {
    if !cx.may_act() {
        return;
    }
    let Some(label) = history_step(cx, History::Redo) else { return };
    if cx.record(What::Redone) {
        cx.notice(Mark::Before, format!("redone: {label}"));
        cx.touched();
    }
}
