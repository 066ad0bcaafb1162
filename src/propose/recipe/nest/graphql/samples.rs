//! Values that the tests send: such as the body's own rules take, and one that they do not.

use super::{super::endpoint::tests_of, members::Sent};
use crate::propose::script::{Mark, Property};
use minijinja::{Value, context};

/// Decorators whose values are known.
const KNOWN: [&str; 20] = [
    "ApiProperty",
    "ApiPropertyOptional",
    "IsBoolean",
    "IsDate",
    "IsDateString",
    "IsDefined",
    "IsEmail",
    "IsISO8601",
    "IsInt",
    "IsNotEmpty",
    "IsNumber",
    "IsOptional",
    "IsPositive",
    "IsString",
    "IsUUID",
    "Length",
    "Max",
    "MaxLength",
    "Min",
    "MinLength",
];
/// Decorators that leave a value as it is.
const NEUTRAL: [&str; 4] = ["Expose", "Field", "Type", "ValidateIf"];

/// What must be sent, as members of an object; `None` where a value is not known. Members with a
/// row of another resource are given by `parents`.
pub(super) fn valid(sent: &[Sent], parents: &[(String, String)]) -> Option<Vec<String>> {
    let needed = sent.iter().filter(|one| !one.member.nullable);
    needed
        .map(|one| {
            let name = &one.member.name;
            let row = parents.iter().find(|(column, _)| column == name).map(|(_, row)| row.clone());
            Some(format!("{name}: {}", row.or_else(|| value(&one.property))?))
        })
        .collect()
}

/// A value that the rules of a property take.
fn value(property: &Property) -> Option<String> {
    let is_day = property.mark(&["IsISO8601", "IsDateString"]).is_some();
    let is_known = |mark: &Mark| {
        let name = mark.name.as_str();
        // A day that is stricter than the standard's.
        let days = || mark.arguments.first().is_some_and(|text| text.contains(r"\d{4}-\d{2}-\d{2}"));
        KNOWN.contains(&name) || NEUTRAL.contains(&name) || (name == "Matches" && is_day && days())
    };
    if !property.marks.iter().all(is_known) {
        return None;
    }
    let plain = property.ty.split('|').next().unwrap_or_default().trim();
    if plain == "Date" {
        return Some("'2026-01-31T12:00:00.000Z'".into());
    }
    tests_of::value(&Property { ty: plain.to_owned(), ..property.clone() })
}

/// A member that a change is tested with: one that reads back as it was sent.
pub(super) fn changed(sent: &[Sent], shown: &[String]) -> Option<Value> {
    let reads_back = |one: &&Sent| {
        shown.contains(&one.member.name)
            && matches!(one.member.graphql.as_str(), "String" | "Int" | "Boolean")
            && !one.member.name.ends_with("Id")
            && value(&one.property).is_some()
            && !one
                .property
                .marks
                .iter()
                .any(|mark| mark.name.starts_with("IsISO") || mark.name == "IsDateString")
    };
    let texts = |one: &&Sent| one.member.graphql == "String";
    let all = || sent.iter().filter(reads_back);
    let one = all().find(texts).or_else(|| all().next())?;
    Some(context! { name => one.member.name.clone(), value => value(&one.property) })
}

/// A member with a value of the right type that the rules refuse.
pub(super) fn wrong(sent: &[Sent]) -> Option<Value> {
    sent.iter().find_map(|one| {
        let value = refused(&one.property)?;
        // What GraphQL itself refuses says nothing of the rules.
        let is_in_range = value.parse::<i64>().is_ok_and(|number| i32::try_from(number).is_ok());
        if one.member.graphql == "Int" && !is_in_range {
            return None;
        }
        Some(context! { name => one.member.name.clone(), value })
    })
}

fn refused(property: &Property) -> Option<String> {
    let number = |mark: &str, at: usize| -> Option<i64> {
        property.mark(&[mark])?.arguments.get(at)?.trim().parse().ok()
    };
    let has = |mark: &str| property.mark(&[mark]).is_some();
    if has("IsEmail") || has("IsUUID") || has("IsDateString") || has("IsISO8601") {
        return Some("'nothing like it'".into());
    }
    if has("IsNotEmpty")
        || number("MinLength", 0).or_else(|| number("Length", 0)).is_some_and(|least| least > 0)
    {
        return Some("''".into());
    }
    if let Some(most) = number("MaxLength", 0).or_else(|| number("Length", 1)) {
        return Some(format!("'x'.repeat({})", most.checked_add(1)?));
    }
    if let Some(least) = number("Min", 0) {
        return Some(least.checked_sub(1)?.to_string());
    }
    number("Max", 0)?.checked_add(1).map(|more| more.to_string())
}

/// Whether a limit of nothing is refused.
pub(super) fn refuses_zero(property: &Property) -> bool {
    property.mark(&["Min", "IsPositive"]).is_some()
}
