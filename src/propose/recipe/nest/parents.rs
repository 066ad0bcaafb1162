//! The entities that fields refer to, and rows of them for the tests.

use super::{
    super::{
        fields::{Field, Kind},
        names::{camel, plural, snake},
    },
    entity::{Column, ColumnKind, Key, Table, option},
    survey::Survey,
};
use crate::ports::ProposeError;
use std::collections::BTreeSet;

/// An entity that the resource belongs to.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    /// The field: `owner`.
    pub(super) field: String,
    pub(super) table: Table,
    pub(super) key: Key,
    /// Repository of its rows in the service: `users`.
    pub(super) repository: String,
    /// `{ email: …, name: … }` for a row of its own; `None` where it cannot be made here.
    pub(super) row: Option<String>,
}

/// Reads them; an unknown one is an input error that lists the known.
pub(super) fn read(
    fields: &[Field],
    survey: &Survey,
    snake_columns: bool,
) -> Result<Vec<Parent>, ProposeError> {
    let mut parents = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let entities = || survey.classes().filter(|(_, class)| class.mark("Entity").is_some());
        let hit =
            entities().find(|(_, class)| class.name == *model || class.name == format!("{model}Entity"));
        let Some((source, class)) = hit else {
            let known: BTreeSet<&str> = entities().map(|(_, class)| class.name.as_str()).collect();
            return Err(ProposeError::Input {
                what: format!("there is no entity {model} for {} to belong to", field.name),
                hint: format!("known entities: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
            });
        };
        let table = Table::read(source, class, survey, snake_columns);
        let Some(key) = table.key.clone() else {
            return Err(ProposeError::Input {
                what: format!(
                    "{model} has no primary key of one generated column, so nothing can refer to it here"
                ),
                hint: format!("see {}", source.place(class.name_at)),
            });
        };
        let stem = class.name.strip_suffix("Entity").unwrap_or(&class.name);
        parents.push(Parent {
            field: field.name.clone(),
            repository: camel(&plural(&snake(stem))),
            row: row(&table),
            key,
            table,
        });
    }
    Ok(parents)
}

/// A row of an entity that belongs to no other; `None` where a column takes what is not known here.
pub(super) fn row(table: &Table) -> Option<String> {
    let mut parts = Vec::new();
    for (column, _) in &table.columns {
        let optional = column.options.contains("nullable: true") || column.ty.contains("null");
        match &column.kind {
            ColumnKind::Plain if !optional => parts.push(format!("{}: {}", column.property, sample(column)?)),
            ColumnKind::ManyToOne(_) if !optional => return None,
            _ => {}
        }
    }
    Some(format!("{{ ⟨{}⟩ }}", parts.join("¦")))
}

/// A value for a column, another one each time where it is a text.
pub(super) fn sample(column: &Column) -> Option<String> {
    let length = option_number(&column.options, "length").unwrap_or(255);
    let has = |words: &[&str]| words.iter().any(|word| column.options.contains(word));
    Some(match column.ty.as_str() {
        // What the database counts with or dates by is a text in some drivers.
        "string" if has(&["decimal", "numeric", "bigint"]) => "'1'".to_owned(),
        "string" if has(&["'date'", "\"date\"", "timestamp", "datetime"]) => "'2026-01-31'".to_owned(),
        "string" if column.property.to_lowercase().contains("email") && length >= 20 => {
            "`${randomUUID().slice(0, 8)}@example.org`".to_owned()
        }
        "string" if column.options.contains("uuid") => "randomUUID()".to_owned(),
        "string" if length < 36 => format!("randomUUID().slice(0, {length})"),
        "string" => "randomUUID()".to_owned(),
        "number" => "1".to_owned(),
        "boolean" => "true".to_owned(),
        "Date" => "new Date()".to_owned(),
        _ => return None,
    })
}

fn option_number(options: &str, key: &str) -> Option<usize> {
    if let Some(text) = option(options, key) {
        return text.parse().ok();
    }
    let (_, rest) = options.split_once(&format!("{key}:"))?;
    rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
