//! The `resource` recipe for FastAPI and SQLModel: what it proposes follows the example, and on
//! the real framework it is migrated up, down and up, tested, linted and checked for types.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_remains,
    support::backend::{
        Texts, assert_cited, fixture, folder_below, is_real, propose, python_packages, request, run, stack,
        text_of, write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const LOAN: &str = "title:string{2..80} days:int{1..60} fee:decimal{0..}? note:text? due:date \
                    code:string{..20}:unique seen_at:datetime? done:bool weight:float? token:uuid \
                    shelf:belongs_to(Shelf) member:belongs_to(Member)";

const REVIEW: &str = "title:string{2..80} stars:int{1..5} fee:decimal{0..}? note:text? due:date \
                      code:string{..20}:unique seen_at:datetime done:bool book:belongs_to(Book)";

fn ask(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let stack = stack("fastapi", "sqlmodel");
    propose(texts, &request(texts, &[".py"], stack, [("name", name), ("fields", fields)]))
}

fn has_lines(proposal: &Proposal, path: &str, lines: &[&str]) {
    let text = text_of(proposal, path);
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn a_flat_backend_keeps_its_tables_in_one_file_and_rows_with_their_owner() {
    let texts = fixture("sqlmodel_flat");
    let proposal = ask(&texts, "ToolLoan", LOAN).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let migration = paths.iter().find(|path| path.ends_with("_create_toolloan.py")).unwrap();
    let expected = [
        "backend/app/api/main.py",
        "backend/app/api/routes/tool_loans.py",
        "backend/app/crud.py",
        "backend/app/models.py",
        migration,
        "backend/tests/routes/test_tool_loans.py",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    has_lines(&proposal, migration, &["down_revision = \"5b1d0c7e9a22\""]);
    has_lines(
        &proposal,
        "backend/app/models.py",
        &[
            "# What a client sends to make a tool loan",
            "class ToolLoansPublic(SQLModel):",
            "        index=True,",
        ],
    );
    has_lines(
        &proposal,
        "backend/app/api/routes/tool_loans.py",
        &[
            "    if not current_user.is_superuser and tool_loan.member_id != current_user.id:",
            "        raise HTTPException(status_code=403, detail=\"This is not yours\")",
        ],
    );
    let models = text_of(&proposal, "backend/app/models.py");
    assert!(models.find("class ToolLoanBase") < models.find("class Message("), "{models}");
    assert_eq!(proposal, ask(&texts, "ToolLoan", LOAN).unwrap());
}

#[test]
fn files_of_their_own_and_async_sessions_are_followed_too() {
    let texts = fixture("sqlmodel_async");
    let proposal = ask(&texts, "BookReview", REVIEW).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "library/main.py",
        "library/models/__init__.py",
        "library/models/book_review.py",
        "library/routers/book_reviews.py",
        "migrations/versions/0002_create_book_reviews.py",
        "tests/test_book_reviews.py",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    has_lines(&proposal, "library/models/book_review.py", &["    __tablename__ = 'book_reviews'"]);
    has_lines(
        &proposal,
        "library/routers/book_reviews.py",
        &[
            "@router.patch('/{book_review_id}', response_model=BookReviewRead)",
            "    session: AsyncSession = Depends(get_session),",
            "    await session.commit()",
        ],
    );
    has_lines(&proposal, "library/models/__init__.py", &["    'BookReviewCreate',"]);
}

#[test]
fn what_is_taken_or_unknown_changes_nothing() {
    let texts = fixture("sqlmodel_flat");
    match ask(&texts, "Shelf", "label:string") {
        Err(ProposeError::Clash { place, .. }) => {
            assert!(place.starts_with("backend/app/models.py:"), "{place}")
        }
        other => panic!("{other:?}"),
    }
    match ask(&texts, "Loan", "owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known models: Member, Shelf, Tool"),
        other => panic!("{other:?}"),
    }
    let bare = Texts::from([(
        "app/models.py".to_owned(),
        "from sqlmodel import SQLModel\n\n\nclass Item(SQLModel, table=True):\n    id: int\n".to_owned(),
    )]);
    match ask(&bare, "Loan", "title:string") {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("Item has no class"), "{why}"),
        other => panic!("{other:?}"),
    }
}

/// The programs of a virtual environment with what SQLModel's backends need.
pub fn packages() -> std::path::PathBuf {
    let packages = [
        "fastapi",
        "sqlmodel",
        "alembic",
        "aiosqlite",
        "greenlet",
        "pyjwt",
        "pytest",
        "anyio",
        "httpx",
        "httpx2",
        "ruff",
        "mypy",
    ];
    python_packages("recipe-sqlmodel", &packages)
}

/// Migrates up, down and up, compares, tests, lints and checks types.
fn prove(texts: &Texts, root: &str, proposal: &Proposal) -> String {
    let bin = packages();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), texts, &[proposal]);
    let root = folder.path().join(root);
    let settings = [
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONPATH", "."),
        ("DATABASE_URL", "sqlite:///proof.sqlite3"),
        ("DATABASE_FILE", "proof.sqlite3"),
    ];
    let alembic = |arguments: &[&str]| run(&root, &tool("alembic"), arguments, &settings, 60);
    alembic(&["upgrade", "head"]);
    alembic(&["downgrade", "base"]);
    alembic(&["upgrade", "head"]);
    alembic(&["check"]);
    run(&root, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    run(&root, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    run(&root, &tool("mypy"), &["."], &settings, 180);
    std::fs::remove_file(root.join("proof.sqlite3")).unwrap();
    run(&root, &tool("python"), &["-m", "pytest", "-q", "-p", "no:cacheprovider"], &settings, 120)
}

fn assert_proven(name: &str, root: &str, resource: (&str, &str), tests: &str) {
    let texts = fixture(name);
    let proposal = ask(&texts, resource.0, resource.1).unwrap();
    let said = prove(&texts, root, &proposal);
    recipe_remains::test_without_one(&format!("a resource of {name}"), &texts, &proposal, &packages(), root);
    let generated = text_of(&proposal, tests).lines().filter(|line| line.contains("def test_")).count();
    assert!(generated > 7 && said.contains(&format!("{} passed", generated + 1)), "{generated}\n{said}");
}

#[test]
fn a_generated_resource_of_a_flat_backend_passes_its_own_tests() {
    if is_real() {
        assert_proven(
            "sqlmodel_flat",
            "backend",
            ("ToolLoan", LOAN),
            "backend/tests/routes/test_tool_loans.py",
        );
    }
}

#[test]
fn a_generated_resource_of_an_async_backend_passes_its_own_tests() {
    if is_real() {
        assert_proven("sqlmodel_async", "", ("BookReview", REVIEW), "tests/test_book_reviews.py");
    }
}
