//! A column as an entity declares it: its decorator, its options, and the field they make.
//!
//! Only what a migration can say again is read; a column of any other kind is left to a person.

use super::{alter::Alter, entity::Table, survey::Source};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        recipe::{
            alter::unknown_field,
            fields::{Field, Kind},
            literals::literals,
            names::{camel, snake},
        },
        script::{Class, Mark, Property, unquoted},
    },
};

/// Options of `@Column` that a migration can say again, or that no table knows of.
const KNOWN: [&str; 10] = [
    "name",
    "type",
    "length",
    "nullable",
    "default",
    "precision",
    "scale",
    "transformer",
    "select",
    "unique",
];

/// Names and values of options.
pub(super) type Options = Vec<(String, String)>;

/// The declaration of one column.
pub(super) struct Stated<'a> {
    pub(super) source: &'a Source,
    pub(super) property: &'a Property,
    pub(super) mark: &'a Mark,
    /// Type as the first argument.
    pub(super) first: Option<String>,
    /// Options in their order, as written.
    pub(super) options: Options,
    pub(super) kind: Kind,
    /// Its name in the database.
    pub(super) db: String,
    pub(super) place: Place,
    /// The single-column index: its decorator, and whether it is a unique one.
    pub(super) index: Option<(&'a Mark, bool)>,
}

/// A refusal of what only a person can change.
pub(super) fn by_hand(name: &str, place: &Place, why: &str) -> ProposeError {
    ProposeError::Input {
        what: format!("{name} at {place} {why}"),
        hint: "change it by hand, and run typeorm migration:generate".into(),
    }
}

impl<'a> Stated<'a> {
    /// Reads the column of a field.
    pub(super) fn read(
        alter: &'a Alter<'_>,
        (source, class): (&'a Source, &'a Class),
        after: &Field,
    ) -> Result<Self, ProposeError> {
        let name = camel(&after.column());
        let table = &alter.plan.table;
        let Some(property) = class.properties.iter().find(|one| one.name == name) else {
            return Err(missing(source, class, table, after));
        };
        let place = source.place(property.range.start);
        let refuse = |why: &str| Err(by_hand(&after.name, &place, why));
        let Some(mark) = property.mark(&["Column"]) else {
            return refuse("is no plain @Column");
        };
        let Some((first, options)) = arguments(mark) else {
            return refuse("has options that are not written out");
        };
        if let Some((key, _)) = options.iter().find(|(key, _)| !KNOWN.contains(&key.as_str())) {
            return refuse(&format!("has the option {key}, which this recipe cannot say in a migration"));
        }
        let option = |key: &str| options.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str());
        if option("unique").is_some_and(|value| value != "false") {
            return refuse("is unique by a constraint whose name is not stated");
        }
        let stated = first.clone().or_else(|| option("type").and_then(unquoted));
        if option("type").is_some() && stated.is_none() {
            return refuse("has a type that is not written out");
        }
        let reference = reference_of(class, after, &name).map(|(_, model)| model);
        let kind = match (&after.kind, reference) {
            (_, Some(model)) => Some(Kind::BelongsTo(model)),
            (Kind::BelongsTo(_), None) => None,
            (_, None) => kind_of(stated.as_deref(), &property.ty, option("length").is_some()),
        };
        let Some(kind) = kind else {
            return refuse("is of a type that the notation cannot say");
        };
        let indexes: Vec<&Mark> = property.marks.iter().filter(|mark| mark.name == "Index").collect();
        let index = match indexes.as_slice() {
            [] => None,
            [mark] => match index_of(mark) {
                Some(unique) => Some((*mark, unique)),
                None => return refuse("has an index with options or a name of its own"),
            },
            _ => return refuse("has more than one index"),
        };
        let db = table.columns.iter().find(|(column, _)| column.property == name);
        let db = db.map_or_else(|| name.clone(), |(column, _)| column.db.clone());
        Ok(Self { source, property, mark, first, options, kind, db, place, index })
    }

    /// The value of an option, as written.
    pub(super) fn option(&self, key: &str) -> Option<&str> {
        self.options.iter().find(|(own, _)| own == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn is_optional(&self) -> bool {
        self.option("nullable") == Some("true")
    }

    pub(super) fn length(&self) -> Option<i64> {
        let length = self.option("length")?;
        unquoted(length).unwrap_or_else(|| length.to_owned()).parse().ok()
    }

    /// The type as the entity states it.
    pub(super) fn stated_type(&self) -> Option<String> {
        self.first.clone().or_else(|| self.option("type").and_then(unquoted))
    }

    /// The default in SQL; `Err` for one that is no plain value.
    pub(super) fn default_sql(&self, postgres: bool) -> Result<Option<String>, ProposeError> {
        let Some(value) = self.option("default") else { return Ok(None) };
        let sql = match value {
            "null" => return Ok(None),
            "true" | "false" if postgres => value.to_owned(),
            "true" => "1".to_owned(),
            "false" => "0".to_owned(),
            number if number.parse::<f64>().is_ok() => number.to_owned(),
            text => match unquoted(text).filter(|text| !text.contains(['\'', '"'])) {
                Some(text) => format!("'{text}'"),
                None => {
                    return Err(by_hand(&self.property.name, &self.place, "has a default that is computed"));
                }
            },
        };
        Ok(Some(sql))
    }

    /// The type without what says that there may be none.
    pub(super) fn bare_type(&self) -> String {
        bare(&self.property.ty)
    }
}

/// A type without `| null` and `| undefined`.
pub(super) fn bare(ty: &str) -> String {
    let parts = ty.split('|').map(str::trim).filter(|part| !matches!(*part, "null" | "undefined" | ""));
    parts.collect::<Vec<_>>().join(" | ")
}

/// The relation to another entity that a column holds the key of, and that entity.
pub(super) fn reference_of<'a>(class: &'a Class, after: &Field, column: &str) -> Option<(&'a Mark, String)> {
    let of = |property: &'a Property| {
        let joined = property.mark(&["JoinColumn"]);
        let stated = joined.and_then(|mark| super::entity::option(mark.arguments.first()?, "name"));
        let is_own = property.name == camel(&after.name)
            || stated.is_some_and(|stated| snake(&stated) == snake(column));
        let mark = property.mark(&["ManyToOne", "OneToOne"]).filter(|_| is_own)?;
        let model = mark.arguments.first()?.split("=>").nth(1)?.trim().to_owned();
        Some((mark, model))
    };
    class.properties.iter().find_map(of)
}

