//! The tables that a repository knows, whatever mapper declares them.

use super::{drizzle, kysely, prisma, words::form_of};
use crate::{
    domain::{place::Place, stack::StackKey},
    ports::ProposeError,
    propose::recipe::{
        fields::{Field, Kind},
        names::{Name, snake},
        rename::Joint,
        resource::Ask,
        sources::Survey,
    },
};

/// What declares tables and asks for rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mapper {
    Kysely,
    Drizzle,
    Prisma,
}

/// One column as sources call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its declared type, as written.
    pub(super) ty: String,
}

/// One table.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// As queries name it: `users`, and `user` with Prisma.
    pub(super) name: String,
    /// As the database names it.
    pub(super) stored: String,
    pub(super) columns: Vec<Column>,
    pub(super) path: String,
    pub(super) place: Place,
}

/// Columns that the database or the application keeps for every table.
const KEPT: [&str; 6] = ["created_at", "updated_at", "deleted_at", "created_on", "updated_on", "version"];

impl Mapper {
    /// The one that the stack names, or that the sources import.
    pub(super) fn of(ask: &Ask<'_>, survey: &Survey) -> Result<Self, ProposeError> {
        let stated = [&ask.request.stack, &ask.map.stack];
        let name = stated.iter().find_map(|stack| stack.name(StackKey::Orm)).unwrap_or_default();
        let imported =
            |package: &str| {
                survey.sources.values().any(|source| {
                    source.script.imports.iter().any(|import| {
                        import.from == package || import.from.starts_with(&format!("{package}/"))
                    })
                })
            };
        let known =
            [("kysely", Self::Kysely), ("drizzle-orm", Self::Drizzle), ("@prisma/client", Self::Prisma)];
        let by_name = known.iter().find(|(package, _)| package.contains(name) && !name.is_empty());
        let found = by_name.or_else(|| known.iter().find(|(package, _)| imported(package)));
        found.map(|(_, mapper)| *mapper).ok_or_else(|| {
            ProposeError::NotApplicable("no source imports kysely, drizzle-orm or @prisma/client".into())
        })
    }

    /// The name by which templates know it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Kysely => "kysely",
            Self::Drizzle => "drizzle",
            Self::Prisma => "prisma",
        }
    }

    /// Every table that is declared.
    pub(super) fn tables(self, ask: &Ask<'_>, survey: &Survey) -> Result<Vec<Table>, ProposeError> {
        match self {
            Self::Kysely => kysely::tables(survey),
            Self::Drizzle => drizzle::tables(survey),
            Self::Prisma => Ok(prisma::schema(ask)?.map(|schema| schema.tables()).unwrap_or_default()),
        }
    }
}

impl Table {
    /// The column that a row is found by.
    pub(super) fn key(&self, resource: &Name) -> Option<&Column> {
        let names = ["id".to_owned(), format!("{}_id", resource.snake), "uuid".to_owned()];
        names.iter().find_map(|name| self.columns.iter().find(|column| snake(&column.name) == *name))
    }

    /// Columns that say something of the resource: neither the key nor what every table has.
    pub(super) fn own(&self, resource: &Name) -> Vec<String> {
        let key = self.key(resource).map(|column| column.name.clone());
        let own = self.columns.iter().map(|column| column.name.clone());
        own.filter(|name| Some(name) != key.as_ref() && !KEPT.contains(&snake(name).as_str())).collect()
    }

    /// The form of its columns' names.
    pub(super) fn form(&self) -> Joint {
        form_of(self.columns.iter().map(|column| column.name.as_str())).unwrap_or(Joint::Snake)
    }

    /// Whether it holds the rows of a resource.
    pub(super) fn is_of(&self, resource: &Name) -> bool {
        [&self.name, &self.stored]
            .into_iter()
            .map(|name| snake(name))
            .any(|name| name == resource.plural || name == resource.snake)
    }
}

impl Column {
    pub(super) fn is_text(&self) -> bool {
        ["string", "uuid", "text", "varchar", "String", "char"].iter().any(|word| self.ty.contains(word))
    }
}

/// A row that the new one belongs to.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    pub(super) field: Field,
    pub(super) model: Name,
    pub(super) table: Table,
    pub(super) key: Column,
}

/// The rows that fields refer to; a model that is not there is refused with those that are.
pub(super) fn parents(fields: &[Field], tables: &[Table]) -> Result<Vec<Parent>, ProposeError> {
    let mut parents = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let name = Name::of(&snake(model));
        let table = tables.iter().find(|table| table.is_of(&name)).ok_or_else(|| {
            let known: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
            ProposeError::Input {
                what: format!("{} refers to {model}, and no table of that name was found", field.name),
                hint: format!("known tables: {}", known.join(", ")),
            }
        })?;
        let key = table.key(&name).cloned().ok_or_else(|| ProposeError::Input {
            what: format!("{} has no column id that {} could refer to", table.place, field.name),
            hint: "give the table a key, or leave the reference out".into(),
        })?;
        parents.push(Parent { field: field.clone(), model: name, table: table.clone(), key });
    }
    Ok(parents)
}
