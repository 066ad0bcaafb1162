//! The table of a row: its columns as the structure and the migrations have them.

use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            axum::{
                endpoint::columns::choices,
                reshape::history,
                tables::{Migration, column_line, creates, table_of},
            },
            names::Name,
        },
        rust::Struct,
    },
};

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// As the structure has it: `r#type`.
    pub(super) field: String,
    /// As the database has it: `type`.
    pub(super) name: String,
    /// The type without `Option`.
    pub(super) ty: String,
    pub(super) optional: bool,
    pub(super) is_key: bool,
    /// Whether the database gives its value, so that nobody else does.
    pub(super) is_made: bool,
    /// As written: `now()`.
    pub(super) default: Option<String>,
    pub(super) unique: bool,
    /// The table that it refers to; empty where that is not said.
    pub(super) refers: Option<String>,
    pub(super) choices: Vec<String>,
    /// The longest text that fits.
    pub(super) max: Option<usize>,
    pub(super) is_public: bool,
}

/// A table and its row.
pub(super) struct Table<'s> {
    pub(super) name: String,
    pub(super) row: &'s Struct,
    pub(super) columns: Vec<Column>,
}

impl<'s> Table<'s> {
    /// Reads it; the error says what is not there, or is not known here.
    pub(super) fn read(
        row: &'s Struct,
        text: &str,
        migrations: &[Migration],
        dialect: &str,
        name: &Name,
    ) -> Result<Self, ProposeError> {
        let table = table_of(migrations, name);
        if !migrations.iter().any(|one| creates(&one.text, &table)) {
            return Err(ProposeError::Input {
                what: format!(
                    "no migration creates a table of {}, which {} would be a row of",
                    name.pascal, row.name
                ),
                hint: format!(
                    "write the migration of {table} first; the recipe resource makes row and table"
                ),
            });
        }
        let no = |why: String| ProposeError::NotApplicable(why);
        if row
            .attributes
            .iter()
            .any(|one| one.contains("rename_all") && !one.contains("\"snake_case\"") && one.contains("sqlx("))
        {
            return Err(no(format!(
                "{} says how its columns are called, which the recipe does not follow",
                row.name
            )));
        }
        let mut columns = Vec::new();
        for (at, (field, ty)) in row.fields.iter().enumerate() {
            let own = attributes(row, text, at);
            let Some(column) = own.column(field).map_err(|what| {
                no(format!("{field} of {} is read in a way of its own ({what})", row.name))
            })?
            else {
                continue;
            };
            let history = history::column(migrations, dialect, &table, &column);
            let place = row.places.get(at).and_then(|place| text.get(place.clone())).unwrap_or_default();
            let line = column_line(migrations, &table, &column).unwrap_or_default();
            let (plain, optional) = match ty.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
                Some(inner) => (inner, true),
                None => (ty.as_str(), false),
            };
            let history = history.unwrap_or_else(|| history::Column {
                is_made: matches!(column.as_str(), "id" | "created_at" | "updated_at"),
                is_key: false,
                ..history::Column::default()
            });
            let upper = history.ty.to_uppercase();
            let is_counted =
                upper.contains("SERIAL") || history.is_key && dialect == "sqlite" && upper == "INTEGER";
            let computed = history.default.as_ref().is_some_and(|one| is_computed(one));
            let is_made =
                history.is_made || is_counted || computed || history.is_key && history.default.is_some();
            columns.push(Column {
                field: field.clone(),
                ty: plain.to_owned(),
                optional,
                is_key: history.is_key,
                is_made,
                unique: history.is_key || history.indexes.iter().any(|index| index.unique),
                refers: history.target.clone(),
                choices: choices(&line).into_iter().map(|choice| choice.value).collect(),
                max: upper
                    .split_once("CHAR(")
                    .and_then(|(_, rest)| rest.split(')').next()?.trim().parse().ok()),
                is_public: place.starts_with("pub "),
                default: history.default,
                name: column,
            });
        }
        if !columns.iter().any(|column| column.is_key) {
            let id = columns.iter_mut().find(|column| column.name == "id");
            id.into_iter().for_each(|column| (column.is_key, column.unique) = (true, true));
        }
        let table = Self { name: table, row, columns };
        match table.unheld(migrations, dialect) {
            Some(name) => Err(no(format!(
                "{name} of {} has to have a value, and {} does not hold it",
                table.name, row.name
            ))),
            None => Ok(table),
        }
    }

    /// A column without which no row can be made, and which the structure does not hold.
    fn unheld(&self, migrations: &[Migration], dialect: &str) -> Option<String> {
        let names = history::columns(migrations, dialect, &self.name);
        names.into_iter().find(|name| {
            let is_held = self.columns.iter().any(|column| column.name == *name);
            let known = history::column(migrations, dialect, &self.name, name);
            !is_held
                && known
                    .is_some_and(|one| one.required && one.default.is_none() && !one.is_made && !one.is_key)
        })
    }

    /// The only key; else how many there are.
    pub(super) fn key(&self) -> Result<&Column, usize> {
        let keys: Vec<&Column> = self.columns.iter().filter(|column| column.is_key).collect();
        match keys.as_slice() {
            [key] => Ok(key),
            several => Err(several.len()),
        }
    }

    /// What a new row is given.
    pub(super) fn given(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| !column.is_made)
    }
}

