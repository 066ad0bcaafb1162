//! What the hunks of a session define, and whom each definition serves.

use super::{
    conventional::layer_by_path,
    dependence::{definitions, is_telling},
    edit::FileEdit,
    ids::HunkId,
    layer::Layer,
    locals::Locals,
};
use std::collections::{BTreeMap, BTreeSet};

/// Where a name is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Definition<'a> {
    hunk: HunkId,
    path: &'a str,
    /// Of a class or an object: others name it behind a point.
    is_member: bool,
    is_of_tests: bool,
}

/// The names of a session that its base does not know.
pub(super) struct Defined<'a> {
    all: BTreeMap<&'a str, Vec<Definition<'a>>>,
    /// By path and name, the hunk that defines it for its own file.
    kept: BTreeMap<(&'a str, &'a str), HunkId>,
}

/// A line that uses names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use<'l> {
    pub(super) path: &'l str,
    pub(super) hunk: HunkId,
    pub(super) line: &'l str,
}

impl<'a> Defined<'a> {
    pub(super) fn of(edits: impl Iterator<Item = &'a FileEdit> + Clone) -> Self {
        let mut all: BTreeMap<&str, Vec<Definition<'_>>> = BTreeMap::new();
        let mut kept = BTreeMap::new();
        let mut in_base: BTreeSet<&str> = BTreeSet::new();
        for edit in edits {
            in_base.extend(edit.base.iter().flat_map(|base| base.lines()).flat_map(definitions));
            let locals = Locals::of(edit);
            let is_of_tests = is_of_tests(&edit.path);
            for hunk in &edit.hunks {
                for line in hunk.new_lines() {
                    for name in definitions(line) {
                        if locals.keep(line) {
                            kept.entry((edit.path.as_str(), name)).or_insert(hunk.id);
                            continue;
                        }
                        let is_member = locals.is_member(line);
                        let new = Definition { hunk: hunk.id, path: &edit.path, is_member, is_of_tests };
                        let known = all.entry(name).or_default();
                        if known.iter().all(|one| one.hunk != hunk.id) {
                            known.push(new);
                        }
                    }
                }
            }
        }
        all.retain(|name, _| name.len() > 2 && !in_base.contains(name));
        Self { all, kept }
    }

    /// The one other hunk that defines a word of a line.
    pub(super) fn definer(&self, used: Use<'_>, word: &str) -> Option<HunkId> {
        let own = self.kept.get(&(used.path, word)).copied();
        let of_all = || match self.all.get(word)?.as_slice() {
            [one] if serves(one, used, word) => Some(one.hunk),
            _ => None,
        };
        own.or_else(of_all).filter(|definer| *definer != used.hunk)
    }

    /// The hunks that define what a line calls, where several do: each layer has its own.
    pub(super) fn definers(&self, used: Use<'_>, name: &str) -> impl Iterator<Item = HunkId> {
        let all = self.all.get(name).filter(|all| all.len() > 1 && is_telling(name));
        let others = all.into_iter().flatten().filter(move |one| one.hunk != used.hunk);
        let serving: Vec<HunkId> = others.filter(|one| serves(one, used, name)).map(|one| one.hunk).collect();
        serving.into_iter()
    }
}

fn is_of_tests(path: &str) -> bool {
    layer_by_path(path) == Some(Layer::Test)
}

/// Whether a line can mean a definition by a word.
fn serves(one: &Definition<'_>, used: Use<'_>, word: &str) -> bool {
    let is_reached = !one.is_of_tests || is_of_tests(used.path);
    let is_named = || {
        let points = [format!(".{word}"), format!("::{word}")];
        !one.is_member || points.iter().any(|point| used.line.contains(point.as_str()))
    };
    one.path == used.path || (is_reached && is_named())
}

#[cfg(test)]
mod tests {
    use super::super::imports::tests::edit;
    use super::*;

    fn used(path: &'static str, line: &'static str) -> Use<'static> {
        Use { path, hunk: HunkId(99), line }
    }

    #[test]
    fn a_method_is_meant_behind_a_point_and_a_helper_of_tests_by_tests() {
        let edits = [
            edit("app/service.py", "", "class Service:\n    def create(self):\n        return 1\n", 1),
            edit("tests/test_a.py", "", "def body():\n    return {}\n", 2),
        ];
        let defined = Defined::of(edits.iter());
        let of = |used: Use<'_>, word: &str| defined.definer(used, word).map(|hunk| hunk.0);
        assert_eq!(of(used("app/router.py", "    return service.create(body)"), "create"), Some(1));
        assert_eq!(of(used("migrations/1.py", "\"\"\"create reviews"), "create"), None);
        assert_eq!(of(used("app/router.py", "    return service.create(body)"), "body"), None);
        assert_eq!(of(used("tests/test_b.py", "    sent = body()"), "body"), Some(2));
        assert_eq!(of(used("app/service.py", "    go(create)"), "create"), Some(1));
        assert_eq!(of(used("app/router.py", "service: Service"), "Service"), Some(1));
    }
}
