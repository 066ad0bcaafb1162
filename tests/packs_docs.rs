//! Packs of one's own: `docs/packs.md` tells the truth, and folders add and replace.

use crate::support::{
    program::{Sandboxed, section},
    source::root,
};
use pretty_assertions::assert_eq;
use std::{collections::BTreeSet, fs};

fn document() -> String {
    fs::read_to_string(root().join("docs/packs.md")).expect("docs/packs.md")
}

/// The code blocks of a language.
fn blocks(document: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let parts = document.split(fence.as_str()).skip(1);
    parts.filter_map(|part| part.split_once("```").map(|(code, _)| code.to_owned())).collect()
}

/// The example of the document: its sources by the path in their first line, and its pack.
fn example() -> (Vec<(String, String)>, String) {
    let document = document();
    let mut files: Vec<(String, String)> = blocks(&document, "python")
        .into_iter()
        .map(|code| {
            let path = code.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a path");
            (path.to_owned(), code.clone())
        })
        .collect();
    files.push(("requirements.txt".to_owned(), "tiny-web\n".to_owned()));
    files.push(("shop/__init__.py".to_owned(), String::new()));
    (files, blocks(&document, "yaml").remove(0))
}

fn backend(more: &[(&str, &str)]) -> (Sandboxed, std::path::PathBuf) {
    let (files, _) = example();
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    Sandboxed::with_files(&files.chain(more.iter().copied()).collect::<Vec<_>>())
}

const ENDPOINTS: [&str; 3] = [
    "  GET     /api/loaves/{name}  loaf    shop/loaves.py:7",
    "  DELETE  /api/loaves/{name}  loaf    shop/loaves.py:7",
    "  GET     /health             health  shop/app.py:10",
];

#[test]
fn the_example_works_in_a_repository_without_any_code() {
    let (_, pack) = example();
    let (sandbox, root) = backend(&[("stack/packs/tiny.yaml", &pack)]);
    let text = sandbox.run(&root, &["scan"]).expect(0).text();
    let mut found = section(&text, "Endpoints");
    found.sort_unstable();
    let mut expected = ENDPOINTS.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected, "{text}");
    assert!(text.contains("tiny"), "the framework has a name: {text}");
    let (sandbox, root) = backend(&[]);
    let text = sandbox.run(&root, &["scan"]).expect(0).text();
    assert_eq!(section(&text, "Endpoints").len(), 0, "nothing is known of it without the pack: {text}");
}

#[test]
fn the_users_folder_adds_and_the_repository_replaces() {
    let (_, pack) = example();
    let (sandbox, root) = backend(&[]);
    let folder = sandbox.home().join("config/proscenium/packs");
    fs::create_dir_all(&folder).expect("folders");
    fs::write(folder.join("tiny.yaml"), &pack).expect("written");
    let text = sandbox.run(&root, &["scan", "--no-cache"]).expect(0).text();
    assert_eq!(section(&text, "Endpoints").len(), 3, "{text}");

    // The same name in the repository takes its place, whole.
    let other = pack.replace("as: mount, path: [{arg: 0}]", "as: mount, path: [{lit: /v2}]");
    fs::create_dir_all(root.join("stack/packs")).expect("folders");
    fs::write(root.join("stack/packs/own.yaml"), other).expect("written");
    let text = sandbox.run(&root, &["scan", "--no-cache"]).expect(0).text();
    assert!(text.contains("/v2/loaves/{name}") && !text.contains("/api/loaves"), "{text}");
}

#[test]
fn a_broken_pack_is_refused_with_its_place() {
    let (sandbox, root) =
        backend(&[("stack/packs/tiny.yaml", "pack: tiny\nlanguages: [python]\nwrong: 1\n")]);
    let ran = sandbox.run(&root, &["scan"]).expect(2);
    assert!(ran.err.contains("tiny.yaml:3:1") && ran.err.contains("wrong"), "{}", ran.err);
}

#[test]
fn every_key_of_the_format_is_documented() {
    let document = document();
    let mut missing = BTreeSet::new();
    for file in ["format.rs", "served.rs", "selector.rs"] {
        let path = root().join("src/knowledge/packs").join(file);
        let source = fs::read_to_string(&path).expect(file);
        let names = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("pub "))
            .filter_map(|line| line.split_once(": ").map(|(name, _)| name))
            .filter(|name| name.chars().all(|c| c.is_ascii_lowercase() || c == '_'));
        for name in names {
            // Named otherwise in YAML.
            let name = match name {
                "operation" => "as",
                "types" => "type",
                name => name,
            };
            if !document.contains(&format!("`{name}`")) {
                missing.insert(format!("{file}: {name}"));
            }
        }
    }
    assert_eq!(missing, BTreeSet::new());
}
