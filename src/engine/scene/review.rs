//! ACQUIRE for a review: the findings, the source of the marked one, and what was chosen.

use super::review_table::FindingTable;
use crate::{
    domain::{
        event::{Scene, What},
        finding::{Finding, Level},
        layer::Layer,
    },
    engine::{
        cx::{Cx, plural},
        effect::Effect,
        gate::{self, Gate},
        model::Model,
        navigate,
        popup::Popup,
        text::Purpose,
        view::{Body, Mark, Pane, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};
use std::collections::BTreeMap;

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => groups(model),
        Pane::Proposal => findings(model),
        Pane::Checklist => yours(model),
        Pane::Verify => read(model),
    }
}

/// Findings on screen: not dismissed, of the marked group, errors first.
pub fn visible(model: &Model) -> Vec<&Finding> {
    let all = model.world.map.iter().flat_map(|map| &map.findings);
    let mut list: Vec<&Finding> = all
        .filter(|finding| !model.session.work.dismissed.contains_key(&finding.fingerprint))
        .filter(|finding| match &model.screen.search {
            Some(needle) => {
                let haystack =
                    format!("{} {} {}", finding.rule, finding.file, finding.message).to_lowercase();
                haystack.contains(&needle.to_lowercase())
            }
            None => true,
        })
        .collect();
    list.sort_by(|a, b| {
        (std::cmp::Reverse(a.level), &a.file, a.line, &a.rule).cmp(&(
            std::cmp::Reverse(b.level),
            &b.file,
            b.line,
            &b.rule,
        ))
    });
    list
}

fn groups(model: &Model) -> PaneView {
    let list = visible(model);
    let map = model.map();
    let mut families: BTreeMap<&str, (usize, Level)> = BTreeMap::new();
    for finding in &list {
        let entry = families.entry(finding.family.as_str()).or_insert((0, finding.level));
        entry.0 += 1;
        entry.1 = entry.1.max(finding.level);
    }
    let mut rows = vec![Row::Blank, Row::head("RULE FAMILIES")];
    for (family, (count, level)) in &families {
        let note = match level {
            Level::Error => role(Role::Fail, format!("{count} ✗")),
            Level::Warning => role(Role::Warn, format!("{count} ▲")),
            Level::Advice => muted(format!("{count} ·")),
        };
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![plain((*family).to_owned())],
            note: vec![note],
            indent: 0,
            target: Some(Target::Family((*family).to_owned())),
        });
    }
    rows.extend([Row::Blank, Row::head("BY LAYER")]);
    for layer in [Layer::Router, Layer::Service, Layer::Repository, Layer::Model] {
        let count = list.iter().filter(|finding| map.layer_of(&finding.file) == Some(layer)).count();
        rows.push(Row::pair(vec![role(Role::Layer(layer), layer.name())], vec![plain(count.to_string())]));
    }
    rows.push(Row::Blank);
    rows.push(Row::pair(
        vec![muted("dismissed")],
        vec![muted(model.session.work.dismissed.len().to_string())],
    ));
    PaneView { subtitle: "by rule".into(), body: Body::Rows(rows), ..PaneView::default() }
}

/// The finding under the mark of the Proposal pane.
pub fn current(model: &Model) -> Option<Finding> {
    let list = visible(model);
    let wanted = model.screen.marked.get(&(model.kind(), Pane::Proposal));
    list.iter()
        .find(|finding| matches!(wanted, Some(Target::Finding(fingerprint)) if *fingerprint == finding.fingerprint))
        .or_else(|| list.first())
        .copied()
        .cloned()
}

