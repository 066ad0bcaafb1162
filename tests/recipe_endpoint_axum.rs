//! The `endpoint` recipe for axum and SQLx: functions beside those that people wrote and those
//! that the recipe `resource` made. On the real crates the backend is compiled, linted and
//! checked for its form, all of its tests run, and they are counted.
//!
//! The part that needs crates from crates.io runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its target folder with the tests of the recipe `resource`.

use crate::{
    recipe_auth_axum,
    recipe_axum::prove,
    recipe_hunks,
    support::{
        backend::{Texts, fixture, insert, is_real, text_of},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::ports::ProposeError;

const AXUM: Frame = ("axum", "sqlx");

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? sku:string{..40}:unique \
                      done:bool seen_on:date read_at:datetime? author:belongs_to(User)";

/// Every kind of route into a resource that a person wrote and into one that the recipe made.
fn grown() -> Grown {
    let mut grown = Grown::new("axum_app", AXUM);
    grown.take("resource", &[("name", "BookReview"), ("fields", REVIEW)]);
    grown.take("endpoint", &[("name", "User"), ("by", "email")]);
    grown.take("endpoint", &[("name", "User"), ("by", "name")]);
    grown.take("endpoint", &[("name", "User"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "User"), ("path", "PUT /users/{id}/forget"), ("set", "name=gone")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "author")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "stars")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "done")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "seen_on")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "BookReview"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "complete"), ("set", "done=true")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "read"), ("set", "read_at=now")]);
    grown.take(
        "endpoint",
        &[("name", "BookReview"), ("path", "POST /book-reviews/{id}/silence"), ("set", "note=null")],
    );
    grown
}

fn assert_holds(texts: &Texts, path: &str, parts: &[&str]) {
    for part in parts {
        assert!(texts[path].contains(part), "{part}\n{}", texts[path]);
    }
}

#[test]
fn a_lookup_stands_beside_the_functions_of_one_row_in_every_layer() {
    let texts = fixture("axum_app");
    let proposal = ask("endpoint", &texts, AXUM, &[("name", "User"), ("by", "email")]).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        ["src/repositories/users.rs", "src/routes/users.rs", "src/services/users.rs", "tests/users.rs"]
    );
    let has = |path: &str, part: &str| {
        let text = text_of(&proposal, path);
        assert!(text.contains(part), "{part}\n{text}");
    };
    has(
        "src/repositories/users.rs",
        "pub async fn find_by_email(pool: &SqlitePool, email: &str) -> Result<Option<User>, sqlx::Error> {\n    \
         sqlx::query_as(\"SELECT * FROM users WHERE email = $1\")\n        .bind(email)\n",
    );
    has(
        "src/services/users.rs",
        "pub async fn get_by_email(pool: &SqlitePool, email: &str) -> Result<User, AppError> {\n    \
         users::find_by_email(pool, email)\n        .await?\n        \
         .ok_or_else(|| AppError::NotFound(format!(\"user {email}\")))\n}\n",
    );
    has(
        "src/routes/users.rs",
        "async fn show_by_email(\n    State(state): State<AppState>,\n    Path(email): Path<String>,\n) -> Result<Json<User>, AppError> {\n    \
         Ok(Json(users::get_by_email(&state.pool, &email).await?))\n}\n",
    );
    has(
        "src/routes/users.rs",
        "        .route(\"/{id}\", get(show))\n        .route(\"/by-email/{email}\", get(show_by_email))\n",
    );
    assert_eq!(proposal, ask("endpoint", &texts, AXUM, &[("name", "User"), ("by", "email")]).unwrap());
}

#[test]
fn a_list_a_count_and_an_action_ask_in_the_query() {
    let grown = grown();
    assert_holds(
        &grown.texts,
        "src/repositories/users.rs",
        &[
            "\"SELECT * FROM users WHERE name = $1 ORDER BY id LIMIT $2 OFFSET $3\")\n        .bind(name)\n        .bind(limit)\n",
            "sqlx::query_scalar(\"SELECT count(*) FROM users\")",
            "\"UPDATE users SET name = 'gone' WHERE id = $1 RETURNING *\"",
        ],
    );
    assert_holds(
        &grown.texts,
        "src/repositories/book_reviews.rs",
        &[
            "pub async fn list_by_author(\n    pool: &SqlitePool,\n    author_id: i64,\n    limit: i64,\n    offset: i64,\n)",
            "    let sql = \"UPDATE book_reviews \\\n            SET done = TRUE \\\n            WHERE id = $1 \\\n            RETURNING *\";\n",
            " SET read_at = $1 \\\n            WHERE id = $2 \\\n",
            "        .bind(Utc::now())\n        .bind(id)\n",
            " SET note = NULL \\\n            WHERE id = $1 \\\n",
        ],
    );
    // What is done with a body is left out: there is none.
    let service = &grown.texts["src/services/book_reviews.rs"];
    assert_eq!(service.matches("require_parents(pool, &body)").count(), 2, "{service}");
    assert_holds(
        &grown.texts,
        "src/routes/book_reviews.rs",
        &[
            "        .route(\"/count\", get(count))\n",
            "        .route(\"/{id}/read\", post(read))\n",
            "use axum::routing::{get, post};\n",
            "struct BookReviewCount {\n    count: i64,\n}\n",
        ],
    );
}

