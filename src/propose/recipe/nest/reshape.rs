//! Columns of TypeORM that are there and become different: their declaration, the DTOs that
//! carry them, and a new migration.
//!
//! TypeORM itself changes a type or a length by dropping the column, so on PostgreSQL the
//! statements are written out; on SQLite it copies the table, which keeps the rows.

use super::{
    alter::Alter,
    bodies,
    declared::{dropped, entity},
    example::Role,
    plan::RECIPE,
    stated::{Stated, by_hand},
    survey::Source,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        recipe::{
            fields::{Field, Kind},
            fill::Fill,
            names::camel,
            reshape::Difference,
            resource::Draft,
            typescript::set_up,
            values::kind_name,
        },
        script::Class,
    },
};
use minijinja::{Value, context};
use std::collections::BTreeMap;

/// Proposes the change.
pub(super) fn draft(mut alter: Alter<'_>) -> Result<Draft, ProposeError> {
    alter.refuse_mysql()?;
    let change = alter.change;
    let differences = change.wanted.differences(|after| known(&alter, after))?;
    let mut files: Vec<FileChange> = entity(&alter, &differences)?.into_iter().collect();
    change.ask.go_on()?;
    let made = migration(&mut alter, &differences)?;
    files.extend(made);
    change.ask.go_on()?;
    files.extend(bodies::reshaped(&mut alter, &differences)?);
    files.extend(bodies::tests(&mut alter, &differences)?);
    alter.plan.remarks.extend(differences.iter().flat_map(Difference::remarks));
    for one in differences.iter().filter(|one| one.new_index() == Some(true)) {
        alter.plan.remarks.push(format!(
            "The migration fails where two rows have the same {}; look for them first.",
            camel(&one.after.name)
        ));
    }
    Ok(change.draft(files, std::mem::take(&mut alter.plan.remarks), camel))
}

/// The entity's file and class.
pub(super) fn home<'a>(alter: &'a Alter<'_>) -> Result<(&'a Source, &'a Class), ProposeError> {
    let gone = || ProposeError::NotApplicable("the entity is gone".into());
    alter.class(Role::Entity).ok_or_else(gone)
}

/// A field that is there as the notation has it, with the bounds that bodies are held to.
fn known(alter: &Alter<'_>, after: &Field) -> Result<(Field, Place), ProposeError> {
    let home = home(alter)?;
    let stated = Stated::read(alter, home, after)?;
    let (min, max) = bodies::bounds(alter, after, &stated.place)?;
    let place = stated.place.clone();
    let max = match stated.kind {
        Kind::String => match stated.length() {
            Some(length) => Some(length),
            None => return Err(by_hand(&after.name, &place, "has a length that is not a number")),
        },
        _ => max,
    };
    let unique = stated.index.is_some_and(|(_, unique)| unique);
    let before = Field {
        name: after.name.clone(),
        kind: stated.kind.clone(),
        optional: stated.is_optional(),
        unique,
        index: stated.index.is_some() && !unique && !matches!(stated.kind, Kind::BelongsTo(_)),
        min,
        max,
    };
    let makes_optional = !before.optional && after.optional;
    let is_reference = matches!(before.kind, Kind::BelongsTo(_));
    if let Some(read) = bodies::lookup(alter, after).filter(|_| makes_optional && is_reference) {
        return Err(by_hand(&after.name, &place, &format!("is looked up at {read}, which needs one")));
    }
    let has_other = home.1.marks.iter().any(|mark| {
        matches!(mark.name.as_str(), "Index" | "Unique")
            && mark.arguments.iter().any(|argument| argument.contains(&stated.property.name))
    });
    if has_other && (before.unique, before.index) != (after.unique, after.index) {
        return Err(by_hand(&after.name, &place, "has an index that stands above the class"));
    }
    Ok((before, place))
}

/// The migration and the lists that know the newest one; nothing where the table stays as it is.
fn migration(alter: &mut Alter<'_>, all: &[Difference]) -> Result<Vec<FileChange>, ProposeError> {
    let ask = alter.change.ask;
    let mut fields = Vec::new();
    for one in all {
        let stated = Stated::read(alter, home(alter)?, &one.after)?;
        fields.push(migrated(alter, &stated, one)?);
    }
    let is_same = |one: &Value| {
        ["altered", "indexed", "dropped"].iter().all(|key| one.get_attr(key).is_ok_and(|it| !it.is_true()))
    };
    if fields.iter().all(is_same) {
        alter.plan.remarks.push(
            "The table stays as it is, so there is no new migration: only bodies are held to other bounds."
                .into(),
        );
        return Ok(Vec::new());
    }
    let Some(next) = alter.plan.next.clone() else {
        return Err(ProposeError::NotApplicable("no migration was found to follow".into()));
    };
    let table = alter.plan.table.name.clone();
    let is = |key: &str| fields.iter().any(|one| one.get_attr(key).is_ok_and(|it| it.is_true()));
    let postgres = alter.plan.dialect == "postgres";
    let locks = postgres && (is("required") || is("indexed") || is("dropped"));
    let alone = locks && alter.is_each();
    if locks && !alone {
        alter.plan.remarks.push(format!(
            "The migration runs inside of one transaction: {table} is locked for writing while its rows are \
             looked at or an index is built; with migrationsTransactionMode 'each' it goes without the lock."
        ));
    }
    if !postgres && is("altered") {
        alter.plan.remarks.push(format!(
            "SQLite cannot alter a column, so TypeORM copies {table} with all its rows; nobody else can write \
             meanwhile."
        ));
        refuse_cascades(alter)?;
    }
    let context = context! {
        fields,
        alone,
        dialect => alter.plan.dialect,
        table => context! { name => table },
        migration => context! {
            class => next.class.clone(),
            has_name => next.has_name,
            public => if next.is_public { "public " } else { "" },
        },
    };
    let rendered = ask.render(RECIPE, "reshape.ts.j2", &context, set_up)?;
    let text = alter.plan.habits.write(&rendered, &[]);
    let mut files = vec![ask.made(next.path.clone(), text, Some(next.after.clone()), Layer::Migration)];
    let mut lists = BTreeMap::new();
    alter.register(&next, &mut lists)?;
    files.extend(alter.listed(lists));
    Ok(files)
}

