//! What a frame costs: the view is built from the model and drawn into a buffer of 200×60.
//!
//! Every figure is one whole frame without the terminal's share. The repository is of the
//! largest size that has to feel light: 5,000 files, 500 hunks, 10,000 lines of output. A
//! frame has 2 ms.

#![expect(clippy::expect_used, reason = "a bench is no program; what is wrong ends it")]

use divan::{Bencher, black_box};
use proscenium::{
    domain::{
        command::{CommandKind, CommandSpec},
        event::{BaseText, Event, Primitive, Scope, What},
        finding::{Finding, Level},
        hunk::Origin,
        ids::{CriterionId, StepId},
        layer::Layer,
        map::{BackendMap, Endpoint, EndpointKind, Flow, FlowStep, SourceFile},
        place::Place,
        plan::{Filler, Step},
        proposal::{Content, FileChange, Note, Proposal},
        session::JOURNAL_VERSION,
        stack::{Confidence, StackField},
        task::{Criterion, CriterionSource, CriterionState, Difficulty, Intent, Reading},
    },
    engine::{Model, Msg, effect::ScanTarget, handbook::Handbook, model::Options, update, view::build},
    keys::{Action, KeyTable},
    ports::{
        vault::RepoState,
        verifier::{OutputLine, OutputSpan},
    },
    ui::{Stage, Symbols, ThemeChoice},
};
use ratatui::{buffer::Buffer, layout::Rect};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

const FILES: usize = 5_000;
const HUNKS: usize = 500;
const LINES: usize = 10_000;

fn main() {
    divan::main();
}

const LAYERS: [(Layer, &str); 5] = [
    (Layer::Router, "routers"),
    (Layer::Service, "services"),
    (Layer::Repository, "repositories"),
    (Layer::Model, "models"),
    (Layer::Test, "tests"),
];

fn path(index: usize) -> String {
    let (_, folder) = LAYERS[index % LAYERS.len()];
    format!("app/{folder}/area_{:02}/thing{index:04}.py", index % 37)
}

fn sure(name: &str) -> StackField {
    StackField { name: Some(name.into()), confidence: Confidence::Sure, ..StackField::default() }
}

/// 5,000 files in five layers, an endpoint for every tenth, a finding in every twentieth.
fn map() -> BackendMap {
    let file = |index: usize| SourceFile {
        path: path(index),
        layer: LAYERS[index % LAYERS.len()].0,
        evidence: Vec::new(),
        functions: 3,
        queries: 1,
    };
    let mut map = BackendMap { files: (0..FILES).map(file).collect(), ..BackendMap::default() };
    map.files.sort_by(|a, b| a.path.cmp(&b.path));
    for index in (0..FILES).step_by(10) {
        let step = |offset: usize| FlowStep {
            layer: LAYERS[offset].0,
            symbol: format!("Thing{index}.do"),
            file: path(index + offset),
            line: 10,
            call: "thing.do()".into(),
            tests: 1,
        };
        map.endpoints.push(Endpoint {
            kind: EndpointKind::Http,
            method: "POST".into(),
            path: format!("/api/things/{index}/{{id}}"),
            handler: format!("do_{index}"),
            file: path(index),
            line: 10,
            handler_place: None,
        });
        let endpoint = format!("POST /api/things/{index}/{{id}}");
        map.flows.push(Flow {
            endpoint,
            steps: (0..4).map(step).collect(),
            holes: Vec::new(),
            tests: vec![step(4)],
        });
    }
    map.findings = (0..FILES).step_by(20).map(finding).collect();
    map.stats.files = FILES as u64;
    map.stack.language = sure("python");
    map.stack.framework = sure("fastapi");
    map
}

fn finding(index: usize) -> Finding {
    Finding {
        rule: "arch/router-uses-orm".into(),
        family: "layer-violation".into(),
        level: Level::Error,
        file: path(index),
        line: 12,
        column: 1,
        end_line: 12,
        end_column: 9,
        message: "do runs a query; a route handler only validates, calls a service and answers".into(),
        symbol: "do".into(),
        fixable: index.is_multiple_of(40),
        fingerprint: format!("f{index}"),
    }
}

