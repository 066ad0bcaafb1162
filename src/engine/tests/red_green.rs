//! Red and green runs of test-first steps: shown, written down, and dropped when they are
//! no longer about what is approved.

use super::{
    driver::{Driver, World},
    sample,
};
use crate::{
    domain::{
        command::{CommandRun, Outcome, Parsed, TestResult},
        event::What,
    },
    engine::{Msg, reporting, view::Pane},
};
use pretty_assertions::assert_eq;

const NEW: &str = "tests/test_orders.py::test_cancel";
const OLD: (&str, Outcome) = ("tests/test_orders.py::test_list", Outcome::Passed);

fn run(tests: &[(&str, Outcome)]) -> CommandRun {
    let count =
        |wanted| u32::try_from(tests.iter().filter(|(_, outcome)| *outcome == wanted).count()).unwrap_or(0);
    let failed: Vec<&str> =
        tests.iter().filter(|(_, outcome)| *outcome == Outcome::Failed).map(|(name, _)| *name).collect();
    let code = i32::from(!failed.is_empty());
    let named = sample::run("tests", code, &failed);
    let parsed = Parsed {
        tests: tests
            .iter()
            .map(|(name, outcome)| TestResult { name: (*name).into(), outcome: *outcome })
            .collect(),
        passed: count(Outcome::Passed),
        failed: count(Outcome::Failed),
        ..named.parsed
    };
    CommandRun { parsed, ..named }
}

fn world(red: Outcome) -> World {
    let mut world = World::default();
    world.base_runs.insert("tests".into(), run(&[OLD]));
    let red = CommandRun { tree: "5ed".repeat(13), ..run(&[OLD, (NEW, red)]) };
    world.red_runs.insert("tests".into(), red);
    world.runs.insert("tests".into(), run(&[OLD, (NEW, Outcome::Passed)]));
    world
}

fn colours(driver: &Driver) -> Vec<(String, bool)> {
    let written = driver.events.iter().filter_map(|event| match &event.what {
        What::TestFirst { test, green, .. } => Some((test.clone(), *green)),
        _ => None,
    });
    written.collect()
}

#[test]
fn a_test_that_failed_on_the_base_and_passes_now_is_shown_with_both_runs() {
    let driver = Driver::verified(world(Outcome::Failed));
    let words = "red on base: failed; green on approved: passed";
    for row in ["RED, THEN GREEN", "✓ test_cancel", words] {
        assert!(driver.shows(Pane::Verify, row), "{row}: {:?}", driver.rows(Pane::Verify));
    }
    let proven = "test_cancel, red on base before";
    assert!(driver.shows(Pane::Checklist, proven), "{:?}", driver.rows(Pane::Checklist));
    assert_eq!(reporting::report(&driver.model).test_first, [format!("{NEW} {words}")]);
    assert_eq!(colours(&driver), [(NEW.to_owned(), false), (NEW.to_owned(), true)]);
    assert!(driver.floor().starts_with("FINALIZE is open"), "a red run is no new failure");
}

#[test]
fn while_the_red_run_goes_on_the_command_says_where_it_runs() {
    let mut driver = Driver::untrusted(World { holds: vec!["run"], ..world(Outcome::Failed) });
    driver.press("3 Enter");
    driver.send(Msg::RedStarted { command: "tests".into() });
    assert!(
        driver.shows(Pane::Verify, "pytest -q on the base, with the new tests"),
        "{:?}",
        driver.rows(Pane::Verify)
    );
    driver.send(Msg::RunStarted { command: "tests".into(), base: false });
    assert!(!driver.shows(Pane::Verify, "with the new tests"));
}

#[test]
fn a_test_that_passes_without_the_change_is_warned_about_and_is_no_proof() {
    let driver = Driver::verified(world(Outcome::Passed));
    assert!(driver.shows(Pane::Verify, "▲ test_cancel"), "{:?}", driver.rows(Pane::Verify));
    assert!(driver.shows(Pane::Verify, "red on base: passed, so it proves nothing new"));
    assert!(!driver.shows(Pane::Checklist, "red on base before"));
    assert_eq!(colours(&driver), [(NEW.to_owned(), true)]);
}

#[test]
fn the_colours_are_known_once_the_base_has_run() {
    let mut late = world(Outcome::Failed);
    let base = late.base_runs.remove("tests").map(Box::new);
    let mut driver = Driver::verified(late);
    assert!(!driver.shows(Pane::Verify, "RED, THEN GREEN"));
    driver.send(Msg::RunFinished { run: base.expect("a run"), base: true, playbook: None });
    assert!(driver.shows(Pane::Verify, "RED, THEN GREEN"));
    assert_eq!(colours(&driver).len(), 2);
}

#[test]
fn a_red_run_of_other_test_files_than_those_approved_says_nothing() {
    let mut driver = Driver::verified(world(Outcome::Failed));
    driver.world.holds = vec!["run"];
    driver.press("3 x");
    driver.press("Enter");
    assert_eq!(driver.states()[2], "3 rejected", "the hunk of the test file");
    driver.press("4");
    assert!(!driver.shows(Pane::Verify, "RED, THEN GREEN"), "{:?}", driver.rows(Pane::Verify));
    let lines = reporting::report(&driver.model).test_first;
    assert!(lines.iter().all(|line| !line.contains("red on base:")), "{lines:?}");
}

#[test]
fn a_resumed_session_shows_the_same_colours() {
    let driver = Driver::verified(world(Outcome::Failed));
    let mut again = Driver::begun(World { holds: vec!["run"], ..World::default() });
    again.send(Msg::Resumed(driver.events.clone()));
    assert_eq!(again.model.world.test_first, driver.model.world.test_first);
    assert_eq!(again.model.world.test_first.len(), 1);
}
