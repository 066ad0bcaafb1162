//! Functions of Rust that give another type than before, and the hunks that go with that.
//!
//! A function whose signature names a new type does not build with its old body, nor does one
//! that hands on with `?` what it gives and was changed in the same way. Names alone do not say
//! so: both types may be known all along. Read line by line, as rustfmt lays functions out.

use super::{
    dependence::{definitions, words},
    diff::split_lines,
    edit::FileEdit,
    hunk::Hunk,
    ids::HunkId,
};
use std::{collections::BTreeSet, ops::Range};

/// A function whose signature has a type in place of another.
struct Retyped<'e> {
    name: &'e str,
    path: &'e str,
    /// The types that its signature has anew.
    types: BTreeSet<&'e str>,
    lines: Vec<&'e str>,
    /// Every hunk on its lines.
    hunks: Vec<HunkId>,
}

/// Triples of two hunks neither of which builds without the other, and the function's name.
pub(super) fn links<'e>(edits: impl Iterator<Item = &'e FileEdit>) -> Vec<(HunkId, HunkId, &'e str)> {
    let functions: Vec<Retyped<'e>> =
        edits.filter(|edit| edit.path.ends_with(".rs")).flat_map(retyped).collect();
    let mut links = Vec::new();
    for (index, function) in functions.iter().enumerate() {
        let mut join = |one: &[HunkId], other: &[HunkId], name: &'e str| {
            for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (*a, *b))) {
                if a != b {
                    links.extend([(a, b, name), (b, a, name)]);
                }
            }
        };
        join(&function.hunks, &function.hunks, function.name);
        for (_, other) in functions.iter().enumerate().filter(|(other, _)| *other != index) {
            if !function.types.is_disjoint(&other.types) && calls(other, function) {
                join(&function.hunks, &other.hunks, function.name);
            }
        }
    }
    links.sort_unstable();
    links.dedup();
    links
}

/// The functions of a file that a hunk gives another type.
fn retyped(edit: &FileEdit) -> Vec<Retyped<'_>> {
    let base = edit.base.as_deref().map(split_lines).unwrap_or_default();
    let mut found = Vec::new();
    for (start, name) in starts(&base) {
        let Some((head, whole)) = extent(&base, start) else { continue };
        let touches = |hunk: &&Hunk, range: &Range<usize>| {
            let own = hunk.base_range();
            (own.start as usize) < range.end && (own.end as usize) > range.start
        };
        let mut types = BTreeSet::new();
        for hunk in edit.hunks.iter().filter(|hunk| touches(hunk, &head)) {
            let own = hunk.base_range();
            let old = base.get(own.start as usize..own.end as usize).unwrap_or_default();
            let old: BTreeSet<&str> = old.iter().flat_map(|line| words(line)).collect();
            let new: BTreeSet<&str> = hunk.new_lines().iter().flat_map(|line| words(line)).collect();
            let is_type = |word: &&&str| word.starts_with(char::is_uppercase);
            if old.difference(&new).any(|word| is_type(&word)) {
                types.extend(new.difference(&old).filter(is_type).copied());
            }
        }
        if types.is_empty() {
            continue;
        }
        let hunks = edit.hunks.iter().filter(|hunk| touches(hunk, &whole)).map(|hunk| hunk.id).collect();
        let lines = base.get(whole).unwrap_or_default().to_vec();
        found.push(Retyped { name, path: &edit.path, types, lines, hunks });
    }
    found
}

/// The lines on which functions begin, with their names.
fn starts<'e>(base: &[&'e str]) -> Vec<(usize, &'e str)> {
    let named = |line: &'e str| {
        let is_function = words(line).any(|word| word == "fn");
        definitions(line).into_iter().next().filter(|_| is_function)
    };
    base.iter().enumerate().filter_map(|(at, line)| Some((at, named(line)?))).collect()
}

/// The lines of a function's signature, and all of them.
fn extent(base: &[&str], start: usize) -> Option<(Range<usize>, Range<usize>)> {
    let rest = base.get(start..)?;
    let opened = rest.iter().position(|line| line.trim_end().ends_with('{'))?;
    let first = rest.first()?;
    let indent = first.get(..first.len() - first.trim_start().len())?;
    let closed =
        rest.iter().position(|line| line.strip_prefix(indent).is_some_and(|line| line.trim_end() == "}"))?;
    (opened < closed).then(|| (start..start + opened + 1, start..start + closed + 1))
}

/// Whether a function calls another: by its name in the same file, else behind its module's.
fn calls(caller: &Retyped<'_>, called: &Retyped<'_>) -> bool {
    let path = called.path.trim_end_matches(".rs").trim_end_matches("/mod");
    let module = path.rsplit('/').next().unwrap_or_default();
    let wanted = if caller.path == called.path {
        format!("{}(", called.name)
    } else {
        format!("{module}::{}(", called.name)
    };
    caller.lines.iter().skip(1).any(|line| {
        line.match_indices(&wanted).any(|(at, _)| {
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    const SERVICE: &str = "pub fn get(id: i64) -> Result<User, Refusal> {\n    let user = find(id);\n    one();\n    two();\n    three();\n    four();\n    five();\n    six();\n    user.ok_or(Refusal)\n}\n\npub fn list() -> Vec<User> {\n    Vec::new()\n}\n";
    const ROUTES: &str = "fn show(id: i64) -> Result<Page, Refusal> {\n    Ok(users::get(id)?)\n}\n\nfn all() -> Result<Page, Refusal> {\n    Ok(users::list())\n}\n";

    #[test]
    fn a_signature_goes_with_its_body_and_with_those_that_hand_its_type_on() {
        let edits = [
            edit("src/services/users.rs", SERVICE, &SERVICE.replace("Refusal", "AppError"), 1),
            edit("src/routes/users.rs", ROUTES, &ROUTES.replace("Refusal", "AppError"), 3),
        ];
        let found: Vec<(u32, u32)> = links(edits.iter()).iter().map(|(a, b, _)| (a.0, b.0)).collect();
        assert_eq!(found, [(1, 2), (1, 3), (2, 1), (2, 3), (3, 1), (3, 2)]);
    }

    #[test]
    fn a_body_alone_or_a_new_parameter_is_nobody_elses_matter() {
        let new = SERVICE.replace("find(id)", "seek(id)").replace("list()", "list(page: Page)");
        assert_eq!(links([edit("src/a.rs", SERVICE, &new, 1)].iter()), []);
    }
}
