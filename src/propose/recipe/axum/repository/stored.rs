//! What a test gives to store a row and to change it, and what it compares.

use super::{
    Plan,
    inputs::{Input, plain},
    rows::{Parent, Stands, value, variable},
    table::Column,
};

/// How a row is stored.
pub(super) struct Stored {
    pub(super) fields: Vec<String>,
    pub(super) valid_parents: Vec<Parent>,
    /// Whether making a body takes the database, and the number of the row.
    pub(super) valid_waits: bool,
    pub(super) valid_counts: bool,
    pub(super) parents: Vec<Parent>,
    pub(super) counts: bool,
    pub(super) given: Vec<String>,
}

/// How a row is changed.
pub(super) struct Update {
    pub(super) before: Vec<String>,
    pub(super) given: Vec<String>,
    pub(super) changed: Option<String>,
    pub(super) other: &'static str,
}

fn counts(text: &[String]) -> bool {
    text.iter().any(|one| one.contains("number"))
}

impl Plan<'_> {
    /// How a new row is stored; `Err` says what is not known.
    pub(super) fn stored(&self, input: &Input) -> Result<Stored, String> {
        let unknown = |column: String| format!("What {column} could hold is not known");
        let (fields, valid_parents) = match &input.body {
            Some(body) if body.is_open => self.filled(body).map_err(unknown)?,
            Some(body) => return Err(format!("{} has fields that tests do not see", body.name)),
            None => (Vec::new(), Vec::new()),
        };
        let (mut given, mut parents) = (Vec::new(), Vec::new());
        for column in &input.beside {
            let place = || format!("{} of {}", column.name, self.table.name);
            given.push(if column.optional {
                "None".to_owned()
            } else if column.refers.is_some() {
                let var = variable(column);
                self.parent(column, &var, &mut parents, 0).map_err(unknown)?;
                var
            } else {
                value(column, &column.field, Stands::Argument).ok_or_else(|| unknown(place()))?
            });
        }
        let binds = |parents: &[Parent]| parents.iter().any(|parent| counts(&parent.binds));
        let valid_counts = counts(&fields) || binds(&valid_parents);
        let own = counts(&given) || binds(&parents);
        given
            .extend(input.body.as_ref().map(|_| if input.is_borrowed { "&sent" } else { "sent" }.to_owned()));
        Ok(Stored {
            valid_waits: !valid_parents.is_empty(),
            fields,
            valid_parents,
            valid_counts,
            parents,
            counts: own || valid_counts,
            given,
        })
    }

    /// The change of one value; `Err` where a test cannot say it.
    pub(super) fn update(&self, input: &Input, valid: &str) -> Result<Update, String> {
        let changed = input.values.iter().find_map(|value| {
            let column = &value.column;
            let is_plain =
                !column.unique && !column.optional && column.choices.is_empty() && column.is_public;
            let other = match column.ty.as_str() {
                "String" if column.max.is_none_or(|max| max >= 7) => "\"changed\"",
                "i64" | "i32" | "i16" if column.refers.is_none() => "2",
                "f64" | "f32" => "2.5",
                _ => return None,
            };
            is_plain.then_some((column, other))
        });
        let as_field = |other: &str| {
            if other.starts_with('"') { format!("{other}.to_owned()") } else { other.to_owned() }
        };
        let (mut before, mut given) = (Vec::new(), Vec::new());
        match &input.body {
            Some(body) if input.body == self.added.body => {
                let ty = |name: &str| body.fields.iter().find(|(field, _)| field == name);
                let set = changed.and_then(|(column, other)| {
                    let (field, ty) = ty(&column.field)?;
                    let other = as_field(other);
                    Some(format!(
                        "sent.{field} = {};",
                        if plain(ty).1 { format!("Some({other})") } else { other }
                    ))
                });
                before.push(format!("let {}sent = {valid};", if set.is_some() { "mut " } else { "" }));
                before.extend(set);
            }
            Some(body) => {
                let (mut fields, parents) = self.filled(body)?;
                if !parents.is_empty() || counts(&fields) || !body.is_open {
                    return Err(body.name.clone());
                }
                for (line, (field, ty)) in fields.iter_mut().zip(&body.fields) {
                    if let Some((_, other)) = changed.filter(|(column, _)| column.field == *field) {
                        let other = as_field(other);
                        *line = match plain(ty).1 {
                            true => format!("{field}: Some({other})"),
                            false => format!("{field}: {other}"),
                        };
                    }
                }
                before.push(format!("let sent = {} {{ {} }};", body.name, fields.join(", ")));
            }
            None => {
                for column in &input.beside {
                    let own = changed.filter(|(known, _)| known.field == column.field);
                    let own = own.map(|(_, other)| other.to_owned()).or_else(|| {
                        let value = value(column, &column.field, Stands::Argument);
                        value.filter(|value| column.refers.is_none() && !value.contains("number"))
                    });
                    let own = if column.optional { Some("None".to_owned()) } else { own };
                    given.push(own.ok_or_else(|| column.name.clone())?);
                }
            }
        }
        given
            .extend(input.body.as_ref().map(|_| if input.is_borrowed { "&sent" } else { "sent" }.to_owned()));
        let (changed, other) =
            changed.map_or((None, ""), |(column, other)| (Some(column.field.clone()), other));
        Ok(Update { before, given, changed, other })
    }

    /// A key that no row has.
    pub(super) fn nothing(&self, parameter: &str) -> Option<String> {
        let sign = if parameter.starts_with('&') && self.key.ty != "String" { "&" } else { "" };
        let own = match self.key.ty.rsplit("::").next()? {
            "i64" | "i32" | "u64" | "u32" => "999_999",
            "Uuid" => "uuid::Uuid::nil()",
            "String" => "\"nothing\"",
            _ => return None,
        };
        Some(format!("{sign}{own}"))
    }

    /// A text of a row that a test can compare.
    pub(super) fn shown(&self) -> Option<&Column> {
        let body = self.added.body.as_ref();
        self.table.columns.iter().find(|column| {
            let is_said = self.added.values.iter().any(|value| value.column == **column);
            let is_plain = column.ty == "String" && !column.optional && !column.unique && !column.is_key;
            let is_whole = body.is_none_or(|body| {
                self.added.beside.contains(column)
                    || body.fields.iter().any(|(field, ty)| *field == column.field && ty == "String")
            });
            is_said && is_plain && is_whole && column.is_public && column.choices.is_empty()
        })
    }
}
