//! What hunks take away that other hunks stop using.
//!
//! An import that goes needs the hunks that take its uses away, and so does a function or a
//! class: where one of them is rejected, its old lines stay and use what is gone.

use super::{
    dependence::{definitions, is_telling, words},
    diff::split_lines,
    edit::FileEdit,
    hunk::{Body, Hunk},
    ids::HunkId,
    imports::names_in,
};
use std::collections::{BTreeMap, BTreeSet};

/// The lines of one hunk: those it takes from the base and those it puts there.
struct Change<'e> {
    hunk: HunkId,
    path: &'e str,
    /// Names of imports that go, and words of the other lines that go.
    imports: BTreeSet<&'e str>,
    words: BTreeSet<&'e str>,
    defined: BTreeSet<&'e str>,
    /// All words that come.
    new_words: BTreeSet<&'e str>,
}

/// Triples of a hunk that takes a name away, a hunk that stops using it, and the name.
pub(super) fn links<'e>(edits: impl Iterator<Item = &'e FileEdit> + Clone) -> Vec<(HunkId, HunkId, &'e str)> {
    // Names that stay imported in their file, and how often the base defines a name.
    let mut kept: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut defined: BTreeMap<&str, usize> = BTreeMap::new();
    let mut changes: Vec<Change<'e>> = Vec::new();
    for edit in edits {
        let base = edit.base.as_deref().map(split_lines).unwrap_or_default();
        let imports = names_in(base.iter().copied());
        for name in base.iter().flat_map(|line| definitions(line)) {
            *defined.entry(name).or_default() += 1;
        }
        let mut stays = vec![true; base.len()];
        for hunk in &edit.hunks {
            let taken = taken(hunk, base.len());
            stays.get_mut(taken.clone()).unwrap_or_default().fill(false);
            changes.push(change(edit, hunk, base.get(taken.clone()).unwrap_or_default(), imports.get(taken)));
        }
        let kept = kept.entry(edit.path.as_str()).or_default();
        for (names, _) in imports.iter().zip(&stays).filter(|(_, stays)| **stays) {
            kept.extend(names.iter().flatten().copied());
        }
        for hunk in &edit.hunks {
            let new = names_in(hunk.new_lines().iter().map(String::as_str));
            kept.extend(new.iter().flatten().flatten().copied());
        }
    }
    let comes_back: BTreeSet<&str> =
        changes.iter().flat_map(|change| change.new_words.iter().copied()).collect();
    let mut links = Vec::new();
    for gone in &changes {
        let stays = kept.get(gone.path);
        let imports = gone.imports.iter().filter(|name| stays.is_none_or(|stays| !stays.contains(*name)));
        let imports = imports.map(|name| (*name, Some(gone.path)));
        let is_gone =
            |name: &&&str| is_telling(name) && defined.get(*name) == Some(&1) && !comes_back.contains(*name);
        let definitions = gone.defined.iter().filter(is_gone).map(|name| (*name, None));
        for (name, path) in imports.chain(definitions) {
            let users = changes.iter().filter(|user| user.hunk != gone.hunk);
            let users = users.filter(|user| path.is_none_or(|path| path == user.path));
            let users = users
                .filter(|user| user.words.contains(name) || (path.is_none() && user.imports.contains(name)));
            links.extend(
                users.filter(|user| !user.new_words.contains(name)).map(|user| (gone.hunk, user.hunk, name)),
            );
        }
    }
    links
}

/// The lines of the base that a hunk takes.
fn taken(hunk: &Hunk, lines: usize) -> std::ops::Range<usize> {
    match hunk.body {
        Body::Delete => 0..lines,
        _ => {
            let range = hunk.base_range();
            (range.start as usize).min(lines)..(range.end as usize).min(lines)
        }
    }
}

fn change<'e>(
    edit: &'e FileEdit,
    hunk: &'e Hunk,
    old: &[&'e str],
    imports: Option<&[Option<Vec<&'e str>>]>,
) -> Change<'e> {
    let imports = imports.unwrap_or_default();
    let others = old.iter().zip(imports).filter(|(_, names)| names.is_none()).map(|(line, _)| *line);
    Change {
        hunk: hunk.id,
        path: &edit.path,
        imports: imports.iter().flatten().flatten().copied().collect(),
        words: others.clone().flat_map(words).collect(),
        defined: others.flat_map(definitions).collect(),
        new_words: hunk.new_lines().iter().flat_map(|line| words(line)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;
    use pretty_assertions::assert_eq;

    fn links_of(edits: &[FileEdit]) -> Vec<(u32, u32, &str)> {
        links(edits.iter()).into_iter().map(|(gone, user, name)| (gone.0, user.0, name)).collect()
    }

    const BASE: &str = "import sqlite3\nfrom app.db import (\n    get_db,\n    make,\n)\n\n\ndef top():\n    return sqlite3.connect(get_db())\n\n\ndef low():\n    return make()\n";

    #[test]
    fn an_import_that_goes_needs_the_hunk_that_takes_its_use_away() {
        let new = BASE
            .replace("import sqlite3\n", "")
            .replace("    get_db,\n", "")
            .replace("return sqlite3.connect(get_db())", "return service.top()");
        let edits = [edit("app/routers/a.py", BASE, &new, 1)];
        assert_eq!(links_of(&edits), [(1, 2, "get_db"), (1, 2, "sqlite3")]);
    }

    #[test]
    fn an_import_that_only_moves_needs_nobody() {
        let new =
            BASE.replace("import sqlite3\n", "").replace(")\n\n\ndef top", ")\nimport sqlite3\n\n\ndef top");
        let new = new.replace("return sqlite3.connect(get_db())", "return get_db()");
        assert_eq!(links_of(&[edit("app/routers/a.py", BASE, &new, 1)]), []);
    }

    #[test]
    fn a_function_that_goes_needs_the_hunks_of_other_files_that_called_it() {
        let service = "def find_orders():\n    return 1\n\n\ndef other():\n    return 2\n";
        let caller = "from app.service import find_orders\n\n\n\nx = find_orders()\n\n\n\nprint(1)\n";
        let renamed = service.replace("find_orders", "find_all");
        let called =
            caller.replace("import find_orders", "import other").replace("x = find_orders()", "x = 0");
        let edits = |called: &str| {
            [edit("app/service.py", service, &renamed, 1), edit("app/caller.py", caller, called, 2)]
        };
        assert_eq!(
            links_of(&edits(&called)),
            [(1, 2, "find_orders"), (1, 3, "find_orders"), (2, 3, "find_orders")]
        );
        // A call that comes needs the function whatever is decided about the others.
        let called = called.replace("print(1)", "print(find_orders())");
        assert_eq!(links_of(&edits(&called)), [(2, 3, "find_orders")]);
    }
}
