//! Deciding hunks: approve, reject, edit, split, undo, several at once, what depends on what.

use super::driver::{Driver, World, row_text};
use crate::{
    domain::{event::Scene, hunk::Decision, ids::HunkId},
    engine::{Effect, view::PopupBody},
};
use pretty_assertions::assert_eq;

fn decision(driver: &Driver, id: u32) -> Decision {
    driver.model.session.hunk(HunkId(id)).expect("the hunk is there").1.decision.clone()
}

#[test]
fn approving_moves_to_the_next_undecided_and_says_when_the_file_changes() {
    let mut driver = Driver::acting(World::default());
    assert_eq!(driver.current_hunk(), 1);
    driver.press("a");
    assert_eq!(driver.states(), ["1 approved", "2 undecided", "3 undecided"]);
    assert_eq!(driver.current_hunk(), 2);
    assert_eq!(driver.notice(), "approved hunk 1, now in app/api/orders.py");
    assert_eq!(driver.screen().promise.text, "1 hunk held, nothing written");
}

#[test]
fn after_coming_back_undecided_the_first_decision_leads_to_the_second_hunk() {
    let mut driver = Driver::acting(World::default());
    // As after a resume in which nothing was decided yet.
    driver.model.screen.hunk = None;
    driver.press("a");
    assert_eq!((driver.states()[0].as_str(), driver.current_hunk()), ("1 approved", 2));
}

#[test]
fn what_is_approved_already_is_not_approved_again() {
    let mut driver = Driver::acting(World::default());
    driver.press("a a a");
    let before = driver.events.len();
    driver.press("a");
    assert_eq!(driver.floor(), "It is approved already. n goes on, u takes the last decision back.");
    assert_eq!(driver.events.len(), before);
}

#[test]
fn rejecting_asks_why_and_an_empty_reason_is_one() {
    let mut driver = Driver::acting(World::default());
    driver.press("] ] x");
    assert_eq!(driver.popup_title(), "Reject hunk 3: why?");
    driver.press("Enter");
    assert_eq!(decision(&driver, 3), Decision::Rejected { reason: String::new() });
    driver.press("] x");
    assert_eq!(driver.popup_title(), "Reject hunk 2: why?", "nothing that is left needs hunk 2");
}

#[test]
fn rejecting_what_others_need_offers_to_keep_it_or_to_drop_them_together() {
    let mut driver = Driver::acting(World::default());
    driver.press("x");
    let (title, options, marked) = driver.question().expect("a question");
    assert_eq!(title, "Rejecting hunk 1 leaves 2 others without it");
    assert_eq!(options, ["keep hunk 1 undecided", "reject all 3", "reject only 1"]);
    assert_eq!(marked, 0);
    driver.press("Enter");
    assert_eq!(driver.states(), ["1 undecided", "2 undecided", "3 undecided"]);
    driver.press("x 2 Enter");
    driver.text("not now");
    driver.press("Enter");
    let reason = Decision::Rejected { reason: "not now".into() };
    assert_eq!([1, 2, 3].map(|id| decision(&driver, id)), [reason.clone(), reason.clone(), reason]);
    assert_eq!(driver.floor(), "VERIFY is shut: every hunk is rejected  u undoes");
    driver.press("u");
    assert_eq!(driver.states(), ["1 undecided", "2 undecided", "3 undecided"]);
}

#[test]
fn rejecting_the_only_use_of_an_import_offers_to_drop_the_import() {
    let mut world = World::default();
    let (mut proposal, mut bases) = super::sample::proposal();
    let base = "import os\n\n\ndef main():\n    return os.name\n";
    let text = base.replace("import os", "import os\nimport json").replace("os.name", "json.dumps(os.name)");
    proposal.files = vec![super::sample::change(super::sample::API, text, 1)];
    bases[0].text = Some(base.into());
    bases.truncate(1);
    world.proposals = [(0, Ok((proposal, bases)))].into();
    let mut driver = Driver::acting(world);
    driver.press("] x");
    let Some(PopupBody::Choices { rows, .. }) = driver.screen().popup.map(|popup| popup.body) else {
        panic!("no question")
    };
    let body = rows.iter().map(row_text).collect::<Vec<_>>().join("\n");
    for part in [
        "Hunk 2 alone uses what these import:",
        "1 app/api/orders.py  router  imports json",
        "Without 2 they import it for nobody.",
    ] {
        assert!(body.contains(part), "{body}");
    }
    driver.press("3 Enter Enter");
    assert_eq!(driver.states(), ["1 undecided", "2 rejected"], "an import that nobody uses still builds");
}

