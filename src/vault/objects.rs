//! The private object store: composed trees live here until they are committed.
//!
//! A bare repository with the user's objects as alternates. Text that was proposed and
//! not approved never reaches the user's object store, because only what a commit
//! reaches is copied over.

use super::{git_error, io_error, open::GitVault, parse_id};
use crate::ports::vault::{BaseFile, VaultError};
use git2::{ObjectType, Oid, Repository, RepositoryInitMode, RepositoryInitOptions, Tree};
use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
};

/// How many alternates may lead to further ones, as in git.
const ALTERNATES_DEPTH: usize = 5;

impl GitVault {
    /// Makes the private store, or brings its alternates up to date.
    pub(super) fn prepare_objects(&self) -> Result<(), VaultError> {
        let path = self.objects_path();
        if Repository::open_bare(&path).is_err() {
            let mut options = RepositoryInitOptions::new();
            options.bare(true).external_template(false).mode(RepositoryInitMode::from_bits_retain(0o700));
            Repository::init_opts(&path, &options).map_err(|error| git_error(&error))?;
        }
        self.write_alternates(&path.join("objects"), &[])
    }

    /// Lets an object folder read the user's objects and these others.
    pub(super) fn write_alternates(&self, objects: &Path, more: &[PathBuf]) -> Result<(), VaultError> {
        let mut folders = more.to_vec();
        alternates_of(&self.common_dir.join("objects"), ALTERNATES_DEPTH, &mut folders);
        let mut text = Vec::new();
        for folder in folders {
            text.extend_from_slice(folder.as_os_str().as_bytes());
            text.push(b'\n');
        }
        let path = objects.join("info").join("alternates");
        std::fs::create_dir_all(objects.join("info"))
            .and_then(|()| {
                if std::fs::read(&path).is_ok_and(|known| known == text) {
                    return Ok(());
                }
                std::fs::write(&path, &text)
            })
            .map_err(|source| io_error(&path, source))
    }

    /// The private store, which reads the user's objects too.
    pub(super) fn private(&self) -> Result<Repository, VaultError> {
        Repository::open_bare(self.objects_path()).map_err(|error| git_error(&error))
    }

    /// Text and mode of a file at a commit; `None` where it does not exist or is no file.
    pub(super) fn read_file(&self, commit: &str, path: &str) -> Result<Option<BaseFile>, VaultError> {
        let repository = self.private()?;
        let tree = commit_tree(&repository, commit)?;
        file_in(&repository, tree.as_ref(), path)
    }
}

/// The tree of a commit; `None` for the empty id of an unborn branch.
pub(super) fn commit_tree<'a>(
    repository: &'a Repository,
    commit: &str,
) -> Result<Option<Tree<'a>>, VaultError> {
    if commit.is_empty() {
        return Ok(None);
    }
    let commit = repository.find_commit(parse_id(commit)?).map_err(|error| git_error(&error))?;
    commit.tree().map(Some).map_err(|error| git_error(&error))
}

/// A file or symbolic link of a tree; `None` where there is none.
pub(super) fn file_in(
    repository: &Repository,
    tree: Option<&Tree<'_>>,
    path: &str,
) -> Result<Option<BaseFile>, VaultError> {
    let Some(tree) = tree else { return Ok(None) };
    let entry = match tree.get_path(Path::new(path)) {
        Ok(entry) => entry,
        Err(error) if error.code() == git2::ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(git_error(&error)),
    };
    if entry.kind() != Some(ObjectType::Blob) {
        return Ok(None);
    }
    let blob = repository.find_blob(entry.id()).map_err(|error| git_error(&error))?;
    let mode = u32::try_from(entry.filemode()).unwrap_or(0o100_644);
    Ok(Some(BaseFile { bytes: blob.content().to_vec(), mode }))
}

/// The folder and every alternate it names, absolute, in order, without repetition.
fn alternates_of(objects: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if found.iter().any(|known| known == objects) {
        return;
    }
    found.push(objects.to_path_buf());
    let Ok(text) = std::fs::read(objects.join("info").join("alternates")) else { return };
    if depth == 0 {
        return;
    }
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#")) {
        let path = objects.join(std::ffi::OsStr::from_bytes(line));
        alternates_of(&path.canonicalize().unwrap_or(path), depth - 1, found);
    }
}

/// Copies everything that `id` reaches and `to` lacks. Returns how many objects were copied.
///
/// An object that is there already is taken to be complete, as git does.
pub(super) fn copy_objects(from: &Repository, to: &Repository, id: Oid) -> Result<usize, VaultError> {
    let source = from.odb().map_err(|error| git_error(&error))?;
    let target = to.odb().map_err(|error| git_error(&error))?;
    let (mut copied, mut open) = (0, vec![(id, false)]);
    // Children first: an object is only written when all it names is there.
    while let Some((id, children_done)) = open.pop() {
        if target.exists(id) {
            continue;
        }
        let object = source.read(id).map_err(|error| git_error(&error))?;
        if children_done {
            let written = target.write(object.kind(), object.data()).map_err(|error| git_error(&error))?;
            if written != id {
                return Err(VaultError::Git(format!("object {id} was written as {written}")));
            }
            copied += 1;
            continue;
        }
        open.push((id, true));
        match object.kind() {
            ObjectType::Commit => {
                let commit = from.find_commit(id).map_err(|error| git_error(&error))?;
                open.push((commit.tree_id(), false));
                open.extend(commit.parent_ids().map(|parent| (parent, false)));
            }
            ObjectType::Tree => {
                let tree = from.find_tree(id).map_err(|error| git_error(&error))?;
                let held = tree.iter().filter(|entry| entry.kind() != Some(ObjectType::Commit));
                open.extend(held.map(|entry| (entry.id(), false)));
            }
            ObjectType::Blob | ObjectType::Tag | ObjectType::Any => {}
        }
    }
    Ok(copied)
}
