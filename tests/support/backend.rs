//! What the tests of recipes share: a fixture backend, a request for it, a tree on disk,
//! and commands that must end well in time.

use proscenium::{
    domain::{
        conventional::layer_by_path,
        layer::Layer,
        map::{BackendMap, SourceFile},
        proposal::{Content, Proposal},
        stack::{Confidence, Stack, StackField},
    },
    ports::{Cancel, Produced, ProposalRequest, ProposeError, Proposer},
    propose::{ReadBase, ResourceRecipe, recipe},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Paths and texts of a backend.
pub type Texts = BTreeMap<String, String>;

/// Every file of a fixture.
pub fn fixture(name: &str) -> Texts {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let mut texts = Texts::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() && !matches!(name, "__pycache__" | "node_modules" | "target") {
                folders.push(path);
            } else if path.is_file() {
                let relative = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                texts.insert(relative, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    texts
}

/// A request for a resource in a backend whose sources end so.
pub fn request(texts: &Texts, ends: &[&str], stack: Stack, inputs: [(&str, &str); 2]) -> ProposalRequest {
    let is_source = |path: &&String| ends.iter().any(|end| path.ends_with(end));
    let files = texts
        .keys()
        .filter(is_source)
        .map(|path| SourceFile {
            path: path.clone(),
            layer: layer_by_path(path).unwrap_or(Layer::Other),
            evidence: Vec::new(),
            functions: 0,
            queries: 0,
        })
        .collect();
    ProposalRequest {
        root: PathBuf::from("/nowhere"),
        base: "0".repeat(40),
        map: Arc::new(BackendMap { files, stack: stack.clone(), ..BackendMap::default() }),
        stack,
        task: None,
        steps: Vec::new(),
        step: 0,
        texts: Arc::new(BTreeMap::new()),
        inputs: inputs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    }
}

/// A stack of which framework and ORM are known.
pub fn stack(framework: &str, orm: &str) -> Stack {
    let named = |name: &str| StackField {
        name: Some(name.into()),
        version: String::new(),
        confidence: Confidence::Sure,
        evidence: Vec::new(),
    };
    Stack { framework: named(framework), orm: named(orm), ..Stack::default() }
}

/// What the recipe proposes.
pub fn propose(texts: &Texts, request: &ProposalRequest) -> Result<Proposal, ProposeError> {
    let base_texts = texts.clone();
    let base: ReadBase = Arc::new(move |_, path| Ok(base_texts.get(path).cloned()));
    ResourceRecipe::new(base).propose(request, &Cancel::default())
}

/// What a recipe proposes for a backend whose sources end so.
pub fn propose_with(
    name: &str,
    texts: &Texts,
    ends: &[&str],
    stack: Stack,
    inputs: &[(&str, &str)],
) -> Result<Proposal, ProposeError> {
    let mut request = request(texts, ends, stack, [("name", ""), ("fields", "")]);
    request.inputs = inputs_of(inputs);
    propose_again(name, texts, &request, None)
}

/// Inputs of a recipe.
pub fn inputs_of(inputs: &[(&str, &str)]) -> BTreeMap<String, String> {
    inputs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// What a recipe proposes that may remember what it wrote before.
pub fn propose_again(
    name: &str,
    texts: &Texts,
    request: &ProposalRequest,
    memory: Option<Arc<dyn Produced>>,
) -> Result<Proposal, ProposeError> {
    let base_texts = texts.clone();
    let base: ReadBase = Arc::new(move |_, path| Ok(base_texts.get(path).cloned()));
    recipe(name, base, memory).unwrap().propose(request, &Cancel::default())
}

/// A backend with a proposal taken.
pub fn with(texts: &Texts, proposal: &Proposal) -> Texts {
    let mut texts = texts.clone();
    for file in &proposal.files {
        let Content::Text { text } = &file.content else { panic!("only texts") };
        texts.insert(file.path.clone(), text.clone());
    }
    texts
}

/// Puts text before the only place of a file that reads `before`.
pub fn insert(texts: &mut Texts, path: &str, before: &str, text: &str) {
    let old = texts.get_mut(path).unwrap_or_else(|| panic!("no {path}"));
    assert_eq!(old.matches(before).count(), 1, "{before:?} in {old}");
    *old = old.replace(before, &format!("{text}{before}"));
}

/// The proposed text of a file.
pub fn text_of<'a>(proposal: &'a Proposal, path: &str) -> &'a str {
    let file = proposal.files.iter().find(|file| file.path == path);
    match file.map(|file| &file.content) {
        Some(Content::Text { text }) => text,
        other => panic!("{path}: {other:?}"),
    }
}

/// Every citation names a file of the backend and a line that it has.
pub fn assert_cited(proposal: &Proposal, texts: &Texts) {
    for file in &proposal.files {
        assert!(!file.notes.is_empty(), "{} has no note", file.path);
        for note in &file.notes {
            let place = note.citation.as_ref().unwrap_or_else(|| panic!("{}: no citation", file.path));
            let lines =
                texts.get(&place.path).unwrap_or_else(|| panic!("{place} is not there")).lines().count();
            assert!((1..=lines).contains(&(place.line as usize)), "{place}");
        }
    }
}

/// Writes a backend with proposals on top into a folder.
pub fn write_tree(folder: &Path, texts: &Texts, proposals: &[&Proposal]) {
    let mut all = texts.clone();
    for proposal in proposals {
        for file in &proposal.files {
            let Content::Text { text } = &file.content else { panic!("only texts") };
            all.insert(file.path.clone(), text.clone());
        }
    }
    for (path, text) in &all {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// Runs Vitest's tests once; a machine that is busy with other tests is given its time.
pub const VITEST: [&str; 3] = ["run", "--testTimeout=100000", "--hookTimeout=100000"];

/// Runs Jest's tests of the CommonJS fixture, with as much time.
pub const JEST: [&str; 3] = ["--config", "test/jest-e2e.json", "--testTimeout=100000"];

/// Runs a command that must end well within its time; gives what it said.
pub fn run(
    folder: &Path,
    program: &str,
    arguments: &[&str],
    settings: &[(&str, &str)],
    seconds: u64,
) -> String {
    let log = tempfile::NamedTempFile::new().unwrap();
    let out = log.reopen().unwrap();
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .envs(settings.iter().copied())
        .stdin(Stdio::null())
        .stdout(out.try_clone().unwrap())
        .stderr(out)
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let end = Instant::now() + Duration::from_secs(seconds);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if Instant::now() > end {
            child.kill().unwrap();
            child.wait().unwrap();
            break None;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let said = std::fs::read_to_string(log.path()).unwrap();
    let folder = folder.display();
    match status {
        Some(status) => assert!(status.success(), "{program} {arguments:?} in {folder}\n{said}"),
        None => panic!("{program} {arguments:?} in {folder} took more than {seconds} s\n{said}"),
    }
    said
}

/// Whether packages may be installed and run.
pub fn is_real() -> bool {
    let is_real = std::env::var_os("PROSCENIUM_REAL").is_some_and(|value| value == "1");
    if !is_real {
        println!("not run: PROSCENIUM_REAL=1 installs packages and runs it");
    }
    is_real
}

/// A fresh folder below the packages, so that they are found from it. Its name does not begin
/// with a dot: tools leave such folders out.
pub fn folder_below(packages: &Path) -> tempfile::TempDir {
    tempfile::Builder::new().prefix("run-").tempdir_in(packages).unwrap()
}

/// Where the type checker of one test keeps what it knows. Tests run at once, and mypy ends with an
/// internal error when another one writes to its cache.
pub fn mypy_cache(packages: &Path) -> tempfile::TempDir {
    tempfile::Builder::new().prefix("mypy-").tempdir_in(packages).unwrap()
}

/// Tests of one recipe share its packages: only one of them may install them.
static INSTALLING: Mutex<()> = Mutex::new(());

/// The folder with a fixture's installed packages, kept between runs while its manifest stays
/// the same.
pub fn installed(name: &str, manifest: &str) -> PathBuf {
    installed_by(name, manifest, &[])
}

/// The same for packages whose scripts would download what no registry has.
pub fn installed_without_scripts(name: &str, manifest: &str) -> PathBuf {
    installed_by(name, manifest, &["--ignore-scripts"])
}

fn installed_by(name: &str, manifest: &str, options: &[&str]) -> PathBuf {
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let known = std::fs::read_to_string(folder.join("complete")).unwrap_or_default();
    if known != manifest {
        if folder.exists() {
            std::fs::remove_dir_all(&folder).unwrap();
        }
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("package.json"), manifest).unwrap();
        let install = [&["install", "--no-audit", "--no-fund", "--no-package-lock"], options].concat();
        run(&folder, "npm", &install, &[], 600);
        std::fs::write(folder.join("complete"), manifest).unwrap();
    }
    folder
}

/// The `bin` folder of a virtual environment with these packages, kept between runs while they
/// stay the same.
pub fn python_packages(name: &str, packages: &[&str]) -> PathBuf {
    let _installing = INSTALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let wanted = packages.join("\n");
    let known = std::fs::read_to_string(folder.join("complete")).unwrap_or_default();
    let bin = folder.join("bin");
    if known != wanted {
        run(Path::new("/"), "python3", &["-m", "venv", "--clear", folder.to_str().unwrap()], &[], 120);
        let mut arguments = vec!["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        arguments.extend(packages);
        run(Path::new("/"), bin.join("python").to_str().unwrap(), &arguments, &[], 600);
        std::fs::write(folder.join("complete"), wanted).unwrap();
    }
    bin
}
