//! The routes of a resource that is there: its file, its collection, its own row.

use super::reader::Reader;
use crate::{
    domain::map::BackendMap,
    ports::ProposeError,
    propose::{
        python::{Module, last_name, string_value},
        recipe::{
            endpoint::paths::{covers, is_parameter, segments},
            names::{Name, singular, snake},
        },
    },
};
use ruff_python_ast::{Expr, ExprCall, Stmt, StmtFunctionDef};

/// Verbs of HTTP as decorators name them.
const VERBS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// One route.
#[derive(Clone, Copy)]
pub(super) struct Handler<'m> {
    pub(super) function: &'m StmtFunctionDef,
    pub(super) decorator: &'m ExprCall,
    /// `get`
    pub(super) verb: &'m str,
}

impl Handler<'_> {
    /// As the decorator says it.
    pub(super) fn path(&self) -> String {
        let arguments = &self.decorator.arguments;
        let named =
            arguments.keywords.iter().find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == "path"));
        let given = arguments.args.first().or_else(|| named.map(|keyword| &keyword.value));
        given.and_then(string_value).unwrap_or_default()
    }
}

/// The routes of one resource.
pub(super) struct Collection<'m> {
    pub(super) path: &'m str,
    /// All routes of the file, in its order.
    pub(super) handlers: Vec<Handler<'m>>,
    /// What the file's own paths begin with: empty, or `/posts`.
    pub(super) prefix: String,
    /// Where the collection is, as far as it is known: `/api/posts`.
    pub(super) url: String,
    /// The route of one row.
    pub(super) row: Handler<'m>,
    /// The parameter of the row's key: `post_id`.
    pub(super) key: String,
    pub(super) list: Option<Handler<'m>>,
    pub(super) create: Option<Handler<'m>>,
}

/// Routes of a module, in file order.
fn handlers<'m>(module: &'m Module<'_>) -> Vec<Handler<'m>> {
    let of = |function: &'m StmtFunctionDef| {
        function.decorator_list.iter().find_map(|decorator| {
            let Expr::Call(call) = &decorator.expression else { return None };
            let Expr::Attribute(attribute) = &*call.func else { return None };
            let receiver = last_name(&attribute.value)?;
            let verb = attribute.attr.as_str();
            let is_router = receiver.contains("router") || receiver == "app" || receiver.ends_with("_app");
            (is_router && VERBS.contains(&verb)).then_some(Handler { function, decorator: call, verb })
        })
    };
    module
        .functions()
        .filter_map(of)
        .filter(|handler| handler.path().starts_with('/') || handler.path().is_empty())
        .collect()
}

/// The prefix that the file's router is made with.
fn router_prefix(module: &Module<'_>) -> String {
    module
        .body
        .iter()
        .find_map(|stmt| {
            let Stmt::Assign(assign) = stmt else { return None };
            let Expr::Call(call) = &*assign.value else { return None };
            let keywords = call.arguments.keywords.iter();
            let prefix = keywords
                .into_iter()
                .find(|keyword| keyword.arg.as_ref().is_some_and(|arg| arg == "prefix"))?;
            (last_name(&call.func) == Some("APIRouter")).then(|| string_value(&prefix.value))?
        })
        .unwrap_or_default()
}

/// Whether a part of an address names the resource.
fn names(part: &str, name: &Name) -> bool {
    !is_parameter(part) && singular(&snake(part)) == name.snake
}

impl<'m> Collection<'m> {
    /// Finds it; the error says what is missing.
    pub(super) fn find(
        reader: &'m Reader<'_>,
        name: &Name,
        model: &str,
        map: &BackendMap,
    ) -> Result<Self, ProposeError> {
        let mut best: Option<((bool, bool), Self)> = None;
        let mut rows_missing = None;
        for (path, module) in &reader.modules {
            let all = handlers(module);
            if all.is_empty() {
                continue;
            }
            let stem = path.trim_end_matches(".py").rsplit('/').next().unwrap_or_default();
            let folder = path.rsplit('/').nth(1).unwrap_or_default();
            let words: Vec<&str> = stem.split('_').chain([folder]).collect();
            let is_named =
                singular(stem) == name.snake || words.iter().any(|word| singular(word) == name.snake);
            let own_prefix = router_prefix(module);
            let served = map.endpoints.iter().filter(|endpoint| endpoint.file == *path);
            let is_served = segments(&own_prefix).iter().any(|part| names(part, name))
                || served.into_iter().any(|endpoint| {
                    segments(&endpoint.path)
                        .iter()
                        .take_while(|part| !is_parameter(part))
                        .any(|part| names(part, name))
                });
            let in_paths = all.iter().map(Handler::path).find_map(|path| {
                let parts = segments(&path);
                let at = parts.iter().position(|part| names(part, name))?;
                Some(parts.get(..=at)?.iter().map(|part| format!("/{part}")).collect::<String>())
            });
            let knows_model = module.text.contains(model);
            if !(is_named || is_served || in_paths.is_some()) || !(knows_model || is_named) {
                continue;
            }
            let prefix = in_paths.unwrap_or_default();
            let Some((row, key)) = row_of(&all, &prefix) else {
                rows_missing = Some(path);
                continue;
            };
            let at = |verb: &str| {
                all.iter().copied().find(|one| one.verb == verb && one.path().trim_end_matches('/') == prefix)
            };
            let mount = mount(path, row, map).unwrap_or(own_prefix);
            let (list, create) = (at("get"), at("post"));
            let found = Self {
                path,
                url: format!("{mount}{prefix}"),
                prefix,
                row,
                key,
                list,
                create,
                handlers: all.clone(),
            };
            let rank = (is_named, is_served);
            if best.as_ref().is_none_or(|(known, _)| rank > *known) {
                best = Some((rank, found));
            }
        }
        best.map(|(_, found)| found).ok_or_else(|| {
            ProposeError::NotApplicable(match rows_missing {
                Some(path) => {
                    format!("{path} has no GET route of one {}, which a new route would follow", name.snake)
                }
                None => format!(
                    "no routes of {} were found to add one to; the recipe resource makes them",
                    name.plural
                ),
            })
        })
    }

