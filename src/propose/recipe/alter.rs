//! The `migration` recipe: fields and indexes of a resource that exists.
//!
//! It always adds a new migration and never touches an old one. A required field is added
//! empty, filled, and only then required, because the table may hold rows that somebody
//! waits for; a field without a value to fill them with has to be optional.

use super::{
    fields::{self, Field, Kind},
    fill::Fill,
    head::Words,
    names::{Name, check_field, snake},
    reshape::{self, Wanted},
    resource::{Ask, Draft, Search, input},
};
use crate::{
    domain::proposal::{FileChange, Proposal},
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};
use std::collections::BTreeMap;

/// Columns that stand at the end of a table.
const TIMES: [&str; 4] = ["created_at", "updated_at", "inserted_at", "deleted_at"];

/// Whether a column says when something happened to the row; new ones stand before it.
pub(super) fn is_time(column: &str) -> bool {
    TIMES.contains(&snake(column).as_str())
}

/// What is to change.
pub(super) struct Change<'a> {
    /// The resource, and in `fields` those that are new.
    pub(super) ask: &'a Ask<'a>,
    /// By field, what rows get that are there already.
    pub(super) fills: BTreeMap<String, Fill>,
    /// Fields that are there and get an index.
    pub(super) indexes: Vec<Index>,
    /// Fields that are there and shall be different.
    pub(super) wanted: Wanted,
}

/// An index to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Index {
    pub(super) field: String,
    pub(super) unique: bool,
}

impl Change<'_> {
    pub(super) fn fill(&self, field: &Field) -> Option<&Fill> {
        self.fills.get(&field.name)
    }

    /// The indexes to make: those of the new fields, then those of fields that are there.
    pub(super) fn all_indexes(&self) -> Vec<Index> {
        let has_own =
            |field: &&Field| field.unique || field.index || matches!(field.kind, Kind::BelongsTo(_));
        let own = self.ask.fields.iter().filter(has_own);
        let own = own.map(|field| Index { field: field.column(), unique: field.unique });
        own.chain(self.indexes.iter().cloned()).collect()
    }

    /// The files with what is always to be said of them; `show` writes a field as the code does.
    pub(super) fn draft(
        &self,
        files: Vec<FileChange>,
        mut remarks: Vec<String>,
        show: fn(&str) -> String,
    ) -> Draft {
        for field in self.ask.fields.iter().filter(|field| field.unique) {
            let name = show(&field.name);
            remarks.push(format!("A second {name} is refused by the database; no answer for it is written."));
        }
        for index in self.indexes.iter().filter(|index| index.unique) {
            let name = show(&index.field);
            remarks.push(format!(
                "The migration fails where two rows have the same {name}; look for them first."
            ));
        }
        Draft { like: self.ask.name.plural.replace('_', " "), files, remarks }
    }

    /// `stars_and_note`, for the names of files and classes.
    pub(super) fn subject(&self) -> String {
        let mut names: Vec<String> = self.ask.fields.iter().map(Field::column).collect();
        names.extend(self.indexes.iter().map(|index| format!("{}_index", index.field)));
        match names.as_slice() {
            [one] => one.clone(),
            [one, two] => format!("{one}_and_{two}"),
            [one, others @ ..] => format!("{one}_and_{}_more", others.len()),
            [] => String::new(),
        }
    }
}

/// Changes the table of a resource of a backend whose stack has the recipe.
pub struct MigrationRecipe {
    base: ReadBase,
}

impl MigrationRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for MigrationRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name = input(request, "migration", "name", "Review")?;
        let given = |key: &str| request.inputs.get(key).map_or("", String::as_str).trim();
        let (fields, indexes, wanted) = (given("fields"), given("index"), given("change"));
        if fields.is_empty() && indexes.is_empty() && wanted.is_empty() {
            return Err(ProposeError::Input {
                what:
                    "the recipe migration needs fields to add, change with fields as they shall be, or index \
                       with fields that are there"
                        .into(),
                hint:
                    "for example fields=\"stars:int{1..5}=3 note:text?\", change=\"title:string{1..400}\" or \
                       index=\"title\""
                        .into(),
            });
        }
        let (plain, values) = values_apart(fields);
        let search = Search { recipe: "migration", request, base: &self.base, cancel };
        search.first_fit(
            |head| {
                let fields = if plain.is_empty() { Vec::new() } else { fields::parse(&plain, &head.words)? };
                Ok((Name::resource(name, &head.words)?, fields))
            },
            |adapter, ask| {
                let change = Change {
                    ask,
                    fills: fills(&ask.fields, &values)?,
                    indexes: read_indexes(indexes, &ask.head.words)?,
                    wanted: Wanted::read(wanted, &ask.head.words)?,
                };
                reshape::refuse_both(&change.wanted, &change)?;
                if !change.wanted.fields().is_empty() {
                    let draft = adapter.reshape(&change)?;
                    let names: Vec<&str> =
                        change.wanted.fields().iter().map(|field| field.name.as_str()).collect();
                    return Ok((format!("Change {} of {}", names.join(" and "), draft.like), draft));
                }
                let draft = adapter.alter(&change)?;
                let subject = change.subject().replace('_', " ");
                Ok((format!("Add {subject} to {}", draft.like), draft))
            },
        )
    }
}

