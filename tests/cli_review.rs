//! `proscenium review`: formats, what a change brought in, baselines and fixes.

use crate::support::{
    git,
    program::{Sandboxed, schema_errors},
    tools,
};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const LOOKUP: &str = "import sqlite3\n\n\ndef find(db: sqlite3.Connection, name: str):\n    return db.execute(f\"SELECT id FROM customers WHERE name = '{name}'\").fetchall()\n";

fn findings(value: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = value["findings"].as_array().expect("a list");
    list.iter().map(|finding| (text(&finding["rule"]), text(&finding["file"]))).collect()
}

/// The demo with one more query that puts a value into SQL; not committed.
fn changed_demo() -> (Sandboxed, PathBuf) {
    let (sandbox, root) = Sandboxed::with_demo();
    fs::write(root.join("app/repositories/lookup.py"), LOOKUP).expect("a file");
    (sandbox, root)
}

fn commit_all(root: &Path) {
    git::git(root, &["add", "-A"]);
    git::git(root, &["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "more"]);
}

#[test]
fn the_demo_has_findings_and_every_format_tells_the_same_ones() {
    let (sandbox, root) = Sandboxed::with_demo();
    let json = sandbox.run(&root, &["review", "--format", "json"]).expect(1).without_escapes().json();
    assert_eq!(schema_errors("review", &json), Vec::<String>::new());
    let found = findings(&json);
    let place = ("arch/router-uses-orm".to_owned(), "app/routers/reports.py".to_owned());
    assert!(
        found.contains(&place) || found.iter().any(|(rule, _)| rule.starts_with("sec/sql-")),
        "{found:?}"
    );
    let text = sandbox.run(&root, &["review"]).expect(1).without_escapes().text();
    let github = sandbox.run(&root, &["review", "--format", "github"]).expect(1).without_escapes().text();
    let markdown = sandbox.run(&root, &["review", "--format", "markdown"]).expect(1).without_escapes().text();
    assert_eq!(github.lines().count(), found.len(), "{github}");
    for (rule, file) in &found {
        assert!(text.contains(rule) && text.contains(file), "{rule} {file}\n{text}");
        assert!(markdown.contains(rule), "{markdown}");
        assert!(github.lines().any(|line| line.contains(&format!("file={file},")) && line.contains(rule)));
    }
    assert!(text.contains(&format!("{} findings: ", found.len())), "{text}");
}

#[test]
fn sarif_has_rules_places_and_fingerprints_that_do_not_move_with_the_lines() {
    let (sandbox, root) = changed_demo();
    let prints = |log: &Value| -> BTreeSet<String> {
        let results = log["runs"][0]["results"].as_array().expect("results");
        results.iter().map(|result| result["partialFingerprints"]["proscenium/v1"].to_string()).collect()
    };
    let log = sandbox.run(&root, &["review", "--format", "sarif"]).expect(1).without_escapes().json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let results = run["results"].as_array().expect("results");
    assert!(!results.is_empty());
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        assert!(run["tool"]["driver"]["rules"][index]["help"]["markdown"].is_string(), "{result}");
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |key: &str| region[key].as_u64().expect("a number");
        assert!(
            number("startLine") >= 1
                && number("startColumn") >= 1
                && number("endLine") >= number("startLine")
        );
    }
    let before = prints(&log);
    fs::write(root.join("app/repositories/lookup.py"), format!("# one\n# two\n\n{LOOKUP}")).expect("a file");
    let log = sandbox.run(&root, &["review", "--format", "sarif"]).expect(1).json();
    assert_eq!(prints(&log), before);
}

#[test]
fn uris_of_hostile_names_are_percent_encoded() {
    let (sandbox, root) = Sandboxed::with_demo();
    let name = "app/repositories/a b\n\u{1b}[31m%\u{202e}.py";
    fs::write(root.join(name), LOOKUP).expect("a file");
    let log = sandbox.run(&root, &["review", "--format", "sarif"]).expect(1).without_escapes().json();
    let results = log["runs"][0]["results"].as_array().expect("results");
    let uris: Vec<&str> = results
        .iter()
        .filter_map(|result| result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str())
        .collect();
    assert!(uris.contains(&"app/repositories/a%20b%0A%1B%5B31m%25%E2%80%AE.py"), "{uris:?}");
    for format in ["text", "github", "markdown"] {
        let text = sandbox.run(&root, &["review", "--format", format]).expect(1).without_escapes().text();
        assert!(
            !text.contains('\u{202e}') && !text.lines().any(|line| line.starts_with("\u{240b}")),
            "{text}"
        );
    }
}

#[test]
fn base_leaves_only_what_the_change_brought_in() {
    let (sandbox, root) = changed_demo();
    let json = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]).expect(1).json();
    assert_eq!(schema_errors("review", &json), Vec::<String>::new());
    assert_eq!(findings(&json), [("sec/sql-interpolated-value".into(), "app/repositories/lookup.py".into())]);
    assert!(json["older"].as_u64().expect("a number") > 0);
    // The same from a folder inside the repository.
    let inside = root.join("app");
    let json = sandbox.run(&inside, &["review", "--base", "HEAD", "--format", "json"]).expect(1).json();
    assert_eq!(findings(&json), [("sec/sql-interpolated-value".into(), "repositories/lookup.py".into())]);
    commit_all(&root);
    let text = sandbox.run(&root, &["review", "--base", "HEAD"]).expect(0).text();
    assert!(text.starts_with("no new finding · "), "{text}");
    let ran = sandbox.run(&root, &["review", "--base", "no-such-branch"]).expect(2);
    assert!(ran.err.contains("there is no revision no-such-branch"), "{}", ran.err);
}

