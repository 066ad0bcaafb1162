//! Proposers: recipe, fix, command, the user's own edit. All give the same `Proposal`.
//!
//! Nothing here writes to the user's files, and nothing here is an authority: a proposal
//! becomes hunks, and hunks are decided one by one. What is proposed for a Python,
//! TypeScript or Rust file parses, or it is not proposed.

mod command;
mod dispatch;
mod edits;
mod fix;
mod own_edit;
mod plan;
mod prepared;
mod python;
mod recipe;
mod rust;
mod sample;
mod script;
mod walkthrough;
mod workspace;

pub use command::{CommandConfig, CommandProposer, Material};
pub use dispatch::Proposers;
pub use fix::{FixProposer, Fixed, Language, fix, fixable};
pub use own_edit::{Written, own_edit};
pub use plan::{PlanInput, as_walkthrough, plan};
pub use prepared::{Prepared, PreparedSteps};
pub use recipe::{
    AUTH, AuthRecipe, ENDPOINT, ERROR_MODULE, EndpointRecipe, ErrorModuleRecipe, GRAPHQL, GraphqlRecipe, JOB,
    JobRecipe, MIGRATION, MigrationRecipe, RECIPES, REPOSITORY, RESOURCE, RepositoryRecipe, ResourceRecipe,
    SERVICE_METHOD, ServiceMethodRecipe, recipe, settle_hash, settle_queue,
};
pub use sample::{GuidedCriterion, GuidedTask, SampleFile, guided_task, sample_files};
pub use walkthrough::{CheckState, evaluate, guide_for_finding, guide_for_layer};
pub use workspace::{ReadBase, read_base_of};
