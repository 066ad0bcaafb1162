//! Actions: popups first, then what is the same everywhere, then the scene.

use super::{
    ask, cursor,
    cx::Cx,
    effect::{Effect, ProposeKind},
    history, navigate, pairing,
    popup::{Ask, Popup},
    scene::{self, act_update},
    text::{self, Purpose},
    view::{Mark, Pane, SceneKind, Target},
    why,
};
use crate::{domain::event::Scene, keys::Action};

/// Two presses of Ctrl-C within this time quit.
const INTERRUPT_WINDOW_MS: u64 = 2000;

/// Does an action.
pub fn act(cx: &mut Cx<'_>, action: Action) {
    cx.model.screen.refusal = None;
    *cx.model.screen.uses.entry(action.name()).or_default() += 1;
    if action == Action::Interrupt {
        interrupt(cx);
        return;
    }
    if matches!(action, Action::Redraw | Action::Suspend) {
        cx.effect(if action == Action::Redraw { Effect::Redraw } else { Effect::Suspend });
        return;
    }
    if cx.model.screen.popup.is_some() {
        super::popups::act(cx, action);
        return;
    }
    if cx.model.screen.editor.is_some() {
        text::act(cx, action);
        return;
    }
    if matches!(action, Action::NextNeed | Action::PreviousNeed)
        && cx.model.screen.search.is_some()
        && super::search::follow(cx, action == Action::NextNeed)
    {
        return;
    }
    if !everywhere(cx, action) && !scene::act(cx, action) {
        refuse(cx, action);
    }
}

fn refuse(cx: &mut Cx<'_>, action: Action) {
    let (scene, help) = (cx.model.session.scene.name(), cx.key(Action::Help));
    cx.refuse(format!("“{}” has no meaning in {scene}. {help} lists what has.", action.label()));
}

/// Stops what runs; what is typed is cleared first, but not the message of a commit that is
/// being made.
pub(super) fn interrupt(cx: &mut Cx<'_>) {
    if let Some(editor) = &cx.model.screen.editor
        && !editor.text.is_empty()
        && !cx.model.activity.committing
    {
        cx.set_text("");
        return;
    }
    let activity = &cx.model.activity;
    if activity.running.is_some() || activity.proposing.is_some() || activity.committing {
        cx.model.activity.stop_asked = cx.model.activity.stop_asked.saturating_add(1);
        cx.notice(
            Mark::Before,
            if cx.model.activity.stop_asked > 1 { "killed" } else { "asked to stop; again kills" },
        );
        cx.effect(Effect::Stop);
        return;
    }
    let now = cx.model.now;
    if cx.model.screen.interrupted_at.is_some_and(|at| now.saturating_sub(at) <= INTERRUPT_WINDOW_MS) {
        cx.model.screen.quit = true;
        cx.effect(Effect::Quit);
        return;
    }
    cx.model.screen.interrupted_at = Some(now);
    let key = cx.key(Action::Quit);
    cx.refuse(format!("Nothing runs. {key} quits; Ctrl-C again also does."));
}

