//! The map of the user's files, made anew while they are edited.
//!
//! One thread for a session waits for events, lets a burst settle, scans the folder with
//! what the scanner remembers, and sends the map. Events only say that something may have
//! happened: what a file holds is always told by the scan, so that lost, doubled and late
//! events do no harm, and ten thousand of them cost as much as one.

mod eyes;
mod touched;

use super::host::Worker;
use crate::{
    analysis::source::{self, Entry},
    domain::map::{BackendMap, Stats},
    engine::Msg,
    ports::{ScanOptions, Source},
};
use eyes::Eyes;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use touched::Touched;

/// No event for this long ends a burst: editors write, rename and touch within it.
const QUIET: Duration = Duration::from_millis(15);
/// A burst that does not end is looked at all the same.
const PATIENCE: Duration = Duration::from_millis(400);
/// How often files are listed where nobody reports changes.
const POLL: Duration = Duration::from_secs(2);
/// How soon the thread notices that its session has ended.
const NAP: Duration = Duration::from_millis(500);

/// Follows the files until `stop`. `at_once`: they differ from the base already.
pub(super) fn follow(worker: &Worker, stop: &AtomicBool, at_once: bool) {
    let root = worker.tools.root.clone();
    let touched = Arc::new(Touched::new(&root));
    let mut eyes = Eyes::open(&root, &touched);
    let mut known = list(&root).unwrap_or_default();
    eyes.look_at(&known, None);
    let mut last = None;
    if at_once {
        scan(worker, stop, Vec::new(), &mut last);
    }
    while !stop.load(Ordering::SeqCst) {
        let blind = eyes.are_shut();
        let woken = touched.wait(if blind { POLL } else { NAP });
        if stop.load(Ordering::SeqCst) {
            return;
        }
        if woken {
            touched.settle(QUIET, PATIENCE);
        } else if !blind {
            continue;
        }
        let seen = touched.take();
        let began = Instant::now();
        // Only files that the map can know are worth a scan; a log that grows is not.
        let sure = seen.as_ref().is_some_and(|paths| paths.iter().any(|path| holds(&known, path)));
        let before = if sure { None } else { list(&root) };
        if let Some(now) = &before {
            if *now == known {
                eyes.look_at(now, seen.as_ref());
                continue;
            }
        } else if !sure {
            continue;
        }
        let changed = match (&before, &seen) {
            (None, Some(paths)) => paths.iter().filter(|path| holds(&known, path)).cloned().collect(),
            (Some(now), _) => difference(&known, now),
            (None, None) => Vec::new(),
        };
        scan(worker, stop, changed, &mut last);
        if let Some(now) = list(&root) {
            eyes.look_at(&now, seen.as_ref());
            known = now;
        }
        // A scan that took long is not followed by the next one at once.
        std::thread::sleep((began.elapsed() / 4).min(PATIENCE));
    }
}

/// Calls `noticed` after files below `root` were saved, until `stop` or until it returns
/// `false`. What was saved is for the listener to find out.
pub(super) fn saves(root: &Path, stop: &AtomicBool, noticed: &dyn Fn() -> bool) {
    let touched = Arc::new(Touched::new(root));
    let mut eyes = Eyes::open(root, &touched);
    let mut known = list(root).unwrap_or_default();
    eyes.look_at(&known, None);
    while !stop.load(Ordering::SeqCst) {
        let blind = eyes.are_shut();
        if touched.wait(if blind { POLL } else { NAP }) {
            touched.settle(QUIET, PATIENCE);
        } else if !blind {
            continue;
        }
        let seen = touched.take();
        let Some(now) = list(root).filter(|now| *now != known) else { continue };
        eyes.look_at(&now, seen.as_ref());
        known = now;
        if stop.load(Ordering::SeqCst) || !noticed() {
            return;
        }
    }
}

fn list(root: &Path) -> Option<Vec<Entry>> {
    let files = source::open(&Source::Directory { root: root.to_path_buf() }).ok()?;
    Some(files.entries().to_vec())
}

fn holds(entries: &[Entry], path: &str) -> bool {
    entries.binary_search_by(|entry| entry.path.as_str().cmp(path)).is_ok()
}

/// Paths that only one of two sorted listings has, or that have another state.
fn difference(before: &[Entry], now: &[Entry]) -> Vec<String> {
    let missing_in = |entry: &&Entry, others: &[Entry]| others.binary_search(entry).is_err();
    let mut paths: Vec<String> = before
        .iter()
        .filter(|entry| missing_in(entry, now))
        .chain(now.iter().filter(|entry| missing_in(entry, before)))
        .map(|entry| entry.path.clone())
        .collect();
    paths.sort();
    paths.dedup();
    paths
}

fn scan(worker: &Worker, stop: &AtomicBool, changed: Vec<String>, last: &mut Option<Arc<BackendMap>>) {
    let source = Source::Directory { root: worker.tools.root.clone() };
    let options = ScanOptions { no_cache: false, rules: true };
    let goes_on = |_files: u64| !stop.load(Ordering::SeqCst);
    // A file that is half written now comes back with the next event; a folder that is
    // gone says nothing that the user would not know.
    let Ok(mut map) = worker.tools.scanner.scan(&source, &options, &goes_on) else { return };
    map.stats = Stats { elapsed_ms: 0, ..map.stats };
    let map = Arc::new(map);
    if last.as_ref().is_none_or(|last| *last != map) || !changed.is_empty() {
        *last = Some(map.clone());
        worker.send(Msg::Working { map, changed });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::source::Stamp;
    use pretty_assertions::assert_eq;

    fn entry(path: &str, size: u64) -> Entry {
        let stamp = Stamp::Disk { size, modified: 1, changed: 1, inode: 1 };
        Entry { path: path.into(), size_bytes: size, stamp }
    }

    #[test]
    fn listings_differ_in_what_came_went_or_changed() {
        let before = [entry("a.py", 1), entry("b.py", 1), entry("c.py", 1)];
        let now = [entry("b.py", 1), entry("c.py", 2), entry("d.py", 1)];
        assert_eq!(difference(&before, &now), ["a.py", "c.py", "d.py"]);
        assert!(holds(&before, "b.py") && !holds(&before, "d.py"));
    }
}
