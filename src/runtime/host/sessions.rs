//! Earlier sessions of this repository, and the journal of this one.

use super::{super::clock, Host};
use crate::{
    engine::{Model, Msg, msg::SessionLine},
    journal,
};

impl Host {
    pub(super) fn list_sessions(&self) {
        self.spawn("sessions", move |worker| {
            let now = worker.tools.clock.now();
            let root = worker.tools.root.display().to_string();
            let sessions = match journal::list(&worker.tools.dirs.state) {
                Ok(sessions) => sessions.into_iter().filter(|summary| summary.root == root),
                Err(error) => {
                    worker.send(Msg::Failed(error.to_string()));
                    return;
                }
            };
            let lines = sessions
                .map(|summary| SessionLine {
                    id: summary.session,
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
        self.spawn("journal", move |worker| match journal::load(&worker.tools.dirs.state, &id) {
            Ok(loaded) => worker.send(Msg::JournalLoaded(loaded.events)),
            Err(error) => worker.send(Msg::Failed(error.to_string())),
        });
    }

    pub(super) fn delete_session(&self, id: String) {
        self.spawn("delete", move |worker| match journal::delete(&worker.tools.dirs.state, &id) {
            Ok(()) => worker.send(Msg::Notice(format!("session {id} is deleted"))),
            Err(error) => worker.send(Msg::Failed(error.to_string())),
        });
    }
}
