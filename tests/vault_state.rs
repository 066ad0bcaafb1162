//! What the vault says about a repository, and which repositories it refuses.

use crate::support::{
    git::{Sandbox, git},
    temp,
    vault::{file, open, settings},
};
use pretty_assertions::assert_eq;
use proscenium::{
    ports::{Vault, vault::VaultError},
    vault::GitVault,
};
use std::os::unix::fs::PermissionsExt;

fn refusal(sandbox: &Sandbox) -> String {
    GitVault::open(&sandbox.root(), settings(sandbox)).expect_err("it is refused").to_string()
}

#[test]
fn a_folder_without_git_is_named() {
    let sandbox = Sandbox { dir: temp::folder() };
    std::fs::create_dir(sandbox.root()).unwrap();
    assert!(matches!(
        GitVault::open(&sandbox.root(), settings(&sandbox)),
        Err(VaultError::NotARepository(path)) if path.ends_with("repo")
    ));
    assert!(!sandbox.store().exists());
}

#[test]
fn formats_that_cannot_be_written_are_refused_by_name() {
    for (arguments, word) in [
        (vec!["init", "-q", "--bare"], "bare"),
        (vec!["init", "-q", "--object-format=sha256"], "sha256"),
        (vec!["init", "-q", "--ref-format=reftable"], "reftable"),
    ] {
        let sandbox = Sandbox { dir: temp::folder() };
        std::fs::create_dir(sandbox.root()).unwrap();
        git(&sandbox.root(), &arguments);
        let text = refusal(&sandbox);
        assert!(text.contains(word), "{arguments:?}: {text}");
    }
    for (arguments, word) in [
        (vec![vec!["update-index", "--split-index"]], "split index"),
        (vec![vec!["sparse-checkout", "set", "--cone", "--sparse-index", "a"]], "sparse index"),
    ] {
        let sandbox = Sandbox::with(&[("a/f.txt", "a\n"), ("b/c/g.txt", "b\n")]);
        for command in &arguments {
            sandbox.git(command);
        }
        let text = refusal(&sandbox);
        assert!(text.contains(word), "{arguments:?}: {text}");
    }
}

#[test]
fn a_store_inside_the_repository_is_refused() {
    let sandbox = Sandbox::with(&[("a", "a\n")]);
    let mut settings = settings(&sandbox);
    settings.store = sandbox.path("store");
    let result = GitVault::open(&sandbox.root(), settings);
    assert!(matches!(result, Err(VaultError::RefusedPath { .. })));
    assert!(!sandbox.path("store").exists());
}

#[test]
fn the_state_has_branch_head_author_and_every_kind_of_dirt() {
    let sandbox = Sandbox::with(&[("kept", "a\n"), ("staged", "a\n"), ("edited", "a\n"), ("gone", "a\n")]);
    sandbox.write(".gitignore", "ignored\n");
    sandbox.write("staged", "b\n");
    sandbox.git(&["add", "staged"]);
    sandbox.write("edited", "b\n");
    sandbox.write("new/file", "n\n");
    sandbox.write("ignored", "i\n");
    std::fs::remove_file(sandbox.path("gone")).unwrap();
    let state = open(&sandbox).state().unwrap();
    assert_eq!(state.dirty, [".gitignore", "edited", "gone", "new/file", "staged"]);
    assert_eq!((state.branch.as_str(), state.detached), ("main", false));
    assert_eq!(state.head, sandbox.head());
    assert_eq!(state.root, sandbox.root());
    assert_eq!(state.author.as_deref(), Some("Ada Test <ada@example.org>"));
    assert_eq!((state.operation, state.signing, state.hooks), (None, None, vec![]));
}

#[test]
fn unborn_and_detached_are_states_not_errors() {
    let sandbox = Sandbox::unborn();
    let state = open(&sandbox).state().unwrap();
    assert_eq!((state.branch.as_str(), state.head.as_str(), state.detached), ("main", "", false));
    let sandbox = Sandbox::with(&[("a", "a\n")]);
    sandbox.git(&["checkout", "-q", "--detach"]);
    let state = open(&sandbox).state().unwrap();
    assert_eq!((state.branch, state.detached), (sandbox.head()[..7].to_owned(), true));
}

#[test]
fn operations_in_progress_are_named() {
    let sandbox = Sandbox::with(&[("f", "a\n")]);
    sandbox.git(&["checkout", "-q", "-b", "other"]);
    sandbox.write("f", "b\n");
    sandbox.git(&["commit", "-qam", "b"]);
    sandbox.git(&["checkout", "-q", "main"]);
    sandbox.write("f", "c\n");
    sandbox.git(&["commit", "-qam", "c"]);
    for (start, name, end) in [
        ("merge", "merge", "merge"),
        ("cherry-pick", "cherry-pick", "cherry-pick"),
        ("rebase", "rebase", "rebase"),
    ] {
        let _conflicts = crate::support::git::run(&sandbox.root(), &[start, "other"]);
        assert_eq!(open(&sandbox).state().unwrap().operation.as_deref(), Some(name));
        sandbox.git(&[end, "--abort"]);
    }
}

