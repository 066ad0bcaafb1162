//! Signs of layers and of what a backend is built with.

use super::pattern::Pattern;
use crate::domain::{layer::Layer, stack::StackKey};
use serde::{Deserialize, Serialize};

/// A sign that a file belongs to a layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSign {
    pub layer: Layer,
    /// Modules that it imports.
    #[serde(default)]
    pub imports: Vec<Pattern>,
    /// Bases of its classes.
    #[serde(default)]
    pub bases: Vec<Pattern>,
    /// Annotations in it.
    #[serde(default)]
    pub annotations: Vec<Pattern>,
    /// Calls in it.
    #[serde(default)]
    pub calls: Vec<Pattern>,
    /// Attributes of its classes that list functions: jobs, in a file that imports one of
    /// the modules.
    #[serde(default)]
    pub lists: Vec<String>,
    /// Globs over its path.
    #[serde(default)]
    pub paths: Vec<String>,
    /// How much it counts; 1 where not stated.
    #[serde(default)]
    pub weight: Option<u32>,
}

/// A sign of what the backend is built with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StackSign {
    pub field: StackKey,
    /// The canonical name that the field gets.
    pub name: String,
    /// Names in manifests and lock files.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Modules that source files import.
    #[serde(default)]
    pub imports: Vec<String>,
    /// Globs of files that only it has.
    #[serde(default)]
    pub files: Vec<String>,
}
