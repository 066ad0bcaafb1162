//! One member of a list of fields for a field that is different now: rules of zod, the type of
//! what travels, the declaration of a column.

use super::{
    super::{
        chain::Chain,
        graft::Work,
        model::Mapper,
        records::{Holds, Record},
    },
    Alter, drizzle_reshape,
};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            fields::{Field, Kind},
            reshape::{Difference, widest},
        },
        script::Id,
    },
};

/// Links of zod that say that a value may be missing.
const MISSING: [&str; 3] = ["optional", "nullish", "nullable"];
/// Links of zod before which bounds stand.
const AFTER_BOUNDS: [&str; 8] =
    ["optional", "nullish", "nullable", "default", "transform", "refine", "describe", "meta"];

/// The new text of a member; `None` where it stays as it is.
pub(super) fn changed(
    alter: &Alter<'_>,
    work: &Work<'_>,
    found: &Record<'_>,
    (own, value): (Id, Id),
    one: &Difference,
) -> Result<Option<String>, ProposeError> {
    let whole = work.tree.text(own, work.text);
    let text = work.tree.text(value, work.text);
    let key = whole.split(':').next().unwrap_or_default();
    let new = match found.holds {
        Holds::Rules => format!("{key}: {}", rules(text, one, found)),
        Holds::Columns => format!("{key}: {}", drizzle_reshape::declared_anew(text, one)),
        Holds::Types => {
            let end = whole.chars().last().filter(|end| matches!(end, ';' | ',')).map(String::from);
            let Some((_, ty)) = whole.split_once(':') else { return Ok(None) };
            let Some(new) = types(alter, found, key, ty.trim().trim_end_matches([';', ',']), one)? else {
                return Ok(None);
            };
            format!("{new}{}", end.unwrap_or_default())
        }
        _ => return Ok(None),
    };
    let flat = |text: &str| text.split_whitespace().collect::<String>();
    Ok((flat(&new) != flat(whole)).then_some(new))
}

/// The rules of zod for a value that is different now.
fn rules(text: &str, one: &Difference, found: &Record<'_>) -> String {
    let (before, after) = (&one.before, &one.after);
    let mut chain = Chain::read(text);
    let is_row = found.is_row;
    if !is_row && (&before.kind, before.min, before.max) != (&after.kind, after.min, after.max) {
        let widest = widest(&after.kind);
        let most = after.max.or((after.kind == Kind::String).then_some(255));
        let sides = [
            (
                "min",
                after.min.filter(|min| *min != 0 || !is_text(after)),
                widest.map(|(least, _)| least),
                &["max"][..],
            ),
            ("max", most, widest.map(|(_, most)| most), &[][..]),
        ];
        for (name, value, widest, before) in sides {
            let before: Vec<&str> = before.iter().chain(&AFTER_BOUNDS).copied().collect();
            // A side that had no bound gets none that nobody asked for.
            match value.or(widest.filter(|_| chain.has(name))) {
                Some(value) => chain.set(name, &value.to_string(), &before),
                None => {
                    chain.remove(&[name]);
                }
            }
        }
    }
    let is_free = one.fill.is_some() && !is_row && !found.is_partial;
    if let Some(fill) = one.fill.as_ref().filter(|_| is_free && chain.has("default")) {
        chain.set("default", &fill.typescript(), &[]);
    } else if one.is_optional_now() || one.is_required_now() || is_free {
        let at = chain.remove(&MISSING);
        let link = match (is_row, after.optional) {
            (true, true) => Some("nullable()"),
            (true, false) => None,
            (false, true) => Some("nullish()"),
            (false, false) => (found.is_partial || is_free).then_some("optional()"),
        };
        if let Some(link) = link {
            chain.insert(at, link);
        }
    }
    chain.text()
}

fn is_text(field: &Field) -> bool {
    matches!(field.kind, Kind::String | Kind::Text)
}

/// The member of a type for a value that is different now.
fn types(
    alter: &Alter<'_>,
    found: &Record<'_>,
    key: &str,
    ty: &str,
    one: &Difference,
) -> Result<Option<String>, ProposeError> {
    let is_body = !found.is_row && !found.is_table;
    let is_default = one.fill.is_some();
    if !(one.is_optional_now() || one.is_required_now() || is_default) {
        return Ok(None);
    }
    let inner = ty.strip_prefix("Generated<").and_then(|rest| rest.strip_suffix('>')).unwrap_or(ty);
    if inner.contains('<') {
        // What a driver reads and writes in different types is written as for a new field.
        return Ok(Some(alter.context().member(found, &one.after)?));
    }
    let parts = inner.split('|').map(str::trim).filter(|part| !matches!(*part, "null" | "undefined" | ""));
    let bare = parts.collect::<Vec<_>>().join(" | ");
    let name = key.trim().trim_end_matches('?');
    let nil = if one.after.optional { " | null" } else { "" };
    let new = match (is_body, is_default) {
        (true, _) => {
            let may_miss = found.is_partial || one.after.optional || is_default;
            format!("{name}{}: {bare}{nil}", if may_miss { "?" } else { "" })
        }
        (false, true) if found.is_table && alter.plan.mapper == Mapper::Kysely => {
            format!("{name}: Generated<{bare}>")
        }
        (false, _) if ty.starts_with("Generated<") => format!("{name}: Generated<{bare}{nil}>"),
        (false, _) => format!("{name}: {bare}{nil}"),
    };
    Ok(Some(new))
}
