//! A declaration that is there, read as the notation of fields has it, and written with other
//! arguments.

use super::super::survey::{elements, keyword};
use crate::propose::{
    python::{Module, last_name, string_value},
    recipe::fields::{Field, Kind},
};
use ruff_python_ast::{Expr, ExprCall};

/// Validators that the notation has words for.
pub(super) const BOUNDS: [&str; 3] = ["MinLengthValidator", "MinValueValidator", "MaxValueValidator"];

/// The field that a call declares; `None` where the notation cannot say it. `user` is the class
/// behind `AUTH_USER_MODEL`.
pub(super) fn field_of(name: &str, value: &Expr, module: &Module<'_>, user: &str) -> Option<Field> {
    let Expr::Call(call) = value else { return None };
    let number = |key: &str| keyword(value, key).and_then(|one| module.source(one).parse::<i64>().ok());
    let is = |key: &str| matches!(keyword(value, key), Some(Expr::BooleanLiteral(one)) if one.value);
    let kind = match last_name(&call.func)? {
        "CharField" => Kind::String,
        "TextField" => Kind::Text,
        "IntegerField" => Kind::Integer,
        "FloatField" => Kind::Float,
        "DecimalField" => Kind::Decimal,
        "BooleanField" => Kind::Boolean,
        "DateField" => Kind::Date,
        "DateTimeField" => Kind::DateTime,
        "UUIDField" => Kind::Uuid,
        "ForeignKey" => {
            let target = call.arguments.args.first().or_else(|| keyword(value, "to"))?;
            let stated = string_value(target).or_else(|| last_name(target).map(str::to_owned))?;
            let class = stated.rsplit('.').next().unwrap_or_default();
            Kind::BelongsTo(if class == "AUTH_USER_MODEL" { user.to_owned() } else { class.to_owned() })
        }
        _ => return None,
    };
    let mut field = Field {
        name: name.to_owned(),
        optional: is("null") || is("blank"),
        unique: is("unique"),
        index: is("db_index"),
        min: None,
        max: if matches!(kind, Kind::String | Kind::Text) { number("max_length") } else { None },
        kind,
    };
    for one in keyword(value, "validators").map(elements).unwrap_or_default() {
        match bound(one, module)? {
            Some(("MaxValueValidator", value)) => field.max = Some(value),
            Some((_, value)) => field.min = Some(value),
            None => {}
        }
    }
    if field.kind == Kind::String && field.max.is_none() {
        return None;
    }
    Some(field)
}

/// A validator of a bound and its number; the outer `None` is one whose number is not plain.
fn bound<'e>(one: &'e Expr, module: &Module<'_>) -> Option<Option<(&'e str, i64)>> {
    let Expr::Call(call) = one else { return Some(None) };
    let name = last_name(&call.func).unwrap_or_default();
    if !BOUNDS.contains(&name) {
        return Some(None);
    }
    let value = call.arguments.args.first().map(|value| module.source(value))?;
    value.parse().ok().map(|value| Some((name, value)))
}

/// The arguments of a call as written: name, empty for one by its place, and value.
pub(super) fn arguments<'t>(call: &ExprCall, module: &Module<'t>) -> Vec<(String, &'t str)> {
    let mut all: Vec<(String, &str)> =
        call.arguments.args.iter().map(|one| (String::new(), module.source(one))).collect();
    all.extend(call.arguments.keywords.iter().map(|one| {
        let name = one.arg.as_ref().map_or("**", |arg| arg.as_str());
        (name.to_owned(), module.source(&one.value))
    }));
    all
}

/// Validators that the notation has no words for, as written.
pub(super) fn other_validators<'t>(value: &Expr, module: &Module<'t>) -> Vec<&'t str> {
    let all = keyword(value, "validators").map(elements).unwrap_or_default().iter();
    let others = all.filter(|one| !matches!(bound(one, module), Some(Some(_))));
    others.map(|one| module.source(one)).collect()
}
