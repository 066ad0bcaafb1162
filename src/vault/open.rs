//! Opens a repository, or says clearly why not.
//!
//! Refusals come before anything is read or written: no repository, bare, another
//! owner, an object format, reference or index format that libgit2 cannot write.

use super::{git_error, io_error};
use crate::ports::vault::VaultError;
use git2::{ErrorCode, Repository};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    ffi::OsString,
    os::unix::{ffi::OsStrExt, fs::DirBuilderExt},
    path::{Path, PathBuf},
    time::Duration,
};

/// Which git configuration counts besides the repository's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum GitConfig {
    /// The system's and the user's, found as git finds them.
    #[default]
    Users,
    /// Only this file, as with `GIT_CONFIG_GLOBAL` and `GIT_CONFIG_NOSYSTEM`.
    Only(PathBuf),
}

impl GitConfig {
    /// As git would: `GIT_CONFIG_GLOBAL` takes the place of the user's and the system's.
    pub fn from_environment() -> Self {
        match std::env::var_os("GIT_CONFIG_GLOBAL") {
            Some(path) if !path.is_empty() => Self::Only(path.into()),
            Some(_) | None => Self::Users,
        }
    }
}

/// What a vault is told at construction. Reads nothing by itself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Folder for private objects and scratch trees; made with mode 0700, outside the repository.
    pub store: PathBuf,
    pub config: GitConfig,
    /// Added to the environment of hooks and signing programs, over the inherited one.
    pub environment: BTreeMap<OsString, OsString>,
    /// Seconds since the epoch that commits carry, in UTC; `None` is the time of the commit.
    pub commit_time: Option<i64>,
    /// A hook or signing program that takes longer is stopped.
    pub child_timeout: Duration,
}

impl Settings {
    /// Settings with this store, the user's configuration and ten minutes for a hook.
    pub fn new(store: impl Into<PathBuf>) -> Self {
        Self {
            store: store.into(),
            config: GitConfig::Users,
            environment: BTreeMap::new(),
            commit_time: None,
            child_timeout: Duration::from_secs(600),
        }
    }
}

/// One repository, opened anew by each operation so that it is always seen as it is.
#[derive(Debug, Clone)]
pub struct GitVault {
    /// Absolute path of the working tree, without symbolic links.
    pub(super) root: PathBuf,
    /// The working tree as the caller named it, absolute; links may spell it like this.
    pub(super) spelled: PathBuf,
    pub(super) git_dir: PathBuf,
    /// Where objects, refs and hooks are; differs from `git_dir` in a linked worktree.
    pub(super) common_dir: PathBuf,
    /// This repository's part of the store.
    pub(super) home: PathBuf,
    pub(super) settings: Settings,
}

impl GitVault {
    /// Opens the repository that holds the path. Blocks.
    ///
    /// Errors: `NotARepository`, `Bare`, `Unsupported` with the name of the format,
    /// `Git` with git's own words and remedy for a folder of another owner.
    pub fn open(given: &Path, settings: Settings) -> Result<Self, VaultError> {
        let shown = given.display().to_string();
        let path = given.canonicalize().map_err(|source| io_error(given, source))?;
        let repository = Repository::discover(&path).map_err(|error| refusal(&error, &shown))?;
        if repository.is_bare() {
            return Err(VaultError::Bare);
        }
        if repository.object_format() != git2::ObjectFormat::Sha1 {
            return Err(VaultError::Unsupported("the sha256 object format".into()));
        }
        let workdir = repository.workdir().ok_or(VaultError::Bare)?;
        let root = workdir.canonicalize().map_err(|source| io_error(workdir, source))?;
        // The caller may have named the top of the tree through a symbolic link.
        let spelled =
            std::path::absolute(given).ok().filter(|_| path == root).unwrap_or_else(|| root.clone());
        let canonical = |path: &Path| path.canonicalize().map_err(|source| io_error(path, source));
        let mut vault = Self {
            git_dir: canonical(repository.path())?,
            common_dir: canonical(repository.commondir())?,
            home: settings.store.join(key_of(&root)),
            spelled,
            root,
            settings,
        };
        vault.check_index(&repository)?;
        vault.prepare_home()?;
        vault.release_own_locks();
        vault.remove_leftovers();
        Ok(vault)
    }

