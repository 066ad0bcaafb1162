//! Red and green: what the tests of a change say before and after it.
//!
//! The *red run* is the change's tests alone on the base; they are expected to fail there.
//! The *green run* is the approved tree. A test is one of the change when the run of the
//! base, which names every test it had, does not name it. Pure; who calls it decides which
//! runs are of the trees that count.

use super::command::{CommandRun, Ending, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What a test of the change did on the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Red {
    Failed,
    /// It could not be loaded or built there: what it uses does not exist yet.
    NotRun,
    /// It was expected to fail and did not: it proves nothing about the change.
    Passed,
}

impl Red {
    /// After "red on base:".
    pub fn words(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::NotRun => "could not run without the change",
            Self::Passed => "passed, so it proves nothing new",
        }
    }
}

/// One test of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestFirst {
    /// As the tool names it.
    pub test: String,
    pub red: Red,
    /// Whether it passed on the approved tree; `None` until it ran there.
    pub green: Option<bool>,
}

impl TestFirst {
    /// `red on base: failed; green on approved: passed`.
    pub fn words(&self) -> String {
        let green = match self.green {
            None => "not run yet",
            Some(true) => "passed",
            Some(false) => "failed",
        };
        format!("red on base: {}; green on approved: {green}", self.red.words())
    }

    /// Whether it failed without the change and passes with it.
    pub fn is_proof(&self) -> bool {
        self.red != Red::Passed && self.green == Some(true)
    }

    /// The last part of the name.
    pub fn short(&self) -> &str {
        short(&self.test)
    }
}

/// The last part of a test's name as tools write it; parameters stay with it.
pub fn short(name: &str) -> &str {
    let end = name.find('[').unwrap_or(name.len());
    let (head, _) = name.split_at(end);
    let at = head.rfind("::").map(|at| at + 2).or_else(|| head.rfind([' ', '.', '/']).map(|at| at + 1));
    name.get(at.unwrap_or(0)..).unwrap_or(name)
}

/// The tests of the change, by name. Empty while the base has not run, and where its run
/// does not name every test, so that nobody can say which are new.
pub fn compare(red: &CommandRun, base: Option<&CommandRun>, green: Option<&CommandRun>) -> Vec<TestFirst> {
    let Some(base) = base.filter(|base| names_all(base)) else { return Vec::new() };
    let Ending::Exit { code } = red.ending else { return Vec::new() };
    let old: BTreeSet<&str> = base.parsed.tests.iter().map(|test| test.name.as_str()).collect();
    let on_base = outcomes(red);
    let approved = green.map(outcomes).unwrap_or_default();
    let names: BTreeSet<&str> = on_base.keys().chain(approved.keys()).copied().collect();
    // Some tools make up a test for a file that could not be loaded; the approved tree has none.
    let made_up = |name: &&str| green.is_some_and(names_all) && !approved.contains_key(name);
    names
        .into_iter()
        .filter(|name| !old.contains(name) && !made_up(name))
        .filter_map(|name| {
            let red = match on_base.get(name) {
                Some(Outcome::Failed) => Red::Failed,
                Some(Outcome::Passed) => Red::Passed,
                Some(Outcome::Skipped) => return None,
                // Its file could not be loaded or did not build.
                None if code != 0 => Red::NotRun,
                None => return None,
            };
            let green = match approved.get(name) {
                Some(Outcome::Passed) => Some(true),
                Some(Outcome::Failed) => Some(false),
                Some(Outcome::Skipped) | None => None,
            };
            Some(TestFirst { test: name.to_owned(), red, green })
        })
        .collect()
}

/// Whether a run came to its end and names each test that it counts.
fn names_all(run: &CommandRun) -> bool {
    let parsed = &run.parsed;
    let counted = u64::from(parsed.passed) + u64::from(parsed.failed) + u64::from(parsed.skipped);
    matches!(run.ending, Ending::Exit { .. })
        && parsed.blocked.is_none()
        && parsed.complete
        && parsed.tests.len() as u64 >= counted
}