#[test]
fn hooks_in_force_are_executable_not_samples_and_follow_hooks_path() {
    let sandbox = Sandbox::with(&[("a", "a\n")]);
    for (name, mode) in [("pre-commit", 0o755), ("commit-msg", 0o644), ("post-commit.sample", 0o755)] {
        let path = sandbox.path(&format!(".git/hooks/{name}"));
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    let vault = open(&sandbox);
    let expected = vec![("pre-commit".to_owned(), sandbox.path(".git/hooks/pre-commit"))];
    assert_eq!(vault.state().unwrap().hooks, expected);
    sandbox.git(&["config", "core.hooksPath", ".githooks"]);
    assert_eq!(vault.state().unwrap().hooks, vec![]);
    sandbox.write(".githooks/commit-msg", "#!/bin/sh\n");
    let path = sandbox.path(".githooks/commit-msg");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(vault.state().unwrap().hooks, vec![("commit-msg".to_owned(), path)]);
}

#[test]
fn a_missing_author_and_wrong_signing_are_seen_in_the_state() {
    let sandbox = Sandbox::with(&[("a", "a\n")]);
    sandbox.git(&["config", "--unset", "user.email"]);
    sandbox.git(&["config", "commit.gpgsign", "true"]);
    sandbox.git(&["config", "gpg.format", "ssh"]);
    let state = open(&sandbox).state().unwrap();
    assert_eq!(state.author, None);
    assert_eq!(state.signing.as_deref(), Some("not possible: user.signingkey names no SSH key"));
}

#[test]
fn working_changes_are_staged_unstaged_untracked_and_removed_texts() {
    let sandbox = Sandbox::with(&[
        ("same", "a\n"),
        ("staged", "a\n"),
        ("edited", "a\n"),
        ("gone", "a\n"),
        ("back", "a\n"),
    ]);
    sandbox.write(".git/info/exclude", "secret\n");
    sandbox.write("staged", "b\n");
    sandbox.git(&["add", "staged"]);
    sandbox.write("back", "b\n");
    sandbox.git(&["add", "back"]);
    sandbox.write("back", "a\n");
    sandbox.write("edited", "é\r\n");
    sandbox.write("new/file", "n");
    sandbox.write("secret", "s\n");
    sandbox.write_bytes("binary", b"a\0b");
    sandbox.write_bytes("latin", b"\xe9\n");
    std::os::unix::fs::symlink("/etc/passwd", sandbox.path("link")).unwrap();
    std::fs::remove_file(sandbox.path("gone")).unwrap();
    let changes = open(&sandbox).working_changes(&sandbox.head()).unwrap();
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        changes,
        [
            ("edited".to_owned(), text("é\r\n")),
            ("gone".to_owned(), None),
            ("new/file".to_owned(), text("n")),
            ("staged".to_owned(), text("b\n")),
        ]
    );
}

#[test]
fn line_ends_that_git_converts_are_no_change() {
    let sandbox =
        Sandbox::with(&[("f", "a\nb\n"), (".gitattributes", "*.bat eol=crlf\n"), ("x.bat", "a\nb\n")]);
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.write("f", "a\r\nc\r\n");
    sandbox.write("x.bat", "a\r\nc\r\n");
    let changes = open(&sandbox).working_changes(&sandbox.head()).unwrap();
    let text = |path: &str| (path.to_owned(), Some("a\nc\n".to_owned()));
    assert_eq!(changes, [text("f"), text("x.bat")]);
}

#[test]
fn reading_gives_bytes_and_mode_of_a_commit() {
    let sandbox = Sandbox::with(&[("d/f", "a\n")]);
    sandbox.write("d/f", "dirty\n");
    let vault = open(&sandbox);
    let found = vault.read(&sandbox.head(), "d/f").unwrap().unwrap();
    assert_eq!((found.bytes.as_slice(), found.mode), (&b"a\n"[..], 0o100_644));
    for nothing in ["d", "d/g", "d/f/x"] {
        assert_eq!(vault.read(&sandbox.head(), nothing).unwrap(), None, "{nothing}");
    }
    assert_eq!(vault.read("", "d/f").unwrap(), None);
}

#[test]
fn composing_gives_the_tree_that_git_would_and_leaves_the_repository_alone() {
    let sandbox = Sandbox::with(&[("a/one", "1\n"), ("a/two", "2\n"), ("b/deep/er", "3\n"), ("c", "4\n")]);
    let before = crate::support::vault::snapshot(&sandbox, true);
    let vault = open(&sandbox);
    let mut script = file("bin/run", "#!/bin/sh\n");
    script.mode = Some(0o100_755);
    let files = [
        file("a/one", "one\n"),
        crate::support::vault::removal("b/deep/er"),
        crate::support::vault::removal("c"),
        file("c/now/folder", "5\n"),
        script,
    ];
    let tree = vault.compose(&sandbox.head(), &files).unwrap();
    assert_eq!(crate::support::vault::snapshot(&sandbox, true), before);
    let work = sandbox.dir.path().join("by-git");
    git(sandbox.dir.path(), &["clone", "-q", "repo", "by-git"]);
    std::fs::write(work.join("a/one"), "one\n").unwrap();
    std::fs::remove_file(work.join("b/deep/er")).unwrap();
    std::fs::remove_file(work.join("c")).unwrap();
    std::fs::create_dir_all(work.join("c/now")).unwrap();
    std::fs::write(work.join("c/now/folder"), "5\n").unwrap();
    std::fs::create_dir_all(work.join("bin")).unwrap();
    std::fs::write(work.join("bin/run"), "#!/bin/sh\n").unwrap();
    std::fs::set_permissions(work.join("bin/run"), std::fs::Permissions::from_mode(0o755)).unwrap();
    git(&work, &["add", "-A"]);
    assert_eq!(tree, git(&work, &["write-tree"]).trim());
}

