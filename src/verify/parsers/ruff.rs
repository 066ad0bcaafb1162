//! Ruff's linter and formatter (seen with 0.17): full, concise, GitHub and JSON.

use super::{
    Parser,
    diagnostics::report,
    github, json, missing,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    FULL = r"^([A-Z]+\d+|invalid-syntax|unformatted|[a-z]+(?:-[a-z]+)+):?(?: \[\*\])?:? (.+)$";
    ARROW = r"^ *--> (.+?):(\d+):\d+$";
    CONCISE = r"^(\S.*?):(\d+):\d+: (?:([A-Z]+\d+|[a-z]+-[a-z-]+):?|(SyntaxError):) (?:\[\*\] )?(.+)$";
    REFORMAT = r"^Would reformat: (.+)$";
    DIFF = r"^--- (\S+)$";
    UNPARSED = r"^error: Failed to parse (.+?):(\d+):\d+: (.+)$";
    REPEATED = r"^\S+:\d+:\d+: \S+ (.+)";
    CLOSED = r"^(?:All checks passed!|Found \d+ errors?|\d+ files? (?:would be reformatted|already formatted))";
}

pub(super) struct Ruff;

impl Parser for Ruff {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = github::annotations(lines);
        for failure in &mut failures {
            // The message repeats place and rule.
            if let Some(text) = REPEATED.captures(&failure.message).and_then(|found| found.get(1)) {
                let place = failure.place.as_ref().map_or("", |place| place.path.as_str());
                failure.key = format!("{} {place} {}", failure.name, text.as_str());
                failure.message = text.as_str().to_owned();
            }
        }
        failures.extend(from_json(lines));
        let closed = lines.iter().any(|line| CLOSED.is_match(line)) || !failures.is_empty();
        if failures.is_empty() {
            failures = from_text(lines);
        }
        let mut parsed = report(failures, exit, closed);
        // Exit 2 is ruff's own failure: a configuration it cannot read, a wrong option.
        if exit == Some(2) && parsed.failures.is_empty() {
            parsed.blocked = missing::last_error(lines).map(|(_, line)| line.to_owned());
        }
        parsed
    }
}

fn from_json(lines: &[&str]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, value) in json::values(lines) {
        let Some(items) = value.as_array() else { continue };
        for item in items.iter().filter(|item| item.get("filename").is_some()) {
            let line = json::count(item, "/location/row").to_string();
            let code = json::text(item, "/code");
            let rule = if code.is_empty() { "invalid-syntax" } else { code };
            let place = Some(place(json::text(item, "/filename"), &line));
            let message = json::text(item, "/message");
            failures.push(Diagnostic { rule, message, place, warning: false, index }.failure());
        }
    }
    failures
}

fn from_text(lines: &[&str]) -> Vec<Failure> {
    let mut failures: Vec<Failure> = Vec::new();
    let would_reformat = lines.iter().any(|line| line.contains(" would be reformatted"));
    for (index, line) in lines.iter().enumerate() {
        let arrow = lines.get(index + 1).and_then(|next| ARROW.captures(next));
        let found = if let (Some(found), Some(arrow)) = (FULL.captures(line), arrow) {
            let at = place(arrow.get(1).map_or("", |m| m.as_str()), arrow.get(2).map_or("", |m| m.as_str()));
            Some((found.get(1), found.get(2), at))
        } else if let Some(found) = CONCISE.captures(line) {
            let at = place(found.get(1).map_or("", |m| m.as_str()), found.get(2).map_or("", |m| m.as_str()));
            Some((found.get(3).or_else(|| found.get(4)), found.get(5), at))
        } else if let Some(found) = UNPARSED.captures(line) {
            let at = place(found.get(1).map_or("", |m| m.as_str()), found.get(2).map_or("", |m| m.as_str()));
            Some((None, found.get(3), at))
        } else {
            None
        };
        if let Some((rule, message, at)) = found {
            let rule = rule.map_or("invalid-syntax", |m| m.as_str());
            let message = message.map_or("", |m| m.as_str());
            failures.push(Diagnostic { rule, message, place: Some(at), warning: false, index }.failure());
        } else if let Some(file) =
            REFORMAT.captures(line).or_else(|| DIFF.captures(line).filter(|_| would_reformat))
        {
            let at = place(file.get(1).map_or("", |m| m.as_str()), "1");
            let message = "File would be reformatted";
            failures.push(
                Diagnostic { rule: "unformatted", message, place: Some(at), warning: false, index }.failure(),
            );
        }
    }
    failures
}
