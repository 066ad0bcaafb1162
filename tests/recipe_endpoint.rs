//! The `endpoint` recipe for FastAPI: routes into resources that people wrote and into one that
//! the recipe `resource` made, in four backends of different habits. On the real framework all
//! tests of each backend run, and are counted.
//!
//! The part that needs packages from PyPI runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it keeps its virtual environments in the target folder.

use crate::{
    recipe_remains,
    support::{
        backend::{Texts, fixture, folder_below, is_real, python_packages, run, text_of, write_tree},
        grown::{Frame, Grown, ask},
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};
use std::path::{Path, PathBuf};

const SQLALCHEMY: Frame = ("fastapi", "sqlalchemy");
const SQLMODEL: Frame = ("fastapi", "sqlmodel");
const DJANGO: Frame = ("django", "django-orm");
/// How tests begin for pytest.
const PYTEST: &[&str] = &["def test_", "async def test_"];

const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal note:text? published:bool \
                      seen_on:date sku:string{..40}:unique author:belongs_to(User)";

/// The async backend with layers as classes: a resource of people, and one that was made.
fn layered() -> Grown {
    let mut grown = Grown::new("fastapi_app", SQLALCHEMY);
    grown.take("resource", &[("name", "Review"), ("fields", REVIEW)]);
    grown.take("endpoint", &[("name", "User"), ("by", "email")]);
    grown.take("endpoint", &[("name", "User"), ("by", "name")]);
    grown.take("endpoint", &[("name", "User"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "User"), ("path", "POST /users/{id}/forget"), ("set", "name=null")]);
    grown.take("endpoint", &[("name", "Review"), ("path", "GET /api/reviews/by-author/{id}")]);
    grown.take("endpoint", &[("name", "Review"), ("by", "stars")]);
    grown.take("endpoint", &[("name", "Review"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "Review"), ("path", "POST /reviews/{id}/publish")]);
    grown.take("endpoint", &[("name", "Review"), ("path", "GET /reviews/count")]);
    grown
}

/// The sync backend without services, whose functions commit.
fn functions() -> Grown {
    let mut grown = Grown::new("fastapi_sync", SQLALCHEMY);
    let fields =
        "item:belongs_to(Item) amount:int{1..} at:datetime? reason:text{3..} done:bool code:uuid:unique";
    grown.take("resource", &[("name", "StockMove"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "Item"), ("by", "label")]);
    grown.take("endpoint", &[("name", "Item"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Item"), ("path", "POST /items/{id}/clear"), ("set", "label=cleared")]);
    grown.take("endpoint", &[("name", "StockMove"), ("by", "item")]);
    grown.take("endpoint", &[("name", "StockMove"), ("by", "code")]);
    grown.take("endpoint", &[("name", "StockMove"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "StockMove"), ("path", "POST /{id}/schedule"), ("set", "at=now")]);
    grown
}

/// The SQLModel backend whose handlers ask the session and whose rows have owners.
fn owned() -> Grown {
    let mut grown = Grown::new("sqlmodel_flat", SQLMODEL);
    grown.take("endpoint", &[("name", "Tool"), ("by", "name")]);
    grown.take("endpoint", &[("name", "Tool"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Tool"), ("path", "POST /tools/{id}/forget"), ("set", "note=null")]);
    grown
}

/// The async SQLModel backend with a helper beside its handlers.
fn helped() -> Grown {
    let mut grown = Grown::new("sqlmodel_async", SQLMODEL);
    let fields = "title:string{2..80} done:bool code:string{..20}:unique book:belongs_to(Book)";
    grown.take("resource", &[("name", "BookReview"), ("fields", fields)]);
    grown.take("endpoint", &[("name", "Book"), ("by", "pages")]);
    grown.take("endpoint", &[("name", "Book"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Book"), ("path", "PUT /books/{id}/shorten"), ("set", "pages=1")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "book")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "code")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "complete"), ("set", "done=true")]);
    grown
}

fn print(proposal: &Proposal) {
    if std::env::var_os("PROSCENIUM_SHOW").is_some() {
        for file in &proposal.files {
            println!("--- {}\n{:?}", file.path, file.content);
        }
    }
}

#[test]
fn a_lookup_stands_beside_the_functions_of_one_row_in_every_layer() {
    let texts = fixture("fastapi_app");
    let proposal = ask("endpoint", &texts, SQLALCHEMY, &[("name", "User"), ("by", "email")]).unwrap();
    print(&proposal);
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "app/repositories/user_repository.py",
            "app/routers/users.py",
            "app/services/user_service.py",
            "tests/test_users.py"
        ]
    );
    let has = |path: &str, lines: &str| {
        let text = text_of(&proposal, path);
        assert!(text.contains(lines), "{lines}\n{text}");
    };
    has(
        "app/repositories/user_repository.py",
        "    async def get_by_email(self, email: str) -> User | None:\n        query = select(User).where(User.email == email)\n        return await self.session.scalar(query)\n",
    );
    has(
        "app/services/user_service.py",
        "    async def get_by_email(self, email: str) -> User:\n        user = await self.users.get_by_email(email)\n        if user is None:\n            raise NotFound(f\"user {email}\")\n        return user\n",
    );
    has(
        "app/routers/users.py",
        "@router.get(\"/by-email/{email}\", response_model=UserOut)\nasync def get_user_by_email(\n    email: Annotated[str, Path(max_length=255)],\n    session: SessionDep,\n) -> User:\n    return await UserService(UserRepository(session)).get_by_email(email)\n",
    );
    assert_eq!(proposal, ask("endpoint", &texts, SQLALCHEMY, &[("name", "User"), ("by", "email")]).unwrap());
}

#[test]
fn nothing_that_is_there_is_changed_but_by_insertion() {
    // Some thirty scans: part of the stage of real backends.
    if !is_real() {
        return;
    }
    for grown in [layered(), functions(), owned(), helped()] {
        for (before, proposal) in grown.taken.iter().filter(|(_, one)| one.title.starts_with("Add GET")) {
            print(proposal);
            for file in proposal.files.iter().filter(|file| before.contains_key(&file.path)) {
                let mut new = text_of(proposal, &file.path).lines();
                // A line of imports may grow.
                for line in before[&file.path].lines().filter(|line| !line.contains("import")) {
                    assert!(new.any(|other| other == line), "{} of {}: {line}", proposal.title, file.path);
                }
            }
        }
    }
}

#[test]
fn a_route_that_another_would_take_stands_before_it() {
    let mut grown = Grown::new("fastapi_app", SQLALCHEMY);
    let proposal = grown.take("endpoint", &[("name", "User"), ("kind", "count")]);
    let router = text_of(proposal, "app/routers/users.py");
    assert!(router.find("\"/count\"").unwrap() < router.find("\"/{user_id}\"").unwrap(), "{router}");
    assert!(
        text_of(proposal, "app/schemas/user.py").contains("class UserCount(BaseModel):\n    count: int\n")
    );
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn what_is_there_or_cannot_be_is_refused_and_changes_nothing() {
    let texts = layered().texts;
    let refused = |inputs: &[(&str, &str)]| match ask("endpoint", &texts, SQLALCHEMY, inputs) {
        Err(error) => error,
        Ok(proposal) => panic!("{inputs:?}: {}", proposal.title),
    };
    for inputs in [
        &[("name", "User"), ("by", "email")][..],
        &[("name", "User"), ("path", "GET /users/by-email/{value}")],
        &[("name", "User"), ("path", "POST /users/{id}/forget"), ("set", "name=null")],
    ] {
        match refused(inputs) {
            ProposeError::Clash { place, .. } => {
                assert!(place.starts_with("app/routers/users.py:"), "{place}")
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (inputs, hint) in [
        (&[("name", "Order"), ("by", "email")][..], "known resources: Review, User"),
        (&[("name", "User"), ("by", "colour")], "known fields: id, email, name"),
        (&[("name", "class"), ("by", "email")], "class_item"),
        (&[("name", "User"), ("path", "POST /users/{id}/import"), ("set", "name=x")], "another last word"),
        (&[("name", "User"), ("path", "GET /orders/by-email/{email}")], "/api/users"),
        (&[("name", "User")], "by=author"),
    ] {
        match refused(inputs) {
            ProposeError::Input { hint: said, .. } => assert!(said.contains(hint), "{inputs:?}: {said}"),
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    let verb = refused(&[("name", "User"), ("path", "POST /users/{id}/approve")]);
    assert!(matches!(&verb, ProposeError::NotApplicable(why) if why.contains("set=")), "{verb:?}");
}

/// The Django project with view sets and permissions of its own.
fn view_sets() -> Grown {
    let mut grown = Grown::new("django_app", DJANGO);
    grown.take("endpoint", &[("name", "Book"), ("by", "author")]);
    grown.take("endpoint", &[("name", "Book"), ("by", "pages")]);
    grown.take("endpoint", &[("name", "Book"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Book"), ("path", "shorten"), ("set", "pages=1")]);
    grown
}

/// The Django project with functions, services and rows of who made them.
fn view_functions() -> Grown {
    let mut grown = Grown::new("django_functions", DJANGO);
    grown.take("endpoint", &[("name", "Product"), ("by", "shelf")]);
    grown.take("endpoint", &[("name", "Product"), ("by", "name")]);
    grown.take("endpoint", &[("name", "Product"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "Product"), ("path", "rename"), ("set", "name=renamed")]);
    grown
}

#[test]
fn actions_of_a_view_set_and_functions_with_addresses_follow_the_examples() {
    let has = |texts: &Texts, path: &str, lines: &[&str]| {
        for line in lines {
            assert!(texts[path].contains(line), "{line}\n{}", texts[path]);
        }
    };
    let sets = view_sets().texts;
    has(
        &sets,
        "catalog/views.py",
        &[
            "    @action(detail=False, url_path=r\"by-author/(?P<author_id>[^/.]+)\")\n    def list_by_author(self, request, author_id):\n        value = serializers.IntegerField(min_value=1).run_validation(author_id)\n",
            "    @action(detail=True, methods=[\"post\"])\n    def shorten(self, request, pk=None):\n        book = self.get_object()\n        book.pages = 1\n        book.save(update_fields=[\"pages\", \"updated_at\"])\n",
        ],
    );
    let functions = view_functions().texts;
    has(
        &functions,
        "backend/store/services/product.py",
        &[
            "def product_rename(product: Product) -> Product:\n    product.name = 'renamed'\n    product.save(update_fields=['name'])\n    return product\n",
        ],
    );
    has(
        &functions,
        "backend/store/urls.py",
        &[
            "    path('products/count/', product_count, name='product-count'),\n",
            "'products/<uuid:product_id>/rename/', product_detail_rename",
        ],
    );
}

/// Asks Django for differences, lints, checks types where the project does, and counts the tests.
pub fn prove_django(grown: &Grown, below: &str) {
    let packages = [
        "django>=5.2,<6",
        "djangorestframework",
        "djangorestframework-simplejwt",
        "pytest",
        "pytest-django",
        "ruff",
        "mypy",
        "django-stubs",
    ];
    let bin = python_packages("recipe-django", &packages);
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), &grown.texts, &[]);
    let root = folder.path().join(below);
    let settings = [("PYTHONDONTWRITEBYTECODE", "1"), ("DATABASE_FILE", "proof.sqlite3")];
    let python = |arguments: &[&str]| run(&root, &tool("python"), arguments, &settings, 120);
    python(&["manage.py", "migrate"]);
    python(&["manage.py", "makemigrations", "--check", "--dry-run"]);
    python(&["manage.py", "check", "--fail-level", "WARNING"]);
    run(&root, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    run(&root, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    if grown.texts.iter().any(|(path, text)| path.ends_with("pyproject.toml") && text.contains("[tool.mypy]"))
    {
        run(&root, &tool("mypy"), &["."], &settings, 180);
    }
    let (before, last) = grown.last();
    recipe_remains::import_without_one(&last.title, before, last, &bin, below);
    let said = python(&["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    let expected = format!("{} passed", grown.tests(PYTEST));
    assert!(said.contains(&expected) && !said.contains("skipped"), "{expected}\n{said}");
    println!("{}: {expected}", root.display());
}

#[test]
fn new_actions_of_a_view_set_pass_their_tests() {
    if is_real() {
        prove_django(&view_sets(), "");
    }
}

#[test]
fn new_functions_with_addresses_pass_their_tests() {
    if is_real() {
        prove_django(&view_functions(), "backend");
    }
}

/// A virtual environment for both mappers; kept between runs.
pub fn tools() -> PathBuf {
    let packages = [
        "fastapi",
        "sqlalchemy",
        "sqlmodel",
        "aiosqlite",
        "greenlet",
        "alembic",
        "pydantic",
        "pyjwt",
        "pytest",
        "anyio",
        "httpx",
        "httpx2",
        "strawberry-graphql[fastapi]",
        "ruff",
        "mypy",
    ];
    python_packages("recipe-endpoint", &packages)
}

/// Migrates up, down and up, lints, checks types where the project does, and counts the tests.
pub fn prove(grown: &Grown, below: &str) {
    let bin = tools();
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let folder = folder_below(bin.parent().unwrap());
    write_tree(folder.path(), &grown.texts, &[]);
    let root = folder.path().join(below);
    let settings = [
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONPATH", "."),
        ("DATABASE_URL", "sqlite:///proof.sqlite3"),
        ("DATABASE_FILE", "proof.sqlite3"),
    ];
    for step in ["upgrade head", "downgrade base", "upgrade head", "check"] {
        let arguments: Vec<&str> = step.split(' ').collect();
        run(&root, &tool("alembic"), &arguments, &settings, 60);
    }
    run(&root, &tool("ruff"), &["check", "--no-cache", "."], &[], 60);
    run(&root, &tool("ruff"), &["format", "--no-cache", "--diff", "."], &[], 60);
    if grown.texts.iter().any(|(path, text)| path.ends_with("pyproject.toml") && text.contains("[tool.mypy]"))
    {
        run(&root, &tool("mypy"), &["."], &settings, 180);
    }
    let (before, last) = grown.last();
    recipe_remains::import_without_one(&last.title, before, last, &bin, below);
    let database: &Path = &root.join("proof.sqlite3");
    if database.exists() {
        std::fs::remove_file(database).unwrap();
    }
    let arguments = ["-m", "pytest", "-q", "-p", "no:cacheprovider"];
    let said = run(&root, &tool("python"), &arguments, &settings, 180);
    let expected = format!("{} passed", grown.tests(PYTEST));
    assert!(said.contains(&expected) && !said.contains("skipped"), "{expected}\n{said}");
    println!("{}: {expected}", root.display());
}

#[test]
fn new_routes_of_layered_classes_pass_their_tests() {
    if is_real() {
        prove(&layered(), "");
    }
}

#[test]
fn new_routes_of_plain_functions_pass_their_tests() {
    if is_real() {
        prove(&functions(), "backend");
    }
}

#[test]
fn new_routes_of_rows_with_owners_pass_their_tests() {
    if is_real() {
        prove(&owned(), "backend");
    }
}

#[test]
fn new_routes_beside_a_helper_pass_their_tests() {
    if is_real() {
        prove(&helped(), "");
    }
}
