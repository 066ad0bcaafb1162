//! The `migration` recipe on FastAPI backends with SQLModel: a field of a generated resource and
//! of one that was written by hand, always as a new revision, with everything else kept.

use crate::{
    recipe_hunks::{session, with_dependants, without},
    recipe_remains,
    recipe_sqlmodel::packages,
    support::backend::{
        Texts, assert_cited, fixture, folder_below, insert, is_real, propose_with, run, stack, text_of, with,
        write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const LOAN: &str = "title:string{2..80} days:int{1..60} shelf:belongs_to(Shelf) member:belongs_to(Member)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false fee:decimal{0..}=0.50 \
                    code:string{..12}?:unique until:datetime? spare:belongs_to(Shelf)?";
const REVIEW: &str = "title:string{2..80} stars:int{1..5} book:belongs_to(Book)";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    propose_with(recipe, texts, &[".py"], stack("fastapi", "sqlmodel"), inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

/// The flat fixture with a resource that the recipe made and a function that a person wrote.
fn with_loan() -> Texts {
    let texts = fixture("sqlmodel_flat");
    let made = ask("resource", &texts, &[("name", "ToolLoan"), ("fields", LOAN)]).unwrap();
    let mut texts = with(&texts, &made);
    let function = "def prolong(*, session: Session, tool_loan: ToolLoan) -> ToolLoan:\n    tool_loan.days += 1\n    session.add(tool_loan)\n    session.commit()\n    return tool_loan\n\n\n";
    insert(&mut texts, "backend/app/crud.py", "def delete_tool_loan(", function);
    texts
}

fn with_review() -> Texts {
    let texts = fixture("sqlmodel_async");
    let made = ask("resource", &texts, &[("name", "BookReview"), ("fields", REVIEW)]).unwrap();
    with(&texts, &made)
}

fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn a_new_field_is_a_new_revision_and_everything_else_is_kept() {
    let texts = with_loan();
    let inputs = [("name", "ToolLoan"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let paths = paths(&proposal);
    let revision = paths.iter().find(|path| path.contains("/versions/")).unwrap();
    let expected = ["backend/app/models.py", revision, "backend/tests/routes/test_tool_loans.py"];
    assert_eq!(paths, expected);
    assert!(!texts.contains_key(*revision), "an old revision is changed");
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, revision),
        &[
            "    op.execute(\"UPDATE toolloan SET rating = 3 WHERE rating IS NULL\")",
            "        batch.drop_column(\"rating\")",
        ],
    );
    let models = text_of(&proposal, "backend/app/models.py");
    has_lines(
        models,
        &[
            "    hidden: bool = Field(default=False, sa_column_kwargs={\"server_default\": false()})",
            "    rating: int | None = Field(default=None, ge=1, le=5)",
            "    title: str = Field(min_length=2, max_length=80, index=True)",
            "from sqlalchemy import DateTime, false",
        ],
    );
    assert!(with(&texts, &proposal)["backend/app/crud.py"].contains("def prolong("));
    has_lines(text_of(&proposal, "backend/tests/routes/test_tool_loans.py"), &["        \"rating\": 1,"]);
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn tables_of_their_own_files_and_single_quotes_are_followed_too() {
    let texts = fixture("sqlmodel_async");
    let inputs = [("name", "books"), ("fields", "isbn:string{10..13}? stock:int{0..}=0"), ("index", "pages")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let revision = "migrations/versions/0002_add_isbn_and_2_more_to_books.py";
    assert_eq!(paths(&proposal), ["library/models/book.py", revision]);
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, "library/models/book.py"),
        &[
            "    stock: int = Field(default=0, ge=0, sa_column_kwargs={'server_default': '0'})",
            "    isbn: str | None = Field(default=None, min_length=10, max_length=13)",
            "    pages: int = Field(ge=1, index=True)",
        ],
    );
    has_lines(text_of(&proposal, revision), &["revision = '0002'", "down_revision = '0001'"]);
    assert!(
        proposal.remarks.iter().any(|remark| remark.contains("No test of books")),
        "{:?}",
        proposal.remarks
    );
}

#[test]
fn postgresql_gets_its_index_without_a_lock_and_in_a_revision_of_its_own() {
    let mut texts = with_loan();
    let settings = texts.get_mut("backend/app/settings.py").unwrap();
    *settings = settings.replace("sqlite:///workshop.sqlite3", "postgresql+psycopg://localhost/shop");
    let proposal = ask("migration", &texts, &[("name", "ToolLoan"), ("fields", MORE)]).unwrap();
    let revisions = proposal.files.iter().filter(|file| file.path.contains("/versions/"));
    let revisions: Vec<&str> = revisions.map(|file| text_of(&proposal, &file.path)).collect();
    assert_eq!(revisions.len(), 2);
    let (indexes, fields): (Vec<&str>, Vec<&str>) =
        revisions.into_iter().partition(|text| text.contains("autocommit_block"));
    assert!(indexes[0].contains("postgresql_concurrently=True"), "{}", indexes[0]);
    assert!(fields[0].contains("postgresql_not_valid=True") && !fields[0].contains("batch"), "{}", fields[0]);
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_loan();
    for (inputs, expected) in [
        (&[("name", "Tool"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Tool"), ("fields", "rating:int{1..5}=9")], "outside of the bounds"),
        (&[("name", "Tool"), ("fields", "buyer:belongs_to(Member)")], "buyer:belongs_to(Member)?"),
        (&[("name", "Tool"), ("fields", "buyer:belongs_to(Buyer)?")], "known models: Member, Shelf"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known models: Member, Shelf, Tool, ToolLoan"),
        (&[("name", "Tool"), ("index", "colour")], "its fields are: name, note, id, created_at, owner_id"),
        (&[("name", "Tool"), ("fields", "class:int=1")], "a word of Python itself"),
    ] {
        match ask("migration", &texts, inputs) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (name, key, value) in
        [("Tool", "fields", "name:int=1"), ("Tool", "fields", "owner_id:int=1"), ("Member", "index", "email")]
    {
        match ask("migration", &texts, &[("name", name), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("backend/app/models.py:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

#[test]
fn what_remains_without_any_hunk_parses() {
    let changed = [("name", "ToolLoan"), ("change", "title:string{2..200}:index days:int{1..60}?")];
    for (texts, inputs) in [
        (with_loan(), &[("name", "ToolLoan"), ("fields", MORE), ("index", "title")][..]),
        (with_review(), &[("name", "BookReview"), ("fields", "note:text? up:int=0"), ("index", "title")]),
        (with_loan(), &changed),
    ] {
        let proposal = ask("migration", &texts, inputs).unwrap();
        let session = session(&texts, &proposal);
        let hunks = session.hunks();
        assert!(hunks.len() >= 4, "{} hunks", hunks.len());
        for hunk in &hunks {
            let rest = without(&texts, &session, &with_dependants(&hunks, hunk));
            for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".py")) {
                let parsed = ruff_python_parser::parse_module(text);
                assert!(parsed.is_ok(), "{path} without {:?}: {:?}", hunk.new_lines(), parsed.err());
            }
        }
    }
}

const CHANGED: &str = "title:string{..200}:index pages:int{1..}=5";

#[test]
fn an_attribute_that_is_there_becomes_as_it_shall_be() {
    let texts = fixture("sqlmodel_async");
    let inputs = [("name", "books"), ("change", CHANGED)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let revision = "migrations/versions/0002_change_title_and_1_more_of_books.py";
    assert_eq!(paths(&proposal), ["library/models/book.py", revision]);
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, "library/models/book.py"),
        &[
            "    title: str = Field(max_length=200, index=True)",
            "    pages: int = Field(default=5, ge=1, sa_column_kwargs={'server_default': '5'})",
            "    title: str | None = Field(default=None, max_length=200)",
        ],
    );
    assert!(text_of(&proposal, revision).contains("type_=sa.String(length=200)"));
    let texts = with_loan();
    let change = "title:string{2..200} days:int{1..60}?";
    let proposal = ask("migration", &texts, &[("name", "ToolLoan"), ("change", change)]).unwrap();
    let said = proposal.remarks.join("\n");
    assert!(said.contains("title keeps to its old bounds") && said.contains("days is required"), "{said}");
    for (change, expected) in
        [("title:string{..40}", "may be longer than 40"), ("days:bool", "is of type integer")]
    {
        match ask("migration", &texts, &[("name", "ToolLoan"), ("change", change)]) {
            Err(ProposeError::Input { what, .. }) => assert!(what.contains(expected), "{what}"),
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[test]
fn changed_attributes_keep_their_rows_both_ways() {
    if !is_real() {
        return;
    }
    let row = Row {
        insert: "INSERT INTO books (title, pages) VALUES ('old', 3);",
        select: "SELECT title, pages FROM books",
        expected: "[('old', 3)]",
    };
    let (texts, inputs) = (with_review(), [("name", "books"), ("change", CHANGED)]);
    assert_proven(&texts, "", &inputs, &row);
}

/// A row that is there before the field comes, and what it is after.
struct Row {
    insert: &'static str,
    select: &'static str,
    expected: &'static str,
}

/// Migrates a row up, down and up, compares, tests, lints and checks types.
fn prove(texts: &Texts, root: &str, proposal: &Proposal, row: &Row) -> String {
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
    let alembic = |arguments: &[&str]| run(&root, &tool("alembic"), arguments, &settings, 300);
    let sql = |call: &str, statement: &str| {
        let code = format!(
            "import sqlite3\nwith sqlite3.connect('proof.sqlite3') as db:\n    print(db.{call}(\"\"\"{statement}\"\"\").fetchall())"
        );
        run(&root, &tool("python"), &["-c", &code], &settings, 300)
    };
    alembic(&["upgrade", "head"]);
    alembic(&["downgrade", "-1"]);
    sql("executescript", row.insert);
    for _ in 0..2 {
        alembic(&["upgrade", "head"]);
        assert_eq!(sql("execute", row.select).trim(), row.expected);
        alembic(&["downgrade", "-1"]);
    }
    alembic(&["upgrade", "head"]);
    alembic(&["check"]);
    run(&root, &tool("ruff"), &["check", "--no-cache", "."], &[], 300);
    run(&root, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 300);
    run(&root, &tool("mypy"), &["."], &settings, 900);
    std::fs::remove_file(root.join("proof.sqlite3")).unwrap();
    run(&root, &tool("python"), &["-m", "pytest", "-q", "-p", "no:cacheprovider"], &settings, 600)
}

/// Tests of all files.
fn count(texts: &Texts) -> usize {
    let is_test = |path: &&String| path.rsplit('/').next().unwrap().starts_with("test_");
    let lines = texts.iter().filter(|(path, _)| is_test(path)).flat_map(|(_, text)| text.lines());
    lines.filter(|line| line.contains("def test_")).count()
}

fn assert_proven(texts: &Texts, root: &str, inputs: &[(&str, &str)], row: &Row) {
    let proposal = ask("migration", texts, inputs).unwrap();
    let said = prove(texts, root, &proposal, row);
    let tests = count(&with(texts, &proposal));
    assert!(said.contains(&format!("{tests} passed")), "{tests}\n{said}");
    recipe_remains::import_without_one(&proposal.title, texts, &proposal, &packages(), root);
}

#[test]
fn generated_then_written_by_hand_then_one_field_more_passes_its_tests() {
    if !is_real() {
        return;
    }
    let row = Row {
        insert: "INSERT INTO toolloan (id, title, days, shelf_id, member_id) VALUES ('1', 'old', 3, '1', '1');",
        select: "SELECT rating, hidden, fee, subtitle, spare_id FROM toolloan",
        expected: "[(3, 0, 0.5, None, None)]",
    };
    let inputs = [("name", "ToolLoan"), ("fields", MORE), ("index", "title")];
    assert_proven(&with_loan(), "backend", &inputs, &row);
}

#[test]
fn tables_in_files_of_their_own_pass_their_tests_with_fields_more() {
    if !is_real() {
        return;
    }
    let row = Row {
        insert: "INSERT INTO books (title, pages) VALUES ('old', 3);",
        select: "SELECT stock, isbn FROM books",
        expected: "[(0, None)]",
    };
    let inputs = [("name", "books"), ("fields", "isbn:string{10..13}? stock:int{0..}=0"), ("index", "pages")];
    assert_proven(&with_review(), "", &inputs, &row);
    let row = Row {
        insert: "INSERT INTO book_reviews (title, stars, book_id) VALUES ('old', 3, 1);",
        select: "SELECT up, note, other_id FROM book_reviews",
        expected: "[(0, None, None)]",
    };
    let inputs = [("name", "BookReview"), ("fields", "note:text? up:int=0 other:belongs_to(Book)?")];
    assert_proven(&with_review(), "", &inputs, &row);
}
