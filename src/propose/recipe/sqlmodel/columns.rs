//! The attributes of the new classes, and the columns that a migration makes of them.

use super::example::{Modules, attributes, class, is_table};
use crate::{
    ports::ProposeError,
    propose::{
        python::{last_name, string_value},
        recipe::{
            django::survey::{assigned, keyword},
            fastapi::context::field_context,
            fields::{Field, Kind},
        },
    },
};
use minijinja::{Value, context};
use ruff_python_ast::StmtClassDef;

/// A table that a field refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parent {
    pub(super) field: String,
    pub(super) column: String,
    pub(super) model: String,
    /// `shelf.id`
    pub(super) target: String,
    pub(super) is_uuid: bool,
    pub(super) path: String,
    pub(super) optional: bool,
    /// Arguments of a row for tests; `None` where the recipe cannot make one.
    pub(super) row: Option<String>,
}

/// The table's name as SQLModel has it.
pub(super) fn table_name(class: &StmtClassDef) -> String {
    let stated = assigned(&class.body, "__tablename__").and_then(string_value);
    stated.unwrap_or_else(|| class.name.as_str().to_lowercase())
}

/// The parents of all fields; an unknown one is an input error that lists the known.
pub(super) fn parents(fields: &[Field], modules: &Modules<'_>) -> Result<Vec<Parent>, ProposeError> {
    let mut found = Vec::new();
    for field in fields {
        let Kind::BelongsTo(model) = &field.kind else { continue };
        let Some((path, module, table)) = class(modules, model).filter(|(_, _, table)| is_table(table))
        else {
            let mut known: Vec<&str> = modules
                .values()
                .flat_map(|module| module.classes().filter(|class| is_table(class)))
                .map(|class| class.name.as_str())
                .collect();
            known.sort_unstable();
            return Err(ProposeError::Input {
                what: format!("there is no model {model} for {} to belong to", field.name),
                hint: format!("known models: {}", known.join(", ")),
            });
        };
        let key = attributes(table).find(|(_, assign)| {
            assign.value.as_deref().is_some_and(|value| keyword(value, "primary_key").is_some())
        });
        let (key_name, key_type) =
            key.map_or(("id", "int"), |(name, assign)| (name, module.source(&*assign.annotation)));
        found.push(Parent {
            field: field.name.clone(),
            column: field.column(),
            model: model.clone(),
            target: format!("{}.{key_name}", table_name(table)),
            is_uuid: key_type.contains("UUID"),
            path: path.to_owned(),
            optional: field.optional,
            row: row(modules, model),
        });
    }
    Ok(found)
}

/// Arguments that make a valid row, where every required value is a plain one.
fn row(modules: &Modules<'_>, model: &str) -> Option<String> {
    let mut arguments = Vec::new();
    let mut next = Some(model.to_owned());
    while let Some(current) = next.take() {
        let (_, module, class) = class(modules, &current)?;
        for (name, assign) in attributes(class) {
            let annotation = module.source(&*assign.annotation);
            let value = assign.value.as_deref();
            let call = value.map_or("", |value| module.source(value));
            let is_field = call.starts_with("Field(");
            let is_given = value.is_some() && (!is_field || call.contains("default"));
            if is_given || call.starts_with("Relationship(") || annotation.contains("None") {
                continue;
            }
            if call.contains("foreign_key") {
                return None;
            }
            let value = match annotation {
                "str" => "\"sample\"",
                "EmailStr" => "\"sample@example.org\"",
                "int" => "1",
                "float" => "1.0",
                "bool" => "True",
                _ => return None,
            };
            arguments.push(format!("{name}={value}"));
        }
        let base = class.arguments.as_ref().and_then(|arguments| arguments.args.first()).and_then(last_name);
        next = base.filter(|base| *base != "SQLModel").map(str::to_owned);
    }
    Some(arguments.join("¦"))
}

