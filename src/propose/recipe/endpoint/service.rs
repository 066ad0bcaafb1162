//! The `service-method` recipe: a function in the service of a resource that is there, down to
//! its query, that no route calls yet.
//!
//! It is the route of `endpoint` without its handler: what is asked for is read and decided in
//! the same words, and each stack leaves out the layer that speaks HTTP.

use super::{
    Kind, NewRoute, Reach, Wanted,
    route::{Model, NewValue, ROW, Route, value_of},
    wrong,
};
use crate::{
    domain::proposal::Proposal,
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::{
        recipe::{
            SERVICE_METHOD,
            fill::Fill,
            head::Words,
            names::{Name, snake},
            resource::{Search, input},
        },
        workspace::ReadBase,
    },
};

/// Adds a function to the service of a resource, in a backend whose stack has the recipe.
pub struct ServiceMethodRecipe {
    base: ReadBase,
}

impl ServiceMethodRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for ServiceMethodRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name = input(request, SERVICE_METHOD, "name", "Review")?;
        let wanted = Wanted::of_method(request)?;
        let search = Search { recipe: SERVICE_METHOD, request, base: &self.base, cancel };
        search.first_fit(
            |head| Ok((Name::resource(name, &head.words)?, Vec::new())),
            |adapter, ask| {
                wanted.refuse_word(&ask.head.words)?;
                let draft = adapter.service_method(&NewRoute { ask, wanted: &wanted })?;
                Ok((format!("Add {}", draft.like), draft))
            },
        )
    }
}

impl Wanted {
    /// Reads the inputs `kind`, `by`, `set`, and `method`, which is a name here; a verb of HTTP
    /// and a path, as a task's text has them, say what a route of them would do.
    fn of_method(request: &ProposalRequest) -> Result<Self, ProposeError> {
        let mut inputs = request.inputs.clone();
        let is_verb = |name: &String| ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&name.as_str());
        let named =
            inputs.remove("method").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        let (named, verb) = match named {
            Some(name) if is_verb(&name) => (None, Some(name)),
            other => (other, None),
        };
        inputs.extend(verb.map(|verb| ("method".to_owned(), verb)));
        let named = match named {
            None => None,
            Some(name) => {
                let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
                if !starts || !plain || name.len() > 60 {
                    let what = format!("{name:?} cannot be the name of a method");
                    return Err(wrong(what, "letters, digits and underscores, for example archive_old"));
                }
                Some(snake(&name))
            }
        };
        Ok(Self { reach: Reach::Service, named, ..Self::read_inputs(&inputs)? })
    }

    fn refuse_word(&self, words: &Words) -> Result<(), ProposeError> {
        match self.named.as_ref().filter(|name| words.reserved.contains(name)) {
            Some(name) => {
                let what = format!("{name} is a word of {} itself", words.language);
                Err(wrong(what, "choose another name, for example archive_old"))
            }
            None => Ok(()),
        }
    }
}

impl Route {
    /// Decides what a method of a service does; its name says what the inputs leave open:
    /// `count_open`, `get_by_email`, `publish`.
    pub(in crate::propose::recipe) fn for_service(
        wanted: &Wanted,
        model: &Model<'_>,
    ) -> Result<Self, ProposeError> {
        if wanted.path.is_some() {
            let route = Self::decide(wanted, model)?;
            return Ok(Self { named: wanted.named.clone(), reach: Reach::Service, ..route });
        }
        let anywhere = Model { collection: "", ..*model };
        let open = wanted.kind.is_none() && wanted.by.is_none() && wanted.set.is_none();
        let named = wanted.named.as_deref();
        let said_by = named.filter(|_| open).and_then(|name| name.split_once("_by_")).map(|(_, field)| field);
        let counts = open && named.is_some_and(|name| name == "count" || name.starts_with("count_"));
        let is_action = wanted.kind == Some(Kind::Action)
            || wanted.set.is_some()
            || open && named.is_some() && said_by.is_none() && !counts;
        if open && named.is_none() {
            return Err(wrong(
                "the recipe service-method cannot see what the method is to do".into(),
                "say by=author for rows or a row by a field, set=\"published=true\" for a change, kind=count, or method=publish where a field says what that is",
            ));
        }
        let path = match (is_action, named, &wanted.set) {
            (false, ..) => None,
            (true, Some(name), _) => Some(name.to_owned()),
            (true, None, Some((field, value))) => {
                let column = anywhere.column(field)?;
                Some(verb_of(&column.name, &value_of(column, value)?))
            }
            (true, None, None) => {
                return Err(wrong(
                    "a change needs its field and value".into(),
                    "for example set=\"published=true\"",
                ));
            }
        };
        let wanted = Wanted {
            kind: match (counts, is_action) {
                (true, _) => Some(Kind::Count),
                (false, true) => Some(Kind::Action),
                (false, false) => wanted.kind,
            },
            by: wanted.by.clone().or_else(|| said_by.map(str::to_owned)),
            path: path.map(|verb| format!("/{ROW}/{verb}")),
            ..wanted.clone()
        };
        let route = Self::decide(&wanted, &anywhere)?;
        Ok(Self { named: wanted.named, reach: Reach::Service, ..route })
    }
}

