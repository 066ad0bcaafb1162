//! Tables as Kysely's types declare them, and the migration of a new one.

use super::{
    graft::{Graft, Work},
    model::{Column, Table},
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::sources::{Source, Survey},
        script::{Id, Kind, Tree},
    },
};

/// The tables of every database type: what `Kysely<…>` is given.
pub(super) fn tables(survey: &Survey) -> Result<Vec<Table>, ProposeError> {
    let databases = databases(survey);
    let mut tables = Vec::new();
    for source in survey.sources.values() {
        let declares = |name: &str| source.text.contains(&format!(" {name} "));
        if !databases.iter().any(|name| declares(name)) {
            continue;
        }
        let tree = Tree::parse(&source.path, &source.text)?;
        for id in shapes(&tree, &source.text, |name| databases.iter().any(|known| known == name)) {
            for member in tree.children(id).iter().filter(|child| tree.kind(**child) == Kind::ShapeMember) {
                let Some(name) = tree.name(*member, &source.text) else { continue };
                let whole = tree.text(*member, &source.text);
                let Some(ty) = whole.split_once(':').map(|(_, ty)| ty.trim().trim_end_matches([';', ',']))
                else {
                    continue;
                };
                tables.extend(table(survey, name, ty)?);
            }
        }
    }
    Ok(tables)
}

/// Names of the types that `Kysely` is given.
fn databases(survey: &Survey) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for source in survey.sources.values() {
        for part in source.text.split("Kysely<").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() && !matches!(name.as_str(), "unknown" | "any") && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// The members of the interfaces and type literals of some names.
fn shapes(tree: &Tree, text: &str, is_it: impl Fn(&str) -> bool) -> Vec<Id> {
    tree.all()
        .filter(|id| matches!(tree.kind(*id), Kind::Interface | Kind::Alias))
        .filter(|id| tree.name(*id, text).is_some_and(&is_it))
        .filter_map(|id| tree.child(id, Kind::Shape))
        .collect()
}

fn table(survey: &Survey, name: &str, ty: &str) -> Result<Option<Table>, ProposeError> {
    for source in survey.sources.values().filter(|source| source.text.contains(&format!(" {ty} "))) {
        let tree = Tree::parse(&source.path, &source.text)?;
        let Some(shape) = shapes(&tree, &source.text, |known| known == ty).first().copied() else { continue };
        let columns = tree.children(shape).iter().filter_map(|member| {
            let name = tree.name(*member, &source.text)?;
            let (_, ty) = tree.text(*member, &source.text).split_once(':')?;
            Some(Column { name: name.to_owned(), ty: ty.trim().trim_end_matches([';', ',']).to_owned() })
        });
        return Ok(Some(Table {
            name: name.to_owned(),
            stored: name.to_owned(),
            columns: columns.collect(),
            path: source.path.clone(),
            place: source.place(tree.range(tree.parent(shape)).start),
        }));
    }
    Ok(None)
}

/// The migration that makes the example's table.
pub(super) fn migration<'s>(survey: &'s Survey, table: &str) -> Option<&'s Source> {
    let makes = |source: &&Source| {
        ['\'', '"', '`'].iter().any(|quote| {
            source.text.contains(&format!("createTable({quote}{table}{quote})"))
                || source.text.contains(&format!("createTable({quote}public.{table}{quote})"))
        })
    };
    survey.sources.values().find(|source| makes(source) && source.text.contains("up"))
}

/// How the links of the example's migration are written.
pub(super) struct Builder {
    /// `(col)` or `col`.
    pub(super) parameter: String,
    pub(super) name: String,
    /// What the migration calls the database: `db`.
    pub(super) database: String,
}

/// Reads it.
pub(super) fn builder(source: &Source) -> Builder {
    let text = &source.text;
    let parameter = text
        .split("addColumn(")
        .skip(1)
        .filter_map(|rest| rest.split("=>").next()?.rsplit(',').next())
        .map(str::trim)
        .find(|parameter| parameter.len() < 20 && !parameter.contains(['\'', '"', '.']))
        .unwrap_or("(col)")
        .to_owned();
    let database = text
        .split(".schema")
        .next()
        .and_then(|before| before.trim_end().rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next())
        .unwrap_or("db")
        .to_owned();
    Builder { name: parameter.trim_matches(['(', ')']).to_owned(), parameter, database }
}

