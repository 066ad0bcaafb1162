//! One field in the forms that the templates need, and rows that it refers to.

use super::{
    fields::{Field, Kind},
    render::optional,
    style::Key,
};
use minijinja::{Value, context};

/// One field, ready for the templates.
#[derive(Debug, Clone)]
pub(crate) struct FieldContext {
    pub(crate) column: String,
    /// Annotation inside `Mapped[…]`.
    pub(crate) mapped: String,
    /// Arguments of `mapped_column`; empty when none are needed.
    pub(crate) args: String,
    /// The type alone: `int`.
    pub(crate) py: String,
    /// The column's type in a model: `String(80)`.
    pub(crate) sa: String,
    /// The column's type in a migration: `sa.String(length=80)`.
    pub(crate) sa_type: String,
    /// Arguments of `sa.Column`, as a list that may be broken.
    pub(crate) migration: String,
    pub(crate) schema: String,
    pub(crate) schema_optional: String,
    pub(crate) indexed: bool,
    pub(crate) unique: bool,
    /// A JSON value for tests, as Python source; empty for an optional reference.
    pub(crate) sample: String,
    /// Another valid value.
    pub(crate) other: String,
    /// Whether an answer repeats the value exactly as it was sent.
    pub(crate) comparable: bool,
}

/// A row that the resource belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Reference {
    /// `owner`.
    pub(crate) name: String,
    /// `owner_id`.
    pub(crate) column: String,
    pub(crate) model: String,
    /// Type of its key.
    pub(crate) py: String,
    pub(crate) optional: bool,
    pub(crate) table: String,
    pub(crate) key: Option<Key>,
    /// `module:Model`.
    pub(crate) import: String,
}

impl FieldContext {
    /// As the templates see it.
    pub(crate) fn value(&self) -> Value {
        context! {
            column => self.column.as_str(),
            mapped => self.mapped.as_str(),
            args => self.args.as_str(),
            migration => self.migration.as_str(),
            schema => self.schema.as_str(),
            schema_optional => self.schema_optional.as_str(),
            indexed => self.indexed,
            unique => self.unique,
            sample => self.sample.as_str(),
            other => self.other.as_str(),
        }
    }
}

impl Reference {
    /// As the templates see it.
    pub(crate) fn value(&self) -> Value {
        context! {
            name => self.name.as_str(),
            column => self.column.as_str(),
            model => self.model.as_str(),
            py => self.py.as_str(),
            optional => self.optional,
        }
    }
}

/// The Python type, the SQLAlchemy type, and the modules that they need.
struct Types {
    py: &'static str,
    sa: String,
    py_import: &'static str,
    /// Whether the annotation alone does not give the column type.
    explicit: bool,
}

fn types(field: &Field, reference: Option<&Reference>) -> Types {
    let simple = |py, sa: &str, py_import, explicit| Types { py, sa: sa.to_owned(), py_import, explicit };
    match &field.kind {
        Kind::String => simple("str", &format!("String({})", field.max.unwrap_or(255)), "", true),
        Kind::Text => simple("str", "Text()", "", true),
        Kind::Integer => simple("int", "Integer()", "", false),
        Kind::Float => simple("float", "Float()", "", true),
        Kind::Decimal => simple("Decimal", "Numeric(12, 2)", "decimal:Decimal", true),
        Kind::Boolean => simple("bool", "Boolean()", "", false),
        Kind::Date => simple("date", "Date()", "datetime:date", false),
        Kind::DateTime => simple("datetime", "DateTime(timezone=True)", "datetime:datetime", true),
        Kind::Uuid => simple("uuid.UUID", "Uuid()", "uuid", false),
        Kind::BelongsTo(_) => match reference.and_then(|reference| reference.key) {
            Some(Key::Uuid) => simple("uuid.UUID", "Uuid()", "uuid", false),
            _ => simple("int", "Integer()", "", false),
        },
    }
}

/// Imports of the model file that a field needs.
pub(crate) fn model_imports(field: &Field, reference: Option<&Reference>) -> Vec<String> {
    let types = types(field, reference);
    let mut imports = vec![types.py_import.to_owned()];
    if types.explicit {
        let name = types.sa.split('(').next().unwrap_or_default();
        imports.push(format!("sqlalchemy:{name}"));
    }
    if reference.is_some() {
        imports.push("sqlalchemy:ForeignKey".into());
    }
    imports
}

/// Imports of the schema file that a field needs.
pub(crate) fn schema_imports(field: &Field, reference: Option<&Reference>) -> Vec<String> {
    let mut imports = vec![types(field, reference).py_import.to_owned()];
    if !constraints(field).is_empty() {
        imports.push("pydantic:Field".into());
    }
    imports
}

