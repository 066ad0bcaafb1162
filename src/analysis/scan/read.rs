//! Reading and parsing what a scan looks at, in parallel.

use crate::{
    analysis::{
        cache::{Kept, Memory, Seen, content_of},
        facts::FileFacts,
        frontends,
        source::{Entry, SkipReason, SourceFiles, Stamp, source_text},
        stack::{self, Detection, FileUse},
    },
    knowledge::packs::Packs,
    ports::ScanError,
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

/// `progress` is called at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Files that say how modules are found.
const MANIFESTS: [&str; 3] = ["package.json", "Cargo.toml", "go.mod"];

/// What reading takes from earlier scans and leaves for later ones.
pub(super) struct Earlier<'m> {
    pub(super) memory: &'m Memory,
    /// Digest the bytes, so that what is read now can be kept.
    pub(super) keeps: bool,
}

/// What reading gave.
pub(super) struct Reading {
    /// Everything that could matter, in the order of the listing.
    pub(super) files: Vec<Kept>,
    /// How many of them were read now.
    pub(super) read: usize,
    /// Some could not be read, perhaps only now.
    pub(super) is_partial: bool,
}

/// Reads and parses everything that could matter and is not known from earlier.
pub(super) fn read_all(
    files: &dyn SourceFiles,
    signals: &stack::Signals,
    earlier: &Earlier<'_>,
    progress: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Reading, ScanError> {
    let ticker = Ticker::new(progress);
    let (read, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let known = earlier.memory.beside(files.entries());
    let found: Vec<Option<Kept>> = files
        .entries()
        .par_iter()
        .zip(known)
        .map(|(entry, known)| {
            if !ticker.goes_on()
                || (signals.language_of(&entry.path).is_none() && !signals.wants_text(&entry.path))
            {
                return None;
            }
            if let Some(known) = known.filter(|known| known.is_proven(entry.stamp)) {
                return Some(known.clone());
            }
            read.fetch_add(1, Ordering::Relaxed);
            let bytes = match files.read(&entry.path) {
                Ok(bytes) => bytes,
                // The next scan may be able to read it: no stamp proves this.
                Err(reason) => {
                    failed.store(true, Ordering::Relaxed);
                    let unproven = Entry { stamp: Stamp::Unknown, ..entry.clone() };
                    return Some(Kept::new(&unproven, [0; 16], Seen::left_out(reason.to_string())));
                }
            };
            let content = if earlier.keeps { content_of(&bytes) } else { [0; 16] };
            let same = known.filter(|_| earlier.keeps);
            if let Some(same) = same.and_then(|known| known.seen_again(entry.stamp, content)) {
                return Some(same);
            }
            Some(Kept::new(entry, content, parse(signals, &entry.path, bytes)))
        })
        .collect();
    if ticker.was_stopped() {
        return Err(ScanError::Cancelled);
    }
    Ok(Reading {
        files: found.into_iter().flatten().collect(),
        read: read.into_inner(),
        is_partial: failed.into_inner(),
    })
}

/// Counts files and reports now and then; remembers that somebody said no.
struct Ticker<'p> {
    progress: &'p (dyn Fn(u64) -> bool + Sync),
    started: Instant,
    next_report: AtomicU64,
    count: AtomicU64,
    stopped: AtomicBool,
}

impl<'p> Ticker<'p> {
    fn new(progress: &'p (dyn Fn(u64) -> bool + Sync)) -> Self {
        Self {
            progress,
            started: Instant::now(),
            next_report: AtomicU64::new(0),
            count: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
        }
    }

    /// Counts one file. Whether it is still wanted.
    fn goes_on(&self) -> bool {
        if self.was_stopped() {
            return false;
        }
        let count = self.count.fetch_add(1, Ordering::Relaxed) + 1;
        let now = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let due = self.next_report.load(Ordering::Relaxed);
        let every = u64::try_from(PROGRESS_EVERY.as_millis()).unwrap_or(100);
        // Only the thread that moves the clock on reports, so that calls never pile up.
        let reports = now >= due
            && self
                .next_report
                .compare_exchange(due, now + every, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok();
        if reports && !(self.progress)(count) {
            self.stopped.store(true, Ordering::Relaxed);
        }
        !self.was_stopped()
    }

    fn was_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }
}

/// A pure function of path and bytes: what it gives is kept.
fn parse(signals: &stack::Signals, path: &str, bytes: Vec<u8>) -> Seen {
    let text = match source_text(path, bytes) {
        Ok(text) => text,
        Err(reason) => return Seen::left_out(reason.to_string()),
    };
    let mut seen = Seen {
        usage: Some(Arc::new(FileUse::search(signals, path, &text))),
        facts: None,
        skipped: None,
        bytes: text.len() as u64,
    };
    match frontends::facts(path, &text) {
        Some(Ok(facts)) => seen.facts = Some(facts),
        Some(Err(refused)) => seen.skipped = Some(SkipReason::Unparsed(refused.to_string()).to_string()),
        None => {}
    }
    seen
}

/// Texts of the files that say how modules are found.
pub(super) fn manifests(files: &dyn SourceFiles, packs: &Packs) -> BTreeMap<String, String> {
    let wanted = Wanted::new(packs);
    files
        .entries()
        .iter()
        .filter(|entry| {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            MANIFESTS.contains(&name)
                || wanted.has(name)
                || wanted.lists_routes(&entry.path)
                || ((name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json"))
        })
        .filter_map(|entry| Some((entry.path.clone(), files.text(&entry.path).ok()?)))
        .collect()
}

/// Property and specification files that packs speak of.
struct Wanted<'p> {
    stems: BTreeSet<&'p str>,
    specs: bool,
    /// Globs of files that list routes.
    tables: Vec<&'p str>,
}

impl<'p> Wanted<'p> {
    fn new(packs: &'p Packs) -> Self {
        let properties =
            packs.iter().flat_map(|pack| &pack.properties).map(|property| property.file.as_str());
        let reads = packs.iter().flat_map(|pack| &pack.reads).filter_map(|read| read.file.as_deref());
        let specs = packs.iter().flat_map(|pack| &pack.classes).any(|class| !class.spec_bases.is_empty());
        let tables = packs.iter().filter_map(|pack| pack.route_tables.as_ref());
        let tables = tables.flat_map(|tables| tables.roots.iter().chain(&tables.parts));
        let tables = tables.map(String::as_str).collect();
        Self { stems: properties.chain(reads).collect(), specs, tables }
    }

    fn lists_routes(&self, path: &str) -> bool {
        let is_yaml = path.ends_with(".yaml") || path.ends_with(".yml");
        is_yaml && self.tables.iter().any(|glob| crate::analysis::glob::Glob::new(glob).is_match(path))
    }

    fn has(&self, name: &str) -> bool {
        let Some((stem, ending)) = name.rsplit_once('.') else { return false };
        let is_spec = || {
            let lower = stem.to_ascii_lowercase();
            self.specs && ["openapi", "swagger", "api"].iter().any(|word| lower.contains(word))
        };
        match ending {
            "graphql" | "gql" | "graphqls" | "proto" => true,
            "properties" => self.stems.contains(stem) || self.stems.contains("*"),
            "yml" | "yaml" | "json" => self.stems.contains(stem) || is_spec(),
            _ => false,
        }
    }
}

/// Backend files without facts that are part of a backend all the same.
pub(super) fn other_files(
    files: &dyn SourceFiles,
    signals: &stack::Signals,
    detection: &Detection,
    facts: &[FileFacts],
) -> Result<Vec<String>, ScanError> {
    let known: BTreeSet<&str> = facts.iter().map(|file| file.path.as_str()).collect();
    Ok(files
        .entries()
        .iter()
        .map(|entry| entry.path.as_str())
        .filter(|path| !known.contains(path))
        .filter(|path| {
            let data = [".sql", ".prisma", ".graphql", ".proto"].iter().any(|end| path.ends_with(end));
            (data || signals.language_of(path).is_some()) && detection.is_backend(signals, path)
        })
        .map(str::to_owned)
        .collect())
}
