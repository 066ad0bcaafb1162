//! The recipes for Hono and Drizzle on PostgreSQL with `pg`: drizzle-kit knows no way down, so the
//! migrations go up on an empty database, and with rows that are there before a field is; the
//! generated tests share one database.
//!
//! The part that needs packages from npm and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`.

use crate::{
    postgres_node::{packages, prove, tool},
    support::{
        backend::{Texts, fixture, folder_below, is_real, run, with, write_tree},
        grown::{Frame, ask},
        postgres::{Database, exchange},
    },
};
use proscenium::domain::proposal::Proposal;
use std::path::Path;

const FRAME: Frame = ("hono", "drizzle");
const ARTICLE: &str = "title:string{1..200} words:int{0..} fee:decimal{0..} summary:text? printed_on:date \
                       slug:string{3..60}:unique read_at:datetime? hidden:bool weight:float? token:uuid \
                       author:belongs_to(Author) editor:belongs_to(Author)?";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    share:float=1.5 label:string{..9}=none code:string{..12}?:unique read_on:date? \
                    at:datetime? key:uuid? editor:belongs_to(Author)?";

/// The fixture as it would be on a server.
fn served() -> Texts {
    let mut texts = fixture("hono_drizzle");
    let manifest = [
        ("    \"@electric-sql/pglite\": \"^0.3.16\",\n", ""),
        ("    \"hono\": \"^4.10.0\",\n", "    \"hono\": \"^4.10.0\",\n    \"pg\": \"^8.16.0\",\n"),
        ("    \"drizzle-kit\"", "    \"@types/pg\": \"^8.15.0\",\n    \"drizzle-kit\""),
    ];
    exchange(&mut texts, "package.json", &manifest);
    let client = [
        ("import { PGlite } from '@electric-sql/pglite';\n", ""),
        ("drizzle-orm/pglite", "drizzle-orm/node-postgres"),
        ("import * as schema", "import { Pool } from 'pg';\nimport * as schema"),
        ("connect(folder?: string)", "connect()"),
        (
            "  const db = drizzle(new PGlite(folder), { schema });\n",
            "  const pool = new Pool({ connectionString: process.env.DATABASE_URL });\n  \
             const db = drizzle(pool, { schema });\n",
        ),
    ];
    exchange(&mut texts, "src/db/client.ts", &client);
    let tests = [
        ("import { beforeAll", "import { sql } from 'drizzle-orm';\nimport { beforeAll"),
        (
            "  app = createApp(await connect());\n",
            "  const db = await connect();\n  await db.execute(sql`truncate authors cascade`);\n  app = createApp(db);\n",
        ),
    ];
    exchange(&mut texts, "test/authors.test.ts", &tests);
    exchange(&mut texts, "vitest.config.ts", &[("hookTimeout", "fileParallelism: false, hookTimeout")]);
    texts
}

/// What is proposed; that there is no way down is said with it.
fn proposed(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Proposal {
    let proposal = ask(recipe, texts, FRAME, inputs).unwrap_or_else(|error| panic!("{inputs:?}: {error}"));
    let said = &proposal.remarks;
    assert!(said.iter().any(|one| one.contains("no way down")), "{said:?}");
    proposal
}

/// Applies the migrations that a database does not have, as the application does at its start.
fn migrate(packages: &Path, folder: &Path, database: &Database) {
    let proof = "import { it } from 'vitest';\nimport { connect } from '../src/db/client.js';\n\n\
                 it('migrates', async () => {\n  await connect();\n});\n";
    std::fs::write(folder.join("test/migrate.test.ts"), proof).unwrap();
    let settings = [("DATABASE_URL", &*database.url("postgres"))];
    let said = run(folder, &tool(packages, "vitest"), &["run", "test/migrate.test.ts"], &settings, 120);
    assert!(said.contains("Tests  1 passed (1)"), "{said}");
    std::fs::remove_file(folder.join("test/migrate.test.ts")).unwrap();
}

/// Nothing is left for drizzle-kit to generate, and the tests pass.
fn proven(packages: &Path, folder: &Path, texts: &Texts) {
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    let said = run(folder, &tool(packages, "drizzle-kit"), &["generate"], &[], 120);
    assert!(said.contains("No schema changes"), "{said}");
    let own = Database::new();
    prove(packages, folder, texts, &[("DATABASE_URL", &own.url("postgres"))]);
}

#[test]
fn a_resource_is_made_in_an_empty_database_and_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = served();
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "NewsArticle"), ("fields", ARTICLE)]));
    let (packages, database) = (packages(), Database::new());
    let folder = folder_below(&packages);
    write_tree(folder.path(), &texts, &[]);
    migrate(&packages, folder.path(), &database);
    assert_eq!(database.tables(), ["authors", "news_articles"]);
    proven(&packages, folder.path(), &texts);
}

#[test]
fn rows_that_are_there_keep_theirs_when_fields_and_indexes_come() {
    if !is_real() {
        return;
    }
    let texts = served();
    let fields = "title:string{1..80} pages:int{1..} author:belongs_to(Author)";
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "Article"), ("fields", fields)]));
    let (packages, database) = (packages(), Database::new());
    let folder = folder_below(&packages);
    write_tree(folder.path(), &texts, &[]);
    migrate(&packages, folder.path(), &database);
    database.sql("INSERT INTO authors (pen_name, email) VALUES ('a', 'a@example.org')");
    database.sql(
        "INSERT INTO articles (title, pages, author_id) SELECT 'old', n, 1 FROM generate_series(1, 500) n",
    );
    let more = proposed("migration", &texts, &[("name", "Article"), ("fields", MORE), ("index", "title")]);
    let texts = with(&texts, &more);
    write_tree(folder.path(), &texts, &[]);
    migrate(&packages, folder.path(), &database);
    let filled = "SELECT rating, hidden, price, share, label, code IS NULL, count(*) FROM articles GROUP BY 1, 2, 3, 4, 5, 6";
    assert_eq!(database.sql(filled), "3|f|0.50|1.5|none|t|500\n");
    let known = database.indexes("articles");
    for name in ["articles_code_unique", "articles_title_index"] {
        assert!(known.iter().any(|own| own == name), "{name} {known:?}");
    }
    proven(&packages, folder.path(), &texts);
}
