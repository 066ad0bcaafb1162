//! A finished session as a lesson for others: ordered steps from the foundations to the
//! entry points, each with its hunk, its reason, its evidence and its anchors.
//!
//! This is the file that `sessions export --walkthrough` writes beside the Markdown, that
//! `sessions replay` steps through and whose anchors `learn check` resolves; its schema is
//! lesson.schema.json. Hunks ride along in full, so that it needs no journal.

use super::{
    anchor::Anchor,
    ids::{CriterionId, HunkId},
    layer::Layer,
};
use serde::{Deserialize, Serialize};

/// The version of the format that this program writes and reads.
pub const WALKTHROUGH_VERSION: u32 = 1;

/// The word that tells this kind of lesson from those that are worked through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum WalkthroughKind {
    #[default]
    Tour,
}

/// The whole lesson.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walkthrough {
    pub schema_version: u32,
    pub kind: WalkthroughKind,
    /// Small letters, digits and dashes, made from the title.
    pub name: String,
    /// The first line of the task.
    pub title: String,
    pub repository: String,
    /// The commit it starts from and the tree that was verified; empty when never made.
    pub base: String,
    pub tree: String,
    /// Driver and navigator; empty when nobody was named.
    #[serde(default)]
    pub people: Vec<String>,
    #[serde(default)]
    pub criteria: Vec<Goal>,
    /// In the order in which they are read: the foundations first, what was rejected last.
    pub steps: Vec<WalkStep>,
    /// What the commands said about the finished change.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// One thing that had to be true at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    pub id: CriterionId,
    pub text: String,
}

/// One step: one hunk with everything that speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkStep {
    pub layer: Layer,
    pub path: String,
    pub hunk: WalkHunk,
    /// Why, in plain words; empty when nobody said.
    #[serde(default)]
    pub reason: String,
    /// The nearest example that it follows; empty without one.
    #[serde(default)]
    pub like: String,
    /// What shows that it is right: criteria with what proved them, the rules' word.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// Where it stands in the finished change; empty for what is in no tree.
    #[serde(default)]
    pub anchors: Vec<Anchor>,
}

/// The hunk of a step and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WalkHunk {
    pub id: HunkId,
    /// `recipe endpoint`, `agent NAME`, `you`.
    pub origin: String,
    /// `approved`, `approved as edited`, `rejected`, `undecided`.
    pub state: String,
    /// Who decided, and who approved as the second person; empty where nobody was named.
    #[serde(default)]
    pub by: String,
    #[serde(default)]
    pub seconded_by: String,
    /// Unified lines: ` `, `-` or `+` and the text.
    pub lines: Vec<String>,
    /// The number that each line had when it was approved, for readers only; anchors say
    /// where it stands now.
    #[serde(default)]
    pub numbers: Vec<u32>,
}

/// Why a text is no walkthrough.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WalkthroughError {
    #[error("line {line}: {reason}")]
    Malformed { line: usize, reason: String },
    #[error("its schema_version is {0}; this program reads {WALKTHROUGH_VERSION}")]
    Version(u32),
    #[error("it has no step")]
    Empty,
}

impl Walkthrough {
    /// Reads a file's text. It may come from anybody; nothing in it is trusted.
    pub fn parse(text: &str) -> Result<Self, WalkthroughError> {
        let read: Self = serde_json::from_str(text).map_err(|error| WalkthroughError::Malformed {
            line: error.line(),
            reason: without_place(&error.to_string()),
        })?;
        if read.schema_version != WALKTHROUGH_VERSION {
            return Err(WalkthroughError::Version(read.schema_version));
        }
        if read.steps.is_empty() {
            return Err(WalkthroughError::Empty);
        }
        Ok(read)
    }
}

impl WalkStep {
    /// For example `service in app/services/reports.py`.
    pub fn title(&self) -> String {
        format!("{} in {}", self.layer, self.path)
    }

    /// What was decided and by whom: `approved by Ada and Grace`. A state that names people
    /// itself is left as it is.
    pub fn decided(&self) -> String {
        let (state, people) = (&self.hunk.state, self.people());
        if people.is_empty() || state.contains(" by ") {
            state.clone()
        } else {
            format!("{state} by {people}")
        }
    }

    /// Who stands behind the decision: `Ada`, `Ada and Grace`; empty when nobody was named.
    pub fn people(&self) -> String {
        match (self.hunk.by.as_str(), self.hunk.seconded_by.as_str()) {
            ("", _) => String::new(),
            (by, "") => by.to_owned(),
            (by, second) => format!("{by} and {second}"),
        }
    }
}

/// The parser ends its messages with the place, which our error shows in front.
fn without_place(message: &str) -> String {
    let end = message.find(" at line ").unwrap_or(message.len());
    message.get(..end).unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const ONE: &str = r#"{"schema_version":1,"kind":"tour","name":"t","title":"t","repository":"r","base":"","tree":"",
"steps":[{"layer":"service","path":"a.py","hunk":{"id":1,"origin":"you","state":"approved","lines":["+x"]}}]}"#;

    #[test]
    fn a_text_that_is_no_walkthrough_is_refused_with_its_line() {
        let read = Walkthrough::parse(ONE).expect("a walkthrough");
        assert_eq!(read.steps[0].title(), "service in a.py");
        for (from, to, expected) in [
            ("\"schema_version\":1", "\"schema_version\":7", "its schema_version is 7; this program reads 1"),
            ("\"title\":\"t\"", "\"titel\":\"t\"", "line 1: unknown field `titel`"),
            ("\"layer\":\"service\"", "\"layer\":\"cellar\"", "line 2: unknown variant `cellar`"),
        ] {
            let error = Walkthrough::parse(&ONE.replace(from, to)).expect_err(to).to_string();
            assert!(error.starts_with(expected), "{error}");
        }
        let empty = Walkthrough::parse(&format!("{}[]}}", ONE.split_once('[').expect("steps").0));
        assert_eq!(empty, Err(WalkthroughError::Empty));
    }
}
