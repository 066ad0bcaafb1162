//! The columns of an entity that is there, as a new route needs them.

use super::super::{
    entity::{ColumnKind, Table},
    plan::Plan,
};
use crate::{
    domain::place::Place,
    propose::recipe::{
        endpoint::column::Column,
        fields::Kind,
        names::{Name, singular, snake},
        resource::Ask,
    },
};

/// A column, and how queries name it.
pub(super) struct Known {
    pub(super) column: Column,
    /// The property: `authorId`, or `author` where only the relation is declared.
    pub(super) property: String,
    /// The key of the other entity, where the property is the relation itself.
    pub(super) relation: Option<String>,
    /// As TypeScript declares it: `number`.
    pub(super) ty: &'static str,
}

/// Every column, in the order of the entity.
pub(super) fn of(plan: &Plan<'_>, place: &Place) -> Vec<Known> {
    let table = &plan.table;
    let mut all: Vec<Known> = Vec::new();
    if let Some(key) = &table.key {
        all.push(known(&key.property, Kind::Integer, "number", place, true));
    }
    let relations: Vec<(&str, &str)> = table
        .columns
        .iter()
        .filter_map(|(column, _)| match &column.kind {
            ColumnKind::ManyToOne(model) => Some((column.property.as_str(), model.as_str())),
            _ => None,
        })
        .collect();
    for (column, _) in &table.columns {
        let plain = column.ty.replace("| null", "").replace("Relation<", "");
        let plain = plain.trim().trim_end_matches('>');
        let owner = relations.iter().find(|(name, _)| column.property == format!("{name}Id"));
        let kind = match (&column.kind, owner) {
            (ColumnKind::ManyToOne(_), _) => continue,
            (_, Some((_, model))) => Kind::BelongsTo(model_name(plan.ask, model)),
            (ColumnKind::Time(_), _) => Kind::DateTime,
            _ => kind_of(plain, &column.options),
        };
        let ty = match plain {
            "number" => "number",
            "boolean" => "boolean",
            "Date" => "Date",
            _ => "string",
        };
        let mut one = known(&column.property, kind, ty, place, false);
        one.column.optional = column.ty.contains("null") || column.options.contains("nullable: true");
        one.column.max =
            length(&column.options).filter(|_| matches!(one.column.kind, Kind::String | Kind::Text));
        mark(plan, table, &column.property, &mut one.column);
        all.push(one);
    }
    for (name, model) in relations {
        if all.iter().any(|one| one.property == format!("{name}Id")) {
            continue;
        }
        let kind = Kind::BelongsTo(model_name(plan.ask, model));
        let is_text = plan.table.key.as_ref().is_some_and(|key| key.is_uuid);
        let ty = if is_text { "string" } else { "number" };
        let mut one = known(&format!("{name}Id"), kind, ty, place, false);
        one.property = name.to_owned();
        one.relation = Some("id".into());
        all.push(one);
    }
    all
}

fn known(property: &str, kind: Kind, ty: &'static str, place: &Place, is_key: bool) -> Known {
    let column = Column {
        name: snake(property),
        kind,
        source_type: ty.to_owned(),
        is_key,
        optional: false,
        unique: false,
        indexed: false,
        has_default: false,
        choices: Vec::new(),
        min: None,
        max: None,
        line: place.line,
    };
    Known { column, property: property.to_owned(), relation: None, ty }
}

/// `User` of `UserEntity`.
fn model_name(ask: &Ask<'_>, class: &str) -> String {
    let stem = class.trim_end_matches("Entity");
    let name = Name::of(&singular(&snake(stem))).pascal;
    if name.is_empty() { ask.name.pascal.clone() } else { name }
}

fn kind_of(ty: &str, options: &str) -> Kind {
    let has = |words: &[&str]| words.iter().any(|word| options.contains(word));
    match ty {
        "boolean" => Kind::Boolean,
        "Date" => Kind::DateTime,
        "number" if has(&["decimal", "numeric"]) => Kind::Decimal,
        "number" if has(&["real", "double", "float"]) => Kind::Float,
        "number" => Kind::Integer,
        _ if has(&["uuid"]) => Kind::Uuid,
        _ if has(&["timestamp", "datetime"]) => Kind::DateTime,
        _ if has(&["'date'", "\"date\""]) => Kind::Date,
        _ if has(&["decimal", "numeric"]) => Kind::Decimal,
        _ if has(&["'text'", "\"text\""]) => Kind::Text,
        _ => Kind::String,
    }
}

fn length(options: &str) -> Option<i64> {
    let (_, rest) = options.split_once("length:")?;
    rest.trim_start().split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Whether the property has an index, and one that lets no value be there twice.
fn mark(plan: &Plan<'_>, table: &Table, property: &str, column: &mut Column) {
    let class =
        plan.survey.classes().find(|(source, class)| source.path == table.path && class.name == table.class);
    let Some(own) = class.and_then(|(_, class)| class.properties.iter().find(|one| one.name == property))
    else {
        return;
    };
    for mark in &own.marks {
        let is_unique = mark.arguments.iter().any(|argument| {
            let flat: String = argument.split_whitespace().collect();
            flat.contains("unique:true")
        });
        column.unique |= is_unique;
        column.indexed |= mark.name == "Index" || is_unique;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_say_what_a_type_leaves_open() {
        assert_eq!(kind_of("string", "'uuid'"), Kind::Uuid);
        assert_eq!(kind_of("string", "{ length: 80 }"), Kind::String);
        assert_eq!(kind_of("number", "'decimal', { precision: 12 }"), Kind::Decimal);
        assert_eq!(length("{ length: 80 }"), Some(80));
    }
}
