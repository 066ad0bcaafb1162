//! What the user wants, as it was read.
//!
//! Without an agent the text is matched against a grammar that is data; only what it
//! matched is shown as read, the rest is quoted back. Criteria that come from a
//! template are marked as assumed until the user accepts them.

use super::{ids::CriterionId, place::Place};
use serde::{Deserialize, Serialize};

/// What kind of change the task asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    Endpoint,
    Resource,
    Graphql,
    ServiceMethod,
    Repository,
    Router,
    Auth,
    Migration,
    Job,
    Middleware,
    Transaction,
    BackingService,
    /// Repair of one finding or of all of one rule.
    Repair,
    Review,
    /// The grammar did not match a kind.
    Other,
}

impl Intent {
    /// The word of formats and screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Endpoint => "endpoint",
            Self::Resource => "resource",
            Self::Graphql => "graphql",
            Self::ServiceMethod => "service-method",
            Self::Repository => "repository",
            Self::Router => "router",
            Self::Auth => "auth",
            Self::Migration => "migration",
            Self::Job => "job",
            Self::Middleware => "middleware",
            Self::Transaction => "transaction",
            Self::BackingService => "backing-service",
            Self::Repair => "repair",
            Self::Review => "review",
            Self::Other => "other",
        }
    }
}

/// How many steps are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Difficulty {
    Simple,
    Medium,
    Complex,
}

impl Difficulty {
    /// The word of formats and screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Simple => "simple",
            Self::Medium => "medium",
            Self::Complex => "complex",
        }
    }
}

/// What may go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// `auth`, `orm`, `schema`, `transaction`, `secret` or `out-of-scope`.
    pub kind: String,
    /// For example `two tables`.
    pub note: String,
}

/// How sure the reading is; decides whether assumptions are listed, offered, or asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Uncertainty {
    Low,
    Medium,
    High,
}

/// One question with its options; the first is the safe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Stable name, for example `delete-policy`.
    pub id: String,
    pub level: Uncertainty,
    pub text: String,
    pub options: Vec<Choice>,
    /// Index into `options`; `None` while open.
    pub answer: Option<usize>,
}

/// One option and what it costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    pub label: String,
    /// For example `least code`.
    pub trade_off: String,
}

/// One thing that must be true at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    pub id: CriterionId,
    pub text: String,
    /// Test names that prove it, when it names any.
    #[serde(default)]
    pub tests: Vec<String>,
    pub state: CriterionState,
    /// Where it comes from: a template, a contract line, or the user.
    pub source: CriterionSource,
}

/// Whether the user agreed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CriterionState {
    Proposed,
    Accepted,
    Dropped,
}

/// Who wrote a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum CriterionSource {
    /// From the template of the intent: assumed.
    Assumed,
    /// From a contract file.
    Contract {
        place: Place,
    },
    /// From the finding that the task repairs.
    Finding {
        rule: String,
        place: Place,
    },
    You,
}

/// A task as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub intent: Intent,
    /// What it is about, as matched: a resource name, a path, a rule id.
    pub subject: String,
    /// `endpoint  POST /api/orders/{id}/cancel`: label and value rows for the screen.
    pub read_as: Vec<(String, String)>,
    pub difficulty: Difficulty,
    /// Parts of the text that the grammar did not understand, as written.
    pub not_understood: Vec<String>,
    pub risks: Vec<Risk>,
    pub assumptions: Vec<String>,
    pub questions: Vec<Question>,
    pub criteria: Vec<Criterion>,
    /// Inputs of the recipe, as read from the text: `name`, `fields`, …
    #[serde(default)]
    pub inputs: std::collections::BTreeMap<String, String>,
    /// Sentences for work that belongs elsewhere: "This is frontend work: …".
    #[serde(default)]
    pub out_of_scope: Vec<String>,
    /// The example that is most like it, a path under `resources/examples/`.
    #[serde(default)]
    pub example: Option<String>,
}

/// The task of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub text: String,
    pub reading: Reading,
}
