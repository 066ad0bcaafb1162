//! mypy (seen with 2.4): plain, pretty, with columns, and JSON lines.

use super::{
    Parser,
    diagnostics::report,
    json, missing,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::Parsed;

patterns! {
    PLAIN = r"^(.+?\.pyi?):(\d+)(?::\d+){0,3}: (error|warning): (.+)$";
    CODE = r"^(.*?)\s*\[([a-z][a-z0-9-]*)\]$";
    CLOSED = r"^(?:Found \d+ errors? in |Success: )";
}

/// How far `--pretty` wraps a message.
const WRAPPED_LINES: usize = 4;

pub(super) struct Mypy;

impl Parser for Mypy {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let Some(found) = PLAIN.captures(line) else { continue };
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let mut message = part(4).to_owned();
            let below = lines.get(index + 1..).unwrap_or_default().iter().take(WRAPPED_LINES);
            for next in below.take_while(|next| !next.starts_with(' ') && !PLAIN.is_match(next)) {
                if CODE.is_match(&message) || CLOSED.is_match(next) {
                    break;
                }
                message = format!("{} {next}", message.trim_end());
            }
            let (text, rule) = match CODE.captures(&message) {
                Some(found) => (
                    found.get(1).map_or("", |m| m.as_str()).to_owned(),
                    found.get(2).map_or("", |m| m.as_str()).to_owned(),
                ),
                None => (message.clone(), String::new()),
            };
            let place = Some(place(part(1), part(2)));
            failures.push(
                Diagnostic { rule: &rule, message: &text, place, warning: part(3) == "warning", index }
                    .failure(),
            );
        }
        for (index, value) in json::values(lines) {
            let severity = json::text(&value, "/severity");
            if value.get("file").is_none() || !matches!(severity, "error" | "warning") {
                continue;
            }
            let place = Some(place(json::text(&value, "/file"), &json::count(&value, "/line").to_string()));
            let (rule, message) = (json::text(&value, "/code"), json::text(&value, "/message"));
            failures
                .push(Diagnostic { rule, message, place, warning: severity == "warning", index }.failure());
        }
        let closed = lines.iter().any(|line| CLOSED.is_match(line)) || !failures.is_empty();
        let mut parsed = report(failures, exit, closed);
        if exit.is_some_and(|code| code >= 2) && parsed.failures.is_empty() {
            parsed.blocked =
                missing::find(lines).or_else(|| missing::last_error(lines).map(|(_, line)| line.to_owned()));
        }
        // "errors prevented further checking": other errors may hide behind these.
        if lines.iter().any(|line| line.contains("errors prevented further checking")) {
            parsed.complete = false;
        }
        parsed
    }
}
