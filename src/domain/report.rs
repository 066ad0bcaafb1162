//! The report of a session: everything that FINALIZE shows and that is exported.
//!
//! Built once from the session; the screen, Markdown, HTML and JSON show the same.

use super::{
    changes::Change,
    checklist::ItemState,
    commit::CommitRecord,
    event::Exit,
    ids::{CriterionId, HunkId},
    layer::Layer,
};
use serde::{Deserialize, Serialize};

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    pub schema_version: u32,
    pub repository: String,
    pub branch: String,
    pub base: String,
    /// Tree that was verified and, when committed, is the commit's; empty when never composed.
    pub tree: String,
    pub task: String,
    pub exit: Exit,
    /// What makes it partial; empty for success.
    pub open: Vec<OpenItem>,
    pub criteria: Vec<CriterionLine>,
    pub changes: Vec<Change>,
    pub evidence: Vec<EvidenceLine>,
    pub checklist: Vec<(String, ItemState)>,
    pub files: Vec<FileLine>,
    pub hunks: Vec<HunkLine>,
    /// Question or card, what was chosen, by whom.
    pub decided: Vec<String>,
    pub assumptions: Vec<String>,
    pub risks: Vec<String>,
    pub not_committed: Vec<String>,
    pub against_base: AgainstBase,
    pub dismissed: Vec<String>,
    pub commits: Vec<CommitRecord>,
    pub people: Vec<String>,
    pub handover: Vec<String>,
    pub scopes: Vec<String>,
    pub stack: Vec<(String, String)>,
    /// Red and green runs of tests that criteria name.
    pub test_first: Vec<String>,
}

/// Something that is not settled, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItem {
    pub what: String,
    pub why: String,
    /// Whether it shuts the way to success.
    pub blocking: bool,
}

/// One criterion with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionLine {
    pub id: CriterionId,
    pub text: String,
    pub state: ItemState,
    pub hunks: Vec<HunkId>,
}

/// One command with what it said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceLine {
    pub command: String,
    pub verdict: String,
    pub ending: String,
    pub millis: u64,
    /// `46 passed, 1 fails as before`; may be empty.
    pub detail: String,
    pub output_sha256: String,
    pub tree: String,
}

/// One file of the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLine {
    pub layer: Layer,
    /// `A`, `M`, `D`.
    pub status: char,
    pub path: String,
    pub added: u32,
    pub removed: u32,
}

/// One hunk and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HunkLine {
    pub id: HunkId,
    pub path: String,
    pub layer: Layer,
    pub origin: String,
    pub state: String,
    pub reason: String,
    pub why: String,
    pub citation: String,
    pub criteria: Vec<CriterionId>,
    /// Who decided, and who approved as the second person; empty where nobody was named.
    pub by: String,
    #[serde(default)]
    pub seconded_by: String,
    /// What the rules say of it: `adds no violation`; empty while not known.
    #[serde(default)]
    pub guard: String,
    /// Unified lines: ` `, `-` or `+` and the text.
    pub lines: Vec<String>,
    /// The number of each line: a removed one's in the base, else in the change.
    #[serde(default)]
    pub numbers: Vec<u32>,
}

/// The comparison with the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct AgainstBase {
    pub fixed: u32,
    pub new: u32,
    pub before: u32,
    pub flaky: u32,
}
