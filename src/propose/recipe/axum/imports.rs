//! Imports of a new Rust file: what its text uses, one line for each module.

use std::collections::{BTreeMap, BTreeSet};

/// Stands in a rendered text where the imports go.
pub(super) const USES: &str = "⟦uses⟧";

/// The text with its imports; of one name the first candidate counts.
pub(super) fn with_uses(text: &str, candidates: &[(String, String)]) -> String {
    let body = text.replace(USES, "");
    let used = free_names(&body);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut groups: [BTreeMap<String, BTreeSet<(bool, String)>>; 3] = Default::default();
    for (path, local) in candidates {
        // A trait is used by its methods.
        let by_method = match local.as_str() {
            "ServiceExt" => body.contains(".oneshot("),
            "Validate" => body.contains(".validate()"),
            _ => false,
        };
        if !(used.contains(local.as_str()) || by_method) || !seen.insert(local) {
            continue;
        }
        let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
        let group = match path.split("::").next() {
            Some("std" | "core" | "alloc") => 0,
            Some("crate" | "super" | "self") => 2,
            _ => 1,
        };
        let name = if name == local { name.to_owned() } else { format!("{name} as {local}") };
        if let Some(group) = groups.get_mut(group) {
            // Types before functions, as rustfmt has them.
            group.entry(module.to_owned()).or_default().insert((name.starts_with(char::is_lowercase), name));
        }
    }
    let line = |(module, names): (&String, &BTreeSet<(bool, String)>)| {
        let names: Vec<&str> = names.iter().map(|(_, name)| name.as_str()).collect();
        match (module.is_empty(), names.as_slice()) {
            (true, names) => names.iter().map(|name| format!("use {name};")).collect::<Vec<_>>().join("\n"),
            (false, [name]) => format!("use {module}::{name};"),
            (false, names) => format!("use {module}::{{⟨{}⟩}};", names.join("¦")),
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

fn sort_key(line: &str) -> String {
    line.trim_start_matches("use ").replace("::{", "::~").replace(';', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

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
            "use std::fmt;\n\nuse axum::routing::get;\nuse axum::{⟨Json¦Router⟩};\n\nuse crate::models::Review;\n\nfmt Review Json Router get \"Unused\" a::Unused\n"
        );
    }
}
