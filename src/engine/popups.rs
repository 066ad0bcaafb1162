//! Popups: what actions do in them, and what they show.

pub use super::popups_view::view;
use super::{
    ask,
    cx::Cx,
    fuzzy,
    model::Model,
    popup::{Ask, Popup},
    text::{self, Purpose},
    view::Mark,
};
use crate::keys::{Action, Group};

/// Enter that arrives sooner after a question was typed before anyone could read it.
const READ_MS: u64 = 300;

/// Opens the help of this place.
pub fn open_help(cx: &mut Cx<'_>) {
    cx.put_away_text();
    cx.model.screen.popup = Some(Popup::Help { marked: 0 });
    cx.open_editor(Purpose::Help, "", "search keys and actions");
}

/// Opens the list of every action.
pub fn open_palette(cx: &mut Cx<'_>) {
    cx.model.screen.popup = Some(Popup::Palette { marked: 0 });
    cx.open_editor(Purpose::Palette, "", "an action by name");
}

/// The search text changed: the mark goes to the best match.
pub fn searched(cx: &mut Cx<'_>) {
    if let Some(Popup::Help { marked } | Popup::Palette { marked }) = &mut cx.model.screen.popup {
        *marked = 0;
    }
}

/// Actions of the palette or help in the order shown, with matched characters.
pub(super) fn matching(model: &Model, help: bool) -> Vec<(Action, Vec<usize>)> {
    let needle = model.screen.editor.as_ref().map(|editor| editor.text.clone()).unwrap_or_default();
    let all: Vec<Action> =
        Action::ALL.iter().copied().filter(|action| !help || action.group() != Group::More).collect();
    let labels: Vec<String> = all
        .iter()
        .map(
            |action| {
                if help { format!("{} {}", action.label(), action.does()) } else { label(model, *action) }
            },
        )
        .collect();
    fuzzy::rank(&needle, &labels)
        .into_iter()
        .filter_map(|hit| all.get(hit.index).map(|action| (*action, hit.characters)))
        .collect()
}

/// The label of an action in this scene.
pub fn label(model: &Model, action: Action) -> String {
    super::suggest::label(model, action).unwrap_or_else(|| action.label().to_owned())
}

/// An action while a popup is on screen.
pub fn act(cx: &mut Cx<'_>, action: Action) {
    let Some(popup) = cx.model.screen.popup.clone() else { return };
    match popup {
        Popup::Help { marked } => list(cx, action, marked, true),
        Popup::Palette { marked } => list(cx, action, marked, false),
        Popup::Card { top, back, rows, .. } => card(cx, action, top, back, rows.len()),
        Popup::Choices { ask, marked } => choices(cx, action, ask, marked),
        Popup::Reject { hunks, marked } => reject(cx, action, hunks, marked),
        Popup::Sessions { marked, delete } => sessions(cx, action, marked, delete),
        Popup::Prompt { .. } | Popup::EditHunk { .. } | Popup::EditFile { .. } | Popup::Commit => {
            if action == Action::Escape && popup == Popup::Commit && cx.model.activity.committing {
                // Leaving the popup would leave a hook running that nobody sees.
                super::action::interrupt(cx);
            } else if action == Action::Escape {
                let editor = cx.model.screen.editor.clone();
                cx.model.screen.popup = None;
                if let Some(editor) = editor {
                    if editor.purpose == Purpose::Message && editor.text != editor.original {
                        cx.record(crate::domain::event::What::MessageEdited { text: editor.text.clone() });
                        cx.notice(Mark::Before, "message kept");
                    }
                    text::act(cx, Action::Escape);
                }
            } else {
                text::act(cx, action);
            }
        }
    }
}

pub(super) fn close(cx: &mut Cx<'_>) {
    cx.model.screen.popup = None;
    cx.model.screen.editor = None;
    if cx.model.session.work.task.is_none() && cx.model.session.scene == crate::domain::event::Scene::Prepare
    {
        super::scene::prepare_update::open_task(cx);
    }
}

pub(super) fn list(cx: &mut Cx<'_>, action: Action, marked: usize, help: bool) {
    let entries = matching(cx.model, help);
    let last = entries.len().saturating_sub(1);
    let next = match action {
        Action::Down => (marked + 1).min(last),
        Action::Up => marked.saturating_sub(1),
        Action::HalfDown => (marked + 8).min(last),
        Action::HalfUp => marked.saturating_sub(8),
        Action::Escape | Action::Help => {
            close(cx);
            return;
        }
        Action::Open | Action::Done => {
            let chosen = entries.get(marked).map(|(action, _)| *action);
            cx.model.screen.popup = None;
            cx.model.screen.editor = None;
            if let Some(chosen) = chosen {
                super::action::act(cx, chosen);
            }
            return;
        }
        _ => marked,
    };
    cx.model.screen.popup =
        Some(if help { Popup::Help { marked: next } } else { Popup::Palette { marked: next } });
}

