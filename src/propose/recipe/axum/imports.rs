//! Imports of a Rust file: what a new text uses, one line for each module, and names that join
//! those of a file that is there.

use crate::propose::{
    edits::{Edits, line_start},
    rust::{RustFile, Use},
};
use std::collections::{BTreeMap, BTreeSet};

/// rustfmt's.
const WIDTH: usize = 100;

/// Stands in a rendered text where the imports go.
pub(super) const USES: &str = "⟦uses⟧";

/// The text with its imports; of one name the first candidate counts.
pub(super) fn with_uses(text: &str, candidates: &[(String, String)]) -> String {
    // What a comment names is not used.
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//") && *line != USES);
    let body: String = lines.flat_map(|line| [line, "\n"]).collect();
    let used = free_names(&body);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut groups: [BTreeMap<String, BTreeSet<(bool, String)>>; 3] = Default::default();
    for (path, local) in candidates {
        // A trait is used by its methods.
        let by_method = match local.as_str() {
            "ServiceExt" => body.contains(".oneshot("),
            "Validate" => body.contains(".validate()"),
            "IntoResponse" => body.contains(".into_response()"),
            "PasswordHasher" => body.contains(".hash_password("),
            "PasswordVerifier" => body.contains(".verify_password("),
            // The method of `Display` has the module's name.
            "fmt" => body.contains("impl fmt::"),
            "Digest" => body.contains("::digest("),
            "TaskSink" => body.contains(".push(job)"),
            "WorkerBuilderExt" => body.contains(".catch_panic()"),
            "Backoff" => body.contains(".next_backoff()"),
            _ => false,
        };
        if !(used.contains(local.as_str()) || by_method) || !seen.insert(local) {
            continue;
        }
        let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
        let name = if name == local { name.to_owned() } else { format!("{name} as {local}") };
        if let Some(group) = groups.get_mut(usize::from(kind_of(path))) {
            // Types before functions, as rustfmt has them.
            group.entry(module.to_owned()).or_default().insert((name.starts_with(char::is_lowercase), name));
        }
    }
    let line = |(module, names): (&String, &BTreeSet<(bool, String)>)| {
        let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
        match (module.is_empty(), names.as_slice()) {
            (true, names) => names.iter().map(|name| format!("use {name};")).collect::<Vec<_>>().join("\n"),
            (false, names) => import(module, names),
        }
    };
    let groups: Vec<String> = groups
        .iter()
        .filter(|group| !group.is_empty())
        .map(|group| {
            let mut lines: Vec<String> = group.iter().map(line).collect();
            // rustfmt: a module's own line after those of its children.
            lines.sort_by_key(|line| sort_key(line));
            lines.join("\n")
        })
        .collect();
    text.replace(USES, &groups.join("\n\n")).trim_start().to_owned()
}

/// Names that a text takes from its scope: not those in texts, behind `.` or `::`, or defined
/// by the text itself.
fn free_names(text: &str) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    let mut defined = BTreeSet::new();
    for (index, part) in text.split('"').enumerate() {
        // Every second part stands between quotes.
        if index % 2 == 1 {
            continue;
        }
        let mut before = "";
        let mut start = None;
        for (at, c) in part.char_indices().chain(std::iter::once((part.len(), ' '))) {
            let belongs = c.is_alphanumeric() || c == '_';
            match (start, belongs) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    start = None;
                    let name = part.get(from..at).unwrap_or_default();
                    let lead = part.get(..from).unwrap_or_default();
                    if matches!(before, "fn" | "struct" | "const") {
                        defined.insert(name);
                    }
                    if !lead.ends_with(['.', ':']) {
                        names.insert(name);
                    }
                    before = name;
                }
                _ => {}
            }
        }
    }
    names.difference(&defined).copied().collect()
}

