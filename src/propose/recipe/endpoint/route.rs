//! Decides what a route does, from what was asked for and the columns of the model.

use super::{
    Kind, Reach, Wanted,
    column::{Choice, Column},
    paths::{self, is_parameter, segments},
    verbs::{participles, undone},
    wrong,
};
use crate::{
    ports::ProposeError,
    propose::recipe::{fields, fill::Fill, names::snake},
};

/// The value that an action gives to a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) enum NewValue {
    Fixed(Fill),
    Choice(Choice),
    /// The time of the request.
    Now,
    /// No value any more.
    Nothing,
}

/// A route that is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Route {
    pub(in crate::propose::recipe) kind: Kind,
    pub(in crate::propose::recipe) method: String,
    /// Below the collection, the row's own parameter as `{id}`: `/{id}/publish`.
    pub(in crate::propose::recipe) path: String,
    /// What a function of it is called behind or instead of the example's name: `publish`,
    /// `by_author`, `count`.
    pub(in crate::propose::recipe) verb: String,
    /// What the functions of every layer are called in snake case, where the reader said it.
    pub(in crate::propose::recipe) named: Option<String>,
    pub(in crate::propose::recipe) reach: Reach,
    /// The column that is looked for.
    pub(in crate::propose::recipe) by: Option<Column>,
    pub(in crate::propose::recipe) set: Option<(Column, NewValue)>,
}

/// The model whose rows a route is about.
pub(in crate::propose::recipe) struct Model<'a> {
    pub(in crate::propose::recipe) name: &'a str,
    pub(in crate::propose::recipe) columns: &'a [Column],
    /// Where the routes of its collection are: `/api/posts`.
    pub(in crate::propose::recipe) collection: &'a str,
}

/// The name of the row's own parameter in a decided path.
pub(in crate::propose::recipe) const ROW: &str = "{id}";

impl Route {
    /// Decides; what contradicts itself or the model is refused.
    pub(in crate::propose::recipe) fn decide(
        wanted: &Wanted,
        model: &Model<'_>,
    ) -> Result<Self, ProposeError> {
        let local = match &wanted.path {
            None => None,
            Some(path) if !path.starts_with('/') => Some(relative(path, wanted)),
            Some(path) => Some(paths::below(path, model.collection).ok_or_else(|| {
                wrong(
                    format!(
                        "{path} is not below {}, where the routes of {} are",
                        model.collection, model.name
                    ),
                    &format!("for example {}/by-field/{{value}}", model.collection),
                )
            })?),
        };
        let parts = local.as_deref().map(segments).unwrap_or_default();
        let changes = wanted.method.as_deref().is_some_and(|method| method != "GET");
        let kind = match (wanted.kind, parts.as_slice()) {
            (Some(kind), _) => Some(kind),
            _ if wanted.set.is_some() || changes => Some(Kind::Action),
            _ if wanted.by.is_some() => None,
            (None, ["count"]) => Some(Kind::Count),
            (None, [word, value]) if !is_parameter(word) && is_parameter(value) => None,
            _ => {
                return Err(wrong(
                    "the recipe endpoint cannot see what the route is to do".into(),
                    "say by=author for rows or a row by a field, set=\"published=true\" for a change, or kind=count",
                ));
            }
        };
        let route = match kind {
            Some(Kind::Action) => Self::action(wanted, model, &parts)?,
            Some(Kind::Count) => {
                let path =
                    local.clone().filter(|path| !path.contains('{')).unwrap_or_else(|| "/count".into());
                let verb = paths::last_word(&path).map_or_else(|| "count".into(), |word| snake(&word));
                Self::new(Kind::Count, path, verb)
            }
            Some(Kind::List | Kind::Lookup) | None => Self::by_field(wanted, kind, model, &parts)?,
        };
        let contradicts = match route.kind {
            Kind::Action => wanted.method.as_deref() == Some("GET"),
            Kind::List | Kind::Lookup | Kind::Count => changes,
        };
        if contradicts {
            let method = wanted.method.as_deref().unwrap_or_default();
            let what = format!("{method} does not fit what the route does");
            return Err(wrong(what, "GET reads, and POST, PUT or PATCH changes a field"));
        }
        Ok(Self { method: wanted.method.clone().unwrap_or(route.method), ..route })
    }

