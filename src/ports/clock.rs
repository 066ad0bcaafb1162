//! Time and fresh identifiers, so that a replay or a demo can fix both.

/// Where times come from.
pub trait Clock: Send + Sync {
    /// Milliseconds since the epoch, never going back inside one session.
    fn now(&self) -> u64;

    /// A fresh session identifier, safe in a file name.
    fn session_id(&self) -> String;
}
