//! Rows for tests: values that a model takes, with the rows that it refers to made first.

use super::{
    columns::{Model, tables},
    reader::Reader,
};
use crate::propose::recipe::{
    endpoint::{column::Column, python_values::sample},
    fields::Kind,
};
use minijinja::{Value, context};

/// How deep references are followed.
const LIMIT_PARENTS: usize = 3;

/// A row that stands in the table before the one that is asked for.
#[derive(Debug, Clone)]
pub(super) struct Parent {
    /// `author`
    pub(super) name: String,
    pub(super) model: String,
    pub(super) arguments: Vec<String>,
}

/// What makes a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    /// In the order in which they are made.
    pub(super) parents: Vec<Parent>,
    /// Attribute and Python source.
    pub(super) values: Vec<(String, String)>,
}

impl Row {
    /// Parents as the template sees them.
    pub(super) fn parents_value(&self) -> Vec<Value> {
        let one = |parent: &Parent| {
            context! {
                name => parent.name.clone(),
                model => parent.model.clone(),
                arguments => parent.arguments.join("¦"),
            }
        };
        self.parents.iter().map(one).collect()
    }
}

/// What a row of the model needs; the error names a column whose value is not known.
pub(super) fn row(reader: &Reader<'_>, model: &Model<'_>) -> Result<Row, String> {
    let mut row = Row::default();
    row.values = values(reader, model, &mut row.parents, LIMIT_PARENTS)?;
    Ok(row)
}

fn values(
    reader: &Reader<'_>,
    model: &Model<'_>,
    parents: &mut Vec<Parent>,
    depth: usize,
) -> Result<Vec<(String, String)>, String> {
    let mut all = Vec::new();
    for column in model.columns.iter().filter(|column| is_needed(column)) {
        let value = match &column.kind {
            Kind::BelongsTo(parent) => {
                let unknown = || format!("{}.{}", model.name, column.name);
                let class = tables(reader).into_iter().find(|class| class.node.name.as_str() == parent);
                let (Some(class), Some(depth)) = (class, depth.checked_sub(1)) else { return Err(unknown()) };
                let parent = Model::of(reader, class);
                let name = column.name.strip_suffix("_id").unwrap_or(&column.name).to_owned();
                let key =
                    parent.columns.iter().find(|column| column.is_key).map(|column| column.name.clone());
                let own = values(reader, &parent, parents, depth)?;
                let arguments = own.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
                if !parents.iter().any(|known| known.name == name) {
                    parents.push(Parent { name: name.clone(), model: parent.name, arguments });
                }
                format!("{name}.{}", key.ok_or_else(unknown)?)
            }
            _ => sample(column),
        };
        all.push((column.name.clone(), value));
    }
    Ok(all)
}

/// Whether a row cannot be made without the value.
fn is_needed(column: &Column) -> bool {
    let is_numbered = column.is_key && !matches!(column.kind, Kind::String | Kind::Text | Kind::BelongsTo(_));
    !column.optional && !column.has_default && !is_numbered
}
