//! Scratch trees: folders outside the repository that hold exactly one composed tree.
//!
//! Each is a private repository whose objects come from the user's by alternates: `git`
//! works inside, but no remote, branch, hook or configuration of the user is in reach.
//! Called again, only what differs is rewritten, so that build caches stay warm.

use super::{
    attributes,
    files::{Durable, Entry, Root, WriteError},
    git_error, io_error,
    open::{GitVault, private_folder},
    state::{Head, head_of},
};
use crate::{
    domain::commit::CommitFile,
    ports::vault::{Scratch, VaultError},
};
use git2::{Index, IndexEntry, IndexTime, Oid, Repository, RepositoryInitOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::Metadata,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// A file written this shortly before the index was cannot be told from a changed one by
/// its times, so its content is compared.
const RACY_NANOSECONDS: i128 = 100_000_000;

/// Paths and what stands there now, sorted; `None` for nothing.
pub(super) type Changes = Vec<(String, Option<Vec<u8>>)>;

/// A scratch tree and its private repository.
pub(super) struct ScratchTree {
    pub(super) path: PathBuf,
    repository: Repository,
    root: Root,
}

impl GitVault {
    /// Brings the scratch tree of that name to `commit` with these files.
    pub(super) fn make_scratch(
        &self,
        name: &str,
        commit: &str,
        files: &[CommitFile],
    ) -> Result<Scratch, VaultError> {
        let tree = self.compose_on_commit(commit, files)?;
        let user = self.repository()?;
        let mut head = head_of(&user)?;
        head.id = if commit.is_empty() { None } else { Some(super::parse_id(commit)?) };
        let scratch = self.scratch_tree(name)?;
        let (shared, doubts) = scratch.bring_to(self, tree, &head)?;
        Ok(Scratch { path: scratch.path, tree: tree.to_string(), doubts, shared })
    }

    /// Opens the scratch tree of that name, or makes an empty one.
    pub(super) fn scratch_tree(&self, name: &str) -> Result<ScratchTree, VaultError> {
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(VaultError::RefusedPath {
                path: name.to_owned(),
                reason: "is no name of a scratch tree".into(),
            });
        }
        let path = self.scratch_path(name);
        private_folder(&path)?;
        let repository = match Repository::open(&path) {
            Ok(repository) => repository,
            Err(_) => {
                let git = path.join(".git");
                if git.exists() {
                    std::fs::remove_dir_all(&git).map_err(|source| io_error(&git, source))?;
                }
                let mut options = RepositoryInitOptions::new();
                options.external_template(false).no_reinit(true);
                Repository::init_opts(&path, &options).map_err(|error| git_error(&error))?
            }
        };
        self.configure(&repository)?;
        let objects = repository.path().join("objects");
        self.write_alternates(&objects, &[self.objects_path().join("objects")])?;
        let exclude = repository.path().join("info").join("exclude");
        let known = std::fs::read(self.common_dir.join("info").join("exclude")).unwrap_or_default();
        std::fs::write(&exclude, known).map_err(|source| io_error(&exclude, source))?;
        // Opened again: alternates and ignore files are read once for each instance.
        let repository = Repository::open(&path).map_err(|error| git_error(&error))?;
        Ok(ScratchTree { root: Root::open(&path)?, path, repository })
    }

    fn configure(&self, scratch: &Repository) -> Result<(), VaultError> {
        let user = self.repository()?;
        let from = user.config().map_err(|error| git_error(&error))?;
        let path = scratch.path().join("config");
        let mut config = git2::Config::open(&path).map_err(|error| git_error(&error))?;
        let mut values: BTreeMap<&str, String> = [
            ("core.hooksPath", "/dev/null"),
            ("core.fsmonitor", "false"),
            ("core.untrackedCache", "false"),
            ("core.splitIndex", "false"),
            ("core.logAllRefUpdates", "false"),
            ("index.sparse", "false"),
            ("commit.gpgsign", "false"),
            ("gc.auto", "0"),
            ("maintenance.auto", "false"),
        ]
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .collect();
        for name in ["user.name", "user.email", "core.autocrlf", "core.eol", "core.excludesFile"] {
            if let Ok(value) = from.get_string(name) {
                values.insert(name, value);
            }
        }
        for (name, value) in values {
            if config.get_string(name).ok().as_ref() != Some(&value) {
                config.set_str(name, &value).map_err(|error| git_error(&error))?;
            }
        }
        Ok(())
    }
}

