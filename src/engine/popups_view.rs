//! What the popup on screen shows.

use super::popups::{earlier_reasons, label, matching};
use super::{
    ask,
    model::Model,
    popup::Popup,
    view::popup::{HelpEntry, PaletteEntry},
    view::{Mark, PopupBody, PopupView, Role, Row, bold, muted, plain, role},
};
use crate::keys::Action;

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
                // What serves nothing is not suggested.
                if super::scene::act::current(model).is_some_and(|hunk| hunk.criteria.is_empty()) {
                    keys.swap(0, 1);
                }
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
                    label: if line.task.is_empty() { "no task yet".into() } else { head(&line.task) },
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

/// The head of a task, so that scene and time have room after it.
fn head(task: &str) -> String {
    const CELLS: usize = 46;
    match task.char_indices().nth(CELLS) {
        Some((at, _)) => format!("{}…", task.get(..at).unwrap_or_default().trim_end()),
        None => task.to_owned(),
    }
}

pub(super) fn help(model: &Model, marked: usize) -> PopupView {
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

/// What each hook said so far.
fn hook_rows(model: &Model) -> Vec<Row> {
    let mut below = Vec::new();
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
    below
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
    below.extend(hook_rows(model));
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
        keys: if model.activity.committing {
            let label = if model.activity.stop_asked == 0 { "stop" } else { "kill" };
            vec![
                (model.keys.key(Action::Interrupt), label.into()),
                ("Esc".into(), format!("{label}, message kept")),
            ]
        } else {
            vec![
                (model.keys.key(Action::Done), "commit".into()),
                (model.keys.key(Action::External), "use $EDITOR".into()),
                ("Esc".into(), "back, message kept".into()),
            ]
        },
        width_cols: 90,
    }
}
