//! Files on disk below a root, ignore files honoured.
//!
//! Symbolic links are never followed and only regular files are opened: the open itself
//! refuses links and does not block on a pipe, so that a file swapped after the listing
//! cannot lead the reader elsewhere or hang it.

use super::{Entry, SIZE_LIMIT_BYTES, SkipReason, SourceFiles, Stamp, leave_out, sort};
use crate::{domain::map::Skipped, ports::ScanError};
use ignore::{DirEntry, WalkBuilder, WalkState};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

/// Walking is bound by system calls; more threads than this gain nothing.
const WALK_THREADS: usize = 4;

/// The listing of a folder.
#[derive(Debug)]
pub struct DirectoryFiles {
    root: PathBuf,
    entries: Vec<Entry>,
    skipped: Vec<Skipped>,
}

#[derive(Debug, Default)]
struct Listing {
    entries: Vec<Entry>,
    skipped: Vec<Skipped>,
}

impl DirectoryFiles {
    /// Lists the folder.
    pub fn list(root: &Path) -> Result<Self, ScanError> {
        let shown = root.display().to_string();
        let metadata = fs::metadata(root).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => ScanError::NotFound(shown.clone()),
            _ => ScanError::Unreadable { path: shown.clone(), reason: error.to_string() },
        })?;
        if !metadata.is_dir() {
            return Err(ScanError::NotAFolder(shown));
        }
        let root = fs::canonicalize(root)
            .map_err(|error| ScanError::Unreadable { path: shown, reason: error.to_string() })?;
        let listing = Arc::new(Mutex::new(Listing::default()));
        let now = SystemTime::now();
        walker(&root, &listing).run(|| {
            let (root, listing) = (root.clone(), Arc::clone(&listing));
            Box::new(move |found| {
                note(&root, found, now, &listing);
                WalkState::Continue
            })
        });
        let mut listing = std::mem::take(&mut *listing.lock().unwrap_or_else(PoisonError::into_inner));
        sort(&mut listing.entries, &mut listing.skipped);
        Ok(Self { root, entries: listing.entries, skipped: listing.skipped })
    }

    /// The canonical root.
    pub fn root(&self) -> &Path {
        &self.root
    }
}

impl SourceFiles for DirectoryFiles {
    fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    fn home(&self) -> Option<&Path> {
        Some(&self.root)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, SkipReason> {
        // Only what the listing saw: a path through a linked folder would leave the root.
        if !self.contains(path) {
            return Err(SkipReason::Unreadable("it is not listed".into()));
        }
        read_regular(&self.root.join(path))
    }
}

/// A walk with the project's own ignore files and without those of the machine's user.
///
/// Outside a git repository `.gitignore` counts as well, but then only below the root:
/// files above it belong to something else.
fn walker(root: &Path, listing: &Arc<Mutex<Listing>>) -> ignore::WalkParallel {
    let in_git = root.ancestors().any(|folder| folder.join(".git").exists());
    let (kept, base) = (Arc::clone(listing), root.to_path_buf());
    let threads = std::thread::available_parallelism().map_or(1, |count| count.get().min(WALK_THREADS));
    WalkBuilder::new(root)
        .hidden(false)
        .parents(in_git)
        .require_git(in_git)
        .git_global(false)
        .follow_links(false)
        .threads(threads)
        .filter_entry(move |entry| match left_out(entry) {
            None => true,
            Some(reason) => {
                push_skip(&kept, reason.at_bytes(&relative_bytes(&base, entry.path())));
                false
            }
        })
        .build_parallel()
}

fn left_out(entry: &DirEntry) -> Option<SkipReason> {
    if entry.depth() == 0 || !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return None;
    }
    let name = entry.file_name().to_str()?;
    let beside = |pattern: &str| entry.path().parent().is_some_and(|parent| holds(parent, pattern));
    let inside = |pattern: &str| holds(entry.path(), pattern);
    leave_out::folder(name, beside, inside).map(SkipReason::LeftOut)
}

/// Whether a folder holds a file of that name; only a `*` pattern lists the folder.
fn holds(folder: &Path, pattern: &str) -> bool {
    if !pattern.starts_with('*') {
        return folder.join(pattern).is_file();
    }
    fs::read_dir(folder).is_ok_and(|names| {
        names.flatten().any(|name| name.file_name().to_str().is_some_and(|n| leave_out::matches(pattern, n)))
    })
}

fn note(root: &Path, found: Result<DirEntry, ignore::Error>, now: SystemTime, listing: &Mutex<Listing>) {
    let entry = match found {
        Ok(entry) => entry,
        Err(error) => {
            let path = failed_path(&error).map(|path| relative_bytes(root, path)).unwrap_or_default();
            push_skip(listing, SkipReason::Unreadable(io_reason(&error)).at_bytes(&path));
            return;
        }
    };
    let Some(kind) = entry.file_type() else { return };
    if kind.is_dir() {
        return;
    }
    let bytes = relative_bytes(root, entry.path());
    let reason = match (std::str::from_utf8(&bytes), entry.metadata()) {
        _ if kind.is_symlink() => SkipReason::Link,
        _ if !kind.is_file() => SkipReason::NotRegular,
        (Err(_), _) => SkipReason::NameNotUtf8,
        (_, Err(error)) => SkipReason::Unreadable(io_reason(&error)),
        (_, Ok(metadata)) if metadata.len() > SIZE_LIMIT_BYTES => too_large(metadata.len()),
        (Ok(path), Ok(metadata)) => {
            let mut listing = listing.lock().unwrap_or_else(PoisonError::into_inner);
            let stamp = Stamp::of(&metadata, now);
            listing.entries.push(Entry { path: path.to_owned(), size_bytes: metadata.len(), stamp });
            return;
        }
    };
    push_skip(listing, reason.at_bytes(&bytes));
}

