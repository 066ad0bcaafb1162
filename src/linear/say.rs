//! What is said without being asked: scenes, gates, notices, the progress of long work.

use super::{hunk::capital, rows};
use crate::{
    domain::{
        command::{CommandRun, Ending},
        event::Scene,
    },
    engine::{
        Effect, Model, Msg,
        effect::{CommitAnswer, ScanTarget},
        gate::{Gate, gate},
        model::Notice,
        view::{self, Mark},
    },
    keys::Action,
};

/// Long work is mentioned at most this often.
const EVERY_MS: u64 = 5000;

/// `Scene 2 of 5, ACQUIRE. You see where it touches.`
pub(super) fn scene(scene: Scene) -> String {
    let does = match scene {
        Scene::Prepare => "You say what should change.",
        Scene::Acquire => "You see where it touches.",
        Scene::Act => "You approve each hunk. Nothing is written to your files before FINALIZE.",
        Scene::Verify => "Commands prove it, in a clean copy.",
        Scene::Finalize => "One report, one clean commit.",
    };
    format!("Scene {} of {}, {}. {does}", scene.number(), Scene::ALL.len(), scene.name())
}

/// `Gate to VERIFY: open, 8 approved.`; empty where there is none to say.
pub(super) fn gate_line(model: &Model) -> String {
    let scene = model.session.scene;
    let Some(next) = scene.next().map(Scene::name) else { return String::new() };
    match gate(model, scene) {
        Gate::Open { facts } => format!("Gate to {next}: open, {facts}."),
        // The prompt of ACT counts what is undecided.
        Gate::Waits { .. } if scene == Scene::Act => String::new(),
        Gate::Waits { condition } => format!("Gate to {next}: opens when {condition}."),
        Gate::Shut { reason, way_out } => format!("Gate to {next}: shut, {reason}. {}.", capital(&way_out)),
        Gate::None => String::new(),
    }
}

/// A notice as a sentence.
pub(super) fn notice(model: &Model, notice: &Notice) -> String {
    let word = match notice.mark {
        Mark::Failed => "Failed: ",
        Mark::Warn | Mark::Unsure | Mark::Blocked => "Note: ",
        _ => "",
    };
    let text = if word.is_empty() { capital(&notice.text) } else { notice.text.clone() };
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    let undo =
        if notice.undo { format!(" {} takes it back.", model.keys.key(Action::Undo)) } else { String::new() };
    format!("{word}{}{end}{undo}", rows::say(&text))
}

/// Messages whose notice repeats what is said here in other words.
pub(super) fn speaks_for(msg: &Msg) -> bool {
    match msg {
        Msg::Scanned { outcome, .. } => outcome.is_ok(),
        Msg::RunFinished { .. } => true,
        Msg::CommitEnded(answer) => matches!(**answer, CommitAnswer::Made(_)),
        _ => false,
    }
}

/// Progress of what runs.
#[derive(Debug, Default)]
pub(super) struct Progress {
    commands: usize,
    command: usize,
    said_at: Option<u64>,
}

impl Progress {
    /// What is said when work begins.
    pub(super) fn begins(&mut self, effect: &Effect) -> Option<String> {
        match effect {
            Effect::Scan(ScanTarget::Base) => Some("Scan started.".into()),
            Effect::Run { commands, base: false, in_place } => {
                (self.commands, self.command) = (commands.len(), 0);
                let place = if *in_place { "your working tree" } else { "a clean copy" };
                Some(format!("Running {} in {place}.", crate::engine::cx::plural(commands.len(), "command")))
            }
            Effect::Propose { .. } => Some("Asking for a proposal.".into()),
            Effect::Commit(_) => Some("Committing.".into()),
            _ => None,
        }
    }

