//! The `job` recipe: work in the background, on the queue that the project has.
//!
//! A job comes with the function that enqueues it, so that no handler knows the queue; it is tried
//! a bounded number of times, each after a longer wait and with a time limit. What is asked for is
//! read in [`wanted`], which queue it is decided in [`queue`]; each stack writes the rest.

mod choice;
pub(super) mod python;
pub(super) mod queue;
pub(super) mod typescript;
pub(super) mod wanted;

pub use choice::settle_queue;

use super::{
    names::Name,
    resource::{Ask, Search, input},
};
use crate::{
    domain::proposal::Proposal,
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};
use wanted::Wanted;

/// The recipe's name.
const RECIPE: &str = "job";

/// A job to add to a backend.
pub(super) struct NewJob<'a> {
    pub(super) ask: &'a Ask<'a>,
    pub(super) wanted: &'a Wanted,
}

/// Adds a background job to a backend whose stack has the recipe.
pub struct JobRecipe {
    base: ReadBase,
}

impl JobRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

impl Proposer for JobRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let name =
            input(request, RECIPE, "name", "send_welcome_email, or recount_stars with resource=Review")?;
        let search = Search { recipe: RECIPE, request, base: &self.base, cancel };
        let proposal = search.first_fit(
            |head| Ok((Name::job(name, &head.words)?, Vec::new())),
            |adapter, ask| {
                let wanted = Wanted::read(ask)?;
                let draft = adapter.job(&NewJob { ask, wanted: &wanted })?;
                Ok((format!("Add the background job {}, {}", ask.name.snake, draft.like), draft))
            },
        );
        proposal.map_err(|error| match error {
            ProposeError::NotApplicable(why) => ProposeError::NotApplicable(format!(
                "{why}; the plan of a task, such as \"Add a background job\", says where each part goes and checks it"
            )),
            other => other,
        })
    }
}