fn findings(model: &Model) -> PaneView {
    let list = visible(model);
    let fixable = list.iter().filter(|finding| finding.fixable).count();
    let mut rows = vec![Row::Blank];
    if list.is_empty() {
        let map = model.map();
        rows.push(Row::Text { line: vec![bold("No findings.")], indent: 0 });
        rows.push(Row::aside(format!("{} rules over {} files.", map.stats.rules, map.stats.files)));
        return PaneView {
            subtitle: "findings".into(),
            count: "0".into(),
            body: Body::Rows(rows),
            ..PaneView::default()
        };
    }
    let places: Vec<String> = list.iter().map(|finding| finding.place().to_string()).collect();
    let longest = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    let table = FindingTable::new(model.screen.columns, model.tabs() || model.screen.zoomed, longest);
    rows = vec![table.head()];
    for (finding, place) in list.iter().zip(&places) {
        let chosen = model.session.work.findings.contains(&finding.fingerprint);
        rows.push(table.row(finding, place, chosen));
    }
    rows.extend([Row::Blank, Row::Rule]);
    if let Some(finding) = current(model) {
        rows.extend(card(model, &finding));
    }
    PaneView {
        subtitle: "findings".into(),
        count: format!("{fixable} of {} fixable", list.len()),
        tab: list.len().to_string(),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}

fn card(model: &Model, finding: &Finding) -> Vec<Row> {
    let mut head = vec![bold(finding.rule.clone()), muted(format!("   {}", finding.place()))];
    if !finding.symbol.is_empty() {
        head.push(muted("   in "));
        head.push(plain(finding.symbol.clone()));
    }
    // The list cuts what does not fit beside the place.
    let mut rows = vec![Row::Text { line: head, indent: 0 }, Row::text(finding.message.clone())];
    if let Some(Some(text)) = model.world.sources.get(&finding.file) {
        let from = finding.line.saturating_sub(3).max(1);
        for (number, content) in (1_u32..).zip(text.lines()).skip(from as usize - 1).take(5) {
            let on_line = number == finding.line;
            rows.push(Row::Source {
                number,
                text: content.to_owned(),
                path: finding.file.clone(),
                marked: on_line,
                emphasis: if on_line { emphasis(content, finding) } else { Vec::new() },
            });
        }
    }
    rows.push(Row::Blank);
    if let Some(note) = model.handbook.rules.get(&finding.rule) {
        let first = |text: &str| text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
        rows.push(Row::Text { line: vec![muted("Why  "), plain(first(&note.why))], indent: 0 });
        rows.push(Row::Text { line: vec![muted("Fix  "), plain(first(&note.fix))], indent: 0 });
    }
    rows
}

/// Byte range of the finding on its first line; columns are Unicode scalars from 1.
fn emphasis(text: &str, finding: &Finding) -> Vec<std::ops::Range<usize>> {
    let byte = |column: u32| {
        text.char_indices().nth(column.saturating_sub(1) as usize).map_or(text.len(), |(index, _)| index)
    };
    let end = if finding.end_line > finding.line { text.len() } else { byte(finding.end_column) };
    let start = byte(finding.column);
    if start < end { std::iter::once(start..end).collect() } else { Vec::new() }
}

fn yours(model: &Model) -> PaneView {
    let chosen = model.session.work.findings.len();
    let dismissed = model.session.work.dismissed.len();
    let left = visible(model).len().saturating_sub(chosen);
    let mut rows = vec![
        Row::Item {
            mark: Mark::Done,
            label: vec![plain("chosen")],
            note: vec![bold(chosen.to_string())],
            indent: 0,
            target: None,
        },
        Row::Item {
            mark: Mark::Open,
            label: vec![plain("not chosen")],
            note: vec![bold(left.to_string())],
            indent: 0,
            target: None,
        },
        Row::pair(vec![muted("  dismissed")], vec![muted(dismissed.to_string())]),
        Row::Blank,
        Row::aside("Dismiss asks for a reason; it goes into the report."),
    ];
    for (rule, reason) in model.session.work.dismissed.values() {
        rows.push(Row::Text {
            line: vec![muted("· "), plain(rule.clone()), muted(format!(" “{reason}”"))],
            indent: 0,
        });
    }
    PaneView {
        subtitle: "your review".into(),
        count: format!("{chosen} chosen"),
        tab: chosen.to_string(),
        body: Body::Rows(rows),
        cursor: None,
    }
}

fn read(model: &Model) -> PaneView {
    let map = model.map();
    let mut rows = vec![Row::text(format!("{} rules over {} files", map.stats.rules, map.stats.files))];
    if map.skipped.is_empty() {
        rows.push(Row::Text { line: vec![role(Role::Ok, "✓ "), plain("all files parsed")], indent: 0 });
    }
    for skipped in map.skipped.iter().take(6) {
        rows.push(Row::Text {
            line: vec![
                role(Role::Warn, "▲ "),
                plain(format!("{} ", skipped.path)),
                muted(skipped.reason.clone()),
            ],
            indent: 0,
        });
    }
    if !map.skipped.is_empty() {
        rows.push(Row::aside("No finding in a file that was left out is no promise."));
    }
    rows.push(Row::Blank);
    let identity = &model.session.identity;
    rows.push(Row::Text {
        line: vec![
            muted("base "),
            plain(format!("{} @ {}", identity.branch, crate::engine::classify::short(&identity.base))),
        ],
        indent: 0,
    });
    PaneView { subtitle: "what was read".into(), body: Body::Rows(rows), ..PaneView::default() }
}

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    match action {
        Action::Choose | Action::Accept => choose(cx),
        Action::AcceptAll => choose_fixable(cx),
        Action::TurnDown => dismiss(cx),
        Action::Open => match current(cx.model) {
            Some(finding) => cx.effect(Effect::OpenEditor { path: finding.file.clone(), line: finding.line }),
            None => cx.refuse("No finding is marked."),
        },
        Action::NextNeed | Action::PreviousNeed => {
            cx.model.screen.focus = Pane::Proposal;
            let delta = if action == Action::NextNeed { 1 } else { -1 };
            crate::engine::cursor::step(cx.model, Pane::Proposal, delta);
            load_current(cx);
        }
        Action::RunAgain | Action::RunAll => {
            cx.effect(Effect::Scan(crate::engine::effect::ScanTarget::Base));
        }
        Action::Propose => {
            choose(cx);
            go_on(cx);
        }
        Action::Continue => go_on(cx),
        _ => return false,
    }
    true
}

