//! How the example is written: pool, state, errors, checks, results, names of handlers.

use super::super::{
    examples::Example,
    names::Name,
    rename::{Joint, Renamer},
};
use crate::{
    domain::layer::Layer,
    ports::ProposeError,
    propose::rust::{Function, RustFile, Struct},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// What the templates take from the repository.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Style {
    /// `SqlitePool`.
    pub(super) pool: String,
    pub(super) dialect: &'static str,
    /// `State(state): State<AppState>`.
    pub(super) state: String,
    /// `AppState`.
    pub(super) state_type: String,
    /// `&state.pool`.
    pub(super) pool_value: String,
    pub(super) error: String,
    /// The variant that says "not there": what it holds.
    pub(super) not_found: &'static str,
    /// `Result<{}, AppError>` of each layer.
    pub(super) repository_result: String,
    pub(super) service_result: String,
    pub(super) handler_result: String,
    /// Extractor of a body: `Json`.
    pub(super) extractor: String,
    /// Whether handlers check bodies themselves.
    pub(super) validates: bool,
    /// Type of a shared page query with `limit` and `offset`, or nothing.
    pub(super) page: String,
    /// `/` or `/users`, the new name in place of the example's.
    pub(super) base: String,
    /// `{id}` or `:id`.
    pub(super) id: &'static str,
    /// Handlers by operation.
    pub(super) handlers: BTreeMap<&'static str, String>,
    /// Status of a body that breaks a rule.
    pub(super) refused: String,
}

/// The parsed examples.
pub(super) type Files = BTreeMap<Layer, RustFile>;

/// Reads the style; `NotApplicable` says what the recipe does not know.
pub(super) fn read(
    examples: &BTreeMap<Layer, Example>,
    files: &Files,
    others: &[(String, RustFile, String)],
    to: &Name,
) -> Result<Style, ProposeError> {
    let no = |why: String| ProposeError::NotApplicable(why);
    let text = |layer: Layer| examples.get(&layer).map_or("", |example| example.text.as_str());
    let path = |layer: Layer| examples.get(&layer).map_or("", |example| example.path.as_str());
    let (router, repository) = match (files.get(&Layer::Router), files.get(&Layer::Repository)) {
        (Some(router), Some(repository)) => (router, repository),
        _ => return Err(no("no repository of the example was found: its handlers hold the queries".into())),
    };
    let all: String = examples.values().map(|example| example.text.as_str()).collect();
    let (pool, dialect) = [("SqlitePool", "sqlite"), ("PgPool", "postgres")]
        .into_iter()
        .find(|(pool, _)| all.contains(pool))
        .ok_or_else(|| no("neither SqlitePool nor PgPool is used by the example".into()))?;
    let Some(query) = repository
        .functions
        .iter()
        .find(|one| one.parameters.first().is_some_and(|(_, ty)| ty.contains("Pool")))
    else {
        return Err(no(format!(
            "{} has no functions that take a pool; the recipe knows repositories that are modules of functions",
            path(Layer::Repository)
        )));
    };
    let handler = |method: &str| handler_of(text(Layer::Router), router, method);
    let (list, create) = (handler("get"), handler("post"));
    let shown = create
        .or(list)
        .ok_or_else(|| no(format!("{} routes nothing to a function of its own", path(Layer::Router))))?;
    let state = shown.parameters.iter().find(|(_, ty)| ty.starts_with("State<"));
    let (state_pattern, state_outer) =
        state.ok_or_else(|| no(format!("{} takes no State, so there is no pool to hand on", shown.name)))?;
    let handler_result =
        result_of(&shown.returns).ok_or_else(|| no(format!("{} returns no Result", shown.name)))?;
    let error = handler_result.split(", ").nth(1).map(|error| error.trim_end_matches('>').to_owned());
    let error = error
        .or_else(|| error_in(&all))
        .ok_or_else(|| no("the error type of the handlers is not known".into()))?;
    let short = error.rsplit("::").next().unwrap_or(&error);
    let holds = others
        .iter()
        .flat_map(|(_, file, _)| &file.enums)
        .find(|known| known.name == short)
        .and_then(|known| known.variants.iter().find(|(name, _)| name == "NotFound"))
        .ok_or_else(|| no(format!("{short} has no variant NotFound")))?;
    let not_found = match holds.1.as_str() {
        "" => "nothing",
        "(String)" => "string",
        "(&'static str)" => "text",
        other => return Err(no(format!("{short}::NotFound holds {other}, which the recipe cannot make"))),
    };
    let from = examples.get(&Layer::Router).map(|example| &example.name);
    let routes: Vec<&str> = router
        .calls
        .iter()
        .filter(|call| call.method == "route")
        .filter_map(|call| call.arguments.first())
        .map(|path| path.trim_matches('"'))
        .collect();
    let base = routes.iter().find(|path| !path.contains(['{', ':'])).copied().unwrap_or("/");
    let base = from.map_or(base.to_owned(), |from| Renamer { from, to, joint: Joint::Kebab }.apply(base));
    let body = create.and_then(|create| {
        create.parameters.iter().rfind(|(_, ty)| !ty.starts_with("State<") && ty.contains('<'))
    });
    let service = files
        .get(&Layer::Service)
        .and_then(|file| file.functions.iter().find_map(|one| result_of(&one.returns)));
    let mut handlers = BTreeMap::new();
    for (operation, method, default) in [
        ("list", "get", "list"),
        ("create", "post", "create"),
        ("update", "put", "update"),
        ("remove", "delete", "remove"),
    ] {
        let renamed = handler(method)
            .zip(from)
            .map(|(one, from)| Renamer { from, to, joint: Joint::Snake }.apply(&one.name));
        handlers.insert(operation, renamed.unwrap_or_else(|| default.to_owned()));
    }
    let show = item_handler(text(Layer::Router), router)
        .zip(from)
        .map(|(one, from)| Renamer { from, to, joint: Joint::Snake }.apply(&one.name));
    handlers.insert("show", show.unwrap_or_else(|| "show".to_owned()));
    Ok(Style {
        pool: pool.to_owned(),
        dialect,
        state: format!("{state_pattern}: {state_outer}"),
        state_type: state_outer.trim_start_matches("State<").trim_end_matches('>').to_owned(),
        pool_value: pool_value(text(Layer::Router), state_pattern),
        error: error.clone(),
        not_found,
        repository_result: result_of(&query.returns).unwrap_or_else(|| "Result<{}, sqlx::Error>".into()),
        service_result: service.unwrap_or_else(|| handler_result.clone()),
        handler_result,
        extractor: body.and_then(|(_, ty)| ty.split('<').next()).unwrap_or("Json").to_owned(),
        validates: text(Layer::Router).contains(".validate()?"),
        page: page(list, others),
        base,
        id: if routes.iter().any(|path| path.contains("/:")) { ":id" } else { "{id}" },
        handlers,
        refused: refused(others, short),
    })
}

