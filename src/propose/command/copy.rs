//! The private copy: a repository of its own that borrows the user's objects.
//!
//! It has the base commit's files with this session's texts on top, one branch, no remotes
//! and no hooks. Objects are read through `alternates` and written only into the copy, so
//! the user's repository stays byte for byte what it was. Configuration by which a
//! repository makes agents run something is left out.

use crate::ports::{ProposalRequest, ProposeError, vault::is_safe_path};
use git2::{IndexEntry, IndexTime, ObjectType, Oid, Repository, RepositoryInitOptions, Signature};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

/// Names, at any depth, by which repositories configure agents to run or allow something.
const AGENT_CONFIGURATION: [&str; 8] =
    [".claude", ".opencode", ".codex", ".gemini", ".qwen", ".cursor", ".mcp.json", "opencode.json"];

const LINK: u32 = 0o120_000;
const SUBMODULE: u32 = 0o160_000;
const EXECUTABLE: u32 = 0o100_755;
const PLAIN: u32 = 0o100_644;

/// One file of the copy as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mode: u32,
    pub(super) blob: Oid,
}

/// A copy; its folder is removed when this is dropped.
pub(super) struct PrivateCopy {
    folder: tempfile::TempDir,
    path: PathBuf,
    repository: Repository,
    /// What was written, by path.
    entries: BTreeMap<String, Entry>,
    left_out: BTreeSet<String>,
}

impl PrivateCopy {
    /// The folder that the command works in.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in the copy at its start, by path.
    pub(super) fn entries(&self) -> &BTreeMap<String, Entry> {
        &self.entries
    }

    /// The bytes of a file at the start.
    pub(super) fn bytes(&self, entry: &Entry) -> Result<Vec<u8>, ProposeError> {
        self.repository.find_blob(entry.blob).map(|blob| blob.content().to_vec()).map_err(|error| git(&error))
    }

    /// Names that were left out, sorted.
    pub(super) fn left_out(&self) -> Vec<String> {
        self.left_out.iter().cloned().collect()
    }
}

/// Whether a path configures agents.
pub(super) fn is_agent_configuration(path: &str) -> bool {
    path.split('/').any(|part| AGENT_CONFIGURATION.contains(&part))
}

/// Makes the copy below `state`.
pub(super) fn make(request: &ProposalRequest, state: &Path) -> Result<PrivateCopy, ProposeError> {
    let inside = || ProposeError::Io {
        path: state.display().to_string(),
        reason: "is inside the repository; a private copy must not be".into(),
    };
    let real_root = request.root.canonicalize().map_err(|error| io(&request.root, &error))?;
    if state.starts_with(&request.root) || state.starts_with(&real_root) {
        return Err(inside());
    }
    fs::create_dir_all(state).map_err(|error| io(state, &error))?;
    let real_state = state.canonicalize().map_err(|error| io(state, &error))?;
    if real_state.starts_with(&real_root) {
        return Err(inside());
    }
    let folder = tempfile::Builder::new()
        .prefix("copy-")
        .tempdir_in(&real_state)
        .map_err(|error| io(&real_state, &error))?;
    // The folder's name is the project's, because tools show it and some derive names from it.
    let name = real_root.file_name().map_or_else(|| "repository".into(), ToOwned::to_owned);
    let path = folder.path().join(name);
    let repository = init(&path, &request.root)?;
    let (entries, left_out) = entries(&repository, request)?;
    write_files(&repository, &path, &entries)?;
    commit(&repository, &entries, request)?;
    Ok(PrivateCopy { folder, path, repository, entries, left_out })
}

fn init(path: &Path, user_root: &Path) -> Result<Repository, ProposeError> {
    let user = Repository::open(user_root).map_err(|error| git(&error))?;
    let mut options = RepositoryInitOptions::new();
    options.external_template(false).initial_head("proscenium").mkpath(true);
    let repository = Repository::init_opts(path, &options).map_err(|error| git(&error))?;
    let objects = user.commondir().join("objects").canonicalize().map_err(|error| io(user_root, &error))?;
    let info = repository.path().join("objects/info");
    fs::create_dir_all(&info).map_err(|error| io(&info, &error))?;
    let alternates = info.join("alternates");
    let mut line = objects.into_os_string().into_encoded_bytes();
    line.push(b'\n');
    fs::write(&alternates, line).map_err(|error| io(&alternates, &error))?;
    let mut config = repository.config().map_err(|error| git(&error))?;
    // Bytes as they are, an identity on a machine without one, and no hook of the user.
    for (key, value) in [
        ("core.autocrlf", "false"),
        ("core.hooksPath", "/dev/null"),
        ("commit.gpgSign", "false"),
        ("user.name", "proscenium"),
        ("user.email", "proscenium@localhost"),
    ] {
        config.set_str(key, value).map_err(|error| git(&error))?;
    }
    drop(repository);
    // Opened again, so that the object database reads the alternates.
    Repository::open(path).map_err(|error| git(&error))
}

type Entries = BTreeMap<String, Entry>;