    /// The whole address of a route that is decided below the collection.
    pub(super) fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url.trim_end_matches('/'))
    }

    /// A route of this file that answers the same requests.
    pub(super) fn same(&self, verb: &str, path: &str) -> Option<&Handler<'m>> {
        self.handlers
            .iter()
            .find(|one| one.verb == verb && covers(&one.path(), path) && covers(path, &one.path()))
    }

    /// The first route that would take the requests of a new one.
    pub(super) fn hiding(&self, verb: &str, path: &str) -> Option<&Handler<'m>> {
        self.handlers.iter().find(|one| one.verb == verb && covers(&one.path(), path))
    }
}

/// The route of one row below a prefix, and the name of its parameter.
fn row_of<'m>(all: &[Handler<'m>], prefix: &str) -> Option<(Handler<'m>, String)> {
    all.iter().filter(|one| one.verb == "get").find_map(|one| {
        let path = one.path();
        let rest = path.strip_prefix(prefix)?;
        let [part] = segments(rest)[..] else { return None };
        let name = part.strip_prefix('{')?.strip_suffix('}')?;
        Some((*one, name.split(':').next().unwrap_or(name).to_owned()))
    })
}

/// What stands before the paths of a file, as the map knows it.
fn mount(path: &str, row: Handler<'_>, map: &BackendMap) -> Option<String> {
    let own = row.path();
    let own = segments(&own);
    let known = map.endpoints.iter().filter(|endpoint| endpoint.file == path && endpoint.method == "GET");
    known
        .filter_map(|endpoint| {
            let parts = segments(&endpoint.path);
            let at = parts.len().checked_sub(own.len())?;
            let tail = parts.get(at..)?;
            let agrees = tail.iter().zip(&own).all(|(a, b)| a == b || is_parameter(a) && is_parameter(b));
            let is_row = tail.last().is_some_and(|part| is_parameter(part));
            (agrees && is_row)
                .then(|| parts.get(..at).unwrap_or_default().iter().map(|part| format!("/{part}")).collect())
        })
        .min_by_key(String::len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn found(routes: &str) -> Result<(String, String, String, bool), String> {
        let texts = BTreeMap::from([("app/api.py".to_owned(), routes.to_owned())]);
        let reader = Reader::new(&texts);
        let collection = Collection::find(&reader, &Name::of("post"), "Post", &BackendMap::default())
            .map_err(|error| error.to_string())?;
        let row = collection.row.function.name.to_string();
        Ok((collection.url, collection.key, row, collection.list.is_some()))
    }

    #[test]
    fn a_collection_is_found_by_its_prefix_or_among_others() {
        let own = "# Post\nrouter = APIRouter(prefix=\"/posts\")\n\n@router.get(\"/\")\ndef all(): ...\n\n@router.get(\"/{post_id}\")\ndef one(post_id): ...\n";
        assert_eq!(found(own).unwrap(), ("/posts".into(), "post_id".into(), "one".into(), true));
        let mixed = "# Post\n@app.get(\"/users/{id}\")\ndef user(id): ...\n\n@app.get(\"/v1/posts/{id}\")\ndef post(id): ...\n";
        assert_eq!(found(mixed).unwrap(), ("/v1/posts".into(), "id".into(), "post".into(), false));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert!(
            found("# Post\nrouter = APIRouter(prefix=\"/posts\")\n\n@router.get(\"/\")\ndef all(): ...\n")
                .unwrap_err()
                .contains("app/api.py")
        );
        assert!(found("x = 1\n").unwrap_err().contains("posts"));
    }
}
