//! Takes git's locks, and gives back those that a killed process of ours left behind.
//!
//! The index lock is made complete under another name and then linked into place, so it
//! never exists half written and its inode is known before it exists. Before any lock is
//! taken, a record in the private store names it; only a lock that the record proves to
//! be ours, of a process that is dead, is ever removed.

use super::{index::NewIndex, io_error, leftovers::write_record, open::GitVault};
use crate::ports::vault::VaultError;
use nix::{sys::signal::kill, unistd::Pid};
use serde::{Deserialize, Serialize};
use std::{
    io::{ErrorKind, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

/// What is written down before locks are taken.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    pid: u32,
    /// The complete new index under its private name, and its inode; 0 before it is complete.
    staged: PathBuf,
    inode: u64,
    index_lock: PathBuf,
    /// libgit2's lock of the branch, and what it holds when it is complete.
    reference_lock: PathBuf,
    content: String,
    /// Seconds since the epoch, by the clock of the file system.
    since: i64,
}

/// The held index lock. Dropped without `commit` it leaves the index as it was.
#[derive(Debug)]
pub(super) struct IndexLock {
    index: PathBuf,
    lock: PathBuf,
    staged: PathBuf,
    record: PathBuf,
    is_held: bool,
}

impl GitVault {
    /// Locks the index with its new content. `Locked` when another process holds it or has
    /// changed it since it was read.
    pub(super) fn lock_index(
        &self,
        new: &NewIndex,
        reference: &str,
        target: &str,
    ) -> Result<IndexLock, VaultError> {
        let index = self.git_dir.join("index");
        let lock = self.git_dir.join("index.lock");
        let staged = self.git_dir.join(format!("index.proscenium-{}", std::process::id()));
        let record = self.record_path();
        let failed = |source| io_error(&staged, source);
        let mode = std::fs::metadata(&index).map_or(0o644, |metadata| metadata.permissions().mode() & 0o777);
        let folder = if reference == "HEAD" { &self.git_dir } else { &self.common_dir };
        let mut written = Record {
            pid: std::process::id(),
            staged: staged.clone(),
            inode: 0,
            index_lock: lock.clone(),
            reference_lock: folder.join(format!("{reference}.lock")),
            content: format!("{target}\n"),
            since: i64::MAX,
        };
        write_record(&record, &written)?;
        let mut held =
            IndexLock { index, lock, staged: staged.clone(), record: record.clone(), is_held: false };
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(mode)
            .open(&staged)
            .map_err(failed)?;
        file.write_all(&new.bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        (written.inode, written.since) = (metadata.ino(), metadata.mtime());
        write_record(&record, &written)?;
        held.take()?;
        if self.read_git_file("index")? != new.old {
            return Err(VaultError::Locked("the index, which changed just now,".into()));
        }
        Ok(held)
    }

    fn record_path(&self) -> PathBuf {
        self.home.join("locks.json")
    }

    /// Removes locks that a killed process of ours left behind, and nothing else.
    pub(super) fn release_own_locks(&self) {
        let path = self.record_path();
        let Ok(text) = std::fs::read(&path) else { return };
        let Ok(record) = serde_json::from_slice::<Record>(&text) else { return };
        if is_alive(record.pid) || !record.index_lock.starts_with(&self.git_dir) {
            return;
        }
        let is_ours = |path: &Path| {
            std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.ino() == record.inode)
        };
        let in_common = record.reference_lock.starts_with(&self.common_dir);
        let is_our_reference = std::fs::symlink_metadata(&record.reference_lock)
            .is_ok_and(|metadata| metadata.is_file() && metadata.mtime() >= record.since)
            && std::fs::read_to_string(&record.reference_lock)
                .is_ok_and(|text| text.is_empty() || text == record.content);
        // Best effort: a lock that stays is reported by name when it is in the way.
        if is_ours(&record.index_lock) {
            let _ = std::fs::remove_file(&record.index_lock);
        }
        // Its name has our process number: nobody else makes it.
        if record.staged.starts_with(&self.git_dir) {
            let _ = std::fs::remove_file(&record.staged);
        }
        if is_our_reference && (in_common || record.reference_lock.starts_with(&self.git_dir)) {
            let _ = std::fs::remove_file(&record.reference_lock);
        }
        let _ = std::fs::remove_file(&path);
    }
}

impl IndexLock {
    fn take(&mut self) -> Result<(), VaultError> {
        match std::fs::hard_link(&self.staged, &self.lock) {
            Ok(()) => {
                self.is_held = true;
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(VaultError::Locked("the index (index.lock)".into()))
            }
            Err(error) => Err(io_error(&self.lock, error)),
        }
    }

    /// Puts the new index in place of the old one. The record of the locks stays until drop.
    pub(super) fn commit(&mut self) -> Result<(), VaultError> {
        std::fs::rename(&self.lock, &self.index).map_err(|source| io_error(&self.index, source))?;
        self.is_held = false;
        Ok(())
    }
}

impl Drop for IndexLock {
    fn drop(&mut self) {
        let lock_gone = !self.is_held || is_gone(&self.lock);
        let staged_gone = is_gone(&self.staged);
        // What could not be removed is found by the record at the next start.
        if lock_gone && staged_gone {
            let _ = std::fs::remove_file(&self.record);
        }
    }
}

/// Removes a file; whether it is gone now.
fn is_gone(path: &Path) -> bool {
    match std::fs::remove_file(path) {
        Ok(()) => true,
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// Whether a process of that number exists; one that may not be asked does.
pub(super) fn is_alive(pid: u32) -> bool {
    i32::try_from(pid).is_ok_and(|pid| kill(Pid::from_raw(pid), None) != Err(nix::errno::Errno::ESRCH))
}
