//! One field of a row gets a value: the functions that change a row again, with one value in
//! place of a body.

use super::{
    asked::Asked,
    code::{Level, Unit},
    copy::Copy,
    piece::Piece,
    values::{Dead, set},
};
use crate::{
    ports::ProposeError,
    propose::{
        edits::line_start,
        recipe::node::{graft::with_separator, removal::lines},
        script::{Id, Kind, Tree},
    },
};
/// Whether a text reads the body of a request.
fn reads_body(text: &str) -> bool {
    let flat: String = text.split_whitespace().collect();
    [
        "req.body",
        ".req.json(",
        "valid('json')",
        "valid(\"json\")",
        "request.body",
        "ctx.body",
        ".req.parseBody(",
    ]
    .iter()
    .any(|part| flat.contains(part))
}

/// The words of a body that a handler has: variables that are read from it.
pub(in crate::propose::recipe) fn read_bodies(copy: &Copy<'_, '_>) -> Dead {
    let (tree, text) = (&copy.work.tree, copy.work.text);
    let mut dead = Dead::default();
    for id in tree.below(copy.unit().function).filter(|id| tree.kind(*id) == Kind::Variable) {
        let Some(value) = tree.value(id) else { continue };
        let is_answer =
            copy.level.calls.iter().any(|(call, _)| *call == value || tree.below(value).contains(call));
        let text_of = tree.text(value, text);
        if reads_body(text_of) && !text_of.contains("params") && !is_answer {
            declare(tree, text, id, &mut dead);
        }
    }
    dead
}

/// What a variable holds of a body: the whole of it, or what its pattern takes out.
fn declare(tree: &Tree, text: &str, variable: Id, dead: &mut Dead) {
    let is_whole = tree.children(variable).first().is_some_and(|pattern| tree.kind(*pattern) == Kind::Name);
    let names = declared(tree, text, variable);
    if is_whole { dead.whole.extend(names) } else { dead.parts.extend(names) }
}

/// The names that a variable's pattern declares.
fn declared(tree: &Tree, text: &str, variable: Id) -> Vec<String> {
    let Some(pattern) = tree.children(variable).first().copied() else { return Vec::new() };
    if tree.kind(pattern) == Kind::Name {
        return vec![tree.text(pattern, text).to_owned()];
    }
    // What a default asks for is no name of the pattern: `{ title = row.title }`.
    let is_declared = |id: &Id| {
        let parent = tree.parent(*id);
        match tree.kind(parent) {
            Kind::Member | Kind::Call | Kind::New => false,
            Kind::Other => tree.children(parent).first() == Some(id),
            _ => true,
        }
    };
    let names = tree.below(pattern).filter(|id| tree.kind(*id) == Kind::Name && is_declared(id));
    names.map(|id| tree.text(id, text).to_owned()).collect()
}

/// A copy without its body: what is only about it goes, and where it was handed on, nothing
/// is. Notes which parameters of the functions below are bodies.
pub(in crate::propose::recipe) fn without_body(
    copy: &mut Copy<'_, '_>,
    mut dead: Dead,
    bodies: &mut Vec<(usize, Vec<usize>)>,
) -> Result<(), ProposeError> {
    let unit = copy.unit();
    let place = copy.asked.code.place(unit);
    let calls: Vec<Id> = copy.level.calls.iter().map(|(call, _)| *call).collect();
    let body = copy.work.tree.children(unit.function).last().copied().unwrap_or(unit.function);
    let statements: Vec<Id> = match copy.work.tree.kind(body) {
        Kind::Body => copy.work.tree.children(body).to_vec(),
        _ => vec![body],
    };
    let mut is_set = false;
    for statement in statements {
        let range = copy.work.tree.range(statement);
        let leads: Vec<Id> = calls
            .iter()
            .copied()
            .filter(|call| *call == statement || copy.work.tree.below(statement).contains(call))
            .collect();
        for call in &leads {
            hand_on(copy, *call, &dead, bodies);
        }
        if !leads.is_empty() || !mentions(copy, statement, &dead) {
            continue;
        }
        let flat: String = copy.work.text.get(range.clone()).unwrap_or_default().split_whitespace().collect();
        let writes = copy.has_query()
            && (copy.asked.store.asks(unit.path, &flat, super::store::Way::Change)
                || ["assign(", ".merge(", ".preload("].iter().any(|part| flat.contains(part)));
        if writes {
            is_set |= set(copy.asked, &mut copy.work, statement, &dead);
            continue;
        }
        if copy.work.tree.kind(statement) == Kind::Variables {
            for variable in copy.work.tree.children(statement) {
                declare(&copy.work.tree, copy.work.text, *variable, &mut dead);
            }
        }
        let whole = lines(copy.work.text, range);
        copy.work.drop(whole);
    }
    if copy.has_query() && !is_set {
        return Err(ProposeError::NotApplicable(format!(
            "{place} does not put the values of a body into a query in one place, so where one value belongs is not known"
        )));
    }
    Ok(())
}

