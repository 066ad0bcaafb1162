//! Which functions refuse with errors of the domain from now on, and their files.
//!
//! Functions that hand errors on to one another change together or not at all.

use super::{
    super::{
        code::{Code, Unit},
        imports, unused,
    },
    form::Form,
    function::{self, Changed, Part, part_of},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::{Edits, line_end, line_start},
        rust::RustFile,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};
use tree_sitter::Node;

/// A function by its file and its place in it.
type Key<'c> = (&'c str, usize);

/// Every function that the form is about: what it becomes, or why it stays.
type Functions<'c> = BTreeMap<Key<'c>, Result<Changed<'c>, (Unit<'c>, &'static str)>>;

/// What changes, and why the rest stays.
pub(super) struct Exchange<'c> {
    pub(super) changed: Vec<Changed<'c>>,
    pub(super) stays: Vec<(Place, &'static str)>,
    /// Makers of 500 that nobody needs any more.
    released: Vec<Unit<'c>>,
}

fn key<'c>(unit: &Unit<'c>) -> Key<'c> {
    (unit.source.path, unit.function.range.start)
}

impl<'c> Exchange<'c> {
    /// Reads every function; those of tests are nobody's to change.
    pub(super) fn plan(code: &'c Code<'c>, form: &Form, is_test: &dyn Fn(&str) -> bool) -> Self {
        let mut read: Functions<'c> = BTreeMap::new();
        for source in code.sources.iter().filter(|source| !is_test(source.path)) {
            for function in &source.file.functions {
                let unit = Unit { source, function };
                let Some(part) = part_of(&unit, form) else { continue };
                // A maker of 500 stays or goes, but is never another.
                if part == Part::Makes && function::is_internal(&unit, form).is_some() {
                    continue;
                }
                read.insert(key(&unit), function::read(unit, code, form).map_err(|why| (unit, why)));
            }
        }
        for (unit, why) in hidden_callers(code) {
            if let Some(one) = read.get_mut(&key(&unit)) {
                *one = Err((unit, why));
            }
        }
        keep_together(&mut read);
        let mut changed = Vec::new();
        let mut stays = Vec::new();
        for one in read.into_values() {
            match one {
                Ok(one) => changed.push(one),
                Err((unit, why)) => stays.push((unit.place(), why)),
            }
        }
        let released = released(code, &changed);
        Self { changed, stays, released }
    }

    /// Statuses of the errors that are raised.
    pub(super) fn raised(&self) -> BTreeSet<u16> {
        self.changed.iter().flat_map(|one| &one.raised).copied().collect()
    }

    /// Texts that 500s had.
    pub(super) fn hidden(&self) -> Vec<(Place, Option<&str>)> {
        let all = self.changed.iter();
        all.flat_map(|one| one.hidden.iter().map(|text| (one.unit.place(), text.as_deref()))).collect()
    }

    /// The files that change: path, old text, new text, and the first function that does.
    pub(super) fn files(&self, error: &str) -> Result<Vec<(&'c str, &'c str, String, Place)>, ProposeError> {
        let mut by_file: BTreeMap<&'c str, Vec<&Changed<'c>>> = BTreeMap::new();
        for one in &self.changed {
            by_file.entry(one.unit.source.path).or_default().push(one);
        }
        let mut files = Vec::new();
        let paths: BTreeSet<&'c str> =
            by_file.keys().copied().chain(self.released.iter().map(|unit| unit.source.path)).collect();
        for path in paths {
            let changed = by_file.get(path).map(Vec::as_slice).unwrap_or_default();
            let gone: Vec<&Unit<'c>> = self.released.iter().filter(|unit| unit.source.path == path).collect();
            let Some(unit) = changed.first().map(|one| one.unit).or(gone.first().map(|unit| **unit)) else {
                continue;
            };
            let old = unit.source.text;
            let mut edits = Edits::default();
            for one in changed {
                edits.replace(one.range(), one.text()?);
            }
            for unit in &gone {
                edits.replace(whole(old, &unit.function.range), "");
            }
            let text = edits.apply(old)?;
            let mut names = vec!["StatusCode", "Json", "json", "Value"];
            names.extend(self.released.iter().map(|unit| unit.function.name.as_str()));
            let text = unused::without(path, &text, &names)?;
            let mut edits = Edits::default();
            if !changed.is_empty() {
                imports::add(&RustFile::parse(path, &text)?, &text, &[error.to_owned()], &mut edits);
            }
            files.push((path, old, edits.apply(&text)?, unit.place()));
        }
        Ok(files)
    }
}

