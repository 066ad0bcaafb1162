//! A migration as drizzle-kit would write it: the statements, the entry of the journal, and
//! the snapshot that the next `drizzle-kit generate` compares with.

use super::{
    context::Context,
    drizzle::stored_form,
    journal::{Journal, id_of, written},
    plan::Plan,
    words::{in_form, is_field},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::recipe::{
        fields::{Field, Kind},
        rename::Joint,
    },
};
use minijinja::context;
use serde_json::{Map, Value, json};

/// Statements, snapshot and journal; a remark where there is nothing to follow.
pub(super) fn files(
    plan: &Plan<'_>,
    context: &Context<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<FileChange>, ProposeError> {
    let journal = match Journal::read(plan)? {
        Ok(journal) => journal,
        Err(why) => {
            remarks.push(why);
            return Ok(Vec::new());
        }
    };
    let folder = &journal.folder;
    let quote = if plan.dialect == "sqlite" { '`' } else { '"' };
    let mut example = None;
    for tag in &journal.tags {
        let path = format!("{folder}/{tag}.sql");
        let Some(text) = plan.ask.workspace.text(&path)? else { continue };
        let head = format!("CREATE TABLE {quote}{}{quote}", plan.names.like_table);
        if let Some(at) = text.find(&head) {
            let line = text.get(..at).map_or(0, |before| before.matches('\n').count());
            example = Some((
                Place::new(path, u32::try_from(line + 1).unwrap_or(1)),
                text.get(at..).unwrap_or_default().to_owned(),
            ));
        }
    }
    let Some((place, statement)) = example else {
        remarks.push(format!(
            "No migration makes {}, so there is none to follow: run drizzle-kit generate.",
            plan.names.like_table
        ));
        return Ok(Vec::new());
    };
    let prefix = journal.next();
    let tag = format!("{prefix}_create_{}", plan.names.to.plural);
    let form = stored_form(&plan.table);
    let kept = kept(plan, &statement, quote);
    let mut fields = Vec::new();
    for field in &plan.ask.fields {
        let ty = column_type(context, field)?;
        fields
            .push(context! { db => in_form(&field.column(), form), sql_type => ty, ..context.field(field) });
    }
    let (first, rest) = kept
        .split_first()
        .map_or((String::new(), Vec::new()), |(first, rest)| (first.clone(), rest.to_vec()));
    let sql = context.render(
        "drizzle.sql.j2",
        &context! { table => plan.names.table.clone(), dialect => plan.dialect, first, rest, fields },
    )?;
    let sql = sql.trim_end().to_owned();
    let ask = plan.ask;
    let mut files = vec![ask.made(format!("{folder}/{tag}.sql"), sql, Some(place.clone()), Layer::Migration)];
    if let Some(snapshot) = snapshot(plan, context, &journal, &tag, form)? {
        files.push(ask.made(
            format!("{folder}/meta/{prefix}_snapshot.json"),
            snapshot,
            Some(Place::new(journal.snapshot_path(), 1)),
            Layer::Migration,
        ));
    } else {
        remarks.push(
            "No snapshot of drizzle-kit was found to follow; run drizzle-kit generate to compare.".into(),
        );
    }
    files.push(journal.listing(ask, &tag)?);
    remarks.push("drizzle-kit knows no way down, so the migration has none.".into());
    Ok(files)
}

/// Lines of the example's statement for what every table has.
fn kept(plan: &Plan<'_>, statement: &str, quote: char) -> Vec<String> {
    let body = statement.split_once("(\n").map_or("", |(_, rest)| rest);
    body.lines()
        .take_while(|line| !line.starts_with(')'))
        .filter_map(|line| {
            let line = line.trim().trim_end_matches(',');
            let name = line.strip_prefix(quote)?.split(quote).next()?;
            (!plan.own.iter().any(|own| is_field(name, own) || is_stored(plan, own, name)))
                .then(|| line.to_owned())
        })
        .collect()
}

/// Whether a column that the sources call `own` is called so in the database.
fn is_stored(plan: &Plan<'_>, own: &str, name: &str) -> bool {
    let column = plan.table.columns.iter().find(|column| column.name == own);
    column.is_some_and(|column| column.ty.split(['\'', '"']).nth(1) == Some(name))
}

/// The type of a column in the database.
pub(super) fn column_type(context: &Context<'_>, field: &Field) -> Result<String, ProposeError> {
    Ok(context.render("drizzle.type.j2", &context.field(field))?.trim().to_owned())
}

/// The last snapshot with the new table in it.
fn snapshot(
    plan: &Plan<'_>,
    context: &Context<'_>,
    journal: &Journal,
    tag: &str,
    form: Joint,
) -> Result<Option<String>, ProposeError> {
    let Some((ends, mut snapshot)) = journal.snapshot(plan)? else { return Ok(None) };
    let is_sqlite = plan.dialect == "sqlite";
    let schema = if is_sqlite { "" } else { "public." };
    let (like, table) = (&plan.names.like_table, &plan.names.table);
    let Some(mut own) = snapshot.pointer(&format!("/tables/{schema}{like}")).cloned() else {
        return Ok(None);
    };
    let previous = snapshot.get("id").cloned().unwrap_or_default();
    let mut columns = Map::new();
    let known = own.get("columns").and_then(Value::as_object).cloned().unwrap_or_default();
    let is_own = |name: &str| plan.own.iter().any(|own| is_field(name, own) || is_stored(plan, own, name));
    let mut kept = known.into_iter().filter(|(name, _)| !is_own(name));
    columns.extend(kept.next());
    let mut beside = Beside::default();
    for field in &plan.ask.fields {
        let name = in_form(&field.column(), form);
        let ty = column_type(context, field)?;
        let mut column = json!({ "name": name, "type": ty, "primaryKey": false, "notNull": !field.optional });
        if let (true, Some(column)) = (is_sqlite, column.as_object_mut()) {
            column.insert("autoincrement".into(), json!(false));
        }
        columns.insert(name.clone(), column);
        constraints(plan, field, &name, &mut beside);
    }
    columns.extend(kept);
    if let Some(own) = own.as_object_mut() {
        own.insert("name".into(), json!(table));
        for (key, map) in [
            ("columns", columns),
            ("indexes", beside.indexes),
            ("foreignKeys", beside.keys),
            ("compositePrimaryKeys", Map::new()),
            ("uniqueConstraints", beside.unique),
            ("checkConstraints", Map::new()),
        ] {
            own.insert(key.into(), Value::Object(map));
        }
    }
    if let Some(tables) = snapshot.get_mut("tables").and_then(Value::as_object_mut) {
        tables.insert(format!("{schema}{table}"), own);
    }
    if let Some(whole) = snapshot.as_object_mut() {
        whole.insert("id".into(), json!(id_of(tag, &previous)));
        whole.insert("prevId".into(), previous);
    }
    written(&snapshot, ends).map(Some)
}

/// What stands beside the columns of a table, by name.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) indexes: Map<String, Value>,
    pub(super) keys: Map<String, Value>,
    pub(super) unique: Map<String, Value>,
}