fn missing(source: &Source, class: &Class, table: &Table, after: &Field) -> ProposeError {
    let name = camel(&after.column());
    let is_inherited = table.columns.iter().any(|(column, inherited)| *inherited && column.property == name);
    if is_inherited {
        return by_hand(&after.name, &source.place(class.name_at), "comes from a class that others share");
    }
    if let Some(one) = class.properties.iter().find(|one| one.name == camel(&after.name)) {
        let place = source.place(one.range.start);
        return by_hand(&after.name, &place, "is no plain column");
    }
    let known: Vec<String> = class.properties.iter().map(|one| snake(&one.name)).collect();
    unknown_field(&after.name, &class.name, &known)
}

/// The type and the options of `@Column('text', { nullable: true })`.
fn arguments(mark: &Mark) -> Option<(Option<String>, Options)> {
    let (first, object) = match mark.arguments.as_slice() {
        [] => return Some((None, Vec::new())),
        [one] if one.starts_with('{') => (None, Some(one)),
        [one] => (Some(unquoted(one)?), None),
        [one, two] if two.starts_with('{') => (Some(unquoted(one)?), Some(two)),
        _ => return None,
    };
    let Some(object) = object else { return Some((first, Vec::new())) };
    let is_empty = object.trim_matches(['{', '}']).trim().is_empty();
    if is_empty {
        return Some((first, Vec::new()));
    }
    if object.contains("//") || object.contains("/*") {
        return None;
    }
    let whole = literals(object, 0..object.len()).into_iter().find(|one| one.range.start == 0)?;
    Some((first, whole.entries.into_iter().map(|entry| (entry.key, entry.value)).collect()))
}

/// Whether a decorator's index is unique; `None` for one that says more.
fn index_of(mark: &Mark) -> Option<bool> {
    match mark.arguments.as_slice() {
        [] => Some(false),
        [one] => {
            let flat: String = one.chars().filter(|c| !c.is_whitespace()).collect();
            (flat.trim_end_matches([',', '}']) == "{unique:true").then_some(true)
        }
        _ => None,
    }
}

/// What a column holds; a text without a stated length is of any length.
fn kind_of(stated: Option<&str>, ty: &str, has_length: bool) -> Option<Kind> {
    let ty = bare(ty);
    let stated = stated.map(str::to_lowercase);
    Some(match (stated.as_deref(), ty.as_str()) {
        (Some("varchar" | "character varying" | "nvarchar"), "string") | (None, "string") => match has_length
        {
            true => Kind::String,
            false => Kind::Text,
        },
        (Some("text"), "string") => Kind::Text,
        (Some("int" | "integer" | "int4"), "number") | (None, "number") => Kind::Integer,
        (Some("float" | "double precision" | "float8" | "real" | "double"), "number") => Kind::Float,
        (Some("decimal" | "numeric"), "number" | "string") => Kind::Decimal,
        (Some("boolean" | "bool"), "boolean") | (None, "boolean") => Kind::Boolean,
        (Some("date"), "string" | "Date") => Kind::Date,
        (Some("datetime" | "timestamptz" | "timestamp" | "timestamp with time zone"), "Date" | "string")
        | (None, "Date") => Kind::DateTime,
        (Some("uuid"), "string") => Kind::Uuid,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_of_the_kind_that_its_type_says() {
        for (stated, ty, has_length, expected) in [
            (None, "string", true, Some(Kind::String)),
            (None, "string | null", false, Some(Kind::Text)),
            (Some("varchar"), "string | null", true, Some(Kind::String)),
            (Some("integer"), "number | null", false, Some(Kind::Integer)),
            (Some("timestamptz"), "Date", false, Some(Kind::DateTime)),
            (Some("enum"), "Level", false, None),
            (Some("jsonb"), "string", false, None),
        ] {
            assert_eq!(kind_of(stated, ty, has_length), expected, "{stated:?} {ty}");
        }
    }

    #[test]
    fn options_are_read_where_they_are_written_out() {
        let mark = |arguments: &[&str]| Mark {
            name: "Column".into(),
            arguments: arguments.iter().map(|one| (*one).to_owned()).collect(),
            range: 0..0,
        };
        let (first, options) = arguments(&mark(&["'text'", "{ nullable: true, default: 'a' }"])).unwrap();
        assert_eq!(first.as_deref(), Some("text"));
        let options: Vec<_> = options.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(options, [("nullable", "true"), ("default", "'a'")]);
        assert!(arguments(&mark(&["{ ...shared }"])).is_none());
        assert!(arguments(&mark(&["{ length: 3 /* why */ }"])).is_none());
        assert_eq!(index_of(&mark(&["{ unique: true }"])), Some(true));
        assert_eq!(index_of(&mark(&["'by_title'"])), None);
    }
}
