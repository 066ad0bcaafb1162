//! The scanner: one run from a source to a map.
//!
//! Reading and parsing are in `read`; here is the order of what follows, and the seam
//! through which findings come in.

use super::{
    read::{Earlier, manifests, other_files, read_all},
    remember::Remember,
};
use crate::analysis::{
    cache::{Kept, Memory, Store},
    facts::{CallId, FileFacts},
    flow::{self, FlowInput},
    frontends::STACK_BYTES,
    inventory::{self, InventoryInput},
    layering::{self, LayerInput, QueryFinder, Signs},
    link::{Linked, ProjectFiles, link},
    resolve::Project,
    settings::{ExcludedFiles, Settings},
    source::{self, SourceFiles},
    stack::{self, Detection, FileUse},
    stackfile,
};
use crate::{
    domain::{
        finding::Finding,
        layer::Layer,
        map::{BackendMap, Edge, Stats},
    },
    knowledge::packs::Packs,
    ports::{ScanError, ScanOptions, Scanner, Source},
};
use rayon::prelude::*;
use std::{
    collections::{BTreeMap, HashSet},
    time::Instant,
};

/// Version of the map's format.
pub const SCHEMA_VERSION: u32 = 1;

/// What findings are told from.
pub struct FindingInput<'i, 'l> {
    pub files: &'i dyn SourceFiles,
    /// Its resolver is not shared between threads.
    pub linked: &'i Linked<'l>,
    /// All but the findings.
    pub map: &'i BackendMap,
    /// By file of the facts: calls that look as if they reached the database.
    pub queries: &'i [HashSet<CallId>],
    /// What the repository says about itself.
    pub settings: &'i Settings,
}

/// Takes the unfinished map.
type View<'v> = &'v (dyn Fn(BackendMap) + Sync);

/// What is asked of one scan.
struct Request<'r> {
    options: &'r ScanOptions,
    progress: &'r (dyn Fn(u64) -> bool + Sync),
    view: Option<View<'r>>,
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
    /// Of the stack, where packs add to the shipped ones.
    signals: Option<stack::Signals>,
    findings: Option<Box<dyn FindingSource>>,
    remember: Remember,
}

impl BackendScanner {
    /// A scanner with these packs and one thread per processor.
    pub fn new(packs: Packs) -> Result<Self, ScanError> {
        let signs = layering::shipped()?.with_packs(&packs);
        let signals = stack::Signals::with_packs(&packs)?;
        let pool = rayon::ThreadPoolBuilder::new()
            .stack_size(STACK_BYTES)
            .thread_name(|index| format!("scan-{index}"))
            .build()
            .map_err(|error| ScanError::Unreadable { path: "threads".into(), reason: error.to_string() })?;
        Ok(Self { pool, packs, signs, signals, findings: None, remember: Remember::default() })
    }

    /// The same scanner with findings.
    #[must_use]
    pub fn with_findings(mut self, findings: Box<dyn FindingSource>) -> Self {
        self.findings = Some(findings);
        self
    }

    /// The same scanner with what earlier scans kept. The store must have been made for the
    /// folders that the packs and rules of this scanner came from.
    #[must_use]
    pub fn with_store(mut self, store: Option<Store>) -> Self {
        self.remember = Remember::new(store);
        self
    }

