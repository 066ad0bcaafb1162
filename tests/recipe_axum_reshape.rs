//! The `migration` recipe with `change` on an axum backend: fields as they shall be. On SQLite,
//! which alters no column, bodies and indexes; on PostgreSQL the columns too.
//!
//! The part that needs crates from crates.io runs with the stage of `recipe_axum`; what needs
//! PostgreSQL stands in `postgres_axum`.

use crate::{
    postgres_axum::served,
    recipe_auth_axum,
    recipe_axum::prove,
    recipe_hunks,
    support::backend::{Texts, assert_cited, fixture, insert, is_real, propose_with, stack, text_of, with},
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const FIELDS: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..99} note:text? \
                      sku:string{..40}:unique author:belongs_to(User)";
/// What SQLite does without altering a column: longer, other bounds, an index more.
const BOUNDS: &str = "title:string{2..400}:index stars:int{2..10} price:decimal{1..} sku:string{..80}:unique";
const CHANGED: &str = "title:string{2..400}:index stars:int{1..10}=3 price:decimal{1..}? note:text=none";

fn ask(texts: &Texts, change: &str) -> Result<Proposal, ProposeError> {
    let inputs = [("name", "Review"), ("change", change)];
    propose_with("migration", texts, &[".rs", ".sql"], stack("axum", "sqlx"), &inputs)
}

