//! Drizzle's migration of a changed table as drizzle-kit would write it, and the indexes that
//! a declaration names.

use super::{
    super::{
        drizzle::{declared, stored_form},
        drizzle_sql::{Beside, column_type, constraints},
        graft::Work,
        journal::{Journal, id_of, written},
        model::Table,
        words::{in_form, is_field},
    },
    Alter, Made,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{alter::Index, fields::Field, fill::Fill},
        script::{Id, Kind},
    },
};
use minijinja::context;
use serde_json::{Map, Value, json};

/// Statements, snapshot and journal.
pub(super) fn files(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let journal = Journal::read(&alter.plan)?.map_err(ProposeError::NotApplicable)?;
    let plan = &alter.plan;
    let (table, dialect) = (plan.names.like_table.clone(), plan.dialect);
    let form = stored_form(&plan.table);
    let stored = |name: &str| stored_name(&plan.table, name).unwrap_or_else(|| in_form(name, form));
    let label =
        |column: &str, unique: bool| format!("{table}_{column}_{}", if unique { "unique" } else { "index" });
    let indexes = alter.indexes(&stored, &label);
    let mut beside = Beside::default();
    let mut columns = Map::new();
    let mut fields = Vec::new();
    let context = alter.context();
    for field in &alter.change.ask.fields {
        let name = stored(&field.column());
        let ty = column_type(&context, field)?;
        let fill = alter.change.fill(field);
        let mut column = json!({ "name": name, "type": ty, "primaryKey": false, "notNull": !field.optional });
        if let Some(column) = column.as_object_mut() {
            if dialect == "sqlite" {
                column.insert("autoincrement".into(), json!(false));
            }
            if let Some(fill) = fill {
                column.insert("default".into(), default_of(fill));
            }
        }
        columns.insert(name.clone(), column);
        constraints(plan, field, &name, &mut beside);
        let sql_default = fill.map(|fill| fill.plain_sql(true)).unwrap_or_default();
        fields.push(context! { db => name, sql_type => ty, sql_default, ..context.field(field) });
    }
    for Index { field, unique } in &alter.change.indexes {
        let like = Field { name: field.clone(), unique: *unique, index: !unique, ..plain(field) };
        constraints(plan, &like, &alter.column(field, &stored), &mut beside);
    }
    let snapshot = journal.snapshot(plan)?;
    if let Some(taken) = indexes.iter().find(|index| is_indexed(snapshot.as_ref(), &table, index)) {
        return Err(alter.taken(taken));
    }
    let value = context! {
        table => table.clone(),
        dialect,
        fields,
        indexes => indexes.iter().map(Made::value).collect::<Vec<_>>(),
    };
    let sql = context.render("drizzle.alter.sql.j2", &value)?;
    let sql = sql.trim_end().trim_end_matches("--> statement-breakpoint").trim_end().to_owned();
    let prefix = journal.next();
    let tag = format!("{prefix}_add_{}_to_{table}", alter.change.subject());
    let ask = alter.change.ask;
    let like = Place::new(journal.last_path(), 1);
    let mut files =
        vec![ask.made(format!("{}/{tag}.sql", journal.folder), sql, Some(like), Layer::Migration)];
    let mut remarks = vec!["drizzle-kit knows no way down, so the migration has none.".to_owned()];
    match snapshot
        .and_then(|(ends, value)| Some((ends, grown(value, dialect, &table, columns, beside, &tag)?)))
    {
        Some((ends, value)) => files.push(ask.made(
            format!("{}/meta/{prefix}_snapshot.json", journal.folder),
            written(&value, ends)?,
            Some(Place::new(journal.snapshot_path(), 1)),
            Layer::Migration,
        )),
        None => remarks.push(
            "No snapshot of drizzle-kit was found to follow; run drizzle-kit generate to compare.".into(),
        ),
    }
    files.push(journal.listing(ask, &tag)?);
    if dialect != "sqlite" && !indexes.is_empty() {
        remarks.push(format!(
            "Drizzle's migrator works in one transaction, so the index locks {table} for writing while it is \
             built; where that takes long, build it CONCURRENTLY by hand first."
        ));
    }
    alter.remarks.extend(remarks);
    Ok(files)
}

/// The name that a column of the sources has in the database.
fn stored_name(table: &Table, name: &str) -> Option<String> {
    let column = table.columns.iter().find(|column| is_field(&column.name, name))?;
    column.ty.split(['\'', '"']).nth(1).map(str::to_owned)
}

fn plain(name: &str) -> Field {
    Field {
        name: name.to_owned(),
        kind: crate::propose::recipe::fields::Kind::String,
        optional: false,
        unique: false,
        index: false,
        min: None,
        max: None,
    }
}

/// A default as a snapshot has it.
pub(super) fn default_of(fill: &Fill) -> Value {
    match fill {
        Fill::Text(_) => json!(fill.sql()),
        Fill::Boolean(value) => json!(value),
        Fill::Number(_) => serde_json::from_str(&fill.typescript()).unwrap_or_default(),
    }
}