/// Adds what a field has beside its column.
pub(super) fn constraints(plan: &Plan<'_>, field: &Field, name: &str, beside: &mut Beside) {
    let Beside { indexes, keys, unique } = beside;
    let table = &plan.names.table;
    let is_sqlite = plan.dialect == "sqlite";
    if field.unique {
        let label = format!("{table}_{name}_unique");
        if is_sqlite {
            indexes.insert(label.clone(), json!({ "name": label, "columns": [name], "isUnique": true }));
        } else {
            unique.insert(
                label.clone(),
                json!({ "name": label, "nullsNotDistinct": false, "columns": [name] }),
            );
        }
    } else if field.index || matches!(field.kind, Kind::BelongsTo(_)) {
        let label = format!("{table}_{name}_index");
        let index = if is_sqlite {
            json!({ "name": label, "columns": [name], "isUnique": false })
        } else {
            json!({
                "name": label,
                "columns": [{ "expression": name, "isExpression": false, "asc": true, "nulls": "last" }],
                "isUnique": false, "concurrently": false, "method": "btree", "with": {}
            })
        };
        indexes.insert(label, index);
    }
    if let Some(parent) = plan.parents.iter().find(|parent| parent.field == *field) {
        let (to, key) = (&parent.table.stored, &parent.key.name);
        let label = format!("{table}_{name}_{to}_{key}_fk");
        keys.insert(
            label.clone(),
            json!({
                "name": label, "tableFrom": table, "tableTo": to, "columnsFrom": [name], "columnsTo": [key],
                "onDelete": "no action", "onUpdate": "no action"
            }),
        );
    }
}
