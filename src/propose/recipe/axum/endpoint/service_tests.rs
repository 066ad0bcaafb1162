//! The tests of a function that no route calls: rows are made as the tests that are there make
//! them, and the service is asked with the same pool.

use super::{code::Unit, list::leading, tests_of::Suite, work::Work};
use crate::{
    ports::ProposeError,
    propose::{
        recipe::{
            endpoint::{Kind, column::Column},
            fields::Kind as Type,
        },
        rust::Struct,
    },
};
use minijinja::context;

const TEMPLATE: &str = "service-method.test.rs.j2";

/// The tests; `Ok(Err(_))` says why they are the reader's to write.
pub(super) fn piece(
    work: &Work<'_>,
    service: Unit<'_>,
    columns: &[Column],
    bodies: &[(&Struct, &str)],
) -> Result<Result<super::work::Piece, String>, ProposeError> {
    let yours = |why: String| Ok(Err(format!("{why}, so the tests are yours to write.")));
    let suite = match Suite::find(work, bodies) {
        Ok(suite) => suite,
        Err(why) => return yours(why),
    };
    let Some(pool) = suite.pool() else {
        return yours(format!("{} has no pool to ask the service with", suite.source.path));
    };
    let Some(path) = public_path(work, service, suite.source.text) else {
        return yours(format!("{} is not public for tests", service.source.path));
    };
    let key = columns.iter().find(|column| column.is_key);
    let column = work.route.by.as_ref().or(key);
    let (Some(column), Some(own)) = (column, given(work, service)) else {
        return yours(format!("What a test would give {} is not known", service.place()));
    };
    let returns: String = service.function.returns.split_whitespace().collect();
    if work.route.kind == Kind::List && !returns.contains(&format!("Vec<{}>", work.ask.name.pascal)) {
        return yours(format!("{} gives its rows in a form of its own", service.place()));
    }
    let module = path.rsplit("::").next().unwrap_or_default().to_owned();
    let call = |value: &str| {
        let given: Vec<String> =
            own.iter().map(|one| if one.is_empty() { value.to_owned() } else { one.clone() }).collect();
        format!("{module}::{}({})", work.name_for(&service.function.name), given.join(", "))
    };
    let name = &column.name;
    let made = match matches!(column.kind, Type::String | Type::Text) {
        true => format!("made[\"{name}\"].as_str().unwrap()"),
        false => format!("serde_json::from_value(made[\"{name}\"].clone()).unwrap()"),
    };
    let values = context! {
        pool,
        called => work.name_for(&service.function.name),
        path,
        made,
        call => call("value"),
        call_unknown => nothing_like_it(column).map(|value| call(&value)),
        gives_option => returns.contains("Option<"),
        gives_flag => returns.contains("<bool"),
        ..suite.values(work, columns)
    };
    suite.written(work, TEMPLATE, &values).map(Ok)
}

/// The path of a function's module as tests of the package reach it.
fn public_path(work: &Work<'_>, unit: Unit<'_>, test: &str) -> Option<String> {
    let module = unit.source.module().strip_prefix("crate::")?;
    let is_public = |parent: &str, name: &str| {
        let own = work.code.sources.iter().filter(|one| one.module() == parent);
        own.into_iter()
            .any(|source| source.text.lines().any(|line| line.trim() == format!("pub mod {name};")))
    };
    let mut parent = "crate".to_owned();
    for name in module.split("::") {
        if !is_public(&parent, name) {
            return None;
        }
        parent = format!("{parent}::{name}");
    }
    // The package is what the tests import the application from.
    let package = test.lines().find_map(|line| {
        let from = line.strip_prefix("use ")?.split("::").next()?;
        let known = [
            "std",
            "core",
            "axum",
            "serde_json",
            "sqlx",
            "tower",
            "http",
            "http_body_util",
            "hyper",
            "uuid",
            "chrono",
            "crate",
            "super",
            "self",
        ];
        (!known.contains(&from) && line.contains(&work.starts_with())).then(|| from.to_owned())
    })?;
    Some(format!("{package}::{module}"))
}

/// What stands for each parameter of the new function; empty for the value that is looked for.
fn given(work: &Work<'_>, unit: Unit<'_>) -> Option<Vec<String>> {
    let lead = leading(unit);
    let mut all: Vec<String> = Vec::new();
    for (_, ty) in unit.function.parameters.iter().take(lead) {
        if !ty.contains("Pool") {
            return None;
        }
        all.push(if ty.starts_with('&') { "&own".into() } else { "own.clone()".into() });
    }
    let rest = unit.function.parameters.iter().skip(lead);
    match work.route.kind {
        Kind::Count => {}
        // The key stands first, and a body is left out.
        Kind::Lookup | Kind::Action => {
            let most = if work.route.kind == Kind::Lookup { 1 } else { 2 };
            if rest.count() > most {
                return None;
            }
            all.push(String::new());
        }
        Kind::List => {
            all.push(String::new());
            for (pattern, ty) in rest {
                let is_number = ["i64", "i32", "u32", "u64", "usize"].contains(&ty.as_str());
                let value = match pattern.as_str() {
                    "limit" | "page_size" | "per_page" | "size" => "50",
                    "offset" | "skip" => "0",
                    "page" => "1",
                    _ => return None,
                };
                all.push(Some(value.to_owned()).filter(|_| is_number)?);
            }
        }
    }
    Some(all)
}

/// A value that no row has.
fn nothing_like_it(column: &Column) -> Option<String> {
    Some(match column.kind {
        Type::String | Type::Text if column.choices.is_empty() => "\"nothing-like-it\"".into(),
        _ if column.source_type == "Uuid" => "uuid::Uuid::nil()".into(),
        Type::Integer | Type::BelongsTo(_) => "999_999".into(),
        _ => return None,
    })
}
