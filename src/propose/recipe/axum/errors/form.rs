//! In which form the functions of a backend refuse today: the type behind `Result`, and the
//! expressions that make one.

use super::super::{
    code::{Unit, children},
    style::result_of,
};
use crate::{
    domain::place::Place,
    propose::recipe::{
        errors::kinds::{self, Kind},
        literals::literals,
    },
};
use tree_sitter::Node;

/// Constants of statuses that refuse nothing.
const FINE: [&str; 16] = [
    "OK",
    "CREATED",
    "ACCEPTED",
    "NO_CONTENT",
    "RESET_CONTENT",
    "PARTIAL_CONTENT",
    "NON_AUTHORITATIVE_INFORMATION",
    "CONTINUE",
    "SWITCHING_PROTOCOLS",
    "MOVED_PERMANENTLY",
    "FOUND",
    "SEE_OTHER",
    "NOT_MODIFIED",
    "TEMPORARY_REDIRECT",
    "PERMANENT_REDIRECT",
    "MULTIPLE_CHOICES",
];
const INTERNAL: &str = "INTERNAL_SERVER_ERROR";

/// The form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// `(StatusCode, String)`, or with a text that is known to the compiler.
    Text { is_static: bool },
    /// `(StatusCode, Json<Value>)`, an object with the text under one key.
    Keyed { key: String },
    /// `StatusCode` and nothing else.
    Bare,
    /// Nothing refuses yet: problem details.
    Problem,
}

/// What an expression refuses with.
pub(super) enum Refusal {
    /// An error of the domain, and its text as an expression.
    Known(&'static Kind, String),
    /// 500, and its text where that is a literal.
    Internal(Option<String>),
}

/// The type of a form as sources write it, without the paths of its parts.
fn plain(ty: &str) -> String {
    let ty = ty.split_whitespace().collect::<Vec<_>>().join(" ");
    ty.replace("axum::http::", "").replace("http::", "").replace("axum::", "").replace("serde_json::", "")
}

/// The error of a `Result`, without the paths of its parts.
pub(super) fn error_of(returns: &str) -> Option<String> {
    let result = result_of(returns)?;
    let (_, error) = result.split_once("<{}, ")?;
    Some(plain(error.strip_suffix('>')?))
}

impl Form {
    /// The form of a type; the key of an object is read where one is made.
    pub(super) fn of(error: &str) -> Option<Self> {
        Some(match plain(error).as_str() {
            "(StatusCode, String)" => Self::Text { is_static: false },
            "(StatusCode, &'static str)" => Self::Text { is_static: true },
            "(StatusCode, Json<Value>)" => Self::Keyed { key: String::new() },
            "StatusCode" => Self::Bare,
            _ => return None,
        })
    }

    /// Whether a type is that of this form.
    pub(super) fn is(&self, error: &str) -> bool {
        match (self, Self::of(error)) {
            (Self::Keyed { .. }, Some(Self::Keyed { .. })) => true,
            (own, Some(other)) => *own == other,
            (_, None) => false,
        }
    }

    /// What a variant of the errors holds; nothing where no text is said.
    pub(super) fn holds(&self) -> &'static str {
        match self {
            Self::Text { is_static: true } => "&'static str",
            Self::Text { is_static: false } | Self::Keyed { .. } | Self::Problem => "String",
            Self::Bare => "",
        }
    }

    /// For the title.
    pub(super) fn like(&self, place: &Place) -> String {
        if *self == Self::Problem { "as problem details".into() } else { format!("in the form of {place}") }
    }

    /// Which it is, and why.
    pub(super) fn told(&self, place: &Place) -> String {
        match self {
            Self::Text { .. } => {
                format!("Errors are answered as plain text, as handlers do today ({place}).")
            }
            Self::Keyed { key } => {
                format!("Errors are answered as {{ \"{key}\": … }}, as handlers do today ({place}).")
            }
            Self::Bare => {
                format!("Errors are answered by their status alone, as handlers do today ({place}).")
            }
            Self::Problem => {
                "Errors are answered as problem details (RFC 9457): nothing here refuses anything \
                              yet, so no client knows another form."
                    .into()
            }
        }
    }

