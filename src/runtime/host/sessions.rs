//! Earlier sessions of this repository, and the journal of this one.

use super::{super::clock, Host};
use crate::{
    engine::{Model, Msg, msg::SessionLine},
    journal::JournalStore,
};

impl Host {
    pub(super) fn list_sessions(&self) {
        self.spawn("sessions", move |worker| {
            let store = JournalStore::new(&worker.tools.dirs.state);
            let now = worker.tools.clock.now();
            let sessions = match store.list(&worker.tools.root) {
                Ok(sessions) => sessions,
                Err(error) => {
                    worker.send(Msg::Failed(error.to_string()));
                    return;
                }
            };
            let lines = sessions
                .into_iter()
                .map(|summary| SessionLine {
                    id: summary.id,
                    task: summary.task,
                    scene: summary.scene.name().to_owned(),
                    saved: clock::ago(summary.saved_at, now),
                })
                .collect();
            worker.send(Msg::Sessions(lines));
        });
    }

    pub(super) fn load_journal(&self, model: &Model) {
        let id = model.session.identity.session.clone();
        self.spawn("journal", move |worker| {
            let store = JournalStore::new(&worker.tools.dirs.state);
            match store.load(&worker.tools.root, &id) {
                Ok(loaded) => worker.send(Msg::JournalLoaded(loaded.events)),
                Err(error) => worker.send(Msg::Failed(error.to_string())),
            }
        });
    }

    pub(super) fn delete_session(&self, id: String) {
        self.spawn("delete", move |worker| {
            let store = JournalStore::new(&worker.tools.dirs.state);
            match store.delete(&worker.tools.root, &id) {
                Ok(()) => worker.send(Msg::Notice(format!("session {id} is deleted"))),
                Err(error) => worker.send(Msg::Failed(error.to_string())),
            }
        });
    }
}
