//! ESLint (seen with 10.15): stylish, unix-like and JSON.

use super::{
    Parser,
    diagnostics::report,
    json, missing,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    FILE = r"^((?:/|\./|[\w@.-]+/)\S.*\.\w+|[\w@.-]+\.\w+)$";
    STYLISH = r"^ +(\d+):\d+ +(error|warning) +(.+?)(?:  +(\S+))?$";
    UNIX = r"^(.+?):(\d+):\d+: (.+) \[(Error|Warning)/(.+)\]$";
    CLOSED = r"^✖ \d+ problems?";
    VERSION = r"^ESLint: \d";
}

pub(super) struct Eslint;

impl Parser for Eslint {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = from_json(lines);
        let closed = !failures.is_empty() || lines.iter().any(|line| CLOSED.is_match(line));
        let mut file = "";
        for (index, line) in lines.iter().enumerate() {
            if let Some(found) = STYLISH.captures(line) {
                let part = |group| found.get(group).map_or("", |m| m.as_str());
                let place = (!file.is_empty()).then(|| place(file, part(1)));
                failures.push(
                    Diagnostic {
                        rule: part(4),
                        message: part(3),
                        place,
                        warning: part(2) == "warning",
                        index,
                    }
                    .failure(),
                );
            } else if let Some(found) = UNIX.captures(line) {
                let part = |group| found.get(group).map_or("", |m| m.as_str());
                let place = Some(place(part(1), part(2)));
                failures.push(
                    Diagnostic {
                        rule: part(5),
                        message: part(3),
                        place,
                        warning: part(4) == "Warning",
                        index,
                    }
                    .failure(),
                );
            } else if let Some(found) = FILE.captures(line) {
                file = found.get(1).map_or("", |m| m.as_str());
            }
        }
        let mut parsed = report(failures, exit, closed);
        if exit.is_some_and(|code| code != 0) && parsed.failures.is_empty() {
            // It says "Oops!", its version, and then what is wrong.
            let said = lines
                .iter()
                .skip_while(|line| !VERSION.is_match(line))
                .skip(1)
                .find(|line| !line.trim().is_empty());
            parsed.blocked = missing::find(lines)
                .or_else(|| said.map(|line| line.trim().to_owned()))
                .or_else(|| missing::last_error(lines).map(|(_, line)| line.to_owned()));
        }
        parsed
    }
}

fn from_json(lines: &[&str]) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (index, value) in json::values(lines) {
        let Some(files) = value.as_array() else { continue };
        for file in files.iter().filter(|file| file.get("filePath").is_some()) {
            for message in json::items(file, "/messages") {
                let line = json::count(message, "/line").to_string();
                let place = Some(place(json::text(file, "/filePath"), &line));
                let (rule, text) = (json::text(message, "/ruleId"), json::text(message, "/message"));
                let warning = json::count(message, "/severity") == 1;
                failures.push(Diagnostic { rule, message: text, place, warning, index }.failure());
            }
        }
    }
    failures
}
