//! FINALIZE, line by line: the verdict, what is open, the message, the commit.

use super::{
    moment::{Moment, Offer, Takes},
    rows,
    words::Word,
};
use crate::{
    domain::{commit::CommitShape, event::Exit},
    engine::{
        Model,
        cx::plural,
        message, reporting,
        scene::finalize,
        view::{Body, Pane},
    },
    keys::Action,
};

/// What is asked in FINALIZE.
pub(super) fn moment(model: &Model) -> Moment {
    if model.session.is_committed() { committed(model) } else { ready(model) }
}

fn ready(model: &Model) -> Moment {
    let report = reporting::report(model);
    let mut lead = vec![match report.exit {
        Exit::Success => "Success: no command is worse than on the base.".to_owned(),
        Exit::Partial => "Partial success.".to_owned(),
    }];
    if report.open.is_empty() {
        lead.push("Open: nothing.".into());
    }
    for item in &report.open {
        let word = if item.blocking { "Open" } else { "Open, not required" };
        lead.push(format!("{word}: {}, {}", item.what, item.why));
    }
    if !report.tree.is_empty() {
        lead.push(format!("Verified tree: {}", report.tree));
    }
    let text = message::text(model);
    lead.push("Commit message:".into());
    lead.extend(text.lines().map(|line| format!("  {line}")));
    let left = if report.not_committed.is_empty() {
        String::new()
    } else {
        format!(" Not in the commit: {}.", report.not_committed.join(", "))
    };
    lead.push(format!(
        "{} in {}.{left}",
        plural(model.session.held(), "hunk"),
        plural(report.files.len(), "file")
    ));
    if let Some((reason, hint)) = &model.activity.commit_error {
        lead.push(format!("{reason}; no commit was made, your message is kept. {hint}"));
        lead.extend(super::say::hooks(model));
    }
    let shape = match model.session.work.shape {
        CommitShape::One => "one commit per layer instead",
        CommitShape::PerLayer => "one commit instead of one per layer",
    };
    Moment {
        label: String::new(),
        lead,
        offers: vec![
            Offer::say("read the report", Word::Report),
            Offer::say("edit the message", Word::Edit("message".into())),
            Offer::say("commit", Word::Commit),
            Offer::say(shape, Word::Action(Action::OtherView)),
            Offer::say("leave it held and quit", Word::Action(Action::Quit)),
        ],
        takes: Takes::Nothing,
    }
}

fn committed(model: &Model) -> Moment {
    let closing = &model.session.closing;
    let mut lead = Vec::new();
    for commit in &closing.commits {
        let alone = if commit.verified { "" } else { ", not verified alone" };
        let signed = if commit.signed_with.is_empty() {
            String::new()
        } else {
            format!(", signed with {}", commit.signed_with)
        };
        lead.push(format!(
            "Commit {} on {}, tree {}{signed}{alone}.",
            commit.id, model.session.identity.branch, commit.tree
        ));
    }
    let kept = if closing.kept.is_empty() {
        String::new()
    } else {
        format!(" Kept with your own change: {}.", closing.kept.join(", "))
    };
    lead.push(format!(
        "Your files: {} written.{kept} Nothing was pushed.",
        plural(closing.written.len(), "file")
    ));
    lead.push("End of task. The session is saved.".into());
    Moment {
        label: String::new(),
        lead,
        offers: vec![
            Offer::say("quit", Word::Action(Action::Quit)),
            Offer::say("another change", Word::Next),
            Offer::say("take the report with you", Word::Save),
            Offer::say("take back the commit", Word::Action(Action::UndoCommit)),
        ],
        takes: Takes::Nothing,
    }
}

/// The whole report.
pub(super) fn report(model: &Model) -> Vec<String> {
    let mut lines = rows::lines(&finalize::report_rows(model, &reporting::report(model)));
    if let Body::Rows(rows) = finalize::pane(model, Pane::Checklist).body {
        lines.push("EVIDENCE BY CRITERION AND ITEM:".into());
        lines.extend(rows::lines(&rows));
    }
    lines
}
