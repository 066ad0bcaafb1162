//! What the linker knows an expression to be.

use super::{
    graph::NodeId,
    project::{FileId, Module},
};
use crate::analysis::facts::{ExprId, ScopeId};
use std::rc::Rc;

/// Stands in a text for a part that is not known.
pub const HOLE: &str = "{?}";

/// Stands at the beginning of a path for a base that the installation chooses: no keyboard
/// writes it.
pub const BASE: char = '\u{E000}';

/// The value of an expression, as far as it can be known without running anything.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Unknown,
    Null,
    /// A number or truth value.
    Number,
    /// A text; unknown parts are [`HOLE`].
    Text(Rc<str>),
    /// A router of a framework.
    Router(NodeId),
    Function(FileId, ScopeId),
    Class(FileId, ScopeId),
    Instance(FileId, ScopeId),
    Module(Module),
    /// A thing outside the project by its dotted path; each call adds `()`.
    External(Rc<str>),
    /// An object or dictionary literal.
    Map(FileId, ExprId),
    List(Rc<[Value]>),
    /// One of these.
    Any(Rc<[Value]>),
    /// Each of these in turn: a loop variable over a known list.
    Each(Rc<[Value]>),
}

/// More alternatives than this are cut off.
const MAX_ALTERNATIVES: usize = 64;

impl Value {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A foreign thing.
    pub fn external(path: impl Into<Rc<str>>) -> Self {
        Self::External(path.into())
    }

    /// One of several values; equal ones are merged.
    pub fn any(values: impl IntoIterator<Item = Self>) -> Self {
        Self::combine(values, Self::Any)
    }

    /// Each of several values.
    pub fn each(values: impl IntoIterator<Item = Self>) -> Self {
        Self::combine(values, Self::Each)
    }

    fn combine(values: impl IntoIterator<Item = Self>, make: fn(Rc<[Self]>) -> Self) -> Self {
        let mut distinct: Vec<Self> = Vec::new();
        for value in values {
            let parts = match &value {
                Self::Any(parts) => parts.to_vec(),
                _ => vec![value],
            };
            for part in parts {
                if distinct.len() < MAX_ALTERNATIVES && !distinct.contains(&part) {
                    distinct.push(part);
                }
            }
        }
        match distinct.as_slice() {
            [] => Self::Unknown,
            [only] => only.clone(),
            _ => make(distinct.into()),
        }
    }

    /// The value itself, or every alternative of it.
    pub fn alternatives(&self) -> &[Self] {
        match self {
            Self::Any(values) | Self::Each(values) => values,
            other => std::slice::from_ref(other),
        }
    }

    /// The first alternative that is a router.
    pub fn router(&self) -> Option<NodeId> {
        self.alternatives().iter().find_map(|value| match value {
            Self::Router(node) => Some(*node),
            _ => None,
        })
    }

    /// Whether nothing at all is known.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// The text, where it is one text without holes.
    pub fn as_constant(&self) -> Option<&str> {
        match self {
            Self::Text(text) if !text.contains(HOLE) => Some(text),
            _ => None,
        }
    }
}
