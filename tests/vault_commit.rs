//! Commits hold exactly what was approved; what the user has stays theirs, byte for byte.

use crate::support::{
    git::{Sandbox, git},
    vault::{assert_sound, commit, commit_files, file, open, request, settings, snapshot},
};
use pretty_assertions::assert_eq;
use proscenium::{
    domain::commit::CommitFile,
    ports::{
        Vault,
        vault::{CommitPart, VaultError},
    },
    vault::GitVault,
};

const BASE: &str = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
const APPROVED: &str = "1\n2\n3\n4\nfive\n6\n7\n8\n9\n";

fn sandbox() -> Sandbox {
    Sandbox::with(&[("f.txt", BASE), ("other.txt", "a\nb\n")])
}

#[test]
fn a_clean_repository_gets_one_commit_and_is_clean_again() {
    let sandbox = sandbox();
    let base = sandbox.head();
    let vault = open(&sandbox);
    let outcome = commit_files(&vault, &[file("f.txt", APPROVED), file("new/dir/n.txt", "n\n")]);
    assert_eq!(outcome.written, ["f.txt", "new/dir/n.txt"]);
    assert_eq!(outcome.kept, Vec::<String>::new());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(outcome.commits[0].id, sandbox.head());
    assert_eq!(outcome.commits[0].tree, sandbox.git(&["rev-parse", "HEAD^{tree}"]).trim());
    assert_eq!(sandbox.git(&["rev-parse", "HEAD^"]).trim(), base);
    assert_eq!(sandbox.git(&["show", "HEAD:f.txt"]), APPROVED);
    assert_eq!(
        sandbox.git(&["log", "-1", "--format=%an <%ae>|%s"]),
        "Ada Test <ada@example.org>|orders: cancel\n"
    );
    assert!(sandbox.git(&["reflog", "-1"]).contains("commit: orders: cancel"));
    assert!(sandbox.git(&["reflog", "-1", "main"]).contains("commit: orders: cancel"));
    assert_sound(&sandbox);
}

#[test]
fn the_users_other_changes_stay_as_they_are_staged_or_not() {
    let sandbox = sandbox();
    sandbox.write("other.txt", "a\nstaged\n");
    sandbox.write("staged-new", "s\n");
    sandbox.git(&["add", "other.txt", "staged-new"]);
    sandbox.write("other.txt", "a\nstaged\nunstaged\n");
    sandbox.write("untracked", "u\n");
    let (status, staged, unstaged) =
        (sandbox.git(&["status", "--porcelain"]), sandbox.git(&["diff", "--cached"]), sandbox.git(&["diff"]));
    let mut before = snapshot(&sandbox, false);
    commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), status);
    assert_eq!(sandbox.git(&["diff", "--cached"]), staged);
    assert_eq!(sandbox.git(&["diff"]), unstaged);
    before.insert("f.txt".into(), APPROVED.into());
    assert_eq!(snapshot(&sandbox, false), before);
    assert_eq!(sandbox.git(&["show", "--stat", "--format=", "HEAD"]).lines().count(), 2);
    assert_sound(&sandbox);
}

#[test]
fn another_hunk_of_the_same_file_stays_staged_and_one_stays_unstaged() {
    let sandbox = sandbox();
    sandbox.write("f.txt", "one\n2\n3\n4\n5\n6\n7\n8\n9\n");
    sandbox.git(&["add", "f.txt"]);
    sandbox.write("f.txt", "one\n2\n3\n4\n5\n6\n7\n8\nnine\n");
    let outcome = commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(outcome.written, ["f.txt"]);
    assert_eq!(sandbox.git(&["show", "HEAD:f.txt"]), APPROVED);
    assert_eq!(sandbox.git(&["show", ":f.txt"]), "one\n2\n3\n4\nfive\n6\n7\n8\n9\n");
    assert_eq!(sandbox.read("f.txt"), "one\n2\n3\n4\nfive\n6\n7\n8\nnine\n");
    assert_sound(&sandbox);
}