fn outcomes(run: &CommandRun) -> BTreeMap<&str, Outcome> {
    run.parsed.tests.iter().map(|test| (test.name.as_str(), test.outcome)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        command::{Parsed, TestResult},
        ids::RunId,
    };
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    const OLD: (&str, Outcome) = ("tests/a.py::test_old", Outcome::Passed);

    fn run(code: i32, tests: &[(&str, Outcome)]) -> CommandRun {
        let count = |wanted| {
            u32::try_from(tests.iter().filter(|(_, outcome)| *outcome == wanted).count()).unwrap_or(0)
        };
        CommandRun {
            id: RunId(1),
            command: "tests".into(),
            argv: Vec::new(),
            tree: "1".repeat(40),
            ending: Ending::Exit { code },
            elapsed: Duration::ZERO,
            started_at: 0,
            parsed: Parsed {
                tests: tests
                    .iter()
                    .map(|(name, outcome)| TestResult { name: (*name).into(), outcome: *outcome })
                    .collect(),
                passed: count(Outcome::Passed),
                failed: count(Outcome::Failed),
                skipped: count(Outcome::Skipped),
                complete: true,
                ..Parsed::default()
            },
            output_sha256: String::new(),
            output_bytes: 0,
            log: String::new(),
            env: Vec::new(),
        }
    }

    fn said(red: &CommandRun, base: Option<&CommandRun>, green: Option<&CommandRun>) -> Vec<String> {
        compare(red, base, green).iter().map(|test| format!("{} {}", test.short(), test.words())).collect()
    }

    #[test]
    fn a_new_test_that_fails_on_the_base_and_passes_with_the_change_is_proof() {
        let new = "tests/a.py::test_new[1.5-a/b]";
        let (base, red) = (run(0, &[OLD]), run(1, &[OLD, (new, Outcome::Failed)]));
        assert_eq!(
            said(&red, Some(&base), None),
            ["test_new[1.5-a/b] red on base: failed; green on approved: not run yet"]
        );
        let green = run(0, &[OLD, (new, Outcome::Passed)]);
        let found = compare(&red, Some(&base), Some(&green));
        assert_eq!(found[0].words(), "red on base: failed; green on approved: passed");
        assert!(found[0].is_proof());
    }

    #[test]
    fn a_test_that_passes_without_the_change_is_no_proof() {
        let new = ("tests/a.py::test_new", Outcome::Passed);
        let (base, both) = (run(0, &[OLD]), run(0, &[OLD, new]));
        let found = compare(&both, Some(&base), Some(&both));
        assert_eq!(
            found[0].words(),
            "red on base: passed, so it proves nothing new; green on approved: passed"
        );
        assert!(!found[0].is_proof());
    }

    #[test]
    fn a_file_that_cannot_be_loaded_on_the_base_is_red_too() {
        let new = "app tests::cancels";
        let (base, green) = (run(0, &[OLD]), run(0, &[OLD, (new, Outcome::Passed)]));
        let mut red = run(101, &[("loader.made_up", Outcome::Failed)]);
        red.parsed.complete = false;
        assert_eq!(
            said(&red, Some(&base), Some(&green)),
            ["cancels red on base: could not run without the change; green on approved: passed"]
        );
    }

    #[test]
    fn nothing_is_said_where_the_base_does_not_say_which_tests_it_has() {
        let red = run(1, &[("t::new", Outcome::Failed)]);
        assert_eq!(said(&red, None, None), Vec::<String>::new());
        let mut quiet = run(0, &[OLD]);
        quiet.parsed.passed = 40;
        assert_eq!(said(&red, Some(&quiet), None), Vec::<String>::new());
        let mut blocked = run(2, &[]);
        blocked.parsed.blocked = Some("fastapi is not installed".into());
        assert_eq!(said(&red, Some(&blocked), None), Vec::<String>::new());
        let stopped = CommandRun { ending: Ending::Stopped, ..red.clone() };
        assert_eq!(said(&stopped, Some(&run(0, &[OLD])), None), Vec::<String>::new());
    }
}