    /// Absolute path of the working tree.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A bare repository outside the user's that can read every composed tree and every
    /// object of the user's repository.
    pub fn objects_path(&self) -> PathBuf {
        self.home.join("objects.git")
    }

    /// The folder of a scratch tree of that name, whether it exists or not.
    pub fn scratch_path(&self, name: &str) -> PathBuf {
        self.home.join("scratch").join(name)
    }

    /// The repository as it is now, with the configuration of the settings.
    pub(super) fn repository(&self) -> Result<Repository, VaultError> {
        let repository = Repository::open(&self.git_dir)
            .map_err(|error| refusal(&error, &self.root.display().to_string()))?;
        if let GitConfig::Only(global) = &self.settings.config {
            let mut config = git2::Config::new().map_err(|error| git_error(&error))?;
            let files = [
                (global.clone(), git2::ConfigLevel::Global),
                (self.common_dir.join("config"), git2::ConfigLevel::Local),
                (self.git_dir.join("config.worktree"), git2::ConfigLevel::Worktree),
            ];
            for (file, level) in files.iter().filter(|(file, _)| file.exists()) {
                config.add_file(file, *level, true).map_err(|error| git_error(&error))?;
            }
            repository.set_config(&config).map_err(|error| git_error(&error))?;
        }
        Ok(repository)
    }

    /// Split and sparse indexes open fine and fail only when they are read.
    fn check_index(&self, repository: &Repository) -> Result<(), VaultError> {
        let Err(error) = repository.index() else { return Ok(()) };
        let message = error.message();
        if message.contains("'link'") {
            return Err(VaultError::Unsupported(
                "a split index (`git update-index --no-split-index` ends it)".into(),
            ));
        }
        if message.contains("'sdir'") {
            return Err(VaultError::Unsupported(
                "a sparse index (`git sparse-checkout reapply --no-sparse-index` ends it)".into(),
            ));
        }
        Err(VaultError::Git(format!("the index cannot be read: {message}")))
    }

    fn prepare_home(&mut self) -> Result<(), VaultError> {
        let home = std::path::absolute(&self.home).map_err(|source| io_error(&self.home, source))?;
        let inside = home.starts_with(&self.root) || home.starts_with(&self.spelled);
        if !inside {
            private_folder(&home.join("scratch"))?;
            // Without links, because programs in a scratch tree compare paths.
            self.home = home.canonicalize().map_err(|source| io_error(&home, source))?;
        }
        if inside || self.home.starts_with(&self.root) {
            return Err(VaultError::RefusedPath {
                path: home.display().to_string(),
                reason: "is inside the repository; the store must be outside".into(),
            });
        }
        self.prepare_objects()
    }
}

/// Makes a folder and its parents, new ones with mode 0700.
pub(super) fn private_folder(path: &Path) -> Result<(), VaultError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|source| io_error(path, source))
}

/// A short name of a working tree that is safe in a path.
fn key_of(root: &Path) -> String {
    let digest = Sha256::digest(root.as_os_str().as_bytes());
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let name: String = root
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .take(32)
        .collect();
    format!("{name}-{hex}")
}

/// Why a repository did not open, with what the user can do.
fn refusal(error: &git2::Error, path: &str) -> VaultError {
    let message = error.message();
    if error.code() == ErrorCode::NotFound {
        return VaultError::NotARepository(path.to_owned());
    }
    if error.code() == ErrorCode::Owner {
        return VaultError::Git(format!(
            "detected dubious ownership in repository at '{path}'; to add an exception, call: \
             git config --global --add safe.directory '{path}'"
        ));
    }
    if message.contains("object format") || message.contains("objectformat") {
        return VaultError::Unsupported("the sha256 object format".into());
    }
    if message.contains("refstorage") {
        return VaultError::Unsupported("the reftable format (extensions.refstorage)".into());
    }
    if let Some((_, extension)) = message.split_once("unsupported extension name ") {
        return VaultError::Unsupported(format!("the extension {extension}"));
    }
    git_error(error)
}
