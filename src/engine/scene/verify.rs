//! VERIFY on screen: commands with verdicts, live output, the failure, the checklist.

use super::verify_commands::commands;
pub use super::verify_commands::{command_rows, duration, quick, shown_command};
use crate::{
    domain::{checklist::ItemState, command::Failure, layer::Layer},
    engine::{
        classify::short,
        cx::plural,
        judge::{self},
        model::Model,
        protocol,
        view::{Body, Line, Mark, Pane, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => layers(model),
        Pane::Proposal => failure(model),
        Pane::Checklist => checklist(model),
        Pane::Verify => commands(model),
    }
}

fn layers(model: &Model) -> PaneView {
    let mut rows = vec![Row::Blank];
    let all = judge::all(model);
    let map = model.map();
    for layer in
        [Layer::Router, Layer::Service, Layer::Repository, Layer::Model, Layer::Migration, Layer::Test]
    {
        let failing: Vec<&Failure> = all
            .iter()
            .flat_map(|judged| &judged.comparison.new)
            .filter(|failure| {
                failure.place.as_ref().is_some_and(|place| {
                    map.layer_of(&place.path)
                        .or_else(|| crate::domain::conventional::layer_by_path(&place.path))
                        == Some(layer)
                })
            })
            .collect();
        let touched = model
            .session
            .hunks()
            .iter()
            .filter(|hunk| hunk.layer == layer && hunk.decision.is_held())
            .count();
        let note = match (failing.len(), touched) {
            (0, 0) => vec![muted("untouched")],
            (0, n) => vec![muted(plural(n, "hunk"))],
            (n, _) => vec![role(Role::Fail, format!("✗ {n} new"))],
        };
        rows.push(Row::pair(vec![role(Role::Layer(layer), layer.name())], note));
    }
    rows.extend([Row::Blank, Row::head("TREE UNDER TEST")]);
    if model.options.in_place {
        rows.push(Row::Text { line: vec![bold("your working tree")], indent: 0 });
        rows.push(Row::aside("in place; it counts only while it is the approved tree"));
    } else {
        let tree = model.activity.tree.as_ref().map_or("not made yet", |(tree, _)| short(tree));
        rows.push(Row::Text { line: vec![bold(tree.to_owned())], indent: 0 });
        rows.push(Row::aside(format!("base + {}", plural(model.session.held(), "approved hunk"))));
        rows.push(Row::aside("not your working tree"));
    }
    rows.extend(protocol::foot(model));
    PaneView { subtitle: "by layer".into(), body: Body::Rows(rows), ..PaneView::default() }
}

/// The failure under inspection: the chosen one, else the first new one.
pub fn shown_failure(model: &Model) -> Option<(String, usize, Failure)> {
    let evidence = &model.session.evidence;
    if let Some((command, index)) = &model.screen.failure
        && let Some(failure) = evidence.runs.get(command).and_then(|run| run.parsed.failures.get(*index))
    {
        return Some((command.clone(), *index, failure.clone()));
    }
    judge::all(model).iter().find_map(|judged| {
        let failure = judged.comparison.new.first()?;
        let index = judged.run?.parsed.failures.iter().position(|other| other == failure)?;
        Some((judged.spec.id.clone(), index, failure.clone()))
    })
}

pub(super) fn failure(model: &Model) -> PaneView {
    let mut rows = vec![Row::Blank];
    let new: usize = judge::all(model).iter().map(|judged| judged.comparison.new.len()).sum();
    let Some((command, _, failure)) = shown_failure(model) else {
        let standing = judge::standing(model);
        let text = if standing.running {
            "Running …"
        } else if standing.all_ran && standing.commands > 0 && standing.first_reason.is_none() {
            "No command is worse than on the base."
        } else {
            "No failure to show."
        };
        rows.push(Row::Text { line: vec![bold(text)], indent: 0 });
        if let Some(reason) = standing.first_reason {
            rows.push(Row::Text { line: vec![role(Role::Warn, "▲ "), plain(reason)], indent: 0 });
        }
        rows.extend(playbook(model, None));
        return PaneView {
            subtitle: "where it fails".into(),
            count: "0 new".into(),
            body: Body::Rows(rows),
            ..PaneView::default()
        };
    };
    let place = failure.place.as_ref().map(ToString::to_string).unwrap_or_default();
    rows.push(Row::Text {
        line: vec![role(Role::Fail, "✗ "), bold(failure.name.clone()), muted(format!(" {place}"))],
        indent: 0,
    });
    if let Some(place) = &failure.place {
        let own = model.session.work.edits.get(&place.path).and_then(crate::domain::edit::FileEdit::approved);
        let loaded = model.world.sources.get(&place.path).cloned().flatten();
        if let Some(text) = own.as_deref().or(loaded.as_deref()) {
            let from = place.line.saturating_sub(2).max(1);
            for (number, content) in (1_u32..).zip(text.lines()).skip(from as usize - 1).take(4) {
                rows.push(Row::Source {
                    number,
                    text: content.to_owned(),
                    path: place.path.clone(),
                    marked: number == place.line,
                    emphasis: Vec::new(),
                });
            }
        }
    }
    for line in failure.message.lines().take(4) {
        rows.push(Row::Text { line: vec![role(Role::Fail, line.to_owned())], indent: 2 });
    }
    rows.extend(playbook(model, Some(&command)));
    if let Some((hunk, path)) = likely_cause(model, &failure) {
        rows.push(Row::Text {
            line: vec![muted("likely cause  "), plain(format!("hunk {hunk} ")), muted(path)],
            indent: 0,
        });
    }
    PaneView {
        subtitle: "where it fails".into(),
        count: format!("{new} new"),
        tab: if new > 0 { format!("{new} new") } else { String::new() },
        body: Body::Rows(rows),
        cursor: None,
    }
}

/// The held hunk at or nearest before the failing line, else any held hunk of the file.
fn likely_cause(model: &Model, failure: &Failure) -> Option<(crate::domain::ids::HunkId, String)> {
    let place = failure.place.as_ref();
    let held = model.session.hunks().into_iter().filter(|hunk| hunk.decision.is_held());
    let mut best = None;
    for hunk in held {
        let (edit, _) = model.session.hunk(hunk.id)?;
        let line = super::act_diff::new_start(edit, hunk) + 1;
        let named = failure.message.contains(edit.path.as_str());
        let same = place.is_some_and(|place| place.path == edit.path);
        if named || same {
            best = Some((hunk.id, format!("{}:{line}", edit.path)));
        }
    }
    best
}

fn playbook(model: &Model, command: Option<&str>) -> Vec<Row> {
    let index = command
        .and_then(|command| model.activity.playbook.get(command))
        .or_else(|| model.activity.playbook.values().next());
    let tired = model.session.evidence.failures_in_a_row >= 3;
    let Some(entry) = index.and_then(|index| model.handbook.playbook.get(*index)) else {
        let another =
            "Three tries with this approach. Take another: undo what failed, or write the step by hand.";
        return if tired {
            vec![Row::Text { line: vec![role(Role::Warn, "▲ "), plain(another)], indent: 0 }]
        } else {
            Vec::new()
        };
    };
    let mut rows = vec![
        Row::Blank,
        Row::Text { line: vec![muted("Playbook  "), bold(entry.title.clone())], indent: 0 },
        Row::text(entry.cause.clone()),
    ];
    if let Some(step) = entry.steps.first() {
        rows.push(Row::Text { line: vec![muted("try  "), plain(step.clone())], indent: 0 });
    }
    if tired && !entry.otherwise.is_empty() {
        rows.push(Row::Text {
            line: vec![
                role(Role::Warn, "▲ "),
                bold("Three tries with this approach. "),
                plain(entry.otherwise.clone()),
            ],
            indent: 0,
        });
    }
    rows
}

/// Note at the right of an item, by state.
pub fn state_note(state: &ItemState) -> (Mark, Line) {
    match state {
        ItemState::Proven { evidence } => (Mark::Done, vec![muted(evidence.clone())]),
        ItemState::Contradicted { evidence } => (Mark::Failed, vec![role(Role::Fail, evidence.clone())]),
        ItemState::NotChecked { why } => (Mark::Open, vec![muted(why.clone())]),
        ItemState::NotApplicable { reason } => (Mark::NotApplicable, vec![muted(reason.clone())]),
        ItemState::Untrusted { why } => (Mark::Unsure, vec![role(Role::Warn, why.clone())]),
        ItemState::Ticked { by, note, .. } => {
            let who = if by.is_empty() { "you" } else { by };
            let text = if note.is_empty() { who.to_owned() } else { format!("{who}: {note}") };
            (Mark::Done, vec![muted(text)])
        }
    }
}

/// The criteria with their evidence, as rows.
pub fn criteria_rows(model: &Model) -> Vec<Row> {
    model
        .session
        .accepted_criteria()
        .map(|criterion| {
            let (mark, note) = state_note(&judge::criterion_state(model, criterion));
            Row::Item {
                mark,
                label: vec![bold(format!("AC{} ", criterion.id)), plain(criterion.text.clone())],
                note,
                indent: 0,
                target: Some(Target::Item(format!("AC{}", criterion.id))),
            }
        })
        .collect()
}

fn checklist(model: &Model) -> PaneView {
    let mut rows = vec![Row::Blank, Row::head("CRITERIA")];
    rows.extend(criteria_rows(model));
    let items = judge::checklist(model);
    let by_hand: Vec<_> = items
        .iter()
        .filter(|(item, state)| {
            item.decider == crate::domain::checklist::Decider::ByHand
                || matches!(state, ItemState::Ticked { .. })
        })
        .collect();
    if !by_hand.is_empty() {
        rows.extend([Row::Blank, Row::head("YOURS TO TICK")]);
    }
    for (item, state) in &by_hand {
        let (mark, note) = state_note(state);
        let note =
            if mark == Mark::Open { vec![role(Role::Accent, model.keys.key(Action::Tick))] } else { note };
        rows.push(item_row(item, mark, note));
    }
    let mut group = "";
    for (item, state) in items.iter().filter(|pair| !by_hand.iter().any(|other| other.0.id == pair.0.id)) {
        if item.group != group {
            group = &item.group;
            rows.extend([Row::Blank, Row::head(group.to_uppercase())]);
        }
        let (mark, note) = state_note(state);
        rows.push(item_row(item, mark, note));
    }
    let (settled, total) = settled(model);
    PaneView {
        subtitle: "evidence".into(),
        count: format!("{settled} of {total}"),
        tab: format!("{settled}/{total}"),
        body: Body::Rows(rows),
        cursor: None,
    }
}

fn item_row(item: &crate::domain::checklist::Item, mark: Mark, note: Line) -> Row {
    Row::Item {
        mark,
        label: vec![plain(item.text.clone())],
        note,
        indent: 0,
        target: Some(Target::Item(item.id.clone())),
    }
}

/// Settled items and criteria, and all of them.
pub fn settled(model: &Model) -> (usize, usize) {
    let criteria =
        model.session.accepted_criteria().map(|criterion| judge::criterion_state(model, criterion));
    let items = judge::checklist(model).into_iter().map(|(_, state)| state);
    let all: Vec<ItemState> = criteria.chain(items).collect();
    (all.iter().filter(|state| state.is_settled()).count(), all.len())
}
