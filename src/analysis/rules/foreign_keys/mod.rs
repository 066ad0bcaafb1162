//! Declared foreign keys without an index that begins with their column.
//!
//! Keys and indexes are gathered over all statements of the project, so that an index in a
//! later migration counts, and so does a table that a later one drops or renames. A key is one by its declaration, never by its name. Where the
//! model declares the key too, the model is the place to repair.

mod models;
mod phrases;
mod statements;

use super::{
    context::Context,
    draft::{Draft, Source},
    matcher::Rule,
    migrations::{goes_back, place, upward},
    sql_tokens::tokens,
};
use crate::analysis::facts::Span;
use statements::Schema;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(context: &Context<'_, '_>, rule: &Rule) -> Vec<Draft> {
    if makes_indexes_itself(context) {
        return Vec::new();
    }
    let mut found = models::check(context, rule);
    let in_models: BTreeSet<String> = found
        .iter()
        .filter_map(|draft| draft.words.iter().find(|(name, _)| *name == "column"))
        .map(|(_, column)| column.clone())
        .collect();
    for key in schemas(context).values().flat_map(Schema::bare_keys) {
        if in_models.contains(&key.column) {
            continue;
        }
        let draft = Draft::at(Source::Path(key.path.clone()), key.span).symbol(key.table.clone());
        found.push(draft.word("column", key.column.clone()).word("table", key.target.clone()));
    }
    found
}

/// What the files of statements leave behind, each kind of database by itself.
fn schemas(context: &Context<'_, '_>) -> BTreeMap<String, Schema> {
    let mut files: Vec<&str> = context
        .input
        .files
        .entries()
        .iter()
        .map(|entry| entry.path.as_str())
        .filter(|path| path.ends_with(".sql") && !goes_back(path))
        .filter(|path| !crate::analysis::layering::is_test_path(path))
        .collect();
    // `10_x.sql` comes behind `9_y.sql`. What has no number stands where its name does.
    files.sort_by_cached_key(|path| match place(path) {
        Some((folder, number, _)) => (folder, number, (*path).to_owned()),
        None => {
            (path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(), u64::MAX, (*path).to_owned())
        }
    });
    // The scripts of one folder are for one database.
    let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
    let indexed: BTreeSet<String> = files
        .iter()
        .filter(|path| indexes_keys(path, &context.text(path)))
        .map(|path| folder(path))
        .collect();
    let mut schemas: BTreeMap<String, Schema> = BTreeMap::new();
    for path in files.iter().filter(|path| !indexed.contains(&folder(path))) {
        let schema = schemas.entry(database_of(path).to_owned()).or_default();
        schema.read(path, upward(&context.text(path)));
    }
    schemas
}

/// The folder that is for one kind of database, where a project has scripts for several.
fn database_of(path: &str) -> &str {
    const KINDS: [&str; 9] =
        ["postgres", "postgresql", "pg", "psql", "sqlite", "sqlite3", "mssql", "sqlserver", "oracle"];
    let mut end = 0;
    for folder in path.split_inclusive('/').filter(|part| part.ends_with('/')) {
        end += folder.len();
        if KINDS.contains(&folder.trim_end_matches('/').to_lowercase().as_str()) {
            return path.get(..end).unwrap_or_default();
        }
    }
    ""
}

/// MySQL and MariaDB give every foreign key an index.
fn makes_indexes_itself(context: &Context<'_, '_>) -> bool {
    let mut databases =
        context.input.map.backing_services.iter().filter(|service| service.kind == "database").peekable();
    databases.peek().is_some()
        && databases.all(|service| matches!(service.name.as_str(), "mysql" | "mariadb"))
}

/// Whether a file of statements is for a database that gives every foreign key an index:
/// MySQL and MariaDB, told by their spelling, H2 and HSQLDB, told by the file's folder.
fn indexes_keys(path: &str, text: &str) -> bool {
    // Comments are no tokens: a backtick there is prose.
    let spelled = tokens(text).iter().any(|token| {
        let ticked = token.quoted && text.get(token.span.range()).is_some_and(|name| name.starts_with('`'));
        ticked || token.is("auto_increment") || token.is("innodb")
    });
    spelled
        || path.split(['/', '-', '_', '.']).any(|part| matches!(part, "h2" | "hsqldb" | "mysql" | "mariadb"))
}

/// A foreign key of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ForeignKey {
    pub(super) path: String,
    pub(super) span: Span,
    pub(super) table: String,
    pub(super) column: String,
    pub(super) target: String,
}