    fn new(kind: Kind, path: String, verb: String) -> Self {
        let method = "GET".into();
        Self { kind, method, path, verb, named: None, reach: Reach::Route, by: None, set: None }
    }

    fn by_field(
        wanted: &Wanted,
        kind: Option<Kind>,
        model: &Model<'_>,
        parts: &[&str],
    ) -> Result<Self, ProposeError> {
        let said = match (&wanted.by, parts) {
            (Some(by), _) => by.clone(),
            (None, [word, value]) if !is_parameter(word) && is_parameter(value) => {
                snake(word.strip_prefix("by-").unwrap_or(word))
            }
            _ => {
                return Err(wrong(
                    "the route needs the field that it looks for".into(),
                    "for example by=author",
                ));
            }
        };
        let column = model.column(&said)?;
        if column.is_key {
            return Err(wrong(
                format!("{} is the key of {}, and its route is the row's own", column.name, model.name),
                "name another field",
            ));
        }
        if !column.fits_address() {
            return Err(wrong(
                format!("{} is a {}, which has no one form in an address", column.name, column.what()),
                "name a field of text, a whole number, a date, a yes or no, or a reference",
            ));
        }
        let kind = kind.unwrap_or(if column.unique { Kind::Lookup } else { Kind::List });
        if kind == Kind::Lookup && !column.unique {
            return Err(wrong(
                format!("two rows of {} may have the same {}", model.name, column.name),
                "ask for kind=list, or make the field unique with the recipe migration first",
            ));
        }
        let stem = said.strip_suffix("_id").unwrap_or(&said).to_owned();
        let path = match parts {
            [word, value] if !is_parameter(word) && is_parameter(value) => {
                format!("/{word}/{{{}}}", column.name)
            }
            [] => format!("/by-{}/{{{}}}", stem.replace('_', "-"), column.name),
            _ => {
                let what = format!("a route by {} ends in a word and the value", column.name);
                return Err(wrong(
                    what,
                    &format!("for example /by-{}/{{{}}}", stem.replace('_', "-"), column.name),
                ));
            }
        };
        let verb = format!("by_{stem}");
        Ok(Self { by: Some(column.clone()), ..Self::new(kind, path, verb) })
    }

    fn action(wanted: &Wanted, model: &Model<'_>, parts: &[&str]) -> Result<Self, ProposeError> {
        let [row, word] = parts else {
            return Err(wrong(
                "an action needs the path of a row and a verb".into(),
                &format!("for example path=\"{}/{{id}}/publish\"", model.collection),
            ));
        };
        if !is_parameter(row) || is_parameter(word) {
            return Err(wrong(
                format!("/{row}/{word} is not the path of a row and a verb"),
                &format!("for example path=\"{}/{{id}}/publish\"", model.collection),
            ));
        }
        let verb = snake(word);
        let set = match &wanted.set {
            Some((field, value)) => {
                let column = model.column(field)?;
                if column.is_key {
                    return Err(wrong(format!("{} is the key of {}", column.name, model.name), "name another field"));
                }
                (column.clone(), value_of(column, value)?)
            }
            None => inferred(&verb, model).ok_or_else(|| {
                let form = participles(&verb).into_iter().next().unwrap_or_default();
                ProposeError::NotApplicable(format!(
                    "no field of {} says that it was {form}: neither {form}, is_{form}, {form}_at nor a state of that name; name the field with set=\"field=value\"",
                    model.name
                ))
            })?,
        };
        let method = "POST".into();
        Ok(Self { method, set: Some(set), ..Self::new(Kind::Action, format!("/{ROW}/{word}"), verb) })
    }
}

