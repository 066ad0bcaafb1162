//! Scans of the base, and what follows from its map: commands, suggestions, previews.

use super::{
    super::{
        checking::{self, Checks},
        watch,
    },
    Host, Worker,
};
use crate::{
    analysis::{source, stackfile},
    domain::map::BackendMap,
    engine::{Model, Msg, effect::ScanTarget, msg::Suggestion, view::SceneKind},
    ports::{ScanOptions, Source},
    verify::TrustStore,
};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

/// The base of a session as a source: its commit, or the folder on an unborn branch.
pub fn base_source(root: &Path, base: &str) -> Source {
    if base.is_empty() {
        Source::Directory { root: root.to_path_buf() }
    } else {
        Source::Tree { repository: root.to_path_buf(), tree: base.to_owned() }
    }
}

impl Host {
    pub(super) fn scan(&self, model: &Model, target: ScanTarget) {
        let generation = self.scan_generation.fetch_add(1, Ordering::SeqCst) + 1;
        let live = self.scan_generation.clone();
        let source = base_source(&self.tools.root, &model.session.identity.base);
        self.spawn("scan", move |worker| {
            let began = Instant::now();
            let progress = |files: u64| {
                worker.send(Msg::ScanProgress(files));
                live.load(Ordering::SeqCst) == generation
            };
            let view = |map: BackendMap| {
                if live.load(Ordering::SeqCst) == generation {
                    worker.send(Msg::ScanView(Arc::new(map)));
                }
            };
            let options = ScanOptions { no_cache: false, rules: true };
            let outcome = worker.tools.scanner.scan_in_view(&source, &options, &progress, &view);
            if live.load(Ordering::SeqCst) != generation {
                return;
            }
            let elapsed_ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            let outcome = outcome.map(Arc::new).map_err(|error| error.to_string());
            worker.send(Msg::Scanned { target, outcome, elapsed_ms });
        });
    }

    /// Follows the user's files from now on; the base must have been scanned, so that the
    /// two scans do not share the processors.
    pub fn watch(&mut self, model: &Model) {
        if self.watching.is_some() {
            return;
        }
        let stop = Arc::new(AtomicBool::new(false));
        self.watching = Some(stop.clone());
        let differs = model.world.repo.as_ref().is_some_and(|repo| !repo.dirty.is_empty());
        self.spawn("watch", move |worker| watch::follow(worker, &stop, differs));
    }

    pub(super) fn survey(&self, model: &Model) {
        let map = model.map();
        let source = base_source(&self.tools.root, &model.session.identity.base);
        self.spawn("survey", move |worker| survey(worker, &map, &source));
    }

    pub(super) fn load_source(&self, model: &Model, path: String) {
        let base = model.session.identity.base.clone();
        // ACQUIRE shows the user's files once they differ; lines are those of its map.
        let follows = model.world.working.is_some() && model.kind() == SceneKind::Acquire;
        self.spawn("source", move |worker| {
            let vault = &worker.tools.vault;
            let bytes = if base.is_empty() || follows {
                source::read_regular(&worker.tools.root.join(&path)).ok()
            } else {
                vault.read(&base, &path).ok().flatten().map(|file| file.bytes)
            };
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).map(Arc::from);
            worker.send(Msg::Source { path, text });
        });
    }
}

fn survey(worker: &Worker, map: &BackendMap, source: &Source) {
    let tools = &worker.tools;
    let mut suggestions: Vec<Suggestion> = Vec::new();
    if let Some(task) = &tools.guided {
        suggestions.push(Suggestion { text: task.text.clone(), note: "the guided first task".into() });
    }
    for found in tools.knowledge.suggestions(map) {
        if suggestions.len() < 3 && !suggestions.iter().any(|known| known.text == found.text) {
            suggestions.push(Suggestion { text: found.text, note: String::new() });
        }
    }
    let files = match source::open(source) {
        Ok(files) => files,
        Err(error) => {
            worker.send(Msg::Failed(error.to_string()));
            return;
        }
    };
    let stated = stackfile::find(files.as_ref());
    let mut stack_notices: Vec<String> = Vec::new();
    let mut stack_folder = String::new();
    if let Some((file, problems)) = &stated {
        stack_folder = file.path.clone();
        stack_notices.extend(problems.iter().map(ToString::to_string));
        let mut stack = map.stack.clone();
        stack_notices.extend(stackfile::apply(&mut stack, file).iter().map(ToString::to_string));
    }
    worker.send(Msg::Suggested { suggestions, stack_notices, stack_folder });
    match checking::find(&tools.root, files.as_ref(), &map.services, &hook_paths(worker)) {
        Ok(Checks { commands, mut problems, digest }) => {
            let digest = digest.unwrap_or_else(|error| {
                problems.push(error.to_string());
                String::new()
            });
            let store = TrustStore::new(tools.dirs.state.join("trust"));
            let trusted = !digest.is_empty() && store.is_trusted(&tools.root, &digest).unwrap_or(false);
            worker.send(Msg::CommandsFound { commands, problems, digest, trusted });
        }
        Err(error) => worker.send(Msg::Failed(error.to_string())),
    }
}

/// Hooks in force; they are part of what is trusted.
pub(super) fn hook_paths(worker: &Worker) -> Vec<std::path::PathBuf> {
    let state = worker.tools.vault.state();
    state.map(|state| state.hooks.into_iter().map(|(_, path)| path).collect()).unwrap_or_default()
}
