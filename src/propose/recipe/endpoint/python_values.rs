//! Values of columns for tests in Python: as source, and as a text in an address.

use super::{column::Column, route::NewValue};
use crate::propose::recipe::{fields::Kind, fill::Fill};

/// A value that fits a column; no two are the same where they must not be.
pub(in crate::propose::recipe) fn sample(column: &Column) -> String {
    let fresh = column.unique || column.is_key;
    if let Some(choice) = column.choices.first() {
        return choice.source.clone();
    }
    match column.kind {
        Kind::String | Kind::Text if column.name.contains("email") => {
            if fresh {
                "f\"{uuid.uuid4().hex}@example.org\"".into()
            } else {
                "\"sample@example.org\"".into()
            }
        }
        Kind::String | Kind::Text if fresh => match column.max.filter(|max| *max < 32) {
            Some(max) => format!("uuid.uuid4().hex[:{max}]"),
            None => "uuid.uuid4().hex".into(),
        },
        Kind::String | Kind::Text if column.name.contains("url") => "\"https://example.org\"".into(),
        Kind::String | Kind::Text => format!("\"{}\"", word(column, "sample")),
        Kind::Integer if fresh => "uuid.uuid4().int % 1_000_000".into(),
        Kind::Integer | Kind::BelongsTo(_) => {
            column.min.unwrap_or(1.min(column.max.unwrap_or(1))).to_string()
        }
        Kind::Float => format!("{}.0", column.min.unwrap_or(1)),
        Kind::Decimal => format!("Decimal(\"{}.00\")", column.min.unwrap_or(1)),
        Kind::Boolean => "False".into(),
        Kind::Date => "date(2026, 1, 31)".into(),
        Kind::DateTime => "datetime(2026, 1, 31)".into(),
        Kind::Uuid => "uuid.uuid4()".into(),
    }
}

/// A word within the bounds of a column.
fn word(column: &Column, word: &str) -> String {
    let least = usize::try_from(column.min.unwrap_or(1).max(1)).unwrap_or(1);
    let most = usize::try_from(column.max.unwrap_or(255)).unwrap_or(255).max(least);
    word.chars().cycle().take(least.max(word.len().min(most))).collect()
}

/// Two values of a column as Python source, each with its text in an address.
pub(in crate::propose::recipe) fn two_values(column: &Column) -> Option<[(String, String); 2]> {
    let texts = |one: &str, two: &str| {
        [(format!("\"{one}\""), one.to_owned()), (format!("\"{two}\""), two.to_owned())]
    };
    if let [one, two, ..] = column.choices.as_slice() {
        return Some([(one.source.clone(), one.value.clone()), (two.source.clone(), two.value.clone())]);
    }
    Some(match column.kind {
        Kind::String | Kind::Text => texts(&word(column, "sample"), &word(column, "other")),
        Kind::Integer => {
            let low = column.min.unwrap_or(1.min(column.max.unwrap_or(1)));
            let high = column.max.filter(|max| *max <= low).unwrap_or(low + 1);
            [(low.to_string(), low.to_string()), (high.to_string(), high.to_string())]
        }
        Kind::Boolean => [("True".into(), "true".into()), ("False".into(), "false".into())],
        Kind::Date => [
            ("date(2026, 1, 31)".into(), "2026-01-31".into()),
            ("date(2026, 2, 28)".into(), "2026-02-28".into()),
        ],
        Kind::Uuid => ["1", "2"].map(|digit| {
            let text = format!(
                "{}-{}-4{}-8{}-{}",
                digit.repeat(8),
                digit.repeat(4),
                digit.repeat(3),
                digit.repeat(3),
                digit.repeat(12)
            );
            (format!("uuid.UUID(\"{text}\")"), text)
        }),
        Kind::Float | Kind::Decimal | Kind::DateTime | Kind::BelongsTo(_) => return None,
    })
}

