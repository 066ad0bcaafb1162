//! The files of a scratch tree: which are as they were written, and how others get there.
//!
//! The private index is the memory: a file whose size, times and inode it knows was not
//! touched since. Writing goes below the root only and clears what commands left in the
//! way; links are never followed.

use super::{
    files::{Durable, Entry, WriteError},
    git_error, io_error,
    scratch::ScratchTree,
};
use crate::ports::vault::VaultError;
use git2::{Index, IndexEntry, IndexTime, Oid, Repository};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::Path,
};

/// A file written this shortly before the index was cannot be told from a changed one by
/// its times, so its content is compared.
const RACY_NANOSECONDS: i128 = 100_000_000;

/// The index as it was last written, and when, in nanoseconds.
pub(super) struct Known {
    pub(super) entries: BTreeMap<String, IndexEntry>,
    at: i128,
}

impl ScratchTree {
    /// The index as it was last written; empty when there is none that can be read.
    pub(super) fn known(&self) -> Known {
        let at = std::fs::metadata(self.index_path()).map(|metadata| written_at(&metadata)).unwrap_or(0);
        let entries = Index::open(&self.index_path())
            .map(|index| index.iter().map(|entry| (path_of(&entry), entry)).collect())
            .unwrap_or_default();
        Known { entries, at }
    }

    /// Whether the file is untouched since it was written with this content.
    pub(super) fn is_clean(&self, known: &Known, path: &str, wanted: &IndexEntry) -> bool {
        let Some(entry) = known.entries.get(path) else { return false };
        let Ok(metadata) = std::fs::symlink_metadata(self.path.join(path)) else { return false };
        if entry.id != wanted.id || entry.mode != wanted.mode || !same_stat(entry, &metadata) {
            return false;
        }
        if written_at(&metadata) + RACY_NANOSECONDS < known.at {
            return true;
        }
        let expected = self.blob(wanted.id).ok();
        match self.root.read(path) {
            Ok(Some(Entry::File { bytes, permissions })) => {
                expected == Some(bytes) && permissions == permissions_of(wanted.mode)
            }
            Ok(Some(Entry::Link { target })) => expected == Some(target),
            Ok(Some(Entry::Other) | None) | Err(_) => false,
        }
    }

    pub(super) fn blob(&self, id: Oid) -> Result<Vec<u8>, VaultError> {
        let blob = self.repository.find_blob(id).map_err(|error| git_error(&error))?;
        Ok(blob.content().to_vec())
    }

    pub(super) fn write(&self, path: &str, entry: &IndexEntry) -> Result<(), VaultError> {
        let bytes = self.blob(entry.id)?;
        let new = if entry.mode == 0o120_000 {
            Entry::Link { target: bytes }
        } else {
            Entry::File { bytes, permissions: permissions_of(entry.mode) }
        };
        self.clear_way(path)?;
        let found = self.root.read(path).map_err(|error| self.root.error(path, error))?;
        if found.as_ref() == Some(&new) {
            return Ok(());
        }
        let found = if found == Some(Entry::Other) {
            remove_all(&self.path.join(path))?;
            None
        } else {
            found
        };
        match self.root.replace(path, found.as_ref(), Some(&new), Durable::No) {
            Ok(()) => Ok(()),
            Err(WriteError::Changed) => Err(VaultError::Locked(self.path.display().to_string())),
            Err(WriteError::Io(error)) => Err(self.root.error(path, error)),
        }
    }

    /// Removes files and links that stand where a folder of the path must be.
    fn clear_way(&self, path: &str) -> Result<(), VaultError> {
        for (at, _) in path.match_indices('/') {
            let Some(above) = path.get(..at) else { continue };
            let above = self.path.join(above);
            match std::fs::symlink_metadata(&above) {
                Ok(metadata) if !metadata.is_dir() => {
                    std::fs::remove_file(&above).map_err(|source| io_error(&above, source))?;
                }
                Ok(_) => {}
                Err(_) => return Ok(()),
            }
        }
        Ok(())
    }

