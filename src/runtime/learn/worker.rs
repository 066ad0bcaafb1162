//! The thread that carries effects out while the screen stays awake, and the one that
//! notices saves.

use super::tutor::Tutor;
use crate::{
    engine::learn::{LearnEffect, LearnMsg},
    runtime::watch,
};
use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, Sender, channel},
    },
    thread::JoinHandle,
};

/// What the worker is asked for.
#[derive(Debug)]
pub(super) enum Wish {
    Effect(LearnEffect),
    /// Files of the working copy may have been saved.
    Look,
}

/// The worker. Wishes are as many as a person can press keys, so nothing bounds them.
pub(super) struct Worker {
    wishes: Sender<Wish>,
    thread: JoinHandle<()>,
    watched: Option<(PathBuf, Arc<AtomicBool>)>,
}

impl Worker {
    /// Starts it; results are sent to `results`, which may block it and nobody else.
    pub(super) fn start(tutor: Tutor, results: tokio::sync::mpsc::Sender<LearnMsg>) -> io::Result<Self> {
        let (wishes, asked) = channel();
        let thread =
            std::thread::Builder::new().name("tutor".into()).spawn(move || serve(tutor, &asked, &results))?;
        Ok(Self { wishes, thread, watched: None })
    }

    /// Asks for something; without an answer when the worker is gone.
    pub(super) fn ask(&self, wish: Wish) {
        // It ends only when the screen does.
        let _ended = self.wishes.send(wish);
    }

    /// Notices saves below this folder from now on, and no longer elsewhere.
    pub(super) fn watch(&mut self, folder: &str) {
        let root = Path::new(folder);
        if folder.is_empty() || self.watched.as_ref().is_some_and(|(watched, _)| watched == root) {
            return;
        }
        self.unwatch();
        let stop = Arc::new(AtomicBool::new(false));
        self.watched = Some((root.to_path_buf(), stop.clone()));
        let (root, wishes) = (root.to_path_buf(), self.wishes.clone());
        // Without the thread nothing is lost but the notice: a check looks for itself.
        let _thread = std::thread::Builder::new().name("saves".into()).spawn(move || {
            watch::saves(&root, &stop, &|| wishes.send(Wish::Look).is_ok());
        });
    }

    fn unwatch(&mut self) {
        if let Some((_, stop)) = self.watched.take() {
            stop.store(true, Ordering::SeqCst);
        }
    }

    /// Waits until everything that was asked for is done.
    pub(super) fn finish(mut self) {
        self.unwatch();
        self.ask(Wish::Effect(LearnEffect::Quit));
        let _panicked = self.thread.join();
    }
}

fn serve(mut tutor: Tutor, asked: &Receiver<Wish>, results: &tokio::sync::mpsc::Sender<LearnMsg>) {
    while let Ok(wish) = asked.recv() {
        let messages = match wish {
            Wish::Effect(LearnEffect::Quit) => return,
            Wish::Effect(effect) => tutor.perform(effect),
            Wish::Look => tutor.saved().into_iter().collect(),
        };
        for msg in messages {
            // A screen that is gone needs no answer; what it asked to be saved still is.
            let _gone = results.blocking_send(msg);
        }
    }
}
