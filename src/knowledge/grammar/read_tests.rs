//! Sentences in, readings out: the behaviour of the whole grammar on one sample map.

use super::{SuggestionKind, handover_note};
use crate::{
    domain::{
        finding::{Finding, Level},
        layer::Layer,
        map::{BackendMap, Endpoint, EndpointKind, Flow, FlowStep, Model, SourceFile},
        stack::{Confidence, StackField},
        task::{CriterionSource, Difficulty, Intent, Reading, Uncertainty},
    },
    knowledge::Knowledge,
};
use pretty_assertions::assert_eq;
use std::sync::LazyLock;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).expect("loads"));

fn field(name: &str) -> StackField {
    StackField { name: Some(name.into()), confidence: Confidence::Sure, ..StackField::default() }
}

fn finding(rule: &str, file: &str, line: u32, fixable: bool) -> Finding {
    Finding {
        rule: rule.into(),
        family: "f".into(),
        level: Level::Error,
        file: file.into(),
        line,
        column: 1,
        end_line: line,
        end_column: 9,
        message: "m".into(),
        symbol: String::new(),
        fixable,
        fingerprint: format!("{line:016}"),
    }
}

/// An order shop: FastAPI, SQLAlchemy, orders, items and users.
fn map() -> BackendMap {
    let mut map = BackendMap::default();
    map.stack.language = field("python");
    map.stack.framework = field("fastapi");
    map.stack.orm = field("sqlalchemy");
    map.stack.migration = field("alembic");
    for path in ["app/api/orders.py", "app/services/orders.py"] {
        map.files.push(SourceFile {
            path: path.into(),
            layer: Layer::Router,
            evidence: vec![],
            functions: 1,
            queries: 0,
        });
    }
    for (method, path) in [
        ("GET", "/api/orders"),
        ("GET", "/api/orders/{order_id}"),
        ("GET", "/api/users/{id}"),
        ("POST", "/api/users"),
    ] {
        map.endpoints.push(Endpoint {
            kind: EndpointKind::Http,
            method: method.into(),
            path: path.into(),
            handler: "h".into(),
            file: "app/api/orders.py".into(),
            line: 1,
            handler_place: None,
        });
        map.flows.push(Flow {
            endpoint: format!("{method} {path}"),
            steps: vec![FlowStep {
                layer: Layer::Service,
                symbol: "s".into(),
                file: if path.contains("orders") {
                    "app/services/orders.py".into()
                } else {
                    "app/services/users.py".into()
                },
                line: 1,
                call: String::new(),
                tests: 0,
            }],
            ..Flow::default()
        });
    }
    for (name, table) in [("Order", "orders"), ("OrderItem", "order_items"), ("User", "users")] {
        map.models.push(Model {
            name: name.into(),
            table: Some(table.into()),
            columns: vec![],
            file: "app/models.py".into(),
            line: 1,
        });
    }
    map.findings = vec![
        finding("sec/sql-interpolated-value", "app/repositories/report.py", 22, true),
        finding("arch/router-uses-orm", "app/api/orders.py", 58, false),
    ];
    map
}

pub(super) fn read(text: &str) -> Reading {
    KNOWLEDGE.read_task(text, &map())
}

pub(super) fn texts(reading: &Reading) -> Vec<&str> {
    reading.criteria.iter().map(|criterion| criterion.text.as_str()).collect()
}

fn input<'r>(reading: &'r Reading, name: &str) -> &'r str {
    reading.inputs.get(name).map_or("", String::as_str)
}

