//! One row by a field that no two rows share: each function of one row, with the field in the
//! place of the key.

use super::{
    code::Unit,
    copy::{Copy, bound},
    queries::queries,
    sql::Verb,
    work::{Piece, Work, handed, needs_of, types},
};
use crate::{ports::ProposeError, propose::recipe::endpoint::column::Column};

/// The functions of every layer, the handler first.
pub(super) fn pieces(work: &Work<'_>, column: &Column) -> Result<Vec<Piece>, ProposeError> {
    let (in_address, below) = types(column);
    let mut unit = work.routes.row.unit;
    let (mut index, mut key) = path_key(work, unit)?;
    let mut pieces = Vec::new();
    loop {
        let is_handler = pieces.is_empty();
        let name = work.name_for(&unit.function.name);
        if !is_handler && is_there(work, unit, &name, (index, &below))? {
            return Ok(pieces);
        }
        if is_handler {
            work.refuse_taken(unit, &name)?;
        }
        let value = if is_handler { handed(column) } else { column.name.clone() };
        let mut copy = Copy::new(unit, name);
        let (pattern, ty) = match is_handler {
            true => (format!("Path({})", column.name), format!("Path<{in_address}>")),
            false => (column.name.clone(), below.clone()),
        };
        copy.set_parameter(index, format!("{pattern}: {ty}"));
        let own = queries(unit, work.table);
        let is_key = |text: &str| text.trim().trim_start_matches(['&', '*']) == key;
        let asked = own.iter().find_map(|query| {
            let at = query.binds.iter().position(|bind| is_key(unit.slice(bind.value.clone())))?;
            Some((query, at))
        });
        let next = match asked {
            Some((query, at)) => {
                let sql = query.statement.compared(at, &column.name);
                let sql = sql.ok_or_else(|| work.lost(unit, "the condition of the query"))?;
                copy.replace(query.literal.clone(), sql);
                if let Some(bind) = query.binds.get(at) {
                    copy.replace(bind.value.clone(), value.clone());
                }
                None
            }
            None => {
                let ways = work.ways(unit, Verb::Select);
                let found = ways.into_iter().find_map(|site| {
                    let at = site.arguments.iter().position(|one| is_key(unit.slice(one.clone())))?;
                    Some((site, at))
                });
                let (site, at) = found.ok_or_else(|| work.lost(unit, "the way of the key to a query"))?;
                copy.replace(site.name.clone(), work.name_for(&site.target.function.name));
                if let Some(argument) = site.arguments.get(at) {
                    copy.replace(argument.clone(), value.clone());
                }
                Some((site.target, at))
            }
        };
        copy.rename(&key, &column.name);
        pieces.push(work.beside(copy, needs_of(column))?);
        let Some((target, at)) = next else { return Ok(pieces) };
        let parameter = target.function.parameters.get(at).map(|(pattern, _)| bound(pattern));
        let Some([name]) = parameter.as_deref() else { return Err(work.lost(target, "the key")) };
        (unit, index, key) = (target, at, name.clone());
    }
}

/// Which parameter of a handler holds the key of its row, and the variable.
pub(super) fn path_key(work: &Work<'_>, unit: Unit<'_>) -> Result<(usize, String), ProposeError> {
    let parameters = &unit.function.parameters;
    let index = parameters
        .iter()
        .position(|(_, ty)| ty.rsplit("::").next().is_some_and(|ty| ty.starts_with("Path<")));
    let found = index.zip(index.and_then(|index| parameters.get(index)));
    match found.map(|(index, (pattern, _))| (index, bound(pattern))) {
        Some((index, names)) if names.len() == 1 => Ok((index, names.into_iter().next().unwrap_or_default())),
        _ => Err(work.lost(unit, "the key in the address")),
    }
}

/// Whether a function of the new name is there already and takes the same.
fn is_there(
    work: &Work<'_>,
    unit: Unit<'_>,
    name: &str,
    (index, ty): (usize, &str),
) -> Result<bool, ProposeError> {
    let Some(known) = unit.source.file.functions.iter().find(|one| one.name == name) else {
        return Ok(false);
    };
    let fits = known.parameters.len() == unit.function.parameters.len()
        && known.returns == unit.function.returns
        && known.parameters.get(index).is_some_and(|(_, own)| own == ty);
    if fits { Ok(true) } else { work.refuse_taken(unit, name).map(|()| false) }
}
