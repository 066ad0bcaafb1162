//! The layer of every backend source file, by what it does first and by its name second.
//!
//! Signs are data (`resources/layer-signs/` and the `layers` of packs). Each kind of sign
//! counts once per layer, so that ten routes weigh no more than one. Every layer comes
//! with the places that spoke for it; a file that nothing speaks for is `other`.

mod kept;
mod queries;
mod score;
mod seen;
mod sign_table;
mod signs;
mod words;

pub use queries::{QueryFinder, is_test_path};
pub use score::{LayerInput, by_name, layers};
pub(crate) use seen::{annotation_paths, is_env_object, is_env_read};
pub use signs::{Signs, shipped};
