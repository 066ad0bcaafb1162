//! Texts: letters are text, a paste never submits, Esc leaves one thing, drafts are kept.

use super::driver::{Driver, World};
use crate::{
    domain::event::Scene,
    engine::{Msg, view::Pane},
    keys::Action,
};
use pretty_assertions::assert_eq;

fn open_text(driver: &Driver) -> Option<String> {
    driver.screen().editor.map(|editor| editor.text)
}

#[test]
fn letters_digits_and_signs_are_text_while_the_caret_is_there() {
    let mut driver = Driver::new(World::default());
    driver.press("a q 3 ? : / Space x");
    assert_eq!(open_text(&driver), Some("aq3?:/ x".into()));
    assert_eq!((driver.scene(), driver.model.screen.quit), (Scene::Prepare, false));
}

#[test]
fn no_action_decides_anything_while_a_text_is_open() {
    for action in Action::ALL {
        let ends = matches!(action, Action::Open | Action::Done | Action::Down);
        if ends {
            continue;
        }
        let mut driver = Driver::acting(World::default());
        driver.press("e");
        let (before, events) = (driver.states(), driver.events.len());
        driver.send(Msg::Act(*action));
        assert_eq!((driver.states(), driver.events.len()), (before, events), "{}", action.name());
    }
}

#[test]
fn a_paste_never_submits() {
    let mut driver = Driver::new(World::default());
    driver.asked.clear();
    driver.text("one\ntwo\nq\n");
    assert_eq!(open_text(&driver), Some("one\ntwo\nq\n".into()));
    assert!(driver.take("read-task").is_empty());
}

#[test]
fn enter_is_a_new_line_only_in_a_long_text() {
    let mut driver = Driver::acting(World::default());
    driver.press("e");
    driver.retype("x");
    driver.press("Enter");
    assert_eq!(open_text(&driver), Some("x\n".into()));
    driver.press("Ctrl-S");
    assert_eq!(driver.states()[0], "1 approved as edited");
}

#[test]
fn escape_leaves_the_task_and_what_was_typed_is_there_again() {
    let mut driver = Driver::new(World::default());
    driver.text("Let customers");
    driver.press("Esc");
    assert_eq!(driver.notice(), "the task is not read yet; e goes on with it");
    assert_eq!(open_text(&driver), None);
    driver.press("e");
    assert_eq!(open_text(&driver), Some("Let customers".into()));
}

#[test]
fn help_another_pane_and_a_list_keep_what_was_typed() {
    let mut driver = Driver::new(World::default());
    driver.text("Let customers");
    driver.press("F1 Esc");
    assert_eq!(open_text(&driver), Some("Let customers".into()));
    driver.press("Tab");
    assert_eq!(driver.model.screen.focus, Pane::Checklist);
    driver.press(": Esc");
    assert_eq!(open_text(&driver), Some("Let customers".into()));
}

#[test]
fn a_hunks_text_is_kept_as_a_draft() {
    let mut driver = Driver::acting(World::default());
    driver.press("e");
    driver.retype("mine\n");
    driver.press("Esc");
    assert_eq!((driver.notice(), driver.states()[0].clone()), ("draft kept".into(), "1 undecided".into()));
    driver.press("e");
    assert_eq!(open_text(&driver), Some("mine\n".into()));
    driver.press("Ctrl-S");
    assert_eq!(driver.states()[0], "1 approved as edited");
}

#[test]
fn a_text_that_was_not_changed_leaves_no_draft() {
    let mut driver = Driver::acting(World::default());
    driver.press("e Esc");
    assert!(driver.model.screen.drafts.is_empty());
}

#[test]
fn escape_leaves_exactly_one_thing_and_never_quits() {
    let mut driver = Driver::acting(World::default());
    driver.press("z Space s");
    let left = |driver: &Driver| {
        let screen = &driver.model.screen;
        (screen.cut.is_some(), screen.zoomed, !screen.chosen_hunks.is_empty(), screen.quit)
    };
    assert_eq!(left(&driver), (true, true, true, false));
    driver.press("Esc");
    assert_eq!(left(&driver), (false, true, true, false));
    driver.press("Esc");
    assert_eq!(left(&driver), (false, false, true, false));
    driver.press("Esc");
    assert_eq!(left(&driver), (false, false, false, false));
    for _ in 0..5 {
        driver.press("Esc");
        assert_eq!(driver.floor(), "There is nothing to leave. q quits; the session is kept.");
    }
    assert!(!driver.model.screen.quit);
}

#[test]
fn ctrl_c_clears_a_text_then_says_how_to_quit_and_twice_quits() {
    let mut driver = Driver::new(World::default());
    driver.text("x");
    driver.press("Ctrl-C");
    assert_eq!(open_text(&driver), Some(String::new()));
    driver.press("Ctrl-C");
    assert_eq!(driver.floor(), "Nothing runs. q quits; Ctrl-C again also does.");
    driver.model.now += 5000;
    driver.press("Ctrl-C");
    assert!(!driver.model.screen.quit);
    driver.press("Ctrl-C");
    assert!(driver.model.screen.quit);
}

#[test]
fn a_question_that_comes_by_itself_does_not_take_the_text_away_for_good() {
    let mut driver = Driver::acting(World::default());
    driver.press("e");
    driver.retype("mine\n");
    driver.send(Msg::BaseMoved);
    assert_eq!((driver.popup_title(), open_text(&driver)), ("The branch moved".into(), None));
    driver.press("Esc e");
    assert_eq!(open_text(&driver), Some("mine\n".into()));
}

#[test]
fn a_double_click_opens_the_row_and_not_the_text() {
    let mut driver = Driver::prepared(World::default());
    driver.press("Tab Tab Tab e");
    driver.text("more");
    driver.asked.clear();
    driver.send(Msg::Clicked { pane: Pane::Checklist, row: 1, twice: true });
    assert!(driver.take("read-task").is_empty());
}
