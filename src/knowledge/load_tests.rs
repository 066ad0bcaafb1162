//! The shipped files, what they promise, and what happens when an overlay is broken.

use super::{Knowledge, KnowledgeError, Trigger, embedded, embedded_names};
use crate::domain::{
    event::Scene,
    task::{Difficulty, Intent},
};
use pretty_assertions::assert_eq;
use std::{collections::BTreeSet, fs};

fn shipped() -> Knowledge {
    Knowledge::load(&[]).expect("the shipped files load")
}

fn with_overlay(files: &[(&str, &str)]) -> (tempfile::TempDir, Result<Knowledge, KnowledgeError>) {
    let folder = tempfile::tempdir().expect("temporary folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("parent")).expect("folders");
        fs::write(path, text).expect("file");
    }
    let loaded = Knowledge::load(&[folder.path().to_path_buf()]);
    (folder, loaded)
}

/// Ids of `rules.md`; final, other documents quote them.
const RULES: [&str; 50] = [
    "api/untyped-path-params",
    "api/untyped-signature",
    "arch/cycle",
    "arch/layer-order",
    "arch/repository-has-business-logic",
    "arch/repository-imports-service",
    "arch/router-uses-orm",
    "arch/service-uses-http-types",
    "async/blocking-call-in-async",
    "cloud/hardcoded-config",
    "cloud/in-process-state",
    "cloud/log-to-file",
    "cloud/missing-timeout",
    "mig/breaking-change",
    "mig/constraint-not-valid",
    "mig/fk-missing-index",
    "mig/index-without-concurrently",
    "mig/not-null-or-volatile-default",
    "orm/fk-access-loads-object",
    "orm/multi-write-without-transaction",
    "orm/n-plus-one",
    "orm/reference-without-index",
    "orm/shared-session",
    "orm/unbounded-list",
    "sec/cleartext-transport",
    "sec/cookie-flags",
    "sec/cors-wildcard",
    "sec/csrf-disabled",
    "sec/debug-enabled",
    "sec/default-credential-in-config",
    "sec/empty-password",
    "sec/jwt-hardcoded-secret",
    "sec/jwt-no-expiry-or-algorithms",
    "sec/jwt-none-or-unverified",
    "sec/login-without-rate-limit",
    "sec/mass-assignment",
    "sec/missing-auth-on-mutation",
    "sec/nosql-operator-injection",
    "sec/open-actuator",
    "sec/open-to-strangers",
    "sec/query-from-request",
    "sec/secret-assigned-to-name",
    "sec/secret-known-format",
    "sec/session-key-from-request",
    "sec/sql-around-orm",
    "sec/sql-interpolated-identifier",
    "sec/sql-interpolated-value",
    "sec/tls-verify-off",
    "sec/unscoped-find",
    "sec/weak-hash-password",
];

#[test]
fn every_rule_has_its_card_with_a_reason_a_repair_and_examples() {
    let knowledge = shipped();
    let ids: Vec<&str> = knowledge.rules.iter().map(|card| card.id.as_str()).collect();
    assert_eq!(ids, RULES);
    let advice: Vec<&str> =
        knowledge.rules.iter().filter(|card| !card.default_on).map(|card| card.id.as_str()).collect();
    assert_eq!(
        advice,
        [
            "arch/repository-has-business-logic",
            "mig/breaking-change",
            "orm/multi-write-without-transaction",
            "orm/shared-session",
            "orm/unbounded-list",
            "sec/cleartext-transport",
            "sec/login-without-rate-limit",
            "sec/missing-auth-on-mutation",
            "sec/nosql-operator-injection",
            "sec/open-to-strangers",
            "sec/sql-around-orm",
            "sec/unscoped-find",
        ]
    );
    for card in &knowledge.rules {
        assert!(card.why.len() > 80, "{}: the reason is too short", card.id);
        assert!(card.fix.how.lines().count() >= 2 && !card.fix.verb.is_empty(), "{}", card.id);
        assert!(!card.source.is_empty(), "{}: no source", card.id);
        assert!(!card.examples.is_empty(), "{}: no example", card.id);
        for example in &card.examples {
            assert!(!example.bad.trim().is_empty() && example.bad != example.good, "{}", card.id);
        }
    }
}

