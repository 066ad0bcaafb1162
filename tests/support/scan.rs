//! Scans of small projects with the shipped packs and rules.

use super::{
    backend::{Texts, write_tree},
    temp,
};
use proscenium::{
    analysis::{rules::RuleEngine, scan::BackendScanner, source::SourceFiles},
    domain::{finding::Finding, map::BackendMap},
    knowledge::{Knowledge, packs::Packs},
    ports::{ScanOptions, Scanner, Source},
};
use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError},
};

static SCANNER: LazyLock<BackendScanner> = LazyLock::new(|| {
    let knowledge = Knowledge::load(&[]).expect("the shipped knowledge loads");
    let engine = RuleEngine::new(&knowledge.rules).expect("the shipped rules are valid");
    let packs = Packs::built_in().expect("the shipped packs are valid");
    BackendScanner::new(packs).expect("a scanner").with_findings(Box::new(engine))
});

/// Manifests that make a folder a backend of each language.
const MANIFESTS: [(&str, &str); 3] = [
    ("requirements.txt", "fastapi\nsqlalchemy\nsqlmodel\n"),
    (
        "package.json",
        r#"{"name": "x", "dependencies": {"express": "5", "typeorm": "1", "@nestjs/core": "11"}}"#,
    ),
    (
        "Cargo.toml",
        "[package]\nname = \"x\"\nversion = \"0.1.0\"\n[dependencies]\naxum = \"1\"\nsqlx = \"1\"\n",
    ),
];

/// The map of a folder, with findings.
pub fn scan(root: &Path) -> BackendMap {
    scan_with(root, true)
}

fn scan_with(root: &Path, rules: bool) -> BackendMap {
    let source = Source::Directory { root: root.to_path_buf() };
    SCANNER.scan(&source, &ScanOptions { no_cache: true, rules }, &|_| true).expect("a map")
}

/// The map of a backend, without findings. Many tests begin with the same backend: each is
/// scanned once.
pub fn map_of(texts: &Texts) -> Arc<BackendMap> {
    /// Whoever asks second for a backend waits for the first.
    type Once = Arc<OnceLock<Arc<BackendMap>>>;
    static KNOWN: LazyLock<Mutex<HashMap<Texts, Once>>> = LazyLock::new(Mutex::default);
    let once = KNOWN.lock().unwrap_or_else(PoisonError::into_inner).entry(texts.clone()).or_default().clone();
    let scanned = once.get_or_init(|| {
        let folder = temp::folder();
        write_tree(folder.path(), texts, &[]);
        Arc::new(scan_with(folder.path(), false))
    });
    scanned.clone()
}

/// A folder with these files and the manifest of their language.
pub fn project(files: &[(String, String)]) -> tempfile::TempDir {
    let folder = temp::folder();
    let ends = |end: &str| files.iter().any(|(path, _)| path.ends_with(end));
    let wanted = [ends(".py") || ends(".sql"), ends(".ts") || ends(".js"), ends(".rs")];
    let manifests =
        MANIFESTS.iter().zip(wanted).filter(|(_, wanted)| *wanted).map(|((path, text), _)| (*path, *text));
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    for (path, text) in manifests.chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    folder
}

/// The findings of a folder.
pub fn findings(folder: &tempfile::TempDir) -> Vec<Finding> {
    scan(folder.path()).findings
}

/// The findings of files in memory.
pub fn findings_of(files: &dyn SourceFiles) -> Vec<Finding> {
    let options = ScanOptions { no_cache: true, rules: true };
    SCANNER.scan_files(files, &options, &|_| true).expect("a map").findings
}
