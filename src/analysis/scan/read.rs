//! Reading and parsing what a scan looks at, in parallel.

use crate::{
    analysis::{
        facts::FileFacts,
        frontends,
        source::{SkipReason, SourceFiles, source_text},
        stack::{self, Detection, FileUse},
    },
    domain::map::Skipped,
    knowledge::packs::Packs,
    ports::ScanError,
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// `progress` is called at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Files that say how modules are found.
const MANIFESTS: [&str; 3] = ["package.json", "Cargo.toml", "go.mod"];

/// What one file gave.
pub(super) struct Parsed {
    pub(super) usage: Option<FileUse>,
    pub(super) facts: Option<FileFacts>,
    pub(super) skipped: Option<Skipped>,
    pub(super) bytes: u64,
}

/// Reads and parses everything that could matter, in the order of the listing.
pub(super) fn read_all(
    files: &dyn SourceFiles,
    signals: &stack::Signals,
    progress: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Vec<Parsed>, ScanError> {
    let (stopped, read) = (AtomicBool::new(false), AtomicU64::new(0));
    let started = Instant::now();
    let next_report = AtomicU64::new(0);
    let parsed = files
        .entries()
        .par_iter()
        .map(|entry| {
            if stopped.load(Ordering::Relaxed) {
                return Parsed { usage: None, facts: None, skipped: None, bytes: 0 };
            }
            let count = read.fetch_add(1, Ordering::Relaxed) + 1;
            let now = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            let due = next_report.load(Ordering::Relaxed);
            let every = u64::try_from(PROGRESS_EVERY.as_millis()).unwrap_or(100);
            // Only the thread that moves the clock on reports, so that calls never pile up.
            if now >= due
                && next_report
                    .compare_exchange(due, now + every, Ordering::Relaxed, Ordering::Relaxed)
                    .is_ok()
                && !progress(count)
            {
                stopped.store(true, Ordering::Relaxed);
            }
            parse(files, signals, &entry.path)
        })
        .collect();
    if stopped.load(Ordering::Relaxed) { Err(ScanError::Cancelled) } else { Ok(parsed) }
}

fn parse(files: &dyn SourceFiles, signals: &stack::Signals, path: &str) -> Parsed {
    let mut parsed = Parsed { usage: None, facts: None, skipped: None, bytes: 0 };
    if signals.language_of(path).is_none() && !signals.wants_text(path) {
        return parsed;
    }
    let text = match files.read(path).and_then(|bytes| source_text(path, bytes)) {
        Ok(text) => text,
        Err(reason) => {
            parsed.skipped = Some(reason.at(path));
            return parsed;
        }
    };
    parsed.bytes = text.len() as u64;
    parsed.usage = Some(FileUse::search(signals, path, &text));
    match frontends::facts(path, &text) {
        Some(Ok(facts)) => parsed.facts = Some(facts),
        Some(Err(refused)) => {
            parsed.skipped = Some(SkipReason::Unparsed(refused.to_string()).at(path));
        }
        None => {}
    }
    parsed
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
        is_yaml && self.tables.iter().any(|glob| crate::analysis::link::glob_matches(glob, path))
    }

    fn has(&self, name: &str) -> bool {
        let Some((stem, ending)) = name.rsplit_once('.') else { return false };
        let is_spec = || {
            let lower = stem.to_ascii_lowercase();
            self.specs && ["openapi", "swagger", "api"].iter().any(|word| lower.contains(word))
        };
        match ending {
            "graphql" | "gql" | "graphqls" | "proto" => true,
            "properties" => self.stems.contains(stem),
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
