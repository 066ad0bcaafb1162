//! VERIFY: verdicts, the comparison with the base, staleness, ticks, partial success.

use super::{
    driver::{Driver, World},
    sample,
};
use crate::{
    domain::{
        command::{CommandRun, Ending},
        event::Scene,
    },
    engine::{
        Effect, Msg,
        view::{Body, Pane, Progress, Row},
    },
    ports::verifier::{OutputLine, OutputSpan},
};
use pretty_assertions::assert_eq;

fn with(run: CommandRun) -> World {
    let mut world = World::default();
    world.runs.insert(run.command.clone(), run);
    world
}

#[test]
fn every_verdict_has_its_sentence_on_the_floor() {
    let open = "FINALIZE is open  no command is worse than on the base";
    let shut = |reason: &str| format!("FINALIZE is shut: {reason}  f finishes as partial");
    let blocked = Ending::Blocked { reason: "DATABASE_URL is not set".into() };
    let not_run = Ending::NotRun { reason: "no ruff".into() };
    let table = [
        (sample::run("tests", 0, &[]), open.to_owned()),
        (sample::run("tests", 1, &["test_ships"]), shut("1 new failure")),
        (sample::run("tests", 1, &["test_a", "test_b"]), shut("2 new failures")),
        (sample::run("tests", 3, &[]), shut("pytest -q is untrusted, exit 3, no failure parsed")),
        (sample::ended("tests", blocked), shut("pytest -q is blocked, DATABASE_URL is not set")),
        (sample::ended("tests", Ending::TimedOut { after_seconds: 60 }), shut("pytest -q timed out")),
        (sample::ended("tests", Ending::Stopped), shut("pytest -q was stopped")),
        (sample::ended("lint", not_run), shut("ruff check . did not run, no ruff")),
    ];
    for (run, expected) in table {
        let driver = Driver::verified(with(run.clone()));
        assert_eq!(driver.floor(), expected, "{run:?}");
    }
}

#[test]
fn what_fails_on_the_base_too_fails_as_before_and_the_gate_opens() {
    let mut world = with(sample::run("tests", 1, &["test_tax"]));
    world.base_runs.insert("tests".into(), sample::run("tests", 1, &["test_tax"]));
    let driver = Driver::verified(world);
    assert_eq!(driver.floor(), "FINALIZE is open  no command is worse than on the base, 1 fails as before");
    assert!(driver.shows(Pane::Verify, "· pytest -q"));
    assert!(driver.shows(Pane::Verify, "· failed before  1  test_tax"));
}

#[test]
fn until_the_base_ran_a_failure_is_pending() {
    let mut world = with(sample::run("tests", 1, &["test_tax"]));
    world.base_runs.clear();
    let mut driver = Driver::verified(world);
    assert_eq!(driver.floor(), "FINALIZE is shut: pytest -q fails, base pending  f finishes as partial");
    let run = Box::new(sample::run("tests", 1, &["test_tax"]));
    driver.send(Msg::RunFinished { run, base: true, playbook: None });
    assert_eq!(driver.floor(), "FINALIZE is open  no command is worse than on the base, 1 fails as before");
}

#[test]
fn mixed_results_when_repeated_alone_are_flaky_and_open_the_gate() {
    let mut driver = Driver::verified(with(sample::run("tests", 1, &["test_export"])));
    assert_eq!(driver.floor(), "FINALIZE is shut: 1 new failure  f finishes as partial");
    driver.send(Msg::Repeated { command: "tests".into(), key: "test_export".into(), failures: 1, runs: 3 });
    assert!(driver.shows(Pane::Verify, "≈ flaky"), "{:?}", driver.rows(Pane::Verify));
    assert!(driver.floor().starts_with("FINALIZE is open"), "{}", driver.floor());
}

#[test]
fn a_criterion_that_names_a_test_needs_it_to_pass() {
    let mut run = sample::run("tests", 0, &[]);
    run.parsed.tests.clear();
    let driver = Driver::verified(with(run));
    assert_eq!(
        driver.floor(),
        "FINALIZE is shut: AC1 is not proven, test_cancel has not run  f finishes as partial"
    );
}

