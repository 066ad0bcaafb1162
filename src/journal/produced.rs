//! What recipes wrote, one small file for each resource of a repository.
//!
//! It stands beside the sessions, outside of every repository, and is replaced as a whole.
//! A file that cannot be read is as good as none: the recipe then treats what is there as
//! somebody else's work, which it never overwrites.

use super::file::{options, prepare_folder};
use crate::{domain::produced::Version, ports::Produced};
use nix::fcntl::OFlag;
use sha2::{Digest, Sha256};
use std::{
    fs::OpenOptions,
    io::{Read, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// How many runs are remembered.
const VERSIONS: usize = 5;
/// A file that is larger is not read.
const LIMIT_BYTES: u64 = 16_000_000;

/// The memory below the user's state folder.
#[derive(Debug, Clone)]
pub struct ProducedFiles {
    folder: PathBuf,
}

impl ProducedFiles {
    /// Below the user's state folder, which need not be there yet.
    pub fn new(state: &Path) -> Self {
        Self { folder: state.join("produced") }
    }

    fn path(&self, root: &Path, recipe: &str, name: &str) -> PathBuf {
        let root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut digest = Sha256::new();
        for part in [root.as_os_str().as_encoded_bytes(), recipe.as_bytes(), name.as_bytes()] {
            digest.update(part);
            digest.update([0]);
        }
        let name: String = digest.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.folder.join(format!("{name}.json"))
    }
}

impl Produced for ProducedFiles {
    fn versions(&self, root: &Path, recipe: &str, name: &str) -> Vec<Version> {
        let mut open = OpenOptions::new();
        open.read(true).custom_flags(OFlag::O_NOFOLLOW.bits());
        let Ok(file) = open.open(self.path(root, recipe, name)) else { return Vec::new() };
        let mut text = String::new();
        match file.take(LIMIT_BYTES).read_to_string(&mut text) {
            Ok(_) => serde_json::from_str(&text).unwrap_or_default(),
            Err(_) => Vec::new(),
        }
    }

    fn keep(&self, root: &Path, recipe: &str, name: &str, version: Version) -> Result<(), String> {
        let mut versions = self.versions(root, recipe, name);
        if versions.last() == Some(&version) {
            return Ok(());
        }
        versions.push(version);
        let over = versions.len().saturating_sub(VERSIONS);
        versions.drain(..over);
        let path = self.path(root, recipe, name);
        let written = || -> std::io::Result<()> {
            prepare_folder(&self.folder)?;
            let fresh = path.with_extension(format!("{}.new", std::process::id()));
            // One that an earlier run left behind is not appended to.
            let _ = std::fs::remove_file(&fresh);
            let mut file = options().create_new(true).open(&fresh)?;
            file.write_all(&serde_json::to_vec(&versions)?)?;
            file.sync_all()?;
            std::fs::rename(&fresh, &path)
        };
        written().map_err(|error| format!("{}: {error}", path.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_runs_of_each_resource_are_kept_apart() {
        let state = tempfile::tempdir().unwrap();
        let memory = ProducedFiles::new(&state.path().join("state"));
        let root = Path::new("/nowhere");
        let version = |number: usize| Version { fields: format!("a{number}:int"), ..Version::default() };
        assert!(memory.versions(root, "resource", "review").is_empty());
        for number in 0..VERSIONS + 2 {
            memory.keep(root, "resource", "review", version(number)).unwrap();
            memory.keep(root, "resource", "review", version(number)).unwrap();
        }
        let kept = memory.versions(root, "resource", "review");
        assert_eq!((kept.len(), kept.last()), (VERSIONS, Some(&version(VERSIONS + 1))));
        assert!(memory.versions(root, "resource", "note").is_empty());
        assert!(memory.versions(Path::new("/elsewhere"), "resource", "review").is_empty());
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let state = tempfile::tempdir().unwrap();
        let memory = ProducedFiles::new(state.path());
        let root = Path::new("/nowhere");
        memory.keep(root, "resource", "review", Version::default()).unwrap();
        std::fs::write(memory.path(root, "resource", "review"), "{").unwrap();
        assert!(memory.versions(root, "resource", "review").is_empty());
    }
}
