//! What names in one file mean in another, as far as layers, edges and flow need it.
//!
//! Imports are resolved to files of the project, each once; a name is followed through imports,
//! bindings and re-exports to a definition or to a path outside the project. Every walk
//! has fuel, so that cycles of star imports end. Nothing here knows a framework.

mod index;
mod modules;
mod names;
mod packages;

pub use modules::Modules;
pub use names::{Project, Target, external};
