//! Code that reads a field whose type is another one now, statements that say whether it may be
//! empty, and tests that keep to the new bounds.

use super::{
    super::{alter::Alter, stores},
    Changed, Shape,
};
use crate::{
    domain::{layer::Layer, place::Place},
    propose::{
        edits::line_number,
        recipe::{
            fields::{Field, Kind},
            literals::literals,
            reshape::{fits, untrue},
        },
    },
};

/// How many places a remark names.
const LIMIT_PLACES: usize = 3;

/// Statements that say of a column whether it may be empty: `note AS "note!"`; and remarks on
/// the lines that read it.
pub(super) fn statements(alter: &Alter<'_>, all: &[Shape], changed: &mut Changed) -> Vec<String> {
    let mut remarks = Vec::new();
    for shape in all.iter().filter(|shape| shape.one.before.optional != shape.one.after.optional) {
        let column = shape.one.after.column();
        let mut places = Vec::new();
        for (path, file, text) in &alter.sources {
            if stores::is_test(alter, path) {
                continue;
            }
            let (old, new) = if shape.one.after.optional { ('!', '?') } else { ('?', '!') };
            for function in &file.functions {
                let body = text.get(function.body.clone()).unwrap_or_default();
                for literal in stores::texts(body, function.body.start) {
                    let sql = text.get(literal.clone()).unwrap_or_default();
                    for (at, stated) in sql.match_indices(&format!("\"{column}{old}")) {
                        let mark = literal.start + at + stated.len() - 1;
                        let like = Place::new(path.clone(), line_number(text, mark));
                        changed.of(path, like, Layer::Repository).replace(mark..mark + 1, new.to_string());
                    }
                }
            }
            for (at, line) in text.lines().enumerate() {
                if reads(line, &column) && !line.contains(".bind(") {
                    places.push(Place::new(path.clone(), u32::try_from(at + 1).unwrap_or(u32::MAX)));
                }
            }
        }
        if places.is_empty() {
            continue;
        }
        let more = places.len().saturating_sub(LIMIT_PLACES);
        let named: Vec<String> = places.iter().take(LIMIT_PLACES).map(Place::to_string).collect();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let now = if shape.one.after.optional { "an Option now" } else { "no Option any more" };
        remarks.push(format!("{column} is {now}, which is yours to follow at {}{more}.", named.join(", ")));
    }
    remarks
}

/// Whether a line reads a member of that name.
fn reads(line: &str, column: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    code.match_indices(&format!(".{column}")).any(|(at, found)| {
        let rest = code.get(at + found.len()..).unwrap_or_default();
        !rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '('))
    })
}

/// What tests send keeps to the new bounds; what they say of the old is named.
pub(super) fn tests(alter: &Alter<'_>, all: &[Shape], changed: &mut Changed) -> Vec<String> {
    let mut remarks = Vec::new();
    let name = &alter.change.ask.name;
    for (path, _, text) in alter.sources.iter().filter(|(path, _, _)| stores::is_test(alter, path)) {
        let named =
            [&name.plural, &name.plural.replace('_', "-")].iter().any(|name| text.contains(name.as_str()));
        if !named {
            continue;
        }
        for shape in all {
            let column = shape.one.after.column();
            let entries = literals(text, 0..text.len()).into_iter().flat_map(|literal| literal.entries);
            let own = entries.filter(|entry| entry.key == column);
            let sent = own.filter_map(|entry| {
                let at = entry.range.start + text.get(entry.range.clone())?.rfind(&entry.value)?;
                Some((at, entry.value))
            });
            let mut values: Vec<(usize, String)> = sent.collect();
            values.extend(assigned(text, &column));
            for (at, value) in values {
                let (before, after) = (&shape.one.before, &shape.one.after);
                if !keeps(before, &value) || keeps(after, &value) {
                    continue;
                }
                let Some(sample) = stores::sample(alter, after) else { continue };
                let like = Place::new(path.clone(), line_number(text, at));
                changed.of(path, like, Layer::Test).replace(at..at + value.len(), sample);
            }
            for (line, what) in untrue(text, &column, &shape.one) {
                remarks.push(format!("{path}:{line} tests that {column} {what}, which is not so any more."));
            }
        }
    }
    remarks
}

/// Whether a value keeps to the bounds of a field; a decimal may be a text.
fn keeps(field: &Field, value: &str) -> bool {
    match field.kind {
        Kind::Decimal => fits(field, value.trim_matches('"')),
        _ => fits(field, value),
    }
}

/// Values of `sent["stars"] = json!(5)` and of `assert_eq!(read["stars"], json!(5))`, with where
/// they begin.
fn assigned(text: &str, column: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for lead in [format!("[\"{column}\"] = json!("), format!("[\"{column}\"], json!(")] {
        for (at, stated) in text.match_indices(&lead) {
            let start = at + stated.len();
            let value = text.get(start..).and_then(|rest| rest.split(')').next()).unwrap_or_default();
            if !value.contains(['(', '{', '[']) {
                found.push((start, value.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_a_member_and_nothing_that_is_called_like_it() {
        for (line, expected) in [
            ("    let title = review.title.len();", true),
            ("    // review.title", false),
            ("    review.title_of()", false),
            ("    review.title()", false),
            ("    review.titles", false),
        ] {
            assert_eq!(reads(line, "title"), expected, "{line}");
        }
    }

    #[test]
    fn values_that_tests_assign_are_found() {
        let text = "sent[\"stars\"] = json!(5);\nassert_eq!(read[\"stars\"], json!(4));\nsent[\"stars\"] = json!(f(1));";
        let found: Vec<String> = assigned(text, "stars").into_iter().map(|(_, value)| value).collect();
        assert_eq!(found, ["5", "4"]);
    }
}
