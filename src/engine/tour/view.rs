//! The screen of a walkthrough: steps, the hunk of one, why, and where it stands now.
//!
//! The same panes as ACT, so that whoever saw a session knows where to look.

use super::state::Tour;
use crate::{
    domain::{
        diff::{DiffRow, Sign},
        event::Scene,
        walkthrough::WalkStep,
    },
    engine::view::{
        Body, DiffView, Floor, HunkView, KeyHint, Mark, Pane, PaneView, People, PopupBody, PopupView,
        Promise, RailEntry, RailLine, Role, Row, SceneKind, ScreenView, Target, bold, muted, pane::DiffPiece,
        plain, role,
    },
    keys::Action,
};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

/// One frame's worth of content.
pub fn screen(tour: &Tour) -> ScreenView {
    let lesson = &tour.lesson;
    let panes = Pane::ALL.map(|pane| {
        let mut view = match pane {
            Pane::Boundaries => steps(tour),
            Pane::Proposal => hunk(tour),
            Pane::Checklist => why(tour),
            Pane::Verify => standing(tour),
        };
        let rows = match &view.body {
            Body::Rows(rows) => rows.len(),
            _ => 0,
        };
        if pane == tour.focus && pane != Pane::Boundaries && rows > 0 {
            view.cursor = Some(tour.row.min(rows - 1));
        }
        view
    });
    ScreenView {
        repository: lesson.repository.clone(),
        branch: String::new(),
        task: lesson.title.clone(),
        people: people(tour),
        promise: Promise {
            mark: Mark::Open,
            text: "a replay: nothing is written".into(),
            short: "replay".into(),
        },
        kind: SceneKind::Act,
        rail: rail(tour),
        panes,
        focus: tour.focus,
        zoomed: tour.zoomed,
        floor: floor(tour),
        footer: footer(tour),
        pinned: hints(tour, &[(Action::Help, "help"), (Action::Quit, "quit")]),
        learn: Vec::new(),
        popup: tour.help.then(|| help(tour)),
        editor: None,
        spinner: None,
    }
}

fn people(tour: &Tour) -> People {
    match tour.lesson.people.as_slice() {
        [_, _, ..] => {
            let names = tour.lesson.people.join(" and ");
            People { text: format!("by {names}"), short: names }
        }
        [] | [_] => People::default(),
    }
}

/// The session is over: every scene is done, and the replay stands in what was decided.
fn rail(tour: &Tour) -> Vec<RailEntry> {
    let progress = format!("{}/{}", tour.at + 1, tour.lesson.steps.len());
    Scene::ALL
        .into_iter()
        .map(|scene| {
            let current = scene == Scene::Act;
            RailEntry {
                scene,
                progress: if current { progress.clone() } else { String::new() },
                current,
                mark: if current { Mark::None } else { Mark::Done },
                line: RailLine::Open,
            }
        })
        .collect()
}

fn floor(tour: &Tour) -> Floor {
    if !tour.refusal.is_empty() {
        return Floor {
            mark: Mark::Before,
            gate: vec![bold(tour.refusal.clone())],
            refused: true,
            ..Floor::default()
        };
    }
    let Some(step) = tour.step() else { return Floor::default() };
    let gate =
        vec![plain(format!("Step {} of {}: ", tour.at + 1, tour.lesson.steps.len())), bold(step.title())];
    Floor { mark: Mark::Dot, gate, ..Floor::default() }
}

fn hints(tour: &Tour, keys: &[(Action, &str)]) -> Vec<KeyHint> {
    keys.iter()
        .map(|(action, label)| KeyHint {
            key: tour.key(*action),
            label: (*label).to_owned(),
            action: action.name().into(),
        })
        .collect()
}

fn footer(tour: &Tour) -> Vec<KeyHint> {
    let is_last = tour.at + 1 == tour.lesson.steps.len();
    let first = if is_last { (Action::Start, "first step") } else { (Action::NextNeed, "next step") };
    hints(
        tour,
        &[
            first,
            (Action::PreviousNeed, "previous step"),
            (Action::Down, "down"),
            (Action::Up, "up"),
            (Action::Why, "why"),
            (Action::NextPane, "next pane"),
            (Action::Zoom, "zoom"),
        ],
    )
}

