//! `cargo test` and libtest (seen with 1.95), with the compiler's diagnostics before it.

use super::{
    Parser, rustc,
    text::{failed_test, is_foreign, number, patterns, place},
};
use crate::domain::{
    command::{Outcome, Parsed, TestResult},
    place::Place,
};

patterns! {
    RUNNING = r"^ *Running (?:unittests )?\S+ \(.*?([\w-]+?)-[0-9a-f]{16}\)$";
    DOC_TESTS = r"^ *Doc-tests (\S+)$";
    TEST = r"^test (.+?)(?: - should panic)? \.\.\. (ok|FAILED|ignored.*)$";
    BLOCK = r"^---- (.+?) stdout ----$";
    RESULT = r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored;";
    PANIC = r"panicked at (?:'(.*)', )?([^\s:]+):(\d+)(?::\d+)?:?$";
    NOT_PANICKED = r"^note: (test did not panic as expected)(?: at ([^\s:]+):(\d+))?";
}

pub(super) struct CargoTest;

impl Parser for CargoTest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed::default();
        let mut target = String::new();
        let mut results = 0;
        for (index, line) in lines.iter().enumerate() {
            if let Some(found) = RUNNING.captures(line).or_else(|| DOC_TESTS.captures(line)) {
                target = found.get(1).map_or("", |m| m.as_str()).to_owned();
            } else if let Some(found) = TEST.captures(line) {
                let outcome = match found.get(2).map_or("", |m| m.as_str()) {
                    "ok" => Outcome::Passed,
                    "FAILED" => Outcome::Failed,
                    _ => Outcome::Skipped,
                };
                let name = full_name(&target, found.get(1).map_or("", |m| m.as_str()));
                parsed.tests.push(TestResult { name, outcome });
            } else if let Some(found) = BLOCK.captures(line) {
                let body = lines.get(index + 1..).unwrap_or_default();
                let end = body.iter().position(|line| {
                    BLOCK.is_match(line) || *line == "failures:" || line.starts_with("test result:")
                });
                let (message, at) = reason(body.get(..end.unwrap_or(body.len())).unwrap_or_default());
                let name = full_name(&target, found.get(1).map_or("", |m| m.as_str()));
                parsed.failures.push(failed_test(name, message, at, index));
            } else if let Some(found) = RESULT.captures(line) {
                let count = |group| found.get(group).map_or(0, |m| number(m.as_str()));
                parsed.passed += count(1);
                parsed.failed += count(2);
                parsed.skipped += count(3);
                results += 1;
            }
        }
        // Tests that failed without a block: a test that aborts the process prints none.
        let silent: Vec<_> = parsed
            .tests
            .iter()
            .filter(|test| {
                test.outcome == Outcome::Failed
                    && !parsed.failures.iter().any(|failure| failure.name == test.name)
            })
            .map(|test| test.name.clone())
            .collect();
        for name in silent {
            parsed.failures.push(failed_test(name, "", None, lines.len().saturating_sub(1)));
        }
        let compiled = rustc::diagnostics(lines);
        parsed.failed +=
            u32::try_from(compiled.iter().filter(|failure| !failure.warning).count()).unwrap_or(0);
        parsed.failures.extend(compiled);
        // Without `--no-fail-fast` cargo stops at the first target that fails: the rest never ran.
        let stopped_early = lines.iter().any(|line| line.starts_with("error: test failed"))
            && !lines.iter().any(|line| line.contains("target failed:") || line.contains("targets failed:"));
        parsed.complete =
            results > 0 && !stopped_early && !lines.iter().any(|line| line.contains("could not compile"));
        if parsed.tests.is_empty() && results == 0 {
            rustc::block_on_cargo(&mut parsed, lines, exit);
        }
        parsed
    }
}

/// A test of a target, as nextest names it too.
fn full_name(target: &str, test: &str) -> String {
    if target.is_empty() { test.to_owned() } else { format!("{target} {test}") }
}

/// What a test said before it failed.
pub(super) fn reason(body: &[&str]) -> (String, Option<Place>) {
    for (index, line) in body.iter().enumerate() {
        if let Some(found) = PANIC.captures(line) {
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            // Since 1.73 the message stands on the lines below.
            let below = || {
                let rest = body.get(index + 1..).unwrap_or_default().iter().map(|line| line.trim());
                rest.take_while(|line| {
                    !line.is_empty() && !line.starts_with("stack backtrace") && !line.starts_with("note: ")
                })
                .collect::<Vec<_>>()
                .join("\n")
            };
            let message = if part(1).is_empty() { below() } else { part(1).to_owned() };
            let at = (!is_foreign(part(2)) && !part(2).starts_with("/tmp/")).then(|| place(part(2), part(3)));
            return (message, at);
        }
        if let Some(found) = NOT_PANICKED.captures(line) {
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let at = (!part(2).is_empty()).then(|| place(part(2), part(3)));
            return (part(1).to_owned(), at);
        }
    }
    let first = body.iter().map(|line| line.trim()).find(|line| line.starts_with("Error: "));
    let first = first.or_else(|| body.iter().map(|line| line.trim()).find(|line| !line.is_empty()));
    (first.unwrap_or_default().to_owned(), None)
}
