//! Python's unittest, and Django's runner on top of it (seen with Python 3.11).

use super::{
    Parser, missing,
    text::{failed_test, number, patterns},
    traceback,
};
use crate::domain::command::{Outcome, Parsed, TestResult};

patterns! {
    HEADING = r"^(ERROR|FAIL): (.+)$";
    VERBOSE = r"^([\w.]+ \([\w.]+\)).* \.\.\. (ok|FAIL|ERROR|skipped .*|expected failure|unexpected success)$";
    NAME = r"^([\w.]+) \(([\w.]+)\)(.*)$";
    RAN = r"^Ran (\d+) tests? in ";
    RESULT = r"^(OK|FAILED)(?: \((.*)\))?$";
    COUNT = r"(failures|errors|skipped|expected failures|unexpected successes)=(\d+)";
}

pub(super) struct Unittest;

impl Parser for Unittest {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed::default();
        let mut ran = None;
        for (index, line) in lines.iter().enumerate() {
            if let Some(found) = HEADING.captures(line)
                && index
                    .checked_sub(1)
                    .and_then(|before| lines.get(before))
                    .is_some_and(|rule| rule.starts_with("====="))
            {
                let name = dotted(found.get(2).map_or("", |m| m.as_str()));
                let end = lines
                    .iter()
                    .skip(index + 2)
                    .position(|line| line.starts_with("=====") || RAN.is_match(line));
                let body =
                    lines.get(index + 1..end.map_or(lines.len(), |end| index + 2 + end)).unwrap_or_default();
                let message = traceback::raised(body).map_or("", |(_, line)| line);
                // Failures to import end in a second traceback whose last line says why.
                let message =
                    body.iter().rev().find_map(|line| missing::cause(line).map(|_| *line)).unwrap_or(message);
                parsed.failures.push(failed_test(name, message, traceback::deepest(body), index));
            } else if let Some(found) = VERBOSE.captures(line) {
                let outcome = match found.get(2).map_or("", |m| m.as_str()) {
                    "ok" => Outcome::Passed,
                    "FAIL" | "ERROR" | "unexpected success" => Outcome::Failed,
                    _ => Outcome::Skipped,
                };
                parsed
                    .tests
                    .push(TestResult { name: dotted(found.get(1).map_or("", |m| m.as_str())), outcome });
            } else if let Some(found) = RAN.captures(line) {
                ran = found.get(1).map(|count| number(count.as_str()));
            } else if let (Some(total), Some(found)) = (ran, RESULT.captures(line)) {
                count(&mut parsed, total, found.get(2).map_or("", |m| m.as_str()));
            }
        }
        // "NO TESTS RAN" is Python 3.12's exit 5.
        if exit.is_some_and(|code| code != 0) && ran == Some(0) && parsed.failures.is_empty() {
            parsed.blocked = Some("0 tests were found".into());
        }
        let unimported = parsed.failures.iter().all(|failure| failure.name.contains("_FailedTest"));
        if unimported && let Some(first) = parsed.failures.first() {
            let why = missing::cause(&first.message).unwrap_or_else(|| first.message.clone());
            let name = first.name.rsplit('.').next().unwrap_or_default();
            parsed.blocked = Some(format!("{name} cannot be imported: {why}"));
        }
        parsed
    }
}

fn count(parsed: &mut Parsed, total: u32, counts: &str) {
    let mut others = 0;
    for found in COUNT.captures_iter(counts) {
        let count = found.get(2).map_or(0, |m| number(m.as_str()));
        others += count;
        match found.get(1).map_or("", |m| m.as_str()) {
            "failures" | "errors" | "unexpected successes" => parsed.failed += count,
            _ => parsed.skipped += count,
        }
    }
    parsed.total = Some(total);
    // Sub-tests fail more often than there are tests, hence saturating.
    parsed.passed = total.saturating_sub(others);
    parsed.complete = true;
}

/// `test_x (pkg.mod.Class.test_x)` and the older `test_x (pkg.mod.Class)` as one dotted
/// name, with the parameters of a sub-test after it.
fn dotted(text: &str) -> String {
    let Some(found) = NAME.captures(text) else { return text.to_owned() };
    let part = |group| found.get(group).map_or("", |m| m.as_str());
    let (test, owner, rest) = (part(1), part(2), part(3));
    // A module that cannot be imported is a test of that name: `a.b (unittest.loader._FailedTest.a.b)`.
    let is_named = owner.strip_suffix(test).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    let full = if is_named { owner.to_owned() } else { format!("{owner}.{test}") };
    format!("{full}{rest}")
}