    /// Scans files that are listed already.
    pub fn scan_files(
        &self,
        files: &dyn SourceFiles,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<BackendMap, ScanError> {
        self.answer(files, &Request { options, progress, view: None })
    }

    /// The map that an earlier scan kept, or a new one.
    fn answer(&self, files: &dyn SourceFiles, request: &Request<'_>) -> Result<BackendMap, ScanError> {
        let started = Instant::now();
        let key = self.remember.map_key(files, request.options);
        let kept = key.and_then(|key| self.remember.map(files, (&key, request.options), started));
        if let Some(map) = kept {
            return Ok(map);
        }
        let settings = Settings::of(files)?;
        let (mut map, is_partial) = if settings.excludes.is_empty() {
            self.pool.install(|| self.scan_in_pool(files, &settings, request))?
        } else {
            let files = ExcludedFiles::new(files, &settings);
            self.pool.install(|| self.scan_in_pool(&files, &settings, request))?
        };
        map.stats.elapsed_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(key) = key.filter(|_| !is_partial) {
            self.remember.keep_map(files, &key, &map);
        }
        Ok(map)
    }

    /// The map, and whether a file could not be read, perhaps only now.
    fn scan_in_pool(
        &self,
        files: &dyn SourceFiles,
        settings: &Settings,
        request: &Request<'_>,
    ) -> Result<(BackendMap, bool), ScanError> {
        let &Request { options, progress, view } = request;
        let signals = match &self.signals {
            Some(signals) => signals,
            None => stack::shipped()?,
        };
        // What is kept of a file says which shipped signals it shows, and no others.
        let is_shipped = self.signals.is_none();
        let memory = if is_shipped { self.remember.memory(files, options) } else { Memory::default() };
        let earlier = Earlier { memory: &memory, keeps: is_shipped && self.remember.keeps(options) };
        let reading = read_all(files, signals, &earlier, progress)?;
        let mut map =
            BackendMap { schema_version: SCHEMA_VERSION, root: ".".into(), ..BackendMap::default() };
        map.skipped = files.skipped().to_vec();
        map.skipped.extend(reading.files.iter().filter_map(Kept::skipped));
        let bytes = reading.files.iter().map(|file| file.seen.bytes).sum();
        let uses: Vec<&FileUse> =
            reading.files.iter().filter_map(|file| file.seen.usage.as_deref()).collect();
        let detection = stack::detect_from(files, signals, &uses)?;
        map.services.clone_from(&detection.services);
        apply_stack_file(files, &mut map);
        let facts: Vec<FileFacts> = reading
            .files
            .iter()
            .filter_map(|file| file.seen.facts.clone())
            .filter(|file| detection.is_backend(signals, &file.path))
            .collect();
        let is_partial = reading.is_partial;
        if let Some(view) = view {
            let mut files: Vec<_> =
                facts.iter().map(|file| layering::by_name(&self.signs, &file.path)).collect();
            files.sort_by(|a, b| a.path.cmp(&b.path));
            view(BackendMap { files, ..map.clone() });
        }
        let judge_by = options.rules.then_some(settings);
        let (filled, ()) = rayon::join(
            || self.fill(files, signals, &detection, &facts, &mut map, judge_by, view),
            || {
                if is_shipped {
                    self.remember.keep(files, options, &memory, reading);
                }
            },
        );
        filled?;
        if !progress(files.entries().len() as u64) {
            return Err(ScanError::Cancelled);
        }
        map.skipped.sort_by(|a, b| (&a.path, &a.path_bytes).cmp(&(&b.path, &b.path_bytes)));
        map.stats = Stats { files: map.files.len() as u64, bytes, elapsed_ms: 0, rules: map.stats.rules };
        Ok((map, is_partial))
    }

    /// Fills the map; with findings where the settings to judge by are given.
    #[expect(clippy::too_many_arguments, reason = "what the parts of a map are made from")]
    fn fill(
        &self,
        files: &dyn SourceFiles,
        signals: &stack::Signals,
        detection: &Detection,
        facts: &[FileFacts],
        map: &mut BackendMap,
        findings_by: Option<&Settings>,
        view: Option<View<'_>>,
    ) -> Result<(), ScanError> {
        let modules = ProjectFiles { texts: manifests(files, &self.packs) };
        let linked = link(facts, &self.packs, &modules);
        map.endpoints.clone_from(&linked.endpoints);
        map.operations.clone_from(&linked.operations);
        map.unknown.clone_from(&linked.unknown);
        let project = Project::new(facts, &modules.texts);
        let others = other_files(files, signals, detection, facts)?;
        // A route whose whole path is not known is a route all the same.
        let unresolved = map.unknown.iter().filter(|unknown| unknown.what == "endpoint");
        let routes: Vec<(String, u32)> = map
            .endpoints
            .iter()
            .map(|endpoint| (endpoint.file.clone(), endpoint.line))
            .chain(unresolved.map(|unknown| (unknown.file.clone(), unknown.line)))
            .collect();
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
        if let Some(view) = view {
            view(map.clone());
        }
        let input = InventoryInput { files, project: &project, signs: &self.signs, detection };
        inventory::fill(&input, map)?;
        let queries = self.queries(&project, map);
        let input = FlowInput { files, facts, project: &project, linked: &linked, map, queries: &queries };
        map.flows = flow::flows(&input);
        if let (Some(source), Some(settings)) = (&self.findings, findings_by) {
            let input = FindingInput { files, linked: &linked, map, queries: &queries, settings };
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
        let models = map.files_in(Layer::Model).filter_map(|file| project.file(&file.path)).collect();
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

    fn scan_in_view(
        &self,
        source: &Source,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
        view: View<'_>,
    ) -> Result<BackendMap, ScanError> {
        let files = source::open(source)?;
        self.answer(&*files, &Request { options, progress, view: Some(view) })
    }
}

fn apply_stack_file(files: &dyn SourceFiles, map: &mut BackendMap) {
    if let (Some((file, _)), Some(service)) = (stackfile::find(files), map.services.first_mut()) {
        // Conflicts are shown by whoever shows the stack; the map holds what won.
        let _notices = stackfile::apply(&mut service.stack, &file);
    }
    map.stack = map.services.first().map(|service| service.stack.clone()).unwrap_or_default();
}

/// Imports between files of the project: one edge for each pair, at its first line.
fn edges(project: &Project<'_>) -> Vec<Edge> {
    let mut found: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for (index, file) in project.files.iter().enumerate() {
        for (at, import) in file.imports.iter().enumerate() {
            let Some((other, _)) = project.import_file(index, at) else { continue };
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::map::SourceFile;
    use pretty_assertions::assert_eq;
    use std::{fs, path::Path, sync::Arc};

    const SAMPLE: &[(&str, &str)] = &[
        ("requirements.txt", "fastapi\nsqlalchemy\npytest\n"),
        ("app/__init__.py", ""),
        (
            "app/main.py",
            "from fastapi import FastAPI\nfrom app.api import orders\napp = FastAPI()\napp.include_router(orders.router, prefix='/api')\n",
        ),
        ("app/api/__init__.py", ""),
        (
            "app/api/orders.py",
            "from fastapi import APIRouter\nfrom app.services.orders import find_order\nrouter = APIRouter()\n\n@router.get('/orders/{id}')\ndef read_order(id: int):\n    return find_order(id)\n",
        ),
        ("app/services/__init__.py", ""),
        (
            "app/services/orders.py",
            "from sqlalchemy import select\nfrom app.models import Order\n\ndef find_order(id):\n    return select(Order)\n",
        ),
        (
            "app/models.py",
            "from sqlalchemy.orm import DeclarativeBase, Mapped\n\nclass Base(DeclarativeBase):\n    pass\n\nclass Order(Base):\n    __tablename__ = 'orders'\n    id: Mapped[int]\n",
        ),
        ("tests/test_orders.py", "def test_read(client):\n    client.get('/api/orders/1')\n"),
    ];

    fn sample(root: &Path) {
        for (path, text) in SAMPLE {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn scan(source: &Source) -> BackendMap {
        let scanner = BackendScanner::new(Packs::built_in().unwrap()).unwrap();
        let mut map = scanner.scan(source, &ScanOptions::default(), &|_| true).unwrap();
        map.stats.elapsed_ms = 0;
        map
    }

    fn layer(files: &[SourceFile], path: &str) -> Option<Layer> {
        files.iter().find(|file| file.path == path).map(|file| file.layer)
    }

    #[test]
    fn a_small_backend_is_mapped_from_its_endpoint_to_its_table_and_test() {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        let map = scan(&Source::Directory { root: folder.path().to_path_buf() });
        let endpoints: Vec<String> = map.endpoints.iter().map(crate::domain::map::Endpoint::title).collect();
        assert_eq!(endpoints, ["GET /api/orders/{id}"]);
        assert_eq!(layer(&map.files, "app/api/orders.py"), Some(Layer::Router));
        assert_eq!(layer(&map.files, "app/services/orders.py"), Some(Layer::Service));
        assert_eq!(layer(&map.files, "app/models.py"), Some(Layer::Model));
        assert_eq!(layer(&map.files, "tests/test_orders.py"), Some(Layer::Test));
        let flow = map.flows.first().unwrap();
        let steps: Vec<_> =
            flow.steps.iter().map(|step| (step.layer, step.symbol.as_str(), step.line)).collect();
        assert_eq!(
            steps,
            [(Layer::Router, "read_order", 6), (Layer::Service, "find_order", 4), (Layer::Model, "Order", 6)]
        );
        let holes: Vec<_> = flow.holes.iter().map(|hole| hole.reason.as_str()).collect();
        assert_eq!(holes, ["skipped: the service queries"]);
        assert_eq!(flow.tests.first().map(|test| test.symbol.as_str()), Some("test_read"));
        assert_eq!(map.models.first().and_then(|model| model.table.as_deref()), Some("orders"));
    }

    #[test]
    fn two_scans_of_one_source_are_equal() {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        let source = Source::Directory { root: folder.path().to_path_buf() };
        assert_eq!(scan(&source), scan(&source));
    }

    #[test]
    fn a_text_on_top_of_the_source_changes_the_map() {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        let texts = BTreeMap::from([("app/api/orders.py".to_owned(), None)]);
        let below = Box::new(Source::Directory { root: folder.path().to_path_buf() });
        let map = scan(&Source::Overlay { below, texts: Arc::new(texts) });
        assert_eq!(map.endpoints, []);
        assert_eq!(layer(&map.files, "app/api/orders.py"), None);
    }

    #[test]
    fn progress_that_says_no_stops_the_scan() {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        let scanner = BackendScanner::new(Packs::built_in().unwrap()).unwrap();
        let source = Source::Directory { root: folder.path().to_path_buf() };
        let result = scanner.scan(&source, &ScanOptions::default(), &|_| false);
        assert!(matches!(result, Err(ScanError::Cancelled)));
    }

    #[test]
    fn a_broken_file_is_skipped_with_its_reason_and_stops_nothing() {
        let folder = tempfile::tempdir().unwrap();
        sample(folder.path());
        fs::write(
            folder.path().join("app/deep.py"),
            format!("x = {}1{}", "(".repeat(5000), ")".repeat(5000)),
        )
        .unwrap();
        fs::write(folder.path().join("app/bytes.py"), b"x = '\xff'").unwrap();
        let map = scan(&Source::Directory { root: folder.path().to_path_buf() });
        let skipped: Vec<_> = map.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
        assert_eq!(skipped, ["app/bytes.py", "app/deep.py"]);
        assert_eq!(map.endpoints.len(), 1);
    }
}
