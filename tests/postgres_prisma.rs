//! The recipes for Express with Prisma on PostgreSQL. Prisma's own engine cannot be had everywhere,
//! so each migration is sent to the database as the engine would send it: the whole file at once.
//! The schema is validated and the client generated, and with the adapter for `pg` it runs the
//! generated tests.
//!
//! The part that needs packages from npm and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`.

use crate::{
    postgres_node::{packages, prove, tool},
    recipe_prisma::{CLIENT, SETTINGS},
    support::{
        backend::{Texts, fixture, folder_below, is_real, run, with, write_tree},
        grown::{Frame, ask},
        postgres::{Database, exchange},
    },
};
use proscenium::domain::proposal::Proposal;
use std::sync::PoisonError;

const FRAME: Frame = ("express", "prisma");
const NOTE: &str = "body:text{1..500} stars:int{1..5} cost:decimal{0..} done_on:date? seen_at:datetime \
                    sku:string{..20}:unique hidden:bool weight:float? token:uuid ticket:belongs_to(Ticket) \
                    origin:belongs_to(Ticket)?";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 closed:bool=false price:decimal{0..}=0.50 \
                    share:float=1.5 label:string{..9}=none code:string{..12}?:unique read_on:date? \
                    at:datetime? key:uuid?";

/// The fixture as it would be on a server.
fn served() -> Texts {
    let mut texts = fixture("express_prisma");
    let manifest = [
        ("    \"@electric-sql/pglite\": \"^0.3.16\",\n", "    \"@prisma/adapter-pg\": \"^6.19.0\",\n"),
        ("    \"pglite-prisma-adapter\": \"^0.6.0\",\n", ""),
    ];
    exchange(&mut texts, "package.json", &manifest);
    let text = texts.get_mut("tests/ticket.test.ts").unwrap();
    let begins = text.find("beforeAll(async").unwrap();
    let ends = text.find("describe('tickets'").unwrap();
    let start = "beforeAll(async () => {\n  const prisma = new PrismaClient({\n    \
                 adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }),\n  });\n  \
                 await prisma.$executeRaw`TRUNCATE tickets CASCADE`;\n  app = createApp(prisma);\n});\n\n";
    text.replace_range(begins..ends, start);
    let imports = [
        ("import { readdir, readFile } from 'node:fs/promises';\n", ""),
        (
            "import { PGlite } from '@electric-sql/pglite';\n",
            "import { PrismaPg } from '@prisma/adapter-pg';\n",
        ),
        ("import { PrismaPGlite } from 'pglite-prisma-adapter';\n", ""),
    ];
    exchange(&mut texts, "tests/ticket.test.ts", &imports);
    exchange(&mut texts, "vitest.config.ts", &[("hookTimeout", "fileParallelism: false, hookTimeout")]);
    texts
}

/// What is proposed; that there is no way down is said with it.
fn proposed(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Proposal {
    let proposal = ask(recipe, texts, FRAME, inputs).unwrap_or_else(|error| panic!("{inputs:?}: {error}"));
    let said = &proposal.remarks;
    assert!(
        said.iter().any(|one| one.contains("engine was not asked") && one.contains("no way down")),
        "{said:?}"
    );
    proposal
}

/// The statements of every migration in order.
fn migrations(texts: &Texts) -> Vec<&str> {
    texts.iter().filter(|(path, _)| path.ends_with("/migration.sql")).map(|(_, text)| text.as_str()).collect()
}

/// Validates the schema, generates its client and runs the generated tests on a database that has
/// the migrations.
fn proven(texts: &Texts, database: &Database) {
    let _alone = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
    let packages = packages();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, texts, &[]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    let url = database.url("postgresql");
    let settings = [SETTINGS[0], SETTINGS[1], ("DATABASE_URL", url.as_str())];
    for arguments in [&["validate"][..], &["format", "--check"], &["generate"]] {
        run(folder, &tool(&packages, "prisma"), arguments, &settings, 120);
    }
    prove(&packages, folder, texts, &settings);
}

#[test]
fn a_resource_is_made_in_an_empty_database_and_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = served();
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "TicketNote"), ("fields", NOTE)]));
    let database = Database::new();
    for migration in migrations(&texts) {
        database.sql(migration);
    }
    assert_eq!(database.tables(), ["ticket_notes", "tickets"]);
    proven(&texts, &database);
}

#[test]
fn rows_that_are_there_keep_theirs_when_fields_and_indexes_come() {
    if !is_real() {
        return;
    }
    let texts = served();
    let fields = "body:text{1..500} stars:int{1..5} ticket:belongs_to(Ticket)";
    let texts = with(&texts, &proposed("resource", &texts, &[("name", "TicketNote"), ("fields", fields)]));
    let database = Database::new();
    for migration in migrations(&texts) {
        database.sql(migration);
    }
    database.sql("INSERT INTO tickets (subject, updated_at) VALUES ('a', now())");
    database.sql(
        "INSERT INTO ticket_notes (body, stars, ticket_id, updated_at) \
         SELECT 'old', n % 5 + 1, 1, now() FROM generate_series(1, 500) n",
    );
    let inputs = [("name", "TicketNote"), ("fields", MORE), ("index", "stars")];
    let more = proposed("migration", &texts, &inputs);
    let old = migrations(&texts).len();
    let texts = with(&texts, &more);
    let new = &migrations(&texts)[old..];
    assert_eq!(new.iter().filter(|one| one.contains("INDEX CONCURRENTLY")).count(), 2, "{new:?}");
    for migration in new {
        database.sql(migration);
    }
    let filled = "SELECT rating, closed, price, share, label, code IS NULL, count(*) FROM ticket_notes \
                  GROUP BY 1, 2, 3, 4, 5, 6";
    assert_eq!(database.sql(filled), "3|f|0.50|1.5|none|t|500\n");
    let known = database.indexes("ticket_notes");
    for name in ["ticket_notes_code_key", "ticket_notes_stars_idx"] {
        assert!(known.iter().any(|own| own == name), "{name} {known:?}");
    }
    proven(&texts, &database);
}
