//! Bounds that bodies are held to: rules of `validator`, and functions for numbers that it has
//! no rule for.

use super::{
    super::{
        alter::Alter,
        context::field_of,
        plan::{RECIPE, rust_lines, set_up},
    },
    attributes::{Attributes, Rule},
    by_hand,
    members::{Role, attributes_of, role},
};
use crate::{
    domain::place::Place,
    ports::ProposeError,
    propose::{
        edits::line_number,
        recipe::fields::{Field, Kind},
        rust::{Function, RustFile},
    },
};
use minijinja::context;

/// The rule that says the bounds of a kind of field.
pub(super) fn rule_of(kind: &Kind) -> Option<&'static str> {
    match kind {
        Kind::String | Kind::Text => Some("length"),
        Kind::Integer | Kind::Float | Kind::Decimal => Some("range"),
        Kind::Boolean | Kind::Date | Kind::DateTime | Kind::Uuid | Kind::BelongsTo(_) => None,
    }
}

/// The bounds of a field in the first body that has it; those of a whole row count before those
/// of a part of one.
pub(super) fn of(
    alter: &Alter<'_>,
    after: &Field,
    inner: &str,
    place: &Place,
) -> Result<(Option<i64>, Option<i64>), ProposeError> {
    let Some(head) = rule_of(&after.kind) else { return Ok((None, None)) };
    let column = after.column();
    for wanted in [Role::Body, Role::Part] {
        for (path, file, text) in &alter.sources {
            for one in file.structs.iter().filter(|one| role(alter, one) == Some(wanted)) {
                let Some(at) = one.fields.iter().position(|(name, _)| *name == column) else { continue };
                let own = attributes_of(text, one, at);
                let start = one.places.get(at).map_or(0, |range| range.start);
                let here = Place::new(path.clone(), line_number(text, start));
                return read(&own, file, text, (head, after, inner)).ok_or_else(|| {
                    by_hand(
                        &after.name,
                        place,
                        &format!("is held to bounds that are no plain min and max, at {here}"),
                    )
                });
            }
        }
    }
    Ok((None, None))
}

/// The bounds of one member; `None` where they are not plain.
fn read(
    own: &Attributes,
    file: &RustFile,
    text: &str,
    (head, after, inner): (&str, &Field, &str),
) -> Option<(Option<i64>, Option<i64>)> {
    if let Some(function) = checking(own, file, after, inner) {
        let source = text.get(function.range.clone())?;
        let bounds = bounds_in(source)?;
        return is_ours(source, after, bounds).then_some(bounds);
    }
    let Some(item) = own.item("validate", head) else { return Some((None, None)) };
    let rule = Rule::read(item);
    (!rule.is_foreign()).then(|| (rule.bound("min"), rule.bound("max")))
}

/// What the function that checks a decimal is called.
pub(super) fn name_of(field: &Field) -> String {
    format!("{}_in_bounds", field.column())
}

/// The function that checks a decimal, where a body names it.
pub(super) fn checking<'f>(
    own: &Attributes,
    file: &'f RustFile,
    field: &Field,
    inner: &str,
) -> Option<&'f Function> {
    let name = name_of(field);
    let is_named = inner.ends_with("Decimal") && own.items("validate").any(|item| names(item, &name));
    file.functions.iter().find(|one| is_named && one.name == name)
}

/// Whether a rule is the function of a name.
pub(super) fn names(item: &str, function: &str) -> bool {
    item.starts_with("custom") && item.contains(&format!("\"{function}\""))
}

/// The numbers that a function of `bounds.j2` compares with.
fn bounds_in(function: &str) -> Option<(Option<i64>, Option<i64>)> {
    let numbers: Option<Vec<i64>> = function
        .split("Decimal::new(")
        .skip(1)
        .map(|rest| rest.split(',').next().unwrap_or_default().trim().parse().ok())
        .collect();
    match numbers?.as_slice() {
        [min, max] => Some((Some(*min), Some(*max))),
        [one] if function.contains("*value > ") => Some((None, Some(*one))),
        [one] => Some((Some(*one), None)),
        _ => None,
    }
}

/// Whether a function is the one that the recipe writes for these bounds: another one may check
/// more.
fn is_ours(function: &str, field: &Field, (min, max): (Option<i64>, Option<i64>)) -> bool {
    let flat = |text: &str| text.split_whitespace().collect::<String>();
    let least = min.map(|min| format!("Decimal::new({min}, 0)"));
    let most = max.map(|max| format!("Decimal::new({max}, 0)"));
    let condition = match (least, most) {
        (Some(least), Some(most)) => format!("!({least}..={most}).contains(value)"),
        (Some(least), None) => format!("*value < {least}"),
        (None, Some(most)) => format!("*value > {most}"),
        (None, None) => return false,
    };
    let expected = format!(
        "fn {}(value: &Decimal) -> Result<(), ValidationError> {{ if {condition} {{ \
         return Err(ValidationError::new(\"range\")); }} Ok(()) }}",
        name_of(field)
    );
    flat(function) == flat(&expected)
}

/// The function that checks a decimal, from its template.
pub(super) fn function(alter: &Alter<'_>, field: &Field) -> Result<String, ProposeError> {
    let value = context! { fill_rust => "", ..field_of(field, alter.dialect, &alter.parents) };
    let context = context! { way => "part", fields => [value], bounded => true };
    let made = alter.change.ask.render(RECIPE, "alter.default.rs.j2", &context, set_up)?;
    Ok(rust_lines().write(&made).trim().to_owned())
}

/// A rule with the bounds that a field shall have, as its type writes numbers.
pub(super) fn written(own: &Attributes, head: &str, after: &Field, inner: &str) -> Option<String> {
    let is_float = matches!(inner, "f32" | "f64");
    let number = |value: i64| if is_float { format!("{value}.0") } else { value.to_string() };
    let most = if after.kind == Kind::String { Some(after.max.unwrap_or(255)) } else { after.max };
    let rule = own.item("validate", head).map_or_else(|| Rule::named(head), Rule::read);
    rule.with(after.min.map(number), most.map(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_functions_that_the_recipe_writes_are_read() {
        let field = Field {
            name: "price".into(),
            kind: Kind::Decimal,
            optional: false,
            unique: false,
            index: false,
            min: None,
            max: None,
        };
        let function = |condition: &str| {
            format!(
                "fn price_in_bounds(value: &Decimal) -> Result<(), ValidationError> {{\n    if {condition} {{\n        \
                 return Err(ValidationError::new(\"range\"));\n    }}\n    Ok(())\n}}"
            )
        };
        for (condition, expected) in [
            ("*value < Decimal::new(0, 0)", Some((Some(0), None))),
            ("*value > Decimal::new(9, 0)", Some((None, Some(9)))),
            ("!(Decimal::new(-1, 0)..=Decimal::new(99, 0)).contains(value)", Some((Some(-1), Some(99)))),
            ("*value < Decimal::new(0, 0) || value.scale() > 2", None),
        ] {
            let text = function(condition);
            let found = bounds_in(&text).filter(|bounds| is_ours(&text, &field, *bounds));
            assert_eq!(found, expected, "{condition}");
        }
    }
}
