//! Members and indexes more in a model of Prisma's schema, and the migrations as Prisma's
//! engine would write them.

use super::{
    super::{
        prisma::{Schema, aligned, attribute, members, model_of, schema, with_back_reference},
        words::{in_form, is_field},
    },
    Alter, Made,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::{fields::Field, names::camel, resource::Edited},
    },
};
use minijinja::{Value, context};

/// The schema and the migrations.
pub(super) fn files(alter: &mut Alter<'_>) -> Result<Vec<FileChange>, ProposeError> {
    let Some(schema) = schema(alter.change.ask)? else {
        return Err(ProposeError::NotApplicable("no schema of Prisma was found".into()));
    };
    refuse_second_relation(alter, &schema)?;
    let model = model_of(&alter.plan.table);
    let body = schema.body(&model).unwrap_or_default().to_owned();
    let is_mapped = members(&body).any(|member| member.rest.contains("@map("));
    let form = alter.plan.form;
    let stored = |name: &str| -> String {
        let known = members(&body).find(|member| is_field(member.name, name));
        match known {
            Some(member) => attribute(member.rest, "@map").unwrap_or_else(|| member.name.to_owned()),
            None if is_mapped => crate::propose::recipe::names::snake(name),
            None => in_form(name, form),
        }
    };
    let table = alter.plan.names.like_table.clone();
    let label =
        |column: &str, unique: bool| format!("{table}_{column}_{}", if unique { "key" } else { "idx" });
    let indexes = alter.indexes(&stored, &label);
    refuse_second_index(alter, &body)?;
    let mut files = vec![changed_schema(alter, &schema, &model, &stored)?];
    files.extend(migrations(alter, &stored, &indexes)?);
    alter.remarks.push(
        "Prisma's own engine was not asked: the migration is what it writes for such a model, and \
         prisma migrate dev will say so or add what is missing. It knows no way down."
            .into(),
    );
    Ok(files)
}

/// Two relations between the same models need names on both sides, also the one that is there.
fn refuse_second_relation(alter: &Alter<'_>, schema: &Schema) -> Result<(), ProposeError> {
    let own = model_of(&alter.plan.table);
    for parent in &alter.plan.parents {
        let other = model_of(&parent.table);
        let joined = [(&own, &other), (&other, &own)].into_iter().any(|(from, to)| {
            let body = schema.body(from).unwrap_or_default();
            members(body).any(|member| member.ty.trim_end_matches(['?', '[', ']']) == to.as_str())
        });
        let same = alter.plan.parents.iter().filter(|one| one.table.name == parent.table.name).count();
        if joined || same > 1 || own == other {
            return Err(ProposeError::Input {
                what: format!("{own} and {other} have a relation already, and Prisma wants names for both"),
                hint: format!(
                    "give it a @relation(\"name\") on both sides, and write {} by hand",
                    parent.field.name
                ),
            });
        }
    }
    Ok(())
}

/// An index that the model has already stops the recipe.
fn refuse_second_index(alter: &Alter<'_>, body: &str) -> Result<(), ProposeError> {
    for index in &alter.change.indexes {
        let member = members(body).find(|member| is_field(member.name, &index.field));
        let marked =
            member.is_some_and(|member| member.rest.contains("@unique") || member.rest.contains("@id"));
        let listed = body.lines().map(str::trim).any(|line| {
            let inner = line.strip_prefix("@@index([").or_else(|| line.strip_prefix("@@unique(["));
            inner.and_then(|rest| rest.split(']').next()).is_some_and(|only| is_field(only, &index.field))
        });
        if marked || listed {
            let made = Made { name: String::new(), column: index.field.clone(), unique: index.unique };
            return Err(alter.taken(&made));
        }
    }
    Ok(())
}

