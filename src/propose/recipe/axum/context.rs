//! What the templates are told.

use super::{
    super::{
        fields::{Field, Kind},
        values::field_value,
    },
    imports::USES,
    plan::{Parent, Plan},
    tables,
};
use crate::{domain::layer::Layer, propose::rust::Struct};
use minijinja::{Value, context, value::Serde};

impl Plan<'_> {
    /// What every template is told.
    pub(super) fn context(&self) -> Value {
        let name = &self.ask.name;
        let service = self.examples.contains_key(&Layer::Service);
        let stem = |layer: Layer| self.module(layer).rsplit("::").next().unwrap_or_default().to_owned();
        let id = self.row.fields.iter().find(|(name, _)| name == "id").map_or("i64", |(_, ty)| ty.as_str());
        let times: Vec<Value> = self
            .row
            .fields
            .iter()
            .filter(|(name, _)| matches!(name.as_str(), "created_at" | "updated_at" | "inserted_at"))
            .map(|(name, ty)| {
                context! {
                    name => name.clone(),
                    ty => ty.clone(),
                    line => tables::column_line(&self.migrations, &self.like.plural, name),
                }
            })
            .collect();
        let body = self
            .sources
            .iter()
            .flat_map(|(_, file, _)| &file.structs)
            .find(|one| self.renamer().apply(&one.name) == self.body_type());
        let has_float = self.ask.fields.iter().any(|field| matches!(field.kind, Kind::Float | Kind::Decimal));
        let attributes = |of: Option<&Struct>, default: &[&str]| -> Vec<String> {
            let written = of
                .map(|one| one.attributes.clone())
                .unwrap_or_else(|| default.iter().map(|one| (*one).to_owned()).collect());
            written
                .into_iter()
                .map(|text| if has_float { text.replace(", Eq", "").replace(", Hash", "") } else { text })
                .collect()
        };
        context! {
            uses => USES,
            one => name.snake.replace('_', " "),
            var => name.snake.clone(),
            plural => name.plural.clone(),
            row => name.pascal.clone(),
            body => self.body_type(),
            table => name.plural.clone(),
            id => context! {
                ty => id,
                line => tables::column_line(&self.migrations, &self.like.plural, "id"),
                unknown => if id.contains("Uuid") { "00000000-0000-4000-8000-000000000000" } else { "999999" },
            },
            times,
            row_attributes => attributes(Some(&self.row), &[]),
            body_attributes => attributes(body, &["#[derive(Debug, Deserialize, Validate)]", "#[serde(deny_unknown_fields)]"]),
            fields => self.ask.fields.iter().map(|field| self.field(field)).collect::<Vec<_>>(),
            parents => self.parents.iter().map(|parent| context! {
                name => parent.field.clone(),
                column => format!("{}_id", parent.field),
                optional => parent.optional,
                table => parent.table.clone(),
                ty => parent.key.clone(),
                is_uuid => parent.key.contains("Uuid"),
            }).collect::<Vec<_>>(),
            style => Value::from(Serde(&self.style)),
            has_service => service,
            service => stem(Layer::Service),
            repository => stem(Layer::Repository),
        }
    }

    fn field(&self, field: &Field) -> Value {
        field_of(field, self.style.dialect, &self.parents)
    }
}

/// A field in the forms that templates need.
pub(super) fn field_of(field: &Field, dialect: &str, parents: &[Parent]) -> Value {
    let parent = parents.iter().find(|parent| parent.field == field.name);
    let rust = rust_type(field, dialect, parent);
    let own = context! { rust, is_copy => rust != "String", reference_table => parent.map(|parent| parent.table.clone()), ..field_value(field) };
    if rust != "Decimal" {
        return own;
    }
    let as_sent = |key: &str| own.get_attr(key).ok().and_then(|value| decimal_text(&value));
    context! { sample => as_sent("sample"), other => as_sent("other"), ..own }
}

/// A number as JSON carries a `Decimal`: a text with the places that the column has.
pub(super) fn decimal_text(value: &Value) -> Option<String> {
    f64::try_from(value.clone()).ok().map(|number| format!("{number:.2}"))
}

/// The type of a field in a structure, without `Option`.
pub(super) fn rust_type<'p>(field: &Field, dialect: &str, parent: Option<&'p Parent>) -> &'p str {
    match &field.kind {
        Kind::String | Kind::Text => "String",
        Kind::Integer if dialect == "postgres" => "i32",
        Kind::Integer => "i64",
        Kind::Decimal if dialect == "postgres" => "Decimal",
        Kind::Float | Kind::Decimal => "f64",
        Kind::Boolean => "bool",
        Kind::Date => "NaiveDate",
        Kind::DateTime => "DateTime<Utc>",
        Kind::Uuid => "Uuid",
        Kind::BelongsTo(_) => parent.map_or("i64", |parent| parent.key.as_str()),
    }
}
