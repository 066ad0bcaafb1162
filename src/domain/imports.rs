//! What the hunks of a file bring into its scope, and which of it nobody else uses.
//!
//! Told by the lines alone: a statement that begins as an import and the lines of the list
//! that it leaves open. Whatever is not plain is left out, so that nothing is linked wrongly.

use super::{
    dependence::words,
    diff::split_lines,
    edit::FileEdit,
    hunk::Hunk,
    ids::HunkId,
    modules::{declared, is_import},
};
use std::collections::{BTreeMap, BTreeSet};

/// What the lines of one file import.
pub(super) struct Imports<'e> {
    edit: &'e FileEdit,
    /// Words of the base's imports, and words of all its other lines.
    base: (BTreeSet<&'e str>, BTreeSet<&'e str>),
    /// By hunk: lines of imports, then all others.
    hunks: BTreeMap<HunkId, (Vec<&'e str>, Vec<&'e str>)>,
}

impl<'e> Imports<'e> {
    pub(super) fn of(edit: &'e FileEdit) -> Self {
        let base = edit.base.as_deref().map(split_lines).unwrap_or_default();
        let mut reader = Reader::default();
        let mut open = Vec::with_capacity(base.len());
        let (mut importing, mut using) = (BTreeSet::new(), BTreeSet::new());
        for line in &base {
            open.push(reader.depth);
            let into = if reader.takes(line) { &mut importing } else { &mut using };
            into.extend(words(line));
        }
        let of_hunk = |hunk: &'e Hunk| {
            let start = hunk.base_range().start as usize;
            let mut reader = Reader { depth: open.get(start).copied().unwrap_or(0) };
            hunk.new_lines().iter().map(String::as_str).partition(|line| reader.takes(line))
        };
        let hunks = edit.hunks.iter().map(|hunk| (hunk.id, of_hunk(hunk))).collect();
        Self { edit, base: (importing, using), hunks }
    }

    /// The lines of a hunk that import nothing.
    pub(super) fn others(&self, hunk: HunkId) -> &[&'e str] {
        self.hunks.get(&hunk).map(|(_, others)| others.as_slice()).unwrap_or_default()
    }

    /// Names that exactly one hunk of the file brings into its scope by an import.
    pub(super) fn brought(&self) -> BTreeMap<&'e str, HunkId> {
        let mut names: BTreeMap<&str, BTreeSet<HunkId>> = BTreeMap::new();
        for (id, (lines, _)) in &self.hunks {
            for name in lines.iter().flat_map(|line| names_of(line)) {
                names.entry(name).or_default().insert(*id);
            }
        }
        names
            .into_iter()
            .filter(|(name, hunks)| hunks.len() == 1 && !self.base.0.contains(name))
            .filter_map(|(name, hunks)| hunks.first().map(|hunk| (name, *hunk)))
            .collect()
    }

    /// Hunks that only import, with the one hunk that uses what they import and a name of it.
    ///
    /// One that imports something for the base, for several hunks, or for nobody that can be
    /// seen (a trait, a module that acts by being loaded) is not among them.
    pub(super) fn for_one_other(&self) -> Vec<(HunkId, HunkId, &'e str)> {
        let brought = self.brought();
        let mut found = Vec::new();
        for hunk in &self.edit.hunks {
            let Some((lines, others)) = self.hunks.get(&hunk.id) else { continue };
            let is_plain = lines.iter().all(|line| declared(line).is_none());
            if lines.is_empty() || !is_plain || others.iter().any(|line| !line.trim().is_empty()) {
                continue;
            }
            let names: Vec<&str> =
                brought.iter().filter(|(_, by)| **by == hunk.id).map(|(name, _)| *name).collect();
            let mut users = BTreeSet::new();
            let mut is_known = !names.is_empty();
            for name in &names {
                let using: Vec<HunkId> = self
                    .hunks
                    .iter()
                    .filter(|(_, (_, others))| {
                        others.iter().any(|line| words(line).any(|word| word == *name))
                    })
                    .map(|(id, _)| *id)
                    .collect();
                is_known &= !using.is_empty() && !self.base.1.contains(name);
                users.extend(using);
            }
            if let (true, 1, Some(user), Some(name)) = (is_known, users.len(), users.first(), names.first()) {
                found.push((hunk.id, *user, *name));
            }
        }
        found
    }
}

/// By line: the names that an import brings, `None` for a line that imports nothing.
pub(super) fn names_in<'e>(lines: impl Iterator<Item = &'e str>) -> Vec<Option<Vec<&'e str>>> {
    let mut reader = Reader::default();
    lines.map(|line| reader.takes(line).then(|| names_of(line))).collect()
}

/// Tells lines of imports from others, one after the other.
#[derive(Default)]
struct Reader {
    /// Brackets that the import before this line leaves open.
    depth: usize,
}