/// Everything the templates say about a field.
pub(crate) fn field_context(field: &Field, reference: Option<&Reference>, old: bool) -> FieldContext {
    let types = types(field, reference);
    let nullable = |py: &str| if field.optional { optional(py, old) } else { py.to_owned() };
    let indexed = field.index || field.unique || reference.is_some();
    let mut args = Vec::new();
    if types.explicit {
        args.push(types.sa.trim_end_matches("()").to_owned());
    }
    args.extend(reference.map(|reference| format!("ForeignKey(\"{}.id\")", reference.table)));
    if field.unique {
        args.push("unique=True".into());
    }
    if indexed {
        args.push("index=True".into());
    }
    let sa_type = match field.kind {
        Kind::String => format!("sa.String(length={})", field.max.unwrap_or(255)),
        _ => format!("sa.{}", types.sa),
    };
    let mut migration = vec![format!("\"{}\"", field.column()), sa_type.clone()];
    migration.extend(reference.map(|reference| format!("sa.ForeignKey(\"{}.id\")", reference.table)));
    migration.push(format!("nullable={}", if field.optional { "True" } else { "False" }));
    let limits = constraints(field).replace(", ", "¦");
    let schema = match (field.optional, limits.is_empty()) {
        (false, true) => types.py.to_owned(),
        (false, false) => format!("{} = Field(⟨{limits}⟩)", types.py),
        (true, true) => format!("{} = None", optional(types.py, old)),
        (true, false) => format!("{} = Field(⟨default=None¦{limits}⟩)", optional(types.py, old)),
    };
    let schema_optional = if limits.is_empty() {
        format!("{} = None", optional(types.py, old))
    } else {
        format!("{} = Field(⟨default=None¦{limits}⟩)", optional(types.py, old))
    };
    let (sample, other) = samples(field, reference);
    FieldContext {
        column: field.column(),
        mapped: nullable(types.py),
        args: args.join("¦"),
        py: types.py.to_owned(),
        sa: types.sa.trim_end_matches("()").to_owned(),
        sa_type,
        migration: migration.join("¦"),
        schema,
        schema_optional,
        indexed,
        unique: field.unique,
        sample,
        other,
        comparable: !matches!(field.kind, Kind::DateTime | Kind::Float),
    }
}

/// The arguments of pydantic's `Field` that bound a value.
pub(crate) fn constraints(field: &Field) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut add = |name: &str, value: Option<i64>| parts.extend(value.map(|value| format!("{name}={value}")));
    match field.kind {
        Kind::String => {
            add("min_length", field.min);
            add("max_length", Some(field.max.unwrap_or(255)));
        }
        Kind::Text => {
            add("min_length", field.min);
            add("max_length", field.max);
        }
        Kind::Integer | Kind::Float => {
            add("ge", field.min);
            add("le", field.max);
        }
        Kind::Decimal => {
            add("max_digits", Some(12));
            add("decimal_places", Some(2));
            add("ge", field.min);
            add("le", field.max);
        }
        Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Uuid | Kind::BelongsTo(_) => {}
    }
    parts.join(", ")
}

/// Two valid values as Python source of JSON values.
fn samples(field: &Field, reference: Option<&Reference>) -> (String, String) {
    let pair = |one: &str, two: &str| (one.to_owned(), two.to_owned());
    let low = field.min.or_else(|| field.max.map(|max| max.min(1) - 1)).unwrap_or(1);
    let high = field.max.filter(|max| *max <= low).unwrap_or(low + 1);
    match field.kind {
        Kind::String | Kind::Text => {
            let least = usize::try_from(field.min.unwrap_or(1).max(1)).unwrap_or(1);
            let most = usize::try_from(field.max.unwrap_or(255)).unwrap_or(255).max(least);
            let fit = |word: &str| {
                let mut word: String = word.chars().cycle().take(least.max(word.len().min(most))).collect();
                word.truncate(most);
                format!("\"{word}\"")
            };
            (fit("sample"), fit("other"))
        }
        Kind::Integer => (low.to_string(), high.to_string()),
        Kind::Float => (format!("{low}.0"), format!("{high}.0")),
        Kind::Decimal => (format!("\"{low}.00\""), format!("\"{high}.00\"")),
        Kind::Boolean => pair("True", "False"),
        Kind::Date => pair("\"2026-01-31\"", "\"2026-02-28\""),
        Kind::DateTime => pair("\"2026-01-31T12:00:00Z\"", "\"2026-02-28T12:00:00Z\""),
        Kind::Uuid => {
            pair("\"11111111-1111-4111-8111-111111111111\"", "\"22222222-2222-4222-8222-222222222222\"")
        }
        Kind::BelongsTo(_) if field.optional => pair("", ""),
        Kind::BelongsTo(_) => match reference.and_then(|reference| reference.key) {
            Some(Key::Uuid) => (format!("str({}.id)", field.name), String::new()),
            _ => (format!("{}.id", field.name), String::new()),
        },
    }
}