fn reading(intent: Intent) -> Reading {
    Reading {
        intent,
        subject: "thing".into(),
        read_as: Vec::new(),
        difficulty: Difficulty::Medium,
        not_understood: Vec::new(),
        risks: Vec::new(),
        assumptions: Vec::new(),
        questions: Vec::new(),
        criteria: vec![Criterion {
            id: CriterionId(1),
            text: "POST answers 200".into(),
            tests: Vec::new(),
            state: CriterionState::Proposed,
            source: CriterionSource::Assumed,
        }],
        inputs: BTreeMap::new(),
        out_of_scope: Vec::new(),
        example: None,
    }
}

/// A session in ACQUIRE, after a task of this kind was read.
fn acquiring(intent: Intent) -> Model {
    let keys = Arc::new(KeyTable::shipped().expect("the shipped table is right"));
    let mut model = Model::new(keys, Arc::new(Handbook::default()), Options::default());
    model.world.repo = Some(RepoState { branch: "main".into(), ..RepoState::default() });
    let started = Event {
        seq: 1,
        at: 0,
        by: "bench".into(),
        primitive: Primitive::Read,
        scope: Scope::Codebase,
        evidence: String::new(),
        what: What::Started {
            version: JOURNAL_VERSION,
            session: "s1".into(),
            root: "/things".into(),
            base: "9".repeat(40),
            branch: "main".into(),
            title: "things".into(),
        },
    };
    let scanned = Msg::Scanned { target: ScanTarget::Base, outcome: Ok(Arc::new(map())), elapsed_ms: 400 };
    for msg in [
        Msg::Resized { columns: 200, rows: 60, pages: [40; 4] },
        Msg::Resumed(vec![started]),
        scanned,
        Msg::TaskRead(Ok(Box::new(("Change the things".into(), reading(intent))))),
        Msg::Act(Action::AcceptAll),
        Msg::Act(Action::Continue),
    ] {
        send(&mut model, msg);
    }
    model
}

/// A message; what it asks for is answered by hand.
fn send(model: &mut Model, msg: Msg) {
    model.now += 1000;
    let _effects = update(model, msg);
}

/// ACT with 500 hunks of one step: ten in each of fifty files.
fn acting() -> Model {
    const IN_A_FILE: usize = 10;
    let mut model = acquiring(Intent::Endpoint);
    send(&mut model, Msg::Act(Action::AcceptAll));
    send(&mut model, Msg::Act(Action::Continue));
    let step = Step {
        id: StepId(1),
        title: "service".into(),
        layer: Layer::Service,
        filler: Filler::Recipe { recipe: "endpoint".into() },
        criteria: vec![CriterionId(1)],
        after: Vec::new(),
    };
    send(&mut model, Msg::Planned(vec![step]));
    let lines = |changed: bool| -> String {
        (0..IN_A_FILE * 30)
            .map(|line| match (line % 30, changed) {
                (0, _) => format!("def function_{line}(session, order_id):\n"),
                (15, true) => format!("    order = await orders.get_owned({line}, user.id)\n"),
                (16, true) => "    if order is None:\n        raise NotFound(\"order\")\n".to_owned(),
                (15, false) => format!("    order = await session.get(Order, {line})\n"),
                _ => format!("    value_{line} = compute(order_id, {line})\n"),
            })
            .collect()
    };
    let files: Vec<String> = (0..HUNKS / IN_A_FILE).map(|index| path(index * 5 + 1)).collect();
    let change = |path: &String| FileChange {
        path: path.clone(),
        content: Content::Text { text: lines(true) },
        notes: vec![Note {
            start: 1,
            end: 10_000,
            reason: "because of the step".into(),
            citation: None,
            criteria: vec![CriterionId(1)],
            step: Some(StepId(1)),
        }],
    };
    let mut sorted = files.clone();
    sorted.sort();
    let proposal = Proposal {
        origin: Origin::Recipe("endpoint".into()),
        title: "many".into(),
        step: Some(StepId(1)),
        files: sorted.iter().map(change).collect(),
        remarks: Vec::new(),
    };
    let bases = sorted.iter().map(|path| BaseText { path: path.clone(), text: Some(lines(false)) }).collect();
    send(&mut model, Msg::Proposed { step: Some(0), outcome: Ok((Box::new(proposal), bases)) });
    assert_eq!(model.session.count(|_| true), HUNKS, "every change is a hunk of its own");
    model
}

