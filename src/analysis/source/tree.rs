//! Files of a git tree, read from the object store.
//!
//! Only blobs with a regular mode are listed: links and submodules are named as skipped.
//! libgit2 handles are not shared between threads, so readers take one from a small pool.

use super::{Entry, SIZE_LIMIT_BYTES, SkipReason, SourceFiles, Stamp, directory::too_large, leave_out, sort};
use crate::{domain::map::Skipped, ports::ScanError};
use git2::{ObjectType, Oid, Repository, Tree};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// Deeper trees than this do not occur in practice and would only serve an attack.
const DEPTH_LIMIT: usize = 200;

/// The listing of a git tree.
pub struct TreeFiles {
    repository: PathBuf,
    entries: Vec<Entry>,
    blobs: HashMap<String, Oid>,
    skipped: Vec<Skipped>,
    pool: Mutex<Vec<Repository>>,
}

impl TreeFiles {
    /// Lists the tree with that id, or the tree of the commit with that id.
    pub fn list(repository: &Path, id: &str) -> Result<Self, ScanError> {
        let failed = |error: git2::Error| ScanError::Unreadable {
            path: format!("tree {id}"),
            reason: error.message().to_owned(),
        };
        let handle = Repository::open(repository).map_err(failed)?;
        let mut files = Self {
            repository: repository.to_path_buf(),
            entries: Vec::new(),
            blobs: HashMap::new(),
            skipped: Vec::new(),
            pool: Mutex::new(Vec::new()),
        };
        {
            let object = handle.find_object(Oid::from_str(id).map_err(failed)?, None).map_err(failed)?;
            let tree = object.peel_to_tree().map_err(failed)?;
            files.walk(&handle, tree).map_err(failed)?;
        }
        sort(&mut files.entries, &mut files.skipped);
        files.give_back(handle);
        Ok(files)
    }

    fn walk<'a>(&mut self, handle: &'a Repository, root: Tree<'a>) -> Result<(), git2::Error> {
        let store = handle.odb()?;
        let mut open: Vec<(Vec<u8>, usize, Tree<'a>)> = vec![(Vec::new(), 0, root)];
        while let Some((prefix, depth, tree)) = open.pop() {
            for entry in &tree {
                let mut bytes = prefix.clone();
                bytes.extend_from_slice(entry.name_bytes());
                if entry.kind() == Some(ObjectType::Tree) {
                    let inside = || handle.find_tree(entry.id());
                    if let Some(reason) = left_out(entry.name_bytes(), &tree, inside) {
                        self.skipped.push(reason.at_bytes(&bytes));
                    } else if depth < DEPTH_LIMIT {
                        let child = handle.find_tree(entry.id())?;
                        bytes.push(b'/');
                        open.push((bytes, depth + 1, child));
                    } else {
                        self.skipped.push(SkipReason::Unreadable("too deep".into()).at_bytes(&bytes));
                    }
                    continue;
                }
                let size = match file_size(&entry, &store) {
                    Ok(size) => size,
                    Err(reason) => {
                        self.skipped.push(reason.at_bytes(&bytes));
                        continue;
                    }
                };
                match String::from_utf8(bytes) {
                    Ok(path) => {
                        self.blobs.insert(path.clone(), entry.id());
                        let stamp = Stamp::of_blob(entry.id().as_bytes());
                        self.entries.push(Entry { path, size_bytes: size, stamp });
                    }
                    Err(error) => {
                        self.skipped.push(SkipReason::NameNotUtf8.at_bytes(error.as_bytes()));
                    }
                }
            }
        }
        Ok(())
    }

    fn borrow(&self) -> Result<Repository, SkipReason> {
        let free = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match free {
            Some(handle) => Ok(handle),
            None => Repository::open(&self.repository)
                .map_err(|error| SkipReason::Unreadable(error.message().to_owned())),
        }
    }

    fn give_back(&self, handle: Repository) {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(handle);
    }
}

impl SourceFiles for TreeFiles {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn home(&self) -> Option<&Path> {
        Some(&self.repository)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SkipReason> {
        let id = self
            .blobs
            .get(path)
            .copied()
            .ok_or_else(|| SkipReason::Unreadable("it is not in the tree".into()))?;
        let handle = self.borrow()?;
        let bytes = handle
            .find_blob(id)
            .map(|blob| blob.content().to_vec())
            .map_err(|error| SkipReason::Unreadable(error.message().to_owned()));
        self.give_back(handle);
        bytes
    }
}

/// The size of a readable file, or why the entry is not one.
fn file_size(entry: &git2::TreeEntry<'_>, store: &git2::Odb<'_>) -> Result<u64, SkipReason> {
    match entry.filemode() {
        0o100_644 | 0o100_755 | 0o100_664 => {}
        0o120_000 => return Err(SkipReason::Link),
        0o160_000 => return Err(SkipReason::Submodule),
        _ => return Err(SkipReason::NotRegular),
    }
    let (size, _) =
        store.read_header(entry.id()).map_err(|error| SkipReason::Unreadable(error.message().to_owned()))?;
    let size = size as u64;
    if size > SIZE_LIMIT_BYTES { Err(too_large(size)) } else { Ok(size) }
}

fn left_out<'a>(
    name: &[u8],
    parent: &Tree<'_>,
    open: impl Fn() -> Result<Tree<'a>, git2::Error>,
) -> Option<SkipReason> {
    let name = std::str::from_utf8(name).ok()?;
    let holds = |tree: &Tree<'_>, pattern: &str| {
        tree.iter().any(|entry| {
            std::str::from_utf8(entry.name_bytes()).is_ok_and(|name| leave_out::matches(pattern, name))
        })
    };
    let beside = |pattern: &str| holds(parent, pattern);
    let inside = |pattern: &str| open().is_ok_and(|tree| holds(&tree, pattern));
    leave_out::folder(name, beside, inside).map(SkipReason::LeftOut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// A repository whose only tree holds these paths; returns the tree id.
    fn tree_of(folder: &Path, files: &[(&str, &str, i32)]) -> String {
        let repository = Repository::init(folder).unwrap();
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, text, mode) in files {
            let id = repository.blob(text.as_bytes()).unwrap();
            let mode = match mode {
                0o120_000 => git2::FileMode::Link,
                _ => git2::FileMode::Blob,
            };
            update.upsert(*path, id, mode);
        }
        let empty = repository.find_tree(repository.treebuilder(None).unwrap().write().unwrap()).unwrap();
        update.create_updated(&repository, &empty).unwrap().to_string()
    }

    #[test]
    fn a_tree_lists_its_regular_files_and_names_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let tree = tree_of(
            folder.path(),
            &[
                ("app/main.py", "print()\n", 0),
                ("link.py", "/etc/passwd", 0o120_000),
                ("node_modules/x.js", "", 0),
                ("README.md", "# a\n", 0),
            ],
        );
        let files = TreeFiles::list(folder.path(), &tree).unwrap();
        let paths: Vec<_> = files.entries().iter().map(|e| (e.path.as_str(), e.size_bytes)).collect();
        assert_eq!(paths, [("README.md", 4), ("app/main.py", 8)]);
        let skipped: Vec<_> = files.skipped().iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
        assert_eq!(skipped, [("link.py", "symbolic link"), ("node_modules", "dependencies")]);
        assert_eq!(files.read("app/main.py").unwrap(), b"print()\n");
        assert!(files.read("link.py").is_err());
    }

    #[test]
    fn a_tree_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        Repository::init(folder.path()).unwrap();
        assert!(matches!(TreeFiles::list(folder.path(), &"1".repeat(40)), Err(ScanError::Unreadable { .. })));
    }
}
