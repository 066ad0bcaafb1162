//! The recipes for axum and SQLx on PostgreSQL: from an empty database up, down and up, with rows
//! that are there before a field is, and the generated tests, each on a database of its own.
//!
//! The part that needs crates from crates.io and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its target folder with the tests on SQLite.

use crate::{
    recipe_auth_axum,
    recipe_axum::{cargo, passed},
    recipe_axum_reshape,
    support::{
        backend::{Texts, fixture, is_real, propose_with, stack, with, write_tree},
        grown::Grown,
        postgres::{Database, exchange},
        temp,
    },
};
use proscenium::domain::proposal::Proposal;

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..99} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      author:belongs_to(User) editor:belongs_to(User)?";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false cost:decimal{0..}=0.50 \
                    weight:float=1.5 code:string{..12}?:unique read_on:date? at:datetime? key:uuid? \
                    buyer:belongs_to(User)?";

/// The fixture as it would be on PostgreSQL.
pub fn served() -> Texts {
    let mut texts = fixture("axum_app");
    for text in texts.values_mut() {
        *text = text.replace("SqlitePool", "PgPool").replace("sqlx::sqlite", "sqlx::postgres");
    }
    let manifest = [
        ("\"sqlite\"]", "\"postgres\", \"rust_decimal\", \"uuid\"]"),
        ("serde = {", "rust_decimal = { version = \"1\", features = [\"serde\"] }\nserde = {"),
        ("\n[dev-dep", "uuid = { version = \"1\", features = [\"serde\"] }\n\n[dev-dep"),
    ];
    exchange(&mut texts, "Cargo.toml", &manifest);
    exchange(&mut texts, "src/main.rs", &[("sqlite:library.db?mode=rwc", "postgres://localhost/app")]);
    let columns = [
        ("id INTEGER PRIMARY KEY AUTOINCREMENT", "id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
        (
            "created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP",
            "created_at TIMESTAMPTZ NOT NULL DEFAULT now()",
        ),
    ];
    exchange(&mut texts, "migrations/20250601120000_create_users.up.sql", &columns);
    texts
}

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Proposal {
    propose_with(recipe, texts, &[".rs", ".sql"], stack("axum", "sqlx"), inputs)
        .unwrap_or_else(|error| panic!("{inputs:?}: {error}"))
}

/// A program that applies a folder's migrations, or reverts them to the version it is told.
const MIGRATE: &str = "use sqlx::{PgPool, migrate::Migrator};
use std::{env, path::Path};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let told: Vec<String> = env::args().skip(1).collect();
    let pool = PgPool::connect(&env::var(\"DATABASE_URL\")?).await?;
    let migrator = Migrator::new(Path::new(&told[0])).await?;
    match told.get(1) {
        Some(version) => migrator.undo(&pool, version.parse()?).await?,
        None => migrator.run(&pool).await?,
    }
    Ok(())
}
";

/// A backend on disk, tested and linted, whose migrations can be run on a database.
struct Tree {
    folder: tempfile::TempDir,
    url: String,
    tests: usize,
}

impl Tree {
    fn new(texts: &Texts, database: &Database) -> Self {
        let folder = temp::folder();
        write_tree(folder.path(), texts, &[]);
        let url = database.url("postgres");
        let tests = passed(folder.path(), texts, &[("DATABASE_URL", &url)]);
        std::fs::create_dir(folder.path().join("examples")).unwrap();
        std::fs::write(folder.path().join("examples/migrate.rs"), MIGRATE).unwrap();
        Self { folder, url, tests }
    }

    fn migrate(&self, told: &[&str]) {
        let run = [&["run", "--quiet", "--example", "migrate", "--"], told].concat();
        cargo(self.folder.path(), &run, &[("DATABASE_URL", &self.url)]);
    }
}

#[test]
fn a_resource_and_a_route_of_it_go_both_ways_and_pass_their_tests() {
    if !is_real() {
        return;
    }
    let mut grown = Grown::new("axum_app", ("axum", "sqlx"));
    grown.texts = served();
    grown.take("resource", &[("name", "BookReview"), ("fields", REVIEW)]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "BookReview"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "read"), ("set", "read_at=now")]);
    let database = Database::new();
    let tree = Tree::new(&grown.texts, &database);
    assert!(tree.tests > 10, "{}", tree.tests);
    tree.migrate(&["migrations"]);
    assert_eq!(database.tables(), ["book_reviews", "users"]);
    tree.migrate(&["migrations", "0"]);
    assert_eq!(database.tables(), Vec::<String>::new());
    tree.migrate(&["migrations"]);
    assert_eq!(database.tables(), ["book_reviews", "users"]);
    println!("axum on PostgreSQL: {} passed", tree.tests);
}

