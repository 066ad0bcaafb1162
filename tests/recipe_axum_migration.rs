//! The `migration` recipe on an axum backend: a field of a generated resource and of one that
//! was written by hand, always as a new migration, with everything else kept.

use crate::{
    recipe_auth_axum::compile_without_one,
    recipe_axum::prove,
    support::backend::{Texts, assert_cited, fixture, insert, is_real, propose_with, stack, text_of, with},
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    code:string{..12}?:unique read_at:datetime? editor:belongs_to(User)?";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    propose_with(recipe, texts, &[".rs", ".sql"], stack("axum", "sqlx"), inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

/// The fixture with a resource that the recipe made and a function that a person wrote.
fn with_review() -> Texts {
    let texts = fixture("axum_app");
    let fields = "title:string{1..200} stars:int{1..5} author:belongs_to(User)";
    let made = ask("resource", &texts, &[("name", "Review"), ("fields", fields)]).unwrap();
    let mut texts = with(&texts, &made);
    let function = "pub async fn count(pool: &SqlitePool) -> Result<i64, AppError> {\n    Ok(reviews::list(pool, 100, 0).await?.len() as i64)\n}\n\n";
    insert(&mut texts, "src/services/reviews.rs", "pub async fn delete(", function);
    texts
}

#[test]
fn a_new_field_is_a_new_migration_and_everything_else_is_kept() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let stem = "migrations/20250601120002_add_subtitle_and_6_more_to_reviews";
    let (down, up) = (format!("{stem}.down.sql"), format!("{stem}.up.sql"));
    let expected =
        [down.as_str(), &up, "src/models/review.rs", "src/repositories/reviews.rs", "tests/reviews.rs"];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    assert!(!texts.contains_key(&up) && !texts.contains_key(&down), "an old migration is changed");
    let sql = text_of(&proposal, &up);
    assert!(sql.contains("ALTER TABLE reviews ADD COLUMN rating INTEGER NOT NULL DEFAULT 3;\n"), "{sql}");
    let model = text_of(&proposal, "src/models/review.rs");
    assert!(model.contains("    #[serde(default = \"default_rating\")]\n    pub rating: i64,\n"), "{model}");
    let repository = text_of(&proposal, "src/repositories/reviews.rs");
    assert!(repository.contains("        .bind(body.rating)\n"), "{repository}");
    assert!(with(&texts, &proposal)["src/services/reviews.rs"].contains("pub async fn count("));
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn a_resource_that_was_written_by_hand_gets_its_field_too() {
    let texts = fixture("axum_app");
    let inputs = [("name", "users"), ("fields", "nick:string{2..20}?"), ("index", "name")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let model = text_of(&proposal, "src/models/user.rs");
    assert!(
        model.contains("    pub name: String,\n    pub nick: Option<String>,\n    pub created_at"),
        "{model}"
    );
    let repository = text_of(&proposal, "src/repositories/users.rs");
    assert!(repository.contains("(email, name, nick) VALUES ($1, $2, $3) RETURNING *\")\n        .bind(&body.email)\n        .bind(&body.name)\n        .bind(&body.nick)\n"), "{repository}");
    let test = text_of(&proposal, "tests/users.rs");
    assert!(test.contains("\"name\": \"Ada\", \"nick\": \"sample\""), "{test}");
}

#[test]
fn postgresql_gets_its_index_without_a_lock_and_in_a_migration_of_its_own() {
    let mut texts = with_review();
    for text in texts.values_mut() {
        *text = text.replace("SqlitePool", "PgPool").replace("\"sqlite\"", "\"postgres\", \"rust_decimal\"");
    }
    let proposal = ask("migration", &texts, &[("name", "Review"), ("fields", MORE)]).unwrap();
    let ups: Vec<&str> = paths(&proposal).into_iter().filter(|path| path.ends_with(".up.sql")).collect();
    assert_eq!(ups.len(), 3, "{ups:?}");
    let first = text_of(&proposal, ups[0]);
    for line in [
        "ALTER TABLE reviews ADD COLUMN rating INTEGER;",
        "UPDATE reviews SET rating = 3 WHERE rating IS NULL;",
        "ALTER TABLE reviews ALTER COLUMN rating SET NOT NULL;",
        "ALTER TABLE reviews VALIDATE CONSTRAINT reviews_editor_id_fkey;",
    ] {
        assert!(first.lines().any(|own| own == line), "{line}\n{first}");
    }
    let model = text_of(&proposal, "src/models/review.rs");
    for part in [
        "use chrono::{DateTime, Utc};\nuse rust_decimal::Decimal;\nuse serde::",
        "use validator::{Validate, ValidationError};\n",
        "    #[validate(custom(function = \"price_in_bounds\"))]\n",
        "    Decimal::new(50, 2)\n}\n\nfn price_in_bounds(value: &Decimal) -> Result<(), ValidationError> {\n",
    ] {
        assert!(model.contains(part), "{part}\n{model}");
    }
    let test = text_of(&proposal, "tests/reviews.rs");
    assert!(test.contains("\"price\": \"0.50\""), "{test}");
    let index = text_of(&proposal, ups[1]);
    assert_eq!(
        index,
        "-- no-transaction\nCREATE UNIQUE INDEX CONCURRENTLY reviews_code ON reviews (code);\n"
    );
    let manifest = texts.get_mut("Cargo.toml").unwrap();
    *manifest = manifest.replace("version = \"0.9\"", "version = \"0.7\"");
    let proposal = ask("migration", &texts, &[("name", "Review"), ("fields", MORE)]).unwrap();
    assert!(proposal.remarks.iter().any(|remark| remark.contains("from SQLx 0.8")), "{:?}", proposal.remarks);
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_review();
    for (inputs, expected) in [
        (&[("name", "Review"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(User)")], "buyer:belongs_to(User)?"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(Buyer)?")], "known rows: Review, User"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known rows: Review, User"),
        (&[("name", "Review"), ("index", "colour")], "its fields are: id, title, stars, author_id"),
        (&[("name", "Review"), ("fields", "match:int=1")], "a word of Rust itself"),
        (&[("name", "Review"), ("fields", "token:uuid?")], "needs the package uuid"),
    ] {
        match ask("migration", &texts, inputs) {
            Err(ProposeError::Input { what, hint }) => {
                assert!(format!("{what} {hint}").contains(expected), "{what} {hint}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (key, value) in [("fields", "stars:int=1"), ("index", "author_id")] {
        match ask("migration", &texts, &[("name", "Review"), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("src/models/review.rs:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

#[test]
fn generated_then_written_by_hand_then_one_field_more_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    assert!(prove(&texts, &proposal, "tables [2, 0, 2]") > 4);
    compile_without_one("fields more with axum", &texts, &proposal);
}
