//! What the migrations of a project say of one column, from the first to the last.
//!
//! Statements are read by their words. One that renames the column, or the table, is not
//! followed: the column then counts as one that no migration makes.

use super::super::tables::Migration;
use std::ops::Range;

/// A column as the migrations leave it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::propose::recipe::axum) struct Column {
    /// As written: `VARCHAR(200)`.
    pub(in crate::propose::recipe::axum) ty: String,
    pub(in crate::propose::recipe::axum) required: bool,
    /// As written: `'none'`.
    pub(in crate::propose::recipe::axum) default: Option<String>,
    pub(in crate::propose::recipe::axum) references: bool,
    /// The table that it refers to, where that is said.
    pub(in crate::propose::recipe::axum) target: Option<String>,
    /// Whether it is the key, or a part of it.
    pub(in crate::propose::recipe::axum) is_key: bool,
    /// Whether the database makes its values: `GENERATED`, `AUTOINCREMENT`.
    pub(in crate::propose::recipe::axum) is_made: bool,
    /// Indexes of this column alone.
    pub(in crate::propose::recipe::axum) indexes: Vec<Index>,
    /// Names of checks that speak of it; empty for one without a name.
    pub(in crate::propose::recipe::axum) checks: Vec<String>,
}

/// An index of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe::axum) struct Index {
    /// In PostgreSQL; an index that SQLite makes by itself has none that could be dropped.
    pub(super) name: String,
    pub(in crate::propose::recipe::axum) unique: bool,
    /// Whether it is one of the table's constraints.
    pub(super) is_constraint: bool,
}

/// The column of a table; `None` where the migrations do not say what it is.
pub(in crate::propose::recipe::axum) fn column(
    migrations: &[Migration],
    dialect: &str,
    table: &str,
    column: &str,
) -> Option<Column> {
    let mut found = None;
    each(migrations, dialect, &mut |words| words.follow(table, column, &mut found));
    found
}

/// The columns that a table has, in the order in which migrations add them.
pub(in crate::propose::recipe::axum) fn columns(
    migrations: &[Migration],
    dialect: &str,
    table: &str,
) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    each(migrations, dialect, &mut |words| {
        for name in words.added(table) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    });
    found.retain(|name| column(migrations, dialect, table, name).is_some());
    found
}

/// Every statement on the way up.
fn each(migrations: &[Migration], dialect: &str, visit: &mut dyn FnMut(&mut Words<'_, '_>)) {
    let has_own = migrations.iter().any(|one| one.path.contains(&format!("/{dialect}/")));
    for migration in migrations {
        let is_other = has_own && !migration.path.contains(&format!("/{dialect}/"));
        if is_other || migration.path.ends_with(".down.sql") {
            continue;
        }
        let all = tokens(&migration.text);
        for statement in all.split(|token| token.is(";")) {
            visit(&mut Words { text: &migration.text, tokens: statement, at: 0 });
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Token<'t> {
    text: &'t str,
    range: Range<usize>,
}

impl Token<'_> {
    fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// As a name, its quotes aside.
    fn name(&self) -> &str {
        self.text.trim_matches(['"', '`'])
    }
}

/// Words, names in quotes, texts and signs; comments are left out.
fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = sql.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let length = if rest.starts_with("--") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("$$") {
            rest.get(2..).and_then(|inner| inner.find("$$")).map_or(rest.len(), |end| end + 4)
        } else if matches!(first, '\'' | '"' | '`') {
            let inner = rest.get(1..).unwrap_or_default();
            inner.find(first).map_or(rest.len(), |end| end + 2)
        } else if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let is_comment = rest.starts_with("--") || rest.starts_with("/*");
        if let Some(text) = rest.get(..length).filter(|text| !is_comment && !text.trim().is_empty()) {
            found.push(Token { text, range: at..at + length });
        }
        at += length.max(1);
    }
    found
}

/// Words that end the type of a column, or an expression behind `DEFAULT`.
const ENDS: [&str; 14] = [
    "not",
    "null",
    "default",
    "unique",
    "primary",
    "references",
    "check",
    "constraint",
    "generated",
    "collate",
    "autoincrement",
    "using",
    "on",
    "deferrable",
];

/// A statement, or a part of one, and the place in it.
struct Words<'t, 'a> {
    text: &'t str,
    tokens: &'a [Token<'t>],
    at: usize,
}

impl<'t, 'a> Words<'t, 'a> {
    fn peek(&self) -> Option<&'a Token<'t>> {
        self.tokens.get(self.at)
    }

    /// Takes a word where it is the next.
    fn eat(&mut self, word: &str) -> bool {
        let is_next = self.peek().is_some_and(|token| token.is(word));
        self.at += usize::from(is_next);
        is_next
    }