/// The schema with the new members after the model's own.
fn changed_schema(
    alter: &Alter<'_>,
    schema: &Schema,
    model: &str,
    stored: &dyn Fn(&str) -> String,
) -> Result<FileChange, ProposeError> {
    let plan = &alter.plan;
    let mut new = schema.text.clone();
    for parent in &plan.parents {
        new = with_back_reference(&new, plan, parent);
    }
    let head = format!("model {model} ");
    let gone = || ProposeError::Rejected(format!("{} has no model {model} any more", schema.path));
    let start = new.find(&head).ok_or_else(gone)?;
    let open = new.get(start..).and_then(|rest| rest.find('\n')).ok_or_else(gone)? + start + 1;
    let close = new.get(open..).and_then(|rest| rest.find("\n}")).ok_or_else(gone)? + open + 1;
    let body = new.get(open..close).unwrap_or_default().to_owned();
    // After the last member of its own; what every table has stands behind it.
    let mut at = 0;
    let mut offset = 0;
    let mut ends = body.len();
    let (mut is_end, mut is_listed) = (false, false);
    for line in body.split_inclusive('\n') {
        let trimmed = line.trim();
        let name = trimmed.split_whitespace().next().unwrap_or_default();
        let is_list = ["@@index", "@@unique", "@@id"].iter().any(|mark| trimmed.starts_with(mark));
        is_listed |= is_list;
        if trimmed.starts_with("@@") && !is_list && !is_end {
            (ends, is_end) = (offset, true);
        }
        offset += line.len();
        let is_kept =
            plan.columns.iter().any(|column| column == name) && !plan.own.iter().any(|own| own == name);
        let is_member = !trimmed.is_empty() && !trimmed.starts_with(['@', '/']);
        if is_member && (at == 0 || !is_kept) {
            at = offset;
        }
    }
    let mut lines = String::new();
    for field in &alter.change.ask.fields {
        lines.push_str(&member(alter, field, stored)?);
    }
    let listed: String = alter
        .change
        .all_indexes()
        .iter()
        .filter(|index| !index.unique)
        .map(|index| format!("  @@index([{}])\n", alter.column(&index.field, &|name| known(alter, name))))
        .collect();
    let gap = if listed.is_empty() || is_end || is_listed || body.trim_end_matches(' ').ends_with("\n\n") {
        ""
    } else {
        "\n"
    };
    let (first, last) = (body.get(..at).unwrap_or_default(), body.get(at..ends).unwrap_or_default());
    let tail = body.get(ends..).unwrap_or_default();
    let grown = format!("{first}{lines}{last}{gap}{listed}{tail}");
    new.replace_range(open..close, &marked(alter, &grown));
    let text = if lines.is_empty() { new } else { aligned(&new, open + at) };
    let line = line_number(&schema.text, schema.text.find(&head).unwrap_or_default());
    Ok(alter.change.ask.edited(Edited {
        path: &schema.path,
        old: &schema.text,
        new: text,
        reason: alter.change.ask.head.reason(Layer::Model),
        like: Some(Place::new(schema.path.clone(), line)),
        layer: Layer::Model,
    }))
}

/// A column as the schema calls it.
fn known(alter: &Alter<'_>, name: &str) -> String {
    let known = alter.plan.columns.iter().find(|column| is_field(column, name));
    known.cloned().unwrap_or_else(|| in_form(name, alter.plan.form))
}

/// The members with `@unique` where it was asked for.
fn marked(alter: &Alter<'_>, body: &str) -> String {
    let is_it = |name: &str| {
        let mut unique = alter.change.indexes.iter().filter(|index| index.unique);
        unique.any(|index| is_field(name, &index.field))
    };
    body.split_inclusive('\n')
        .map(|line| {
            let name = line.split_whitespace().next().unwrap_or_default();
            if !is_it(name) || line.trim_start().starts_with('@') {
                return line.to_owned();
            }
            // Before what says how the database keeps it, as Prisma's documents have it.
            let at = line.find(" @").map_or(line.trim_end().len(), |at| at);
            let (before, after) = line.split_at(at);
            format!("{before} @unique{after}")
        })
        .collect()
}

