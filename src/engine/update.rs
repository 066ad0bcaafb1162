//! One message in, the model changed, effects out.

use super::arrivals::{contract_read, proposed, resumed, scanned};
use super::{
    cx::{Cx, plural},
    effect::{CommitAnswer, Effect, ScanTarget},
    judge,
    model::{Model, OUTPUT_LINES, ScanState},
    msg::Msg,
    navigate, opening,
    popup::{Ask, Popup},
    red_green,
    scene::{acquire_tree, act_update, act_views, finalize_update, prepare_update, verify_update},
    subject, text,
    view::Mark,
};
use crate::domain::event::{Scene, What};
use crate::ports::verifier::{OutputLine, Progress};

/// Handles one message. Never blocks, never fails; what goes wrong is on the floor.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let (before, asked) = (opening::glance(model), question(model));
    let mut cx = Cx { model, effects: Vec::new() };
    handle(&mut cx, msg);
    subject::refresh(cx.model);
    judge::refresh(cx.model);
    red_green::refresh(cx.model);
    acquire_tree::refresh(cx.model);
    act_views::refresh(cx.model);
    if opening::glance(cx.model) != before {
        opening::refresh(&mut cx);
    }
    let effects = cx.effects;
    if question(model) != asked {
        model.screen.asked_at = model.now;
    }
    effects
}

/// The question on screen, when one is.
fn question(model: &Model) -> Option<Ask> {
    match &model.screen.popup {
        Some(Popup::Choices { ask, .. }) => Some(ask.clone()),
        _ => None,
    }
}