/// One field in the base class and in that of a change; `is_untyped` where the repository
/// tells its type checker to pass over the type of a column.
pub(super) fn attribute(field: &Field, parent: Option<&Parent>, is_untyped: bool) -> Value {
    let column = field.column();
    let mut extra: Vec<String> = Vec::new();
    if field.unique {
        extra.push("unique=True".into());
    }
    if field.unique || field.index || parent.is_some() {
        extra.push("index=True".into());
    }
    if let Some(parent) = parent {
        let py = if parent.is_uuid { "uuid.UUID" } else { "int" };
        extra.insert(0, format!("foreign_key=\"{}\"", parent.target));
        let (ty, default) =
            if field.optional { (format!("{py} | None"), "default=None¦") } else { (py.to_owned(), "") };
        return context! {
            column,
            base => format!("{ty} = Field(⟨{default}{}⟩)", extra.join("¦")),
            update => format!("{py} | None = None"),
        };
    }
    let shown = field_context(field, None, false);
    let value = shown.value();
    let text = |key: &str| value.get_attr(key).ok().map(|text| text.to_string()).unwrap_or_default();
    let base = if field.kind == Kind::DateTime {
        let (ty, default) =
            if field.optional { ("datetime | None", "default=None") } else { ("datetime", "") };
        if is_untyped {
            let default = if default.is_empty() { String::new() } else { format!("        {default},\n") };
            format!("{ty} = Field(\n{default}        sa_type=DateTime(timezone=True),  # type: ignore\n    )")
        } else {
            let default = if default.is_empty() { String::new() } else { format!("{default}¦") };
            format!("{ty} = Field(⟨{default}sa_type=DateTime(timezone=True)⟩)")
        }
    } else {
        with_arguments(&text("schema"), &extra)
    };
    context! { column, base, update => text("schema_optional") }
}

/// `str = Field(max_length=4)` with arguments more, as a list that may be broken.
fn with_arguments(schema: &str, extra: &[String]) -> String {
    let extra = extra.join("¦");
    match (schema.split_once("Field("), extra.is_empty()) {
        (_, true) => schema.to_owned(),
        (Some(_), false) => {
            schema.strip_suffix("⟩)").map_or_else(|| schema.to_owned(), |head| format!("{head}¦{extra}⟩)"))
        }
        (None, false) => match schema.split_once(" = ") {
            Some((ty, default)) => format!("{ty} = Field(⟨default={default}¦{extra}⟩)"),
            None => format!("{schema} = Field(⟨{extra}⟩)"),
        },
    }
}

/// The arguments of a `Field` as a list that may be broken.
pub(super) fn grouped(schema: &str) -> String {
    match schema.split_once("Field(").and_then(|(head, rest)| Some((head, rest.strip_suffix(')')?))) {
        Some((head, arguments)) => format!("{head}Field(⟨{}⟩)", arguments.replace(", ", "¦")),
        None => schema.to_owned(),
    }
}

/// One field as a migration makes it.
pub(super) fn column(field: &Field, parent: Option<&Parent>) -> Value {
    let ty = match &field.kind {
        Kind::String => format!("sa.String(length={})", field.max.unwrap_or(255)),
        Kind::Text => {
            field.max.map_or_else(|| "sa.String()".to_owned(), |max| format!("sa.String(length={max})"))
        }
        Kind::Integer => "sa.Integer()".into(),
        Kind::Float => "sa.Float()".into(),
        Kind::Decimal => "sa.Numeric(precision=12, scale=2)".into(),
        Kind::Boolean => "sa.Boolean()".into(),
        Kind::Date => "sa.Date()".into(),
        Kind::DateTime => "sa.DateTime(timezone=True)".into(),
        Kind::Uuid => "sa.Uuid()".into(),
        Kind::BelongsTo(_) => {
            if parent.is_some_and(|parent| parent.is_uuid) {
                "sa.Uuid()".into()
            } else {
                "sa.Integer()".into()
            }
        }
    };
    context! {
        name => field.column(),
        type => ty,
        foreign => parent.map(|parent| format!("sa.ForeignKey(\"{}\")", parent.target)),
        key => false,
        optional => field.optional,
        indexed => field.unique || field.index || parent.is_some(),
        unique => field.unique,
    }
}
