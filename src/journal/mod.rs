//! The record of a session on disk: append-only, durable, checked line by line.
//!
//! One file for each session in the user's state folder, outside every repository, mode
//! 0600 in a folder of mode 0700. Nothing here interprets events; the session does.

mod file;
mod line;
mod lock;
mod produced;
mod sessions;

pub use file::{FileJournal, Loaded, Torn, load};
pub use lock::RepositoryLock;
pub use produced::ProducedFiles;
pub use sessions::{SessionSummary, delete, list};
