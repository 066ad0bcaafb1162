//! Columns of SQLx that are there and become different: the row, the bodies that carry them and
//! their rules, tests that keep to the new bounds, and a new migration.
//!
//! What a column is today is read from the migrations and from the structures; where the two do
//! not say it in words that are known here, the change is refused with the place.

mod attributes;
mod bounds;
mod defaults;
pub(super) mod history;
mod members;
mod reads;
mod steps;

use super::alter::Alter;
use crate::{
    domain::{layer::Layer, place::Place},
    ports::ProposeError,
    propose::{
        edits::{Edits, line_number},
        recipe::{
            alter::{Change, unknown_field},
            fields::{Field, Kind},
            reshape::Difference,
            resource::Draft,
        },
    },
};
use history::Column;
use std::collections::BTreeMap;

/// The sources under change, with the line that each follows.
#[derive(Default)]
struct Changed {
    edits: BTreeMap<String, Edits>,
    likes: BTreeMap<String, (Place, Layer)>,
}

impl Changed {
    fn of(&mut self, path: &str, like: Place, layer: Layer) -> &mut Edits {
        self.likes.entry(path.to_owned()).or_insert((like, layer));
        self.edits.entry(path.to_owned()).or_default()
    }
}

/// A field that becomes different, and its column as it is.
struct Shape {
    one: Difference,
    column: Column,
}

impl Shape {
    /// The type of the column afterwards, where it is another one.
    fn new_type(&self) -> Option<String> {
        let (before, after) = (&self.one.before, &self.one.after);
        // A column without a length takes any text.
        length(&self.column.ty)?;
        let is_same = before.kind == after.kind && before.max == after.max;
        (!is_same).then(|| match after.kind {
            Kind::String => format!("VARCHAR({})", after.max.unwrap_or(255)),
            _ => "TEXT".to_owned(),
        })
    }

    /// Whether the column itself has to become different, its indexes aside.
    fn is_altered(&self) -> bool {
        let one = &self.one;
        self.new_type().is_some() || one.is_required_now() || one.is_optional_now() || one.fill.is_some()
    }
}

/// The most characters that a type holds.
fn length(ty: &str) -> Option<i64> {
    let lower = ty.to_lowercase();
    let (name, rest) = lower.split_once('(')?;
    let is_text = matches!(name.trim(), "varchar" | "character varying" | "char" | "character" | "nvarchar");
    rest.trim_end_matches(')').trim().parse().ok().filter(|_| is_text)
}

/// Proposes the change.
pub(super) fn draft(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let mut alter = Alter::read(change)?;
    let all = change.wanted.differences(|after| known(&alter, after))?;
    let all: Vec<Shape> = all
        .into_iter()
        .map(|one| {
            let column = column(&alter, &one.after, &one.place)?;
            Ok(Shape { one, column })
        })
        .collect::<Result<_, ProposeError>>()?;
    for shape in &all {
        refuse_what_cannot_be(&alter, shape)?;
    }
    let mut files = steps::migrations(&mut alter, &all)?;
    change.ask.go_on()?;
    let mut changed = Changed::default();
    let mut remarks = members::structures(&alter, &all, &mut changed)?;
    remarks.extend(reads::statements(&alter, &all, &mut changed));
    remarks.extend(reads::tests(&alter, &all, &mut changed));
    change.ask.go_on()?;
    files.extend(alter.edited(changed.edits, changed.likes)?);
    remarks.extend(all.iter().flat_map(|shape| said(&alter, shape)));
    if !files.iter().any(|file| file.path.ends_with(".sql")) {
        remarks.insert(
            0,
            "The table stays as it is, so there is no new migration: only bodies are held to other bounds."
                .into(),
        );
    } else {
        remarks.extend(alter.checked_statements());
    }
    alter.remarks.extend(remarks);
    Ok(change.draft(files, std::mem::take(&mut alter.remarks), str::to_owned))
}

/// What is to be said of one field.
fn said(alter: &Alter<'_>, shape: &Shape) -> Vec<String> {
    let one = &shape.one;
    let mut all = one.remarks();
    if shape.new_type().is_none() && !one.is_optional_now() {
        // The column takes what it took, whatever the rules say.
        all.retain(|remark| !remark.starts_with("The way down fails"));
    }
    if one.new_index() == Some(true) {
        all.push(format!(
            "The migration fails where two rows have the same {}; look for them first.",
            one.after.name
        ));
    }
    if steps::has_no_way_down(alter) {
        all.retain(|remark| !remark.starts_with("The way down fails"));
    }
    all
}

/// A declaration that only a person can change.
fn by_hand(name: &str, place: &Place, why: &str) -> ProposeError {
    ProposeError::Input {
        what: format!("{name} at {place} {why}"),
        hint: "change it by hand, in a migration of its own".into(),
    }
}

