//! The `migration` recipe on Express backends with Prisma: the schema, the statements that its
//! engine would write, and everything that lists the resource's fields. The engine itself cannot
//! be had everywhere, so the statements are run on PostgreSQL without it.

use crate::{
    recipe_express_migration::{assert_parses, count, has_lines},
    recipe_prisma::{CLIENT, SETTINGS, scanned},
    recipe_remains,
    support::backend::{
        Texts, VITEST, assert_cited, fixture, folder_below, inputs_of, installed_without_scripts, is_real,
        propose_again, run, text_of, with, write_tree,
    },
};
use proscenium::{
    domain::proposal::Proposal,
    ports::{ProposalRequest, ProposeError},
};
use std::sync::PoisonError;

const NOTE: &str = "body:text{1..500} stars:int{1..5} ticket:belongs_to(Ticket)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    label:string{..9}=none code:string{..12}?:unique read_on:date?";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    let request = ProposalRequest { inputs: inputs_of(inputs), ..scanned(texts) };
    propose_again(recipe, texts, &request, None)
}

fn with_note() -> Texts {
    let texts = fixture("express_prisma");
    let made = ask("resource", &texts, &[("name", "TicketNote"), ("fields", NOTE)]).unwrap();
    let mut texts = with(&texts, &made);
    let schema = texts.get_mut("src/features/ticket-notes/ticket-note.schema.ts").unwrap();
    schema.push_str("\nexport const noteBody = createTicketNote.shape.body;\n");
    texts
}

