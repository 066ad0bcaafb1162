//! Jest (seen with 23.6 and 30.5): plain, verbose, silent, and its JSON.

use super::{
    Parser, json, missing,
    text::{FAILURES_LIMIT, failed_test, is_foreign, number, path, patterns, place},
};
use crate::domain::{
    command::{Outcome, Parsed, TestResult},
    place::Place,
};
use serde_json::Value;

patterns! {
    SUITE = r"^ ?(PASS|FAIL) +(?:\S+ )??((?:\./)?\S+\.\w+)(?: \([\d.]+ ?m?s\))?$";
    BULLET = r"^  ● (.+)$";
    TREE = r"^( +)(✓|✕|○|✎) (?:skipped |todo )?(.+?)(?: \([\d.]+ ?m?s\))?$";
    DESCRIBE = r"^( +)(\S.*)$";
    FRAME = r"\bat .*?\(?((?:\./|/|\.\./)?[\w@./-]+\.\w+):(\d+):\d+\)?$";
    CODE = r"^ *> *(\d+) \|";
    TYPESCRIPT = r"^\s*([\w@./-]+\.tsx?):(\d+):\d+ - error (TS\d+): (.*)$";
    TESTS = r"^Tests: +(.+)$";
    COUNT = r"(\d+) (failed|passed|skipped|todo|total)";
    NONE = r"^No tests found";
}

/// How the parts of a name are joined.
pub(super) const JOIN: &str = " › ";

pub(super) struct Jest;

impl Parser for Jest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        if let Some(parsed) = from_json(lines, JOIN) {
            return blocked(parsed, lines, exit);
        }
        let mut parsed = Parsed::default();
        let mut suite: Option<(bool, String)> = None;
        let mut describes: Vec<(usize, String)> = Vec::new();
        let mut in_tree = false;
        for (index, line) in lines.iter().enumerate() {
            if let Some(found) = SUITE.captures(line) {
                let failed = found.get(1).is_some_and(|word| word.as_str() == "FAIL");
                suite = Some((failed, path(found.get(2).map_or("", |m| m.as_str()))));
                describes.clear();
                in_tree = true;
            } else if let Some(found) = TESTS.captures(line) {
                count(&mut parsed, found.get(1).map_or("", |m| m.as_str()));
            } else if let Some(found) = BULLET.captures(line) {
                in_tree = false;
                let title = found.get(1).map_or("", |m| m.as_str());
                if let Some((true, file)) = &suite
                    && title != "Console"
                    && parsed.failures.len() < FAILURES_LIMIT
                {
                    let body = body(lines, index);
                    let name = format!("{file}{JOIN}{title}");
                    if !parsed.failures.iter().any(|failure| failure.key == name) {
                        let (message, at) = reason(body, file);
                        parsed.failures.push(failed_test(name, message, at, index));
                    }
                }
            } else if in_tree && let Some((_, file)) = &suite {
                tree(&mut parsed, &mut describes, line, file);
            }
        }
        blocked(parsed, lines, exit)
    }
}

fn tree(parsed: &mut Parsed, describes: &mut Vec<(usize, String)>, line: &str, file: &str) {
    if let Some(found) = TREE.captures(line) {
        let indent = found.get(1).map_or(0, |m| m.len());
        describes.retain(|(at, _)| *at < indent);
        let outcome = match found.get(2).map_or("", |m| m.as_str()) {
            "✓" => Outcome::Passed,
            "✕" => Outcome::Failed,
            _ => Outcome::Skipped,
        };
        let mut parts = vec![file.to_owned()];
        parts.extend(describes.iter().map(|(_, name)| name.clone()));
        parts.push(found.get(3).map_or("", |m| m.as_str()).to_owned());
        parsed.tests.push(TestResult { name: parts.join(JOIN), outcome });
    } else if let Some(found) = DESCRIBE.captures(line) {
        let indent = found.get(1).map_or(0, |m| m.len());
        describes.retain(|(at, _)| *at < indent);
        describes.push((indent, found.get(2).map_or("", |m| m.as_str()).to_owned()));
    }
}

fn count(parsed: &mut Parsed, counts: &str) {
    // Watch modes print it again: the last one counts.
    (parsed.passed, parsed.failed, parsed.skipped, parsed.complete) = (0, 0, 0, true);
    for found in COUNT.captures_iter(counts) {
        let count = found.get(1).map_or(0, |m| number(m.as_str()));
        match found.get(2).map_or("", |m| m.as_str()) {
            "failed" => parsed.failed = count,
            "passed" => parsed.passed = count,
            "total" => parsed.total = Some(count),
            _ => parsed.skipped += count,
        }
    }
}

