//! A scan that remembers gives what a scan that does not gives.

use crate::support::{effort::is_full, program::Sandboxed, temp};
use proptest::prelude::*;
use proscenium::{
    analysis::{cache::Store, rules::RuleEngine, scan::BackendScanner},
    domain::map::BackendMap,
    knowledge::{Knowledge, packs::Packs},
    ports::{ScanOptions, Scanner, Source},
    propose::sample_files,
};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(|| Knowledge::load(&[]).unwrap());

fn scanner(cache: Option<&Path>) -> BackendScanner {
    let store = cache.map(|cache| Store::new(cache.to_path_buf(), &[]).unwrap());
    let rules = RuleEngine::new(&KNOWLEDGE.rules).unwrap();
    BackendScanner::new(Packs::built_in().unwrap()).unwrap().with_findings(Box::new(rules)).with_store(store)
}

fn scan(scanner: &BackendScanner, root: &Path) -> BackendMap {
    scan_for(scanner, root, true)
}

fn scan_for(scanner: &BackendScanner, root: &Path, rules: bool) -> BackendMap {
    let source = Source::Directory { root: root.to_path_buf() };
    let options = ScanOptions { no_cache: false, rules };
    let mut map = scanner.scan(&source, &options, &|_| true).unwrap();
    map.stats.elapsed_ms = 0;
    map
}

fn plant(root: &Path) {
    for file in sample_files("python") {
        let path = root.join(file.path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file.bytes).unwrap();
    }
}

/// Something a person or a tool does to a repository.
#[derive(Debug, Clone)]
enum Edit {
    Append(usize, u8),
    Swap(usize, usize),
    Remove(usize),
    New(u8),
    Touch(usize),
    Break(usize, Vec<u8>),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(file, number)| Edit::Append(file, number)),
        (any::<usize>(), any::<usize>()).prop_map(|(a, b)| Edit::Swap(a, b)),
        any::<usize>().prop_map(Edit::Remove),
        any::<u8>().prop_map(Edit::New),
        any::<usize>().prop_map(Edit::Touch),
        (any::<usize>(), proptest::collection::vec(any::<u8>(), 0..20))
            .prop_map(|(file, bytes)| Edit::Break(file, bytes)),
    ]
}

fn sources(root: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = ["app/routers", "app/services", "app"]
        .iter()
        .filter_map(|folder| fs::read_dir(root.join(folder)).ok())
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect();
    found.sort();
    found
}

fn apply(root: &Path, edit: &Edit) {
    let files = sources(root);
    let Some(pick) = (!files.is_empty()).then_some(|index: usize| files[index % files.len()].clone()) else {
        return;
    };
    match edit {
        Edit::Append(file, number) => {
            let path = pick(*file);
            let mut text = fs::read(&path).unwrap();
            text.extend(
                format!("\n\n@router.get(\"/new/{number}\")\ndef new_{number}():\n    return 1\n").bytes(),
            );
            fs::write(path, text).unwrap();
        }
        Edit::Swap(a, b) => {
            let (a, b) = (pick(*a), pick(*b));
            let (text_a, text_b) = (fs::read(&a).unwrap(), fs::read(&b).unwrap());
            fs::write(a, text_b).unwrap();
            fs::write(b, text_a).unwrap();
        }
        Edit::Remove(file) => fs::remove_file(pick(*file)).unwrap(),
        Edit::New(number) => {
            let text = format!(
                "from fastapi import APIRouter\nrouter = APIRouter()\n@router.get('/{number}')\ndef f(): ...\n"
            );
            fs::write(root.join(format!("app/new_{number}.py")), text).unwrap();
        }
        Edit::Touch(file) => {
            let path = pick(*file);
            let text = fs::read(&path).unwrap();
            fs::write(path, text).unwrap();
        }
        Edit::Break(file, bytes) => fs::write(pick(*file), bytes).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if is_full() { 48 } else { 4 }, ..ProptestConfig::default() })]

    /// One scanner remembers in memory, another one reads the cache folder anew each time.
    #[test]
    fn what_is_remembered_never_shows(
        rounds in proptest::collection::vec(proptest::collection::vec(edit(), 0..3), 1..4),
    ) {
        let (root, cache) = (temp::folder(), temp::folder());
        plant(root.path());
        let lasting = scanner(Some(cache.path()));
        let forgetful = scanner(None);
        for round in &rounds {
            round.iter().for_each(|edit| apply(root.path(), edit));
            let expected = scan(&forgetful, root.path());
            prop_assert_eq!(&scan(&lasting, root.path()), &expected);
            prop_assert_eq!(&scan(&scanner(Some(cache.path())), root.path()), &expected);
        }
    }
}