/// The column of a field in the migrations.
fn column(alter: &Alter<'_>, after: &Field, place: &Place) -> Result<Column, ProposeError> {
    history::column(&alter.migrations, alter.dialect, &alter.table, &after.column())
        .ok_or_else(|| by_hand(&after.name, place, "is made by no migration that was found"))
}

/// A field that is there as the notation has it, with the bounds that bodies are held to.
fn known(alter: &Alter<'_>, after: &Field) -> Result<(Field, Place), ProposeError> {
    let name = after.column();
    let at = alter.row.fields.iter().position(|(own, _)| *own == name).filter(|_| name != "id");
    let Some((at, (_, ty))) = at.and_then(|at| Some((at, alter.row.fields.get(at)?))) else {
        let known: Vec<String> = alter.row.fields.iter().map(|(name, _)| name.clone()).collect();
        return Err(unknown_field(&after.name, &alter.row.name, &known));
    };
    let home = alter.sources.iter().find(|(_, file, _)| file.structs.contains(&alter.row));
    let start = alter.row.places.get(at).map_or(0, |range| range.start);
    let place = home.map_or(Place::new(String::new(), 1), |(path, _, text)| {
        Place::new(path.clone(), line_number(text, start))
    });
    let refuse = |why: &str| Err(by_hand(&after.name, &place, why));
    let column = column(alter, after, &place)?;
    let (optional, inner) = members::apart(ty);
    let (min, max) = bounds::of(alter, after, inner, &place)?;
    let Some(kind) = kind(alter, &column, inner, after, max) else {
        return refuse("is of a type that the notation cannot say");
    };
    if optional == column.required && optional != after.optional {
        return refuse(if optional {
            "may be empty in the row, and not in the migrations"
        } else {
            "is required in the row, and may be empty in the migrations"
        });
    }
    let is_reference = matches!(kind, Kind::BelongsTo(_));
    if is_reference && optional != after.optional {
        return refuse("is a reference, and what looks its row up has to change with it");
    }
    let max = if kind == Kind::String { length(&column.ty).or(max) } else { max };
    let has = |unique: bool| column.indexes.iter().any(|index| index.unique == unique);
    let unique = has(true);
    let index = if is_reference { after.index } else { has(false) && !unique };
    Ok((Field { name: after.name.clone(), kind, optional, unique, index, min, max }, place))
}

/// What a column holds; `None` for what the notation has no word for.
fn kind(alter: &Alter<'_>, column: &Column, inner: &str, after: &Field, max: Option<i64>) -> Option<Kind> {
    if let (Kind::BelongsTo(_), true) = (&after.kind, column.references) {
        return Some(after.kind.clone());
    }
    if column.references {
        return None;
    }
    let last = inner.rsplit("::").next().unwrap_or(inner);
    Some(match last {
        "String" if length(&column.ty).is_some() => Kind::String,
        "String" if column.ty.eq_ignore_ascii_case("text") && after.kind == Kind::String && max.is_some() => {
            Kind::String
        }
        "String" if column.ty.eq_ignore_ascii_case("text") => Kind::Text,
        "String" if column.ty.to_lowercase().contains("char") => Kind::Text,
        "i16" | "i32" | "i64" | "u32" => Kind::Integer,
        "f32" | "f64" if after.kind == Kind::Decimal && alter.dialect == "sqlite" => Kind::Decimal,
        "f32" | "f64" => Kind::Float,
        "Decimal" => Kind::Decimal,
        "bool" => Kind::Boolean,
        "NaiveDate" => Kind::Date,
        "DateTime<Utc>" | "NaiveDateTime" | "DateTime<FixedOffset>" => Kind::DateTime,
        "Uuid" => Kind::Uuid,
        _ => return None,
    })
}

/// What the database, or a rule in it, does not let become different.
fn refuse_what_cannot_be(alter: &Alter<'_>, shape: &Shape) -> Result<(), ProposeError> {
    let Difference { before, after, place, .. } = &shape.one;
    let refuse = |why: &str| Err(by_hand(&after.name, place, why));
    if alter.dialect == "sqlite" && shape.is_altered() {
        return refuse("cannot be altered in SQLite, which has to copy the whole table for it");
    }
    let is_rebound = (before.min, before.max) != (after.min, after.max) || before.kind != after.kind;
    if is_rebound && !shape.column.checks.is_empty() {
        return refuse("is held to bounds by a CHECK of its table, which has to change with them");
    }
    let loses = steps::dropped(shape);
    if alter.dialect == "sqlite" && loses.iter().any(|index| index.is_constraint) {
        return refuse("is unique by its table, which SQLite has to copy for it to be different");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_holds_as_many_characters_as_it_says() {
        for (ty, expected) in [
            ("VARCHAR(80)", Some(80)),
            ("character varying (20)", Some(20)),
            ("TEXT", None),
            ("NUMERIC(12, 2)", None),
            ("varchar", None),
        ] {
            assert_eq!(length(ty), expected, "{ty}");
        }
    }
}
