//! Node's own test runner (seen with 20 and 22): TAP, which it writes into a pipe, and
//! the spec reporter.

use super::{
    Parser,
    text::{failed_test, is_foreign, number, path, patterns, place},
};
use crate::domain::{
    command::{Outcome, Parsed, TestResult},
    place::Place,
};

patterns! {
    SUBTEST = r"^( *)# Subtest: (.+)$";
    POINT = r"^( *)(not )?ok \d+(?: - (.*?))?(?: # (SKIP|TODO)\b.*)?$";
    TAP_COUNT = r"^(?:#|ℹ) (tests|pass|fail|cancelled|skipped|todo) (\d+)$";
    LOCATION = r"^\s+location: '(.+):(\d+):\d+'";
    FAILURE_TYPE = r"^\s+failureType: '(\w+)'";
    ERROR_INLINE = r"^\s+error: '(.*)'$";
    ERROR_BLOCK = r"^\s+error: \|-$";
    SPEC_AT = r"^test at (.+):(\d+):\d+$";
    SPEC_NAME = r"^✖ (.+?)(?: \([\d.]+ms\))?$";
    SPEC_TREE = r"^( *)(✔|﹣|✖|▶) (.+?)(?: \([\d.]+ms\))?(?: # .*)?$";
}

/// How the parts of a name are joined.
const JOIN: &str = " > ";

pub(super) struct NodeTest;

impl Parser for NodeTest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed::default();
        for line in lines {
            let Some(found) = TAP_COUNT.captures(line) else { continue };
            let count = found.get(2).map_or(0, |m| number(m.as_str()));
            match found.get(1).map_or("", |m| m.as_str()) {
                "tests" => (parsed.total, parsed.complete) = (Some(count), true),
                "pass" => parsed.passed = count,
                "fail" | "cancelled" => parsed.failed += count,
                _ => parsed.skipped += count,
            }
        }
        if lines.iter().any(|line| line.starts_with("TAP version")) {
            tap(&mut parsed, lines);
        } else {
            spec(&mut parsed, lines);
        }
        if exit.is_some_and(|code| code != 0)
            && parsed.failures.is_empty()
            && let Some(line) = lines.iter().find(|line| line.starts_with("Could not find"))
        {
            parsed.blocked = Some(format!("0 tests were found: {}", line.trim()));
        }
        parsed
    }
}

fn tap(parsed: &mut Parsed, lines: &[&str]) {
    let mut open: Vec<(usize, &str)> = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some(found) = SUBTEST.captures(line) {
            let indent = found.get(1).map_or(0, |m| m.len());
            open.retain(|(at, _)| *at < indent);
            open.push((indent, found.get(2).map_or("", |m| m.as_str())));
            continue;
        }
        let Some(found) = POINT.captures(line) else { continue };
        let indent = found.get(1).map_or(0, |m| m.len());
        let detail = detail(lines.get(index + 1..).unwrap_or_default(), indent);
        let failed = found.get(2).is_some() && found.get(4).is_none();
        let mut parts: Vec<&str> =
            open.iter().filter(|(at, _)| *at < indent).map(|(_, name)| *name).collect();
        parts.push(found.get(3).map_or("", |m| m.as_str()));
        let is_suite = detail.kind == "subtestsFailed" || detail.suite;
        if is_suite {
            continue;
        }
        let name = parts.join(JOIN);
        let outcome = match (failed, found.get(4).map(|m| m.as_str())) {
            (true, _) => Outcome::Failed,
            (false, Some("SKIP")) => Outcome::Skipped,
            (false, _) => Outcome::Passed,
        };
        if failed {
            let name = match &detail.place {
                Some(place) => format!("{}{JOIN}{name}", place.path),
                None => name.clone(),
            };
            parsed.failures.push(failed_test(name, detail.message, detail.place, index));
        }
        parsed.tests.push(TestResult { name, outcome });
    }
}

#[derive(Default)]
struct Detail {
    message: String,
    place: Option<Place>,
    kind: String,
    suite: bool,
}

/// The YAML block below a point.
fn detail(lines: &[&str], indent: usize) -> Detail {
    let mut detail = Detail::default();
    let closing = format!("{}...", " ".repeat(indent + 2));
    if lines.first().is_none_or(|line| line.trim() != "---") {
        return detail;
    }
    let end = lines.iter().position(|line| **line == closing).unwrap_or(lines.len().min(1));
    let lines = lines.get(..end).unwrap_or_default();
    for (index, line) in lines.iter().enumerate() {
        if let Some(found) = LOCATION.captures(line) {
            detail.place =
                Some(place(found.get(1).map_or("", |m| m.as_str()), found.get(2).map_or("", |m| m.as_str())));
        } else if let Some(found) = FAILURE_TYPE.captures(line) {
            detail.kind = found.get(1).map_or("", |m| m.as_str()).to_owned();
        } else if let Some(found) = ERROR_INLINE.captures(line) {
            detail.message = found.get(1).map_or("", |m| m.as_str()).to_owned();
        } else if ERROR_BLOCK.is_match(line) {
            detail.message = lines.get(index + 1).map_or("", |line| line.trim()).to_owned();
        } else if line.trim() == "type: 'suite'" {
            detail.suite = true;
        }
    }
    detail
}

fn spec(parsed: &mut Parsed, lines: &[&str]) {
    let failing = lines.iter().position(|line| line.trim() == "✖ failing tests:").unwrap_or(lines.len());
    let mut open: Vec<(usize, &str)> = Vec::new();
    for line in lines.get(..failing).unwrap_or_default() {
        let Some(found) = SPEC_TREE.captures(line) else { continue };
        let indent = found.get(1).map_or(0, |m| m.len());
        let name = found.get(3).map_or("", |m| m.as_str());
        // A suite's heading comes before its tests, its result after them.
        let closes = open.iter().any(|(at, open)| *at == indent && *open == name);
        open.retain(|(at, _)| *at < indent);
        let outcome = match found.get(2).map_or("", |m| m.as_str()) {
            "▶" => {
                open.push((indent, name));
                continue;
            }
            "✔" => Outcome::Passed,
            "✖" => Outcome::Failed,
            _ => Outcome::Skipped,
        };
        if !closes {
            let mut parts: Vec<&str> = open.iter().map(|(_, name)| *name).collect();
            parts.push(name);
            parsed.tests.push(TestResult { name: parts.join(JOIN), outcome });
        }
    }
    let mut at: Option<Place> = None;
    for (index, line) in lines.iter().enumerate().skip(failing + 1) {
        if let Some(found) = SPEC_AT.captures(line) {
            at =
                Some(place(found.get(1).map_or("", |m| m.as_str()), found.get(2).map_or("", |m| m.as_str())));
        } else if let Some(found) = SPEC_NAME.captures(line) {
            let short = found.get(1).map_or("", |m| m.as_str());
            let known = parsed
                .tests
                .iter()
                .find(|test| test.outcome == Outcome::Failed && test.name.rsplit(JOIN).next() == Some(short));
            let name = known.map_or(short, |test| test.name.as_str());
            let file = at.as_ref().filter(|place| !is_foreign(&place.path)).map(|place| path(&place.path));
            let name = file.map_or_else(|| name.to_owned(), |file| format!("{file}{JOIN}{name}"));
            let message = lines.get(index + 1).map_or("", |line| line.trim());
            parsed.failures.push(failed_test(name, message, at.take(), index));
        }
    }
}
