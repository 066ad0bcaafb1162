//! A field as templates of any stack see it: its names, its bounds, and values for tests.

use super::{
    fields::{Field, Kind},
    names::{camel, pascal},
};
use minijinja::{Value, context, value::ValueKind};

/// The forms of a field that no stack changes.
pub(crate) fn field_value(field: &Field) -> Value {
    let (sample, other, wrong) = samples(field);
    let column = field.column();
    context! {
        name => field.name.clone(),
        camel => camel(&column),
        pascal => pascal(&column),
        column => column,
        kind => kind_name(&field.kind),
        optional => field.optional,
        unique => field.unique,
        is_reference => matches!(field.kind, Kind::BelongsTo(_)),
        indexed => field.unique || field.index || matches!(field.kind, Kind::BelongsTo(_)),
        min => field.min,
        max => field.max,
        sample,
        other,
        wrong,
    }
}

/// A valid value in the notation of JSON, texts in these quotes; a reference has none that is
/// sure to be there.
pub(crate) fn sample_text(field: &Field, quote: char) -> Option<String> {
    if matches!(field.kind, Kind::BelongsTo(_)) {
        return None;
    }
    let (sample, _, _) = samples(field);
    Some(match sample.as_str() {
        Some(text) => format!("{quote}{text}{quote}"),
        None if sample.kind() == ValueKind::Bool => sample.is_true().to_string(),
        None => sample.to_string(),
    })
}

/// `integer`, `reference`, …
pub(crate) fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Text => "text",
        Kind::Integer => "integer",
        Kind::Float => "float",
        Kind::Decimal => "decimal",
        Kind::Boolean => "boolean",
        Kind::Date => "date",
        Kind::DateTime => "datetime",
        Kind::Uuid => "uuid",
        Kind::BelongsTo(_) => "reference",
    }
}

/// Two valid values and one that is not, as JSON has them.
fn samples(field: &Field) -> (Value, Value, Value) {
    let low = field.min.or_else(|| field.max.map(|max| max.min(1))).unwrap_or(1);
    let high = field.max.filter(|max| *max <= low).unwrap_or(low.saturating_add(1));
    let texts = |one: &str, two: &str, wrong: &str| (Value::from(one), Value::from(two), Value::from(wrong));
    match field.kind {
        Kind::String | Kind::Text => {
            let least = usize::try_from(field.min.unwrap_or(1).max(1)).unwrap_or(1);
            let most = usize::try_from(field.max.unwrap_or(255)).unwrap_or(255).max(least);
            let fit = |word: &str| -> Value {
                let length = least.max(word.len().min(most));
                Value::from(word.chars().cycle().take(length).collect::<String>())
            };
            (fit("sample"), fit("other"), Value::from(5))
        }
        Kind::Integer => (Value::from(low), Value::from(high), Value::from("many")),
        Kind::Float | Kind::Decimal if field.max.is_none_or(|max| max > low) => {
            (Value::from(low as f64 + 0.5), Value::from(low as f64 + 0.25), Value::from("many"))
        }
        Kind::Float | Kind::Decimal => (Value::from(low), Value::from(high), Value::from("many")),
        Kind::Boolean => (Value::from(true), Value::from(false), Value::from("maybe")),
        Kind::Date => texts("2026-01-31", "2026-02-28", "2026-02-30"),
        Kind::DateTime => texts("2026-01-31T12:00:00.000Z", "2026-02-28T12:00:00.000Z", "yesterday"),
        Kind::Uuid => texts(
            "11111111-1111-4111-8111-111111111111",
            "22222222-2222-4222-8222-222222222222",
            "not-a-uuid",
        ),
        Kind::BelongsTo(_) => texts("", "", "nobody"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_keep_to_the_bounds() {
        let field = |kind, min, max| Field {
            name: "a".into(),
            kind,
            optional: false,
            unique: false,
            index: false,
            min,
            max,
        };
        let text = samples(&field(Kind::String, Some(10), Some(12)));
        assert!([&text.0, &text.1].iter().all(|value| (10..=12).contains(&value.as_str().unwrap().len())));
        assert_ne!(text.0, text.1);
        assert_eq!(samples(&field(Kind::Integer, Some(5), Some(5))).1, Value::from(5));
        assert_eq!(samples(&field(Kind::Integer, None, Some(-3))).0, Value::from(-3));
    }
}