fn help(tour: &Tour) -> PopupView {
    let row = |actions: &[Action], what: &str| {
        let keys: Vec<String> = actions.iter().map(|action| tour.key(*action)).collect();
        Row::Text {
            line: vec![role(Role::Accent, format!("{:<8}", keys.join(" "))), plain(what.to_owned())],
            indent: 0,
        }
    };
    let rows = vec![
        row(&[Action::NextNeed, Action::PreviousNeed], "the next step, and the one before"),
        row(&[Action::Unfold, Action::Fold], "the same; so do the arrows to the sides"),
        row(&[Action::Start, Action::End], "the first step, and the last"),
        row(&[Action::Down, Action::Up], "line by line; in the list of steps, step by step"),
        row(&[Action::Why], "why this step"),
        row(&[Action::NextPane, Action::Zoom], "the next pane; the whole body for this one"),
        row(&[Action::Quit], "end the replay"),
        Row::Blank,
        Row::aside("A replay only looks: nothing is decided, run or written."),
    ];
    PopupView {
        title: "Replay".into(),
        corner: String::new(),
        body: PopupBody::Card { rows, top: 0 },
        keys: vec![(tour.key(Action::Escape), "close".into())],
        width_cols: 62,
    }
}

fn mark_of(step: &WalkStep) -> Mark {
    match step.hunk.state.as_str() {
        "approved" => Mark::Done,
        state if state.starts_with("approved") => Mark::Half,
        "rejected" => Mark::Failed,
        _ => Mark::Open,
    }
}

fn steps(tour: &Tour) -> PaneView {
    let mut rows = Vec::new();
    let mut cursor = None;
    let mut layer = None;
    for (index, step) in tour.lesson.steps.iter().enumerate() {
        let rejected = mark_of(step) == Mark::Failed;
        if layer != Some((step.layer, rejected)) {
            layer = Some((step.layer, rejected));
            let aside = if rejected { ", rejected" } else { "" };
            let name = role(Role::Layer(step.layer), step.layer.name());
            rows.push(Row::Text { line: vec![name, muted(aside)], indent: 0 });
        }
        if index == tour.at {
            cursor = Some(rows.len());
        }
        let name = step.path.rsplit('/').next().unwrap_or(&step.path);
        rows.push(Row::Item {
            mark: mark_of(step),
            label: vec![plain(format!("{} {name}", index + 1))],
            note: vec![muted(changed(step))],
            indent: 1,
            target: Some(Target::Hunk(step.hunk.id)),
        });
    }
    let count = format!("{}/{}", tour.at + 1, tour.lesson.steps.len());
    PaneView { subtitle: "steps".into(), tab: String::new(), count, body: Body::Rows(rows), cursor }
}

/// `+9 −3`.
fn changed(step: &WalkStep) -> String {
    let count = |sign: char| step.hunk.lines.iter().filter(|line| line.starts_with(sign)).count();
    match (count('+'), count('-')) {
        (added, 0) => format!("+{added}"),
        (added, removed) => format!("+{added} −{removed}"),
    }
}

fn hunk(tour: &Tour) -> PaneView {
    let Some(step) = tour.step() else { return PaneView::default() };
    let rows = pieces(step);
    let mut hasher = std::hash::DefaultHasher::new();
    (tour.at, &step.path, &step.hunk.lines).hash(&mut hasher);
    let count = |wanted: Sign| {
        let found =
            rows.iter().filter(|piece| matches!(piece, DiffPiece::Line { row, .. } if row.sign == wanted));
        u32::try_from(found.count()).unwrap_or(u32::MAX)
    };
    let numbered = |wanted: Option<Sign>| {
        rows.iter().find_map(|piece| match piece {
            DiffPiece::Line { number, row } if wanted.is_none_or(|sign| sign == row.sign) => Some(*number),
            DiffPiece::Line { .. } | DiffPiece::Fold { .. } => None,
        })
    };
    let serves: Vec<&str> = step
        .evidence
        .iter()
        .filter_map(|line| line.split_whitespace().next().filter(|word| word.starts_with("AC")))
        .collect();
    let serves = if serves.is_empty() { "no criterion".to_owned() } else { serves.join(" ") };
    let view = HunkView {
        id: step.hunk.id,
        revision: hasher.finish(),
        path: step.path.clone(),
        line: numbered(Some(Sign::Added)).or_else(|| numbered(None)).unwrap_or(1),
        layer: step.layer,
        mark: mark_of(step),
        state: step.decided(),
        reason: String::new(),
        origin: step.hunk.origin.clone(),
        serves,
        added: count(Sign::Added),
        removed: count(Sign::Removed),
        guard: (Mark::None, String::new()),
        facts: Vec::new(),
        links: Vec::new(),
        folded: false,
        stale: false,
        chosen: false,
        rows: Arc::new(rows),
    };
    let last = view.rows.len().saturating_sub(1);
    let row = if tour.focus == Pane::Proposal { tour.row.min(last) } else { 0 };
    PaneView {
        subtitle: "the change".into(),
        tab: String::new(),
        count: format!("step {} of {}", tour.at + 1, tour.lesson.steps.len()),
        body: Body::Diff(DiffView { hunks: vec![Arc::new(view)], row, ..DiffView::default() }),
        cursor: None,
    }
}

