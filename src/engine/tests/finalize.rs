//! FINALIZE: the report, the message, the commit and what can stand in its way.

use super::{
    driver::{Driver, World},
    sample,
};
use crate::{
    domain::{
        commit::CommitShape,
        event::{Exit, Scene, What},
        hunk::Origin,
        layer::Layer,
    },
    engine::{Effect, Msg, effect::CommitAnswer, model::Options, reporting, view::Pane},
};
use pretty_assertions::assert_eq;

fn order(driver: &mut Driver) -> crate::engine::effect::CommitOrder {
    match driver.take("commit").pop() {
        Some(Effect::Commit(order)) => *order,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_report_says_what_is_proven_and_what_is_open() {
    let mut world = World::default();
    let mut after = sample::map();
    after.endpoints.push(crate::domain::map::Endpoint {
        path: "/api/orders/{id}/cancel".into(),
        handler: "cancel_order".into(),
        ..after.endpoints[0].clone()
    });
    world.approved = Some(after);
    let mut driver = Driver::acting(world);
    driver.press("a a x");
    driver.text("later");
    driver.press("Enter c 3 Enter c");
    let report = reporting::report(&driver.model);
    assert_eq!((report.exit, report.tree.as_str()), (Exit::Success, driver.world.tree.as_str()));
    let changes: Vec<String> =
        report.changes.iter().map(|it| format!("{} {}", it.subject, it.detail)).collect();
    assert_eq!(changes, ["POST /api/orders/{id}/cancel new"]);
    let files: Vec<(Layer, char, &str, u32, u32)> = report
        .files
        .iter()
        .map(|file| (file.layer, file.status, file.path.as_str(), file.added, file.removed))
        .collect();
    assert_eq!(
        files,
        [(Layer::Service, 'M', sample::SERVICE, 3, 0), (Layer::Router, 'M', sample::API, 4, 0)]
    );
    assert_eq!(report.decided, ["hunk 3 rejected, “later”"]);
    let open: Vec<(String, bool)> = report.open.iter().map(|it| (it.what.clone(), it.blocking)).collect();
    assert_eq!(open, [("AC2 stock comes back".to_owned(), false)]);
    let evidence: Vec<String> =
        report.evidence.iter().map(|it| format!("{} {} {}", it.command, it.verdict, it.ending)).collect();
    assert_eq!(evidence, ["ruff check . passed exit 0", "pytest -q passed exit 0"]);
    assert_eq!(report.assumptions, ["404 hides orders of others"]);
    assert_eq!(report.risks, ["transaction: two tables"]);
    assert_eq!(report.scopes, ["LOCAL_FS", "PROCESS", "CREDENTIALS"]);
    assert_eq!(report.test_first, ["tests/test_orders.py::test_cancel green on 4be19c2"]);
    assert_eq!(report.hunks.len(), 3);
}

#[test]
fn the_commit_takes_exactly_the_approved_hunks_and_the_verified_tree() {
    let mut driver = Driver::finalizing(World { holds: vec!["commit"], ..World::default() });
    assert_eq!(driver.floor(), "Everything required is proven  1 item left open, named in the report");
    driver.press("c");
    assert_eq!(driver.popup_title(), "Commit 3 hunks in 3 files");
    driver.press("Ctrl-S");
    let order = order(&mut driver);
    assert_eq!((order.tree.clone(), order.parts.len()), (driver.world.tree.clone(), 1));
    let files: Vec<&str> = order.parts[0].files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(files, [sample::API, sample::SERVICE, sample::TEST]);
    assert!(order.message.starts_with("Let customers cancel an order\n\n- AC1 cancel answers 200\n"));
    driver.press("Ctrl-S");
    assert_eq!(driver.floor(), "A commit is being made.");
    assert!(driver.take("commit").is_empty());
}

#[test]
fn after_the_commit_the_promise_and_the_floor_say_so() {
    let mut driver = Driver::finalizing(World::default());
    driver.press("c Ctrl-S");
    assert_eq!(driver.floor(), "Committed 3f2a9c1   the curtain can fall");
    assert_eq!(driver.screen().promise.text, "3 hunks committed");
    assert!(driver.shows(Pane::Verify, "✓ pre-commit"), "{:?}", driver.rows(Pane::Verify));
    assert!(driver.shows(Pane::Verify, "✓ commit             3f2a9c1 on main, tree 4be19c2"));
    assert_eq!(driver.suggested(), "n another change");
    driver.press("c");
    assert!(driver.floor().contains("has no meaning in FINALIZE"), "{}", driver.floor());
    driver.press("n 2 Enter");
    assert_eq!(driver.take("new-session").len(), 1);
}

#[test]
fn a_commit_is_taken_back_after_a_choice_and_the_hunks_are_held_again() {
    let mut driver = Driver::finalizing(World::default());
    driver.press("c Ctrl-S u");
    assert_eq!(driver.popup_title(), "Take back the commit?");
    driver.press("Enter");
    assert!(driver.model.session.is_committed());
    driver.press("u 2 Enter");
    assert!(!driver.model.session.is_committed());
    assert_eq!(driver.screen().promise.text, "3 hunks held, ready to commit");
    driver.press("c Ctrl-S");
    assert!(driver.model.session.is_committed());
}

#[test]
fn a_hook_that_says_no_keeps_the_message() {
    let world = World { commit: CommitAnswer::HookFailed("pre-commit".into()), ..World::default() };
    let mut driver = Driver::finalizing(world);
    driver.press("c");
    driver.retype("My words\n");
    driver.press("Ctrl-S");
    assert_eq!(driver.notice(), "pre-commit said no. Nothing committed, nothing lost.");
    assert_eq!(driver.screen().editor.map(|editor| editor.text), Some("My words\n".into()));
    driver.press("Esc");
    assert_eq!(driver.floor(), "pre-commit said no   nothing committed, nothing lost");
    driver.press("r");
    assert_eq!(driver.screen().editor.map(|editor| editor.text), Some("My words\n".into()));
    driver.world.commit = World::default().commit;
    driver.press("Ctrl-S");
    assert!(driver.model.session.is_committed());
}

#[test]
fn a_running_hook_is_stopped_by_ctrl_c_or_esc_and_the_message_stays() {
    for key in ["Ctrl-C", "Esc"] {
        let mut driver = Driver::finalizing(World { holds: vec!["commit"], ..World::default() });
        driver.press("c");
        driver.retype("My words\n");
        driver.press("Ctrl-S");
        assert!(driver.model.activity.committing);
        assert_eq!(driver.suggested(), "Ctrl-C stop");
        driver.press(key);
        assert_eq!((driver.take("stop").len(), driver.notice()), (1, "asked to stop; again kills".into()));
        assert_eq!(driver.popup_title(), "Commit 3 hunks in 3 files", "what runs stays in sight");
        driver.press(key);
        assert_eq!((driver.take("stop").len(), driver.notice()), (1, "killed".into()));
        let output = "stopped by you".to_owned();
        driver.send(Msg::Hook { hook: "pre-commit".into(), exit: 130, output, millis: 5 });
        driver.send(Msg::CommitEnded(Box::new(CommitAnswer::Stopped("pre-commit".into()))));
        assert_eq!(driver.notice(), "pre-commit was stopped by you. Nothing committed, nothing lost.");
        assert_eq!(driver.screen().editor.map(|editor| editor.text), Some("My words\n".into()));
        assert!(!driver.model.session.is_committed() && !driver.model.activity.committing);
        assert_eq!((driver.model.session.held(), driver.model.activity.stop_asked), (3, 0));
        driver.press("Esc");
        let said = "✗ pre-commit was stopped by you; no commit was made, your message is kept";
        assert!(driver.shows(Pane::Verify, said), "{:?}", driver.rows(Pane::Verify));
        driver.world.holds.clear();
        driver.press("r Ctrl-S");
        assert!(driver.model.session.is_committed());
    }
}

#[test]
fn what_a_hook_changed_comes_back_as_hunks_and_shuts_the_gate_until_verified() {
    let mut world = World::default();
    let files = vec![(sample::SERVICE.to_owned(), Some("formatted\n".to_owned()))];
    world.commit = CommitAnswer::HookChanged { hook: "pre-commit".into(), files };
    let (mut proposal, bases) = sample::proposal();
    proposal.origin = Origin::Hook("pre-commit".into());
    proposal.files = vec![sample::change(
        sample::SERVICE,
        format!("# formatted\n{}\n    def cancel(self):\n        return 2\n", sample::SERVICE_TEXT),
        1,
    )];
    world.other = Some((proposal, bases));
    let mut driver = Driver::finalizing(world);
    driver.press("c Ctrl-S");
    assert_eq!(driver.states(), ["4 undecided", "1 approved", "2 approved", "3 approved"]);
    driver.press("3 n a");
    driver.world.holds = vec!["run"];
    driver.press("5 c");
    assert_eq!(driver.floor(), "FINALIZE opens when no command is worse than on the base.");
    assert!(driver.model.screen.popup.is_none());
    driver.world.holds.clear();
    driver.press("4 5 c");
    assert_eq!(driver.popup_title(), "Commit 4 hunks in 3 files");
}

#[test]
fn a_refused_commit_says_why_and_what_to_do() {
    let answer = CommitAnswer::Refused {
        reason: "no author is configured".into(),
        hint: "git config user.name".into(),
    };
    let mut driver = Driver::finalizing(World { commit: answer, ..World::default() });
    driver.press("c Ctrl-S Esc");
    assert!(
        driver.shows(Pane::Verify, "✗ no author is configured; no commit was made, your message is kept")
    );
    assert!(driver.shows(Pane::Verify, "git config user.name"));
    assert_eq!(driver.count(|what| matches!(what, What::CommitRefused { .. })), 1);
}

#[test]
fn one_commit_for_each_layer_says_what_was_not_verified_alone() {
    let mut driver = Driver::finalizing(World { holds: vec!["commit"], ..World::default() });
    driver.press("v c Ctrl-S");
    let order = order(&mut driver);
    assert_eq!(order.shape, CommitShape::PerLayer);
    let parts: Vec<(Option<Layer>, Vec<u32>)> =
        order.parts.iter().map(|part| (part.layer, part.hunks.iter().map(|id| id.0).collect())).collect();
    assert_eq!(
        parts,
        [(Some(Layer::Service), vec![1]), (Some(Layer::Router), vec![2]), (Some(Layer::Test), vec![3])]
    );
    assert!(order.parts[0].message.ends_with("Part 1 of 3; not verified alone.\n"));
}

#[test]
fn an_empty_message_is_refused() {
    let mut driver = Driver::finalizing(World::default());
    driver.press("c");
    driver.retype("  \n");
    driver.press("Ctrl-S");
    assert_eq!(driver.floor(), "A commit needs a message; its first line says what changes.");
    assert!(driver.take("commit").is_empty());
}

#[test]
fn a_partial_commit_after_a_later_decision_names_no_tree_that_was_not_verified() {
    let mut driver = Driver::verified(World { holds: vec!["commit"], ..World::default() });
    driver.world.holds.push("run");
    driver.press("3 [ [ ] ] x Enter 4 Ctrl-C");
    driver.send(Msg::RunsEnded { base: false });
    driver.press("f 2 Enter c Ctrl-S");
    let order = order(&mut driver);
    assert_eq!(order.tree, "");
    assert!(
        order.message.contains("Partial success. Open:\n- ruff check .: ran on an earlier tree"),
        "{}",
        order.message
    );
}

#[test]
fn when_the_session_file_cannot_be_written_deciding_waits() {
    let mut driver = Driver::acting(World::default());
    driver.send(Msg::JournalFailed("disk full".into()));
    driver.press("a");
    assert_eq!(driver.floor(), "The session file cannot be written; deciding waits until it can. q quits.");
    assert_eq!(driver.states()[0], "1 undecided");
    let mut late = Driver::finalizing(World::default());
    late.press("c");
    late.send(Msg::JournalFailed("disk full".into()));
    late.press("Ctrl-S");
    assert!(late.take("commit").is_empty());
}

#[test]
fn a_session_that_only_looks_decides_runs_and_commits_nothing() {
    let finished = Driver::finalizing(World::default());
    let text = "Another proscenium works on this repository (pid 4121, since 10:02). Looking is fine, deciding is not.";
    let options = Options { read_only: Some(text.into()), ..Options::default() };
    let mut driver = Driver::with_options(World::default(), options);
    driver.send(Msg::Resumed(finished.events.clone()));
    driver.model.screen.editor = None;
    driver.asked.clear();
    for scene in ["1", "2", "3", "4", "5"] {
        driver.press(scene);
        for key in ["a", "A", "x", "r", "R", "p", "t", "u", "c", "v"] {
            driver.press(key);
            driver.press("Esc Esc");
            if driver.model.screen.popup.is_some() {
                driver.press("3 Enter");
                driver.press("Esc Esc");
            }
        }
    }
    for kind in ["run", "trust", "commit", "apply", "undo-commit", "propose", "plan"] {
        assert_eq!(driver.take(kind).len(), 0, "{kind}");
    }
    assert_eq!(driver.states(), finished.states());
    assert_eq!(driver.scene(), Scene::Finalize);
}

#[test]
fn a_scan_that_ends_does_not_hide_why_nothing_can_be_decided() {
    let notice = |read_only: Option<String>| {
        let mut driver = Driver::with_options(World::default(), Options { read_only, ..Options::default() });
        driver.scan();
        driver.model.screen.notice.map(|notice| notice.text)
    };
    let text = "Another proscenium works on this repository.";
    assert_eq!(notice(Some(text.into())).as_deref(), Some(text));
    assert_eq!(notice(None).as_deref(), Some("scanned in 0.4 s"));
}

#[test]
fn a_resumed_session_is_in_the_same_scene_at_the_same_hunk() {
    let mut driver = Driver::acting(World::default());
    driver.press("a");
    let mut again = Driver::begun(World::default());
    again.send(Msg::Resumed(driver.events.clone()));
    assert_eq!((again.scene(), again.current_hunk()), (driver.scene(), driver.current_hunk()));
    assert_eq!(again.model.session, driver.model.session);
}

#[test]
fn a_session_killed_before_its_proposal_came_asks_again() {
    let driver = Driver::acting(World { holds: vec!["propose"], ..World::default() });
    let mut again = Driver::begun(World::default());
    again.send(Msg::Resumed(driver.events.clone()));
    again.scan();
    assert_eq!(again.states(), ["1 undecided", "2 undecided", "3 undecided"]);
}

#[test]
fn a_new_base_forgets_what_was_against_the_old_one() {
    let mut driver = Driver::verified(World::default());
    driver.send(Msg::Rebased { base: "8".repeat(40), bases: Vec::new(), dropped: Vec::new() });
    driver.press("u");
    assert_eq!(driver.floor(), "There is nothing to undo.");
    assert!(driver.model.session.evidence.base_runs.is_empty());
    assert!(crate::engine::judge::all(&driver.model).iter().all(|judged| judged.stale));
}

#[test]
fn failures_of_one_name_are_counted_and_many_names_are_cut() {
    let failure = |name: &str| crate::domain::command::Failure {
        key: name.into(),
        name: name.into(),
        message: String::new(),
        place: None,
        output_line: 1,
        warning: false,
    };
    let of = |names: &[&str]| reporting::named(&names.iter().map(|name| failure(name)).collect::<Vec<_>>());
    assert_eq!(of(&["TS1", "TS2", "TS1"]), "TS1 ×2, TS2");
    assert_eq!(of(&["a", "b", "c", "d", "e", "f", "g", "h"]), "a, b, c, d, e, f, 2 more");
}
