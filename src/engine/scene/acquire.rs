//! ACQUIRE: the layers, the flow of an endpoint, what to know, and the choice of boundaries.

use crate::{
    domain::{
        event::{Scene, What},
        finding::{Finding, Level},
        layer::Layer,
        map::{BackendMap, Endpoint, Flow},
    },
    engine::{
        ask,
        cx::{Cx, plural},
        effect::{Effect, ScanTarget},
        gate::{self, Gate},
        model::{AcquireView, Model, ScanState},
        navigate, opening, subject,
        view::{Body, Line, Mark, Pane, PaneView, Role, Row, Target, bold, muted, plain, role},
    },
    keys::Action,
};
use std::collections::BTreeSet;

/// Layers that stand on the request's path or beside it, as the tree lists them.
const TREE: [Layer; 11] = [
    Layer::Router,
    Layer::Service,
    Layer::Repository,
    Layer::Model,
    Layer::Test,
    Layer::Schema,
    Layer::Migration,
    Layer::Job,
    Layer::Middleware,
    Layer::Config,
    Layer::Error,
];

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => tree(model),
        Pane::Proposal => middle(model),
        Pane::Checklist => know(model),
        Pane::Verify => scan(model),
    }
}

fn tree(model: &Model) -> PaneView {
    let map = model.map();
    let chosen = &model.session.work.boundaries;
    let mut rows = vec![Row::Blank];
    let mut total = 0;
    for layer in TREE {
        let files: Vec<_> = map.files_in(layer).collect();
        if files.is_empty() {
            continue;
        }
        total += files.len();
        let folded = is_folded(model, layer);
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![role(Role::Layer(layer), layer.name())],
            note: vec![muted(plural(files.len(), "file"))],
            indent: 0,
            target: Some(Target::Layer(layer)),
        });
        for file in files {
            let is_chosen = chosen.contains(&file.path);
            if folded && !is_chosen {
                continue;
            }
            let findings = map.findings.iter().filter(|finding| finding.file == file.path).count();
            let name = file.path.rsplit('/').next().unwrap_or(&file.path);
            let shown = if map
                .files_in(layer)
                .filter(|other| other.path.ends_with(&format!("/{name}")))
                .count()
                > 1
            {
                file.path.clone()
            } else {
                name.to_owned()
            };
            rows.push(Row::Item {
                mark: if is_chosen { Mark::Chosen } else { Mark::NotChosen },
                label: vec![if is_chosen { bold(shown) } else { muted(shown) }],
                note: if findings > 0 {
                    vec![role(Role::Warn, format!("{findings} ▲"))]
                } else {
                    Vec::new()
                },
                indent: 2,
                target: Some(Target::File(file.path.clone())),
            });
        }
    }
    if total == 0 {
        rows.push(Row::Text { line: vec![bold("No backend files here.")], indent: 0 });
        rows.push(Row::aside(format!(
            "{} read. The backend part of a task can still be written.",
            plural(usize::try_from(map.stats.files).unwrap_or(0), "file")
        )));
    }
    let suggestion = subject::suggested(model);
    if !suggestion.paths.is_empty() && chosen.is_empty() {
        rows.extend([Row::Blank, Row::Text { line: vec![bold("Suggested from the task")], indent: 0 }]);
        rows.push(Row::aside(format!(
            "{}, because {}",
            boundary_count(suggestion.paths.len()),
            suggestion.why
        )));
        rows.push(Row::Text {
            line: vec![role(Role::Accent, model.keys.key(Action::AcceptAll)), muted(" takes them")],
            indent: 0,
        });
    }
    let count = if total == 0 { String::new() } else { format!("{} of {total}", chosen.len()) };
    PaneView { subtitle: "affected".into(), count, body: Body::Rows(rows), ..PaneView::default() }
}

fn boundary_count(count: usize) -> String {
    plural(count, "file")
}

/// Layers beside the path are folded until asked for; large layers too.
fn is_folded(model: &Model, layer: Layer) -> bool {
    let by_default = layer.depth().is_none() && layer != Layer::Test;
    by_default != model.screen.folded.contains(layer.name())
}

