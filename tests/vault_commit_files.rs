//! What a file is when it is committed: line ends, modes, links, removals.

use crate::support::{
    git::Sandbox,
    vault::{assert_sound, commit_files, file, open, removal},
};
use pretty_assertions::assert_eq;
use proscenium::domain::commit::CommitFile;

#[test]
fn line_ends_and_a_missing_last_newline_are_committed_as_they_are() {
    let sandbox =
        Sandbox::with(&[("crlf", "a\r\nb\r\nc\r\n"), ("mixed", "a\r\nb\nc"), ("none", "a\nb\nc\nd")]);
    let vault = open(&sandbox);
    let texts = [("crlf", "a\r\nB\r\nc\r\n"), ("mixed", "a\r\nB\nc"), ("none", "a\nb\nc\nD")];
    let files: Vec<CommitFile> = texts.iter().map(|(path, text)| file(path, text)).collect();
    sandbox.write("none", "mine\na\nb\nc\nd");
    commit_files(&vault, &files);
    for (path, text) in texts {
        assert_eq!(sandbox.git(&["show", &format!("HEAD:{path}")]), text);
    }
    assert_eq!(sandbox.read("none"), "mine\na\nb\nc\nD");
    assert_eq!(sandbox.read("crlf"), "a\r\nB\r\nc\r\n");
}

#[test]
fn with_autocrlf_the_disk_has_crlf_and_the_commit_has_not() {
    let sandbox = Sandbox::with(&[("f", "a\nb\nc\n")]);
    sandbox.git(&["config", "core.autocrlf", "true"]);
    sandbox.write("f", "a\r\nb\r\nc\r\n");
    commit_files(&open(&sandbox), &[file("f", "a\nB\nc\n"), file("new", "n\n")]);
    assert_eq!((sandbox.read("f").as_str(), sandbox.read("new").as_str()), ("a\r\nB\r\nc\r\n", "n\r\n"));
    assert_eq!(sandbox.git(&["show", "HEAD:f"]), "a\nB\nc\n");
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
}

#[test]
fn modes_links_and_removals_are_committed_and_reach_the_disk() {
    let sandbox = Sandbox::with(&[("run.sh", "#!/bin/sh\n"), ("gone/deep/f", "g\n"), ("kept", "k\n")]);
    std::os::unix::fs::symlink("kept", sandbox.path("link")).unwrap();
    sandbox.git(&["add", "link"]);
    sandbox.git(&["commit", "-qm", "link"]);
    let mut script = file("run.sh", "#!/bin/sh\n");
    script.mode = Some(0o100_755);
    let mut link = file("link", "run.sh");
    link.mode = Some(0o120_000);
    let outcome = commit_files(&open(&sandbox), &[script, link, removal("gone/deep/f")]);
    assert_eq!(outcome.written, ["gone/deep/f", "link", "run.sh"]);
    assert_eq!(sandbox.git(&["status", "--porcelain"]), "");
    assert_eq!(std::fs::read_link(sandbox.path("link")).unwrap().to_str(), Some("run.sh"));
    assert!(!sandbox.path("gone").exists());
    assert!(sandbox.git(&["ls-tree", "HEAD", "run.sh"]).starts_with("100755"));
    assert_sound(&sandbox);
}

#[test]
fn a_folder_of_the_path_that_became_a_link_is_not_followed() {
    let sandbox = Sandbox::with(&[("dir/f", "a\n")]);
    let outside = sandbox.dir.path().join("outside");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("f"), "a\n").unwrap();
    std::fs::remove_dir_all(sandbox.path("dir")).unwrap();
    std::os::unix::fs::symlink(&outside, sandbox.path("dir")).unwrap();
    let outcome = commit_files(&open(&sandbox), &[file("dir/f", "b\n"), file("dir/new", "n\n")]);
    assert_eq!(outcome.kept, ["dir/f", "dir/new"]);
    assert_eq!(std::fs::read_to_string(outside.join("f")).unwrap(), "a\n");
    assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 1);
}
