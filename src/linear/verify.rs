//! VERIFY, line by line: what the commands said, against the base, and the checklist.

use super::{
    moment::{Moment, Offer, Takes, onward},
    rows,
    words::Word,
};
use crate::{
    domain::{event::Scene, verdict::Verdict},
    engine::{
        Model, cursor, judge,
        scene::{self, verify},
        view::{Body, Mark, Pane, Row, Target},
    },
    keys::Action,
};

/// Newest lines of a command's output that are printed.
const OUTPUT_LINES: usize = 60;

/// What is asked in VERIFY.
pub(super) fn moment(model: &Model) -> Moment {
    let standing = judge::standing(model);
    let mut lead = commands(model);
    if standing.new_failures > 0 {
        lead.extend(pane(model, Pane::Proposal));
    }
    let ran = model.session.evidence.runs.len();
    if ran > 0 {
        lead.extend(items(model).0);
    }
    let mut offers: Vec<Offer> = onward(model).into_iter().collect();
    if standing.commands > 0 && (!model.commands_trusted() || !standing.all_ran) {
        offers.push(Offer::say("run the commands", Word::Run));
    }
    if standing.new_failures > 0 {
        offers.push(Offer::say("back to ACT", Word::Scene(Scene::Act)));
        offers.push(Offer::say("show the output", Word::Output(String::new())));
    }
    if ran > 0 {
        offers.push(Offer::say("run again what is not green", Word::Run));
    }
    if standing.first_reason.is_some() || standing.commands == 0 || !standing.all_ran {
        offers.push(Offer::say("finish as partial", Word::Action(Action::Partial)));
    }
    if model.activity.tree.is_some() {
        offers.push(Offer::say("run everything again", Word::Action(Action::RunAll)));
    }
    Moment { label: String::new(), lead, offers, takes: Takes::Nothing }
}

/// Commands with their verdicts, then the comparison with the base.
pub(super) fn commands(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    match &model.activity.tree {
        Some((tree, _)) if !model.options.in_place => lines.push(format!("Tree under test: {tree}")),
        _ if model.options.in_place => lines.push("Commands run in your working tree.".into()),
        _ => {}
    }
    let mut list = match scene::pane(model, Pane::Verify).body {
        Body::Output { list, .. } | Body::Rows(list) => list,
        Body::Shared(list) => list.to_vec(),
        Body::Welcome(_) | Body::Diff(_) | Body::Editor { .. } => Vec::new(),
    };
    list.retain(|row| !matches!(row, Row::Head { text, .. } if text == "COMMAND"));
    for judged in judge::all(model) {
        // The verdict in a word, because a mark is one only for the eye.
        let Some(verdict) = &judged.verdict else { continue };
        let id = &judged.spec.id;
        for row in &mut list {
            if let Row::Item { mark, note, target: Some(Target::Command(of)), .. } = row
                && of == id
                && *mark != Mark::Open
            {
                note.insert(0, crate::engine::view::plain(format!("{}, ", verdict_word(verdict))));
                *mark = Mark::None;
            }
        }
    }
    lines.extend(rows::lines(&list));
    lines
}

fn verdict_word(verdict: &Verdict) -> &'static str {
    verdict.name()
}

fn pane(model: &Model, pane: Pane) -> Vec<String> {
    match scene::pane(model, pane).body {
        Body::Rows(rows) => rows::lines(&rows),
        Body::Shared(rows) => rows::lines(&rows),
        Body::Welcome(_) | Body::Diff(_) | Body::Output { .. } | Body::Editor { .. } => Vec::new(),
    }
}

/// The checklist with numbers, and what the numbers stand for.
pub(super) fn items(model: &Model) -> (Vec<String>, Vec<(Pane, Target)>) {
    let mut rows = cursor::rows(model, Pane::Checklist).to_vec();
    for row in &mut rows {
        // The key of the screen's row is the word here, once for all rows.
        if let Row::Item { mark: Mark::Open, note, .. } = row
            && note.len() == 1
            && note.first().is_some_and(|span| span.text == model.keys.key(Action::Tick))
        {
            *note = vec![crate::engine::view::plain("yours to tick")];
        }
    }
    let list =
        cursor::selectable(&rows).into_iter().map(|(_, target)| (Pane::Checklist, target.clone())).collect();
    let (settled, total) = verify::settled(model);
    let mut lines =
        vec![format!("Checklist, {settled} of {total} settled; tick N settles one that is yours.")];
    lines.extend(rows::numbered(&rows));
    (lines, list)
}

/// The newest lines of a command: the one whose title or id has that text, else the first
/// that is worse than on the base, else the first.
pub(super) fn output(model: &Model, wanted: &str) -> Vec<String> {
    let all = judge::all(model);
    let found = if wanted.is_empty() {
        all.iter().find(|judged| !judged.comparison.new.is_empty()).or_else(|| all.first())
    } else {
        all.iter().find(|judged| judged.spec.title().contains(wanted) || judged.spec.id == wanted)
    };
    let Some(judged) = found else { return vec![format!("No command is called “{wanted}”.")] };
    let title = judged.spec.title();
    let Some(output) = model.activity.output.get(&judged.spec.id) else {
        return vec![format!("{title} has printed nothing in this run of proscenium.")];
    };
    let left = output.lines.len().saturating_sub(OUTPUT_LINES);
    let before = left as u64 + output.dropped;
    let mut lines = vec![format!(
        "Output of {title}, {} lines, {before} earlier ones not shown:",
        output.lines.len() - left
    )];
    lines.extend(output.lines.iter().skip(left).map(|line| format!("  | {}", line.text())));
    lines
}
