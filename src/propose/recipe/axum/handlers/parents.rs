//! The rows that a new one belongs to, and the one of them who signs in.

use super::{
    carried::{SignedIn, is_of},
    table::{key_type, made, referring_type, without_comments},
};
use crate::{
    ports::ProposeError,
    propose::recipe::{
        axum::tables::{Migration, table_of},
        fields::{Field, Kind},
        names::{Name, snake},
    },
};
use std::collections::BTreeSet;

/// A row that the resource belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) field: String,
    /// `owner_id`
    pub(super) column: String,
    pub(super) optional: bool,
    pub(super) table: String,
    /// The key of that table, its type in Rust and in SQL.
    pub(super) key: String,
    pub(super) rust: &'static str,
    pub(super) sql: String,
    /// ` ON DELETE CASCADE`, or nothing.
    pub(super) on_delete: String,
    /// Whether the row is that of whoever asks.
    pub(super) is_owner: bool,
}

/// What each reference refers to; an unknown one is an input error that lists the known.
pub(super) fn parents(
    fields: &[Field],
    migrations: &[Migration],
    dialect: &str,
    who: Option<&SignedIn>,
) -> Result<Vec<Parent>, ProposeError> {
    let mut all: Vec<Parent> = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let name = Name::of(&snake(model));
        let table = table_of(migrations, &name);
        let Some(known) = made(migrations, &table) else {
            return Err(ProposeError::Input {
                what: format!("no migration creates a table of {model} for {} to belong to", field.name),
                hint: format!("known tables: {}", tables(migrations).join(", ")),
            });
        };
        let key = known.key().and_then(|(key, line)| {
            let rust = key_type(line)?;
            let integer = if dialect == "sqlite" { "i64" } else { "i32" };
            Some((key, line, if rust == "integer" { integer } else { rust }))
        });
        let Some((key, line, rust)) = key else {
            return Err(ProposeError::NotApplicable(format!(
                "{} has no key of one number or UUID at {}, so nothing can belong to its rows here",
                table, known.place
            )));
        };
        let is_owner = !field.optional
            && !all.iter().any(|one| one.is_owner)
            && who.is_some_and(|who| who.key == rust && is_of(who, &name.snake, key));
        all.push(Parent {
            field: field.name.clone(),
            column: field.column(),
            optional: field.optional,
            key: key.to_owned(),
            rust,
            sql: referring_type(line),
            on_delete: on_delete(migrations, &table, field.optional),
            is_owner,
            table,
        });
    }
    Ok(all)
}

/// Every table that a migration creates.
fn tables(migrations: &[Migration]) -> Vec<String> {
    let mut all = BTreeSet::new();
    for migration in migrations {
        let lower = without_comments(&migration.text).to_ascii_lowercase();
        for (at, lead) in lower.match_indices("create table ") {
            let rest = lower.get(at + lead.len()..).unwrap_or_default();
            let rest = rest.trim_start_matches("if not exists ").trim_start_matches(['"', '`']);
            all.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>());
        }
    }
    all.into_iter().filter(|name| !name.is_empty()).collect()
}

/// What happens to rows whose parent goes, as the others that refer to it say.
fn on_delete(migrations: &[Migration], table: &str, optional: bool) -> String {
    let lines = || {
        migrations.iter().flat_map(|one| {
            let lines = one.text.lines().map(|line| line.to_ascii_lowercase().replace(['"', '`'], ""));
            lines.filter(|line| line.contains("references ")).collect::<Vec<_>>()
        })
    };
    let own = format!("references {table} ");
    let own_tight = format!("references {table}(");
    let mut all: Vec<String> =
        lines().filter(|line| line.contains(&own) || line.contains(&own_tight)).collect();
    if all.is_empty() {
        all = lines().collect();
    }
    let cascades = all.iter().filter(|line| line.contains("on delete cascade")).count();
    match (cascades * 2 > all.len(), optional) {
        (true, true) => " ON DELETE SET NULL".to_owned(),
        (true, false) => " ON DELETE CASCADE".to_owned(),
        (false, _) => String::new(),
    }
}
