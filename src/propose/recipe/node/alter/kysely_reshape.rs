//! Kysely's columns that become different: what the migrations say of one, and the next one,
//! in the words of the one that made the table.

use super::{
    super::{compose, kysely, migrations, model::Column},
    Alter,
    kysely::{has_index, head_of},
    reshape::{State, by_hand, column, is_altered, is_retyped, place_of},
};
use crate::{
    domain::{layer::Layer, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            fields::{Field, Kind},
            fill::Fill,
            reshape::Difference,
            sources::{Survey, folder},
        },
        script::Tree,
    },
};
use minijinja::{Value, context};

/// What the migrations say of a column, the last word counting.
struct Said {
    ty: String,
    /// The links behind its type: `col.notNull().unique()`.
    links: String,
    /// Its default, as written.
    default: Option<String>,
}

/// Reads the migrations of a table in their order.
fn said(survey: &Survey, table: &str, column: &str) -> Option<Said> {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace(['"', '`'], "'");
    let mut found: Option<Said> = None;
    for source in survey.sources.values().filter(|source| source.text.contains(table)) {
        if !["createTable(", "alterTable("].iter().any(|call| source.text.contains(call)) {
            continue;
        }
        let text = flat(&source.text);
        let up = ["function down", "const down", "down:", "async down"]
            .iter()
            .filter_map(|way| text.find(way))
            .min()
            .unwrap_or(text.len());
        let text = text.get(..up).unwrap_or_default();
        for part in text.split("Table(").skip(1) {
            if !part.starts_with(&format!("'{table}'")) {
                continue;
            }
            for (call, is_new) in [("addColumn", true), ("alterColumn", false)] {
                for rest in part.split(&format!(".{call}('{column}',")).skip(1) {
                    let rest = rest.split(" .addColumn(").next().unwrap_or_default();
                    let rest = rest.split(".alterColumn(").next().unwrap_or_default();
                    let rest = rest.split(".execute(").next().unwrap_or_default();
                    let given = |name: &str| {
                        let (_, inner) = rest.split_once(&format!("{name}("))?;
                        Some(inner.split(')').next()?.to_owned())
                    };
                    let default = given("defaultTo").or_else(|| given("setDefault"));
                    if is_new {
                        let stated = rest.trim_start();
                        let ty = stated.strip_prefix('\'').and_then(|inner| inner.split('\'').next());
                        found = Some(Said {
                            ty: ty.unwrap_or_default().to_owned(),
                            links: rest.to_owned(),
                            default,
                        });
                    } else if let Some(known) = &mut found {
                        if let Some((_, inner)) = rest.split_once("setDataType('") {
                            inner.split('\'').next().unwrap_or_default().clone_into(&mut known.ty);
                        }
                        if rest.contains("dropDefault(") {
                            known.default = None;
                        }
                        known.default = default.or(known.default.take());
                    }
                }
            }
        }
    }
    found
}

/// What the migrations and the type of the table state of a column.
pub(super) fn state(alter: &Alter<'_>, column: &Column, after: &Field) -> Result<State, ProposeError> {
    let source = alter.plan.survey.get(&alter.plan.table.path);
    let place = place_of(alter, source.map_or("", |source| source.text.as_str()), column);
    let table = &alter.plan.names.like_table;
    let Some(said) = said(alter.plan.survey, table, &column.name) else {
        return Err(by_hand(alter, &after.name, &place, "is made by no migration that was found"));
    };
    let (name, length) = match said.ty.split_once('(') {
        Some((name, rest)) => (name, rest.trim_end_matches(')').parse::<i64>().ok()),
        None => (said.ty.as_str(), None),
    };
    let kind = match (name, &after.kind) {
        (_, Kind::BelongsTo(model)) if said.links.contains(".references(") => {
            Some(Kind::BelongsTo(model.clone()))
        }
        _ if said.links.contains(".references(") => None,
        ("varchar", _) if length.is_some() => Some(Kind::String),
        ("text", Kind::String) if alter.plan.dialect == "sqlite" => Some(Kind::String),
        ("varchar" | "text", _) => Some(Kind::Text),
        ("integer" | "int4", _) => Some(Kind::Integer),
        ("real" | "double precision" | "float8", _) => Some(Kind::Float),
        ("numeric" | "decimal", _) => Some(Kind::Decimal),
        ("boolean", _) => Some(Kind::Boolean),
        ("date", _) => Some(Kind::Date),
        ("timestamptz" | "timestamp", _) => Some(Kind::DateTime),
        ("uuid", _) => Some(Kind::Uuid),
        _ => None,
    };
    let made = super::Made { name: String::new(), column: column.name.clone(), unique: false };
    let indexed = has_index(alter, &made);
    let unique = said.links.contains(".unique()") || indexed && is_unique_index(alter, &column.name);
    let is_nullable = column.ty.split(|c: char| !c.is_alphanumeric()).any(|word| word == "null");
    Ok(State {
        kind,
        length: length.or(after.max.filter(|_| alter.plan.dialect == "sqlite")),
        optional: is_nullable,
        unique,
        index: indexed && !unique,
        place,
    })
}

