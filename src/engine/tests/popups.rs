//! Popups: numbers mark, Enter does, Esc is safe; trust is asked once and never by accident.

use super::driver::{Driver, World};
use crate::{
    domain::event::What,
    engine::{Effect, Msg, msg::SessionLine},
};
use pretty_assertions::assert_eq;

fn trusted(driver: &Driver) -> usize {
    driver.count(|what| matches!(what, What::Trusted { .. }))
}

#[test]
fn numbers_mark_and_only_enter_does() {
    let mut driver = Driver::untrusted(World::default());
    let (title, options, marked) = driver.question().expect("entering VERIFY asks");
    assert_eq!(title, "Trust these commands?");
    assert_eq!(options, ["not now", "read the commands first", "trust these 2"]);
    assert_eq!(marked, 0);
    driver.press("3");
    assert_eq!(driver.question().map(|question| question.2), Some(2));
    driver.press("9");
    assert_eq!(driver.question().map(|question| question.2), Some(2));
    assert_eq!((trusted(&driver), driver.take("run").len()), (0, 0));
    driver.press("↑ a");
    assert_eq!(driver.question().map(|question| question.2), Some(1));
    assert_eq!(driver.floor(), "Numbers and arrows choose, Enter does, Esc is the safe one.");
}

#[test]
fn escape_on_trust_runs_nothing() {
    let mut driver = Driver::untrusted(World::default());
    driver.press("3 Esc");
    assert_eq!((trusted(&driver), driver.take("run").len()), (0, 0));
    assert_eq!(driver.notice(), "nothing runs; r asks again");
    assert_eq!(driver.suggested(), "r run checks");
}

#[test]
fn keys_that_were_typed_ahead_do_not_trust() {
    let mut driver = Driver::acting(World::default());
    driver.press("a a a");
    driver.press_fast("c 3 Enter");
    assert_eq!(driver.popup_title(), "Trust these commands?");
    assert_eq!((trusted(&driver), driver.take("run").len()), (0, 0));
    driver.press("Enter");
    assert_eq!(trusted(&driver), 1);
}

#[test]
fn reading_the_commands_comes_back_to_the_question() {
    let mut driver = Driver::untrusted(World::default());
    driver.press("2 Enter");
    assert_eq!(driver.popup_title(), "The commands, as they are run");
    driver.press("Esc");
    assert_eq!(driver.question().map(|question| question.2), Some(0));
    driver.press_fast("3 Enter");
    assert_eq!(trusted(&driver), 0, "the question is a new one");
}

#[test]
fn trust_is_asked_once_and_again_when_a_command_changes() {
    let mut driver = Driver::verified(World::default());
    assert_eq!(trusted(&driver), 1);
    driver.press("R");
    assert_eq!((driver.model.screen.popup.is_none(), trusted(&driver)), (true, 1));
    driver.world.commands[0].argv.push("--fix".into());
    driver.world.digest = "sha256:2".into();
    driver.found(false);
    driver.asked.clear();
    driver.press("R");
    assert_eq!(driver.popup_title(), "Trust these commands?");
    assert!(driver.take("run").is_empty());
    driver.press("3 Enter");
    assert_eq!(driver.model.session.evidence.trusted, "sha256:2");
    let asked = driver.take("trust");
    assert!(matches!(asked.as_slice(), [Effect::Trust { digest }] if digest == "sha256:2"), "{asked:?}");
}

#[test]
fn what_was_trusted_earlier_is_not_asked_again() {
    let mut driver = Driver::acting(World::default());
    driver.found(true);
    driver.press("a a a c");
    assert_eq!((driver.model.screen.popup.is_none(), trusted(&driver)), (true, 1));
    assert_eq!(driver.floor(), "FINALIZE is open  no command is worse than on the base");
}

#[test]
fn a_run_of_another_command_says_nothing_about_the_new_one() {
    let mut driver = Driver::verified(World::default());
    driver.world.commands[0].argv.push("--fix".into());
    driver.found(true);
    assert!(!driver.model.session.evidence.runs.contains_key("lint"));
    assert!(driver.model.session.evidence.runs.contains_key("tests"));
}

#[test]
fn the_palette_finds_an_action_by_name_and_does_it() {
    let mut driver = Driver::acting(World::default());
    driver.press(": r e j e c t Enter");
    assert!(driver.popup_title().starts_with("Rejecting hunk 1"), "{}", driver.popup_title());
}

#[test]
fn help_does_the_marked_action() {
    let mut driver = Driver::acting(World::default());
    driver.press("? z o o m Enter");
    assert!(driver.model.screen.zoomed);
}

#[test]
fn the_why_card_leads_to_the_decision() {
    let mut driver = Driver::acting(World::default());
    driver.press("w");
    assert_eq!(driver.popup_title(), "Why hunk 1");
    driver.press("z");
    assert_eq!(driver.floor(), "Esc closes this.");
    driver.press("a");
    assert_eq!(driver.states()[0], "1 approved");
}

#[test]
fn quitting_asks_only_while_something_runs_and_esc_stays() {
    let world = World { holds: vec!["run"], ..World::default() };
    let mut driver = Driver::verified(world);
    driver.press("q");
    assert_eq!(driver.popup_title(), "Something is still running");
    driver.press("Esc");
    assert!(!driver.model.screen.quit);
    driver.press("q 2 Enter");
    assert!(driver.model.screen.quit);
    let mut idle = Driver::acting(World::default());
    idle.press("q");
    assert!(idle.model.screen.quit);
}

#[test]
fn sessions_are_chosen_by_number_and_deleted_after_a_choice() {
    let mut driver = Driver::acting(World::default());
    let line =
        |id: &str| SessionLine { id: id.into(), task: id.into(), scene: "ACT".into(), saved: "now".into() };
    let list = || Msg::Sessions(vec![line("one"), line("two")]);
    driver.send(list());
    driver.press("2 Enter");
    assert!(matches!(driver.take("resume-session").as_slice(), [Effect::ResumeSession(id)] if id == "two"));
    driver.send(list());
    driver.press("x Enter");
    assert!(driver.take("delete-session").is_empty());
    driver.send(list());
    driver.press("x 2 Enter");
    assert!(matches!(driver.take("delete-session").as_slice(), [Effect::DeleteSession(id)] if id == "one"));
}

#[test]
fn escape_on_taking_the_report_takes_nothing() {
    let mut driver = Driver::finalizing(World::default());
    driver.press("y");
    assert_eq!(driver.popup_title(), "Take the report");
    driver.press("Esc");
    assert!(driver.take("export").is_empty());
}