#[test]
fn what_is_there_or_cannot_be_is_refused_and_changes_nothing() {
    let texts = fixture("axum_app");
    for (inputs, hint) in [
        (&[("name", "Order"), ("by", "email")][..], "known rows: User"),
        (&[("name", "User"), ("by", "colour")], "known fields: id, email"),
        (&[("name", "User"), ("by", "created_at")], "a reference"),
        (&[("name", "User"), ("path", "POST /users/{id}/match"), ("set", "name=x")], "another last word"),
    ] {
        match ask("endpoint", &texts, AXUM, inputs) {
            Err(ProposeError::Input { hint: said, .. }) => assert!(said.contains(hint), "{inputs:?}: {said}"),
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    let mut grown = Grown::new("axum_app", AXUM);
    grown.take("endpoint", &[("name", "User"), ("by", "email")]);
    match ask("endpoint", &grown.texts, AXUM, &[("name", "User"), ("by", "email")]) {
        Err(ProposeError::Clash { place, .. }) => {
            assert!(place.starts_with("src/routes/users.rs:"), "{place}")
        }
        other => panic!("{other:?}"),
    }
    // Whose rows a list gives decides what a count would count.
    let mut owned = texts.clone();
    let repository = owned.get_mut("src/repositories/users.rs").unwrap();
    *repository = repository.replace("users ORDER BY", "users WHERE name = $3 ORDER BY");
    match ask("endpoint", &owned, AXUM, &[("name", "User"), ("kind", "count")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("yours to say"), "{why}"),
        other => panic!("{other:?}"),
    }
    // Who may change a row is not guessed from who may read it.
    let mut guarded = texts.clone();
    insert(&mut guarded, "src/routes/users.rs", "    Json(body): Json<NewUser>,\n", "    _admin: Admin,\n");
    match ask("endpoint", &guarded, AXUM, &[("name", "User"), ("path", "forget"), ("set", "name=gone")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("asks for Admin"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn queries_in_handlers_and_macros_are_followed_too() {
    let mut texts = fixture("axum_app");
    let text = "use axum::extract::{Path, State};\nuse axum::routing::get;\nuse axum::{Json, Router};\n\nuse crate::AppState;\nuse crate::error::AppError;\nuse crate::models::User;\n\npub fn router() -> Router<AppState> {\n    Router::new().route(\"/{id}\", get(show))\n}\n\nasync fn show(State(state): State<AppState>, Path(id): Path<i64>) -> Result<Json<User>, AppError> {\n    let user = sqlx::query_as!(User, r#\"SELECT id, email, name FROM users WHERE id = $1\"#, id)\n        .fetch_optional(&state.pool)\n        .await?\n        .ok_or_else(|| AppError::NotFound(format!(\"user {id}\")))?;\n    Ok(Json(user))\n}\n";
    texts.insert("src/routes/users.rs".into(), text.into());
    texts.retain(|path, _| !path.contains("services/") && !path.contains("repositories/"));
    let proposal = ask("endpoint", &texts, AXUM, &[("name", "User"), ("by", "email")]).unwrap();
    let routes = text_of(&proposal, "src/routes/users.rs");
    for part in [
        "    Router::new()\n        .route(\"/{id}\", get(show))\n        .route(\"/by-email/{email}\", get(show_by_email))\n",
        "r#\"SELECT id, email, name FROM users WHERE email = $1\"#",
        "&email)",
        "format!(\"user {email}\")",
    ] {
        assert!(routes.contains(part), "{part}\n{routes}");
    }
    let action = [("name", "User"), ("path", "forget"), ("set", "name=gone")];
    let proposal = ask("endpoint", &texts, AXUM, &action).unwrap();
    let routes = text_of(&proposal, "src/routes/users.rs");
    let part = "UPDATE users SET name = 'gone' WHERE id = $1 RETURNING id, email, name\"#";
    assert!(routes.contains(part), "{part}\n{routes}");
}

#[test]
fn what_remains_without_any_hunk_calls_only_what_is_there() {
    let mut grown = Grown::new("axum_app", AXUM);
    grown.take("endpoint", &[("name", "User"), ("by", "name")]);
    grown.take("endpoint", &[("name", "User"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "User"), ("path", "forget"), ("set", "name=gone")]);
    for (texts, proposal) in &grown.taken {
        recipe_hunks::assert_rust_without_each(texts, proposal);
    }
}

#[test]
fn new_routes_pass_their_tests() {
    if !is_real() {
        return;
    }
    let grown = grown();
    let (texts, last) = grown.last();
    let count = prove(texts, last, "tables [2, 0, 2]");
    recipe_auth_axum::compile_without_one(&last.title, texts, last);
    grown.assert_review_says_nothing_new();
    println!("axum: {count} passed");
}
