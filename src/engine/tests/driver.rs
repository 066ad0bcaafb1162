//! Presses keys, answers effects from fakes, reads what the screen says.
//!
//! Keys go the way of the program: a chord is text while a caret is on screen, else it is
//! looked up in the shipped key table; a digit chooses where a question is on screen.

use super::sample;
pub use super::world::{World, name};
use crate::{
    domain::{
        command::{CommandRun, CommandSpec},
        event::{Event, Primitive, Scene, Scope, What},
        session::JOURNAL_VERSION,
    },
    engine::{
        Effect, Model, Msg,
        effect::{Checked, CommitAnswer, ProposeKind, ScanTarget},
        model::Options,
        msg::{ProposalFailure, Suggestion},
        popup::Popup,
        update, view,
        view::{Body, Line, Mark, Pane, PopupBody, Row, ScreenView},
    },
    keys::{Action, Chord, Key, KeyTable},
    ports::vault::RepoState,
};
use std::sync::Arc;

/// Milliseconds between two keys; longer than anybody needs to read a question.
const PAUSE_MS: u64 = 1000;

/// The assistant with a fake world.
pub struct Driver {
    pub model: Model,
    pub world: World,
    /// Everything that was journalled.
    pub events: Vec<Event>,
    /// Everything that was asked for, but journalling.
    pub asked: Vec<Effect>,
}

impl Driver {
    /// A session that has just begun, before the scan.
    pub fn begun(world: World) -> Self {
        Self::with_options(world, Options { driver: "Ada".into(), ..Options::default() })
    }

    pub fn with_options(world: World, options: Options) -> Self {
        let keys = Arc::new(KeyTable::shipped().expect("the shipped table is right"));
        let mut model = Model::new(keys, Arc::new(sample::handbook()), options);
        model.now = 1_000_000;
        model.world.repo = Some(RepoState { branch: "main".into(), ..RepoState::default() });
        let started = Event {
            seq: 1,
            at: model.now,
            by: "Ada".into(),
            primitive: Primitive::Read,
            scope: Scope::Codebase,
            evidence: String::new(),
            what: What::Started {
                version: JOURNAL_VERSION,
                session: "s1".into(),
                root: "/orders-api".into(),
                base: "9".repeat(40),
                branch: "main".into(),
                title: "orders-api".into(),
            },
        };
        let mut driver = Self { model, world, events: vec![started.clone()], asked: Vec::new() };
        driver.send(Msg::Resized { columns: 120, rows: 40, pages: [20; 4] });
        driver.send(Msg::Resumed(vec![started]));
        let effects = update::begin(&mut driver.model);
        driver.carry_out(effects);
        driver
    }

    /// The first screen after the scan, the caret in the task.
    pub fn new(world: World) -> Self {
        let mut driver = Self::begun(world);
        driver.scan();
        driver
    }

    pub fn scan(&mut self) {
        self.carry_out(vec![Effect::Scan(ScanTarget::Base)]);
    }

    /// PREPARE with the task read.
    pub fn prepared(world: World) -> Self {
        let mut driver = Self::new(world);
        driver.text("Let customers cancel an order");
        driver.press("Enter");
        driver
    }

    /// ACQUIRE with nothing chosen.
    pub fn acquiring(world: World) -> Self {
        let mut driver = Self::prepared(world);
        driver.press("A c");
        driver
    }

    /// ACT with three hunks.
    pub fn acting(world: World) -> Self {
        let mut driver = Self::acquiring(world);
        driver.press("A c");
        driver
    }

    /// VERIFY with everything approved, before trust.
    pub fn untrusted(world: World) -> Self {
        let mut driver = Self::acting(world);
        driver.press("a a a c");
        driver
    }

    /// VERIFY after every command ran.
    pub fn verified(world: World) -> Self {
        let mut driver = Self::untrusted(world);
        driver.press("3 Enter");
        driver
    }

    /// FINALIZE.
    pub fn finalizing(world: World) -> Self {
        let mut driver = Self::verified(world);
        driver.press("c");
        driver
    }

