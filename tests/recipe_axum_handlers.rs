//! The `resource` recipe for axum and SQLx where handlers hold the queries: what it proposes
//! follows the nearest module, and on the real crates it is migrated, compiled, linted, formatted
//! and asked over HTTP.
//!
//! The part that needs crates from crates.io, and PostgreSQL, runs with `PROSCENIUM_REAL=1`.

use crate::{
    recipe_again::Memory,
    recipe_auth_axum::compile_without_one,
    recipe_axum::{cargo, passed},
    recipe_hunks::assert_rust_without_each,
    recipe_remains,
    support::{
        backend::{
            Texts, assert_cited, fixture, insert, is_real, propose, propose_again, request, stack, text_of,
            with, write_tree,
        },
        postgres::Database,
        temp,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::sync::Arc;

const OWNED: &str = "title:string{1..200} body:text? stars:int{1..5} price:decimal{0..99}? due:date? \
                     owner:belongs_to(User)";
const PLAIN: &str = "title:string{1..200} note:text{..40}? stars:int{1..5}? ratio:float{0..1}? done:bool \
                     seen_on:date author:belongs_to(Person) editor:belongs_to(Person)?";

pub fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("axum", "sqlx");
    propose(texts, &request(texts, &[".rs", ".sql"], stack, [("name", name), ("fields", fields)]))
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn macros_envelopes_and_whoever_signed_in_are_those_of_the_example() {
    let texts = fixture("axum_handlers");
    let proposal = ask(&texts, "BookReview", OWNED).unwrap();
    let expected = ["migrations/3_book_review.sql", "src/http/book_reviews.rs", "src/http/mod.rs"];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    let module = text_of(&proposal, "src/http/book_reviews.rs");
    for line in [
        "    user: CurrentUser,\n    ctx: Extension<Context>,\n    Json(req): Json<BookReviewBody<NewBookReview>>,\n) -> Result<Json<BookReviewBody>> {",
        "struct BookReviewBody<T = BookReview> {\n    book_review: T,\n}",
        "            Err(Error::unprocessable(errors))",
        "        return Err(Error::Forbidden);",
        "    let book_review = sqlx::query_as!(\n        BookReview,\n        r#\"\n            insert into book_review (owner_id, ",
        "            get(one_book_review)\n                .put(update_book_review)\n                .delete(drop_book_review),",
        "\"/api/book-reviews/{book_review_id}\"",
    ] {
        assert!(module.contains(line), "{line}\n{module}");
    }
    let sql = text_of(&proposal, "migrations/3_book_review.sql");
    for line in [
        "create table book_review\n(\n    book_review_id uuid ",
        " references \"user\" (user_id) on delete cascade,",
        "create trigger book_review_touch\n    before update\n    on book_review",
        "create index on book_review (owner_id);",
    ] {
        assert!(sql.contains(line), "{line}\n{sql}");
    }
    let router = text_of(&proposal, "src/http/mod.rs");
    assert!(router.starts_with("mod book_reviews;\nmod error;\n"), "{router}");
    assert!(router.contains("        .merge(book_reviews::router())\n"), "{router}");
    assert!(proposal.remarks.iter().any(|remark| remark.contains("sign in")), "{:?}", proposal.remarks);
    assert_eq!(proposal, ask(&texts, "BookReview", OWNED).unwrap());
}

#[test]
fn rows_without_an_owner_ask_for_the_sign_in_of_the_example() {
    let texts = fixture("axum_handlers");
    let proposal = ask(&texts, "Review", "title:string").unwrap();
    let module = text_of(&proposal, "src/http/reviews.rs");
    assert_eq!(module.matches("    _: CurrentUser,\n    ctx: Extension<Context>,\n").count(), 5, "{module}");
    assert!(!paths(&proposal).contains(&"tests/reviews.rs"));
}

#[test]
fn functions_bare_answers_and_tests_are_those_of_another_example() {
    let texts = fixture("axum_functions");
    let proposal = ask(&texts, "ToolReview", PLAIN).unwrap();
    let expected = [
        "migrations/0003_create_tool_reviews.down.sql",
        "migrations/0003_create_tool_reviews.up.sql",
        "src/lib.rs",
        "src/tool_reviews.rs",
        "tests/tool_reviews.rs",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    let module = text_of(&proposal, "src/tool_reviews.rs");
    for line in [
        "pub async fn create_tool_review(\n    State(pool): State<SqlitePool>,\n    Json(body): Json<NewToolReview>,\n) -> Result<(StatusCode, Json<ToolReview>), AppError> {",
        "    let tool_review = sqlx::query_as::<_, ToolReview>(\n        \"SELECT id, title, ",
        "    .bind(page.limit.unwrap_or(20).clamp(1, 100))\n",
        "    .ok_or_else(|| AppError::NotFound(\"tool review\".to_owned()))?;",
        "    require_author(&pool, body.author_id).await?;\n",
    ] {
        assert!(module.contains(line), "{line}\n{module}");
    }
    let sql = text_of(&proposal, "migrations/0003_create_tool_reviews.up.sql");
    assert!(sql.contains("CREATE INDEX idx_tool_reviews_author_id ON tool_reviews (author_id);"), "{sql}");
    let library = text_of(&proposal, "src/lib.rs");
    assert!(library.starts_with("pub mod chores;\npub mod error;\npub mod tool_reviews;\n"), "{library}");
    assert!(library.contains(".nest(\"/tool-reviews\", tool_reviews::router())"), "{library}");
    assert_eq!(text_of(&proposal, "tests/tool_reviews.rs").matches("#[sqlx::test]").count(), 6);
    assert_eq!(proposal.remarks, Vec::<String>::new());
}

#[test]
fn dates_are_sent_in_a_structure_beside_that_of_times() {
    let mut texts = fixture("axum_handlers");
    let manifest = texts.get_mut("Cargo.toml").unwrap();
    *manifest = manifest.replace("chrono = {", "time = {");
    let memos = texts.get_mut("src/http/memos.rs").unwrap();
    *memos = memos
        .replace("use chrono::{DateTime, Utc};\n", "use crate::http::stamp::Stamp;\n")
        .replace("DateTime<Utc>", "Stamp");
    let stamp = "use time::OffsetDateTime;\n\n#[derive(sqlx::Type)]\npub struct Stamp(pub OffsetDateTime);\n\nimpl serde::Serialize for Stamp {}\n\nfn other() {}\n";
    texts.insert("src/http/stamp.rs".into(), stamp.into());
    let proposal =
        ask(&texts, "Review", "title:string due:date? at:datetime owner:belongs_to(User)").unwrap();
    assert_cited(&proposal, &texts);
    let made = text_of(&proposal, "src/http/stamp.rs");
    assert!(made.starts_with(&stamp[..stamp.len() - "\nfn other() {}\n".len()]), "{made}");
    assert!(made.contains("pub struct Date(pub time::Date);") && made.ends_with("fn other() {}\n"), "{made}");
    let module = text_of(&proposal, "src/http/reviews.rs");
    for line in [
        "use crate::http::stamp::{Date, Stamp};\n",
        "    due: Option<Date>,\n    at: Stamp,\n",
        "due as \"due: Date\"",
        "req.review.due.as_ref().map(|due| due.0),\n        req.review.at.0\n",
    ] {
        assert!(module.contains(line), "{line}\n{module}");
    }
    texts.remove("src/http/stamp.rs");
    let manifest = texts.get_mut("Cargo.toml").unwrap();
    *manifest =
        manifest.lines().filter(|line| !line.starts_with("time")).map(|line| format!("{line}\n")).collect();
    match ask(&texts, "Review", "due:date") {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("due needs the package chrono") && hint.contains("serde"), "{what} {hint}");
        }
        other => panic!("{other:?}"),
    }
}

fn changed(name: &str, path: &str, from: &str, to: &str) -> Texts {
    let mut texts = fixture(name);
    let text = texts.get_mut(path).unwrap();
    assert!(text.contains(from), "{from}\n{text}");
    *text = text.replace(from, to);
    texts
}

#[test]
fn what_cannot_be_followed_is_said_and_nothing_is_changed() {
    let (handlers, functions) = ("axum_handlers", "axum_functions");
    for (texts, why) in [
        (changed(functions, "src/error.rs", "NotFound", "Gone"), "no variant NotFound"),
        (
            changed(functions, "src/chores.rs", "State(pool): State<SqlitePool>", "pool: SqlitePool"),
            "State or Extension",
        ),
        (
            changed(functions, "src/chores.rs", "INSERT INTO chores", "REPLACE chores"),
            "handlers which store a row",
        ),
        (
            changed(functions, "src/chores.rs", "Result<(StatusCode, Json<Chore>), AppError>", "Response"),
            "returns no Result",
        ),
        (
            changed(functions, "migrations/0002_create_chores.up.sql", "chores (\n", "jobs (\n"),
            "no migration creates chores",
        ),
        (changed(functions, "src/lib.rs", "SqlitePool", "MySqlPool"), "MySQL"),
        (changed(handlers, "src/http/mod.rs", "PgPool", "SqlitePool"), "no migration creates"),
    ] {
        match ask(&texts, "Review", "title:string") {
            Err(ProposeError::NotApplicable(said)) => assert!(said.contains(why), "{said}"),
            Ok(_) if why == "no migration creates" => {}
            other => panic!("{why}: {other:?}"),
        }
    }
    let unserved = changed(functions, "src/lib.rs", ".nest(\"/chores\", chores::router())", "");
    match ask(&unserved, "Review", "title:string") {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("src/chores.rs") && hint.contains("merge"), "{what} {hint}");
        }
        other => panic!("{other:?}"),
    }
    match ask(&fixture(functions), "Review", "owner:belongs_to(Customer)") {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("Customer"), "{what}");
            assert_eq!(hint, "known tables: chores, people");
        }
        other => panic!("{other:?}"),
    }
    for (name, place) in [("Person", "migrations/0001_create_people.up.sql:1"), ("Chore", "src/chores.rs:1")]
    {
        match ask(&fixture(functions), name, "title:string") {
            Err(ProposeError::Clash { place: found, .. }) => assert_eq!(found, place),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn bounds_stand_in_the_database_where_no_error_could_say_them() {
    let texts = changed("axum_functions", "src/error.rs", "BadRequest", "Teapot");
    let texts = {
        let mut texts = texts;
        let chores = texts.get_mut("src/chores.rs").unwrap();
        *chores = chores.replace("BadRequest", "Teapot");
        texts
    };
    let proposal = ask(&texts, "Review", "title:string{1..200} stars:int{1..5}").unwrap();
    let sql = text_of(&proposal, "migrations/0003_create_reviews.up.sql");
    assert!(sql.contains("title TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200)"), "{sql}");
    assert!(proposal.remarks.iter().any(|remark| remark.contains("title, stars")), "{:?}", proposal.remarks);
    assert!(!text_of(&proposal, "src/reviews.rs").contains("check("));
}

#[test]
fn what_remains_without_any_hunk_parses_and_calls_only_what_is_there() {
    for (name, fields) in [("axum_handlers", OWNED), ("axum_functions", PLAIN)] {
        let texts = fixture(name);
        assert_rust_without_each(&texts, &ask(&texts, "Review", fields).unwrap());
    }
}

#[test]
fn a_second_run_keeps_what_a_person_wrote() {
    for (name, fields, path) in
        [("axum_handlers", OWNED, "src/http/reviews.rs"), ("axum_functions", PLAIN, "src/reviews.rs")]
    {
        let memory = Arc::new(Memory::default());
        let again = |texts: &Texts| {
            let request = request(
                texts,
                &[".rs", ".sql"],
                stack("axum", "sqlx"),
                [("name", "Review"), ("fields", fields)],
            );
            propose_again("resource", texts, &request, Some(memory.clone()))
        };
        let texts = fixture(name);
        let mut texts = with(&texts, &again(&texts).unwrap());
        insert(&mut texts, path, "impl NewReview {\n", "pub fn mine() -> u8 {\n    1\n}\n\n");
        match again(&texts) {
            Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe resource"),
            other => panic!("{name}: {other:?}"),
        }
        let text = texts.get_mut(path).unwrap();
        *text = text.replace("clamp(1, 100)", "clamp(1, 50)");
        match again(&texts) {
            Err(ProposeError::Nothing(_)) => {}
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn functions_migrate_both_ways_and_pass_the_generated_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("axum_functions");
    let proposal = ask(&texts, "ToolReview", PLAIN).unwrap();
    let folder = temp::folder();
    write_tree(folder.path(), &texts, &[&proposal]);
    assert_eq!(passed(folder.path(), &with(&texts, &proposal), &[]), 7);
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    let proof = crate::recipe_axum::PROOF.replace("library::", "chores::");
    std::fs::write(folder.path().join("examples/proof.rs"), proof).unwrap();
    let said = cargo(folder.path(), &["run", "--quiet", "--example", "proof"], &[]);
    assert!(said.contains("tables [3, 0, 3]"), "{said}");
    println!("axum whose handlers hold the queries: 7 passed");
    compile_without_one("a resource in handlers of axum", &texts, &proposal);
}

/// What a user may do over HTTP with rows that have owners; written for the fixture's users.
const ASKED: &str = include_str!("fixtures/axum_asked/book_reviews.rs");

#[test]
fn rows_with_owners_are_checked_by_the_compiler_and_asked_over_http() {
    if !is_real() {
        return;
    }
    let texts = fixture("axum_handlers");
    let proposal = ask(&texts, "BookReview", OWNED).unwrap();
    let mut grown = with(&texts, &proposal);
    grown.insert("tests/book_reviews.rs".into(), ASKED.into());
    let database = Database::new();
    for (path, text) in &grown {
        if path.ends_with(".sql") {
            database.sql(text);
        }
    }
    assert_eq!(database.tables(), ["book_review", "memo", "user"]);
    let url = database.url("postgres");
    let folder = temp::folder();
    write_tree(folder.path(), &grown, &[]);
    let tests = passed(folder.path(), &grown, &[("DATABASE_URL", &url)]);
    println!("axum whose handlers hold checked queries: {tests} passed");
    for rest in recipe_remains::without_one("a resource in checked handlers of axum", &texts, &proposal) {
        let folder = temp::folder();
        write_tree(folder.path(), &rest, &[]);
        cargo(folder.path(), &["check", "--quiet", "--all-targets"], &[("DATABASE_URL", &url)]);
    }
}
