//! The `auth` recipe for axum and SQLx: what it refuses and asks, and on the real crates a backend
//! with users, migrated up, down and up, compiled, linted, formatted and tested with each hash.
//!
//! The part that needs crates from crates.io runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its target folder with the tests of the recipe `resource`.

use crate::{
    recipe_again::Memory,
    recipe_auth::again,
    recipe_axum::{cargo, prove},
    recipe_hunks, recipe_remains,
    support::{
        backend::{Texts, assert_cited, fixture, insert, is_real, text_of, with, write_tree},
        git::Sandbox,
        grown::{Frame, ask},
        program::Sandboxed,
        temp,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::{collections::BTreeSet, sync::Arc};

/// The layered fixture about books, so that nobody is a user yet.
fn books() -> Texts {
    let renamed = |text: &str| {
        text.replace("User", "Book").replace("user", "book").replace("NewBook, Book", "Book, NewBook")
    };
    fixture("axum_app").iter().map(|(path, text)| (renamed(path), renamed(text))).collect()
}

const FRAME: Frame = ("axum", "sqlx");

fn auth(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    ask("auth", texts, FRAME, inputs)
}

const ARGON: &[(&str, &str)] = &[("hash", "argon2id")];

#[test]
fn users_come_in_the_layers_of_the_example_and_the_program_asks_for_its_key() {
    let texts = books();
    let proposal = auth(&texts, ARGON).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "Cargo.toml",
            "migrations/20250601120001_create_users_and_tokens.down.sql",
            "migrations/20250601120001_create_users_and_tokens.up.sql",
            "src/lib.rs",
            "src/main.rs",
            "src/models/auth.rs",
            "src/models/mod.rs",
            "src/models/user.rs",
            "src/rate_limit.rs",
            "src/repositories/auth.rs",
            "src/repositories/mod.rs",
            "src/routes/auth.rs",
            "src/routes/mod.rs",
            "src/security.rs",
            "src/services/auth.rs",
            "src/services/mod.rs",
            "tests/auth.rs",
        ]
    );
    assert_cited(&proposal, &texts);
    for (path, part) in [
        ("Cargo.toml", "argon2 = \"0.6\"\naxum = \"0.8\"\n"),
        ("src/main.rs", "    library::security::start()?;\n    let listener"),
        (
            "src/main.rs",
            "        app(AppState { pool }).into_make_service_with_connect_info::<SocketAddr>(),\n",
        ),
        ("src/routes/mod.rs", "        .nest(\"/auth\", auth::router())\n"),
        ("src/models/mod.rs", "pub use user::{RefreshToken, User};\n"),
        ("src/lib.rs", "pub mod rate_limit;\npub mod repositories;\npub mod routes;\npub mod security;\n"),
        ("src/security.rs", "std::env::var(\"JWT_SECRET\")"),
        ("src/security.rs", "Argon2::default().hash_password("),
    ] {
        let text = text_of(&proposal, path);
        assert!(text.contains(part), "{part}\n{text}");
    }
    assert_eq!(proposal, auth(&texts, ARGON).unwrap());
}