#[test]
fn ids_that_files_quote_exist() {
    let knowledge = shipped();
    let rule = |id: &str| assert!(knowledge.rule(id).is_some(), "{id} is no rule");
    for item in &knowledge.checklist {
        if let crate::domain::checklist::Decider::Rules { rules } = &item.decider {
            rules.iter().for_each(|id| rule(id));
        }
    }
    let openings = knowledge.context.openings.iter().flat_map(|opening| &opening.opens);
    for trigger in openings.chain(knowledge.orm.iter().flat_map(|page| &page.opens)) {
        match trigger {
            Trigger::Rule(id) => rule(id),
            Trigger::Failure(id) => assert!(knowledge.playbook_entry(id).is_some(), "{id} is no entry"),
            _ => {}
        }
    }
    let ids = |items: &mut dyn Iterator<Item = String>| {
        let all: Vec<String> = items.collect();
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
    };
    ids(&mut knowledge.checklist.iter().map(|item| item.id.clone()));
    ids(&mut knowledge.orm.iter().map(|page| page.id.clone()));
    ids(&mut knowledge.playbook.iter().map(|entry| entry.id.clone()));
    ids(&mut knowledge.clarifications.iter().map(|entry| entry.question.id.clone()));
}

#[test]
fn every_file_of_the_knowledge_table_exists_and_says_when_it_opens() {
    let knowledge = shipped();
    let names = embedded_names("");
    for page in [
        "protocol/",
        "checklist.md",
        "orm-reference.md",
        "error-playbook.md",
        "examples/",
        "clarification.md",
        "reasoning.md",
        "context.md",
        "lessons.md",
        "stacks/",
        "agents/",
    ] {
        assert!(names.iter().any(|name| name.starts_with(page)), "{page} is not shipped");
        let opening = knowledge.context.openings.iter().find(|opening| opening.page == page);
        assert!(opening.is_some_and(|opening| !opening.opens.is_empty()), "{page} never opens");
    }
    assert!(embedded("schema/stack.schema.json").is_some());
}

#[test]
fn pages_open_at_their_trigger_and_the_orm_reference_not_without_one() {
    let knowledge = shipped();
    let opened = |triggers: &[Trigger]| -> Vec<&str> {
        knowledge.context.opened_by(triggers).iter().map(|(opening, _)| opening.page.as_str()).collect()
    };
    let plain =
        [Trigger::scene(Scene::Prepare), Trigger::intent(Intent::Endpoint), Trigger::Risk("auth".into())];
    assert_eq!(opened(&plain), ["protocol/", "examples/", "lessons.md", "context.md", "stacks/"]);
    let n_plus_one = [Trigger::Rule("orm/n-plus-one".into())];
    assert_eq!(opened(&n_plus_one), ["protocol/", "orm-reference.md"]);
    assert!(opened(&[Trigger::scene(Scene::Verify)]).contains(&"error-playbook.md"));
    assert!(opened(&[Trigger::scene(Scene::Finalize)]).contains(&"checklist.md"));
    assert!(opened(&[Trigger::Unclear]).contains(&"clarification.md"));
    assert!(opened(&[Trigger::Choice]).contains(&"reasoning.md"));
    assert!(opened(&[Trigger::scene(Scene::Act)]).contains(&"agents/"));

    let pages = |orm: Option<&str>, triggers: &[Trigger]| -> Vec<String> {
        knowledge.pages_for(orm, triggers).iter().map(|(page, _)| page.id.clone()).collect()
    };
    assert_eq!(pages(Some("sqlalchemy"), &plain), Vec::<String>::new());
    assert_eq!(
        pages(Some("sqlalchemy"), &n_plus_one),
        ["loading-sqlalchemy", "review-any", "review-sqlalchemy"]
    );
    assert_eq!(pages(None, &n_plus_one), ["review-any"]);
    let risk = [Trigger::Risk("transaction".into())];
    for orm in ["sqlalchemy", "django", "typeorm", "prisma", "sqlx", "sea-orm"] {
        assert_eq!(pages(Some(orm), &risk), [format!("transactions-{orm}")]);
    }
}

#[test]
fn protocols_branch_by_difficulty_and_risk() {
    let knowledge = shipped();
    let ids = |difficulty, present: &[String]| -> Vec<String> {
        knowledge.steps(Scene::Act, difficulty, present).map(|step| step.id.clone()).collect()
    };
    assert_eq!(ids(Difficulty::Simple, &[]), ["write-change", "write-test", "decide-hunks"]);
    assert_eq!(
        ids(Difficulty::Simple, &["schema".into()]).first().map(String::as_str),
        Some("make-migration")
    );
    let count = |difficulty| ids(difficulty, &["schema".into(), "auth".into(), "transaction".into()]).len();
    assert!(count(Difficulty::Simple) < count(Difficulty::Medium));
    assert!(count(Difficulty::Medium) < count(Difficulty::Complex));
    let [simple, medium, complex] = &knowledge.protocols;
    assert!(complex.steps.iter().any(|step| step.checkpoint));
    assert!(!simple.steps.iter().chain(&medium.steps).any(|step| step.checkpoint));
    for protocol in &knowledge.protocols {
        for scene in Scene::ALL {
            assert!(protocol.steps.iter().any(|step| step.scene == scene), "{scene:?}");
        }
    }
}

