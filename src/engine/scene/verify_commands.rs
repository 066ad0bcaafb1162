//! The commands on screen: their verdicts, the comparison with the base, the live output.

use crate::{
    domain::{
        command::{CommandRun, Ending, Failure},
        verdict::Verdict,
    },
    engine::{
        classify::short,
        cx::plural,
        judge::{self, Judged},
        model::Model,
        red_green,
        view::{
            Body, Line, Mark, OutputView, Pane, PaneView, Role, Row, Span, Target, bold, muted, plain, role,
        },
    },
    keys::Action,
    ports::verifier::OutputLine,
};

/// Lines that are made ready for a screen whose size is not known yet.
const LINES_AT_LEAST: usize = 60;

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
        let of = match (running.base, running.red) {
            (true, _) => " on the base",
            (false, true) => " on the base, with the new tests",
            (false, false) => "",
        };
        let mut rows = vec![Row::Item {
            mark: Mark::Spinner,
            label: vec![plain(spec.title()), muted(of)],
            note: vec![plain(format!("{}:{:02}", elapsed / 60, elapsed % 60))],
            indent: 0,
            target,
        }];
        let progress = model.activity.output.get(&spec.id).and_then(|output| output.progress);
        if let Some(progress) = progress.filter(|_| !running.base) {
            rows.push(Row::Bar { progress, indent: 4 });
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
    if judged.elsewhere {
        explain("in your files, which are not the approved tree".into());
        explain("shown, but it does not count".into());
    } else if judged.stale {
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

pub(super) fn commands(model: &Model) -> PaneView {
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
        list.extend(red_green::rows(model));
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
    // No pane is higher than the screen, so no other line can be seen, wherever it is scrolled to.
    let len = output.lines.len();
    let room = usize::from(model.screen.rows).max(LINES_AT_LEAST);
    let last = len.saturating_sub(room);
    let first = model.screen.output_top.unwrap_or(last).min(last);
    let lines = output.lines.range(first..(first + room).min(len)).map(line).collect();
    OutputView {
        title: format!("OUTPUT  {title}"),
        lines,
        first,
        len,
        dropped: output.dropped,
        top: model.screen.output_top,
        marked: None,
    }
}

fn line(line: &OutputLine) -> Line {
    let spans = line.spans.iter();
    spans
        .map(|span| Span {
            text: span.text.clone(),
            role: span.colour.map_or(Role::Text, Role::Ansi),
            bold: span.bold,
        })
        .collect()
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
