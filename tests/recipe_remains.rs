//! What remains of a backend without one hunk of a proposal, and those that need it: on disk,
//! with the packages of a real test, checked as its language does.
//!
//! Chance picks the hunk, because each would take too long; `support::chance` says which it was.

use crate::{
    recipe_hunks::{session, with_dependants, without},
    support::{
        backend::{Texts, folder_below, mypy_cache, run, write_tree},
        chance::picked,
    },
};
use proscenium::domain::proposal::Proposal;
use std::{collections::BTreeSet, path::Path};

/// What remains of a backend without each hunk and those that need it, with a name of the hunk.
pub fn remainders(texts: &Texts, proposal: &Proposal) -> Vec<(String, Texts)> {
    let session = session(texts, proposal);
    let hunks = session.hunks();
    let mut seen = BTreeSet::new();
    let mut all = Vec::new();
    for hunk in &hunks {
        let rejected = with_dependants(&hunks, hunk);
        if rejected.len() < hunks.len() && seen.insert(rejected.clone()) {
            let (edit, _) = session.hunk(hunk.id).unwrap();
            let line = hunk.new_lines().first();
            let name = format!("{} {line:?} and {} more", edit.path, rejected.len() - 1);
            all.push((name, without(texts, &session, &rejected)));
        }
    }
    all
}

/// The same for a hunk that chance picks; says which one it was.
pub fn without_one(what: &str, texts: &Texts, proposal: &Proposal) -> Vec<Texts> {
    let all = remainders(texts, proposal);
    if all.is_empty() {
        println!("{what}: no hunk can be rejected without all others");
        return Vec::new();
    }
    let say = |(name, rest)| {
        println!("{what} without {name}");
        rest
    };
    picked(what, all).into_iter().map(say).collect()
}

/// The same on disk below a folder with packages, where each is checked.
pub fn check_without_one(
    what: &str,
    texts: &Texts,
    proposal: &Proposal,
    packages: &Path,
    check: &dyn Fn(&Path),
) {
    for rest in without_one(what, texts, proposal) {
        let folder = folder_below(packages);
        write_tree(folder.path(), &rest, &[]);
        check(folder.path());
    }
}

/// The same for TypeScript, and the tests that remain pass.
pub fn run_without_one(
    what: &str,
    texts: &Texts,
    proposal: &Proposal,
    packages: &Path,
    (tool, arguments): (&str, &[&str]),
) {
    let bin = |name: &str| packages.join("node_modules/.bin").join(name).to_str().unwrap().to_owned();
    check_without_one(what, texts, proposal, packages, &|folder| {
        run(folder, &bin("tsc"), &["--noEmit"], &[], 120);
        run(folder, &bin(tool), arguments, &[], 300);
    });
}

/// What remains in TypeScript, whose compiler checks it.
pub fn compile_without_one(what: &str, texts: &Texts, proposal: &Proposal, packages: &Path) {
    let tsc = packages.join("node_modules/.bin/tsc").to_str().unwrap().to_owned();
    check_without_one(what, texts, proposal, packages, &|folder| {
        run(folder, &tsc, &["--noEmit"], &[], 120);
    });
}

/// The same for Python below a folder of the repository: linted, its types checked, its tests
/// collected, for which everything is imported.
pub fn import_without_one(what: &str, texts: &Texts, proposal: &Proposal, bin: &Path, root: &str) {
    python_without_one(what, texts, proposal, (bin, root), &["--collect-only"]);
}

/// The same, and the tests that remain pass.
pub fn test_without_one(what: &str, texts: &Texts, proposal: &Proposal, bin: &Path, root: &str) {
    python_without_one(what, texts, proposal, (bin, root), &[]);
}

fn python_without_one(
    what: &str,
    texts: &Texts,
    proposal: &Proposal,
    (bin, root): (&Path, &str),
    pytest: &[&str],
) {
    let tool = |name: &str| bin.join(name).to_str().unwrap().to_owned();
    let settings = [
        ("PYTHONDONTWRITEBYTECODE", "1"),
        ("PYTHONPATH", "."),
        ("DATABASE_URL", "sqlite:///proof.sqlite3"),
        ("DATABASE_FILE", "proof.sqlite3"),
    ];
    check_without_one(what, texts, proposal, bin.parent().unwrap(), &|folder| {
        let root = folder.join(root);
        // A line that imports two names is one hunk: without one of its two uses a name is left over,
        // which does no harm; names that are not there would.
        run(
            &root,
            &tool("ruff"),
            &["check", "--no-cache", "--select", "F", "--ignore", "F401", "."],
            &[],
            120,
        );
        let manifest = std::fs::read_to_string(root.join("pyproject.toml")).unwrap_or_default();
        if manifest.contains("[tool.mypy]") {
            // One for each: Django's plugin remembers which models there were.
            let cache = mypy_cache(bin.parent().unwrap());
            let arguments = ["--cache-dir", cache.path().to_str().unwrap(), "."];
            run(&root, &tool("mypy"), &arguments, &settings, 300);
        }
        let arguments = [&["-m", "pytest", "-q", "-p", "no:cacheprovider"], pytest].concat();
        run(&root, &tool("python"), &arguments, &settings, 120);
    });
}