    pub(super) fn remove(&self, path: &str) -> Result<(), VaultError> {
        let Ok(found) = self.root.read(path) else { return Ok(()) };
        match self.root.replace(path, found.as_ref(), None, Durable::No) {
            Ok(()) => Ok(()),
            // A folder took its place: the sweep deals with that.
            Err(_) if found == Some(Entry::Other) => Ok(()),
            Err(WriteError::Changed) => Err(VaultError::Locked(self.path.display().to_string())),
            Err(WriteError::Io(error)) => Err(self.root.error(path, error)),
        }
    }

    /// The entry with the times and sizes of its file.
    pub(super) fn stamped(&self, path: &str, entry: &IndexEntry) -> Result<IndexEntry, VaultError> {
        let file = self.path.join(path);
        let metadata = std::fs::symlink_metadata(&file).map_err(|source| io_error(&file, source))?;
        Ok(IndexEntry {
            ctime: time(metadata.ctime(), metadata.ctime_nsec()),
            mtime: time(metadata.mtime(), metadata.mtime_nsec()),
            dev: low(metadata.dev()),
            ino: low(metadata.ino()),
            mode: entry.mode,
            uid: metadata.uid(),
            gid: metadata.gid(),
            file_size: low(metadata.size()),
            id: entry.id,
            flags: 0,
            flags_extended: 0,
            path: entry.path.clone(),
        })
    }

    /// Removes what earlier runs left behind and no ignore rule covers.
    pub(super) fn sweep(
        &self,
        repository: &Repository,
        folder: &str,
        wanted: &BTreeMap<String, IndexEntry>,
        shared: &BTreeSet<&str>,
    ) -> Result<(), VaultError> {
        let path = self.path.join(folder);
        let listing = std::fs::read_dir(&path).map_err(|source| io_error(&path, source))?;
        for found in listing {
            let found = found.map_err(|source| io_error(&path, source))?;
            let name = found.file_name();
            let is_folder = found.file_type().is_ok_and(|kind| kind.is_dir());
            let Some(name) = name.to_str() else {
                remove_all(&found.path())?;
                continue;
            };
            let relative = if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
            if relative == ".git" || wanted.contains_key(&relative) || shared.contains(relative.as_str()) {
                continue;
            }
            let below = format!("{relative}/");
            let holds_tracked =
                wanted.range(below.clone()..).next().is_some_and(|(path, _)| path.starts_with(&below));
            let holds_shared = shared.iter().any(|path| path.starts_with(&below));
            if is_folder && (holds_tracked || holds_shared) {
                self.sweep(repository, &relative, wanted, shared)?;
                continue;
            }
            let asked = if is_folder { &below } else { &relative };
            let ignored =
                repository.status_should_ignore(Path::new(asked)).map_err(|error| git_error(&error))?;
            if !ignored {
                remove_all(&found.path())?;
            }
        }
        Ok(())
    }
}

fn same_stat(entry: &IndexEntry, metadata: &Metadata) -> bool {
    entry.mtime == time(metadata.mtime(), metadata.mtime_nsec())
        && entry.ctime == time(metadata.ctime(), metadata.ctime_nsec())
        && entry.ino == low(metadata.ino())
        && entry.file_size == low(metadata.size())
}

fn written_at(metadata: &Metadata) -> i128 {
    i128::from(metadata.mtime()) * 1_000_000_000 + i128::from(metadata.mtime_nsec())
}

/// Git keeps the low 32 bits.
fn time(seconds: i64, nanoseconds: i64) -> IndexTime {
    let bytes = seconds.to_le_bytes();
    let low_seconds = i32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    IndexTime::new(low_seconds, u32::try_from(nanoseconds).unwrap_or(0))
}

/// Git keeps the low 32 bits.
fn low(number: u64) -> u32 {
    u32::try_from(number & u64::from(u32::MAX)).unwrap_or(0)
}

fn permissions_of(mode: u32) -> u32 {
    if mode == 0o100_755 { 0o755 } else { 0o644 }
}

pub(super) fn path_of(entry: &IndexEntry) -> String {
    String::from_utf8_lossy(&entry.path).into_owned()
}

/// Removes a file, link or folder; links are not followed.
pub(super) fn remove_all(path: &Path) -> Result<(), VaultError> {
    let is_folder = std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir());
    let result = if is_folder { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match result {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io_error(path, error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
