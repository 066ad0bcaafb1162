//! The user's folders: configuration, state (journals, trust), cache (scratch trees, scans).
//!
//! Follows the XDG variables. A folder that would lie inside the repository is refused,
//! because a repository must not be able to plant trust or journals.

use etcetera::{BaseStrategy, choose_base_strategy};
use std::path::{Path, PathBuf};

/// Three folders of this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirs {
    pub config: PathBuf,
    pub state: PathBuf,
    pub cache: PathBuf,
}

/// Why the folders cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirsError {
    #[error("no home folder: set HOME, or XDG_CONFIG_HOME, XDG_STATE_HOME and XDG_CACHE_HOME")]
    NoHome,
    #[error("{what} folder {path} lies inside the repository, which could then grant itself trust")]
    InsideRepository { what: &'static str, path: String },
}

impl Dirs {
    /// From the environment.
    pub fn from_env() -> Result<Self, DirsError> {
        let base = choose_base_strategy().map_err(|_| DirsError::NoHome)?;
        let state = base.state_dir().unwrap_or_else(|| base.data_dir());
        Ok(Self {
            config: base.config_dir().join("proscenium"),
            state: state.join("proscenium"),
            cache: base.cache_dir().join("proscenium"),
        })
    }

    /// All three below one folder, for tests.
    pub fn below(root: &Path) -> Self {
        Self { config: root.join("config"), state: root.join("state"), cache: root.join("cache") }
    }

    /// Where scans keep what they found.
    pub fn scans(&self) -> PathBuf {
        self.cache.join("scans")
    }

    /// Refuses folders inside `repository`.
    pub fn outside_of(&self, repository: &Path) -> Result<(), DirsError> {
        let root = repository.canonicalize().unwrap_or_else(|_| repository.to_path_buf());
        for (what, path) in [("configuration", &self.config), ("state", &self.state), ("cache", &self.cache)]
        {
            let mut probe = path.as_path();
            while !probe.exists() {
                match probe.parent() {
                    Some(parent) => probe = parent,
                    None => break,
                }
            }
            let real = probe.canonicalize().unwrap_or_else(|_| probe.to_path_buf());
            if real.starts_with(&root) {
                return Err(DirsError::InsideRepository { what, path: path.display().to_string() });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_inside_the_repository_are_refused() {
        let root = tempfile::tempdir().expect("a folder");
        let repository = root.path().join("repo");
        std::fs::create_dir(&repository).expect("a folder");
        assert!(Dirs::below(&root.path().join("home")).outside_of(&repository).is_ok());
        assert!(Dirs::below(&repository.join(".home")).outside_of(&repository).is_err());
    }
}