#[test]
fn the_same_hunk_already_staged_is_no_conflict() {
    let sandbox = sandbox();
    sandbox.write("f.txt", APPROVED);
    sandbox.git(&["add", "f.txt"]);
    let outcome = commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(outcome.written, Vec::<String>::new());
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn another_staged_change_of_the_same_lines_refuses_before_anything_is_written() {
    let sandbox = sandbox();
    sandbox.write("f.txt", "1\n2\n3\n4\nFIVE\n6\n7\n8\n9\n");
    sandbox.git(&["add", "f.txt"]);
    let vault = open(&sandbox);
    let request = request(&vault, "m", &[file("f.txt", APPROVED)]);
    let before = snapshot(&sandbox, true);
    let (result, _) = commit(&vault, &request);
    assert!(matches!(result, Err(VaultError::Conflict { path }) if path == "f.txt"));
    assert_eq!(snapshot(&sandbox, true), before);
}

#[test]
fn an_unstaged_change_of_the_same_lines_is_kept_and_named() {
    let sandbox = sandbox();
    sandbox.write("f.txt", "1\n2\n3\n4\nmine\n6\n7\n8\n9\n");
    let outcome = commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(outcome.kept, ["f.txt"]);
    assert_eq!(sandbox.read("f.txt"), "1\n2\n3\n4\nmine\n6\n7\n8\n9\n");
    assert_eq!(sandbox.git(&["show", "HEAD:f.txt"]), APPROVED);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), " M f.txt\n");
}

#[test]
fn the_first_commit_of_a_repository_leaves_staged_files_staged() {
    let sandbox = Sandbox::unborn();
    sandbox.write("staged", "s\n");
    sandbox.git(&["add", "staged"]);
    commit_files(&open(&sandbox), &[file("app/main.py", "print(1)\n")]);
    assert_eq!(sandbox.git(&["ls-tree", "-r", "--name-only", "HEAD"]), "app/main.py\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "A  staged\n");
    assert!(sandbox.git(&["reflog", "-1"]).contains("commit (initial): orders: cancel"));
    assert_sound(&sandbox);
}

#[test]
fn an_unborn_repository_without_an_index_gets_one() {
    let sandbox = Sandbox::unborn();
    commit_files(&open(&sandbox), &[file("a", "a\n"), file("empty", "")]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.read("empty"), "");
    assert_sound(&sandbox);
}

#[test]
fn a_detached_head_moves_and_no_branch_does() {
    let sandbox = sandbox();
    let base = sandbox.head();
    sandbox.git(&["checkout", "-q", "--detach"]);
    commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(sandbox.git(&["rev-parse", "main"]).trim(), base);
    assert_eq!(sandbox.git(&["rev-parse", "HEAD^"]).trim(), base);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_sound(&sandbox);
}

#[test]
fn a_linked_worktree_commits_on_its_own_branch() {
    let sandbox = sandbox();
    let base = sandbox.head();
    let linked = sandbox.dir.path().canonicalize().unwrap().join("linked");
    sandbox.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().unwrap()]);
    let vault = GitVault::open(&linked, settings(&sandbox)).unwrap();
    assert_eq!(vault.state().unwrap().branch, "side");
    commit_files(&vault, &[file("f.txt", APPROVED)]);
    assert_eq!(sandbox.git(&["rev-parse", "main"]).trim(), base);
    assert_eq!(git(&linked, &["status", "--porcelain"]), "");
    assert_eq!(git(&linked, &["show", "side:f.txt"]), APPROVED);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_sound(&sandbox);
}

#[test]
fn a_merge_in_progress_a_lock_and_a_moved_base_refuse_and_change_nothing() {
    let sandbox = sandbox();
    let vault = open(&sandbox);
    let planned = request(&vault, "m", &[file("f.txt", APPROVED)]);
    let check = |prepare: &dyn Fn(), undo: &dyn Fn(), word: &str| {
        prepare();
        let before = snapshot(&sandbox, true);
        let error = commit(&vault, &planned).0.expect_err(word).to_string();
        assert!(error.contains(word), "{error} should say {word}");
        assert_eq!(snapshot(&sandbox, true), before, "{word}");
        undo();
    };
    for lock in ["index.lock", "HEAD.lock", "refs/heads/main.lock"] {
        let path = sandbox.path(&format!(".git/{lock}"));
        check(&|| std::fs::write(&path, "").unwrap(), &|| std::fs::remove_file(&path).unwrap(), lock);
    }
    let merge_head = sandbox.path(".git/MERGE_HEAD");
    check(
        &|| std::fs::write(&merge_head, sandbox.head()).unwrap(),
        &|| std::fs::remove_file(&merge_head).unwrap(),
        "merge",
    );
    check(
        &|| {
            sandbox.git(&["config", "--unset", "user.name"]);
        },
        &|| {
            sandbox.git(&["config", "user.name", "Ada Test"]);
        },
        "no author",
    );
    check(
        &|| {
            sandbox.git(&["commit", "-q", "--allow-empty", "-m", "moved"]);
        },
        &|| {},
        "no longer HEAD",
    );
}