/// Leaves of a migration what makes and removes the example's table, with these links in
/// place of its columns and these statements after them.
pub(super) fn rewrite(
    graft: &Graft<'_>,
    work: &mut Work<'_>,
    links: &[String],
    indexes: &[String],
) -> Result<(), ProposeError> {
    let is_table = |work: &Work<'_>, id: Id| {
        work.tree.below(id).any(|below| {
            let is_it = |call: Id| {
                work.tree
                    .callee(call, work.text)
                    .is_some_and(|(name, _)| matches!(name, "createTable" | "dropTable"))
                    && work.tree.arguments(call).first().is_some_and(|text| {
                        work.tree.text(*text, work.text).trim_matches(['\'', '"', '`'])
                            == graft.names.like_table
                    })
            };
            work.tree.kind(below) == Kind::Call && is_it(below)
        })
    };
    let ways: Vec<Id> = work
        .tree
        .all()
        .filter(|id| matches!(work.tree.kind(*id), Kind::Body))
        .filter(|id| is_table(work, *id))
        .collect();
    for body in &ways {
        let statements: Vec<Id> = work.tree.children(*body).to_vec();
        for statement in statements {
            let range = work.tree.range(statement);
            if !is_table(work, statement) {
                let start = crate::propose::edits::line_start(work.text, range.start);
                let end = crate::propose::edits::line_end(work.text, range.end);
                work.drop(start..end);
                continue;
            }
            let makes = work.text.get(range.clone()).is_some_and(|text| text.contains("createTable"));
            if makes && !indexes.is_empty() {
                let indent = crate::propose::edits::indent_of(work.text, range.start).to_owned();
                let text = indexes.iter().map(|index| format!("\n{indent}{index}")).collect::<String>();
                work.write(range.end..range.end, text);
            }
        }
    }
    columns(graft, work, links)
}

/// The links that add the example's columns become those of the new ones.
fn columns(graft: &Graft<'_>, work: &mut Work<'_>, links: &[String]) -> Result<(), ProposeError> {
    let mut at = None;
    let mut indent = String::new();
    let calls: Vec<Id> = work.tree.all().filter(|id| work.tree.kind(*id) == Kind::Call).collect();
    // The outermost call is the last link: the first column stands innermost.
    for call in calls.into_iter().rev() {
        let Some((name, Some(object))) = work.tree.callee(call, work.text) else { continue };
        let range = work.tree.range(object).end..work.tree.range(call).end;
        if work.is_dropped(&range) || !name.starts_with("add") {
            continue;
        }
        let given = work.tree.arguments(call);
        let first = given.first().map_or("", |id| work.tree.text(*id, work.text)).trim_matches(['\'', '"']);
        let column = super::words::is_field(first, graft.key)
            || !graft.own.iter().any(|field| super::words::is_field(first, field));
        if name == "addColumn" && column {
            if super::words::is_field(first, graft.key) {
                at = Some(range.end);
            }
            let link = work.text.get(range).unwrap_or_default();
            indent = link.get(..link.find('.').unwrap_or_default()).unwrap_or_default().to_owned();
            continue;
        }
        if name == "addColumn" || graft.own.iter().any(|field| names(work, call, object, field)) {
            at = at.or(Some(range.start));
            work.drop(range);
        }
    }
    let at = at.ok_or_else(|| {
        ProposeError::NotApplicable("the example's migration adds no column that could be followed".into())
    })?;
    let text: String = links.iter().map(|link| format!("{indent}{link}")).collect();
    work.write(at..at, text);
    Ok(())
}

/// Whether a link names a field.
fn names(work: &Work<'_>, call: Id, object: Id, field: &str) -> bool {
    let end = work.tree.range(object).end;
    work.tree.below(call).any(|id| {
        work.tree.range(id).start >= end
            && work.tree.kind(id) == Kind::Text
            && super::words::is_field(work.tree.text(id, work.text).trim_matches(['\'', '"']), field)
    })
}