impl Model<'_> {
    pub(super) fn column(&self, name: &str) -> Result<&Column, ProposeError> {
        self.columns.iter().find(|column| column.is_called(name)).ok_or_else(|| {
            let known: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
            wrong(
                format!("{} has no field {name}", self.name),
                &format!("known fields: {}", known.join(", ")),
            )
        })
    }
}

/// `publish` alone is what is done to a row; other words are read below the collection.
fn relative(path: &str, wanted: &Wanted) -> String {
    let is_action = wanted.set.is_some() || wanted.kind == Some(Kind::Action);
    if is_action && !path.contains('/') { format!("/{ROW}/{path}") } else { format!("/{path}") }
}

/// Reads the value of an action.
pub(super) fn value_of(column: &Column, text: &str) -> Result<NewValue, ProposeError> {
    let is_time = matches!(column.kind, fields::Kind::Date | fields::Kind::DateTime);
    match text {
        "now" if is_time => return Ok(NewValue::Now),
        "null" | "none" if column.optional => return Ok(NewValue::Nothing),
        "null" | "none" => {
            return Err(wrong(format!("{} cannot be empty", column.name), "give it a value"));
        }
        _ if is_time => {
            let what = format!("{text:?} is no value for {} that is right every time", column.name);
            return Err(wrong(what, &format!("for example set=\"{}=now\"", column.name)));
        }
        _ => {}
    }
    if !column.choices.is_empty() {
        let found = column.choices.iter().find(|choice| is_choice(choice, text));
        return found.cloned().map(NewValue::Choice).ok_or_else(|| {
            let known: Vec<&str> = column.choices.iter().map(|choice| choice.value.as_str()).collect();
            wrong(
                format!("{text:?} is not a value of {}", column.name),
                &format!("known values: {}", known.join(", ")),
            )
        });
    }
    if column.unique {
        return Err(wrong(
            format!("{} is unique, and one value cannot be given to every row", column.name),
            "name another field",
        ));
    }
    Fill::read(&column.field(), text).map(NewValue::Fixed)
}

fn is_choice(choice: &Choice, text: &str) -> bool {
    let member = choice.source.rsplit('.').next().unwrap_or_default();
    choice.value == text || member.eq_ignore_ascii_case(text)
}

