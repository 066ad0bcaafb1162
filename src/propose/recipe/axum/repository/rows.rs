//! Rows that a test can make: a value for each column that has to have one, and the rows of other
//! tables that it belongs to.

use super::{
    Plan,
    inputs::{Body, plain},
    table::{Column, Table},
};
use crate::propose::recipe::{
    axum::tables::table_of,
    names::{Name, snake},
};
use serde::Serialize;

/// How deep rows are made that others belong to.
const LIMIT_DEPTH: usize = 4;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// A field of a structure.
    Field,
    /// Given to a function that says its type.
    Argument,
    /// Bound to a statement that does not.
    Bind,
}

/// A row that others belong to.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Parent {
    /// The variable that holds its key.
    pub(super) var: String,
    pub(super) ty: String,
    pub(super) table: String,
    pub(super) key: String,
    pub(super) columns: Vec<String>,
    pub(super) binds: Vec<String>,
}

/// The values of a column: another one each time where it is unique, by the number of the row.
pub(super) fn value(column: &Column, var: &str, stands: Stands) -> Option<String> {
    let typed = |text: &str, ty: &str| match stands {
        Stands::Bind => format!("{text:?}.parse::<{ty}>().unwrap()"),
        _ => format!("{text:?}.parse().unwrap()"),
    };
    let last = column.ty.rsplit("::").next().unwrap_or_default();
    Some(match last {
        "String" => text(column, var, stands),
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" if column.unique => format!("{last}::from(number)"),
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" => match stands {
            Stands::Bind => format!("1_{last}"),
            _ => "1".to_owned(),
        },
        "Uuid" if column.unique => "uuid::Uuid::from_u128(number.into())".to_owned(),
        _ if column.unique => return None,
        "f32" | "f64" => match stands {
            Stands::Bind => format!("1.5_{last}"),
            _ => "1.5".to_owned(),
        },
        "bool" => "true".to_owned(),
        "Uuid" => typed("00000000-0000-4000-8000-000000000001", "uuid::Uuid"),
        "Decimal" => typed("1.50", "rust_decimal::Decimal"),
        "NaiveDate" => typed("2026-01-31", "chrono::NaiveDate"),
        "NaiveDateTime" => typed("2026-01-31T12:00:00", "chrono::NaiveDateTime"),
        "DateTime<Utc>" | "Utc>" => typed("2026-01-31T12:00:00Z", "chrono::DateTime<chrono::Utc>"),
        _ => return None,
    })
}

fn text(column: &Column, var: &str, stands: Stands) -> String {
    let is_wide = column.max.is_none_or(|max| max >= 40);
    if column.unique && column.choices.is_empty() {
        let own = match (column.name.contains("mail"), is_wide) {
            (true, _) => format!("format!(\"{var}{{number}}@example.org\")"),
            (false, true) => format!("format!(\"{var} {{number}}\")"),
            (false, false) => "number.to_string()".to_owned(),
        };
        return if stands == Stands::Argument { format!("&{own}") } else { own };
    }
    let own = match column.choices.first() {
        Some(choice) => format!("{choice:?}"),
        None => format!("{:?}", sample(column)),
    };
    if stands == Stands::Field { format!("{own}.to_owned()") } else { own }
}

/// The variable that holds what a column refers to: no word that the repository itself uses, so
/// that the one is not taken for what the other defines.
pub(super) fn variable(column: &Column) -> String {
    format!("{}_key", column.name.trim_end_matches("_id"))
}

/// A text that fits the column.
pub(super) fn sample(column: &Column) -> &'static str {
    if column.max.is_some_and(|max| max < 6) { "a" } else { "sample" }
}

impl Plan<'_> {
    /// The row that a column refers to, with those that it needs itself before it; `Err` names the
    /// column that no value is known for.
    pub(super) fn parent(
        &self,
        column: &Column,
        var: &str,
        found: &mut Vec<Parent>,
        depth: usize,
    ) -> Result<(), String> {
        let target = column.refers.clone().unwrap_or_default();
        let unknown = |name: &str| format!("{name} of {target}");
        if depth > LIMIT_DEPTH || target == self.table.name {
            return Err(unknown(&column.name));
        }
        let rows = self
            .code
            .sources
            .iter()
            .flat_map(|source| source.file.structs.iter().map(move |one| (source, one)));
        let mut rows = rows.filter(|(_, one)| one.attributes.iter().any(|text| text.contains("FromRow")));
        let row = rows.find_map(|(source, one)| {
            let name = Name::of(&snake(&one.name));
            (table_of(self.migrations, &name) == target).then_some((source, one, name))
        });
        let Some((source, row, name)) = row else { return Err(unknown("the row")) };
        let table = Table::read(row, source.text, self.migrations, self.dialect, &name)
            .map_err(|_| unknown("the row"))?;
        let key = table.key().map_err(|_| unknown("the key"))?;
        let (mut columns, mut binds) = (Vec::new(), Vec::new());
        for column in table.columns.iter().filter(|column| column.is_needed()) {
            columns.push(super::sql::quoted(&column.name));
            binds.push(match column.refers {
                Some(_) => {
                    let var = format!("{var}_{}", variable(column));
                    self.parent(column, &var, found, depth + 1)?;
                    var
                }
                None => value(column, var, Stands::Bind).ok_or_else(|| unknown(&column.name))?,
            });
        }
        found.push(Parent {
            var: var.to_owned(),
            ty: key.ty.clone(),
            table: super::sql::quoted(&table.name),
            key: super::sql::quoted(&key.name),
            columns,
            binds,
        });
        Ok(())
    }

    /// The fields of a body with their values, and the rows that it belongs to.
    pub(super) fn filled(&self, body: &Body) -> Result<(Vec<String>, Vec<Parent>), String> {
        let (mut fields, mut parents) = (Vec::new(), Vec::new());
        for (field, ty) in &body.fields {
            if plain(ty).1 {
                fields.push(format!("{field}: None"));
                continue;
            }
            let known = self.table.columns.iter().find(|column| column.field == *field && column.ty == *ty);
            let other = Column {
                field: field.clone(),
                name: field.clone(),
                ty: ty.clone(),
                optional: false,
                is_key: false,
                is_made: false,
                default: None,
                unique: false,
                refers: None,
                choices: Vec::new(),
                max: None,
                is_public: true,
            };
            let column = known.unwrap_or(&other);
            if column.refers.is_some() {
                let var = variable(column);
                self.parent(column, &var, &mut parents, 0)?;
                fields.push(format!("{field}: {var}"));
            } else {
                let value = value(column, field, Stands::Field);
                let value = value.ok_or_else(|| format!("{field} of {}", body.name))?;
                fields.push(format!("{field}: {value}"));
            }
        }
        Ok((fields, parents))
    }
}