/// The notation without its values, and the values by field.
pub(super) fn values_apart(fields: &str) -> (String, BTreeMap<String, String>) {
    let mut plain = String::new();
    let mut values = BTreeMap::new();
    let mut depth = 0_i32;
    let mut start = 0;
    let mut words = Vec::new();
    for (at, c) in fields.char_indices() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            c if depth <= 0 && (c.is_whitespace() || c == ',') => {
                words.push(fields.get(start..at).unwrap_or_default());
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    words.push(fields.get(start..).unwrap_or_default());
    for word in words.into_iter().filter(|word| !word.is_empty()) {
        if !plain.is_empty() {
            plain.push(' ');
        }
        let Some((head, rest)) = word.split_once('=') else {
            plain.push_str(word);
            continue;
        };
        // `=1?` and `=1:index`: marks may follow the value.
        let end = rest.find(['?', ':']).unwrap_or(rest.len());
        let (value, marks) = rest.split_at(end);
        let name = head.split(':').next().unwrap_or_default();
        values.insert(snake(name), value.to_owned());
        plain.push_str(head);
        plain.push_str(marks);
    }
    (plain, values)
}

pub(super) fn fills(
    fields: &[Field],
    values: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Fill>, ProposeError> {
    let mut fills = BTreeMap::new();
    for field in fields {
        let name = &field.name;
        match (values.get(name), &field.kind) {
            (Some(value), _) if !field.optional => {
                fills.insert(name.clone(), Fill::read(field, value)?);
            }
            (Some(_), _) => {
                return Err(ProposeError::Input {
                    what: format!("{name} is optional and has a value for rows that are there"),
                    hint: format!("leave out the ? to require {name}, or the value to leave it empty"),
                });
            }
            (None, _) if field.optional => {}
            (None, Kind::BelongsTo(model)) => {
                return Err(ProposeError::Input {
                    what: format!(
                        "rows that are there belong to no {model} yet, so {name} cannot be required"
                    ),
                    hint: format!("add {name}:belongs_to({model})?, fill it, and require it in a later step"),
                });
            }
            (None, _) => {
                return Err(ProposeError::Input {
                    what: format!("rows that are there need a value for {name}"),
                    hint: format!("write the value behind its type with =, or ? to leave {name} empty"),
                });
            }
        }
    }
    Ok(fills)
}

/// `title sku:unique`.
fn read_indexes(text: &str, words: &Words) -> Result<Vec<Index>, ProposeError> {
    let mut indexes: Vec<Index> = Vec::new();
    for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
        let (name, mark) = word.split_once(':').unwrap_or((word, ""));
        let field = snake(name);
        check_field(&field, words)?;
        if !matches!(mark, "" | "unique") {
            return Err(ProposeError::Input {
                what: format!("{mark:?} of {field} is unknown"),
                hint: "an index is written title or title:unique".into(),
            });
        }
        if indexes.iter().any(|known| known.field == field) {
            return Err(ProposeError::Input {
                what: format!("{field} is given twice"),
                hint: "keep one of them".into(),
            });
        }
        indexes.push(Index { field, unique: mark == "unique" });
    }
    Ok(indexes)
}

/// An unknown field, with those that are known.
pub(super) fn unknown_field(field: &str, model: &str, known: &[String]) -> ProposeError {
    ProposeError::Input {
        what: format!("{model} has no field {field}"),
        hint: format!("its fields are: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_apart_from_the_fields() {
        let (plain, values) =
            values_apart("stars:int{1..5}=3:index, note:text? owner:belongs_to(User)? done:boolean=false");
        assert_eq!(plain, "stars:int{1..5}:index note:text? owner:belongs_to(User)? done:boolean");
        let values: Vec<_> = values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(values, [("done", "false"), ("stars", "3")]);
    }
}
