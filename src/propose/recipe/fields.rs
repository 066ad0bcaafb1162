//! The field notation: `title:string{1..200} price:decimal owner:belongs_to(User) note:text?`.
//!
//! A field is `name:type`, then `?` for optional, `{min..max}` for bounds (of a length or of
//! a number), and `:unique` or `:index`. Fields are separated by blanks or commas.

use super::{
    head::Words,
    names::{check_field, snake},
};
use crate::ports::ProposeError;

/// What a field holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    String,
    Text,
    Integer,
    Float,
    Decimal,
    Boolean,
    Date,
    DateTime,
    Uuid,
    /// A reference to a row of another model, by its name.
    BelongsTo(String),
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    /// As written, snake case: `owner`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    pub(crate) unique: bool,
    pub(crate) index: bool,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
}

impl Field {
    /// The column and attribute: `owner_id` for a reference.
    pub(crate) fn column(&self) -> String {
        match self.kind {
            Kind::BelongsTo(_) => format!("{}_id", self.name),
            _ => self.name.clone(),
        }
    }
}

/// Reads a list of fields; at least one.
pub(crate) fn parse(text: &str, known: &Words) -> Result<Vec<Field>, ProposeError> {
    let mut fields: Vec<Field> = Vec::new();
    for part in words(text) {
        let field = field(part, known)?;
        if fields.iter().any(|known| known.column() == field.column()) {
            return Err(wrong(format!("{} is given twice", field.name), "keep one of them"));
        }
        fields.push(field);
    }
    if fields.is_empty() {
        return Err(wrong("a resource needs at least one field".into(), "for example title:string{1..200}"));
    }
    Ok(fields)
}

/// Splits at blanks and commas outside of brackets.
fn words(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c: char| {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth -= 1,
            _ => {}
        }
        depth <= 0 && (c.is_whitespace() || c == ',')
    })
    .filter(|word| !word.is_empty())
    .collect()
}

fn field(part: &str, known: &Words) -> Result<Field, ProposeError> {
    let example = "for example title:string{1..200} or owner:belongs_to(User)";
    let Some((name, rest)) = part.split_once(':') else {
        return Err(wrong(format!("{part:?} has no type"), example));
    };
    let name = snake(name);
    check_field(&name, known)?;
    let mut sections = rest.split(':');
    let mut kind_text = sections.next().unwrap_or_default().trim();
    let (mut unique, mut index) = (false, false);
    for section in sections {
        match section {
            "unique" => unique = true,
            "index" => index = true,
            other => return Err(wrong(format!("{other:?} of {name} is unknown"), "unique or index")),
        }
    }
    let mut optional = false;
    let (mut min, mut max) = (None, None);
    loop {
        if let Some(shorter) = kind_text.strip_suffix('?') {
            optional = true;
            kind_text = shorter;
        } else if let Some((head, bounds)) =
            kind_text.strip_suffix('}').and_then(|shorter| shorter.rsplit_once('{'))
        {
            (min, max) = parse_bounds(&name, bounds)?;
            kind_text = head;
        } else {
            break;
        }
    }
    // A new column needs a value for rows that are there; what is new has no such rows.
    if let Some((head, value)) = part.split_once('=') {
        return Err(wrong(
            format!("{name} is given the value {value:?}, which only the recipe migration takes"),
            &format!(
                "write {head} here; `migration` with change={name}:… can give the column its value later"
            ),
        ));
    }
    let kind = kind(&name, kind_text)?;
    let bounded = matches!(kind, Kind::String | Kind::Text | Kind::Integer | Kind::Float | Kind::Decimal);
    if !bounded && (min.is_some() || max.is_some()) {
        return Err(wrong(format!("{name} cannot have bounds"), "bounds are for strings and numbers"));
    }
    if matches!(kind, Kind::String | Kind::Text) && min.is_some_and(|min| min < 0) {
        return Err(wrong(format!("{name} cannot be shorter than nothing"), "for example {1..200}"));
    }
    Ok(Field { name, kind, optional, unique, index, min, max })
}