fn card(cx: &mut Cx<'_>, action: Action, top: usize, back: Option<Box<Popup>>, count: usize) {
    let last = count.saturating_sub(1);
    let next = match action {
        Action::Down => (top + 1).min(last),
        Action::Up => top.saturating_sub(1),
        Action::HalfDown => (top + 10).min(last),
        Action::HalfUp => top.saturating_sub(10),
        Action::Start => 0,
        Action::End => last,
        Action::Escape | Action::Open | Action::Why | Action::Quit => {
            cx.model.screen.popup = back.map(|popup| *popup);
            return;
        }
        // The card of a hunk leads straight to its decision.
        Action::Accept | Action::TurnDown => {
            cx.model.screen.popup = None;
            super::action::act(cx, action);
            return;
        }
        _ => {
            cx.refuse("Esc closes this.");
            return;
        }
    };
    if let Some(Popup::Card { top, .. }) = &mut cx.model.screen.popup {
        *top = next;
    }
}

fn choices(cx: &mut Cx<'_>, action: Action, question: Ask, marked: usize) {
    let count = ask::view(cx.model, &question).options.len();
    match action {
        Action::Down | Action::NextNeed | Action::NextPane => {
            set_marked(cx, (marked + 1).min(count.saturating_sub(1)));
        }
        Action::Up | Action::PreviousNeed | Action::PreviousPane => set_marked(cx, marked.saturating_sub(1)),
        Action::Open => {
            let age = cx.model.now.saturating_sub(cx.model.screen.asked_at);
            if (marked > 0 || question == Ask::Trust) && age < READ_MS {
                cx.refuse("This was just asked; look at it, then Enter does it.");
            } else {
                ask::answer(cx, question, marked);
            }
        }
        Action::Escape => {
            // Esc is always the safe answer; where the first option does something, it only leaves.
            if matches!(question, Ask::Resume | Ask::Take | Ask::Agent(_)) {
                cx.model.screen.popup = None;
            } else {
                ask::answer(cx, question, 0);
            }
        }
        Action::Scene1 => set_marked(cx, 0),
        Action::Scene2 => set_marked(cx, 1.min(count.saturating_sub(1))),
        Action::Scene3 => set_marked(cx, 2.min(count.saturating_sub(1))),
        Action::Scene4 => set_marked(cx, 3.min(count.saturating_sub(1))),
        Action::Scene5 => set_marked(cx, 4.min(count.saturating_sub(1))),
        _ => cx.refuse("Numbers and arrows choose, Enter does, Esc is the safe one."),
    }
}

fn set_marked(cx: &mut Cx<'_>, index: usize) {
    if let Some(Popup::Choices { marked, .. }) = &mut cx.model.screen.popup {
        *marked = index;
    }
}

/// Reasons that were given before in this session, and the usual ones.
pub fn earlier_reasons(model: &Model) -> Vec<String> {
    let mut reasons: Vec<String> = model
        .session
        .hunks()
        .into_iter()
        .filter_map(|hunk| match &hunk.decision {
            crate::domain::hunk::Decision::Rejected { reason } if !reason.is_empty() => Some(reason.clone()),
            _ => None,
        })
        .collect();
    reasons.extend(
        ["not needed for this change", "belongs in another layer", "not how we write it"].map(str::to_owned),
    );
    let mut seen = std::collections::BTreeSet::new();
    reasons.retain(|reason| seen.insert(reason.clone()));
    reasons
}

pub(super) fn reject(
    cx: &mut Cx<'_>,
    action: Action,
    hunks: Vec<crate::domain::ids::HunkId>,
    marked: Option<usize>,
) {
    let reasons = earlier_reasons(cx.model);
    let last = reasons.len().saturating_sub(1);
    let next = match action {
        Action::Down => Some(marked.map_or(0, |at| (at + 1).min(last))),
        Action::Up => marked.and_then(|at| at.checked_sub(1)),
        Action::Open | Action::Done => {
            text::act(cx, Action::Done);
            return;
        }
        Action::Escape => {
            cx.model.screen.popup = None;
            cx.put_away_text();
            cx.notice(Mark::Before, "nothing was rejected");
            return;
        }
        _ => {
            text::act(cx, action);
            return;
        }
    };
    if let Some(reason) = next.and_then(|at| reasons.get(at)) {
        cx.set_text(reason.clone());
    }
    cx.model.screen.popup = Some(Popup::Reject { hunks, marked: next });
}

fn sessions(cx: &mut Cx<'_>, action: Action, marked: usize, delete: bool) {
    let count = cx.model.world.sessions.len();
    let next = match action {
        Action::Down => (marked + 1).min(count.saturating_sub(1)),
        Action::Up => marked.saturating_sub(1),
        Action::Escape => {
            close(cx);
            return;
        }
        Action::Open => {
            let id = cx.model.world.sessions.get(marked).map(|line| line.id.clone());
            cx.model.screen.popup = None;
            if let Some(id) = id {
                cx.effect(super::effect::Effect::ResumeSession(id));
            }
            return;
        }
        Action::TurnDown => {
            if let Some(id) = cx.model.world.sessions.get(marked).map(|line| line.id.clone()) {
                let ask = Ask::DeleteSession(id);
                cx.model.screen.popup = Some(Popup::Choices { ask, marked: 0 });
            }
            return;
        }
        Action::Scene1 | Action::Scene2 | Action::Scene3 | Action::Scene4 | Action::Scene5 => {
            let number = [Action::Scene1, Action::Scene2, Action::Scene3, Action::Scene4, Action::Scene5]
                .iter()
                .position(|known| *known == action);
            number.filter(|at| *at < count).unwrap_or(marked)
        }
        _ => marked,
    };
    cx.model.screen.popup = Some(Popup::Sessions { marked: next, delete });
}
