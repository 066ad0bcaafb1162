//! The columns of a table that is there, as its mapper's declaration says them.

use crate::propose::recipe::{
    endpoint::column::{Choice, Column},
    fields::Kind,
    names::{Name, snake},
    node::model::{Column as Declared, Mapper, Table},
    sources::Survey,
};

/// A table with what else says something of its columns.
pub(in crate::propose::recipe::node) struct Seen<'a> {
    pub(in crate::propose::recipe::node) mapper: Mapper,
    pub(in crate::propose::recipe::node) table: &'a Table,
    pub(in crate::propose::recipe::node) tables: &'a [Table],
    pub(in crate::propose::recipe::node) survey: &'a Survey,
    /// Prisma's schema.
    pub(in crate::propose::recipe::node) schema: &'a str,
    pub(in crate::propose::recipe::node) key: &'a str,
}

impl Seen<'_> {
    /// Every column, in the order of the declaration, named as the notation of fields has it.
    pub(in crate::propose::recipe::node) fn columns(&self) -> Vec<Column> {
        let columns = self.table.columns.iter();
        columns
            .enumerate()
            .map(|(index, column)| {
                let ty = match self.mapper {
                    Mapper::Kysely => selected(&column.ty),
                    Mapper::Drizzle | Mapper::Prisma => column.ty.clone(),
                };
                let link = self.link(&column.name);
                let of_parent = self.parent(column, &link);
                let kind = of_parent.map(Kind::BelongsTo).unwrap_or_else(|| match self.mapper {
                    Mapper::Kysely => kysely_kind(&ty, &link),
                    Mapper::Drizzle => drizzle_kind(&ty),
                    Mapper::Prisma => prisma_kind(&ty, self.schema),
                });
                let line = self.table.place.line.saturating_add(u32::try_from(index + 1).unwrap_or(0));
                Column {
                    name: snake(&column.name),
                    max: number_after(&ty, "length:")
                        .or_else(|| number_after(&ty, "VarChar("))
                        .or_else(|| number_after(&link, "char("))
                        .filter(|_| matches!(kind, Kind::String | Kind::Text)),
                    kind,
                    source_type: column.ty.clone(),
                    is_key: column.name == self.key,
                    optional: match self.mapper {
                        Mapper::Kysely => ty.contains("null"),
                        Mapper::Drizzle => !ty.contains(".notNull()") && !ty.contains(".primaryKey("),
                        Mapper::Prisma => ty.split(' ').next().is_some_and(|ty| ty.ends_with('?')),
                    },
                    unique: ty.contains(".unique(")
                        || ty.contains("@unique")
                        || link.contains(".unique(")
                        || self.has_index(&column.name, true),
                    indexed: self.has_index(&column.name, false),
                    has_default: ["default", "Generated<", "@default"]
                        .iter()
                        .any(|word| column.ty.contains(word)),
                    choices: self.choices(&ty),
                    min: None,
                    line,
                }
            })
            .collect()
    }

    /// Links of Kysely's migrations that add a column of that name to the table.
    fn link(&self, column: &str) -> String {
        if self.mapper != Mapper::Kysely {
            return String::new();
        }
        let mut found = String::new();
        for source in self.survey.sources.values().filter(|source| names(&source.text, &self.table.stored)) {
            for part in source.text.split("addColumn(").skip(1) {
                let own = part.trim_start().trim_start_matches(['\'', '"', '`']);
                let is_it = own.strip_prefix(column).is_some_and(|rest| rest.starts_with(['\'', '"', '`']));
                if is_it {
                    found.extend(part.split([';', '\u{0}']).next());
                }
            }
        }
        found
    }

    /// The model that a column refers to.
    fn parent(&self, column: &Declared, link: &str) -> Option<String> {
        let stated = match self.mapper {
            Mapper::Kysely => link.split_once("references(").map(|(_, rest)| {
                rest.trim_start_matches(['\'', '"', '`'])
                    .split(['.', '\'', '"'])
                    .next()
                    .unwrap_or_default()
                    .to_owned()
            }),
            Mapper::Drizzle => column
                .ty
                .split_once("references(")
                .and_then(|(_, rest)| rest.split_once("=>"))
                .map(|(_, rest)| rest.trim().split('.').next().unwrap_or_default().to_owned()),
            Mapper::Prisma => self.schema.lines().find_map(|line| {
                let fields = line.split_once("fields: [")?.1.split(']').next()?;
                let is_here = fields.trim() == column.name && line.contains("@relation");
                let ty = line.split_whitespace().nth(1)?.trim_end_matches('?');
                is_here.then(|| ty.to_owned())
            }),
        }?;
        let of = |table: &&Table| table.name == stated || table.stored == stated;
        let table = self.tables.iter().find(of);
        let singular =
            crate::propose::recipe::names::singular(&snake(table.map_or(&stated, |table| &table.name)));
        Some(Name::of(&singular).pascal)
    }

    /// Whether an index of the column alone is declared, or one that lets no value be there
    /// twice.
    fn has_index(&self, column: &str, unique: bool) -> bool {
        match self.mapper {
            Mapper::Drizzle => self.survey.get(&self.table.path).is_some_and(|source| {
                let flat: String = source.text.split_whitespace().collect();
                flat.split("ndex(").skip(1).zip(flat.split("ndex(")).any(|(after, before)| {
                    let own = after.split("on(").nth(1).and_then(|rest| rest.split(')').next());
                    let is_it =
                        own.is_some_and(|own| own.rsplit('.').next() == Some(column) && !own.contains(','));
                    is_it && (!unique || before.ends_with("uniqueI"))
                })
            }),
            Mapper::Kysely => self.survey.sources.values().any(|source| {
                let flat: String = source.text.split_whitespace().collect::<String>().replace('"', "'");
                flat.split("createIndex(").skip(1).any(|part| {
                    let part = part.split(".execute").next().unwrap_or_default();
                    part.contains(&format!(".on('{}')", self.table.stored))
                        && (part.contains(&format!("column('{column}')"))
                            || part.contains(&format!("columns(['{column}'])")))
                        && (!unique || part.contains(".unique()"))
                })
            }),
            Mapper::Prisma => {
                let name = if unique { "@@unique" } else { "@@index" };
                self.schema.contains(&format!("{name}([{column}])"))
            }
        }
    }

    /// The fixed values of a column.
    fn choices(&self, ty: &str) -> Vec<Choice> {
        let quoted = |text: &str| -> Vec<String> {
            text.replace('"', "'").split('\'').skip(1).step_by(2).map(str::to_owned).collect()
        };
        let values = match self.mapper {
            Mapper::Kysely => quoted(ty),
            Mapper::Drizzle => ty
                .split_once("enum:")
                .and_then(|(_, rest)| rest.split(']').next())
                .map(quoted)
                .unwrap_or_default(),
            Mapper::Prisma => {
                let name = ty.split(' ').next().unwrap_or_default().trim_end_matches('?');
                let body = self.schema.split_once(&format!("enum {name} {{")).map(|(_, rest)| rest);
                body.and_then(|rest| rest.split('}').next())
                    .map(|body| {
                        body.split_whitespace()
                            .filter(|word| !word.starts_with('@'))
                            .map(str::to_owned)
                            .collect()
                    })
                    .unwrap_or_default()
            }
        };
        values.into_iter().map(|value| Choice { source: format!("'{value}'"), value }).collect()
    }
}

