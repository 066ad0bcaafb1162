//! The cache folder: reading, writing, and keeping it small.

use super::{
    facts_file,
    fingerprint::Fingerprint,
    frame::{self, Kind},
    kept::Memory,
    map_file,
};
use crate::{
    analysis::source::{SourceFiles, Stamp, open_no_follow},
    domain::map::BackendMap,
    ports::ScanOptions,
};
use std::{
    fs,
    io::{Read, Write},
    path::{Path, PathBuf},
    time::{Instant, SystemTime},
};

/// A larger cache file is not ours.
const MAX_FILE_BYTES: u64 = 1 << 30;
/// More than this in the folder, and the oldest files go.
const MAX_FOLDER_BYTES: u64 = 1 << 30;
const MAX_FOLDER_FILES: usize = 100;

/// The cache folder, for one set of knowledge folders.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
    build: Fingerprint,
    /// The build together with the knowledge; none when no map can be kept.
    whole: Option<Fingerprint>,
}

impl Store {
    /// A store in a folder of the user's. `knowledge` are the folders that rules and packs
    /// come from. None where this program cannot tell which build it is.
    pub fn new(folder: PathBuf, knowledge: &[PathBuf]) -> Option<Self> {
        let build = Fingerprint::of_build()?;
        let whole = Fingerprint::of_folders(knowledge)
            .map(|knowledge| Fingerprint::of(&[build.bytes(), knowledge.bytes()]));
        Some(Self { folder, build, whole })
    }

    /// The key of a source's map; none when its state cannot be known without reading.
    pub fn map_key(&self, files: &dyn SourceFiles, options: &ScanOptions) -> Option<Fingerprint> {
        if options.no_cache || files.is_overlaid() {
            return None;
        }
        self.path(files, Kind::Map)?;
        self.whole?.of_source(files, options)
    }

    /// The kept map as JSON, with the time since `started` as the time it took.
    pub fn map_text(&self, files: &dyn SourceFiles, key: &Fingerprint, started: Instant) -> Option<String> {
        // The head is read by itself: cutting it off afterwards would move megabytes.
        let (mut file, length) = open(&self.path(files, Kind::Map)?)?;
        let mut head = [0; frame::HEAD];
        file.read_exact(&mut head).ok()?;
        let text = map_file::text(key, &head, read_from(file, length.checked_sub(frame::HEAD)?)?)?;
        let elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        map_file::with_elapsed(text, elapsed_ms)
    }

    /// The kept map.
    pub fn map(&self, files: &dyn SourceFiles, key: &Fingerprint, started: Instant) -> Option<BackendMap> {
        map_file::parse(&self.map_text(files, key, started)?)
    }

    /// Keeps a map. That it could not be kept costs only time, so nobody is told.
    pub fn keep_map(&self, files: &dyn SourceFiles, key: &Fingerprint, map: &BackendMap) {
        if let (Some(path), Some(bytes)) = (self.path(files, Kind::Map), map_file::encode(key, map)) {
            let _slower_next_time = self.write(&path, &bytes);
        }
    }

    /// What is kept of the files of a source.
    pub fn facts(&self, files: &dyn SourceFiles) -> Memory {
        self.path(files, Kind::Facts)
            .and_then(|path| facts_file::decode(&self.build, &read(&path)?))
            .unwrap_or_default()
    }

    /// Keeps what the files of a source gave.
    pub fn keep_facts(&self, files: &dyn SourceFiles, memory: &Memory) {
        if let (Some(path), Some(bytes)) =
            (self.path(files, Kind::Facts), facts_file::encode(&self.build, memory))
        {
            let _slower_next_time = self.write(&path, &bytes);
        }
    }

