//! The row that has a value which no other has: the functions of one row again, with another
//! key.

use super::{
    asked::Asked,
    check::{Reading, exchange_variable},
    code::{Level, Unit},
    copy::{Copy, is_there},
    messages::retyped,
    piece::Piece,
    store::compare,
};
use crate::{ports::ProposeError, propose::script::Kind};

/// What holds the key in each function; the error names the one that does not hand it on.
pub(in crate::propose::recipe) fn keys(
    asked: &Asked<'_>,
    levels: &[Level<'_>],
    reading: &Reading,
) -> Result<Vec<String>, ProposeError> {
    let mut keys: Vec<(Unit<'_>, String)> = Vec::new();
    if let Some(first) = levels.first() {
        keys.push((first.unit, reading.variable.clone().unwrap_or_default()));
    }
    for level in levels {
        let Some(key) = keys.iter().find(|(unit, _)| *unit == level.unit).map(|(_, key)| key.clone()) else {
            continue;
        };
        let (source, tree) = asked.code.get(level.unit.path)?;
        for (call, target) in &level.calls {
            let given = tree.arguments(*call);
            let at = given.iter().position(|id| {
                let text = tree.text(*id, &source.text);
                *id == reading.node && level.unit == levels.first().map_or(level.unit, |one| one.unit)
                    || !key.is_empty() && text == key
            });
            let (_, below) = asked.code.get(target.path)?;
            let name = at.and_then(|at| {
                let list = below.child(target.function, Kind::Parameters)?;
                let text = &asked.code.get(target.path).ok()?.0.text;
                below.name(*below.children(list).get(at)?, text)
            });
            let name = name.ok_or_else(|| {
                ProposeError::NotApplicable(format!(
                    "{} does not hand the key of a row on as one value, so another cannot be",
                    asked.code.place(level.unit)
                ))
            })?;
            keys.push((*target, name.to_owned()));
        }
    }
    let known =
        |level: &Level<'_>| keys.iter().find(|(unit, _)| *unit == level.unit).map(|(_, key)| key.clone());
    Ok(levels.iter().map(|level| known(level).unwrap_or_default()).collect())
}

/// A function below the handler, for another key; nothing where it is there already.
pub(in crate::propose::recipe) fn below(
    asked: &Asked<'_>,
    level: &Level<'_>,
    key: &str,
) -> Result<Option<Vec<Piece>>, ProposeError> {
    if is_there(asked, level.unit, level.carried + 1)? {
        return Ok(None);
    }
    let mut copy = Copy::new(asked, level)?;
    for parameter in copy.parameters() {
        let tree = &copy.work.tree;
        if tree.name(parameter, copy.work.text) != Some(key) {
            continue;
        }
        let text = tree.text(parameter, copy.work.text);
        let new = if text.contains(':') {
            format!("{}: {}", asked.variable, asked.ty)
        } else {
            asked.variable.clone()
        };
        let range = tree.range(parameter);
        copy.work.write(range, new);
    }
    key_in_body(&mut copy, key)?;
    copy.rename_calls();
    copy.beside().map(Some)
}

/// The key of a function's body becomes the value.
pub(in crate::propose::recipe) fn key_in_body(
    copy: &mut Copy<'_, '_>,
    key: &str,
) -> Result<(), ProposeError> {
    let asked = copy.asked;
    let unit = copy.unit();
    key_compared(copy, key)?;
    exchange_variable(asked, &mut copy.work, unit.function, key);
    Ok(())
}

/// The key in queries and messages becomes the value.
pub(in crate::propose::recipe) fn key_compared(
    copy: &mut Copy<'_, '_>,
    key: &str,
) -> Result<(), ProposeError> {
    let asked = copy.asked;
    let unit = copy.unit();
    if copy.has_query() && !compare(asked, &mut copy.work, unit.function, key) {
        return Err(ProposeError::NotApplicable(format!(
            "how {} finds its row could not be followed",
            asked.code.place(unit)
        )));
    }
    retyped(copy, key)
}
