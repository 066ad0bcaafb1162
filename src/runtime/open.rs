//! Opens a repository for a session: vault, knowledge, journal, model.

use super::{
    Config, ConfigError, Dirs, Host, Shelf, clock::SystemClock, dirs::DirsError, host, repairable::Repairable,
};
use crate::{
    analysis::{cache::Store, rules::RuleEngine, scan::BackendScanner},
    domain::{
        event::{Event, Primitive, Scope, What},
        session::JOURNAL_VERSION,
    },
    engine::{
        Model, Msg,
        model::Options,
        popup::{Ask, Popup},
    },
    journal::{self, FileJournal, RepositoryLock},
    keys::{KeyTable, KeyTableError},
    knowledge::{Knowledge, KnowledgeError, packs::Packs},
    ports::{Clock, Journal, Vault, journal::JournalError, vault::VaultError},
    propose,
    vault::{GitVault, Settings},
    verify::{PipeVerifier, own_program},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::mpsc::{Receiver, channel};

/// Where a planted sample names itself: its own git configuration.
pub const DEMO_KEY: &str = "proscenium.demo";

/// How a session is opened.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub path: PathBuf,
    /// Name of the embedded sample that the repository was made from.
    pub demo: Option<String>,
    /// Resume this session, or `Some("")` for the newest.
    pub resume: Option<String>,
    /// Begin anew even if a session is open.
    pub fresh: bool,
    pub pair: Pair,
}

/// Who is at the terminal, as the command line names them; empty where it does not.
#[derive(Debug, Clone, Default)]
pub struct Pair {
    pub driver: String,
    pub navigator: String,
    pub two_approvals: bool,
}

/// An open session, ready for a loop.
pub struct Opened {
    pub model: Model,
    pub host: Host,
    pub rx: Receiver<Msg>,
    /// What to do first.
    pub effects: Vec<crate::engine::Effect>,
}

/// Why a session cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Dirs(#[from] DirsError),
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("keys in config.toml: {0}")]
    Keys(#[from] KeyTableError),
    #[error(transparent)]
    Knowledge(#[from] KnowledgeError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Packs(#[from] crate::knowledge::packs::PackError),
    #[error(transparent)]
    Rules(#[from] crate::analysis::rules::RuleError),
    #[error(transparent)]
    Scan(#[from] crate::ports::ScanError),
    #[error("{0} does not exist")]
    NotFound(String),
    #[error("{0} is a file, not a folder")]
    NotAFolder(String),
    #[error("the sample is damaged: {0}")]
    Sample(String),
}

impl OpenError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Vault(VaultError::NotARepository(_)) => {
                "run it inside a git repository, or try `proscenium demo`"
            }
            Self::Vault(VaultError::Bare) => "clone it and run proscenium in the clone",
            Self::Vault(VaultError::Unsupported(_)) => "git itself can still read it; proscenium cannot yet",
            Self::Journal(JournalError::Damaged { .. }) => {
                "the journal is left as it is; `proscenium --new` starts another session"
            }
            Self::Config(_) | Self::Keys(_) => "correct the line; `proscenium doctor` shows the folders",
            Self::NotFound(_) | Self::NotAFolder(_) => "name the folder of a repository",
            Self::Dirs(_) => "point the XDG folders outside the repository",
            _ => "",
        }
    }
}

/// Opens a session. Blocks; nothing of the repository runs and nothing is written to it.
pub fn open(request: &Request) -> Result<Opened, OpenError> {
    if !request.path.exists() {
        return Err(OpenError::NotFound(request.path.display().to_string()));
    }
    if !request.path.is_dir() {
        return Err(OpenError::NotAFolder(request.path.display().to_string()));
    }
    let dirs = Dirs::from_env()?;
    let vault = GitVault::open(&request.path, Settings::new(dirs.cache.join("trees")))?;
    let root = vault.root().to_path_buf();
    dirs.outside_of(&root)?;
    let config = Config::load(&dirs.config)?;
    let keys = KeyTable::with_overrides(&config.keys)?;
    let knowledge = Arc::new(Shelf::new(overlays(&root, &dirs), &root).keeping_in(dirs.scans()));
    let state = vault.state()?;
    let clock = Arc::new(SystemClock::default());
    let demo = request.demo.clone().or_else(|| planted(&root));
    let options = Options {
        driver: config.name.clone(),
        agents: config.proposers.iter().map(|proposer| proposer.name.clone()).collect(),
        learn: config.learn,
        present: config.present,
        demo: demo.is_some(),
        in_place: false,
        two_approvals: config.two_approvals,
        review: None,
        read_only: None,
    };
    // The handbook follows from a worker; the first frame does not wait for it.
    let mut model = Model::new(Arc::new(keys), Arc::default(), options);
    model.now = clock.now();
    let guided = match &demo {
        Some(stack) => propose::guided_task(stack).map_err(|error| OpenError::Sample(error.to_string()))?,
        None => None,
    };
    let tools = host::Tools {
        root: root.clone(),
        vault: Arc::new(vault),
        scanner: knowledge.clone(),
        verifier: Arc::new(PipeVerifier::new(clock.clone()).guarded_by(own_program())),
        clock: clock.clone(),
        knowledge,
        config: Arc::new(config),
        dirs: Arc::new(dirs.clone()),
        demo,
        guided,
    };
    let (tx, rx) = channel(host::CHANNEL);
    let title = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let session = clock.session_id();
    let lock = RepositoryLock::acquire(&dirs.state, &root, &super::clock::clock_time(model.now));
    let (journal, effects, lock) = match lock {
        Err(JournalError::Locked { pid, since }) => {
            let text = format!(
                "Another proscenium works on this repository (pid {pid}, since {since}). Looking is fine, deciding is not."
            );
            model.options.read_only = Some(text);
            let event = started(&model, "looking", &root, &state, &title);
            let mut effects = crate::engine::update(&mut model, Msg::Resumed(vec![event]));
            effects.extend(start(&mut model));
            (None, effects, None)
        }
        Err(error) => return Err(error.into()),
        Ok(lock) => {
            let (journal, effects) = match earlier(request, &dirs, &root)? {
                Some(id) => resume(&mut model, &dirs, &id, &state)?,
                None => {
                    let mut journal = FileJournal::create(&dirs.state, &session)?;
                    let event = started(&model, &session, &root, &state, &title);
                    journal.append(&event)?;
                    let mut effects = crate::engine::update(&mut model, Msg::Resumed(vec![event]));
                    effects.extend(start(&mut model));
                    (journal, effects)
                }
            };
            let journal: Box<dyn Journal> = Box::new(journal);
            (Some(journal), effects, Some(lock))
        }
    };
    model.world.repo = Some(state);
    let mut effects = effects;
    let Pair { driver, navigator, two_approvals } = request.pair.clone();
    effects.extend(crate::engine::update(&mut model, Msg::Pair { driver, navigator, two_approvals }));
    let host = Host::new(tools, tx, journal, lock);
    host.sweep();
    Ok(Opened { model, host, rx, effects })
}

