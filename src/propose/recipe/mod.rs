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
mod axum;
mod django;
mod endpoint;
mod examples;
mod fastapi;
pub(crate) mod fields;
mod fill;
mod head;
pub(crate) mod lines;
mod literals;
pub(crate) mod names;
mod nest;
mod node;
mod python_text;
pub(crate) mod rename;
pub(crate) mod render;
mod resource;
pub(crate) mod sources;
mod sqlmodel;
pub(crate) mod typescript;
pub(crate) mod values;

pub use alter::MigrationRecipe;
pub use endpoint::EndpointRecipe;
pub(crate) use endpoint::is_new_route;
pub(crate) use head::offers;
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
/// The names of all recipes.
pub const RECIPES: [&str; 3] = [RESOURCE, MIGRATION, ENDPOINT];

/// The recipe of a name; `None` where there is none. With a memory of what it wrote before,
/// it can be run again.
pub fn recipe(name: &str, base: ReadBase, memory: Option<Arc<dyn Produced>>) -> Option<Box<dyn Proposer>> {
    match name {
        RESOURCE => Some(Box::new(ResourceRecipe::new(base).remembering(memory))),
        MIGRATION => Some(Box::new(MigrationRecipe::new(base))),
        ENDPOINT => Some(Box::new(EndpointRecipe::new(base))),
        _ => None,
    }
}
