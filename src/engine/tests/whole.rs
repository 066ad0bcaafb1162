//! The whole way through the five scenes, and that nothing on it can break the screen.

use super::driver::{Driver, World};
use crate::{
    domain::{
        event::{Primitive, Scene, What},
        session::Session,
    },
    engine::{Msg, view::Mark},
    keys::{Action, Group},
};
use pretty_assertions::assert_eq;
use std::collections::BTreeSet;

#[test]
fn one_change_from_the_task_to_the_commit() {
    let mut driver = Driver::new(World::default());
    driver.text("Let customers cancel an order");
    driver.press("Enter A c A c a a a c 3 Enter c c Ctrl-S");
    let scenes: Vec<Scene> = driver
        .events
        .iter()
        .filter_map(|event| match event.what {
            What::SceneEntered { scene } => Some(scene),
            _ => None,
        })
        .collect();
    assert_eq!(scenes, [Scene::Acquire, Scene::Act, Scene::Verify, Scene::Finalize]);
    assert!(driver.model.session.is_committed());
    let rail: Vec<(Mark, bool)> =
        driver.screen().rail.iter().map(|entry| (entry.mark, entry.current)).collect();
    let done = (Mark::Done, false);
    assert_eq!(rail, [done, done, done, done, (Mark::Done, true)]);
    assert_eq!(Session::replay(&driver.events).expect("the journal is whole"), driver.model.session);
}

#[test]
fn the_journal_of_a_whole_run_has_all_six_primitives() {
    let mut driver = Driver::finalizing(World::default());
    driver.press("c Ctrl-S");
    let kinds: BTreeSet<Primitive> = driver.events.iter().map(|event| event.primitive).collect();
    use Primitive::{CallTool, Notify, Read, Select, Validate, Write};
    assert_eq!(kinds, BTreeSet::from([Read, Select, Validate, Write, CallTool, Notify]));
}

#[test]
fn the_journal_survives_json() {
    let mut driver = Driver::finalizing(World::default());
    driver.press("c Ctrl-S");
    for event in &driver.events {
        let line = serde_json::to_string(event).expect("an event is a line");
        assert_eq!(serde_json::from_str::<crate::domain::event::Event>(&line).expect(&line), *event);
    }
}

#[test]
fn a_scene_that_is_ahead_is_refused_and_one_that_is_behind_is_shown() {
    let mut driver = Driver::acting(World::default());
    driver.press("5");
    assert_eq!(driver.floor(), "FINALIZE has nothing to show yet. c goes on scene by scene.");
    driver.press("1");
    assert_eq!(driver.scene(), Scene::Prepare);
    driver.press("3");
    assert_eq!((driver.scene(), driver.states().len()), (Scene::Act, 3));
}

/// One driver in each scene with everything there is, and one with nothing.
fn everywhere() -> Vec<Driver> {
    let mut committed = Driver::finalizing(World::default());
    committed.press("c Ctrl-S");
    let mut review = Driver::prepared(World { reading: super::sample::review(), ..World::default() });
    review.press("c");
    let empty = World { map: Default::default(), plan: Vec::new(), commands: Vec::new(), ..World::default() };
    let mut all = vec![
        Driver::begun(World { holds: vec!["scan"], ..World::default() }),
        Driver::prepared(World::default()),
        Driver::acquiring(World::default()),
        review,
        Driver::acting(World::default()),
        Driver::untrusted(World::default()),
        Driver::verified(World::default()),
        Driver::finalizing(World::default()),
        committed,
    ];
    for scene in Scene::ALL {
        let mut driver = Driver::new(empty.clone());
        driver.press("Esc");
        crate::engine::navigate::enter(
            &mut crate::engine::cx::Cx { model: &mut driver.model, effects: Vec::new() },
            scene,
        );
        driver.model.screen.editor = None;
        all.push(driver);
    }
    all
}

#[test]
fn every_action_is_reachable_by_a_key_or_by_name_in_the_palette() {
    let driver = Driver::acting(World::default());
    for action in Action::ALL {
        let by_key = !driver.model.keys.key(*action).is_empty();
        assert!(by_key || action.group() == Group::More, "{}", action.name());
        assert_eq!(Action::from_name(action.name()), Some(*action));
    }
    let mut palette = Driver::acting(World::default());
    palette.press(":");
    let Some(crate::engine::view::PopupBody::Palette { entries, .. }) =
        palette.screen().popup.map(|it| it.body)
    else {
        panic!("the palette is open");
    };
    assert_eq!(entries.len(), Action::ALL.len());
}

#[test]
fn no_action_breaks_any_scene_full_or_empty() {
    for at in 0..everywhere().len() {
        for action in Action::ALL {
            let mut driver = everywhere().swap_remove(at);
            driver.send(Msg::Act(*action));
            let _drawn = driver.screen();
            driver.send(Msg::Act(Action::Open));
            driver.send(Msg::Act(Action::Escape));
            let _drawn = driver.screen();
            let asked_something = driver.screen().floor.gate.iter().any(|span| !span.text.is_empty());
            assert!(asked_something, "the floor is never empty: {} in {at}", action.name());
        }
    }
}
