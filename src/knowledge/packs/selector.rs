//! Which part of a call or class a rule of a pack means.

use serde::{Deserialize, Serialize};

/// Selects values. Where a list of selectors stands, they are alternatives: the first
/// that gives a value of the wanted kind counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selector {
    /// Positional argument, from 0; negative counts from the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arg: Option<i32>,
    /// Named argument; with `arg` as well, the name comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kw: Option<String>,
    /// All positional arguments from this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<u32>,
    /// This member of the selected object, followed through names and imports; a dot
    /// stands before a member of that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A fixed text; with `chained`, only where that call is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lit: Option<String>,
    /// An attribute of the class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// Another annotation of the same definition, whose argument is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sibling: Option<String>,
    /// Another call of the same chain of calls, whose argument is meant: `Methods` in
    /// `r.HandleFunc(p, h).Methods("GET")`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chained: Option<String>,
    /// Another call of the same function, whose argument is meant: `Verbs(…)` beside
    /// `Routes(…)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<String>,
    /// The path that annotations of this name state for the class that is the call's type
    /// argument, behind those of the classes around it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typed: Option<String>,
    /// The first type argument of the call; of a class, that of its base.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub type_argument: bool,
    /// This argument of the call that the selected argument is: the `0` of
    /// `path("x", View.as_view({…}))`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner: Option<i32>,
    /// The object of the list that is being declared, in rules with `each`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub item: bool,
    /// The call that makes the positional argument of this number is read instead: `GET`
    /// in `route(GET("/x").and(json), h)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_by: Option<i32>,
    /// The name of the call itself.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub callee: bool,
    /// What the method is called on: the text in `"/x".nest { }`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub receiver: bool,
    /// The name that the whole chain of calls begins with, as text.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub root: bool,
    /// A binding of the selected module.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bind: Option<String>,
    /// What is assigned to this name inside the arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// One side of a map's first entry: `key` or `value`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pair: Option<Side>,
    /// The routes of the file that the selected text names, put in place of `{}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// A bare name read as text.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub ident: bool,
    /// Only a text, or what may be one: not a function, object or foreign value.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub text: bool,
}

/// A side of a map's entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    Key,
    Value,
}

impl Selector {
    /// The positional argument `index`, or the argument of that name.
    pub fn arg(index: i32) -> Self {
        Self { arg: Some(index), ..Self::default() }
    }
}
