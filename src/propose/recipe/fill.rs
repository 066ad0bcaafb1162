//! The value that rows get which are there already when a field becomes required.

use super::fields::{Field, Kind};
use crate::ports::ProposeError;

/// A checked value, ready to be written in SQL and in source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fill {
    Text(String),
    /// As written: `1`, `-2.50`.
    Number(String),
    Boolean(bool),
}

impl Fill {
    /// Reads the value of `name:type=value`; one that does not fit the field is refused.
    pub(crate) fn read(field: &Field, text: &str) -> Result<Self, ProposeError> {
        let text = text.trim();
        let wrong = |why: &str, hint: &str| {
            Err(ProposeError::Input {
                what: format!("{text:?} is no value for {}: {why}", field.name),
                hint: hint.to_owned(),
            })
        };
        if field.unique {
            return wrong(
                "one value cannot fill a unique field",
                "make it optional with ? and fill it later",
            );
        }
        let outside =
            |value: i64| field.min.is_some_and(|min| value < min) || field.max.is_some_and(|max| value > max);
        match field.kind {
            Kind::String | Kind::Text => {
                if text.chars().any(|c| c.is_control() || matches!(c, '\'' | '"' | '\\' | '⟨' | '⟩' | '¦'))
                {
                    return wrong("it has a quote, a backslash or a control character", "use plain letters");
                }
                if outside(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)) {
                    return wrong("its length is outside of the bounds", "choose one that fits them");
                }
                Ok(Self::Text(text.to_owned()))
            }
            Kind::Integer => match text.parse::<i64>() {
                Ok(value) if outside(value) => {
                    wrong("it is outside of the bounds", "choose one that fits them")
                }
                Ok(value) => Ok(Self::Number(value.to_string())),
                Err(_) => wrong("it is not a whole number", "for example stars:int=1"),
            },
            Kind::Float | Kind::Decimal => {
                let digits = text.strip_prefix('-').unwrap_or(text);
                let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
                let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit());
                let value = text.parse::<f64>().ok().filter(|_| is_plain(whole) && is_plain(part));
                let below = |min: i64, value: f64| value < min as f64;
                match value {
                    None => wrong("it is not a number", "for example price:decimal=0.50"),
                    Some(value)
                        if field.min.is_some_and(|min| below(min, value))
                            || field.max.is_some_and(|max| value > max as f64) =>
                    {
                        wrong("it is outside of the bounds", "choose one that fits them")
                    }
                    Some(_) => Ok(Self::Number(text.to_owned())),
                }
            }
            Kind::Boolean => match text {
                "true" | "false" => Ok(Self::Boolean(text == "true")),
                _ => wrong("it is neither true nor false", "for example done:bool=false"),
            },
            Kind::Date | Kind::DateTime | Kind::Uuid | Kind::BelongsTo(_) => wrong(
                "the same value for every row would be a guess",
                "make it optional with ?, fill the rows, then require it",
            ),
        }
    }

    /// The value in SQL.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            Self::Number(number) => number.clone(),
            Self::Boolean(value) => if *value { "TRUE" } else { "FALSE" }.to_owned(),
        }
    }

    /// The value in TypeScript.
    pub(crate) fn typescript(&self) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            Self::Number(number) => plain(number),
            Self::Boolean(value) => value.to_string(),
        }
    }

    /// The value in SQL, in lower case and without zeros at the end, as mappers read it back.
    pub(crate) fn plain_sql(&self, postgres: bool) -> String {
        match self {
            Self::Boolean(value) if !postgres => u8::from(*value).to_string(),
            Self::Boolean(value) => value.to_string(),
            Self::Number(number) => plain(number),
            Self::Text(_) => self.sql(),
        }
    }

    /// The value in Python, for a name of that type.
    pub(crate) fn python(&self, ty: &str) -> String {
        match self {
            Self::Text(text) => format!("\"{text}\""),
            Self::Number(number) if ty == "Decimal" => format!("Decimal(\"{number}\")"),
            Self::Number(number) if ty == "float" && !number.contains('.') => format!("{number}.0"),
            Self::Number(number) => number.clone(),
            Self::Boolean(value) => if *value { "True" } else { "False" }.to_owned(),
        }
    }
}

/// `0.50` as `0.5`.
fn plain(number: &str) -> String {
    match number.split_once('.') {
        Some(_) => number.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::{fields, head::Head};

    fn read(field: &str, value: &str) -> Result<String, ProposeError> {
        let words = Head::load("fastapi-sqlalchemy").unwrap().words;
        let field = fields::parse(field, &words).unwrap().remove(0);
        Fill::read(&field, value).map(|fill| fill.sql())
    }

    #[test]
    fn a_value_is_written_as_its_field_needs_it() {
        for (field, value, sql) in [
            ("title:string{1..9}", "none", "'none'"),
            ("stars:int{1..5}", "3", "3"),
            ("price:decimal", "-0.50", "-0.50"),
            ("done:bool", "false", "FALSE"),
        ] {
            assert_eq!(read(field, value).unwrap(), sql);
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_refused_with_a_hint() {
        for (field, value) in [
            ("title:string{1..3}", "none"),
            ("title:string", "it's"),
            ("title:text", "a\\b"),
            ("stars:int{1..5}", "9"),
            ("stars:int", "1.5"),
            ("price:decimal{0..}", "-1"),
            ("price:float", "1e9"),
            ("price:float", "nan"),
            ("done:bool", "1"),
            ("sku:string:unique", "a"),
            ("at:datetime", "2026-01-01"),
            ("owner:belongs_to(User)", "1"),
        ] {
            match read(field, value) {
                Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
                other => panic!("{field} {value}: {other:?}"),
            }
        }
    }
}