/// What a verb changes, where the model has a field that says so.
fn inferred(verb: &str, model: &Model<'_>) -> Option<(Column, NewValue)> {
    let set_for = |verb: &str, is_done: bool| {
        participles(verb).iter().find_map(|form| {
            let named = |name: &str| model.columns.iter().find(|column| column.name == name);
            let flag = [form.clone(), format!("is_{form}")];
            if let Some(column) = flag.iter().find_map(|name| named(name))
                && column.kind == fields::Kind::Boolean
            {
                let value = if is_done { "true" } else { "false" };
                return Some((column.clone(), value_of(column, value).ok()?));
            }
            let column = named(&format!("{form}_at"))?;
            let is_time = matches!(column.kind, fields::Kind::Date | fields::Kind::DateTime);
            match (is_time, is_done) {
                (true, true) => Some((column.clone(), NewValue::Now)),
                (true, false) if column.optional => Some((column.clone(), NewValue::Nothing)),
                _ => None,
            }
        })
    };
    let state = || {
        participles(verb).iter().find_map(|form| {
            let has = |column: &&Column| column.choices.iter().any(|choice| is_choice(choice, form));
            let column = model.columns.iter().find(has)?;
            Some((column.clone(), value_of(column, form).ok()?))
        })
    };
    set_for(verb, true).or_else(state).or_else(|| undone(verb).and_then(|verb| set_for(verb, false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: fields::Kind, unique: bool, optional: bool) -> Column {
        Column {
            name: name.into(),
            kind,
            source_type: String::new(),
            is_key: name == "id",
            optional,
            unique,
            indexed: false,
            has_default: false,
            choices: Vec::new(),
            min: None,
            max: None,
            line: 1,
        }
    }

    fn decide(wanted: &Wanted) -> Result<Route, ProposeError> {
        let mut columns = vec![
            column("id", fields::Kind::Integer, false, false),
            column("slug", fields::Kind::String, true, false),
            column("author_id", fields::Kind::BelongsTo("User".into()), false, false),
            column("published", fields::Kind::Boolean, false, false),
            column("archived_at", fields::Kind::DateTime, false, true),
            column("price", fields::Kind::Decimal, false, false),
            column("state", fields::Kind::String, false, false),
        ];
        columns[6].choices = ["open", "closed"]
            .map(|value| Choice { source: format!("State.{}", value.to_uppercase()), value: value.into() })
            .into();
        Route::decide(wanted, &Model { name: "Post", columns: &columns, collection: "/api/posts" })
    }

    fn by(field: &str) -> Wanted {
        Wanted { by: Some(field.into()), ..Wanted::default() }
    }

    fn at(method: &str, path: &str) -> Wanted {
        Wanted { method: Some(method.into()), path: Some(path.into()), ..Wanted::default() }
    }

    #[test]
    fn a_field_says_by_itself_whether_one_row_or_several_are_meant() {
        let list = decide(&by("author")).unwrap();
        assert_eq!(
            (list.kind, list.path.as_str(), list.verb.as_str()),
            (Kind::List, "/by-author/{author_id}", "by_author")
        );
        let lookup = decide(&at("GET", "/posts/by-slug/{value}")).unwrap();
        assert_eq!((lookup.kind, lookup.path.as_str()), (Kind::Lookup, "/by-slug/{slug}"));
        let count = decide(&at("GET", "/api/posts/count")).unwrap();
        assert_eq!((count.kind, count.verb.as_str()), (Kind::Count, "count"));
    }

    #[test]
    fn a_verb_finds_the_field_that_it_changes() {
        for (verb, field, value) in [
            ("publish", "published", NewValue::Fixed(Fill::Boolean(true))),
            ("unpublish", "published", NewValue::Fixed(Fill::Boolean(false))),
            ("archive", "archived_at", NewValue::Now),
            ("unarchive", "archived_at", NewValue::Nothing),
        ] {
            let (column, found) = decide(&at("POST", &format!("/posts/{{id}}/{verb}"))).unwrap().set.unwrap();
            assert_eq!((column.name.as_str(), found), (field, value), "{verb}");
        }
        let (column, found) = decide(&at("POST", "/posts/{id}/close")).unwrap().set.unwrap();
        assert_eq!(column.name, "state");
        assert!(matches!(found, NewValue::Choice(choice) if choice.value == "closed"));
    }

    #[test]
    fn what_the_model_does_not_have_is_refused_with_what_it_has() {
        let set = |text: (&str, &str)| Wanted {
            set: Some((text.0.into(), text.1.into())),
            ..at("POST", "publish")
        };
        for wanted in [
            by("colour"),
            by("price"),
            by("id"),
            Wanted { kind: Some(Kind::Lookup), ..by("author") },
            Wanted { method: Some("POST".into()), kind: Some(Kind::List), ..by("author") },
            at("GET", "/users/by-slug/{slug}"),
            at("GET", "/posts/{id}"),
            at("POST", "/posts/publish"),
            set(("published", "maybe")),
            set(("published", "null")),
            set(("state", "lost")),
            set(("archived_at", "2026-01-01")),
            set(("slug", "one")),
            set(("id", "1")),
            Wanted::default(),
        ] {
            match decide(&wanted) {
                Err(ProposeError::Input { what, hint }) => assert!(!what.is_empty() && !hint.is_empty()),
                other => panic!("{wanted:?}: {other:?}"),
            }
        }
        assert!(matches!(decide(&at("POST", "/posts/{id}/approve")), Err(ProposeError::NotApplicable(_))));
    }
}
