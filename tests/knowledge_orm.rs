//! When the ORM reference opens by itself, and when it never does.

use super::{
    knowledge_desk::{Desk, STACKS, finding, map, stack},
    knowledge_opening::{PLAIN, PYTHON, shipped},
};
use proscenium::{
    domain::event::Scene,
    engine::{Msg, effect::Checked, view::Pane},
    keys::Action,
};
use std::{collections::BTreeMap, sync::Arc};

#[test]
fn the_orm_reference_opens_by_itself_for_the_stack_when_a_risk_shows() {
    for (names, word) in STACKS.into_iter().zip(["selectinload", "relations:", "sqlx"]) {
        let mut desk = Desk::new(names);
        desk.scan(&[]);
        desk.task("Do both writes of the orders in one transaction");
        assert!(desk.opened().contains(&"orm-reference"), "{names:?}: {:?}", desk.opened());
        desk.act(Action::OrmPage);
        let page = desk.popup();
        assert!(page.contains("Opened because of"), "{page}");
        let own = desk.model.handbook.orm.iter().filter(|note| note.topic == "transactions").count();
        assert_eq!(own, 1, "{names:?}: one page about transactions");
        let all: String =
            desk.model.handbook.orm.iter().flat_map(|note| note.lines.clone()).collect::<Vec<_>>().join("\n");
        assert!(all.contains(word), "{names:?}: {word} is missing");
    }
}

#[test]
fn a_finding_opens_the_orm_reference_on_the_path_and_nowhere_else() {
    for names in STACKS {
        let n_plus_one = [finding("orm/n-plus-one", "app/orders_service")];
        let mut elsewhere = Desk::new(names);
        elsewhere.scan(&n_plus_one);
        elsewhere.task("Add an endpoint GET /reports that lists the reports");
        elsewhere.enter(Scene::Acquire);
        elsewhere.enter(Scene::Act);
        assert_eq!(elsewhere.reason("orm-reference"), None);

        let mut on_path = Desk::new(names);
        on_path.scan(&n_plus_one);
        on_path.task("Add a limit to GET /orders");
        assert_eq!(
            on_path.reason("orm-reference"),
            Some("the risk orm, orm/n-plus-one at app/orders_service:7")
        );

        let mut looked_at = Desk::new(names);
        looked_at.scan(&n_plus_one);
        looked_at.task("Add a middleware that sets a request id");
        looked_at.enter(Scene::Acquire);
        assert_eq!(looked_at.reason("orm-reference"), None, "no path is on screen");
        let mut on_path = looked_at;
        // Round to the other endpoint and back to orders.
        on_path.act(Action::PreviousSection);
        on_path.act(Action::PreviousSection);
        assert_eq!(on_path.reason("orm-reference"), Some("orm/n-plus-one at app/orders_service:7"));
        let pane = on_path.pane(Pane::Checklist);
        assert!(pane.contains("ORM guidance") && pane.contains("opened: orm/n-plus-one"), "{pane}");
    }
}

#[test]
fn a_proposal_that_adds_an_orm_risk_opens_the_reference() {
    let mut desk = Desk::new(PYTHON);
    desk.scan(&[]);
    desk.task(PLAIN);
    desk.enter(Scene::Act);
    assert_eq!(desk.reason("orm-reference"), None);
    let worse = map(&stack(PYTHON), &[finding("orm/n-plus-one", "new")]);
    let checked = Checked {
        revision: desk.model.world.revision,
        current: Arc::new(worse),
        approved: desk.model.map(),
        unparsed: BTreeMap::new(),
    };
    desk.send(Msg::Checked(Box::new(checked)));
    assert_eq!(desk.reason("orm-reference"), Some("orm/n-plus-one at new:7"));
}

#[test]
fn a_repository_without_orm_risk_never_opens_the_orm_reference() {
    let others = ["arch/router-uses-orm", "sec/sql-interpolated-value", "cloud/hardcoded-config"];
    for names in STACKS.into_iter().chain([["python", "fastapi", ""], ["rust", "axum", ""]]) {
        let findings: Vec<_> = others.iter().map(|rule| finding(rule, "app/orders_service")).collect();
        let mut desk = Desk::new(names);
        desk.scan(&findings);
        desk.task("Add an endpoint GET /orders/archive for customers");
        for scene in Scene::ALL {
            desk.enter(scene);
        }
        desk.fails("t1", "E       assert 401 == 200");
        for scene in Scene::ALL {
            desk.enter(scene);
        }
        assert!(!desk.opened().contains(&"orm-reference"), "{names:?}: {:?}", desk.opened());
        assert!(!desk.pane(Pane::Checklist).contains("ORM guidance"));
    }
}

#[test]
fn the_orm_reference_can_be_overridden_by_page() {
    let own = "---\nkind: orm-reference\ntopics: { transactions: [word ledger] }\npages:\n  - { id: transactions-sqlalchemy, topic: transactions, orms: [sqlalchemy] }\n---\n## Ours {#transactions-sqlalchemy}\n\nThe ledger has its own session.\n";
    let context = shipped("context.md").replace("- word slow", "- word slow\n      - word ledger");
    let mut desk = Desk::with_stack_folder(PYTHON, &[("orm-reference.md", own), ("context.md", &context)]);
    desk.scan(&[]);
    desk.task("Add an endpoint GET /orders that reads the ledger");
    assert_eq!(desk.reason("orm-reference"), Some("“ledger” stands in the task"));
    desk.act(Action::OrmPage);
    assert!(desk.popup().contains("The ledger has its own session."));
}
