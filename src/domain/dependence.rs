//! Which hunk does not build without which other.
//!
//! By names: a hunk that uses a name which only another hunk of the session defines
//! needs that hunk. Deliberately language-neutral: definitions are recognised by the
//! word before the name, imports by their line. Precision over recall: a name that the
//! base text of any edited file already defines links nothing, and one that several hunks
//! define, as each layer does with a method of its own, links only those that call it; a word that any
//! class has for a method links those that call it on what is named after its file.
//! The other way round an import needs the one hunk that uses what it brings, and what takes a
//! name away needs the hunks that stop using it. What changes a type goes with all that hands it on,
//! and a member that may be empty, or no more, with the others of its name; one that a type asks for goes
//! with what fills it; new tests go with what makes their subject known. What a file keeps to itself
//! links nothing outside of it.

use super::{
    defined::{Defined, Use},
    edit::FileEdit,
    emptied, exercised, held,
    hunk::{Decision, Hunk, Need, Why},
    ids::HunkId,
    imports::Imports,
    listed, locals, markers, members,
    modules::{brings, declared, is_import, shared_as},
    packages, received, removed, returned, retyped, tables,
};
use std::collections::{BTreeMap, BTreeSet};

/// Needs by hunk, sorted by the number of the needed hunk.
pub fn needs<'a>(edits: impl Iterator<Item = &'a FileEdit> + Clone) -> BTreeMap<HunkId, Vec<Need>> {
    let defined = Defined::of(edits.clone());
    let mut needs: BTreeMap<HunkId, Vec<Need>> = BTreeMap::new();
    let made = modules_of(&edits);
    let shared = shared_by(edits.clone());
    let linked = linked(&edits);
    let all = edits.clone();
    for edit in edits {
        let imports = Imports::of(edit);
        let imported = imports.brought();
        for hunk in live(edit) {
            let mut found: BTreeMap<HunkId, &str> = BTreeMap::new();
            for word in imports.others(hunk.id).iter().flat_map(|line| words(line)) {
                if let Some(importer) = imported.get(word).filter(|importer| **importer != hunk.id) {
                    found.entry(*importer).or_insert(word);
                }
            }
            for line in hunk.new_lines() {
                let used = Use { path: &edit.path, hunk: hunk.id, line };
                for word in words(line) {
                    if let Some(definer) = defined.definer(used, word) {
                        found.entry(definer).or_insert(word);
                    }
                }
                for name in called(line) {
                    for definer in defined.definers(used, name) {
                        found.entry(definer).or_insert(name);
                    }
                }
            }
            for line in hunk.new_lines().iter().filter(|line| is_import(line)) {
                let named: BTreeSet<&str> = words(line).collect();
                for ((folder, name), sharer) in &shared {
                    if *sharer != hunk.id && named.contains(folder) && named.contains(name) {
                        found.entry(*sharer).or_insert(name);
                    }
                }
                for module in &made {
                    if module.file != edit.path && brings(line, &edit.path, module.file) {
                        for needed in module.hunks.iter().filter(|needed| **needed != hunk.id) {
                            found.entry(*needed).or_insert(module.name);
                        }
                    }
                }
            }
            if !found.is_empty() {
                let need = |(hunk, symbol): (HunkId, &str)| Need::to_build(hunk, symbol);
                needs.insert(hunk.id, found.into_iter().map(need).collect());
            }
        }
        for (hunk, user, name) in imports.for_one_other().into_iter().chain(locals::for_one_other(edit)) {
            let list = needs.entry(hunk).or_default();
            if list.iter().all(|need| need.hunk != user) {
                list.push(Need { hunk: user, symbol: name.to_owned(), why: Why::Use });
                list.sort_by_key(|need| need.hunk);
            }
        }
    }
    link(&mut needs, linked);
    let exercised = exercised::links(&all, &needs);
    link(&mut needs, exercised);
    needs
}

