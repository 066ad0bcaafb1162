//! The rows that have one value in a field: the project's own list, with one condition more in
//! each query of it.

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
    let list = work.routes.list()?;
    let (in_address, below) = types(column);
    let mut pieces = Vec::new();
    let mut pending = vec![list.unit];
    let mut done: Vec<Unit<'_>> = Vec::new();
    while let Some(unit) = pending.pop() {
        if done.iter().any(|known| known.is(unit)) {
            continue;
        }
        let is_handler = done.is_empty();
        done.push(unit);
        let name = work.name_for(&unit.function.name);
        work.refuse_taken(unit, &name)?;
        refuse_name(unit, column)?;
        let value = if is_handler { handed(column) } else { column.name.clone() };
        let mut copy = Copy::new(unit, name);
        let parameter = match is_handler {
            true => format!("Path({}): Path<{in_address}>", column.name),
            false => format!("{}: {below}", column.name),
        };
        let at = leading(unit);
        copy.add_parameter(at, parameter);
        let own = queries(unit, work.table);
        for query in own.iter().filter(|query| query.statement.verb == Verb::Select) {
            let narrowed = query.statement.narrowed(&column.name);
            let narrowed = narrowed.ok_or_else(|| work.lost(unit, "a query"))?;
            copy.replace(query.literal.clone(), narrowed.text);
            copy.bind(query, narrowed.at, &value);
        }
        let ways = work.ways(unit, Verb::Select);
        for site in &ways {
            copy.replace(site.name.clone(), work.name_for(&site.target.function.name));
            let at = leading(site.target);
            match (site.arguments.get(at), site.arguments.last()) {
                (Some(next), _) => copy.insert(next.start, format!("{value}, ")),
                (None, Some(last)) => copy.insert(last.end, format!(", {value}")),
                (None, None) => copy.insert(site.inside, value.clone()),
            }
            pending.push(site.target);
        }
        if own.is_empty() && ways.is_empty() {
            return Err(work.lost(unit, "the way to a query"));
        }
        let mut needs = needs_of(column);
        if is_handler {
            needs.push("axum::extract::Path".into());
        }
        pieces.push(work.beside(copy, needs)?);
    }
    Ok(pieces)
}

/// How many parameters stand before the new one: those that say where to ask.
pub(super) fn leading(unit: Unit<'_>) -> usize {
    let is_lead = |(_, ty): &&(String, String)| {
        ["State<", "Extension<", "Pool", "Connection", "Executor", "Transaction"]
            .iter()
            .any(|word| ty.contains(word))
    };
    unit.function.parameters.iter().take_while(is_lead).count()
}

/// A variable that the function has already.
fn refuse_name(unit: Unit<'_>, column: &Column) -> Result<(), ProposeError> {
    let own = unit.function.parameters.iter().flat_map(|(pattern, _)| bound(pattern));
    if own.into_iter().any(|name| name == column.name) {
        return Err(ProposeError::NotApplicable(format!(
            "{} has a parameter {} already, so the list by it is yours to write",
            unit.place(),
            column.name
        )));
    }
    Ok(())
}
