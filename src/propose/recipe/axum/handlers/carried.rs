//! What hands the database to a handler, who signs in, and how a handler asks.

use super::like::{Like, body, statements};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            axum::{
                code::{Code, Unit},
                endpoint::queries::asked,
            },
            typescript::words,
        },
        rust::Struct,
    },
};

/// A parameter that leads to the pool, and the pool in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carrier {
    /// `ctx: Extension<ApiContext>`
    pub(super) parameter: String,
    /// `&ctx.db`
    pub(super) target: String,
    /// `PgPool`
    pub(super) pool: &'static str,
    pub(super) dialect: &'static str,
}

/// How statements are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asking {
    /// Before `query_as`: `sqlx::`.
    pub(super) lead: String,
    pub(super) is_macro: bool,
    pub(super) is_raw: bool,
    pub(super) is_small: bool,
    /// Between `.await` and `?`: `.map_err(internal)`.
    pub(super) convert: String,
}

/// The type in a handler's parameters that says who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedIn {
    /// `AuthUser`
    pub(super) ty: String,
    /// `auth_user`
    pub(super) variable: String,
    /// `user_id`, and its type.
    pub(super) field: String,
    pub(super) key: String,
    pub(super) is_first: bool,
}

/// The first parameter on which a handler of the example asks.
pub(super) fn carrier(like: &Like<'_>, code: &Code<'_>) -> Result<Carrier, ProposeError> {
    let all: String = code.sources.iter().map(|source| source.text).collect();
    if all.contains("MySqlPool") || all.contains("Pool<MySql>") {
        return Err(ProposeError::NotApplicable(
            "MySQL does not give back the rows that it writes; the walkthrough shows where each query would go"
                .into(),
        ));
    }
    let (pool, dialect) = match (all.contains("PgPool") || all.contains("Postgres"), all.contains("Sqlite")) {
        (true, _) => ("PgPool", "postgres"),
        (false, true) => ("SqlitePool", "sqlite"),
        _ => return Err(ProposeError::NotApplicable("neither PgPool nor SqlitePool is used here".into())),
    };
    for unit in like.known() {
        for target in targets(unit) {
            let root = target.trim_start_matches(['&', '*']).split('.').next().unwrap_or_default();
            let carries = |ty: &str| ["State<", "Extension<"].iter().any(|lead| ty.contains(lead));
            let found = unit.function.parameters.iter().find(|(pattern, ty)| {
                carries(ty)
                    && pattern.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == root)
            });
            if let Some((pattern, ty)) = found {
                return Ok(Carrier { parameter: format!("{pattern}: {ty}"), target, pool, dialect });
            }
        }
    }
    Err(ProposeError::NotApplicable(format!(
        "no handler at {} takes the database from State or Extension, so how a new one would get it is not known",
        like.place()
    )))
}

/// What queries of a function are run on: `&ctx.db`.
fn targets(unit: Unit<'_>) -> Vec<String> {
    let calls = unit.nodes("call_expression");
    let runs = calls.into_iter().filter_map(|call| {
        let callee = call.child_by_field_name("function")?;
        let name = unit.text(callee.child_by_field_name("field")?);
        let is_run = name == "execute" || name.starts_with("fetch");
        let arguments = call.child_by_field_name("arguments").filter(|_| is_run)?;
        Some(unit.text(arguments.named_child(0)?).to_owned())
    });
    runs.filter(|target| !target.contains("mut ")).collect()
}