/// Files that were written a moment ago have no stamp; these have.
fn settle() {
    std::thread::sleep(std::time::Duration::from_millis(80));
}

fn cache_files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect()
}

#[test]
#[ignore = "takes seconds: `cargo test -- --include-ignored`, as CI does"]
fn damaged_cache_files_are_ignored_and_written_anew() {
    let (root, cache) = (temp::folder(), temp::folder());
    plant(root.path());
    settle();
    let expected = scan(&scanner(None), root.path());
    assert_eq!(scan(&scanner(Some(cache.path())), root.path()), expected);
    for ending in ["facts", "map"] {
        let files = cache_files(cache.path(), ending);
        assert_eq!(files.len(), 1, "one {ending} file");
        let whole = fs::read(&files[0]).unwrap();
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 0xff;
        let huge_length = [&whole[..40], &[0xff; 16], &whole[56..]].concat();
        for damaged in [&whole[..whole.len() / 2], &[], &flipped, &huge_length, &[0; 4096]] {
            cache_files(cache.path(), "map").iter().for_each(|path| fs::remove_file(path).unwrap());
            fs::write(&files[0], damaged).unwrap();
            assert_eq!(scan(&scanner(Some(cache.path())), root.path()), expected);
            if ending == "map" {
                assert_ne!(fs::read(&files[0]).unwrap(), damaged, "written anew");
            }
        }
    }
}

#[test]
fn a_map_with_findings_serves_who_asks_for_none_and_stays() {
    let (root, cache) = (temp::folder(), temp::folder());
    plant(root.path());
    settle();
    let with = scan(&scanner(Some(cache.path())), root.path());
    assert_ne!(with.findings, []);
    let kept = fs::read(&cache_files(cache.path(), "map")[0]).unwrap();
    let without = scan_for(&scanner(Some(cache.path())), root.path(), false);
    assert_eq!(without, scan_for(&scanner(None), root.path(), false));
    assert_eq!(fs::read(&cache_files(cache.path(), "map")[0]).unwrap(), kept, "not written anew");
    // A map without findings answers nobody who asks for them.
    fs::remove_file(&cache_files(cache.path(), "map")[0]).unwrap();
    assert_eq!(scan_for(&scanner(Some(cache.path())), root.path(), false), without);
    assert_eq!(scan(&scanner(Some(cache.path())), root.path()), with);
}

#[test]
fn scanners_side_by_side_see_whole_files_only() {
    let (root, cache) = (temp::folder(), temp::folder());
    plant(root.path());
    settle();
    let expected = scan(&scanner(None), root.path());
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                for _ in 0..4 {
                    assert_eq!(scan(&scanner(Some(cache.path())), root.path()), expected);
                }
            });
        }
    });
    let left: Vec<_> = fs::read_dir(cache.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "no temporary file is left: {left:?}");
}

#[test]
fn the_program_answers_from_the_cache_unless_told_not_to() {
    let (sandbox, root) = Sandboxed::with_demo();
    settle();
    let cold = sandbox.run(&root, &["scan", "--format", "json", "--no-cache"]).expect(0).json();
    let scans = sandbox.home().join("cache/proscenium/scans");
    assert!(!scans.exists(), "--no-cache leaves nothing");
    for _ in 0..2 {
        let mut warm = sandbox.run(&root, &["scan", "--format", "json"]).expect(0).json();
        warm["stats"]["elapsed_ms"] = cold["stats"]["elapsed_ms"].clone();
        assert_eq!(warm, cold);
    }
    assert_eq!(cache_files(&scans, "map").len(), 1);
    // A pack of the repository's own changes what a route is: the map must not come from before.
    let pack = "pack: own\nlanguages: [python]\ndetect: [own]\nrouter_types: []\ncalls:\n  - {call: [own.App], as: router, app: true}\n";
    fs::create_dir_all(root.join("stack/packs")).unwrap();
    fs::write(root.join("stack/packs/own.yaml"), pack).unwrap();
    fs::write(root.join("stack/packs/broken.yaml"), "pack: [\n").unwrap();
    sandbox.run(&root, &["scan", "--format", "json"]).expect(2);
}
