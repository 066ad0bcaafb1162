//! The report as Markdown.

use super::escape::{markdown as safe, visible};
use crate::domain::{checklist::ItemState, event::Exit, report::Report};
use std::fmt::Write;

/// The whole report.
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    head(report, &mut out);
    section(
        &mut out,
        "What changed",
        report.changes.iter().map(|change| {
            format!(
                "- {} {} (`{}:{}`)",
                safe(&change.subject),
                safe(&change.detail),
                visible(&change.file),
                change.line
            )
        }),
    );
    section(
        &mut out,
        "Criteria",
        report.criteria.iter().map(|line| {
            let hunks: Vec<String> = line.hunks.iter().map(ToString::to_string).collect();
            let by = if hunks.is_empty() { String::new() } else { format!(" (hunks {})", hunks.join(", ")) };
            format!(
                "- {} AC{} {}: {}{by}",
                mark(&line.state),
                line.id,
                safe(&line.text),
                safe(&words(&line.state))
            )
        }),
    );
    evidence(report, &mut out);
    section(
        &mut out,
        "Open",
        report.open.iter().map(|item| {
            let mark = if item.blocking { "**open**" } else { "noted" };
            format!("- {mark}: {}, {}", safe(&item.what), safe(&item.why))
        }),
    );
    section(&mut out, "Decided", report.decided.iter().map(|line| format!("- {}", safe(line))));
    section(&mut out, "Assumed", report.assumptions.iter().map(|line| format!("- {}", safe(line))));
    section(&mut out, "Risks", report.risks.iter().map(|line| format!("- {}", safe(line))));
    section(
        &mut out,
        "Checklist",
        report
            .checklist
            .iter()
            .map(|(text, state)| format!("- {} {}: {}", mark(state), safe(text), safe(&words(state)))),
    );
    section(
        &mut out,
        "Files",
        report.files.iter().map(|file| {
            format!(
                "- {} `{}` ({}, +{} −{})",
                file.status,
                visible(&file.path),
                file.layer,
                file.added,
                file.removed
            )
        }),
    );
    section(
        &mut out,
        "Not in the commit",
        report.not_committed.iter().map(|path| format!("- `{}`", visible(path))),
    );
    section(&mut out, "Dismissed findings", report.dismissed.iter().map(|line| format!("- {}", safe(line))));
    section(&mut out, "For others", report.handover.iter().map(|line| format!("- {}", safe(line))));
    section(&mut out, "Red and green", report.test_first.iter().map(|line| format!("- {}", safe(line))));
    out
}

fn head(report: &Report, out: &mut String) {
    let verdict = if report.exit == Exit::Success { "Success" } else { "Partial success" };
    let title =
        if report.task.is_empty() { "Session" } else { report.task.lines().next().unwrap_or_default() };
    let _infallible = writeln!(out, "# {}\n\n**{verdict}.**\n", safe(title));
    let short = |id: &str| id.get(..12).unwrap_or(id).to_owned();
    let _infallible = writeln!(out, "- repository: {} on {}", safe(&report.repository), safe(&report.branch));
    let _infallible = writeln!(out, "- base: `{}`", short(&report.base));
    if !report.tree.is_empty() {
        let _infallible = writeln!(out, "- verified tree: `{}`", report.tree);
    }
    for commit in &report.commits {
        let alone = if commit.verified { "" } else { ", not verified alone" };
        let _infallible = writeln!(out, "- commit: `{}`, tree `{}`{alone}", commit.id, commit.tree);
    }
    if !report.people.is_empty() {
        let _infallible = writeln!(out, "- people: {}", safe(&report.people.join(", ")));
    }
    if !report.scopes.is_empty() {
        let _infallible = writeln!(out, "- scopes granted: {}", report.scopes.join(", "));
    }
    let stack: Vec<String> = report.stack.iter().map(|(key, name)| format!("{key} {name}")).collect();
    if !stack.is_empty() {
        let _infallible = writeln!(out, "- stack: {}", safe(&stack.join(", ")));
    }
}

fn evidence(report: &Report, out: &mut String) {
    if report.evidence.is_empty() {
        return;
    }
    out.push_str("\n## Evidence\n\n| command | verdict | ending | time | detail | output sha256 |\n| --- | --- | --- | --- | --- | --- |\n");
    for line in &report.evidence {
        let sha = line.output_sha256.get(..12).unwrap_or(&line.output_sha256);
        let _infallible = writeln!(
            out,
            "| {} | {} | {} | {:.1} s | {} | {sha} |",
            safe(&line.command),
            safe(&line.verdict),
            safe(&line.ending),
            line.millis as f64 / 1000.0,
            safe(&line.detail),
        );
    }
    let base = report.against_base;
    let _infallible = writeln!(
        out,
        "\nAgainst the base: {} fixed, {} new, {} failed before, {} flaky.",
        base.fixed, base.new, base.before, base.flaky
    );
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _infallible = writeln!(out, "\n## {title}\n");
    for line in lines {
        out.push_str(&line);
        out.push('\n');
    }
}

/// A checkbox for settled and open items.
pub(super) fn mark(state: &ItemState) -> &'static str {
    match state {
        ItemState::Proven { .. } | ItemState::Ticked { .. } => "[x]",
        ItemState::Contradicted { .. } => "[!]",
        ItemState::NotApplicable { .. } => "[-]",
        ItemState::NotChecked { .. } | ItemState::Untrusted { .. } => "[ ]",
    }
}

/// State and evidence in words.
pub(super) fn words(state: &ItemState) -> String {
    match state {
        ItemState::Proven { evidence } => format!("proven, {evidence}"),
        ItemState::Contradicted { evidence } => format!("contradicted, {evidence}"),
        ItemState::NotChecked { why } => format!("not checked, {why}"),
        ItemState::NotApplicable { reason } => format!("not applicable, {reason}"),
        ItemState::Untrusted { why } => format!("untrusted, {why}"),
        ItemState::Ticked { by, note, .. } => {
            let who = if by.is_empty() { "you" } else { by };
            if note.is_empty() { format!("ticked by {who}") } else { format!("ticked by {who}: {note}") }
        }
    }
}
