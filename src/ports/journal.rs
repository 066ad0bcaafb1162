//! The append-only record of a session.

use crate::domain::event::Event;

/// Where events are kept. One journal belongs to one session and one process.
pub trait Journal: Send {
    /// Appends one event and makes it durable before it returns.
    ///
    /// On an error nothing was appended; the caller must not apply the event.
    fn append(&mut self, event: &Event) -> Result<(), JournalError>;
}

/// Why a journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process holds the repository's lock.
    #[error("another proscenium works on this repository (pid {pid}, since {since})")]
    Locked { pid: u32, since: String },
    #[error("the session file {path} cannot be written: {source}")]
    Write { path: String, source: std::io::Error },
    #[error("the session file {path} cannot be read: {source}")]
    Read { path: String, source: std::io::Error },
    /// A line in the middle is damaged, or of a kind that this version does not know.
    #[error("line {line} of {path} is not an event this version knows: {reason}")]
    Damaged { path: String, line: usize, reason: String },
    #[error("session {0} does not exist")]
    NoSuchSession(String),
}
