//! Who reports changes: the system, for exactly the folders that hold listed files.
//!
//! Watching folder by folder leaves out what the listing leaves out: `.git`, dependencies,
//! build output, everything ignored. Where the system cannot watch (its limit is reached,
//! a network file system) the eyes are shut, and the follower lists the files instead.

use super::touched::Touched;
use crate::analysis::source::{Entry, is_never_source};
use notify::{
    Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode},
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

/// More folders are not watched one by one.
const MOST_FOLDERS: usize = 20_000;

/// More new folders without a file are not watched.
const MOST_EMPTY: usize = 200;

/// The system's watch over some folders.
pub(super) struct Eyes {
    root: PathBuf,
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<String>,
    /// New folders in which no file stands yet; the next one to appear may be source.
    empty: BTreeSet<String>,
}

impl Eyes {
    /// Watches nothing yet; events will be noted in `touched`.
    pub(super) fn open(root: &Path, touched: &Arc<Touched>) -> Self {
        let touched = touched.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| match event {
            Ok(event) if !matters(event.kind) => {}
            Ok(event) if event.need_rescan() => touched.note(&[]),
            Ok(event) => touched.note(&event.paths),
            // An error is about what was missed; whatever it is, a look tells.
            Err(_) => touched.note(&[]),
        });
        Self {
            root: root.to_path_buf(),
            watcher: watcher.ok(),
            folders: BTreeSet::new(),
            empty: BTreeSet::new(),
        }
    }

    /// Whether changes are not reported.
    pub(super) fn are_shut(&self) -> bool {
        self.watcher.is_none()
    }

    /// Watches the folders of these files, those around them, and new ones that an event
    /// named, and no others.
    pub(super) fn look_at(&mut self, entries: &[Entry], named: Option<&BTreeSet<String>>) {
        let mut wanted = folders(entries);
        self.empty.extend(named.into_iter().flatten().cloned());
        let root = self.root.clone();
        self.empty.retain(|path| !wanted.contains(path) && may_hold_source(&root, path));
        let mut left = MOST_EMPTY;
        for path in &self.empty {
            with_folders_inside(&root, path, &mut left, &mut wanted);
        }
        let Some(watcher) = &mut self.watcher else { return };
        if wanted.len() > MOST_FOLDERS {
            self.watcher = None;
            return;
        }
        for gone in self.folders.difference(&wanted) {
            // Mostly it was removed, and its watch with it.
            let _removed = watcher.unwatch(&self.root.join(gone));
        }
        let mut watched = &self.folders & &wanted;
        let mut failed = false;
        for folder in wanted.difference(&self.folders) {
            let path = self.root.join(folder);
            match watcher.watch(&path, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    watched.insert(folder.clone());
                }
                // Removed since it was listed: the next event tells.
                Err(_) if !path.is_dir() => {}
                Err(_) => {
                    failed = true;
                    break;
                }
            }
        }
        self.folders = watched;
        if failed {
            self.watcher = None;
        }
    }
}

/// Reading is no change; closing after writing is.
fn matters(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => matches!(access, AccessKind::Close(AccessMode::Write)),
        EventKind::Any
        | EventKind::Create(_)
        | EventKind::Modify(_)
        | EventKind::Remove(_)
        | EventKind::Other => true,
    }
}

/// Whether a path is a folder that could become part of the listing.
fn may_hold_source(root: &Path, path: &str) -> bool {
    let is_folder = || std::fs::symlink_metadata(root.join(path)).is_ok_and(|metadata| metadata.is_dir());
    !path.split('/').any(|name| is_never_source(name) || name == "target") && is_folder()
}

/// Adds a folder and those inside it: `mkdir -p` is reported for the outermost only.
fn with_folders_inside(root: &Path, path: &str, left: &mut usize, found: &mut BTreeSet<String>) {
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        let Some(rest) = left.checked_sub(1) else { return };
        *left = rest;
        let inside = std::fs::read_dir(root.join(&path)).into_iter().flatten().flatten();
        open.extend(
            inside
                .take(MOST_EMPTY)
                .filter_map(|entry| Some(format!("{path}/{}", entry.file_name().to_str()?)))
                .filter(|inner| may_hold_source(root, inner)),
        );
        found.insert(path);
    }
}

/// Every folder on the way to a file; the root is the empty path.
fn folders(entries: &[Entry]) -> BTreeSet<String> {
    let mut folders = BTreeSet::from([String::new()]);
    for entry in entries {
        let mut path = entry.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            if !folders.insert(folder.to_owned()) {
                break;
            }
            path = folder;
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::source::{self, Stamp};
    use crate::ports::Source;
    use pretty_assertions::assert_eq;
    use std::{fs, time::Duration};

    #[test]
    fn folders_are_those_around_files() {
        let entry = |path: &str| Entry { path: path.into(), size_bytes: 1, stamp: Stamp::Unknown };
        let found = folders(&[entry("a.py"), entry("app/api/b.py"), entry("app/c.py")]);
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["", "app", "app/api"]);
    }

    #[test]
    fn a_save_is_reported_and_a_change_in_an_ignored_folder_is_not() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        for folder in ["app", "node_modules"] {
            fs::create_dir(root.join(folder)).unwrap();
        }
        fs::write(root.join("app/main.py"), "x = 1\n").unwrap();
        let touched = Arc::new(Touched::new(&root));
        let mut eyes = Eyes::open(&root, &touched);
        if eyes.are_shut() {
            return; // This machine reports nothing; the follower polls.
        }
        let files = source::open(&Source::Directory { root: root.clone() }).unwrap();
        eyes.look_at(files.entries(), None);
        fs::write(root.join("node_modules/x.js"), "1").unwrap();
        fs::write(root.join("app/main.py"), "x = 2\n").unwrap();
        assert!(touched.wait(Duration::from_secs(10)));
        touched.settle(Duration::from_millis(50), Duration::from_secs(2));
        assert_eq!(touched.take(), Some(BTreeSet::from(["app/main.py".to_owned()])));
        fs::read(root.join("app/main.py")).unwrap();
        assert!(!touched.wait(Duration::from_millis(100)), "reading is no change");
    }

    #[test]
    fn a_file_in_a_folder_that_was_just_made_is_reported() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let touched = Arc::new(Touched::new(&root));
        let mut eyes = Eyes::open(&root, &touched);
        if eyes.are_shut() {
            return;
        }
        eyes.look_at(&[], None);
        fs::create_dir_all(root.join("app/api")).unwrap();
        assert!(touched.wait(Duration::from_secs(10)));
        touched.settle(Duration::from_millis(50), Duration::from_secs(2));
        let named = touched.take().unwrap();
        assert_eq!(named, BTreeSet::from(["app".to_owned()]));
        eyes.look_at(&[], Some(&named));
        fs::write(root.join("app/api/users.py"), "x = 1\n").unwrap();
        assert!(touched.wait(Duration::from_secs(10)));
    }
}