#[test]
fn rejecting_only_one_marks_the_others_as_broken() {
    let mut driver = Driver::acting(World::default());
    driver.press("x 3 Enter Enter");
    assert_eq!(driver.states(), ["1 rejected", "2 broken by a rejection", "3 undecided"]);
}

#[test]
fn a_reason_that_was_given_is_offered_again() {
    let mut driver = Driver::acting(World::default());
    driver.press("] ] x");
    driver.text("too wide");
    driver.press("Enter ] ] x ↓");
    assert_eq!(driver.screen().editor.map(|editor| editor.text), Some("too wide".into()));
    driver.press("Esc");
    assert_eq!(driver.notice(), "nothing was rejected");
}

#[test]
fn an_edited_hunk_is_approved_with_the_users_lines() {
    let mut driver = Driver::acting(World::default());
    driver.press("e");
    assert_eq!(driver.popup_title(), "Edit hunk 1");
    driver.retype("\n    def cancel(self):\n        return 3\n");
    driver.press("Ctrl-S");
    assert_eq!(driver.states()[0], "1 approved as edited");
    let text = driver.model.session.work.edits[super::sample::SERVICE].approved().expect("it exists");
    assert!(text.ends_with("    def cancel(self):\n        return 3\n"), "{text}");
}

#[test]
fn an_unchanged_edit_is_an_approval() {
    let mut driver = Driver::acting(World::default());
    driver.press("e Ctrl-S");
    assert_eq!(driver.states()[0], "1 approved");
}

#[test]
fn a_split_hunk_is_two_and_each_is_decided_alone() {
    let mut driver = Driver::acting(World::default());
    driver.press("s");
    assert_eq!(driver.model.screen.cut, Some(1));
    driver.press("↓ ↓ ↓ Enter");
    assert_eq!(driver.states(), ["1 undecided", "4 undecided", "2 undecided", "3 undecided"]);
    driver.press("u");
    assert_eq!(driver.states().len(), 3);
    driver.press("s a");
    assert_eq!(driver.floor(), "Enter cuts, ↑ ↓ move the cut, Esc leaves.");
    driver.press("Esc a s");
    assert_eq!(driver.model.screen.cut, Some(2), "hunk 2 is cut now");
    driver.press("Esc [ s");
    assert_eq!(driver.floor(), "Only an undecided hunk can be split. u undoes the decision.");
}

#[test]
fn undo_and_redo_take_back_and_bring_back_in_order() {
    let mut driver = Driver::acting(World::default());
    driver.press("a a u");
    assert_eq!(driver.states(), ["1 approved", "2 undecided", "3 undecided"]);
    assert_eq!(driver.notice(), "undone: approved hunk 2  Ctrl-R redoes");
    driver.press("u Ctrl-R Ctrl-R");
    assert_eq!(driver.states(), ["1 approved", "2 approved", "3 undecided"]);
    driver.press("Ctrl-R");
    assert_eq!(driver.floor(), "There is nothing to redo.");
}

