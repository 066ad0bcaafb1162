//! The two tables as queries know them, once they are declared.

use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            names::Name,
            node::{
                model::{Mapper, Table},
                plan::Plan,
            },
            sources::Survey,
        },
        script::{Kind, Tree},
    },
};

/// One of them.
pub(super) struct Row {
    pub(super) table: Table,
    /// `User`.
    pub(super) type_name: &'static str,
    /// What the type is where the declarations have none for a row; empty where they do.
    pub(super) declared: String,
    /// A type that the declared one is made of, and stands beside the table.
    pub(super) made_of: String,
}

/// Both.
pub(super) struct Rows {
    pub(super) users: Row,
    pub(super) tokens: Row,
}

impl Rows {
    /// Reads them from the texts with both in them; `NotApplicable` where a column is missing,
    /// because the example's table is declared in a way that another could not follow.
    pub(super) fn read(plan: &Plan<'_>, survey: &Survey, tables: &[Table]) -> Result<Self, ProposeError> {
        Ok(Self {
            users: row(plan, survey, tables, "user", "User", &["email", "password_hash", "role"])?,
            tokens: row(
                plan,
                survey,
                tables,
                "refresh_token",
                "RefreshToken",
                &["user_id", "family", "token_hash", "expires_at", "used_at"],
            )?,
        })
    }
}

fn row(
    plan: &Plan<'_>,
    survey: &Survey,
    tables: &[Table],
    name: &str,
    type_name: &'static str,
    columns: &[&str],
) -> Result<Row, ProposeError> {
    let resource = Name::of(name);
    let is_whole = |table: &&Table| {
        let has = |wanted: &str| {
            table.columns.iter().any(|column| crate::propose::recipe::names::snake(&column.name) == wanted)
        };
        columns.iter().all(|wanted| has(wanted)) && table.key(&resource).is_some()
    };
    let table =
        tables.iter().filter(|table| table.is_of(&resource)).find(is_whole).cloned().ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "{} is declared in a way that a table of users could not follow",
                plan.table.place
            ))
        })?;
    let source = survey.get(&table.path);
    let has_type = match source {
        Some(source) => {
            let tree = Tree::parse(&source.path, &source.text)?;
            tree.all().any(|id| {
                let text = tree.text(id, &source.text);
                matches!(tree.kind(id), Kind::Interface | Kind::Alias)
                    && tree.kind(tree.parent(id)) == Kind::Export
                    && tree.name(id, &source.text) == Some(type_name)
                    && (text.contains("Selectable<")
                        || text.contains("$inferSelect")
                        || text.contains("InferSelectModel<"))
            })
        }
        None => false,
    };
    let made_of = match plan.mapper {
        _ if has_type => String::new(),
        Mapper::Kysely => declared_type(survey, &table),
        Mapper::Drizzle => table.name.clone(),
        Mapper::Prisma => String::new(),
    };
    let declared = match plan.mapper {
        _ if made_of.is_empty() => String::new(),
        Mapper::Kysely => format!("Selectable<{made_of}>"),
        _ => format!("typeof {made_of}.$inferSelect"),
    };
    Ok(Row { table, type_name, declared, made_of })
}

/// The name of the type that declares a table.
fn declared_type(survey: &Survey, table: &Table) -> String {
    let line = usize::try_from(table.place.line).unwrap_or(1).saturating_sub(1);
    let text = survey.get(&table.path).and_then(|source| source.text.lines().nth(line)).unwrap_or_default();
    let rest =
        text.split_once("interface ").or_else(|| text.split_once("type ")).map_or("", |(_, rest)| rest);
    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}