#[test]
fn a_baseline_hides_what_it_holds_and_says_what_is_dead() {
    let (sandbox, root) = changed_demo();
    let file = sandbox.path("known.json");
    let file = file.to_str().expect("UTF-8");
    sandbox.run(&root, &["review", "--write-baseline", file]).expect(0);
    let text = sandbox.run(&root, &["review", "--baseline", file]).expect(0).text();
    assert!(text.starts_with("no new finding · "), "{text}");
    fs::remove_file(root.join("app/repositories/lookup.py")).expect("removed");
    let json = sandbox.run(&root, &["review", "--baseline", file, "--format", "json"]).expect(0).json();
    assert_eq!(schema_errors("review", &json), Vec::<String>::new());
    assert_eq!(json["baseline"]["dead"].as_array().map(Vec::len), Some(1));
    fs::write(file, "{").expect("written");
    let ran = sandbox.run(&root, &["review", "--baseline", file]).expect(2);
    assert!(ran.err.contains("known.json") && ran.err.contains("hint: "), "{}", ran.err);
}

#[test]
fn the_level_that_fails_is_the_one_that_was_asked_for() {
    let (sandbox, root) = changed_demo();
    let json = sandbox.run(&root, &["review", "--base", "HEAD", "--format", "json"]).expect(1).json();
    assert_eq!(json["findings"][0]["level"], "error");
    sandbox.run(&root, &["review", "--base", "HEAD", "--fail-on", "error"]).expect(1);
    let (other, plain) = Sandboxed::with_files(&[("requirements.txt", "fastapi\n"), ("a.py", "x = 1\n")]);
    other.run(&plain, &["review", "--fail-on", "advice"]).expect(0);
    let ran = sandbox.run(&root, &["review", "--fail-on", "everything"]).expect(2);
    assert!(ran.err.contains("possible values: advice, warning, error"), "{}", ran.err);
}

#[test]
fn the_patch_of_fix_applies_and_takes_the_finding_away() {
    let (sandbox, root) = changed_demo();
    let ran = sandbox.run(&root, &["review", "--base", "HEAD", "--fix"]).expect(0).without_escapes();
    assert!(ran.err.contains("fixed 1 of 1 finding with a fix, in 1 file"), "{}", ran.err);
    assert_eq!(fs::read_to_string(root.join("app/repositories/lookup.py")).expect("a file"), LOOKUP);
    let mut apply = Command::new(&*tools::GIT)
        .args(["apply", "-"])
        .current_dir(&root)
        .stdin(Stdio::piped())
        .spawn()
        .expect("git");
    apply.stdin.take().expect("a pipe").write_all(&ran.out).expect("written");
    assert!(apply.wait().expect("ended").success(), "{}", ran.text());
    sandbox.run(&root, &["review", "--base", "HEAD"]).expect(0);
}

#[test]
fn apply_writes_committed_lines_and_leaves_uncommitted_ones_to_their_author() {
    let (sandbox, root) = changed_demo();
    let path = root.join("app/repositories/lookup.py");
    // Not committed: nothing of it is written.
    sandbox.run(&root, &["review", "--base", "HEAD", "--fix", "--apply"]).expect(1);
    assert_eq!(fs::read_to_string(&path).expect("a file"), LOOKUP);
    commit_all(&root);
    // The user's own change of the same line wins.
    let own = LOOKUP.replace(".fetchall()", ".fetchone()");
    fs::write(&path, &own).expect("a file");
    let ran = sandbox.run(&root, &["review", "--fix", "--apply"]);
    assert!(ran.err.contains("left alone: app/repositories/lookup.py"), "{}", ran.err);
    assert_eq!(fs::read_to_string(&path).expect("a file"), own);
    // A change elsewhere in the file is kept, and the fix is written beside it.
    fs::write(&path, format!("\"\"\"Mine.\"\"\"\n\n{LOOKUP}")).expect("a file");
    let ran = sandbox.run(&root, &["review", "--fix", "--apply"]);
    assert!(ran.err.contains("wrote app/repositories/lookup.py"), "{}", ran.err);
    let text = fs::read_to_string(&path).expect("a file");
    assert!(text.starts_with("\"\"\"Mine.\"\"\"\n\n") && !text.contains("'{name}'"), "{text}");
    assert_eq!(git::git(&root, &["diff", "--cached", "--name-only"]), "");
}