/// Whether the index of a column is a unique one.
fn is_unique_index(alter: &Alter<'_>, column: &str) -> bool {
    let table = &alter.plan.names.like_table;
    alter.plan.survey.sources.values().any(|source| {
        let flat: String = source.text.split_whitespace().collect();
        let flat = flat.replace('"', "'");
        flat.split("createIndex(").skip(1).any(|part| {
            let part = part.split(".execute(").next().unwrap_or_default();
            part.contains(&format!(".on('{table}')")) && part.contains(column) && part.contains(".unique()")
        })
    })
}

/// The migration, and the list that names it.
pub(super) fn reshaped(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    if !all.iter().any(is_altered) {
        return Ok(Vec::new());
    }
    let table = alter.plan.names.like_table.clone();
    let Some(example) = kysely::migration(alter.plan.survey, &table) else {
        return Err(ProposeError::NotApplicable(format!(
            "no migration that makes the table {table} was found, so there is none to follow"
        )));
    };
    let newest = migrations::newest(&alter.plan, example);
    let subject = alter.change.wanted.subject().unwrap_or_default();
    let stem = migrations::stem_after(migrations::stem_of(&newest.path), &format!("{subject}_of_{table}"));
    let path = format!("{}/{stem}.ts", folder(&newest.path));
    let builder = kysely::builder(example);
    let mut fields: Vec<Value> = Vec::new();
    for one in all.iter().filter(|one| is_altered(one)) {
        fields.push(migrated(alter, one)?);
    }
    let tree = Tree::parse(&example.path, &example.text)?;
    let mut text = String::new();
    for import in &example.script.imports {
        text.push_str(example.slice(&import.range));
        text.push('\n');
    }
    let context = alter.context();
    for way in ["up", "down"] {
        let Some(head) = head_of(&tree, &example.text, way) else {
            return Err(ProposeError::NotApplicable(format!(
                "{} has no function {way} to follow",
                example.path
            )));
        };
        let value = context! {
            way,
            table => table.clone(),
            database => builder.database.clone(),
            parameter => builder.parameter.clone(),
            name => builder.name.clone(),
            fields => fields.clone(),
        };
        let body = context.render("kysely.reshape.ts.j2", &value)?;
        text.push_str(&format!("\n{head}\n{}\n}}\n", alter.plan.habits.write(&body, &[]).trim_end()));
    }
    if text.contains("sql`") {
        text = compose::with_value(&path, &text, "sql", "kysely")?;
    }
    let text = compose::without_unused_imports(&path, &text)?;
    let text = compose::fitted(&path, &text, &alter.plan.habits)?;
    let at = example.text.find("createTable").unwrap_or_default();
    let ask = alter.change.ask;
    let mut files = vec![ask.made(path.clone(), text, Some(example.place(at)), Layer::Migration)];
    files.extend(migrations::listed(&alter.plan, newest, &path)?);
    if all.iter().any(Difference::is_required_now) {
        alter.remarks.push(format!(
            "Kysely's migrator works in one transaction, so {table} is locked for writing while every row is \
             filled and looked at; where that takes long, fill the rows and add a CHECK (… IS NOT NULL) NOT VALID \
             by hand first, then VALIDATE it."
        ));
    }
    Ok(files)
}

/// A column as the migration's template sees it.
fn migrated(alter: &Alter<'_>, one: &Difference) -> Result<Value, ProposeError> {
    let own = column(alter, &one.after)?;
    let old = said(alter.plan.survey, &alter.plan.names.like_table, &own.name);
    let old_default = old.as_ref().and_then(|said| said.default.clone());
    if let Some(computed) = old_default.as_ref().filter(|text| text.contains("sql") && one.fill.is_some()) {
        return Err(by_hand(
            alter,
            &one.after.name,
            &one.place,
            &format!("has the computed default {computed}"),
        ));
    }
    let ty = |field: &Field| match &field.kind {
        Kind::String => format!("varchar({})", field.max.unwrap_or(255)),
        _ => "text".to_owned(),
    };
    let retyped = is_retyped(one);
    let mut up = Vec::new();
    let mut down = Vec::new();
    if retyped {
        up.push(format!("setDataType('{}')", ty(&one.after)));
        down.push(format!("setDataType('{}')", ty(&one.before)));
    }
    if let Some(fill) = &one.fill {
        up.push(format!("setDefault({})", fill.typescript()));
        down.push(
            old_default.map_or_else(|| "dropDefault()".to_owned(), |text| format!("setDefault({text})")),
        );
    }
    if one.is_required_now() {
        up.push("setNotNull()".into());
        down.push("dropNotNull()".into());
    }
    if one.is_optional_now() {
        up.push("dropNotNull()".into());
        down.push("setNotNull()".into());
    }
    down.reverse();
    Ok(context! {
        db => own.name.clone(),
        sql => one.fill.as_ref().filter(|_| one.is_required_now()).map(|fill: &Fill| fill.plain_sql(true)),
        up,
        down,
    })
}
