//! cargo-nextest (seen with 0.9.143).

use super::{
    Parser, cargo_test, rustc,
    text::{failed_test, number, patterns},
};
use crate::domain::command::{Outcome, Parsed, TestResult};

patterns! {
    STATUS = r"(?:^|\s)(PASS|FAIL|LEAK|FLAKY \d+/\d+|TIMEOUT|ABORT|SIG[A-Z]+|XFAIL|SKIP) \[ *[\d.>]+s\] (?:\( *\d+/\d+\) )?(\S+) (\S+)";
    SUMMARY = r"Summary \[ *[\d.]+s\] +(\d+)(?:/\d+)? tests? run: (.*)$";
    COUNT = r"(\d+) (passed|failed|skipped|timed out|exec failed)";
}

pub(super) struct Nextest;

impl Parser for Nextest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed::default();
        for (index, line) in lines.iter().enumerate() {
            for found in STATUS.captures_iter(line) {
                let part = |group| found.get(group).map_or("", |m| m.as_str());
                let name = format!("{} {}", part(2), part(3));
                let outcome = match part(1) {
                    "PASS" | "LEAK" => Outcome::Passed,
                    word if word.starts_with("FLAKY") => Outcome::Passed,
                    "SKIP" => Outcome::Skipped,
                    _ => Outcome::Failed,
                };
                // The summary names the failed ones again.
                if parsed.tests.iter().any(|test| test.name == name) {
                    continue;
                }
                if outcome == Outcome::Failed {
                    let body = lines.get(index + 1..).unwrap_or_default();
                    let end = body.iter().position(|line| STATUS.is_match(line) || line.starts_with("────"));
                    let body: Vec<&str> = body
                        .get(..end.unwrap_or(body.len()))
                        .unwrap_or_default()
                        .iter()
                        .map(|line| line.trim_start())
                        .collect();
                    let (message, at) = cargo_test::reason(&body);
                    let message =
                        if message.starts_with("stdout ─") { part(1).to_lowercase() } else { message };
                    parsed.failures.push(failed_test(name.clone(), message, at, index));
                }
                parsed.tests.push(TestResult { name, outcome });
            }
            if let Some(found) = SUMMARY.captures(line) {
                parsed.total = found.get(1).map(|m| number(m.as_str()));
                parsed.complete = true;
                for count in COUNT.captures_iter(found.get(2).map_or("", |m| m.as_str())) {
                    let n = count.get(1).map_or(0, |m| number(m.as_str()));
                    match count.get(2).map_or("", |m| m.as_str()) {
                        "passed" => parsed.passed = n,
                        "skipped" => parsed.skipped = n,
                        _ => parsed.failed += n,
                    }
                }
            }
        }
        // Nextest stops at the first failure unless told otherwise, and says so.
        if lines.iter().any(|line| line.contains("Canceling due to")) {
            parsed.complete = false;
        }
        let compiled = rustc::diagnostics(lines);
        let errors =
            compiled.iter().filter(|failure| !failure.warning && !is_closing(&failure.message)).count();
        parsed.failed += u32::try_from(errors).unwrap_or(0);
        parsed.failures.extend(compiled.into_iter().filter(|failure| !is_closing(&failure.message)));
        if exit.is_some_and(|code| code != 0) && lines.iter().any(|line| line.contains("no tests to run")) {
            parsed.blocked = Some("0 tests were found".into());
        } else if parsed.tests.is_empty() {
            rustc::block_on_cargo(&mut parsed, lines, exit);
        }
        parsed
    }
}

fn is_closing(message: &str) -> bool {
    message.starts_with("test run failed") || message.starts_with("no tests to run")
}
