//! The whole scan: read, parse, detect, link, layer, and join it all into one map.
//!
//! Files are read and parsed in parallel on threads with the stack that the parsers were
//! measured with; everything after is a function of the sorted results, so that the map is
//! the same on every machine. A broken file is listed as skipped and stops nothing.

use super::{
    facts::{CallId, FileFacts},
    flow::{self, FlowInput},
    frontends::{self, STACK_BYTES},
    inventory::{self, InventoryInput},
    layering::{self, LayerInput, QueryFinder, Signs},
    link::{Linked, ProjectFiles, link},
    resolve::Project,
    source::{self, SourceFiles, source_text},
    stack::{self, Detection, FileUse},
    stackfile,
};
use crate::{
    domain::{
        finding::Finding,
        layer::Layer,
        map::{BackendMap, Edge, Skipped, Stats},
    },
    knowledge::packs::Packs,
    ports::{ScanError, ScanOptions, Scanner, Source},
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// Version of the map's format.
pub const SCHEMA_VERSION: u32 = 1;

/// `progress` is called at most this often.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);

/// Files that say how modules are found.
const MANIFESTS: [&str; 2] = ["package.json", "Cargo.toml"];

/// What findings are told from.
pub struct FindingInput<'i, 'l> {
    pub files: &'i dyn SourceFiles,
    /// Its resolver is not shared between threads.
    pub linked: &'i Linked<'l>,
    /// All but the findings.
    pub map: &'i BackendMap,
    /// By file of the facts: calls that look as if they reached the database.
    pub queries: &'i [HashSet<CallId>],
}

/// Where findings come from; rules implement it.
pub trait FindingSource: Send + Sync {
    /// Findings over the linked facts and the finished rest of the map, in any order.
    fn findings(&self, input: &FindingInput<'_, '_>) -> Vec<Finding>;

    /// How many rules look.
    fn rules(&self) -> u64;
}

/// Makes maps of backends.
pub struct BackendScanner {
    pool: rayon::ThreadPool,
    packs: Packs,
    signs: Signs,
    findings: Option<Box<dyn FindingSource>>,
}

/// What one file gave.
struct Parsed {
    usage: Option<FileUse>,
    facts: Option<FileFacts>,
    skipped: Option<Skipped>,
    bytes: u64,
}

impl BackendScanner {
    /// A scanner with these packs and one thread per processor.
    pub fn new(packs: Packs) -> Result<Self, ScanError> {
        let signs = layering::shipped()?.with_packs(&packs)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .stack_size(STACK_BYTES)
            .thread_name(|index| format!("scan-{index}"))
            .build()
            .map_err(|error| ScanError::Unreadable { path: "threads".into(), reason: error.to_string() })?;
        Ok(Self { pool, packs, signs, findings: None })
    }

    /// The same scanner with findings.
    #[must_use]
    pub fn with_findings(mut self, findings: Box<dyn FindingSource>) -> Self {
        self.findings = Some(findings);
        self
    }

    /// Scans files that are listed already.
    pub fn scan_files(
        &self,
        files: &dyn SourceFiles,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<BackendMap, ScanError> {
        self.pool.install(|| self.scan_in_pool(files, options, progress))
    }

    fn scan_in_pool(
        &self,
        files: &dyn SourceFiles,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<BackendMap, ScanError> {
        let started = Instant::now();
        let parsed = read_all(files, progress)?;
        let mut map =
            BackendMap { schema_version: SCHEMA_VERSION, root: ".".into(), ..BackendMap::default() };
        map.skipped = files.skipped().to_vec();
        let (mut uses, mut facts) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        for file in parsed {
            bytes += file.bytes;
            uses.extend(file.usage);
            facts.extend(file.facts);
            map.skipped.extend(file.skipped);
        }
        let detection = stack::detect_from(files, &uses)?;
        drop(uses);
        map.services.clone_from(&detection.services);
        apply_stack_file(files, &mut map);
        let signals = stack::shipped()?;
        facts.retain(|file| detection.is_backend(signals, &file.path));
        self.fill(files, &detection, &facts, options, &mut map)?;
        if !progress(files.entries().len() as u64) {
            return Err(ScanError::Cancelled);
        }
        map.skipped.sort_by(|a, b| (&a.path, &a.path_bytes).cmp(&(&b.path, &b.path_bytes)));
        map.stats = Stats {
            files: map.files.len() as u64,
            bytes,
            elapsed_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            rules: map.stats.rules,
        };
        Ok(map)
    }

    fn fill(
        &self,
        files: &dyn SourceFiles,
        detection: &Detection,
        facts: &[FileFacts],
        options: &ScanOptions,
        map: &mut BackendMap,
    ) -> Result<(), ScanError> {
        let modules = ProjectFiles { texts: manifests(files) };
        let linked = link(facts, &self.packs, &modules);
        map.endpoints.clone_from(&linked.endpoints);
        map.unknown.clone_from(&linked.unknown);
        let project = Project::new(facts, &modules.texts);
        let others = other_files(files, detection, facts)?;
        let routes: Vec<(String, u32)> = map.endpoints.iter().map(|e| (e.file.clone(), e.line)).collect();
        let handlers: Vec<(String, u32)> = map
            .endpoints
            .iter()
            .filter_map(|e| e.handler_place.as_ref())
            .map(|place| (place.path.clone(), place.line))
            .collect();
        map.files = layering::layers(&LayerInput {
            project: &project,
            signs: &self.signs,
            others: &others,
            routes: &routes,
            handlers: &handlers,
        });
        map.edges = edges(&project);
        let input = InventoryInput { files, project: &project, signs: &self.signs, detection };
        inventory::fill(&input, map)?;
        let queries = self.queries(&project, map);
        let input = FlowInput { files, facts, linked: &linked, map, queries: &queries };
        map.flows = flow::flows(&input);
        if let Some(source) = self.findings.as_ref().filter(|_| options.rules) {
            let input = FindingInput { files, linked: &linked, map, queries: &queries };
            map.findings = source.findings(&input);
            map.findings.sort_by(|a, b| {
                (&a.file, a.line, a.column, &a.rule).cmp(&(&b.file, b.line, b.column, &b.rule))
            });
            map.stats.rules = source.rules();
        }
        Ok(())
    }
}

impl BackendScanner {
    /// By file: calls that reach the database, told by the models that layering found.
    fn queries(&self, project: &Project<'_>, map: &BackendMap) -> Vec<HashSet<CallId>> {
        let models = map.files_in(Layer::Model).filter_map(|file| project.modules.file(&file.path)).collect();
        let finder = QueryFinder::new(&self.signs, models);
        (0..project.files.len())
            .into_par_iter()
            .map(|file| finder.queries(project, file).into_iter().collect())
            .collect()
    }
}

impl Scanner for BackendScanner {
    fn scan(
        &self,
        source: &Source,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<BackendMap, ScanError> {
        let files = source::open(source)?;
        self.scan_files(&*files, options, progress)
    }
}

/// Reads and parses everything that could matter, in the order of the listing.
fn read_all(
    files: &dyn SourceFiles,
    progress: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Vec<Parsed>, ScanError> {
    let signals = stack::shipped()?;
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
            parsed.skipped = Some(source::SkipReason::Unparsed(refused.to_string()).at(path));
        }
        None => {}
    }
    parsed
}

fn apply_stack_file(files: &dyn SourceFiles, map: &mut BackendMap) {
    if let (Some((file, _)), Some(service)) = (stackfile::find(files), map.services.first_mut()) {
        // Conflicts are shown by whoever shows the stack; the map holds what won.
        let _notices = stackfile::apply(&mut service.stack, &file);
    }
    map.stack = map.services.first().map(|service| service.stack.clone()).unwrap_or_default();
}

/// Texts of the files that say how modules are found.
fn manifests(files: &dyn SourceFiles) -> BTreeMap<String, String> {
    files
        .entries()
        .iter()
        .filter(|entry| {
            let name = entry.path.rsplit('/').next().unwrap_or(&entry.path);
            MANIFESTS.contains(&name)
                || ((name.starts_with("tsconfig") || name.starts_with("jsconfig")) && name.ends_with(".json"))
        })
        .filter_map(|entry| Some((entry.path.clone(), files.text(&entry.path).ok()?)))
        .collect()
}

/// Backend files without facts that are part of a backend all the same.
fn other_files(
    files: &dyn SourceFiles,
    detection: &Detection,
    facts: &[FileFacts],
) -> Result<Vec<String>, ScanError> {
    let signals = stack::shipped()?;
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

/// Imports between files of the project: one edge for each pair, at its first line.
fn edges(project: &Project<'_>) -> Vec<Edge> {
    let mut found: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for (index, file) in project.files.iter().enumerate() {
        for import in &file.imports {
            let Some((other, _)) = project.import_file(index, import) else { continue };
            let Some(to) = project.files.get(other).filter(|_| other != index) else { continue };
            let line = file.line(import.span.start);
            let entry = found.entry((file.path.as_str(), to.path.as_str())).or_insert(line);
            *entry = (*entry).min(line);
        }
    }
    found
        .into_iter()
        .map(|((from, to), line)| Edge { from: from.to_owned(), to: to.to_owned(), line })
        .collect()
}
