//! `go test` and `go vet` (seen with 1.19): plain, verbose and JSON.

use super::{
    Parser,
    diagnostics::report,
    json,
    text::{Diagnostic, failed_test, patterns, place},
};
use crate::domain::{
    command::{Failure, Outcome, Parsed, TestResult},
    place::Place,
};

patterns! {
    VERDICT = r"^\s*--- (PASS|FAIL|SKIP): (\S+)";
    PACKAGE = r"^(ok|FAIL|\?) +(\S+)(?: +(.*))?$";
    BUILD = r"^(?:vet: )?(\S+\.go):(\d+)(?::\d+)?: (.+)$";
    SAID = r"^\s+(\S+\.go):(\d+): (.*)$";
    PANIC = r"^panic: (.+)$";
}

pub(super) struct GoTest;
pub(super) struct GoVet;

impl Parser for GoVet {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        report(build_errors(lines), exit, true)
    }
}

impl Parser for GoTest {
    fn parse(&self, lines: &[&str], _exit: Option<i32>) -> Parsed {
        let unpacked = unpack(lines);
        let owned: Vec<&str> = unpacked.iter().map(String::as_str).collect();
        let lines: &[&str] = if owned.is_empty() { lines } else { &owned };
        let mut parsed = Parsed::default();
        // Tests come before the line of their package.
        let mut waiting: Vec<(String, Outcome, usize)> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            if let Some(found) = VERDICT.captures(line) {
                let outcome = match found.get(1).map_or("", |m| m.as_str()) {
                    "PASS" => Outcome::Passed,
                    "FAIL" => Outcome::Failed,
                    _ => Outcome::Skipped,
                };
                waiting.push((found.get(2).map_or("", |m| m.as_str()).to_owned(), outcome, index));
            } else if let Some(found) = PACKAGE.captures(line) {
                let part = |group| found.get(group).map_or("", |m| m.as_str());
                finish_package(&mut parsed, &mut waiting, lines, (part(1), part(2), part(3)), index);
            }
        }
        let errors = build_errors(lines);
        parsed.failed += u32::try_from(errors.len()).unwrap_or(0);
        parsed.failures.extend(errors);
        parsed
    }
}

fn finish_package(
    parsed: &mut Parsed,
    waiting: &mut Vec<(String, Outcome, usize)>,
    lines: &[&str],
    (word, package, rest): (&str, &str, &str),
    index: usize,
) {
    parsed.complete = true;
    let tests = std::mem::take(waiting);
    let named = tests.iter().any(|(_, outcome, _)| *outcome == Outcome::Failed);
    // Without -v only failures are named, and a package that passed counts as one.
    if word == "ok" && !rest.contains("[no tests to run]") && tests.is_empty() {
        parsed.passed += 1;
        parsed.tests.push(TestResult { name: package.to_owned(), outcome: Outcome::Passed });
    }
    for (name, outcome, at) in &tests {
        // A parent fails because its sub-test does; the sub-test is the news.
        let parent = format!("{name}/");
        if *outcome == Outcome::Failed
            && tests
                .iter()
                .any(|(other, outcome, _)| *outcome == Outcome::Failed && other.starts_with(&parent))
        {
            continue;
        }
        let full = format!("{package} {name}");
        match outcome {
            Outcome::Passed => parsed.passed += 1,
            Outcome::Skipped => parsed.skipped += 1,
            Outcome::Failed => {
                parsed.failed += 1;
                let (message, place) = said(lines, *at);
                parsed.failures.push(failed_test(full.clone(), message, place, *at));
            }
        }
        parsed.tests.push(TestResult { name: full, outcome: *outcome });
    }
    if word == "FAIL" && !named && !rest.contains("[build failed]") && !rest.contains("[setup failed]") {
        let panic = lines.iter().find_map(|line| PANIC.captures(line)?.get(1).map(|m| m.as_str()));
        parsed.failed += 1;
        parsed.failures.push(failed_test(package, panic.unwrap_or("the package failed"), None, index));
    }
}

/// What a test printed: below its verdict, with -v above it.
fn said(lines: &[&str], at: usize) -> (String, Option<Place>) {
    let text = |line: &&str| {
        let found = SAID.captures(line)?;
        Some((found.get(3)?.as_str().to_owned(), Some(place(found.get(1)?.as_str(), found.get(2)?.as_str()))))
    };
    let below = lines.get(at + 1..).unwrap_or_default().iter().take_while(|line| line.starts_with(' '));
    let above =
        lines.get(..at).unwrap_or_default().iter().rev().take_while(|line| !line.starts_with("=== RUN"));
    below.clone().find_map(text).or_else(|| above.clone().find_map(text)).unwrap_or_default()
}

fn build_errors(lines: &[&str]) -> Vec<Failure> {
    lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let found = BUILD.captures(line)?;
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let place = Some(place(part(1), part(2)));
            Some(Diagnostic { rule: "go", message: part(3), place, warning: false, index }.failure())
        })
        .collect()
}

/// The output inside `go test -json`, whose lines keep their order and number.
fn unpack(lines: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for (_, value) in json::values(lines) {
        if json::text(&value, "/Action") == "output" {
            out.push(json::text(&value, "/Output").trim_end_matches('\n').replace('\t', "    "));
        }
    }
    out
}
