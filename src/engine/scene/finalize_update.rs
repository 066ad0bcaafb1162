//! FINALIZE: what actions do.

use crate::{
    domain::{
        commit::CommitShape,
        event::{Exit, Scene, What},
    },
    engine::{
        cards,
        cx::{Cx, capitalise, plural},
        effect::{CommitAnswer, CommitOrder, Effect, ProposeKind},
        gate, message, navigate, pairing,
        popup::{Ask, Popup},
        reporting,
        text::Purpose,
        view::{Mark, Target},
    },
    keys::Action,
};

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    let committed = cx.model.session.is_committed();
    match action {
        Action::Continue | Action::RunAgain | Action::RunAll if !committed => open_commit(cx),
        Action::NextNeed if committed => {
            cx.model.screen.popup = Some(Popup::Choices { ask: Ask::NewTask, marked: 0 })
        }
        Action::Undo if committed => {
            cx.model.screen.popup = Some(Popup::Choices { ask: Ask::UndoCommit, marked: 0 })
        }
        Action::Edit if !committed => open_commit(cx),
        Action::OtherView if !committed => {
            let shape = match cx.model.session.work.shape {
                CommitShape::One => CommitShape::PerLayer,
                CommitShape::PerLayer => CommitShape::One,
            };
            if cx.record(What::CommitShapeChosen { shape }) {
                let label = match shape {
                    CommitShape::One => "One commit",
                    CommitShape::PerLayer => "One for each layer",
                };
                cards::record(cx, "commit-shape", label, "");
            }
        }
        Action::Copy => cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Take, marked: 0 }),
        Action::Open => open(cx),
        Action::NextNeed | Action::PreviousNeed => {
            let open = reporting::standing(cx.model).1.len();
            let key = cx.key(Action::Continue);
            cx.refuse(match open {
                0 => format!("Nothing is open; {key} commits."),
                n => format!("{} open, listed in the report.", plural(n, "item")),
            });
        }
        Action::Partial if !committed && !gate::gate(cx.model, Scene::Verify).is_open() => {
            cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Partial, marked: 0 })
        }
        _ => return false,
    }
    true
}

fn open(cx: &mut Cx<'_>) {
    match cx.marked() {
        Some(Target::File(path)) => navigate::show_file_diff(cx, &path),
        Some(Target::Place(place)) => {
            cx.effect(Effect::LoadSource(place.path.clone()));
            cx.model.screen.preview = Some((place.path, place.line));
        }
        Some(Target::Message) => open_commit(cx),
        _ => crate::engine::ask::nothing_to_open(cx),
    }
}

/// Opens the commit popup, unless something stands in the way.
pub fn open_commit(cx: &mut Cx<'_>) {
    if !cx.may_act() {
        return;
    }
    if cx.model.session.held() == 0 {
        cx.refuse("Nothing is approved; there is nothing to commit.");
        return;
    }
    if cx.model.activity.committing {
        cx.refuse("A commit is being made.");
        return;
    }
    let gate = gate::gate(cx.model, Scene::Verify);
    if !gate.is_open() && cx.model.session.work.partial.is_none() {
        navigate::refuse_gate(cx, Scene::Finalize, &gate);
        return;
    }
    if let Some(reason) = pairing::refusal(cx.model) {
        cx.refuse(reason);
        return;
    }
    let text = message::text(cx.model);
    cx.open_editor(Purpose::Message, text, "");
    cx.model.screen.popup = Some(Popup::Commit);
}

/// The message is done: ask for the commit.
pub fn commit(cx: &mut Cx<'_>, text: String) {
    if cx.model.activity.committing {
        cx.refuse("A commit is being made.");
        return;
    }
    if !cx.may_act() {
        return;
    }
    // Asked again: whatever led here, one person's word commits no guarded hunk.
    if let Some(reason) = pairing::refusal(cx.model) {
        cx.refuse(reason);
        return;
    }
    let tree = reporting::tree(cx.model);
    if text.trim().is_empty() {
        cx.refuse("A commit needs a message; its first line says what changes.");
        return;
    }
    if text != message::text(cx.model) {
        cx.record(What::MessageEdited { text: text.clone() });
    }
    cx.model.activity.commit_error = None;
    cx.model.activity.stop_asked = 0;
    cx.model.activity.committing = true;
    let order = CommitOrder {
        base: cx.model.session.identity.base.clone(),
        tree,
        message: text,
        shape: cx.model.session.work.shape,
        parts: message::parts(cx.model),
    };
    cx.effect(Effect::Commit(Box::new(order)));
}

/// The commit ended.
pub fn ended(cx: &mut Cx<'_>, answer: CommitAnswer) {
    cx.model.activity.committing = false;
    cx.model.activity.stop_asked = 0;
    match answer {
        CommitAnswer::Made(outcome) => {
            let exit = reporting::standing(cx.model).0;
            let what =
                What::Committed { commits: outcome.commits, written: outcome.written, kept: outcome.kept };
            if cx.record(what) {
                cx.record(What::Finished { exit });
                cx.notice(Mark::None, "nothing pushed");
            }
            cx.model.screen.popup = None;
            cx.model.screen.editor = None;
            if exit == Exit::Partial {
                cx.notice(Mark::Half, "Committed as partial success; what is open is in the report");
            }
        }
        CommitAnswer::HookFailed(hook) => {
            let reason = format!("{hook} said no");
            cx.record(What::CommitRefused { reason: reason.clone() });
            cx.model.activity.commit_error = Some((reason.clone(), String::new()));
            cx.notice(Mark::Failed, format!("{reason}. Nothing committed, nothing lost."));
        }
        CommitAnswer::Stopped(what) => {
            let reason = format!("{what} was stopped by you");
            cx.record(What::CommitRefused { reason: reason.clone() });
            cx.model.activity.commit_error = Some((reason.clone(), String::new()));
            cx.notice(Mark::NotApplicable, format!("{reason}. Nothing committed, nothing lost."));
        }
        CommitAnswer::HookChanged { hook, files } => {
            let reason = format!("{hook} changed {}", plural(files.len(), "file"));
            cx.record(What::CommitRefused { reason: reason.clone() });
            let hint = "What it changed is in ACT as hunks; verify again after deciding.".to_owned();
            cx.model.activity.commit_error = Some((reason.clone(), hint));
            cx.notice(Mark::Warn, format!("{reason}; they are hunks in ACT now"));
            cx.model.screen.popup = None;
            cx.model.screen.editor = None;
            cx.model.activity.hook_files = Some((hook, files));
            cx.effect(Effect::Propose { step: None, kind: ProposeKind::Hook });
        }
        CommitAnswer::Refused { reason, hint } => {
            cx.record(What::CommitRefused { reason: reason.clone() });
            cx.notice(Mark::Failed, format!("{}. No commit was made.", capitalise(&reason)));
            cx.model.activity.commit_error = Some((reason, hint));
        }
        CommitAnswer::Undone => {
            let id =
                cx.model.session.closing.commits.last().map(|commit| commit.id.clone()).unwrap_or_default();
            if cx.record(What::CommitUndone { commit: id }) {
                cx.notice(Mark::Before, "the commit is taken back; your hunks are held as before");
            }
        }
        CommitAnswer::Applied(outcome) => {
            let count = outcome.written.len();
            if cx.record(What::Applied { paths: outcome.written }) {
                cx.notice(Mark::Done, format!("{} written to your working tree", plural(count, "file")));
            }
        }
    }
}
