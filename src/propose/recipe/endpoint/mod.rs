//! The `endpoint` recipe: one route into a resource that is there.
//!
//! What is asked for is read here, and decided with the columns of the resource's model
//! ([`route::Route`]); each stack finds the layers that a request passes through already and
//! adds one function to each. Nothing that is there is rewritten.

pub(super) mod column;
pub(super) mod notes;
pub(super) mod paths;
pub(super) mod python_values;
pub(super) mod route;
mod service;
mod verbs;

pub use service::ServiceMethodRecipe;

use super::{
    head::Words,
    names::{Name, snake},
    resource::{Ask, Search, input},
};
use crate::{
    domain::{map::BackendMap, proposal::Proposal},
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};
use std::collections::BTreeMap;

/// What a route does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The rows that have one value in a field.
    List,
    /// The row that has a value which no other has.
    Lookup,
    /// The number of rows.
    Count,
    /// One field of a row gets a value.
    Action,
}

impl Kind {
    fn read(text: &str) -> Option<Self> {
        match text {
            "list" => Some(Self::List),
            "lookup" => Some(Self::Lookup),
            "count" => Some(Self::Count),
            "action" => Some(Self::Action),
            _ => None,
        }
    }
}

/// From where a new function is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Reach {
    /// From an address, through all layers.
    #[default]
    Route,
    /// From the service, by other code of the backend.
    Service,
}

/// What is asked for, as it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) reach: Reach,
    /// What the function is to be called, in snake case, where the reader says it.
    pub(super) named: Option<String>,
    pub(super) kind: Option<Kind>,
    /// The field that is looked for.
    pub(super) by: Option<String>,
    /// The field that an action changes, and its new value.
    pub(super) set: Option<(String, String)>,
    pub(super) method: Option<String>,
    pub(super) path: Option<String>,
}

/// A route to add to a resource.
pub(super) struct NewRoute<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) wanted: &'a Wanted,
}

/// Adds a route to a resource of a backend whose stack has the recipe.
pub struct EndpointRecipe {
    base: ReadBase,
}

impl EndpointRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for EndpointRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name = input(request, "endpoint", "name", "Review")?;
        let wanted = Wanted::read(request)?;
        let search = Search { recipe: "endpoint", request, base: &self.base, cancel };
        search.first_fit(
            |head| Ok((Name::resource(name, &head.words)?, Vec::new())),
            |adapter, ask| {
                wanted.refuse_words(&ask.head.words)?;
                let draft = adapter.endpoint(&NewRoute { ask, wanted: &wanted })?;
                Ok((format!("Add {}", draft.like), draft))
            },
        )
    }
}

impl Wanted {
    /// Reads the inputs `kind`, `by`, `set`, `method` and `path`.
    pub(super) fn read(request: &ProposalRequest) -> Result<Self, ProposeError> {
        Self::read_inputs(&request.inputs)
    }

    fn read_inputs(inputs: &BTreeMap<String, String>) -> Result<Self, ProposeError> {
        let given = |key: &str| inputs.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let kind = match given("kind") {
            None => None,
            Some(text) => Some(Kind::read(text).ok_or_else(|| {
                wrong(format!("{text:?} is not a kind of route"), "list, lookup, count or action")
            })?),
        };
        let set = match given("set") {
            None => None,
            Some(text) => {
                let (field, value) = text.split_once('=').ok_or_else(|| {
                    wrong(
                        format!("{text:?} does not say field and value"),
                        "for example set=\"published=true\"",
                    )
                })?;
                Some((without_type(field), value.trim().to_owned()))
            }
        };
        let method = given("method").map(str::to_uppercase);
        if let Some(method) = &method
            && !["GET", "POST", "PUT", "PATCH"].contains(&method.as_str())
        {
            let what = format!("a route with {method} is not one that the recipe endpoint writes");
            return Err(wrong(what, "GET for list, lookup and count; POST, PUT or PATCH for an action"));
        }
        let (method, path) = match given("path") {
            None => (method, None),
            Some(path) => {
                // `POST /posts/{id}/publish` in one text.
                let (verb, path) = match path.split_once(' ') {
                    Some((verb, path)) if verb.chars().all(|c| c.is_ascii_uppercase()) => {
                        (Some(verb.to_owned()), path.trim())
                    }
                    _ => (None, path),
                };
                paths::check(path)?;
                (method.or(verb), Some(path.to_owned()))
            }
        };
        Ok(Self { kind, by: given("by").map(without_type), set, method, path, ..Self::default() })
    }