/// Adds full paths to the imports of a file, each beside those of its module or in its place
/// among the lines of its kind; those that the file has are left out.
pub(super) fn add(file: &RustFile, text: &str, paths: &[String], edits: &mut Edits) {
    let known = |path: &str| file.uses.iter().flat_map(|one| &one.paths).any(|(full, _)| full == path);
    let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for path in paths.iter().filter(|path| !known(path)) {
        let Some((module, name)) = path.rsplit_once("::") else { continue };
        modules.entry(module).or_default().push(name);
    }
    let uses: Vec<&Use> = file.uses.iter().filter(|one| !one.is_public).collect();
    let source = |one: &Use| text.get(one.range.clone()).unwrap_or_default();
    for (module, names) in modules {
        // `use axum::routing::get;` or `use axum::{Json, Router};`, on one line.
        let flat = |one: &Use| -> Option<Vec<String>> {
            let own = source(one).strip_prefix("use ")?.strip_suffix(';')?.strip_prefix(module)?;
            let own = own.strip_prefix("::")?;
            let list = own.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(own);
            let is_plain =
                !list.contains(['{', '\n', '*']) && (list.len() < own.len() || !own.contains("::"));
            is_plain.then(|| list.split(',').map(|name| name.trim().to_owned()).collect())
        };
        if let Some((one, known)) = uses.iter().find_map(|one| Some((one, flat(one)?))) {
            let mut all: BTreeSet<(bool, String)> = BTreeSet::new();
            all.extend(known.into_iter().map(|name| (name.starts_with(char::is_lowercase), name)));
            all.extend(names.iter().map(|name| (name.starts_with(char::is_lowercase), (*name).to_owned())));
            let list: Vec<String> = all.into_iter().map(|(_, name)| name).collect();
            let list: Vec<&str> = list.iter().map(String::as_str).collect();
            edits.replace(one.range.clone(), import(module, &list));
            continue;
        }
        let line = import(module, &names);
        let kind = kind_of(module);
        let own = || uses.iter().filter(|one| kind_of(source(one).trim_start_matches("use ")) == kind);
        let next = own().find(|one| sort_key(source(one)) > sort_key(&line));
        match (next, own().next_back(), uses.first()) {
            (Some(next), _, _) => edits.insert(line_start(text, next.range.start), format!("{line}\n")),
            (None, Some(last), _) => edits.insert(last.range.end, format!("\n{line}")),
            (None, None, Some(first)) => {
                edits.insert(line_start(text, first.range.start), format!("{line}\n\n"));
            }
            (None, None, None) => edits.insert(0, format!("{line}\n\n")),
        }
    }
}

/// The import of some names of a module, on as many lines as rustfmt gives it.
fn import(module: &str, names: &[&str]) -> String {
    if let [name] = names {
        return format!("use {module}::{name};");
    }
    let flat = format!("use {module}::{{{}}};", names.join(", "));
    if flat.len() <= WIDTH - 2 {
        return flat;
    }
    let mut lines = vec![String::from("   ")];
    for name in names {
        if lines.last().is_some_and(|line| line.len() + name.len() + 2 > WIDTH) {
            lines.push(String::from("   "));
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&format!(" {name},"));
        }
    }
    format!("use {module}::{{\n{}\n}};", lines.join("\n"))
}

/// The kind of an import: of the language, of a package, or of this one.
fn kind_of(path: &str) -> u8 {
    match path.split("::").next() {
        Some("std" | "core" | "alloc") => 0,
        Some("crate" | "super" | "self") => 2,
        _ => 1,
    }
}

fn sort_key(line: &str) -> String {
    line.trim_start_matches("use ").replace("::{", "::~").replace(';', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_joins_those_of_its_module_or_stands_in_order() {
        let text = "use axum::extract::{Path, State};\nuse axum::routing::get;\nuse axum::{Json, Router};\n\nuse crate::A;\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let mut edits = Edits::default();
        let paths =
            ["axum::routing::post", "axum::Json", "serde::Serialize", "uuid::Uuid", "axum::extract::Query"];
        add(&file, text, &paths.map(str::to_owned), &mut edits);
        assert_eq!(
            edits.apply(text).unwrap(),
            "use axum::extract::{Path, Query, State};\nuse axum::routing::{get, post};\nuse axum::{Json, Router};\nuse serde::Serialize;\nuse uuid::Uuid;\n\nuse crate::A;\n"
        );
    }

    #[test]
    fn a_long_list_is_filled_line_by_line() {
        let names = ["AbortError", "Attempt", "BoxDynError", "TaskSink", "WorkerBuilder", "WorkerBuilderEx"];
        // rustfmt keeps two columns free.
        assert_eq!(
            import("apalis::prelude", &names),
            "use apalis::prelude::{AbortError, Attempt, BoxDynError, TaskSink, WorkerBuilder, WorkerBuilderEx};"
        );
        let names = ["AbortError", "Attempt", "BoxDynError", "TaskSink", "WorkerBuilder", "WorkerBuilderExt"];
        assert_eq!(
            import("apalis::prelude", &names),
            "use apalis::prelude::{\n    AbortError, Attempt, BoxDynError, TaskSink, WorkerBuilder, WorkerBuilderExt,\n};"
        );
    }

    #[test]
    fn only_what_is_used_is_imported_in_three_groups() {
        let candidate = |path: &str| (path.to_owned(), path.rsplit("::").next().unwrap().to_owned());
        let candidates = [
            "crate::models::Review",
            "axum::Json",
            "axum::Router",
            "axum::routing::get",
            "std::fmt",
            "other::Review",
            "a::Unused",
        ]
        .map(candidate);
        assert_eq!(
            with_uses("⟦uses⟧\n\nfmt Review Json Router get \"Unused\" a::Unused\n", &candidates),
            "use std::fmt;\n\nuse axum::routing::get;\nuse axum::{Json, Router};\n\nuse crate::models::Review;\n\nfmt Review Json Router get \"Unused\" a::Unused\n"
        );
    }
}
