//! Attributes of SQLModel that are there and become different.

use super::{
    alter,
    columns::{self, table_name},
    example::{Modules, class, is_table, modules},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        recipe::{
            alter::{Change, unknown_field},
            django::survey::{keyword, texts},
            fastapi::{
                alter::Alter,
                context::constraints,
                render::optional,
                reshape::{Reshaped, by_hand, finished},
                revisions::server_default,
            },
            fields::{Field, Kind},
            reshape::Difference,
            resource::Draft,
        },
    },
};
use ruff_python_ast::{Expr, Stmt, StmtAnnAssign};

/// Arguments of `Field` that the notation has words for.
const KNOWN: [&str; 8] =
    ["default", "min_length", "max_length", "ge", "le", "max_digits", "decimal_places", "nullable"];

/// Proposes the change.
pub(super) fn draft(change: &Change<'_>) -> Result<Draft, ProposeError> {
    let texts = texts(change.ask)?;
    let modules = modules(&texts);
    let (mut alter, known) = alter::read(change, &modules)?;
    let find = |after: &Field| {
        let place = |module: &Module<'_>, path: &str, one: &StmtAnnAssign| Place::new(path, module.line(one));
        let found = attribute(&alter, &modules, &after.column());
        let (module, path, one) =
            found.ok_or_else(|| unknown_field(&after.name, &alter.model.name, &known))?;
        let place = place(module, path, one);
        let field = field_of(&after.name, one, module, &modules);
        let field =
            field.ok_or_else(|| by_hand(&after.name, &place, "is of a type that the notation cannot say"))?;
        if field.unique && !is(one, "index") && !after.unique {
            return Err(by_hand(&after.name, &place, "is unique by a constraint whose name is not stated"));
        }
        Ok((field, place))
    };
    let differences = change.wanted.differences(find)?;
    let mut all = Vec::new();
    for difference in differences {
        let column = difference.after.column();
        let Some((module, _, one)) = attribute(&alter, &modules, &column) else { continue };
        let (text, old_default) = rewritten(module, one, &difference, alter.old);
        let is_uuid = module.source(&*one.annotation).to_lowercase().contains("uuid");
        let ty = |field: &Field| match field.kind {
            Kind::BelongsTo(_) if is_uuid => "sa.Uuid()".to_owned(),
            _ => columns::column(field, None).get_attr("type").map(|ty| ty.to_string()).unwrap_or_default(),
        };
        let (old_type, new_type) = (ty(&difference.before), ty(&difference.after));
        if let Some(stored) = alter.stored.as_mut() {
            stored.lines.insert(column, text);
        }
        all.push(Reshaped { difference, old_type, new_type, old_default });
    }
    finished(&mut alter, &all, Vec::new())
}

/// An attribute of the class that holds the table's columns.
fn attribute<'m, 't>(
    alter: &Alter<'_>,
    modules: &'m Modules<'t>,
    column: &str,
) -> Option<(&'m Module<'t>, &'t str, &'m StmtAnnAssign)> {
    let (path, module, class) = class(modules, alter.stored.as_ref()?.class.as_str())?;
    class.body.iter().find_map(|stmt| match stmt {
        Stmt::AnnAssign(assign) if last_name(&assign.target) == Some(column) => Some((module, path, assign)),
        _ => None,
    })
}

fn is(one: &StmtAnnAssign, name: &str) -> bool {
    let stated = one.value.as_deref().and_then(|value| keyword(value, name));
    matches!(stated, Some(Expr::BooleanLiteral(literal)) if literal.value)
}