/// Whether a source names a table in quotes.
fn names(text: &str, table: &str) -> bool {
    ['\'', '"', '`'].iter().any(|quote| text.contains(&format!("{quote}{table}{quote}")))
}

/// The number after a word.
fn number_after(text: &str, word: &str) -> Option<i64> {
    let rest = text.split_once(word)?.1.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest.get(..end)?.parse().ok()
}

/// The type that Kysely gives when a row is read.
pub(in crate::propose::recipe::node) fn selected(ty: &str) -> String {
    let inner =
        ["Generated<", "GeneratedAlways<", "ColumnType<"].iter().find_map(|name| ty.strip_prefix(name));
    match inner {
        Some(inner) => {
            let end = inner.find([',', '>']).unwrap_or(inner.len());
            inner.get(..end).unwrap_or(inner).trim().to_owned()
        }
        None => ty.trim().to_owned(),
    }
}

fn kysely_kind(ty: &str, link: &str) -> Kind {
    let stored = link.split(',').nth(1).unwrap_or_default().to_lowercase();
    let plain = ty.replace("| null", "");
    let is_stored = |words: &[&str]| words.iter().any(|word| stored.contains(word));
    match plain.trim() {
        _ if is_stored(&["numeric", "decimal"]) => Kind::Decimal,
        _ if is_stored(&["uuid"]) => Kind::Uuid,
        _ if stored.trim().trim_matches(['\'', '"', ')', ' ']) == "date" => Kind::Date,
        "boolean" => Kind::Boolean,
        "number" if is_stored(&["real", "double", "float"]) => Kind::Float,
        "number" => Kind::Integer,
        "Date" => Kind::DateTime,
        _ if is_stored(&["text"]) => Kind::Text,
        _ => Kind::String,
    }
}

