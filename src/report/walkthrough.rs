//! The session as a walkthrough: from the foundations to the entry points, each step with
//! its hunk, its reason and its evidence.

use super::escape::{fence, markdown as safe, visible};
use crate::domain::report::Report;
use std::fmt::Write;

/// The walkthrough as Markdown. Rejected hunks come last: what was not done teaches too.
pub fn walkthrough(report: &Report) -> String {
    let mut out = String::new();
    let title = report.task.lines().next().unwrap_or("Session");
    let _infallible = writeln!(out, "# Walkthrough: {}\n", safe(title));
    for line in &report.criteria {
        let _infallible = writeln!(out, "- AC{} {}", line.id, safe(&line.text));
    }
    let mut hunks: Vec<_> = report.hunks.iter().collect();
    hunks
        .sort_by_key(|hunk| (hunk.state == "rejected", hunk.layer.build_order(), hunk.path.clone(), hunk.id));
    for (number, hunk) in (1..).zip(hunks) {
        let _infallible = writeln!(out, "\n## {number}. {} in `{}`\n", hunk.layer, visible(&hunk.path));
        if !hunk.why.is_empty() {
            let _infallible = writeln!(out, "{}\n", safe(&hunk.why));
        }
        if !hunk.citation.is_empty() {
            let _infallible = writeln!(out, "Shaped like `{}`.\n", visible(&hunk.citation));
        }
        let serves: Vec<String> = hunk.criteria.iter().map(|id| format!("AC{id}")).collect();
        let serves = if serves.is_empty() {
            "serves no criterion".into()
        } else {
            format!("serves {}", serves.join(", "))
        };
        let reason = if hunk.reason.is_empty() { String::new() } else { format!(": {}", safe(&hunk.reason)) };
        let _infallible = writeln!(
            out,
            "Hunk {}, {}, {}{reason}; {serves}.\n",
            hunk.id,
            safe(&hunk.origin),
            safe(&hunk.state)
        );
        let body = visible(&hunk.lines.join("\n"));
        let fence = fence(&body);
        let _infallible = writeln!(out, "{fence}diff\n{body}\n{fence}");
    }
    if !report.evidence.is_empty() {
        out.push_str("\n## Evidence\n\n");
    }
    for line in &report.evidence {
        let _infallible = writeln!(
            out,
            "- {}: {}, {} {}",
            safe(&line.command),
            safe(&line.verdict),
            safe(&line.ending),
            safe(&line.detail)
        );
    }
    out
}
