//! Questions with numbered options: their words, and what each option does.

pub use super::answer::{answer, partial};
use super::{
    cards,
    closure::Closure,
    cx::{Cx, plural},
    model::Model,
    popup::{Ask, Popup},
    reporting,
    view::{ChoiceView, Row, bold, muted, plain},
};
use crate::{
    domain::{event::Scene, hunk::Decision},
    keys::Action,
};

/// Opens the trust question, or says that it was answered.
pub fn trust(cx: &mut Cx<'_>) {
    if cx.model.session.evidence.commands.is_empty() {
        cx.refuse("No commands were found; stack.yaml can name them under verify:.");
    } else if cx.model.commands_trusted() {
        cx.refuse("These commands are trusted until one of them changes.");
    } else if cx.may_act() {
        cx.put_away_text();
        cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Trust, marked: 0 });
    }
}

/// There is nothing behind Enter here.
pub fn nothing_to_open(cx: &mut Cx<'_>) {
    cx.refuse("Nothing is marked that could be opened.");
}

fn choice(label: impl Into<String>, note: impl Into<String>) -> ChoiceView {
    ChoiceView { label: label.into(), note: note.into() }
}

/// What a question looks like.
#[derive(Debug, Clone, PartialEq)]
pub struct AskView {
    pub title: String,
    pub corner: String,
    pub rows: Vec<Row>,
    pub options: Vec<ChoiceView>,
    pub width_cols: u16,
    /// What Enter and Esc do on the first option, in words.
    pub safe: &'static str,
}

