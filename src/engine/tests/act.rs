//! ACT: the plan, proposals that arrive or do not, walkthroughs, guards.

use super::{
    driver::{Driver, World, nothing},
    sample,
};
use crate::{
    domain::{event::Scene, plan::Filler},
    engine::{
        Effect,
        effect::ProposeKind,
        msg::ProposalFailure,
        view::{Mark, Pane},
    },
};
use pretty_assertions::assert_eq;

#[test]
fn entering_plans_and_asks_for_what_a_recipe_or_a_fix_can_fill() {
    let mut world = World::default();
    world.plan.push(sample::by_hand(3));
    let mut driver = Driver::acquiring(world);
    driver.asked.clear();
    driver.press("A c");
    assert_eq!(driver.take("plan").len(), 1);
    let asked: Vec<Option<usize>> = driver
        .take("propose")
        .iter()
        .map(|effect| match effect {
            Effect::Propose { step, kind: ProposeKind::Step } => *step,
            other => panic!("{other:?}"),
        })
        .collect();
    // One recipe fills both of its steps; nobody is asked for the walkthrough.
    assert_eq!(asked, [Some(0)]);
    assert_eq!(driver.states(), ["1 undecided", "2 undecided", "3 undecided"]);
    assert_eq!(driver.floor(), "VERIFY opens when 3 hunks are decided");
    assert_eq!(
        driver.rows(Pane::Boundaries)[..3],
        ["1 service  ○ 2 of 2", "2 tests  ○ 1 of 1", "3 repository  by hand"]
    );
}

#[test]
fn a_step_that_nobody_could_fill_becomes_a_walkthrough() {
    let mut world = World::default();
    world.plan.truncate(1);
    let instead = Some(Box::new(sample::by_hand(9)));
    world.proposals.insert(0, Err(ProposalFailure { instead, ..nothing() }));
    let mut driver = Driver::acting(world);
    let step = driver.model.session.work.steps[0].clone();
    assert_eq!((step.id.0, matches!(step.filler, Filler::Walkthrough { .. })), (1, true));
    let rows = driver.rows(Pane::Proposal);
    assert!(rows.iter().any(|row| row == "✗ the recipe changed nothing"), "{rows:?}");
    assert!(rows.iter().any(|row| row == "Move the query."), "{rows:?}");
    assert_eq!(driver.suggested(), "e write it here");
    driver.press("a");
    assert_eq!(driver.floor(), "There is no hunk yet. p asks for a proposal.");
    driver.press("e");
    assert_eq!(driver.model.screen.editor.as_ref().map(|editor| editor.purpose.is_long()), Some(true));
}

#[test]
fn a_proposal_that_changes_nothing_leaves_a_reason_and_a_key() {
    let mut world = World::default();
    world.plan.truncate(1);
    let (mut proposal, bases) = sample::proposal();
    proposal.files = vec![sample::change(sample::SERVICE, sample::SERVICE_TEXT.into(), 1)];
    world.proposals.insert(0, Ok((proposal, bases)));
    let driver = Driver::acting(world);
    assert!(driver.shows(Pane::Proposal, "✗ nothing differs from what is there"));
    assert!(driver.shows(Pane::Proposal, "e writes it by hand."));
}

#[test]
fn a_walkthrough_is_ticked_by_hand_and_keys_for_hunks_are_refused_there() {
    let mut world = World::default();
    world.plan.push(sample::by_hand(3));
    let mut driver = Driver::acting(world);
    driver.press("a a a n");
    assert!(driver.shows(Pane::Proposal, "Move the query."));
    driver.press("x");
    assert_eq!(driver.floor(), "This step has no hunk yet: e writes it, ] goes to a hunk.");
    assert_eq!(driver.model.screen.popup, None);
    driver.press("t");
    assert!(driver.rows(Pane::Boundaries)[2].starts_with("✓ 3 repository"));
    driver.press("]");
    driver.press("c");
    assert_eq!(driver.scene(), Scene::Verify);
}

