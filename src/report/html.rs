//! The report as one HTML file: no script, no link to anything outside.

use super::{escape::html as safe, markdown::words};
use crate::domain::{event::Exit, report::Report};
use std::fmt::Write;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;\
color:#1f2430;background:#fbfaf6}h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}\
.success{color:#146c43}.partial{color:#964f00}table{border-collapse:collapse;width:100%}\
td,th{text-align:left;padding:.25rem .5rem;border-bottom:1px solid #757b88;vertical-align:top}\
pre{background:#f1efe8;padding:.75rem;overflow-x:auto}.add{background:#cdede8}.del{background:#fbdccf}\
.note{color:#545c6a}@media(prefers-color-scheme:dark){body{color:#dde2ea;background:#14171d}\
pre{background:#1c222c}.add{background:#0e3338}.del{background:#41231e}.note{color:#9ba6b7}}";

/// The whole report with every hunk.
pub fn html(report: &Report) -> String {
    let mut out = String::new();
    let title = report.task.lines().next().unwrap_or("Session");
    let (class, verdict) = match report.exit {
        Exit::Success => ("success", "✓ Success"),
        Exit::Partial => ("partial", "◐ Partial success"),
    };
    let _infallible = write!(
        out,
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{0}</title><style>{STYLE}</style></head><body><h1>{0}</h1>\
         <p class=\"{class}\"><strong>{verdict}</strong></p><p class=\"note\">{1} on {2}, base {3}, tree {4}</p>",
        safe(title),
        safe(&report.repository),
        safe(&report.branch),
        safe(report.base.get(..12).unwrap_or(&report.base)),
        safe(&report.tree),
    );
    list(
        &mut out,
        "Open",
        report.open.iter().map(|item| format!("<strong>{}</strong> {}", safe(&item.what), safe(&item.why))),
    );
    list(
        &mut out,
        "What changed",
        report.changes.iter().map(|change| {
            format!(
                "<strong>{}</strong> {} <span class=\"note\">{}:{}</span>",
                safe(&change.subject),
                safe(&change.detail),
                safe(&change.file),
                change.line
            )
        }),
    );
    list(
        &mut out,
        "Criteria",
        report.criteria.iter().map(|line| {
            format!(
                "AC{} {} <span class=\"note\">{}</span>",
                line.id,
                safe(&line.text),
                safe(&words(&line.state))
            )
        }),
    );
    if !report.evidence.is_empty() {
        out.push_str("<h2>Evidence</h2><table><tr><th>command<th>verdict<th>ending<th>time<th>detail</tr>");
        for line in &report.evidence {
            let _infallible = write!(
                out,
                "<tr><td>{}<td>{}<td>{}<td>{:.1} s<td>{}</tr>",
                safe(&line.command),
                safe(&line.verdict),
                safe(&line.ending),
                line.millis as f64 / 1000.0,
                safe(&line.detail)
            );
        }
        out.push_str("</table>");
    }
    list(&mut out, "Decided", report.decided.iter().map(|line| safe(line)));
    list(&mut out, "Assumed", report.assumptions.iter().map(|line| safe(line)));
    list(
        &mut out,
        "Checklist",
        report.checklist.iter().map(|(text, state)| {
            format!("{} <span class=\"note\">{}</span>", safe(text), safe(&words(state)))
        }),
    );
    if !report.hunks.is_empty() {
        out.push_str("<h2>Hunks</h2>");
    }
    for hunk in &report.hunks {
        let _infallible = write!(
            out,
            "<h3>{} {} <span class=\"note\">{}, {}, {}</span></h3>",
            hunk.id,
            safe(&hunk.path),
            hunk.layer,
            safe(&hunk.state),
            safe(&hunk.origin)
        );
        if !hunk.why.is_empty() || !hunk.reason.is_empty() {
            let _infallible = write!(out, "<p>{} {}</p>", safe(&hunk.why), safe(&hunk.reason));
        }
        out.push_str("<pre>");
        for line in &hunk.lines {
            let class = match line.chars().next() {
                Some('+') => " class=\"add\"",
                Some('-') => " class=\"del\"",
                _ => "",
            };
            let _infallible = writeln!(out, "<span{class}>{}</span>", safe(line));
        }
        out.push_str("</pre>");
    }
    out.push_str("</body></html>\n");
    out
}

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return;
    }
    let _infallible = write!(out, "<h2>{title}</h2><ul>");
    for item in items {
        let _infallible = write!(out, "<li>{item}</li>");
    }
    out.push_str("</ul>");
}
