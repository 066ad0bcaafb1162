//! The `migration` recipe on Hono backends with Drizzle: what drizzle-kit would generate, in the
//! schema and in everything that lists the resource's fields.

use crate::{
    recipe_express_migration::{assert_parses, count, has_lines},
    recipe_remains,
    support::backend::{
        Texts, VITEST, assert_cited, fixture, folder_below, installed, is_real, propose_with, run, stack,
        text_of, with, write_tree,
    },
};
use proscenium::{domain::proposal::Proposal, ports::ProposeError};

const ARTICLE: &str = "title:string{1..80} pages:int{1..900} author:belongs_to(Author)";
const MORE: &str = "subtitle:string{..80}? rating:int{1..5}=3 hidden:bool=false price:decimal{0..}=0.50 \
                    label:string{..9}=none code:string{..12}?:unique read_on:date? editor:belongs_to(Author)?";

fn ask(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Result<Proposal, ProposeError> {
    propose_with(recipe, texts, &[".ts"], stack("hono", "drizzle"), inputs)
}

/// The fixture with a resource that the recipe made and a line that a person wrote.
fn with_article() -> Texts {
    let texts = fixture("hono_drizzle");
    let made = ask("resource", &texts, &[("name", "Article"), ("fields", ARTICLE)]).unwrap();
    let mut texts = with(&texts, &made);
    let schema = texts.get_mut("src/articles/articles.schema.ts").unwrap();
    schema.push_str("\nexport const articleTitle = articleInput.shape.title;\n");
    texts
}

#[test]
fn a_new_field_is_a_new_migration_with_its_snapshot_and_its_entry() {
    let texts = with_article();
    let inputs = [("name", "Article"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let migration = "drizzle/0002_add_subtitle_and_8_more_to_articles.sql";
    let expected = [
        migration,
        "drizzle/meta/0002_snapshot.json",
        "drizzle/meta/_journal.json",
        "src/articles/articles.schema.ts",
        "src/db/schema.ts",
        "test/articles.test.ts",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    has_lines(
        text_of(&proposal, migration),
        &[
            "ALTER TABLE \"articles\" ADD COLUMN \"rating\" integer DEFAULT 3 NOT NULL;",
            "ALTER TABLE \"articles\" ADD CONSTRAINT \"articles_code_unique\" UNIQUE(\"code\");",
            "CREATE INDEX \"articles_title_index\" ON \"articles\" USING btree (\"title\");",
        ],
    );
    has_lines(
        text_of(&proposal, "src/db/schema.ts"),
        &[
            "    rating: integer('rating').notNull().default(3),",
            "    editorId: integer('editor_id').references(() => authors.id),",
        ],
    );
    has_lines(
        text_of(&proposal, "src/articles/articles.schema.ts"),
        &[
            "  rating: z.number().int().min(1).max(5).optional(),",
            "export const articleTitle = articleInput.shape.title;",
        ],
    );
    assert!(proposal.remarks.iter().any(|remark| remark.contains("no way down")), "{:?}", proposal.remarks);
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
}

#[test]
fn what_cannot_be_changed_is_said_with_the_way_on() {
    let texts = with_article();
    for (inputs, expected) in [
        (&[("name", "Article"), ("fields", "rating:int")][..], "rows that are there need a value for rating"),
        (&[("name", "Article"), ("fields", "buyer:belongs_to(Buyer)?")], "known tables: authors, articles"),
        (&[("name", "Invoice"), ("fields", "total:int=0")], "known tables: authors, articles"),
        (&[("name", "Article"), ("index", "colour")], "its fields are: id, title, pages, author_id"),
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
        ("Article", "fields", "pages:int=1"),
        ("Article", "index", "author_id"),
        ("Author", "index", "email"),
    ] {
        match ask("migration", &texts, &[("name", name), (key, value)]) {
            Err(ProposeError::Clash { place, .. }) => {
                assert!(place.starts_with("src/db/schema.ts:"), "{place}")
            }
            other => panic!("{value}: {other:?}"),
        }
    }
    let mut bare = texts;
    bare.remove("drizzle/meta/_journal.json");
    match ask("migration", &bare, &[("name", "Article"), ("fields", "note:text?")]) {
        Err(ProposeError::NotApplicable(why)) => assert!(why.contains("drizzle-kit generate"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_remains_without_any_hunk_parses() {
    let texts = with_article();
    let inputs = [("name", "Article"), ("fields", MORE), ("index", "title")];
    assert_parses(&texts, &ask("migration", &texts, &inputs).unwrap(), 6);
}

/// The article with two fields more that may be empty.
fn with_notes() -> Texts {
    let texts = with_article();
    let inputs = [("name", "Article"), ("fields", "note:text? code:string{..9}?")];
    with(&texts, &ask("migration", &texts, &inputs).unwrap())
}

const CHANGED: &str = "title:string{1..200} pages:int{1..2000}=10 note:text=none code:string{..40}?";

#[test]
fn a_column_that_is_there_becomes_as_it_shall_be() {
    let texts = with_notes();
    let inputs = [("name", "Article"), ("change", CHANGED)];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let paths: Vec<&str> = proposal.files.iter().map(|file| file.path.as_str()).collect();
    let migration = "drizzle/0003_change_title_and_3_more_of_articles.sql";
    let expected = [
        migration,
        "drizzle/meta/0003_snapshot.json",
        "drizzle/meta/_journal.json",
        "src/articles/articles.schema.ts",
        "src/db/schema.ts",
    ];
    assert_eq!(paths, expected);
    assert_cited(&proposal, &texts);
    let text = text_of(&proposal, migration);
    for line in [
        "ALTER TABLE \"articles\" ALTER COLUMN \"title\" SET DATA TYPE varchar(200);",
        "ALTER TABLE \"articles\" ALTER COLUMN \"pages\" SET DEFAULT 10;",
        "UPDATE \"articles\" SET \"note\" = 'none' WHERE \"note\" IS NULL;",
        "ALTER TABLE \"articles\" ALTER COLUMN \"note\" SET NOT NULL;",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let schema = text_of(&proposal, "src/db/schema.ts");
    for part in [
        "title: varchar('title', { length: 200 }).notNull(),",
        "pages: integer('pages').notNull().default(10),",
        "note: text('note').notNull().default('none'),",
        "code: varchar('code', { length: 40 }),",
    ] {
        assert!(schema.contains(part), "{part}\n{schema}");
    }
    has_lines(
        text_of(&proposal, "src/articles/articles.schema.ts"),
        &[
            "  title: z.string().min(1).max(200),",
            "  pages: z.number().int().min(1).max(2000).optional(),",
            "  note: z.string().optional(),",
            "  code: z.string().max(40).nullish(),",
        ],
    );
    assert!(proposal.remarks.iter().any(|remark| remark.contains("is locked for writing")));
    assert_eq!(proposal, ask("migration", &texts, &inputs).unwrap());
    assert_parses(&texts, &proposal, 4);
}

#[test]
fn a_change_that_rows_may_not_bear_is_refused_with_the_way_on() {
    let texts = with_article();
    for (change, expected) in [
        ("title:string{..40}", "title at src/db/schema.ts:"),
        ("pages:text", "is of type integer"),
        ("colour:int", "its fields are: id, title, pages, author_id"),
    ] {
        match ask("migration", &texts, &[("name", "Article"), ("change", change)]) {
            Err(ProposeError::Input { what, hint }) => {
                let said = format!("{what} | {hint}");
                assert!(!hint.is_empty() && said.contains(expected), "{said}");
            }
            other => panic!("{change}: {other:?}"),
        }
    }
}

#[test]
fn changed_columns_are_what_drizzle_kit_expects_and_rows_stay() {
    if !is_real() {
        return;
    }
    let texts = with_notes();
    let proposal = ask("migration", &texts, &[("name", "Article"), ("change", CHANGED)]).unwrap();
    let packages = installed("recipe-hono", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, &texts, &[&proposal]);
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "test"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "test"], &[], 60);
    let said = run(folder, &bin("drizzle-kit"), &["generate"], &[], 120);
    assert!(said.contains("No schema changes"), "{said}");
    let proof = "import { readFile } from 'node:fs/promises';\nimport { PGlite } from '@electric-sql/pglite';\n\
        import { expect, it } from 'vitest';\n\nit('keeps its rows', async () => {\n  const db = new PGlite();\n\
        const { entries } = JSON.parse(await readFile('drizzle/meta/_journal.json', 'utf8'));\n\
        const run = async (at) => db.exec(await readFile(`drizzle/${entries[at].tag}.sql`, 'utf8'));\n\
        for (const at of [0, 1, 2]) await run(at);\n\
        await db.exec(\"insert into authors (pen_name, email) values ('a', 'b')\");\n\
        await db.exec(\"insert into articles (title, pages, author_id) values ('old', 2, 1)\");\n  await run(3);\n\
        await db.exec(\"insert into articles (title, author_id) values ('new', 1)\");\n\
        const { rows } = await db.query('select title, pages, note, code from articles order by id');\n\
        expect(rows).toEqual([\n{ title: 'old', pages: 2, note: 'none', code: null },\n\
        { title: 'new', pages: 10, note: 'none', code: null },\n]);\n});\n";
    std::fs::write(folder.join("test/proof.test.ts"), proof).unwrap();
    let said = run(folder, &bin("vitest"), &[&VITEST[..], &["test/proof.test.ts"]].concat(), &[], 300);
    assert!(said.contains("Tests  1 passed (1)"), "{said}");
    std::fs::remove_file(folder.join("test/proof.test.ts")).unwrap();
    let said = run(folder, &bin("vitest"), &VITEST, &[], 300);
    let tests = count(&with(&texts, &proposal), "it('");
    assert!(tests > 12 && said.contains(&format!("Tests  {tests} passed ({tests})")), "{tests}\n{said}");
    recipe_remains::compile_without_one("a change of Hono", &texts, &proposal, &packages);
}

#[test]
fn fields_more_are_what_drizzle_kit_expects_and_rows_that_are_there_keep_theirs() {
    if !is_real() {
        return;
    }
    let texts = with_article();
    let inputs = [("name", "Article"), ("fields", MORE), ("index", "title")];
    let proposal = ask("migration", &texts, &inputs).unwrap();
    let packages = installed("recipe-hono", texts.get("package.json").unwrap());
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    let folder = folder_below(&packages);
    let folder = folder.path();
    write_tree(folder, &texts, &[&proposal]);
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
    run(folder, &bin("oxlint"), &["--deny-warnings", "src", "test"], &[], 60);
    run(folder, &bin("prettier"), &["--check", "src", "test"], &[], 60);
    let said = run(folder, &bin("drizzle-kit"), &["generate"], &[], 120);
    assert!(said.contains("No schema changes"), "{said}");
    // The statements on a database that has rows, which drizzle-kit knows no way down for.
    let proof = "import { readFile } from 'node:fs/promises';\nimport { PGlite } from '@electric-sql/pglite';\n\
        import { expect, it } from 'vitest';\n\nit('keeps its rows', async () => {\n  const db = new PGlite();\n\
        const { entries } = JSON.parse(await readFile('drizzle/meta/_journal.json', 'utf8'));\n\
        const run = async (at) => db.exec(await readFile(`drizzle/${entries[at].tag}.sql`, 'utf8'));\n\
        await run(0);\n  await run(1);\n\
        await db.exec(\"insert into authors (pen_name, email) values ('a', 'b')\");\n\
        await db.exec(\"insert into articles (title, pages, author_id) values ('old', 2, 1)\");\n  await run(2);\n\
        const { rows } = await db.query('select rating, hidden, price, label, code from articles');\n\
        expect(rows).toEqual([{ rating: 3, hidden: false, price: '0.50', label: 'none', code: null }]);\n});\n";
    std::fs::write(folder.join("test/proof.test.ts"), proof).unwrap();
    let said = run(folder, &bin("vitest"), &[&VITEST[..], &["test/proof.test.ts"]].concat(), &[], 300);
    assert!(said.contains("Tests  1 passed (1)"), "{said}");
    std::fs::remove_file(folder.join("test/proof.test.ts")).unwrap();
    let said = run(folder, &bin("vitest"), &VITEST, &[], 300);
    let tests = count(&with(&texts, &proposal), "it('");
    assert!(tests > 12 && said.contains(&format!("Tests  {tests} passed ({tests})")), "{tests}\n{said}");
    recipe_remains::compile_without_one("fields more with Hono", &texts, &proposal, &packages);
}