#[test]
fn a_later_decision_makes_the_runs_stale_and_taking_it_back_does_not() {
    let mut driver = Driver::verified(World::default());
    assert_eq!(driver.suggested(), "c on to FINALIZE");
    driver.press("3 [ x 3 Enter Enter");
    driver.press("4");
    let waits = "FINALIZE opens when no command is worse than on the base";
    let mut held = Driver::verified(World { holds: vec!["run"], ..World::default() });
    assert_eq!(held.floor(), waits);
    held.press("Ctrl-C");
    let mut driver = Driver::verified(World::default());
    driver.world.holds = vec!["run"];
    driver.press("3 u");
    assert_eq!(driver.model.session.undecided(), 1);
    driver.press("a 4");
    assert!(driver.take("run").len() <= 2, "the same texts are verified already");
    assert!(driver.floor().starts_with("FINALIZE is open"), "{}", driver.floor());
    driver.press("3 [ x 3 Enter Enter 4");
    assert_eq!(driver.floor(), waits);
    assert!(driver.model.activity.running.is_some(), "entering runs what is stale");
}

#[test]
fn a_decision_while_commands_run_leaves_their_results_behind() {
    let mut driver = Driver::verified(World::default());
    driver.world.holds = vec!["run"];
    driver.press("R");
    driver.press("3 [ [ x 3 Enter Enter");
    for command in ["lint", "tests"] {
        driver.send(Msg::RunStarted { command: command.into(), base: false });
        let run = Box::new(sample::run(command, 0, &[]));
        driver.send(Msg::RunFinished { run, base: false, playbook: None });
    }
    driver.send(Msg::RunsEnded { base: false });
    driver.world.holds = vec!["run"];
    assert!(crate::engine::judge::all(&driver.model).iter().all(|judged| judged.stale));
}

#[test]
fn results_of_an_earlier_tree_are_still_stale_after_a_resume() {
    let mut driver = Driver::verified(World::default());
    driver.press("3 [ x 3 Enter Enter");
    let mut again = Driver::begun(World { holds: vec!["run"], ..World::default() });
    again.send(Msg::Resumed(driver.events.clone()));
    assert_eq!(again.model.session, driver.model.session);
    assert!(crate::engine::judge::all(&again.model).iter().all(|judged| judged.stale));
}

#[test]
fn a_tick_taken_back_leaves_the_results_as_they_are() {
    let mut driver = Driver::verified(World::default());
    driver.press("Tab Tab Tab n t");
    driver.text("read it");
    driver.press("Enter u");
    assert!(driver.floor().starts_with("FINALIZE is open"), "{}", driver.floor());
}

#[test]
fn a_violation_that_the_base_did_not_have_shuts_the_gate() {
    let mut world = World::default();
    let mut after = sample::map();
    after.findings.push(sample::finding("sec/sql", sample::SERVICE, 5, "f9", false));
    world.approved = Some(after);
    let driver = Driver::verified(world);
    assert_eq!(
        driver.floor(),
        "FINALIZE is shut: the checklist is contradicted, sec/sql at app/services/orders.py:5  f finishes as partial"
    );
}

#[test]
fn a_run_in_files_that_are_not_the_approved_tree_does_not_count() {
    let mut driver = Driver::verified(World::default());
    driver.act("in-place");
    driver.world.tree = String::new();
    driver.press("R");
    let why = "ruff check . ran in your files, which are not the approved tree";
    assert_eq!(driver.floor(), format!("FINALIZE is shut: {why}  f finishes as partial"));
    assert!(driver.shows(Pane::Verify, "○ ruff check ."), "{:?}", driver.rows(Pane::Verify));
    assert!(driver.shows(Pane::Verify, "in your files, which are not the approved tree"));
    assert!(driver.shows(Pane::Checklist, "AC1"));
    assert!(!driver.shows(Pane::Checklist, "✓ AC1"), "{:?}", driver.rows(Pane::Checklist));
    let open = crate::engine::reporting::report(&driver.model).open;
    assert!(open[0].blocking && open[0].why == "ran in your files, which are not the approved tree");
    driver.press("f");
    assert_eq!(driver.popup_title(), "Finish as partial success?");
}

