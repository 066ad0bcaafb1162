//! The recipes for FastAPI and SQLAlchemy on PostgreSQL, async with asyncpg and sync with psycopg:
//! from an empty database up, down and up, nothing left for Alembic to find, with rows that are
//! there before a change is, and the generated tests.
//!
//! The part that needs packages from PyPI and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`; it shares its packages with the tests of the recipe `auth`.

use crate::{
    recipe_auth::{assert_all_ran, assert_more_ran, packages},
    support::{
        backend::{Texts, fixture, folder_below, is_real, mypy_cache, run, with, write_tree},
        grown::{Frame, ask},
        postgres::{Database, exchange},
    },
};
use proscenium::domain::proposal::Proposal;
use std::path::{Path, PathBuf};

const FRAME: Frame = ("fastapi", "sqlalchemy");
const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..99} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      author:belongs_to(User) editor:belongs_to(User)?";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false cost:decimal{0..}=0.50 \
                    weight:float=1.5 label:string{..9}=none code:string{..12}?:unique read_on:date? \
                    at:datetime? key:uuid? buyer:belongs_to(User)?";

/// The async fixture as it would be on PostgreSQL.
fn served() -> Texts {
    let mut texts = fixture("fastapi_app");
    let settings = [
        ("from collections", "import os\nfrom collections"),
        (
            "engine = create_async_engine(\"sqlite+aiosqlite:///./app.db\")",
            "DATABASE_URL = os.environ.get(\"DATABASE_URL\", \"postgresql+asyncpg://localhost/shop\")\n\
             engine = create_async_engine(DATABASE_URL)",
        ),
    ];
    exchange(&mut texts, "app/db.py", &settings);
    exchange(&mut texts, "pyproject.toml", &[("aiosqlite", "asyncpg")]);
    let tests = [
        ("from sqlalchemy.pool import StaticPool\n", ""),
        ("import Base, get_session", "import DATABASE_URL, Base, get_session"),
        (
            "create_async_engine(\"sqlite+aiosqlite://\", poolclass=StaticPool)",
            "create_async_engine(DATABASE_URL)",
        ),
        (
            "        await connection.run_sync(Base.metadata.create_all)\n",
            "        await connection.run_sync(Base.metadata.drop_all)\n        \
             await connection.run_sync(Base.metadata.create_all)\n",
        ),
    ];
    exchange(&mut texts, "tests/conftest.py", &tests);
    let migrations = "import asyncio\n\nfrom alembic import context\nfrom sqlalchemy import Connection\n\n\
                      import app.models  # noqa: F401\nfrom app.db import Base, engine\n\n\n\
                      def migrate(connection: Connection) -> None:\n    \
                      context.configure(connection=connection, target_metadata=Base.metadata)\n    \
                      with context.begin_transaction():\n        context.run_migrations()\n\n\n\
                      async def run() -> None:\n    async with engine.connect() as connection:\n        \
                      await connection.run_sync(migrate)\n    await engine.dispose()\n\n\nasyncio.run(run())\n";
    texts.insert("migrations/env.py".into(), migrations.into());
    exchange(&mut texts, "alembic.ini", &[("sqlalchemy.url = sqlite:///./alembic.db\n", "")]);
    texts
}

/// The sync fixture as it would be on PostgreSQL.
fn served_sync() -> Texts {
    let mut texts = fixture("fastapi_sync");
    let settings = [
        ("from typing", "import os\nfrom typing"),
        (
            "engine = create_engine(\"sqlite:///./app.db\")",
            "DATABASE_URL = os.environ.get(\"DATABASE_URL\", \"postgresql+psycopg://localhost/stock\")\n\
             engine = create_engine(DATABASE_URL)",
        ),
    ];
    exchange(&mut texts, "backend/app/database.py", &settings);
    let tests = [
        ("from sqlalchemy.pool import StaticPool\n", ""),
        ("from sqlalchemy import create_engine\n", ""),
        ("import Base, get_db", "import Base, engine, get_db"),
        (
            "    engine = create_engine(\n        \"sqlite://\", poolclass=StaticPool, \
             connect_args={\"check_same_thread\": False}\n    )\n",
            "    Base.metadata.drop_all(engine)\n",
        ),
    ];
    exchange(&mut texts, "backend/tests/conftest.py", &tests);
    let migrations = [
        ("from sqlalchemy import create_engine\n", ""),
        ("import Base\n\nconfig = context.config\n", "import Base, engine\n"),
        ("    engine = create_engine(config.get_main_option(\"sqlalchemy.url\"))\n", ""),
    ];
    exchange(&mut texts, "backend/migrations/env.py", &migrations);
    exchange(&mut texts, "backend/alembic.ini", &[("sqlalchemy.url = sqlite:///./alembic.db\n", "")]);
    texts
}

