//! The knowledge of a session and the scanner that uses it, read when somebody asks.
//!
//! Reading the files takes longer than a frame, so it must not stand before the first
//! one: the shelf is made at once, and a worker fills it. Whoever asks earlier waits. A
//! broken file of the repository or the user is left out and named; what stands below it
//! holds. Headless commands load strictly instead, and end with status 2.

use super::repairable::Repairable;
use crate::{
    analysis::{cache::Store, rules::RuleEngine, scan::BackendScanner},
    domain::map::BackendMap,
    knowledge::{Knowledge, packs::Packs, rules::RuleCard},
    ports::{ScanError, ScanOptions, Scanner, Source},
};
use std::{
    fmt,
    ops::Deref,
    path::{Path, PathBuf},
    sync::OnceLock,
};

/// Knowledge that is read once, by the first worker that needs it.
#[derive(Default)]
pub struct Shelf {
    /// Lowest precedence first.
    overlays: Vec<PathBuf>,
    /// The repository: paths in problems are shown below it.
    root: PathBuf,
    /// Where scans keep what they found; none to keep nothing.
    scans: Option<PathBuf>,
    filled: OnceLock<Filled>,
}

struct Filled {
    knowledge: Knowledge,
    scanner: Result<BackendScanner, String>,
    /// File, line, column and reason, one sentence each.
    problems: Vec<String>,
}

impl Shelf {
    /// A shelf over these folders; nothing is read yet.
    pub fn new(overlays: Vec<PathBuf>, root: &Path) -> Self {
        Self { overlays, root: root.to_path_buf(), scans: None, filled: OnceLock::new() }
    }

    /// The same shelf with a folder in which scans keep what they found.
    #[must_use]
    pub fn keeping_in(mut self, scans: PathBuf) -> Self {
        self.scans = Some(scans);
        self
    }

    /// What is wrong with knowledge files, one sentence each: file, line, column, reason.
    /// Reads the files if nobody has; call it from a worker.
    pub fn problems(&self) -> Vec<String> {
        let below = format!("{}/", self.root.display());
        let problems = self.filled().problems.iter();
        problems.map(|problem| format!("{}; left out", problem.replace(&below, ""))).collect()
    }

    fn filled(&self) -> &Filled {
        self.filled.get_or_init(|| fill(&self.overlays, self.scans.as_deref()))
    }
}

#[expect(clippy::expect_used, reason = "tests load every shipped file; nothing works without them")]
fn fill(overlays: &[PathBuf], scans: Option<&Path>) -> Filled {
    let (knowledge, problems) =
        Knowledge::load_tolerant(overlays).expect("invariant: the shipped knowledge files are right");
    let mut problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    let store = scans.and_then(|scans| Store::new(scans.to_path_buf(), overlays));
    let scanner = scanner(overlays, &knowledge.rules, &mut problems).map(|scanner| scanner.with_store(store));
    Filled { knowledge, scanner, problems }
}

fn scanner(
    overlays: &[PathBuf],
    cards: &[RuleCard],
    problems: &mut Vec<String>,
) -> Result<BackendScanner, String> {
    let mut packs = Packs::built_in().map_err(|error| error.to_string())?;
    for folder in pack_folders(overlays) {
        let mut more = packs.clone();
        match more.add_folder(&folder) {
            Ok(_) => packs = more,
            Err(problem) => problems.push(problem.to_string()),
        }
    }
    let rules = RuleEngine::new(cards).or_else(|_| {
        // One card cannot be used as a rule; the others still are.
        let mut usable = Vec::new();
        for card in cards {
            match RuleEngine::new(std::slice::from_ref(card)) {
                Ok(_) => usable.push(card.clone()),
                Err(problem) => problems.push(problem.to_string()),
            }
        }
        RuleEngine::new(&usable).map_err(|error| error.to_string())
    })?;
    let scanner = BackendScanner::new(packs).map_err(|error| error.to_string())?;
    Ok(scanner.with_findings(Box::new(Repairable::new(rules))))
}

/// The folders with packs of their own, in the order of the overlays.
pub(super) fn pack_folders(overlays: &[PathBuf]) -> Vec<PathBuf> {
    overlays.iter().map(|folder| folder.join("packs")).filter(|folder| folder.is_dir()).collect()
}

impl Deref for Shelf {
    type Target = Knowledge;

    fn deref(&self) -> &Knowledge {
        &self.filled().knowledge
    }
}

impl Scanner for Shelf {
    fn scan(
        &self,
        source: &Source,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
    ) -> Result<BackendMap, ScanError> {
        match &self.filled().scanner {
            Ok(scanner) => scanner.scan(source, options, progress),
            Err(problem) => Err(ScanError::Knowledge(problem.clone())),
        }
    }

    fn scan_in_view(
        &self,
        source: &Source,
        options: &ScanOptions,
        progress: &(dyn Fn(u64) -> bool + Sync),
        view: &(dyn Fn(BackendMap) + Sync),
    ) -> Result<BackendMap, ScanError> {
        match &self.filled().scanner {
            Ok(scanner) => scanner.scan_in_view(source, options, progress, view),
            Err(problem) => Err(ScanError::Knowledge(problem.clone())),
        }
    }
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").field("overlays", &self.overlays).finish_non_exhaustive()
    }
}
