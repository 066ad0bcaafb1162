//! Leading values that functions hand on as they got them: a database that every function of a
//! way takes first.
//!
//! Such a value says nothing of the request: a new function takes and hands on the same.

use super::{
    asked::Asked,
    code::{Code, Level},
};
use crate::propose::script::{Id, Kind};
use std::collections::BTreeSet;

/// Notes for each function of a way how many of its first parameters are carried, and how many
/// of the first values of its calls down.
pub(super) fn note(code: &Code<'_>, levels: &mut [Level<'_>]) {
    for at in 0..levels.len() {
        let Some(level) = levels.get(at) else { continue };
        let known = carried_names(code, level);
        let calls = level.calls.clone();
        let path = level.unit.path;
        let counts: Vec<usize> = calls
            .iter()
            .map(|(call, target)| {
                let Ok((_, tree)) = code.get(path) else { return 0 };
                let given = tree.arguments(*call);
                let taken = code.parameters(*target);
                let both = given.iter().zip(taken);
                both.take_while(|(value, parameter)| {
                    is_carried(code, level, &known, **value) && !is_plain(code.text(target.path, *parameter))
                })
                .count()
            })
            .collect();
        let hands = counts.iter().copied().min().unwrap_or(0);
        if let Some(level) = levels.get_mut(at) {
            level.hands = hands;
        }
        for (_, target) in calls {
            if let Some(below) = levels.iter_mut().skip(at + 1).find(|one| one.unit == target) {
                below.carried = hands;
            }
        }
    }
}

/// Parameters of a function that were carried to it.
fn carried_names<'s>(code: &Code<'s>, level: &Level<'s>) -> BTreeSet<&'s str> {
    let Ok((source, tree)) = code.get(level.unit.path) else { return BTreeSet::new() };
    let all = code.parameters(level.unit);
    all.iter().take(level.carried).filter_map(|id| tree.name(*id, &source.text)).collect()
}

/// Whether a parameter takes a number, a text or a yes or no, which are no means to ask with.
fn is_plain(parameter: &str) -> bool {
    let ty = parameter.split_once(':').map_or("", |(_, ty)| ty);
    matches!(ty.split('=').next().unwrap_or(ty).trim(), "number" | "string" | "boolean")
}

/// Whether a value is one that the function did not make or read itself.
fn is_carried(code: &Code<'_>, level: &Level<'_>, known: &BTreeSet<&str>, value: Id) -> bool {
    let Ok((source, tree)) = code.get(level.unit.path) else { return false };
    if tree.kind(value) != Kind::Name {
        return false;
    }
    let name = tree.text(value, &source.text);
    let is_own = tree.below(level.unit.function).any(|id| {
        matches!(tree.kind(id), Kind::Parameter | Kind::Variable)
            && tree.text(id, &source.text).split([':', '=']).next().is_some_and(|pattern| {
                pattern.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
            })
    });
    known.contains(name) || !is_own
}

/// The values that a handler carries to its service, with the type that the service says of
/// each: `("db", "Db")`.
pub(super) fn handed<'s>(asked: &Asked<'s>, levels: &[Level<'s>]) -> Option<Vec<(&'s str, &'s str)>> {
    let (handler, service) = (levels.first()?, levels.get(1)?);
    let (call, _) = handler.calls.iter().find(|(_, target)| *target == service.unit)?;
    let (_, tree) = asked.code.get(handler.unit.path).ok()?;
    let given = tree.arguments(*call);
    let parameters = asked.code.parameters(service.unit);
    let both = given.iter().zip(parameters).take(service.carried);
    let pair = |(value, parameter): (&Id, Id)| {
        let stated = asked.code.text(service.unit.path, parameter);
        let ty = stated.split_once(':').map_or("", |(_, ty)| ty);
        (asked.code.text(handler.unit.path, *value), ty.split('=').next().unwrap_or(ty).trim())
    };
    Some(both.map(pair).collect())
}
