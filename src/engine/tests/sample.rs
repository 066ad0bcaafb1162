//! A small backend and a change to it: maps, a reading, a plan, proposals, commands, runs.

use crate::domain::{
    checklist::{Decider, Item},
    command::{CommandKind, CommandRun, CommandSpec, Ending, Failure, Outcome, Parsed, TestResult},
    event::{BaseText, Scene},
    finding::{Finding, Level},
    hunk::Origin,
    ids::{CriterionId, RunId, StepId},
    layer::Layer,
    map::{BackendMap, Endpoint, EndpointKind, Flow, FlowStep, Model, SourceFile, Stats},
    place::{Evidence, Place},
    plan::{Check, Filler, Guide, Step},
    proposal::{Content, FileChange, Note, Proposal},
    stack::{Confidence, StackField},
    task::{
        Choice, Criterion, CriterionSource, CriterionState, Difficulty, Intent, Question, Reading, Risk,
        Uncertainty,
    },
};
use crate::engine::handbook::{Handbook, Page, PlaybookNote, RuleNote, StepNote};
use std::{collections::BTreeMap, time::Duration};

pub const API: &str = "app/api/orders.py";
pub const MODEL: &str = "app/models/order.py";
pub const REPOSITORY: &str = "app/repositories/orders.py";
pub const SERVICE: &str = "app/services/orders.py";
pub const TEST: &str = "tests/test_orders.py";

pub const SERVICE_TEXT: &str = "class OrderService:\n    def update(self):\n        return 1\n";
pub const API_TEXT: &str = "router = APIRouter()\n\n\ndef update_order():\n    return 1\n";
pub const TEST_TEXT: &str = "def test_update():\n    assert True\n";

pub fn sure(name: &str) -> StackField {
    StackField {
        name: Some(name.into()),
        confidence: Confidence::Sure,
        evidence: vec![Evidence::new("pyproject.toml", 3, "dependency")],
        ..StackField::default()
    }
}

fn file(path: &str, layer: Layer) -> SourceFile {
    SourceFile { path: path.into(), layer, evidence: Vec::new(), functions: 1, queries: 1 }
}

fn step(layer: Layer, symbol: &str, path: &str) -> FlowStep {
    FlowStep { layer, symbol: symbol.into(), file: path.into(), line: 2, call: String::new(), tests: 1 }
}

pub fn finding(rule: &str, path: &str, line: u32, fingerprint: &str, fixable: bool) -> Finding {
    Finding {
        rule: rule.into(),
        family: rule.split('/').next().unwrap_or_default().into(),
        level: if fixable { Level::Warning } else { Level::Error },
        file: path.into(),
        line,
        column: 1,
        end_line: line,
        end_column: 5,
        message: format!("{rule} here"),
        symbol: String::new(),
        fixable,
        fingerprint: fingerprint.into(),
    }
}

/// The base: one endpoint through four layers, two findings.
pub fn map() -> BackendMap {
    let mut map = BackendMap {
        files: vec![
            file(API, Layer::Router),
            file(MODEL, Layer::Model),
            file(REPOSITORY, Layer::Repository),
            file(SERVICE, Layer::Service),
            file(TEST, Layer::Test),
        ],
        endpoints: vec![Endpoint {
            kind: EndpointKind::Http,
            method: "POST".into(),
            path: "/api/orders/{id}".into(),
            handler: "update_order".into(),
            file: API.into(),
            line: 4,
            handler_place: None,
        }],
        flows: vec![Flow {
            endpoint: "POST /api/orders/{id}".into(),
            steps: vec![
                step(Layer::Router, "update_order", API),
                step(Layer::Service, "OrderService.update", SERVICE),
                step(Layer::Repository, "OrderRepository.get", REPOSITORY),
                step(Layer::Model, "Order", MODEL),
            ],
            holes: Vec::new(),
            tests: vec![step(Layer::Test, "test_update", TEST)],
        }],
        findings: vec![
            finding("orm/n-plus-one", SERVICE, 3, "f1", true),
            finding("arch/router-uses-orm", API, 5, "f2", false),
        ],
        models: vec![Model {
            name: "Order".into(),
            table: Some("orders".into()),
            columns: vec!["id".into()],
            file: MODEL.into(),
            line: 1,
        }],
        stats: Stats { files: 5, rules: 3, ..Stats::default() },
        ..BackendMap::default()
    };
    map.stack.language = sure("python");
    map.stack.framework = sure("fastapi");
    map
}

