//! Taking commits back.

use crate::support::{
    git::Sandbox,
    vault::{assert_sound, commit_files, file, open, removal, snapshot},
};
use pretty_assertions::assert_eq;
use proscenium::ports::{Vault, vault::VaultError};

const BASE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const APPROVED: &str = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";

#[test]
fn undoing_gives_back_branch_index_and_files() {
    let sandbox = Sandbox::with(&[("f", BASE), ("gone", "g\n"), ("other", "o\n")]);
    let base = sandbox.head();
    sandbox.write("other", "staged\n");
    sandbox.git(&["add", "other"]);
    sandbox.write("other", "unstaged\n");
    let (before, status) = (snapshot(&sandbox, false), sandbox.git(&["status", "--porcelain"]));
    let vault = open(&sandbox);
    let outcome = commit_files(&vault, &[file("f", APPROVED), file("new", "n\n"), removal("gone")]);
    vault.undo(&outcome.commits, &base).unwrap();
    assert_eq!(sandbox.head(), base);
    assert_eq!(snapshot(&sandbox, false), before);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), status);
    assert_sound(&sandbox);
}

#[test]
fn undoing_keeps_what_the_user_did_since() {
    let sandbox = Sandbox::with(&[("f", BASE)]);
    let base = sandbox.head();
    let vault = open(&sandbox);
    let outcome = commit_files(&vault, &[file("f", APPROVED)]);
    sandbox.write("f", &APPROVED.replace("9\n", "nine\n"));
    vault.undo(&outcome.commits, &base).unwrap();
    assert_eq!(sandbox.read("f"), BASE.replace("9\n", "nine\n"));
}

#[test]
fn undoing_is_refused_where_it_would_lose_something() {
    let sandbox = Sandbox::with(&[("f", BASE)]);
    let base = sandbox.head();
    let vault = open(&sandbox);
    let outcome = commit_files(&vault, &[file("f", APPROVED)]);
    sandbox.write("f", &APPROVED.replace("five\n", "FIVE\n"));
    let before = snapshot(&sandbox, true);
    assert!(matches!(vault.undo(&outcome.commits, &base), Err(VaultError::Conflict { path }) if path == "f"));
    assert_eq!(snapshot(&sandbox, true), before);
    sandbox.git(&["checkout", "-q", "f"]);
    sandbox.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    assert!(matches!(vault.undo(&outcome.commits, &base), Err(VaultError::Pushed)));
    sandbox.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    sandbox.git(&["commit", "-q", "--allow-empty", "-m", "later"]);
    assert!(matches!(vault.undo(&outcome.commits, &base), Err(VaultError::BaseMoved { .. })));
}

#[test]
fn undoing_the_first_commit_makes_the_branch_unborn_again() {
    let sandbox = Sandbox::unborn();
    let vault = open(&sandbox);
    let outcome = commit_files(&vault, &[file("a", "a\n")]);
    vault.undo(&outcome.commits, "").unwrap();
    assert_eq!(vault.state().unwrap().head, "");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert!(!sandbox.path("a").exists());
}