fn proposed(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Proposal {
    ask(recipe, texts, FRAME, inputs).unwrap_or_else(|error| panic!("{inputs:?}: {error}"))
}

/// A backend on disk with a database for its migrations.
struct Tree {
    folder: tempfile::TempDir,
    bin: PathBuf,
    root: PathBuf,
    scheme: &'static str,
    database: Database,
}

impl Tree {
    fn new(texts: &Texts, root: &str) -> Self {
        let bin = packages();
        let folder = folder_below(bin.parent().unwrap());
        write_tree(folder.path(), texts, &[]);
        let scheme = if root.is_empty() { "postgresql+asyncpg" } else { "postgresql+psycopg" };
        let root = folder.path().join(root);
        Self { folder, bin, root, scheme, database: Database::new() }
    }

    /// Runs a tool on a database.
    fn run(&self, database: &Database, tool: &str, arguments: &[&str]) -> String {
        let url = database.url(self.scheme);
        let settings = [
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONPATH", "."),
            ("JWT_SECRET", "a-key-for-migrations-only-0123456789abcdef"),
            ("DATABASE_URL", url.as_str()),
        ];
        let program: &Path = &self.bin.join(tool);
        // A migration that waits for a lock would wait for ever.
        run(&self.root, program.to_str().unwrap(), arguments, &settings, 240)
    }

    fn alembic(&self, steps: &[&str]) {
        for step in steps {
            let arguments: Vec<&str> = step.split(' ').collect();
            self.run(&self.database, "alembic", &arguments);
        }
    }

    /// Up, down and up from an empty database; the tables then.
    fn both_ways(&self) -> Vec<String> {
        self.alembic(&["upgrade head", "downgrade base"]);
        assert_eq!(self.database.tables(), Vec::<String>::new());
        self.alembic(&["upgrade head", "check"]);
        self.database.tables()
    }

    /// Lints, checks types and tests on a database of the tests' own; gives what they said.
    fn proven(&self) -> String {
        let own = Database::new();
        self.run(&own, "ruff", &["check", "--no-cache", "."]);
        self.run(&own, "ruff", &["format", "--no-cache", "--diff", "."]);
        let cache = mypy_cache(self.bin.parent().unwrap());
        self.run(&own, "mypy", &["--strict", "--cache-dir", cache.path().to_str().unwrap(), "app"]);
        self.run(&own, "python", &["-m", "pytest", "-q", "-p", "no:cacheprovider"])
    }
}

#[test]
fn a_resource_goes_both_ways_and_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = served();
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "BookReview"), ("fields", REVIEW)]));
    let tree = Tree::new(&texts, "");
    assert_eq!(tree.both_ways(), ["book_reviews", "users"]);
    assert_more_ran(5, &texts, &tree.proven());
    let texts = served_sync();
    let fields = "item:belongs_to(Item) amount:int{1..} at:datetime? reason:text{3..} done:bool ratio:float? \
                  cost:decimal{0..} day:date";
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "StockMove"), ("fields", fields)]));
    let tree = Tree::new(&texts, "backend");
    assert_eq!(tree.both_ways(), ["item", "stock_move"]);
    assert_more_ran(3, &texts, &tree.proven());
}

#[test]
fn rows_that_are_there_keep_theirs_when_columns_come_and_change() {
    if !is_real() {
        return;
    }
    let texts = served();
    let fields = "title:string{1..200} stars:int{1..5} note:text? rank:int?:index author:belongs_to(User)";
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "Review"), ("fields", fields)]));
    let tree = Tree::new(&texts, "");
    tree.alembic(&["upgrade head"]);
    tree.database.sql("INSERT INTO users (email) VALUES ('a@example.org')");
    tree.database.sql(
        "INSERT INTO reviews (title, stars, author_id) SELECT 'old', n % 5 + 1, 1 FROM generate_series(1, 500) n",
    );
    let rows = "SELECT count(*), max(title), sum(stars) FROM reviews";
    let (before, indexes) = (tree.database.sql(rows), tree.database.indexes("reviews"));
    let more = proposed("migration", &texts, &[("name", "Review"), ("fields", MORE), ("index", "title")]);
    write_tree(tree.folder.path(), &texts, &[&more]);
    for _ in 0..2 {
        tree.alembic(&["upgrade head", "check"]);
        let filled = "SELECT DISTINCT rating, hidden, cost, weight, label, code IS NULL FROM reviews";
        assert_eq!(tree.database.sql(filled), "3|f|0.50|1.5|none|t\n");
        let known = tree.database.indexes("reviews");
        for name in ["ix_reviews_code", "ix_reviews_title", "ix_reviews_buyer_id"] {
            assert!(known.iter().any(|own| own == name), "{name} {known:?}");
        }
        tree.alembic(&["downgrade -2"]);
        assert_eq!(tree.database.sql(rows), before);
        assert_eq!(tree.database.indexes("reviews"), indexes);
    }
    tree.alembic(&["upgrade head"]);
    let texts = with(&texts, &more);
    let change =
        "title:string{1..400} note:text=none rank:int? stars:int{1..9}? label:string{..30}=none:index";
    let changed = proposed("migration", &texts, &[("name", "Review"), ("change", change)]);
    write_tree(tree.folder.path(), &texts, &[&changed]);
    for step in ["upgrade head", "downgrade -1", "upgrade head", "check"] {
        tree.alembic(&[step]);
        assert_eq!(tree.database.sql(rows), before, "{step}");
    }
    assert_eq!(tree.database.sql("SELECT DISTINCT note FROM reviews"), "none\n");
    let texts = with(&texts, &changed);
    assert_more_ran(5, &texts, &tree.proven());
}

#[test]
fn users_go_both_ways_and_pass_their_tests() {
    if !is_real() {
        return;
    }
    let texts = served_sync();
    let texts = with(&texts, &proposed("auth", &texts, &[("hash", "bcrypt")]));
    let tree = Tree::new(&texts, "backend");
    assert_eq!(tree.both_ways(), ["item", "refresh_token", "user"]);
    assert_all_ran(&texts, &tree.proven());
}
