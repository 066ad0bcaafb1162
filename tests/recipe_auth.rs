//! The `auth` recipe for FastAPI with SQLAlchemy: what it refuses and asks, and on the real
//! framework two backends of opposite habits with users, migrated up, down and up, tested and
//! linted.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_again::Memory,
    recipe_hunks,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, insert, is_real, mypy_cache, python_packages, run,
            text_of, with, write_tree,
        },
        git::Sandbox,
        grown::{Frame, ask, ask_again},
        program::Sandboxed,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The layered fixture about books, so that nobody is a user yet.
pub fn books(dependency: &str) -> Texts {
    let renamed = |text: &str| text.replace("User", "Book").replace("user", "book");
    let mut texts: Texts =
        fixture("fastapi_app").iter().map(|(path, text)| (renamed(path), renamed(text))).collect();
    let manifest = texts.get_mut("pyproject.toml").unwrap();
    *manifest = manifest.replace("\"pydantic\"]", &format!("\"pydantic\", \"{dependency}\"]"));
    texts
}

const FRAME: Frame = ("fastapi", "sqlalchemy");

pub fn auth(texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    ask("auth", texts, FRAME, inputs)
}

#[test]
fn users_come_in_the_layers_of_the_example_with_the_hash_of_the_manifest() {
    let texts = books("argon2-cffi");
    let proposal = auth(&texts, &[]).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let migration = paths.iter().find(|path| path.ends_with("_create_users_and_tokens.py")).unwrap();
    assert_eq!(
        paths,
        [
            "app/main.py",
            "app/models/__init__.py",
            "app/models/user.py",
            "app/rate_limit.py",
            "app/repositories/auth_repository.py",
            "app/routers/auth.py",
            "app/schemas/auth.py",
            "app/security.py",
            "app/services/auth_service.py",
            "conftest.py",
            migration,
            "pyproject.toml",
            "tests/test_auth.py",
        ]
    );
    assert!(
        text_of(&proposal, "app/main.py").contains("    app.include_router(auth.router, prefix=\"/api\")\n")
    );
    assert!(text_of(&proposal, "pyproject.toml").contains("\"argon2-cffi\", \"pyjwt>=2.8\"]"));
    assert!(text_of(&proposal, "app/security.py").contains("HASHER = PasswordHasher()"));
    assert_cited(&proposal, &texts);
}