#[test]
fn while_a_proposal_is_made_nobody_asks_for_another() {
    let world = World { holds: vec!["propose"], ..World::default() };
    let mut driver = Driver::acting(world);
    driver.asked.clear();
    for key in ["p", "r"] {
        driver.press(key);
        assert_eq!(driver.floor(), "A proposal is being made; Ctrl-C stops it.");
    }
    driver.act("stack-set");
    driver.act("seen");
    assert!(driver.take("propose").is_empty());
    driver.press("Ctrl-C");
    assert_eq!(driver.take("stop").len(), 1);
}

#[test]
fn guards_name_the_violation_that_a_hunk_adds() {
    let mut world = World::default();
    let mut after = sample::map();
    after.findings.push(sample::finding("tx/commit-in-service", sample::SERVICE, 5, "f9", false));
    world.current = Some(after);
    let mut driver = Driver::acting(world);
    assert!(driver.shows(Pane::Boundaries, "▲ adds 1: tx/commit-in-service"));
    assert_eq!(driver.suggested(), "w why this hunk");
    driver.press("]");
    assert!(driver.shows(Pane::Boundaries, "✓ adds no violation"));
}

#[test]
fn a_text_that_does_not_parse_is_said_before_approval() {
    let mut world = World::default();
    world.unparsed.insert(sample::SERVICE.into(), "unexpected indent at line 5".into());
    let driver = Driver::acting(world);
    assert!(driver.shows(Pane::Boundaries, "✗ does not parse"));
    let crate::engine::view::Body::Diff(diff) = &driver.screen().panes[1].body else { panic!("no diff") };
    assert_eq!(diff.hunks[0].guard, (Mark::Failed, "does not parse: unexpected indent at line 5".into()));
}

#[test]
fn what_the_user_wrote_comes_back_as_hunks() {
    let mut world = World { plan: vec![sample::by_hand(1)], ..World::default() };
    let (mut proposal, bases) = sample::proposal();
    proposal.files.truncate(1);
    world.other = Some((proposal, bases));
    let mut driver = Driver::acting(world);
    driver.press("e");
    driver.text("    # mine\n");
    driver.press("Ctrl-S");
    let asked = driver.take("propose");
    assert!(
        matches!(asked.as_slice(), [Effect::Propose { step: Some(0), kind: ProposeKind::Own { path, .. } }] if path == sample::REPOSITORY),
        "{asked:?}"
    );
    assert_eq!(driver.states(), ["1 undecided"]);
}

#[test]
fn above_sixty_hunks_one_step_is_shown_and_the_next_undecided_is_still_found() {
    let mut world = World::default();
    let big: String = (0..200).map(|n| format!("line {n}\n")).collect();
    let changed: String =
        (0..200).map(|n| if n % 4 == 0 { format!("changed {n}\n") } else { format!("line {n}\n") }).collect();
    let (mut proposal, mut bases) = sample::proposal();
    for (path, step) in [("app/services/a.py", 1), ("tests/test_b.py", 2)] {
        proposal.files.push(sample::change(path, changed.clone(), step));
        bases.push(crate::domain::event::BaseText { path: path.into(), text: Some(big.clone()) });
    }
    proposal.files.sort_by(|a, b| a.path.cmp(&b.path));
    world.proposals.insert(0, Ok((proposal, bases)));
    let mut driver = Driver::acting(world);
    assert_eq!(driver.states().len(), 103);
    let shown = |driver: &Driver| match &driver.screen().panes[1].body {
        crate::engine::view::Body::Diff(diff) => diff.hunks.len(),
        _ => 0,
    };
    assert_eq!(shown(&driver), 52);
    for _ in 0..52 {
        driver.press("a");
    }
    assert_eq!((shown(&driver), driver.current_hunk()), (51, 53));
}
