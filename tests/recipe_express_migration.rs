//! The `migration` recipe on Express backends with Kysely: a field of a generated resource and
//! of one that was written by hand, always as a new migration, with everything else kept.

use crate::{
    recipe_hunks::{session, with_dependants, without},
    recipe_remains,
    support::backend::{
        Texts, VITEST, assert_cited, fixture, folder_below, insert, installed, is_real, propose_with, run,
        stack, text_of, with, write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const REVIEW: &str = "title:string{1..80} stars:int{1..5} author:belongs_to(User)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    code:string{..12}?:unique read_on:date? editor:belongs_to(User)?";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    propose_with(recipe, texts, &[".ts"], stack("express", "kysely"), inputs)
}

fn paths(proposal: &Proposal) -> Vec<&str> {
    proposal.files.iter().map(|file| file.path.as_str()).collect()
}

/// The fixture with a resource that the recipe made and a function that a person wrote.
fn with_review() -> Texts {
    let texts = fixture("express_functions");
    let made = ask("resource", &texts, &[("name", "Review"), ("fields", REVIEW)]).unwrap();
    let mut texts = with(&texts, &made);
    let function = "export async function praise(id: number): Promise<Review> {\n  return changeReview(id, { stars: 5 })\n}\n\n";
    insert(&mut texts, "src/services/review-service.ts", "export async function removeReview(", function);
    texts
}

pub fn assert_parses(texts: &Texts, proposal: &Proposal, least: usize) {
    let session = session(texts, proposal);
    let hunks = session.hunks();
    assert!(hunks.len() >= least, "{} hunks", hunks.len());
    for hunk in &hunks {
        let rest = without(texts, &session, &with_dependants(&hunks, hunk));
        for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".ts")) {
            let allocator = oxc_allocator::Allocator::default();
            let kind = oxc_span::SourceType::from_path(path).unwrap();
            let parsed = oxc_parser::Parser::new(&allocator, text, kind).parse();
            let first = parsed.diagnostics.first();
            assert!(!parsed.panicked && first.is_none(), "{path} without {:?}: {first:?}", hunk.new_lines());
        }
        for (path, text) in rest.iter().filter(|(path, _)| path.ends_with(".json")) {
            let parsed = serde_json::from_str::<serde_json::Value>(text);
            assert!(parsed.is_ok(), "{path} without {:?}", hunk.new_lines());
        }
    }
}

/// Every line stands in the text.
pub fn has_lines(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|own| own == *line), "{line}\n{text}");
    }
}

