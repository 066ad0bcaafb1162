//! The learn strip: what the suggested keys will do here, before they do it.
//!
//! For who learns, keys that were used a few times leave it; for who presents, none does.

use super::{
    model::Model,
    suggest,
    view::{Learn, SceneKind},
};
use crate::keys::Action;

/// Uses after which a key leaves the strip.
const USES: u32 = 3;

/// Most keys that it explains.
const KEYS: usize = 4;

/// The strip; empty where nobody asked for it or everything is known.
pub fn keys(model: &Model) -> Vec<Learn> {
    let (presents, learns) = (model.options.present, model.options.learn);
    if !presents && !learns {
        return Vec::new();
    }
    let is_new =
        |action: &Action| presents || model.screen.uses.get(action.name()).copied().unwrap_or(0) < USES;
    suggest::footer(model)
        .into_iter()
        .filter_map(|hint| Action::from_name(&hint.action).map(|action| (hint, action)))
        .filter(|(_, action)| is_new(action))
        .take(KEYS)
        .map(|(hint, action)| {
            let (does, same) = here(model.kind(), action).unwrap_or((action.does(), action.same()));
            Learn { key: hint.key, action: hint.label, does: does.into(), same: same.into() }
        })
        .collect()
}

/// What an action does in this scene, and the same in git, where its general sentence says
/// too little.
fn here(kind: SceneKind, action: Action) -> Option<(&'static str, &'static str)> {
    Some(match (kind, action) {
        // Of the task's text: these keys are shown where it has the caret.
        (SceneKind::Prepare, Action::Down) => ("writes the example below as your task", ""),
        (SceneKind::Prepare, Action::Open) => ("reads your sentence: what is wanted, what must be true", ""),
        (SceneKind::Prepare, Action::Accept) => ("makes it a condition that the change must meet", ""),
        (SceneKind::Prepare, Action::AcceptAll) => {
            ("makes all of them conditions that the change must meet", "")
        }
        (SceneKind::Prepare, Action::TurnDown) => ("drops the criterion; nothing will be asked about it", ""),
        (SceneKind::Prepare, Action::Continue) => ("goes on to where the change will touch the backend", ""),
        (SceneKind::Acquire, Action::AcceptAll) => {
            ("takes the suggested files as the bounds of the change", "")
        }
        (SceneKind::Acquire | SceneKind::Review, Action::Choose) => {
            ("takes the marked row in, or out again", "")
        }
        (SceneKind::Acquire | SceneKind::Review, Action::Continue) => {
            ("makes a plan and asks for proposals", "")
        }
        (SceneKind::Review, Action::AcceptAll) => ("chooses every finding that has a mechanical fix", ""),
        (SceneKind::Review, Action::TurnDown) => ("says that the finding is none, with a reason", ""),
        (SceneKind::Act, Action::Accept) => {
            ("keeps the hunk for the commit; no file changes yet", "git add -p, then y")
        }
        (SceneKind::Act, Action::TurnDown) => ("leaves the hunk out and asks why", "git add -p, then n"),
        (SceneKind::Act, Action::Edit) => {
            ("opens the hunk's lines; what you save is yours", "git add -p, then e")
        }
        (SceneKind::Act, Action::Split) => {
            ("cuts the hunk in two, to decide each alone", "git add -p, then s")
        }
        (SceneKind::Act, Action::Continue) => ("goes on to the commands that prove the change", ""),
        (SceneKind::Verify, Action::RunAgain | Action::RunAll) => {
            ("runs the commands in a clean copy, once you trust them", "")
        }
        (SceneKind::Verify, Action::Continue) => ("goes on to the report and the commit", ""),
        (SceneKind::Verify, Action::Open) => ("shows the place of the failure and the hunk behind it", ""),
        (SceneKind::Finalize, Action::Continue) => {
            ("shows message, hooks and tree; one more key commits", "git commit")
        }
        (SceneKind::Finalize, Action::Edit) => ("opens the message of the commit", "git commit --edit"),
        (SceneKind::Finalize, Action::Copy) => ("copies or writes the report, the walkthrough, a lesson", ""),
        (SceneKind::Finalize, Action::OtherView) => ("makes one commit, or one for each layer", ""),
        _ => return None,
    })
}
