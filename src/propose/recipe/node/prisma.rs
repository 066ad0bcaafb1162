//! Tables as Prisma's schema declares them, the new model beside the example's, and its
//! migration as Prisma's engine would write it.

use super::{
    context::Context,
    model::{Column, Parent, Table},
    plan::Plan,
    words::{form_of, in_form, is_field},
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::edits::{line_end, line_start},
    propose::recipe::{
        fields::{Field, Kind},
        names::{camel, pascal, snake},
        rename::Joint,
        resource::{Ask, Edited},
    },
};
use minijinja::context;

/// Where a schema stands, below the backend's root.
const PLACES: [&str; 4] =
    ["prisma/schema.prisma", "schema.prisma", "src/prisma/schema.prisma", "db/schema.prisma"];

/// The schema and its path.
pub(super) struct Schema {
    pub(super) path: String,
    pub(super) text: String,
}

/// One line of a model that declares a member.
pub(super) struct Member<'t> {
    pub(super) name: &'t str,
    pub(super) ty: &'t str,
    pub(super) rest: &'t str,
}

/// Reads the schema of the backend whose sources these are.
pub(super) fn schema(ask: &Ask<'_>) -> Result<Option<Schema>, ProposeError> {
    let mut roots: Vec<&str> = vec![""];
    for path in ask.workspace.paths() {
        let root = path.split_once("src/").map_or("", |(root, _)| root);
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    for root in roots {
        for place in PLACES {
            let path = format!("{root}{place}");
            if let Some(text) = ask.workspace.text(&path)? {
                return Ok(Some(Schema { path, text }));
            }
        }
    }
    Ok(None)
}

impl Schema {
    /// Every model.
    pub(super) fn tables(&self) -> Vec<Table> {
        let models: Vec<(&str, usize, &str)> = self.models().collect();
        let is_model = |ty: &str| {
            let ty = ty.trim_end_matches(['?', '[', ']']);
            models.iter().any(|(name, _, _)| *name == ty)
        };
        models
            .iter()
            .map(|(name, line, body)| {
                let stored = attribute(body, "@@map").unwrap_or_else(|| (*name).to_owned());
                let columns = members(body).filter(|member| !is_model(member.ty)).map(|member| Column {
                    name: member.name.to_owned(),
                    ty: format!("{} {}", member.ty, member.rest),
                });
                Table {
                    name: camel(&snake(name)),
                    stored,
                    columns: columns.collect(),
                    path: self.path.clone(),
                    place: Place::new(self.path.clone(), u32::try_from(line + 1).unwrap_or(1)),
                }
            })
            .collect()
    }

    /// Name, line and body of each model.
    pub(super) fn models(&self) -> impl Iterator<Item = (&str, usize, &str)> {
        let mut at = 0;
        self.text.split_inclusive('\n').enumerate().filter_map(move |(line, text)| {
            let start = at;
            at += text.len();
            let name = text.strip_prefix("model ")?.split_whitespace().next()?;
            let rest = self.text.get(start + text.len()..)?;
            let end = rest.find("\n}").map_or(rest.len(), |end| end + 1);
            Some((name, line, rest.get(..end)?))
        })
    }

    pub(super) fn body(&self, model: &str) -> Option<&str> {
        self.models().find(|(name, _, _)| *name == model).map(|(_, _, body)| body)
    }

    /// `sqlite` or `postgres`; others are not known.
    pub(super) fn dialect(&self) -> &'static str {
        let stated = self.text.split("provider").skip(1).filter_map(|rest| rest.split('"').nth(1));
        let mut known = stated.filter_map(|name| match name {
            "sqlite" => Some("sqlite"),
            "postgresql" | "postgres" | "cockroachdb" => Some("postgres"),
            _ => None,
        });
        known.next().unwrap_or("postgres")
    }
}

pub(super) fn members(body: &str) -> impl Iterator<Item = Member<'_>> {
    body.lines().filter_map(|line| {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace)?;
        let (ty, rest) = rest.trim_start().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        let is_member = name.chars().all(|c| c.is_alphanumeric() || c == '_') && !name.is_empty();
        is_member.then_some(Member { name, ty, rest: rest.trim() })
    })
}

/// The text that an attribute states: `@@map("users")`.
pub(super) fn attribute(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("{name}("))?;
    rest.split('"').nth(1).map(str::to_owned)
}

/// The model's name as types have it: `BookReview`.
pub(super) fn model_of(table: &Table) -> String {
    pascal(&snake(&table.name))
}