/// The words of a question.
#[expect(clippy::too_many_lines, reason = "one arm per question, so that a new one cannot lack its words")]
pub fn view(model: &Model, ask: &Ask) -> AskView {
    let make = |title: String, corner: &str, rows: Vec<Row>, options: Vec<ChoiceView>, safe: &'static str| {
        AskView { title, corner: corner.to_owned(), rows, options, width_cols: 78, safe }
    };
    match ask {
        Ask::Trust => {
            let commands = &model.session.evidence.commands;
            let count = commands.len();
            let width = commands.iter().map(|spec| spec.title().chars().count()).max().unwrap_or(0).min(36);
            let mut rows = vec![
                Row::text(format!(
                    "This repository wants to run {} on your machine:",
                    plural(count, "command")
                )),
                Row::Blank,
            ];
            rows.extend(commands.iter().map(|spec| Row::Text {
                line: vec![bold(format!("{:<width$}  ", spec.title())), muted(format!("from {}", spec.from))],
                indent: 2,
            }));
            rows.extend([
                Row::Blank,
                Row::text("They run in a copy of your files, with your account's rights; so does what they load (tests, scripts). If one of them changes, you are asked again."),
                Row::aside("Granted for this session: PROCESS, LOCAL_FS, CREDENTIALS (names only)."),
            ]);
            let these = if count == 1 { "this one".to_owned() } else { format!("these {count}") };
            let options = vec![
                choice("not now", "VERIFY stays shut, the rest works"),
                choice("read the commands first", ""),
                choice(format!("trust {these}"), "until one of them changes"),
            ];
            make("Trust these commands?".into(), "asked once for this repository", rows, options, "not now")
        }
        Ask::Closure { hunk, dependants } => {
            let closure = Closure::of(model, *hunk, dependants);
            let rows = closure.rows();
            let count = dependants.len() + 1;
            let options = vec![
                choice(format!("keep hunk {hunk} undecided"), ""),
                choice(
                    format!("reject all {count}"),
                    format!("{} undoes it in one step", model.keys.key(Action::Undo)),
                ),
                choice(format!("reject only {hunk}"), closure.left()),
            ];
            let title =
                format!("Rejecting hunk {hunk} leaves {} without it", plural(dependants.len(), "other"));
            make(title, "", rows, options, "keep it undecided")
        }
        Ask::Partial => {
            let (_, all) = reporting::standing(model);
            let open: Vec<_> = all.iter().filter(|item| item.blocking).collect();
            let mut rows =
                vec![Row::text("This stays open and is named in the report and in the commit:"), Row::Blank];
            rows.extend(open.iter().take(10).map(|item| Row::Text {
                line: vec![plain("✗ "), bold(item.what.clone()), muted(format!("  {}", item.why))],
                indent: 2,
            }));
            let options = vec![
                choice("back", ""),
                choice("finish as partial", "exit status 1"),
                choice("write down why first", ""),
            ];
            make(
                "Finish as partial success?".into(),
                &format!("{} open", plural(open.len(), "item")),
                rows,
                options,
                "back",
            )
        }
        Ask::QuitWhileRunning => {
            let rows = vec![Row::text(
                "Quitting stops what runs. Every decision is already saved; proscenium brings you back here.",
            )];
            make(
                "Something is still running".into(),
                "",
                rows,
                vec![choice("stay", ""), choice("stop it and quit", "")],
                "stay",
            )
        }
        Ask::LeaveUndecided => {
            let count = model.session.undecided();
            let rows = vec![Row::text(format!(
                "{} not decided. Going on leaves them out: they are not tested and not committed; you can come back.",
                if count == 1 { "1 hunk is".to_owned() } else { format!("{count} hunks are") }
            ))];
            let options = vec![choice("decide them first", ""), choice("go on without them", "")];
            make(plural(count, "undecided hunk"), "", rows, options, "decide them first")
        }
        Ask::AcceptLikely => {
            let mut rows = vec![Row::text("These are likely, not sure:"), Row::Blank];
            for key in super::gate::unsure_fields(model) {
                let field = super::scene::prepare::field(model, key);
                let place =
                    field.evidence.first().map(|evidence| evidence.place.to_string()).unwrap_or_default();
                rows.push(Row::Text {
                    line: vec![
                        bold(format!("{:<16}", key.name().replace('_', " "))),
                        plain(format!("{:<16}", field.name.unwrap_or_default())),
                        muted(place),
                    ],
                    indent: 2,
                });
            }
            let options = vec![choice("correct them first", ""), choice("accept them and go on", "")];
            make("Confirm the stack".into(), "", rows, options, "correct them first")
        }
        Ask::Resume => {
            let session = &model.session;
            let task = session
                .work
                .task
                .as_ref()
                .map(|task| task.text.clone())
                .unwrap_or_else(|| "no task yet".into());
            let hunk = super::scene::act::current(model)
                .filter(|_| session.scene == Scene::Act)
                .map(|hunk| format!(", hunk {}", hunk.id))
                .unwrap_or_default();
            let mut rows = vec![
                Row::Text {
                    line: vec![plain("You were in "), bold(session.scene.name()), plain(hunk)],
                    indent: 0,
                },
                Row::text(task),
                Row::Blank,
            ];
            let held = session.held();
            if held > 0 {
                rows.push(Row::text(format!("✓ {} approved, all still fit", plural(held, "hunk"))));
            }
            for notice in &model.screen.resume_notices {
                rows.push(Row::Text { line: vec![plain("▲ "), plain(notice.clone())], indent: 0 });
            }
            let options = vec![
                choice("go on", ""),
                choice("start something new", "this session stays in the list"),
                choice("show all sessions", ""),
            ];
            make("Welcome back".into(), "", rows, options, "go on")
        }
        Ask::Take => {
            let options = vec![
                choice("copy the report to the clipboard", ""),
                choice("report.md", ""),
                choice("report.html", "one file"),
                choice("the walkthrough", "Markdown, and a lesson to replay"),
                choice("one lesson for next time", "shown for tasks of this kind"),
                choice("one lesson for everyone here", "a hunk in stack/lessons.md"),
            ];
            make("Take the report".into(), "", Vec::new(), options, "back")
        }
        Ask::Refresh => {
            let rows = vec![Row::text(
                "HEAD is not the commit this session started from. Your decisions are kept; hunks that no longer fit are dropped by number.",
            )];
            make(
                "The branch moved".into(),
                "",
                rows,
                vec![choice("look first", ""), choice("rebuild on the new HEAD", "")],
                "look first",
            )
        }
        Ask::UndoCommit => {
            let rows = vec![Row::text(
                "The branch moves back and your files get their text from before. It works until the commit is pushed.",
            )];
            make(
                "Take back the commit?".into(),
                "",
                rows,
                vec![choice("keep it", ""), choice("take it back", "hunks are held as before")],
                "keep it",
            )
        }
        Ask::ApplyNow => {
            let rows = vec![Row::text(format!(
                "{} are merged into your working tree, three ways, file by file. No commit is made; a file whose own change conflicts is left alone.",
                plural(model.session.held(), "approved hunk")
            ))];
            make(
                "Write to your files now?".into(),
                "",
                rows,
                vec![choice("not now", ""), choice("write them", "")],
                "not now",
            )
        }
        Ask::DeleteSession(id) => {
            let rows = vec![Row::text(format!("Session {id} and its journal are deleted. Commits stay."))];
            make(
                "Delete this session?".into(),
                "",
                rows,
                vec![choice("keep it", ""), choice("delete it", "")],
                "keep it",
            )
        }
        Ask::NewTask => {
            let rows = vec![Row::text(
                "This session is kept in the list. A new one begins on the branch as it is now.",
            )];
            make(
                "Another change?".into(),
                "",
                rows,
                vec![choice("stay here", ""), choice("begin another change", "")],
                "stay here",
            )
        }
        Ask::Agent(_) => {
            let mut options = vec![choice("write it myself", "the walkthrough leads")];
            options.extend(model.options.agents.iter().map(|name| {
                choice(format!("ask {name}"), "works in a private copy; its changes come as hunks")
            }));
            let rows = cards::at(model, "filler").flat_map(|card| cards::rows(model, card)).collect();
            make("Who fills this step?".into(), "", rows, options, "write it myself")
        }
        Ask::Card(id) => {
            let Some(card) = cards::card(model, id) else {
                return make("No such card".into(), "", Vec::new(), vec![choice("back", "")], "back");
            };
            let mut rows = vec![Row::text(card.question.clone()), Row::Blank];
            rows.push(Row::Text { line: vec![muted("usually  "), plain(card.default.clone())], indent: 0 });
            if let Some((chosen, _)) = cards::chosen(model, id) {
                rows.push(Row::Text { line: vec![muted("chosen   "), bold(chosen.to_owned())], indent: 0 });
            }
            let mut options = vec![choice("decide later", "")];
            options.extend(card.options.iter().map(|option| {
                choice(option.label.clone(), format!("{}; effort: {}", option.trade_off, option.effort))
            }));
            make(card.title.clone(), "kept with the session", rows, options, "decide later")
        }
    }
}

/// Whether any decision beside the safe one was made about a hunk.
pub fn is_decided(decision: &Decision) -> bool {
    *decision != Decision::Undecided
}