/// A backend with a resource that the recipe made and a function that a person wrote.
pub fn with_review(texts: &Texts) -> Texts {
    let inputs = [("name", "Review"), ("fields", FIELDS)];
    let made = propose_with("resource", texts, &[".rs", ".sql"], stack("axum", "sqlx"), &inputs).unwrap();
    let mut texts = with(texts, &made);
    let pool = if texts["src/lib.rs"].contains("PgPool") { "PgPool" } else { "SqlitePool" };
    let function = format!(
        "pub async fn count(pool: &{pool}) -> Result<i64, AppError> {{\n    \
         Ok(reviews::list(pool, 100, 0).await?.len() as i64)\n}}\n\n"
    );
    insert(&mut texts, "src/services/reviews.rs", "pub async fn delete(", &function);
    texts
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

fn assert_holds(proposal: &Proposal, path: &str, parts: &[&str]) {
    let text = text_of(proposal, path);
    for part in parts {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

fn assert_said(proposal: &Proposal, parts: &[&str]) {
    for part in parts {
        assert!(proposal.remarks.iter().any(|one| one.contains(part)), "{part}: {:#?}", proposal.remarks);
    }
}

#[test]
fn on_sqlite_bodies_are_held_to_other_bounds_and_columns_stay() {
    let texts = with_review(&fixture("axum_app"));
    let proposal = ask(&texts, BOUNDS).unwrap();
    let stem = "migrations/20250601120002_change_title_and_3_more_of_reviews";
    let (down, up) = (format!("{stem}.down.sql"), format!("{stem}.up.sql"));
    assert_eq!(paths(&proposal), [down.as_str(), &up, "src/models/review.rs", "tests/reviews.rs"]);
    assert_eq!(proposal.title, "Change title and stars and price and sku of reviews");
    assert_cited(&proposal, &texts);
    assert_eq!(text_of(&proposal, &up), "CREATE INDEX reviews_title ON reviews (title);\n");
    assert_eq!(text_of(&proposal, &down), "DROP INDEX reviews_title;\n");
    assert_holds(
        &proposal,
        "src/models/review.rs",
        &[
            "    #[validate(length(min = 2, max = 400))]\n    pub title: String,\n",
            "    #[validate(range(min = 2, max = 10))]\n    pub stars: i64,\n",
            "    #[validate(range(min = 1.0))]\n    pub price: f64,\n",
            "    #[validate(length(max = 80))]\n    pub sku: String,\n",
        ],
    );
    assert_holds(&proposal, "tests/reviews.rs", &["        \"stars\": 2,\n", "        \"price\": 1.5,\n"]);
    assert_said(&proposal, &["outside of the new bounds of stars", "outside of the new bounds of title"]);
    assert!(!proposal.remarks.iter().any(|one| one.contains("way down")), "{:?}", proposal.remarks);
    assert!(with(&texts, &proposal)["src/services/reviews.rs"].contains("pub async fn count("));
    assert_eq!(proposal, ask(&texts, BOUNDS).unwrap());
    // A second change begins where the first one ended.
    let texts = with(&texts, &proposal);
    let again = ask(&texts, "title:string{2..500}").unwrap();
    assert_eq!(
        text_of(&again, "migrations/20250601120003_change_title_of_reviews.up.sql"),
        "DROP INDEX reviews_title;\n"
    );
    let bounds = ask(&texts, "stars:int{1..20}").unwrap();
    assert_eq!(paths(&bounds), ["src/models/review.rs"]);
    assert_said(&bounds, &["The table stays as it is"]);
}

#[test]
fn postgresql_looks_at_every_row_without_a_lock_before_a_column_is_required() {
    let texts = with_review(&served());
    let proposal = ask(&texts, CHANGED).unwrap();
    let up = |number: u64, name: &str| format!("migrations/{}_{name}.up.sql", 20250601120000 + number);
    let down = |number: u64, name: &str| up(number, name).replace(".up.", ".down.");
    let change = "change_title_and_3_more_of_reviews";
    let (check, finish) = (format!("check_{change}"), format!("finish_{change}"));
    for (path, text) in [
        (
            up(2, "index_title_of_reviews"),
            "-- no-transaction\nCREATE INDEX CONCURRENTLY reviews_title ON reviews (title);\n",
        ),
        (
            up(3, change),
            "UPDATE reviews SET note = 'none' WHERE note IS NULL;\n\
             ALTER TABLE reviews ALTER COLUMN stars SET DEFAULT 3;\n\
             ALTER TABLE reviews ALTER COLUMN price DROP NOT NULL;\n\
             ALTER TABLE reviews ALTER COLUMN note SET DEFAULT 'none';\n\
             ALTER TABLE reviews ADD CONSTRAINT reviews_note_filled CHECK (note IS NOT NULL) NOT VALID;\n",
        ),
        (
            down(3, change),
            "ALTER TABLE reviews DROP CONSTRAINT reviews_note_filled;\n\
             ALTER TABLE reviews ALTER COLUMN note DROP DEFAULT;\n\
             ALTER TABLE reviews ALTER COLUMN price SET NOT NULL;\n\
             ALTER TABLE reviews ALTER COLUMN stars DROP DEFAULT;\n",
        ),
        (
            up(4, &check),
            "UPDATE reviews SET note = 'none' WHERE note IS NULL;\n\
             ALTER TABLE reviews VALIDATE CONSTRAINT reviews_note_filled;\n",
        ),
        (
            up(5, &finish),
            "ALTER TABLE reviews ALTER COLUMN note SET NOT NULL;\n\
             ALTER TABLE reviews DROP CONSTRAINT reviews_note_filled;\n",
        ),
        (
            down(5, &finish),
            "ALTER TABLE reviews ADD CONSTRAINT reviews_note_filled CHECK (note IS NOT NULL) NOT VALID;\n\
             ALTER TABLE reviews ALTER COLUMN note DROP NOT NULL;\n",
        ),
    ] {
        assert_eq!(text_of(&proposal, &path), text, "{path}");
    }
    assert_cited(&proposal, &texts);
    assert_holds(
        &proposal,
        "src/models/review.rs",
        &[
            "    pub price: Option<Decimal>,\n    pub note: String,\n",
            "    #[serde(default = \"default_stars\")]\n    pub stars: i32,\n",
            "    #[serde(default = \"default_note\")]\n    pub note: String,\n",
            "fn default_stars() -> i32 {\n    3\n}\n",
            "    if *value < Decimal::new(1, 0) {\n",
        ],
    );
    assert_said(&proposal, &["reads price may find nothing", "once rows have a price that did not fit"]);
}

#[test]
fn a_column_with_a_length_gets_another_one() {
    let mut texts = with_review(&served());
    let made = texts.get_mut("migrations/20250601120001_create_reviews.up.sql").unwrap();
    *made = made.replace("title TEXT NOT NULL", "title VARCHAR(200) NOT NULL DEFAULT 'none'");
    let proposal = ask(&texts, "title:string{1..400}=some").unwrap();
    let stem = "migrations/20250601120002_change_title_of_reviews";
    let title = "ALTER TABLE reviews ALTER COLUMN title";
    assert_eq!(
        text_of(&proposal, &format!("{stem}.up.sql")),
        format!("{title} TYPE VARCHAR(400), ALTER COLUMN title SET DEFAULT 'some';\n")
    );
    assert_eq!(
        text_of(&proposal, &format!("{stem}.down.sql")),
        format!("{title} SET DEFAULT 'none', ALTER COLUMN title TYPE VARCHAR(200);\n")
    );
    let text = ask(&texts, "title:text").unwrap();
    assert_holds(&text, &format!("{stem}.up.sql"), &[" TYPE TEXT;\n"]);
    let model = text_of(&text, "src/models/review.rs");
    assert!(model.contains("pub struct NewReview {\n    pub title: String,\n"), "{model}");
}

#[test]
fn what_else_knows_a_field_follows_it_or_is_named() {
    let mut texts = with_review(&served());
    insert(
        &mut texts,
        "src/models/review.rs",
        "#[derive(Debug, Deserialize, Validate)]",
        "#[derive(Debug, Serialize)]\npub struct ReviewOut {\n    pub title: String,\n    \
         #[serde(skip_serializing_if = \"Option::is_none\")]\n    pub note: Option<String>,\n}\n\n",
    );
    insert(
        &mut texts,
        "src/services/reviews.rs",
        "pub async fn count(",
        "pub fn headline(review: &Review) -> usize {\n    review.title.len()\n}\n\n\
         pub async fn notes(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {\n    \
         sqlx::query_scalar!(\"SELECT note AS \\\"note?\\\" FROM reviews\").fetch_all(pool).await\n}\n\n",
    );
    texts.insert(".sqlx/query-0.json".into(), "{}".into());
    let proposal = ask(&texts, "title:string{1..200}? note:text=none").unwrap();
    assert_holds(
        &proposal,
        "src/models/review.rs",
        &["pub struct ReviewOut {\n    pub title: Option<String>,\n    pub note: String,\n}\n"],
    );
    assert_holds(&proposal, "src/services/reviews.rs", &["SELECT note AS \\\"note!\\\" FROM reviews"]);
    assert_said(
        &proposal,
        &[
            "title is an Option now, which is yours to follow at src/services/reviews.rs:",
            "tests that title is required, which is not so any more",
            "DATABASE_URL first",
        ],
    );
}

#[test]
fn a_default_stays_when_its_field_becomes_optional() {
    let texts = with_review(&served());
    let texts = with(&texts, &ask(&texts, "stars:int{1..5}=3").unwrap());
    let proposal = ask(&texts, "stars:int{1..5}?").unwrap();
    assert_holds(
        &proposal,
        "src/models/review.rs",
        &["    pub stars: Option<i32>,\n", "fn default_stars() -> Option<i32> {\n    Some(3)\n}\n"],
    );
    let texts = with(&texts, &proposal);
    let back = ask(&texts, "stars:int{1..9}=4").unwrap();
    assert_holds(&back, "src/models/review.rs", &["fn default_stars() -> i32 {\n    4\n}\n"]);
}

#[test]
fn what_rows_or_the_database_do_not_bear_is_refused_and_changes_nothing() {
    let (sqlite, postgres) = (with_review(&fixture("axum_app")), with_review(&served()));
    for (texts, change, expected) in [
        (&sqlite, "title:string{..80}", "its rows may be longer than 80"),
        (&sqlite, "stars:bool", "is of type integer"),
        (&sqlite, "stars:int{1..5}?", "cannot be altered in SQLite"),
        (&sqlite, "stars:int{1..5}=3", "cannot be altered in SQLite"),
        (&sqlite, "sku:string{..40}", "is unique by its table"),
        (&sqlite, "colour:string", "its fields are: id, title"),
        (&sqlite, "id:int", "id cannot be a field"),
        (&postgres, "note:text", "need a value before it can be required"),
        (&postgres, "author:belongs_to(User)?", "is a reference"),
        (&postgres, "stars:int{1..5}", "is so already"),
    ] {
        match ask(texts, change) {
            Err(ProposeError::Input { what, hint }) => {
                assert!(format!("{what} {hint}").contains(expected), "{change}: {what} {hint}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
    for (path, before, after, change, expected) in [
        (
            "src/models/review.rs",
            "range(min = 1, max = 5)",
            "range(min = 1, max = MOST)",
            "stars:int{1..9}",
            "no plain min and max",
        ),
        (
            "migrations/20250601120001_create_reviews.up.sql",
            "stars INTEGER",
            "stars INTEGER CHECK (stars < 6)",
            "stars:int{1..9}",
            "by a CHECK of its table",
        ),
        (
            "migrations/20250601120001_create_reviews.up.sql",
            "    note TEXT,\n",
            "",
            "note:text=none",
            "made by no migration",
        ),
        (
            "migrations/20250601120001_create_reviews.up.sql",
            "note TEXT",
            "note TEXT NOT NULL",
            "note:text=none",
            "may be empty in the row, and not in the migrations",
        ),
    ] {
        let mut texts = postgres.clone();
        let text = texts.get_mut(path).unwrap();
        *text = text.replace(before, after);
        match ask(&texts, change) {
            Err(ProposeError::Input { what, .. }) => assert!(what.contains(expected), "{change}: {what}"),
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[test]
fn bodies_with_other_bounds_pass_their_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review(&fixture("axum_app"));
    let proposal = ask(&texts, BOUNDS).unwrap();
    assert!(prove(&texts, &proposal, "tables [2, 0, 2]") > 4);
    recipe_auth_axum::compile_without_one("a change of axum", &texts, &proposal);
}

#[test]
fn what_remains_of_a_change_without_any_hunk_names_only_what_is_there() {
    for (texts, change) in [(fixture("axum_app"), BOUNDS), (served(), CHANGED)] {
        let texts = with_review(&texts);
        recipe_hunks::assert_rust_without_each(&texts, &ask(&texts, change).unwrap());
    }
}
