//! What is wrong with a knowledge file, and exactly where.
//!
//! The shipped files are checked by tests, so in practice these errors speak of a file
//! in a repository's `stack/` or in the user's configuration folder. Every one names
//! file, line and column, so that an editor can jump there.

/// Why knowledge cannot be loaded. Nothing of the broken file was taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeError {
    /// The file can be read and does not mean anything: `line` and `column` are 1-based,
    /// columns count Unicode scalars.
    #[error("{file}:{line}:{column}: {reason}")]
    Invalid { file: String, line: u32, column: u32, reason: String },
    /// The file cannot be read at all; the place is its beginning.
    #[error("{file}:1:1: {reason}")]
    Unreadable { file: String, reason: String },
}

impl KnowledgeError {
    /// An error at a place.
    pub(crate) fn at(file: &str, line: u32, column: u32, reason: impl Into<String>) -> Self {
        Self::Invalid {
            file: file.to_owned(),
            line: line.max(1),
            column: column.max(1),
            reason: reason.into(),
        }
    }

    /// The file it speaks of, as shown.
    pub fn file(&self) -> &str {
        match self {
            Self::Invalid { file, .. } | Self::Unreadable { file, .. } => file,
        }
    }

    /// Line and column, both 1-based.
    pub fn position(&self) -> (u32, u32) {
        match self {
            Self::Invalid { line, column, .. } => (*line, *column),
            Self::Unreadable { .. } => (1, 1),
        }
    }
}
