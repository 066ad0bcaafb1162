//! VERIFY: what actions do.

use super::verify;
use crate::{
    domain::{
        command::{CommandKind, CommandSpec},
        event::Scene,
        verdict::Verdict,
    },
    engine::{
        ask,
        cx::{Cx, plural},
        effect::{Effect, ProposeKind},
        gate::{self, Gate},
        judge, navigate,
        popup::{Ask, Popup},
        red_green,
        text::Purpose,
        view::{Mark, Pane, Target},
    },
    keys::Action,
};

/// What an action does here. Returns whether it is known.
pub fn act(cx: &mut Cx<'_>, action: Action) -> bool {
    match action {
        Action::RunAgain => run_again(cx),
        Action::RunAll => run_all(cx),
        Action::Open => open(cx),
        Action::NextNeed | Action::PreviousNeed => next(cx, action == Action::NextNeed),
        Action::NextSection | Action::PreviousSection => {
            cx.model.screen.focus = Pane::Verify;
            crate::engine::cursor::seek(cx.model, Pane::Verify, action == Action::NextSection, |target| {
                matches!(target, Target::Command(_))
            });
            cx.model.screen.pinned_output = true;
        }
        Action::Tick => tick(cx),
        Action::TurnDown => not_applicable(cx),
        Action::Partial => partial(cx),
        Action::Propose => {
            super::act_update::ask_for(cx, None, ProposeKind::Seen);
        }
        Action::Edit => {
            let key = cx.key(Action::Palette);
            cx.refuse(format!("Commands are edited in stack/stack.yaml; {key} stack set writes it."));
        }
        Action::OtherView => cx.model.screen.verify_tree = !cx.model.screen.verify_tree,
        Action::Continue => go_on(cx),
        _ => return false,
    }
    true
}

/// Runs every command, after trust.
pub fn run_all(cx: &mut Cx<'_>) {
    let commands = cx.model.session.evidence.commands.clone();
    run(cx, commands);
}

/// Runs what is not green: failed, blocked, stale, or never run; everything when all is green.
fn run_again(cx: &mut Cx<'_>) {
    let wanted: Vec<CommandSpec> = judge::all(cx.model)
        .into_iter()
        .filter(|judged| judged.stale || !matches!(judged.verdict, Some(Verdict::Passed)))
        .map(|judged| judged.spec.clone())
        .collect();
    if wanted.is_empty() { run_all(cx) } else { run(cx, wanted) }
}

/// Lint and types only: what answers within seconds.
pub fn run_quick(cx: &mut Cx<'_>) {
    let quick: Vec<CommandSpec> = cx
        .model
        .session
        .evidence
        .commands
        .iter()
        .filter(|spec| {
            matches!(
                spec.kind,
                CommandKind::Lint | CommandKind::Types | CommandKind::Format | CommandKind::Syntax
            )
        })
        .cloned()
        .collect();
    if quick.is_empty() { run_all(cx) } else { run(cx, quick) }
}

/// Runs these commands on the approved tree; asks for trust first.
pub fn run(cx: &mut Cx<'_>, commands: Vec<CommandSpec>) {
    if commands.is_empty() {
        let key = cx.key(Action::Partial);
        cx.refuse(format!("No commands were found; {key} finishes as partial."));
        return;
    }
    if !cx.may_act() {
        return;
    }
    if !cx.model.commands_trusted() {
        cx.model.activity.run_after_trust = true;
        ask::trust(cx);
        return;
    }
    if cx.model.activity.running.as_ref().is_some_and(|running| !running.base) {
        cx.refuse("Commands are running; Ctrl-C stops them.");
        return;
    }
    cx.model.screen.failure = None;
    cx.model.screen.output_top = None;
    cx.model.screen.pinned_output = false;
    cx.model.activity.stop_asked = 0;
    cx.model.activity.queued = cx.model.session.approved;
    cx.model.activity.queued_tests = red_green::fingerprint(cx.model);
    cx.model.activity.commit_error = None;
    let waiting = commands.iter().map(|spec| spec.id.clone()).collect();
    cx.model.activity.running =
        Some(crate::engine::model::Running { base: false, red: false, current: None, waiting });
    let in_place = cx.model.options.in_place;
    cx.effect(Effect::Run { commands, base: false, in_place });
}