    /// What an expression refuses with; `None` where it is no such expression, and an error says
    /// why nothing would be answered the same.
    pub(super) fn refusal(&self, unit: &Unit<'_>, node: Node<'_>) -> Option<Result<Refusal, &'static str>> {
        if *self == Self::Bare {
            return Some(of_status(status(unit, node)?, String::new(), None));
        }
        let parts: Vec<Node<'_>> = children(node).collect();
        let ("tuple_expression", [first, second]) = (node.kind(), parts.as_slice()) else { return None };
        let status = status(unit, *first)?;
        let said = unit.text(*second);
        match self {
            Self::Text { .. } => Some(of_status(status, said.to_owned(), literal(said))),
            Self::Keyed { key } => {
                let more = || Some(Err("it says more than a text"));
                let Some((_, said)) = entry(unit, *second).filter(|(own, _)| own == key) else {
                    return more();
                };
                let Some(text) = owned(&said) else { return more() };
                Some(of_status(status, text, literal(&said)))
            }
            Self::Bare | Self::Problem => None,
        }
    }

    /// The key of an object that a tuple refuses with.
    pub(super) fn key(unit: &Unit<'_>) -> Option<String> {
        unit.nodes("tuple_expression").into_iter().find_map(|node| {
            let parts: Vec<Node<'_>> = children(node).collect();
            let [first, second] = parts.as_slice() else { return None };
            status(unit, *first)?;
            entry(unit, *second).map(|(key, _)| key)
        })
    }
}

fn of_status(status: &str, text: String, literal: Option<String>) -> Result<Refusal, &'static str> {
    if status == INTERNAL {
        return Ok(Refusal::Internal(literal));
    }
    let kind = kinds::status_named(status).and_then(kinds::of);
    kind.map(|kind| Refusal::Known(kind, text)).ok_or("its status is no error of the domain")
}

/// The constant of a status that refuses: `NOT_FOUND` of `StatusCode::NOT_FOUND`.
fn status<'u>(unit: &Unit<'u>, node: Node<'_>) -> Option<&'u str> {
    let (lead, name) = unit.text(node).rsplit_once("::")?;
    let is_status = lead == "StatusCode" || lead.ends_with("::StatusCode");
    (node.kind() == "scoped_identifier" && is_status && !FINE.contains(&name)).then_some(name)
}

/// Key and value of `Json(json!({ "error": … }))`.
fn entry(unit: &Unit<'_>, node: Node<'_>) -> Option<(String, String)> {
    let text = unit.text(node);
    let inner = text.strip_prefix("Json(").or_else(|| text.strip_prefix("axum::Json("))?.strip_suffix(')')?;
    let inner = inner.trim().trim_end_matches(',');
    let object = inner.strip_prefix("json!(").or_else(|| inner.strip_prefix("serde_json::json!("))?;
    let object = object.strip_suffix(')')?;
    let all = literals(object, 0..object.len());
    let last = all.last().filter(|one| one.range == (0..object.len()))?;
    let [only] = last.entries.as_slice() else { return None };
    Some((only.key.trim_matches('"').to_owned(), only.value.clone()))
}

/// A literal text, whatever is done to own it.
fn literal(said: &str) -> Option<String> {
    let said = said.trim();
    let inner = [".to_string()", ".into()", ".to_owned()"].iter().find_map(|end| said.strip_suffix(end));
    let inner = inner.or_else(|| said.strip_prefix("String::from(")?.strip_suffix(')')).unwrap_or(said);
    let text = inner.strip_prefix('"')?.strip_suffix('"')?;
    (!text.contains(['"', '\\', '{'])).then(|| text.to_owned())
}

/// A text of its own; `None` where it is perhaps no text.
fn owned(said: &str) -> Option<String> {
    let said = said.trim();
    let owns = said.starts_with("format!(")
        || said.starts_with("String::from(")
        || said.ends_with(".to_string()")
        || said.ends_with(".to_owned()");
    match (said.starts_with('"') && said.ends_with('"'), owns) {
        (true, _) => Some(format!("{said}.into()")),
        (false, true) => Some(said.to_owned()),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_a_result_is_read_without_paths() {
        for (returns, expected) in [
            ("Result<Json<User>, (StatusCode, String)>", Some(Form::Text { is_static: false })),
            ("Result<(), (axum::http::StatusCode, &'static str)>", Some(Form::Text { is_static: true })),
            (
                "Result<\n    Json<Vec<User>>,\n    (StatusCode, Json<serde_json::Value>),\n>",
                Some(Form::Keyed { key: String::new() }),
            ),
            ("Result<StatusCode, StatusCode>", Some(Form::Bare)),
            ("Result<(), sqlx::Error>", None),
        ] {
            assert_eq!(error_of(returns).and_then(|error| Form::of(&error)), expected, "{returns}");
        }
    }

    #[test]
    fn a_text_is_owned_once() {
        assert_eq!(owned("\"no\"").as_deref(), Some("\"no\".into()"));
        assert_eq!(owned("format!(\"no {id}\")").as_deref(), Some("format!(\"no {id}\")"));
        assert_eq!(owned("errors"), None);
        assert_eq!(literal("\"failed\".to_string()").as_deref(), Some("failed"));
        assert_eq!(literal("error.to_string()"), None);
    }
}
