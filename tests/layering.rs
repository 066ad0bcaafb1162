//! Who may use whom. ARCHITECTURE.md shows the same table, written from this one.
//!
//! Rooms are the folders of `src/`. A room may name only rooms that stand above it here,
//! and only those listed; pure rooms may not touch files, processes, network or clock;
//! heavy crates stay in the rooms that own them. Test code is free.

use crate::support::{
    docs,
    source::{RustFile, root, rust_files},
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

struct Room {
    name: &'static str,
    is: &'static str,
    may_use: &'static [&'static str],
    /// No files, processes, environment, network, threads or clock.
    pure: bool,
}

/// Lowest first: nothing here names a room that stands further down.
const ROOMS: &[Room] = &[
    Room {
        name: "domain",
        is: "pure types and functions: session, events, hunks, decisions, compose, checklist, verdict",
        may_use: &[],
        pure: true,
    },
    Room { name: "keys", is: "actions, chords and the binding table", may_use: &[], pure: true },
    Room {
        name: "ports",
        is: "one trait for each seam: scanner, proposer, verifier, vault, journal, clock",
        may_use: &["domain"],
        pure: true,
    },
    Room {
        name: "knowledge",
        is: "packs, rules, checklist, playbook, grammar, references: read and validated",
        may_use: &["domain"],
        pure: false,
    },
    Room {
        name: "analysis",
        is: "the scanner: facts of each file, linking, layers, flow, rules, stack",
        may_use: &["domain", "ports", "knowledge"],
        pure: false,
    },
    Room {
        name: "propose",
        is: "proposers: recipe, fix, prepared task, walkthrough, command, own edit",
        may_use: &["domain", "ports", "knowledge"],
        pure: false,
    },
    Room {
        name: "verify",
        is: "runs commands, reads their output, compares with the base",
        may_use: &["domain", "ports", "knowledge"],
        pure: false,
    },
    Room {
        name: "vault",
        is: "git: blobs, trees, scratch trees, commit, hooks, merge into the working tree",
        may_use: &["domain", "ports"],
        pure: false,
    },
    Room {
        name: "journal",
        is: "the session's file: append, resume, lock",
        may_use: &["domain", "ports"],
        pure: false,
    },
    Room {
        name: "report",
        is: "Markdown, HTML and machine formats of results",
        may_use: &["domain"],
        pure: true,
    },
    Room {
        name: "engine",
        is: "the assistant without a screen: model, update, gates, views",
        may_use: &["domain", "ports", "keys"],
        pure: true,
    },
    Room {
        name: "ui",
        is: "draws views with ratatui; reads the model, never changes it",
        may_use: &["domain", "keys", "engine"],
        pure: true,
    },
    Room {
        name: "linear",
        is: "the same session as numbered lines",
        may_use: &["domain", "ports", "keys", "engine"],
        pure: true,
    },
    Room {
        name: "runtime",
        is: "event loop, effects on threads, terminal, signals, editor hand-off",
        may_use: &[
            "domain",
            "keys",
            "ports",
            "knowledge",
            "analysis",
            "propose",
            "verify",
            "vault",
            "journal",
            "report",
            "engine",
            "ui",
            "linear",
        ],
        pure: false,
    },
    Room {
        name: "cli",
        is: "the command line, one file for each command",
        may_use: &[
            "domain",
            "keys",
            "ports",
            "knowledge",
            "analysis",
            "propose",
            "verify",
            "vault",
            "journal",
            "report",
            "engine",
            "ui",
            "linear",
            "runtime",
        ],
        pure: false,
    },
    Room { name: "main", is: "reads the arguments, returns the exit status", may_use: &["cli"], pure: false },
];