#[test]
fn a_run_in_files_that_are_the_approved_tree_counts() {
    let mut driver = Driver::verified(World::default());
    driver.act("in-place");
    driver.press("R");
    assert!(driver.floor().starts_with("FINALIZE is open"), "{}", driver.floor());
}

#[test]
fn the_bar_is_as_far_as_the_newest_output_says() {
    let mut driver = Driver::verified(World::default());
    driver.world.holds = vec!["run"];
    driver.press("R");
    driver.send(Msg::RunStarted { command: "tests".into(), base: false });
    let bars = |driver: &Driver| -> Vec<Progress> {
        let Body::Output { list, .. } = &driver.screen().panes[3].body else { return Vec::new() };
        list.iter()
            .filter_map(|row| match row {
                Row::Bar { progress, .. } => Some(*progress),
                _ => None,
            })
            .collect()
    };
    assert_eq!(bars(&driver), []);
    let counted = Progress::Counted { done: 3, total: 9 };
    for progress in [Some(counted), Some(Progress::Percent(42)), None] {
        driver.send(Msg::Output { command: "tests".into(), lines: Vec::new(), progress });
        assert_eq!(bars(&driver), progress.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn only_the_lines_that_can_be_seen_are_made_ready_wherever_the_output_is_scrolled_to() {
    let mut driver = Driver::verified(World::default());
    let lines = (0..12_000)
        .map(|number| OutputLine {
            spans: vec![OutputSpan { text: number.to_string(), ..OutputSpan::default() }],
            replaces: false,
        })
        .collect();
    driver.send(Msg::Output { command: "lint".into(), lines, progress: None });
    for (top, first) in
        [(None, 9940), (Some(0), 0), (Some(5000), 5000), (Some(9990), 9940), (Some(77_777), 9940)]
    {
        driver.model.screen.output_top = top;
        driver.model.screen.pinned_output = true;
        let screen = driver.screen();
        let Body::Output { output, .. } = &screen.panes[3].body else { panic!("no output") };
        assert_eq!((output.len, output.first, output.lines.len()), (10_000, first, 60), "{top:?}");
        assert_eq!(output.lines[0][0].text, (first + 2000).to_string());
    }
}

#[test]
fn an_optional_command_never_shuts_the_gate() {
    let mut world = with(sample::run("lint", 1, &["E501"]));
    world.commands[0].optional = true;
    let mut driver = Driver::verified(world);
    assert!(driver.floor().starts_with("FINALIZE is open"), "{}", driver.floor());
    assert_eq!(driver.suggested(), "c on to FINALIZE");
    driver.press("c");
    assert!(driver.shows(Pane::Proposal, "━━ Success"));
}

#[test]
fn next_goes_from_failure_to_failure_then_to_what_is_to_be_ticked() {
    let mut driver = Driver::verified(with(sample::run("tests", 1, &["test_a", "test_b"])));
    assert_eq!(driver.suggested(), "Enter go to the failure");
    driver.press("n");
    assert!(driver.rows(Pane::Proposal)[0].starts_with("✗ test_a tests/test_orders.py:5"));
    driver.press("n");
    assert!(driver.rows(Pane::Proposal)[0].starts_with("✗ test_b"));
    driver.press("n");
    assert!(driver.rows(Pane::Proposal)[0].starts_with("✗ test_a"));
    let mut green = Driver::verified(World::default());
    green.press("n");
    assert_eq!(green.model.screen.focus, Pane::Checklist);
    green.press("t");
    assert_eq!(green.popup_title(), "Tick by hand");
    green.text("short and clear");
    green.press("Enter");
    assert!(green.shows(Pane::Checklist, "✓ message-readable holds  Ada: short and clear"));
    green.press("n");
    assert_eq!(green.floor(), "No failure and nothing to tick. c goes on.");
}

#[test]
fn evidence_decides_and_nobody_ticks_over_it() {
    let mut driver = Driver::verified(World::default());
    assert!(driver.shows(Pane::Checklist, "✓ lint-clean holds  ruff check ."));
    driver.model.screen.focus = Pane::Checklist;
    driver.press("G t");
    assert_eq!(driver.floor(), "Evidence decides this item; nobody ticks it.");
}

#[test]
fn what_does_not_apply_needs_a_reason() {
    let mut driver = Driver::verified(World::default());
    driver.press("n x Enter");
    assert_eq!(driver.floor(), "An item that does not apply needs a reason.");
    driver.text("no message");
    driver.press("Enter");
    assert!(
        driver.shows(Pane::Checklist, "– message-readable holds  no message"),
        "{:?}",
        driver.rows(Pane::Checklist)
    );
}

#[test]
fn three_failures_in_a_row_suggest_another_approach() {
    let mut driver = Driver::verified(with(sample::run("tests", 1, &["test_a"])));
    driver.world.commands.remove(0);
    driver.found(true);
    for tree in ["1", "2", "3"] {
        driver.world.tree = tree.repeat(40);
        driver.press("r");
    }
    assert!(driver.shows(Pane::Proposal, "Three tries with this approach."));
}

#[test]
fn run_again_takes_only_what_is_not_green() {
    let mut driver = Driver::verified(with(sample::run("tests", 1, &["test_a"])));
    driver.asked.clear();
    driver.press("r");
    let asked = driver.take("run");
    assert!(
        matches!(asked.as_slice(), [Effect::Run { commands, base: false, .. }] if commands.len() == 1 && commands[0].id == "tests"),
        "{asked:?}"
    );
}

#[test]
fn partial_success_is_a_choice_with_a_note_and_names_what_is_open() {
    let mut driver = Driver::verified(with(sample::run("tests", 1, &["test_ships"])));
    driver.press("c");
    assert_eq!(driver.floor(), "FINALIZE is shut: 1 new failure; f finishes as partial.");
    driver.press("f");
    assert_eq!(driver.popup_title(), "Finish as partial success?");
    driver.press("Enter");
    assert_eq!(driver.scene(), Scene::Verify);
    driver.press("f 3 Enter");
    driver.text("the fixture is wrong");
    driver.press("Enter");
    assert_eq!(driver.scene(), Scene::Finalize);
    assert_eq!(driver.notice(), "partial success: 1 new failure");
    let rows = driver.rows(Pane::Proposal);
    assert_eq!(rows[..2], ["━━ Partial success", "open: pytest -q, finished as partial"]);
    assert!(rows.iter().any(|row| row == "✗ pytest -q  new: test_ships"), "{rows:?}");
}

#[test]
fn partial_success_lapses_when_nothing_required_is_open_any_more() {
    let mut driver = Driver::verified(with(sample::run("tests", 1, &["test_ships"])));
    driver.press("f 2 Enter 4");
    driver.world.runs.insert("tests".into(), sample::run("tests", 0, &[]));
    driver.press("R c");
    assert!(driver.shows(Pane::Proposal, "━━ Success"), "{:?}", driver.rows(Pane::Proposal));
}

#[test]
fn nothing_open_needs_no_partial() {
    let mut driver = Driver::verified(World::default());
    driver.press("f");
    assert_eq!(driver.floor(), "Nothing required is open; c goes on to FINALIZE.");
}

#[test]
fn without_commands_the_gate_is_shut_and_partial_leads_on() {
    let mut world = World::default();
    world.commands.clear();
    let mut driver = Driver::untrusted(world);
    assert_eq!(driver.floor(), "FINALIZE is shut: no commands found  f finishes as partial");
    driver.press("r");
    assert_eq!(driver.floor(), "No commands were found; f finishes as partial.");
    driver.press("f 2 Enter");
    assert_eq!(driver.scene(), Scene::Finalize);
}

#[test]
fn a_run_of_the_base_that_is_refused_does_not_end_the_other() {
    let mut driver = Driver::verified(World::default());
    driver.world.holds = vec!["run"];
    driver.press("R");
    driver.send(Msg::RunsRefused("the clean copy could not be made: disk full".into()));
    driver.send(Msg::RunsEnded { base: true });
    assert!(driver.model.activity.running.is_some());
    driver.press("R");
    assert_eq!(driver.floor(), "Commands are running; Ctrl-C stops them.");
}
