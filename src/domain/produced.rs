//! What a recipe wrote the last times, so that it can be run again without loss.

use serde::{Deserialize, Serialize};

/// One run of a recipe for one resource.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Version {
    /// The fields in the recipe's notation, as they were given first.
    pub fields: String,
    /// Names of fields that later runs added through a migration.
    #[serde(default)]
    pub added: Vec<String>,
    pub files: Vec<ProducedFile>,
}

/// One file of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducedFile {
    pub path: String,
    /// The text that was there; `None` for a file that the recipe made.
    pub before: Option<String>,
    pub after: String,
}
