//! The rows that have one value in a field: the project's own list with one condition more.

use super::{
    asked::Asked,
    code::Level,
    copy::{Copy, is_there},
    piece::{From, Need, Piece},
    store::{Asking, filter},
};
use crate::ports::ProposeError;

/// A function below the handler, for the rows with the value; nothing where it is there.
pub(in crate::propose::recipe) fn below(
    asked: &Asked<'_>,
    level: &Level<'_>,
) -> Result<Option<Vec<Piece>>, ProposeError> {
    let mut copy = Copy::new(asked, level)?;
    if is_there(asked, level.unit, copy.parameters().len() + 1)? {
        return Ok(None);
    }
    copy.first_parameter(&format!("{}: {}", asked.variable, asked.ty));
    narrowed(&mut copy)?;
    copy.beside().map(Some)
}

/// The value handed on, or put into the queries that stand here.
pub(in crate::propose::recipe) fn narrowed(copy: &mut Copy<'_, '_>) -> Result<(), ProposeError> {
    let asked = copy.asked;
    if copy.has_query() {
        let function = copy.unit().function;
        filter(asked, &mut copy.work, function)?;
        if asked.store.asking == Asking::Drizzle {
            let added: String = copy.work.added().collect();
            let used = [("eq", "eq("), ("and", "and(")].into_iter().filter(|(_, call)| added.contains(call));
            copy.needs
                .extend(used.map(|(name, _)| Need { name: name.into(), from: From::Package("drizzle-orm") }));
        }
        return Ok(());
    }
    copy.first_argument(&asked.variable);
    copy.rename_calls();
    Ok(())
}
