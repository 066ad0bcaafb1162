//! PREPARE: the task, its questions and criteria, the stack, the gate to ACQUIRE.

use super::{
    driver::{Driver, World},
    sample,
};
use crate::{
    domain::{
        event::Scene,
        stack::{Confidence, StackField, StackKey},
        task::CriterionState,
    },
    engine::{Msg, view::Pane},
};
use pretty_assertions::assert_eq;

fn states(driver: &Driver) -> Vec<(u32, String, CriterionState)> {
    let criteria = driver.model.session.work.task.iter().flat_map(|task| &task.reading.criteria);
    criteria.map(|it| (it.id.0, it.text.clone(), it.state)).collect()
}

#[test]
fn the_first_screen_has_the_caret_in_the_task_and_offers_examples() {
    let mut driver = Driver::begun(World::default());
    assert_eq!(driver.floor(), "ACQUIRE opens when the task has one criterion");
    assert!(driver.screen().floor.typing);
    driver.press("↓");
    assert!(driver.floor().contains("examples appear when the first scan has ended"), "{}", driver.floor());
    driver.scan();
    assert_eq!(driver.rows(Pane::Proposal), ["↓ Cancel an order", "Add login"]);
    assert_eq!(driver.suggested(), "↓ take an example");
    driver.press("↓");
    assert_eq!(driver.screen().editor.map(|editor| editor.text), Some("Cancel an order".into()));
    driver.press("↓");
    assert_eq!(driver.screen().editor.map(|editor| editor.text), Some("Add login".into()));
    driver.press("Enter");
    assert_eq!(driver.model.session.work.task.as_ref().map(|task| task.text.as_str()), Some("Add login"));
}

#[test]
fn the_gate_waits_for_the_question_then_for_a_criterion_then_opens() {
    let mut world = World::default();
    world.reading.questions = vec![sample::question()];
    let mut driver = Driver::prepared(world);
    assert_eq!(driver.floor(), "ACQUIRE opens when 1 question is answered");
    driver.press("c");
    assert_eq!(driver.floor(), "ACQUIRE opens when 1 question is answered. n goes to the question.");
    driver.press("n j Enter");
    let answer = driver.model.session.work.task.as_ref().map(|task| task.reading.questions[0].answer);
    assert_eq!(answer, Some(Some(1)));
    assert_eq!(driver.floor(), "ACQUIRE opens when one criterion is accepted");
    assert_eq!(driver.suggested(), "A accept all 2");
    driver.press("c");
    assert_eq!(driver.floor(), "ACQUIRE opens when one criterion is accepted. A accepts them.");
    driver.press("A");
    assert_eq!(driver.floor(), "ACQUIRE is open  stack confirmed, 2 criteria");
    assert_eq!(driver.suggested(), "c on to ACQUIRE");
    driver.press("c");
    assert_eq!(driver.scene(), Scene::Acquire);
}

#[test]
fn without_a_stack_the_gate_is_shut_and_says_which_key_names_it() {
    let mut world = World::default();
    world.map.stack.language = StackField::default();
    let mut driver = Driver::prepared(world);
    driver.press("A");
    assert_eq!(driver.floor(), "ACQUIRE is shut: no stack found  e names it");
    driver.press("c");
    assert_eq!(driver.floor(), "ACQUIRE is shut: no stack found; e names it.");
    assert_eq!(driver.scene(), Scene::Prepare);
    driver.press("Tab Tab e");
    assert_eq!(driver.popup_title(), "What is the language?");
    driver.text("Python");
    driver.press("Enter c");
    assert_eq!(driver.scene(), Scene::Acquire);
    assert_eq!(driver.model.session.work.stated.get(&StackKey::Language), Some(&Some("python".into())));
}

#[test]
fn a_likely_stack_is_confirmed_before_the_next_scene_whatever_key_leads_there() {
    for key in ["c", "2"] {
        let mut world = World::default();
        world.map.stack.framework.confidence = Confidence::Likely;
        let mut driver = Driver::prepared(world);
        driver.press("A");
        driver.press(key);
        assert_eq!(driver.popup_title(), "Confirm the stack");
        driver.press("Esc");
        assert_eq!((driver.scene(), driver.model.session.work.stack_confirmed), (Scene::Prepare, false));
        driver.press(key);
        driver.press("Enter");
        assert_eq!((driver.scene(), driver.model.session.work.stack_confirmed), (Scene::Prepare, false));
        assert_eq!(driver.model.screen.focus, Pane::Boundaries, "the field to correct is marked");
        driver.press(key);
        driver.press("2 Enter");
        assert_eq!((driver.scene(), driver.model.session.work.stack_confirmed), (Scene::Acquire, true));
    }
}

#[test]
fn criteria_are_accepted_dropped_edited_and_added_and_undo_takes_each_back() {
    let mut driver = Driver::prepared(World::default());
    let row = |id, text: &str, state| (id, text.to_owned(), state);
    driver.press("a x");
    assert_eq!(
        states(&driver),
        [
            row(1, "cancel answers 200", CriterionState::Accepted),
            row(2, "stock comes back", CriterionState::Dropped)
        ]
    );
    driver.press("e");
    driver.retype("cancel answers 204");
    driver.press("Enter");
    driver.act("add-criterion");
    driver.text("it is logged");
    driver.press("Enter");
    assert_eq!(
        states(&driver),
        [
            row(1, "cancel answers 204", CriterionState::Accepted),
            row(2, "stock comes back", CriterionState::Dropped),
            row(3, "it is logged", CriterionState::Accepted)
        ]
    );
    driver.press("u u u u");
    assert_eq!(
        states(&driver),
        [
            row(1, "cancel answers 200", CriterionState::Proposed),
            row(2, "stock comes back", CriterionState::Proposed)
        ]
    );
    assert!(driver.notice().starts_with("undone: marked AC1"), "{}", driver.notice());
}

#[test]
fn a_contract_adds_its_criteria_after_the_known_ones() {
    let mut driver = Driver::prepared(World::default());
    driver.send(Msg::ContractRead(Ok(vec![sample::criterion(1, "GET answers 200", &[])])));
    assert_eq!(
        states(&driver).last().map(|last| (last.0, last.1.clone())),
        Some((3, "GET answers 200".into()))
    );
}

#[test]
fn a_risk_of_the_task_opens_the_orm_page_once() {
    let driver = Driver::prepared(World::default());
    assert_eq!(driver.model.session.evidence.pages.len(), 1);
}

#[test]
fn refusals_say_the_reason() {
    let mut driver = Driver::new(World::default());
    driver.press("Esc x");
    assert_eq!(driver.floor(), "Mark a criterion first; Tab moves to the Checklist.");
    driver.press("A");
    assert_eq!(driver.floor(), "There is no task yet; say what you want to change.");
    driver.press("c");
    assert_eq!(driver.floor(), "ACQUIRE opens when the task has one criterion. e opens the task.");
    driver.press("4");
    assert_eq!(driver.floor(), "VERIFY has nothing to show yet. c goes on scene by scene.");
    driver.press("u");
    assert_eq!(driver.floor(), "There is nothing to undo.");
    driver.press("s");
    assert!(driver.floor().contains("? lists what has"), "{}", driver.floor());
}
