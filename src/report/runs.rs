//! What verify commands are, and what they said, as text and as the JSON object.

use super::{
    escape,
    paint::{Paint, Tone},
    table::{Table, cell},
    words::{count, elapsed},
};
use crate::domain::{
    command::{CommandKind, CommandRun, CommandSpec, Requirement},
    verdict::{Comparison, Verdict},
};
use serde::Serialize;
use std::fmt::Write;

/// Failures of one command that are listed; `--format json` has them all.
const FAILURES_SHOWN: usize = 20;

/// One verification; serialised it is `verify --format json`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    pub schema_version: u32,
    pub root: String,
    /// The tree that the commands saw; empty for in place.
    pub tree: String,
    pub digest: String,
    pub commands: Vec<CheckedCommand>,
    /// Whether every required command passed, or fails only as the base does.
    pub success: bool,
}

/// One command with its run and what the run means.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CheckedCommand {
    pub kind: CommandKind,
    pub optional: bool,
    pub run: CommandRun,
    pub verdict: Verdict,
    /// Only where the base ran as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comparison: Option<Comparison>,
    /// The command as one would type it.
    #[serde(skip)]
    pub title: String,
}

fn tone_of(verdict: &Verdict) -> Tone {
    match verdict {
        Verdict::Passed => Tone::Good,
        Verdict::Failed => Tone::Bad,
        Verdict::FailsAsBefore
        | Verdict::Untrusted { .. }
        | Verdict::Blocked { .. }
        | Verdict::TimedOut
        | Verdict::Stopped
        | Verdict::NotRun { .. } => Tone::Warning,
    }
}

fn reason_of(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Untrusted { reason } | Verdict::Blocked { reason } | Verdict::NotRun { reason } => reason,
        Verdict::Passed | Verdict::Failed | Verdict::FailsAsBefore | Verdict::TimedOut | Verdict::Stopped => {
            ""
        }
    }
}

/// The commands that a trust question is about, with what each needs and where it is stated.
pub fn commands_text(commands: &[CommandSpec], digest: &str, paint: Paint) -> String {
    let mut table = Table::default();
    for spec in commands {
        let mut notes = Vec::new();
        if !spec.folder.is_empty() {
            notes.push(format!("in {}", spec.folder));
        }
        if spec.optional {
            notes.push("optional".to_owned());
        }
        if !spec.env.is_empty() {
            notes.push(format!("given {}", spec.env.join(", ")));
        }
        for need in &spec.needs {
            notes.push(match need {
                Requirement::Program(name) => format!("needs {name}"),
                Requirement::PythonModule(name) => format!("needs the Python module {name}"),
                Requirement::Variable(name) => format!("needs ${name}"),
                Requirement::Path(name) => format!("needs the file {name}"),
            });
        }
        let from = if spec.from.path.is_empty() { "built in".to_owned() } else { spec.from.to_string() };
        table.row([
            cell(Tone::Strong, &spec.id),
            cell(Tone::Text, spec.title()),
            cell(Tone::Faint, from),
            cell(Tone::Faint, notes.join(", ")),
        ]);
    }
    let mut out = table.render(0, paint);
    let _infallible = writeln!(out, "\n{}", paint.tone(Tone::Accent, &escape::line(digest)));
    out
}

/// One line: the command, its verdict, its time and its counts.
pub fn outcome_line(command: &CheckedCommand, paint: Paint) -> String {
    let run = &command.run;
    let mut parts = Vec::new();
    let reason = reason_of(&command.verdict);
    if !reason.is_empty() {
        parts.push(escape::line(reason));
    }
    let warnings = run.parsed.failures.iter().filter(|failure| failure.warning).count();
    let numbers =
        [(run.parsed.failed, "failed"), (run.parsed.passed, "passed"), (run.parsed.skipped, "skipped")];
    parts.extend(
        numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")),
    );
    if warnings > 0 {
        parts.push(count(warnings, "warning"));
    }
    if let Some(comparison) = &command.comparison {
        let numbers = [
            (comparison.new.len(), "new"),
            (comparison.before.len(), "failed before"),
            (comparison.flaky.len(), "flaky"),
            (comparison.fixed.len(), "fixed"),
        ];
        parts.extend(
            numbers.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")),
        );
    }
    let optional = if command.optional { " (optional)" } else { "" };
    let detail = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    format!(
        "{} {}{optional}{detail}, {}",
        paint.tone(Tone::Strong, &escape::line(&run.command)),
        paint.tone(tone_of(&command.verdict), command.verdict.name()),
        elapsed(run.elapsed)
    )
}

/// Every command with its failures, and the sum.
pub fn verification_text(verification: &Verification, paint: Paint) -> String {
    let mut out = String::new();
    for command in &verification.commands {
        let _infallible = writeln!(out, "{}", outcome_line(command, paint));
        let mut table = Table::default();
        let failures: Vec<_> =
            command.run.parsed.failures.iter().filter(|failure| !failure.warning).collect();
        for failure in failures.iter().take(FAILURES_SHOWN) {
            let place = failure.place.as_ref().map(ToString::to_string).unwrap_or_default();
            table.row([
                cell(Tone::Bad, &failure.name),
                cell(Tone::Faint, place),
                cell(Tone::Text, failure.message.lines().next().unwrap_or_default()),
            ]);
        }
        out.push_str(&table.render(2, paint));
        if failures.len() > FAILURES_SHOWN {
            let _infallible =
                writeln!(out, "  and {} more; --format json lists them", failures.len() - FAILURES_SHOWN);
        }
        for note in &command.run.parsed.notes {
            let _infallible = writeln!(out, "  {}", paint.tone(Tone::Faint, &escape::line(note)));
        }
    }
    let _infallible = writeln!(out, "\n{}", sum(verification, paint));
    if !verification.tree.is_empty() {
        let _infallible =
            writeln!(out, "{}", paint.tone(Tone::Faint, &format!("tree {}", verification.tree)));
    }
    out
}

/// Never claims more than the evidence: which commands passed, not that all is well.
fn sum(verification: &Verification, paint: Paint) -> String {
    let commands = &verification.commands;
    let required = commands.iter().filter(|command| !command.optional);
    let (mut passed, mut before, mut failed, mut unknown) = (0_usize, 0_usize, 0_usize, 0_usize);
    for command in required {
        match &command.verdict {
            Verdict::Passed => passed += 1,
            Verdict::FailsAsBefore => before += 1,
            Verdict::Failed => failed += 1,
            Verdict::Untrusted { .. }
            | Verdict::Blocked { .. }
            | Verdict::TimedOut
            | Verdict::Stopped
            | Verdict::NotRun { .. } => unknown += 1,
        }
    }
    if failed + unknown + before == 0 {
        return paint.tone(Tone::Good, &format!("every required command passed ({passed})"));
    }
    let numbers = [
        (failed, "failed"),
        (unknown, "without a result that can be believed"),
        (before, "failed as before"),
        (passed, "passed"),
    ];
    let parts: Vec<String> = numbers
        .iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let tone = if verification.success { Tone::Warning } else { Tone::Bad };
    paint.tone(
        tone,
        &format!("{}: {}", count(passed + before + failed + unknown, "required command"), parts.join(", ")),
    )
}