#[test]
fn intents_of_plain_sentences() {
    use Intent::{
        Auth, BackingService, Endpoint, Graphql, Job, Middleware, Migration, Other, Repair, Repository,
        Resource, Review, Router, ServiceMethod, Transaction,
    };
    for (text, intent, subject) in [
        ("Let customers cancel an order", Endpoint, "POST /api/orders/{id}/cancel"),
        ("Add an endpoint to list orders with pagination", Endpoint, "GET /api/orders"),
        ("Delete an order", Endpoint, "DELETE /api/orders/{id}"),
        ("Create an endpoint that returns order items", Endpoint, "order_item"),
        ("Add GET /api/orders/{id}/history", Endpoint, "GET /api/orders/{id}/history"),
        ("Add a route PATCH /api/users/:id", Endpoint, "PATCH /api/users/{id}"),
        ("Archive orders", Endpoint, "POST /api/orders/{id}/archive"),
        ("Add a products resource with title:string{1..200} price:decimal", Resource, "product"),
        ("Add a resource called invoice with total:decimal", Resource, "invoice"),
        ("CRUD for tickets", Resource, "ticket"),
        ("Add login with refresh tokens", Auth, ""),
        ("Users should sign in with a password", Auth, "user"),
        ("Add a nullable column cancelled_at:datetime? to orders", Migration, "order"),
        ("Add a new field note:text? to users", Migration, "user"),
        ("Write a migration for the users table", Migration, "user"),
        ("Add a nightly job that sends reports", Job, ""),
        ("Add a middleware that sets a request id", Middleware, ""),
        ("Make the checkout atomic in one transaction", Transaction, ""),
        ("Cache the order list in redis", BackingService, "order"),
        ("Mount the orders router under a new prefix", Router, "order"),
        ("Add a repository method that finds orders by status", Repository, "order"),
        ("Put the business rule for discounts into the service", ServiceMethod, ""),
        ("Add a graphql mutation to cancel orders", Graphql, "order"),
        ("Review what this branch changes", Review, ""),
        ("Audit the code", Review, ""),
        ("Fix the SQL injection", Repair, "sec/sql-interpolated-value"),
        ("Repair the handler that runs SQL in app/api/orders.py:58", Repair, "arch/router-uses-orm"),
        ("fix sec/cookie-flags", Repair, "sec/cookie-flags"),
        ("Make everything nicer somehow", Other, ""),
        ("", Other, ""),
    ] {
        let reading = read(text);
        assert_eq!(reading.intent, intent, "{text}");
        if !subject.is_empty() {
            let seen = if intent == Graphql || intent == BackingService {
                input(&reading, "name").to_owned()
            } else {
                reading.subject.clone()
            };
            assert!(seen == subject || input(&reading, "name") == subject, "{text}: {seen}");
        }
    }
}

#[test]
fn the_order_example_is_read_and_its_rules_are_quoted_back() {
    let reading = read(
        "Let customers cancel an order. An order already shipped must not be cancelled. The stock goes back.",
    );
    assert_eq!(reading.subject, "POST /api/orders/{id}/cancel");
    assert_eq!(
        reading.not_understood,
        ["An order already shipped must not be cancelled", "The stock goes back"]
    );
    assert_eq!(
        texts(&reading),
        [
            "POST /api/orders/{id}/cancel answers 200",
            "an unknown order answers 404",
            "a order whose state forbids it answers 409 and stays as it was",
            "without a credential it answers 401",
            "somebody else's order answers 404",
            "all of its writes happen in one transaction or none does",
        ]
        .map(|text| text.replace("a order", "an order"))
    );
    assert!(reading.criteria.iter().all(|criterion| criterion.source == CriterionSource::Assumed));
    assert_eq!(
        reading.questions.iter().map(|question| question.id.as_str()).collect::<Vec<_>>(),
        ["money-back"]
    );
    assert_eq!(reading.difficulty, Difficulty::Medium);
    assert_eq!(reading.example.as_deref(), Some("examples/endpoint.md"));
    assert!(
        reading.assumptions.iter().any(|line| line.contains("beside GET /api/orders")),
        "{:?}",
        reading.assumptions
    );
}

#[test]
fn a_clause_with_a_status_becomes_the_users_own_criterion() {
    let reading = read("Let customers cancel an order. A shipped order answers 409.");
    let first = reading.criteria.first().expect("criterion");
    assert_eq!((first.text.as_str(), &first.source), ("A shipped order answers 409", &CriterionSource::You));
    assert!(reading.not_understood.is_empty(), "{:?}", reading.not_understood);
}

#[test]
fn fields_are_inputs_of_the_recipe_and_criteria() {
    let reading = read(
        "Add a products resource with title:string{1..200} price:decimal owner:belongs_to(User) code:string:unique",
    );
    assert_eq!(input(&reading, "name"), "product");
    assert_eq!(
        input(&reading, "fields"),
        "title:string{1..200} price:decimal owner:belongs_to(User) code:string:unique"
    );
    assert!(reading.not_understood.is_empty(), "{:?}", reading.not_understood);
    let texts = texts(&reading);
    assert!(texts.contains(&"title takes 1 to 200 characters, others are refused"), "{texts:?}");
    assert!(texts.contains(&"a second product with the same code answers 409"), "{texts:?}");
    assert!(texts.contains(&"/api/products can be listed, read, created, changed and deleted"), "{texts:?}");
    assert!(reading.risks.iter().any(|risk| risk.kind == "orm" && risk.note.contains("User")));
    assert!(reading.risks.iter().any(|risk| risk.kind == "schema"));
    assert!(!reading.questions.iter().any(|question| question.id == "which-fields"));
}

