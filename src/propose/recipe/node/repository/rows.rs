//! A row that a test can make: a value for each column that has to have one, and the rows of other
//! tables that it belongs to.

use super::Plan;
use crate::propose::recipe::{
    endpoint::column::Column,
    fields::Kind,
    names::{Name, camel, singular, snake},
    node::{
        endpoint::columns::Seen,
        model::{Mapper, Table},
    },
};
use serde::Serialize;

/// How deep rows are made that others belong to.
const LIMIT_DEPTH: usize = 4;

/// A row of a table.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Row {
    /// The variable that holds it, where it is a row that others belong to.
    pub(super) var: String,
    /// The table as queries and as the database name it.
    pub(super) table: String,
    pub(super) stored: String,
    pub(super) key: String,
    /// `title: 'x'`
    pub(super) values: Vec<String>,
    /// File of the table's declaration.
    pub(super) home: String,
}

/// The row, and those that it belongs to, the farthest first.
pub(super) struct Rows {
    pub(super) row: Row,
    pub(super) parents: Vec<Row>,
}

impl Plan<'_> {
    /// A row of the table; `Err` names the column that no value is known for.
    pub(super) fn rows(&self) -> Result<Rows, String> {
        let mut parents = Vec::new();
        let row = self.row(self.table, &self.key.name, "", &mut parents, LIMIT_DEPTH)?;
        Ok(Rows { row, parents })
    }

    fn row(
        &self,
        table: &Table,
        key: &str,
        var: &str,
        parents: &mut Vec<Row>,
        depth: usize,
    ) -> Result<Row, String> {
        let place = |column: &str| format!("{} of {}", column, table.stored);
        let Some(depth) = depth.checked_sub(1) else { return Err(place(key)) };
        let seen = Seen {
            mapper: self.mapper,
            table,
            tables: self.tables,
            survey: self.survey,
            schema: self.schema,
            key,
        };
        let mut values = Vec::new();
        for (column, declared) in seen.columns().iter().zip(&table.columns) {
            let stated = match self.mapper {
                Mapper::Prisma => declared.ty.contains("@updatedAt"),
                Mapper::Kysely => inserted(&declared.ty).contains("undefined"),
                Mapper::Drizzle => declared.ty.contains("erial(") || declared.ty.contains("$defaultFn"),
            };
            if column.optional || column.has_default || stated {
                continue;
            }
            let value = match &column.kind {
                Kind::BelongsTo(model) => {
                    let name = Name::of(&snake(model));
                    let parent = self.tables.iter().find(|table| table.is_of(&name));
                    let of = parent.and_then(|parent| Some((parent, parent.key(&name)?)));
                    let Some((parent, own)) = of else { return Err(place(&declared.name)) };
                    if parent.name == table.name {
                        return Err(place(&declared.name));
                    }
                    let held = camel(&column.name.trim_end_matches("_id").replace("__", "_"));
                    let held = if held == singular(&held) { held } else { camel(&name.snake) };
                    let row = self.row(parent, &own.name, &held, parents, depth)?;
                    let value = format!("{held}.{}", own.name);
                    if parents.iter().any(|one| one.var == row.var) {
                        return Err(place(&declared.name));
                    }
                    parents.push(row);
                    value
                }
                // A reference that is declared where it is not seen, such as beside the columns.
                Kind::Integer | Kind::Uuid | Kind::String
                    if self.mapper != Mapper::Prisma
                        && column.name.ends_with("_id")
                        && declared.name != key =>
                {
                    return Err(place(&declared.name));
                }
                _ => self.value(column, &declared.ty).ok_or_else(|| place(&declared.name))?,
            };
            values.push(format!("{}: {value}", declared.name));
        }
        Ok(Row {
            var: var.to_owned(),
            table: table.name.clone(),
            stored: table.stored.clone(),
            key: key.to_owned(),
            values,
            home: table.path.clone(),
        })
    }

    /// A value that the column takes, another one each time where it is unique or a text.
    fn value(&self, column: &Column, ty: &str) -> Option<String> {
        let is_single = column.unique || column.is_key;
        if let Some(choice) = column.choices.first() {
            return (!is_single).then(|| format!("{} as const", choice.source));
        }
        let ty = match self.mapper {
            Mapper::Kysely => inserted(ty),
            Mapper::Drizzle | Mapper::Prisma => ty.to_owned(),
        };
        let is = |words: &[&str]| words.iter().any(|word| ty.contains(word));
        let is_time = match self.mapper {
            Mapper::Kysely => is(&["Date"]),
            Mapper::Drizzle => {
                !is(&["mode: 'string'"]) && (!ty.starts_with("date(") || is(&["mode: 'date'"]))
            }
            Mapper::Prisma => true,
        };
        let moment = |day: &str| if is_time { format!("new Date('{day}')") } else { format!("'{day}'") };
        let is_plain = match self.mapper {
            Mapper::Kysely => is(&["string", "number", "boolean", "Date"]) && !is(&["[]", "<", "{"]),
            Mapper::Drizzle => !is(&[".array(", "customType"]) && known_type(&ty),
            Mapper::Prisma => !is(&["[]"]) && known_type(&ty),
        };
        if !is_plain {
            return None;
        }
        Some(match column.kind {
            Kind::String | Kind::Text => {
                let max = column.max.unwrap_or(255);
                if max < 36 { format!("randomUUID().slice(0, {max})") } else { "randomUUID()".into() }
            }
            Kind::Uuid => "randomUUID()".into(),
            Kind::Integer if is(&["BigInt", "mode: 'bigint'"]) => return None,
            Kind::Integer if is_single => "Math.floor(Math.random() * 1_000_000)".into(),
            Kind::Integer => "1".into(),
            _ if is_single => return None,
            Kind::Float => "1.5".into(),
            Kind::Decimal => {
                let is_text = match self.mapper {
                    Mapper::Kysely => !is(&["number"]),
                    Mapper::Drizzle => !is(&["mode: 'number'"]),
                    Mapper::Prisma => false,
                };
                if is_text { "'1.50'".into() } else { "1.5".into() }
            }
            Kind::Boolean => "true".into(),
            Kind::Date if !is_time => "'2026-01-31'".into(),
            Kind::Date | Kind::DateTime => moment("2026-01-31T12:00:00.000Z"),
            Kind::BelongsTo(_) => return None,
        })
    }

    /// A column that may change, and a value that no row of a test has.
    pub(super) fn changed(&self) -> Option<(String, &'static str)> {
        self.columns.iter().zip(&self.table.columns).find_map(|(column, declared)| {
            let is_plain = !column.is_key && !column.unique && column.choices.is_empty();
            let value = match column.kind {
                Kind::String | Kind::Text if column.max.is_none_or(|max| max >= 7) => "'changed'",
                Kind::Integer => "2",
                Kind::Float => "2.5",
                _ => return None,
            };
            let is_known = self.value(column, &declared.ty).is_some() && !declared.ty.contains("Generated<");
            (is_plain && is_known && declared.name != self.key.name).then(|| (declared.name.clone(), value))
        })
    }
}

