//! A session without disk, git or screen: messages in, rows out.

use crate::support::temp;
use proscenium::{
    domain::{
        command::{CommandKind, CommandRun, CommandSpec, Ending, Failure, Parsed},
        event::{Event, Primitive, Scene, Scope, What},
        finding::{Finding, Level},
        ids::RunId,
        layer::Layer,
        map::{BackendMap, Endpoint, EndpointKind, Flow, FlowStep, SourceFile},
        place::Place,
        session::JOURNAL_VERSION,
        stack::{Confidence, Stack, StackField},
    },
    engine::{
        Effect, Model, Msg,
        cx::Cx,
        effect::ScanTarget,
        model::Options,
        navigate, opening, scene, update,
        view::{Body, Line, Pane, PopupBody, Row, build},
    },
    keys::{Action, KeyTable},
    knowledge::Knowledge,
    runtime::handbook::handbook,
};
use std::{path::PathBuf, sync::Arc};

/// Language, framework and ORM of the three stacks.
pub const STACKS: [[&str; 3]; 3] =
    [["python", "fastapi", "sqlalchemy"], ["typescript", "nestjs", "typeorm"], ["rust", "axum", "sqlx"]];

/// A stack of these names; an empty one is absent.
pub fn stack([language, framework, orm]: [&str; 3]) -> Stack {
    let field = |name: &str| StackField {
        name: (!name.is_empty()).then(|| name.to_owned()),
        confidence: Confidence::Sure,
        ..StackField::default()
    };
    Stack { language: field(language), framework: field(framework), orm: field(orm), ..Stack::default() }
}

/// Two endpoints: orders, whose path crosses three files, and reports, which has its own.
pub fn map(stack: &Stack, findings: &[Finding]) -> BackendMap {
    let file = |path: &str, layer| SourceFile {
        path: path.into(),
        layer,
        evidence: Vec::new(),
        functions: 1,
        queries: 0,
    };
    let endpoint = |path: &str, handler: &str, file: &str| Endpoint {
        kind: EndpointKind::Http,
        method: "GET".into(),
        path: path.into(),
        handler: handler.into(),
        file: file.into(),
        line: 3,
        handler_place: None,
    };
    let step = |layer, file: &str| FlowStep {
        layer,
        symbol: "work".into(),
        file: file.into(),
        line: 3,
        call: String::new(),
        tests: 0,
    };
    let flow = |steps: Vec<FlowStep>| Flow { steps, ..Flow::default() };
    BackendMap {
        stack: stack.clone(),
        files: vec![
            file("app/orders_repository", Layer::Repository),
            file("app/orders_routes", Layer::Router),
            file("app/orders_service", Layer::Service),
            file("app/reports_routes", Layer::Router),
        ],
        endpoints: vec![
            endpoint("/orders", "list_orders", "app/orders_routes"),
            endpoint("/reports", "list_reports", "app/reports_routes"),
        ],
        flows: vec![
            flow(vec![
                step(Layer::Router, "app/orders_routes"),
                step(Layer::Service, "app/orders_service"),
                step(Layer::Repository, "app/orders_repository"),
            ]),
            flow(vec![step(Layer::Router, "app/reports_routes")]),
        ],
        findings: findings.to_vec(),
        ..BackendMap::default()
    }
}

/// A finding of that rule at line 7 of a file.
pub fn finding(rule: &str, file: &str) -> Finding {
    Finding {
        rule: rule.into(),
        family: rule.rsplit('/').next().unwrap_or_default().into(),
        level: Level::Warning,
        file: file.into(),
        line: 7,
        column: 1,
        end_line: 7,
        end_column: 2,
        message: format!("breaks {rule}"),
        symbol: String::new(),
        fixable: false,
        fingerprint: format!("{rule}@{file}"),
    }
}

/// A session at a desk.
pub struct Desk {
    pub model: Model,
    pub knowledge: Knowledge,
    pub effects: Vec<Effect>,
    stack: Stack,
    _folder: Option<tempfile::TempDir>,
}

impl Desk {
    /// A session with the shipped knowledge.
    pub fn new(names: [&str; 3]) -> Self {
        Self::open(names, None)
    }

    /// A session whose repository has these files in its `stack/`.
    pub fn with_stack_folder(names: [&str; 3], files: &[(&str, &str)]) -> Self {
        Self::open(names, Some(overlay(files)))
    }

    fn open(names: [&str; 3], folder: Option<tempfile::TempDir>) -> Self {
        let overlays: Vec<PathBuf> = folder.iter().map(|folder| folder.path().to_path_buf()).collect();
        let knowledge = Knowledge::load(&overlays).expect("knowledge loads");
        let keys = KeyTable::with_overrides(&std::collections::BTreeMap::new()).expect("keys");
        let stack = stack(names);
        let mut model = Model::new(Arc::new(keys), Arc::default(), Options::default());
        (model.screen.columns, model.screen.rows) = (160, 50);
        let mut desk = Self { model, knowledge, effects: Vec::new(), stack, _folder: folder };
        desk.replay(&[]);
        desk.send(Msg::HandbookLoaded(Arc::new(handbook(&desk.knowledge, &desk.stack))));
        desk
    }