    /// What is said when a message of a worker comes.
    pub(super) fn hears(&mut self, model: &Model, msg: &Msg) -> Vec<String> {
        match msg {
            Msg::Scanned { target: ScanTarget::Base, outcome: Ok(map), elapsed_ms } => {
                let plural = crate::engine::cx::plural;
                let files = usize::try_from(map.stats.files).unwrap_or(usize::MAX);
                vec![format!(
                    "Scan done: {}, {}, {}, {}, {:.1} seconds.",
                    plural(files, "file"),
                    plural(map.endpoints.len(), "endpoint"),
                    plural(map.edges.len(), "edge"),
                    plural(map.findings.len(), "finding"),
                    *elapsed_ms as f64 / 1000.0
                )]
            }
            Msg::ScratchReady { tree, .. } => vec![format!("The clean copy is made, tree {tree}.")],
            Msg::RunStarted { command, base: false } => {
                self.command += 1;
                self.said_at = Some(model.now);
                vec![format!("{} of {}, {}: started.", self.command, self.commands, title(model, command))]
            }
            Msg::RedStarted { command } => {
                self.said_at = Some(model.now);
                vec![format!("{}: first on the base with only the new tests.", title(model, command))]
            }
            Msg::RunFinished { run, base: false, .. } => vec![format!(
                "{} of {}, {}: {}.",
                self.command,
                self.commands,
                title(model, &run.command),
                ended(run)
            )],
            Msg::Hook { hook, exit, output, .. } => {
                let mut lines = vec![format!("{hook}: exit {exit}.")];
                lines.extend(output.lines().take(40).map(|line| format!("  | {line}")));
                lines
            }
            Msg::CommitEnded(answer) => match &**answer {
                CommitAnswer::Made(outcome) => outcome
                    .commits
                    .iter()
                    .map(|commit| {
                        format!("Committed {}, tree {}. Nothing was pushed.", commit.id, commit.tree)
                    })
                    .collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// What is said while nothing is heard; at most one line in five seconds.
    pub(super) fn waits(&mut self, model: &Model) -> Option<String> {
        let said_at = *self.said_at.get_or_insert(model.now);
        if model.now.saturating_sub(said_at) < EVERY_MS {
            return None;
        }
        self.said_at = Some(model.now);
        let activity = &model.activity;
        if let Some((command, since)) = activity.running.as_ref().and_then(|running| running.current.as_ref())
            && activity.running.as_ref().is_some_and(|running| !running.base)
        {
            let output = activity.output.get(command);
            let title = title(model, command);
            return Some(match output.and_then(|output| output.progress) {
                Some(view::Progress::Counted { done, total }) => format!("{title}: {done} of {total}."),
                Some(view::Progress::Percent(percent)) => format!("{title}: {percent} %."),
                None => {
                    let lines = output.map_or(0, |output| output.lines.len() as u64 + output.dropped);
                    let seconds = model.now.saturating_sub(*since) / 1000;
                    format!("{title}: still running, {seconds} seconds, {lines} lines of output.")
                }
            });
        }
        if activity.base_pending {
            return Some("The commands still run on the base, to tell new failures from old ones.".into());
        }
        Some(if activity.committing {
            "Still committing.".into()
        } else if activity.proposing.is_some() {
            "The proposal is still being made.".into()
        } else {
            "Still reading.".into()
        })
    }

    /// New work: the first mention waits its time again.
    pub(super) fn rest(&mut self) {
        self.said_at = None;
    }
}

fn title(model: &Model, id: &str) -> String {
    let known = model.session.evidence.commands.iter().find(|spec| spec.id == id);
    known.map_or_else(|| id.to_owned(), crate::domain::command::CommandSpec::title)
}

fn ended(run: &CommandRun) -> String {
    let seconds = run.elapsed.as_millis() as f64 / 1000.0;
    match &run.ending {
        Ending::Exit { code } => format!("exit {code}, {seconds:.1} seconds"),
        Ending::Signal { number } => format!("ended by signal {number}, {seconds:.1} seconds"),
        Ending::TimedOut { after_seconds } => format!("stopped after {after_seconds} seconds"),
        Ending::Stopped => "stopped by you".into(),
        Ending::Blocked { reason } => format!("blocked, {reason}"),
        Ending::NotRun { reason } => format!("not run, {reason}"),
    }
}

/// What the hooks of the last try said.
pub(super) fn hooks(model: &Model) -> Vec<String> {
    let mut lines = Vec::new();
    for (hook, exit, output, _) in &model.session.closing.hooks {
        lines.push(format!("{hook}: exit {exit}"));
        if *exit != 0 {
            lines.extend(output.lines().take(40).map(|line| format!("  | {line}")));
        }
    }
    lines
}
