//! Columns and bodies as fields of GraphQL: their types, and what may be null.

use super::super::{
    entity::ColumnKind,
    handlers::top_level,
    plan::Plan,
    survey::{Source, Survey},
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{graphql::is_secret, names::snake},
        script::{Class, Mark, Property},
    },
};
use serde::Serialize;

/// One field.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Member {
    pub(super) name: String,
    /// As TypeScript declares it.
    pub(super) ty: String,
    /// As GraphQL does: `Int`.
    pub(super) graphql: String,
    pub(super) nullable: bool,
    /// `name?`.
    pub(super) optional: bool,
    /// What the schema says where nothing is sent; empty for nothing.
    pub(super) default: String,
}

/// A field that clients send, and what checks it.
#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) member: Member,
    pub(super) property: Property,
}

/// The fields of a row, and a remark on those that are left out.
pub(super) fn outputs(plan: &Plan<'_>) -> (Vec<Member>, Option<String>) {
    let key = Member {
        name: plan.key.property.clone(),
        ty: if plan.key.is_uuid { "string" } else { "number" }.into(),
        graphql: if plan.key.is_uuid { "ID" } else { "Int" }.into(),
        nullable: false,
        optional: false,
        default: String::new(),
    };
    let mut members = vec![key];
    let mut left: Vec<String> = Vec::new();
    for (column, _) in &plan.table.columns {
        let plain = without_null(&column.ty);
        let is_flat = !matches!(column.kind, ColumnKind::ManyToOne(_));
        let graphql = is_flat
            .then(|| scalar(&plain, &column.options, is_whole(&column.options), &plan.survey))
            .flatten();
        match graphql {
            Some(graphql) if !column.hidden && !is_secret(&snake(&column.property)) => {
                let nullable = plain != column.ty.trim()
                    || column.optional
                    || column.options.split_whitespace().collect::<String>().contains("nullable:true");
                let is_declared = ["string", "number", "boolean", "Date"]
                    .iter()
                    .any(|known| plain.trim_end_matches("[]") == *known);
                let ty = if is_declared { column.ty.clone() } else { exchanged(&column.ty, &plain) };
                members.push(Member {
                    name: column.property.clone(),
                    ty,
                    graphql,
                    nullable,
                    optional: column.optional,
                    default: String::new(),
                });
            }
            _ => left.push(column.property.clone()),
        }
    }
    let remark = (!left.is_empty()).then(|| {
        format!(
            "Not in the type: {}. What looks like a secret, is a relation or has no type in GraphQL is yours to add.",
            left.join(", ")
        )
    });
    (members, remark)
}

/// An enumeration or a union of texts is a text to clients.
fn exchanged(ty: &str, plain: &str) -> String {
    ty.replace(plain, "string")
}

/// `string` of `string | null`.
fn without_null(ty: &str) -> String {
    let parts = ty.split('|').map(str::trim).filter(|part| !matches!(*part, "null" | "undefined" | ""));
    parts.collect::<Vec<_>>().join(" | ")
}

/// Whether a number of the database is a whole one that GraphQL's `Int` holds.
fn is_whole(options: &str) -> bool {
    let others = ["float", "double", "real", "decimal", "numeric", "bigint", "money"];
    !others.iter().any(|word| options.contains(word))
}

/// The type in GraphQL; `None` where there is none.
fn scalar(plain: &str, options: &str, whole: bool, survey: &Survey) -> Option<String> {
    if let Some(one) = plain.strip_suffix("[]") {
        return scalar(one, options, whole, survey).map(|one| format!("[{one}]"));
    }
    let is_quoted = |part: &str| part.starts_with(['\'', '"']);
    Some(
        match plain {
            "string" if options.contains("uuid") => "ID",
            "string" => "String",
            "number" if whole => "Int",
            "number" => "Float",
            "boolean" => "Boolean",
            "Date" => "Date",
            union if union.split('|').map(str::trim).all(is_quoted) => "String",
            name if is_enum_of_texts(name, survey) => "String",
            _ => return None,
        }
        .to_owned(),
    )
}

fn is_enum_of_texts(name: &str, survey: &Survey) -> bool {
    let declared = format!("enum {name} {{");
    survey.sources.values().any(|source| {
        let Some((_, rest)) = source.text.split_once(&declared) else { return false };
        let body = rest.split('}').next().unwrap_or_default();
        body.contains("= '") || body.contains("= \"")
    })
}

