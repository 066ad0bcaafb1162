//! ACQUIRE: the layers, the flow of an endpoint, what to know, and the choice of boundaries.

pub use super::acquire_know::{finding_rows, scan};
pub use super::acquire_update::act;
use super::{acquire_know::know, acquire_tree};
use crate::{
    domain::{
        layer::Layer,
        map::{BackendMap, Endpoint, Flow},
    },
    engine::{
        cx::plural,
        model::{AcquireView, Model},
        subject,
        view::{Body, Line, Mark, Pane, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => acquire_tree::tree(model),
        Pane::Proposal => middle(model),
        Pane::Checklist => know(model),
        Pane::Verify => scan(model),
    }
}

/// The endpoint whose flow is shown: the chosen one, or the nearest to the task.
pub fn shown_endpoint(model: &Model) -> Option<usize> {
    let map = model.shown_map();
    model
        .screen
        .endpoint
        .filter(|index| *index < map.endpoints.len())
        .or_else(|| subject::nearest_endpoint(model))
}

fn middle(model: &Model) -> PaneView {
    let map = model.shown_map();
    if let Some((path, line)) = &model.screen.preview {
        return source(model, path, *line);
    }
    if model.screen.acquire == AcquireView::List {
        return list(model, &map);
    }
    if shown_endpoint(model).is_none() && !map.endpoints.is_empty() {
        return list(model, &map);
    }
    let Some(index) = shown_endpoint(model) else {
        let rows = vec![
            Row::Blank,
            Row::Text { line: vec![bold("No endpoint.")], indent: 0 },
            Row::aside(
                "Nothing here serves requests, or its routes are built in a way that is not understood.",
            ),
        ];
        return PaneView { subtitle: "flow today".into(), body: Body::Rows(rows), ..PaneView::default() };
    };
    let (Some(endpoint), Some(flow)) = (map.endpoints.get(index), map.flows.get(index)) else {
        return list(model, &map);
    };
    let holes = flow.holes.len();
    let mut rows = flow_rows(model, endpoint, flow);
    rows.extend(suggested_rows(model));
    PaneView {
        subtitle: "flow today".into(),
        count: if holes == 0 { "no hole".into() } else { plural(holes, "hole") },
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}

/// What the suggested key takes, where the tree that marks it is behind a tab.
fn suggested_rows(model: &Model) -> Vec<Row> {
    if !model.tabs() || !model.session.work.boundaries.is_empty() {
        return Vec::new();
    }
    let suggestion = subject::suggested(model);
    if suggestion.paths.is_empty() {
        return Vec::new();
    }
    let takes = vec![role(Role::Accent, model.keys.key(Action::AcceptAll)), muted(" takes them")];
    let mut rows = vec![Row::Blank, Row::Head { text: "SUGGESTED FROM THE TASK".into(), note: takes }];
    rows.extend(
        suggestion.paths.iter().map(|path| Row::Text { line: vec![plain(path.as_str())], indent: 0 }),
    );
    rows
}

/// The boxes of one endpoint's flow.
pub fn flow_rows(model: &Model, endpoint: &Endpoint, flow: &Flow) -> Vec<Row> {
    let nearest = model.screen.endpoint.is_none() && model.session.work.task.is_some();
    let note: Line = if nearest { vec![muted("nearest to your task")] } else { Vec::new() };
    let mut rows = vec![Row::Blank, Row::pair(vec![bold(endpoint.title())], note), Row::Blank];
    let mut first = true;
    for layer in [Layer::Router, Layer::Service, Layer::Repository, Layer::Model, Layer::Migration] {
        let steps: Vec<_> = flow.steps.iter().enumerate().filter(|(_, step)| step.layer == layer).collect();
        let hole = flow.holes.iter().find(|hole| hole.layer == layer);
        if steps.is_empty() && hole.is_none() {
            continue;
        }
        let call = steps.first().map(|(_, step)| step.call.clone()).unwrap_or_default();
        if !first {
            rows.push(Row::Stem { call, broken: hole.is_some() && steps.is_empty() });
        }
        first = false;
        let name = if layer == Layer::Migration { "tables".to_owned() } else { layer.name().to_owned() };
        if let (true, Some(hole)) = (steps.is_empty(), hole) {
            rows.push(Row::FlowBox {
                layer,
                name,
                lines: vec![(vec![plain(hole.reason.clone())], Vec::new())],
                foot: Vec::new(),
                hole: true,
                target: None,
            });
            continue;
        }
        let lines = steps
            .iter()
            .map(|(_, step)| {
                (vec![bold(step.symbol.clone())], vec![muted(format!("{}:{}", step.file, step.line))])
            })
            .collect();
        let tests: u32 = steps.iter().map(|(_, step)| step.tests).sum();
        let foot = match (layer, tests) {
            (Layer::Model | Layer::Migration, _) => Vec::new(),
            (_, 0) => vec![role(Role::Warn, "○ no test")],
            (_, 1) => vec![role(Role::Ok, "✓ 1 test")],
            (_, n) => vec![role(Role::Ok, format!("✓ {n} tests"))],
        };
        let target = steps.first().map(|(index, _)| Target::FlowStep(*index));
        rows.push(Row::FlowBox { layer, name, lines, foot, hole: false, target });
    }
    rows
}

fn list(model: &Model, map: &BackendMap) -> PaneView {
    let needle = model.screen.search.as_deref().unwrap_or_default();
    let order = subject::matching_endpoints(map, needle);
    let mut rows = vec![Row::Blank];
    let width = map.endpoints.iter().map(|endpoint| endpoint.method.len()).max().unwrap_or(4).max(4);
    for index in &order {
        let Some(endpoint) = map.endpoints.get(*index) else { continue };
        let holes = map.flows.get(*index).map_or(0, |flow| flow.holes.len());
        let mut note = vec![muted(format!("{}:{}", endpoint.file, endpoint.line))];
        if holes > 0 {
            note.insert(0, role(Role::Warn, format!("{} ▲ ", holes)));
        }
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![
                role(Role::Accent, format!("{:<width$} ", endpoint.method)),
                plain(endpoint.path.clone()),
            ],
            note,
            indent: 0,
            target: Some(Target::Endpoint(*index)),
        });
    }
    if order.is_empty() {
        let text = if needle.is_empty() {
            "No endpoint found.".to_owned()
        } else {
            format!("No endpoint matches “{needle}”.")
        };
        rows.push(Row::Text { line: vec![bold(text)], indent: 0 });
    }
    if !map.unknown.is_empty() {
        rows.extend([
            Row::Blank,
            Row::Head { text: "NOT UNDERSTOOD".into(), note: vec![muted(map.unknown.len().to_string())] },
        ]);
        for unknown in &map.unknown {
            rows.push(Row::Text {
                line: vec![
                    role(Role::Warn, "? "),
                    plain(format!("{} ", unknown.partial)),
                    muted(format!("{}:{} {}", unknown.file, unknown.line, unknown.reason)),
                ],
                indent: 0,
            });
        }
    }
    PaneView {
        subtitle: "endpoints".into(),
        count: format!("{} of {}", order.len(), map.endpoints.len()),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}

/// The source of a file around a line.
pub fn source(model: &Model, path: &str, line: u32) -> PaneView {
    let mut rows = vec![Row::Blank];
    let map = model.shown_map();
    let evidence = map.files.iter().find(|file| file.path == path);
    if let Some(file) = evidence {
        rows.push(Row::Text {
            line: vec![role(Role::Layer(file.layer), file.layer.name()), muted(format!("  {path}"))],
            indent: 0,
        });
    } else {
        rows.push(Row::Text { line: vec![muted(path)], indent: 0 });
    }
    rows.push(Row::Blank);
    match model.world.sources.get(path) {
        None => rows.push(Row::aside("reading …")),
        Some(None) => {
            rows.push(Row::text("This file is not valid UTF-8 or cannot be read; it is left as it is."))
        }
        Some(Some(text)) => {
            let from = line.saturating_sub(12).max(1);
            for (number, content) in (1_u32..).zip(text.lines()).skip(from as usize - 1).take(400) {
                rows.push(Row::Source {
                    number,
                    text: content.to_owned(),
                    path: path.to_owned(),
                    marked: number == line,
                    emphasis: Vec::new(),
                });
            }
        }
    }
    PaneView {
        subtitle: "source".into(),
        count: format!("{}:{line}", path.rsplit('/').next().unwrap_or(path)),
        body: Body::Rows(rows),
        ..PaneView::default()
    }
}
