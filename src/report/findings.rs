//! Findings as text and as Markdown: by file, worst level named, rules to look up.

use super::{
    escape::{self, markdown as safe},
    paint::{Paint, Tone},
    review::Review,
    table::{Table, cell},
    words::{count, elapsed},
};
use crate::domain::finding::{Finding, Level};
use std::{fmt::Write, time::Duration};

/// The review for a terminal.
pub fn review_text(review: &Review, paint: Paint) -> String {
    let mut out = finding_rows(&review.findings, paint);
    if !out.is_empty() {
        out.push('\n');
    }
    for file in &review.not_understood {
        let _infallible = writeln!(
            out,
            "{} {}: {}",
            paint.tone(Tone::Warning, "not understood:"),
            escape::line(&file.path),
            escape::line(&file.reason)
        );
    }
    for left_out in &review.excluded {
        let _infallible = writeln!(
            out,
            "{} {}: {}",
            paint.tone(Tone::Faint, "left out:"),
            escape::line(&left_out.path),
            paint.tone(Tone::Faint, &escape::line(&left_out.reason))
        );
    }
    if let Some(baseline) = review.baseline.as_ref().filter(|baseline| !baseline.dead.is_empty()) {
        let _infallible = writeln!(
            out,
            "{} of {} no longer found; --write-baseline writes it anew",
            count(baseline.dead.len(), "entry"),
            escape::line(&baseline.path)
        );
    }
    let _infallible = writeln!(out, "{}", last_line(review, paint));
    out
}

fn last_line(review: &Review, paint: Paint) -> String {
    let mut parts = Vec::new();
    if review.findings.is_empty() {
        let nothing =
            if review.base.is_some() || review.baseline.is_some() { "no new finding" } else { "no finding" };
        parts.push(paint.tone(Tone::Good, nothing));
    } else {
        parts.push(paint.tone(Tone::Strong, &summary(&review.findings)));
    }
    let fixable = review.findings.iter().filter(|finding| finding.fixable).count();
    if fixable > 0 {
        parts.push(format!("{fixable} with a fix (--fix)"));
    }
    if review.older > 0 {
        let of = match (&review.base, &review.baseline) {
            (Some(base), _) => format!("in {}", escape::line(base)),
            (None, Some(baseline)) => format!("in {}", escape::line(&baseline.path)),
            (None, None) => "before".to_owned(),
        };
        parts.push(format!("{} {of} already", review.older));
    }
    let rules = usize::try_from(review.stats.rules).unwrap_or(usize::MAX);
    let files = usize::try_from(review.stats.files).unwrap_or(usize::MAX);
    parts.push(format!(
        "{} on {} in {}",
        count(rules, "rule"),
        count(files, "file"),
        elapsed(Duration::from_millis(review.stats.elapsed_ms))
    ));
    parts.join(" · ")
}

/// `9 findings: 3 errors, 5 warnings, 1 advice`.
pub(super) fn summary(findings: &[Finding]) -> String {
    let parts: Vec<String> = [Level::Error, Level::Warning, Level::Advice]
        .into_iter()
        .filter_map(|level| match findings.iter().filter(|finding| finding.level == level).count() {
            0 => None,
            // Advice has no plural.
            number if level == Level::Advice => Some(format!("{number} advice")),
            number => Some(count(number, level.name())),
        })
        .collect();
    format!("{}: {}", count(findings.len(), "finding"), parts.join(", "))
}

/// One block for each file, one line for each finding.
pub(super) fn finding_rows(findings: &[Finding], paint: Paint) -> String {
    let mut table = Table::default();
    for group in findings.chunk_by(|a, b| a.file == b.file) {
        if let Some(first) = group.first() {
            table.title(cell(Tone::Strong, &first.file));
        }
        for finding in group {
            let tone = match finding.level {
                Level::Error => Tone::Bad,
                Level::Warning => Tone::Warning,
                Level::Advice => Tone::Faint,
            };
            let fix = if finding.fixable { " (has a fix)" } else { "" };
            table.row([
                cell(Tone::Faint, format!("{}:{}", finding.line, finding.column)),
                cell(tone, finding.level.name()),
                cell(Tone::Accent, &finding.rule),
                cell(Tone::Text, format!("{}{fix}", finding.message)),
            ]);
        }
    }
    table.render(4, paint)
}

/// The review for a pull request's description or a job summary.
pub fn review_markdown(review: &Review) -> String {
    let mut out = String::from("## Review\n\n");
    let _infallible = writeln!(out, "{}", safe(&last_line(review, Paint::Plain)));
    if !review.findings.is_empty() {
        out.push_str("\n| place | level | rule | finding |\n| --- | --- | --- | --- |\n");
    }
    for finding in &review.findings {
        let _infallible = writeln!(
            out,
            "| {}:{} | {} | {} | {} |",
            safe(&finding.file),
            finding.line,
            finding.level.name(),
            safe(&finding.rule),
            safe(&finding.message)
        );
    }
    let mut rules: Vec<_> = review.findings.iter().map(|finding| finding.rule.as_str()).collect();
    rules.sort_unstable();
    rules.dedup();
    for rule in rules {
        let Some(text) = review.rules.get(rule) else { continue };
        // The card is ours or the team's own Markdown; it is quoted, not escaped.
        let _infallible = writeln!(
            out,
            "\n<details><summary>{}: {}</summary>\n\n{}\n\n{}\n\n</details>",
            escape::html(rule),
            escape::html(&text.title),
            escape::visible(text.why.trim()),
            escape::visible(text.fix.trim())
        );
    }
    if !review.not_understood.is_empty() {
        out.push_str("\n### Not understood\n\n");
        for file in &review.not_understood {
            let _infallible = writeln!(out, "- {}: {}", safe(&file.path), safe(&file.reason));
        }
    }
    out
}
