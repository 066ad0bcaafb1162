//! The SQL side: dialect, types, the next migration in the project's form.

use super::super::names::Name;
use crate::{domain::place::Place, ports::ProposeError, propose::recipe::resource::Ask};

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
    paths.sort_by_key(|path| (file(path), *path));
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

/// The migration that follows the newest; `None` where there is none.
pub(super) fn next(known: &[Migration], name: &Name, table: &str, dialect: &str) -> Option<Next> {
    let of_dialect = |migration: &&Migration| migration.path.contains(&format!("/{dialect}/"));
    let newest = known.iter().rfind(of_dialect).or_else(|| known.last())?;
    let (folder, file) = newest.path.rsplit_once('/')?;
    let digits: String = file.chars().take_while(char::is_ascii_digit).collect();
    let number: u64 = digits.parse().ok()?;
    let stamp = format!("{:0width$}", number + 1, width = digits.len());
    let stem = format!("{folder}/{stamp}_create_{}", if table.is_empty() { &name.plural } else { table });
    let is_pair = file.ends_with(".up.sql") || file.ends_with(".down.sql");
    let text: String = known.iter().map(|migration| migration.text.as_str()).collect();
    Some(Next {
        up: if is_pair { format!("{stem}.up.sql") } else { format!("{stem}.sql") },
        down: is_pair.then(|| format!("{stem}.down.sql")),
        after: Place::new(newest.path.clone(), 1),
        is_small: text.contains("create table") && !text.contains("CREATE TABLE"),
    })
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