/// The files of the base with the session's texts on top.
fn entries(
    repository: &Repository,
    request: &ProposalRequest,
) -> Result<(Entries, BTreeSet<String>), ProposeError> {
    let mut entries = Entries::new();
    let mut left_out = BTreeSet::new();
    if !request.base.is_empty() {
        let id = Oid::from_str(&request.base).map_err(|error| git(&error))?;
        let tree =
            repository.find_commit(id).and_then(|commit| commit.tree()).map_err(|error| git(&error))?;
        let mut walked = Vec::new();
        tree.walk(git2::TreeWalkMode::PreOrder, |folder, entry| {
            if entry.kind() == Some(ObjectType::Blob)
                && let Ok(name) = entry.name()
            {
                let mode = u32::try_from(entry.filemode()).unwrap_or(PLAIN);
                walked.push((format!("{folder}{name}"), Entry { mode, blob: entry.id() }));
            }
            git2::TreeWalkResult::Ok
        })
        .map_err(|error| git(&error))?;
        entries.extend(walked);
    }
    for (path, text) in request.texts.iter() {
        match text {
            Some(text) => {
                let blob = repository.blob(text.as_bytes()).map_err(|error| git(&error))?;
                let mode = entries.get(path).map_or(PLAIN, |entry| entry.mode);
                entries.insert(path.clone(), Entry { mode, blob });
            }
            None => {
                entries.remove(path);
            }
        }
    }
    entries.retain(|path, entry| {
        if is_agent_configuration(path) {
            let name = path.split('/').take_while(|part| !AGENT_CONFIGURATION.contains(part)).count();
            left_out.insert(path.split('/').take(name + 1).collect::<Vec<_>>().join("/"));
            return false;
        }
        entry.mode != SUBMODULE && is_safe_path(path)
    });
    Ok((entries, left_out))
}

fn write_files(repository: &Repository, root: &Path, entries: &Entries) -> Result<(), ProposeError> {
    for (path, entry) in entries {
        let target = root.join(path);
        if let Some(parent) = target.parent() {
            fs::create_dir_all(parent).map_err(|error| io(parent, &error))?;
        }
        let blob = repository.find_blob(entry.blob).map_err(|error| git(&error))?;
        if entry.mode == LINK {
            // A link out of the copy would lead a write to the user's own files.
            let target_text = String::from_utf8_lossy(blob.content()).into_owned();
            if link_stays_inside(path, &target_text) {
                symlink(&target_text, &target).map_err(|error| io(&target, &error))?;
            }
            continue;
        }
        fs::write(&target, blob.content()).map_err(|error| io(&target, &error))?;
        if entry.mode == EXECUTABLE {
            fs::set_permissions(&target, fs::Permissions::from_mode(0o755))
                .map_err(|error| io(&target, &error))?;
        }
    }
    Ok(())
}

/// Whether a relative link at `path` points below the root.
fn link_stays_inside(path: &str, target: &str) -> bool {
    if target.starts_with('/') {
        return false;
    }
    let mut depth = path.split('/').count().saturating_sub(1);
    for part in target.split('/') {
        match part {
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            "" | "." => {}
            ".git" => return false,
            _ => depth += 1,
        }
    }
    true
}

/// One commit with exactly these files, so that `git diff` in the copy shows what changed.
fn commit(repository: &Repository, entries: &Entries, request: &ProposalRequest) -> Result<(), ProposeError> {
    let mut index = repository.index().map_err(|error| git(&error))?;
    for (path, entry) in entries {
        index
            .add(&IndexEntry {
                ctime: IndexTime::new(0, 0),
                mtime: IndexTime::new(0, 0),
                dev: 0,
                ino: 0,
                mode: entry.mode,
                uid: 0,
                gid: 0,
                file_size: 0,
                id: entry.blob,
                flags: 0,
                flags_extended: 0,
                path: path.clone().into_bytes(),
            })
            .map_err(|error| git(&error))?;
    }
    index.write().map_err(|error| git(&error))?;
    let tree = index.write_tree().and_then(|id| repository.find_tree(id)).map_err(|error| git(&error))?;
    // A fixed time: the copy is the same whenever it is made.
    let who = Signature::new("proscenium", "proscenium@localhost", &git2::Time::new(0, 0))
        .map_err(|error| git(&error))?;
    let parent = Oid::from_str(&request.base).and_then(|id| repository.find_commit(id)).ok();
    let parents: Vec<_> = parent.iter().collect();
    repository
        .commit(Some("HEAD"), &who, &who, "base of this proposal", &tree, &parents)
        .map_err(|error| git(&error))?;
    Ok(())
}

pub(super) fn git(error: &git2::Error) -> ProposeError {
    ProposeError::Io { path: "private copy".into(), reason: error.message().to_owned() }
}

pub(super) fn io(path: &Path, error: &std::io::Error) -> ProposeError {
    ProposeError::Io { path: path.display().to_string(), reason: error.to_string() }
}

impl std::fmt::Debug for PrivateCopy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateCopy").field("folder", &self.folder.path()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_leave_the_copy_are_not_made() {
        for (path, target, inside) in [
            ("a/link", "../b", true),
            ("link", "../b", false),
            ("a/link", "/etc/passwd", false),
            ("a/b/link", "../../../x", false),
            ("link", "a/../b", true),
            ("link", ".git/config", false),
        ] {
            assert_eq!(link_stays_inside(path, target), inside, "{path} -> {target}");
        }
    }

    #[test]
    fn agent_configuration_is_known_at_any_depth() {
        assert!(is_agent_configuration(".claude/settings.json"));
        assert!(is_agent_configuration("backend/.mcp.json"));
        assert!(!is_agent_configuration("app/claude/settings.json"));
    }
}