/// Whether a node names one of some variables, or the body itself.
fn mentions(copy: &Copy<'_, '_>, within: Id, dead: &Dead) -> bool {
    let (tree, text) = (&copy.work.tree, copy.work.text);
    if tree.kind(within) == Kind::Variables && reads_body(tree.text(within, text)) {
        return true;
    }
    tree.below(within).any(|id| {
        let is_property =
            tree.kind(tree.parent(id)) == Kind::Member && tree.children(tree.parent(id)).last() == Some(&id);
        tree.kind(id) == Kind::Name && !is_property && dead.has(tree.text(id, text))
    })
}

/// A call down without the values of the body. Where one stands in a value beside others, it
/// is set right there, and the function below is asked as it is.
fn hand_on(copy: &mut Copy<'_, '_>, call: Id, dead: &Dead, bodies: &mut Vec<(usize, Vec<usize>)>) {
    let given = copy.work.tree.arguments(call);
    let mut gone = Vec::new();
    for (at, id) in given.iter().enumerate() {
        let (tree, text) = (&copy.work.tree, copy.work.text);
        let own = tree.text(*id, text);
        let names: Vec<Id> =
            tree.below(*id).chain([*id]).filter(|one| tree.kind(*one) == Kind::Name).collect();
        let is_dead = names.iter().any(|one| dead.has(tree.text(*one, text)));
        if !is_dead && !reads_body(own) {
            continue;
        }
        let holds_more = tree.kind(*id) == Kind::Object
            && tree.below(*id).any(|one| {
                tree.kind(one) == Kind::Spread && !names_of(tree, text, one).iter().any(|name| dead.has(name))
            });
        if holds_more && set(copy.asked, &mut copy.work, *id, dead) {
            copy.kept.push(call);
        } else {
            gone.push(at);
        }
    }
    if !copy.kept.contains(&call) {
        left_out(copy, &given, &gone);
        bodies.push((call, gone));
    }
}

/// The names below a node.
fn names_of<'t>(tree: &Tree, text: &'t str, within: Id) -> Vec<&'t str> {
    tree.below(within).filter(|id| tree.kind(*id) == Kind::Name).map(|id| tree.text(id, text)).collect()
}

/// Members of a list that are left out with their commas.
fn left_out(copy: &mut Copy<'_, '_>, all: &[Id], gone: &[usize]) {
    for at in gone {
        let Some(id) = all.get(*at) else { continue };
        let range = copy.work.tree.range(*id);
        let start = all.first().map_or(range.start, |first| copy.work.tree.range(*first).start);
        let is_broken = line_start(copy.work.text, range.start) > line_start(copy.work.text, start)
            || copy
                .work
                .text
                .get(line_start(copy.work.text, range.start)..range.start)
                .is_some_and(|lead| lead.trim().is_empty());
        let whole = with_separator(copy.work.text, &range, is_broken);
        copy.work.drop(whole);
    }
}

/// A function below the handler, without the parameters that hold a body.
pub(in crate::propose::recipe) fn below(
    asked: &Asked<'_>,
    level: &Level<'_>,
    gone: &[usize],
    bodies: &mut Vec<(usize, Vec<usize>)>,
) -> Result<Option<Vec<Piece>>, ProposeError> {
    let mut copy = Copy::new(asked, level)?;
    let parameters = copy.parameters();
    if super::copy::is_there(asked, level.unit, parameters.len().saturating_sub(gone.len()))? {
        return Ok(None);
    }
    let dead = without_parameters(&mut copy, gone);
    without_body(&mut copy, dead, bodies)?;
    copy.rename_calls();
    copy.beside().map(Some)
}

/// Leaves out parameters that hold a body; gives the names that they had.
pub(in crate::propose::recipe) fn without_parameters(copy: &mut Copy<'_, '_>, gone: &[usize]) -> Dead {
    let parameters = copy.parameters();
    let mut dead = Dead::default();
    for parameter in gone.iter().filter_map(|at| parameters.get(*at)) {
        match copy.work.tree.name(*parameter, copy.work.text) {
            Some(name) => {
                dead.whole.insert(name.to_owned());
            }
            None => dead.parts.extend(declared(&copy.work.tree, copy.work.text, *parameter)),
        }
    }
    left_out(copy, &parameters, gone);
    dead
}

/// The functions that a level calls, and what they are no longer given; those that stay as
/// they are left out.
pub(in crate::propose::recipe) fn targets<'s>(
    level: &Level<'s>,
    handed: &[(usize, Vec<usize>)],
) -> Vec<(Unit<'s>, Vec<usize>)> {
    let gone = |call: Id| handed.iter().find(|(one, _)| *one == call).map(|(_, gone)| gone.clone());
    level.calls.iter().filter_map(|(call, target)| Some((*target, gone(*call)?))).collect()
}