fn drizzle_kind(ty: &str) -> Kind {
    let called = ty.split('(').next().unwrap_or_default();
    match called {
        _ if ty.contains("mode: 'boolean'") || ty.contains("mode: \"boolean\"") => Kind::Boolean,
        _ if ty.contains("mode: 'timestamp") || ty.contains("mode: \"timestamp") => Kind::DateTime,
        "integer" | "serial" | "smallint" | "bigint" | "bigserial" | "int" | "smallserial" => Kind::Integer,
        "numeric" | "decimal" => Kind::Decimal,
        "real" | "doublePrecision" | "double" | "float" => Kind::Float,
        "boolean" => Kind::Boolean,
        "date" => Kind::Date,
        "timestamp" | "datetime" => Kind::DateTime,
        "uuid" => Kind::Uuid,
        "text" => Kind::Text,
        _ => Kind::String,
    }
}

fn prisma_kind(ty: &str, schema: &str) -> Kind {
    let name = ty.split(' ').next().unwrap_or_default().trim_end_matches('?');
    match name {
        "Int" | "BigInt" => Kind::Integer,
        "Float" => Kind::Float,
        "Decimal" => Kind::Decimal,
        "Boolean" => Kind::Boolean,
        "DateTime" if ty.contains("@db.Date") => Kind::Date,
        "DateTime" => Kind::DateTime,
        "String" if ty.contains("@db.Uuid") => Kind::Uuid,
        "String" if ty.contains("@db.Text") => Kind::Text,
        _ if schema.contains(&format!("enum {name} ")) => Kind::String,
        _ => Kind::String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_says_what_a_column_holds() {
        assert_eq!(selected("Generated<number>"), "number");
        assert_eq!(selected("ColumnType<string | null, number, number>"), "string | null");
        assert_eq!(kysely_kind("number", "'stars', 'integer', (col) => col.notNull())"), Kind::Integer);
        assert_eq!(kysely_kind("string", "'unit_price', 'numeric(12, 2)', (col) => col)"), Kind::Decimal);
        assert_eq!(drizzle_kind("varchar('email', { length: 255 }).notNull()"), Kind::String);
        assert_eq!(drizzle_kind("integer('done', { mode: 'boolean' })"), Kind::Boolean);
        assert_eq!(prisma_kind("Boolean @default(true)", ""), Kind::Boolean);
        assert_eq!(number_after("varchar('email', { length: 255 })", "length:"), Some(255));
    }
}
