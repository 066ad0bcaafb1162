//! Where a statement comes from: a file and a line, and what was seen there.
//!
//! Every fact that proscenium shows carries one of these; a fact without a place is
//! shown as unknown instead.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A line of a file. `path` is relative to the scanned root with `/`; `line` is 1-based.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    pub path: String,
    pub line: u32,
}

impl Place {
    /// A place from its two parts.
    pub fn new(path: impl Into<String>, line: u32) -> Self {
        Self { path: path.into(), line }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// One piece of evidence: the place, and in a few words what was seen there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    #[serde(flatten)]
    pub place: Place,
    /// For example `dependency fastapi` or `imports sqlalchemy`; empty when the place says it all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Evidence {
    /// Evidence at a line, with a note.
    pub fn new(path: impl Into<String>, line: u32, note: impl Into<String>) -> Self {
        Self { place: Place::new(path, line), note: note.into() }
    }
}