/// The sample that a repository says it was planted from, if this program has it.
fn planted(root: &Path) -> Option<String> {
    let name = crate::vault::local_setting(root, DEMO_KEY)?;
    (!propose::sample_files(&name).is_empty()).then_some(name)
}

/// The session to go on with: the named one, else the newest of this repository that has
/// not ended and has something in it.
fn earlier(request: &Request, dirs: &Dirs, root: &Path) -> Result<Option<String>, OpenError> {
    if let Some(id) = request.resume.as_ref().filter(|id| !id.is_empty()) {
        return Ok(Some(id.clone()));
    }
    if request.fresh {
        return Ok(None);
    }
    let root = root.display().to_string();
    let found = journal::list(&dirs.state)?
        .into_iter()
        .find(|summary| summary.root == root && summary.exit.is_none() && !summary.task.is_empty());
    Ok(found.map(|summary| summary.session))
}

fn resume(
    model: &mut Model,
    dirs: &Dirs,
    id: &str,
    state: &crate::ports::vault::RepoState,
) -> Result<(FileJournal, Vec<crate::engine::Effect>), OpenError> {
    let (journal, loaded) = FileJournal::open(&dirs.state, id)?;
    let mut effects = crate::engine::update(model, Msg::Resumed(loaded.events));
    if let Some(torn) = loaded.torn {
        let text = format!(
            "line {} of the session file was unfinished; it is cut off and kept beside it",
            torn.line
        );
        model.screen.resume_notices.push(text);
    }
    if let Some((base, tree, ..)) = model.session.closing.intent.clone() {
        let parts = crate::engine::message::parts(model);
        effects.push(crate::engine::Effect::FinishIntent { base, tree, parts });
    } else if state.head != model.session.identity.base && !model.session.is_committed() {
        effects.push(crate::engine::Effect::Rebase);
    }
    effects.extend(start(model));
    model.screen.editor = None;
    model.screen.popup = Some(Popup::Choices { ask: Ask::Resume, marked: 0 });
    Ok((journal, effects))
}

/// The scanner with the packs of the user and of the repository on top of the shipped ones.
/// The first broken pack or rule is an error; the assistant itself reads through a shelf.
pub fn scanner(root: &Path, dirs: &Dirs, knowledge: &Knowledge) -> Result<BackendScanner, OpenError> {
    let mut packs = Packs::built_in()?;
    for folder in super::shelf::pack_folders(&overlays(root, dirs)) {
        packs.add_folder(&folder)?;
    }
    let rules = Repairable::new(RuleEngine::new(&knowledge.rules)?);
    Ok(BackendScanner::new(packs)?.with_findings(Box::new(rules)).with_store(store(root, dirs)))
}

/// What scans with the knowledge of the user and the repository keep.
pub fn store(root: &Path, dirs: &Dirs) -> Option<Store> {
    Store::new(dirs.scans(), &overlays(root, dirs))
}

/// Knowledge folders, lowest precedence first: the user's, then the repository's.
pub fn overlays(root: &Path, dirs: &Dirs) -> Vec<PathBuf> {
    [dirs.config.clone(), root.join("stack")].into_iter().filter(|path| path.is_dir()).collect()
}

fn started(
    model: &Model,
    session: &str,
    root: &Path,
    state: &crate::ports::vault::RepoState,
    title: &str,
) -> Event {
    Event {
        seq: 1,
        at: model.now,
        by: model.options.driver.clone(),
        primitive: Primitive::Read,
        scope: Scope::Codebase,
        evidence: format!("{} at {}", state.branch, crate::engine::classify::short(&state.head)),
        what: What::Started {
            version: JOURNAL_VERSION,
            session: session.to_owned(),
            root: root.display().to_string(),
            base: state.head.clone(),
            branch: state.branch.clone(),
            title: title.to_owned(),
        },
    }
}

/// The scene opens: the task text has the caret when there is no task.
fn start(model: &mut Model) -> Vec<crate::engine::Effect> {
    let mut effects = vec![crate::engine::Effect::Scan(crate::engine::effect::ScanTarget::Base)];
    effects.extend(crate::engine::update::begin(model));
    effects
}