/// Copying a table drops the old one; rows of others that go with its rows would go too.
fn refuse_cascades(alter: &Alter<'_>) -> Result<(), ProposeError> {
    let (_, own) = home(alter)?;
    for (source, class) in alter.plan.survey.classes() {
        for property in &class.properties {
            let Some(mark) = property.mark(&["ManyToOne", "OneToOne"]) else { continue };
            let is_to_own = mark.arguments.first().is_some_and(|argument| argument.ends_with(&own.name));
            if is_to_own && mark.arguments.iter().any(|argument| argument.contains("CASCADE")) {
                let place = source.place(property.range.start);
                return Err(ProposeError::Input {
                    what: format!(
                        "rows of {} at {place} are deleted with those of {}, and SQLite would copy that table",
                        class.name, own.name
                    ),
                    hint:
                        "write the migration by hand with PRAGMA foreign_keys = OFF outside of a transaction"
                            .into(),
                });
            }
        }
    }
    Ok(())
}

/// A column as the migration's template sees it.
fn migrated(alter: &Alter<'_>, stated: &Stated<'_>, one: &Difference) -> Result<Value, ProposeError> {
    let Difference { before, after, fill, .. } = one;
    let postgres = alter.plan.dialect == "postgres";
    let old_default = stated.default_sql(postgres)?;
    let new_default = fill.as_ref().map(|fill| fill.plain_sql(postgres)).or_else(|| old_default.clone());
    let is_retyped = before.kind != after.kind || after.kind == Kind::String && before.max != after.max;
    let (required, optional) = (one.is_required_now(), one.is_optional_now());
    let quoted = format!("\"{}\"", stated.db);
    let type_of = |field: &Field| match field.kind {
        Kind::String => format!("varchar({})", field.max.unwrap_or(255)),
        _ => "text".to_owned(),
    };
    let actions = |to: &Field, default: Option<&String>, nullable: bool| -> String {
        let mut list = Vec::new();
        if is_retyped {
            list.push(format!("ALTER COLUMN {quoted} TYPE {}", type_of(to)));
        }
        if fill.is_some() {
            list.push(match default {
                Some(sql) => format!("ALTER COLUMN {quoted} SET DEFAULT {sql}"),
                None => format!("ALTER COLUMN {quoted} DROP DEFAULT"),
            });
        }
        if required || optional {
            let word = if nullable { "DROP" } else { "SET" };
            list.push(format!("ALTER COLUMN {quoted} {word} NOT NULL"));
        }
        list.join(", ")
    };
    let kind = match &after.kind {
        Kind::BelongsTo(_) if stated.bare_type() == "string" => "uuid",
        Kind::BelongsTo(_) => "integer",
        kind => kind_name(kind),
    };
    // A type that the entity states is said as it is, save where SQLite has none of that name.
    let as_stated = stated.stated_type().filter(|ty| ty != "uuid" && before.kind == after.kind);
    let shape = |field: &Field, default: Option<&String>| {
        let old_kind = if field == before { kind_name(&before.kind) } else { kind };
        context! {
            kind => if matches!(field.kind, Kind::BelongsTo(_)) { kind } else { old_kind },
            stated => as_stated.clone(),
            length => (field.kind == Kind::String).then(|| field.max.unwrap_or(255).to_string()),
            precision => stated.option("precision"),
            scale => stated.option("scale"),
            optional => field.optional,
            default => default.cloned(),
        }
    };
    let dropped = dropped(one);
    let fresh = one.new_index();
    Ok(context! {
        db => stated.db.clone(),
        required,
        sql => fill.as_ref().filter(|_| required).map(|fill: &Fill| fill.plain_sql(postgres)),
        altered => is_retyped || required || optional || fill.is_some(),
        up => actions(after, new_default.as_ref(), after.optional),
        down => actions(before, old_default.as_ref(), before.optional),
        before => shape(before, old_default.as_ref()),
        after => shape(after, new_default.as_ref()),
        indexed => fresh.is_some() || dropped && after.index,
        unique => after.unique,
        dropped,
        was_unique => before.unique,
    })
}
