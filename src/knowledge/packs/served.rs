//! What handler classes serve by themselves: their actions and the verbs of their bases.

use super::selector::Selector;
use serde::{Deserialize, Serialize};

/// A method that a base class gives an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassAction {
    pub method: String,
    pub verb: String,
    /// Below the path of the class.
    #[serde(default)]
    pub path: String,
    /// Only where the class or a project base defines the method itself.
    #[serde(default)]
    pub defined: bool,
}

/// Methods of a handler class that an annotation makes further actions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkedActions {
    /// Names of the annotation.
    pub names: Vec<String>,
    #[serde(default)]
    pub verbs: Vec<Selector>,
    /// The verb where none is stated.
    #[serde(default)]
    pub default: Vec<String>,
    /// The path; the name of the method where none is stated.
    #[serde(default)]
    pub path: Vec<Selector>,
    /// It is an action of one item where this is true.
    #[serde(default)]
    pub of_item: Vec<Selector>,
    /// It always is one of an item.
    #[serde(default)]
    pub every_item: bool,
    /// The path of one item: `/{pk}`.
    #[serde(default)]
    pub item: String,
    /// What every path ends with.
    #[serde(default)]
    pub end: String,
}

/// An annotation of a handler that states its verbs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandlerVerbs {
    /// Names of the annotation.
    pub names: Vec<String>,
    /// Arguments that list them.
    #[serde(default)]
    pub from: Vec<Selector>,
    /// The verbs, where no argument does.
    #[serde(default)]
    pub verbs: Vec<String>,
}