    /// Begins with a journal of these events.
    pub fn replay(&mut self, events: &[What]) {
        let started = What::Started {
            version: JOURNAL_VERSION,
            session: "s".into(),
            root: "/r".into(),
            base: "b".repeat(40),
            branch: "main".into(),
            title: "r".into(),
        };
        let events = (1..)
            .zip([started].iter().chain(events))
            .map(|(seq, what)| Event {
                seq,
                at: 0,
                by: String::new(),
                primitive: Primitive::Read,
                scope: Scope::Codebase,
                evidence: String::new(),
                what: what.clone(),
            })
            .collect();
        self.send(Msg::Resumed(events));
    }

    /// Each message comes a second after the one before: nobody answers a question unread.
    pub fn send(&mut self, msg: Msg) {
        self.model.now += 1_000;
        let effects = update(&mut self.model, msg);
        self.effects.extend(effects);
    }

    pub fn act(&mut self, action: Action) {
        self.send(Msg::Act(action));
    }

    /// The scan of the base ends with these findings.
    pub fn scan(&mut self, findings: &[Finding]) {
        let map = Arc::new(map(&self.stack, findings));
        self.send(Msg::Scanned { target: ScanTarget::Base, outcome: Ok(map), elapsed_ms: 1 });
    }

    /// The user says a task.
    pub fn task(&mut self, text: &str) {
        let reading = self.knowledge.read_task(text, &self.model.map());
        self.send(Msg::TaskRead(Ok(Box::new((text.to_owned(), reading)))));
    }

    /// Goes to a scene whatever its gate says, as an update would.
    pub fn enter(&mut self, scene: Scene) {
        let mut cx = Cx { model: &mut self.model, effects: Vec::new() };
        navigate::enter(&mut cx, scene);
        opening::refresh(&mut cx);
        self.effects.extend(cx.effects);
    }

    /// The pages that opened by themselves.
    pub fn opened(&self) -> Vec<&str> {
        self.model.session.evidence.pages.iter().map(|(page, _)| page.as_str()).collect()
    }

    /// Why a page opened.
    pub fn reason(&self, page: &str) -> Option<&str> {
        let mut pages = self.model.session.evidence.pages.iter();
        pages.find(|(known, _)| known == page).map(|(_, reason)| reason.as_str())
    }

    /// The words of one pane, a line for each row.
    pub fn pane(&self, pane: Pane) -> String {
        match scene::pane(&self.model, pane).body {
            Body::Shared(rows) => words(&rows),
            Body::Rows(rows) | Body::Output { list: rows, .. } => words(&rows),
            Body::Editor { above, below } => words(&above) + &words(&below),
            Body::Welcome(welcome) => words(&welcome.below),
            Body::Diff(diff) => words(&diff.above),
        }
    }

    /// Title and words of the popup.
    pub fn popup(&self) -> String {
        let Some(popup) = build::screen(&self.model).popup else { return String::new() };
        let body = match popup.body {
            PopupBody::Card { rows, .. } => words(&rows),
            PopupBody::Choices { rows, options, .. } => {
                let options: Vec<String> =
                    options.iter().map(|option| format!("{} {}\n", option.label, option.note)).collect();
                words(&rows) + &options.concat()
            }
            _ => String::new(),
        };
        format!("{}\n{body}", popup.title)
    }

    /// The test command fails on a tree with this output, as the runtime would say it.
    pub fn fails(&mut self, tree: &str, output: &str) {
        let language = self.stack.language.name.clone().unwrap_or_default();
        let found = self.knowledge.playbook_for(output, &language);
        let id = found.first().map(|found| found.entry.id.clone());
        let playbook = self.knowledge.playbook.iter().position(|entry| Some(&entry.id) == id.as_ref());
        let failure = Failure {
            key: "test_orders".into(),
            name: "test_orders".into(),
            message: output.into(),
            place: None,
            output_line: 1,
            warning: false,
        };
        let parsed = Parsed { failures: vec![failure], failed: 1, complete: true, ..Parsed::default() };
        let run = CommandRun {
            id: RunId(1),
            command: "tests".into(),
            argv: vec!["tests".into()],
            tree: tree.into(),
            ending: Ending::Exit { code: 1 },
            elapsed: std::time::Duration::ZERO,
            started_at: 0,
            parsed,
            output_sha256: String::new(),
            output_bytes: 0,
            log: String::new(),
            env: Vec::new(),
        };
        self.send(Msg::RunFinished { run: Box::new(run), base: false, playbook });
    }
}

/// The one verify command of a desk.
pub fn tests_command() -> CommandSpec {
    CommandSpec {
        id: "tests".into(),
        kind: CommandKind::Tests,
        argv: vec!["tests".into()],
        folder: String::new(),
        from: Place::new("stack/stack.yaml", 1),
        parser: String::new(),
        timeout: std::time::Duration::from_secs(1),
        optional: false,
        pass_signal: None,
        needs: Vec::new(),
        env: Vec::new(),
    }
}

/// A folder with these files.
pub fn overlay(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = temp::folder();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folders");
        std::fs::write(path, text).expect("file");
    }
    folder
}

fn words(rows: &[Row]) -> String {
    let line = |line: &Line| line.iter().map(|span| span.text.as_str()).collect::<String>();
    rows.iter()
        .map(|row| match row {
            Row::Head { text, note } => format!("{text} {}\n", line(note)),
            Row::Item { label, note, .. } => format!("{} {}\n", line(label), line(note)),
            Row::Text { line: text, .. } => format!("{}\n", line(text)),
            _ => "\n".into(),
        })
        .collect()
}
