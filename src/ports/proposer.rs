//! Sources of proposals: recipe, fix, agent, the user's own edit.

use crate::domain::{map::BackendMap, plan::Step, proposal::Proposal, stack::Stack, task::Task};
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// What a proposer may look at.
#[derive(Debug, Clone)]
pub struct ProposalRequest {
    /// Absolute path of the repository.
    pub root: PathBuf,
    /// Base commit, 40 hexadecimal digits; empty on an unborn branch.
    pub base: String,
    pub map: Arc<BackendMap>,
    pub stack: Stack,
    pub task: Option<Task>,
    /// The whole plan, and the step to fill (an index into `steps`).
    pub steps: Vec<Step>,
    pub step: usize,
    /// Texts that differ from the base because of this session's hunks; `None` for removed files.
    pub texts: Arc<BTreeMap<String, Option<String>>>,
    /// Inputs of a recipe: field notation, names.
    pub inputs: BTreeMap<String, String>,
}

/// Writes proposals. Never touches the user's files.
pub trait Proposer: Send + Sync {
    /// Proposes a change for the step. An empty proposal is an error, not a success.
    fn propose(&self, request: &ProposalRequest, cancel: &super::Cancel) -> Result<Proposal, ProposeError>;
}

/// Why there is no proposal. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ProposeError {
    /// The input is wrong: what, and what would be right.
    #[error("{what}")]
    Input { what: String, hint: String },
    /// A name is taken already.
    #[error("{what} exists already at {place}")]
    Clash { what: String, place: String },
    /// The proposer does not apply here.
    #[error("{0}")]
    NotApplicable(String),
    #[error("{name} stopped after {seconds} s without a proposal")]
    TimedOut { name: String, seconds: u64 },
    #[error("{name} ended with {status}: {detail}")]
    Failed { name: String, status: String, detail: String },
    #[error("{0} changed nothing")]
    Nothing(String),
    #[error("stopped")]
    Cancelled,
    #[error("{path}: {reason}")]
    Io { path: String, reason: String },
    /// What was proposed does not parse, or does not do what it says; never shown as a success.
    #[error("{0}")]
    Rejected(String),
}