#[test]
fn a_wrong_field_is_quoted_with_its_reason() {
    let reading = read("Add a product resource with price:coins");
    assert!(
        reading.not_understood.iter().any(|quote| quote.starts_with("price:coins (`coins` is no type")),
        "{:?}",
        reading.not_understood
    );
    assert!(
        reading
            .questions
            .iter()
            .any(|question| question.id == "which-fields" && question.level == Uncertainty::High)
    );
}

#[test]
fn a_repair_names_the_findings_of_the_map() {
    let reading = read("Repair a query in a route handler in app/api/orders.py:58");
    assert_eq!(reading.difficulty, Difficulty::Simple);
    assert_eq!(
        (input(&reading, "rule"), input(&reading, "file"), input(&reading, "line")),
        ("arch/router-uses-orm", "app/api/orders.py", "58")
    );
    let first = reading.criteria.first().expect("criterion");
    assert_eq!(first.text, "arch/router-uses-orm is gone at app/api/orders.py:58");
    assert!(
        matches!(&first.source, CriterionSource::Finding { rule, place } if rule == "arch/router-uses-orm" && place.line == 58)
    );
    assert!(reading.not_understood.is_empty(), "{:?}", reading.not_understood);
}

#[test]
fn work_of_others_is_said_to_be_so_and_the_rest_goes_on() {
    let reading = read("Add a cancel button to the React app. Let customers cancel an order.");
    assert_eq!(reading.intent, Intent::Endpoint);
    assert_eq!(reading.out_of_scope.len(), 1);
    let said = &reading.out_of_scope[0];
    assert!(said.starts_with("This is frontend work: “Add a cancel button to the React app”."), "{said}");
    assert!(said.contains("Needed from there:"), "{said}");
    assert!(reading.risks.iter().any(|risk| risk.kind == "out-of-scope"));
    for (text, scope) in [("Publish the iOS app", "mobile"), ("Write a terraform module", "infrastructure")] {
        assert!(read(text).out_of_scope.first().is_some_and(|said| said.contains(scope)), "{text}");
    }
    let server =
        read("Set up login with the server library and its database adapter in the nginx middleware");
    assert!(server.out_of_scope.is_empty(), "{:?}", server.out_of_scope);
}

#[test]
fn a_job_has_a_name_and_no_address() {
    let reading = read("Add a background job that sends a receipt for an order");
    assert_eq!((reading.intent, reading.subject.as_str()), (Intent::Job, "send_receipt"));
    assert_eq!(input(&reading, "name"), "send_receipt");
    assert!(["path", "method", "operation"].iter().all(|name| !reading.inputs.contains_key(*name)));
    assert_eq!(reading.not_understood, Vec::<String>::new());
    let rows: Vec<&str> = reading.read_as.iter().map(|(_, value)| value.as_str()).collect();
    assert!(rows.contains(&"send_receipt") && rows.contains(&"order, known here"), "{rows:?}");
    // What the job is about need not be known here.
    let reading = read("Add a background job that sends a parcel to nobody");
    assert_eq!((reading.subject.as_str(), input(&reading, "resource")), ("send_parcel", ""));
}

#[test]
fn questions_follow_uncertainty_and_are_silent_when_the_text_answers() {
    let ids = |text: &str| -> Vec<String> {
        read(text).questions.into_iter().map(|question| question.id).collect()
    };
    assert!(ids("Add an endpoint").contains(&"which-resource".to_owned()));
    assert!(ids("Add a resource called invoice").contains(&"which-fields".to_owned()));
    assert!(!ids("Let customers cancel an order with a refund").contains(&"money-back".to_owned()));
    assert!(ids("Add login").contains(&"token-kind".to_owned()));
    assert!(!ids("Add login with jwt").contains(&"token-kind".to_owned()));
    assert!(ids("Add a background job for orders").contains(&"job-runner".to_owned()));
    assert!(ids("Write a migration that makes orders.note required").contains(&"existing-rows".to_owned()));
    for question in read("Let customers cancel an order").questions {
        assert!((2..=3).contains(&question.options.len()) && question.answer.is_none());
        assert!(question.options.iter().all(|option| !option.trade_off.is_empty()));
    }
}

