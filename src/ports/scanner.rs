//! Reading a backend: from disk, from a git tree, or from either with other texts on top.

use crate::domain::map::BackendMap;
use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

/// What is read.
#[derive(Debug, Clone)]
pub enum Source {
    /// Files on disk below this folder, ignore files honoured.
    Directory { root: PathBuf },
    /// A tree of a git repository; `tree` is 40 hexadecimal digits.
    Tree { repository: PathBuf, tree: String },
    /// Another source with some texts replaced; `None` removes a file.
    Overlay { below: Box<Source>, texts: Arc<BTreeMap<String, Option<String>>> },
}

/// How a scan is made.
#[derive(Debug, Clone, Default)]
pub struct ScanOptions {
    /// Leave the cache alone.
    pub no_cache: bool,
    /// Add findings.
    pub rules: bool,
}

/// Makes maps.
pub trait Scanner: Send + Sync {
    /// Reads the whole source. `progress` gets the number of files read so far, at most
    /// a few times a second; returning `false` cancels.
    fn scan(
        &self,
        source: &Source,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<BackendMap, ScanError>;

    /// The same; `view` gets the unfinished map whenever there is more of it to see.
    fn scan_in_view(
        &self,
        source: &Source,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
        _view: &(dyn Fn(BackendMap) + Sync),
    ) -> Result<BackendMap, ScanError> {
        self.scan(source, options, progress)
    }
}

/// Why there is no map.
#[derive(Debug, thiserror::Error)]
pub enum ScanError {
    #[error("{0} does not exist")]
    NotFound(String),
    #[error("{0} is a file, not a folder")]
    NotAFolder(String),
    #[error("{path} cannot be read: {reason}")]
    Unreadable { path: String, reason: String },
    #[error("the scan was stopped")]
    Cancelled,
    /// A pack, rule or configuration file is wrong; the text names file, line and column.
    #[error("{0}")]
    Knowledge(String),
}
