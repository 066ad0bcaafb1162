//! The house rules that a compiler does not know.
//!
//! Size of files, a head on every file, no way to panic or to print outside the edge,
//! data that parses, documents that say what the program says.

use crate::support::{
    docs,
    source::{RustFile, blanked, items, root, rust_files, scrub},
};
use clap::CommandFactory;
use proscenium::{
    cli::Cli,
    keys::{Action, Group, KeyTable},
};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

const MOST_CODE_LINES: usize = 400;

fn all_rust() -> impl Iterator<Item = &'static RustFile> {
    ["src", "tests", "examples"].into_iter().flat_map(rust_files)
}

/// Files of this repository that git would take, by path from the root.
fn own_files() -> Vec<PathBuf> {
    let walk = ignore::WalkBuilder::new(root())
        .hidden(false)
        .parents(false)
        .git_global(false)
        .git_exclude(false)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != ".git" && entry.file_name() != "target")
        .build();
    let mut files: Vec<PathBuf> = walk
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
        .map(|entry| entry.path().strip_prefix(root()).unwrap().to_path_buf())
        .collect();
    files.sort();
    files
}

fn assert_none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

#[test]
fn every_file_says_what_it_is_for() {
    let broken: Vec<String> =
        all_rust().filter(|file| !file.text.starts_with("//! ")).map(|file| file.path.clone()).collect();
    assert_none(&broken, "a file begins with `//!` and what it is for:");
}

#[test]
fn no_file_grows_over_the_wall() {
    let mut broken = Vec::new();
    for file in all_rust() {
        let code = if file.is_test { &file.code } else { &file.product };
        let lines = code.lines().filter(|line| !line.trim().is_empty()).count();
        if lines > MOST_CODE_LINES {
            broken.push(format!("{}: {lines} code lines", file.path));
        }
    }
    assert_none(&broken, "400 code lines are a wall; find the second idea:");
}

#[test]
fn nothing_can_panic_by_choice_outside_tests() {
    const CALLS: [&str; 8] = [
        ".unwrap()",
        ".expect(\"",
        "panic!(",
        "todo!(",
        "unimplemented!(",
        "unreachable!(",
        "dbg!(",
        "assert!(false",
    ];
    let mut broken = Vec::new();
    for file in rust_files("src") {
        let product =
            blanked(&file.product, &items(&file.product, &["#[expect(clippy::", "#[expect(\n    clippy::"]));
        for call in CALLS {
            for (at, _) in product.match_indices(call) {
                broken.push(format!("{}: {call}", file.place(at)));
            }
        }
    }
    assert_none(&broken, "errors are values; a proved invariant stands under #[expect(…, reason)]:");
}

#[test]
fn a_lint_is_only_silenced_with_a_reason() {
    let mut broken = Vec::new();
    for file in all_rust() {
        for (at, _) in file.code.match_indices("allow(clippy::").chain(file.code.match_indices("#[allow(")) {
            broken.push(format!("{}: allow", file.place(at)));
        }
        for (start, _) in file.code.match_indices("#[expect(") {
            let end = file.code[start..].find(")]").map_or(file.code.len(), |at| start + at);
            if !file.code[start..end].contains("reason =") {
                broken.push(format!("{}: expect without a reason", file.place(start)));
            }
        }
    }
    assert_none(&broken, "lints are silenced by #[expect(lint, reason = \"…\")] only:");
}

#[test]
fn only_the_edge_prints() {
    let mut broken = Vec::new();
    for file in rust_files("src").filter(|file| file.path != "src/main.rs") {
        for call in ["println!(", "print!(", "eprintln!(", "eprint!("] {
            for (at, _) in file.product.match_indices(call) {
                let is_longer_word = at > 0 && file.product.as_bytes()[at - 1].is_ascii_alphanumeric();
                if !is_longer_word {
                    broken.push(format!("{}: {call}", file.place(at)));
                }
            }
        }
    }
    assert_none(&broken, "a closed pipe must not panic, and the screen is not ours to print on:");
}

#[test]
fn no_open_end_is_left_in_a_comment() {
    let mut broken = Vec::new();
    for file in all_rust().filter(|file| file.path != "tests/tidy.rs") {
        for (number, line) in file.text.lines().enumerate() {
            let Some((_, comment)) = line.split_once("//") else { continue };
            for word in ["TODO", "FIXME", "XXX", "HACK"] {
                if comment.split(|c: char| !c.is_alphanumeric()).any(|found| found == word) {
                    broken.push(format!("{}:{}: {word}", file.path, number + 1));
                }
            }
        }
    }
    assert_none(&broken, "what is missing is an issue, not a comment:");
}

#[test]
fn no_path_of_a_workplace_is_left_in_a_file() {
    // Put together here, so that this file does not contain what it looks for.
    let words = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat(), ["shared/", "design"].concat()];
    let mut broken = Vec::new();
    for path in own_files() {
        let Ok(text) = std::fs::read_to_string(root().join(&path)) else { continue };
        for word in &words {
            for (at, _) in text.match_indices(word.as_str()) {
                let inside_a_path =
                    text[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}$".contains(c));
                if !inside_a_path {
                    let line = text[..at].matches('\n').count() + 1;
                    broken.push(format!("{}:{line}: {word}", path.display()));
                }
            }
        }
    }
    assert_none(&broken, "paths of one machine mean nothing to others:");
}

