//! Reads and writes below one folder without ever leaving it.
//!
//! Every component of a path is opened with `O_NOFOLLOW`, so that a symbolic link on the
//! way is an error and not a way out. A file is replaced by a complete new one (temporary
//! file in the same folder, fsync, rename), and only if it still is what was read before.

use super::io_error;
use crate::ports::vault::VaultError;
use nix::{
    errno::Errno,
    fcntl::{AtFlags, OFlag, openat, readlinkat, renameat},
    sys::stat::{Mode, SFlag, fchmod, fstatat, mkdirat},
    unistd::{UnlinkatFlags, linkat, symlinkat, unlinkat},
};
use std::{
    fs::File,
    io::{self, Read, Write},
    os::{fd::OwnedFd, unix::ffi::OsStringExt},
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// A regular file; permission bits only.
    File {
        bytes: Vec<u8>,
        permissions: u32,
    },
    Link {
        target: Vec<u8>,
    },
    /// A folder, a device, a socket: never read, never replaced.
    Other,
}

/// How much is done so that a written file survives a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durable {
    Yes,
    No,
}

/// Why a file was not written; nothing was changed.
#[derive(Debug)]
pub(super) enum WriteError {
    /// It is no longer what was read.
    Changed,
    Io(io::Error),
}

impl From<Errno> for WriteError {
    fn from(error: Errno) -> Self {
        Self::Io(error.into())
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Numbers temporary files of this process.
static TEMPORARY: AtomicU64 = AtomicU64::new(0);

/// A folder whose contents are reached only through this type.
#[derive(Debug)]
pub(super) struct Root {
    folder: OwnedFd,
    path: PathBuf,
    /// A temporary file could not be removed.
    has_leftovers: AtomicBool,
}

const FOLDER: OFlag =
    OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

impl Root {
    /// Opens the folder itself, which may be reached through links.
    pub(super) fn open(path: &Path) -> Result<Self, VaultError> {
        let folder =
            nix::fcntl::open(path, OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC, Mode::empty())
                .map_err(|error| io_error(path, error.into()))?;
        Ok(Self { folder, path: path.to_path_buf(), has_leftovers: AtomicBool::new(false) })
    }

    /// The port's error for a path below this folder.
    pub(super) fn error(&self, path: &str, source: io::Error) -> VaultError {
        if is_link_error(&source) {
            return VaultError::RefusedPath {
                path: path.to_owned(),
                reason: "goes through a symbolic link or a file".into(),
            };
        }
        io_error(self.path.join(path), source)
    }

    /// What stands at the path; `None` for nothing, also where a folder of it is missing.
    pub(super) fn read(&self, path: &str) -> io::Result<Option<Entry>> {
        self.read_limited(path, u64::MAX)
    }

    /// As `read`, but a larger file is `Other`.
    pub(super) fn read_limited(&self, path: &str, limit_bytes: u64) -> io::Result<Option<Entry>> {
        let Some((folder, name)) = self.folder_of(path, None)? else { return Ok(None) };
        read_at(&folder, name, limit_bytes)
    }

    /// Writes a file, link or nothing (`None` removes) in the place of exactly `expected`.
    pub(super) fn replace(
        &self,
        path: &str,
        expected: Option<&Entry>,
        new: Option<&Entry>,
        durable: Durable,
    ) -> Result<(), WriteError> {
        let create = new.is_some().then_some(Mode::from_bits_truncate(0o777));
        let Some((folder, name)) = self.folder_of(path, create)? else {
            return if expected.is_none() { Ok(()) } else { Err(WriteError::Changed) };
        };
        let Some(new) = new else {
            if read_at(&folder, name, u64::MAX)?.as_ref() != expected {
                return Err(WriteError::Changed);
            }
            if expected.is_some() {
                unlinkat(&folder, name, UnlinkatFlags::NoRemoveDir)?;
                let _ = sync_folder(folder, durable);
                self.remove_empty_above(path);
            }
            return Ok(());
        };
        let temporary = write_temporary(&folder, name, new, durable)?;
        let placed = place(&folder, &temporary, name, expected);
        // Whatever became of the other, the temporary name must not stay.
        match unlinkat(&folder, temporary.as_str(), UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(_) => self.has_leftovers.store(true, Ordering::Relaxed),
        }
        placed?;
        // The file is there: that its name may not survive a power cut does not undo it.
        let _ = sync_folder(folder, durable);
        Ok(())
    }

    /// Whether a temporary file could not be removed.
    pub(super) fn has_leftovers(&self) -> bool {
        self.has_leftovers.load(Ordering::Relaxed)
    }

    /// Removes what a killed process may have left beside the path. Best effort.
    pub(super) fn remove_temporaries(&self, path: &str, pid: u32, numbers: std::ops::Range<u64>) {
        let Ok(Some((folder, name))) = self.folder_of(path, None) else { return };
        for number in numbers {
            let temporary = temporary_name(name, pid, number);
            let _ = unlinkat(&folder, temporary.as_str(), UnlinkatFlags::NoRemoveDir);
        }
    }

    /// The open folder that holds the last component, and that component.
    fn folder_of<'a>(&self, path: &'a str, create: Option<Mode>) -> io::Result<Option<(OwnedFd, &'a str)>> {
        let mut folder = self.folder.try_clone()?;
        let (above, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in above.split('/').filter(|part| !part.is_empty()) {
            let next = match openat(&folder, part, FOLDER, Mode::empty()) {
                Ok(next) => next,
                Err(Errno::ENOENT) => {
                    let Some(mode) = create else { return Ok(None) };
                    match mkdirat(&folder, part, mode) {
                        Ok(()) | Err(Errno::EEXIST) => {}
                        Err(error) => return Err(error.into()),
                    }
                    openat(&folder, part, FOLDER, Mode::empty())?
                }
                Err(error) => return Err(error.into()),
            };
            folder = next;
        }
        Ok(Some((folder, name)))
    }

    /// Removes folders that a removed file leaves empty, as git does.
    fn remove_empty_above(&self, path: &str) {
        let mut above = path;
        while let Some((folder, _)) = above.rsplit_once('/') {
            let Ok(Some((parent, name))) = self.folder_of(folder, None) else { return };
            if unlinkat(&parent, name, UnlinkatFlags::RemoveDir).is_err() {
                return;
            }
            above = folder;
        }
    }
}

/// The number that the next temporary file will have, or a later one.
pub(super) fn next_number() -> u64 {
    TEMPORARY.load(Ordering::Relaxed)
}

fn temporary_name(name: &str, pid: u32, number: u64) -> String {
    let short: String = name.chars().take(40).collect();
    format!(".{short}.proscenium-{pid}-{number}")
}

/// Whether a path failed because a component of it is not a folder.
fn is_link_error(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::ELOOP as i32) || error.raw_os_error() == Some(Errno::ENOTDIR as i32)
}

fn read_at(folder: &OwnedFd, name: &str, limit_bytes: u64) -> io::Result<Option<Entry>> {
    let status = match fstatat(folder, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(status) => status,
        Err(Errno::ENOENT) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let kind = SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT;
    if kind == SFlag::S_IFLNK {
        let target = readlinkat(folder, name)?.into_vec();
        return Ok(Some(Entry::Link { target }));
    }
    if kind != SFlag::S_IFREG || u64::try_from(status.st_size).unwrap_or(u64::MAX) > limit_bytes {
        return Ok(Some(Entry::Other));
    }
    // Not blocking, in case it became a pipe in between.
    let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let mut file = File::from(openat(folder, name, flags, Mode::empty())?);
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok(Some(Entry::Other));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let permissions = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o7777;
    Ok(Some(Entry::File { bytes, permissions }))
}

/// Writes a complete file beside the one it will replace and returns its name.
fn write_temporary(
    folder: &OwnedFd,
    name: &str,
    new: &Entry,
    durable: Durable,
) -> Result<String, WriteError> {
    let number = TEMPORARY.fetch_add(1, Ordering::Relaxed);
    let temporary = temporary_name(name, std::process::id(), number);
    match new {
        Entry::File { bytes, permissions } => {
            let flags =
                OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            let mode = Mode::from_bits_truncate(*permissions);
            let descriptor = openat(folder, temporary.as_str(), flags, Mode::from_bits_truncate(0o600))?;
            let mut file = File::from(descriptor);
            let written = file
                .write_all(bytes)
                .and_then(|()| fchmod(&file, mode).map_err(io::Error::from))
                .and_then(|()| if durable == Durable::Yes { file.sync_all() } else { Ok(()) });
            if let Err(error) = written {
                // Best effort: the error that is returned matters more.
                let _ = unlinkat(folder, temporary.as_str(), UnlinkatFlags::NoRemoveDir);
                return Err(error.into());
            }
        }
        Entry::Link { target } => {
            let target = std::ffi::OsString::from_vec(target.clone());
            symlinkat(target.as_os_str(), folder, temporary.as_str())?;
        }
        Entry::Other => return Err(io::Error::from(io::ErrorKind::InvalidInput).into()),
    }
    Ok(temporary)
}

/// Puts the temporary file in the place of `expected`, or nothing at all.
fn place(folder: &OwnedFd, temporary: &str, name: &str, expected: Option<&Entry>) -> Result<(), WriteError> {
    let Some(expected) = expected else {
        // A hard link never replaces what came into being in the meantime.
        return match linkat(folder, temporary, folder, name, AtFlags::empty()) {
            Ok(()) => Ok(()),
            Err(Errno::EEXIST) => Err(WriteError::Changed),
            Err(Errno::EPERM | Errno::ENOTSUP | Errno::EMLINK) => {
                if read_at(folder, name, u64::MAX)?.is_some() {
                    return Err(WriteError::Changed);
                }
                Ok(renameat(folder, temporary, folder, name)?)
            }
            Err(error) => Err(error.into()),
        };
    };
    if read_at(folder, name, u64::MAX)?.as_ref() != Some(expected) {
        return Err(WriteError::Changed);
    }
    exchange(folder, temporary, name, expected)
}

/// Swaps the two names and looks at what came out: an editor that saved in between gets
/// its text back.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn exchange(folder: &OwnedFd, temporary: &str, name: &str, expected: &Entry) -> Result<(), WriteError> {
    use nix::fcntl::{RenameFlags, renameat2};
    match renameat2(folder, temporary, folder, name, RenameFlags::RENAME_EXCHANGE) {
        Ok(()) => {}
        // Not every file system can swap.
        Err(Errno::EINVAL | Errno::ENOSYS | Errno::ENOTSUP) => {
            return Ok(renameat(folder, temporary, folder, name)?);
        }
        Err(error) => return Err(error.into()),
    }
    for pause in [Duration::ZERO, SETTLED] {
        std::thread::sleep(pause);
        if read_at(folder, temporary, u64::MAX)?.as_ref() != Some(expected) {
            renameat2(folder, temporary, folder, name, RenameFlags::RENAME_EXCHANGE)?;
            return Err(WriteError::Changed);
        }
    }
    Ok(())
}

/// An editor that had found the file when the names were swapped, and not yet opened it, writes
/// into the file that came out: it is looked at once more before it goes.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const SETTLED: Duration = Duration::from_millis(2);

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn exchange(folder: &OwnedFd, temporary: &str, name: &str, _expected: &Entry) -> Result<(), WriteError> {
    Ok(renameat(folder, temporary, folder, name)?)
}

fn sync_folder(folder: OwnedFd, durable: Durable) -> io::Result<()> {
    if durable == Durable::Yes { File::from(folder).sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn file(text: &str) -> Entry {
        Entry::File { bytes: text.as_bytes().to_vec(), permissions: 0o644 }
    }

    #[test]
    fn a_symbolic_link_on_the_way_is_refused_and_nothing_is_written_behind_it() {
        let dir = tempfile::tempdir().unwrap();
        let (inside, outside) = (dir.path().join("inside"), dir.path().join("outside"));
        std::fs::create_dir_all(&inside).unwrap();
        std::fs::create_dir_all(&outside).unwrap();
        std::os::unix::fs::symlink(&outside, inside.join("lnk")).unwrap();
        let root = Root::open(&inside).unwrap();
        let result = root.replace("lnk/evil.txt", None, Some(&file("x")), Durable::No);
        assert!(matches!(result, Err(WriteError::Io(error)) if is_link_error(&error)));
        assert_eq!(std::fs::read_dir(&outside).unwrap().count(), 0);
    }

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        std::fs::write(dir.path().join("f"), "the editor's").unwrap();
        let before = file("as it was read");
        for new in [Some(&file("ours")), None] {
            let result = root.replace("f", Some(&before), new, Durable::No);
            assert!(matches!(result, Err(WriteError::Changed)));
        }
        assert!(matches!(
            root.replace("f", None, Some(&file("ours")), Durable::No),
            Err(WriteError::Changed)
        ));
        assert_eq!(std::fs::read_to_string(dir.path().join("f")).unwrap(), "the editor's");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn replacing_keeps_the_mode_and_leaves_another_hard_link_alone() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open(dir.path()).unwrap();
        root.replace("a/b/f", None, Some(&file("old")), Durable::Yes).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(dir.path().join("a/b/f"), mode).unwrap();
        std::fs::hard_link(dir.path().join("a/b/f"), dir.path().join("other")).unwrap();
        let old = root.read("a/b/f").unwrap();
        assert_eq!(old, Some(Entry::File { bytes: b"old".to_vec(), permissions: 0o755 }));
        let new = Entry::File { bytes: b"new".to_vec(), permissions: 0o755 };
        root.replace("a/b/f", old.as_ref(), Some(&new), Durable::Yes).unwrap();
        assert_eq!(root.read("a/b/f").unwrap(), Some(new.clone()));
        assert_eq!(std::fs::read_to_string(dir.path().join("other")).unwrap(), "old");
        root.replace("a/b/f", Some(&new), None, Durable::Yes).unwrap();
        assert!(!dir.path().join("a").exists());
    }

    #[test]
    fn an_editor_that_saves_at_the_same_moment_never_loses_its_text() {
        let dir = tempfile::tempdir().unwrap();
        let (path, root) = (dir.path().join("f"), Root::open(dir.path()).unwrap());
        let (base, ours) = (file("base"), file("ours"));
        let mut ours_first = 0;
        for round in 0..1000 {
            std::fs::write(&path, "base").unwrap();
            let text = format!("editor {round}");
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    if round % 2 == 0 {
                        std::fs::write(&path, &text).unwrap();
                    } else {
                        let other = dir.path().join("editor's");
                        std::fs::write(&other, &text).unwrap();
                        std::fs::rename(&other, &path).unwrap();
                    }
                });
                let written = root.replace("f", Some(&base), Some(&ours), Durable::No);
                ours_first += usize::from(written.is_ok());
            });
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "round {round}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
        assert!(ours_first > 0, "the two were never at it at the same time");
    }

    #[test]
    fn a_pipe_is_neither_opened_nor_replaced() {
        let dir = tempfile::tempdir().unwrap();
        nix::unistd::mkfifo(&dir.path().join("pipe"), Mode::from_bits_truncate(0o600)).unwrap();
        let root = Root::open(dir.path()).unwrap();
        assert_eq!(root.read("pipe").unwrap(), Some(Entry::Other));
        assert!(root.replace("pipe", None, Some(&file("x")), Durable::No).is_err());
    }
}