/// Actions that mean the same wherever the focus is. Returns whether it was one.
#[expect(clippy::too_many_lines, reason = "one arm per action")]
fn everywhere(cx: &mut Cx<'_>, action: Action) -> bool {
    match action {
        Action::Down | Action::Up => step(cx, if action == Action::Down { 1 } else { -1 }),
        Action::HalfDown | Action::HalfUp => {
            let half = isize::try_from(page(cx) / 2).unwrap_or(1).max(1);
            step(cx, if action == Action::HalfDown { half } else { -half });
        }
        Action::Start => ends(cx, true),
        Action::End => ends(cx, false),
        Action::NextPane | Action::PreviousPane => {
            let all = Pane::ALL;
            let at = all.iter().position(|pane| *pane == cx.model.screen.focus).unwrap_or(0);
            let next = if action == Action::NextPane { at + 1 } else { at + all.len() - 1 } % all.len();
            cx.model.screen.focus = all.get(next).copied().unwrap_or_default();
        }
        Action::Scene1 => navigate::look(cx, Scene::Prepare),
        Action::Scene2 => navigate::look(cx, Scene::Acquire),
        Action::Scene3 => navigate::look(cx, Scene::Act),
        Action::Scene4 => navigate::look(cx, Scene::Verify),
        Action::Scene5 | Action::Report => navigate::look(cx, Scene::Finalize),
        Action::Zoom => cx.model.screen.zoomed = !cx.model.screen.zoomed,
        Action::Help => super::popups::open_help(cx),
        Action::Palette => super::popups::open_palette(cx),
        Action::Quit => quit(cx),
        Action::Escape => escape(cx),
        Action::Undo => history::undo(cx),
        Action::Redo => history::redo(cx),
        Action::Why => why::open(cx),
        Action::Find => {
            let text = cx.model.screen.search.clone().unwrap_or_default();
            if cx.model.kind() == SceneKind::Acquire {
                cx.model.screen.acquire = super::model::AcquireView::List;
                cx.model.screen.preview = None;
                cx.model.screen.focus = Pane::Proposal;
            }
            cx.open_editor(Purpose::Search, text, "find");
        }
        Action::OpenEditor if matches!(cx.marked(), Some(Target::Page(_))) => {
            if let Some(Target::Page(page)) = cx.marked() {
                navigate::open_page(cx, &page);
            }
        }
        Action::OpenEditor => match navigate::place(cx) {
            Some(place) => cx.effect(Effect::OpenEditor { path: place.path, line: place.line }),
            None => cx.refuse("Nothing is marked that has a place in a file."),
        },
        Action::Copy if cx.model.session.scene != Scene::Finalize => match navigate::place(cx) {
            Some(place) => {
                cx.notice(Mark::Done, format!("copied {place}"));
                cx.effect(Effect::CopyText(place.to_string()));
            }
            None => cx.refuse("Nothing is marked that could be copied."),
        },
        Action::StackSet | Action::Seen => {
            let kind = if action == Action::Seen { ProposeKind::Seen } else { ProposeKind::StackSet };
            act_update::ask_for(cx, None, kind);
        }
        Action::ReviewAll => {
            navigate::enter(cx, Scene::Prepare);
            scene::prepare_update::read_task(cx, "Review the whole repository");
        }
        Action::Journal => cx.effect(Effect::LoadJournal),
        Action::Sessions | Action::DeleteSession => cx.effect(Effect::ListSessions),
        Action::ApplyNow => {
            if cx.model.session.held() == 0 {
                cx.refuse("Nothing is held; approve a hunk first.");
            } else if let Some(reason) = pairing::refusal(cx.model) {
                cx.refuse(reason);
            } else if cx.may_act() {
                cx.model.screen.popup = Some(Popup::Choices { ask: Ask::ApplyNow, marked: 0 });
            }
        }
        Action::UndoCommit => {
            if cx.model.session.is_committed() {
                history::undo(cx);
            } else {
                cx.refuse("This session has made no commit.");
            }
        }
        Action::InPlace => {
            cx.model.options.in_place = !cx.model.options.in_place;
            let text = if cx.model.options.in_place {
                "commands run in your working tree; they count only while it is the approved tree"
            } else {
                "commands run in a clean copy with the approved hunks"
            };
            cx.notice(Mark::Warn, text);
        }
        Action::NewTask => cx.model.screen.popup = Some(Popup::Choices { ask: Ask::NewTask, marked: 0 }),
        Action::Rescan => cx.effect(Effect::Scan(super::effect::ScanTarget::Base)),
        Action::AddCriterion => {
            if cx.model.session.work.task.is_none() {
                cx.refuse("Say what you want to change first.");
            } else {
                prompt(
                    cx,
                    Purpose::NewCriterion,
                    "One more criterion",
                    "one thing that must be true at the end",
                    "add it",
                );
            }
        }
        Action::Contract => {
            prompt(
                cx,
                Purpose::Contract,
                "Attach a contract",
                "path of an OpenAPI, JSON Schema or GraphQL file",
                "read it",
            );
        }
        Action::OrmPage => navigate::open_page(cx, super::handbook::ORM_PAGE),
        Action::Agents => navigate::open_page(cx, "agents"),
        Action::HandOver => pairing::hand_over(cx),
        Action::Pair => pairing::ask(cx),
        Action::TwoApprovals => pairing::ask_for_two(cx),
        Action::Present => present(cx),
        _ => return false,
    }
    true
}

/// Asks for one line of text.
pub(super) fn prompt(cx: &mut Cx<'_>, purpose: Purpose, title: &str, placeholder: &str, done: &str) {
    cx.open_editor(purpose, "", placeholder);
    cx.model.screen.popup = Some(Popup::Prompt {
        title: title.into(),
        corner: String::new(),
        above: Vec::new(),
        done: done.into(),
    });
}

/// Switches the presenter level.
fn present(cx: &mut Cx<'_>) {
    cx.model.options.present = !cx.model.options.present;
    let text = if cx.model.options.present {
        "presenting: the why stands beside what is marked, and each key is explained"
    } else {
        "no longer presenting"
    };
    cx.notice(Mark::Before, text);
}

fn page(cx: &Cx<'_>) -> usize {
    let at = Pane::ALL.iter().position(|pane| *pane == cx.model.screen.focus).unwrap_or(0);
    cx.model.screen.pages.get(at).copied().unwrap_or(10) as usize
}

fn shows_diff(cx: &Cx<'_>) -> bool {
    cx.model.kind() == SceneKind::Act
        && cx.model.screen.focus == Pane::Proposal
        && !scene::act::shows_guide(cx.model)
}

