//! Popups: what actions do in them, and what they show.

use super::{
    ask,
    cx::Cx,
    fuzzy,
    model::Model,
    popup::{Ask, Popup},
    text::{self, Purpose},
    view::popup::{HelpEntry, PaletteEntry},
    view::{Mark, PopupBody, PopupView, Role, Row, bold, muted, plain, role},
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
fn matching(model: &Model, help: bool) -> Vec<(Action, Vec<usize>)> {
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
            if action == Action::Escape {
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

fn close(cx: &mut Cx<'_>) {
    cx.model.screen.popup = None;
    cx.model.screen.editor = None;
    if cx.model.session.work.task.is_none() && cx.model.session.scene == crate::domain::event::Scene::Prepare
    {
        super::scene::prepare_update::open_task(cx);
    }
}

fn list(cx: &mut Cx<'_>, action: Action, marked: usize, help: bool) {
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
            if matches!(question, Ask::Resume | Ask::AcceptLikely | Ask::Take | Ask::Agent(_)) {
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

fn reject(cx: &mut Cx<'_>, action: Action, hunks: Vec<crate::domain::ids::HunkId>, marked: Option<usize>) {
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

/// What the popup on screen shows.
#[expect(clippy::too_many_lines, reason = "one arm per popup")]
pub fn view(model: &Model) -> Option<PopupView> {
    let popup = model.screen.popup.as_ref()?;
    let key = |key: &str, label: &str| (key.to_owned(), label.to_owned());
    let view = match popup {
        Popup::Help { marked } => help(model, *marked),
        Popup::Palette { marked } => {
            let entries = matching(model, false)
                .into_iter()
                .map(|(action, matched)| PaletteEntry {
                    label: label(model, action),
                    matched,
                    key: model.keys.key(action),
                    refused: super::suggest::refusal(model, action),
                })
                .collect();
            PopupView {
                title: "Actions".into(),
                corner: String::new(),
                body: PopupBody::Palette { entries, marked: *marked },
                keys: vec![key("Enter", "do it"), key("Esc", "close")],
                width_cols: 72,
            }
        }
        Popup::Card { title, corner, rows, top, .. } => {
            let mut keys = vec![key("Esc", "back")];
            if title.starts_with("Why hunk") {
                keys = vec![
                    (model.keys.key(Action::Accept), "approve".into()),
                    (model.keys.key(Action::TurnDown), "reject".into()),
                    key("Esc", "back"),
                ];
            }
            PopupView {
                title: title.clone(),
                corner: corner.clone(),
                body: PopupBody::Card { rows: rows.clone(), top: *top },
                keys,
                width_cols: 84,
            }
        }
        Popup::Choices { ask, marked } => {
            let view = ask::view(model, ask);
            let does = view.options.get(*marked).map(|option| option.label.clone()).unwrap_or_default();
            PopupView {
                title: view.title,
                corner: view.corner,
                body: PopupBody::Choices { rows: view.rows, options: view.options, marked: *marked },
                keys: vec![
                    ("Enter".into(), does),
                    key("↑ ↓", "choose"),
                    ("Esc".into(), view.safe.to_owned()),
                ],
                width_cols: view.width_cols,
            }
        }
        Popup::Reject { hunks, marked } => {
            let title = match hunks.as_slice() {
                [one] => format!("Reject hunk {one}: why?"),
                many => format!("Reject {} hunks: why?", many.len()),
            };
            let mut below = vec![Row::Blank, Row::head("USED BEFORE")];
            let reasons = earlier_reasons(model);
            below.extend(reasons.iter().map(|reason| Row::Item {
                mark: Mark::None,
                label: vec![plain(reason.clone())],
                note: Vec::new(),
                indent: 2,
                target: Some(super::view::Target::Section(reason.clone())),
            }));
            PopupView {
                title,
                corner: "kept for the report and for the proposer".into(),
                body: PopupBody::Prompt { above: Vec::new(), below, marked: marked.map(|at| at + 2) },
                keys: vec![
                    key("Enter", "reject"),
                    key("↓", "choose one"),
                    key("Esc", "back, hunk stays undecided"),
                ],
                width_cols: 74,
            }
        }
        Popup::Prompt { title, corner, above, done } => PopupView {
            title: title.clone(),
            corner: corner.clone(),
            body: PopupBody::Prompt { above: above.clone(), below: Vec::new(), marked: None },
            keys: vec![("Enter".into(), done.clone()), key("Esc", "back")],
            width_cols: 74,
        },
        Popup::EditHunk { hunk } => {
            let path = model.session.hunk(*hunk).map(|(edit, _)| edit.path.clone()).unwrap_or_default();
            let first = model
                .session
                .hunk(*hunk)
                .map_or(1, |(edit, hunk)| super::scene::act_diff::new_start(edit, hunk) + 1);
            PopupView {
                title: format!("Edit hunk {hunk}"),
                corner: path,
                body: PopupBody::Editor {
                    above: vec![Row::aside("Only the new text is edited. Rules run when it is kept.")],
                    below: Vec::new(),
                    first_line: first,
                    height_rows: 16,
                },
                keys: vec![
                    (model.keys.key(Action::Done), "approve as edited".into()),
                    (model.keys.key(Action::External), "use $EDITOR".into()),
                    key("Esc", "back, draft kept"),
                ],
                width_cols: 100,
            }
        }
        Popup::EditFile { path } => PopupView {
            title: "Write it here".into(),
            corner: path.clone(),
            body: PopupBody::Editor {
                above: vec![Row::aside(
                    "What you write becomes hunks like any other; your file on disk stays as it is.",
                )],
                below: Vec::new(),
                first_line: 1,
                height_rows: 24,
            },
            keys: vec![
                (model.keys.key(Action::Done), "make hunks of it".into()),
                (model.keys.key(Action::External), "use $EDITOR".into()),
                key("Esc", "back"),
            ],
            width_cols: 110,
        },
        Popup::Commit => commit(model),
        Popup::Sessions { marked, .. } => {
            let options = model
                .world
                .sessions
                .iter()
                .map(|line| super::view::ChoiceView {
                    label: if line.task.is_empty() { "no task yet".into() } else { line.task.clone() },
                    note: format!("{}, {}", line.scene, line.saved),
                })
                .collect::<Vec<_>>();
            let rows = if options.is_empty() {
                vec![Row::text("No earlier session. proscenium demo plays one in three minutes.")]
            } else {
                Vec::new()
            };
            PopupView {
                title: "Sessions of this repository".into(),
                corner: String::new(),
                body: PopupBody::Choices { rows, options, marked: *marked },
                keys: vec![
                    key("Enter", "resume"),
                    (model.keys.key(Action::TurnDown), "delete".into()),
                    key("Esc", "close"),
                ],
                width_cols: 84,
            }
        }
    };
    Some(view)
}

fn help(model: &Model, marked: usize) -> PopupView {
    let entries = matching(model, true);
    let mut columns: Vec<(String, Vec<HelpEntry>)> = Vec::new();
    let searching = model.screen.editor.as_ref().is_some_and(|editor| !editor.text.is_empty());
    for (index, (action, _)) in entries.iter().enumerate() {
        let title = if searching { "FOUND".to_owned() } else { action.group().title().to_owned() };
        let entry = HelpEntry {
            key: model.keys.keys(*action).join("  "),
            label: label(model, *action),
            refused: super::suggest::refusal(model, *action),
            index,
        };
        match columns.iter_mut().find(|(known, _)| *known == title) {
            Some((_, list)) => list.push(entry),
            None => columns.push((title, vec![entry])),
        }
    }
    PopupView {
        title: format!("Help · {}", model.session.scene.name()),
        corner: "type to search".into(),
        body: PopupBody::Help { columns, marked },
        keys: vec![("Enter".into(), "do it".into()), ("Esc".into(), "close".into())],
        width_cols: 96,
    }
}

fn commit(model: &Model) -> PopupView {
    let text = model.screen.editor.as_ref().map(|editor| editor.text.clone()).unwrap_or_default();
    let subject = text.lines().next().unwrap_or_default().chars().count();
    let repo = model.world.repo.as_ref();
    let tree = super::reporting::tree(model);
    let hooks: Vec<&str> =
        repo.iter().flat_map(|repo| repo.hooks.iter().map(|(name, _)| name.as_str())).collect();
    let signed = repo
        .and_then(|repo| repo.signing.as_deref())
        .map(|key| format!(", signed with {key}"))
        .unwrap_or_default();
    let branch = model.session.identity.branch.clone();
    let numbered = |number: &str, text: String| Row::Text {
        line: vec![bold(format!("{number}  ")), plain(text)],
        indent: 0,
    };
    let mut below = vec![Row::Blank, Row::head("WHAT HAPPENS")];
    below.push(numbered(
        "1",
        if hooks.is_empty() {
            "no hook is installed".into()
        } else {
            format!("{} run in the clean copy; a failure keeps this message", hooks.join(" and "))
        },
    ));
    let commits = match super::message::parts(model).len() {
        1 => "one commit".to_owned(),
        n => format!("{n} commits, one per layer, only the last verified"),
    };
    below.push(numbered(
        "2",
        format!(
            "{commits} on {branch}{signed}{}",
            match super::classify::short(&tree) {
                "" => String::new(),
                tree => format!(", tree {tree} (the tree that was verified)"),
            }
        ),
    ));
    let untouched = super::reporting::not_committed(model);
    let stay = if untouched.is_empty() {
        String::new()
    } else {
        format!("; {} stay as they are", untouched.join(", "))
    };
    below.push(numbered("3", format!("your files get these hunks{stay}")));
    if let Some((reason, hint)) = &model.activity.commit_error {
        below.extend([
            Row::Blank,
            Row::Text { line: vec![role(Role::Fail, "✗ "), plain(reason.clone())], indent: 0 },
        ]);
        if !hint.is_empty() {
            below.push(Row::aside(hint.clone()));
        }
    }
    for (hook, exit, output, _) in &model.session.closing.hooks {
        let mark = if *exit == 0 { Mark::Done } else { Mark::Failed };
        below.push(Row::Item {
            mark,
            label: vec![plain(hook.clone())],
            note: vec![muted(format!("exit {exit}"))],
            indent: 0,
            target: None,
        });
        if *exit != 0 {
            below.extend(
                output
                    .lines()
                    .take(8)
                    .map(|line| Row::Text { line: vec![muted(line.to_owned())], indent: 2 }),
            );
        }
    }
    if model.activity.committing {
        below.push(Row::Item {
            mark: Mark::Spinner,
            label: vec![plain("committing …")],
            note: Vec::new(),
            indent: 0,
            target: None,
        });
    }
    PopupView {
        title: format!(
            "Commit {} in {}",
            super::cx::plural(model.session.held(), "hunk"),
            super::cx::plural(super::reporting::files(model).len(), "file")
        ),
        corner: branch,
        body: PopupBody::Editor {
            above: vec![Row::Head {
                text: "MESSAGE".into(),
                note: vec![if subject > 72 {
                    role(Role::Warn, format!("{subject} of 72"))
                } else {
                    muted(format!("{subject} of 72"))
                }],
            }],
            below,
            first_line: 0,
            height_rows: 9,
        },
        keys: vec![
            (model.keys.key(Action::Done), "commit".into()),
            (model.keys.key(Action::External), "use $EDITOR".into()),
            ("Esc".into(), "back, message kept".into()),
        ],
        width_cols: 90,
    }
}