#[test]
fn orm_risk_needs_an_orm_and_a_reason() {
    let has_orm = |text: &str, map: &BackendMap| {
        KNOWLEDGE.read_task(text, map).risks.iter().any(|risk| risk.kind == "orm")
    };
    assert!(!has_orm("Let customers cancel an order", &map()));
    assert!(has_orm("List orders with their items", &map()));
    let mut found = map();
    found.findings.push(finding("orm/n-plus-one", "app/services/orders.py", 47, true));
    assert!(has_orm("Let customers cancel an order", &found));
    let mut without = map();
    without.stack.orm = StackField::default();
    assert!(!has_orm("List orders with their items", &without));
}

#[test]
fn difficulty_grows_with_what_the_task_touches() {
    for (text, difficulty) in [
        ("Review what this branch changes", Difficulty::Simple),
        ("Fix the SQL injection", Difficulty::Simple),
        ("List orders", Difficulty::Simple),
        ("Add a tag resource with name:string", Difficulty::Medium),
        ("Add login with refresh tokens", Difficulty::Complex),
    ] {
        assert_eq!(read(text).difficulty, difficulty, "{text}");
    }
}

#[test]
fn every_suggestion_is_read_back_as_what_it_is() {
    let map = map();
    let suggestions = KNOWLEDGE.suggestions(&map);
    assert_eq!(suggestions.len(), 3);
    assert_eq!(
        suggestions.iter().map(|suggestion| suggestion.text.as_str()).collect::<Vec<_>>(),
        [
            "Repair app/api/orders.py:58, a query in a route handler",
            "Add a tag resource with name:string{1..50}:unique",
            "Review what this branch changes",
        ]
    );
    for suggestion in &suggestions {
        let reading = KNOWLEDGE.read_task(&suggestion.text, &map);
        let expected = match suggestion.kind {
            SuggestionKind::Repair => Intent::Repair,
            SuggestionKind::Resource => Intent::Resource,
            SuggestionKind::Review => Intent::Review,
        };
        assert_eq!(reading.intent, expected, "{}", suggestion.text);
        assert!(!reading.criteria.is_empty() && reading.not_understood.is_empty(), "{reading:#?}");
        assert!(reading.questions.iter().all(|question| question.level < Uncertainty::High));
    }
    // Every rule's own sentence leads back to that rule, whatever words its title has.
    for card in &KNOWLEDGE.rules {
        let mut map = map.clone();
        map.findings = vec![finding(&card.id, "src/a.ts", 3, false)];
        let text = &KNOWLEDGE.suggestions(&map)[0].text;
        let reading = KNOWLEDGE.read_task(text, &map);
        assert_eq!((reading.intent, input(&reading, "rule")), (Intent::Repair, card.id.as_str()), "{text}");
        assert!(reading.not_understood.is_empty(), "{text}: {:?}", reading.not_understood);
    }
    let mut other = map.clone();
    other.stack.framework = field("express");
    let kinds: Vec<SuggestionKind> =
        KNOWLEDGE.suggestions(&other).iter().map(|suggestion| suggestion.kind).collect();
    assert_eq!(kinds, [SuggestionKind::Repair, SuggestionKind::Repair, SuggestionKind::Review]);
    assert_eq!(KNOWLEDGE.suggestions(&BackendMap::default()).len(), 1);
}

#[test]
fn schema_first_work_gets_its_note() {
    let map = map();
    let reading = read(
        "Add a product resource with code:string{1..40}:unique owner:belongs_to(User) state:enum{new,old}",
    );
    let note = handover_note(&reading, &map).expect("schema first");
    for part in [
        "`products`: new",
        "`products.code`: varchar(40), not null",
        "foreign key `products.owner_id` to `users.id`",
        "unique `products.code`",
        "check `state` in (new, old)",
        "`products (owner_id)`: every foreign key has one",
        "What happens to `products` when its User is deleted?",
    ] {
        assert!(note.contains(part), "{part} in\n{note}");
    }
    let column = read("Write a migration that adds a column currency:string{3..3} to orders");
    let note = handover_note(&column, &map).expect("a migration");
    assert!(note.contains("`orders`: exists, changes"), "{note}");
    assert!(note.contains("rows of `orders` need a value for `currency`"), "{note}");
    assert_eq!(handover_note(&read("Let customers cancel an order"), &map), None);
}
