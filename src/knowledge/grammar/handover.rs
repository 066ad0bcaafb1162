//! The note for whoever owns the database schema.
//!
//! Work that begins with the schema is agreed with its owner first. The note says what
//! is needed, in tables, constraints, indexes and data; it holds only what the task
//! states and what the map shows, and asks the rest.

use super::{
    fields::{self, Field, FieldKind},
    lexicon,
};
use crate::domain::{
    map::BackendMap,
    stack::StackKey,
    task::{Intent, Reading},
};
use std::fmt::Write as _;

/// The note in Markdown, or nothing when the schema is not what the task begins with.
pub fn handover_note(reading: &Reading, map: &BackendMap) -> Option<String> {
    let schema_first = reading.intent == Intent::Migration
        || (reading.intent == Intent::Resource && reading.risks.iter().any(|risk| risk.kind == "schema"));
    if !schema_first {
        return None;
    }
    let (fields, _) = fields::parse_fields(reading.inputs.get("fields").map_or("", String::as_str));
    let name = reading.inputs.get("name").map(String::as_str).unwrap_or_default();
    let known = table_of(map, name);
    let table =
        known.clone().unwrap_or_else(|| if name.is_empty() { String::new() } else { lexicon::plural(name) });
    let mut note = String::from("# Schema hand-over\n");
    tables(&mut note, &table, known.is_some(), &fields);
    constraints(&mut note, map, &table, &fields);
    indexes(&mut note, &table, &fields);
    data(&mut note, map, &table, known.is_some(), &fields);
    questions(&mut note, reading, &table, &fields);
    Some(note)
}

fn table_of(map: &BackendMap, name: &str) -> Option<String> {
    let model = map.models.iter().find(|model| {
        lexicon::singular(&lexicon::snake(&model.name)) == name
            || model.table.as_deref().is_some_and(|table| lexicon::singular(table) == name)
    })?;
    Some(model.table.clone().unwrap_or_else(|| lexicon::plural(&lexicon::snake(&model.name))))
}

fn section(note: &mut String, title: &str, lines: &[String], empty: &str) {
    // Writing to a String cannot fail.
    let _ = write!(note, "\n## {title}\n\n");
    if lines.is_empty() {
        let _ = writeln!(note, "{empty}");
    }
    for line in lines {
        let _ = writeln!(note, "- {line}");
    }
}

fn tables(note: &mut String, table: &str, exists: bool, fields: &[Field]) {
    let mut lines = Vec::new();
    if !table.is_empty() {
        lines.push(format!("`{table}`: {}", if exists { "exists, changes" } else { "new" }));
    }
    for field in fields {
        let null = if field.optional { "null" } else { "not null" };
        let default =
            if field.default.is_empty() { String::new() } else { format!(", default {}", field.default) };
        lines.push(format!("`{table}.{}`: {}, {null}{default}", column(field), sql_type(field)));
    }
    section(note, "Tables", &lines, "The task names no table.");
}

fn constraints(note: &mut String, map: &BackendMap, table: &str, fields: &[Field]) {
    let mut lines = Vec::new();
    for field in fields {
        let column = column(field);
        match &field.kind {
            FieldKind::BelongsTo(model) => {
                let target = table_of(map, &lexicon::snake(model))
                    .unwrap_or_else(|| lexicon::plural(&lexicon::snake(model)));
                lines.push(format!("foreign key `{table}.{column}` to `{target}.id`"));
            }
            FieldKind::Enum(choices) => lines.push(format!("check `{column}` in ({})", choices.join(", "))),
            _ => {}
        }
        if field.unique {
            lines.push(format!("unique `{table}.{column}`"));
        }
        if field.min.is_some() || field.max.is_some() {
            let bound =
                |bound: Option<i64>| bound.map_or_else(|| "…".to_owned(), |number| number.to_string());
            lines.push(format!("check `{column}` between {} and {}", bound(field.min), bound(field.max)));
        }
    }
    section(note, "Constraints", &lines, "None beyond the primary key.");
}

fn indexes(note: &mut String, table: &str, fields: &[Field]) {
    let lines: Vec<String> = fields
        .iter()
        .filter(|field| field.index || matches!(field.kind, FieldKind::BelongsTo(_)))
        .map(|field| {
            let why = if field.index { "asked for" } else { "every foreign key has one" };
            format!("`{table} ({})`: {why}", column(field))
        })
        .collect();
    section(note, "Indexes", &lines, "None asked for.");
}

fn data(note: &mut String, map: &BackendMap, table: &str, exists: bool, fields: &[Field]) {
    let mut lines = Vec::new();
    if exists {
        for field in fields.iter().filter(|field| !field.optional && field.default.is_empty()) {
            lines.push(format!(
                "rows of `{table}` need a value for `{}` before it is required",
                column(field)
            ));
        }
        for field in fields.iter().filter(|field| field.unique) {
            lines.push(format!("rows of `{table}` that share a `{}` must be settled first", column(field)));
        }
    }
    let tool = map.stack.name(StackKey::Migration).unwrap_or("no migration tool was found");
    lines.push(format!("migrations: {} files so far, tool: {tool}", map.migrations.len()));
    section(note, "Data to move", &lines, "None.");
}

fn questions(note: &mut String, reading: &Reading, table: &str, fields: &[Field]) {
    let mut lines: Vec<String> = reading
        .questions
        .iter()
        .filter(|question| question.answer.is_none())
        .map(|question| question.text.clone())
        .collect();
    if table.is_empty() {
        lines.push("Which table is it?".into());
    }
    for field in fields {
        if let FieldKind::BelongsTo(model) = &field.kind {
            lines.push(format!("What happens to `{table}` when its {model} is deleted?"));
        }
    }
    lines.extend(reading.not_understood.iter().map(|quote| format!("Not understood: “{quote}”")));
    section(note, "Questions", &lines, "None.");
}

fn column(field: &Field) -> String {
    match field.kind {
        FieldKind::BelongsTo(_) => format!("{}_id", field.name),
        _ => field.name.clone(),
    }
}

fn sql_type(field: &Field) -> String {
    match &field.kind {
        FieldKind::String | FieldKind::Email | FieldKind::Url => {
            field.max.map_or_else(|| "varchar".to_owned(), |max| format!("varchar({max})"))
        }
        FieldKind::Text => "text".into(),
        FieldKind::Integer => "integer".into(),
        FieldKind::Decimal => "numeric".into(),
        FieldKind::Float => "double precision".into(),
        FieldKind::Boolean => "boolean".into(),
        FieldKind::Date => "date".into(),
        FieldKind::Datetime => "timestamp with time zone".into(),
        FieldKind::Uuid => "uuid".into(),
        FieldKind::Json => "json".into(),
        FieldKind::Enum(_) => "varchar".into(),
        FieldKind::BelongsTo(_) => "type of the key it refers to".into(),
    }
}