fn kind(name: &str, text: &str) -> Result<Kind, ProposeError> {
    if let Some(model) = text.strip_prefix("belongs_to(").and_then(|rest| rest.strip_suffix(')')) {
        let model = model.trim();
        let is_class = model.starts_with(|c: char| c.is_ascii_uppercase())
            && model.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !is_class {
            return Err(wrong(
                format!("{model:?} of {name} is not a model's name"),
                "for example belongs_to(User)",
            ));
        }
        return Ok(Kind::BelongsTo(model.to_owned()));
    }
    Ok(match text {
        "string" | "str" => Kind::String,
        "text" => Kind::Text,
        "int" | "integer" => Kind::Integer,
        "float" => Kind::Float,
        "decimal" | "money" => Kind::Decimal,
        "bool" | "boolean" => Kind::Boolean,
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "uuid" => Kind::Uuid,
        other => {
            return Err(wrong(
                format!("{other:?} is not a type of field ({name})"),
                "string, text, int, float, decimal, bool, date, datetime, uuid or belongs_to(Model)",
            ));
        }
    })
}

fn parse_bounds(name: &str, text: &str) -> Result<(Option<i64>, Option<i64>), ProposeError> {
    let wrong_bounds =
        || wrong(format!("the bounds {{{text}}} of {name} are not min..max"), "for example {1..200}");
    let (low, high) = text.split_once("..").ok_or_else(wrong_bounds)?;
    let number = |part: &str| -> Result<Option<i64>, ProposeError> {
        let part = part.trim();
        if part.is_empty() { Ok(None) } else { part.parse().map(Some).map_err(|_| wrong_bounds()) }
    };
    let (min, max) = (number(low)?, number(high)?);
    if min.zip(max).is_some_and(|(min, max)| min > max) || (min.is_none() && max.is_none()) {
        return Err(wrong_bounds());
    }
    Ok((min, max))
}

fn wrong(what: String, hint: &str) -> ProposeError {
    ProposeError::Input { what, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::head::Head;

    fn parse(text: &str) -> Result<Vec<Field>, ProposeError> {
        super::parse(text, &Head::load("fastapi-sqlalchemy").unwrap().words)
    }

    #[test]
    fn the_notation_reads_types_bounds_and_marks() {
        let fields =
            parse("title:string{1..200}, price:decimal{0..} owner:belongs_to(User) note:text? sku:string{..40}:unique")
                .unwrap();
        let summary: Vec<_> = fields
            .iter()
            .map(|field| (field.column(), field.optional, field.unique, field.min, field.max))
            .collect();
        assert_eq!(
            summary,
            [
                ("title".into(), false, false, Some(1), Some(200)),
                ("price".into(), false, false, Some(0), None),
                ("owner_id".into(), false, false, None, None),
                ("note".into(), true, false, None, None),
                ("sku".into(), false, true, None, Some(40)),
            ]
        );
        assert_eq!(fields[2].kind, Kind::BelongsTo("User".into()));
    }

    #[test]
    fn every_wrong_notation_says_what_would_be_right() {
        for text in [
            "",
            "title",
            "title:strong",
            "title:string{5..1}",
            "title:string{a..b}",
            "title:string{-1..2}",
            "title:string{..}",
            "done:bool{1..2}",
            "owner:belongs_to(user; drop)",
            "a:int a:int",
            "class:int",
            "title:string:primary",
            "title:string{1..2",
            "stars:int{1..5}=3",
        ] {
            match parse(text) {
                Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
                other => panic!("{text:?} gave {other:?}"),
            }
        }
    }
    #[test]
    fn a_value_is_told_which_recipe_takes_it() {
        let Err(ProposeError::Input { what, hint }) = parse("title:string stars:int{1..5}=3") else {
            panic!()
        };
        assert_eq!(what, "stars is given the value \"3\", which only the recipe migration takes");
        assert!(hint.starts_with("write stars:int{1..5} here"), "{hint}");
    }
}
