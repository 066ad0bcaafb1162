//! VERIFY on screen: commands with verdicts, live output, the failure, the checklist.

use crate::{
    domain::{
        checklist::ItemState,
        command::{CommandRun, Ending, Failure},
        layer::Layer,
        verdict::Verdict,
    },
    engine::{
        classify::short,
        cx::plural,
        judge::{self, Judged},
        model::Model,
        protocol,
        view::{
            Body, Line, Mark, OutputView, Pane, PaneView, Role, Row, Span, Target, bold, muted, plain, role,
        },
    },
    keys::Action,
};
use std::sync::Arc;

/// One pane.
pub fn pane(model: &Model, pane: Pane) -> PaneView {
    match pane {
        Pane::Boundaries => layers(model),
        Pane::Proposal => failure(model),
        Pane::Checklist => checklist(model),
        Pane::Verify => commands(model),
    }
}

/// The command whose output is shown: the running one, else the marked, else the last.
pub fn shown_command(model: &Model) -> Option<String> {
    if let Some((command, _)) = model.activity.running.as_ref().and_then(|running| running.current.as_ref())
        && model.screen.output_top.is_none()
        && !model.screen.pinned_output
    {
        return Some(command.clone());
    }
    // Not `cursor::marked`: that asks this pane for its rows, and its output asks here.
    match model.screen.marked.get(&(model.kind(), Pane::Verify)) {
        Some(Target::Command(id) | Target::Failure(id, _)) => Some(id.clone()),
        _ => model.session.evidence.commands.first().map(|command| command.id.clone()),
    }
}

fn seconds(run: &CommandRun) -> String {
    duration(run.elapsed.as_millis())
}

/// `0.3 s`, `21.8 s`, `2 min 04 s`.
pub fn duration(millis: u128) -> String {
    if millis < 60_000 {
        format!("{:.1} s", millis as f64 / 1000.0)
    } else {
        format!("{} min {:02} s", millis / 60_000, millis / 1000 % 60)
    }
}

fn ending(run: &CommandRun) -> String {
    match &run.ending {
        Ending::Exit { code } => format!("exit {code}"),
        Ending::Signal { number } => format!("signal {number}"),
        Ending::TimedOut { after_seconds } => format!("stopped after {after_seconds} s"),
        Ending::Stopped => "stopped by you".into(),
        Ending::Blocked { .. } => "blocked".into(),
        Ending::NotRun { .. } => "not run".into(),
    }
}

fn verdict_mark(verdict: &Verdict) -> Mark {
    match verdict {
        Verdict::Passed => Mark::Done,
        Verdict::Failed | Verdict::TimedOut => Mark::Failed,
        Verdict::FailsAsBefore => Mark::Before,
        Verdict::Untrusted { .. } => Mark::Unsure,
        Verdict::Blocked { .. } => Mark::Blocked,
        Verdict::Stopped | Verdict::NotRun { .. } => Mark::NotApplicable,
    }
}