#[test]
fn a_new_field_is_a_new_migration_and_everything_else_is_kept() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let migration = "src/db/migrations/0003-add-subtitle-and-7-more-to-reviews.ts";
    let expected = [
        "src/db/database.ts",
        migration,
        "src/db/migrations/index.ts",
        "src/schemas/review-schemas.ts",
        "tests/review-routes.test.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert!(!texts.contains_key(migration), "an old migration is changed");
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, migration),
        &[
            "    .addColumn('rating', 'integer', (col) => col.notNull().defaultTo(3))",
            "    .createIndex('reviews_code_key')",
            "  await db.schema.alterTable('reviews').dropColumn('rating').execute()",
            "  await db.schema.dropIndex('reviews_title_index').execute()",
        ],
    );
    has_lines(
        text_of(&proposal, "src/db/database.ts"),
        &["  rating: Generated<number>", "  subtitle: string | null"],
    );
    has_lines(
        text_of(&proposal, "src/schemas/review-schemas.ts"),
        &["  rating: z.number().int().min(1).max(5).optional(),", "  hidden: z.boolean().optional(),"],
    );
    has_lines(
        text_of(&proposal, "tests/review-routes.test.ts"),
        &["    rating: 1,", "    expect(read.rating).toBe(sent.rating)"],
    );
    assert!(with(&texts, &proposal)["src/services/review-service.ts"].contains("praise("));
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn classes_that_map_rows_map_the_new_field_too() {
    let texts = fixture("express_classes");
    let inputs = [("name", "Product"), ("fields", "stock:int{0..}=0 note:text?"), ("index", "unit_price")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let migration = "src/database/migrations/20250301120001_add_stock_and_2_more_to_products.ts";
    let expected = [
        migration,
        "src/database/tables.ts",
        "src/modules/products/Product.ts",
        "src/modules/products/ProductRepository.ts",
        "src/modules/products/ProductSchemas.ts",
        "tests/products.test.ts",
    ];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    has_lines(text_of(&proposal, "src/modules/products/Product.ts"), &["\treadonly note: string | null;"]);
    has_lines(
        text_of(&proposal, "src/modules/products/ProductRepository.ts"),
        &["\t\t\t\tstock: product.stock,", "\t\t\t\tstock: changes.stock,", "\t\tstock: row.stock,"],
    );
    has_lines(
        text_of(&proposal, "tests/products.test.ts"),
        &[
            "\t\tconst sent = { sku: \"CUP-1\", displayName: \"Cup\", unitPrice: 3.5, stock: 0, note: \"sample\" };",
        ],
    );
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_review();
    for (inputs, expected) in [
        (&[("name", "Review"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Review"), ("fields", "rating:int{1..5}=9")], "outside of the bounds"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(User)")], "buyer:belongs_to(User)?"),
        (&[("name", "Review"), ("fields", "buyer:belongs_to(Buyer)?")], "known tables: users, reviews"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known tables: users, reviews"),
        (&[("name", "Review"), ("index", "colour")], "its fields are: id, title, stars, author_id"),
        (&[("name", "Review"), ("fields", "class:int=1")], "a word of TypeScript itself"),
    ] {
        match ask("migration", &texts, inputs) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{inputs:?}: {other:?}"),
        }
    }
    for (name, key, value) in [
        ("Review", "fields", "stars:int=1"),
        ("Review", "fields", "author_id:int=1"),
        ("Review", "index", "author_id"),
        ("User", "index", "email"),
    ] {
        match ask("migration", &texts, &[("name", name), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("src/db/database.ts:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
}

#[test]
fn what_remains_without_any_hunk_parses() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title")];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 6);
    let texts = fixture("express_classes");
    let inputs = [("name", "Product"), ("fields", "stock:int{0..}=0 note:text?")];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 8);
}

const CHANGED: &str = "title:string{1..200} stars:int{1..9}=3";

#[test]
fn a_column_that_is_there_becomes_as_it_shall_be() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("change", CHANGED)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let migration = "src/db/migrations/0003-change-title-and-1-more-of-reviews.ts";
    let expected =
        ["src/db/database.ts", migration, "src/db/migrations/index.ts", "src/schemas/review-schemas.ts"];
    assert_eq!(paths(&proposal), expected);
    assert_cited(&proposal, &texts);
    has_lines(text_of(&proposal, "src/db/database.ts"), &["  stars: Generated<number>"]);
    has_lines(
        text_of(&proposal, "src/schemas/review-schemas.ts"),
        &["  title: z.string().min(1).max(200),", "  stars: z.number().int().min(1).max(9).optional(),"],
    );
    let text = text_of(&proposal, migration);
    for expected in [
        "col.setDataType('varchar(200)')",
        "col.setDataType('varchar(80)')",
        "col.setDefault(3)",
        "col.dropDefault()",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
    // Once more, from what the new migration says, and other bounds alone.
    let texts = with(&texts, &proposal);
    let again = [("name", "Review"), ("change", "title:string{1..300}")];
    let again = ask("migration", &texts, &again).unwrap();
    let migration = text_of(&again, "src/db/migrations/0004-change-title-of-reviews.ts");
    assert!(migration.contains("col.setDataType('varchar(200)')"), "{migration}");
    let bounds = ask("migration", &texts, &[("name", "Review"), ("change", "stars:int{2..9}")]).unwrap();
    assert_eq!(paths(&bounds), ["src/schemas/review-schemas.ts", "tests/review-routes.test.ts"]);
    has_lines(text_of(&bounds, "tests/review-routes.test.ts"), &["    stars: 2,"]);
    assert!(bounds.remarks.iter().any(|one| one.contains("stays as it is")), "{:?}", bounds.remarks);
}

#[test]
fn classes_that_state_both_bodies_get_both_changed() {
    let texts = fixture("express_classes");
    let inputs = [
        ("name", "Product"),
        ("change", "display_name:string{1..240}?:index unit_price:decimal{0..99999}=1.50"),
    ];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    has_lines(
        text_of(&proposal, "src/modules/products/ProductSchemas.ts"),
        &[
            "\tdisplayName: z.string().min(1).max(240).nullish(),",
            "\tunitPrice: z.number().min(0).max(99999).optional()",
        ],
    );
    has_lines(
        text_of(&proposal, "src/modules/products/Product.ts"),
        &["\treadonly displayName: string | null;", "\treadonly unitPrice: string;"],
    );
    has_lines(
        text_of(&proposal, "src/database/tables.ts"),
        &["\tdisplay_name: string | null;", "\tunit_price: ColumnType<string, number | undefined, number>;"],
    );
}

#[test]
fn a_change_that_rows_may_not_bear_is_refused_with_the_way_on() {
    let texts = with_review();
    for (change, expected) in [
        ("title:string{..40}", "may be longer than 40"),
        ("stars:string", "is of type integer"),
        ("title:string{1..80}", "so already"),
        ("colour:int", "its fields are: id, title, stars, author_id"),
        ("title:string{1..80}:unique", "add it with index=title"),
        ("author:belongs_to(User)?", "is a reference"),
    ] {
        match ask("migration", &texts, &[("name", "Review"), ("change", change)]) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[test]
fn what_remains_of_a_change_without_any_hunk_parses() {
    let texts = with_review();
    let inputs = [("name", "Review"), ("change", CHANGED)];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 4);
}

#[test]
fn changed_columns_go_both_ways_and_pass_the_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let added =
        ask("migration", &texts, &[("name", "Review"), ("fields", "note:text? code:string{..9}?")]).unwrap();
    let texts = with(&texts, &added);
    let change = format!("{CHANGED} note:text=none code:string{{..40}}?");
    let proposal = ask("migration", &texts, &[("name", "Review"), ("change", &change)]).unwrap();
    let proof = "import { Migrator, sql } from 'kysely'\nimport { expect, it } from 'vitest'\n\
        import { db } from '../src/db/database.js'\nimport { migrations } from '../src/db/migrations/index.js'\n\n\
        it('keeps its rows up, down and up', async () => {\n\
        const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })\n\
        const names = Object.keys(migrations)\n  const to = async (name) => {\n\
        const { error } = await migrator.migrateTo(name)\n  if (error) throw error\n  }\n\
        await to(names[2])\n\
        await sql`insert into users (email, display_name) values ('a@b', 'a')`.execute(db)\n\
        await sql`insert into reviews (title, stars, author_id) select 'old', 4, id from users`.execute(db)\n\
        const column = async (name) => {\n\
        const { rows } = await sql`select is_nullable as nil, character_maximum_length as most, column_default as value from information_schema.columns where table_name = 'reviews' and column_name = ${name}`.execute(db)\n\
        return [rows[0].nil, rows[0].most, rows[0].value]\n  }\n\
        for (let round = 0; round < 2; round++) {\n  await to(names[3])\n\
        const { rows } = await sql`select title, stars, note, code from reviews`.execute(db)\n\
        expect(rows).toEqual([{ title: 'old', stars: 4, note: 'none', code: null }])\n\
        expect(await column('title')).toEqual(['NO', 200, null])\n\
        expect(await column('stars')).toEqual(['NO', null, '3'])\n\
        await to(names[2])\n\
        expect(await column('title')).toEqual(['NO', 80, null])\n\
        expect(await column('stars')).toEqual(['NO', null, null])\n\
        expect(await column('note')).toEqual(['YES', null, null])\n\
        }\n  await to(names[3])\n})\n";
    let said = prove(&texts, &proposal, proof);
    let tests = count(&with(&texts, &proposal), "it('");
    assert!(tests > 12 && said.contains(&format!("Tests  {tests} passed ({tests})")), "{tests}\n{said}");
    let packages = installed("recipe-express", texts.get("package.json").unwrap());
    recipe_remains::compile_without_one("a change of Express", &texts, &proposal, &packages);
}

/// Compiles, lints, checks the format, migrates a row up, down and up, and tests.
fn prove(texts: &Texts, proposal: &Proposal, proof: &str) -> String {
    let packages = installed("recipe-express", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, texts, &[proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "tests"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "tests"], &[], 60);
    std::fs::write(folder.join("tests/proof.test.ts"), proof).unwrap();
    let said = run(folder, &bin("vitest"), &[&VITEST[..], &["tests/proof.test.ts"]].concat(), &[], 300);
    assert!(said.contains("Tests  1 passed (1)"), "{said}");
    std::fs::remove_file(folder.join("tests/proof.test.ts")).unwrap();
    run(folder, &bin("vitest"), &VITEST, &[], 300)
}

/// Tests of all files.
pub fn count(texts: &Texts, case: &str) -> usize {
    let tests = texts.iter().filter(|(path, _)| path.ends_with(".test.ts"));
    tests.flat_map(|(_, text)| text.lines()).filter(|line| line.trim_start().starts_with(case)).count()
}

#[test]
fn generated_then_written_by_hand_then_one_field_more_passes_its_tests() {
    if !is_real() {
        return;
    }
    let texts = with_review();
    let inputs = [("name", "Review"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let proof = "import { Migrator, sql } from 'kysely'\nimport { expect, it } from 'vitest'\n\
        import { db } from '../src/db/database.js'\nimport { migrations } from '../src/db/migrations/index.js'\n\n\
        it('keeps its rows up, down and up', async () => {\n\
        const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } })\n\
        const names = Object.keys(migrations)\n  const to = async (name) => {\n\
        const { error } = await migrator.migrateTo(name)\n  if (error) throw error\n  }\n\
        await to(names[1])\n\
        await sql`insert into users (email, display_name) values ('a@b', 'a')`.execute(db)\n\
        await sql`insert into reviews (title, stars, author_id) select 'old', 3, id from users`.execute(db)\n\
        for (let round = 0; round < 2; round++) {\n  await to(names[2])\n\
        const { rows } = await sql`select rating, hidden, price, subtitle, editor_id from reviews`.execute(db)\n\
        expect(rows).toEqual([{ rating: 3, hidden: false, price: '0.50', subtitle: null, editor_id: null }])\n\
        await to(names[1])\n  }\n  await to(names[2])\n})\n";
    let said = prove(&texts, &proposal, proof);
    let tests = count(&with(&texts, &proposal), "it('");
    assert!(tests > 15 && said.contains(&format!("Tests  {tests} passed ({tests})")), "{tests}\n{said}");
    let packages = installed("recipe-express", texts.get("package.json").unwrap());
    recipe_remains::compile_without_one("fields more with Express", &texts, &proposal, &packages);
}

#[test]
fn hand_written_classes_pass_their_tests_with_fields_more() {
    if !is_real() {
        return;
    }
    let texts = fixture("express_classes");
    let inputs = [
        ("name", "Product"),
        ("fields", "stock:int{0..}=0 note:text? cost:decimal=1.5 label:string{..9}=none until:datetime?"),
        ("index", "unit_price"),
    ];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let proof = "import { sql } from \"kysely\";\nimport { connect } from \"../src/database/connect.js\";\n\
        import { migrate } from \"../src/database/migrate.js\";\n\n\
        test(\"goes up, down and up\", async () => {\n\tconst database = connect();\n\
        expect(await migrate(database)).toHaveLength(2);\n\
        await sql`insert into products (sku, display_name, unit_price) values ('a', 'b', 1)`.execute(database);\n\
        const { rows } = await sql`select stock, note, cost, label from products`.execute(database);\n\
        expect(rows).toEqual([{ stock: 0, note: null, cost: \"1.50\", label: \"none\" }]);\n\
        expect(await migrate(database, \"none\")).toHaveLength(2);\n\
        expect(await migrate(database)).toHaveLength(2);\n});\n";
    let said = prove(&texts, &proposal, proof);
    let tests = count(&with(&texts, &proposal), "test(\"");
    assert!(tests == 1 && said.contains("Tests  1 passed (1)"), "{said}");
    let packages = installed("recipe-express", texts.get("package.json").unwrap());
    recipe_remains::compile_without_one("fields more of classes", &texts, &proposal, &packages);
}