#[expect(clippy::too_many_lines, reason = "one arm per message; the work is elsewhere")]
fn handle(cx: &mut Cx<'_>, msg: Msg) {
    match msg {
        Msg::Act(action) => super::action::act(cx, action),
        Msg::Digit(digit) => super::action::digit(cx, digit),
        Msg::Text(text) => text::changed(cx, text),
        Msg::Clicked { pane, row, twice } => super::action::clicked(cx, pane, row, twice),
        Msg::HunkClicked { index, row } => act_update::clicked(cx, index, row),
        Msg::PaneClicked(pane) => {
            if cx.model.screen.popup.is_none() {
                cx.model.screen.focus = pane;
            }
        }
        Msg::OptionClicked(option) => super::action::option_clicked(cx, option),
        Msg::OutputScrolled { delta, rows } => output_scrolled(cx, delta, rows),
        Msg::CardScrolled { delta, max } => {
            if let Some(Popup::Card { top, .. }) = &mut cx.model.screen.popup {
                *top = top.saturating_add_signed(delta as isize).min(max);
            }
        }
        Msg::Resized { columns, rows, pages } => {
            let was_tabs = cx.model.tabs();
            let first = cx.model.screen.columns == 0;
            (cx.model.screen.columns, cx.model.screen.rows, cx.model.screen.pages) = (columns, rows, pages);
            if first || was_tabs != cx.model.tabs() {
                cx.model.screen.focus = cx.model.kind().main_pane(cx.model.tabs());
            }
        }
        Msg::Pair { driver, navigator, two_approvals } => {
            if two_approvals {
                super::pairing::need_two(cx);
            }
            if !driver.is_empty() {
                super::pairing::name(cx, &driver, &navigator);
            }
        }
        Msg::Tick => cx.model.activity.spinner = (cx.model.activity.spinner + 1) % 4,
        Msg::Repo(repo) => cx.model.world.repo = Some(*repo),
        Msg::Resumed(events) => resumed(cx, &events),
        Msg::ScanProgress(files) => {
            if !matches!(cx.model.world.scan, ScanState::Done { .. }) || cx.model.world.map.is_none() {
                cx.model.world.scan = ScanState::Running { files };
            }
        }
        Msg::ScanView(map) => {
            if cx.model.world.map.is_none() {
                cx.model.world.early = Some(map);
            }
        }
        Msg::Working { map, changed } => super::follow::arrived(cx, map, &changed),
        Msg::Scanned { target, outcome, elapsed_ms } => scanned(cx, target, outcome, elapsed_ms),
        Msg::Suggested { suggestions, stack_notices, stack_folder } => {
            cx.model.world.suggestions = suggestions;
            cx.model.world.stack_notices = stack_notices;
            cx.model.world.stack_folder = stack_folder;
        }
        Msg::TaskRead(Ok(reading)) => {
            let (text, reading) = *reading;
            prepare_update::task_read(cx, text, reading);
        }
        Msg::TaskRead(Err(error)) => {
            cx.model.activity.reading_task = false;
            cx.notice(Mark::Failed, error);
        }
        Msg::ContractRead(Ok(criteria)) => contract_read(cx, criteria),
        Msg::ContractRead(Err(error)) | Msg::Failed(error) => {
            cx.model.activity.proposing = None;
            cx.notice(Mark::Failed, error);
        }
        Msg::CommandsFound { commands, problems, digest, trusted } => {
            cx.model.world.surveyed = true;
            cx.model.world.command_problems = problems;
            cx.model.world.digest.clone_from(&digest);
            if cx.model.session.evidence.commands != commands {
                cx.record(What::CommandsFound { commands });
            }
            let looking = cx.model.options.read_only.is_some();
            if trusted && !looking && cx.model.session.evidence.trusted != digest {
                let commands = cx.model.session.evidence.commands.iter().map(|spec| spec.title()).collect();
                if cx.record(What::Trusted { digest, commands }) {
                    verify_update::run_base(cx);
                }
            }
        }
        Msg::Planned(steps) => {
            cx.model.activity.planning = false;
            let count = steps.len();
            let steps = act_update::merged_plan(cx.model, steps);
            cx.model.activity.step_errors.clear();
            cx.model.activity.asked_steps.clear();
            if cx.record(What::PlanMade { steps }) {
                cx.notice(Mark::Before, format!("{} planned", plural(count, "step")));
                act_update::load_guide(cx);
                act_update::propose_next(cx);
            }
        }
        Msg::StepBecame { index, step, why } => {
            cx.model.activity.proposing = None;
            let mut steps = cx.model.session.work.steps.clone();
            if let Some(place) = steps.get_mut(index) {
                *place = *step;
            }
            if cx.record(What::PlanMade { steps }) {
                cx.notice(Mark::Warn, format!("{why}; the walkthrough leads you"));
                act_update::load_guide(cx);
                act_update::propose_next(cx);
            }
        }
        Msg::Proposed { step, outcome } => proposed(cx, step, outcome),
        Msg::Checked(checked) => {
            if checked.revision == cx.model.world.revision {
                cx.model.activity.checking = false;
                cx.model.world.checked = Some(*checked);
            }
        }
        Msg::ScratchReady { tree, doubts } => {
            let runs = cx.model.activity.running.as_ref().is_some_and(|running| !running.base);
            cx.model.activity.tree_of =
                if runs { cx.model.activity.queued } else { cx.model.session.approved };
            cx.model.activity.tree = Some((tree, doubts));
        }
        Msg::RunStarted { command, base } => run_started(cx, command, base),
        Msg::Output { command, lines, progress } => output(cx, &command, lines, progress),
        Msg::RunFinished { run, base, playbook } => {
            let command = run.command.clone();
            if let Some(index) = playbook {
                cx.model.activity.playbook.insert(command.clone(), index);
            } else if !base {
                cx.model.activity.playbook.remove(&command);
            }
            if let Some(running) = &mut cx.model.activity.running
                && running.base == base
            {
                running.current = None;
            }
            if cx.record(What::RunFinished { run, base }) {
                verify_update::finished(cx, &command, base);
            }
        }
        Msg::RedStarted { command } => red_started(cx, &command),
        Msg::RedFinished { run } => {
            let tests = cx.model.activity.queued_tests;
            if cx.record(What::RedFinished { run, tests }) {
                red_green::record(cx);
            }
        }
        Msg::Repeated { command, key, failures, runs } => {
            cx.record(What::Repeated { command, key, failures, runs });
        }
        Msg::RunsEnded { base } => {
            if base {
                cx.model.activity.base_pending = false;
            }
            if cx.model.activity.running.as_ref().is_some_and(|running| running.base == base) {
                cx.model.activity.running = None;
            }
            cx.model.activity.stop_asked = 0;
        }
        Msg::RunsRefused(reason) => {
            // `RunsEnded` follows for the request that was refused; another one may still run.
            cx.notice(Mark::Failed, reason);
        }
        Msg::Hook { hook, exit, output, millis } => {
            cx.record(What::HookRan { hook, exit, output, millis });
        }
        Msg::CommitIntended { base, tree, message, pid } => {
            cx.record(What::CommitIntended { base, tree, message, pid });
        }
        Msg::CommitEnded(answer) => {
            finalize_update::ended(cx, *answer);
        }
        Msg::Source { path, text } => source(cx, path, text),
        Msg::Exported { what, outcome: Ok(path) } => {
            cx.notice(Mark::Done, format!("{what}: {path}"));
            cx.record(What::Exported { what, path });
        }
        Msg::Exported { what, outcome: Err(error) } => cx.notice(Mark::Failed, format!("{what}: {error}")),
        Msg::JournalFailed(reason) => {
            cx.model.activity.journal_failed_at = Some(cx.model.now);
            cx.notice(
                Mark::Failed,
                format!("The session file cannot be written: {reason}. Decisions are only in memory."),
            );
        }
        Msg::Edited(Some(text)) => cx.set_text(text),
        Msg::Edited(None) => cx.notice(Mark::Before, "the editor changed nothing"),
        Msg::Sessions(sessions) => {
            cx.model.world.sessions = sessions;
            cx.put_away_text();
            cx.model.screen.popup = Some(Popup::Sessions { marked: 0, delete: false });
        }
        Msg::JournalLoaded(events) => navigate::journal(cx, &events),
        Msg::BaseMoved => {
            cx.put_away_text();
            cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Refresh, marked: 0 });
        }
        Msg::Rebased { base, bases, dropped } => {
            let count = dropped.len();
            if cx.record(What::Rebased { base, bases, dropped }) {
                cx.notice(
                    Mark::Before,
                    format!("rebuilt on the new HEAD, {} dropped", plural(count, "hunk")),
                );
                cx.touched();
                cx.effect(Effect::Scan(ScanTarget::Base));
            }
        }
        Msg::CopyReport(text) => {
            cx.notice(Mark::Done, "the report is in the clipboard");
            cx.effect(Effect::CopyText(text));
        }
        Msg::HandbookLoaded(handbook) => {
            let known = &cx.model.handbook.problems;
            let problem = handbook.problems.iter().find(|problem| !known.contains(problem)).cloned();
            cx.model.handbook = handbook;
            if let Some(problem) = problem {
                cx.notice(Mark::Warn, problem);
            }
        }
        Msg::SchemaNote(note) => cx.model.world.schema_note = note,
        Msg::Lesson(line) => {
            cx.record(What::LessonAdded { line });
        }
        Msg::Notice(text) => cx.notice(Mark::Before, text),
    }
}

