//! Two people: who decides, who hands over, and what both must approve.

use super::driver::{Driver, World};
use crate::{
    domain::{
        event::{Event, Primitive, Scene, Scope, What},
        ids::HunkId,
        proposal::Content,
        session::{Session, SessionError},
    },
    engine::{Effect, Msg, pairing, reporting},
};
use pretty_assertions::assert_eq;

/// A world whose change of the service speaks of a password.
fn world() -> World {
    let mut world = World::default();
    for proposal in world.proposals.values_mut() {
        let (proposal, _) = proposal.as_mut().expect("a proposal");
        for file in &mut proposal.files {
            if let Content::Text { text } = &mut file.content
                && file.path == super::sample::SERVICE
            {
                *text = text.replace("return 2", "return check(password)");
            }
        }
    }
    world
}

fn pair(driver: &mut Driver) {
    driver.send(Msg::Pair {
        driver: "Ada".into(),
        navigator: "Grace <grace@example.org>".into(),
        two_approvals: true,
    });
}

/// FINALIZE with everything approved by Ada alone, and the guarded hunk.
fn finalizing() -> (Driver, HunkId) {
    let mut driver = Driver::acting(world());
    pair(&mut driver);
    driver.press("a a a");
    let waiting = pairing::waiting(&driver.model);
    assert_eq!(waiting.len(), 1, "{waiting:?}");
    driver.press("c 3 Enter c");
    assert_eq!(driver.model.session.scene, Scene::Finalize, "a held hunk is tested like any other");
    (driver, waiting[0].0)
}

#[test]
fn a_hunk_that_one_person_approved_stays_held_says_so_and_is_in_no_commit() {
    let (mut driver, id) = finalizing();
    let refusal = format!(
        "Hunk {id} touches authentication; only Ada approved it, so it stays held. H hands over to Grace, who approves it in ACT."
    );
    for _ in 0..2 {
        driver.press("c");
        assert_eq!(driver.model.screen.refusal.as_deref(), Some(refusal.as_str()));
    }
    driver.act("apply-now");
    assert_eq!(driver.model.screen.refusal.as_deref(), Some(refusal.as_str()), "nor written to files");
    assert!(driver.take("commit").is_empty() && driver.take("apply").is_empty());
    assert_eq!(driver.model.session.held(), 3);
    let report = reporting::report(&driver.model);
    assert!(report.open.iter().any(|open| open.what == format!("hunk {id}") && open.blocking));
    let line = report.hunks.iter().find(|line| line.id == id).expect("the hunk");
    assert_eq!(line.state, "approved by Ada, waits for Grace");
    // Ada herself cannot be the second.
    driver.press("3");
    driver.model.screen.hunk = Some(id);
    driver.press("a");
    assert_eq!(driver.model.screen.refusal.as_deref(), Some(refusal.as_str()));
    assert_eq!(pairing::waiting(&driver.model).len(), 1);
}

#[test]
fn the_other_persons_approval_releases_it_and_everything_names_both() {
    let (mut driver, id) = finalizing();
    driver.press("H");
    let notice = driver.model.screen.notice.clone().expect("a notice");
    assert_eq!(notice.text, "Grace drives now, Ada navigates; 1 hunk waits for a second approval");
    driver.press("3 n a");
    assert_eq!(pairing::waiting(&driver.model), Vec::new());
    let hunk = driver.model.session.hunk(id).expect("the hunk").1;
    assert_eq!((hunk.decided_by.as_str(), hunk.seconded_by.as_str()), ("Ada", "Grace"));

    // It can be taken back, and given again.
    driver.press("u");
    assert_eq!(pairing::waiting(&driver.model).len(), 1);
    driver.press("Ctrl-R");
    assert_eq!(pairing::waiting(&driver.model).len(), 0);

    driver.press("5 c");
    driver.press("Ctrl-S");
    let order = match driver.take("commit").pop() {
        Some(Effect::Commit(order)) => order,
        other => panic!("{other:?}"),
    };
    let trailers = "\n\nDriver: Grace\nNavigator: Ada\nCo-authored-by: Grace <grace@example.org>\n";
    assert!(order.message.ends_with(trailers), "{}", order.message);
    let report = reporting::report(&driver.model);
    assert_eq!(report.people, ["Grace", "Ada"]);
    let expected = format!("hunk {id} approved by Grace too");
    assert!(report.decided.contains(&expected), "{:?}", report.decided);

    // Whoever decided is in the journal, and the journal gives the same session.
    let by: Vec<&str> = driver
        .events
        .iter()
        .filter(|event| matches!(event.what, What::Decided { .. } | What::Seconded { .. }))
        .map(|event| event.by.as_str())
        .collect();
    assert_eq!(by, ["Ada", "Ada", "Ada", "Grace"]);
    assert_eq!(Session::replay(&driver.events).expect("a journal"), driver.model.session);
}

