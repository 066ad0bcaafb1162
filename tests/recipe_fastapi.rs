//! The `resource` recipe on a real backend: what it proposes is migrated up, down and up
//! again on SQLite, tested with pytest and read by a linter.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environment in the target folder.

use crate::{
    recipe_endpoint::tools,
    recipe_remains,
    support::{
        backend::{Texts, fixture, is_real, python_packages, write_tree},
        temp,
    },
};
use proscenium::{
    domain::{
        conventional::layer_by_path,
        layer::Layer,
        map::{BackendMap, Endpoint, SourceFile},
        proposal::{Content, Proposal},
        stack::Stack,
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::{ReadBase, ResourceRecipe},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

pub fn request(texts: &Texts, name: &str, fields: &str) -> ProposalRequest {
    let files = texts
        .keys()
        .filter(|path| path.ends_with(".py"))
        .map(|path| SourceFile {
            path: path.clone(),
            layer: layer_by_path(path).unwrap_or(Layer::Other),
            evidence: Vec::new(),
            functions: 0,
            queries: 0,
        })
        .collect();
    let endpoint = |path: &str, file: &str| Endpoint {
        kind: Default::default(),
        method: "GET".into(),
        path: path.into(),
        handler: "get".into(),
        file: file.into(),
        line: 12,
        handler_place: None,
    };
    let endpoints = vec![
        endpoint("/api/users", "app/routers/users.py"),
        endpoint("/api/users/{user_id}", "app/routers/users.py"),
        endpoint("/v1/items/", "backend/app/api/items.py"),
        endpoint("/v1/items/{item_id}", "backend/app/api/items.py"),
    ];
    ProposalRequest {
        root: PathBuf::from("/nowhere"),
        base: "0".repeat(40),
        map: Arc::new(BackendMap { files, endpoints, ..BackendMap::default() }),
        stack: Stack::default(),
        task: None,
        steps: Vec::new(),
        step: 0,
        texts: Arc::new(BTreeMap::new()),
        inputs: BTreeMap::from([
            ("name".to_owned(), name.to_owned()),
            ("fields".to_owned(), fields.to_owned()),
        ]),
    }
}

fn propose(texts: &Texts, name: &str, fields: &str) -> Result<Proposal, ProposeError> {
    let base_texts = texts.clone();
    let base: ReadBase = Arc::new(move |_, path| Ok(base_texts.get(path).cloned()));
    ResourceRecipe::new(base).propose(&request(texts, name, fields), &Cancel::default())
}

fn text_of<'a>(proposal: &'a Proposal, path: &str) -> &'a str {
    let file = proposal.files.iter().find(|file| file.path == path);
    match file.map(|file| &file.content) {
        Some(Content::Text { text }) => text,
        other => panic!("{path}: {other:?}"),
    }
}

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal note:text? \
                      seen_on:date sku:string{..40}:unique author:belongs_to(User)";

#[test]
fn a_resource_is_proposed_in_every_layer_where_its_example_lives() {
    let proposal = propose(&fixture("fastapi_app"), "Review", REVIEW).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let migration = paths.iter().find(|path| path.ends_with("_create_reviews.py")).unwrap();
    let expected = [
        "app/main.py",
        "app/models/__init__.py",
        "app/models/review.py",
        "app/repositories/review_repository.py",
        "app/routers/reviews.py",
        "app/schemas/review.py",
        "app/services/review_service.py",
        migration,
        "tests/test_reviews.py",
    ];
    assert_eq!(paths, expected);
    assert!(text_of(&proposal, migration).contains("down_revision = \"8a1f0c2d3e4b\""));
    assert!(
        text_of(&proposal, "app/main.py").contains("app.include_router(reviews.router, prefix=\"/api\")")
    );
    assert!(text_of(&proposal, "app/schemas/review.py").contains("class ReviewOut("));
    let cited = proposal.files.iter().flat_map(|file| &file.notes).filter(|note| note.citation.is_some());
    assert_eq!(cited.count(), proposal.files.iter().map(|file| file.notes.len()).sum::<usize>());
    assert_eq!(proposal, propose(&fixture("fastapi_app"), "Review", REVIEW).unwrap());
}