/// The last snapshot with the new columns of a table, and what stands beside them.
fn grown(
    mut snapshot: Value,
    dialect: &str,
    table: &str,
    columns: Map<String, Value>,
    beside: Beside,
    tag: &str,
) -> Option<Value> {
    let schema = if dialect == "sqlite" { "" } else { "public." };
    let previous = snapshot.get("id").cloned().unwrap_or_default();
    let own = snapshot.pointer_mut(&format!("/tables/{schema}{table}"))?.as_object_mut()?;
    for (key, more) in [
        ("columns", columns),
        ("indexes", beside.indexes),
        ("foreignKeys", beside.keys),
        ("uniqueConstraints", beside.unique),
    ] {
        own.entry(key).or_insert_with(|| json!({})).as_object_mut()?.extend(more);
    }
    let whole = snapshot.as_object_mut()?;
    whole.insert("id".into(), json!(id_of(tag, &previous)));
    whole.insert("prevId".into(), previous);
    Some(snapshot)
}

/// Whether the snapshot has an index of that column by itself.
fn is_indexed(snapshot: Option<&(bool, Value)>, table: &str, index: &Made) -> bool {
    let Some((_, snapshot)) = snapshot else { return false };
    ["", "public."].iter().any(|schema| {
        let own = snapshot.pointer(&format!("/tables/{schema}{table}"));
        let lists = ["indexes", "uniqueConstraints"].into_iter().filter_map(|key| own?.get(key)?.as_object());
        lists.flat_map(|list| list.values()).any(|one| {
            let columns = one.get("columns").and_then(Value::as_array);
            columns.is_some_and(|columns| match columns.as_slice() {
                [only] => {
                    only.as_str().or(only.get("expression").and_then(Value::as_str)) == Some(&index.column)
                }
                _ => false,
            })
        })
    })
}

/// Indexes of the declaration: unique ones of fields that are there as `.unique()`, all others
/// in the list behind the columns. Gives where the first was put.
pub(super) fn declare_indexes(alter: &Alter<'_>, work: &mut Work<'_>) -> Result<Option<usize>, ProposeError> {
    let plan = &alter.plan;
    let found = declared(&work.tree, work.text).into_iter().find(|one| one.name == plan.table.name);
    let Some(one) = found else { return Ok(None) };
    let form = stored_form(&plan.table);
    let mut first = None;
    let mut list = Vec::new();
    let columns = work.tree.range(one.columns);
    let quote =
        if work.text.get(columns.clone()).is_some_and(|text| text.contains('"')) { '"' } else { '\'' };
    let given = work.tree.arguments(one.call).get(2).copied();
    let parameter = given.map_or("table", |id| parameter_of(work, id)).to_owned();
    for Index { field, unique } in alter.change.all_indexes() {
        let is_new = alter.change.ask.fields.iter().any(|one| one.column() == field);
        let known = plan.columns.iter().find(|name| is_field(name, &field));
        if unique {
            let member = work.tree.children(one.columns).iter().copied().find(|member| {
                !is_new && work.tree.name(*member, work.text).is_some_and(|name| is_field(name, &field))
            });
            if let Some(value) = member.and_then(|member| work.tree.value(member)) {
                let at = work.tree.range(value).end;
                work.add(at, ".unique()".into());
                first.get_or_insert(at);
            }
            continue;
        }
        let code = known.cloned().unwrap_or_else(|| in_form(&field, plan.form));
        let stored = stored_name(&plan.table, &field).unwrap_or_else(|| in_form(&field, form));
        list.push((
            code.clone(),
            format!("index({quote}{}_{stored}_index{quote}).on({parameter}.{code})", plan.names.like_table),
        ));
    }
    if list.is_empty() {
        return Ok(first);
    }
    let home = given.and_then(|id| {
        let is_list = |below: &Id| matches!(work.tree.kind(*below), Kind::Array | Kind::Object);
        work.tree.below(id).find(is_list)
    });
    let entries = |is_object: bool| -> Vec<String> {
        let one = |(code, text): &(String, String)| {
            if is_object { format!("{code}Index: {text}") } else { text.clone() }
        };
        list.iter().map(one).collect()
    };
    let at = match (home, given) {
        (Some(home), _) => {
            let added = entries(work.tree.kind(home) == Kind::Object);
            let last = work.tree.children(home).last().map(|last| work.tree.range(*last));
            let (at, text) = match last {
                Some(last) => {
                    let is_broken =
                        work.text.get(work.tree.range(home)).is_some_and(|text| text.contains('\n'));
                    let indent = crate::propose::edits::indent_of(work.text, last.start);
                    let gap = if is_broken { format!(",\n{indent}") } else { ", ".to_owned() };
                    (last.end, format!("{gap}{}", added.join(&gap)))
                }
                None => (work.tree.range(home).start + 1, added.join(", ")),
            };
            work.add(at, text);
            at
        }
        (None, Some(_)) => return Ok(first),
        (None, None) => {
            work.add(columns.end, format!(", (table) => [{}]", entries(false).join(", ")));
            columns.end
        }
    };
    Ok(first.or(Some(at)))
}

/// `table` of `(table) => [...]`.
fn parameter_of<'t>(work: &Work<'t>, id: Id) -> &'t str {
    let text = work.text.get(work.tree.range(id)).unwrap_or_default();
    let head = text.split("=>").next().unwrap_or_default();
    let name = head.trim().trim_matches(['(', ')', ' ']).split(':').next().unwrap_or_default();
    if name.is_empty() { "table" } else { name }
}