#[test]
fn rows_that_are_there_keep_theirs_when_fields_and_indexes_come() {
    if !is_real() {
        return;
    }
    let texts = served();
    let fields = "title:string{1..200} stars:int{1..5} author:belongs_to(User)";
    let texts = with(&texts, &ask("resource", &texts, &[("name", "Review"), ("fields", fields)]));
    let proposal = ask("migration", &texts, &[("name", "Review"), ("fields", MORE), ("index", "title")]);
    let database = Database::new();
    let tree = Tree::new(&with(&texts, &proposal), &database);
    let before = tree.folder.path().join("before");
    for (path, text) in texts.iter().filter(|(path, _)| path.starts_with("migrations/")) {
        std::fs::create_dir_all(&before).unwrap();
        std::fs::write(before.join(path.trim_start_matches("migrations/")), text).unwrap();
    }
    tree.migrate(&["before"]);
    database.sql("INSERT INTO users (email, name) VALUES ('a@example.org', 'Ada')");
    database.sql("INSERT INTO reviews (title, stars, author_id) SELECT 'old', n % 5 + 1, 1 FROM generate_series(1, 500) n");
    let indexes = database.indexes("reviews");
    for _ in 0..2 {
        tree.migrate(&["migrations"]);
        let said = database
            .sql("SELECT DISTINCT rating, hidden, cost, weight, code IS NULL, count(*) OVER () FROM reviews");
        assert_eq!(said, "3|f|0.50|1.5|t|500\n");
        let needed = "SELECT column_name FROM information_schema.columns WHERE table_name = 'reviews' AND \
                      is_nullable = 'NO' AND column_default IS NOT NULL AND column_name <> 'id' ORDER BY 1";
        assert_eq!(database.sql(needed), "cost\ncreated_at\nhidden\nrating\nweight\n");
        let known = database.indexes("reviews");
        for name in ["reviews_code", "reviews_title"] {
            assert!(known.iter().any(|own| own == name), "{name} {known:?}");
        }
        tree.migrate(&["migrations", "20250601120001"]);
        assert_eq!(database.sql("SELECT count(*), max(title) FROM reviews"), "500|old\n");
        assert_eq!(database.indexes("reviews"), indexes);
    }
    tree.migrate(&["migrations"]);
    println!("axum with rows on PostgreSQL: {} passed", tree.tests);
}

/// What a change leaves of a column: whether it may be empty, its default and its type.
fn column(database: &Database, name: &str) -> String {
    database.sql(&format!(
        "SELECT is_nullable, column_default, data_type, character_maximum_length FROM \
         information_schema.columns WHERE table_name = 'reviews' AND column_name = '{name}'"
    ))
}

#[test]
fn changed_columns_keep_their_rows_both_ways_and_pass_their_tests() {
    if !is_real() {
        return;
    }
    let mut texts = recipe_axum_reshape::with_review(&served());
    let made = texts.get_mut("migrations/20250601120001_create_reviews.up.sql").unwrap();
    *made = made.replace("title TEXT", "title VARCHAR(200)");
    let change = "title:string{2..400}:index stars:int{1..10}=3 price:decimal{1..}? note:text=none";
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", change)]);
    let after = with(&texts, &proposal);
    let database = Database::new();
    let tree = Tree::new(&after, &database);
    let before = tree.folder.path().join("before");
    std::fs::create_dir_all(&before).unwrap();
    for (path, text) in texts.iter().filter(|(path, _)| path.starts_with("migrations/")) {
        std::fs::write(before.join(path.trim_start_matches("migrations/")), text).unwrap();
    }
    tree.migrate(&["before"]);
    database.sql("INSERT INTO users (email, name) VALUES ('a@example.org', 'Ada')");
    database.sql(
        "INSERT INTO reviews (title, stars, price, note, sku, author_id) SELECT 'old', 5, 2, \
         CASE WHEN n % 2 = 0 THEN 'mine' END, n::text, 1 FROM generate_series(1, 500) n",
    );
    let names = ["title", "stars", "price", "note"];
    let known: Vec<String> = names.iter().map(|name| column(&database, name)).collect();
    let indexes = database.indexes("reviews");
    for _ in 0..2 {
        tree.migrate(&["migrations"]);
        let now: Vec<String> = names.iter().map(|name| column(&database, name)).collect();
        assert_eq!(
            now,
            ["NO||character varying|400\n", "NO|3|integer|\n", "YES||numeric|\n", "NO|'none'::text|text|\n"]
        );
        let rows = "SELECT note, count(*) FROM reviews GROUP BY 1 ORDER BY 1";
        assert_eq!(database.sql(rows), "mine|250\nnone|250\n");
        assert!(database.indexes("reviews").iter().any(|one| one == "reviews_title"));
        let checks =
            "SELECT count(*) FROM pg_constraint WHERE contype = 'c' AND conrelid = 'reviews'::regclass";
        assert_eq!(database.sql(checks), "0\n");
        tree.migrate(&["migrations", "20250601120001"]);
        let back: Vec<String> = names.iter().map(|name| column(&database, name)).collect();
        assert_eq!(back, known);
        assert_eq!(database.sql(checks), "0\n");
        assert_eq!(database.indexes("reviews"), indexes);
    }
    tree.migrate(&["migrations"]);
    recipe_auth_axum::compile_without_one("a change of axum on PostgreSQL", &texts, &proposal);
    println!("axum with changed columns on PostgreSQL: {} passed", tree.tests);
}
