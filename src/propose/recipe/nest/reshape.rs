//! Columns of TypeORM that are there and become different: their declaration, the DTOs that
//! carry them, and a new migration.
//!
//! TypeORM itself changes a type or a length by dropping the column, so on PostgreSQL the
//! statements are written out; on SQLite it copies the table, which keeps the rows.

use super::{
    alter::Alter,
    bodies,
    example::Role,
    imports,
    plan::RECIPE,
    stated::{Stated, by_hand, reference_of},
    survey::Source,
};
use crate::{
    domain::{layer::Layer, place::Place, proposal::FileChange},
    ports::ProposeError,
    propose::{
        edits::{Edits, indent_of, newline_of},
        recipe::{
            fields::{Field, Kind},
            fill::Fill,
            names::camel,
            reshape::Difference,
            resource::{Draft, Edited},
            typescript::{Candidate, set_up},
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
fn home<'a>(alter: &'a Alter<'_>) -> Result<(&'a Source, &'a Class), ProposeError> {
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

/// The entity with the new declarations.
fn entity(alter: &Alter<'_>, all: &[Difference]) -> Result<Option<FileChange>, ProposeError> {
    let (source, class) = home(alter)?;
    let mut edits = Edits::default();
    let mut like = None;
    for one in all {
        let stated = Stated::read(alter, (source, class), &one.after)?;
        let before = edits.clone();
        declaration(alter, class, &stated, one, &mut edits);
        if edits != before {
            like.get_or_insert(stated.place.clone());
        }
    }
    let Some(like) = like else { return Ok(None) };
    let wanted: Vec<Candidate> = Candidate::of("typeorm:Index").into_iter().collect();
    let new = imports::settled(source, edits, &wanted, &["Index"], &alter.plan.habits)?;
    let ask = alter.change.ask;
    let layer = Layer::Model;
    let reason = ask.head.reason(layer);
    Ok(Some(ask.edited(Edited {
        path: &source.path,
        old: &source.text,
        new,
        reason,
        like: Some(like),
        layer,
    })))
}

/// The decorators and the type of one column.
fn declaration(alter: &Alter<'_>, class: &Class, stated: &Stated<'_>, one: &Difference, edits: &mut Edits) {
    let after = &one.after;
    let mut first = stated.first.clone();
    let mut options = stated.options.clone();
    if after.kind != one.before.kind {
        // From a text of some length to one of any.
        options.retain(|(key, _)| key != "length");
        match &mut first {
            Some(first) => "text".clone_into(first),
            None => set(&mut options, "type", "'text'".into()),
        }
    } else if after.kind == Kind::String && after.max != one.before.max {
        set(&mut options, "length", after.max.unwrap_or(255).to_string());
    }
    if one.is_optional_now() {
        // The type is no longer seen at run time, so it has to be stated.
        if let (None, Some(ty)) = (stated.stated_type(), bare_column_type(alter, stated)) {
            set(&mut options, "type", format!("'{ty}'"));
        }
        set(&mut options, "nullable", "true".into());
    }
    if one.is_required_now() {
        options.retain(|(key, _)| key != "nullable");
    }
    if let Some(fill) = &one.fill {
        set(&mut options, "default", fill.typescript());
    }
    let habits = &alter.plan.habits;
    if options != stated.options || first != stated.first {
        options.sort_by_key(|(key, _)| ["name", "type"].iter().position(|own| own == key).unwrap_or(9));
        let list: Vec<String> = options.iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let object = if list.is_empty() { String::new() } else { format!("{{ ⟨{}⟩ }}", list.join("¦")) };
        let parts: Vec<String> = first
            .iter()
            .map(|first| format!("'{first}'"))
            .chain((!object.is_empty()).then_some(object))
            .collect();
        let indent = indent_of(&stated.source.text, stated.mark.range.start);
        let written = habits.write(&format!("  @Column({})", parts.join(", ")), &[]);
        edits.replace(stated.mark.range.clone(), reindented(&written, &habits.indent, indent));
    }
    retyped(stated.source, &stated.property.stated, one, class, edits);
    if let Some((mark, _)) = reference_of(class, after, &stated.property.name) {
        let is_changed = one.is_required_now() || one.is_optional_now();
        if let Some(text) = is_changed.then(|| relation(&mark.arguments, one.is_optional_now())).flatten() {
            let written = habits.write(&format!("  @{}({text})", mark.name), &[]);
            let indent = indent_of(&stated.source.text, mark.range.start);
            edits.replace(mark.range.clone(), reindented(&written, &habits.indent, indent));
        }
    }
    reindexed(stated, one, edits);
}

/// A written part without the indent that it was written with, broken lines moved along.
fn reindented(written: &str, unit: &str, indent: &str) -> String {
    let lines = written.trim_end().lines().map(|line| line.strip_prefix(unit).unwrap_or(line));
    lines.collect::<Vec<_>>().join(&format!("\n{indent}"))
}

/// Puts an option in, in place of the one of that name.
fn set(options: &mut Vec<(String, String)>, key: &str, value: String) {
    match options.iter_mut().find(|(own, _)| own == key) {
        Some((_, own)) => *own = value,
        None => options.push((key.to_owned(), value)),
    }
}

/// The type that TypeORM takes from a plain TypeScript type.
fn bare_column_type(alter: &Alter<'_>, stated: &Stated<'_>) -> Option<&'static str> {
    let ty = match stated.bare_type().as_str() {
        "string" => "varchar",
        "number" => "integer",
        "boolean" => "boolean",
        "Date" if alter.plan.dialect == "postgres" => "timestamp",
        "Date" => "datetime",
        _ => return None,
    };
    Some(ty)
}

/// `title?: string | null` where a property's value may be missing now, or may not any more.
pub(super) fn retyped(
    source: &Source,
    range: &std::ops::Range<usize>,
    one: &Difference,
    class: &Class,
    edits: &mut Edits,
) {
    let text = source.slice(range);
    let Some((name, ty)) = text.split_once(':') else { return };
    let bare = super::stated::bare(ty);
    let new = if one.is_optional_now() {
        format!("{name}: {bare} | null")
    } else if one.is_required_now() {
        let bang =
            if name.ends_with('?') && class.properties.iter().any(|own| own.definite) { "!" } else { "" };
        format!("{}{bang}: {bare}", name.trim_end_matches('?'))
    } else {
        return;
    };
    if new != text {
        edits.replace(range.clone(), new);
    }
}

/// The arguments of a relation that may be missing, or may not any more.
fn relation(arguments: &[String], is_optional: bool) -> Option<String> {
    let mut parts: Vec<String> = arguments.to_vec();
    let last = parts.last().cloned().filter(|last| last.starts_with('{'));
    let flat = last.as_deref().unwrap_or_default();
    let flat = flat.trim_start_matches('{').trim_end_matches('}').trim().trim_end_matches(',');
    let mut options: Vec<&str> = flat.split(',').map(str::trim).filter(|one| !one.is_empty()).collect();
    // Nested options are not taken apart.
    if flat.contains(['{', '(']) {
        return None;
    }
    options.retain(|one| !one.starts_with("nullable"));
    if !is_optional {
        options.push("nullable: false");
    }
    if last.is_some() {
        parts.pop();
    }
    if !options.is_empty() {
        parts.push(format!("{{ {} }}", options.join(", ")));
    }
    Some(parts.join(", "))
}

/// `@Index()` added, changed or taken away.
fn reindexed(stated: &Stated<'_>, one: &Difference, edits: &mut Edits) {
    let text = &stated.source.text;
    let is_dropped = dropped(one);
    let mark = |unique: bool| if unique { "@Index({ unique: true })" } else { "@Index()" };
    match (stated.index, one.new_index()) {
        (Some((old, _)), Some(unique)) => edits.replace(old.range.clone(), mark(unique)),
        (None, Some(unique)) => {
            let indent = indent_of(text, stated.property.range.start);
            edits
                .insert(stated.property.range.start, format!("{}{}{indent}", mark(unique), newline_of(text)));
        }
        (Some((old, _)), None) if is_dropped => match one.after.index {
            true => edits.replace(old.range.clone(), mark(false)),
            false => edits.replace(bodies::with_gap(text, &old.range), ""),
        },
        _ => {}
    }
}

/// Whether the index that is there goes.
fn dropped(one: &Difference) -> bool {
    let (before, after) = (&one.before, &one.after);
    before.unique && !after.unique || before.index && !before.unique && (!after.index || after.unique)
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