    pub fn send(&mut self, msg: Msg) {
        let effects = update(&mut self.model, msg);
        self.carry_out(effects);
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Append(event) = &effect {
                self.events.push((**event).clone());
                continue;
            }
            self.asked.push(effect.clone());
            if !self.world.holds.contains(&name(&effect)) {
                self.answer(effect);
            }
        }
    }

    /// What the fakes say to an effect.
    pub fn answer(&mut self, effect: Effect) {
        let world = self.world.clone();
        match effect {
            Effect::Scan(target) => {
                let outcome = Ok(Arc::new(world.map));
                self.send(Msg::Scanned { target, outcome, elapsed_ms: 400 });
            }
            Effect::Survey => {
                let suggestion = |text: &str| Suggestion { text: text.into(), note: String::new() };
                self.send(Msg::Suggested {
                    suggestions: vec![suggestion("Cancel an order"), suggestion("Add login")],
                    stack_notices: Vec::new(),
                    stack_folder: String::new(),
                });
                self.found(false);
            }
            Effect::ReadTask(text) => self.send(Msg::TaskRead(Ok(Box::new((text, world.reading))))),
            Effect::Plan => self.send(Msg::Planned(world.plan)),
            Effect::Propose { step, kind } => {
                let outcome = match (&kind, step) {
                    (ProposeKind::Step, Some(index)) => world.proposals.get(&index).cloned(),
                    _ => world.other.map(Ok),
                };
                let outcome = outcome.unwrap_or_else(|| Err(nothing()));
                let outcome = outcome.map(|(proposal, bases)| (Box::new(proposal), bases));
                self.send(Msg::Proposed { step, outcome });
            }
            Effect::Check { revision } => self.send(Msg::Checked(Box::new(Checked {
                revision,
                current: Arc::new(world.current.unwrap_or_else(|| world.map.clone())),
                approved: Arc::new(world.approved.unwrap_or(world.map)),
                unparsed: world.unparsed,
            }))),
            Effect::Run { commands, base, .. } => self.run(&commands, base),
            Effect::Commit(order) => {
                self.send(Msg::Hook { hook: "pre-commit".into(), exit: 0, output: String::new(), millis: 5 });
                if matches!(world.commit, CommitAnswer::Made(_)) {
                    self.send(Msg::CommitIntended {
                        base: order.base,
                        tree: order.tree,
                        message: order.message,
                        pid: 1,
                    });
                }
                self.send(Msg::CommitEnded(Box::new(world.commit)));
            }
            Effect::UndoCommit => self.send(Msg::CommitEnded(Box::new(CommitAnswer::Undone))),
            Effect::LoadSource(path) => {
                self.send(Msg::Source { path, text: Some("class OrderService:\n    pass\n".into()) });
            }
            _ => {}
        }
    }

    /// The commands were looked for.
    pub fn found(&mut self, trusted: bool) {
        self.send(Msg::CommandsFound {
            commands: self.world.commands.clone(),
            problems: Vec::new(),
            digest: self.world.digest.clone(),
            trusted,
        });
    }

    fn run(&mut self, commands: &[CommandSpec], base: bool) {
        let tree = self.world.tree.clone();
        if !base {
            self.send(Msg::ScratchReady { tree: tree.clone(), doubts: Vec::new() });
        }
        for spec in commands {
            if let Some(run) = self.world.red_runs.get(&spec.id).filter(|_| !base).cloned() {
                self.send(Msg::RedStarted { command: spec.id.clone() });
                self.send(Msg::RedFinished { run: Box::new(run) });
            }
            self.send(Msg::RunStarted { command: spec.id.clone(), base });
            let runs = if base { &self.world.base_runs } else { &self.world.runs };
            if let Some(run) = runs.get(&spec.id).cloned() {
                let tree = if base { "base".to_owned() } else { tree.clone() };
                let run = Box::new(CommandRun { tree, ..run });
                self.send(Msg::RunFinished { run, base, playbook: None });
            }
        }
        self.send(Msg::RunsEnded { base });
    }

    /// Presses chords as written in the key table, separated by blanks.
    pub fn press(&mut self, chords: &str) {
        for chord in chords.split(' ').filter(|chord| !chord.is_empty()) {
            self.model.now += PAUSE_MS;
            self.key(Chord::parse(chord).expect(chord));
        }
    }

    /// Presses chords one right after the other.
    pub fn press_fast(&mut self, chords: &str) {
        for chord in chords.split(' ') {
            self.model.now += 5;
            self.key(Chord::parse(chord).expect(chord));
        }
    }

    fn key(&mut self, chord: Chord) {
        let action = self.model.keys.action(chord);
        let Some(editor) = &self.model.screen.editor else {
            let choosing = matches!(self.model.screen.popup, Some(Popup::Choices { .. }));
            match (chord.key, action) {
                (Key::Char(c @ '0'..='9'), _) if choosing && !chord.ctrl => {
                    self.send(Msg::Digit(c.to_digit(10).and_then(|n| u8::try_from(n).ok()).unwrap_or(0)));
                }
                (_, Some(action)) => self.send(Msg::Act(action)),
                (_, None) => {}
            }
            return;
        };
        let (mut text, long) = (editor.text.clone(), editor.purpose.is_long());
        match chord.key {
            Key::Char(c) if !chord.ctrl && !chord.alt => text.push(c),
            Key::Backspace => {
                text.pop();
            }
            Key::Enter if long && !chord.alt => text.push('\n'),
            _ => {
                if let Some(action) = action {
                    self.send(Msg::Act(action));
                }
                return;
            }
        }
        self.send(Msg::Text(text));
    }

    /// Types or pastes at the end of the open text.
    pub fn text(&mut self, typed: &str) {
        let before = self.model.screen.editor.as_ref().map(|editor| editor.text.clone());
        let before = before.expect("a text has the caret");
        self.send(Msg::Text(format!("{before}{typed}")));
    }

    /// Replaces the open text.
    pub fn retype(&mut self, typed: &str) {
        self.send(Msg::Text(typed.to_owned()));
    }

    /// An action by name, as from the palette or a linear word.
    pub fn act(&mut self, name: &str) {
        self.model.now += PAUSE_MS;
        self.send(Msg::Act(Action::from_name(name).expect(name)));
    }

    /// Effects of a kind that were asked for since the last call.
    pub fn take(&mut self, kind: &str) -> Vec<Effect> {
        let (taken, rest) =
            std::mem::take(&mut self.asked).into_iter().partition(|known| name(known) == kind);
        self.asked = rest;
        taken
    }

    pub fn screen(&self) -> ScreenView {
        view::build::screen(&self.model)
    }

    /// The floor: the refusal, or the gate's sentence.
    pub fn floor(&self) -> String {
        text_of(&self.screen().floor.gate)
    }

    pub fn notice(&self) -> String {
        self.model.screen.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default()
    }

    /// The suggested key and its label.
    pub fn suggested(&self) -> String {
        self.screen().footer.first().map(|hint| format!("{} {}", hint.key, hint.label)).unwrap_or_default()
    }

    pub fn rows(&self, pane: Pane) -> Vec<String> {
        let at = Pane::ALL.iter().position(|known| *known == pane).unwrap_or(0);
        rows_of(&self.screen().panes[at].body)
    }

    pub fn shows(&self, pane: Pane, part: &str) -> bool {
        self.rows(pane).iter().any(|row| row.contains(part))
    }

    /// Title, options and marked option of the question on screen.
    pub fn question(&self) -> Option<(String, Vec<String>, usize)> {
        let popup = self.screen().popup?;
        match popup.body {
            PopupBody::Choices { options, marked, .. } => {
                Some((popup.title, options.into_iter().map(|option| option.label).collect(), marked))
            }
            _ => None,
        }
    }

    pub fn popup_title(&self) -> String {
        self.screen().popup.map(|popup| popup.title).unwrap_or_default()
    }

    pub fn scene(&self) -> Scene {
        self.model.session.scene
    }

    /// Number and state of every hunk, in plan order.
    pub fn states(&self) -> Vec<String> {
        use crate::engine::scene::act_diff;
        let look = act_diff::Look::new(&self.model);
        let hunks = self.model.session.hunks();
        hunks
            .into_iter()
            .filter_map(|hunk| look.view(hunk.id))
            .map(|view| format!("{} {}", view.id, view.state))
            .collect()
    }

    pub fn current_hunk(&self) -> u32 {
        crate::engine::scene::act::current(&self.model).map_or(0, |hunk| hunk.id.0)
    }

    /// The name of every journalled event of a kind.
    pub fn count(&self, test: impl Fn(&What) -> bool) -> usize {
        self.events.iter().filter(|event| test(&event.what)).count()
    }
}