/// Functions that are called from where types are not changed: methods, and modules in a file.
fn hidden_callers<'c>(code: &'c Code<'c>) -> Vec<(Unit<'c>, &'static str)> {
    let mut found = Vec::new();
    for source in &code.sources {
        let mut pending = vec![(source.tree.root_node(), false)];
        while let Some((node, is_inside)) = pending.pop() {
            if is_inside
                && node.kind() == "call_expression"
                && let Some(callee) = node.child_by_field_name("function")
                && let Some(unit) = target(code, source, callee)
            {
                found.push((unit, "a method calls it"));
            }
            let is_inside =
                is_inside || matches!(node.kind(), "impl_item" | "trait_item" | "declaration_list");
            let inner = (0..node.child_count()).filter_map(|index| node.child(index));
            pending.extend(inner.map(|child| (child, is_inside)));
        }
    }
    found
}

fn target<'c>(
    code: &'c Code<'c>,
    source: &'c super::super::code::Source<'c>,
    callee: Node<'_>,
) -> Option<Unit<'c>> {
    let text = source.text.get(callee.byte_range())?;
    matches!(callee.kind(), "identifier" | "scoped_identifier").then(|| code.target(source, text))?
}

/// Where one function stays, all stay that it hands errors to or takes them from.
fn keep_together(read: &mut Functions<'_>) {
    loop {
        let mut kept: Vec<(Key<'_>, &'static str)> = Vec::new();
        for (own, one) in read.iter() {
            let Ok(one) = one else { continue };
            for link in &one.links {
                match read.get(&key(link)) {
                    Some(Ok(_)) => {}
                    _ => kept.push((*own, "it hands on what another function refuses, which stays")),
                }
            }
        }
        for one in read.values() {
            let Err((unit, _)) = one else { continue };
            kept.extend(
                called_by(unit, read)
                    .into_iter()
                    .map(|key| (key, "a function that stays hands on what it refuses")),
            );
        }
        let mut is_done = true;
        for (own, why) in kept {
            if let Some(one) = read.get_mut(&own)
                && let Ok(changed) = one
            {
                let unit = changed.unit;
                *one = Err((unit, why));
                is_done = false;
            }
        }
        if is_done {
            return;
        }
    }
}

/// The changed functions whose module and name a function that stays mentions.
fn called_by<'c>(unit: &Unit<'c>, read: &Functions<'c>) -> Vec<Key<'c>> {
    let body = unit.slice(unit.function.body.clone());
    let mentions = |other: &Unit<'c>| {
        let module = other.source.module().rsplit("::").next().unwrap_or_default();
        let name = other.function.name.as_str();
        if other.source.path == unit.source.path {
            return mentions(body, name);
        }
        body.contains(&format!("{module}::{name}")) || imports_it(unit, other) && mentions(body, name)
    };
    let changed = read.iter().filter_map(|(key, one)| Some((key, one.as_ref().ok()?)));
    changed.filter(|(_, one)| mentions(&one.unit)).map(|(key, _)| *key).collect()
}

fn imports_it(unit: &Unit<'_>, other: &Unit<'_>) -> bool {
    let name = other.function.name.as_str();
    unit.source
        .file
        .uses
        .iter()
        .flat_map(|one| &one.paths)
        .any(|(path, _)| path.ends_with(&format!("::{name}")))
}

/// Whether a text has a word that no `.` stands before.
fn mentions(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        !before.is_some_and(|c| is_part(c) || c == '.') && !after.is_some_and(is_part)
    })
}

/// Makers of 500 of which every mention goes.
fn released<'c>(code: &'c Code<'c>, changed: &[Changed<'c>]) -> Vec<Unit<'c>> {
    let mut by_key: BTreeMap<Key<'c>, (Unit<'c>, usize)> = BTreeMap::new();
    for unit in changed.iter().flat_map(|one| &one.released) {
        by_key.entry(key(unit)).or_insert((*unit, 0)).1 += 1;
    }
    let count = |name: &str| -> usize {
        let outside = code.sources.iter().map(|source| {
            let uses = source
                .file
                .uses
                .iter()
                .filter(|one| mentions(source.text.get(one.range.clone()).unwrap_or_default(), name));
            word_count(source.text, name) - uses.count()
        });
        outside.sum()
    };
    // One mention more: its own definition.
    let is_gone = |(unit, gone): &(Unit<'c>, usize)| count(&unit.function.name) == gone + 1;
    by_key.into_values().filter(is_gone).map(|(unit, _)| unit).collect()
}

fn word_count(text: &str, word: &str) -> usize {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|one| *one == word).count()
}

/// A function with the comments and attributes above it, and one blank line.
fn whole(text: &str, range: &Range<usize>) -> Range<usize> {
    let mut start = line_start(text, range.start);
    while start > 0 {
        let above = line_start(text, start - 1);
        let line = text.get(above..start).unwrap_or_default().trim();
        if !(line.starts_with("//") || line.starts_with("#[")) {
            break;
        }
        start = above;
    }
    let end = line_end(text, range.end);
    let before = text.get(..start).unwrap_or_default();
    if before.ends_with("\n\n") { start - 1..end } else { start..end }
}