/// Adds what needs what else to build.
fn link(needs: &mut BTreeMap<HunkId, Vec<Need>>, linked: Vec<(HunkId, HunkId, String)>) {
    for (hunk, user, name) in linked {
        let list = needs.entry(hunk).or_default();
        match list.iter_mut().find(|need| need.hunk == user) {
            Some(need) if need.why == Why::Use => *need = Need::to_build(user, name),
            Some(_) => {}
            None => list.push(Need::to_build(user, name)),
        }
        list.sort_by_key(|need| need.hunk);
    }
}

/// What each kind of link finds by itself: a hunk, one without which it does not build, and what for.
fn linked<'a>(edits: &(impl Iterator<Item = &'a FileEdit> + Clone)) -> Vec<(HunkId, HunkId, String)> {
    let owned = |(hunk, other, name): (HunkId, HunkId, &str)| (hunk, other, name.to_owned());
    let mut linked: Vec<_> = removed::links(edits.clone()).into_iter().map(owned).collect();
    linked.extend(tables::links(edits.clone()));
    linked.extend(packages::links(edits.clone()));
    linked.extend(retyped::links(edits.clone()).into_iter().map(owned));
    linked.extend(emptied::links(edits.clone()));
    linked.extend(received::links(edits.clone()).into_iter().map(owned));
    linked.extend(held::links(edits).into_iter().map(owned));
    linked.extend(listed::links(edits).into_iter().map(owned));
    linked.extend(markers::links(edits).into_iter().map(owned));
    linked.extend(returned::links(edits).into_iter().map(owned));
    linked.extend(members::links(edits).into_iter().map(owned));
    linked
}

/// A file that the session makes, with the hunks without which nothing can import it.
struct Module<'e> {
    file: &'e str,
    name: &'e str,
    hunks: BTreeSet<HunkId>,
}

/// By folder and name, the one hunk that makes the name known to those outside of the folder.
fn shared_by<'a>(edits: impl Iterator<Item = &'a FileEdit>) -> BTreeMap<(&'a str, &'a str), HunkId> {
    let mut shared: BTreeMap<(&str, &str), BTreeSet<HunkId>> = BTreeMap::new();
    for edit in edits {
        let base: BTreeSet<&str> = edit
            .base
            .iter()
            .flat_map(|base| base.lines())
            .filter(|line| is_import(line))
            .flat_map(words)
            .collect();
        for hunk in live(edit) {
            for line in hunk.new_lines() {
                let Some(folder) = shared_as(line, &edit.path) else { continue };
                for name in words(line).filter(|name| name.starts_with(char::is_uppercase)) {
                    if !base.contains(name) {
                        shared.entry((folder, name)).or_default().insert(hunk.id);
                    }
                }
            }
        }
    }
    shared
        .into_iter()
        .filter(|(_, hunks)| hunks.len() == 1)
        .filter_map(|(key, hunks)| hunks.first().map(|hunk| (key, *hunk)))
        .collect()
}

/// Every new file that is one hunk, and the line that declares it where one does.
fn modules_of<'a>(edits: &(impl Iterator<Item = &'a FileEdit> + Clone)) -> Vec<Module<'a>> {
    let mut made = Vec::new();
    for edit in edits.clone().filter(|edit| edit.base.is_none()) {
        let file = edit.path.as_str();
        let name = file.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default();
        let mut hunks: BTreeSet<HunkId> = live(edit).map(|hunk| hunk.id).collect();
        if hunks.is_empty() {
            continue;
        }
        for other in edits.clone().filter(|other| other.path != file) {
            let declares = |hunk: &&Hunk| {
                let mut lines = hunk.new_lines().iter().filter(|line| declared(line).is_some());
                lines.any(|line| brings(line, &other.path, file))
            };
            hunks.extend(live(other).filter(declares).map(|hunk| hunk.id));
        }
        made.push(Module { file, name, hunks });
    }
    made
}

/// Every hunk that needs `id`, directly or through others, in number order.
pub fn dependants(hunks: &[&Hunk], id: HunkId) -> Vec<HunkId> {
    let mut found = BTreeSet::from([id]);
    loop {
        let before = found.len();
        for hunk in hunks {
            if !matches!(hunk.decision, Decision::Rejected { .. })
                && hunk.needs.iter().any(|need| found.contains(&need.hunk))
            {
                found.insert(hunk.id);
            }
        }
        if found.len() == before {
            found.remove(&id);
            return found.into_iter().collect();
        }
    }
}