    /// A word of the language cannot be what a function is called.
    fn refuse_words(&self, words: &Words) -> Result<(), ProposeError> {
        let last = self.path.as_deref().and_then(paths::last_word).map(|word| snake(&word));
        match last.filter(|word| words.reserved.contains(word)) {
            Some(word) => Err(wrong(
                format!(
                    "{word} is a word of {} itself, and the route's function would have that name",
                    words.language
                ),
                "choose another last word of the path",
            )),
            None => Ok(()),
        }
    }
}

/// Whether the inputs of a task name a route that the recipe writes and nobody serves: a row's
/// verb, rows by a field, or a count. The resource's own five routes are the recipe `resource`.
pub(crate) fn is_new_route(inputs: &BTreeMap<String, String>, map: &BackendMap) -> bool {
    let (Some(method), Some(path)) = (inputs.get("method"), inputs.get("path")) else { return false };
    let parts = paths::segments(path);
    let fits = match (method.as_str(), parts.as_slice()) {
        ("GET", [.., "count"]) => true,
        ("GET", [.., word, value]) => word.starts_with("by-") && paths::is_parameter(value),
        ("POST" | "PUT" | "PATCH", [.., row, verb]) => paths::is_parameter(row) && !paths::is_parameter(verb),
        _ => false,
    };
    let is_served = map.endpoints.iter().any(|one| one.method == *method && paths::same(&one.path, path));
    fits && !is_served && paths::check(path).is_ok()
}

/// `stars` of `stars:int{1..5}`: the type is the model's to say.
fn without_type(field: &str) -> String {
    snake(field.split(':').next().unwrap_or_default().trim())
}

fn wrong(what: String, hint: &str) -> ProposeError {
    ProposeError::Input { what, hint: hint.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::stack::Stack, propose::recipe::head::Head};
    use std::{path::PathBuf, sync::Arc};

    fn read(inputs: &[(&str, &str)]) -> Result<Wanted, ProposeError> {
        let inputs = inputs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        Wanted::read(&ProposalRequest {
            root: PathBuf::new(),
            base: String::new(),
            map: Arc::default(),
            stack: Stack::default(),
            task: None,
            steps: Vec::new(),
            step: 0,
            texts: Arc::new(BTreeMap::new()),
            inputs,
        })
    }

    #[test]
    fn a_method_may_stand_before_the_path_and_a_type_behind_the_field() {
        let wanted = read(&[("path", "POST /posts/{id}/publish"), ("set", "stars:int = 3")]).unwrap();
        assert_eq!(wanted.method.as_deref(), Some("POST"));
        assert_eq!(wanted.path.as_deref(), Some("/posts/{id}/publish"));
        assert_eq!(wanted.set, Some(("stars".into(), "3".into())));
        assert_eq!(read(&[("by", "author:belongs_to(User)")]).unwrap().by.as_deref(), Some("author"));
    }

    #[test]
    fn a_task_names_a_new_route_only_where_it_is_no_plain_one() {
        let map = BackendMap::default();
        for (method, path, expected) in [
            ("POST", "/api/posts/{id}/publish", true),
            ("GET", "/posts/by-author/{author_id}", true),
            ("GET", "/posts/count", true),
            ("GET", "/posts/{id}", false),
            ("POST", "/posts", false),
            ("DELETE", "/posts/{id}/publish", false),
        ] {
            let inputs =
                [("method", method), ("path", path)].map(|(key, value)| (key.to_owned(), value.to_owned()));
            assert_eq!(is_new_route(&inputs.into(), &map), expected, "{method} {path}");
        }
    }

    #[test]
    fn what_cannot_be_a_route_says_what_would_be_right() {
        for inputs in [
            [("kind", "delete")],
            [("set", "published")],
            [("method", "DELETE")],
            [("path", "/posts/../etc")],
            [("path", "/posts/{id")],
            [("path", "/posts/é")],
        ] {
            match read(&inputs) {
                Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
                other => panic!("{inputs:?}: {other:?}"),
            }
        }
        let wanted = read(&[("path", "/posts/{id}/import")]).unwrap();
        let words = Head::load("fastapi-sqlalchemy").unwrap().words;
        assert!(matches!(wanted.refuse_words(&words), Err(ProposeError::Input { .. })));
    }
}
