//! The columns of a model that is there, as far as a new route needs them.

use crate::propose::recipe::{
    fields::{Field, Kind},
    values::kind_name,
};

/// One value of a column that has a fixed set of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Choice {
    /// As source names it: `Status.PUBLISHED`, or the literal itself.
    pub(in crate::propose::recipe) source: String,
    /// As it is stored and sent: `published`.
    pub(in crate::propose::recipe) value: String,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Column {
    /// The attribute: `author_id`.
    pub(in crate::propose::recipe) name: String,
    pub(in crate::propose::recipe) kind: Kind,
    /// The type in the source's own words: `uuid.UUID`.
    pub(in crate::propose::recipe) source_type: String,
    pub(in crate::propose::recipe) is_key: bool,
    pub(in crate::propose::recipe) optional: bool,
    pub(in crate::propose::recipe) unique: bool,
    /// Whether it has an index, as far as the model says so.
    pub(in crate::propose::recipe) indexed: bool,
    /// Whether a row may be made without saying the value.
    pub(in crate::propose::recipe) has_default: bool,
    pub(in crate::propose::recipe) choices: Vec<Choice>,
    pub(in crate::propose::recipe) min: Option<i64>,
    pub(in crate::propose::recipe) max: Option<i64>,
    /// 1-based line of its declaration.
    pub(in crate::propose::recipe) line: u32,
}

impl Column {
    /// Whether the reader means this column: `author` is `author_id` too.
    pub(in crate::propose::recipe) fn is_called(&self, name: &str) -> bool {
        let is_reference = matches!(self.kind, Kind::BelongsTo(_));
        self.name == name
            || is_reference && self.name.strip_suffix("_id") == Some(name)
            || is_reference && name.strip_suffix("_id") == Some(self.name.as_str())
    }

    /// As a field of the notation.
    pub(in crate::propose::recipe) fn field(&self) -> Field {
        Field {
            name: self.name.clone(),
            kind: self.kind.clone(),
            optional: self.optional,
            unique: self.unique,
            index: self.indexed,
            min: self.min,
            max: self.max,
        }
    }

    /// `a decimal`, for messages.
    pub(in crate::propose::recipe) fn what(&self) -> &'static str {
        kind_name(&self.kind)
    }

    /// Whether a value of it can stand in an address.
    pub(in crate::propose::recipe) fn fits_address(&self) -> bool {
        !matches!(self.kind, Kind::Float | Kind::Decimal | Kind::DateTime)
    }
}