pub fn nothing() -> ProposalFailure {
    ProposalFailure { text: "the recipe changed nothing".into(), hint: String::new(), instead: None }
}

pub fn text_of(line: &Line) -> String {
    line.iter().map(|span| span.text.as_str()).collect()
}

pub fn mark_of(mark: Mark) -> &'static str {
    match mark {
        Mark::Done => "✓ ",
        Mark::Failed => "✗ ",
        Mark::Open => "○ ",
        Mark::Half => "◐ ",
        Mark::Warn => "▲ ",
        Mark::Unsure => "? ",
        Mark::NotApplicable => "– ",
        Mark::Flaky => "≈ ",
        Mark::Before => "· ",
        Mark::Dot => "● ",
        Mark::Chosen => "■ ",
        Mark::NotChosen => "□ ",
        Mark::Blocked => "! ",
        Mark::Spinner => "▖ ",
        Mark::Down => "↓ ",
        Mark::None => "",
    }
}

/// One line for each row: mark, label, note.
pub fn row_text(row: &Row) -> String {
    match row {
        Row::Item { mark, label, note, .. } => {
            format!("{}{}  {}", mark_of(*mark), text_of(label), text_of(note)).trim_end().to_owned()
        }
        Row::Text { line, .. } => text_of(line),
        Row::Head { text, note } => format!("{text} {}", text_of(note)).trim_end().to_owned(),
        Row::Verdict { text, .. } => format!("━━ {text}"),
        Row::Source { number, text, .. } => format!("{number} {text}"),
        Row::FlowBox { name, lines, .. } => {
            let first = lines.first().map(|(label, _)| text_of(label)).unwrap_or_default();
            format!("[{name}] {first}")
        }
        Row::Blank | Row::Rule | Row::Stem { .. } | Row::MiniArch { .. } | Row::Bar { .. } => String::new(),
    }
}

pub fn rows_of(body: &Body) -> Vec<String> {
    let rows: Vec<&Row> = match body {
        Body::Shared(rows) => rows.iter().collect(),
        Body::Rows(rows) | Body::Output { list: rows, .. } => rows.iter().collect(),
        Body::Editor { above, below } => above.iter().chain(below).collect(),
        Body::Welcome(welcome) => welcome.below.iter().collect(),
        Body::Diff(diff) => diff.above.iter().collect(),
    };
    rows.into_iter().map(row_text).filter(|text| !text.is_empty()).collect()
}
