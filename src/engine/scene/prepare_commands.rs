//! PREPARE: the commands that were found.

use crate::{
    engine::{
        model::Model,
        view::{Body, Mark, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};

/// Terminals from this width on give the commands a pane of the whole width: room for columns.
const COLUMNS: u16 = 120;
/// Cells of such a row that neither the command nor its place takes.
const BESIDE: usize = 36;

pub(super) fn commands(model: &Model) -> PaneView {
    let commands = &model.session.evidence.commands;
    let mut rows = vec![Row::Blank];
    let trusted = model.commands_trusted();
    let place_width = commands
        .iter()
        .map(|command| command.from.to_string().chars().count())
        .max()
        .unwrap_or(0)
        .clamp(18, 34);
    let room = usize::from(model.screen.columns).saturating_sub(BESIDE + place_width).max(16);
    let width =
        commands.iter().map(|command| command.title().chars().count()).max().unwrap_or(0).clamp(16, room);
    for command in commands {
        if model.screen.columns < COLUMNS {
            rows.push(Row::Item {
                mark: Mark::None,
                label: vec![bold(command.title())],
                note: vec![muted(command.from.to_string())],
                indent: 0,
                target: Some(Target::Command(command.id.clone())),
            });
            continue;
        }
        let state = if trusted { role(Role::Ok, "trusted") } else { role(Role::Warn, "not trusted yet") };
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![
                bold(format!("{:<width$}  ", command.title())),
                muted(format!("{:<place_width$}  ", command.from.to_string())),
                plain(format!("{:<10}  ", command.kind.name())),
                state,
            ],
            note: Vec::new(),
            indent: 0,
            target: Some(Target::Command(command.id.clone())),
        });
    }
    for problem in &model.world.command_problems {
        rows.push(Row::Text { line: vec![role(Role::Warn, "▲ "), plain(problem.clone())], indent: 0 });
    }
    if commands.is_empty() {
        let (edit, scanned) = (model.keys.key(Action::Palette), model.world.surveyed);
        let text = if scanned { "No commands found." } else { "Looking for commands …" };
        rows.push(Row::Text { line: vec![bold(text)], indent: 0 });
        if scanned {
            rows.push(Row::aside(format!(
                "stack.yaml can name them under verify:; {edit} stack set writes that section for you. Without commands the exit is partial."
            )));
        }
    } else {
        rows.push(Row::Blank);
        let (run, count) = (model.keys.key(Action::RunAgain), commands.len());
        let all = if count == 1 { "it".into() } else { format!("all {count}") };
        let line = if trusted {
            vec![muted("They are trusted until one of them changes; VERIFY runs them in a clean copy.")]
        } else {
            vec![
                muted("No command of this repository runs before you trust it.  "),
                role(Role::Accent, run),
                muted(format!(" shows {all} and asks once.")),
            ]
        };
        rows.push(Row::Text { line, indent: 0 });
    }
    let count = if trusted { "trusted" } else { "none has run" };
    PaneView {
        subtitle: "commands found".into(),
        count: count.into(),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}