fn step(cx: &mut Cx<'_>, delta: isize) {
    if cx.model.screen.cut.is_some() {
        scene::act(cx, if delta > 0 { Action::Down } else { Action::Up });
        return;
    }
    if shows_diff(cx) {
        for _ in 0..delta.unsigned_abs() {
            act_update::move_line(cx, delta.signum());
        }
        return;
    }
    let pane = cx.model.screen.focus;
    let target = cursor::step(cx.model, pane, delta);
    cx.model.screen.pinned_output |= pane == Pane::Verify && cx.model.kind() == SceneKind::Verify;
    if pane == Pane::Verify && cx.model.kind() == SceneKind::Verify {
        cx.model.screen.output_top = None;
    }
    match (cx.model.kind(), pane, target) {
        (SceneKind::Review, Pane::Proposal, _) => scene::review::load_current(cx),
        (SceneKind::Act, Pane::Boundaries, Some(Target::Step(id))) => {
            let first = scene::act::hunks_of(cx.model, id).first().map(|hunk| hunk.id);
            match first {
                Some(first) => {
                    cx.model.screen.hunk = Some(first);
                    cx.model.screen.diff_row = 0;
                    cx.model.screen.guide = false;
                }
                None => {
                    cx.model.screen.guide = true;
                    act_update::load_guide(cx);
                }
            }
        }
        _ => {}
    }
}

fn ends(cx: &mut Cx<'_>, start: bool) {
    if shows_diff(cx) {
        let all = scene::act::shown(cx.model);
        let id = if start { all.first() } else { all.last() }.map(|hunk| hunk.id);
        if let Some(id) = id {
            act_update::select(cx, id);
        }
        return;
    }
    if !start && cx.model.kind() == SceneKind::Verify {
        cx.model.screen.output_top = None;
        cx.model.screen.pinned_output = false;
    }
    let pane = cx.model.screen.focus;
    cursor::step(cx.model, pane, if start { isize::MIN / 2 } else { isize::MAX / 2 });
}

fn quit(cx: &mut Cx<'_>) {
    let busy = cx.model.activity.running.is_some()
        || cx.model.activity.committing
        || cx.model.activity.proposing.is_some();
    if busy {
        cx.model.screen.popup = Some(Popup::Choices { ask: Ask::QuitWhileRunning, marked: 0 });
    } else {
        cx.model.screen.quit = true;
        cx.effect(Effect::Quit);
    }
}

/// Leaves exactly one thing.
fn escape(cx: &mut Cx<'_>) {
    let screen = &mut cx.model.screen;
    if screen.cut.take().is_some() || screen.search.take().is_some() || screen.preview.take().is_some() {
        return;
    }
    if screen.zoomed {
        screen.zoomed = false;
    } else if !screen.chosen_hunks.is_empty() {
        screen.chosen_hunks.clear();
    } else if screen.guide && !cx.model.session.hunks().is_empty() {
        cx.model.screen.guide = false;
    } else {
        let key = cx.key(Action::Quit);
        cx.refuse(format!("There is nothing to leave. {key} quits; the session is kept."));
    }
}

/// A digit: an option of the choice on screen, else a scene.
pub fn digit(cx: &mut Cx<'_>, digit: u8) {
    cx.model.screen.refusal = None;
    let count = match &cx.model.screen.popup {
        Some(Popup::Choices { ask, .. }) => ask::view(cx.model, ask).options.len(),
        _ => 0,
    };
    if let Some(Popup::Choices { marked, .. }) = &mut cx.model.screen.popup {
        let index = usize::from(digit).saturating_sub(1);
        if index < count {
            *marked = index;
        }
        return;
    }
    let scene = match digit {
        1 => Action::Scene1,
        2 => Action::Scene2,
        3 => Action::Scene3,
        4 => Action::Scene4,
        5 => Action::Scene5,
        _ => return,
    };
    act(cx, scene);
}

/// A click on a row marks it; a second one opens it.
pub fn clicked(cx: &mut Cx<'_>, pane: Pane, row: usize, twice: bool) {
    cx.model.screen.refusal = None;
    if cx.model.screen.popup.is_some() {
        return;
    }
    cx.model.screen.focus = pane;
    let rows = cursor::rows(cx.model, pane);
    let target = rows.get(row).and_then(|row| row.target()).cloned().or_else(|| {
        rows.get(..row).and_then(|above| above.iter().rev().find_map(|row| row.target())).cloned()
    });
    if let Some(target) = target {
        // A double click opens what was clicked, not what has the caret.
        cx.put_away_text();
        if let Target::Suggestion(index) = target {
            scene::prepare_update::take_suggestion(cx, index);
            return;
        }
        cx.mark(target);
        if twice {
            act(cx, Action::Open);
        } else if cx.model.kind() == SceneKind::Review && pane == Pane::Proposal {
            scene::review::load_current(cx);
        }
    }
}

/// A click on an option marks it; on the marked one it is taken.
pub fn option_clicked(cx: &mut Cx<'_>, option: usize) {
    // Who points at an option has seen it.
    cx.model.screen.asked_at = 0;
    let Some(
        Popup::Choices { marked, .. }
        | Popup::Help { marked }
        | Popup::Palette { marked }
        | Popup::Sessions { marked, .. },
    ) = &mut cx.model.screen.popup
    else {
        return;
    };
    if *marked == option {
        act(cx, Action::Open);
    } else {
        *marked = option;
    }
}
