//! What a proposer gives: whole texts of files, and notes on parts of them.
//!
//! Recipe, fix, agent and the user's own edit all give the same type; the session turns
//! it into hunks. A proposal is never an authority: nothing of it is taken undecided.

use super::{
    hunk::Origin,
    ids::{CriterionId, StepId},
    place::Place,
};
use serde::{Deserialize, Serialize};

/// New contents for some files, from one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    pub origin: Origin,
    /// One line: what it does.
    pub title: String,
    /// The step it fills, when it fills one.
    pub step: Option<StepId>,
    /// Sorted by path, each path once.
    pub files: Vec<FileChange>,
    /// Sentences about the whole: conventions followed, what was left to the user.
    #[serde(default)]
    pub remarks: Vec<String>,
}

/// The new state of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Relative to the repository root with `/`.
    pub path: String,
    pub content: Content,
    /// Notes on lines of the new text.
    #[serde(default)]
    pub notes: Vec<Note>,
}

/// What the file becomes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "content", rename_all = "snake_case")]
pub enum Content {
    Text {
        text: String,
    },
    Deleted,
    Mode {
        from: u32,
        to: u32,
    },
    /// Base64 of the new bytes.
    Binary {
        base64: String,
        base_size_bytes: u64,
    },
}

/// Why some lines of the new text are as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// 1-based lines of the new text, end exclusive.
    pub start: u32,
    pub end: u32,
    /// One sentence; may be empty.
    #[serde(default)]
    pub reason: String,
    /// The line that was followed as an example.
    #[serde(default)]
    pub citation: Option<Place>,
    #[serde(default)]
    pub criteria: Vec<CriterionId>,
    /// The step of the plan, where one proposal fills several.
    #[serde(default)]
    pub step: Option<StepId>,
}