impl ScratchTree {
    /// Makes files, index and HEAD equal `tree` on top of the commit of `head`. Returns what
    /// is shared with the repository and why results cannot be trusted.
    pub(super) fn bring_to(
        &self,
        vault: &GitVault,
        tree: Oid,
        head: &Head,
    ) -> Result<(Vec<String>, Vec<String>), VaultError> {
        let wanted = self.entries_of(tree)?;
        let known = self.known();
        let mut doubts = Vec::new();
        for path in known.entries.keys().filter(|path| !wanted.contains_key(*path)) {
            self.remove(path)?;
        }
        let mut index = Index::open(&self.index_path()).or_else(|_| self.fresh_index())?;
        index.clear().map_err(|error| git_error(&error))?;
        for (path, entry) in &wanted {
            if entry.mode == 0o160_000 {
                let folder = self.path.join(path);
                std::fs::create_dir_all(&folder).map_err(|source| io_error(&folder, source))?;
                doubts.push(format!("{path} is a submodule and empty here"));
                index.add(entry).map_err(|error| git_error(&error))?;
                continue;
            }
            if !self.is_clean(&known, path, entry) {
                self.write(path, entry)?;
            }
            index.add(&self.stamped(path, entry)?).map_err(|error| git_error(&error))?;
        }
        self.set_head(head)?;
        let shared = super::share::share(vault, &self.path, &wanted.keys().cloned().collect())?;
        doubts.extend(shared.doubts);
        doubts.extend(filtered(vault, &wanted)?);
        // Opened again, so that ignore rules are those of the files just written.
        let repository = Repository::open(&self.path).map_err(|error| git_error(&error))?;
        let shared_folders: BTreeSet<&str> = shared.folders.iter().map(String::as_str).collect();
        self.sweep(&repository, "", &wanted, &shared_folders)?;
        index.write().map_err(|error| git_error(&error))?;
        doubts.sort();
        doubts.dedup();
        Ok((shared.folders, doubts))
    }

    /// Paths whose file or index entry is no longer that of `tree`, with what stands there
    /// now; `None` for nothing. For what a hook did.
    pub(super) fn changes(&self, tree: Oid) -> Result<Changes, VaultError> {
        let wanted = self.entries_of(tree)?;
        let index = Index::open(&self.index_path()).map_err(|error| git_error(&error))?;
        let staged: BTreeMap<String, IndexEntry> =
            index.iter().map(|entry| (path_of(&entry), entry)).collect();
        let known = self.known();
        let mut changes = BTreeMap::new();
        for (path, entry) in wanted.iter().filter(|(_, entry)| entry.mode != 0o160_000) {
            let staged = staged.get(path);
            let same_staged = staged.is_some_and(|staged| staged.id == entry.id);
            if same_staged && self.is_clean(&known, path, entry) {
                continue;
            }
            let bytes = match self.root.read(path).map_err(|error| self.root.error(path, error))? {
                Some(Entry::File { bytes, .. }) => Some(bytes),
                Some(Entry::Link { target }) => Some(target),
                Some(Entry::Other) | None => None,
            };
            let expected = self.blob(entry.id)?;
            if bytes.as_deref() != Some(expected.as_slice()) {
                changes.insert(path.clone(), bytes);
            } else if !same_staged {
                // Staged and then put back on disk: what git would commit is the staged text.
                let bytes = staged.map(|staged| self.blob(staged.id)).transpose()?;
                changes.insert(path.clone(), bytes);
            }
        }
        for (path, entry) in staged.iter().filter(|(path, _)| !wanted.contains_key(*path)) {
            changes.insert(path.clone(), Some(self.blob(entry.id)?));
        }
        Ok(changes.into_iter().collect())
    }

    /// Where git keeps the message of the commit being made.
    pub(super) fn message_path(&self) -> PathBuf {
        self.repository.path().join("COMMIT_EDITMSG")
    }

