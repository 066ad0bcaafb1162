//! `proscenium stack` and `proscenium propose`: what they show, and what `--apply` writes.

use crate::support::{
    git,
    program::{Sandboxed, schema_errors},
};
use pretty_assertions::assert_eq;
use std::{fs, path::Path};

fn commit(root: &Path) {
    git::git(root, &["init", "-q", "-b", "main"]);
    git::git(root, &["add", "-A"]);
    git::git(root, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "base"]);
}

#[test]
fn show_tells_each_field_with_its_evidence() {
    let (sandbox, root) = Sandboxed::with_demo();
    let text = sandbox.run(&root, &["stack", "show"]).expect(0).without_escapes().text();
    assert_eq!(text.lines().count(), 7, "{text}");
    assert!(
        text.contains(
            "framework        fastapi >=0.115  stated  pyproject.toml:7 dependency fastapi >=0.115"
        )
    );
    let json = sandbox.run(&root, &["stack", "show", "--format", "json"]).expect(0).json();
    assert_eq!(json["stack"]["migration"]["name"], "own-sql");
}

#[test]
fn check_names_the_file_the_line_and_the_column() {
    let (sandbox, root) = Sandboxed::with_demo();
    let ran = sandbox.run(&root, &["stack", "check"]).expect(0);
    assert_eq!(ran.text(), "");
    let file = root.join("stack/stack.yaml");
    for (text, words) in [
        ("framework: fastapi\n", "stack/stack.yaml:1:"),
        ("language: python\nlanguage: rust\n", "stack/stack.yaml:2:"),
        ("language: python\nverify:\n  lint:\n    cmd: 5\n", "stack/stack.yaml:4:"),
        ("- a\n", "stack/stack.yaml:1:"),
        ("a: &a [*a]\nlanguage: python\n", "stack/stack.yaml:"),
    ] {
        fs::write(&file, text).expect("written");
        let out = sandbox.run(&root, &["stack", "check"]).expect(1).without_escapes().text();
        assert!(out.contains(words) && out.contains(": error: "), "{text:?} gave {out}");
    }
    fs::write(&file, b"language: python\n# \xff\n").expect("written");
    let out = sandbox.run(&root, &["stack", "check"]).expect(1).text();
    assert!(out.contains("stack/stack.yaml:2:3: error: not UTF-8"), "{out}");
}

#[test]
fn check_refuses_what_is_no_regular_file_without_waiting() {
    let (sandbox, root) = Sandboxed::with_files(&[("app.py", "x = 1\n")]);
    let ran = sandbox.run(&root, &["stack", "check"]).expect(2);
    assert!(ran.err.contains("has no stack/stack.yaml") && ran.err.contains("stack set"), "{}", ran.err);
    fs::create_dir(root.join("stack")).expect("a folder");
    let file = root.join("stack/stack.yaml");
    nix::unistd::mkfifo(&file, nix::sys::stat::Mode::S_IRWXU).expect("a pipe");
    let ran = sandbox.run(&root, &["stack", "check"]).expect(2);
    assert!(ran.err.contains("not a regular file"), "{}", ran.err);
    fs::remove_file(&file).expect("removed");
    std::os::unix::fs::symlink("/etc/passwd", &file).expect("a link");
    let ran = sandbox.run(&root, &["stack", "check"]).expect(2);
    assert!(!ran.err.contains("root:"), "{}", ran.err);
    fs::remove_file(&file).expect("removed");
    fs::write(&file, "# x\n".repeat(300_000)).expect("written");
    let ran = sandbox.run(&root, &["stack", "check"]).expect(2);
    assert!(ran.err.contains("larger than 1 MiB"), "{}", ran.err);
}

#[test]
fn set_prints_a_patch_and_apply_writes_the_same_files() {
    let (sandbox, root) = Sandboxed::with_files(&[
        ("requirements.txt", "fastapi==0.115\nsqlalchemy==2.0\npytest\n"),
        ("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n"),
    ]);
    let patch = sandbox.run(&root, &["stack", "set"]).expect(0).without_escapes().text();
    assert!(patch.contains("+++ b/stack/stack.yaml") && patch.contains("+language: python"), "{patch}");
    assert!(!root.join("stack").exists());
    sandbox.run(&root, &["stack", "set", "--apply"]).expect(2);
    commit(&root);
    let ran = sandbox.run(&root, &["stack", "set", "--apply"]).expect(0);
    assert!(ran.err.contains("wrote stack/stack.yaml"), "{}", ran.err);
    sandbox.run(&root, &["stack", "check"]).expect(0);
    assert_eq!(git::git(&root, &["diff", "--cached", "--name-only"]), "");
}

#[test]
fn propose_prints_a_patch_that_applies_and_json_that_fits_its_schema() {
    let (sandbox, root) = Sandboxed::with_files(&[]);
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/fastapi_app");
    copy(&from, &root);
    commit(&root);
    let arguments = [
        "propose",
        "--recipe",
        "resource",
        "--set",
        "name=Voucher",
        "--set",
        "fields=code:string{1..40} amount:decimal",
    ];
    let patch = sandbox.run(&root, &arguments).expect(0).without_escapes().text();
    assert!(patch.contains("new file mode 100644"), "{patch}");
    let file = sandbox.path("resource.patch");
    fs::write(&file, &patch).expect("written");
    git::git(&root, &["apply", "--check", file.to_str().expect("UTF-8")]);
    let json = sandbox.run(&root, &[&arguments[..], &["--format", "json"]].concat()).expect(0).json();
    assert_eq!(schema_errors("propose", &json), Vec::<String>::new());
    assert_eq!(git::git(&root, &["status", "--porcelain"]), "");
    sandbox.run(&root, &[&arguments[..], &["--apply"]].concat()).expect(0);
    let written = git::git(&root, &["status", "--porcelain", "-uall"]);
    for file in json["proposal"]["files"].as_array().expect("a list") {
        assert!(written.contains(file["path"].as_str().expect("a path")), "{written}");
    }
    for (arguments, words) in [
        (vec!["propose", "--recipe", "nothing"], "the recipes are: resource"),
        (vec!["propose", "--recipe", "resource"], "the recipe resource needs name"),
        (vec!["propose", "--recipe", "resource", "--set", "name"], "write KEY=VALUE"),
    ] {
        let ran = sandbox.run(&root, &arguments).expect(2);
        assert!(ran.err.contains(words), "{}", ran.err);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            fs::create_dir_all(&target).expect("a folder");
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("copied");
        }
    }
}
