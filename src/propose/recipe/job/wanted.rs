//! What a job is told, and how long and how often it is tried.
//!
//! Arguments travel as JSON: a row goes by its key, never as a whole, because it may have changed
//! when the job runs.

use crate::{
    domain::map::Model,
    ports::ProposeError,
    propose::recipe::{
        fields::{self, Field, Kind},
        names::{Name, snake},
        resource::Ask,
    },
};

/// Bounds of what may be asked for.
const TRIES: (u32, u32, u32) = (1, 5, 20);
const TIMEOUT: (u32, u32, u32) = (1, 60, 3600);

/// What an argument is, in words of JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::propose::recipe) enum ArgumentKind {
    Text,
    Integer,
    Number,
    Boolean,
    /// A UUID, as text.
    Uuid,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Argument {
    /// Snake case: `user_id`.
    pub(in crate::propose::recipe) name: String,
    pub(in crate::propose::recipe) kind: ArgumentKind,
    pub(in crate::propose::recipe) optional: bool,
}

impl Argument {
    /// Whether it may stand in a log: it names a row and says nothing of a person.
    pub(in crate::propose::recipe) fn is_key(&self) -> bool {
        self.kind == ArgumentKind::Uuid || self.name == "id" || self.name.ends_with("_id")
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::propose::recipe) struct Wanted {
    /// Required ones first.
    pub(in crate::propose::recipe) arguments: Vec<Argument>,
    /// The model whose key is the first argument.
    pub(in crate::propose::recipe) resource: Option<String>,
    pub(in crate::propose::recipe) tries: u32,
    pub(in crate::propose::recipe) timeout_seconds: u32,
}

impl Wanted {
    /// Reads the inputs `args`, `resource`, `tries` and `timeout`.
    pub(super) fn read(ask: &Ask<'_>) -> Result<Self, ProposeError> {
        let given =
            |key: &str| ask.request.inputs.get(key).map(|text| text.trim()).filter(|text| !text.is_empty());
        let mut arguments = Vec::new();
        let resource = given("resource").map(|name| model(ask, name)).transpose()?;
        if let Some(model) = resource {
            arguments.push(key_of(ask, model)?);
        }
        if let Some(text) = given("args") {
            for field in fields::parse(text, &ask.head.words)? {
                let argument = argument(&field)?;
                if arguments.iter().any(|known: &Argument| known.name == argument.name) {
                    return Err(wrong(
                        format!("{} is given twice", argument.name),
                        "the key of resource= is an argument already",
                    ));
                }
                arguments.push(argument);
            }
        }
        arguments.sort_by_key(|argument| argument.optional);
        Ok(Self {
            arguments,
            resource: resource.map(|model| model.name.clone()),
            tries: number(given("tries"), "tries", TRIES)?,
            timeout_seconds: number(given("timeout"), "timeout", TIMEOUT)?,
        })
    }
}

fn wrong(what: String, hint: &str) -> ProposeError {
    ProposeError::Input { what, hint: hint.to_owned() }
}

fn number(text: Option<&str>, key: &str, (least, usual, most): (u32, u32, u32)) -> Result<u32, ProposeError> {
    let Some(text) = text else { return Ok(usual) };
    let hint = format!("from {least} to {most}; {usual} where it is left away");
    text.parse()
        .ok()
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| wrong(format!("{text:?} is no number for {key}"), &hint))
}

/// An argument of a field; what JSON does not carry is refused.
fn argument(field: &Field) -> Result<Argument, ProposeError> {
    let refuse = |why: &str| {
        let hint = "send the key of a row and read the rest in the job, or a text: for example user_id:int reason:string?";
        Err(wrong(format!("{} cannot be an argument of a job: {why}", field.name), hint))
    };
    let kind = match &field.kind {
        Kind::String | Kind::Text => ArgumentKind::Text,
        Kind::Integer => ArgumentKind::Integer,
        Kind::Float => ArgumentKind::Number,
        Kind::Boolean => ArgumentKind::Boolean,
        Kind::Uuid => ArgumentKind::Uuid,
        Kind::Decimal | Kind::Date | Kind::DateTime => {
            return refuse("a queue carries JSON, which has no such type");
        }
        Kind::BelongsTo(_) => return refuse("resource= names the row that a job is about"),
    };
    if field.unique || field.index || field.min.is_some() || field.max.is_some() {
        return refuse("its value is checked where the job is asked for, so it has no bounds and no index");
    }
    Ok(Argument { name: field.name.clone(), kind, optional: field.optional })
}

/// The model of a name; where there is none, those that there are.
fn model<'a>(ask: &Ask<'a>, given: &str) -> Result<&'a Model, ProposeError> {
    let wanted = snake(given);
    let singular = crate::propose::recipe::names::singular(&wanted);
    let models = &ask.map.models;
    let found = models.iter().find(|model| [&wanted, &singular].contains(&&snake(&model.name)));
    found.ok_or_else(|| {
        let names: Vec<&str> = models.iter().map(|model| model.name.as_str()).take(6).collect();
        let hint = if names.is_empty() {
            "leave resource away and name the arguments: args=\"user_id:int\"".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        wrong(format!("there is no model {given}"), &hint)
    })
}

/// The argument that names a row of a model: `review_id`, a number or a UUID.
fn key_of(ask: &Ask<'_>, model: &Model) -> Result<Argument, ProposeError> {
    let text = ask.workspace.text(&model.file)?.unwrap_or_default();
    let from = usize::try_from(model.line.saturating_sub(1)).unwrap_or(0);
    let is_key = |line: &&str| {
        let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        line.contains("id") && words.take(6).any(|word| word == "id")
    };
    let key = text.lines().skip(from).take(60).find(is_key).unwrap_or_default().to_lowercase();
    let kind = match () {
        () if key.contains("uuid") => ArgumentKind::Uuid,
        () if ["id: string", "id!: string", "id: str", "id string"].iter().any(|own| key.contains(own)) => {
            ArgumentKind::Text
        }
        () => ArgumentKind::Integer,
    };
    Ok(Argument { name: format!("{}_id", Name::of(&snake(&model.name)).snake), kind, optional: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::propose::recipe::head::Words;

    fn read(text: &str) -> Result<Vec<Argument>, ProposeError> {
        fields::parse(text, &Words::default())?.iter().map(argument).collect()
    }

    #[test]
    fn what_json_carries_is_an_argument_and_the_rest_is_refused() {
        let arguments = read("user_id:int reason:string? ratio:float loud:bool token:uuid").unwrap();
        let kinds: Vec<ArgumentKind> = arguments.iter().map(|argument| argument.kind).collect();
        assert_eq!(
            kinds,
            [
                ArgumentKind::Integer,
                ArgumentKind::Text,
                ArgumentKind::Number,
                ArgumentKind::Boolean,
                ArgumentKind::Uuid
            ]
        );
        let keys: Vec<bool> = arguments.iter().map(Argument::is_key).collect();
        assert_eq!(keys, [true, false, false, false, true]);
        for text in ["price:decimal", "on:date", "owner:belongs_to(User)", "name:string{1..9}", "a:int:index"]
        {
            assert!(
                matches!(read(text), Err(ProposeError::Input { hint, .. }) if hint.contains("user_id")),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_are_bounded() {
        assert_eq!(number(None, "tries", TRIES).unwrap(), 5);
        assert_eq!(number(Some("7"), "tries", TRIES).unwrap(), 7);
        for text in ["0", "21", "-1", "many"] {
            assert!(number(Some(text), "tries", TRIES).is_err(), "{text}");
        }
    }
}
