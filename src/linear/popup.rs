//! Questions, cards and texts of the engine, line by line.
//!
//! Made from the engine's own views, so that a new question has its linear form by
//! itself. Cards need no answer; the loop prints and closes them.

use super::{
    act,
    hunk::capital,
    moment::{Do, Memory, Moment, Offer, Takes},
    rows,
};
use crate::engine::{
    Model,
    popup::{Ask, Popup},
    popups,
    text::Purpose,
    view::PopupBody,
};

/// The moment of the popup or text that waits for an answer; `None` when none does.
pub(super) fn moment(model: &Model, memory: &Memory) -> Option<Moment> {
    if memory.composing {
        return Some(long(model, memory));
    }
    let Some(view) = popups::view(model) else {
        return own_file(model, memory);
    };
    let corner = if view.corner.is_empty() { String::new() } else { format!(" ({})", view.corner) };
    let title = format!("{}{corner}", view.title);
    let moment = match (model.screen.popup.as_ref()?, view.body) {
        (popup, PopupBody::Choices { rows: above, options, .. }) => {
            let mut lead = vec![title];
            lead.extend(rows::lines(&above));
            let offers = options
                .into_iter()
                .enumerate()
                .map(|(index, option)| {
                    Offer::new(rows::say(&option.label), Do::Option(index)).with(rows::say(&option.note))
                })
                .collect();
            Moment { label: label(popup).into(), lead, offers, takes: Takes::Nothing }
        }
        (Popup::Reject { .. }, _) => {
            let mut lead = vec![
                title,
                "A few words, a number, or Enter for no reason. back leaves it undecided.".to_owned(),
            ];
            let reasons = popups::earlier_reasons(model);
            lead.extend((1..).zip(&reasons).map(|(number, reason)| format!("  {number} {reason}")));
            Moment { label: "reason".into(), lead, takes: Takes::Reason, ..Moment::default() }
        }
        (Popup::EditHunk { .. }, PopupBody::Editor { .. }) => long(model, memory),
        (Popup::Commit, PopupBody::Editor { below, .. }) => commit(model, &title, &rows::lines(&below)),
        (_, PopupBody::Prompt { above, .. }) => prompt(model, title, rows::lines(&above)),
        (_, PopupBody::Editor { .. }) => long(model, memory),
        // Help, palette and cards ask nothing; the loop closes them.
        (_, PopupBody::Card { .. } | PopupBody::Help { .. } | PopupBody::Palette { .. }) => return None,
    };
    Some(moment)
}

/// What the prompt calls a question. A new one is a choice.
fn label(popup: &Popup) -> &'static str {
    match popup {
        Popup::Choices { ask: Ask::Trust, .. } => "trust",
        Popup::Choices { ask: Ask::Closure { .. }, .. } => "closure",
        Popup::Choices { ask: Ask::Partial, .. } => "partial",
        Popup::Choices { ask: Ask::AcceptLikely, .. } => "stack",
        Popup::Choices { ask: Ask::Resume, .. } => "welcome back",
        Popup::Choices { ask: Ask::Take, .. } => "save",
        Popup::Choices { ask: Ask::QuitWhileRunning, .. } => "quit",
        Popup::Sessions { .. } => "sessions",
        _ => "choice",
    }
}

fn prompt(model: &Model, title: String, above: Vec<String>) -> Moment {
    let mut lead = vec![title];
    lead.extend(above);
    let editor = model.screen.editor.as_ref();
    let now = editor.map(|editor| editor.text.clone()).unwrap_or_default();
    let about = editor.map(|editor| editor.placeholder.clone()).unwrap_or_default();
    if !about.is_empty() {
        lead.push(format!("{}. back leaves it.", capital(&about)));
    }
    if !now.is_empty() {
        lead.push(format!("Now: {now}"));
        lead.push("Enter alone keeps it.".into());
    }
    Moment { label: "text".into(), lead, takes: Takes::Line, ..Moment::default() }
}

/// The commit question: the one place that wants a typed word.
fn commit(model: &Model, title: &str, below: &[String]) -> Moment {
    let mut lead = vec![format!("{title}. The message:")];
    let text = model.screen.editor.as_ref().map(|editor| editor.text.clone()).unwrap_or_default();
    lead.extend(text.lines().map(|line| format!("  {line}")));
    lead.extend(below.iter().cloned());
    lead.push(format!(
        "Type commit to write {} to your files and make the commit on {}; edit to change the message; back to leave it held.",
        crate::engine::cx::plural(model.session.held(), "hunk"),
        model.session.identity.branch
    ));
    Moment { label: "confirm".into(), lead, takes: Takes::Commit, ..Moment::default() }
}

/// A whole file in the built-in editor.
fn own_file(model: &Model, memory: &Memory) -> Option<Moment> {
    if model.session.scene == crate::domain::event::Scene::Act && model.screen.cut.is_some() {
        return act::cut(model);
    }
    let editor = model.screen.editor.as_ref()?;
    matches!(editor.purpose, Purpose::OwnFile(_)).then(|| long(model, memory))
}

/// A long text: what stands there now, then lines until a dot.
fn long(model: &Model, memory: &Memory) -> Moment {
    let Some(editor) = model.screen.editor.as_ref() else { return Moment::default() };
    let what = match &editor.purpose {
        Purpose::Hunk(id) => format!("Hunk {id}, the new text"),
        Purpose::OwnFile(path) => path.clone(),
        Purpose::Message => "The commit message".into(),
        _ => "The text".into(),
    };
    let count = editor.text.lines().count();
    let mut lead = vec![format!("{what}, {} now:", crate::engine::cx::plural(count, "line"))];
    lead.extend(editor.text.lines().map(|line| format!("  | {line}")));
    lead.push(
        "Type all lines anew; a line with a single dot ends the text, two dots stand for a line that is one. A dot at once leaves everything as it is."
            .into(),
    );
    Moment {
        label: format!("line {}", memory.lines.len() + 1),
        lead: if memory.lines.is_empty() { lead } else { Vec::new() },
        takes: Takes::Lines,
        ..Moment::default()
    }
}