/// VERIFY while a command has written 10,000 lines.
fn verifying() -> Model {
    let mut model = acting();
    let spec = CommandSpec {
        id: "tests".into(),
        kind: CommandKind::Tests,
        argv: vec!["pytest".into(), "-q".into()],
        folder: String::new(),
        from: Place::new("pyproject.toml", 41),
        parser: "pytest".into(),
        timeout: Duration::from_secs(60),
        optional: false,
        pass_signal: None,
        needs: Vec::new(),
        env: Vec::new(),
    };
    let found =
        Msg::CommandsFound { commands: vec![spec], problems: Vec::new(), digest: "d".into(), trusted: true };
    send(&mut model, found);
    send(&mut model, Msg::Act(Action::Scene4));
    send(&mut model, Msg::RunStarted { command: "tests".into(), base: false });
    let lines = (0..LINES)
        .map(|line| OutputLine {
            spans: vec![OutputSpan {
                text: format!("tests/test_things.py::test_{line} PASSED"),
                ..OutputSpan::default()
            }],
            replaces: false,
        })
        .collect();
    send(&mut model, Msg::Output { command: "tests".into(), lines, progress: None });
    model
}

/// Draws one frame after each message that `next` gives.
fn frames(bencher: Bencher<'_, '_>, mut model: Model, mut next: impl FnMut(usize) -> Option<Msg>) {
    let area = Rect::new(0, 0, 200, 60);
    let mut buffer = Buffer::empty(area);
    let mut stage = Stage::new(ThemeChoice::default(), Symbols::Unicode);
    let mut count = 0;
    bencher.bench_local(|| {
        if let Some(msg) = next(count) {
            send(&mut model, msg);
        }
        count += 1;
        let view = build::screen(&model);
        stage.paint(&mut buffer, area, black_box(&view));
    });
}

/// Down to the end and up again.
fn wander(count: usize) -> Option<Msg> {
    Some(Msg::Act(if (count / 400).is_multiple_of(2) { Action::Down } else { Action::Up }))
}

#[divan::bench]
fn acquire_5000_files(bencher: Bencher<'_, '_>) {
    frames(bencher, acquiring(Intent::Endpoint), |_| None);
}

#[divan::bench]
fn acquire_5000_files_moving(bencher: Bencher<'_, '_>) {
    frames(bencher, acquiring(Intent::Endpoint), wander);
}

#[divan::bench]
fn review_250_findings_moving(bencher: Bencher<'_, '_>) {
    frames(bencher, acquiring(Intent::Review), wander);
}

#[divan::bench]
fn act_500_hunks(bencher: Bencher<'_, '_>) {
    frames(bencher, acting(), |_| None);
}

#[divan::bench]
fn act_500_hunks_moving(bencher: Bencher<'_, '_>) {
    frames(bencher, acting(), wander);
}

#[divan::bench]
fn act_500_hunks_deciding(bencher: Bencher<'_, '_>) {
    let decide = |count: usize| match count % 2 {
        0 => Some(Msg::Act(Action::Accept)),
        _ => Some(Msg::Act(Action::Undo)),
    };
    frames(bencher, acting(), decide);
}

#[divan::bench]
fn verify_10000_lines(bencher: Bencher<'_, '_>) {
    frames(bencher, verifying(), |_| None);
}