/// What a function is called that gives a field one value: `mark_published`, `set_stars`.
fn verb_of(column: &str, value: &NewValue) -> String {
    let plain = column.strip_prefix("is_").unwrap_or(column);
    let moment = plain.strip_suffix("_at").or(plain.strip_suffix("_on"));
    match value {
        NewValue::Fixed(Fill::Boolean(true)) => format!("mark_{plain}"),
        NewValue::Fixed(Fill::Boolean(false)) => format!("mark_not_{plain}"),
        NewValue::Choice(choice) => format!("mark_{}", snake(&choice.value)),
        NewValue::Now => format!("mark_{}", moment.unwrap_or(plain)),
        NewValue::Nothing => format!("clear_{plain}"),
        NewValue::Fixed(_) => format!("set_{plain}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::stack::Stack,
        propose::recipe::{endpoint::column::Column, fields},
    };
    use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

    fn column(name: &str, kind: fields::Kind, unique: bool) -> Column {
        Column {
            name: name.into(),
            kind,
            source_type: String::new(),
            is_key: name == "id",
            optional: name.ends_with("_at"),
            unique,
            indexed: false,
            has_default: false,
            choices: Vec::new(),
            min: None,
            max: None,
            line: 1,
        }
    }

    fn decide(inputs: &[(&str, &str)]) -> Result<Route, ProposeError> {
        let inputs = inputs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let wanted = Wanted::of_method(&ProposalRequest {
            root: PathBuf::new(),
            base: String::new(),
            map: Arc::default(),
            stack: Stack::default(),
            task: None,
            steps: Vec::new(),
            step: 0,
            texts: Arc::new(BTreeMap::new()),
            inputs,
        })?;
        let columns = [
            column("id", fields::Kind::Integer, false),
            column("slug", fields::Kind::String, true),
            column("author_id", fields::Kind::BelongsTo("User".into()), false),
            column("published", fields::Kind::Boolean, false),
            column("archived_at", fields::Kind::DateTime, false),
        ];
        Route::for_service(&wanted, &Model { name: "Post", columns: &columns, collection: "/posts" })
    }

    #[test]
    fn a_method_is_decided_by_its_inputs_or_by_its_name() {
        for (inputs, kind, verb, name) in [
            (&[("by", "author")][..], Kind::List, "by_author", None),
            (&[("method", "findBySlug")], Kind::Lookup, "by_slug", Some("find_by_slug")),
            (&[("set", "published=true")], Kind::Action, "mark_published", None),
            (&[("set", "published=false")], Kind::Action, "mark_not_published", None),
            (&[("set", "archived_at=now")], Kind::Action, "mark_archived", None),
            (&[("set", "archived_at=null")], Kind::Action, "clear_archived_at", None),
            (&[("method", "publish")], Kind::Action, "publish", Some("publish")),
            (&[("method", "retire"), ("set", "archived_at=now")], Kind::Action, "retire", Some("retire")),
            (&[("kind", "count")], Kind::Count, "count", None),
            (&[("method", "count_posts")], Kind::Count, "count", Some("count_posts")),
            (&[("method", "POST"), ("path", "/posts/{id}/publish")], Kind::Action, "publish", None),
        ] {
            let route = decide(inputs).unwrap();
            assert_eq!(
                (route.kind, route.verb.as_str(), route.named.as_deref(), route.reach),
                (kind, verb, name, Reach::Service),
                "{inputs:?}"
            );
        }
    }

    #[test]
    fn what_is_no_method_is_refused_with_what_would_be() {
        for inputs in [
            &[][..],
            &[("method", "a-b")],
            &[("method", "__init__")],
            &[("path", "/users/count"), ("kind", "count")],
            &[("kind", "action")],
            &[("by", "colour")],
            &[("set", "published=maybe")],
        ] {
            match decide(inputs) {
                Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
                other => panic!("{inputs:?}: {other:?}"),
            }
        }
        assert!(matches!(decide(&[("method", "fly")]), Err(ProposeError::NotApplicable(_))));
    }

    #[test]
    fn a_word_of_the_language_is_no_name() {
        let words = crate::propose::recipe::head::Head::load("fastapi-sqlalchemy").unwrap().words;
        let wanted = Wanted { named: Some("import".into()), ..Wanted::default() };
        assert!(matches!(wanted.refuse_word(&words), Err(ProposeError::Input { .. })));
    }
}
