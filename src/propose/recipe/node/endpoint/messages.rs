//! Messages that say the key of a row, where the new value has another type.

use super::{
    code::Unit,
    copy::Copy,
    piece::{From, Need},
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{node::graft::Work, typescript::words},
        script::{Id, Kind, Tree},
    },
};

/// Calls that are given the key take the value as they declare it: as a text, or written out
/// where the helper that makes the message takes numbers only.
pub(super) fn retyped(copy: &mut Copy<'_, '_>, key: &str) -> Result<(), ProposeError> {
    let unit = copy.unit();
    let leads: Vec<Id> = copy.level.calls.iter().map(|(call, _)| *call).collect();
    let calls: Vec<Id> = copy
        .work
        .tree
        .below(unit.function)
        .filter(|id| matches!(copy.work.tree.kind(*id), Kind::Call | Kind::New) && !leads.contains(id))
        .collect();
    for call in calls {
        let given = copy.work.tree.arguments(call);
        let is_key = |id: &Id| {
            copy.work.tree.kind(*id) == Kind::Name && copy.work.tree.text(*id, copy.work.text) == key
        };
        let Some(at) = given.iter().position(is_key) else { continue };
        let Some(argument) = given.get(at).copied() else { continue };
        let range = copy.work.tree.range(argument);
        if copy.work.is_written(&range) {
            continue;
        }
        let Some((taker, ty)) = taker(copy, call, at) else { continue };
        let wanted = copy.asked.ty;
        match ty.as_str() {
            "string" if wanted != "string" => {
                copy.work.write(range, format!("String({})", copy.asked.variable));
            }
            "number" if wanted != "number" => {
                let (text, needs) = written_out(copy, call, taker, key).ok_or_else(|| {
                    ProposeError::NotApplicable(format!(
                        "{} takes a number and {} is a {wanted}; let it take both first",
                        copy.asked.code.place(taker),
                        copy.asked.variable
                    ))
                })?;
                let range = copy.work.tree.range(call);
                copy.work.write(range, text);
                copy.needs.extend(needs);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The function or constructor that a call reaches, and the type of one of its parameters.
fn taker<'s>(copy: &Copy<'_, 's>, call: Id, at: usize) -> Option<(Unit<'s>, String)> {
    let code = copy.asked.code;
    let path = copy.unit().path;
    let unit = match copy.work.tree.kind(call) {
        Kind::New => {
            let (name, _) = copy.work.tree.callee(call, copy.work.text)?;
            let home = code.origin(path, name).map_or(path, |source| source.path.as_str());
            let (source, tree) = code.get(home).ok()?;
            let class = tree
                .all()
                .find(|id| tree.kind(*id) == Kind::Class && tree.name(*id, &source.text) == Some(name))?;
            let method = tree.below(class).find(|id| {
                tree.kind(*id) == Kind::Method && tree.name(*id, &source.text) == Some("constructor")
            })?;
            Unit { path: source.path.as_str(), node: method, function: tree.value(method)? }
        }
        _ => code.target(path, call)?,
    };
    let (source, tree) = code.get(unit.path).ok()?;
    let list = tree.child(unit.function, Kind::Parameters)?;
    let text = tree.text(*tree.children(list).get(at)?, &source.text);
    let (_, ty) = text.split_once(':')?;
    Some((unit, ty.split('=').next().unwrap_or(ty).trim().to_owned()))
}

/// The expression that a helper gives, with what it is given in it.
fn written_out(copy: &Copy<'_, '_>, call: Id, taker: Unit<'_>, key: &str) -> Option<(String, Vec<Need>)> {
    let code = copy.asked.code;
    let (source, tree) = code.get(taker.path).ok()?;
    let body = *tree.children(taker.function).last()?;
    if tree.kind(taker.function) != Kind::Arrow || matches!(tree.kind(body), Kind::Body | Kind::Parameters) {
        return None;
    }
    let list = tree.child(taker.function, Kind::Parameters)?;
    let names: Vec<&str> =
        tree.children(list).iter().filter_map(|one| tree.name(*one, &source.text)).collect();
    let values: Vec<String> = copy
        .work
        .tree
        .arguments(call)
        .into_iter()
        .map(|id| match copy.work.tree.text(id, copy.work.text) {
            text if text == key => copy.asked.variable.clone(),
            text => text.to_owned(),
        })
        .collect();
    let mut work = Work::new(taker.path, &source.text).ok()?;
    for id in tree.below(body).filter(|id| tree.kind(*id) == Kind::Name) {
        let name = tree.text(id, &source.text);
        let is_property =
            tree.kind(tree.parent(id)) == Kind::Member && tree.children(tree.parent(id)).last() == Some(&id);
        let Some(at) = names.iter().position(|one| *one == name).filter(|_| !is_property) else { continue };
        let value = values.get(at)?;
        put(&mut work, tree, id, value);
    }
    let text = work.slice(tree.range(body)).ok()?;
    let used = words(&text);
    let needs = used
        .iter()
        .filter(|name| !names.contains(&name.as_str()))
        .filter_map(|name| {
            let home = code.origin(taker.path, name).map(|source| source.path.clone());
            let is_own = tree.all().any(|id| {
                matches!(tree.kind(id), Kind::Class | Kind::Variable | Kind::Function)
                    && tree.name(id, &source.text) == Some(name)
            });
            let home = home.or_else(|| is_own.then(|| taker.path.to_owned()))?;
            Some(Need { name: name.clone(), from: From::File(home) })
        })
        .collect();
    Some((text, needs))
}

/// A value in place of a name; a text goes right into the text around it.
fn put(work: &mut Work<'_>, tree: &Tree, id: Id, value: &str) {
    let range = tree.range(id);
    let is_part = tree.kind(tree.parent(id)) == Kind::Template;
    let inner = value.strip_prefix(['\'', '"']).and_then(|rest| rest.strip_suffix(['\'', '"']));
    match inner {
        Some(inner) if is_part && !inner.contains(['`', '$', '\\']) => {
            work.write(range.start.saturating_sub(2)..range.end + 1, inner.to_owned());
        }
        _ => work.write(range, value.to_owned()),
    }
}