/// The fields of a body, those of its base classes with them; what has no type in GraphQL and must
/// be sent refuses the recipe. The second are names of those that need not be sent.
pub(super) fn inputs(
    plan: &Plan<'_>,
    source: &Source,
    class: &Class,
) -> Result<(Vec<Sent>, Vec<String>), ProposeError> {
    let mut sent = Vec::new();
    let mut left = Vec::new();
    for (property, has_default) in properties(plan, source, class, 0)? {
        let marks = |names: &[&str]| property.mark(names).is_some();
        let plain = without_null(&property.ty);
        let options = if marks(&["IsUUID"]) { "uuid" } else { "" };
        let nullable =
            property.optional || plain != property.ty.trim() || marks(&["IsOptional"]) || has_default;
        match scalar(&plain, options, marks(&["IsInt"]), &plan.survey) {
            Some(graphql) => {
                let member = Member {
                    name: property.name.clone(),
                    ty: property.ty.clone(),
                    graphql,
                    nullable,
                    optional: property.optional,
                    default: String::new(),
                };
                sent.push(Sent { member, property });
            }
            None if nullable => left.push(property.name),
            None => {
                return Err(ProposeError::NotApplicable(format!(
                    "{} of {} ({}) is a {}, for which GraphQL has no type of its own; the recipe graphql does not make \
                     one",
                    property.name,
                    class.name,
                    source.place(class.name_at),
                    property.ty
                )));
            }
        }
    }
    Ok((sent, left))
}

/// Own properties after those of base classes, each with whether it has a value from the start.
fn properties(
    plan: &Plan<'_>,
    source: &Source,
    class: &Class,
    depth: usize,
) -> Result<Vec<(Property, bool)>, ProposeError> {
    let mut all = match &class.base {
        Some(base) if depth < 8 => of_base(plan, source, base, class, depth + 1)?,
        _ => Vec::new(),
    };
    for property in &class.properties {
        all.retain(|(known, _)| known.name != property.name);
        all.push((property.clone(), source.slice(&property.range).contains(" = ")));
    }
    Ok(all)
}

/// What a base class brings: a class of the repository, or one that `PartialType` and its like make.
fn of_base(
    plan: &Plan<'_>,
    source: &Source,
    base: &str,
    class: &Class,
    depth: usize,
) -> Result<Vec<(Property, bool)>, ProposeError> {
    let unknown = || {
        ProposeError::NotApplicable(format!(
            "{} ({}) extends {base}, which the recipe graphql does not read",
            class.name,
            source.place(class.name_at)
        ))
    };
    let flat = base.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((head, rest)) = flat.split_once('(') else {
        let found = match source.script.import_of(&flat) {
            Some((import, name)) => {
                let other = plan.survey.resolve(&source.path, &import.from);
                other.and_then(|other| Some((other, class_of(other, &name.name)?)))
            }
            None => class_of(source, &flat).map(|class| (source, class)),
        };
        let (other, base) = found.ok_or_else(unknown)?;
        return properties(plan, other, base, depth);
    };
    let inner = rest.strip_suffix(')').ok_or_else(unknown)?;
    let parts = top_level(inner);
    let of = parts.first().ok_or_else(unknown)?;
    let named = |names: &str| -> Vec<String> {
        names.split(['\'', '"']).skip(1).step_by(2).map(str::to_owned).collect()
    };
    let mut all = of_base(plan, source, of, class, depth)?;
    match (head.trim(), parts.get(1)) {
        ("PartialType", _) => {
            for (property, _) in &mut all {
                property.optional = true;
                property.definite = false;
            }
        }
        ("OmitType", Some(names)) => {
            let names = named(names);
            all.retain(|(one, _)| !names.contains(&one.name));
        }
        ("PickType", Some(names)) => {
            let names = named(names);
            all.retain(|(one, _)| names.contains(&one.name));
        }
        _ => return Err(unknown()),
    }
    Ok(all)
}

fn class_of<'s>(source: &'s Source, name: &str) -> Option<&'s Class> {
    source.script.classes.iter().find(|class| class.name == name)
}

/// A decorator as it was written.
pub(super) fn written(mark: &Mark) -> String {
    format!("@{}({})", mark.name, mark.arguments.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::script::Script;

    #[test]
    fn a_type_has_its_own_in_graphql_or_none() {
        let path = "src/a.ts";
        let text = "export enum Status { Open = 'open' }\nexport enum Level { Low, High }\n";
        let source =
            Source { path: path.into(), text: text.into(), script: Script::parse(path, text).unwrap() };
        let survey = Survey { sources: [(path.to_owned(), source)].into() };
        for (ty, options, whole, expected) in [
            ("string", "", true, Some("String")),
            ("string", "'uuid'", true, Some("ID")),
            ("number", "", false, Some("Float")),
            ("number[]", "", true, Some("[Int]")),
            ("'a' | 'b'", "", true, Some("String")),
            ("Status", "", true, Some("String")),
            ("Level", "", true, None),
            ("Record<string, string>", "", true, None),
        ] {
            assert_eq!(scalar(ty, options, whole, &survey).as_deref(), expected, "{ty}");
        }
        assert_eq!(without_null("string | null"), "string");
        assert!(!is_whole("'decimal', { precision: 12 }"));
    }
}
