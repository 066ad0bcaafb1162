//! Vitest (seen with 4.1): default, verbose, JSON and JUnit reporters.

use super::{
    Parser, jest, junit, missing,
    text::{failed_test, is_foreign, number, path, patterns, place},
};
use crate::domain::command::{Outcome, Parsed, TestResult};

patterns! {
    FAIL = r"^ FAIL  (?:\|[^|]+\| )?(\S+\.\w+)(?: \[ .* \])?((?: > .+)?)$";
    VERBOSE = r"^ (✓|×|↓|□) (?:\|[^|]+\| )?(\S+\.\w+ > .+?)(?: [\d.]+m?s)?$";
    WHERE = r"^ ❯ (?:.* )?([^\s:]+):(\d+):\d+$";
    RULE = r"^⎯{3,}";
    TESTS = r"^ *Tests  (.+)$";
    COUNT = r"(\d+) (failed|passed|skipped|todo)";
    TOTAL = r"\((\d+)\)$";
    UNHANDLED = r"^⎯+ Unhandled (?:Errors?|Rejection) ⎯+$|Vitest caught \d+ unhandled error";
}

/// How the parts of a name are joined.
pub(super) const JOIN: &str = " > ";

pub(super) struct Vitest;

impl Parser for Vitest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let report = junit::parse(lines, JOIN).or_else(|| jest::from_json(lines, JOIN));
        let mut parsed = report.unwrap_or_else(|| text(lines));
        if exit.is_none_or(|code| code == 0) {
            return parsed;
        }
        if lines.iter().any(|line| line.starts_with("No test files found")) {
            parsed.blocked = Some("0 tests were found".into());
        } else if let (0, Some(first)) = (parsed.passed + parsed.failed, parsed.failures.first()) {
            let why = missing::cause(&first.message).unwrap_or_else(|| first.message.clone());
            let at = first.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
            parsed.blocked = Some(format!("no test ran: {why}{at}"));
        }
        parsed
    }
}

fn text(lines: &[&str]) -> Parsed {
    let mut parsed = Parsed::default();
    for (index, line) in lines.iter().enumerate() {
        if let Some(found) = FAIL.captures(line) {
            let file = path(found.get(1).map_or("", |m| m.as_str()));
            let name = format!("{file}{}", found.get(2).map_or("", |m| m.as_str()));
            // Several names in a row share one error, which stands below the last of them.
            let rest = lines.get(index + 1..).unwrap_or_default();
            let body = rest.iter().skip_while(|line| FAIL.is_match(line));
            let body: Vec<&str> =
                body.copied().take_while(|line| !FAIL.is_match(line) && !RULE.is_match(line)).collect();
            let message = body.iter().find(|line| !line.trim().is_empty()).map_or("", |line| line.trim());
            let at = body
                .iter()
                .filter_map(|line| {
                    let found = WHERE.captures(line)?;
                    Some(place(found.get(1)?.as_str(), found.get(2)?.as_str()))
                })
                .find(|place| !is_foreign(&place.path));
            if !parsed.failures.iter().any(|failure| failure.key == name) {
                parsed.failures.push(failed_test(name, message, at, index));
            }
        } else if let Some(found) = VERBOSE.captures(line) {
            let outcome = match found.get(1).map_or("", |m| m.as_str()) {
                "✓" => Outcome::Passed,
                "×" => Outcome::Failed,
                _ => Outcome::Skipped,
            };
            let name = path(found.get(2).map_or("", |m| m.as_str()));
            parsed.tests.push(TestResult { name, outcome });
        } else if let Some(found) = TESTS.captures(line) {
            let counts = found.get(1).map_or("", |m| m.as_str());
            // A terminal gets the counts again and again: the last ones count.
            (parsed.passed, parsed.failed, parsed.skipped, parsed.complete) = (0, 0, 0, true);
            for found in COUNT.captures_iter(counts) {
                let count = found.get(1).map_or(0, |m| number(m.as_str()));
                match found.get(2).map_or("", |m| m.as_str()) {
                    "failed" => parsed.failed = count,
                    "passed" => parsed.passed = count,
                    _ => parsed.skipped += count,
                }
            }
            parsed.total = TOTAL.captures(counts).and_then(|found| found.get(1)).map(|m| number(m.as_str()));
        } else if UNHANDLED.is_match(line)
            && !parsed.failures.iter().any(|failure| failure.key == "unhandled error")
        {
            let body = lines.get(index + 1..).unwrap_or_default();
            let message = body.iter().find(|line| line.contains("Error") && !UNHANDLED.is_match(line));
            parsed.failures.push(failed_test(
                "unhandled error",
                message.copied().unwrap_or_default().trim(),
                None,
                index,
            ));
        }
    }
    parsed
}
