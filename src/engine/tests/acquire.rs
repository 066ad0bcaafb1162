//! ACQUIRE: boundaries of a task, findings of a review, the gate to ACT.

use super::{
    driver::{Driver, World},
    sample,
};
use crate::{
    domain::event::Scene,
    engine::{Effect, Msg, view::Pane},
};
use pretty_assertions::assert_eq;

fn chosen(driver: &Driver) -> Vec<&str> {
    driver.model.session.work.boundaries.iter().map(String::as_str).collect()
}

fn reviewing() -> Driver {
    let mut driver = Driver::prepared(World { reading: sample::review(), ..World::default() });
    driver.press("c");
    driver
}

#[test]
fn the_suggestion_follows_the_nearest_endpoint_and_opens_the_gate() {
    let mut driver = Driver::acquiring(World::default());
    assert_eq!(driver.floor(), "ACT opens when one boundary is chosen");
    assert_eq!(driver.suggested(), "A take the suggested 5");
    driver.press("c");
    assert_eq!(driver.floor(), "ACT opens when one boundary is chosen. A takes the suggestion.");
    driver.press("A");
    assert_eq!(
        chosen(&driver),
        [sample::API, sample::MODEL, sample::REPOSITORY, sample::SERVICE, sample::TEST]
    );
    assert_eq!(driver.floor(), "ACT is open  5 boundaries chosen");
}

#[test]
fn space_chooses_a_file_or_a_whole_layer_and_unchooses_it() {
    let mut driver = Driver::acquiring(World::default());
    driver.press("Space");
    assert_eq!(chosen(&driver), [sample::API]);
    driver.press("Space");
    assert!(chosen(&driver).is_empty());
    driver.press("j Space");
    assert_eq!(chosen(&driver), [sample::API]);
    assert_eq!(driver.floor(), "ACT is open  1 boundary chosen");
}

#[test]
fn a_folded_layer_shows_only_what_is_chosen_of_it() {
    let mut driver = Driver::acquiring(World::default());
    assert!(driver.shows(Pane::Boundaries, "□ orders.py"));
    driver.press("h");
    assert!(driver.rows(Pane::Boundaries)[1].starts_with("service"), "{:?}", driver.rows(Pane::Boundaries));
    driver.press("l");
    assert!(driver.rows(Pane::Boundaries)[1].contains("orders.py"));
}

#[test]
fn the_mark_follows_its_file_when_the_rows_change() {
    let mut driver = Driver::acquiring(World::default());
    driver.press("j j j");
    let before = driver.screen().panes[0].cursor;
    let mut map = sample::map();
    map.files
        .insert(0, crate::domain::map::SourceFile { path: "app/api/a.py".into(), ..map.files[0].clone() });
    driver.world.map = map;
    driver.scan();
    assert_eq!(driver.screen().panes[0].cursor, before.map(|row| row + 1));
    driver.press("Space");
    assert_eq!(chosen(&driver), [sample::SERVICE]);
}

#[test]
fn enter_shows_the_source_and_escape_leaves_it() {
    let mut driver = Driver::acquiring(World::default());
    driver.press("j Enter");
    assert!(driver.shows(Pane::Proposal, "1 class OrderService:"));
    driver.press("Esc");
    assert!(driver.shows(Pane::Proposal, "[router] update_order"));
    driver.press("Esc");
    assert_eq!(driver.floor(), "There is nothing to leave. q quits; the session is kept.");
}

#[test]
fn the_list_of_endpoints_is_searched_as_one_types() {
    let mut driver = Driver::acquiring(World::default());
    driver.press("/");
    driver.text("order");
    assert!(driver.shows(Pane::Proposal, "POST /api/orders/{id}"));
    driver.retype("zzz");
    assert!(driver.shows(Pane::Proposal, "No endpoint matches “zzz”."));
    driver.press("Esc");
    assert_eq!(driver.model.screen.search, None);
}

#[test]
fn a_review_chooses_findings_and_dismisses_with_a_reason() {
    let mut driver = reviewing();
    assert_eq!(driver.floor(), "ACT opens when one finding is chosen");
    driver.press("c");
    assert_eq!(driver.floor(), "ACT opens when one finding is chosen. Space chooses one.");
    assert!(driver.rows(Pane::Proposal)[1].starts_with("□ ✗ error   app/api/orders.py:5"));
    driver.press("x Enter");
    assert_eq!(driver.floor(), "A dismissed finding needs a reason; it goes into the report.");
    driver.text("a script");
    driver.press("Enter");
    assert_eq!(
        driver.model.session.work.dismissed.get("f2"),
        Some(&("arch/router-uses-orm".to_owned(), "a script".to_owned()))
    );
    assert!(!driver.shows(Pane::Proposal, "app/api/orders.py:5"));
    driver.press("Space");
    assert_eq!(driver.floor(), "ACT is open  1 finding chosen");
    driver.press("Space A");
    assert_eq!(driver.model.session.work.findings.iter().collect::<Vec<_>>(), ["f1"]);
}

#[test]
fn another_choice_of_findings_makes_another_plan_and_keeps_decided_hunks() {
    let mut driver = reviewing();
    let map = sample::map();
    driver.world.plan = vec![sample::fix_step(1, map.findings[0].clone())];
    driver.world.proposals.insert(0, {
        let (mut proposal, bases) = sample::proposal();
        proposal.files = vec![sample::change(sample::SERVICE, format!("{}# 1\n", sample::SERVICE_TEXT), 1)];
        Ok((proposal, bases))
    });
    driver.world.proposals.remove(&1);
    driver.press("A c a");
    assert_eq!(driver.states(), ["1 approved"]);
    driver.press("2 N Space");
    driver.world.plan =
        vec![sample::fix_step(1, map.findings[1].clone()), sample::fix_step(2, map.findings[0].clone())];
    driver.press("c");
    let steps: Vec<(u32, String)> =
        driver.model.session.work.steps.iter().map(|step| (step.id.0, step.title.clone())).collect();
    assert_eq!(steps, [(1, "orm/n-plus-one".to_owned()), (2, "arch/router-uses-orm".to_owned())]);
    assert_eq!(driver.states(), ["1 approved"]);
}

#[test]
fn a_scan_that_failed_says_so_and_r_reads_again() {
    let mut driver = Driver::begun(World::default());
    let outcome = Err("no permission".to_owned());
    driver.send(Msg::Scanned { target: crate::engine::effect::ScanTarget::Base, outcome, elapsed_ms: 1 });
    assert_eq!(driver.notice(), "the scan failed: no permission");
    driver.press("Esc");
    driver.act("rescan");
    assert!(matches!(driver.take("scan").as_slice(), [Effect::Scan(_)]));
    assert_eq!(driver.scene(), Scene::Prepare);
}