impl Column {
    /// Whether a row cannot be made without saying it.
    pub(super) fn is_needed(&self) -> bool {
        !self.is_made && !self.optional && self.default.is_none()
    }

    /// The type with `Option`.
    pub(super) fn whole_type(&self) -> String {
        if self.optional { format!("Option<{}>", self.ty) } else { self.ty.clone() }
    }
}

/// Whether the database computes a default: `now()`, `CURRENT_TIMESTAMP`.
fn is_computed(default: &str) -> bool {
    let upper = default.to_uppercase();
    !default.starts_with('\'') && (upper.contains('(') || upper.starts_with("CURRENT_"))
}

/// The attributes of one field, as written.
struct Attributes<'t>(&'t str);

fn attributes<'t>(row: &Struct, text: &'t str, at: usize) -> Attributes<'t> {
    let before = at.checked_sub(1).and_then(|before| row.places.get(before)).map(|place| place.end);
    let start = before.unwrap_or(row.name_at);
    let end = row.places.get(at).map_or(start, |place| place.start);
    Attributes(text.get(start..end).unwrap_or_default())
}

impl Attributes<'_> {
    /// The column of a field; `None` where it is none, `Err` where that is not known.
    fn column(&self, field: &str) -> Result<Option<String>, String> {
        let plain = field.trim_start_matches("r#").to_owned();
        let Some((_, rest)) = self.0.split_once("sqlx(") else { return Ok(Some(plain)) };
        let own = rest.split(")]").next().unwrap_or(rest).trim();
        if own == "skip" {
            return Ok(None);
        }
        let renamed = own.strip_prefix("rename").and_then(|rest| rest.trim_start().strip_prefix('='));
        match renamed.map(|rest| rest.trim().trim_matches('"')) {
            Some(name) if !name.contains(['"', ',']) => Ok(Some(name.to_owned())),
            _ => Err(format!("#[sqlx({own})]")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::rust::RustFile;

    const ROW: &str = "struct Note {\n    pub id: i64,\n    #[sqlx(rename = \"kind\")]\n    pub r#type: String,\n    pub author_id: i64,\n    pub seen: Option<i64>,\n    #[sqlx(skip)]\n    pub extra: String,\n    pub created_at: DateTime<Utc>,\n}\n";

    fn read(row: &str, sql: &str) -> Result<Vec<Column>, ProposeError> {
        let file = RustFile::parse("a.rs", row).unwrap();
        let migrations = [Migration { path: "migrations/1.sql".into(), text: sql.into() }];
        let table = Table::read(&file.structs[0], row, &migrations, "sqlite", &Name::of("note"))?;
        Ok(table.columns)
    }

    #[test]
    fn a_column_is_known_by_its_field_and_its_migrations() {
        let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, kind VARCHAR(12) NOT NULL UNIQUE, author_id INTEGER NOT NULL, seen INTEGER, created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, FOREIGN KEY (author_id) REFERENCES users (id));";
        let columns = read(ROW, sql).unwrap();
        let names: Vec<&str> = columns.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["id", "kind", "author_id", "seen", "created_at"]);
        let made: Vec<bool> = columns.iter().map(|one| one.is_made).collect();
        assert_eq!(made, [true, false, false, false, true]);
        assert_eq!((columns[1].unique, columns[1].max, columns[1].is_needed()), (true, Some(12), true));
        assert_eq!(columns[2].refers.as_deref(), Some("users"));
        assert!(columns[0].is_key && columns[3].optional && !columns[3].is_needed());
    }

    #[test]
    fn what_the_row_does_not_hold_is_said() {
        let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, secret TEXT NOT NULL);";
        assert!(
            matches!(read(ROW, sql), Err(ProposeError::NotApplicable(why)) if why.contains("secret of notes"))
        );
        assert!(matches!(read(ROW, "CREATE TABLE a (id INTEGER);"), Err(ProposeError::Input { .. })));
        let own = ROW.replace("#[sqlx(skip)]", "#[sqlx(json)]");
        assert!(
            matches!(read(&own, sql), Err(ProposeError::NotApplicable(why)) if why.contains("sqlx(json)"))
        );
    }
}
