//! How long a scan takes: of nothing known, of nothing changed, and of one edited file.
//!
//! The backend is made by this file, so that every machine measures the same: routers,
//! services, repositories and models that import one another, in folders of ten.
//! `cargo bench --bench scan`; docs/performance.md says how to measure real repositories.

#![expect(clippy::expect_used, reason = "a bench is no program; what is wrong ends it")]

use divan::{Bencher, counter::BytesCount};
use proscenium::{
    analysis::{cache::Store, rules::RuleEngine, scan::BackendScanner},
    domain::map::BackendMap,
    knowledge::{Knowledge, packs::Packs},
    ports::{ScanOptions, Scanner, Source},
};
use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use tempfile::TempDir;

/// Features of the backend; each is four or five files, so that the larger one has 5,000.
const SIZES: [usize; 2] = [50, 1_111];

fn main() {
    divan::main();
}

/// A Python backend of so many features, and its size in bytes.
fn python(features: usize) -> (TempDir, usize) {
    let root = tempfile::tempdir().expect("a folder");
    let mut bytes = 0;
    let mut write = |path: String, text: String| {
        bytes += text.len();
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    };
    write("requirements.txt".into(), "fastapi\nsqlalchemy\npytest\n".into());
    let mut main = String::from("from fastapi import FastAPI\napp = FastAPI()\n");
    for n in 0..features {
        let part = n / 10;
        main.push_str(&format!(
            "from app.part_{part} import router_{n}\napp.include_router(router_{n}.router, prefix='/api')\n"
        ));
        write(format!("app/part_{part}/router_{n}.py"), router(part, n));
        write(format!("app/part_{part}/service_{n}.py"), service(part, n));
        write(format!("app/part_{part}/repository_{n}.py"), repository(part, n));
        write(format!("app/part_{part}/model_{n}.py"), model(n));
        if n % 2 == 0 {
            write(
                format!("tests/test_{n}.py"),
                format!(
                    "def test_list_{n}(client):\n    assert client.get('/api/things_{n}').json() == []\n"
                ),
            );
        }
    }
    write("app/main.py".into(), main);
    (root, bytes)
}

fn router(part: usize, n: usize) -> String {
    format!(
        "from fastapi import APIRouter, Depends, HTTPException\nfrom app.part_{part}.service_{n} import Service{n}\n\nrouter = APIRouter(prefix='/things_{n}')\n\n\n@router.get('')\ndef list_{n}(service: Service{n} = Depends(Service{n})):\n    return service.all()\n\n\n@router.get('/{{thing_id}}')\ndef get_{n}(thing_id: int, service: Service{n} = Depends(Service{n})):\n    found = service.one(thing_id)\n    if found is None:\n        raise HTTPException(status_code=404, detail='no such thing')\n    return found\n"
    )
}

fn service(part: usize, n: usize) -> String {
    format!(
        "from app.part_{part}.repository_{n} import Repository{n}\n\n\nclass Service{n}:\n    def __init__(self):\n        self.repository = Repository{n}()\n\n    def all(self):\n        return self.repository.all()\n\n    def one(self, thing_id):\n        return self.repository.one(thing_id)\n"
    )
}

fn repository(part: usize, n: usize) -> String {
    format!(
        "from sqlalchemy import select\nfrom sqlalchemy.orm import Session\nfrom app.part_{part}.model_{n} import Thing{n}\n\n\nclass Repository{n}:\n    def __init__(self, session: Session = None):\n        self.session = session\n\n    def all(self):\n        return self.session.scalars(select(Thing{n})).all()\n\n    def one(self, thing_id):\n        return self.session.get(Thing{n}, thing_id)\n"
    )
}

fn model(n: usize) -> String {
    format!(
        "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n    pass\n\n\nclass Thing{n}(Base):\n    __tablename__ = 'things_{n}'\n    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str]\n    owner_id: Mapped[int] = mapped_column(ForeignKey('owners.id'))\n"
    )
}

fn scanner(cache: Option<&Path>) -> BackendScanner {
    let knowledge = Knowledge::load(&[]).expect("the shipped knowledge");
    let rules = RuleEngine::new(&knowledge.rules).expect("the shipped rules");
    BackendScanner::new(Packs::built_in().expect("the shipped packs"))
        .expect("threads")
        .with_findings(Box::new(rules))
        .with_store(cache.and_then(|cache| Store::new(cache.to_path_buf(), &[])))
}

fn scan(scanner: &BackendScanner, root: &Path, no_cache: bool) -> BackendMap {
    let source = Source::Directory { root: root.to_path_buf() };
    scanner.scan(&source, &ScanOptions { no_cache, rules: true }, &|_| true).expect("a map")
}

/// Nothing is known.
#[divan::bench(args = SIZES, sample_count = 10)]
fn cold(bencher: Bencher<'_, '_>, features: usize) {
    let (root, bytes) = python(features);
    let scanner = scanner(None);
    bencher.counter(BytesCount::new(bytes)).bench_local(|| scan(&scanner, root.path(), true));
}

/// Another process has scanned the same files.
#[divan::bench(args = SIZES, sample_count = 20)]
fn unchanged(bencher: Bencher<'_, '_>, features: usize) {
    let ((root, bytes), cache) = (python(features), tempfile::tempdir().expect("a folder"));
    std::thread::sleep(Duration::from_millis(100));
    scan(&scanner(Some(cache.path())), root.path(), false);
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(|| scanner(Some(cache.path())))
        .bench_local_values(|scanner| scan(&scanner, root.path(), false));
}

/// The assistant has the facts in memory, and one file was saved.
#[divan::bench(args = SIZES, sample_count = 20)]
fn one_edit(bencher: Bencher<'_, '_>, features: usize) {
    let ((root, bytes), cache) = (python(features), tempfile::tempdir().expect("a folder"));
    let scanner = scanner(Some(cache.path()));
    scan(&scanner, root.path(), false);
    let edits = AtomicU32::new(0);
    bencher
        .counter(BytesCount::new(bytes))
        .with_inputs(|| {
            let edit = edits.fetch_add(1, Ordering::Relaxed);
            let text =
                router(0, 0) + &format!("\n\n@router.get('/new_{edit}')\ndef new():\n    return {edit}\n");
            fs::write(root.path().join("app/part_0/router_0.py"), text).expect("a file");
        })
        .bench_local_values(|()| scan(&scanner, root.path(), false));
}