/// After trust: the base runs once in the background.
pub fn run_base(cx: &mut Cx<'_>) {
    let known = &cx.model.session.evidence.base_runs;
    let missing: Vec<CommandSpec> = cx
        .model
        .session
        .evidence
        .commands
        .iter()
        .filter(|spec| !known.contains_key(&spec.id))
        .cloned()
        .collect();
    if !missing.is_empty() {
        cx.model.activity.base_pending = true;
        cx.effect(Effect::Run { commands: missing, base: true, in_place: false });
    }
}

fn open(cx: &mut Cx<'_>) {
    match cx.marked() {
        Some(Target::Failure(command, index)) => go_to(cx, command, index),
        Some(Target::Command(id)) => {
            cx.model.screen.pinned_output = true;
            cx.model.screen.output_top = None;
            let first = judge::all(cx.model).iter().find(|judged| judged.spec.id == id).and_then(|judged| {
                let failure = judged.comparison.new.first()?;
                judged.run?.parsed.failures.iter().position(|other| other == failure)
            });
            if let Some(index) = first {
                go_to(cx, id, index);
            }
        }
        Some(Target::Item(_)) => tick(cx),
        _ => match verify::shown_failure(cx.model) {
            Some((command, index, _)) => go_to(cx, command, index),
            None => ask::nothing_to_open(cx),
        },
    }
}

/// Shows a failure with its place, its output and the playbook entry.
fn go_to(cx: &mut Cx<'_>, command: String, index: usize) {
    let failure =
        cx.model.session.evidence.runs.get(&command).and_then(|run| run.parsed.failures.get(index)).cloned();
    let Some(failure) = failure else { return };
    if let Some(place) = &failure.place {
        cx.effect(Effect::LoadSource(place.path.clone()));
    }
    let dropped = cx.model.activity.output.get(&command).map_or(0, |output| output.dropped);
    let line = u64::from(failure.output_line).saturating_sub(1).saturating_sub(dropped);
    cx.model.screen.output_top = Some(usize::try_from(line.saturating_sub(2)).unwrap_or(0));
    cx.model.screen.pinned_output = true;
    let kind = cx.model.kind();
    cx.model.screen.marked.insert((kind, Pane::Verify), Target::Command(command.clone()));
    cx.model.screen.failure = Some((command, index));
    if cx.model.tabs() {
        cx.model.screen.focus = Pane::Proposal;
    }
}

/// The next new failure, else the next item that needs the user.
fn next(cx: &mut Cx<'_>, forward: bool) {
    let all: Vec<(String, usize)> = judge::all(cx.model)
        .iter()
        .flat_map(|judged| {
            judged.comparison.new.iter().filter_map(|failure| {
                let run = judged.run?;
                let index = run.parsed.failures.iter().position(|other| other == failure)?;
                Some((judged.spec.id.clone(), index))
            })
        })
        .collect();
    if !all.is_empty() {
        let at = cx
            .model
            .screen
            .failure
            .as_ref()
            .and_then(|current| all.iter().position(|other| other == current));
        let next = match (at, forward) {
            (None, _) => 0,
            (Some(at), true) => (at + 1) % all.len(),
            (Some(at), false) => (at + all.len() - 1) % all.len(),
        };
        if let Some((command, index)) = all.get(next).cloned() {
            go_to(cx, command, index);
        }
        return;
    }
    let open: Vec<String> = judge::checklist(cx.model)
        .into_iter()
        .filter(|(item, state)| {
            item.decider == crate::domain::checklist::Decider::ByHand && !state.is_settled()
        })
        .map(|(item, _)| item.id)
        .collect();
    if open.is_empty() {
        let key = cx.key(Action::Continue);
        cx.refuse(format!("No failure and nothing to tick. {key} goes on."));
        return;
    }
    cx.model.screen.focus = Pane::Checklist;
    crate::engine::cursor::seek(
        cx.model,
        Pane::Checklist,
        forward,
        |target| matches!(target, Target::Item(id) if open.contains(id)),
    );
}