/// Loads the source of the marked finding.
pub fn load_current(cx: &mut Cx<'_>) {
    if let Some(finding) = current(cx.model)
        && !cx.model.world.sources.contains_key(&finding.file)
    {
        cx.effect(Effect::LoadSource(finding.file));
    }
}

fn choose(cx: &mut Cx<'_>) {
    let Some(finding) = current(cx.model) else {
        cx.refuse("There is no finding to choose.");
        return;
    };
    let mut chosen = cx.model.session.work.findings.clone();
    if !chosen.remove(&finding.fingerprint) {
        chosen.insert(finding.fingerprint.clone());
    }
    let count = chosen.len();
    if cx.record(What::FindingsChosen { fingerprints: chosen.into_iter().collect() }) {
        cx.undoable(format!("{} chosen", plural(count, "finding")));
        cx.mark(Target::Finding(finding.fingerprint));
    }
}

fn choose_fixable(cx: &mut Cx<'_>) {
    let chosen: Vec<String> = visible(cx.model)
        .into_iter()
        .filter(|finding| finding.fixable)
        .map(|finding| finding.fingerprint.clone())
        .collect();
    if chosen.is_empty() {
        let key = cx.key(Action::Choose);
        cx.refuse(format!("None of these has a mechanical fix; {key} chooses one for a walkthrough."));
        return;
    }
    let count = chosen.len();
    if cx.record(What::FindingsChosen { fingerprints: chosen }) {
        cx.undoable(format!("{} chosen", plural(count, "finding")));
    }
}

fn dismiss(cx: &mut Cx<'_>) {
    let Some(finding) = current(cx.model) else {
        cx.refuse("There is no finding to dismiss.");
        return;
    };
    cx.model.screen.popup = Some(Popup::Prompt {
        title: "Dismiss: why?".into(),
        corner: "goes into the report".into(),
        above: vec![Row::Text {
            line: vec![bold(finding.rule.clone()), muted(format!("  {}", finding.place()))],
            indent: 0,
        }],
        done: "dismiss".into(),
    });
    cx.open_editor(Purpose::Dismiss(Box::new(finding)), "", "a few words");
}

fn go_on(cx: &mut Cx<'_>) {
    match gate::gate(cx.model, Scene::Acquire) {
        Gate::Open { .. } => navigate::enter(cx, Scene::Act),
        other => navigate::refuse_gate(cx, Scene::Act, &other),
    }
}
