//! The SQL side: dialect, types, the next migration in the project's form.

use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::recipe::{names::Name, resource::Ask},
};

/// The next migration.
#[derive(Debug, Clone)]
pub(super) struct Next {
    pub(super) up: String,
    /// `None` where the project's migrations have no way down.
    pub(super) down: Option<String>,
    /// The newest one, which it follows.
    pub(super) after: Place,
    /// Whether SQL is written in small letters.
    pub(super) is_small: bool,
    number: u64,
    form: Form,
}

/// A migration that the project has.
pub(super) struct Migration {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every migration in order.
pub(super) fn migrations(ask: &Ask<'_>) -> Result<Vec<Migration>, ProposeError> {
    let mut paths: Vec<&str> = ask.workspace.paths();
    paths.extend(ask.map.migrations.iter().map(|migration| migration.path.as_str()));
    paths.retain(|path| path.ends_with(".sql") && path.contains("migrations/"));
    paths.sort_by_key(|path| (number(path), file(path), *path));
    paths.dedup();
    let mut found = Vec::new();
    for path in paths {
        if let Some(text) = ask.workspace.text(path)? {
            found.push(Migration { path: path.to_owned(), text });
        }
    }
    Ok(found)
}

fn file(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// The number that a file begins with, so that 10 comes after 9.
fn number(path: &str) -> u64 {
    let digits: String = file(path).chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

/// The migration that does `what` after the newest; `None` where there is none.
pub(super) fn next(known: &[Migration], what: &str, dialect: &str) -> Option<Next> {
    let of_dialect = |migration: &&Migration| migration.path.contains(&format!("/{dialect}/"));
    let newest = known.iter().rfind(of_dialect).or_else(|| known.last())?;
    let (folder, file) = newest.path.rsplit_once('/')?;
    let digits: String = file.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    let is_pair = file.ends_with(".up.sql") || file.ends_with(".down.sql");
    let text: String = known.iter().map(|migration| migration.text.as_str()).collect();
    let is_small = text.matches("create table ").count() > text.matches("CREATE TABLE ").count();
    let form = Form { folder: folder.to_owned(), digits: digits.len(), is_pair };
    Some(form.next(number + 1, what, Place::new(newest.path.clone(), 1), is_small))
}

/// How migrations are named.
#[derive(Debug, Clone)]
struct Form {
    folder: String,
    digits: usize,
    is_pair: bool,
}

impl Form {
    fn next(self, number: u64, what: &str, after: Place, is_small: bool) -> Next {
        let stem = format!("{}/{number:0width$}_{what}", self.folder, width = self.digits);
        Next {
            up: if self.is_pair { format!("{stem}.up.sql") } else { format!("{stem}.sql") },
            down: self.is_pair.then(|| format!("{stem}.down.sql")),
            after,
            is_small,
            number,
            form: self,
        }
    }
}

impl Next {
    /// The one after it.
    pub(super) fn following(&self, what: &str) -> Self {
        self.form.clone().next(self.number + 1, what, self.after.clone(), self.is_small)
    }
}

/// SQL in small letters, the texts in it as they are.
pub(super) fn small(sql: &str) -> String {
    let parts = sql.split('\'').enumerate();
    let part = |(index, part): (usize, &str)| {
        if index % 2 == 0 { part.to_lowercase() } else { part.to_owned() }
    };
    parts.map(part).collect::<Vec<_>>().join("'")
}

/// Whether a migration creates a table.
pub(super) fn creates(text: &str, table: &str) -> bool {
    let words: Vec<String> = text
        .to_lowercase()
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty() && !matches!(*word, "if" | "not" | "exists"))
        .map(str::to_owned)
        .collect();
    words.windows(3).any(|three| matches!(three, [a, b, c] if a == "create" && b == "table" && c == table))
}

/// The table of a resource: in the plural, or in the singular where that is what is created.
pub(super) fn table_of(known: &[Migration], name: &Name) -> String {
    let names = [&name.plural, &name.snake];
    let created = names.into_iter().find(|table| known.iter().any(|one| creates(&one.text, table)));
    created.unwrap_or(&name.plural).clone()
}

/// The line of a column in the statement that creates a table, without its comma.
pub(super) fn column_line(known: &[Migration], table: &str, column: &str) -> Option<String> {
    let creates = |migration: &&Migration| {
        let text = migration.text.to_lowercase();
        text.contains(&format!("create table {table}"))
            || text.contains(&format!("create table if not exists {table}"))
    };
    let migration = known.iter().find(creates)?;
    let lines = migration.text.lines().map(str::trim);
    let line = lines.into_iter().find(|line| line.split_whitespace().next() == Some(column))?;
    Some(line.trim_end_matches(',').to_owned())
}
