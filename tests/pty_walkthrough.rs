//! The README's walkthrough, pressed key by key in a real terminal.
//!
//! The table of the README is the script: keys of its first column are pressed, texts of
//! its last column must appear. So the README cannot teach a key that does not work.

use crate::support::{
    git::git,
    pty::{Home, Start, Terminal},
    source::root,
    tools,
};
use std::path::Path;

/// Of the hunk that the walkthrough rejects.
const REJECTED: &str = "customer and customer.email";

/// Longer than a question waits before Enter answers it.
pub const READING: std::time::Duration = std::time::Duration::from_millis(400);

pub struct Step {
    keys: Vec<String>,
    pub shows: Vec<String>,
}

/// The rows between the README's walkthrough marks.
pub fn steps() -> Vec<Step> {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, rest) = readme.split_once("<!-- walkthrough: begin -->").expect("the README has a walkthrough");
    let (table, _) = rest.split_once("<!-- walkthrough: end -->").unwrap();
    table
        .lines()
        .filter(|line| line.starts_with('|'))
        .skip(2)
        .map(|row| {
            let columns: Vec<&str> = row.trim_matches('|').split('|').collect();
            assert_eq!(columns.len(), 3, "{row}");
            Step { keys: keys(columns[0]), shows: between(columns[2], "`", "`") }
        })
        .collect()
}

/// `<kbd>x</kbd>` is a key, `“words”` are typed.
fn keys(column: &str) -> Vec<String> {
    let mut rest = column;
    let mut keys = Vec::new();
    while let Some(at) = rest.find(['<', '“']) {
        let (open, close) = if rest[at..].starts_with('<') { ("<kbd>", "</kbd>") } else { ("“", "”") };
        let body = rest[at..].strip_prefix(open).unwrap();
        let (key, after) = body.split_once(close).unwrap();
        keys.push(if open == "“" { format!("“{key}”") } else { key.to_owned() });
        rest = after;
    }
    keys
}

fn between(text: &str, open: &str, close: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(open) {
        let Some((inside, behind)) = after.split_once(close) else { break };
        found.push(inside.to_owned());
        rest = behind;
    }
    found
}

pub fn walk(terminal: &mut Terminal, steps: &[Step]) {
    let mut before: &[String] = &[];
    for step in steps {
        let keys: Vec<&str> = step.keys.iter().map(String::as_str).collect();
        if keys.contains(&"Enter") {
            // A question takes no answer before it could be read.
            std::thread::sleep(READING);
        }
        terminal.press(&keys);
        if keys == ["Esc"] {
            // A key that follows at once would be read as Alt with that key.
            before.iter().for_each(|text| terminal.wait_until_gone(text));
        }
        step.shows.iter().for_each(|text| terminal.wait_for(text));
        before = &step.shows;
    }
}

pub fn has_python() -> bool {
    tools::python_command().arg("--version").output().is_ok_and(|output| output.status.success())
}

/// The text behind a label on screen, up to the next blank.
fn word_after(screen: &str, label: &str) -> String {
    let (_, after) = screen.split_once(label).unwrap_or_else(|| panic!("no `{label}` on\n{screen}"));
    after.split_whitespace().next().unwrap().trim_matches([',', '.']).to_owned()
}

#[test]
fn the_readmes_walkthrough_ends_with_the_verified_tree_committed() {
    if !has_python() {
        println!(
            "python3 is missing: the commands of the demo cannot run, so their refusal is tested instead"
        );
        return without_python_nothing_counts_as_passed();
    }
    let home = Home::new();
    let mut terminal = Terminal::open(&home, &Start::proscenium(&["demo"]));
    let steps = steps();
    let verified =
        steps.iter().position(|step| step.shows.iter().any(|text| text.contains("FINALIZE is open")));
    let verified = verified.expect("the walkthrough opens FINALIZE") + 1;
    walk(&mut terminal, &steps[..verified]);
    let tree = word_after(&terminal.text(), "─ tree ");
    walk(&mut terminal, &steps[verified..]);
    assert_eq!(terminal.wait_exit(), 0, "{}", terminal.text());
    terminal.assert_restored();
    terminal.wait_for("Committed ");

    let demo = home.demo();
    let committed = git(&demo, &["rev-parse", "HEAD^{tree}"]);
    assert!(committed.starts_with(&tree), "verified {tree}, committed {committed}");
    assert_eq!(git(&demo, &["rev-list", "--count", "HEAD"]).trim(), "2");
    assert_eq!(git(&demo, &["status", "--porcelain"]), "", "the working tree is as committed");
    let report = git(&demo, &["fsck", "--strict"]);
    assert!(!report.contains("error") && !report.contains("missing"), "{report}");
    assert_rejected_text_is_nowhere(&demo);
    let handler = git(&demo, &["show", "HEAD:app/routers/reports.py"]);
    assert!(!handler.contains("SELECT"), "the handler still runs SQL:\n{handler}");
    assert_tests_are_green(&demo);
}

/// No object of the repository holds the rejected line.
fn assert_rejected_text_is_nowhere(repository: &Path) {
    let objects =
        git(repository, &["cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)"]);
    let mut blobs = 0;
    for line in objects.lines() {
        let (id, kind) = line.split_once(' ').unwrap();
        if kind == "blob" {
            blobs += 1;
            assert!(!git(repository, &["cat-file", "blob", id]).contains(REJECTED), "in blob {id}");
        }
    }
    assert!(blobs > 40, "only {blobs} blobs were read");
}

fn assert_tests_are_green(repository: &Path) {
    let output = tools::python_command().args(["-m", "unittest"]).current_dir(repository).output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("\nOK"), "{text}");
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn without_python_nothing_counts_as_passed() {
    let home = Home::new();
    // A machine without python3: only git is found.
    let tools = home.path().join("tools");
    std::fs::create_dir(&tools).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    let git =
        std::env::split_paths(&path).map(|folder| folder.join("git")).find(|file| file.is_file()).unwrap();
    std::os::unix::fs::symlink(git, tools.join("git")).unwrap();
    let tools = tools.display().to_string();
    let start = Start { environment: &[("PATH", &tools)], ..Start::proscenium(&["demo"]) };
    let mut terminal = Terminal::open(&home, &start);
    let steps = steps();
    let trusted =
        steps.iter().position(|step| step.shows.iter().any(|text| text.contains("Trust these commands")));
    walk(&mut terminal, &steps[..=trusted.expect("the walkthrough asks for trust")]);
    std::thread::sleep(READING);
    terminal.press(&["3", "Enter"]);
    terminal.wait_for("FINALIZE is shut: python3 tools/lint.py is blocked, python3 is not installed");
    let text = terminal.text();
    assert!(!text.contains("exit 0"), "{text}");
    let passed = text.lines().find(|line| line.contains("✓ passed"));
    assert!(passed.is_some_and(|line| line.contains("✓ passed         0")), "{text}");
}
