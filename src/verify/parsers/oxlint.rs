//! oxlint (seen with 1.94): text and JSON.

use super::{
    Parser,
    diagnostics::report,
    json,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    HEADING = r"^\s+(!|⚠|x|×) ([\w@/-]+\([\w/-]+\)): (.+)$";
    SYNTAX = r"^\s+(x|×) (\S.*)$";
    WHERE = r"^\s+(?:,-|╭─)\[(.+?):(\d+):\d+\]";
    CLOSED = r"^Found \d+ warnings? and \d+ errors?";
}

pub(super) struct Oxlint;

impl Parser for Oxlint {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = from_json(lines);
        let closed = !failures.is_empty() || lines.iter().any(|line| CLOSED.is_match(line));
        for (index, line) in lines.iter().enumerate() {
            let below = lines.get(index + 1..).unwrap_or_default().iter().take(3);
            let at = below
                .filter_map(|line| WHERE.captures(line))
                .next()
                .and_then(|found| Some(place(found.get(1)?.as_str(), found.get(2)?.as_str())));
            if let Some(found) = HEADING.captures(line) {
                let part = |group| found.get(group).map_or("", |m| m.as_str());
                let warning = matches!(part(1), "!" | "⚠");
                failures.push(
                    Diagnostic { rule: part(2), message: part(3), place: at, warning, index }.failure(),
                );
            } else if let (Some(found), Some(at)) = (SYNTAX.captures(line), at) {
                let message = found.get(2).map_or("", |m| m.as_str());
                failures.push(
                    Diagnostic { rule: "syntax", message, place: Some(at), warning: false, index }.failure(),
                );
            }
        }
        report(failures, exit, closed)
    }
}

fn from_json(lines: &[&str]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, value) in json::values(lines) {
        for item in json::items(&value, "/diagnostics").iter().filter(|item| item.get("filename").is_some()) {
            let line = json::count(item, "/labels/0/span/line").to_string();
            let place = Some(place(json::text(item, "/filename"), &line));
            let (rule, message) = (json::text(item, "/code"), json::text(item, "/message"));
            let warning = json::text(item, "/severity") != "error";
            failures.push(Diagnostic { rule, message, place, warning, index }.failure());
        }
    }
    failures
}