#[test]
fn undo_stops_at_the_beginning_of_act_and_says_where_the_rest_is_taken_back() {
    let mut driver = Driver::acting(World::default());
    driver.press("a u u");
    assert!(driver.states().is_empty());
    let plan = driver.model.session.work.steps.clone();
    let began = "ACT began here. 2 goes back to ACQUIRE, where this takes back the choice of boundaries.";
    for _ in 0..3 {
        driver.press("u");
        assert_eq!(driver.floor(), began);
    }
    assert_eq!((driver.scene(), &driver.model.session.work.steps), (Scene::Act, &plan));
    assert!(!driver.model.session.work.boundaries.is_empty());
    driver.press("2 u");
    assert_eq!(driver.notice(), "undone: the choice of boundaries  Ctrl-R redoes");
    driver.press("u");
    assert!(driver.floor().starts_with("ACQUIRE began here. 1 goes back to PREPARE"), "{}", driver.floor());
}

#[test]
fn redo_brings_back_what_belongs_to_an_earlier_scene_only_there() {
    let mut driver = Driver::acting(World::default());
    driver.press("u 2 u");
    driver.world.holds = vec!["plan", "propose"];
    driver.press("3 Ctrl-R");
    let began = "ACT began here. 2 goes back to ACQUIRE, where this brings back the choice of boundaries.";
    assert_eq!(driver.floor(), began);
}

#[test]
fn a_proposal_can_be_taken_back_and_is_not_made_again_by_itself() {
    let mut driver = Driver::acting(World::default());
    driver.asked.clear();
    driver.press("u");
    assert!(driver.states().is_empty());
    assert!(driver.take("propose").is_empty());
    driver.press("p");
    assert_eq!(driver.states(), ["4 undecided", "5 undecided", "6 undecided"], "numbers are never reused");
}

#[test]
fn chosen_hunks_are_decided_together() {
    let mut driver = Driver::acting(World::default());
    driver.press("Space ] ] Space a");
    assert_eq!(driver.states(), ["1 approved", "2 undecided", "3 approved"]);
    assert!(driver.notice().starts_with("approved 2 hunks"), "{}", driver.notice());
    driver.press("u");
    assert_eq!(driver.states(), ["1 undecided", "2 undecided", "3 undecided"]);
}

#[test]
fn chosen_hunks_that_are_gone_are_forgotten() {
    let mut driver = Driver::acting(World::default());
    driver.press("Space u p a");
    assert_eq!(driver.states()[0], "4 approved");
}

#[test]
fn a_whole_file_is_approved_or_rejected_at_once() {
    let mut driver = Driver::acting(World::default());
    driver.press("s Enter A");
    assert_eq!(driver.states(), ["1 approved", "4 approved", "2 undecided", "3 undecided"]);
    driver.press("X");
    driver.text("no");
    driver.press("Enter");
    assert_eq!(driver.states()[2], "2 rejected");
}

#[test]
fn going_on_with_undecided_hunks_asks_whether_to_leave_them_out() {
    let mut driver = Driver::acting(World::default());
    driver.press("c");
    assert_eq!(driver.floor(), "VERIFY opens when 3 hunks are decided. n goes to the first.");
    driver.press("a c");
    assert_eq!(driver.popup_title(), "2 undecided hunks");
    driver.press("Enter");
    assert_eq!(driver.scene(), Scene::Act);
    driver.press("c 2 Enter");
    assert_eq!(driver.scene(), Scene::Verify);
}

#[test]
fn decided_hunks_fold_and_the_cursor_stays_with_its_hunk() {
    let mut driver = Driver::acting(World::default());
    driver.press("a [");
    let folded = |driver: &Driver| match &driver.screen().panes[1].body {
        crate::engine::view::Body::Diff(diff) => {
            (diff.current, diff.hunks.iter().map(|hunk| hunk.folded).collect::<Vec<_>>())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(folded(&driver), (0, vec![true, false, false]));
    driver.press("l");
    assert_eq!(folded(&driver), (0, vec![false, false, false]));
    driver.press("j j j j j j j j j j j j");
    assert_eq!(driver.current_hunk(), 2, "past the last line comes the next hunk");
}

#[test]
fn every_decision_asks_for_a_check_of_the_composed_texts() {
    let mut driver = Driver::acting(World::default());
    driver.asked.clear();
    driver.press("a u");
    assert!(matches!(driver.take("check").as_slice(), [Effect::Check { .. }, Effect::Check { .. }]));
}