/// The type that Kysely takes when a row is written.
fn inserted(ty: &str) -> String {
    let inner = ["Generated<", "GeneratedAlways<"].iter().find_map(|name| ty.strip_prefix(name));
    if inner.is_some() {
        return "undefined".to_owned();
    }
    match ty.strip_prefix("ColumnType<") {
        Some(inner) => {
            let parts: Vec<&str> = inner.trim_end_matches('>').split(',').collect();
            parts.get(1).or(parts.first()).copied().unwrap_or_default().trim().to_owned()
        }
        None => ty.to_owned(),
    }
}

/// Whether a declaration of Drizzle's or Prisma's says a type whose values are known.
fn known_type(ty: &str) -> bool {
    const TYPES: [&str; 31] = [
        "integer",
        "serial",
        "smallint",
        "bigint",
        "int",
        "numeric",
        "decimal",
        "real",
        "doublePrecision",
        "double",
        "float",
        "boolean",
        "date",
        "timestamp",
        "datetime",
        "uuid",
        "text",
        "varchar",
        "char",
        "citext",
        "Int",
        "BigInt",
        "Float",
        "Decimal",
        "Boolean",
        "DateTime",
        "String",
        "bigserial",
        "smallserial",
        "mediumint",
        "tinyint",
    ];
    let called = ty.split(['(', ' ', '?']).next().unwrap_or_default();
    TYPES.contains(&called)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_may_be_another_type_than_what_is_read() {
        for (ty, expected) in [
            ("Generated<number>", "undefined"),
            ("ColumnType<string, number, number>", "number"),
            ("ColumnType<Date, string | undefined, never>", "string | undefined"),
            ("string | null", "string | null"),
        ] {
            assert_eq!(inserted(ty), expected);
        }
        assert!(known_type("varchar('a', { length: 3 })") && known_type("Int @default(1)"));
        assert!(!known_type("statusEnum('status')") && !known_type("Json"));
    }
}