    /// Points HEAD of the private repository at the user's branch name and this commit, for
    /// hooks that look at either.
    pub(super) fn set_head(&self, head: &Head) -> Result<(), VaultError> {
        let repository = &self.repository;
        let result = match head.id {
            Some(id) if head.detached => repository.set_head_detached(id),
            Some(id) => {
                let same = repository.refname_to_id(&head.reference).is_ok_and(|known| known == id);
                let set = if same {
                    Ok(())
                } else {
                    repository.reference(&head.reference, id, true, "").map(|_| ())
                };
                set.and_then(|()| repository.set_head(&head.reference))
            }
            None => {
                if let Ok(mut reference) = repository.find_reference(&head.reference) {
                    reference.delete().map_err(|error| git_error(&error))?;
                }
                repository.set_head(&head.reference)
            }
        };
        result.map_err(|error| git_error(&error))
    }

    fn index_path(&self) -> PathBuf {
        self.repository.path().join("index")
    }

    /// An index that cannot be read is replaced: it is ours.
    fn fresh_index(&self) -> Result<Index, VaultError> {
        let path = self.index_path();
        if path.exists() {
            std::fs::remove_file(&path).map_err(|source| io_error(&path, source))?;
        }
        Index::open(&path).map_err(|error| git_error(&error))
    }

    fn entries_of(&self, tree: Oid) -> Result<BTreeMap<String, IndexEntry>, VaultError> {
        let tree = self.repository.find_tree(tree).map_err(|error| git_error(&error))?;
        let mut index = Index::new().map_err(|error| git_error(&error))?;
        index.read_tree(&tree).map_err(|error| git_error(&error))?;
        let mut entries = BTreeMap::new();
        for entry in index.iter() {
            let path = String::from_utf8(entry.path.clone()).map_err(|_| VaultError::RefusedPath {
                path: String::from_utf8_lossy(&entry.path).into_owned(),
                reason: "is not UTF-8; it cannot be part of a scratch tree".into(),
            })?;
            entries.insert(path, entry);
        }
        Ok(entries)
    }

    fn known(&self) -> Known {
        let at = std::fs::metadata(self.index_path()).map(|metadata| written_at(&metadata)).unwrap_or(0);
        let entries = Index::open(&self.index_path())
            .map(|index| index.iter().map(|entry| (path_of(&entry), entry)).collect())
            .unwrap_or_default();
        Known { entries, at }
    }

    /// Whether the file is untouched since it was written with this content.
    fn is_clean(&self, known: &Known, path: &str, wanted: &IndexEntry) -> bool {
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

    fn blob(&self, id: Oid) -> Result<Vec<u8>, VaultError> {
        let blob = self.repository.find_blob(id).map_err(|error| git_error(&error))?;
        Ok(blob.content().to_vec())
    }

    fn write(&self, path: &str, entry: &IndexEntry) -> Result<(), VaultError> {
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

    fn remove(&self, path: &str) -> Result<(), VaultError> {
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
    fn stamped(&self, path: &str, entry: &IndexEntry) -> Result<IndexEntry, VaultError> {
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
    fn sweep(
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

/// The index as it was last written, and when, in nanoseconds.
struct Known {
    entries: BTreeMap<String, IndexEntry>,
    at: i128,
}

/// Files that a filter would have changed on the way to the disk, one doubt for each filter.
fn filtered(vault: &GitVault, wanted: &BTreeMap<String, IndexEntry>) -> Result<Vec<String>, VaultError> {
    let repository = vault.repository()?;
    let config = repository.config().map_err(|error| git_error(&error))?;
    // Asking for every path costs; without any such file there is no filter.
    let has_rules = wanted.keys().any(|path| path == ".gitattributes" || path.ends_with("/.gitattributes"))
        || vault.common_dir.join("info").join("attributes").exists()
        || config.get_path("core.attributesFile").is_ok();
    if !has_rules {
        return Ok(Vec::new());
    }
    let mut found: BTreeMap<String, (&str, usize)> = BTreeMap::new();
    for path in wanted.keys() {
        if let Some(filter) = attributes::filter_of(&repository, path)? {
            found.entry(filter).or_insert((path, 0)).1 += 1;
        }
    }
    Ok(found
        .into_iter()
        .map(|(filter, (path, count))| match count {
            1 => format!("{path} is as stored: {filter} was not run"),
            more => format!("{path} and {} more are as stored: {filter} was not run", more - 1),
        })
        .collect())
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

fn path_of(entry: &IndexEntry) -> String {
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
