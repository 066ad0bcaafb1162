//! What has to go where one of its names has to go.

use super::graft::Work;
use crate::propose::{
    edits::{line_end, line_start},
    script::{Id, Kind, Tree},
};
use std::ops::Range;

/// The smallest part around a node that can be left out; the names that it declares are dead
/// from then on.
pub(super) fn removable(work: &mut Work<'_>, id: Id) -> Range<usize> {
    let part = part_of(&work.tree, work.text, id);
    match part {
        Part::Whole(part) => {
            let body = work.tree.above(part).find(|above| work.tree.kind(*above) == Kind::Body);
            let is_local = work.tree.kind(part) == Kind::Variables;
            for name in declared(&work.tree, work.text, part) {
                match body.filter(|_| is_local) {
                    Some(body) => work.gone.push((name, work.tree.range(body))),
                    None => {
                        work.dead.insert(name);
                    }
                }
            }
            lines(work.text, work.tree.range(outer(&work.tree, part)))
        }
        Part::Link(range) => {
            // The address says to the reader what is missing.
            let address = work.text.get(range.clone()).and_then(|link| link.split(['\'', '"']).nth(1));
            work.dead.extend(address.map(str::to_owned));
            range
        }
    }
}

enum Part {
    Whole(Id),
    /// From the dot to the closing bracket.
    Link(Range<usize>),
}

fn part_of(tree: &Tree, text: &str, id: Id) -> Part {
    let mut last = id;
    for above in std::iter::once(id).chain(tree.above(id)) {
        let parent = tree.parent(above);
        let in_body = matches!(tree.kind(parent), Kind::Body | Kind::Block | Kind::Program);
        match tree.kind(above) {
            Kind::Expression | Kind::Variables | Kind::If | Kind::Throw | Kind::Statement | Kind::Try
                if in_body =>
            {
                return Part::Whole(or_around(tree, above));
            }
            Kind::If => return Part::Whole(or_around(tree, above)),
            Kind::Function | Kind::Class | Kind::Interface | Kind::Alias if in_body => {
                return Part::Whole(above);
            }
            Kind::Export | Kind::ExportFrom => return Part::Whole(above),
            Kind::Method | Kind::Field if tree.kind(parent) == Kind::ClassBody => return Part::Whole(above),
            Kind::ShapeMember => return Part::Whole(above),
            Kind::Property
                if tree.kind(parent) == Kind::Object
                    && tree
                        .value(above)
                        .is_some_and(|value| matches!(tree.kind(value), Kind::Arrow | Kind::Function)) =>
            {
                return Part::Whole(above);
            }
            // A member of a list of names: `const { listUsers, findByEmail } = …`, `{ a, b }`.
            Kind::Property
                if matches!(tree.kind(parent), Kind::Object | Kind::ObjectPattern)
                    && tree.is_shorthand(above) =>
            {
                return Part::Whole(above);
            }
            Kind::Call => {
                if let Some(range) = link(tree, text, above, last) {
                    return Part::Link(range);
                }
            }
            _ => {}
        }
        last = above;
    }
    Part::Whole(last)
}

/// A handler in a chain of routes: `.get('/by-email', …)`.
fn link(tree: &Tree, text: &str, call: Id, from: Id) -> Option<Range<usize>> {
    const VERBS: [&str; 7] = ["get", "post", "put", "patch", "delete", "all", "route"];
    let (verb, object) = tree.callee(call, text)?;
    let object = object.filter(|_| VERBS.contains(&verb))?;
    let is_argument = tree.arguments(call).contains(&from);
    let is_chain = tree.kind(object) == Kind::Call || tree.kind(tree.parent(call)) == Kind::Member;
    (is_argument && is_chain).then(|| tree.range(object).end..tree.range(call).end)
}

/// A statement that is all of a block takes what holds the block with it.
fn or_around(tree: &Tree, statement: Id) -> Id {
    let block = tree.parent(statement);
    let holder = tree.parent(block);
    let alone = tree.kind(block) == Kind::Block && tree.children(block).len() == 1;
    if alone && tree.kind(holder) == Kind::If { holder } else { statement }
}

/// With `export` before it.
fn outer(tree: &Tree, part: Id) -> Id {
    let parent = tree.parent(part);
    if tree.kind(parent) == Kind::Export { parent } else { part }
}

/// Names that a part declares for what stands beside it.
fn declared(tree: &Tree, text: &str, part: Id) -> Vec<String> {
    let mut names = Vec::new();
    match tree.kind(part) {
        Kind::Export => {
            for child in tree.children(part) {
                names.extend(declared(tree, text, *child));
            }
        }
        Kind::Variables => {
            for variable in tree.children(part) {
                let Some(pattern) = tree.children(*variable).first() else { continue };
                match tree.kind(*pattern) {
                    Kind::Name => names.push(tree.text(*pattern, text).to_owned()),
                    _ => names.extend(
                        tree.below(*pattern)
                            .filter(|id| tree.kind(*id) == Kind::Name)
                            .map(|id| tree.text(id, text).to_owned()),
                    ),
                }
            }
        }
        Kind::Function
        | Kind::Class
        | Kind::Interface
        | Kind::Alias
        | Kind::Method
        | Kind::Field
        | Kind::Property
        | Kind::ShapeMember => names.extend(tree.name(part, text).map(str::to_owned)),
        _ => {}
    }
    names
}

/// Whole lines where nothing else stands on them, with the blank line before.
pub(super) fn lines(text: &str, range: Range<usize>) -> Range<usize> {
    let (start, end) = (line_start(text, range.start), line_end(text, range.end));
    let before = text.get(start..range.start).unwrap_or_default();
    let after = text.get(range.end..end).unwrap_or_default();
    if !before.trim().is_empty() || !after.trim_matches([' ', ';', ',', '\r', '\n', '\t']).is_empty() {
        let rest = text.get(range.end..).unwrap_or_default();
        let skip = rest.len() - rest.trim_start_matches([',', ';']).trim_start_matches(' ').len();
        return range.start..range.end + skip;
    }
    let start = comment_before(text, start);
    let blank = text.get(..start).and_then(|before| before.strip_suffix("\n\n"));
    let is_last = text.get(end..).unwrap_or_default().trim_start_matches(' ').starts_with(['}', '\n']);
    match blank {
        Some(kept) if is_last || end >= text.len() => kept.len() + 1..end,
        _ => start..end,
    }
}

/// The lines of comments that lead to a line.
pub(super) fn comment_before(text: &str, start: usize) -> usize {
    let mut at = start;
    while let Some(before) = at.checked_sub(1).map(|end| line_start(text, end)) {
        let line = text.get(before..at).unwrap_or_default().trim();
        if !(line.starts_with("//") || line.starts_with("/*") || line.starts_with('*')) {
            break;
        }
        at = before;
    }
    at
}
