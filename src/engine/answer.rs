//! What each option of a question does.

use super::{
    cards,
    cx::Cx,
    effect::{Effect, ExportKind, ProposeKind},
    judge, navigate,
    popup::{Ask, Popup},
    scene::{act_update, verify_update},
    text::Purpose,
    view::{Mark, Row, bold, muted, plain},
};
use crate::{
    domain::{
        event::{Scene, Scope, What},
        stack::StackKey,
    },
    keys::Action,
};

/// Does what the marked option says. Option 0 is the safe one.
pub fn answer(cx: &mut Cx<'_>, ask: Ask, option: usize) {
    cx.model.screen.popup = None;
    match (ask, option) {
        (Ask::Trust, 1) => read_commands(cx),
        (Ask::Trust, 2) => trusted(cx),
        (Ask::Trust, _) => {
            cx.model.activity.run_after_trust = false;
            let key = cx.key(Action::RunAgain);
            cx.notice(Mark::Before, format!("nothing runs; {key} asks again"));
        }
        (Ask::Closure { hunk, mut dependants }, 1) => {
            dependants.insert(0, hunk);
            act_update::ask_reason(cx, dependants);
        }
        (Ask::Closure { hunk, .. }, 2) => act_update::ask_reason(cx, vec![hunk]),
        (Ask::Partial, 1) => partial(cx, ""),
        (Ask::Partial, 2) => {
            cx.open_editor(Purpose::PartialNote, "", "why this stays open");
            cx.model.screen.popup = Some(Popup::Prompt {
                title: "Why does it stay open?".into(),
                corner: "goes into the report".into(),
                above: Vec::new(),
                done: "finish as partial".into(),
            });
        }
        (Ask::QuitWhileRunning, 1) => {
            cx.effect(Effect::Stop);
            cx.effect(Effect::Quit);
            cx.model.screen.quit = true;
        }
        (Ask::LeaveUndecided, 1) => navigate::enter(cx, Scene::Verify),
        (Ask::LeaveUndecided, _) => {
            act_update::act(cx, Action::NextNeed);
        }
        (Ask::AcceptLikely, 1) => {
            cx.record(What::StackConfirmed);
            navigate::enter(cx, Scene::Acquire);
        }
        (Ask::AcceptLikely, _) => {
            cx.model.screen.focus = super::view::Pane::Boundaries;
            let unsure = super::gate::unsure_fields(cx.model);
            cx.mark(super::view::Target::StackField(unsure.first().copied().unwrap_or(StackKey::Framework)));
        }
        (Ask::Resume, 1) | (Ask::NewTask, 1) => cx.effect(Effect::NewSession),
        (Ask::Resume, 2) => cx.effect(Effect::ListSessions),
        (Ask::Take, 0) => cx.effect(Effect::Export { what: ExportKind::Clipboard }),
        (Ask::Take, 1) => cx.effect(Effect::Export { what: ExportKind::Markdown }),
        (Ask::Take, 2) => cx.effect(Effect::Export { what: ExportKind::Html }),
        (Ask::Take, 3) => cx.effect(Effect::Export { what: ExportKind::Walkthrough }),
        (Ask::Take, 4) => {
            cx.open_editor(Purpose::Lesson, "", "one line for the next task of this kind");
            cx.model.screen.popup = Some(Popup::Prompt {
                title: "One lesson for next time".into(),
                corner: "kept in your configuration folder".into(),
                above: Vec::new(),
                done: "keep it".into(),
            });
        }
        (Ask::Take, 5) => {
            if cx.model.session.is_committed() {
                cx.refuse("The commit is made; the lesson for everyone goes with the next change. Yours can be kept now.");
                return;
            }
            cx.open_editor(Purpose::SharedLesson, "", "one line for the next task of this kind");
            cx.model.screen.popup = Some(Popup::Prompt {
                title: "One lesson for everyone here".into(),
                corner: "a hunk in stack/lessons.md".into(),
                above: Vec::new(),
                done: "propose it".into(),
            });
        }
        (Ask::Card(id), n) if n > 0 => {
            let option = cards::card(cx.model, &id).and_then(|card| card.options.get(n - 1)).cloned();
            if let Some(option) = option {
                cards::record_card(cx, &id, &option.label, &option.trade_off);
                cx.notice(Mark::Before, format!("decided: {}", option.label));
            }
        }
        (Ask::Refresh, 1) => cx.effect(Effect::Rebase),
        (Ask::UndoCommit, 1) => cx.effect(Effect::UndoCommit),
        (Ask::ApplyNow, 1) => {
            let files = super::message::approved_files(cx.model);
            cx.effect(Effect::Apply { files });
        }
        (Ask::DeleteSession(id), 1) => cx.effect(Effect::DeleteSession(id)),
        (Ask::Agent(step), n) if n > 0 => {
            if let Some(name) = cx.model.options.agents.get(n - 1).cloned() {
                cards::record(cx, "filler", &name, "asked for this step");
                cx.model.activity.proposing = Some(step);
                cx.effect(Effect::Propose { step: Some(step), kind: ProposeKind::Agent(name) });
            }
        }
        (Ask::Agent(_), _) => {
            cards::record(cx, "filler", "write it myself", "the walkthrough leads");
            cx.model.screen.guide = true;
        }
        _ => {}
    }
}

