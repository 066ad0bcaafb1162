//! What the tests of Node's recipes on PostgreSQL share: one installation for all of them, and
//! the checks that every backend has to pass.

use crate::support::backend::{Texts, VITEST, fixture, installed_without_scripts, run};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The packages of every fixture and of sign-in, with the driver that applications use on a
/// server.
pub fn packages() -> PathBuf {
    let mut all = json!({ "name": "all", "private": true, "type": "module" });
    for name in ["express_functions", "express_prisma", "hono_drizzle"] {
        let own: Value = serde_json::from_str(&fixture(name)["package.json"]).unwrap();
        for part in ["dependencies", "devDependencies", "overrides"] {
            for (package, version) in own[part].as_object().into_iter().flatten() {
                if !package.contains("pglite") {
                    all[part][package] = version.clone();
                }
            }
        }
    }
    for (package, version) in [
        ("pg", "^8.16.0"),
        ("@types/pg", "^8.15.0"),
        ("@prisma/adapter-pg", "^6.19.0"),
        ("@node-rs/argon2", "^2.0.0"),
        ("jose", "^6.0.0"),
    ] {
        all["dependencies"][package] = version.into();
    }
    installed_without_scripts("recipe-postgres-node", &all.to_string())
}

/// The path of an installed program.
pub fn tool(packages: &Path, name: &str) -> String {
    packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned()
}

/// Compiles, lints, checks the format and tests a backend on disk; the tests of all files are
/// counted.
pub fn prove(packages: &Path, folder: &Path, texts: &Texts, settings: &[(&str, &str)]) -> usize {
    let tests = if texts.keys().any(|path| path.starts_with("tests/")) { "tests" } else { "test" };
    let run = |name: &str, arguments: &[&str], seconds| {
        run(folder, &tool(packages, name), arguments, settings, seconds)
    };
    run("tsc", &["--noEmit"], 240);
    run("oxlint", &["--deny-warnings", "src", tests], 120);
    run("prettier", &["--check", "src", tests], 120);
    let said = run("vitest", &VITEST, 300);
    let is_test = |line: &&str| ["it('", "test(\""].iter().any(|begin| line.trim_start().starts_with(begin));
    let files = texts.iter().filter(|(path, _)| path.ends_with(".test.ts"));
    let count = files.map(|(_, text)| text.lines().filter(is_test).count()).sum();
    assert!(
        count > 8 && said.contains(&format!("Tests  {count} passed ({count})")) && !said.contains("skipped"),
        "{count} tests\n{said}"
    );
    println!("{count} passed");
    count
}