#[test]
fn nothing_approved_and_another_tree_than_the_verified_one_are_refused() {
    let sandbox = sandbox();
    let vault = open(&sandbox);
    let same = request(&vault, "m", &[file("f.txt", BASE)]);
    assert!(matches!(commit(&vault, &same).0, Err(VaultError::NothingApproved)));
    let mut other = request(&vault, "m", &[file("f.txt", APPROVED)]);
    other.tree = "0123456789012345678901234567890123456789".into();
    assert!(matches!(commit(&vault, &other).0, Err(VaultError::TreeChanged { .. })));
    assert_eq!(sandbox.git(&["rev-list", "--count", "HEAD"]), "1\n");
}

#[test]
fn the_intent_can_still_stop_the_commit() {
    let sandbox = sandbox();
    let vault = open(&sandbox);
    let planned = request(&vault, "subject\n\nbody  \n\n\n", &[file("f.txt", APPROVED)]);
    let before = snapshot(&sandbox, true);
    let mut seen = String::new();
    let result = vault.commit(&planned, &mut |_| {}, &mut |message| {
        seen = message.to_owned();
        Err(VaultError::Busy("test".into()))
    });
    assert!(matches!(result, Err(VaultError::Busy(_))));
    assert_eq!(seen, "subject\n\nbody\n");
    assert_eq!(snapshot(&sandbox, true), before);
}

#[test]
fn flags_of_the_index_survive() {
    let sandbox =
        Sandbox::with(&[("assumed", "a\n"), ("skipped", "a\n"), ("f", "a\n"), ("intent-base", "a\n")]);
    sandbox.git(&["update-index", "--assume-unchanged", "assumed"]);
    sandbox.git(&["update-index", "--skip-worktree", "skipped"]);
    sandbox.write("intent", "i\n");
    sandbox.git(&["add", "--intent-to-add", "intent"]);
    let before = sandbox.git(&["ls-files", "-v"]);
    let vault = open(&sandbox);
    commit_files(&vault, &[file("f", "b\n"), file("assumed", "b\n"), file("skipped", "b\n")]);
    assert_eq!(sandbox.git(&["ls-files", "-v"]), before);
    assert!(sandbox.git(&["status", "--porcelain"]).contains(" A intent"));
    commit_files(&vault, &[file("intent", "i\n")]);
    assert!(!sandbox.git(&["status", "--porcelain"]).contains("intent"));
}

#[test]
fn a_file_edited_in_the_second_of_the_index_is_still_seen_as_edited() {
    let sandbox = sandbox();
    sandbox.write("other.txt", "a\nX\n");
    sandbox.git(&["add", "other.txt"]);
    // Same size, same second: only the content tells.
    sandbox.write("other.txt", "a\nY\n");
    commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "MM other.txt\n");
}

#[test]
fn several_parts_become_a_chain_and_the_branch_moves_once() {
    let sandbox = sandbox();
    let vault = open(&sandbox);
    let base = sandbox.head();
    let part = |message: &str, files: Vec<CommitFile>| CommitPart {
        message: message.into(),
        files,
        layer: None,
        hunks: vec![],
    };
    let parts = vec![
        part("models", vec![file("m.py", "m\n")]),
        part("nothing", vec![file("m.py", "m\n")]),
        part("router", vec![file("r.py", "r\n"), file("m.py", "m2\n")]),
    ];
    let tree = vault.compose(&base, &[file("m.py", "m2\n"), file("r.py", "r\n")]).unwrap();
    let whole = proscenium::ports::vault::CommitRequest {
        base: base.clone(),
        parts,
        tree,
        scratch: Default::default(),
        cancel: Default::default(),
    };
    let outcome = commit(&vault, &whole).0.unwrap();
    let verified: Vec<bool> = outcome.commits.iter().map(|commit| commit.verified).collect();
    assert_eq!(verified, [false, true]);
    assert_eq!(sandbox.git(&["log", "--format=%s"]), "router\nmodels\nbase\n");
    assert_eq!(sandbox.git(&["reflog", "main"]).lines().count(), 2);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(outcome.written, ["m.py", "r.py"]);
}

#[test]
fn text_that_was_not_approved_is_nowhere_in_the_repository() {
    let sandbox = sandbox();
    let vault = open(&sandbox);
    let rejected = "REJECTED-CANARY\n";
    vault.compose(&sandbox.head(), &[file("f.txt", rejected)]).unwrap();
    vault.scratch("approved", &sandbox.head(), &[file("f.txt", rejected)]).unwrap();
    commit_files(&vault, &[file("f.txt", APPROVED)]);
    let id = git(&sandbox.root(), &["rev-parse", "HEAD:f.txt"]);
    assert!(crate::support::git::run(&sandbox.root(), &["cat-file", "-e", id.trim()]).status.success());
    let all = sandbox.git(&["cat-file", "--batch-check", "--batch-all-objects"]);
    for line in all.lines() {
        let object = line.split(' ').next().unwrap();
        assert!(!sandbox.git(&["cat-file", "-p", object]).contains("REJECTED-CANARY"), "{line}");
    }
}

