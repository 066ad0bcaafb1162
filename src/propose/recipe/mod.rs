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
mod axum;
mod django;
mod examples;
mod fastapi;
pub(crate) mod fields;
mod head;
pub(crate) mod lines;
pub(crate) mod names;
mod nest;
mod python_text;
pub(crate) mod rename;
pub(crate) mod render;
mod resource;
pub(crate) mod typescript;
pub(crate) mod values;

pub(crate) use head::offers;
pub use resource::ResourceRecipe;
