//! What the sources show of how names are formed and values are stored.

use super::{
    model::Table,
    records::{Holds, record},
    words::{form_of, is_field},
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{rename::Joint, sources::Survey},
        script::{Kind as Node, Tree},
    },
};
use std::collections::BTreeSet;

/// What requests of the example have beside its columns, such as a password.
pub(super) fn extra(
    survey: &Survey,
    related: &BTreeSet<String>,
    own: &[String],
    table: &Table,
    form: Joint,
) -> Result<Vec<String>, ProposeError> {
    let mut found = Vec::new();
    for source in
        related.iter().filter_map(|path| survey.get(path)).filter(|source| source.text.contains("z."))
    {
        let tree = Tree::parse(&source.path, &source.text)?;
        for id in tree.all() {
            let Some(record) = record(&source.text, &tree, id, own, form) else { continue };
            if record.holds != Holds::Rules {
                continue;
            }
            for member in tree.children(record.id).iter().filter(|child| tree.kind(**child) == Node::Property)
            {
                let Some(name) = tree.name(*member, &source.text) else { continue };
                let is_known = table.columns.iter().any(|column| is_field(name, &column.name));
                if !is_known && !found.iter().any(|one| one == name) {
                    found.push(name.to_owned());
                }
            }
        }
    }
    Ok(found)
}

/// The form of names in bodies: what the schemas show, else that of the table.
pub(super) fn api_form(survey: &Survey, form: Joint) -> Result<Joint, ProposeError> {
    let mut names: Vec<String> = Vec::new();
    for source in survey.sources.values().filter(|source| source.text.contains("z.object")) {
        let tree = Tree::parse(&source.path, &source.text)?;
        for id in tree.all().filter(|id| tree.kind(*id) == Node::Object) {
            let above = tree.parent(id);
            if tree.callee(above, &source.text).is_some_and(|(name, _)| name.ends_with("bject")) {
                let keys = tree.children(id).iter().filter_map(|child| tree.name(*child, &source.text));
                names.extend(keys.map(str::to_owned));
            }
        }
    }
    Ok(form_of(names.iter().map(String::as_str)).unwrap_or(form))
}

pub(super) fn dialect(survey: &Survey) -> &'static str {
    let has = |words: &[&str]| {
        survey.sources.values().any(|source| words.iter().any(|word| source.text.contains(word)))
    };
    if has(&[
        "SqliteDialect",
        "better-sqlite3",
        "node:sqlite",
        "libsql",
        "sqlite-core",
        "bun:sqlite",
        "sql.js",
    ]) {
        "sqlite"
    } else {
        "postgres"
    }
}

/// The major version of a package that a manifest asks for.
pub(super) fn manifest_major(manifest: &str, package: &str) -> Option<u32> {
    let (_, rest) = manifest.split_once(&format!("\"{package}\""))?;
    let range = rest.split('"').nth(1)?;
    range.trim_start_matches(|c: char| !c.is_ascii_digit()).split('.').next()?.parse().ok()
}
