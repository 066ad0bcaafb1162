//! Recipes: whole resources, written the way the repository writes its own.
//!
//! A recipe is a folder of templates with a head (`recipe.yaml`); what differs between
//! repositories (folders, names, session, errors) is learnt from the nearest example and
//! cited. A recipe never invents business logic: it stores, checks and serves.
//!
//! `resource` picks the stack; each stack is an [`resource::Adapter`] in a folder of its own
//! that reads the repository and registers what is new. What stacks share (names, fields,
//! templates, exchanging a name) is here.

mod address;
mod again;
mod alter;
mod article;
mod auth;
mod axum;
mod django;
mod earlier;
mod endpoint;
mod errors;
mod examples;
mod fastapi;
pub(crate) mod fields;
mod fill;
mod graphql;
mod head;
mod job;
pub(crate) mod lines;
mod literals;
pub(crate) mod names;
mod nest;
mod node;
mod packages;
mod password_hash;
mod python_lists;
mod python_text;
pub(crate) mod rename;
pub(crate) mod render;
mod repository;
mod reshape;
mod resource;
mod row_verb;
mod sign_in;
pub(crate) mod sources;
mod sqlmodel;
pub(crate) mod typescript;
pub(crate) mod values;

pub use alter::MigrationRecipe;
pub use auth::AuthRecipe;
pub(crate) use auth::asks_for_sessions;
pub(crate) use endpoint::is_new_route;
pub use endpoint::{EndpointRecipe, ServiceMethodRecipe};
pub use errors::ErrorModuleRecipe;
pub(crate) use errors::asks_for_errors;
pub use graphql::GraphqlRecipe;
pub(crate) use graphql::asks_for_graphql;
pub(crate) use head::offers;
pub use job::{JobRecipe, settle_queue};
pub use password_hash::settle_hash;
pub use repository::RepositoryRecipe;
pub use resource::ResourceRecipe;

use super::workspace::ReadBase;
use crate::ports::{Produced, Proposer};
use std::sync::Arc;

/// Adds a resource.
pub const RESOURCE: &str = "resource";
/// Changes the table of a resource that is there.
pub const MIGRATION: &str = "migration";
/// Adds a route to a resource that is there.
pub const ENDPOINT: &str = "endpoint";
/// Adds users and sessions.
pub const AUTH: &str = "auth";
/// Adds a function to the service of a resource that is there.
pub const SERVICE_METHOD: &str = "service-method";
/// Adds the data access of a model that has none.
pub const REPOSITORY: &str = "repository";
/// Adds a background job.
pub const JOB: &str = "job";
/// Adds the errors of the domain and what answers them.
pub const ERROR_MODULE: &str = "error-module";
/// Adds a type, queries and mutations for a resource that is there.
pub const GRAPHQL: &str = "graphql";
/// The names of all recipes.
pub const RECIPES: [&str; 9] =
    [RESOURCE, MIGRATION, ENDPOINT, AUTH, SERVICE_METHOD, REPOSITORY, JOB, ERROR_MODULE, GRAPHQL];

/// The recipe of a name; `None` where there is none. With a memory of what it wrote before,
/// it can be run again.
pub fn recipe(name: &str, base: ReadBase, memory: Option<Arc<dyn Produced>>) -> Option<Box<dyn Proposer>> {
    match name {
        RESOURCE => Some(Box::new(ResourceRecipe::new(base).remembering(memory))),
        MIGRATION => Some(Box::new(MigrationRecipe::new(base))),
        AUTH => Some(Box::new(AuthRecipe::new(base).remembering(memory))),
        ENDPOINT => Some(Box::new(EndpointRecipe::new(base))),
        REPOSITORY => Some(Box::new(RepositoryRecipe::new(base))),
        SERVICE_METHOD => Some(Box::new(ServiceMethodRecipe::new(base))),
        JOB => Some(Box::new(JobRecipe::new(base))),
        ERROR_MODULE => Some(Box::new(ErrorModuleRecipe::new(base))),
        GRAPHQL => Some(Box::new(GraphqlRecipe::new(base).remembering(memory))),
        _ => None,
    }
}
