//! Shares installed dependencies with a scratch tree, without a way back into the
//! user's sources.
//!
//! A dependency folder becomes a real folder of links, so that what points back into the
//! repository (workspace packages, editable installs, path repositories) can be pointed
//! at the scratch tree instead. What cannot be is a doubt, and a doubt makes a result
//! untrusted. Tool caches inside such folders are not shared.

use super::{open::GitVault, scratch::remove_all, share_links, share_python};
use crate::ports::vault::VaultError;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Files that name dependencies by path.
const MANIFESTS: [&str; 14] = [
    "Cargo.toml",
    "config.toml",
    "package.json",
    "tsconfig.json",
    "go.mod",
    "go.work",
    "pyproject.toml",
    "requirements.txt",
    "requirements-dev.txt",
    "uv.lock",
    "poetry.lock",
    "composer.json",
    "Gemfile",
    ".npmrc",
];

/// A manifest larger than this is a lock file that no path was written into by hand.
const MANIFEST_LIMIT_BYTES: u64 = 4 * 1024 * 1024;

/// What is shared, and what cannot be trusted because of it.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Relative paths, sorted.
    pub(super) folders: Vec<String>,
    pub(super) doubts: Vec<String>,
}

/// Where links come from and where they go.
#[derive(Debug)]
pub(super) struct Sharing<'a> {
    /// The user's working tree without links, and as it was spelled.
    pub(super) roots: Vec<PathBuf>,
    pub(super) scratch: &'a Path,
    pub(super) doubts: Vec<String>,
}

/// Shares every dependency folder that stands beside a tracked file.
pub(super) fn share(
    vault: &GitVault,
    scratch: &Path,
    tracked: &BTreeSet<String>,
) -> Result<Shared, VaultError> {
    let mut roots = vec![vault.root.clone()];
    if vault.spelled != vault.root {
        roots.push(vault.spelled.clone());
    }
    let mut sharing = Sharing { roots, scratch, doubts: Vec::new() };
    let mut folders = Vec::new();
    for above in folders_of(tracked) {
        for name in ["node_modules", ".venv", "venv", "env", "vendor"] {
            let relative = if above.is_empty() { name.to_owned() } else { format!("{above}/{name}") };
            let source = vault.root.join(&relative);
            let prefix = format!("{relative}/");
            let is_tracked =
                tracked.range(prefix.clone()..).next().is_some_and(|path| path.starts_with(&prefix));
            if is_tracked || !source.is_dir() || tracked.contains(&relative) {
                continue;
            }
            let is_python = source.join("pyvenv.cfg").is_file();
            let shared = match name {
                ".venv" | "venv" | "env" if is_python => share_python::share(&mut sharing, &relative)?,
                ".venv" | "venv" | "env" => false,
                _ => share_links::share(&mut sharing, &relative)?,
            };
            if shared {
                folders.push(relative);
            }
        }
    }
    sharing.check_manifests(tracked)?;
    share_python::check_active_environment(&mut sharing);
    forget_gone(scratch, &folders)?;
    Ok(Shared { folders, doubts: sharing.doubts })
}

/// Every folder that holds a tracked file, the top first.
fn folders_of(tracked: &BTreeSet<String>) -> BTreeSet<&str> {
    let mut folders = BTreeSet::from([""]);
    for path in tracked {
        folders.extend(path.match_indices('/').filter_map(|(at, _)| path.get(..at)));
    }
    folders
}

/// Removes folders that were shared before and are no longer there to share.
fn forget_gone(scratch: &Path, folders: &[String]) -> Result<(), VaultError> {
    let list = scratch.join(".git").join("proscenium-shared");
    let before = std::fs::read_to_string(&list).unwrap_or_default();
    for gone in before.lines().filter(|line| !folders.iter().any(|folder| folder == line)) {
        if crate::ports::vault::is_safe_path(gone) {
            remove_all(&scratch.join(gone))?;
        }
    }
    std::fs::write(&list, folders.join("\n")).map_err(|source| super::io_error(&list, source))
}

impl Sharing<'_> {
    /// The user's working tree, without links.
    pub(super) fn root(&self) -> &Path {
        self.roots.first().map_or(Path::new("/"), PathBuf::as_path)
    }

    /// Where a path of the user's sources is in the scratch tree; `None` when the path is not
    /// in the repository, or is inside one of its dependency folders.
    pub(super) fn in_scratch(&self, path: &Path) -> Option<PathBuf> {
        let relative = self.roots.iter().find_map(|root| path.strip_prefix(root).ok())?;
        let is_dependency = relative.components().any(|part| {
            ["node_modules", ".venv", "venv", "env", "vendor", ".git"]
                .iter()
                .any(|name| part.as_os_str() == *name)
        });
        (!is_dependency).then(|| self.scratch.join(relative))
    }

    /// `bytes` with the user's root replaced by the scratch tree wherever it stands as a path.
    pub(super) fn repointed(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut text = bytes.to_vec();
        let mut found = false;
        for root in &self.roots {
            use std::os::unix::ffi::OsStrExt;
            let (from, to) = (root.as_os_str().as_bytes(), self.scratch.as_os_str().as_bytes());
            let (mut result, mut at) = (Vec::with_capacity(text.len()), 0);
            while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
                let ends = rest
                    .get(from.len())
                    .is_none_or(|next| !(next.is_ascii_alphanumeric() || matches!(next, b'-' | b'_' | b'.')));
                if rest.starts_with(from) && ends {
                    result.extend_from_slice(to);
                    at += from.len();
                    found = true;
                } else {
                    result.extend(rest.first());
                    at += 1;
                }
            }
            text = result;
        }
        found.then_some(text)
    }

    /// Adds a sentence about why a result may not be about the scratch tree.
    pub(super) fn doubt(&mut self, text: String) {
        if !self.doubts.contains(&text) {
            self.doubts.push(text);
        }
    }

    /// Tracked manifests that name the repository by its absolute path lead out of any copy.
    fn check_manifests(&mut self, tracked: &BTreeSet<String>) -> Result<(), VaultError> {
        for path in tracked {
            let name = path.rsplit('/').next().unwrap_or(path);
            if !MANIFESTS.contains(&name) {
                continue;
            }
            let file = self.scratch.join(path);
            let small = std::fs::symlink_metadata(&file)
                .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MANIFEST_LIMIT_BYTES);
            if small && std::fs::read(&file).is_ok_and(|bytes| self.repointed(&bytes).is_some()) {
                self.doubt(format!("{path} names your working tree by its absolute path"));
            }
        }
        Ok(())
    }
}
