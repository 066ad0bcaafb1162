//! What one scanner remembers from scan to scan, in memory and in the cache folder.

use super::read::Reading;
use crate::{
    analysis::{
        cache::{Fingerprint, Memory, Store},
        source::SourceFiles,
    },
    domain::map::{BackendMap, Stats},
    ports::ScanOptions,
};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// The file is written anew when more than one in this many files differ from it: an edit
/// of one file costs less to parse again than all facts cost to write.
const WORTH_WRITING: usize = 50;

/// One process writes no more than one map in this time.
const BETWEEN_MAPS: Duration = Duration::from_secs(20);

/// Sources whose files stay in memory. A session looks at one repository.
const HOMES: usize = 4;

/// Memory over a store.
#[derive(Debug, Default)]
pub(super) struct Remember {
    store: Option<Store>,
    /// By home of the source.
    homes: Mutex<HashMap<PathBuf, Memory>>,
    /// Files read since the facts were last read or written.
    unwritten: AtomicUsize,
    /// When the map was last written: while a file is edited, one map follows another.
    wrote_map: Mutex<Option<Instant>>,
    /// A map was looked for in the store.
    looked: AtomicBool,
}

impl Remember {
    pub(super) fn new(store: Option<Store>) -> Self {
        Self { store, ..Self::default() }
    }

    /// Whether anything is kept at all.
    pub(super) fn keeps(&self, options: &ScanOptions) -> bool {
        self.store.is_some() && !options.no_cache
    }

    pub(super) fn map_key(&self, files: &dyn SourceFiles, options: &ScanOptions) -> Option<Fingerprint> {
        self.store.as_ref()?.map_key(files, options)
    }

    /// The map that an earlier scan kept, or that one which looked for findings as well.
    pub(super) fn map(
        &self,
        files: &dyn SourceFiles,
        (key, options): (&Fingerprint, &ScanOptions),
        started: Instant,
    ) -> Option<BackendMap> {
        // Whoever scans again does so because something changed, and has the facts in memory.
        let is_first = !self.looked.swap(true, Ordering::Relaxed);
        let store = self.store.as_ref().filter(|_| is_first)?;
        store.map(files, key, started).or_else(|| {
            if options.rules {
                return None;
            }
            let key = store.map_key(files, &ScanOptions { rules: true, ..options.clone() })?;
            let map = store.map(files, &key, started)?;
            Some(BackendMap { findings: Vec::new(), stats: Stats { rules: 0, ..map.stats }, ..map })
        })
    }

    pub(super) fn keep_map(&self, files: &dyn SourceFiles, key: &Fingerprint, map: &BackendMap) {
        let Some(store) = &self.store else { return };
        let mut wrote = self.wrote_map.lock().unwrap_or_else(PoisonError::into_inner);
        if wrote.is_none_or(|then| then.elapsed() > BETWEEN_MAPS) {
            store.keep_map(files, key, map);
            *wrote = Some(Instant::now());
        }
    }

    /// What is known of the files of a source.
    pub(super) fn memory(&self, files: &dyn SourceFiles, options: &ScanOptions) -> Memory {
        let (Some(store), Some(home)) = (&self.store, files.home()) else { return Memory::default() };
        if options.no_cache {
            return Memory::default();
        }
        let known = self.homes.lock().unwrap_or_else(PoisonError::into_inner).get(home).cloned();
        known.unwrap_or_else(|| store.facts(files))
    }

    /// Keeps what was read, where it differs from what was known.
    pub(super) fn keep(
        &self,
        files: &dyn SourceFiles,
        options: &ScanOptions,
        known: &Memory,
        reading: Reading,
    ) {
        let (Some(store), Some(home)) = (&self.store, files.home()) else { return };
        if options.no_cache || files.is_overlaid() {
            return;
        }
        let memory = Memory::new(reading.files);
        let unwritten = self.unwritten.fetch_add(reading.read, Ordering::Relaxed) + reading.read;
        {
            let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
            if homes.len() >= HOMES && !homes.contains_key(home) {
                homes.clear();
            }
            homes.insert(home.to_path_buf(), memory.clone());
        }
        let worth = unwritten.saturating_mul(WORTH_WRITING) > memory.files().len();
        if worth || (known.is_empty() && !memory.is_empty()) {
            store.keep_facts(files, &memory);
            self.unwritten.store(0, Ordering::Relaxed);
        }
    }
}
