//! JUnit reports that a test runner was told to write to its standard output.
//!
//! Not a general XML reader: attributes and texts of `testcase` and what is inside it,
//! as pytest 9 and vitest 4 write them.

use super::text::{failed_test, patterns, place};
use crate::domain::{
    command::{Outcome, Parsed, TestResult},
    place::Place,
};

patterns! {
    CASE = r#"(?s)<testcase\b([^>]*?)(?:/>|>(.*?)</testcase>)"#;
    ATTRIBUTE = r#"\b(\w+)="([^"]*)""#;
    PROBLEM = r#"(?s)<(failure|error|skipped)\b([^>]*?)(?:/>|>(.*?)</(?:failure|error|skipped)>)"#;
    WHERE = r"(?m)^(?: ❯ )?([^\s:]+\.\w{1,4}):(\d+)";
}

/// One test of a report.
pub(crate) struct Case {
    pub(crate) class: String,
    pub(crate) name: String,
    pub(crate) outcome: Outcome,
}

/// The tests of a report that is a file, in its order; a test may stand there twice.
pub(crate) fn cases(text: &str) -> impl Iterator<Item = Case> {
    CASE.captures_iter(text).map(|case| {
        let attributes = case.get(1).map_or("", |found| found.as_str());
        let problem = case.get(2).and_then(|inside| PROBLEM.captures(inside.as_str()));
        Case {
            class: attribute(attributes, "classname"),
            name: attribute(attributes, "name"),
            outcome: outcome(problem.as_ref().and_then(|problem| problem.get(1)).map(|kind| kind.as_str())),
        }
    })
}

fn outcome(problem: Option<&str>) -> Outcome {
    match problem {
        None => Outcome::Passed,
        Some("skipped") => Outcome::Skipped,
        Some(_) => Outcome::Failed,
    }
}

/// The report, when the output holds one.
pub(super) fn parse(lines: &[&str], join: &str) -> Option<Parsed> {
    let start = lines.iter().position(|line| line.contains("<testsuite"))?;
    let text = lines.get(start..)?.join("\n");
    let mut parsed = Parsed { complete: text.contains("</testsuite"), ..Parsed::default() };
    let (mut line, mut counted) = (0, 0);
    for case in CASE.captures_iter(&text) {
        let attributes = case.get(1).map_or("", |found| found.as_str());
        let (class, name) = (attribute(attributes, "classname"), attribute(attributes, "name"));
        let full = if class.is_empty() { name } else { format!("{class}{join}{name}") };
        let offset = case.get(0).map_or(0, |found| found.start());
        line += text.get(counted..offset).map_or(0, |between| between.matches('\n').count());
        counted = offset;
        let index = start + line;
        let problem = case.get(2).and_then(|inside| PROBLEM.captures(inside.as_str()));
        let kind = problem.as_ref().and_then(|problem| problem.get(1)).map(|kind| kind.as_str());
        let outcome = outcome(kind);
        match outcome {
            Outcome::Passed => parsed.passed += 1,
            Outcome::Skipped => parsed.skipped += 1,
            Outcome::Failed => {
                parsed.failed += 1;
                let message = problem
                    .as_ref()
                    .and_then(|problem| problem.get(2))
                    .map(|found| attribute(found.as_str(), "message"))
                    .unwrap_or_default();
                let body =
                    problem.as_ref().and_then(|problem| problem.get(3)).map_or("", |body| body.as_str());
                parsed.failures.push(failed_test(&full, message, last_place(body), index));
            }
        }
        parsed.tests.push(TestResult { name: full, outcome });
    }
    Some(parsed)
}

fn last_place(body: &str) -> Option<Place> {
    WHERE
        .captures_iter(body)
        .filter_map(|found| Some(place(found.get(1)?.as_str(), found.get(2)?.as_str())))
        .filter(|place| !super::text::is_foreign(&place.path))
        .last()
}

fn attribute(attributes: &str, name: &str) -> String {
    ATTRIBUTE
        .captures_iter(attributes)
        .find(|found| found.get(1).is_some_and(|found| found.as_str() == name))
        .and_then(|found| found.get(2))
        .map(|value| unescape(value.as_str()))
        .unwrap_or_default()
}

fn unescape(text: &str) -> String {
    text.replace("&#10;", "\n")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}