#[test]
fn a_hash_that_nobody_names_is_a_question_with_both_reasons() {
    let texts = fixture("fastapi_sync");
    match auth(&texts, &[]) {
        Err(ProposeError::Input { what, hint }) => {
            assert!(what.contains("not said"), "{what}");
            assert!(hint.contains("hash=argon2id costs") && hint.contains("hash=bcrypt is right"), "{hint}");
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(auth(&texts, &[("hash", "md5")]), Err(ProposeError::Input { .. })));
    let proposal = auth(&texts, &[("hash", "bcrypt")]).unwrap();
    assert!(text_of(&proposal, "backend/app/security.py").contains("bcrypt.hashpw("));
    assert!(proposal.remarks.iter().any(|remark| remark.contains("bcrypt>=4.1")), "{:?}", proposal.remarks);
}

fn clash(texts: &Texts) -> (String, String) {
    match auth(texts, &[("hash", "argon2id")]) {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backend_that_signs_people_in_is_refused_with_where() {
    let clean = books("argon2-cffi");
    assert_eq!(
        clash(&fixture("fastapi_app")),
        ("a model of users, User,".into(), "app/models/user.py:7".into())
    );
    let mut texts = clean.clone();
    insert(&mut texts, "app/models/book.py", "    id: Mapped", "    password_hash: Mapped[str]\n");
    assert_eq!(clash(&texts), ("a model of users, Book,".into(), "app/models/book.py:7".into()));
    let mut texts = clean.clone();
    texts.insert("app/tokens.py".into(), "import os\n\nimport jwt\n\nKEY = os.environ[\"KEY\"]\n".into());
    assert_eq!(clash(&texts), ("sign-in with jwt".into(), "app/tokens.py:3".into()));
    let mut texts = clean.clone();
    let route = "@router.post(\"/login\")\nasync def login() -> None:\n    return None\n\n\n";
    insert(&mut texts, "app/routers/books.py", "@router.post(\"\"", route);
    assert_eq!(clash(&texts).0, "an endpoint POST /api/books/login");
    // A name that is taken.
    let mut texts = clean;
    texts.insert("app/security.py".into(), "KEEP = 1\n".into());
    assert_eq!(clash(&texts), ("app/security.py".into(), "app/security.py:1".into()));
}

#[test]
fn sign_in_is_not_written_without_its_tests() {
    let mut texts = books("argon2-cffi");
    texts.retain(|path, _| !path.starts_with("tests/"));
    match auth(&texts, &[]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("conftest.py"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_hashes_in_one_repository_are_told_with_their_places() {
    let mut texts = books("argon2-cffi");
    texts.insert("requirements.txt".into(), "# older\nbcrypt==4.1\n".into());
    match auth(&texts, &[]) {
        Err(ProposeError::Input { what, .. }) => {
            assert!(what.contains("pyproject.toml:5") && what.contains("requirements.txt:2"), "{what}");
        }
        other => panic!("{other:?}"),
    }
    // What the user says is taken.
    let proposal = auth(&texts, &[("hash", "bcrypt")]).unwrap();
    assert!(text_of(&proposal, "app/security.py").contains("bcrypt.checkpw("));
    // A stack file says it too.
    texts.remove("requirements.txt");
    let manifest = texts.get_mut("pyproject.toml").unwrap();
    *manifest = manifest.replace(", \"argon2-cffi\"", "");
    texts.insert("stack/stack.yaml".into(), "language: python\npassword_hash: bcrypt\n".into());
    let proposal = auth(&texts, &[]).unwrap();
    assert!(text_of(&proposal, "app/security.py").contains("bcrypt.checkpw("));
}

/// What a second run proposes, with a memory of the first.
pub fn again(
    texts: &Texts,
    frame: Frame,
    inputs: &[(&str, &str)],
    memory: &Arc<Memory>,
) -> Result<Proposal, ProposeError> {
    ask_again("auth", texts, frame, inputs, Some(memory.clone()))
}

#[test]
fn asked_again_it_keeps_what_a_person_wrote_and_the_hash() {
    let memory = Arc::new(Memory::default());
    let base = fixture("fastapi_sync");
    let first = again(&base, FRAME, &[("hash", "bcrypt")], &memory).unwrap();
    let mut texts = with(&base, &first);
    let service = "backend/app/services/auth.py";
    insert(
        &mut texts,
        service,
        "    def logout(",
        "    def praise(self) -> str:\n        return \"well\"\n\n",
    );
    match again(&texts, FRAME, &[], &memory) {
        Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe auth"),
        other => panic!("{other:?}"),
    }
    match again(&texts, FRAME, &[("hash", "argon2id")], &memory) {
        Err(ProposeError::Input { what, .. }) => assert!(what.contains("bcrypt"), "{what}"),
        other => panic!("{other:?}"),
    }
    // A file that is gone comes back only by hand, and one that a person changed stays.
    let schema = "backend/app/schemas/auth.py";
    texts.remove(schema);
    match again(&texts, FRAME, &[], &memory) {
        Err(ProposeError::Nothing(what)) => assert!(what.contains(schema), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn from_the_command_line_it_is_on_disk_and_a_review_finds_nothing_new() {
    let texts = books("argon2-cffi");
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (repository, sandbox) = (Sandbox::with(&files), Sandboxed::new());
    let root = repository.root();
    let ran = sandbox.run(&root, &["propose", "--recipe", "auth", "--apply"]).expect(0);
    assert!(ran.err.contains("JWT_SECRET"), "{}", ran.err);
    let security = std::fs::read_to_string(root.join("app/security.py")).unwrap();
    assert!(security.contains("os.environ.get(\"JWT_SECRET\", \"\")"), "{security}");
    let review = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]);
    let json = review.json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 0, "{json:#}");
    // What it wrote is remembered, so that asking again changes nothing.
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "auth"]);
    let ran = sandbox.run(&root, &["propose", "--recipe", "auth"]).expect(2);
    assert!(ran.err.contains("the recipe auth changed nothing"), "{}", ran.err);
}

/// The environment of all that is proven with SQLAlchemy here.
pub fn packages() -> PathBuf {
    let packages = [
        "fastapi",
        "sqlalchemy",
        "aiosqlite",
        "greenlet",
        "alembic",
        "pydantic",
        "pyjwt",
        "argon2-cffi",
        "bcrypt",
        "pytest",
        "anyio",
        "httpx",
        "ruff",
        "mypy",
        "asyncpg",
        "psycopg[binary]",
    ];
    python_packages("recipe-auth", &packages)
}

/// Migrates up, down and up, lints, checks types, and counts the tests.
fn prove(texts: &Texts, root: &str, proposal: &Proposal) {
    let bin = packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[proposal]);
    let root_folder = folder.path().join(root);
    let key = "a-key-for-migrations-only-0123456789abcdef";
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("PYTHONPATH", "."), ("JWT_SECRET", key)];
    for step in ["upgrade head", "downgrade base", "upgrade head", "check"] {
        let arguments: Vec<&str> = step.split(' ').collect();
        run(&root_folder, &tool("alembic"), &arguments, &settings, 120);
    }
    run(&root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    run(&root_folder, &tool("mypy"), &["--strict", "app"], &[], 180);
    let arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
    // No key is set: the tests bring their own.
    let said = run(&root_folder, &tool("python"), &arguments, &settings[..2], 180);
    assert_all_ran(&with(texts, proposal), &said);
    let cache = mypy_cache(bin.parent().unwrap());
    without_each(texts, root, proposal, &bin, &|root_folder| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
        // Its cache knows files by their content, so that each round reads what differs.
        let arguments = ["--strict", "--cache-dir", cache.path().to_str().unwrap(), "app"];
        run(root_folder, &tool("mypy"), &arguments, &[], 180);
    });
}

/// Every test of a backend ran and passed.
pub fn assert_all_ran(texts: &Texts, said: &str) {
    assert_more_ran(10, texts, said);
}

/// The same, where more tests than so many must be there.
pub fn assert_more_ran(than: usize, texts: &Texts, said: &str) {
    let files = texts.iter().filter(|(path, _)| path.contains("test"));
    let begins = ["def test_", "async def test_"];
    let is_test = |line: &&str| begins.iter().any(|begin| line.trim_start().starts_with(begin));
    let count: usize = files.map(|(_, text)| text.lines().filter(is_test).count()).sum();
    assert!(
        count > than && said.contains(&format!("{count} passed")) && !said.contains("skipped"),
        "{count}\n{said}"
    );
    println!("{count} passed");
}

/// Checks what remains when each hunk in turn is rejected with those that need it.
pub fn without_each(texts: &Texts, root: &str, proposal: &Proposal, bin: &Path, check: &dyn Fn(&Path)) {
    let session = recipe_hunks::session(texts, proposal);
    let hunks = session.hunks();
    for hunk in &hunks {
        println!("without hunk {} of {}: {:?}", hunk.id, hunks.len(), hunk.new_lines().first());
        let rest = recipe_hunks::without(texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
        let folder = folder_below(bin.parent().unwrap());
        write_tree(folder.path(), &rest, &[]);
        check(&folder.path().join(root));
    }
}

#[test]
fn users_of_an_async_backend_pass_their_tests() {
    if is_real() {
        let texts = books("argon2-cffi");
        prove(&texts, "", &auth(&texts, &[]).unwrap());
    }
}

#[test]
fn users_of_a_sync_backend_pass_their_tests() {
    if is_real() {
        let texts = fixture("fastapi_sync");
        prove(&texts, "backend", &auth(&texts, &[("hash", "bcrypt")]).unwrap());
    }
}
