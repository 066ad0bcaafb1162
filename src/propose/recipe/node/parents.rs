//! Rows that a test needs before it can make one: made over HTTP, from what the parent's
//! schema asks for.

use super::{example::is_of_another, plan::Plan, suite::Client};
use crate::propose::{
    recipe::{
        names::{Name, singular, snake},
        rename::{Joint, Renamer},
    },
    script::{Id, Kind, Tree},
};
use minijinja::{Value, context};

/// The parents as the tests make them; `Err` says which cannot be made.
pub(super) fn rows(plan: &Plan<'_>, client: &Client, item: &str) -> Result<Vec<Value>, String> {
    let needed = plan.parents.iter().filter(|parent| !parent.field.optional);
    needed
        .map(|parent| {
            let sample = sample(plan, &parent.model).ok_or_else(|| {
                format!(
                    "A test needs a row of {} first, which the recipe cannot make here; the tests are yours to write.",
                    parent.model.pascal
                )
            })?;
            let like = &plan.names.like;
            let address =
                Renamer { from: like, to: &parent.model, joint: Joint::Kebab }.apply(&client.like_address);
            Ok(context! {
                name => crate::propose::recipe::names::camel(&parent.field.name),
                optional => parent.field.optional,
                address,
                sample,
                field => parent.field.name.clone(),
                place => Renamer { from: &plan.names.to, to: &parent.model, joint: Joint::Camel }.apply(item),
            })
        })
        .collect()
}

/// A body that the schema of a resource takes.
pub(super) fn sample(plan: &Plan<'_>, model: &Name) -> Option<Vec<String>> {
    // Any other name shows whether the resource's stands in a text.
    let other = Name::of("proscenium");
    let touches = Renamer { from: model, to: &other, joint: Joint::Camel };
    let mut found: Vec<(bool, Vec<String>)> = Vec::new();
    // `createTicketNote` speaks of a note, not of a ticket.
    let longer: Vec<Name> = plan
        .tables
        .iter()
        .map(|table| Name::of(&singular(&snake(&table.name))))
        .filter(|name| name != model && touches.touches(&name.snake))
        .collect();
    let of_longer = |text: &str| {
        longer.iter().any(|name| Renamer { from: name, to: &other, joint: Joint::Camel }.touches(text))
    };
    for source in plan.survey.sources.values().filter(|source| source.text.contains("z.")) {
        if is_of_another(&source.path, model, plan.tables) {
            continue;
        }
        let Ok(tree) = Tree::parse(&source.path, &source.text) else { continue };
        for variable in tree.all().filter(|id| tree.kind(*id) == Kind::Variable) {
            let Some(name) = tree.name(variable, &source.text) else { continue };
            if of_longer(name) || !touches.touches(name) && !touches.touches(&source.path) {
                continue;
            }
            let Some(object) = tree.below(variable).find(|id| {
                let above = tree.parent(*id);
                tree.kind(*id) == Kind::Object
                    && tree.callee(above, &source.text).is_some_and(|(called, _)| called.ends_with("bject"))
            }) else {
                continue;
            };
            let lower = name.to_lowercase();
            let makes =
                ["create", "new", "insert", "add", "body", "input"].iter().any(|word| lower.contains(word));
            let is_other = ["update", "patch", "change", "query", "param", "login", "response"];
            if is_other.iter().any(|word| lower.contains(word)) {
                continue;
            }
            if let Some(body) = body(&tree, &source.text, object) {
                found.push((!makes, body));
            }
        }
    }
    found.sort_by_key(|(is_worse, _)| *is_worse);
    found.into_iter().next().map(|(_, body)| body)
}

fn body(tree: &Tree, text: &str, object: Id) -> Option<Vec<String>> {
    let mut members = Vec::new();
    for member in tree.children(object) {
        let name = tree.name(*member, text)?;
        if name == "id" {
            return None;
        }
        let rules = tree.text(tree.value(*member)?, text);
        if ["optional()", "nullish()", ".default("].iter().any(|end| rules.contains(end)) {
            continue;
        }
        members.push(format!("{name}: {}", value(rules)?));
    }
    (!members.is_empty()).then_some(members)
}

/// A value that some rules of zod take.
pub(super) fn value(rules: &str) -> Option<String> {
    let rules: String = rules.split_whitespace().collect();
    let number = |name: &str| -> Option<usize> {
        rules.split_once(&format!(".{name}("))?.1.split([')', ',']).next()?.parse().ok()
    };
    let has = |part: &str| rules.contains(part);
    if has("array(") || has("object(") {
        return None;
    }
    Some(if has("email(") {
        "`${randomUUID()}@example.com`".into()
    } else if has("uuid(") {
        "randomUUID()".into()
    } else if has("url(") {
        "`https://example.com/${randomUUID()}`".into()
    } else if has("z.iso.date(") || has(".date()") && has("z.string") {
        "'2026-01-31'".into()
    } else if has("datetime(") || has("z.coerce.date") || has("z.date") {
        "'2026-01-31T12:00:00.000Z'".into()
    } else if has("regex(") || has("refine(") || has("transform(") {
        return None;
    } else if has("z.string()") {
        let most = number("max").or_else(|| number("length")).unwrap_or(36).min(36);
        if number("min").is_some_and(|least| least > 36) {
            return None;
        }
        format!("randomUUID().slice(0, {most})")
    } else if has("z.number()") || has("z.int()") || has("z.coerce.number()") {
        number("min").or_else(|| number("gte")).unwrap_or(1).to_string()
    } else if has("z.boolean()") || has("z.coerce.boolean()") {
        "true".into()
    } else if let Some((_, rest)) = rules.split_once("z.enum([") {
        rest.split([',', ']']).next()?.to_owned()
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_keeps_the_rules() {
        for (rules, expected) in [
            ("z.email().max(255)", Some("`${randomUUID()}@example.com`")),
            ("z.string().min(1).max(20)", Some("randomUUID().slice(0, 20)")),
            ("z.number().int().min(3)", Some("3")),
            ("z.enum(['a', 'b'])", Some("'a'")),
            ("z.string().regex(/x/)", None),
            ("z.array(z.string())", None),
        ] {
            let found = value(rules);
            assert_eq!(found.as_deref(), expected, "{rules}");
        }
    }
}