/// Crates that are at home in some rooms only.
const CRATES: &[(&str, &[&str])] = &[
    ("ratatui", &["ui", "runtime"]),
    ("crossterm", &["ui", "runtime"]),
    ("tui_textarea", &["ui"]),
    ("syntect", &["ui"]),
    ("two_face", &["ui"]),
    ("tokio", &["runtime", "cli"]),
    ("futures", &["runtime"]),
    ("anyhow", &["runtime", "main"]),
    ("clap", &["cli", "main"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("indicatif", &["cli"]),
    ("git2", &["vault", "analysis", "propose", "runtime", "cli"]),
    ("rayon", &["analysis"]),
    ("ignore", &["analysis", "propose"]),
    ("minijinja", &["propose"]),
    ("jiff", &["runtime"]),
    ("etcetera", &["runtime"]),
];

/// What a pure room may not name.
const WORLD: &[&[&str]] = &[
    &["std", "fs"],
    &["std", "net"],
    &["std", "process"],
    &["std", "env"],
    &["std", "thread"],
    &["std", "time", "Instant"],
    &["std", "time", "SystemTime"],
    &["tempfile"],
    &["nix"],
];

/// Where a pure room leaves the rule, and why.
const EXCEPTIONS: &[(&str, &str, &str)] =
    &[("src/ui/code/worker.rs", "std::thread", "syntax colours are computed off the drawing thread")];

fn room(name: &str) -> Option<&'static Room> {
    ROOMS.iter().find(|room| room.name == name)
}

/// A path of our own code as seen from the crate's root, `super` and `self` resolved.
fn from_root(file: &RustFile, segments: &[String], inline_modules: usize) -> Option<Vec<String>> {
    let first = segments.first()?;
    if first == "crate" || first == "proscenium" {
        return Some(segments[1..].to_vec());
    }
    let supers = segments.iter().take_while(|segment| *segment == "super").count();
    if supers <= inline_modules {
        return None;
    }
    let mut module: Vec<String> = file
        .path
        .trim_start_matches("src/")
        .trim_end_matches(".rs")
        .trim_end_matches("/mod")
        .split('/')
        .map(str::to_owned)
        .collect();
    module.truncate(module.len().saturating_sub(supers - inline_modules));
    module.extend_from_slice(&segments[supers..]);
    Some(module)
}

fn assert_none(broken: &[String], rule: &str) {
    assert!(broken.is_empty(), "{rule}\n  {}", broken.join("\n  "));
}

#[test]
fn no_room_uses_a_room_that_the_table_does_not_give_it() {
    let mut broken = Vec::new();
    for file in rust_files("src") {
        let Some(own) = file.room().filter(|name| *name != "lib") else { continue };
        let Some(table) = room(own) else {
            broken.push(format!("{}: room `{own}` is not in the table of tests/layering.rs", file.path));
            continue;
        };
        for path in file.paths() {
            let Some(target) = from_root(file, &path.segments, path.inline_modules) else { continue };
            let Some(other) = target.first().and_then(|name| room(name)) else { continue };
            if other.name != own && !table.may_use.contains(&other.name) {
                broken.push(format!("{}: {own} uses {}", file.place(path.at), target.join("::")));
            }
        }
    }
    assert_none(&broken, "a room may use only what its row of the table lists:");
}

#[test]
fn pure_rooms_touch_neither_files_nor_processes_nor_network_nor_clock() {
    let mut broken = Vec::new();
    for file in rust_files("src") {
        if !file.room().and_then(room).is_some_and(|room| room.pure) {
            continue;
        }
        for path in file.paths() {
            let names = |forbidden: &&[&str]| {
                path.segments.len() >= forbidden.len()
                    && path.segments.iter().zip(*forbidden).all(|(a, b)| a == b)
            };
            let full = path.segments.join("::");
            let is_exception =
                EXCEPTIONS.iter().any(|(place, begins, _)| *place == file.path && full.starts_with(begins));
            if !is_exception && WORLD.iter().any(names) {
                broken.push(format!("{}: {full}", file.place(path.at)));
            }
        }
    }
    assert_none(&broken, "pure rooms get the world through ports and effects:");
}

#[test]
fn heavy_crates_stay_in_the_rooms_that_own_them() {
    let owners: BTreeMap<&str, &[&str]> = CRATES.iter().copied().collect();
    let mut broken = Vec::new();
    for file in rust_files("src") {
        let Some(own) = file.room() else { continue };
        for path in file.paths() {
            let name = path.segments[0].as_str();
            if owners.get(name).is_some_and(|rooms| !rooms.contains(&own)) {
                broken.push(format!("{}: {own} uses {}", file.place(path.at), path.segments.join("::")));
            }
        }
    }
    assert_none(&broken, "these crates belong to other rooms:");
}

#[test]
fn nothing_opens_a_socket() {
    let mut broken = Vec::new();
    for file in rust_files("src") {
        for path in file.paths() {
            let pair = [path.segments[0].as_str(), path.segments.get(1).map_or("", String::as_str)];
            if matches!(pair, ["std" | "tokio" | "nix", "net"] | ["nix", "sys"])
                && path.segments.iter().any(|name| name == "net" || name == "socket")
            {
                broken.push(format!("{}: {}", file.place(path.at), path.segments.join("::")));
            }
        }
    }
    assert_none(&broken, "there is no network at run time:");
}

#[test]
fn the_table_is_in_order_and_every_room_exists() {
    let mut above = BTreeSet::new();
    for room in ROOMS {
        for used in room.may_use {
            assert!(above.contains(used), "{} may use {used}, which does not stand above it", room.name);
        }
        above.insert(room.name);
        let src = root().join("src");
        let is_there = src.join(room.name).is_dir() || src.join(format!("{}.rs", room.name)).is_file();
        assert!(is_there || room.name == "linear", "src/{} does not exist", room.name);
    }
}

#[test]
fn architecture_md_shows_this_table() {
    let mut table = String::from("| room | what it is | may use | pure |\n| --- | --- | --- | --- |\n");
    for room in ROOMS {
        let may_use = match room.may_use {
            [] => "nothing".to_owned(),
            others if others.len() > 9 => "everything above".to_owned(),
            others => others.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        };
        let pure = if room.pure { "yes" } else { "" };
        writeln!(table, "| `{}` | {} | {may_use} | {pure} |", room.name, room.is).unwrap();
    }
    table.push_str("\n| crate | at home in |\n| --- | --- |\n");
    for (name, rooms) in CRATES {
        let rooms: Vec<String> = rooms.iter().map(|room| format!("`{room}`")).collect();
        writeln!(table, "| {name} | {} |", rooms.join(", ")).unwrap();
    }
    table.push_str("\nExceptions:\n\n");
    for (place, what, why) in EXCEPTIONS {
        writeln!(table, "- `{place}` uses `{what}`: {why}.").unwrap();
    }
    docs::check_section("ARCHITECTURE.md", "rooms", &table);
}

/// `proscenium review .` judges by the contract in `stack/`; it must be this one.
#[test]
fn the_contract_of_the_review_is_this_table() {
    let text = std::fs::read_to_string(root().join("stack/proscenium.toml")).unwrap();
    let contract = proscenium::analysis::settings::Settings::parse(&text).unwrap();
    let stated: Vec<(&str, Vec<&str>)> = contract
        .layers
        .iter()
        .map(|layer| (layer.name.as_str(), layer.may_use.iter().map(String::as_str).collect()))
        .collect();
    let rooms: Vec<(&str, Vec<&str>)> = ROOMS.iter().map(|room| (room.name, room.may_use.to_vec())).collect();
    assert_eq!(stated, rooms);
    for file in rust_files("src") {
        if let Some((room, _)) = file.path.strip_prefix("src/").and_then(|path| path.split_once('/')) {
            assert_eq!(
                contract.layer_of(&file.path).map(|layer| layer.name.as_str()),
                Some(room),
                "{}",
                file.path
            );
        }
    }
}