#[test]
fn nobody_approves_twice_whatever_the_journal_says() {
    let (mut driver, id) = finalizing();
    let seq = driver.model.session.seq + 1;
    let mut event = Event {
        seq,
        at: 0,
        by: " ada ".into(),
        primitive: Primitive::Select,
        scope: Scope::Codebase,
        evidence: String::new(),
        what: What::Seconded { hunk: id },
    };
    assert_eq!(driver.model.session.apply(&event), Err(SessionError::SelfSeconded(id)));
    event.by = String::new();
    assert_eq!(driver.model.session.apply(&event), Err(SessionError::SelfSeconded(id)));
    event.by = "Grace".into();
    assert_eq!(driver.model.session.apply(&event), Ok(()));
}

#[test]
fn handing_over_asks_for_names_first_and_two_people_need_two_names() {
    let mut driver = Driver::acting(World::default());
    driver.press("H");
    assert_eq!(driver.model.screen.editor.as_ref().map(|editor| editor.text.as_str()), Some("Ada, "));
    driver.retype("Ada, ada");
    driver.press("Enter");
    let refusal = driver.model.screen.refusal.clone();
    assert_eq!(refusal.as_deref(), Some("Ada cannot do both; two people need two names."));
    driver.retype("Ada, Grace");
    driver.press("Enter");
    assert!(driver.model.screen.popup.is_none());
    let people = |driver: &Driver| driver.screen().people.text;
    assert_eq!(people(&driver), "Ada drives, Grace navigates");
    driver.press("H");
    assert_eq!(people(&driver), "Grace drives, Ada navigates");
    // Without the wish for two approvals nothing waits.
    driver.press("a a a");
    assert_eq!(pairing::waiting(&driver.model), Vec::new());
}

#[test]
fn who_asks_for_two_people_and_is_alone_commits_no_guarded_hunk_either() {
    let mut driver = Driver::acting(world());
    driver.act("two-approvals");
    driver.press("a a a c 3 Enter c c");
    let refusal = driver.model.screen.refusal.clone().unwrap_or_default();
    assert!(
        refusal.ends_with("only Ada approved it, so it stays held. H names the second person."),
        "{refusal}"
    );
    assert!(driver.take("commit").is_empty());
    // Nobody alone takes the wish back.
    driver.act("two-approvals");
    let refusal = driver.model.screen.refusal.clone().unwrap_or_default();
    assert!(refusal.ends_with("that stays for this session."), "{refusal}");
}

#[test]
fn an_old_journal_without_names_still_loads() {
    let line = |seq: u64, rest: &str| {
        format!("{{\"seq\":{seq},\"at\":5,\"primitive\":\"READ\",\"scope\":\"CODEBASE\",{rest}}}")
    };
    let started = "\"event\":\"started\",\"version\":1,\"session\":\"s\",\"root\":\"/r\",\"base\":\"\",\"branch\":\"main\",\"title\":\"r\"";
    let lines = [line(1, started), line(2, "\"event\":\"scene_entered\",\"scene\":\"acquire\"")];
    let events: Vec<Event> = lines.iter().map(|line| serde_json::from_str(line).expect(line)).collect();
    let session = Session::replay(&events).expect("a session");
    let identity = &session.identity;
    assert_eq!(
        (identity.driver.as_str(), identity.navigator.as_str(), identity.two_approvals),
        ("", "", false)
    );
}