pub fn criterion(id: u32, text: &str, tests: &[&str]) -> Criterion {
    Criterion {
        id: CriterionId(id),
        text: text.into(),
        tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        state: CriterionState::Proposed,
        source: CriterionSource::Assumed,
    }
}

/// `Let customers cancel an order`, read without a question.
pub fn reading() -> Reading {
    Reading {
        intent: Intent::Endpoint,
        subject: "order".into(),
        read_as: vec![("endpoint".into(), "POST /api/orders/{id}/cancel".into())],
        difficulty: Difficulty::Medium,
        not_understood: Vec::new(),
        risks: vec![Risk { kind: "transaction".into(), note: "two tables".into() }],
        assumptions: vec!["404 hides orders of others".into()],
        questions: Vec::new(),
        criteria: vec![
            criterion(1, "cancel answers 200", &["test_cancel"]),
            criterion(2, "stock comes back", &[]),
        ],
        inputs: BTreeMap::new(),
        out_of_scope: Vec::new(),
        example: None,
    }
}

pub fn question() -> Question {
    let choice = |label: &str| Choice { label: label.into(), trade_off: String::new() };
    Question {
        id: "money".into(),
        level: Uncertainty::High,
        text: "What happens to the money?".into(),
        options: vec![choice("nothing now"), choice("refund in the call")],
        answer: None,
    }
}

pub fn review() -> Reading {
    Reading { intent: Intent::Review, criteria: Vec::new(), risks: Vec::new(), ..reading() }
}

/// One recipe over two steps.
pub fn plan() -> Vec<Step> {
    let step = |id: u32, title: &str, layer: Layer, after: &[u32]| Step {
        id: StepId(id),
        title: title.into(),
        layer,
        filler: Filler::Recipe { recipe: "endpoint".into() },
        criteria: vec![CriterionId(1)],
        after: after.iter().copied().map(StepId).collect(),
    };
    vec![step(1, "service", Layer::Service, &[]), step(2, "tests", Layer::Test, &[1])]
}

pub fn fix_step(id: u32, finding: Finding) -> Step {
    Step {
        id: StepId(id),
        title: finding.rule.clone(),
        layer: Layer::Service,
        filler: Filler::Fix { finding: Box::new(finding) },
        criteria: Vec::new(),
        after: Vec::new(),
    }
}

pub fn by_hand(id: u32) -> Step {
    Step {
        id: StepId(id),
        title: "repository".into(),
        layer: Layer::Repository,
        filler: Filler::Walkthrough {
            guide: Box::new(Guide {
                goal: "Move the query.".into(),
                to: Some(Place::new(REPOSITORY, 1)),
                check: Check::ByHand,
                ..Guide::default()
            }),
        },
        criteria: Vec::new(),
        after: Vec::new(),
    }
}

pub fn change(path: &str, text: String, step: u32) -> FileChange {
    let notes = vec![Note {
        start: 1,
        end: 1000,
        reason: format!("because of step {step}"),
        citation: None,
        criteria: Vec::new(),
        step: Some(StepId(step)),
    }];
    FileChange { path: path.into(), content: Content::Text { text }, notes }
}

/// Three hunks in a chain: 1 the service, 2 the route that calls it, 3 the test that calls the route.
pub fn proposal() -> (Proposal, Vec<BaseText>) {
    let files = vec![
        change(API, format!("{API_TEXT}\n\ndef cancel_order():\n    return service.cancel()\n"), 1),
        change(SERVICE, format!("{SERVICE_TEXT}\n    def cancel(self):\n        return 2\n"), 1),
        change(TEST, format!("{TEST_TEXT}\n\ndef test_cancel():\n    cancel_order()\n"), 2),
    ];
    let base = |path: &str, text: &str| BaseText { path: path.into(), text: Some(text.into()) };
    let bases = vec![base(API, API_TEXT), base(SERVICE, SERVICE_TEXT), base(TEST, TEST_TEXT)];
    let proposal = Proposal {
        origin: Origin::Recipe("endpoint".into()),
        title: "cancel an order".into(),
        step: None,
        files,
        remarks: Vec::new(),
    };
    (proposal, bases)
}