#[test]
fn a_new_field_is_a_new_migration_and_an_index_one_of_its_own() {
    let texts = with_note();
    let inputs = [("name", "TicketNote"), ("fields", MORE), ("index", "stars")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let fields = "prisma/migrations/20250301090002_add_subtitle_and_7_more_to_ticket_notes/migration.sql";
    let code = "prisma/migrations/20250301090003_index_code_of_ticket_notes/migration.sql";
    let expected = [
        fields,
        code,
        "prisma/migrations/20250301090004_index_stars_of_ticket_notes/migration.sql",
        "prisma/schema.prisma",
        "src/features/ticket-notes/ticket-note.schema.ts",
        "tests/ticket-note.test.ts",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, fields),
        &["ADD COLUMN     \"rating\" INTEGER NOT NULL DEFAULT 3,", "ADD COLUMN     \"read_on\" DATE;"],
    );
    has_lines(
        text_of(&proposal, code),
        &["CREATE UNIQUE INDEX \"ticket_notes_code_key\" ON \"ticket_notes\"(\"code\");"],
    );
    assert!(proposal.remarks.iter().any(|remark| remark.contains("PGlite")), "{:?}", proposal.remarks);
    let mut served = texts.clone();
    for text in served.values_mut().filter(|text| text.contains("@electric-sql/pglite")) {
        *text = text.replace("@electric-sql/pglite", "pg");
    }
    let other = ask("migration", &served, &inputs).unwrap();
    assert!(text_of(&other, code).contains("UNIQUE INDEX CONCURRENTLY"), "{}", text_of(&other, code));
    let schema = text_of(&proposal, "prisma/schema.prisma");
    assert!(schema.contains("  @@index([stars])\n"), "{schema}");
    assert!(schema.contains("@default(3)") && schema.contains("@default(\"none\")"), "{schema}");
    assert!(proposal.remarks.iter().any(|remark| remark.contains("own engine was not asked")));
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_note();
    for (inputs, expected) in [
        (&[("name", "Ticket"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Ticket"), ("fields", "buyer:belongs_to(Buyer)?")], "known tables: ticket, ticketNote"),
        (&[("name", "TicketNote"), ("fields", "other:belongs_to(Ticket)?")], "@relation(\"name\")"),
        (&[("name", "Ticket"), ("index", "colour")], "its fields are: id, subject, is_open"),
    ] {
        match ask("migration", &texts, inputs) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (name, key, value) in [("Ticket", "fields", "subject:text?"), ("TicketNote", "index", "ticket_id")] {
        match ask("migration", &texts, &[("name", name), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("prisma/schema.prisma:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

#[test]
fn what_remains_without_any_hunk_parses() {
    let texts = with_note();
    let inputs = [("name", "TicketNote"), ("fields", MORE), ("index", "stars")];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 6);
}

/// The note with a field more that may be empty.
fn with_label() -> Texts {
    let texts = with_note();
    let inputs = [("name", "TicketNote"), ("fields", "label:string{..9}? hint:text?")];
    with(&texts, &ask("migration", &texts, &inputs).unwrap())
}

const CHANGED: &str = "stars:int{1..9}=3 label:string{..40}=none hint:text{..90}?";

#[test]
fn a_column_becomes_required_in_steps_that_lock_nothing_for_long() {
    let texts = with_label();
    let inputs = [("name", "TicketNote"), ("change", CHANGED)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let of = |stamp: u64, what: &str| {
        format!(
            "prisma/migrations/2025030109000{stamp}_{what}change_stars_and_2_more_of_ticket_notes/migration.sql"
        )
    };
    let [first, checked, last] = [of(3, ""), of(4, "check_"), of(5, "finish_")];
    let expected = [
        first.as_str(),
        checked.as_str(),
        last.as_str(),
        "prisma/schema.prisma",
        "src/features/ticket-notes/ticket-note.schema.ts",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, &first),
        &[
            "UPDATE \"ticket_notes\" SET \"label\" = 'none' WHERE \"label\" IS NULL;",
            "ALTER COLUMN \"label\" SET DATA TYPE VARCHAR(40);",
        ],
    );
    assert!(text_of(&proposal, &first).contains("NOT VALID;"));
    assert!(text_of(&proposal, &checked).contains("VALIDATE CONSTRAINT \"ticket_notes_label_filled\";"));
    assert!(text_of(&proposal, &last).contains("ALTER COLUMN \"label\" SET NOT NULL;"));
    let schema = text_of(&proposal, "prisma/schema.prisma");
    assert!(schema.contains("@default(\"none\") @db.VarChar(40)"), "{schema}");
    has_lines(
        text_of(&proposal, "src/features/ticket-notes/ticket-note.schema.ts"),
        &[
            "  stars: z.number().int().min(1).max(9).optional(),",
            "  label: z.string().max(40).optional(),",
            "  hint: z.string().max(90).nullish(),",
        ],
    );
    assert_parses(&texts, &proposal, 5);
    for (change, expected) in [
        ("label:string{..4}?", "may be longer than 4"),
        ("stars:text", "is of type integer"),
        ("colour:int", "its fields are: id, body, stars"),
    ] {
        match ask("migration", &texts, &[("name", "TicketNote"), ("change", change)]) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[test]
fn changed_members_are_valid_and_rows_that_are_there_stay() {
    if !is_real() {
        return;
    }
    let texts = with_label();
    let proposal = ask("migration", &texts, &[("name", "TicketNote"), ("change", CHANGED)]).unwrap();
    let proof = "import { readdir, readFile } from 'node:fs/promises';\nimport { PGlite } from '@electric-sql/pglite';\n\
        import { expect, it } from 'vitest';\n\nit('keeps its rows', async () => {\n  const db = new PGlite();\n\
        const all = (await readdir('prisma/migrations')).filter((one) => /^[0-9]/.test(one)).toSorted();\n\
        const run = async (at) => db.exec(await readFile(`prisma/migrations/${all[at]}/migration.sql`, 'utf8'));\n\
        for (const at of [0, 1, 2]) await run(at);\n\
        await db.exec(\"insert into tickets (subject, updated_at) values ('a', now())\");\n\
        await db.exec(\"insert into ticket_notes (body, stars, ticket_id, updated_at) values ('old', 2, 1, now())\");\n\
        for (let at = 3; at < all.length; at++) await run(at);\n\
        await db.exec(\"insert into ticket_notes (body, ticket_id, updated_at) values ('new', 1, now())\");\n\
        const { rows } = await db.query('select body, stars, label, hint from ticket_notes order by id');\n\
        expect(rows).toEqual([\n{ body: 'old', stars: 2, label: 'none', hint: null },\n\
        { body: 'new', stars: 3, label: 'none', hint: null },\n]);\n});\n";
    prove(&texts, &proposal, proof);
    compile_without_one("a change of Prisma", &texts, &proposal);
}

#[test]
fn fields_more_are_valid_and_rows_that_are_there_keep_theirs() {
    if !is_real() {
        return;
    }
    let texts = with_note();
    let inputs = [("name", "TicketNote"), ("fields", MORE), ("index", "stars")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let proof = "import { readdir, readFile } from 'node:fs/promises';\nimport { PGlite } from '@electric-sql/pglite';\n\
        import { expect, it } from 'vitest';\n\nit('keeps its rows', async () => {\n  const db = new PGlite();\n\
        const all = (await readdir('prisma/migrations')).filter((one) => /^[0-9]/.test(one)).toSorted();\n\
        const run = async (at) => db.exec(await readFile(`prisma/migrations/${all[at]}/migration.sql`, 'utf8'));\n\
        await run(0);\n  await run(1);\n\
        await db.exec(\"insert into tickets (subject, updated_at) values ('a', now())\");\n\
        await db.exec(\"insert into ticket_notes (body, stars, ticket_id, updated_at) values ('old', 2, 1, now())\");\n\
        for (let at = 2; at < all.length; at++) await run(at);\n\
        const { rows } = await db.query('select rating, hidden, price, label, code from ticket_notes');\n\
        expect(rows).toEqual([{ rating: 3, hidden: false, price: '0.50', label: 'none', code: null }]);\n});\n";
    prove(&texts, &proposal, proof);
    compile_without_one("fields more with Prisma", &texts, &proposal);
}

/// What remains without one hunk, after its client is generated.
fn compile_without_one(what: &str, texts: &Texts, proposal: &Proposal) {
    let _alone = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
    let packages = installed_without_scripts("recipe-prisma", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    recipe_remains::check_without_one(what, texts, proposal, &packages, &|folder| {
        run(folder, &bin("prisma"), &["generate"], &SETTINGS, 120);
        run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    });
}

/// Validates, compiles, lints, runs the proof and the tests.
fn prove(texts: &Texts, proposal: &Proposal, proof: &str) {
    let _alone = CLIENT.lock().unwrap_or_else(PoisonError::into_inner);
    let packages = installed_without_scripts("recipe-prisma", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, texts, &[proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    for arguments in [&["validate"][..], &["format", "--check"], &["generate"]] {
        run(folder, &bin("prisma"), arguments, &SETTINGS, 120);
    }
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "tests"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "tests"], &[], 60);
    std::fs::write(folder.join("tests/proof.test.ts"), proof).unwrap();
    let said = run(folder, &bin("vitest"), &[&VITEST[..], &["tests/proof.test.ts"]].concat(), &SETTINGS, 300);
    assert!(said.contains("Tests  1 passed (1)"), "{said}");
    std::fs::remove_file(folder.join("tests/proof.test.ts")).unwrap();
    let said = run(folder, &bin("vitest"), &VITEST, &SETTINGS, 300);
    let tests = count(&with(texts, proposal), "it('");
    assert!(tests > 12 && said.contains(&format!("Tests  {tests} passed ({tests})")), "{tests}\n{said}");
}