    /// One file for each source and kind; none when it would lie inside the source, which
    /// could then forge it.
    fn path(&self, files: &dyn SourceFiles, kind: Kind) -> Option<PathBuf> {
        let home = files.home()?;
        let near = self.folder.ancestors().find_map(|folder| folder.canonicalize().ok());
        if self.folder.starts_with(home) || near.is_some_and(|near| near.starts_with(home)) {
            return None;
        }
        let name = Fingerprint::of(&[home.as_os_str().as_encoded_bytes()]).short();
        // A session scans the commit, a command the folder; neither shall push the other out.
        let is_tree = files.entries().first().is_some_and(|entry| matches!(entry.stamp, Stamp::Blob(_)));
        let of = if kind == Kind::Map && is_tree { "tree-" } else { "" };
        Some(self.folder.join(format!("{of}{name}.{}", kind.ending())))
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        if bytes.len() as u64 > MAX_FILE_BYTES {
            return Ok(());
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            // What it holds of a private repository is nobody else's business.
            builder.mode(0o700);
        }
        builder.create(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        self.prune(path);
        Ok(())
    }

    /// Removes the oldest files while there are too many. What another process removes or
    /// renames meanwhile is no error.
    fn prune(&self, keep: &Path) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .flatten()
            .filter_map(|entry| {
                let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
                Some((metadata.modified().ok()?, metadata.len(), entry.path()))
            })
            .collect();
        files.sort_by(|a, b| b.cmp(a));
        let (mut count, mut bytes) = (0, 0);
        for (_, size, path) in files {
            (count, bytes) = (count + 1, bytes + size);
            if (count > MAX_FOLDER_FILES || bytes > MAX_FOLDER_BYTES) && path != keep {
                let _already_gone = fs::remove_file(path);
            }
        }
    }
}

/// A regular file of a sane size, in one go.
fn read(path: &Path) -> Option<Vec<u8>> {
    let (file, length) = open(path)?;
    read_from(file, length)
}

/// A regular file of a sane size, and that size.
fn open(path: &Path) -> Option<(fs::File, usize)> {
    let file = open_no_follow(path).ok()?;
    let metadata = file.metadata().ok()?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return None;
    }
    Some((file, usize::try_from(metadata.len()).ok()?))
}

/// The rest of a file, with room for what is put at its end.
fn read_from(file: fs::File, length: usize) -> Option<Vec<u8>> {
    const ROOM: usize = 64;
    let mut bytes = Vec::with_capacity(length + ROOM);
    file.take(MAX_FILE_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::source;
    use crate::ports::Source;

    fn files(root: &Path) -> Box<dyn SourceFiles> {
        source::open(&Source::Directory { root: root.to_path_buf() }).unwrap()
    }

    #[test]
    fn a_folder_inside_the_source_is_never_used() {
        let root = tempfile::tempdir().unwrap();
        let inside = root.path().canonicalize().unwrap().join("cache");
        let store = Store::new(inside.clone(), &[]).unwrap();
        let files = files(root.path());
        assert_eq!(store.map_key(files.as_ref(), &ScanOptions::default()), None);
        store.keep_facts(files.as_ref(), &Memory::default());
        assert!(!inside.exists());
    }

    #[test]
    fn a_link_or_a_pipe_in_the_place_of_a_cache_file_is_not_opened() {
        let (root, cache) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let store = Store::new(cache.path().to_path_buf(), &[]).unwrap();
        let files = files(root.path());
        let path = store.path(files.as_ref(), Kind::Facts).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(store.facts(files.as_ref()).is_empty());
        fs::remove_file(&path).unwrap();
        nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
        assert!(store.facts(files.as_ref()).is_empty());
    }

    #[test]
    fn old_files_go_when_there_are_too_many() {
        let cache = tempfile::tempdir().unwrap();
        for number in 0..MAX_FOLDER_FILES + 5 {
            fs::write(cache.path().join(format!("{number}.facts")), "x").unwrap();
        }
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(cache.path().to_path_buf(), &[]).unwrap();
        store.keep_facts(files(root.path()).as_ref(), &Memory::default());
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), MAX_FOLDER_FILES);
    }
}
