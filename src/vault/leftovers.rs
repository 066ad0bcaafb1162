//! Temporary files of the working tree do not outlive a killed process for long.
//!
//! Before files are written, a record in the private store says for which paths and under
//! which numbers temporary names may come to be; the next start removes exactly those.

use super::{
    files::{Root, next_number},
    io_error,
    open::GitVault,
};
use crate::ports::vault::VaultError;
use serde::{Deserialize, Serialize};
use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

/// Nothing of ours takes this long; what is older has no owner any more.
const OLD: Duration = Duration::from_secs(3600);

/// What may be left over.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    pid: u32,
    /// First number, and the first that cannot have been given.
    numbers: (u64, u64),
    paths: Vec<String>,
}

/// Dropped when every temporary file is gone.
#[derive(Debug)]
pub(super) struct Writing {
    record: PathBuf,
    is_kept: bool,
}

impl GitVault {
    /// Says that temporary files for these paths may exist from now on, up to `attempts` each.
    pub(super) fn writing(&self, paths: Vec<String>, attempts: usize) -> Result<Writing, VaultError> {
        let record = self.home.join("writing.json");
        let first = next_number();
        // Other writers of this process may take numbers in between; a few more cost nothing.
        let last = first + u64::try_from(paths.len() * attempts + 64).unwrap_or(u64::MAX - first);
        let written = Record { pid: std::process::id(), numbers: (first, last), paths };
        write_record(&record, &written)?;
        Ok(Writing { record, is_kept: false })
    }

    /// Removes temporary files of a killed process of ours, and nothing else.
    pub(super) fn remove_leftovers(&self) {
        self.clean_store();
        let path = self.home.join("writing.json");
        let Ok(text) = std::fs::read(&path) else { return };
        let Ok(record) = serde_json::from_slice::<Record>(&text) else { return };
        if super::locks::is_alive(record.pid) {
            return;
        }
        let Ok(root) = Root::open(&self.root) else { return };
        for file in record.paths.iter().filter(|path| crate::ports::vault::is_safe_path(path)) {
            root.remove_temporaries(file, record.pid, record.numbers.0..record.numbers.1);
        }
        // Best effort: the record is read again at the next start.
        let _ = std::fs::remove_file(&path);
    }
}

impl GitVault {
    /// Removes old temporary folders of the private store.
    fn clean_store(&self) {
        for entry in std::fs::read_dir(&self.home).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_temporary =
                ["index-", "sign-", "objects.new-"].iter().any(|start| name.starts_with(start));
            let age = entry.metadata().and_then(|metadata| metadata.modified()).ok();
            let is_old = age.and_then(|at| at.elapsed().ok()).is_some_and(|age| age > OLD);
            if is_temporary && is_old {
                // Best effort: it is looked at again at the next start.
                let _ = super::scratch_files::remove_all(&entry.path());
            }
        }
    }
}

impl Writing {
    /// Leaves the record for the next start, because something is left over.
    pub(super) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // Best effort: a record without files to remove harms nobody.
        let _ = std::fs::remove_file(&self.record);
    }
}

/// Writes a record of the private store, whole or not at all.
pub(super) fn write_record(path: &Path, record: &impl Serialize) -> Result<(), VaultError> {
    let text = serde_json::to_vec(record).map_err(|error| VaultError::Git(error.to_string()))?;
    let failed = |source| io_error(path, source);
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(failed)?;
    file.write_all(&text).and_then(|()| file.sync_all()).map_err(failed)?;
    std::fs::rename(&temporary, path).map_err(failed)
}