#[test]
fn the_playbook_knows_real_outputs() {
    let knowledge = shipped();
    for (language, output, id, name) in [
        ("python", "E   ModuleNotFoundError: No module named 'fastapi'", "missing-module", "fastapi"),
        (
            "python",
            "ERROR collecting tests/test_a.py\nE  ModuleNotFoundError: No module named 'x'",
            "import-error-at-collection",
            "tests/test_a.py",
        ),
        (
            "python",
            "ImportError: cannot import name 'A' from partially initialized module 'b' (most likely due to a circular import)",
            "circular-import",
            "A",
        ),
        (
            "python",
            "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here",
            "lazy-load-outside-session",
            "",
        ),
        (
            "python",
            "FAILED: Multiple head revisions are present for given argument 'head'",
            "multiple-migration-heads",
            "",
        ),
        ("python", "KeyError: 'DATABASE_URL'", "missing-env-variable", "DATABASE_URL"),
        ("python", "sqlite3.OperationalError: no such table: orders", "migration-missing", "orders"),
        (
            "python",
            "sqlite3.IntegrityError: UNIQUE constraint failed: users.email",
            "constraint-violation",
            "users.email",
        ),
        (
            "python",
            "connection to server at \"127.0.0.1\", port 5432 failed: Connection refused",
            "connection-refused",
            "127.0.0.1",
        ),
        ("python", "E       assert 401 == 200", "authentication-error", ""),
        ("python", "collected 0 items", "no-tests-ran", ""),
        ("typescript", "Error: connect ECONNREFUSED 127.0.0.1:5432", "connection-refused", "127.0.0.1:5432"),
        (
            "typescript",
            "src/a.ts(1,2): error TS2322: Type 'a' is not assignable.",
            "type-error",
            "Type 'a' is not assignable.",
        ),
        (
            "typescript",
            "Nest can't resolve dependencies of the OrdersService (?).",
            "dependency-injection",
            "OrdersService",
        ),
        ("typescript", "Cannot find module './orders' from 'src/a.ts'", "missing-module", "./orders"),
        (
            "rust",
            "error: set `DATABASE_URL` to use query macros online, or run `cargo sqlx prepare`",
            "query-cache-stale",
            "",
        ),
        ("rust", "error[E0308]: mismatched types", "type-error", ""),
        (
            "rust",
            "error[E0382]: borrow of moved value: `pool`",
            "borrow-checker",
            "borrow of moved value: `pool`",
        ),
    ] {
        let found = knowledge.playbook_for(output, language);
        let entry = found.iter().find(|found| found.entry.id == id);
        assert_eq!(entry.map(|found| found.name.as_str()), Some(name), "{output}");
    }
    assert!(knowledge.playbook_for("47 passed in 3.2s", "python").is_empty());
    assert!(knowledge.playbook_for("test result: ok. 5 passed; 0 failed; 0 ignored", "rust").is_empty());
}

#[test]
fn stacks_hold_the_eight_patterns_and_valid_manifests() {
    let knowledge = shipped();
    let schema = embedded("schema/stack.schema.json").expect("shipped");
    let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for (language, template) in
        [("python", "api-template.py"), ("typescript", "api-template.ts"), ("rust", "api-template.rs")]
    {
        let folder = knowledge.stack_folder(language).expect(language);
        assert_eq!(folder.snippets.len(), 8);
        assert!(folder.snippets.iter().all(|section| section.body.contains("```")));
        assert_eq!(folder.template.0, template);
        let manifest: serde_json::Value = serde_saphyr::from_str(&folder.manifest).expect("YAML");
        assert!(validator.is_valid(&manifest), "{language}");
    }
    assert!(knowledge.stack_folder("cobol").is_none());
}