/// The schema with the new model in it, and the migration.
pub(super) fn files(
    plan: &Plan<'_>,
    context: &Context<'_>,
    remarks: &mut Vec<String>,
) -> Result<Vec<FileChange>, ProposeError> {
    let Some(schema) = schema(plan.ask)? else { return Ok(Vec::new()) };
    let like = model_of(&plan.table);
    let body = schema.body(&like).unwrap_or_default();
    let column = |field: &Field| {
        // `@map` where the example's columns of several words have one.
        let is_mapped = members(body).any(|member| member.rest.contains("@map("));
        let code = in_form(&field.column(), plan.form);
        let stored = if is_mapped { field.column() } else { code.clone() };
        (code, stored)
    };
    let block = block(plan, context, body, &column)?;
    let mut new = schema.text.clone();
    for parent in &plan.parents {
        new = with_back_reference(&new, plan, parent);
    }
    let line = schema.models().find(|(name, _, _)| *name == like).map_or(0, |(_, line, _)| line);
    let head = format!("model {like} ");
    let at = new.find(&head).and_then(|at| new.get(at..)?.find("\n}").map(|end| at + end + 2));
    let at = at.unwrap_or(new.len());
    let at = new.get(at..).and_then(|rest| rest.find('\n')).map_or(new.len(), |end| at + end + 1);
    new.insert_str(at, &format!("\n{block}"));
    let place = Place::new(schema.path.clone(), u32::try_from(line + 1).unwrap_or(1));
    let mut files = vec![plan.ask.edited(Edited {
        path: &schema.path,
        old: &schema.text,
        new,
        reason: plan.ask.head.reason(Layer::Model),
        like: Some(place),
        layer: Layer::Model,
    })];
    files.extend(migration(plan, context, &column, remarks)?);
    remarks.push(
        "Prisma's own engine was not asked: the migration is what it writes for such a model, and \
         prisma migrate dev will say so or add what is missing. It knows no way down."
            .into(),
    );
    Ok(files)
}

/// The new model, its columns in columns as Prisma's formatter has them.
fn block(
    plan: &Plan<'_>,
    context: &Context<'_>,
    body: &str,
    column: &dyn Fn(&Field) -> (String, String),
) -> Result<String, ProposeError> {
    let kept = |member: &Member<'_>| {
        plan.table.columns.iter().any(|column| column.name == member.name)
            && !plan.own.iter().any(|own| is_field(member.name, own))
    };
    let mut rows: Vec<[String; 3]> = Vec::new();
    let mut last = Vec::new();
    for (index, member) in members(body).filter(kept).enumerate() {
        let row = [member.name.to_owned(), member.ty.to_owned(), member.rest.to_owned()];
        if index == 0 { rows.push(row) } else { last.push(row) }
    }
    for field in &plan.ask.fields {
        let (code, stored) = column(field);
        let map = if stored == code { String::new() } else { format!("@map(\"{stored}\")") };
        let value = context! { map, ..context.field(field) };
        let ty = context.render("prisma.type.j2", &value)?;
        let (ty, rest) = ty.trim().split_once(' ').map_or((ty.trim(), ""), |(ty, rest)| (ty, rest.trim()));
        rows.push([code.clone(), ty.to_owned(), rest.to_owned()]);
        if let Some(parent) = plan.parents.iter().find(|parent| parent.field == *field) {
            let mark = if field.optional { "?" } else { "" };
            rows.push([
                camel(&field.name),
                format!("{}{mark}", model_of(&parent.table)),
                format!(
                    "@relation({}fields: [{code}], references: [{}])",
                    label(plan, parent),
                    parent.key.name
                ),
            ]);
        }
    }
    rows.extend(last);
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(String::len).max().unwrap_or(0);
    let (names, types) = (width(0), width(1));
    let mut text = format!("model {} {{\n", plan.ask.name.pascal);
    for [name, ty, rest] in &rows {
        text.push_str(format!("  {name:names$} {ty:types$} {rest}").trim_end());
        text.push('\n');
    }
    let indexed = plan
        .ask
        .fields
        .iter()
        .filter(|field| !field.unique && (field.index || matches!(field.kind, Kind::BelongsTo(_))));
    let mut ends: Vec<String> = indexed.map(|field| format!("  @@index([{}])", column(field).0)).collect();
    if body.contains("@@map(") {
        ends.push(format!("  @@map(\"{}\")", plan.names.table));
    }
    if !ends.is_empty() {
        text.push_str(&format!("\n{}\n", ends.join("\n")));
    }
    text.push_str("}\n");
    Ok(text)
}

/// The name of a relation, where a model has several to the same.
fn label(plan: &Plan<'_>, parent: &Parent) -> String {
    let same = plan.parents.iter().filter(|other| other.table.name == parent.table.name).count();
    if same > 1 {
        format!("\"{}{}\", ", plan.ask.name.pascal, pascal(&parent.field.name))
    } else {
        String::new()
    }
}

/// The parent's model with the list of rows that refer to it.
pub(super) fn with_back_reference(text: &str, plan: &Plan<'_>, parent: &Parent) -> String {
    let head = format!("model {} ", model_of(&parent.table));
    let Some(start) = text.find(&head) else { return text.to_owned() };
    let body = text.get(start..).unwrap_or_default();
    let Some(end) = body.find("\n}") else { return text.to_owned() };
    let inner = body.get(..end).unwrap_or_default();
    // After the last member: block attributes stand apart.
    let mut at = 0;
    let mut offset = 0;
    for line in inner.split_inclusive('\n') {
        offset += line.len();
        let is_member =
            !line.trim().is_empty() && !line.trim().starts_with("@@") && !line.trim().starts_with("//");
        if is_member {
            at = offset;
        }
    }
    let label = label(plan, parent);
    let several = !label.is_empty();
    let name = if several {
        format!("{}As{}", camel(&plan.ask.name.plural), pascal(&parent.field.name))
    } else {
        camel(&plan.ask.name.plural)
    };
    let relation =
        if several { format!(" @relation({})", label.trim_end_matches(", ")) } else { String::new() };
    let ty = format!("{}[]", plan.ask.name.pascal);
    let at = start + at;
    let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at..).unwrap_or_default());
    let gap = if before.ends_with('\n') { "" } else { "\n" };
    let after = if gap.is_empty() { after } else { after.strip_prefix('\n').unwrap_or(after) };
    let text = format!("{before}{gap}  {name} {ty}{relation}\n{after}");
    aligned(&text, at)
}