fn push_skip(listing: &Mutex<Listing>, skipped: Skipped) {
    listing.lock().unwrap_or_else(PoisonError::into_inner).skipped.push(skipped);
}

pub(super) fn too_large(size_bytes: u64) -> SkipReason {
    SkipReason::TooLarge { size_bytes, limit_bytes: SIZE_LIMIT_BYTES }
}

/// The bytes of a regular file of a sane size. Opens without following a final link and
/// without waiting for a writer, then checks what was opened, not what had been listed.
pub fn read_regular(path: &Path) -> Result<Vec<u8>, SkipReason> {
    let unreadable = |error: io::Error| SkipReason::Unreadable(error.to_string());
    let file = open_no_follow(path).map_err(unreadable)?;
    let metadata = file.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(SkipReason::NotRegular);
    }
    let capacity = usize::try_from(metadata.len().min(SIZE_LIMIT_BYTES)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(capacity.saturating_add(1));
    // One byte beyond the limit tells a file that grew since it was listed.
    file.take(SIZE_LIMIT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let size = bytes.len() as u64;
    if size > SIZE_LIMIT_BYTES {
        return Err(too_large(size));
    }
    Ok(bytes)
}

/// Opens a file for reading: no link is followed, and a pipe without a writer does not block.
#[cfg(unix)]
pub fn open_no_follow(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = nix::fcntl::OFlag::O_NOFOLLOW | nix::fcntl::OFlag::O_NONBLOCK;
    OpenOptions::new().read(true).custom_flags(flags.bits()).open(path)
}

/// Opens a file for reading: no link is followed.
#[cfg(not(unix))]
pub fn open_no_follow(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path)?.file_type().is_symlink() {
        return Err(io::Error::other("symbolic link"));
    }
    OpenOptions::new().read(true).open(path)
}

#[cfg(unix)]
fn relative_bytes(root: &Path, path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.strip_prefix(root).unwrap_or(path).as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn relative_bytes(root: &Path, path: &Path) -> Vec<u8> {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/").into_bytes()
}

fn failed_path(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithLineNumber { err, .. } | ignore::Error::WithDepth { err, .. } => failed_path(err),
        _ => None,
    }
}

/// The reason without the absolute path that the error's own text would repeat.
fn io_reason(error: &ignore::Error) -> String {
    error.io_error().map_or_else(|| error.to_string(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::fs;

    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn paths(files: &DirectoryFiles) -> Vec<&str> {
        files.entries().iter().map(|entry| entry.path.as_str()).collect()
    }

    #[test]
    fn ignore_files_count_outside_a_git_repository_too() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), ".gitignore", "*.log\nsecret/\n");
        write(folder.path(), "app/main.py", "");
        write(folder.path(), "app/run.log", "");
        write(folder.path(), "secret/key.py", "");
        let files = DirectoryFiles::list(folder.path()).unwrap();
        assert_eq!(paths(&files), [".gitignore", "app/main.py"]);
    }

    #[test]
    fn dependency_folders_are_listed_once_as_skipped() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "package.json", "{}");
        write(folder.path(), "node_modules/a/index.js", "");
        write(folder.path(), "node_modules/b/index.js", "");
        write(folder.path(), "dist/main.js", "");
        let files = DirectoryFiles::list(folder.path()).unwrap();
        assert_eq!(paths(&files), ["package.json"]);
        let skipped: Vec<_> = files.skipped().iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
        assert_eq!(skipped, [("dist", "build output"), ("node_modules", "dependencies")]);
    }

    #[test]
    #[cfg(unix)]
    fn links_and_pipes_are_named_and_never_opened() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        write(outside.path(), "secret.py", "x = 1");
        std::os::unix::fs::symlink(outside.path().join("secret.py"), folder.path().join("link.py")).unwrap();
        std::os::unix::fs::symlink(outside.path(), folder.path().join("linked")).unwrap();
        nix::unistd::mkfifo(&folder.path().join("pipe.py"), nix::sys::stat::Mode::S_IRWXU).unwrap();
        let files = DirectoryFiles::list(folder.path()).unwrap();
        assert_eq!(paths(&files), Vec::<&str>::new());
        let skipped: Vec<_> = files.skipped().iter().map(|s| (s.path.as_str(), s.reason.as_str())).collect();
        assert_eq!(
            skipped,
            [("link.py", "symbolic link"), ("linked", "symbolic link"), ("pipe.py", "not a regular file")]
        );
        assert!(matches!(files.read("link.py"), Err(SkipReason::Unreadable(_))));
        assert!(matches!(files.read("linked/secret.py"), Err(SkipReason::Unreadable(_))));
        assert!(matches!(read_regular(&folder.path().join("link.py")), Err(SkipReason::Unreadable(_))));
        assert_eq!(read_regular(&folder.path().join("pipe.py")), Err(SkipReason::NotRegular));
    }

    #[test]
    fn a_file_over_the_limit_is_named_with_its_size() {
        let folder = tempfile::tempdir().unwrap();
        let size = usize::try_from(SIZE_LIMIT_BYTES).unwrap() + 1;
        write(folder.path(), "big.py", &"x".repeat(size));
        let files = DirectoryFiles::list(folder.path()).unwrap();
        assert!(files.entries().is_empty());
        assert!(files.skipped().first().unwrap().reason.starts_with("2097153 bytes"));
    }

    #[test]
    fn a_missing_root_and_a_file_as_root_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), "a.py", "");
        assert!(matches!(DirectoryFiles::list(&folder.path().join("no")), Err(ScanError::NotFound(_))));
        assert!(matches!(DirectoryFiles::list(&folder.path().join("a.py")), Err(ScanError::NotAFolder(_))));
    }
}
