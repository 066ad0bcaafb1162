//! Packages that a manifest gets, and the hunks that import them.

use super::{edit::FileEdit, ids::HunkId};

/// A package by the name under which sources take it.
struct Package<'e> {
    declarer: HunkId,
    name: &'e str,
    /// `serde_json` of `serde-json`.
    taken_as: String,
    is_crate: bool,
}

/// Triples of a hunk that imports a package, the hunk that declares it, and the package.
///
/// For Cargo and npm, whose packages are taken by their own names.
pub(super) fn links<'e>(edits: impl Iterator<Item = &'e FileEdit> + Clone) -> Vec<(HunkId, HunkId, String)> {
    let mut declared: Vec<Package<'e>> = Vec::new();
    for edit in edits.clone() {
        let known = |line: &str| {
            edit.base.as_deref().is_some_and(|base| base.lines().any(|one| one == line.trim_end()))
        };
        for hunk in &edit.hunks {
            let fresh = hunk.new_lines().iter().filter(|line| !known(line));
            declared.extend(fresh.filter_map(|line| package(&edit.path, line, hunk.id)));
        }
    }
    let mut links = Vec::new();
    if declared.is_empty() {
        return links;
    }
    for edit in edits {
        let is_rust = edit.path.ends_with(".rs");
        let is_script = [".ts", ".js", ".mts", ".mjs"].iter().any(|end| edit.path.ends_with(end));
        for hunk in edit.hunks.iter().filter(|_| is_rust || is_script) {
            for package in declared.iter().filter(|package| package.is_crate == is_rust) {
                if hunk.id != package.declarer && hunk.new_lines().iter().any(|line| takes(line, package)) {
                    links.push((hunk.id, package.declarer, package.name.to_owned()));
                }
            }
        }
    }
    links
}

/// The package that a line of a manifest declares.
fn package<'e>(path: &str, line: &'e str, declarer: HunkId) -> Option<Package<'e>> {
    let line = line.trim();
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '@' | '/' | '.'))
    };
    if path.ends_with("Cargo.toml") {
        let named = line.split_once('=').map(|(name, _)| name.trim());
        let headed = line.strip_prefix("[dependencies.").and_then(|rest| rest.strip_suffix(']'));
        let name = headed.or(named).filter(|name| is_name(name))?;
        return Some(Package { declarer, name, taken_as: name.replace('-', "_"), is_crate: true });
    }
    if path.ends_with("package.json") {
        let (name, version) = line.strip_prefix('"')?.split_once("\": \"")?;
        let is_version =
            version.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '^' | '~' | '>' | '*'));
        let found = Package { declarer, name, taken_as: name.to_owned(), is_crate: false };
        return (is_name(name) && is_version).then_some(found);
    }
    None
}

/// Whether a line names the package as one of its language does.
fn takes(line: &str, package: &Package<'_>) -> bool {
    let name = package.taken_as.as_str();
    if package.is_crate {
        let path = format!("{name}::");
        return line.match_indices(&path).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|c| !(c.is_alphanumeric() || matches!(c, '_' | ':')))
        });
    }
    let is_import = line.contains("from ") || line.contains("import") || line.contains("require(");
    is_import
        && line.match_indices(name).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let after = line.get(at + name.len()..).and_then(|after| after.chars().next());
            matches!(before, Some('\'' | '"')) && matches!(after, Some('\'' | '"' | '/'))
        })
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;

    #[test]
    fn who_imports_a_package_needs_the_manifest() {
        let manifest = "[dependencies]\naxum = \"0.8\"\n";
        let wider = format!("{manifest}password-hash = \"1\"\n");
        for (line, expected) in
            [("use password_hash::Salt;", 1), ("my_password_hash::x();", 0), ("use axum::Router;", 0)]
        {
            let edits =
                [edit("Cargo.toml", manifest, &wider, 1), edit("src/a.rs", "", &format!("{line}\n"), 9)];
            assert_eq!(links(edits.iter()).len(), expected, "{line}");
        }
        let manifest = "{\n  \"name\": \"x\",\n  \"dependencies\": {\n    \"hono\": \"^4\"\n  }\n}\n";
        let wider = manifest.replace("    \"hono\"", "    \"@node-rs/argon2\": \"^2\",\n    \"hono\"");
        for (line, expected) in
            [("import { hash } from '@node-rs/argon2';", 1), ("import { Hono } from 'hono';", 0)]
        {
            let edits =
                [edit("package.json", manifest, &wider, 1), edit("src/a.ts", "", &format!("{line}\n"), 9)];
            assert_eq!(links(edits.iter()).len(), expected, "{line}");
        }
    }
}