/// The exact argument lists, each with the place it comes from.
fn read_commands(cx: &mut Cx<'_>) {
    let mut rows = Vec::new();
    for spec in &cx.model.session.evidence.commands {
        rows.push(Row::Text {
            line: vec![bold(spec.title()), muted(format!("   {}", spec.from))],
            indent: 0,
        });
        for (index, word) in spec.argv.iter().enumerate() {
            rows.push(Row::Text {
                line: vec![muted(format!("argument {index}  ")), plain(format!("{word:?}"))],
                indent: 2,
            });
        }
        if !spec.env.is_empty() {
            rows.push(Row::Text { line: vec![muted("environment  "), plain(spec.env.join(" "))], indent: 2 });
        }
        if spec.parser == "pytest" {
            let text = "PYTEST_ADDOPTS  asks for the names of the tests, in a private file";
            rows.push(Row::Text { line: vec![muted(text)], indent: 2 });
        }
        let timeout = spec.timeout.as_secs();
        rows.push(Row::Text { line: vec![muted(format!("stopped after {timeout} s"))], indent: 2 });
        rows.push(Row::Blank);
    }
    cx.model.screen.popup = Some(Popup::Card {
        title: "The commands, as they are run".into(),
        corner: "no shell is involved".into(),
        rows,
        top: 0,
        back: Some(Box::new(Popup::Choices { ask: Ask::Trust, marked: 0 })),
    });
}

pub(super) fn trusted(cx: &mut Cx<'_>) {
    let digest = cx.model.world.digest.clone();
    let commands = cx.model.session.evidence.commands.iter().map(|spec| spec.title()).collect();
    if !cx.record(What::ScopeGranted { scopes: vec![Scope::Process, Scope::LocalFs, Scope::Credentials] }) {
        return;
    }
    if cx.record(What::Trusted { digest: digest.clone(), commands }) {
        cx.effect(Effect::Trust { digest });
        cx.notice(Mark::Done, "trusted until one of them changes");
        verify_update::run_base(cx);
        if std::mem::take(&mut cx.model.activity.run_after_trust) || cx.model.session.scene == Scene::Verify {
            verify_update::run_all(cx);
        }
    }
}

/// Chooses partial success and goes on to FINALIZE.
pub fn partial(cx: &mut Cx<'_>, note: &str) {
    if cx.record(What::PartialChosen { note: note.to_owned() }) {
        navigate::enter(cx, Scene::Finalize);
        let open = judge::standing(cx.model).first_reason.unwrap_or_default();
        cx.notice(Mark::Half, format!("partial success: {open}"));
    }
}
