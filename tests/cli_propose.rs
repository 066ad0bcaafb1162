//! `proscenium propose` where there is nothing to propose: it says so, and changes nothing.

use crate::support::program::Sandboxed;
use std::{collections::BTreeMap, fs, path::Path};

/// Every file below a folder but those of git.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with(".git") {
                folders.push(path);
            } else if path.is_file() {
                files.insert(path.display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn refused(files: &[(&str, &str)], arguments: &[&str], words: &[&str]) {
    let (sandbox, root) = Sandboxed::with_files(files);
    let before = tree(&root);
    let arguments: Vec<&str> = ["propose"].iter().chain(arguments).copied().collect();
    let ran = sandbox.run(&root, &arguments).expect(2);
    for word in words {
        assert!(ran.err.contains(word), "{word}: {}", ran.err);
    }
    assert!(ran.err.contains("hint: "), "{}", ran.err);
    assert_eq!(tree(&root), before);
}

const FRONTEND: [(&str, &str); 2] = [
    ("package.json", "{\"name\": \"front\", \"dependencies\": {\"react\": \"19\", \"vite\": \"6\"}}\n"),
    ("src/App.tsx", "export const App = () => fetch('/api');\n"),
];

#[test]
fn a_frontend_has_no_resource_no_table_and_no_users() {
    for recipe in ["resource", "migration", "auth"] {
        let arguments = ["--recipe", recipe, "--set", "name=Review", "--set", "fields=note:text?"];
        refused(&FRONTEND, &arguments, &["no backend was recognised", recipe, "fastapi with sqlalchemy"]);
    }
}

#[test]
fn nothing_is_written_outside_of_a_repository() {
    let arguments = ["--recipe", "resource", "--set", "name=Review", "--set", "fields=note:text?", "--apply"];
    refused(&FRONTEND, &arguments, &["is not in a git repository"]);
}

#[test]
fn a_recipe_that_is_not_there_names_those_that_are() {
    refused(&FRONTEND, &["--recipe", "cake"], &["no recipe cake", "resource, migration"]);
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    refused(&FRONTEND, &["nowhere", "--recipe", "resource", "--set", "name=A"], &["nowhere"]);
}

#[test]
fn an_input_that_is_missing_is_named_with_an_example() {
    refused(&FRONTEND, &["--recipe", "migration"], &["needs name", "for example Review"]);
}