fn live(edit: &FileEdit) -> impl Iterator<Item = &Hunk> {
    edit.hunks.iter()
}

/// What a line of Python's top level sets for all: `JWT_SECRET = secret()`.
fn constant(line: &str) -> Option<&str> {
    let (name, _) = line.split_once(" = ")?;
    let is_constant = name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    is_constant.then_some(name)
}

/// Names that a line defines or brings into scope.
pub(super) fn definitions(line: &str) -> Vec<&str> {
    const DEFINERS: [&str; 14] = [
        "def",
        "class",
        "function",
        "const",
        "let",
        "var",
        "fn",
        "struct",
        "enum",
        "trait",
        "interface",
        "type",
        "mod",
        "static",
    ];
    let trimmed = line.trim();
    let words: Vec<&str> = words(trimmed).collect();
    if trimmed.starts_with('#') || trimmed.starts_with("//") {
        return Vec::new();
    }
    let mut names = Vec::new();
    for pair in words.windows(2) {
        if let [definer, name] = pair
            && DEFINERS.contains(definer)
            && !DEFINERS.contains(name)
            && !is_specifier(trimmed, definer, name)
        {
            names.push(*name);
        }
    }
    names.extend(constant(line));
    // A method of a TypeScript class: `async cancel(id: string): Promise<Order> {`.
    if names.is_empty() && trimmed.ends_with('{') && trimmed.contains('(') && trimmed.contains(')') {
        let head = trimmed.split('(').next().unwrap_or_default();
        let last = head.rsplit([' ', '\t']).next().unwrap_or_default();
        let keyword = ["if", "for", "while", "switch", "catch", "match", "constructor"].contains(&last);
        if !keyword
            && !last.is_empty()
            && last.chars().all(|c| c.is_alphanumeric() || c == '_')
            && !head.contains('.')
            && !head.contains('=')
        {
            names.push(last);
        }
    }
    // One whose parameters stand on lines of their own: `public async cancel(`.
    const MODIFIERS: [&str; 7] =
        ["public ", "private ", "protected ", "static ", "override ", "async ", "readonly "];
    // A function that a field holds: `private readonly cancel = async (…) => {`.
    if names.is_empty()
        && trimmed.ends_with("=> {")
        && let Some((head, _)) = trimmed.split_once('=')
        && MODIFIERS.iter().any(|word| head.starts_with(word))
        && !head.contains(['(', '.'])
    {
        let name = head.split_once(':').map_or(head, |(name, _)| name);
        names.extend(name.trim().rsplit(' ').next());
    }
    if let Some(head) = trimmed.strip_suffix('(')
        && MODIFIERS.iter().any(|word| head.starts_with(word))
        && !head.contains(['(', '=', '.'])
    {
        names.extend(head.rsplit(' ').next());
    }
    // A field or constant of a class: `refund_due: Mapped[bool] = …`.
    names
}

/// `type Order` in a list of what is imported defines nothing.
fn is_specifier(line: &str, definer: &str, name: &str) -> bool {
    let rest = || line.split(name).nth(1).unwrap_or_default().trim_start();
    definer == "type" && (is_import(line) || rest().is_empty() || rest().starts_with([',', '}']))
}

/// Whether a name is more than a word that any class has: `get`, `add`.
pub(super) fn is_telling(name: &str) -> bool {
    name.len() > 4 || name.contains('_')
}

/// Names that a line calls and does not define.
fn called(line: &str) -> Vec<&str> {
    let defined = definitions(line);
    let calls = line.match_indices('(').filter_map(|(at, _)| {
        let before = line.get(..at)?;
        let start = before.rfind(|c: char| !(c.is_alphanumeric() || c == '_')).map_or(0, |at| at + 1);
        before.get(start..).filter(|name| !name.is_empty())
    });
    calls.filter(|name| !defined.contains(name)).collect()
}

/// Whether a character stands in names.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The words of a line, as names of programming languages are written.
pub(super) fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !is_word(c))
        .filter(|word| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()))
}