/// Asks for a note and ticks the marked item, or the first that waits.
pub fn tick(cx: &mut Cx<'_>) {
    let marked = match cx.marked() {
        Some(Target::Item(id)) => Some(id),
        _ => match crate::engine::cursor::marked(cx.model, Pane::Checklist) {
            Some(Target::Item(id)) => Some(id),
            _ => None,
        },
    };
    let Some(item) = marked else {
        cx.refuse("Mark an item of the Checklist first.");
        return;
    };
    let text = item_text(cx, &item);
    let machine = judge::checklist(cx.model).iter().any(|(known, state)| {
        known.id == item
            && matches!(
                state,
                crate::domain::checklist::ItemState::Proven { .. }
                    | crate::domain::checklist::ItemState::Contradicted { .. }
            )
    });
    if machine {
        cx.refuse("Evidence decides this item; nobody ticks it.");
        return;
    }
    cx.open_editor(Purpose::Tick(item), "", "a note, or nothing");
    cx.model.screen.popup = Some(Popup::Prompt {
        title: "Tick by hand".into(),
        corner: "with your name and the time".into(),
        above: vec![crate::engine::view::Row::text(text)],
        done: "tick".into(),
    });
}

fn item_text(cx: &Cx<'_>, id: &str) -> String {
    let criterion = cx.model.session.criteria().find(|criterion| format!("AC{}", criterion.id) == id);
    criterion.map(|criterion| format!("{id} {}", criterion.text)).unwrap_or_else(|| {
        cx.model
            .handbook
            .checklist
            .iter()
            .find(|item| item.id == id)
            .map(|item| item.text.clone())
            .unwrap_or_default()
    })
}

fn not_applicable(cx: &mut Cx<'_>) {
    let Some(Target::Item(item)) = cx.marked() else {
        cx.refuse("Mark an item of the Checklist first.");
        return;
    };
    cx.open_editor(Purpose::NotApplicable(item), "", "why it does not apply");
    cx.model.screen.popup = Some(Popup::Prompt {
        title: "Not applicable: why?".into(),
        corner: "goes into the report".into(),
        above: Vec::new(),
        done: "mark it".into(),
    });
}

fn partial(cx: &mut Cx<'_>) {
    if cx.model.activity.running.as_ref().is_some_and(|running| !running.base) {
        cx.refuse("Commands are running; Ctrl-C stops them.");
    } else if cx.model.session.held() == 0 {
        cx.refuse("Nothing is approved; there is nothing to finish.");
    } else if gate::gate(cx.model, Scene::Verify).is_open() && cx.model.session.work.partial.is_none() {
        let key = cx.key(Action::Continue);
        cx.refuse(format!("Nothing required is open; {key} goes on to FINALIZE."));
    } else {
        cx.model.screen.popup = Some(Popup::Choices { ask: Ask::Partial, marked: 0 });
    }
}

fn go_on(cx: &mut Cx<'_>) {
    match gate::gate(cx.model, Scene::Verify) {
        Gate::Open { .. } => navigate::enter(cx, Scene::Finalize),
        Gate::Waits { .. } if cx.model.activity.running.is_none() => run_again(cx),
        other => navigate::refuse_gate(cx, Scene::Finalize, &other),
    }
}

/// A run ended: what is said, and which playbook page opens.
pub fn finished(cx: &mut Cx<'_>, command: &str, base: bool) {
    if base {
        red_green::record(cx);
        return;
    }
    let judged = cx.model.session.evidence.commands.iter().find(|spec| spec.id == command).map(|spec| {
        let judged = judge::judged(cx.model, spec);
        (spec.id.clone(), judged.verdict, judged.comparison.new.len())
    });
    let Some((title, Some(verdict), new)) = judged else { return };
    match verdict {
        Verdict::Passed => cx.notice(Mark::Done, format!("{title} passed")),
        Verdict::FailsAsBefore => cx.notice(Mark::Before, format!("{title} fails as before")),
        Verdict::Failed => cx.notice(Mark::Failed, format!("{title}: {}", plural(new, "new failure"))),
        Verdict::Untrusted { reason } => cx.notice(Mark::Unsure, format!("{title}: {reason}")),
        Verdict::Blocked { reason } => cx.notice(Mark::Blocked, format!("{title}: {reason}")),
        Verdict::TimedOut => cx.notice(Mark::Failed, format!("{title} timed out")),
        Verdict::Stopped => cx.notice(Mark::NotApplicable, format!("{title} stopped")),
        Verdict::NotRun { reason } => cx.notice(Mark::NotApplicable, format!("{title}: {reason}")),
    }
    red_green::record(cx);
}
