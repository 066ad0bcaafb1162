//! ACQUIRE: what to know about the path on screen, and the figures of the scan.

use super::acquire::shown_endpoint;
pub use super::acquire_update::act;
use crate::{
    domain::{
        finding::{Finding, Level},
        layer::Layer,
    },
    engine::{
        cx::plural,
        model::{Model, ScanState},
        opening,
        view::{Body, Mark, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};
use std::collections::BTreeSet;

pub(super) fn know(model: &Model) -> PaneView {
    let map = model.shown_map();
    let mut rows = vec![Row::Blank];
    let on_path: BTreeSet<&str> = shown_endpoint(model)
        .and_then(|index| map.flows.get(index))
        .map(|flow| flow.steps.iter().map(|step| step.file.as_str()).collect())
        .unwrap_or_default();
    let mut here: Vec<&Finding> = Vec::new();
    let mut elsewhere = 0;
    for finding in &map.findings {
        if on_path.contains(finding.file.as_str()) || model.session.work.boundaries.contains(&finding.file) {
            here.push(finding);
        } else {
            elsewhere += 1;
        }
    }
    here.sort_by_key(|finding| (std::cmp::Reverse(finding.level), finding.file.clone(), finding.line));
    rows.push(Row::head("ON THIS PATH"));
    for finding in here.iter().take(12) {
        rows.extend(finding_rows(finding));
    }
    let tests =
        shown_endpoint(model).and_then(|index| map.flows.get(index)).map_or(0, |flow| flow.tests.len());
    if here.is_empty() {
        rows.push(Row::Text {
            line: vec![role(Role::Ok, "✓ "), plain("no finding on this path")],
            indent: 0,
        });
    }
    if tests == 0 && !map.endpoints.is_empty() {
        rows.push(Row::Text {
            line: vec![role(Role::Warn, "○ "), plain("no test names this endpoint")],
            indent: 0,
        });
    }
    rows.extend(opening::orm_rows(model));
    if elsewhere > 0 {
        rows.extend([
            Row::Blank,
            Row::Head { text: "ELSEWHERE".into(), note: vec![muted(elsewhere.to_string())] },
        ]);
    }
    PaneView {
        subtitle: "what to know".into(),
        count: here.len().to_string(),
        tab: here.len().to_string(),
        body: Body::Rows(rows),
        cursor: None,
    }
}

/// Two rows for a finding: mark and message, then its place.
pub fn finding_rows(finding: &Finding) -> [Row; 2] {
    let mark = if finding.level == Level::Error { Mark::Failed } else { Mark::Warn };
    [
        Row::Item {
            mark,
            label: vec![plain(finding.message.clone())],
            note: Vec::new(),
            indent: 0,
            target: Some(Target::Finding(finding.fingerprint.clone())),
        },
        // An item's label is cut in the middle of a path; a text would break it.
        Row::Item {
            mark: Mark::None,
            label: vec![muted(finding.place().to_string())],
            note: Vec::new(),
            indent: 2,
            target: None,
        },
    ]
}

/// Figures of the scan.
pub fn scan(model: &Model) -> PaneView {
    let map = model.shown_map();
    let mut rows = vec![Row::Blank];
    let layers = Layer::ALL
        .into_iter()
        .filter(|layer| *layer != Layer::Other && map.files_in(*layer).next().is_some())
        .count();
    // A number and its noun stay on one line.
    let count = |n: usize, what: &str| plural(n, what).replace(' ', "\u{a0}");
    let figure = |n: usize, what: &str| plain(format!("{}   ", count(n, what)));
    rows.push(Row::Text {
        line: vec![
            figure(usize::try_from(map.stats.files).unwrap_or(usize::MAX), "file"),
            bold(format!("{}   ", count(map.endpoints.len(), "endpoint"))),
            figure(layers, "layer"),
            figure(map.edges.len(), "edge"),
            role(
                if map.findings.is_empty() { Role::Ok } else { Role::Warn },
                count(map.findings.len(), "finding"),
            ),
        ],
        indent: 0,
    });
    if !map.unknown.is_empty() {
        rows.push(Row::Blank);
        let place = map
            .unknown
            .first()
            .map(|unknown| format!("{}:{}", unknown.file, unknown.line))
            .unwrap_or_default();
        rows.push(Row::Text {
            line: vec![
                muted("Not understood "),
                plain(format!("{}  ", plural(map.unknown.len(), "route"))),
                muted(place),
            ],
            indent: 0,
        });
        rows.push(Row::Text { line: vec![muted("They are listed as unknown, not guessed.")], indent: 2 });
    }
    if !map.skipped.is_empty() {
        rows.push(Row::Text {
            line: vec![
                muted("Left out "),
                plain(format!("{}  ", plural(map.skipped.len(), "file"))),
                muted(format!("{} says which and why", model.keys.key(Action::Why))),
            ],
            indent: 0,
        });
    }
    rows.push(Row::Blank);
    rows.push(Row::Text {
        line: vec![
            muted("Layers come from imports and decorators; "),
            role(Role::Accent, model.keys.key(Action::Why)),
            muted(" on a file shows which."),
        ],
        indent: 0,
    });
    if model.world.working.is_some() {
        rows.push(Row::Text {
            line: vec![muted("Follows your files; proposals are made on the base.")],
            indent: 0,
        });
    }
    let count = match &model.world.scan {
        ScanState::Done { elapsed_ms } => format!("{:.1} s", *elapsed_ms as f64 / 1000.0),
        ScanState::Running { files } => format!("{files} files read"),
        ScanState::Waiting => "…".into(),
        ScanState::Failed(reason) => reason.clone(),
    };
    PaneView { subtitle: "scan".into(), count, body: Body::Rows(rows), ..PaneView::default() }
}
