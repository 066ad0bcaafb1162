//! What operators make of known values.

use super::known::Known;
use crate::analysis::facts::Lang;

/// Signs whose result is a truth value or a number, whatever they compare.
const HARMLESS: [&str; 20] = [
    "==", "===", "!=", "!==", "<", ">", "<=", ">=", "-", "*", "/", "%", "//", "**", "&", "|", "^", "<<",
    ">>", "in",
];

/// `one sign other`.
pub(super) fn two(sign: &str, one: &Known, other: &Known, lang: Lang) -> Known {
    let exact = match (one, other) {
        (Known::Number(one), Known::Number(other)) => numbers(sign, *one, *other, lang),
        (Known::Bool(one), Known::Bool(other)) => truths(sign, *one, *other),
        (Known::Text(one), Known::Text(other)) => equal(sign, one == other),
        (Known::Null, Known::Null) => equal(sign, true),
        (Known::Null, known) | (known, Known::Null) if is_something(known) => equal(sign, false),
        (Known::Bool(known), _) | (_, Known::Bool(known)) => match (sign, known) {
            ("&&" | "and", false) => Some(Known::Bool(false)),
            ("||" | "or", true) => Some(Known::Bool(true)),
            _ => None,
        },
        _ => None,
    };
    if let Some(known) = exact {
        return known;
    }
    // `<<` adds to a list, and `%` fills a text.
    let is_plain =
        |known: &Known| matches!(known, Known::Number(_) | Known::Bool(_) | Known::Written | Known::Null);
    let compares =
        matches!(sign, "==" | "===" | "!=" | "!==" | "<" | ">" | "<=" | ">=" | "in" | "instanceof");
    let computes = HARMLESS.contains(&sign) && is_plain(one) && is_plain(other);
    Known::written_if(compares || computes)
}

/// `sign known`.
pub(super) fn one(sign: &str, known: &Known) -> Known {
    match (sign, known) {
        ("!" | "not", Known::Bool(truth)) => Known::Bool(!truth),
        ("-", Known::Number(number)) => number.checked_neg().map_or(Known::Written, Known::Number),
        ("!" | "not", _) => Known::Written,
        ("-" | "+" | "~", Known::Number(_) | Known::Written) => Known::Written,
        _ => Known::Open,
    }
}

fn is_something(known: &Known) -> bool {
    matches!(known, Known::Text(_) | Known::Number(_) | Known::List(_) | Known::Map(_) | Known::Builder(_))
}

fn equal(sign: &str, is_equal: bool) -> Option<Known> {
    match sign {
        "==" | "===" | "is" => Some(Known::Bool(is_equal)),
        "!=" | "!==" | "isnot" => Some(Known::Bool(!is_equal)),
        _ => None,
    }
}

fn truths(sign: &str, one: bool, other: bool) -> Option<Known> {
    match sign {
        "&&" | "and" => Some(Known::Bool(one && other)),
        "||" | "or" => Some(Known::Bool(one || other)),
        _ => equal(sign, one == other),
    }
}

fn numbers(sign: &str, one: i64, other: i64, lang: Lang) -> Option<Known> {
    let truth = match sign {
        "<" => one < other,
        ">" => one > other,
        "<=" => one <= other,
        ">=" => one >= other,
        _ => return equal(sign, one == other).or_else(|| computed(sign, one, other, lang)),
    };
    Some(Known::Bool(truth))
}

fn computed(sign: &str, one: i64, other: i64, lang: Lang) -> Option<Known> {
    let truncates =
        !matches!(lang, Lang::Python | Lang::JavaScript | Lang::TypeScript | Lang::Php | Lang::Ruby);
    let result = match sign {
        "-" => one.checked_sub(other),
        "*" => one.checked_mul(other),
        "/" if truncates || one.checked_rem(other) == Some(0) => one.checked_div(other),
        // Languages differ for negative numbers.
        "%" if one >= 0 && other > 0 => one.checked_rem(other),
        "//" if lang == Lang::Python && one >= 0 && other > 0 => one.checked_div(other),
        _ => None,
    };
    result.map(Known::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn arithmetic_follows_the_language() {
        let number = Known::Number;
        assert_eq!(two("/", &number(500), &number(42), Lang::Java), number(11));
        assert_eq!(two("/", &number(500), &number(42), Lang::JavaScript), Known::Written);
        assert_eq!(two("//", &number(500), &number(42), Lang::Python), number(11));
        assert_eq!(two("-", &number(i64::MIN), &number(1), Lang::Java), Known::Written);
        assert_eq!(two("/", &number(1), &number(0), Lang::Java), Known::Written);
    }

    #[test]
    fn comparisons_are_settled_where_both_sides_are_known() {
        assert_eq!(two(">", &Known::Number(3), &Known::Number(2), Lang::Go), Known::Bool(true));
        assert_eq!(two("==", &Known::text("a"), &Known::text("b"), Lang::Go), Known::Bool(false));
        assert_eq!(two("!=", &Known::Null, &Known::text("b"), Lang::Go), Known::Bool(true));
        assert_eq!(two("==", &Known::Open, &Known::text("b"), Lang::Go), Known::Written);
        assert_eq!(two("&&", &Known::Open, &Known::Bool(false), Lang::Go), Known::Bool(false));
        assert_eq!(two("%", &Known::Open, &Known::Open, Lang::Python), Known::Open);
        assert_eq!(one("!", &Known::Bool(true)), Known::Bool(false));
    }
}