/// A type without what says that there may be none.
fn bare(annotation: &str) -> &str {
    let text = annotation.trim();
    let text = text.strip_suffix("| None").unwrap_or(text).trim();
    text.strip_prefix("Optional[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(text)
}

/// The field; `None` where the notation cannot say it.
fn field_of(name: &str, one: &StmtAnnAssign, module: &Module<'_>, modules: &Modules<'_>) -> Option<Field> {
    let annotation = module.source(&*one.annotation);
    let value = one.value.as_deref();
    let number = |key: &str| {
        value.and_then(|value| keyword(value, key)).and_then(|one| module.source(one).parse::<i64>().ok())
    };
    let key = value.and_then(|value| keyword(value, "foreign_key")).and_then(string_value);
    let kind = match (key, bare(annotation)) {
        (Some(key), _) => {
            let table = key.split('.').next().unwrap_or_default();
            let mut classes = modules.values().flat_map(|module| module.classes());
            let model = classes.find(|class| is_table(class) && table_name(class) == table)?;
            Kind::BelongsTo(model.name.to_string())
        }
        (None, "str") if number("max_length").is_some() => Kind::String,
        (None, "str") => Kind::Text,
        (None, "int") => Kind::Integer,
        (None, "float") => Kind::Float,
        (None, "Decimal") => Kind::Decimal,
        (None, "bool") => Kind::Boolean,
        (None, "date") => Kind::Date,
        (None, "datetime") => Kind::DateTime,
        (None, "uuid.UUID" | "UUID") => Kind::Uuid,
        _ => return None,
    };
    // The index of a reference goes without saying.
    let is_reference = matches!(kind, Kind::BelongsTo(_));
    Some(Field {
        name: name.to_owned(),
        kind,
        optional: bare(annotation) != annotation.trim(),
        unique: is(one, "unique"),
        index: is(one, "index") && !is(one, "unique") && !is_reference,
        min: number("min_length").or(number("ge")),
        max: number("max_length").or(number("le")),
    })
}

/// Annotation and value as they shall be, and the default that the database has now.
fn rewritten(
    module: &Module<'_>,
    one: &StmtAnnAssign,
    difference: &Difference,
    old: bool,
) -> (String, String) {
    let Difference { after, fill, .. } = difference;
    let py = bare(module.source(&*one.annotation)).to_owned();
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut default = None;
    let mut old_default = "None".to_owned();
    match one.value.as_deref() {
        Some(Expr::Call(call)) => {
            for stated in &call.arguments.keywords {
                let name = stated.arg.as_ref().map_or("**", |arg| arg.as_str()).to_owned();
                let value = module.source(&stated.value).to_owned();
                let is_gone = match name.as_str() {
                    "unique" => !after.unique,
                    "index" => !after.index && !after.unique && !matches!(after.kind, Kind::BelongsTo(_)),
                    "sa_column_kwargs" => fill.is_some(),
                    _ => false,
                };
                if name == "sa_column_kwargs" && value.contains("server_default") {
                    let inner = value.split(':').nth(1).unwrap_or_default();
                    let inner = inner.trim().trim_end_matches('}').trim();
                    old_default =
                        if inner.ends_with("()") { format!("sa.{inner}") } else { inner.to_owned() };
                }
                if name == "default" {
                    default = Some(value);
                } else if !KNOWN.contains(&name.as_str()) && !is_gone {
                    kept.push((name, value));
                }
            }
        }
        Some(value) => default = Some(module.source(value).to_owned()),
        None => {}
    }
    let default = match fill {
        Some(fill) => Some(fill.python(&py)),
        None if after.optional => Some(default.unwrap_or_else(|| "None".into())),
        None => default.filter(|default| default != "None"),
    };
    let mut add = |name: &str, value: String| {
        if !kept.iter().any(|(known, _)| known == name) {
            kept.push((name.to_owned(), value));
        }
    };
    if after.unique {
        add("unique", "True".into());
    }
    if after.unique && !difference.before.unique || after.index {
        add("index", "True".into());
    }
    if let Some(fill) = fill {
        add("sa_column_kwargs", format!("{{\"server_default\": {}}}", server_default(fill, "")));
    }
    let limits = constraints(after).replace(", ", "¦");
    let mut all: Vec<String> = Vec::new();
    all.extend(default.iter().map(|default| format!("default={default}")));
    all.extend(Some(limits).filter(|limits| !limits.is_empty()));
    all.extend(kept.iter().map(|(name, value)| format!("{name}={value}")));
    let ty = if after.optional { optional(&py, old) } else { py };
    let text = match (all.as_slice(), &default) {
        ([], _) => ty,
        ([_], Some(default)) => format!("{ty} = {default}"),
        (all, _) => format!("{ty} = Field(⟨{}⟩)", all.join("¦")),
    };
    (text, old_default)
}