#[test]
fn a_stack_folder_overrides_and_adds() {
    let rule =
        embedded("rules/orm/n-plus-one.yaml").expect("shipped").replace("level: warning", "level: error");
    let own = rule.replace("id: orm/n-plus-one", "id: team/own");
    let (_folder, loaded) = with_overlay(&[
        ("rules/orm/n-plus-one.yaml", &rule),
        ("rules/team/own.yaml", &own),
        (
            "checklist.md",
            "---\nkind: checklist\nitems:\n  - { id: builds, decide: hand }\n  - { id: ours, decide: hand }\n---\n## Ours {#ours}\n- `builds` It builds on my machine.\n- `ours` Ours.\n",
        ),
        ("lessons.md", "- 2026-11-22 [endpoint] Run the migration first.\n"),
        (
            "protocol/simple.md",
            &embedded("protocol/simple.md").expect("shipped").replace("write-change", "our-change"),
        ),
        ("grammar.yaml", "kind: grammar\nintents:\n  - { intent: job, words: { dispatcher: 9 } }\n"),
    ]);
    let knowledge = loaded.expect("loads");
    assert_eq!(
        knowledge.rule("orm/n-plus-one").map(|card| card.level),
        Some(crate::domain::finding::Level::Error)
    );
    assert!(knowledge.rule("team/own").is_some());
    assert_eq!(knowledge.rules.len(), RULES.len() + 1);
    let item = |id: &str| knowledge.checklist.iter().filter(|item| item.id == id).count();
    assert_eq!((item("builds"), item("ours"), item("no-secrets")), (1, 1, 1));
    assert_eq!(knowledge.lessons_for(Intent::Endpoint).len(), 1);
    assert!(knowledge.protocols[0].steps.iter().any(|step| step.id == "our-change"));
    let reading = knowledge.read_task("Add a dispatcher", &crate::domain::map::BackendMap::default());
    assert_eq!(reading.intent, Intent::Job);
}

#[test]
fn broken_overlays_name_file_line_and_column() {
    for (name, text, place) in [
        ("rules/team/own.yaml", "id: team/other\n", (1, 1)),
        ("rules/orm/n-plus-one.yaml", "id: orm/n-plus-one\nlevel: huge\n", (2, 8)),
        ("checklist.md", "no head\n", (1, 1)),
        (
            "error-playbook.md",
            "---\nkind: playbook\nentries:\n  - id: a\n    symptoms: ['(']\n---\n## A {#a}\n",
            (5, 16),
        ),
        (
            "orm-reference.md",
            "---\nkind: orm-reference\ntopics: { t: [mood x] }\npages:\n  - { id: p, topic: t }\n---\n## P {#p}\n",
            (3, 15),
        ),
        (
            "context.md",
            "---\nkind: context\nopenings: []\nbudgets:\n  - { name: x, tokens: 1, source: 90, neighbours: 20, guidance: 0 }\n---\n",
            (5, 5),
        ),
        ("agents/x.toml", "id = 1\n", (1, 6)),
        ("grammar.yaml", "kind: grammar\ncriteria: [ { intent: nope, text: x } ]\n", (2, 23)),
    ] {
        let (folder, loaded) = with_overlay(&[(name, text)]);
        let error = loaded.expect_err(name);
        assert_eq!(error.file(), folder.path().join(name).display().to_string());
        assert_eq!(error.position(), place, "{error}");
    }
}

#[test]
fn examples_differ_by_language() {
    let knowledge = shipped();
    for path in [
        "examples/resource.md",
        "examples/endpoint.md",
        "examples/auth.md",
        "examples/migration.md",
        "examples/move-query.md",
    ] {
        let example = knowledge.example(path).unwrap_or_else(|| panic!("{path}"));
        let python = example.text_for("python");
        assert!(python.contains("```python") && !python.contains("```rust"), "{path}");
        for part in ["task", "security", "files", "verification", "python", "node", "rust"] {
            assert!(example.sections.iter().any(|section| section.id == part), "{path} has no {part}");
        }
    }
}

#[test]
fn a_task_opens_the_orm_reference_by_its_words_only_when_it_has_them() {
    let knowledge = shipped();
    let opens = |text: &str| {
        let reading = knowledge.read_task(text, &crate::domain::map::BackendMap::default());
        let triggers = Trigger::of_task(text, &reading);
        knowledge.context.opened_by(&triggers).iter().any(|(opening, _)| opening.page == "orm-reference.md")
    };
    assert!(opens("The list of orders is slow, it is an N+1"));
    assert!(opens("Do both writes in one transaction"));
    assert!(!opens("Let customers cancel an order"));
    assert!(!opens("Add a middleware that sets a request id"));
}
