//! The `auth` recipe for Express and Hono on the real packages: each backend is compiled, linted and
//! checked for its form, migrated up, down and up, and its tests run and are counted; then each
//! hunk is left out in turn, and what remains is compiled.
//!
//! It needs packages from npm and runs in a stage of its own, with `PROSCENIUM_REAL=1`; it keeps
//! its packages in the target folder.

use crate::{
    recipe_auth_node::{DRIZZLE, KYSELY, PRISMA, auth, books},
    recipe_remains::remainders,
    support::backend::{
        Texts, fixture, folder_below, installed, installed_without_scripts, is_real, run, with, write_tree,
    },
};
use proscenium::domain::proposal::Proposal;
use std::path::Path;

/// The manifest of a fixture with everything that sign-in may need, so that one installation
/// serves all of its tests.
fn manifest(texts: &Texts) -> String {
    let mut manifest: serde_json::Value = serde_json::from_str(&texts["package.json"]).unwrap();
    for (name, version) in [("@node-rs/argon2", "^2.0.0"), ("bcrypt", "^6.0.0"), ("jose", "^6.0.0")] {
        manifest["dependencies"][name] = version.into();
    }
    manifest["devDependencies"]["@types/bcrypt"] = "^6.0.0".into();
    manifest.to_string()
}

/// What Prisma needs to be told, which asks whether engines are there that it does not use.
const SETTINGS: [(&str, &str); 3] = [
    ("PRISMA_SCHEMA_ENGINE_BINARY", "/bin/true"),
    ("PRISMA_QUERY_ENGINE_LIBRARY", "/bin/true"),
    ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none"),
];

fn tool(packages: &Path, name: &str) -> String {
    packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned()
}

/// Writes a backend below its packages, with what its mapper generates.
fn written(packages: &Path, texts: &Texts) -> tempfile::TempDir {
    let folder = folder_below(packages);
    write_tree(folder.path(), texts, &[]);
    if texts.contains_key("prisma/schema.prisma") {
        for arguments in [&["validate"][..], &["format", "--check"], &["generate"]] {
            run(folder.path(), &tool(packages, "prisma"), arguments, &SETTINGS, 90);
        }
    }
    folder
}

/// Compiles, lints, checks the form, migrates, counts the tests; then does without each hunk.
fn prove(packages: &Path, texts: &Texts, proposal: &Proposal, tests: &str, proof: Option<(&str, &str)>) {
    let all = with(texts, proposal);
    let folder = written(packages, &all);
    let folder = folder.path();
    // A repository of its own: the one around it ignores the target folder, and so would linters.
    run(folder, "git", &["init", "-q"], &[], 60);
    run(folder, &tool(packages, "tsc"), &["--noEmit"], &[], 240);
    run(folder, &tool(packages, "oxlint"), &["--deny-warnings", "src", tests], &[], 120);
    // The formatter changes nothing; what it would is said.
    run(folder, "git", &["add", "-A"], &[], 60);
    run(folder, &tool(packages, "prettier"), &["--write", "--log-level=warn", "src", tests], &[], 120);
    run(folder, "git", &["diff", "--exit-code"], &[], 60);
    let vitest = tool(packages, "vitest");
    let patient = ["run", "--testTimeout=100000", "--hookTimeout=100000"];
    if let Some((path, text)) = proof {
        std::fs::write(folder.join(path), text).unwrap();
        let said = run(folder, &vitest, &[&patient[..], &[path]].concat(), &SETTINGS, 300);
        assert!(said.contains("Tests  1 passed (1)"), "{said}");
        std::fs::remove_file(folder.join(path)).unwrap();
    }
    if all.contains_key("drizzle.config.ts") {
        let said = run(folder, &tool(packages, "drizzle-kit"), &["generate"], &[], 120);
        assert!(said.contains("No schema changes"), "{said}");
    }
    // No key is set: the tests bring their own.
    let said = run(folder, &vitest, &patient, &SETTINGS, 600);
    let is_test = |line: &&str| ["it('", "test(\""].iter().any(|begin| line.trim_start().starts_with(begin));
    let files = all.iter().filter(|(path, _)| path.contains(".test."));
    let count: usize = files.map(|(_, text)| text.lines().filter(is_test).count()).sum();
    let expected = format!("Tests  {count} passed ({count})");
    assert!(count > 15 && said.contains(&expected) && !said.contains("skipped"), "{expected}\n{said}");
    println!("{}: {expected}", folder.display());
    for (name, rest) in remainders(texts, proposal) {
        println!("without {name}");
        let folder = written(packages, &rest);
        run(folder.path(), &tool(packages, "tsc"), &["--noEmit"], &[], 240);
    }
}

#[test]
fn users_of_functions_pass_their_tests() {
    if !is_real() {
        return;
    }
    let texts = books();
    let packages = installed("recipe-auth-express", &manifest(&fixture("express_functions")));
    let proof = "import { sql } from 'kysely'\nimport { expect, it } from 'vitest'\n\
                 import { db } from '../src/db/database.js'\n\
                 import { migrateDown, migrateUp } from '../src/db/migrator.js'\n\n\
                 it('goes up, down and up', async () => {\n  \
                 const tables = async () => (await db.introspection.getTables()).map((table) => table.name)\n  \
                 expect(await migrateUp()).toHaveLength(3)\n  expect(await tables()).toContain('refresh_tokens')\n  \
                 expect(await migrateDown()).toHaveLength(3)\n  expect(await tables()).toEqual([])\n  \
                 expect(await migrateUp()).toHaveLength(3)\n  await sql`select user_id from refresh_tokens`.execute(db)\n})\n";
    let proposal = auth(&texts, KYSELY, "argon2id").unwrap();
    prove(&packages, &texts, &proposal, "tests", Some(("tests/proof.test.ts", proof)));
}

#[test]
fn users_of_classes_pass_their_tests() {
    if !is_real() {
        return;
    }
    let texts = fixture("express_classes");
    let packages = installed("recipe-auth-express", &manifest(&texts));
    let proof = "import { connect } from \"../src/database/connect.js\";\n\
                 import { migrate } from \"../src/database/migrate.js\";\n\n\
                 test(\"goes up, down and up\", async () => {\n\tconst database = connect();\n\t\
                 const tables = async () => (await database.introspection.getTables()).map((table) => table.name);\n\t\
                 expect(await migrate(database)).toHaveLength(3);\n\texpect(await tables()).toContain(\"users\");\n\t\
                 expect(await migrate(database, \"none\")).toHaveLength(3);\n\texpect(await tables()).toEqual([]);\n\t\
                 expect(await migrate(database)).toHaveLength(3);\n});\n";
    let proposal = auth(&texts, KYSELY, "bcrypt").unwrap();
    prove(&packages, &texts, &proposal, "tests", Some(("tests/proof.test.ts", proof)));
}

#[test]
fn users_with_prisma_pass_their_tests() {
    if is_real() {
        let texts = fixture("express_prisma");
        let packages = installed_without_scripts("recipe-auth-prisma", &manifest(&texts));
        prove(&packages, &texts, &auth(&texts, PRISMA, "argon2id").unwrap(), "tests", None);
    }
}

#[test]
fn users_of_a_chain_pass_their_tests() {
    if is_real() {
        let texts = fixture("hono_drizzle");
        let packages = installed("recipe-auth-hono", &manifest(&texts));
        prove(&packages, &texts, &auth(&texts, DRIZZLE, "bcrypt").unwrap(), "test", None);
    }
}