#[test]
fn applying_writes_files_and_neither_commits_nor_stages() {
    let sandbox = sandbox();
    let base = sandbox.head();
    sandbox.write("f.txt", "mine\n2\n3\n4\n5\n6\n7\n8\n9\n");
    sandbox.write("other.txt", "mine\nb\n");
    let before = sandbox.git(&["diff", "--cached"]);
    let outcome = open(&sandbox)
        .apply(&base, &[file("f.txt", APPROVED), file("other.txt", "theirs\nb\n"), file("new", "n\n")])
        .unwrap();
    assert_eq!(
        (outcome.written.clone(), outcome.kept.clone()),
        (vec!["f.txt".into(), "new".into()], vec!["other.txt".into()])
    );
    assert_eq!(sandbox.read("f.txt"), "mine\n2\n3\n4\nfive\n6\n7\n8\n9\n");
    assert_eq!(sandbox.read("other.txt"), "mine\nb\n");
    assert_eq!((sandbox.head(), sandbox.git(&["diff", "--cached"])), (base, before));
}

#[test]
fn a_submodule_that_changed_is_neither_committed_nor_a_crash() {
    let sandbox = sandbox();
    git(sandbox.dir.path(), &["init", "-q", "-b", "main", "sub"]);
    let sub = sandbox.dir.path().join("sub");
    git(&sub, &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "s"]);
    sandbox.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "add",
        "-q",
        sub.to_str().unwrap(),
        "sub",
    ]);
    sandbox.git(&["commit", "-qm", "sub"]);
    git(
        &sandbox.path("sub"),
        &["-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "t"],
    );
    let vault = open(&sandbox);
    commit_files(&vault, &[file("f.txt", APPROVED)]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), " M sub\n");
    let inside = vault.compose(&sandbox.head(), &[file("sub/evil", "x")]);
    assert!(matches!(inside, Err(VaultError::RefusedPath { .. })));
    assert_sound(&sandbox);
}

#[test]
fn a_sparse_checkout_keeps_its_flags_and_absent_files_are_not_deleted() {
    let sandbox = Sandbox::with(&[("a/f.txt", BASE), ("b/g.txt", "g\n"), ("b/h.txt", "h\n")]);
    sandbox.git(&["sparse-checkout", "set", "--cone", "--no-sparse-index", "a"]);
    assert!(!sandbox.path("b").exists());
    let vault = open(&sandbox);
    assert_eq!(vault.state().unwrap().dirty, Vec::<String>::new());
    assert_eq!(vault.working_changes(&sandbox.head()).unwrap(), vec![]);
    let flags = sandbox.git(&["ls-files", "-t"]);
    let outcome = commit_files(&vault, &[file("a/f.txt", APPROVED), file("b/g.txt", "G\n")]);
    assert_eq!(outcome.written, ["a/f.txt"]);
    assert_eq!(sandbox.git(&["ls-files", "-t"]), flags);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(sandbox.git(&["show", "HEAD:b/g.txt"]), "G\n");
    assert_sound(&sandbox);
}

#[test]
fn the_time_of_a_commit_can_be_fixed() {
    let sandbox = sandbox();
    let mut settings = settings(&sandbox);
    settings.commit_time = Some(1_767_323_045);
    let vault = GitVault::open(&sandbox.root(), settings).unwrap();
    commit_files(&vault, &[file("f.txt", APPROVED)]);
    assert_eq!(
        sandbox.git(&["log", "-1", "--format=%at %ct %ad", "--date=raw"]),
        "1767323045 1767323045 1767323045 +0000\n"
    );
}

#[test]
fn packed_references_and_nested_branch_names_move() {
    let sandbox = sandbox();
    sandbox.git(&["checkout", "-q", "-b", "feature/deep/x"]);
    sandbox.git(&["pack-refs", "--all", "--prune"]);
    sandbox.git(&["gc", "-q", "--prune=now"]);
    commit_files(&open(&sandbox), &[file("f.txt", APPROVED)]);
    assert_eq!(sandbox.git(&["show", "feature/deep/x:f.txt"]), APPROVED);
    assert_eq!(sandbox.git(&["rev-list", "--count", "main"]), "1\n");
    assert_sound(&sandbox);
}