/// The lines of members around a place, in columns as Prisma's formatter has them.
pub(super) fn aligned(text: &str, at: usize) -> String {
    let is_member = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !line.starts_with(['@', '/', '}']) && !line.ends_with('{')
    };
    let mut start = at;
    while let Some(before) = start.checked_sub(1).map(|end| line_start(text, end)) {
        if !is_member(text.get(before..start).unwrap_or_default()) {
            break;
        }
        start = before;
    }
    let mut end = start;
    while end < text.len() && is_member(text.get(end..line_end(text, end)).unwrap_or_default()) {
        end = line_end(text, end);
    }
    let block = text.get(start..end).unwrap_or_default();
    let rows: Vec<Member<'_>> = members(block).collect();
    if rows.len() != block.lines().count() {
        return text.to_owned();
    }
    let names = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let types = rows.iter().map(|row| row.ty.len()).max().unwrap_or(0);
    let lines: String = rows
        .iter()
        .map(|row| {
            format!("{}\n", format!("  {:names$} {:types$} {}", row.name, row.ty, row.rest).trim_end())
        })
        .collect();
    format!("{}{lines}{}", text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default())
}

fn migration(
    plan: &Plan<'_>,
    context: &Context<'_>,
    column: &dyn Fn(&Field) -> (String, String),
    remarks: &mut Vec<String>,
) -> Result<Option<FileChange>, ProposeError> {
    let mut paths: Vec<&str> = plan
        .ask
        .map
        .migrations
        .iter()
        .map(|migration| migration.path.as_str())
        .filter(|path| path.ends_with("/migration.sql"))
        .collect();
    paths.sort_unstable();
    let mut example = None;
    for path in &paths {
        let text = plan.ask.workspace.text(path)?.unwrap_or_default();
        let head = format!("CREATE TABLE \"{}\" (", plan.names.like_table);
        if let Some((before, rest)) = text.split_once(&head) {
            let line = u32::try_from(before.matches('\n').count() + 1).unwrap_or(1);
            example = Some((Place::new((*path).to_owned(), line), rest.to_owned()));
        }
    }
    let (Some((place, statement)), Some(newest)) = (example, paths.last()) else {
        remarks
            .push("No migration makes the example's table, so there is none: run prisma migrate dev.".into());
        return Ok(None);
    };
    let folder = newest.trim_end_matches("/migration.sql");
    let (root, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    let digits: String = name.chars().take_while(char::is_ascii_digit).collect();
    let stamp = digits.parse::<u64>().unwrap_or(0) + 1;
    let path =
        format!("{root}/{stamp:0width$}_create_{}/migration.sql", plan.names.to.plural, width = digits.len());
    let own = |line: &&str| {
        let name = line.trim().strip_prefix('"').and_then(|rest| rest.split('"').next());
        name.is_some_and(|name| !plan.own.iter().any(|own| is_field(name, own) || snake(name) == snake(own)))
    };
    let kept: Vec<String> = statement
        .lines()
        .take_while(|line| !line.starts_with(')'))
        .filter(own)
        .map(|line| line.trim().trim_end_matches(',').to_owned())
        .collect();
    let (first, rest) = kept
        .split_first()
        .map_or((String::new(), Vec::new()), |(first, rest)| (first.clone(), rest.to_vec()));
    let mut fields = Vec::new();
    for field in &plan.ask.fields {
        let ty = context.render("prisma.sql.type.j2", &context.field(field))?;
        fields.push(context! { db => column(field).1, sql_type => ty.trim(), ..context.field(field) });
    }
    let key = plan.table.columns.iter().find(|column| column.name == plan.key.name);
    let key = key.and_then(|column| attribute(&column.ty, "@map")).unwrap_or_else(|| plan.key.name.clone());
    let sql = context.render(
        "prisma.sql.j2",
        &context! { table => plan.names.table.clone(), dialect => plan.dialect, first, rest, fields, key },
    )?;
    Ok(Some(plan.ask.made(path, sql, Some(place), Layer::Migration)))
}

/// A table's name of these words, in the form of another's.
pub(super) fn stored_name(like: &Table, base: &str) -> String {
    let is_pascal = like.stored.starts_with(char::is_uppercase);
    if is_pascal {
        return pascal(base);
    }
    in_form(base, form_of([like.stored.as_str()].into_iter()).unwrap_or(Joint::Snake))
}