#[test]
fn paths_that_leave_the_tree_or_need_a_filter_are_refused_by_name() {
    let sandbox = Sandbox::with(&[
        ("f", "a\n"),
        (".gitattributes", "*.psd filter=lfs\n*.txt16 working-tree-encoding=UTF-16\n"),
    ]);
    std::os::unix::fs::symlink("/tmp", sandbox.path("lnk")).unwrap();
    sandbox.git(&["add", "lnk"]);
    sandbox.git(&["commit", "-qm", "link"]);
    let vault = open(&sandbox);
    for path in [
        "../evil",
        "/tmp/evil",
        ".git/config",
        "a/.git/config",
        ".GIT/config",
        "a/../../evil",
        "",
        "a//b",
        "./a",
        "lnk/evil",
        "f/below",
        "x.psd",
        "x.txt16",
        "nul\0name",
    ] {
        let result = vault.compose(&sandbox.head(), &[file(path, "x\n")]);
        assert!(
            matches!(&result, Err(VaultError::RefusedPath { path: named, .. }) if named == path),
            "{path:?}: {result:?}"
        );
    }
}

#[test]
fn a_folder_of_another_owner_is_refused_with_gits_own_remedy() {
    let sandbox = Sandbox::with(&[("a", "a\n")]);
    for path in [sandbox.root(), sandbox.path(".git")] {
        // Only root can give files away; for everyone else there is nothing to test.
        if std::os::unix::fs::chown(path, Some(12_345), None).is_err() {
            return;
        }
    }
    let text = refusal(&sandbox);
    assert!(text.contains("dubious ownership") && text.contains("safe.directory"), "{text}");
}

#[test]
fn damaged_repositories_are_errors_and_never_a_panic() {
    let check = |name: &str, bytes: &[u8]| {
        let sandbox = Sandbox::with(&[("a", "a\n")]);
        sandbox.write_bytes(name, bytes);
        if let Ok(vault) = GitVault::open(&sandbox.root(), settings(&sandbox)) {
            let before = crate::support::vault::snapshot(&sandbox, true);
            let head = vault.state().map(|state| state.head);
            let composed = vault.compose(head.as_deref().unwrap_or(""), &[file("a", "b\n")]);
            assert!(
                head.is_err() || composed.is_err() || name.ends_with("index"),
                "{name}: {head:?} {composed:?}"
            );
            assert_eq!(crate::support::vault::snapshot(&sandbox, true), before, "{name}");
        }
    };
    check(".git/index", b"DIRC garbage");
    check(".git/index", b"");
    check(".git/HEAD", b"garbage\n");
    check(".git/HEAD", b"");
    check(".git/refs/heads/main", b"0123456789012345678901234567890123456789\n");
    check(".git/refs/heads/main", b"garbage\n");
    check(".git/config", b"[core\n");
}

#[test]
fn the_working_tree_is_a_tree_only_while_no_file_of_it_differs_and_none_is_added() {
    let sandbox = Sandbox::with(&[("a.txt", "a\n"), ("d/b.bin", "\0b\n"), (".gitignore", "ignored\n")]);
    let vault = open(&sandbox);
    let base = vault.compose(&sandbox.head(), &[]).unwrap();
    let changed = vault.compose(&sandbox.head(), &[file("a.txt", "A\n"), file("n.txt", "n\n")]).unwrap();
    let is = |tree: &str| vault.working_is(tree).unwrap();
    assert!(is(&base) && !is(&changed));
    sandbox.write("ignored", "cache\n");
    assert!(is(&base), "what git ignores is in no tree");
    sandbox.write("n.txt", "n\n");
    assert!(!is(&base), "an untracked file may change what a test says");
    sandbox.write("a.txt", "A\n");
    assert!(is(&changed), "the same texts, not committed and not staged");
    sandbox.git(&["add", "a.txt"]);
    sandbox.write("a.txt", "a\n");
    assert!(!is(&changed), "what is staged does not matter");
    sandbox.write("a.txt", "A\n");
    sandbox.write("d/b.bin", "\0B\n");
    assert!(!is(&changed), "files that are not text count too");
    sandbox.write("d/b.bin", "\0b\n");
    let path = sandbox.path("a.txt");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!is(&changed), "so do modes");
    std::fs::remove_file(path).unwrap();
    assert!(!is(&changed));
}