    fn eat_all(&mut self, words: &[&str]) -> bool {
        let known = self.at;
        let has_all = words.iter().all(|word| self.eat(word));
        if !has_all {
            self.at = known;
        }
        has_all
    }

    /// A name, the last part of `public.users`.
    fn name(&mut self) -> Option<&'a str> {
        let mut name = self.peek()?.name();
        self.at += 1;
        while self.eat(".") {
            name = self.peek()?.name();
            self.at += 1;
        }
        Some(name)
    }

    /// What stands in brackets, which come next.
    fn bracket(&mut self) -> Option<Words<'t, 'a>> {
        let start = self.at;
        if !self.eat("(") {
            return None;
        }
        let mut depth = 1_i32;
        while depth > 0 {
            match self.peek()?.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        let inner = self.tokens.get(start + 1..self.at - 1)?;
        Some(Words { text: self.text, tokens: inner, at: 0 })
    }

    /// The rest, split at commas outside of brackets.
    fn parts(&self) -> Vec<Words<'t, 'a>> {
        let mut parts = Vec::new();
        let (mut depth, mut start) = (0_i32, self.at);
        for (at, token) in self.tokens.iter().enumerate().skip(self.at) {
            match token.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                "," if depth == 0 => {
                    parts.push(start..at);
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.push(start..self.tokens.len());
        let part = |range| Some(Words { text: self.text, tokens: self.tokens.get(range)?, at: 0 });
        parts.into_iter().filter_map(part).collect()
    }

    /// The source up to one of the words that end it.
    fn until_end(&mut self) -> String {
        let start = self.at;
        let mut depth = 0_i32;
        while let Some(token) = self.peek() {
            match token.text {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ if depth == 0 && self.at > start && ENDS.iter().any(|end| token.is(end)) => break,
                _ => {}
            }
            self.at += 1;
        }
        let range = self.tokens.get(start).zip(self.at.checked_sub(1).and_then(|at| self.tokens.get(at)));
        let range = range.map_or(0..0, |(first, last)| first.range.start..last.range.end);
        self.text.get(range).unwrap_or_default().to_owned()
    }

    /// Whether a column is named anywhere in the rest.
    fn names(&self, column: &str) -> bool {
        self.tokens.iter().skip(self.at).any(|token| token.name().eq_ignore_ascii_case(column))
    }

    /// Whether the rest is the column alone.
    fn is_only(&self, column: &str) -> bool {
        matches!(self.tokens.get(self.at..), Some([one]) if one.name().eq_ignore_ascii_case(column))
    }

    /// The columns that a statement adds to a table.
    fn added(&mut self, table: &str) -> Vec<String> {
        let is_new = self.eat_all(&["create", "table"]);
        if !is_new && !self.eat_all(&["alter", "table"]) {
            return Vec::new();
        }
        if !self.eat_all(&["if", "not", "exists"]) {
            self.eat_all(&["if", "exists"]);
        }
        self.eat("only");
        if !self.name().is_some_and(|name| name.eq_ignore_ascii_case(table)) {
            return Vec::new();
        }
        let parts = if is_new { self.bracket().map(|inner| inner.parts()) } else { Some(self.parts()) };
        let mut names = Vec::new();
        for mut part in parts.into_iter().flatten() {
            if !is_new {
                if !part.eat("add") {
                    continue;
                }
                part.eat("column");
                part.eat_all(&["if", "not", "exists"]);
            }
            let other = ["constraint", "unique", "primary", "check", "foreign", "exclude", "like"];
            if !other.iter().any(|word| part.peek().is_some_and(|token| token.is(word))) {
                names.extend(part.name().map(str::to_owned));
            }
        }
        names
    }

    /// Takes in what a statement says of the column.
    fn follow(&mut self, table: &str, column: &str, found: &mut Option<Column>) {
        if self.eat_all(&["create", "table"]) {
            self.eat_all(&["if", "not", "exists"]);
            if !self.name().is_some_and(|name| name.eq_ignore_ascii_case(table)) {
                return;
            }
            let Some(inner) = self.bracket() else { return };
            for mut part in inner.parts() {
                part.member(table, column, found);
            }
        } else if self.eat_all(&["alter", "table"]) {
            self.eat_all(&["if", "exists"]);
            self.eat("only");
            if self.name().is_some_and(|name| name.eq_ignore_ascii_case(table)) {
                for mut part in self.parts() {
                    part.action(table, column, found);
                }
            }
        } else if self.eat_all(&["drop", "index"]) {
            self.eat("concurrently");
            self.eat_all(&["if", "exists"]);
            for mut part in self.parts() {
                let name = part.name().unwrap_or_default();
                if let Some(found) = found {
                    found.indexes.retain(|index| !index.name.eq_ignore_ascii_case(name));
                }
            }
        } else if self.eat("create") {
            let unique = self.eat("unique");
            if self.eat("index") {
                self.index(table, column, unique, found);
            }
        } else if self.eat_all(&["drop", "table"]) {
            self.eat_all(&["if", "exists"]);
            if self.name().is_some_and(|name| name.eq_ignore_ascii_case(table)) {
                *found = None;
            }
        }
    }

    fn index(&mut self, table: &str, column: &str, unique: bool, found: &mut Option<Column>) {
        self.eat("concurrently");
        self.eat_all(&["if", "not", "exists"]);
        let Some(name) = self.name() else { return };
        if !self.eat("on") || !self.name().is_some_and(|name| name.eq_ignore_ascii_case(table)) {
            return;
        }
        if self.eat("using") {
            self.at += 1;
        }
        // One of some rows only is no index that the notation knows.
        let is_own = self.bracket().is_some_and(|inner| inner.is_only(column)) && self.peek().is_none();
        if let Some(found) = found.as_mut().filter(|_| is_own) {
            found.indexes.push(Index { name: name.to_owned(), unique, is_constraint: false });
        }
    }

    /// A member of a table: a column, or a constraint.
    fn member(&mut self, table: &str, column: &str, found: &mut Option<Column>) {
        let name = if self.eat("constraint") { self.name() } else { None };
        let is_constraint = name.is_some()
            || ["unique", "primary", "check", "foreign"]
                .iter()
                .any(|word| self.peek().is_some_and(|token| token.is(word)));
        if is_constraint {
            if let Some(found) = found {
                self.constraint(table, column, name, found);
            }
            return;
        }
        if self.name().is_some_and(|name| name.eq_ignore_ascii_case(column)) {
            *found = Some(self.declared(table, column));
        }
    }

    fn constraint(&mut self, table: &str, column: &str, name: Option<&str>, found: &mut Column) {
        if self.eat("unique") {
            if self.bracket().is_some_and(|inner| inner.is_only(column)) {
                let name = name.map_or(format!("{table}_{column}_key"), str::to_owned);
                found.indexes.push(Index { name, unique: true, is_constraint: true });
            }
        } else if self.eat("check") {
            if self.names(column) {
                found.checks.push(name.unwrap_or_default().to_owned());
            }
        } else if self.eat_all(&["foreign", "key"]) {
            if self.bracket().is_some_and(|inner| inner.is_only(column)) {
                found.references = true;
                found.target = if self.eat("references") { self.name().map(str::to_owned) } else { None };
            }
        } else if self.eat_all(&["primary", "key"]) {
            found.is_key |= self.bracket().is_some_and(|inner| inner.names(column));
        }
    }

    /// The type and what stands behind it.
    fn declared(&mut self, table: &str, column: &str) -> Column {
        let mut own = Column { ty: self.until_end(), ..Column::default() };
        let mut name = None;
        while let Some(token) = self.peek() {
            self.at += 1;
            match token.text.to_ascii_lowercase().as_str() {
                "not" => own.required |= self.eat("null"),
                "default" => own.default = Some(self.until_end()),
                "references" => {
                    own.references = true;
                    own.target = self.name().map(str::to_owned);
                }
                "primary" => (own.required, own.is_key) = (true, true),
                "generated" | "autoincrement" => own.is_made = true,
                "constraint" => name = self.name(),
                "unique" => {
                    let name = name.take().map_or(format!("{table}_{column}_key"), str::to_owned);
                    own.indexes.push(Index { name, unique: true, is_constraint: true });
                }
                "check" => {
                    self.bracket();
                    let known = name.take().map_or(format!("{table}_{column}_check"), str::to_owned);
                    own.checks.push(known);
                }
                _ => {}
            }
        }
        own
    }

    /// One action of `ALTER TABLE`.
    fn action(&mut self, table: &str, column: &str, found: &mut Option<Column>) {
        if self.eat("rename") {
            // What it is called now is not followed.
            if self.names(column) || self.eat("to") {
                *found = None;
            }
        } else if self.eat("add") {
            if self.eat("column") {
                self.eat_all(&["if", "not", "exists"]);
            }
            self.member(table, column, found);
        } else if self.eat_all(&["drop", "constraint"]) {
            self.eat_all(&["if", "exists"]);
            let name = self.name().unwrap_or_default();
            if let Some(found) = found {
                found.indexes.retain(|index| !index.name.eq_ignore_ascii_case(name));
                found.checks.retain(|check| check.is_empty() || !check.eq_ignore_ascii_case(name));
            }
        } else if self.eat("drop") {
            self.eat("column");
            self.eat_all(&["if", "exists"]);
            if self.name().is_some_and(|name| name.eq_ignore_ascii_case(column)) {
                *found = None;
            }
        } else if self.eat("alter") {
            self.eat("column");
            let is_own = self.name().is_some_and(|name| name.eq_ignore_ascii_case(column));
            let Some(found) = found.as_mut().filter(|_| is_own) else { return };
            if self.eat_all(&["set", "not", "null"]) {
                found.required = true;
            } else if self.eat_all(&["drop", "not", "null"]) {
                found.required = false;
            } else if self.eat_all(&["drop", "default"]) {
                found.default = None;
            } else if self.eat_all(&["set", "default"]) {
                found.default = Some(self.until_end());
            } else if self.eat("type") || self.eat_all(&["set", "data", "type"]) {
                found.ty = self.until_end();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[(&str, &str)], name: &str) -> Option<Column> {
        let all: Vec<Migration> = files
            .iter()
            .map(|(path, text)| Migration { path: (*path).to_owned(), text: (*text).to_owned() })
            .collect();
        column(&all, "postgres", "reviews", name)
    }

    #[test]
    fn a_column_is_what_the_last_migration_left() {
        let files = [
            (
                "migrations/1_a.up.sql",
                "-- title TEXT\nCREATE TABLE IF NOT EXISTS public.reviews (\n  id BIGINT PRIMARY KEY,\n  \
                 title VARCHAR(80) NOT NULL DEFAULT 'a, b' UNIQUE,\n  stars INT CHECK (stars > 0),\n  \
                 price NUMERIC(12, 2),\n  UNIQUE (price),\n  UNIQUE (title, stars)\n);",
            ),
            ("migrations/1_a.down.sql", "DROP TABLE reviews;"),
            (
                "migrations/2_b.up.sql",
                "alter table reviews alter column title type varchar(200), alter column title drop default;\n\
                 ALTER TABLE \"reviews\" ADD COLUMN \"note\" TEXT;\nCREATE INDEX reviews_note ON reviews (note);\n\
                 CREATE INDEX half ON reviews (stars) WHERE stars > 1;",
            ),
            (
                "migrations/3_c.up.sql",
                "ALTER TABLE reviews ALTER COLUMN note SET NOT NULL;\nDROP INDEX CONCURRENTLY reviews_note;\n\
                 ALTER TABLE reviews DROP CONSTRAINT reviews_stars_check;",
            ),
        ];
        let title = said(&files, "title").unwrap();
        assert_eq!((title.ty.as_str(), title.required, title.default), ("varchar(200)", true, None));
        let key =
            |name: &str| Index { name: format!("reviews_{name}_key"), unique: true, is_constraint: true };
        assert_eq!(title.indexes, [key("title")]);
        assert_eq!(said(&files[..1], "title").unwrap().default.as_deref(), Some("'a, b'"));
        assert_eq!(said(&files[..1], "stars").unwrap().checks, ["reviews_stars_check"]);
        let stars = said(&files, "stars").unwrap();
        assert_eq!((stars.checks.len(), stars.indexes.len(), stars.required), (0, 0, false));
        let price = said(&files, "price").unwrap();
        assert_eq!((price.ty.as_str(), price.indexes), ("NUMERIC(12, 2)", vec![key("price")]));
        let first: Vec<Migration> = [Migration {
            path: files[2].0.into(),
            text: "create table reviews (id int, primary key (id));".into(),
        }]
        .into();
        assert_eq!(columns(&first, "postgres", "reviews"), ["id"]);
        assert!(column(&first, "postgres", "reviews", "id").unwrap().is_key);
        assert_eq!(said(&files[..2], "note"), None);
        let note = said(&files, "note").unwrap();
        assert!(note.required && note.indexes.is_empty());
        assert_eq!(said(&files[..3], "note").unwrap().indexes.len(), 1);
    }

    #[test]
    fn what_is_renamed_or_dropped_is_not_followed() {
        let made = ("migrations/1.sql", "CREATE TABLE reviews (title TEXT NOT NULL);");
        for change in [
            "ALTER TABLE reviews RENAME COLUMN title TO name;",
            "ALTER TABLE reviews DROP COLUMN IF EXISTS title;",
            "ALTER TABLE reviews RENAME TO notes;",
            "DROP TABLE reviews;",
        ] {
            assert_eq!(said(&[made, ("migrations/2.sql", change)], "title"), None, "{change}");
        }
    }
}
