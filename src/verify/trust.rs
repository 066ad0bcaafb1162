//! What the user allowed to run, bound to its content.
//!
//! The digest covers every command (arguments, added variables, the file that states it
//! and that file's bytes) and every hook with its bytes; one byte more or less and the
//! user is asked again. Grants lie in the user's state folder, bound to one folder on
//! disk by path and file id. Nothing inside the repository can grant anything.

use crate::domain::command::CommandSpec;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs,
    io::{self, Read, Write},
    os::unix::{
        ffi::OsStrExt,
        fs::{MetadataExt, OpenOptionsExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

const STORE_FILE: &str = "trust.json";
const STORE_LIMIT_BYTES: u64 = 4 * 1024 * 1024;
const FILE_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Why trust could not be read or granted. Every variant means: not trusted.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    #[error("{path} cannot be read: {source}")]
    Unreadable { path: String, source: io::Error },
    #[error("{path} is not a regular file of at most 16 MiB")]
    NotAFile { path: String },
    #[error("the trust store {path} lies inside the repository")]
    StoreInsideRepository { path: String },
    #[error("the trust store {path} can be changed by others")]
    StoreExposed { path: String },
    #[error("the trust store {path} is damaged: {reason}")]
    Damaged { path: String, reason: String },
}

/// `sha256:…` over all commands and hooks, in any order. Reads the files that state the
/// commands and the hooks; `root` is where relative paths start, and no part of the digest.
pub fn digest(root: &Path, specs: &[CommandSpec], hooks: &[PathBuf]) -> Result<String, TrustError> {
    digest_of(root, specs, hooks, &|_| None)
}

/// The same, with the files that state commands read by `stated` where it knows them: a
/// session runs its base commit, not what lies on disk.
pub fn digest_of(
    root: &Path,
    specs: &[CommandSpec],
    hooks: &[PathBuf],
    stated: &dyn Fn(&str) -> Option<Vec<u8>>,
) -> Result<String, TrustError> {
    let mut records: Vec<Vec<u8>> = Vec::new();
    for spec in specs {
        let mut record = Record::new("command");
        for word in &spec.argv {
            record.add("argument", word.as_bytes());
        }
        record.add("folder", spec.folder.as_bytes());
        let mut names = spec.env.clone();
        names.sort();
        for name in &names {
            record.add("variable", name.as_bytes());
        }
        record.add("file", spec.from.path.as_bytes());
        let sum = match stated(&spec.from.path) {
            Some(bytes) => Sha256::digest(&bytes).to_vec(),
            None => content(&root.join(&spec.from.path))?,
        };
        record.add("content", &sum);
        records.push(record.0);
    }
    for hook in hooks {
        let mut record = Record::new("hook");
        let relative = hook.strip_prefix(root).unwrap_or(hook);
        record.add("file", relative.as_os_str().as_bytes());
        record.add("content", &content(&root.join(hook))?);
        records.push(record.0);
    }
    records.sort();
    records.dedup();
    let mut hash = Sha256::new();
    for record in &records {
        hash.update((record.len() as u64).to_be_bytes());
        hash.update(record);
    }
    Ok(format!("sha256:{}", hex(&hash.finalize())))
}

/// Named fields with their lengths, so that no two lists of fields read the same.
struct Record(Vec<u8>);

impl Record {
    fn new(kind: &str) -> Self {
        let mut record = Self(Vec::new());
        record.add("kind", kind.as_bytes());
        record
    }

    fn add(&mut self, name: &str, value: &[u8]) {
        for part in [name.as_bytes(), value] {
            self.0.extend((part.len() as u64).to_be_bytes());
            self.0.extend(part);
        }
    }
}

/// Hash of a regular file's bytes. A link is followed: its target's bytes are what runs.
fn content(path: &Path) -> Result<Vec<u8>, TrustError> {
    let shown = || path.display().to_string();
    let unreadable = |source| TrustError::Unreadable { path: shown(), source };
    // Without O_NONBLOCK, opening a pipe somebody put there would wait for ever.
    let file = fs::OpenOptions::new()
        .read(true)
        .custom_flags(nix::fcntl::OFlag::O_NONBLOCK.bits())
        .open(path)
        .map_err(unreadable)?;
    let data = file.metadata().map_err(unreadable)?;
    if !data.is_file() || data.len() > FILE_LIMIT_BYTES {
        return Err(TrustError::NotAFile { path: shown() });
    }
    let mut hash = Sha256::new();
    let mut bytes = Vec::new();
    file.take(FILE_LIMIT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    hash.update(&bytes);
    Ok(hash.finalize().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Grant {
    /// The canonical root, as hexadecimal bytes: a path need not be text.
    root: String,
    device: u64,
    inode: u64,
    digest: String,
    /// Milliseconds since the epoch.
    granted_at: u64,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Grants {
    schema_version: u32,
    grants: Vec<Grant>,
}

/// The grants in the user's state folder.
#[derive(Debug, Clone)]
pub struct TrustStore {
    folder: PathBuf,
}

impl TrustStore {
    /// The store in a folder, which is made when the first grant is written.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Whether exactly this digest was granted for exactly this folder on disk.
    pub fn is_trusted(&self, root: &Path, digest: &str) -> Result<bool, TrustError> {
        let identity = Identity::of(root)?;
        self.refuse_inside(&identity.path)?;
        Ok(self.read()?.grants.iter().any(|grant| identity.is_that_of(grant) && grant.digest == digest))
    }

    /// Remembers a grant. One folder holds one: an older digest is no longer trusted.
    pub fn grant(&self, root: &Path, digest: &str, granted_at: u64) -> Result<(), TrustError> {
        let identity = Identity::of(root)?;
        self.refuse_inside(&identity.path)?;
        let mut grants = self.read()?;
        grants.grants.retain(|grant| !identity.is_at(grant));
        grants.grants.push(identity.grant(digest, granted_at));
        self.write(&grants)
    }

    /// Forgets what was granted for a folder.
    pub fn revoke(&self, root: &Path) -> Result<(), TrustError> {
        let identity = Identity::of(root)?;
        let mut grants = self.read()?;
        grants.grants.retain(|grant| !identity.is_at(grant));
        self.write(&grants)
    }

    fn file(&self) -> PathBuf {
        self.folder.join(STORE_FILE)
    }

    /// A state folder that points into the repository (`XDG_STATE_HOME`) would let it grant itself.
    fn refuse_inside(&self, root: &Path) -> Result<(), TrustError> {
        let existing = self.folder.ancestors().find_map(|folder| folder.canonicalize().ok());
        match existing {
            Some(folder) if folder.starts_with(root) => {
                Err(TrustError::StoreInsideRepository { path: self.folder.display().to_string() })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn read(&self) -> Result<Grants, TrustError> {
        let path = self.file();
        let shown = path.display().to_string();
        let unreadable = |source| TrustError::Unreadable { path: shown.clone(), source };
        let opened = fs::OpenOptions::new()
            .read(true)
            .custom_flags((nix::fcntl::OFlag::O_NOFOLLOW | nix::fcntl::OFlag::O_NONBLOCK).bits())
            .open(&path);
        let file = match opened {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Grants { schema_version: 1, grants: Vec::new() });
            }
            Err(error) => return Err(unreadable(error)),
        };
        let data = file.metadata().map_err(unreadable)?;
        let is_mine = data.uid() == nix::unistd::geteuid().as_raw();
        if !data.is_file() || !is_mine || data.permissions().mode() & 0o022 != 0 {
            return Err(TrustError::StoreExposed { path: shown });
        }
        let mut text = String::new();
        file.take(STORE_LIMIT_BYTES).read_to_string(&mut text).map_err(unreadable)?;
        let grants: Grants = serde_json::from_str(&text)
            .map_err(|error| TrustError::Damaged { path: shown.clone(), reason: error.to_string() })?;
        if grants.schema_version != 1 {
            return Err(TrustError::Damaged { path: shown, reason: "it is of a newer version".into() });
        }
        Ok(grants)
    }

    fn write(&self, grants: &Grants) -> Result<(), TrustError> {
        let path = self.file();
        let failed = |source| TrustError::Unreadable { path: path.display().to_string(), source };
        fs::create_dir_all(&self.folder).map_err(failed)?;
        fs::set_permissions(&self.folder, fs::Permissions::from_mode(0o700)).map_err(failed)?;
        let text = serde_json::to_string_pretty(grants).map_err(|error| failed(io::Error::other(error)))?;
        // Made with mode 0600 in the same folder, so that the rename is atomic.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        file.write_all(text.as_bytes()).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// A folder on disk: its canonical path, and the file that stands there.
struct Identity {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl Identity {
    fn of(root: &Path) -> Result<Self, TrustError> {
        let unreadable = |source| TrustError::Unreadable { path: root.display().to_string(), source };
        let path = root.canonicalize().map_err(unreadable)?;
        let data = fs::metadata(&path).map_err(unreadable)?;
        Ok(Self { path, device: data.dev(), inode: data.ino() })
    }

    fn root(&self) -> String {
        hex(self.path.as_os_str().as_bytes())
    }

    fn is_at(&self, grant: &Grant) -> bool {
        grant.root == self.root()
    }

    fn is_that_of(&self, grant: &Grant) -> bool {
        self.is_at(grant) && grant.device == self.device && grant.inode == self.inode
    }

    fn grant(&self, digest: &str, granted_at: u64) -> Grant {
        Grant {
            root: self.root(),
            device: self.device,
            inode: self.inode,
            digest: digest.to_owned(),
            granted_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{command::CommandKind, place::Place};
    use pretty_assertions::{assert_eq, assert_ne};
    use std::time::Duration;

    struct Repository {
        folder: tempfile::TempDir,
        state: tempfile::TempDir,
    }

    impl Repository {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("folder");
            fs::write(folder.path().join("stack.yaml"), "verify: {}\n").expect("write");
            fs::write(folder.path().join("hook"), "#!/bin/sh\n").expect("write");
            Self { folder, state: tempfile::tempdir().expect("folder") }
        }

        fn root(&self) -> &Path {
            self.folder.path()
        }

        fn store(&self) -> TrustStore {
            TrustStore::new(self.state.path().join("proscenium"))
        }

        fn digest(&self, specs: &[CommandSpec]) -> String {
            digest(self.root(), specs, &[self.root().join("hook")]).expect("digest")
        }
    }

    fn spec(argv: &[&str], env: &[&str]) -> CommandSpec {
        CommandSpec {
            id: "tests".into(),
            kind: CommandKind::Tests,
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            folder: String::new(),
            from: Place::new("stack.yaml", 3),
            parser: "pytest".into(),
            timeout: Duration::from_secs(1),
            optional: false,
            pass_signal: None,
            needs: Vec::new(),
            env: env.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    #[test]
    fn any_change_of_what_would_run_changes_the_digest() {
        let repository = Repository::new();
        let base = repository.digest(&[spec(&["pytest", "-q"], &["A", "B"])]);
        assert_eq!(base.len(), "sha256:".len() + 64);
        assert_eq!(repository.digest(&[spec(&["pytest", "-q"], &["B", "A"])]), base);
        assert_ne!(repository.digest(&[spec(&["pytest", "-q", ""], &["A", "B"])]), base);
        assert_ne!(repository.digest(&[spec(&["pytest -q"], &["A", "B"])]), base);
        assert_ne!(repository.digest(&[spec(&["pytest", "-q"], &["A"])]), base);
        assert_ne!(repository.digest(&[spec(&["pytest", "-q", "A"], &["B"])]), base);
        fs::write(repository.root().join("hook"), "#!/bin/sh\n\n").expect("write");
        let hooked = repository.digest(&[spec(&["pytest", "-q"], &["A", "B"])]);
        assert_ne!(hooked, base);
        fs::write(repository.root().join("stack.yaml"), "verify:  {}\n").expect("write");
        assert_ne!(repository.digest(&[spec(&["pytest", "-q"], &["A", "B"])]), hooked);
    }

    #[test]
    fn a_grant_holds_for_one_digest_in_one_folder() {
        let repository = Repository::new();
        let store = repository.store();
        let digest = repository.digest(&[spec(&["pytest"], &[])]);
        assert!(!store.is_trusted(repository.root(), &digest).expect("read"));
        store.grant(repository.root(), &digest, 7).expect("grant");
        assert!(store.is_trusted(repository.root(), &digest).expect("read"));
        assert!(!store.is_trusted(repository.root(), "sha256:other").expect("read"));
        store.grant(repository.root(), "sha256:other", 8).expect("grant");
        assert!(!store.is_trusted(repository.root(), &digest).expect("read"), "the older grant is gone");
        store.revoke(repository.root()).expect("revoke");
        assert!(!store.is_trusted(repository.root(), "sha256:other").expect("read"));
        let mode = fs::metadata(store.file()).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn another_folder_at_the_same_path_is_not_trusted() {
        let outer = tempfile::tempdir().expect("folder");
        let root = outer.path().join("app");
        fs::create_dir(&root).expect("create");
        let store = TrustStore::new(outer.path().join("state"));
        store.grant(&root, "sha256:x", 1).expect("grant");
        // Kept, so that the new folder cannot get the same file id.
        fs::rename(&root, outer.path().join("moved")).expect("move");
        fs::create_dir(&root).expect("create");
        assert!(!store.is_trusted(&root, "sha256:x").expect("read"));
    }

    #[test]
    fn a_store_inside_the_repository_or_open_to_others_is_refused() {
        let repository = Repository::new();
        let inside = TrustStore::new(repository.root().join(".state/proscenium"));
        let refused = inside.grant(repository.root(), "sha256:x", 1);
        assert!(matches!(refused, Err(TrustError::StoreInsideRepository { .. })), "{refused:?}");
        let store = repository.store();
        store.grant(repository.root(), "sha256:x", 1).expect("grant");
        fs::set_permissions(store.file(), fs::Permissions::from_mode(0o666)).expect("mode");
        let refused = store.is_trusted(repository.root(), "sha256:x");
        assert!(matches!(refused, Err(TrustError::StoreExposed { .. })), "{refused:?}");
    }

    #[test]
    fn a_pipe_in_place_of_a_file_is_refused_and_not_waited_for() {
        let repository = Repository::new();
        fs::remove_file(repository.root().join("stack.yaml")).expect("remove");
        nix::unistd::mkfifo(&repository.root().join("stack.yaml"), nix::sys::stat::Mode::S_IRWXU)
            .expect("fifo");
        let refused = digest(repository.root(), &[spec(&["pytest"], &[])], &[]);
        assert!(matches!(refused, Err(TrustError::NotAFile { .. })), "{refused:?}");
    }
}