/// `Result<{}, AppError>` of a return type.
pub(super) fn result_of(returns: &str) -> Option<String> {
    let (head, rest) = returns.split_once('<')?;
    if !head.ends_with("Result") {
        return None;
    }
    let mut depth = 0_i32;
    for (at, c) in rest.char_indices() {
        match c {
            '<' | '(' => depth += 1,
            '>' | ')' if depth == 0 => return Some(format!("{head}<{{}}{}", rest.get(at..)?)),
            '>' | ')' => depth -= 1,
            ',' if depth == 0 => {
                let tail = rest.get(at + 1..)?.split_whitespace().collect::<Vec<_>>().join(" ");
                return Some(format!("{head}<{{}}, {}", tail.replace(", >", ">").replace(",>", ">")));
            }
            _ => {}
        }
    }
    None
}

fn error_in(text: &str) -> Option<String> {
    let at = text.find("::NotFound")?;
    let before = text.get(..at)?;
    before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_')).next().map(str::to_owned)
}

/// The function of the file that a method routes to, on the collection.
fn handler_of<'f>(text: &str, file: &'f RustFile, method: &str) -> Option<&'f Function> {
    routed(text, file, method, false)
}

fn item_handler<'f>(text: &str, file: &'f RustFile) -> Option<&'f Function> {
    routed(text, file, "get", true)
}

fn routed<'f>(_text: &str, file: &'f RustFile, method: &str, on_item: bool) -> Option<&'f Function> {
    let on_either = matches!(method, "put" | "delete");
    let routes = file.calls.iter().filter(|call| call.method == "route");
    for route in routes {
        let (Some(path), Some(methods)) = (route.arguments.first(), route.arguments.get(1)) else { continue };
        if !on_either && path.contains(['{', ':']) != on_item {
            continue;
        }
        let name = methods.split(&format!("{method}(")).nth(1).and_then(|rest| rest.split(')').next());
        if let Some(found) = name.and_then(|name| file.functions.iter().find(|one| one.name == name.trim())) {
            return Some(found);
        }
    }
    None
}

/// `&state.pool`, as handlers hand it on.
fn pool_value(text: &str, pattern: &str) -> String {
    let variable = pattern.trim_start_matches("State(").trim_end_matches(')');
    let lead = format!("&{variable}.");
    let field = text
        .split(lead.as_str())
        .nth(1)
        .and_then(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next());
    match field {
        Some(field) => format!("{lead}{field}"),
        None => format!("&{variable}"),
    }
}

/// A page query that is not the example's own.
fn page(list: Option<&Function>, others: &[(String, RustFile, String)]) -> String {
    let queries = list.map(|list| list.parameters.as_slice()).unwrap_or_default();
    let wanted = queries.iter().find_map(|(_, ty)| ty.strip_prefix("Query<")?.strip_suffix('>'));
    let fits = |one: &&Struct| {
        let has = |name: &str| one.fields.iter().any(|(field, ty)| field == name && ty == "i64");
        has("limit") && has("offset")
    };
    let known = others.iter().flat_map(|(_, file, _)| &file.structs).filter(fits);
    wanted.filter(|wanted| known.into_iter().any(|one| one.name == *wanted)).unwrap_or_default().to_owned()
}

/// The status that the error type gives to what breaks a rule.
fn refused(others: &[(String, RustFile, String)], error: &str) -> String {
    let own = others.iter().find(|(_, file, _)| file.enums.iter().any(|one| one.name == error));
    let line = own.and_then(|(_, _, text)| {
        text.lines().find(|line| {
            line.contains("StatusCode::") && (line.contains("Valid") || line.contains("Invalid"))
        })
    });
    let status = line.and_then(|line| line.split("StatusCode::").nth(1));
    let status = status.and_then(|rest| rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next());
    status.unwrap_or("UNPROCESSABLE_ENTITY").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_known_by_its_error() {
        for (returns, expected) in [
            ("Result<Vec<User>, AppError>", Some("Result<{}, AppError>")),
            ("sqlx::Result<Option<User>>", Some("sqlx::Result<{}>")),
            ("Result<(StatusCode, Json<User>), AppError>", Some("Result<{}, AppError>")),
            ("Json<User>", None),
        ] {
            assert_eq!(result_of(returns).as_deref(), expected);
        }
    }
}
