//! One program for each repository at a time.
//!
//! An advisory lock of the operating system, held as long as the value lives: it is gone
//! with the process, however that dies, so there is no stale lock to take over.

use super::file::{options, prepare_folder};
use crate::ports::journal::JournalError;
use nix::{
    errno::Errno,
    fcntl::{Flock, FlockArg},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom, Write},
    os::unix::ffi::OsStrExt,
    path::Path,
};

/// Held while a session works on a repository.
#[derive(Debug)]
pub struct RepositoryLock {
    /// Its drop gives the lock back.
    _held: Flock<File>,
}

/// Who holds the lock, for the message of the one who does not.
#[derive(Debug, Serialize, Deserialize)]
struct Holder {
    pid: u32,
    since: String,
    root: String,
}

impl RepositoryLock {
    /// Locks the repository at `root`, for this process. `since` is shown to another one.
    ///
    /// Errors: `Locked` with the other's process number and `since`.
    pub fn acquire(state: &Path, root: &Path, since: &str) -> Result<Self, JournalError> {
        let digest = Sha256::digest(root.as_os_str().as_bytes());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let folder = state.join("locks");
        let path = folder.join(format!("{name}.lock"));
        let failed = |source| JournalError::Write { path: path.display().to_string(), source };
        prepare_folder(&folder).map_err(failed)?;
        let file = options().create(true).open(&path).map_err(failed)?;
        let mut held = match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(held) => held,
            Err((mut file, Errno::EWOULDBLOCK)) => {
                let mut text = String::new();
                file.read_to_string(&mut text).map_err(failed)?;
                // The other one may be writing at this moment: then it is nameless.
                let holder = serde_json::from_str::<Holder>(&text).ok();
                let (pid, since) = holder.map(|holder| (holder.pid, holder.since)).unwrap_or_default();
                return Err(JournalError::Locked { pid, since });
            }
            Err((_, error)) => return Err(failed(error.into())),
        };
        let holder =
            Holder { pid: std::process::id(), since: since.to_owned(), root: root.display().to_string() };
        let text = serde_json::to_string(&holder).map_err(|error| failed(error.into()))?;
        held.set_len(0)
            .and_then(|()| held.seek(SeekFrom::Start(0)))
            .and_then(|_| held.write_all(text.as_bytes()))
            .map_err(failed)?;
        Ok(Self { _held: held })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_told_who_has_it_until_it_is_given_back() {
        let state = tempfile::tempdir().unwrap();
        let lock = |root: &str, since: &str| RepositoryLock::acquire(state.path(), Path::new(root), since);
        let first = lock("/a", "10:31").unwrap();
        let other = lock("/b", "10:32").unwrap();
        match lock("/a", "10:33") {
            Err(JournalError::Locked { pid, since }) => {
                assert_eq!((pid, since.as_str()), (std::process::id(), "10:31"));
            }
            other => panic!("{other:?}"),
        }
        drop((first, other));
        lock("/a", "10:34").unwrap();
    }

    #[test]
    fn the_lock_of_a_process_that_died_is_free() {
        let state = tempfile::tempdir().unwrap();
        drop(RepositoryLock::acquire(state.path(), Path::new("/a"), "").unwrap());
        let path = std::fs::read_dir(state.path().join("locks")).unwrap().next().unwrap().unwrap().path();
        std::fs::write(&path, "{\"pid\":999999999,\"since\":\"yesterday\",\"root\":\"/a\"}").unwrap();
        RepositoryLock::acquire(state.path(), Path::new("/a"), "today").unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("today"));
    }

    #[test]
    fn a_symbolic_link_in_the_place_of_the_lock_is_not_followed() {
        let state = tempfile::tempdir().unwrap();
        drop(RepositoryLock::acquire(state.path(), Path::new("/a"), "").unwrap());
        let path = std::fs::read_dir(state.path().join("locks")).unwrap().next().unwrap().unwrap().path();
        let outside = state.path().join("outside");
        std::fs::write(&outside, "precious").unwrap();
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        assert!(RepositoryLock::acquire(state.path(), Path::new("/a"), "").is_err());
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "precious");
    }
}