/// The endpoint whose flow is shown: the chosen one, or the nearest to the task.
pub fn shown_endpoint(model: &Model) -> Option<usize> {
    let map = model.map();
    model
        .screen
        .endpoint
        .filter(|index| *index < map.endpoints.len())
        .or_else(|| subject::nearest_endpoint(model))
}

fn middle(model: &Model) -> PaneView {
    let map = model.map();
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
    PaneView {
        subtitle: "flow today".into(),
        count: if holes == 0 { "no hole".into() } else { plural(holes, "hole") },
        body: Body::Rows(flow_rows(model, endpoint, flow)),
        ..PaneView::default()
    }
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
    let map = model.map();
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

fn know(model: &Model) -> PaneView {
    let map = model.map();
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
        Row::Text { line: vec![muted(finding.place().to_string())], indent: 2 },
    ]
}

/// Figures of the scan.
pub fn scan(model: &Model) -> PaneView {
    let map = model.map();
    let mut rows = vec![Row::Blank];
    let layers = Layer::ALL
        .into_iter()
        .filter(|layer| *layer != Layer::Other && map.files_in(*layer).next().is_some())
        .count();
    let figure = |n: usize, what: &str| plain(format!("{}   ", plural(n, what)));
    rows.push(Row::Text {
        line: vec![
            figure(usize::try_from(map.stats.files).unwrap_or(usize::MAX), "file"),
            bold(format!("{}   ", plural(map.endpoints.len(), "endpoint"))),
            figure(layers, "layer"),
            figure(map.edges.len(), "edge"),
            role(
                if map.findings.is_empty() { Role::Ok } else { Role::Warn },
                plural(map.findings.len(), "finding"),
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
    let count = match &model.world.scan {
        ScanState::Done { elapsed_ms } => format!("{:.1} s", *elapsed_ms as f64 / 1000.0),
        ScanState::Running { files } => format!("{files} files read"),
        ScanState::Waiting => "…".into(),
        ScanState::Failed(reason) => reason.clone(),
    };
    PaneView { subtitle: "scan".into(), count, body: Body::Rows(rows), ..PaneView::default() }
}

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    match action {
        Action::Choose => choose(cx),
        Action::Accept | Action::AcceptAll => take_suggestion(cx),
        Action::TurnDownAll => {
            if cx.record(What::BoundariesChosen { paths: Vec::new() }) {
                cx.undoable("no boundary chosen");
            }
        }
        Action::Fold | Action::Unfold => fold(cx, action == Action::Fold),
        Action::Open => open(cx),
        Action::OtherView => {
            cx.model.screen.preview = None;
            cx.model.screen.acquire = match cx.model.screen.acquire {
                AcquireView::Flow => AcquireView::List,
                AcquireView::List => AcquireView::Flow,
            };
            cx.model.screen.focus = Pane::Proposal;
        }
        Action::NextEndpoint | Action::NextSection | Action::PreviousSection => {
            next_endpoint(cx, action != Action::PreviousSection);
        }
        Action::NextNeed | Action::PreviousNeed => {
            cx.model.screen.focus = Pane::Checklist;
            let found = crate::engine::cursor::seek(
                cx.model,
                Pane::Checklist,
                action == Action::NextNeed,
                |target| matches!(target, Target::Finding(_)),
            );
            if found.is_none() {
                cx.refuse("No finding on this path.");
            }
        }
        Action::RunAgain | Action::RunAll | Action::Rescan => cx.effect(Effect::Scan(ScanTarget::Base)),
        Action::Continue => go_on(cx),
        Action::Tick => return false,
        Action::Propose => {
            let key = cx.key(Action::Continue);
            cx.refuse(format!("Proposals are made in ACT; {key} goes on."));
        }
        _ => return false,
    }
    true
}

fn choose(cx: &mut Cx<'_>) {
    let paths: Vec<String> = match cx.marked() {
        Some(Target::File(path)) => vec![path],
        Some(Target::Layer(layer)) => cx.model.map().files_in(layer).map(|file| file.path.clone()).collect(),
        Some(Target::FlowStep(index)) => {
            let map = cx.model.map();
            shown_endpoint(cx.model)
                .and_then(|at| map.flows.get(at))
                .and_then(|flow| flow.steps.get(index))
                .map(|step| vec![step.file.clone()])
                .unwrap_or_default()
        }
        _ => Vec::new(),
    };
    if paths.is_empty() {
        cx.refuse("Mark a file, a layer or a box of the flow.");
        return;
    }
    let mut chosen = cx.model.session.work.boundaries.clone();
    if paths.iter().all(|path| chosen.contains(path)) {
        chosen.retain(|path| !paths.contains(path));
    } else {
        chosen.extend(paths);
    }
    let count = chosen.len();
    if cx.record(What::BoundariesChosen { paths: chosen.into_iter().collect() }) {
        cx.undoable(format!("{} chosen", plural(count, "boundary")));
    }
}

fn take_suggestion(cx: &mut Cx<'_>) {
    let suggestion = subject::suggested(cx.model);
    if suggestion.paths.is_empty() {
        let key = cx.key(Action::Choose);
        cx.refuse(format!("The task names nothing that the map knows; {key} chooses a file."));
        return;
    }
    let mut chosen = cx.model.session.work.boundaries.clone();
    chosen.extend(suggestion.paths);
    let count = chosen.len();
    if cx.record(What::BoundariesChosen { paths: chosen.into_iter().collect() }) {
        cx.undoable(format!("{} chosen", plural(count, "boundary")));
        cx.model.screen.focus = Pane::Boundaries;
    }
}

fn fold(cx: &mut Cx<'_>, fold: bool) {
    let layer = match cx.marked() {
        Some(Target::Layer(layer)) => Some(layer),
        Some(Target::File(path)) => cx.model.map().layer_of(&path),
        _ => None,
    };
    if let Some(layer) = layer {
        if is_folded(cx.model, layer) != fold && !cx.model.screen.folded.remove(layer.name()) {
            cx.model.screen.folded.insert(layer.name().to_owned());
        }
        cx.mark(Target::Layer(layer));
    } else if fold && cx.model.screen.preview.is_some() {
        cx.model.screen.preview = None;
    }
}

fn open(cx: &mut Cx<'_>) {
    let map = cx.model.map();
    let place = match cx.marked() {
        Some(Target::Endpoint(index)) => {
            cx.model.screen.endpoint = Some(index);
            cx.model.screen.acquire = AcquireView::Flow;
            return;
        }
        Some(Target::Layer(layer)) => {
            let folded = is_folded(cx.model, layer);
            fold(cx, !folded);
            return;
        }
        Some(Target::Page(page)) => {
            navigate::open_page(cx, &page);
            return;
        }
        Some(Target::Finding(fingerprint)) => {
            map.findings.iter().find(|finding| finding.fingerprint == fingerprint).map(Finding::place)
        }
        Some(Target::File(path)) => {
            let line = map
                .endpoints
                .iter()
                .find(|endpoint| endpoint.file == path)
                .map_or(1, |endpoint| endpoint.line);
            Some(crate::domain::place::Place::new(path, line))
        }
        Some(Target::FlowStep(index)) => shown_endpoint(cx.model)
            .and_then(|at| map.flows.get(at))
            .and_then(|flow| flow.steps.get(index))
            .map(|step| crate::domain::place::Place::new(step.file.clone(), step.line)),
        _ => None,
    };
    match place {
        Some(place) => {
            cx.effect(Effect::LoadSource(place.path.clone()));
            cx.model.screen.preview = Some((place.path, place.line));
        }
        None => ask::nothing_to_open(cx),
    }
}

fn next_endpoint(cx: &mut Cx<'_>, forward: bool) {
    let count = cx.model.map().endpoints.len();
    if count == 0 {
        cx.refuse("No endpoint was found.");
        return;
    }
    let at = shown_endpoint(cx.model).unwrap_or(0);
    cx.model.screen.preview = None;
    cx.model.screen.endpoint = Some(if forward { (at + 1) % count } else { (at + count - 1) % count });
}

fn go_on(cx: &mut Cx<'_>) {
    match gate::gate(cx.model, Scene::Acquire) {
        Gate::Open { .. } => navigate::enter(cx, Scene::Act),
        other => navigate::refuse_gate(cx, Scene::Act, &other),
    }
}