#[test]
fn what_is_there_already_is_a_clash_and_names_its_place() {
    let texts = fixture("fastapi_app");
    match propose(&texts, "User", "name:string") {
        Err(ProposeError::Clash { place, .. }) => {
            assert!(place.starts_with("app/models/user.py:"), "{place}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_unknown_parent_is_an_input_error_that_lists_the_known_models() {
    match propose(&fixture("fastapi_app"), "Review", "title:string owner:belongs_to(Customer)") {
        Err(ProposeError::Input { hint, .. }) => assert_eq!(hint, "known models: User"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_alembic_heads_are_not_guessed_between() {
    let mut texts = fixture("fastapi_app");
    let other = "revision = \"0b5c\"\ndown_revision = None\n".to_owned();
    texts.insert("migrations/versions/0b5c_other.py".into(), other);
    match propose(&texts, "Review", "title:string") {
        Err(ProposeError::Input { what, .. }) => assert!(what.contains("2 heads"), "{what}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn files_that_are_not_in_the_base_or_do_not_parse_are_no_hindrance() {
    let mut texts = fixture("fastapi_app");
    texts.insert("app/routers/broken.py".into(), "from fastapi import Depends, Session (\n".into());
    texts.insert("app/main_old.py".into(), "include_router(users.router) ((\n".into());
    let mut request = request(&texts, "Review", "title:string");
    let mut map = (*request.map).clone();
    let mut untracked = map.files.first().unwrap().clone();
    untracked.path = "app/models/aaa_untracked.py".into();
    untracked.layer = Layer::Model;
    map.files.insert(0, untracked);
    request.map = Arc::new(map);
    let base: ReadBase = Arc::new(move |_, path| Ok(texts.get(path).cloned()));
    let proposal = ResourceRecipe::new(base).propose(&request, &Cancel::default()).unwrap();
    assert!(proposal.files.iter().any(|file| file.path == "app/routers/reviews.py"));
}

#[test]
fn a_flat_sqlmodel_backend_gets_no_wrong_resource() {
    let texts = Texts::from([
        ("app/models.py".to_owned(), "class Item(SQLModel, table=True):\n    id: int\n".to_owned()),
        ("app/api/routes/items.py".to_owned(), "router = APIRouter(prefix=\"/items\")\n".to_owned()),
    ]);
    assert!(matches!(propose(&texts, "Review", "title:string"), Err(ProposeError::NotApplicable(_))));
}

#[test]
fn a_repository_without_sqlalchemy_is_not_applicable() {
    let texts = Texts::from([("app/routers/users.py".to_owned(), "router = 1\n".to_owned())]);
    assert!(matches!(propose(&texts, "Review", "title:string"), Err(ProposeError::NotApplicable(_))));
}

fn run(folder: &Path, program: &Path, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONPATH", folder)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{} {arguments:?} in {}\n{}{}",
        program.display(),
        folder.display(),
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A virtual environment with what a generated resource needs; kept between runs.
fn environment() -> PathBuf {
    let packages = [
        "fastapi",
        "sqlalchemy",
        "aiosqlite",
        "greenlet",
        "alembic",
        "pydantic",
        "pytest",
        "anyio",
        "httpx",
        "ruff",
    ];
    python_packages("recipe-fastapi", &packages)
}

/// Migrates up, down and up, compares models with the database, tests and lints.
pub fn prove(texts: &Texts, root: &str, proposals: &[&Proposal]) {
    let bin = environment();
    let folder = temp::folder();
    write_tree(folder.path(), texts, proposals);
    let root = folder.path().join(root);
    let alembic = |arguments: &[&str]| run(&root, &bin.join("alembic"), arguments);
    alembic(&["upgrade", "head"]);
    alembic(&["downgrade", "base"]);
    alembic(&["upgrade", "head"]);
    alembic(&["check"]);
    run(&root, &bin.join("python"), &["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    run(&root, &bin.join("ruff"), &["check", "--no-cache", "."]);
    run(&root, &bin.join("ruff"), &["format", "--no-cache", "--check", "."]);
}

#[test]
fn a_backend_without_services_and_with_other_habits_is_followed_too() {
    let texts = fixture("fastapi_sync");
    let proposal = propose(&texts, "StockMove", MOVE).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let expected = [
        "backend/app/api/stock_moves.py",
        "backend/app/crud/stock_move.py",
        "backend/app/main.py",
        "backend/app/models/__init__.py",
        "backend/app/models/stock_move.py",
        "backend/app/schemas/stock_move.py",
        "backend/app/services/__init__.py",
        "backend/app/services/stock_moves.py",
        "backend/migrations/versions/0002_create_stock_move.py",
        "backend/tests/test_stock_moves.py",
    ];
    assert_eq!(paths, expected);
    assert!(text_of(&proposal, "backend/app/main.py").contains(
        "app.include_router(stock_moves_router, prefix=\"/v1/stock_moves\", tags=[\"stock_moves\"])"
    ));
    let router = text_of(&proposal, "backend/app/api/stock_moves.py");
    assert!(router.contains("db: Session = Depends(get_db)") && !router.contains("async def"), "{router}");
    assert!(text_of(&proposal, "backend/app/crud/stock_move.py").contains("-> Optional[StockMove]:"));
    assert!(proposal.remarks.iter().any(|remark| remark.contains("starts the service layer")));
}

const MOVE: &str =
    "item:belongs_to(Item) amount:int{1..} at:datetime? reason:text{3..} done:bool ratio:float?";

#[test]
fn a_generated_resource_migrates_both_ways_and_passes_its_own_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("fastapi_app");
    let review = propose(&texts, "Review", REVIEW).unwrap();
    prove(&texts, "", &[&review]);
    recipe_remains::test_without_one("a resource of FastAPI", &texts, &review, &tools(), "");
    let texts = fixture("fastapi_sync");
    let stock_move = propose(&texts, "StockMove", MOVE).unwrap();
    prove(&texts, "backend", &[&stock_move]);
    recipe_remains::test_without_one("a resource of functions", &texts, &stock_move, &tools(), "backend");
}
