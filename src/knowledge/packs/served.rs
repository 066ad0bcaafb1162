//! What handler classes serve by themselves: their actions and the verbs of their bases.

use super::{pattern::Pattern, selector::Selector};
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
    /// Its group, of resources with groups.
    #[serde(default)]
    pub group: String,
    /// What the resource's class must state that it can do.
    #[serde(default)]
    pub needs: String,
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

/// What protocol an operation belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    Graphql,
    Grpc,
}

/// Methods that are operations of GraphQL or gRPC. Stated conditions must all hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeOperation {
    pub kind: OperationKind,
    /// `QUERY`, `MUTATION`, `SUBSCRIPTION` or `RPC`.
    pub method: String,
    /// Annotations of the method.
    #[serde(default)]
    pub names: Vec<String>,
    /// Where the operation is named; the method's own name where nowhere.
    #[serde(default)]
    pub name: Vec<Selector>,
    /// Names of the class around it, with `*` for anything.
    #[serde(default)]
    pub class: Vec<String>,
    /// Annotations of that class.
    #[serde(default)]
    pub annotation: Vec<String>,
    /// Bases of that class; one of these or of the annotations is enough.
    #[serde(default)]
    pub base: Vec<Pattern>,
    /// Paths, one of which the annotation of the method has: which object it is of.
    #[serde(default)]
    pub path: Vec<Pattern>,
    /// Only methods that others can call.
    #[serde(default)]
    pub public: bool,
    /// What the names of such methods begin with.
    #[serde(default)]
    pub prefix: String,
    /// What names of operations leave out at their beginning and end, where they have it.
    #[serde(default)]
    pub without: Vec<String>,
    /// `all_loaves` is served as `allLoaves`.
    #[serde(default)]
    pub camel: bool,
}
