//! The memory of what recipes wrote. It is outside of the repository.

use crate::domain::produced::Version;
use std::path::Path;

/// Remembers what a recipe wrote for a resource of a repository.
pub trait Produced: Send + Sync {
    /// The last runs, the newest last; none where nothing is known or it cannot be read.
    fn versions(&self, root: &Path, recipe: &str, name: &str) -> Vec<Version>;

    /// Remembers one run more. The error says why it could not; nothing else depends on it.
    fn keep(&self, root: &Path, recipe: &str, name: &str, version: Version) -> Result<(), String>;
}