fn output_scrolled(cx: &mut Cx<'_>, delta: i32, rows: usize) {
    let Some(command) = super::scene::verify::shown_command(cx.model) else { return };
    let count = cx.model.activity.output.get(&command).map_or(0, |output| output.lines.len());
    let last = count.saturating_sub(rows);
    let top = cx.model.screen.output_top.unwrap_or(last).saturating_add_signed(delta as isize);
    cx.model.screen.output_top = (top < last).then_some(top);
    cx.model.screen.pinned_output |= top < last;
}

/// Marks the command as running, and no other as waiting for it.
fn running_now(cx: &mut Cx<'_>, command: &str, base: bool, red: bool) {
    let now = cx.model.now;
    if let Some(running) = &mut cx.model.activity.running
        && running.base == base
    {
        running.waiting.retain(|waiting| waiting != command);
        running.current = Some((command.to_owned(), now));
        running.red = red;
    }
}

fn red_started(cx: &mut Cx<'_>, command: &str) {
    cx.model.activity.output.insert(command.to_owned(), super::model::Output::default());
    running_now(cx, command, false, true);
}

fn run_started(cx: &mut Cx<'_>, command: String, base: bool) {
    let tree = cx.model.activity.tree.as_ref().map(|(tree, _)| tree.clone()).unwrap_or_default();
    if !base {
        cx.model.activity.output.insert(command.clone(), super::model::Output::default());
    }
    running_now(cx, &command, base, false);
    let approved = cx.model.activity.queued;
    cx.record(What::RunStarted { command, tree, base, approved });
}

fn output(cx: &mut Cx<'_>, command: &str, lines: Vec<OutputLine>, progress: Option<Progress>) {
    let output = cx.model.activity.output.entry(command.to_owned()).or_default();
    output.progress = progress;
    for line in lines {
        if line.replaces {
            output.lines.pop_back();
        }
        output.lines.push_back(line);
        if output.lines.len() > OUTPUT_LINES {
            output.lines.pop_front();
            output.dropped += 1;
        }
    }
}

fn source(cx: &mut Cx<'_>, path: String, text: Option<std::sync::Arc<str>>) {
    cx.model.world.sources.insert(path.clone(), text);
    if cx.model.screen.open_when_loaded.as_deref() == Some(path.as_str()) {
        cx.model.screen.open_when_loaded = None;
        act_update::open_file(cx, path);
    }
}

/// Whether a commit answer leaves the session with a commit.
pub fn is_commit(answer: &CommitAnswer) -> bool {
    matches!(answer, CommitAnswer::Made(_))
}

/// The first screen of a session that was just opened or resumed.
pub fn begin(model: &mut Model) -> Vec<Effect> {
    let mut cx = Cx { model, effects: Vec::new() };
    cx.model.world.scan = ScanState::Running { files: 0 };
    cx.effect(Effect::LoadHandbook);
    if let Some(text) = cx.model.options.read_only.clone() {
        cx.notice(Mark::Warn, text);
    }
    if cx.model.session.work.task.is_none() && cx.model.session.scene == Scene::Prepare {
        prepare_update::open_task(&mut cx);
    }
    cx.effects
}