/// Row for one command, and the line that explains it.
pub fn command_rows(model: &Model, judged: &Judged<'_>) -> Vec<Row> {
    let spec = judged.spec;
    let target = Some(Target::Command(spec.id.clone()));
    let running = model.activity.running.as_ref();
    let current = running.and_then(|running| running.current.as_ref()).filter(|(id, _)| *id == spec.id);
    if let (Some((_, since)), Some(running)) = (current, running) {
        let elapsed = model.now.saturating_sub(*since) / 1000;
        let of = if running.base { " on the base" } else { "" };
        let mut rows = vec![Row::Item {
            mark: Mark::Spinner,
            label: vec![plain(spec.title()), muted(of)],
            note: vec![plain(format!("{}:{:02}", elapsed / 60, elapsed % 60))],
            indent: 0,
            target,
        }];
        if let Some((done, total)) = model.activity.output.get(&spec.id).and_then(|output| output.progress) {
            rows.push(Row::Bar { done, total, indent: 4 });
        }
        return rows;
    }
    if running.is_some_and(|running| running.waiting.contains(&spec.id)) {
        return vec![Row::Item {
            mark: Mark::Open,
            label: vec![plain(spec.title())],
            note: vec![muted("waits")],
            indent: 0,
            target,
        }];
    }
    let (Some(run), Some(verdict)) = (judged.run, &judged.verdict) else {
        return vec![Row::Item {
            mark: Mark::Open,
            label: vec![plain(spec.title())],
            note: vec![muted("not run yet")],
            indent: 0,
            target,
        }];
    };
    let note = vec![
        muted(ending(run).replace(' ', "\u{a0}")),
        muted(if matches!(run.ending, Ending::Blocked { .. } | Ending::NotRun { .. }) {
            String::new()
        } else {
            format!(" {:>7}", seconds(run)).replace("  ", " \u{a0}")
        }),
    ];
    let mark = if judged.stale { Mark::Open } else { verdict_mark(verdict) };
    let mut rows = vec![Row::Item { mark, label: vec![plain(spec.title())], note, indent: 0, target }];
    let mut explain = |text: String| rows.push(Row::Text { line: vec![muted(text)], indent: 4 });
    if judged.stale {
        explain(format!("of an earlier tree; {} runs it again", model.keys.key(Action::RunAgain)));
    }
    match verdict {
        Verdict::Untrusted { reason } => explain(format!("untrusted: {reason}")),
        Verdict::Blocked { reason } => explain(format!("blocked: {reason}")),
        Verdict::NotRun { reason } => explain(format!("not run: {reason}")),
        Verdict::FailsAsBefore => {
            let count = judged.comparison.before.len();
            explain(format!(
                "{count} {} as before, {} passed",
                if count == 1 { "fails" } else { "fail" },
                run.parsed.passed
            ));
        }
        Verdict::Failed => {
            let base = if judged.comparison.base_pending { ", base pending" } else { "" };
            explain(format!(
                "{} new, {} failed before, {} passed{base}",
                judged.comparison.new.len(),
                judged.comparison.before.len(),
                run.parsed.passed
            ));
        }
        Verdict::Passed if run.parsed.passed > 0 => explain(format!("{} passed", run.parsed.passed)),
        Verdict::Passed | Verdict::TimedOut | Verdict::Stopped => {}
    }
    rows
}

fn commands(model: &Model) -> PaneView {
    let all = judge::all(model);
    let mut list = Vec::new();
    if !all.is_empty() {
        list.push(Row::Head { text: "COMMAND".into(), note: vec![muted("EXIT    TIME")] });
    }
    for judged in &all {
        list.extend(command_rows(model, judged));
    }
    if all.is_empty() {
        list.push(Row::Text { line: vec![bold("No commands found.")], indent: 0 });
        list.push(Row::aside(
            "stack.yaml can name them under verify:. Without commands the exit is partial.",
        ));
    } else if !model.commands_trusted() {
        list.extend([Row::Blank, Row::Text { line: vec![bold("Nothing has run.")], indent: 0 }]);
        list.push(Row::Text {
            line: vec![
                plain(format!("{} were found; ", plural(all.len(), "command"))),
                role(Role::Accent, model.keys.key(Action::RunAgain)),
                plain(" shows them and asks once."),
            ],
            indent: 0,
        });
    } else {
        list.extend(against_base(model, &all));
    }
    let output = output(model);
    let tree = model.activity.tree.as_ref().map(|(tree, _)| format!("tree {}, clean copy", short(tree)));
    let new: usize = all.iter().map(|judged| judged.comparison.new.len()).sum();
    PaneView {
        subtitle: plural(all.len(), "command"),
        count: if model.options.in_place { "in your files".into() } else { tree.unwrap_or_default() },
        tab: if new > 0 { format!("{new} new") } else { String::new() },
        body: Body::Output { list, output },
        cursor: None,
    }
}

