//! The folder that a headless command is about, with what reads it.
//!
//! Any folder will do, in a git repository or not. Nothing is made or written, so that a
//! wrong path leaves no trace.

use super::{failure::Failure, progress::Progress};
use crate::{
    analysis::{
        scan::BackendScanner,
        source::{self, SourceFiles},
    },
    domain::map::BackendMap,
    knowledge::Knowledge,
    ports::{ScanError, ScanOptions, Source},
    runtime::{
        Dirs,
        open::{self, OpenError},
    },
    vault::{GitVault, Settings},
};
use std::{
    path::{Path, PathBuf},
    time::Instant,
};

/// Whether a scan may use what an earlier one kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cache {
    Use,
    Avoid,
}

/// A folder and the adapters for it.
pub(super) struct Subject {
    /// Canonical path.
    pub(super) root: PathBuf,
    pub(super) dirs: Dirs,
    pub(super) knowledge: Knowledge,
    pub(super) scanner: BackendScanner,
}

/// A folder that was checked, before anything is loaded for it.
pub(super) struct Place {
    root: PathBuf,
    dirs: Dirs,
}

impl Place {
    /// Checks the folder.
    pub(super) fn find(path: &Path) -> Result<Self, Failure> {
        let shown = path.display().to_string();
        if !path.exists() {
            return Err(OpenError::NotFound(shown).into());
        }
        if !path.is_dir() {
            return Err(OpenError::NotAFolder(shown).into());
        }
        let root = path.canonicalize().map_err(|error| Failure::user(format!("{shown}: {error}"), ""))?;
        Ok(Self { root, dirs: Dirs::from_env().map_err(OpenError::from)? })
    }

    /// The files on disk.
    pub(super) fn files(&self) -> Result<Box<dyn SourceFiles>, Failure> {
        open_source(&Source::Directory { root: self.root.clone() })
    }

    /// The map of these files as JSON, where an earlier scan kept it: nothing that a scan
    /// needs is loaded.
    pub(super) fn kept_json(&self, files: &dyn SourceFiles, started: Instant) -> Option<String> {
        let store = open::store(&self.root, &self.dirs)?;
        let key = store.map_key(files, &ScanOptions { no_cache: false, rules: true })?;
        store.map_text(files, &key, started)
    }

    /// Reads the knowledge for the folder.
    pub(super) fn load(self) -> Result<Subject, Failure> {
        let Self { root, dirs } = self;
        let knowledge = Knowledge::load(&open::overlays(&root, &dirs)).map_err(OpenError::from)?;
        let scanner = open::scanner(&root, &dirs, &knowledge)?;
        Ok(Subject { root, dirs, knowledge, scanner })
    }
}

impl Subject {
    /// Checks the folder and reads the knowledge for it.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        Place::find(path)?.load()
    }

    /// The folder's own name.
    pub(super) fn name(&self) -> String {
        self.root.file_name().map_or_else(|| "/".into(), |name| name.to_string_lossy().into_owned())
    }

    /// The files on disk.
    pub(super) fn on_disk(&self) -> Source {
        Source::Directory { root: self.root.clone() }
    }

    /// Git around the folder. Makes a private folder in the user's cache.
    pub(super) fn vault(&self) -> Result<GitVault, Failure> {
        let vault = GitVault::open(&self.root, Settings::new(self.dirs.cache.join("trees")))
            .map_err(OpenError::from)?;
        self.dirs.outside_of(vault.root()).map_err(OpenError::from)?;
        Ok(vault)
    }

    /// The map of a source, with a bar over its files.
    pub(super) fn scan(&self, source: &Source, cache: Cache) -> Result<BackendMap, Failure> {
        let files = open_source(source)?;
        self.scan_files(files.as_ref(), cache)
    }

    /// The map of files that are listed already.
    pub(super) fn scan_files(&self, files: &dyn SourceFiles, cache: Cache) -> Result<BackendMap, Failure> {
        self.read(files, &ScanOptions { no_cache: cache == Cache::Avoid, rules: true })
    }

    /// The same without findings, which take a third of a scan's time.
    pub(super) fn map_files(&self, files: &dyn SourceFiles) -> Result<BackendMap, Failure> {
        self.read(files, &ScanOptions { no_cache: false, rules: false })
    }

    fn read(&self, files: &dyn SourceFiles, options: &ScanOptions) -> Result<BackendMap, Failure> {
        let bar = Progress::new("Reading", files.entries().len() as u64);
        let progress = |read: u64| {
            bar.at(read);
            true
        };
        self.scanner.scan_files(files, options, &progress).map_err(scan_failure)
    }
}

/// Lists a source.
pub(super) fn open_source(source: &Source) -> Result<Box<dyn SourceFiles>, Failure> {
    source::open(source).map_err(scan_failure)
}

fn scan_failure(error: ScanError) -> Failure {
    let hint = match &error {
        ScanError::NotFound(_) | ScanError::NotAFolder(_) => "name the folder of a backend",
        ScanError::Unreadable { .. } => "check its permissions",
        ScanError::Cancelled => "",
        ScanError::Knowledge(_) => "correct the file; `proscenium doctor` shows the folders",
    };
    Failure::user(error, hint)
}