impl Reader {
    /// Whether the line is an import or goes on with one.
    fn takes(&mut self, line: &str) -> bool {
        if self.depth == 0 && !is_import(line) {
            return false;
        }
        for c in line.chars() {
            match c {
                '(' | '{' | '[' => self.depth += 1,
                ')' | '}' | ']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        true
    }
}

/// The names that a line of an import, or of its list, brings into scope.
fn names_of(line: &str) -> Vec<&str> {
    let line = line.trim();
    let rust = line.strip_prefix("pub use ").or_else(|| line.strip_prefix("use "));
    let listed = match rust {
        Some(path) => match path.split_once('{') {
            Some((_, list)) => list,
            None => path.rsplit("::").next().unwrap_or(path),
        },
        // `from x import A` lists behind the module, `import { A } from "x"` before it.
        None => {
            let after = match (line.strip_prefix("from "), line.strip_prefix("import ")) {
                (Some(rest), _) => rest.split_once(" import ").map_or(rest, |(_, names)| names),
                (None, Some(rest)) => rest,
                (None, None) => line,
            };
            after.rsplit_once(" from ").map_or(after, |(names, _)| names)
        }
    };
    let mut names = Vec::new();
    for part in listed.split([',', '{', '}', '(', ')', ';']) {
        // `A as B` brings B, `inner::` of a list is a way, `* as all` brings all.
        let part = part.rsplit("::").next().unwrap_or(part);
        let part = part.split('#').next().unwrap_or(part);
        let last = words(part).last().filter(|word| !matches!(*word, "self" | "type" | "mod"));
        names.extend(last);
    }
    names
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::domain::{
        hunk::{Decision, Origin},
        ids::ProposalId,
        layer::Layer,
    };
    use pretty_assertions::assert_eq;

    #[test]
    fn the_names_of_an_import_are_those_it_binds() {
        for (line, expected) in [
            ("from app.routers import auth, books", vec!["auth", "books"]),
            ("from app.routers import users as people  # noqa", vec!["people"]),
            ("from app.routers import (", vec![]),
            ("    auth,", vec!["auth"]),
            ("import { A, type B as C } from './a/auth';", vec!["A", "C"]),
            ("import main, * as all from 'x';", vec!["main", "all"]),
            ("use crate::{routes::auth, state::{App, Limits as Bounds}};", vec!["auth", "App", "Bounds"]),
            ("use crate::routes::auth;", vec!["auth"]),
            ("pub use review::Review;", vec!["Review"]),
            ("} from './x';", vec![]),
        ] {
            assert_eq!(names_of(line), expected, "{line}");
        }
    }

    /// The edit of a file from one text to another; its hunks are numbered from `first` on.
    pub(in crate::domain) fn edit(path: &str, base: &str, new: &str, first: u32) -> FileEdit {
        let mut edit = FileEdit::new(path, Some(base.into()));
        let mut ids = first..;
        edit.absorb(new, |body, _| Hunk {
            id: HunkId(ids.next().unwrap()),
            body,
            origin: Origin::You,
            proposal: ProposalId(1),
            step: None,
            layer: Layer::Router,
            reason: String::new(),
            citation: None,
            criteria: Vec::new(),
            needs: Vec::new(),
            decision: Decision::Undecided,
            decided_by: String::new(),
            seconded_by: String::new(),
        });
        edit
    }

    fn for_one(base: &str, new: &str) -> Vec<(u32, u32, String)> {
        let edit = edit("app/main.py", base, new, 1);
        let found = Imports::of(&edit).for_one_other();
        found.into_iter().map(|(hunk, user, name)| (hunk.0, user.0, name.to_owned())).collect()
    }

    #[test]
    fn an_import_for_one_hunk_is_of_no_use_without_it() {
        let base = "from app.routers import books\n\napp = App()\napp.include(books.router)\nprint(1)\n";
        let new = base
            .replace("import books", "import auth, books")
            .replace("print", "app.include(auth.router)\nprint");
        assert_eq!(for_one(base, &new), [(1, 2, "auth".to_owned())]);
        // In a list of several lines it is the same.
        let listed = base.replace("import books", "import (\n    books,\n)");
        let new = listed
            .replace("    books", "    auth,\n    books")
            .replace("print", "app.include(auth.router)\nprint");
        assert_eq!(for_one(&listed, &new), [(1, 2, "auth".to_owned())]);
    }

    #[test]
    fn an_import_for_several_for_the_base_or_for_nobody_stands_alone() {
        let base = "import os\n\na = 1\nb = 2\nc = auth()\n";
        for (imported, first, second) in
            [("login", "login()", "login()"), ("auth", "1", "auth()"), ("effects", "1", "2")]
        {
            let new = base
                .replace("import os\n", &format!("import os\nfrom x import {imported}\n"))
                .replace("a = 1", &format!("a = {first} + 1"))
                .replace("c = auth()", &format!("c = auth() + {second}"));
            assert_eq!(for_one(base, &new), [], "{imported}");
        }
    }
}