fn against_base(model: &Model, all: &[Judged<'_>]) -> Vec<Row> {
    let mut rows = vec![Row::Blank, Row::head("AGAINST THE BASE")];
    let mut new: Vec<(&str, usize, &Failure)> = Vec::new();
    let (mut before, mut fixed, mut flaky, mut passed) = (Vec::new(), Vec::new(), Vec::new(), 0);
    let mut pending = false;
    for judged in all {
        new.extend(judged.comparison.new.iter().map(|failure| {
            let index =
                judged.run.and_then(|run| run.parsed.failures.iter().position(|other| other == failure));
            (judged.spec.id.as_str(), index.unwrap_or(0), failure)
        }));
        before.extend(judged.comparison.before.iter());
        fixed.extend(judged.comparison.fixed.iter());
        flaky.extend(judged.comparison.flaky.iter());
        passed += judged.comparison.passed;
        pending |= judged.run.is_some() && judged.comparison.base_pending;
    }
    let line = |mark: Mark, word: &str, count: usize, names: Line, target: Option<Target>| {
        let mut label = vec![plain(format!("{word:<14}")), bold(format!("{count:>2}  "))];
        label.extend(names);
        Row::Item { mark, label, note: Vec::new(), indent: 0, target }
    };
    for (index, (command, at, failure)) in new.iter().enumerate() {
        let target = Some(Target::Failure((*command).to_owned(), *at));
        if index == 0 {
            rows.push(line(Mark::Failed, "new", new.len(), vec![plain(failure.name.clone())], target));
        } else {
            let label = vec![plain(format!("{:18}", "")), plain(failure.name.clone())];
            rows.push(Row::Item { mark: Mark::None, label, note: Vec::new(), indent: 0, target });
        }
    }
    if new.is_empty() {
        rows.push(line(Mark::None, "new", 0, Vec::new(), None));
    }
    let names = |list: Vec<String>| vec![muted(list.join(", "))];
    rows.push(line(
        Mark::Before,
        "failed before",
        before.len(),
        names(before.iter().map(|failure| failure.name.clone()).collect()),
        None,
    ));
    if !flaky.is_empty() {
        let list =
            flaky.iter().map(|(name, failures, runs)| format!("{name} {failures} of {runs}")).collect();
        rows.push(line(Mark::Flaky, "flaky", flaky.len(), names(list), None));
    }
    let short_names =
        fixed.iter().map(|key| key.rsplit(['.', ':', ' ']).next().unwrap_or(key).to_owned()).collect();
    rows.push(line(Mark::Done, "fixed", fixed.len(), names(short_names), None));
    rows.push(line(Mark::Done, "passed", usize::try_from(passed).unwrap_or(0), Vec::new(), None));
    if pending || model.activity.base_pending {
        rows.push(Row::aside("base pending: it runs in its own copy"));
    }
    if let Some((_, doubts)) = &model.activity.tree {
        for doubt in doubts {
            rows.push(Row::Text { line: vec![role(Role::Warn, "? "), muted(doubt.clone())], indent: 0 });
        }
    }
    rows
}

fn output(model: &Model) -> OutputView {
    let Some(command) = shown_command(model) else { return OutputView::default() };
    let title = model
        .session
        .evidence
        .commands
        .iter()
        .find(|spec| spec.id == command)
        .map(crate::domain::command::CommandSpec::title)
        .unwrap_or_default();
    let Some(output) = model.activity.output.get(&command) else {
        return OutputView { title: format!("OUTPUT  {title}"), ..OutputView::default() };
    };
    let lines: Vec<Line> = output
        .lines
        .iter()
        .map(|line| {
            line.spans
                .iter()
                .map(|span| Span {
                    text: span.text.clone(),
                    role: span.colour.map_or(Role::Text, Role::Ansi),
                    bold: span.bold,
                })
                .collect()
        })
        .collect();
    OutputView {
        title: format!("OUTPUT  {title}"),
        lines: Arc::new(lines),
        dropped: output.dropped,
        top: model.screen.output_top,
        marked: None,
    }
}

fn layers(model: &Model) -> PaneView {
    let mut rows = vec![Row::Blank];
    let all = judge::all(model);
    let map = model.map();
    for layer in
        [Layer::Router, Layer::Service, Layer::Repository, Layer::Model, Layer::Migration, Layer::Test]
    {
        let failing: Vec<&Failure> = all
            .iter()
            .flat_map(|judged| &judged.comparison.new)
            .filter(|failure| {
                failure.place.as_ref().is_some_and(|place| {
                    map.layer_of(&place.path)
                        .or_else(|| crate::domain::conventional::layer_by_path(&place.path))
                        == Some(layer)
                })
            })
            .collect();
        let touched = model
            .session
            .hunks()
            .iter()
            .filter(|hunk| hunk.layer == layer && hunk.decision.is_held())
            .count();
        let note = match (failing.len(), touched) {
            (0, 0) => vec![muted("untouched")],
            (0, n) => vec![muted(plural(n, "hunk"))],
            (n, _) => vec![role(Role::Fail, format!("✗ {n} new"))],
        };
        rows.push(Row::pair(vec![role(Role::Layer(layer), layer.name())], note));
    }
    rows.extend([Row::Blank, Row::head("TREE UNDER TEST")]);
    if model.options.in_place {
        rows.push(Row::Text { line: vec![bold("your working tree")], indent: 0 });
        rows.push(Row::aside("in place; what is tested is not what is committed"));
    } else {
        let tree = model.activity.tree.as_ref().map_or("not made yet", |(tree, _)| short(tree));
        rows.push(Row::Text { line: vec![bold(tree.to_owned())], indent: 0 });
        rows.push(Row::aside(format!("base + {}", plural(model.session.held(), "approved hunk"))));
        rows.push(Row::aside("not your working tree"));
    }
    rows.extend(protocol::foot(model));
    PaneView { subtitle: "by layer".into(), body: Body::Rows(rows), ..PaneView::default() }
}

/// The failure under inspection: the chosen one, else the first new one.
pub fn shown_failure(model: &Model) -> Option<(String, usize, Failure)> {
    let evidence = &model.session.evidence;
    if let Some((command, index)) = &model.screen.failure
        && let Some(failure) = evidence.runs.get(command).and_then(|run| run.parsed.failures.get(*index))
    {
        return Some((command.clone(), *index, failure.clone()));
    }
    judge::all(model).iter().find_map(|judged| {
        let failure = judged.comparison.new.first()?;
        let index = judged.run?.parsed.failures.iter().position(|other| other == failure)?;
        Some((judged.spec.id.clone(), index, failure.clone()))
    })
}

fn failure(model: &Model) -> PaneView {
    let mut rows = vec![Row::Blank];
    let new: usize = judge::all(model).iter().map(|judged| judged.comparison.new.len()).sum();
    let Some((command, _, failure)) = shown_failure(model) else {
        let standing = judge::standing(model);
        let text = if standing.running {
            "Running …"
        } else if standing.all_ran && standing.commands > 0 && standing.first_reason.is_none() {
            "No command is worse than on the base."
        } else {
            "No failure to show."
        };
        rows.push(Row::Text { line: vec![bold(text)], indent: 0 });
        if let Some(reason) = standing.first_reason {
            rows.push(Row::Text { line: vec![role(Role::Warn, "▲ "), plain(reason)], indent: 0 });
        }
        rows.extend(playbook(model, None));
        return PaneView {
            subtitle: "where it fails".into(),
            count: "0 new".into(),
            body: Body::Rows(rows),
            ..PaneView::default()
        };
    };
    let place = failure.place.as_ref().map(ToString::to_string).unwrap_or_default();
    rows.push(Row::Text {
        line: vec![role(Role::Fail, "✗ "), bold(failure.name.clone()), muted(format!(" {place}"))],
        indent: 0,
    });
    if let Some(place) = &failure.place {
        let own = model.session.work.edits.get(&place.path).and_then(crate::domain::edit::FileEdit::approved);
        let loaded = model.world.sources.get(&place.path).cloned().flatten();
        if let Some(text) = own.as_deref().or(loaded.as_deref()) {
            let from = place.line.saturating_sub(2).max(1);
            for (number, content) in (1_u32..).zip(text.lines()).skip(from as usize - 1).take(4) {
                rows.push(Row::Source {
                    number,
                    text: content.to_owned(),
                    path: place.path.clone(),
                    marked: number == place.line,
                    emphasis: Vec::new(),
                });
            }
        }
    }
    for line in failure.message.lines().take(4) {
        rows.push(Row::Text { line: vec![role(Role::Fail, line.to_owned())], indent: 2 });
    }
    rows.extend(playbook(model, Some(&command)));
    if let Some((hunk, path)) = likely_cause(model, &failure) {
        rows.push(Row::Text {
            line: vec![muted("likely cause  "), plain(format!("hunk {hunk} ")), muted(path)],
            indent: 0,
        });
    }
    PaneView {
        subtitle: "where it fails".into(),
        count: format!("{new} new"),
        tab: if new > 0 { format!("{new} new") } else { String::new() },
        body: Body::Rows(rows),
        cursor: None,
    }
}

/// The held hunk at or nearest before the failing line, else any held hunk of the file.
fn likely_cause(model: &Model, failure: &Failure) -> Option<(crate::domain::ids::HunkId, String)> {
    let place = failure.place.as_ref();
    let held = model.session.hunks().into_iter().filter(|hunk| hunk.decision.is_held());
    let mut best = None;
    for hunk in held {
        let (edit, _) = model.session.hunk(hunk.id)?;
        let line = super::act_diff::new_start(edit, hunk) + 1;
        let named = failure.message.contains(edit.path.as_str());
        let same = place.is_some_and(|place| place.path == edit.path);
        if named || same {
            best = Some((hunk.id, format!("{}:{line}", edit.path)));
        }
    }
    best
}

fn playbook(model: &Model, command: Option<&str>) -> Vec<Row> {
    let index = command
        .and_then(|command| model.activity.playbook.get(command))
        .or_else(|| model.activity.playbook.values().next());
    let tired = model.session.evidence.failures_in_a_row >= 3;
    let Some(entry) = index.and_then(|index| model.handbook.playbook.get(*index)) else {
        let another =
            "Three tries with this approach. Take another: undo what failed, or write the step by hand.";
        return if tired {
            vec![Row::Text { line: vec![role(Role::Warn, "▲ "), plain(another)], indent: 0 }]
        } else {
            Vec::new()
        };
    };
    let mut rows = vec![
        Row::Blank,
        Row::Text { line: vec![muted("Playbook  "), bold(entry.title.clone())], indent: 0 },
        Row::text(entry.cause.clone()),
    ];
    if let Some(step) = entry.steps.first() {
        rows.push(Row::Text { line: vec![muted("try  "), plain(step.clone())], indent: 0 });
    }
    if tired && !entry.otherwise.is_empty() {
        rows.push(Row::Text {
            line: vec![
                role(Role::Warn, "▲ "),
                bold("Three tries with this approach. "),
                plain(entry.otherwise.clone()),
            ],
            indent: 0,
        });
    }
    rows
}

/// Note at the right of an item, by state.
pub fn state_note(state: &ItemState) -> (Mark, Line) {
    match state {
        ItemState::Proven { evidence } => (Mark::Done, vec![muted(evidence.clone())]),
        ItemState::Contradicted { evidence } => (Mark::Failed, vec![role(Role::Fail, evidence.clone())]),
        ItemState::NotChecked { why } => (Mark::Open, vec![muted(why.clone())]),
        ItemState::NotApplicable { reason } => (Mark::NotApplicable, vec![muted(reason.clone())]),
        ItemState::Untrusted { why } => (Mark::Unsure, vec![role(Role::Warn, why.clone())]),
        ItemState::Ticked { by, note, .. } => {
            let who = if by.is_empty() { "you" } else { by };
            let text = if note.is_empty() { who.to_owned() } else { format!("{who}: {note}") };
            (Mark::Done, vec![muted(text)])
        }
    }
}

/// The criteria with their evidence, as rows.
pub fn criteria_rows(model: &Model) -> Vec<Row> {
    model
        .session
        .accepted_criteria()
        .map(|criterion| {
            let (mark, note) = state_note(&judge::criterion_state(model, criterion));
            Row::Item {
                mark,
                label: vec![bold(format!("AC{} ", criterion.id)), plain(criterion.text.clone())],
                note,
                indent: 0,
                target: Some(Target::Item(format!("AC{}", criterion.id))),
            }
        })
        .collect()
}

fn checklist(model: &Model) -> PaneView {
    let mut rows = vec![Row::Blank, Row::head("CRITERIA")];
    rows.extend(criteria_rows(model));
    let items = judge::checklist(model);
    let by_hand: Vec<_> = items
        .iter()
        .filter(|(item, state)| {
            item.decider == crate::domain::checklist::Decider::ByHand
                || matches!(state, ItemState::Ticked { .. })
        })
        .collect();
    if !by_hand.is_empty() {
        rows.extend([Row::Blank, Row::head("YOURS TO TICK")]);
    }
    for (item, state) in &by_hand {
        let (mark, note) = state_note(state);
        let note =
            if mark == Mark::Open { vec![role(Role::Accent, model.keys.key(Action::Tick))] } else { note };
        rows.push(item_row(item, mark, note));
    }
    let mut group = "";
    for (item, state) in items.iter().filter(|pair| !by_hand.iter().any(|other| other.0.id == pair.0.id)) {
        if item.group != group {
            group = &item.group;
            rows.extend([Row::Blank, Row::head(group.to_uppercase())]);
        }
        let (mark, note) = state_note(state);
        rows.push(item_row(item, mark, note));
    }
    let (settled, total) = settled(model);
    PaneView {
        subtitle: "evidence".into(),
        count: format!("{settled} of {total}"),
        tab: format!("{settled}/{total}"),
        body: Body::Rows(rows),
        cursor: None,
    }
}

fn item_row(item: &crate::domain::checklist::Item, mark: Mark, note: Line) -> Row {
    Row::Item {
        mark,
        label: vec![plain(item.text.clone())],
        note,
        indent: 0,
        target: Some(Target::Item(item.id.clone())),
    }
}

/// Settled items and criteria, and all of them.
pub fn settled(model: &Model) -> (usize, usize) {
    let criteria =
        model.session.accepted_criteria().map(|criterion| judge::criterion_state(model, criterion));
    let items = judge::checklist(model).into_iter().map(|(_, state)| state);
    let all: Vec<ItemState> = criteria.chain(items).collect();
    (all.iter().filter(|state| state.is_settled()).count(), all.len())
}

/// The Verify pane while in ACT: what the commands said so far.
pub fn quick(model: &Model) -> PaneView {
    let all = judge::all(model);
    let mut rows = Vec::new();
    for judged in &all {
        rows.extend(command_rows(model, judged).into_iter().take(1));
    }
    if all.is_empty() {
        rows.push(Row::aside("No commands found; without commands the exit is partial."));
    } else {
        rows.push(Row::Blank);
        rows.push(Row::aside(format!(
            "Run in a copy with your {}; your files are as they were.",
            plural(model.session.held(), "approved hunk")
        )));
        rows.push(Row::Text {
            line: vec![role(Role::Accent, model.keys.key(Action::RunAgain)), muted(" runs now")],
            indent: 0,
        });
    }
    PaneView { subtitle: "quick checks".into(), body: Body::Rows(rows), ..PaneView::default() }
}
