//! The self-verification checklist and its states.
//!
//! An item is never proven without evidence at its right; what no tool can know the
//! user ticks, with a note. Items come from `resources/checklist.md`.

use serde::{Deserialize, Serialize};

/// What decides an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "evidence", rename_all = "snake_case")]
pub enum Decider {
    /// No finding of these rules in the approved tree that the base did not have.
    Rules { rules: Vec<String> },
    /// A command of that kind passed.
    Command { kind: super::command::CommandKind },
    /// Approved hunks exist in that layer, and its tests among them.
    Hunks { layer: super::layer::Layer },
    /// The user ticks it.
    ByHand,
}

/// One line of the checklist, as written in the resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Stable name, for example `queries-bound`.
    pub id: String,
    /// Section: `database`, `security`, …
    pub group: String,
    pub text: String,
    pub decider: Decider,
    /// Applies only when the change has one of these: `schema`, `auth`, `orm`, …; empty for always.
    #[serde(default)]
    pub when: Vec<String>,
}

/// The state of an item or a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ItemState {
    Proven {
        evidence: String,
    },
    Contradicted {
        evidence: String,
    },
    NotChecked {
        why: String,
    },
    NotApplicable {
        reason: String,
    },
    /// It ran and cannot be believed.
    Untrusted {
        why: String,
    },
    /// Ticked by a person.
    Ticked {
        by: String,
        at: u64,
        note: String,
    },
}

impl ItemState {
    /// Whether the item has what it needs.
    pub fn is_settled(&self) -> bool {
        match self {
            Self::Proven { .. } | Self::NotApplicable { .. } | Self::Ticked { .. } => true,
            Self::Contradicted { .. } | Self::NotChecked { .. } | Self::Untrusted { .. } => false,
        }
    }
}
