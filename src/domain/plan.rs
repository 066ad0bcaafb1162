//! The plan of ACT: steps in dependency order, each to be filled by a proposer.
//!
//! No step may end without a way to fill it: where there is no recipe and no fix, the
//! step is a walkthrough that names the place, the nearest example and the rules, and
//! carries a check that turns green when the user has written it.

use super::{
    finding::Finding,
    ids::{CriterionId, StepId},
    layer::Layer,
    place::Place,
};
use serde::{Deserialize, Serialize};

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    pub id: StepId,
    /// Short name: `migration`, `service`, or the finding's rule.
    pub title: String,
    pub layer: Layer,
    pub filler: Filler,
    /// Criteria it is for.
    #[serde(default)]
    pub criteria: Vec<CriterionId>,
    /// Steps that come first.
    #[serde(default)]
    pub after: Vec<StepId>,
}

/// Who fills a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "filler", rename_all = "snake_case")]
pub enum Filler {
    /// Part of a recipe; all steps of one recipe are proposed together.
    Recipe { recipe: String },
    /// The mechanical fix of a finding.
    Fix { finding: Box<Finding> },
    /// Written by the user, guided.
    Walkthrough { guide: Box<Guide> },
    /// A configured command or agent.
    Agent { name: String },
    /// A trusted generator run in the scratch tree.
    Generator { command: String },
}

/// What a walkthrough shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Guide {
    /// What to do, in one or two sentences.
    pub goal: String,
    /// The lines to change or move.
    #[serde(default)]
    pub from: Option<Span>,
    /// Where it belongs.
    #[serde(default)]
    pub to: Option<Place>,
    /// The nearest example in the repository.
    #[serde(default)]
    pub example: Option<Place>,
    /// Rules that apply.
    #[serde(default)]
    pub rules: Vec<String>,
    /// When it is done.
    pub check: Check,
}

/// Lines of a file, 1-based, end exclusive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub path: String,
    pub start: u32,
    pub end: u32,
}

/// A condition on the composed tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(tag = "check", rename_all = "snake_case")]
pub enum Check {
    /// The user says when it is done.
    #[default]
    ByHand,
    /// No finding with that rule and fingerprint any more.
    FindingGone { rule: String, fingerprint: String },
    /// A file of that layer defines a symbol of that name.
    SymbolExists { layer: Layer, name: String },
    /// An endpoint of that method and path is served.
    EndpointExists { method: String, path: String },
    /// A file under that folder exists that the base did not have.
    NewFileIn { folder: String },
}
