//! Pyright and basedpyright (seen with 1.1.414): text and JSON.

use super::{
    Parser,
    diagnostics::report,
    json, missing,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    LINE = r"^\s+(.+?):(\d+):\d+ - (error|warning)(?:: | )(.+)$";
    RULE = r"^(.*?)\s*\((report\w+)\)$";
    CLOSED = r"^\d+ errors?, \d+ warnings?";
}

pub(super) struct Pyright;

impl Parser for Pyright {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = from_json(lines);
        let closed = !failures.is_empty() || lines.iter().any(|line| CLOSED.is_match(line));
        for (index, line) in lines.iter().enumerate() {
            let Some(found) = LINE.captures(line) else { continue };
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let mut message = part(4).to_owned();
            for next in lines.get(index + 1..).unwrap_or_default() {
                if RULE.is_match(&message)
                    || !next.chars().take(4).all(char::is_whitespace)
                    || LINE.is_match(next)
                {
                    break;
                }
                message = format!("{message}\n{}", next.trim());
            }
            let (text, rule) = split_rule(&message);
            let place = Some(place(part(1), part(2)));
            failures.push(
                Diagnostic { rule: &rule, message: &text, place, warning: part(3) == "warning", index }
                    .failure(),
            );
        }
        let mut parsed = report(failures, exit, closed);
        // 2 to 4 are pyright's own failures: fatal, configuration, command line.
        if exit.is_some_and(|code| code >= 2) && parsed.failures.is_empty() {
            parsed.blocked = missing::last_error(lines).map(|(_, line)| line.to_owned());
        }
        parsed
    }
}

/// The rule stands in parentheses at the end of the last line.
fn split_rule(message: &str) -> (String, String) {
    let (head, last) = message.rsplit_once('\n').map_or(("", message), |(head, last)| (head, last));
    match RULE.captures(last) {
        Some(found) => {
            let text = found.get(1).map_or("", |m| m.as_str());
            let text = if head.is_empty() { text.to_owned() } else { format!("{head}\n{text}") };
            (text, found.get(2).map_or("", |m| m.as_str()).to_owned())
        }
        None => (message.to_owned(), String::new()),
    }
}

fn from_json(lines: &[&str]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, value) in json::values(lines) {
        for item in json::items(&value, "/generalDiagnostics") {
            let severity = json::text(item, "/severity");
            if !matches!(severity, "error" | "warning") {
                continue;
            }
            // Lines are 0-based in this report.
            let line = json::count(item, "/range/start/line").saturating_add(1).to_string();
            let place = Some(place(json::text(item, "/file"), &line));
            let (rule, message) = (json::text(item, "/rule"), json::text(item, "/message"));
            failures
                .push(Diagnostic { rule, message, place, warning: severity == "warning", index }.failure());
        }
    }
    failures
}