/// The lines with their numbers; a fold where lines between them were left out.
fn pieces(step: &WalkStep) -> Vec<DiffPiece> {
    let mut pieces = Vec::new();
    let mut before: Option<u32> = None;
    let mut running = 0;
    for (index, line) in step.hunk.lines.iter().enumerate() {
        let (sign, text) = match line.split_at_checked(1) {
            Some(("+", text)) => (Sign::Added, text),
            Some(("-", text)) => (Sign::Removed, text),
            Some((_, text)) => (Sign::Same, text),
            None => (Sign::Same, line.as_str()),
        };
        running += u32::from(sign != Sign::Removed);
        let number = step.hunk.numbers.get(index).copied().unwrap_or(running.max(1));
        // Removed lines are numbered as in the base, all others as in the change.
        if sign != Sign::Removed {
            let folded = before.map_or(0, |before| number.saturating_sub(before + 1));
            if folded > 0 {
                pieces.push(DiffPiece::Fold { lines: folded });
            }
            before = Some(number);
        }
        let row =
            DiffRow { sign, old: 0, new: 0, text: text.to_owned(), emphasis: Vec::new(), no_newline: false };
        pieces.push(DiffPiece::Line { number, row });
    }
    pieces
}

fn why(tour: &Tour) -> PaneView {
    let Some(step) = tour.step() else { return PaneView::default() };
    let mut rows = vec![Row::head("WHY")];
    let reason = if step.reason.is_empty() { "No reason was given with it." } else { &step.reason };
    rows.push(Row::text(reason));
    if !step.like.is_empty() {
        rows.push(Row::Text { line: vec![muted("shaped like "), plain(step.like.clone())], indent: 0 });
    }
    rows.extend([Row::Blank, Row::head("EVIDENCE")]);
    if step.evidence.is_empty() {
        rows.push(Row::aside("none: it serves no criterion"));
    }
    for line in &step.evidence {
        let (label, state) = line.split_once(": ").unwrap_or((line, ""));
        let mark = match state.split([',', ' ']).next().unwrap_or_default() {
            "proven" | "ticked" | "adds" if !state.starts_with("adds ") || state.starts_with("adds no") => {
                Mark::Done
            }
            "adds" => Mark::Warn,
            "contradicted" => Mark::Failed,
            "untrusted" => Mark::Unsure,
            "not" => Mark::Open,
            _ => Mark::None,
        };
        rows.push(Row::Item {
            mark,
            label: vec![plain(label.to_owned())],
            note: Vec::new(),
            indent: 0,
            target: None,
        });
        if !state.is_empty() {
            rows.push(Row::Text { line: vec![muted(state.to_owned())], indent: 2 });
        }
    }
    PaneView { subtitle: "why".into(), body: Body::Rows(rows), ..PaneView::default() }
}

fn standing(tour: &Tour) -> PaneView {
    let Some(step) = tour.step() else { return PaneView::default() };
    let mut rows = vec![Row::head("WHERE IT STANDS NOW")];
    for standing in tour.standing() {
        let (mark, note) = match &standing.place {
            Ok(place) => (Mark::Done, vec![muted(place.to_string())]),
            Err(why) => (Mark::Failed, vec![muted(why.clone())]),
        };
        let title = if standing.title.is_empty() { "lines outside every symbol" } else { &standing.title };
        let label = vec![bold(title)];
        rows.push(Row::Item { mark, label, note: Vec::new(), indent: 0, target: None });
        rows.push(Row::Text { line: note, indent: 2 });
    }
    if tour.standing().is_empty() {
        let text = if step.anchors.is_empty() {
            "nowhere: it is in no tree"
        } else {
            "not looked for: no commit, or no repository"
        };
        rows.push(Row::aside(text));
    }
    if !tour.lesson.evidence.is_empty() {
        rows.extend([Row::Blank, Row::head("THE COMMANDS SAID")]);
        rows.extend(tour.lesson.evidence.iter().map(|line| Row::text(line.clone())));
    }
    PaneView { subtitle: "anchors and commands".into(), body: Body::Rows(rows), ..PaneView::default() }
}
