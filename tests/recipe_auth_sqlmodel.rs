//! The `auth` recipe for FastAPI with SQLModel: users and sessions where the project keeps its
//! tables, its queries and its dependencies, and on the real framework in two backends of
//! opposite habits.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_again::Memory,
    recipe_auth::{again, assert_all_ran, without_each},
    recipe_hunks,
    support::{
        backend::{
            Texts, assert_cited, fixture, folder_below, insert, is_real, mypy_cache, python_packages, run,
            text_of, with, write_tree,
        },
        git::Sandbox,
        grown::ask,
        program::Sandboxed,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const FRAME: (&str, &str) = ("fastapi", "sqlmodel");

/// The flat fixture before it had members.
fn open() -> Texts {
    let mut texts = fixture("sqlmodel_flat");
    texts.remove("backend/app/security.py");
    texts.extend(fixture("sqlmodel_open"));
    texts
}

fn auth(texts: &Texts, hash: &str) -> Result<Proposal, ProposeError> {
    ask("auth", texts, FRAME, &[("hash", hash)])
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn a_flat_backend_keeps_users_among_its_tables_queries_and_dependencies() {
    let texts = open();
    let proposal = auth(&texts, "argon2id").unwrap();
    let paths = paths(&proposal);
    let migration = paths.iter().find(|path| path.ends_with("_create_users_and_tokens.py")).unwrap();
    assert_eq!(
        paths,
        [
            "backend/app/api/deps.py",
            "backend/app/api/main.py",
            "backend/app/api/routes/auth.py",
            "backend/app/crud.py",
            "backend/app/models.py",
            "backend/app/rate_limit.py",
            "backend/app/security.py",
            "backend/conftest.py",
            migration,
            "backend/pyproject.toml",
            "backend/tests/routes/test_auth.py",
        ]
    );
    assert_cited(&proposal, &texts);
    let dependencies = text_of(&proposal, "backend/app/api/deps.py");
    assert!(
        dependencies.contains("CurrentUser = Annotated[User, Depends(get_current_user)]"),
        "{dependencies}"
    );
    assert!(!dependencies.contains("from app.api.deps"), "{dependencies}");
    let models = text_of(&proposal, "backend/app/models.py");
    assert!(models.find("class User(SQLModel, table=True)") < models.find("class Message("), "{models}");
    let tests = text_of(&proposal, "backend/tests/routes/test_auth.py");
    assert!(tests.contains("URL = f\"{PREFIX}/auth\"") && tests.contains("import PREFIX"), "{tests}");
    assert!(text_of(&proposal, "backend/pyproject.toml").contains("\"pyjwt>=2.8\", \"argon2-cffi>=23.1\"]"));
    assert_eq!(proposal, auth(&texts, "argon2id").unwrap());
}

#[test]
fn files_of_their_own_and_async_sessions_are_followed_too() {
    let texts = fixture("sqlmodel_async");
    let proposal = auth(&texts, "bcrypt").unwrap();
    assert_eq!(
        paths(&proposal),
        [
            "conftest.py",
            "library/main.py",
            "library/models/__init__.py",
            "library/models/user.py",
            "library/rate_limit.py",
            "library/routers/auth.py",
            "library/security.py",
            "library/sessions.py",
            "migrations/versions/0002_create_users_and_tokens.py",
            "pyproject.toml",
            "tests/test_auth.py",
        ]
    );
    assert_cited(&proposal, &texts);
    let router = text_of(&proposal, "library/routers/auth.py");
    assert!(router.contains("    session: AsyncSession = Depends(get_session),"), "{router}");
    assert!(router.contains("def require_role(role: str)"), "{router}");
    let model = text_of(&proposal, "library/models/user.py");
    assert!(model.contains("    __tablename__ = 'refresh_tokens'"), "{model}");
    let package = text_of(&proposal, "library/models/__init__.py");
    assert!(package.contains("from .user import User, UserRead"), "{package}");
    assert!(text_of(&proposal, "library/sessions.py").contains("await to_thread(security.hash_password,"));
}

fn clash(texts: &Texts) -> (String, String) {
    match auth(texts, "argon2id") {
        Err(ProposeError::Clash { what, place }) => (what, place),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_backend_that_signs_people_in_or_has_the_names_is_refused_with_where() {
    assert_eq!(
        clash(&fixture("sqlmodel_flat")),
        ("sign-in with jwt".into(), "backend/app/api/deps.py:4".into())
    );
    let mut texts = open();
    insert(
        &mut texts,
        "backend/app/models.py",
        "# What a client gets\n",
        "class Member(SQLModel, table=True):\n    id: int = Field(primary_key=True)\n    hashed_password: str\n\n\n",
    );
    assert_eq!(clash(&texts), ("a model of users, Member,".into(), "backend/app/models.py:28".into()));
    let mut texts = open();
    insert(
        &mut texts,
        "backend/app/crud.py",
        "def create_tool(",
        "def renew(loan: int) -> int:\n    return loan + 1\n\n\n",
    );
    assert_eq!(clash(&texts), ("a name renew".into(), "backend/app/crud.py:6".into()));
    let mut texts = open();
    insert(
        &mut texts,
        "backend/app/models.py",
        "class Message(",
        "class Tokens(SQLModel):\n    left: int\n\n\n",
    );
    assert_eq!(clash(&texts).0, "a class Tokens");
    let mut texts = open();
    texts.insert("backend/app/rate_limit.py".into(), "LIMIT = 1\n".into());
    assert_eq!(clash(&texts).1, "backend/app/rate_limit.py:1");
}

#[test]
fn what_is_not_said_is_asked_and_tests_need_their_fixtures() {
    match ask("auth", &open(), FRAME, &[]) {
        Err(ProposeError::Input { hint, .. }) => assert!(hint.contains("hash=argon2id costs"), "{hint}"),
        other => panic!("{other:?}"),
    }
    let mut texts = open();
    texts.remove("backend/tests/conftest.py");
    match auth(&texts, "argon2id") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("conftest.py"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn asked_again_it_keeps_what_a_person_wrote_and_the_hash() {
    for (base, file, before) in [
        (open(), "backend/app/api/routes/auth.py", "@router.post(\"/logout\""),
        (fixture("sqlmodel_async"), "library/sessions.py", "async def end_session("),
    ] {
        let memory = Arc::new(Memory::default());
        let first = again(&base, FRAME, &[("hash", "bcrypt")], &memory).unwrap();
        let mut texts = with(&base, &first);
        insert(&mut texts, file, before, "def praise() -> str:\n    return \"well\"\n\n\n");
        match again(&texts, FRAME, &[], &memory) {
            Err(ProposeError::Nothing(what)) => assert_eq!(what, "the recipe auth"),
            other => panic!("{other:?}"),
        }
        match again(&texts, FRAME, &[("hash", "argon2id")], &memory) {
            Err(ProposeError::Input { what, .. }) => assert!(what.contains("bcrypt"), "{what}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn from_the_command_line_it_is_on_disk_and_a_review_finds_only_what_the_example_does_too() {
    let texts = open();
    let files: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (repository, sandbox) = (Sandbox::with(&files), Sandboxed::new());
    let root = repository.root();
    let command = ["propose", "--recipe", "auth", "--set", "hash=argon2id", "--apply"];
    let ran = sandbox.run(&root, &command).expect(0);
    assert!(ran.err.contains("JWT_SECRET"), "{}", ran.err);
    let review = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]);
    let json = review.json();
    // Routes of this project ask the queries themselves; no other rule is broken.
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.iter().all(|one| one["rule"] == "arch/layer-order"), "{json:#}");
    repository.git(&["add", "."]);
    repository.git(&["commit", "-q", "-m", "auth"]);
    let ran = sandbox.run(&root, &["propose", "--recipe", "auth"]).expect(2);
    assert!(ran.err.contains("the recipe auth changed nothing"), "{}", ran.err);
}

#[test]
fn what_remains_without_any_hunk_parses() {
    for (texts, least) in [(open(), 14), (fixture("sqlmodel_async"), 10)] {
        let proposal = auth(&texts, "argon2id").unwrap();
        let session = recipe_hunks::session(&texts, &proposal);
        let hunks = session.hunks();
        assert!(hunks.len() > least, "{} hunks", hunks.len());
        for hunk in &hunks {
            let rest = recipe_hunks::without(&texts, &session, &recipe_hunks::with_dependants(&hunks, hunk));
            for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".py")) {
                let parsed = ruff_python_parser::parse_module(text);
                assert!(parsed.is_ok(), "{path} without {:?}", hunk.new_lines());
            }
        }
    }
}

/// The environment of all that is proven with SQLModel here.
pub fn packages() -> PathBuf {
    let packages = [
        "fastapi",
        "sqlmodel",
        "alembic",
        "aiosqlite",
        "greenlet",
        "pyjwt",
        "argon2-cffi",
        "bcrypt",
        "pytest",
        "anyio",
        "httpx",
        "httpx2",
        "ruff",
        "mypy",
    ];
    python_packages("recipe-auth-sqlmodel", &packages)
}

/// Migrates up, down and up, compares, lints, checks types, and counts the tests; then lints and
/// checks types without each hunk.
fn prove(texts: &Texts, root: &str, proposal: &Proposal) {
    let bin = packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[proposal]);
    let root_folder = folder.path().join(root);
    let settings = [
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONPATH", "."),
        ("DATABASE_URL", "sqlite:///proof.sqlite3"),
        ("DATABASE_FILE", "proof.sqlite3"),
    ];
    for step in ["upgrade head", "downgrade base", "upgrade head", "check"] {
        let arguments: Vec<&str> = step.split(' ').collect();
        run(&root_folder, &tool("alembic"), &arguments, &settings, 120);
    }
    let cache = mypy_cache(bin.parent().unwrap());
    let static_checks = |root_folder: &Path| {
        run(root_folder, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
        // Its cache knows files by their content, so that each round reads what differs.
        let arguments = ["--cache-dir", cache.path().to_str().unwrap(), "."];
        run(root_folder, &tool("mypy"), &arguments, &settings, 180);
    };
    static_checks(&root_folder);
    run(&root_folder, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    std::fs::remove_file(root_folder.join("proof.sqlite3")).unwrap();
    let arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
    let said = run(&root_folder, &tool("python"), &arguments, &settings, 300);
    assert_all_ran(&with(texts, proposal), &said);
    without_each(texts, root, proposal, &bin, &static_checks);
}

#[test]
fn users_of_a_flat_backend_pass_their_tests() {
    if is_real() {
        let texts = open();
        prove(&texts, "backend", &auth(&texts, "argon2id").unwrap());
    }
}

#[test]
fn users_of_an_async_backend_pass_their_tests() {
    if is_real() {
        let texts = fixture("sqlmodel_async");
        prove(&texts, "", &auth(&texts, "bcrypt").unwrap());
    }
}
