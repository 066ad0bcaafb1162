//! The sessions that can be resumed, newest first.

use super::file::{folder_of, options, parse};
use crate::{
    domain::event::{Event, Exit, Scene, What},
    ports::journal::JournalError,
};
use std::{io::Read, path::Path};

/// One session as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SessionSummary {
    pub session: String,
    /// Absolute path of the repository.
    pub root: String,
    /// Name of the repository on screen.
    pub title: String,
    pub branch: String,
    /// First line of the task; empty before it was read.
    pub task: String,
    pub scene: Scene,
    /// Milliseconds since the epoch, of the last event.
    pub saved_at: u64,
    pub events: usize,
    /// How it ended, when it did.
    pub exit: Option<Exit>,
    /// Why it cannot be resumed as it is: a torn last line, or damage.
    pub problem: Option<String>,
}

/// Every session below the user's state folder, newest first.
///
/// A journal that cannot be read is listed with its problem rather than left out.
pub fn list(state: &Path) -> Result<Vec<SessionSummary>, JournalError> {
    let folder = folder_of(state);
    let listing = match std::fs::read_dir(&folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(JournalError::Read { path: folder.display().to_string(), source }),
    };
    let mut sessions = Vec::new();
    for entry in listing.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(session) = name.strip_suffix(".jsonl") {
            sessions.push(summary(session, &entry.path()));
        }
    }
    sessions.sort_by(|a, b| b.saved_at.cmp(&a.saved_at).then_with(|| a.session.cmp(&b.session)));
    Ok(sessions)
}

/// Deletes the journal of a session. Commits stay.
///
/// Errors: `NoSuchSession`, `Write`.
pub fn delete(state: &Path, session: &str) -> Result<(), JournalError> {
    let path = super::file::path_of(state, session)?;
    match std::fs::remove_file(&path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(JournalError::NoSuchSession(session.to_owned()))
        }
        Err(source) => Err(JournalError::Write { path: path.display().to_string(), source }),
    }
}

fn summary(session: &str, path: &Path) -> SessionSummary {
    let mut summary = SessionSummary { session: session.to_owned(), ..SessionSummary::default() };
    let mut bytes = Vec::new();
    if let Err(error) = options().open(path).and_then(|mut file| file.read_to_end(&mut bytes)) {
        summary.problem = Some(error.to_string());
        return summary;
    }
    match parse(&bytes, path) {
        Ok(loaded) => {
            summary.problem = loaded.torn.map(|torn| format!("line {} is unfinished", torn.line));
            loaded.events.iter().for_each(|event| summary.take(event));
        }
        Err(error) => summary.problem = Some(error.to_string()),
    }
    summary
}

impl SessionSummary {
    fn take(&mut self, event: &Event) {
        self.events += 1;
        self.saved_at = self.saved_at.max(event.at);
        match &event.what {
            What::Started { root, branch, title, .. } => {
                self.root.clone_from(root);
                self.branch.clone_from(branch);
                self.title.clone_from(title);
            }
            What::SceneEntered { scene } => self.scene = *scene,
            What::TaskRead { task } => {
                self.task = task.text.lines().next().unwrap_or_default().to_owned();
            }
            What::Finished { exit } => self.exit = Some(*exit),
            // The list shows nothing else of a session.
            _ => {}
        }
    }
}
