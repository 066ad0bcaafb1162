//! The user's index after a commit: their staged changes stay staged, exactly.
//!
//! A copy of the index is changed in the private store, entry by entry and three ways,
//! and put in place under git's own lock only if the index still is what was read.

use super::{
    compose::{check_place, entry},
    git_error, io_error,
    open::GitVault,
};
use crate::{
    domain::merge::three_way,
    ports::vault::{BaseFile, VaultError},
};
use git2::{Index, IndexEntry, Oid, Repository};
use std::{os::unix::fs::MetadataExt, path::Path};

/// Extended flag: `git add --intent-to-add`, nothing is staged yet.
const INTENT_TO_ADD: u16 = 1 << 13;
/// Flag: assume unchanged.
const ASSUME_VALID: u16 = 0x8000;
/// Flag: extended flags follow.
const EXTENDED: u16 = 0x4000;

/// One path between two commits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathChange {
    pub(super) path: String,
    pub(super) from: Option<BaseFile>,
    pub(super) to: Option<BaseFile>,
}

/// An index ready to be put in place.
#[derive(Debug)]
pub(super) struct NewIndex {
    pub(super) bytes: Vec<u8>,
    /// What it was made from; `None` where there was no index.
    pub(super) old: Option<Vec<u8>>,
    /// Merged contents that the entries name; they must be in the repository's store first.
    pub(super) blobs: Vec<Vec<u8>>,
}

impl GitVault {
    /// Plans the index in which every change is taken. `Conflict` where the user staged
    /// something else for the same lines; nothing is written but to the private store.
    pub(super) fn plan_index(
        &self,
        private: &Repository,
        changes: &[PathChange],
    ) -> Result<NewIndex, VaultError> {
        let old = self.read_git_file("index")?;
        let folder = tempfile::Builder::new()
            .prefix("index-")
            .tempdir_in(&self.home)
            .map_err(|source| io_error(&self.home, source))?;
        let copy = folder.path().join("index");
        if let Some(old) = &old {
            std::fs::write(&copy, old).map_err(|source| io_error(&copy, source))?;
        }
        let mut index = Index::open(&copy).map_err(|error| git_error(&error))?;
        self.mark_racy(&mut index)?;
        let mut blobs = Vec::new();
        // Removals first, so that a file may become a folder and the other way round.
        let (removed, set): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.to.is_none());
        for change in removed.into_iter().chain(set) {
            self.take(private, &mut index, change, &mut blobs)?;
        }
        index.write().map_err(|error| git_error(&error))?;
        let bytes = std::fs::read(&copy).map_err(|source| io_error(&copy, source))?;
        Ok(NewIndex { bytes, old, blobs })
    }

    fn take(
        &self,
        private: &Repository,
        index: &mut Index,
        change: &PathChange,
        blobs: &mut Vec<Vec<u8>>,
    ) -> Result<(), VaultError> {
        let path = Path::new(&change.path);
        let conflict = || VaultError::Conflict { path: change.path.clone() };
        let staged = index.get_path(path, 0).filter(|entry| entry.flags_extended & INTENT_TO_ADD == 0);
        let from = change.from.as_ref().map(stored).transpose()?;
        let to = change.to.as_ref().map(stored).transpose()?;
        let ours = staged.as_ref().map(|entry| (entry.id, entry.mode));
        if ours == to {
            return Ok(());
        }
        let (Some((to_id, to_mode)), Some(new)) = (to, &change.to) else {
            if ours != from {
                return Err(conflict());
            }
            return index.remove(path, 0).map_err(|error| git_error(&error));
        };
        let flags = index.get_path(path, 0);
        check_place(index, &change.path).map_err(|_| conflict())?;
        let (id, mode) = if ours == from {
            (to_id, to_mode)
        } else {
            // The user staged this file too: both changes, if they are apart.
            let Some((our_id, our_mode)) = ours else { return Err(conflict()) };
            let base = change.from.as_ref().map(|file| file.bytes.as_slice()).unwrap_or_default();
            let theirs = self.staged_bytes(private, our_id)?;
            let both_files = [our_mode, to_mode].iter().all(|mode| mode & 0o170_000 == 0o100_000);
            if !both_files || change.from.is_none() {
                return Err(conflict());
            }
            let merged = three_way(base, &theirs, &new.bytes).ok_or_else(conflict)?;
            let id = Oid::hash_object(git2::ObjectType::Blob, &merged).map_err(|error| git_error(&error))?;
            blobs.push(merged);
            let mode_kept = from.is_some_and(|(_, mode)| mode == our_mode);
            (id, if mode_kept { to_mode } else { our_mode })
        };
        let mut new_entry = entry(&change.path, id, mode);
        if let Some(known) = flags {
            new_entry.flags_extended = known.flags_extended & !INTENT_TO_ADD;
            new_entry.flags = known.flags & ASSUME_VALID;
            if new_entry.flags_extended != 0 {
                new_entry.flags |= EXTENDED;
            }
        }
        index.add(&new_entry).map_err(|error| git_error(&error))
    }

    fn staged_bytes(&self, private: &Repository, id: Oid) -> Result<Vec<u8>, VaultError> {
        let blob = private.find_blob(id).map_err(|error| git_error(&error))?;
        Ok(blob.content().to_vec())
    }

    /// Makes git look into files that were written in the second in which the index was.
    ///
    /// Git trusts times only of files older than its index. Writing the index again makes
    /// it younger, so entries that were in doubt before must be marked, as git does itself.
    fn mark_racy(&self, index: &mut Index) -> Result<(), VaultError> {
        let path = self.git_dir.join("index");
        let Ok(metadata) = std::fs::metadata(&path) else { return Ok(()) };
        let racy: Vec<IndexEntry> = index
            .iter()
            .filter(|entry| {
                let second = i64::from(entry.mtime.seconds());
                second >= metadata.mtime() && entry.file_size != 0 && entry.mode != 0o160_000
            })
            .collect();
        for mut entry in racy {
            entry.file_size = 0;
            index.add(&entry).map_err(|error| git_error(&error))?;
        }
        Ok(())
    }
}

/// Id and mode that the index has for a file of a tree.
fn stored(file: &BaseFile) -> Result<(Oid, u32), VaultError> {
    let id = Oid::hash_object(git2::ObjectType::Blob, &file.bytes).map_err(|error| git_error(&error))?;
    Ok((id, file.mode))
}
