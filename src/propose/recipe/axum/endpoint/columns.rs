//! The columns of a row that is there, from its structure, its bodies and the migrations.

use super::super::tables::{Migration, column_line};
use crate::propose::{
    edits::line_number,
    recipe::{
        endpoint::column::{Choice, Column},
        fields::Kind,
        names::{pascal, singular},
    },
    rust::Struct,
};

/// What is known of a table.
pub(super) struct Seen<'a> {
    pub(super) row: &'a Struct,
    /// The source in which the row stands.
    pub(super) text: &'a str,
    /// Structures that clients send for such a row, each with its source.
    pub(super) bodies: Vec<(&'a Struct, &'a str)>,
    pub(super) table: &'a str,
    pub(super) migrations: &'a [Migration],
}

impl Seen<'_> {
    /// Every column whose type is known here, in the order of the row.
    pub(super) fn columns(&self) -> Vec<Column> {
        let places = self.row.places.iter();
        let fields = self.row.fields.iter().zip(places);
        fields
            .filter_map(|((name, ty), place)| self.column(name, ty, line_number(self.text, place.start)))
            .collect()
    }

    fn column(&self, name: &str, ty: &str, line: u32) -> Option<Column> {
        let (plain, optional) = match ty.strip_prefix("Option<").and_then(|rest| rest.strip_suffix('>')) {
            Some(inner) => (inner, true),
            None => (ty, false),
        };
        let sql = column_line(self.migrations, self.table, name).unwrap_or_default();
        let upper = sql.to_uppercase();
        let kind = match (referred(&sql), kind_of(plain)?) {
            (Some(table), Kind::Integer | Kind::Uuid) => Kind::BelongsTo(pascal(&singular(&table))),
            (_, kind) => kind,
        };
        let is_key = name == "id" || upper.contains("PRIMARY KEY");
        let indexes = self.indexes(name);
        let (min, max) = self.bounds(name);
        Some(Column {
            name: name.to_owned(),
            kind,
            source_type: plain.to_owned(),
            is_key,
            optional,
            unique: is_key || upper.contains("UNIQUE") || indexes.contains(&true),
            indexed: is_key || upper.contains("UNIQUE") || !indexes.is_empty(),
            has_default: upper.contains("DEFAULT"),
            choices: choices(&sql),
            min,
            max,
            line,
        })
    }

    /// Indexes of one column, each with whether it is unique.
    fn indexes(&self, name: &str) -> Vec<bool> {
        let mut found = Vec::new();
        for migration in self.migrations.iter().filter(|one| !one.path.ends_with(".down.sql")) {
            for statement in migration.text.split(';') {
                let flat = statement.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
                let flat =
                    flat.replace(['"', '`'], "").replace(" (", "(").replace("( ", "(").replace(" )", ")");
                let is_it = flat.contains("index") && flat.ends_with(&format!(" on {}({name})", self.table));
                if is_it {
                    found.push(flat.contains("unique index"));
                }
                if flat.contains(&format!("create table {}(", self.table))
                    && flat.contains(&format!("unique({name})"))
                {
                    found.push(true);
                }
            }
        }
        found
    }

    /// The bounds that a body has for the field.
    fn bounds(&self, name: &str) -> (Option<i64>, Option<i64>) {
        for (body, text) in &self.bodies {
            let Some(at) = body.fields.iter().position(|(own, _)| own == name) else { continue };
            let Some(place) = body.places.get(at) else { continue };
            let from = at
                .checked_sub(1)
                .and_then(|before| body.places.get(before))
                .map_or(body.range.start, |one| one.end);
            let rules = text.get(from..place.start).unwrap_or_default();
            let bound = |key: &str| -> Option<i64> {
                let rest = rules.split_once(&format!("{key} = "))?.1;
                let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(rest.len());
                rest.get(..end)?.parse().ok()
            };
            if rules.contains("validate(") {
                return (bound("min"), bound("max"));
            }
        }
        (None, None)
    }
}

fn kind_of(ty: &str) -> Option<Kind> {
    Some(match ty.rsplit("::").next()? {
        "String" => Kind::String,
        "i64" | "i32" | "i16" | "u32" | "u64" => Kind::Integer,
        "f64" | "f32" => Kind::Float,
        "Decimal" | "BigDecimal" => Kind::Decimal,
        "bool" => Kind::Boolean,
        "NaiveDate" => Kind::Date,
        "DateTime<Utc>" | "NaiveDateTime" => Kind::DateTime,
        "Uuid" => Kind::Uuid,
        _ => return None,
    })
}

/// The table that a column refers to.
fn referred(sql: &str) -> Option<String> {
    let at = sql.to_uppercase().find("REFERENCES ")? + "REFERENCES ".len();
    let rest = sql.get(at..)?.trim_start_matches(['"', '`', ' ']);
    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(rest.len());
    rest.get(..end)?.rsplit('.').next().map(str::to_owned)
}

/// The values of `CHECK (state IN ('open', 'closed'))`.
pub(in crate::propose::recipe::axum) fn choices(sql: &str) -> Vec<Choice> {
    let upper = sql.to_uppercase();
    let list = upper.find("CHECK").and_then(|check| {
        let at = check + upper.get(check..)?.find(" IN (")? + " IN (".len();
        let rest = sql.get(at..)?;
        rest.get(..rest.find(')')?)
    });
    let values = list.into_iter().flat_map(|list| list.split(','));
    values
        .filter_map(|one| one.trim().strip_prefix('\'')?.strip_suffix('\''))
        .map(|value| Choice { source: format!("{value:?}"), value: value.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::rust::RustFile;

    #[test]
    fn a_column_is_known_by_its_row_its_body_and_its_migrations() {
        let text = "struct Post {\n    id: i64,\n    slug: String,\n    stars: i64,\n    author_id: i64,\n    state: Option<String>,\n    tags: Vec<String>,\n}\nstruct NewPost {\n    #[validate(length(max = 40))]\n    slug: String,\n    #[validate(range(min = 1, max = 5))]\n    stars: i64,\n}\n";
        let file = RustFile::parse("a.rs", text).unwrap();
        let migration = |path: &str, text: &str| Migration { path: path.into(), text: text.into() };
        let migrations = [
            migration(
                "migrations/1.sql",
                "CREATE TABLE posts (\n    id INTEGER PRIMARY KEY,\n    slug TEXT NOT NULL,\n    stars INTEGER NOT NULL DEFAULT 1,\n    author_id INTEGER NOT NULL REFERENCES users (id),\n    state TEXT CHECK (state IN ('open', 'closed'))\n);\nCREATE INDEX a ON posts (author_id);\n",
            ),
            migration("migrations/2.sql", "CREATE UNIQUE INDEX\n b ON \"posts\" (slug);"),
        ];
        let seen = Seen {
            row: &file.structs[0],
            text,
            bodies: vec![(&file.structs[1], text)],
            table: "posts",
            migrations: &migrations,
        };
        let columns = seen.columns();
        let named = |name: &str| columns.iter().find(|one| one.name == name).unwrap();
        assert_eq!(columns.len(), 5);
        assert!(named("id").is_key && !named("slug").is_key);
        assert_eq!((named("slug").unique, named("slug").max), (true, Some(40)));
        assert_eq!(
            (named("stars").min, named("stars").max, named("stars").has_default),
            (Some(1), Some(5), true)
        );
        assert_eq!(named("author_id").kind, Kind::BelongsTo("User".into()));
        assert_eq!((named("author_id").unique, named("author_id").indexed), (false, true));
        assert_eq!((named("state").optional, named("state").choices.len()), (true, 2));
    }
}