#[test]
fn a_hash_that_nobody_names_is_a_question_and_the_manifest_answers_it() {
    let texts = books();
    match auth(&texts, &[]) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("not said"), "{what}");
            assert!(hint.contains("hash=argon2id costs") && hint.contains("hash=bcrypt is right"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
    let mut named = texts;
    insert(&mut named, "Cargo.toml", "chrono =", "bcrypt = \"0.19\"\n");
    let proposal = auth(&named, &[]).unwrap();
    let security = text_of(&proposal, "src/security.rs");
    assert!(security.contains("bcrypt::verify(") && !security.contains("Argon2"), "{security}");
    assert!(text_of(&proposal, "src/models/auth.rs").contains("72 bytes"));
    assert_eq!(text_of(&proposal, "Cargo.toml").matches("bcrypt = ").count(), 1);
}

#[test]
fn a_backend_that_signs_people_in_is_refused_with_where() {
    let clash = |texts: &Texts| match auth(texts, ARGON) {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    };
    let clean = books();
    assert_eq!(clash(&fixture("axum_app")), ("a row of users, User,".into(), "src/models/user.rs:6".into()));
    let mut texts = clean.clone();
    insert(&mut texts, "src/models/book.rs", "    pub created_at", "    pub password_hash: String,\n");
    assert_eq!(clash(&texts), ("a row of users, Book,".into(), "src/models/book.rs:6".into()));
    let mut texts = clean.clone();
    insert(&mut texts, "src/page.rs", "use serde::", "use jsonwebtoken::decode;\n");
    assert_eq!(clash(&texts), ("sign-in with jsonwebtoken".into(), "src/page.rs:1".into()));
    let mut texts = clean.clone();
    let route = "        .route(\"/login\", get(list))\n";
    insert(&mut texts, "src/routes/books.rs", "        .route(\"/\", ", route);
    assert_eq!(clash(&texts).0, "an endpoint GET /api/books/login");
    let mut texts = clean.clone();
    texts.insert("migrations/20240101000000_old.up.sql".into(), "create table users (id int);\n".into());
    assert_eq!(clash(&texts), ("a table users".into(), "migrations/20240101000000_old.up.sql:1".into()));
    let mut texts = clean;
    texts.insert("src/security.rs".into(), "pub const KEEP: i32 = 1;\n".into());
    assert_eq!(clash(&texts), ("src/security.rs".into(), "src/security.rs:1".into()));
}

#[test]
fn where_it_cannot_be_whole_nothing_is_written() {
    let why = |texts: &Texts| match auth(texts, ARGON) {
        Err(ProposeError::NotApplicable(why)) => why,
        Err(ProposeError::Input { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let clean = books();
    let mut texts = clean.clone();
    texts.retain(|path, _| !path.starts_with("tests/"));
    assert!(why(&texts).contains("without its tests"), "{}", why(&texts));
    let mut texts = clean.clone();
    texts.remove("src/main.rs");
    assert!(why(&texts).contains("no main that serves"), "{}", why(&texts));
    let mut texts = clean;
    let manifest = texts.get_mut("Cargo.toml").unwrap();
    *manifest = manifest.replace("axum = \"0.8\"", "axum = \"0.7\"");
    assert!(why(&texts).contains("axum 0.8"), "{}", why(&texts));
}

#[test]
fn asked_again_it_keeps_what_a_person_wrote_and_the_hash() {
    let memory = Arc::new(Memory::default());
    let first = again(&books(), FRAME, ARGON, &memory).unwrap();
    let mut texts = with(&books(), &first);
    insert(
        &mut texts,
        "src/services/auth.rs",
        "pub async fn logout(",
        "pub fn praise() -> &'static str {\n    \"well\"\n}\n\n",
    );
    match again(&texts, FRAME, &[], &memory) {
        Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe auth"),
        other => panic!("{other:?}"),
    }
    match again(&texts, FRAME, &[("hash", "bcrypt")], &memory) {
        Err(ProposeError::Input { what, .. }) => assert!(what.contains("argon2id"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_remains_without_any_hunk_parses_and_names_only_modules_that_are_there() {
    let texts = books();
    let proposal = auth(&texts, ARGON).unwrap();
    recipe_hunks::assert_rust_without_each(&texts, &proposal);
}

#[test]
fn from_the_command_line_it_is_on_disk_and_a_review_finds_nothing_new() {
    let texts = books();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (repository, sandbox) = (Sandbox::with(&files), Sandboxed::new());
    let root = repository.root();
    let ran =
        sandbox.run(&root, &["propose", "--recipe", "auth", "--set", "hash=argon2id", "--apply"]).expect(0);
    assert!(ran.err.contains("JWT_SECRET"), "{}", ran.err);
    assert!(root.join("src/security.rs").is_file());
    let review = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]);
    let json = review.json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0, "{json:#}");
}

/// Compiles what remains when each hunk in turn is rejected with those that need it.
pub fn compile_without_each(texts: &Texts, proposal: &Proposal) {
    let session = recipe_hunks::session(texts, proposal);
    let hunks = session.hunks();
    let mut seen: BTreeSet<Vec<String>> = BTreeSet::new();
    for hunk in &hunks {
        let rejected = recipe_hunks::with_dependants(&hunks, hunk);
        if !seen.insert(rejected.iter().map(|id| format!("{id:?}")).collect()) {
            continue;
        }
        let rest = recipe_hunks::without(texts, &session, &rejected);
        let folder = temp::folder();
        write_tree(folder.path(), &rest, &[]);
        println!("without {} of {} hunks: {:?}", rejected.len(), hunks.len(), hunk.new_lines().first());
        cargo(folder.path(), &["check", "--quiet", "--all-targets"], &[]);
    }
}

/// The same for one hunk that chance picks.
pub fn compile_without_one(what: &str, texts: &Texts, proposal: &Proposal) {
    for rest in recipe_remains::without_one(what, texts, proposal) {
        let folder = temp::folder();
        write_tree(folder.path(), &rest, &[]);
        cargo(folder.path(), &["check", "--quiet", "--all-targets"], &[]);
    }
}

#[test]
fn users_with_argon2id_pass_their_tests_and_what_remains_without_a_hunk_compiles() {
    if is_real() {
        let texts = books();
        let proposal = auth(&texts, ARGON).unwrap();
        let count = prove(&texts, &proposal, "tables [3, 0, 3]");
        println!("auth with argon2id: {count} passed");
        compile_without_each(&texts, &proposal);
    }
}

#[test]
fn users_with_bcrypt_pass_their_tests() {
    if is_real() {
        let texts = books();
        let count = prove(&texts, &auth(&texts, &[("hash", "bcrypt")]).unwrap(), "tables [3, 0, 3]");
        println!("auth with bcrypt: {count} passed");
    }
}
