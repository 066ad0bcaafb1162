//! Recipes: whole resources, written the way the repository writes its own.
//!
//! A recipe is a folder of templates with a head (`recipe.yaml`); what differs between
//! repositories (folders, names, session, errors) is learnt from the nearest example and
//! cited. A recipe never invents business logic: it stores, checks and serves.

mod alembic;
mod context;
mod fields;
mod layout;
pub(crate) mod names;
mod references;
mod register;
mod registration;
pub(crate) mod render;
mod resource;
mod samples;
mod style;
mod template_context;
mod test_context;

pub use resource::ResourceRecipe;