/// A text in an address that no row has; `None` where every value may be there.
pub(in crate::propose::recipe) fn unknown(column: &Column) -> Option<String> {
    if !column.choices.is_empty() {
        return None;
    }
    Some(match column.kind {
        Kind::String | Kind::Text => word(column, "nothing-like-it"),
        Kind::Integer if column.max.is_some() => return None,
        Kind::BelongsTo(_) if column.source_type.contains("UUID") => {
            "00000000-0000-4000-8000-000000000000".into()
        }
        Kind::Integer | Kind::BelongsTo(_) => "999999".into(),
        Kind::Uuid => "00000000-0000-4000-8000-000000000000".into(),
        Kind::Date => "1970-01-01".into(),
        Kind::Boolean | Kind::Float | Kind::Decimal | Kind::DateTime => return None,
    })
}

/// A text in an address that is no value of the column, as it stands in an f-string.
pub(in crate::propose::recipe) fn wrong(column: &Column) -> Option<String> {
    if !column.choices.is_empty() {
        return Some("no-such-value".into());
    }
    match column.kind {
        Kind::String | Kind::Text => Some(format!("{{'x' * {}}}", column.max.unwrap_or(255) + 1)),
        Kind::Integer | Kind::BelongsTo(_) | Kind::Uuid => Some("not-a-value".into()),
        Kind::Boolean => Some("maybe".into()),
        Kind::Date => Some("2026-02-30".into()),
        Kind::Float | Kind::Decimal | Kind::DateTime => None,
    }
}

/// What a row has before an action, where the sample would be the new value itself, and how the
/// new value is seen.
pub(in crate::propose::recipe) fn before_and_after(
    column: &Column,
    value: &NewValue,
) -> (Option<String>, String) {
    match value {
        NewValue::Fixed(Fill::Boolean(value)) => {
            let (old, new) = if *value { ("False", "True") } else { ("True", "False") };
            (Some(old.into()), format!("is {new}"))
        }
        NewValue::Fixed(Fill::Text(text)) => (Some(sample(column)), format!("== \"{text}\"")),
        NewValue::Fixed(Fill::Number(number)) if column.kind == Kind::Decimal => {
            (None, format!("== Decimal(\"{number}\")"))
        }
        NewValue::Fixed(Fill::Number(number)) => (None, format!("== {number}")),
        NewValue::Choice(choice) => {
            let other = column.choices.iter().find(|known| *known != choice);
            (other.map(|other| other.source.clone()), format!("== {}", choice.source))
        }
        NewValue::Now => (column.optional.then(|| "None".into()), "is not None".into()),
        NewValue::Nothing => (Some(sample(&Column { unique: false, ..column.clone() })), "is None".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind, min: Option<i64>, max: Option<i64>) -> Column {
        Column {
            name: "code".into(),
            kind,
            source_type: String::new(),
            is_key: false,
            optional: false,
            unique: false,
            indexed: false,
            has_default: false,
            choices: Vec::new(),
            min,
            max,
            line: 1,
        }
    }

    #[test]
    fn values_keep_to_bounds_and_can_be_told_apart() {
        for (kind, min, max) in [
            (Kind::String, Some(3), Some(4)),
            (Kind::Integer, Some(1), Some(5)),
            (Kind::Integer, None, None),
            (Kind::Boolean, None, None),
            (Kind::Date, None, None),
            (Kind::Uuid, None, None),
        ] {
            let column = column(kind, min, max);
            let [one, two] = two_values(&column).unwrap();
            assert_ne!(one, two);
            if column.kind == Kind::String {
                assert!([&one.1, &two.1].iter().all(|text| (3..=4).contains(&text.len())));
            }
            assert!(wrong(&column).is_some());
        }
        assert_eq!(sample(&column(Kind::Integer, None, Some(-3))), "-3");
        assert_eq!(unknown(&column(Kind::Integer, Some(1), Some(5))), None);
    }

    #[test]
    fn a_row_before_an_action_is_not_what_the_action_makes_of_it() {
        let flag = column(Kind::Boolean, None, None);
        let (before, after) = before_and_after(&flag, &NewValue::Fixed(Fill::Boolean(true)));
        assert_eq!((before.as_deref(), after.as_str()), (Some("False"), "is True"));
        let (before, after) = before_and_after(&flag, &NewValue::Nothing);
        assert_eq!((before.as_deref(), after.as_str()), (Some("False"), "is None"));
    }
}