pub fn spec(id: &str, kind: CommandKind, title: &str) -> CommandSpec {
    CommandSpec {
        id: id.into(),
        kind,
        argv: title.split(' ').map(str::to_owned).collect(),
        folder: String::new(),
        from: Place::new("pyproject.toml", 41),
        parser: if kind == CommandKind::Tests { "pytest".into() } else { String::new() },
        timeout: Duration::from_secs(60),
        optional: false,
        pass_signal: None,
        needs: Vec::new(),
        env: Vec::new(),
    }
}

pub fn commands() -> Vec<CommandSpec> {
    vec![spec("lint", CommandKind::Lint, "ruff check ."), spec("tests", CommandKind::Tests, "pytest -q")]
}

pub fn failure(name: &str) -> Failure {
    Failure {
        key: name.into(),
        name: name.into(),
        message: "assert 500 == 409".into(),
        place: Some(Place::new(TEST, 5)),
        output_line: 2,
        warning: false,
    }
}

/// A run that ended with a status, its failures by name.
pub fn run(command: &str, code: i32, failures: &[&str]) -> CommandRun {
    let mut tests = Vec::new();
    if command == "tests" {
        let failed = failures.contains(&"test_cancel");
        let outcome = if failed { Outcome::Failed } else { Outcome::Passed };
        tests.push(TestResult { name: format!("{TEST}::test_cancel"), outcome });
    }
    CommandRun {
        id: RunId(1),
        command: command.into(),
        argv: Vec::new(),
        tree: String::new(),
        ending: Ending::Exit { code },
        elapsed: Duration::from_millis(300),
        started_at: 0,
        parsed: Parsed {
            failures: failures.iter().map(|name| failure(name)).collect(),
            tests,
            passed: if command == "tests" { 4 } else { 0 },
            complete: true,
            ..Parsed::default()
        },
        output_sha256: "ab".repeat(32),
        output_bytes: 10,
        log: String::new(),
        env: Vec::new(),
    }
}

pub fn ended(command: &str, ending: Ending) -> CommandRun {
    CommandRun { ending, ..run(command, 0, &[]) }
}

pub fn handbook() -> Handbook {
    let item = |id: &str, group: &str, decider: Decider| Item {
        id: id.into(),
        group: group.into(),
        text: format!("{id} holds"),
        decider,
        when: Vec::new(),
    };
    let page = |title: &str| Page { title: title.into(), lines: vec!["Load what you return.".into()] };
    Handbook {
        rules: BTreeMap::from([(
            "orm/n-plus-one".to_owned(),
            RuleNote {
                title: "n+1".into(),
                why: "Slow.".into(),
                fix: "Load it.".into(),
                ..RuleNote::default()
            },
        )]),
        checklist: vec![
            item("queries-bound", "security", Decider::Rules { rules: vec!["sec/sql".into()] }),
            item("lint-clean", "quality", Decider::Command { kind: CommandKind::Lint }),
            item("message-readable", "quality", Decider::ByHand),
        ],
        playbook: vec![PlaybookNote {
            id: "lazy-load".into(),
            title: "lazy load".into(),
            cause: "Read after the session ended.".into(),
            steps: vec!["Load it in the repository.".into()],
            otherwise: "Write the query by hand.".into(),
        }],
        pages: BTreeMap::from([("orm-reference".to_owned(), page("ORM guidance"))]),
        protocol: vec![StepNote {
            difficulty: Difficulty::Medium,
            scene: Scene::Act,
            id: "decide".into(),
            text: "Decide hunk by hunk.".into(),
            when: Vec::new(),
            checkpoint: false,
        }],
        ..Handbook::default()
    }
}
