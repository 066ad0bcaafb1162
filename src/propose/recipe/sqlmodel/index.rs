//! An index on an attribute of SQLModel that is there.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::Edits,
        python::{Module, last_name, range_of},
        recipe::{
            alter::{Index, unknown_field},
            django::survey::keyword,
            fastapi::alter::Alter,
        },
    },
};
use ruff_python_ast::{Expr, Stmt, StmtAnnAssign};

/// Marks the attributes of a file that get an index; gives the line of the first.
pub(crate) fn changed(
    alter: &Alter<'_>,
    module: &Module<'_>,
    edits: &mut Edits,
) -> Result<Option<u32>, ProposeError> {
    let Some(stored) = &alter.stored else { return Ok(None) };
    let mut first = None;
    for index in &alter.change.indexes {
        let own = [stored.class.as_str(), alter.model.name.as_str()];
        let classes = module.classes().filter(|class| own.contains(&class.name.as_str()));
        let attribute = classes.flat_map(|class| &class.body).find_map(|stmt| match stmt {
            Stmt::AnnAssign(assign) if last_name(&assign.target) == Some(index.field.as_str()) => {
                Some(assign)
            }
            _ => None,
        });
        let Some(attribute) = attribute else { continue };
        mark(alter, module, attribute, index, edits)?;
        first.get_or_insert(module.line(attribute));
    }
    Ok(first)
}

/// Refuses an index on a field that is not there. `known` are the columns of the table.
pub(super) fn refuse_unknown(alter: &Alter<'_>, known: &[String]) -> Result<(), ProposeError> {
    let unknown = alter.change.indexes.iter().find(|index| !known.contains(&index.field));
    unknown.map_or(Ok(()), |index| Err(unknown_field(&index.field, &alter.model.name, known)))
}

fn mark(
    alter: &Alter<'_>,
    module: &Module<'_>,
    attribute: &StmtAnnAssign,
    index: &Index,
    edits: &mut Edits,
) -> Result<(), ProposeError> {
    let marks = if index.unique { "unique=True, index=True" } else { "index=True" };
    match attribute.value.as_deref() {
        Some(value @ Expr::Call(call)) if last_name(&call.func) == Some("Field") => {
            let is = |name: &str| matches!(keyword(value, name), Some(Expr::BooleanLiteral(literal)) if literal.value);
            if is("index") || is("unique") || is("primary_key") {
                return Err(ProposeError::Clash {
                    what: format!("an index of {}.{}", alter.model.name, index.field),
                    place: Place::new(alter.model.path.clone(), module.line(attribute)).to_string(),
                });
            }
            let mut all: Vec<&str> = call.arguments.args.iter().map(|one| module.source(one)).collect();
            all.extend(call.arguments.keywords.iter().map(|one| module.source(one)));
            all.push(marks);
            let lead = format!(
                "{}: {} = ",
                module.source(&*attribute.target),
                module.source(&*attribute.annotation)
            );
            let line =
                alter.written(&format!("    {lead}{}(⟨{}⟩)", module.source(&*call.func), all.join("¦")));
            edits.replace(range_of(attribute), line.trim().to_owned());
        }
        Some(value) => {
            let default = module.source(value);
            edits.replace(range_of(value), format!("Field(default={default}, {marks})"));
            module.add_import(edits, "sqlmodel", "Field");
        }
        None => {
            edits.insert(range_of(attribute).end, format!(" = Field({marks})"));
            module.add_import(edits, "sqlmodel", "Field");
        }
    }
    Ok(())
}