#[test]
fn data_files_parse() {
    let mut broken = Vec::new();
    let mut seen = 0;
    for path in own_files() {
        let is_ours = ["resources", "themes"].iter().any(|folder| path.starts_with(folder));
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        if !is_ours || !matches!(extension, "json" | "yaml" | "yml" | "toml") {
            continue;
        }
        let text = std::fs::read_to_string(root().join(&path)).unwrap();
        let error = match extension {
            "json" => serde_json::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
            "toml" => toml::from_str::<toml::Table>(&text).err().map(|error| error.to_string()),
            _ => serde_saphyr::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
        };
        seen += 1;
        broken.extend(error.map(|error| format!("{}: {error}", path.display())));
    }
    assert!(seen > 50, "only {seen} data files were found");
    assert_none(&broken, "data files parse:");
}

#[test]
fn schemas_are_schemas() {
    let mut broken = Vec::new();
    for path in own_files().iter().filter(|path| path.starts_with("resources/schema")) {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let schema: serde_json::Value = serde_json::from_str(&text).unwrap();
        if let Err(error) = jsonschema::validator_for(&schema) {
            broken.push(format!("{}: {error}", path.display()));
        }
    }
    assert_none(&broken, "every schema can be compiled:");
}

#[test]
fn every_dependency_says_why_it_is_worth_its_weight() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut broken = Vec::new();
    for (number, line) in manifest.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && line.contains('=') && !line.contains(" # ") {
            broken.push(format!("Cargo.toml:{}: {line}", number + 1));
        }
    }
    assert_none(&broken, "a dependency stands beside its reason:");
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    let mut broken = Vec::new();
    let is_document = |path: &&PathBuf| {
        path.extension().is_some_and(|extension| extension == "md")
            && !path.starts_with("resources")
            && !path.starts_with("tests/fixtures")
    };
    for path in own_files().iter().filter(is_document) {
        let text = std::fs::read_to_string(root().join(path)).unwrap();
        let folder = path.parent().unwrap_or(Path::new(""));
        for (at, _) in text.match_indices("](") {
            let target = text[at + 2..].split(')').next().unwrap_or_default();
            let target = target.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !root().join(folder).join(target).exists() {
                broken.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert_none(&broken, "links lead to files of this repository:");
}

#[test]
fn keys_md_is_what_the_key_table_says() {
    let table = KeyTable::shipped().unwrap();
    let mut text = String::from(
        "# Keys\n\n\
         Written from `src/keys/action.rs` and `resources/keymap.toml` by a test; `UPDATE_DOCS=1 cargo test tidy` renews it.\n\
         An action means the same in every scene.\n\
         The first key is the one that the screen prints.\n\
         `[keys]` in `config.toml` replaces the keys of the actions that it names, for example `accept = [\"y\"]`.\n\
         On the screen, `?` lists the same actions and runs them, and `:` finds them by name.\n",
    );
    for group in [Group::Decide, Group::Look, Group::Move, Group::Everywhere, Group::More] {
        let title = group.title();
        let title = format!("{}{}", &title[..1], title[1..].to_lowercase());
        writeln!(text, "\n## {title}\n").unwrap();
        text.push_str(
            "| keys | action | what it does | the same in git or a shell |\n| --- | --- | --- | --- |\n",
        );
        for action in Action::ALL.iter().filter(|action| action.group() == group) {
            let keys: Vec<String> = table.keys(*action).iter().map(|key| format!("`{key}`")).collect();
            let same = match action.same() {
                "" => String::new(),
                same => format!("`{same}`"),
            };
            let keys = keys.join(" ");
            writeln!(text, "| {keys} | `{}` | {} | {same} |", action.name(), action.does()).unwrap();
        }
    }
    docs::check_file("KEYS.md", &text);
}

#[test]
fn the_readme_lists_every_command() {
    let command = Cli::command();
    let mut table = String::from("| command | what it does |\n| --- | --- |\n");
    let about = command.get_about().unwrap().to_string();
    writeln!(table, "| `proscenium [PATH]` | {about} |").unwrap();
    for sub in command.get_subcommands().filter(|sub| sub.get_name() != "help" && !sub.is_hide_set()) {
        let about = sub.get_about().unwrap_or_else(|| panic!("`{}` says nothing", sub.get_name()));
        writeln!(table, "| `proscenium {}` | {about} |", sub.get_name()).unwrap();
    }
    docs::check_section("README.md", "commands", &table);
}

#[test]
fn the_lexer_of_these_rules_reads_its_own_file() {
    let text = std::fs::read_to_string(root().join("tests/tidy.rs")).unwrap();
    assert!(!scrub(&text).contains("FIXME"), "texts are not code");
}
