//! The recipes for Express and Kysely on PostgreSQL with `pg`: from an empty database up, down and
//! up, with rows that are there before a field is, and the generated tests, which share one
//! database.
//!
//! The part that needs packages from npm and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`.

use crate::{
    postgres_node::{packages, prove, tool},
    support::{
        backend::{Texts, fixture, folder_below, is_real, run, with, write_tree},
        grown::{Frame, Grown, ask},
        postgres::{Database, exchange},
    },
};
use std::path::Path;

const FRAME: Frame = ("express", "kysely");
const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      author:belongs_to(User) editor:belongs_to(User)?";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false cost:decimal{0..}=0.50 \
                    weight:float=1.5 label:string{..9}=none code:string{..12}?:unique read_on:date? \
                    at:datetime? key:uuid? buyer:belongs_to(User)?";

/// Migrates to the last one, or to the one that is named; `none` is before the first.
const MIGRATE: &str = "import { Migrator, NO_MIGRATIONS } from 'kysely'
import { it } from 'vitest'
import { db } from '../src/db/database.js'
import { migrations } from '../src/db/migrations/index.js'

it('migrates', async () => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })
  const to = process.env.TO
  const { error } = to
    ? await migrator.migrateTo(to === 'none' ? NO_MIGRATIONS : to)
    : await migrator.migrateToLatest()
  if (error) throw error
})
";

/// The fixture as it would be on a server.
fn served() -> Texts {
    let mut texts = fixture("express_functions");
    let manifest = [
        ("    \"@electric-sql/pglite\": \"^0.3.16\",\n", ""),
        ("    \"kysely-pglite-dialect\": \"^1.3.1\",\n", "    \"pg\": \"^8.16.0\",\n"),
        ("    \"@types/supertest\"", "    \"@types/pg\": \"^8.15.0\",\n    \"@types/supertest\""),
    ];
    exchange(&mut texts, "package.json", &manifest);
    let database = [
        ("import { PGlite } from '@electric-sql/pglite'\n", ""),
        ("  Kysely,\n", "  Kysely,\n  PostgresDialect,\n"),
        ("import { PGliteDialect } from 'kysely-pglite-dialect'\n", "import { Pool } from 'pg'\n"),
        (
            "  dialect: new PGliteDialect(new PGlite(process.env.DATABASE_FOLDER)),\n",
            "  dialect: new PostgresDialect({\n    \
             pool: new Pool({ connectionString: process.env.DATABASE_URL }),\n  }),\n",
        ),
    ];
    exchange(&mut texts, "src/db/database.ts", &database);
    let tests = [
        ("import request", "import { sql } from 'kysely'\nimport request"),
        (
            "    await db.deleteFrom('users').execute()\n",
            "    await sql`truncate users cascade`.execute(db)\n",
        ),
    ];
    exchange(&mut texts, "tests/user-routes.test.ts", &tests);
    exchange(&mut texts, "vitest.config.ts", &[("hookTimeout", "fileParallelism: false, hookTimeout")]);
    texts
}

fn migrate(packages: &Path, folder: &Path, database: &Database, to: &str) {
    std::fs::write(folder.join("tests/migrate.test.ts"), MIGRATE).unwrap();
    let settings = [("DATABASE_URL", database.url("postgres")), ("TO", to.to_owned())];
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let said = run(folder, &tool(packages, "vitest"), &["run", "tests/migrate.test.ts"], &settings, 120);
    assert!(said.contains("Tests  1 passed (1)"), "{said}");
    std::fs::remove_file(folder.join("tests/migrate.test.ts")).unwrap();
}

fn proven(packages: &Path, folder: &Path, texts: &Texts) {
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    let own = Database::new();
    prove(packages, folder, texts, &[("DATABASE_URL", &own.url("postgres"))]);
}

#[test]
fn resources_routes_and_users_go_both_ways_and_pass_their_tests() {
    if !is_real() {
        return;
    }
    let mut grown = Grown::new("express_functions", FRAME);
    grown.texts = served();
    grown.take("resource", &[("name", "BookReview"), ("fields", REVIEW)]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "sku")]);
    grown.take("endpoint", &[("name", "BookReview"), ("by", "author")]);
    grown.take("endpoint", &[("name", "BookReview"), ("kind", "count")]);
    grown.take("endpoint", &[("name", "BookReview"), ("path", "complete"), ("set", "done=true")]);
    let (packages, database) = (packages(), Database::new());
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, &grown.texts, &[]);
    migrate(&packages, folder, &database, "");
    assert_eq!(database.tables(), ["book_reviews", "users"]);
    migrate(&packages, folder, &database, "none");
    assert_eq!(database.tables(), Vec::<String>::new());
    migrate(&packages, folder, &database, "");
    proven(&packages, folder, &grown.texts);
}

#[test]
fn rows_that_are_there_keep_theirs_when_fields_and_indexes_come() {
    if !is_real() {
        return;
    }
    let texts = served();
    let ask = |recipe: &str, texts: &Texts, inputs: &[(&str, &str)]| {
        ask(recipe, texts, FRAME, inputs).unwrap_or_else(|error| panic!("{inputs:?}: {error}"))
    };
    let fields = "title:string{1..80} stars:int{1..5} author:belongs_to(User)";
    let texts = with(&texts, &ask("resource", &texts, &[("name", "Review"), ("fields", fields)]));
    let more = ask("migration", &texts, &[("name", "Review"), ("fields", MORE), ("index", "title")]);
    let (packages, database) = (packages(), Database::new());
    let folder = folder_below(&packages);
    let folder = folder.path();
    let texts = with(&texts, &more);
    write_tree(folder, &texts, &[]);
    migrate(&packages, folder, &database, "0002-create-reviews");
    database.sql("INSERT INTO users (email, display_name) VALUES ('a@example.org', 'a')");
    database.sql("INSERT INTO reviews (title, stars, author_id) SELECT 'old', n % 5 + 1, 1 FROM generate_series(1, 500) n");
    let indexes = database.indexes("reviews");
    for _ in 0..2 {
        migrate(&packages, folder, &database, "");
        let filled = "SELECT rating, hidden, cost, weight, label, code IS NULL, count(*) FROM reviews GROUP BY 1, 2, 3, 4, 5, 6";
        assert_eq!(database.sql(filled), "3|f|0.50|1.5|none|t|500\n");
        let known = database.indexes("reviews");
        for name in ["reviews_code_key", "reviews_title_index"] {
            assert!(known.iter().any(|own| own == name), "{name} {known:?}");
        }
        migrate(&packages, folder, &database, "0002-create-reviews");
        assert_eq!(database.sql("SELECT count(*), max(title) FROM reviews"), "500|old\n");
        assert_eq!(database.indexes("reviews"), indexes);
    }
    proven(&packages, folder, &texts);
}