/// The lines below a bullet, up to the next one.
fn body<'a, 'b>(lines: &'a [&'b str], index: usize) -> &'a [&'b str] {
    let rest = lines.get(index + 1..).unwrap_or_default();
    let end = rest
        .iter()
        .position(|line| BULLET.is_match(line) || SUITE.is_match(line) || line.starts_with("Test Suites:"));
    rest.get(..end.unwrap_or(rest.len())).unwrap_or_default()
}

/// The first sentence of a failure, and the place in the code.
fn reason(body: &[&str], file: &str) -> (String, Option<Place>) {
    if let Some(found) = body.iter().find_map(|line| TYPESCRIPT.captures(line)) {
        let part = |group| found.get(group).map_or("", |m| m.as_str());
        return (format!("{}: {}", part(3), part(4)), Some(place(part(1), part(2))));
    }
    let message = body.iter().map(|line| line.trim()).find(|line| !line.is_empty()).unwrap_or_default();
    let frames = body.iter().filter_map(|line| {
        let found = FRAME.captures(line)?;
        Some(place(found.get(1)?.as_str(), found.get(2)?.as_str()))
    });
    let frame = frames.into_iter().find(|place| !is_foreign(&place.path));
    let code = || {
        let line = body.iter().find_map(|line| CODE.captures(line))?.get(1)?.as_str().to_owned();
        Some(place(file, &line))
    };
    (message.to_owned(), frame.or_else(code))
}

fn blocked(mut parsed: Parsed, lines: &[&str], exit: Option<i32>) -> Parsed {
    if exit.is_none_or(|code| code == 0) || parsed.blocked.is_some() {
        return parsed;
    }
    if lines.iter().any(|line| NONE.is_match(line)) {
        parsed.blocked = Some("0 tests were found".into());
    } else if parsed.passed + parsed.failed == 0
        && let Some(first) = parsed.failures.first()
    {
        let why = missing::cause(&first.message).unwrap_or_else(|| first.message.clone());
        let at = first.place.as_ref().map(|place| format!(" ({place})")).unwrap_or_default();
        parsed.blocked = Some(format!("no test ran: {why}{at}"));
    }
    parsed
}

/// The JSON that Jest and Vitest share.
pub(super) fn from_json(lines: &[&str], join: &str) -> Option<Parsed> {
    let (index, report) =
        json::values(lines).into_iter().find(|(_, value)| value.get("numTotalTests").is_some())?;
    let mut parsed = Parsed {
        passed: json::count(&report, "/numPassedTests"),
        failed: json::count(&report, "/numFailedTests"),
        skipped: json::count(&report, "/numPendingTests") + json::count(&report, "/numTodoTests"),
        total: Some(json::count(&report, "/numTotalTests")),
        complete: true,
        ..Parsed::default()
    };
    for suite in json::items(&report, "/testResults") {
        let file = path(json::text(suite, "/name"));
        let results = json::items(suite, "/assertionResults");
        for result in results {
            let mut parts = vec![file.clone()];
            let ancestors = json::items(result, "/ancestorTitles").iter().filter_map(Value::as_str);
            parts.extend(ancestors.filter(|title| !title.is_empty()).map(str::to_owned));
            parts.push(json::text(result, "/title").to_owned());
            let name = parts.join(join);
            let outcome = match json::text(result, "/status") {
                "passed" => Outcome::Passed,
                "failed" => Outcome::Failed,
                _ => Outcome::Skipped,
            };
            if outcome == Outcome::Failed {
                let message = json::text(result, "/failureMessages/0");
                let body: Vec<&str> = message.lines().collect();
                let (first, at) = reason(&body, &file);
                parsed.failures.push(failed_test(name.clone(), first, at, index));
            }
            parsed.tests.push(TestResult { name, outcome });
        }
        // A suite that failed without a failed test could not be loaded, or a hook failed.
        let failed_tests = results.iter().any(|result| json::text(result, "/status") == "failed");
        if json::text(suite, "/status") == "failed" && !failed_tests {
            let body: Vec<&str> = json::text(suite, "/message").lines().collect();
            let (first, at) = reason(&body, &file);
            parsed.failures.push(failed_test(file, first, at, index));
        }
    }
    Some(parsed)
}