/// How most of the example's statements are asked.
pub(super) fn asking(like: &Like<'_>) -> Result<Asking, ProposeError> {
    let (mut macros, mut functions, mut raw, mut plain, mut small) =
        (0_usize, 0_usize, 0_usize, 0_usize, 0_i32);
    let mut lead = None;
    for unit in like.known() {
        for literal in unit.all() {
            if !matches!(literal.kind(), "string_literal" | "raw_string_literal") {
                continue;
            }
            let Some((_, _, is_macro)) = asked(unit, literal) else { continue };
            let text = unit.text(literal);
            let (kind, form) = (if is_macro { &mut macros } else { &mut functions }, text.starts_with('r'));
            *kind += 1;
            *(if form { &mut raw } else { &mut plain }) += 1;
            let first = text.chars().find(|c| c.is_alphabetic() && *c != 'r');
            small += if first.is_some_and(char::is_lowercase) { 1 } else { -1 };
        }
        if statements(unit).is_empty() {
            continue;
        }
        let is_whole = body(unit).contains("sqlx::query");
        lead.get_or_insert(if is_whole { "sqlx::" } else { "" });
    }
    let text: String = like.known().map(body).collect();
    let convert = if text.contains(".await?") || text.contains(".on_constraint(") {
        String::new()
    } else {
        converted(&text).ok_or_else(|| {
            ProposeError::NotApplicable(format!(
                "what a handler at {} does with an error of the database was not understood",
                like.place()
            ))
        })?
    };
    Ok(Asking {
        lead: lead.unwrap_or("sqlx::").to_owned(),
        is_macro: macros > functions,
        is_raw: raw > plain,
        is_small: small > 0,
        convert,
    })
}

/// `.map_err(internal)` of `.await.map_err(internal)?`.
fn converted(text: &str) -> Option<String> {
    let flat: String = text.lines().map(str::trim).collect();
    let at = flat.find(".await.map_err(")? + ".await".len();
    let rest = flat.get(at..)?;
    let mut depth = 0_i32;
    let end = rest.char_indices().find_map(|(at, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        (c == ')' && depth == 0).then_some(at + 1)
    })?;
    rest.get(..end).filter(|own| !own.contains('{')).map(str::to_owned)
}

/// The extractor with the number of a user that handlers take, those of the example before others.
pub(super) fn signed_in(like: &Like<'_>, code: &Code<'_>) -> Option<SignedIn> {
    let extractor = |ty: &str| -> Option<&Struct> {
        let is_it = |one: &&Struct| one.name == ty;
        let own = code.sources.iter().flat_map(|source| &source.file.structs).find(is_it)?;
        let reads = code.sources.iter().flat_map(|source| &source.file.impls);
        let mut reads = reads.filter(|one| one.of_trait.contains("FromRequest"));
        reads.any(|one| one.name == ty).then_some(own)
    };
    let others = code
        .sources
        .iter()
        .flat_map(|source| source.file.functions.iter().map(move |function| Unit { source, function }));
    for unit in like.known().chain(others) {
        for (at, (pattern, ty)) in unit.function.parameters.iter().enumerate() {
            let Some(own) = extractor(ty) else { continue };
            let id = own.fields.iter().find(|(name, ty)| {
                (name == "id" || name.ends_with("_id")) && matches!(short(ty), "Uuid" | "i64" | "i32")
            });
            let Some((field, key)) = id else { continue };
            let is_plain =
                pattern.chars().all(|c| c.is_alphanumeric() || c == '_') && !pattern.starts_with('_');
            return Some(SignedIn {
                ty: ty.clone(),
                variable: if is_plain { pattern.clone() } else { "user".to_owned() },
                field: field.clone(),
                key: short(key).to_owned(),
                is_first: at == 0,
            });
        }
    }
    None
}

/// Whether a function takes the extractor.
pub(super) fn takes(unit: Option<Unit<'_>>, who: &SignedIn) -> bool {
    unit.is_some_and(|unit| unit.function.parameters.iter().any(|(_, ty)| *ty == who.ty))
}

/// Whether an extractor speaks of rows of a model: `AuthUser` of users.
pub(super) fn is_of(who: &SignedIn, model: &str, key: &str) -> bool {
    let names = words(&crate::propose::recipe::names::snake(&who.ty).replace('_', " ")).contains(model);
    names || who.field == format!("{model}_id") || who.field != "id" && who.field == key
}

/// The last part of a type: `Uuid` of `uuid::Uuid`.
pub(super) fn short(ty: &str) -> &str {
    ty.rsplit("::").next().unwrap_or(ty)
}