/// The lines of a new member: the column, and the relation behind a reference.
fn member(alter: &Alter<'_>, field: &Field, stored: &dyn Fn(&str) -> String) -> Result<String, ProposeError> {
    let context = alter.context();
    let code = alter.code(field);
    let db = stored(&field.column());
    let map = if db == code { String::new() } else { format!("@map(\"{db}\")") };
    let ty = context.render("prisma.type.j2", &context! { map, ..context.field(field) })?;
    let mut text = format!("  {code} {}\n", ty.trim());
    if let Some(parent) = alter.plan.parents.iter().find(|parent| parent.field == *field) {
        let mark = if field.optional { "?" } else { "" };
        text.push_str(&format!(
            "  {} {}{mark} @relation(fields: [{code}], references: [{}])\n",
            camel(&field.name),
            model_of(&parent.table),
            parent.key.name
        ));
    }
    Ok(text)
}

/// One migration for the fields; on PostgreSQL one for each index, since a statement that
/// locks nothing has to be alone.
fn migrations(
    alter: &mut Alter<'_>,
    stored: &dyn Fn(&str) -> String,
    indexes: &[Made],
) -> Result<Vec<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    let mut paths: Vec<&str> = ask.map.migrations.iter().map(|migration| migration.path.as_str()).collect();
    paths.retain(|path| path.ends_with("/migration.sql"));
    paths.sort_unstable();
    let Some(newest) = paths.last() else {
        return Err(ProposeError::NotApplicable(
            "no migration of Prisma was found to follow; run prisma migrate dev first".into(),
        ));
    };
    let folder = newest.trim_end_matches("/migration.sql");
    let (root, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    let mut stamp = digits.parse::<u64>().unwrap_or(0);
    let context = alter.context();
    let mut fields = Vec::new();
    for field in &ask.fields {
        let ty = context.render("prisma.sql.type.j2", &context.field(field))?;
        let fill = alter.change.fill(field).map(|fill| fill.plain_sql(true)).unwrap_or_default();
        let db = stored(&field.column());
        fields.push(context! { db, sql_type => ty.trim(), sql_default => fill, ..context.field(field) });
    }
    let table = alter.plan.names.like_table.clone();
    let is_postgres = alter.plan.dialect == "postgres";
    let in_process = alter.plan.survey.sources.values().any(|source| {
        source.script.imports.iter().any(|import| import.from.starts_with("@electric-sql/pglite"))
    });
    let concurrently = is_postgres && !in_process;
    let all: Vec<Value> = indexes.iter().map(Made::value).collect();
    let mut parts: Vec<(String, Vec<Value>, Vec<Value>)> = Vec::new();
    let subject = format!("add_{}_to_{table}", alter.change.subject());
    if is_postgres {
        if !fields.is_empty() {
            parts.push((subject, fields, Vec::new()));
        }
        for index in indexes {
            parts.push((format!("index_{}_of_{table}", index.column), Vec::new(), vec![index.value()]));
        }
    } else {
        parts.push((subject, fields, all));
    }
    let mut files = Vec::new();
    for (what, fields, indexes) in parts {
        stamp += 1;
        let value = context! {
            table => table.clone(),
            dialect => alter.plan.dialect,
            fields,
            indexes,
            concurrently,
        };
        let sql = context.render("prisma.alter.sql.j2", &value)?;
        let path = format!("{root}/{stamp:0width$}_{what}/migration.sql", width = digits.len());
        let like = Place::new((*newest).to_owned(), 1);
        files.push(ask.made(path, format!("{}\n", sql.trim()), Some(like), Layer::Migration));
    }
    if is_postgres && in_process && !indexes.is_empty() {
        alter.remarks.push(format!(
            "PGlite, which runs the migrations here too, cannot build an index CONCURRENTLY, so it locks {table} \
             for writing while it is built; put the word in where that takes long."
        ));
    }
    Ok(files)
}
