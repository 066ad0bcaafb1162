//! The presenter level: why beside what is marked, and what a key does before it acts.

use super::driver::{Driver, World};
use crate::engine::{
    Msg,
    view::{Body, Pane},
};
use pretty_assertions::assert_eq;

/// The rows under the header of the current hunk.
fn beside(driver: &Driver) -> String {
    match &driver.screen().panes[1].body {
        Body::Diff(diff) => diff.hunks[diff.current].facts.join("\n"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_marked_hunk_says_its_reason_its_rule_and_its_source() {
    let mut driver = Driver::acting(World::default());
    let before = beside(&driver);
    driver.act("present");
    let text = beside(&driver);
    for expected in [
        "why    ",
        "rule   the service layer decides, and knows neither HTTP nor SQL",
        "source recipe endpoint",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    // Only beside what is marked, and it moves along.
    driver.press("]");
    let next = beside(&driver);
    assert!(next.contains("the router layer speaks HTTP"), "{next}");
    let all = match &driver.screen().panes[1].body {
        Body::Diff(diff) => {
            diff.hunks.iter().filter(|hunk| hunk.facts.iter().any(|fact| fact.starts_with("rule"))).count()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(all, 1);
    driver.act("present");
    driver.press("[");
    assert_eq!(beside(&driver), before);
}

#[test]
fn a_marked_row_says_why_and_stays_what_a_key_is_about() {
    let mut driver = Driver::prepared(World::default());
    driver.act("present");
    driver.send(Msg::PaneClicked(Pane::Checklist));
    let pane = driver.model.screen.focus;
    assert_eq!(pane, Pane::Checklist);
    let marked = crate::engine::cursor::marked(&driver.model, pane);
    let rows = driver.rows(pane);
    assert!(rows.iter().any(|row| row.contains("tasks of this kind need it")), "{rows:?}");
    driver.press("j");
    assert_ne!(crate::engine::cursor::marked(&driver.model, pane), marked, "rows beside are passed over");
    driver.press("k");
    assert_eq!(crate::engine::cursor::marked(&driver.model, pane), marked);
}

#[test]
fn the_strip_explains_a_key_until_it_is_known_and_always_to_an_audience() {
    let mut driver = Driver::acting(World::default());
    let explained = |driver: &Driver, action: &str| {
        driver.screen().learn.iter().find(|line| line.action == action).map(|line| line.does.clone())
    };
    driver.model.options.learn = true;
    let does = explained(&driver, "approve hunk");
    assert_eq!(does.as_deref(), Some("keeps the hunk for the commit; no file changes yet"));
    driver.press("a u a u a u");
    assert_eq!(explained(&driver, "approve hunk"), None, "used three times, it is known");
    driver.act("present");
    assert!(explained(&driver, "approve hunk").is_some());
}
