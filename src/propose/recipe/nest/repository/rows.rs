//! A row of the entity that a test can make, with the rows that it belongs to.

use super::super::{
    entity::{Column, ColumnKind, Table},
    parents::{row, sample},
    survey::Survey,
};
use minijinja::{Value, context};

/// What a test needs to make a row.
pub(super) struct Rows {
    /// `title: randomUUID()`
    pub(super) members: Vec<String>,
    /// Rows that have to be there before.
    pub(super) parents: Vec<Value>,
    /// File and class of the entities of those.
    pub(super) entities: Vec<(String, String)>,
    /// A property to change, and another value of it.
    pub(super) changed: Option<(String, String)>,
}

/// The row; `Err` is the column of which nothing is known to put in.
pub(super) fn of(table: &Table, survey: &Survey, snake_columns: bool) -> Result<Rows, String> {
    let mut rows = Rows { members: Vec::new(), parents: Vec::new(), entities: Vec::new(), changed: None };
    let columns = || table.columns.iter().map(|(column, _)| column);
    let relations: Vec<&Column> =
        columns().filter(|column| matches!(column.kind, ColumnKind::ManyToOne(_))).collect();
    for column in columns().filter(|column| !is_optional(column)) {
        let property = &column.property;
        match &column.kind {
            ColumnKind::Plain => {
                let of = relations.iter().find(|one| *property == format!("{}Id", one.property));
                if of.is_some() {
                    continue;
                }
                if property.ends_with("Id") {
                    return Err(property.clone());
                }
                let value = sample(column).ok_or_else(|| property.clone())?;
                rows.members.push(format!("{property}: {value}"));
                if rows.changed.is_none() {
                    rows.changed = other(column).map(|value| (property.clone(), value));
                }
            }
            ColumnKind::ManyToOne(model) => {
                let missing = || property.clone();
                let (source, class) = survey.class(model, "Entity").ok_or_else(missing)?;
                let parent = Table::read(source, class, survey, snake_columns);
                let (made, key) = row(&parent).zip(parent.key.as_ref()).ok_or_else(missing)?;
                let own = format!("{property}Id");
                let member = match columns().any(|column| column.property == own) {
                    true => format!("{own}: {property}.{}", key.property),
                    false => property.clone(),
                };
                rows.members.push(member);
                rows.parents.push(context! { var => property, class => parent.class.clone(), row => made });
                rows.entities.push((parent.path.clone(), parent.class.clone()));
            }
            ColumnKind::Time(_) | ColumnKind::Other => {}
        }
    }
    Ok(rows)
}

fn is_optional(column: &Column) -> bool {
    column.optional || column.options.contains("nullable: true") || column.ty.contains("null")
}

/// A value beside the sample, of a column that gives back what was put in.
fn other(column: &Column) -> Option<String> {
    let is_exact =
        !["decimal", "numeric", "float", "real", "double", "bigint", "date", "time", "transformer"]
            .iter()
            .any(|word| column.options.contains(word));
    match column.ty.as_str() {
        "string" if is_exact => sample(column),
        "number" if is_exact => Some("2".into()),
        "boolean" => Some("false".into()),
        _ => None,
    }
}
