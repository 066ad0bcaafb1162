//! The recipes for NestJS and TypeORM on PostgreSQL with `pg`, with keys that count and with UUIDs:
//! from an empty database up, down and up, nothing left for TypeORM to find, and the generated
//! tests, which share one database.
//!
//! The part that needs packages from npm and PostgreSQL runs in a stage of its own, with
//! `PROSCENIUM_REAL=1`.

use crate::{
    recipe_nest::{checked, compiled},
    support::{
        backend::{JEST, Texts, VITEST, fixture, folder_below, installed, is_real, with, write_tree},
        grown::{Frame, ask},
        postgres::{Database, exchange},
    },
};
use std::path::{Path, PathBuf};

const FRAME: Frame = ("nestjs", "typeorm");
const REVIEW: &str = "title:string{1..200} stars:int{1..5} price:decimal{0..} note:text? seen_on:date \
                      sku:string{..40}:unique read_at:datetime? done:bool ratio:float? token:uuid \
                      author:belongs_to(User) editor:belongs_to(User)?";
const COMMENT: &str = "body:text{3..2000} up_votes:int{0..} weight:decimal{0..9} posted_on:date? \
                       slug:string{3..60}:unique seen_at:datetime hidden:bool article:belongs_to(Article)";

/// A fixture as it would be on a server. Tests begin with a database that has nothing.
fn served(name: &str, source: &str, migration: &str) -> Texts {
    let mut texts = fixture(name);
    let quote = if texts[source].contains("'sqljs'") { '\'' } else { '"' };
    let quoted = |text: &str| text.replace('\'', &quote.to_string());
    exchange(&mut texts, "package.json", &[("\"sql.js\": \"^1.13.0\"", "\"pg\": \"^8.16.0\"")]);
    let settings = [
        (quoted("type: 'sqljs'"), quoted("type: 'postgres'")),
        ("const file = process.env.DATABASE_FILE;\n\n".to_owned(), String::new()),
        (
            "...(file ? { location: file, autoSave: true } : {}),".to_owned(),
            "url: process.env.DATABASE_URL,".to_owned(),
        ),
        (
            "entities:".to_owned(),
            if quote == '"' {
                "migrationsTransactionMode: \"each\",\n    entities:"
            } else {
                "migrationsTransactionMode: 'each',\n  entities:"
            }
            .to_owned(),
        ),
    ];
    let settings: Vec<(&str, &str)> =
        settings.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    exchange(&mut texts, source, &settings);
    let types = [
        (quoted("type: 'datetime'"), quoted("type: 'timestamp'")),
        ("default: \"datetime('now')\"".to_owned(), quoted("default: 'now()'")),
    ];
    let types: Vec<(&str, &str)> = types.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    exchange(&mut texts, migration, &types);
    texts
}

fn esm() -> Texts {
    let migration = "src/database/migrations/1750000000000-create-users.ts";
    let mut texts = served("nest_esm", "src/database/data-source.ts", migration);
    let root = [(
        "    TypeOrmModule.forRoot({ ...options, migrationsRun: true }),\n",
        "    TypeOrmModule.forRoot({\n      ...options,\n      migrationsRun: true,\n      \
         dropSchema: process.env.NODE_ENV === 'test',\n    }),\n",
    )];
    exchange(&mut texts, "src/app.module.ts", &root);
    exchange(
        &mut texts,
        "vitest.config.ts",
        &[("    globals: true,\n", "    globals: true,\n    fileParallelism: false,\n")],
    );
    texts
}

fn commonjs() -> Texts {
    let migration = "src/migrations/1700000000000-CreateArticles.ts";
    let mut texts = served("nest_cjs", "src/data-source.ts", migration);
    let root = [(
        "imports: [TypeOrmModule.forRoot({ ...options, migrationsRun: true }), ArticleModule],",
        "imports: [\n        TypeOrmModule.forRoot({\n            ...options,\n            migrationsRun: true,\n            \
         dropSchema: process.env.NODE_ENV === \"test\"\n        }),\n        ArticleModule\n    ],",
    )];
    exchange(&mut texts, "src/app.module.ts", &root);
    let key = [
        (
            "{ name: \"id\", type: \"varchar\", isPrimary: true }",
            "{ name: \"id\", type: \"uuid\", isPrimary: true, default: \"uuid_generate_v4()\" }",
        ),
        (
            "        await queryRunner.createTable(",
            "        await queryRunner.query('CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"');\n        await queryRunner.createTable(",
        ),
    ];
    exchange(&mut texts, migration, &key);
    texts
}

fn taken(recipe: &str, texts: &Texts, inputs: &[(&str, &str)]) -> Texts {
    let proposal = ask(recipe, texts, FRAME, inputs).unwrap_or_else(|error| panic!("{inputs:?}: {error}"));
    with(texts, &proposal)
}

/// Packages of a fixture, the same for every test of it.
fn packages(name: &str, texts: &Texts) -> PathBuf {
    installed(&format!("recipe-postgres-{name}"), &texts["package.json"])
}

fn tests_of(texts: &Texts) -> usize {
    let files = texts.iter().filter(|(path, _)| path.contains("e2e-spec"));
    let begins = |line: &&str| ["it('", "test(\""].iter().any(|begin| line.trim_start().starts_with(begin));
    files.map(|(_, text)| text.lines().filter(begins).count()).sum()
}

fn proven(packages: &Path, folder: &Path, texts: &Texts, is_esm: bool) {
    let own = Database::new();
    let url = own.url("postgres");
    let jest = [&JEST[..], &["--runInBand"]].concat();
    let tool: (&str, &[&str]) = if is_esm { ("vitest", &VITEST) } else { ("jest", &jest) };
    let said = checked(packages, folder, tool, &[("DATABASE_URL", &url)]);
    let count = tests_of(texts);
    let expected = if is_esm {
        format!("Tests  {count} passed ({count})")
    } else {
        format!("Tests:       {count} passed, {count} total")
    };
    assert!(count > 10 && said.contains(&expected), "{count}\n{said}");
    println!("{count} passed");
}

#[test]
fn resources_go_both_ways_and_pass_their_tests() {
    if !is_real() {
        return;
    }
    for (name, texts, inputs) in [
        ("nest-esm", esm(), [("name", "BookReview"), ("fields", REVIEW)]),
        ("nest-cjs", commonjs(), [("name", "comments"), ("fields", COMMENT)]),
    ] {
        let packages = packages(name, &texts);
        let texts = taken("resource", &texts, &inputs);
        let folder = folder_below(&packages);
        write_tree(folder.path(), &texts, &[]);
        let database = Database::new();
        compiled(&packages, folder.path(), &texts, 2, &[("DATABASE_URL", &database.url("postgres"))]);
        assert_eq!(database.tables().len(), 2);
        proven(&packages, folder.path(), &texts, name == "nest-esm");
    }
}
