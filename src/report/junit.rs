//! Runs as JUnit XML, for the test views of CI systems.
//!
//! One suite for each command. A test that its tool names is a case; a diagnostic is a
//! failed case; a command without either is one case of its own. A verdict that is no
//! result (blocked, untrusted, timed out) is an error, never a pass.

use super::{
    escape::xml,
    runs::{CheckedCommand, Verification},
};
use crate::domain::{
    command::{Failure, Outcome},
    verdict::Verdict,
};
use std::fmt::Write;

/// One case of a suite.
struct Case<'a> {
    name: &'a str,
    state: State<'a>,
}

enum State<'a> {
    Passed,
    Failed { kind: &'a str, message: &'a str, place: String },
    Error { kind: &'a str, message: &'a str },
    Skipped { message: &'a str },
}

/// The document.
pub fn junit(verification: &Verification) -> String {
    let suites: Vec<(&CheckedCommand, Vec<Case<'_>>)> =
        verification.commands.iter().map(|command| (command, cases(command))).collect();
    let all: Vec<&Case<'_>> = suites.iter().flat_map(|(_, cases)| cases).collect();
    let time: f64 = verification.commands.iter().map(|command| command.run.elapsed.as_secs_f64()).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _infallible = writeln!(out, "<testsuites name=\"proscenium\" {} time=\"{time:.3}\">", counts(&all));
    for (command, cases) in &suites {
        let run = &command.run;
        let cases_here: Vec<&Case<'_>> = cases.iter().collect();
        let _infallible = writeln!(
            out,
            "  <testsuite name=\"{}\" {} time=\"{:.3}\">",
            xml(&run.command),
            counts(&cases_here),
            run.elapsed.as_secs_f64()
        );
        for case in cases {
            one(&run.command, case, &mut out);
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn counts(cases: &[&Case<'_>]) -> String {
    let count = |wanted: fn(&State<'_>) -> bool| cases.iter().filter(|case| wanted(&case.state)).count();
    format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        count(|state| matches!(state, State::Failed { .. })),
        count(|state| matches!(state, State::Error { .. })),
        count(|state| matches!(state, State::Skipped { .. }))
    )
}

fn one(suite: &str, case: &Case<'_>, out: &mut String) {
    let head = format!("    <testcase classname=\"{}\" name=\"{}\"", xml(suite), xml(case.name));
    let _infallible = match &case.state {
        State::Passed => writeln!(out, "{head}/>"),
        State::Skipped { message } => {
            writeln!(out, "{head}>\n      <skipped message=\"{}\"/>\n    </testcase>", attribute(message))
        }
        State::Error { kind, message } => writeln!(
            out,
            "{head}>\n      <error type=\"{kind}\" message=\"{}\"/>\n    </testcase>",
            attribute(message)
        ),
        State::Failed { kind, message, place } => writeln!(
            out,
            "{head}>\n      <failure type=\"{kind}\" message=\"{}\">{}</failure>\n    </testcase>",
            attribute(message.lines().next().unwrap_or_default()),
            xml(&format!("{place}\n{message}"))
        ),
    };
}

/// In an attribute a raw newline would be read back as a blank.
fn attribute(text: &str) -> String {
    xml(text).replace('\n', "&#10;").replace('\t', "&#9;")
}

fn cases(command: &CheckedCommand) -> Vec<Case<'_>> {
    let run = &command.run;
    let mut failures: Vec<&Failure> = run.parsed.failures.iter().filter(|failure| !failure.warning).collect();
    let mut cases: Vec<Case<'_>> = Vec::new();
    for test in &run.parsed.tests {
        let state = match test.outcome {
            Outcome::Passed => State::Passed,
            Outcome::Skipped => State::Skipped { message: "" },
            Outcome::Failed => {
                let known =
                    failures.iter().position(|failure| failure.name == test.name || failure.key == test.name);
                known.map_or(State::Failed { kind: "failed", message: "", place: String::new() }, |index| {
                    failed(failures.swap_remove(index))
                })
            }
        };
        cases.push(Case { name: &test.name, state });
    }
    failures.sort_by_key(|failure| failure.output_line);
    cases.extend(failures.into_iter().map(|failure| Case { name: &failure.name, state: failed(failure) }));
    let own = match &command.verdict {
        Verdict::Blocked { reason } => Some(State::Error { kind: "blocked", message: reason }),
        Verdict::Untrusted { reason } => Some(State::Error { kind: "untrusted", message: reason }),
        Verdict::TimedOut => Some(State::Error { kind: "timed out", message: "it did not end in time" }),
        Verdict::Stopped => Some(State::Error { kind: "stopped", message: "it was stopped" }),
        Verdict::NotRun { reason } => Some(State::Skipped { message: reason }),
        Verdict::Passed | Verdict::FailsAsBefore | Verdict::Failed if !cases.is_empty() => None,
        Verdict::Passed => Some(State::Passed),
        Verdict::FailsAsBefore | Verdict::Failed => {
            Some(State::Failed { kind: "failed", message: "it failed", place: String::new() })
        }
    };
    cases.extend(own.map(|state| Case { name: &command.title, state }));
    cases
}

fn failed(failure: &Failure) -> State<'_> {
    let place = failure.place.as_ref().map(ToString::to_string).unwrap_or_default();
    State::Failed { kind: "failed", message: &failure.message, place }
}
