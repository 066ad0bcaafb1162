//! Biome (seen with 2.6): text, GitHub and JSON reporters.

use super::{
    Parser,
    diagnostics::report,
    github, json,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    HEADING = r"^(\S+?)(?::(\d+):\d+)? ((?:lint|assist|suppressions)/[\w/]+|format|parse|deserialize|organizeImports|internalError/\S+|configuration)\b.* ━+$";
    MESSAGE = r"^\s+(×|✖|!|⚠|i|ℹ) (.+)$";
    CLOSED = r"^Checked \d+ files?";
}

pub(super) struct Biome;

impl Parser for Biome {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = github::annotations(lines);
        failures.extend(from_json(lines));
        let closed = !failures.is_empty() || lines.iter().any(|line| CLOSED.is_match(line));
        if failures.is_empty() {
            failures = from_text(lines);
        }
        let mut parsed = report(failures, exit, closed);
        if exit.is_some_and(|code| code != 0) && parsed.failures.is_empty() {
            let said =
                lines.iter().find_map(|line| MESSAGE.captures(line)?.get(2).map(|m| m.as_str().to_owned()));
            parsed.blocked = said;
        }
        parsed
    }
}

fn from_text(lines: &[&str]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(found) = HEADING.captures(line) else { continue };
        let part = |group| found.get(group).map_or("", |m| m.as_str());
        let message =
            lines.get(index + 1..).unwrap_or_default().iter().take(4).find_map(|line| MESSAGE.captures(line));
        let Some(message) = message else { continue };
        let mark = message.get(1).map_or("", |m| m.as_str());
        let text = message.get(2).map_or("", |m| m.as_str());
        let place = Some(place(part(1), part(2)));
        let warning = !matches!(mark, "×" | "✖");
        failures.push(Diagnostic { rule: part(3), message: text, place, warning, index }.failure());
    }
    failures
}

fn from_json(lines: &[&str]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, value) in json::values(lines) {
        for item in json::items(&value, "/diagnostics").iter().filter(|item| item.get("category").is_some()) {
            let file = match json::text(item, "/location/path") {
                "" => json::text(item, "/location/path/file"),
                file => file,
            };
            let place = Some(place(file, &json::count(item, "/location/start/line").to_string()));
            let (rule, message) = (json::text(item, "/category"), json::text(item, "/message"));
            let warning = !matches!(json::text(item, "/severity"), "error" | "fatal");
            failures.push(Diagnostic { rule, message, place, warning, index }.failure());
        }
    }
    failures
}
