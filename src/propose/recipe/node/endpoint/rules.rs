//! Rules of zod for a value that comes in an address: those that a body has for the field.

use super::{
    asked::Asked,
    code::{Code, Unit},
};
use crate::propose::{
    recipe::{fields::Kind as Type, node::words::is_field},
    script::Kind,
};
use std::collections::BTreeSet;

/// The rule that a body has for the column: its text, and the declaration that it stands in.
pub(super) fn rule_of<'s>(
    code: &Code<'s>,
    related: &BTreeSet<String>,
    column: &str,
) -> Option<(Unit<'s>, &'s str)> {
    let mut found = Vec::new();
    for path in related {
        let Ok((source, tree)) = code.get(path) else { continue };
        let text = source.text.as_str();
        if !text.contains("z.") {
            continue;
        }
        for variable in tree.all().filter(|id| tree.kind(*id) == Kind::Variable) {
            let Some(name) = tree.name(variable, text) else { continue };
            let object = tree.below(variable).find(|id| {
                tree.kind(*id) == Kind::Object
                    && tree
                        .callee(tree.parent(*id), text)
                        .is_some_and(|(called, _)| called.ends_with("bject"))
            });
            let Some(object) = object else { continue };
            let member = tree
                .children(object)
                .iter()
                .find(|id| tree.name(**id, text).is_some_and(|name| is_field(name, column)));
            let Some(rules) = member.and_then(|member| tree.value(*member)) else { continue };
            let lower = name.to_lowercase();
            let is_worse = ["update", "patch", "change", "query", "replace", "response"]
                .iter()
                .any(|word| lower.contains(word));
            let unit = Unit { path: source.path.as_str(), node: variable, function: object };
            found.push((is_worse, unit, tree.text(rules, text)));
        }
    }
    found.sort_by_key(|(is_worse, ..)| *is_worse);
    found.into_iter().next().map(|(_, unit, rules)| (unit, rules))
}

/// A body's rule for a value that comes as a text in an address.
pub(super) fn in_address(rule: &str, zod: u8) -> String {
    let flat: String = rule.split_whitespace().collect::<Vec<_>>().join(" ").replace(" .", ".");
    let ends = [".nullish()", ".optional()", ".nullable()", ".default(", ".transform(", ".pipe(", ".catch("];
    let end = ends.iter().filter_map(|end| flat.find(end)).min().unwrap_or(flat.len());
    let rule = flat.get(..end).unwrap_or(&flat);
    for (plain, coerced) in [
        ("z.number()", "z.coerce.number()"),
        ("z.int()", "z.coerce.number().int()"),
        ("z.bigint()", "z.coerce.bigint()"),
    ] {
        if let Some(rest) = rule.strip_prefix(plain) {
            return format!("{coerced}{rest}");
        }
    }
    if rule.starts_with("z.boolean()") || rule.starts_with("z.coerce.boolean()") {
        return match zod {
            3 => "z.enum(['true', 'false']).transform((value) => value === 'true')".into(),
            _ => "z.stringbool()".into(),
        };
    }
    rule.to_owned()
}

/// The type that a rule gives.
pub(super) fn type_of(rule: &str) -> &'static str {
    if rule.contains("=== 'true'") || rule.contains("stringbool(") {
        "boolean"
    } else if rule.contains("number(") || rule.contains("z.int(") {
        "number"
    } else {
        "string"
    }
}

/// A rule for a column that no body has.
pub(super) fn plain_rule(
    asked: &Asked<'_>,
    kind: &Type,
    max: Option<i64>,
    zod: u8,
    key_is_text: bool,
) -> String {
    let uuid = if zod == 4 { "z.uuid()" } else { "z.string().uuid()" };
    match kind {
        Type::Integer => "z.coerce.number().int()".into(),
        Type::BelongsTo(_) if !key_is_text => "z.coerce.number().int().min(1).max(2147483647)".into(),
        Type::BelongsTo(_) | Type::Uuid => uuid.into(),
        Type::Boolean => in_address("z.boolean()", zod),
        Type::Date if zod == 4 => "z.iso.date()".into(),
        Type::Date => "z.string().date()".into(),
        _ => {
            let choices = asked.route.by.as_ref().map(|column| column.choices.as_slice()).unwrap_or_default();
            let values: Vec<String> = choices.iter().map(|choice| format!("'{}'", choice.value)).collect();
            match (values.is_empty(), max) {
                (false, _) => format!("z.enum([{}])", values.join(", ")),
                (true, Some(max)) => format!("z.string().max({max})"),
                (true, None) => "z.string().max(255)".into(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_what_comes_as_a_text() {
        for (rule, expected, ty) in [
            ("z.email().max(255)", "z.email().max(255)", "string"),
            ("z.number().int().min(1).max(5)", "z.coerce.number().int().min(1).max(5)", "number"),
            ("z.string().min(1).max(20).nullish()", "z.string().min(1).max(20)", "string"),
            ("z.boolean()", "z.stringbool()", "boolean"),
            ("z\n  .int()\n  .min(1)", "z.coerce.number().int().min(1)", "number"),
            ("z.uuid().optional()", "z.uuid()", "string"),
        ] {
            let found = in_address(rule, 4);
            assert_eq!((found.as_str(), type_of(&found)), (expected, ty));
        }
    }
}
