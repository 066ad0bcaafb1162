//! The `resource` recipe for axum and SQLx: what it proposes follows the example, and on the
//! real crates it is migrated up, down and up, compiled, linted, formatted and tested.
//!
//! The part that needs crates from crates.io runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; every run shares one target folder.

use crate::{
    recipe_remains,
    support::{
        backend::{
            Texts, assert_cited, fixture, is_real, propose, request, run, stack, text_of, with, write_tree,
        },
        temp,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? \
                      author:belongs_to(User) editor:belongs_to(User)?";

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("axum", "sqlx");
    propose(texts, &request(texts, &[".rs", ".sql"], stack, [("name", name), ("fields", fields)]))
}

#[test]
fn a_resource_follows_the_example_in_every_layer() {
    let texts = fixture("axum_app");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "migrations/20250601120001_create_book_reviews.down.sql",
        "migrations/20250601120001_create_book_reviews.up.sql",
        "src/models/book_review.rs",
        "src/models/mod.rs",
        "src/repositories/book_reviews.rs",
        "src/repositories/mod.rs",
        "src/routes/book_reviews.rs",
        "src/routes/mod.rs",
        "src/services/book_reviews.rs",
        "src/services/mod.rs",
        "tests/book_reviews.rs",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    let routes = text_of(&proposal, "src/routes/mod.rs");
    assert!(routes.contains("        .nest(\"/book-reviews\", book_reviews::router())\n"), "{routes}");
    let service = text_of(&proposal, "src/services/book_reviews.rs");
    assert!(service.contains("AppError::NotFound(format!(\"book review {id}\"))"), "{service}");
    assert_eq!(proposal, ask(&texts, "BookReview", REVIEW).unwrap());
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_changed() {
    let texts = fixture("axum_app");
    match ask(&texts, "User", "name:string") {
        Err(ProposeError::Clash { place, .. }) => assert_eq!(place, "src/models/user.rs:6"),
        other => panic!("{other:?}"),
    }
    for (name, fields) in [("Impl", "a:int"), ("Review", "match:string"), ("Review", "token:uuid")] {
        match ask(&texts, name, fields) {
            Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
            other => panic!("{name} {fields}: {other:?}"),
        }
    }
    match ask(&texts, "Review", "owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known rows: User"),
        other => panic!("{other:?}"),
    }
    let mut unserved = texts.clone();
    let router = unserved.get_mut("src/routes/mod.rs").unwrap();
    *router = router.replace(".nest(\"/users\", users::router())", "");
    match ask(&unserved, "Review", "title:string") {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("src/routes/users.rs") && hint.contains("nest"), "{what} {hint}");
        }
        other => panic!("{other:?}"),
    }
    let mut flat = texts.clone();
    flat.retain(|path, _| !path.contains("/services/"));
    match ask(&flat, "Review", "title:string") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("no service of users"), "{why}"),
        other => panic!("{other:?}"),
    }
    let command = Texts::from([("src/main.rs".to_owned(), "fn main() {}\n".to_owned())]);
    assert!(matches!(ask(&command, "Review", "title:string"), Err(ProposeError::NotApplicable(_))));
}

/// A program that applies, reverts and applies every migration on an empty database.
pub const PROOF: &str = "use sqlx::sqlite::SqlitePoolOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect(\"sqlite::memory:\").await?;
    let tables = \"SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlx%' AND name NOT LIKE 'sqlite%'\";
    let mut counts = Vec::new();
    for up in [true, false, true] {
        if up {
            library::MIGRATOR.run(&pool).await?;
        } else {
            library::MIGRATOR.undo(&pool, 0).await?;
        }
        let count: i64 = sqlx::query_scalar(tables).fetch_one(&pool).await?;
        counts.push(count);
    }
    println!(\"tables {counts:?}\");
    Ok(())
}
";

/// Formats, tests, lints, and migrates up, down and up; gives the count of tests, which is that of
/// the files.
pub fn prove(texts: &Texts, proposal: &Proposal, tables: &str) -> usize {
    let folder = temp::folder();
    write_tree(folder.path(), texts, &[proposal]);
    let tests = passed(folder.path(), &with(texts, proposal), &[]);
    std::fs::create_dir(folder.path().join("examples")).unwrap();
    std::fs::write(folder.path().join("examples/proof.rs"), PROOF).unwrap();
    let proof = cargo(folder.path(), &["run", "--quiet", "--example", "proof"], &[]);
    assert!(proof.contains(tables), "{proof}");
    tests
}

/// Where the crates of these backends are built.
pub const TARGET: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/recipe-axum");

/// The backend that was built last. Backends of one name write to the same programs of the target
/// folder that they share: one that is built while another's tests begin would be run in its place.
static BUILT: Mutex<PathBuf> = Mutex::new(PathBuf::new());

/// Makes every file below a folder as new as now.
fn touch(folder: &Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            touch(&path);
        } else {
            File::options().append(true).open(&path).unwrap().set_modified(SystemTime::now()).unwrap();
        }
    }
}

/// Runs cargo in a backend; all of them share one target folder.
pub fn cargo(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if *built != folder {
        // What was written before another backend of this name was built would pass for built.
        touch(folder);
        *built = folder.to_path_buf();
    }
    // Nobody steps through these programs.
    let own = [("CARGO_TARGET_DIR", TARGET), ("CARGO_PROFILE_DEV_DEBUG", "0")];
    run(folder, "cargo", arguments, &[settings, &own].concat(), 1200)
}

/// Formats, tests and lints; gives the count of tests, which is that of the files.
pub fn passed(folder: &Path, texts: &Texts, settings: &[(&str, &str)]) -> usize {
    cargo(folder, &["fmt", "--check"], settings);
    let said = cargo(folder, &["test", "--quiet", "--", "--format", "pretty"], settings);
    let is_test = |line: &&str| ["#[sqlx::test]", "#[tokio::test]", "#[test]"].contains(&line.trim());
    let tests: usize = texts.values().map(|text| text.lines().filter(is_test).count()).sum();
    let passed = said.lines().filter_map(|line| {
        line.strip_prefix("test result: ok. ")?
            .split_once(" passed; 0 failed; 0 ignored")?
            .0
            .parse::<usize>()
            .ok()
    });
    assert_eq!(passed.sum::<usize>(), tests, "{said}");
    cargo(folder, &["clippy", "--quiet", "--all-targets", "--", "-D", "warnings"], settings);
    tests
}

#[test]
fn a_generated_resource_migrates_both_ways_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("axum_app");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let count = text_of(&proposal, "tests/book_reviews.rs").matches("#[sqlx::test]").count();
    assert!(count > 4);
    assert!(prove(&texts, &proposal, "tables [2, 0, 2]") > count);
    for rest in recipe_remains::without_one("a resource of axum", &texts, &proposal) {
        let folder = temp::folder();
        write_tree(folder.path(), &rest, &[]);
        cargo(folder.path(), &["test", "--quiet"], &[]);
    }
}
