//! Starts a command, listens to it and ends it, whatever it does.
//!
//! `program` finds what to start and `needs` what must be there first, `child` is one
//! process with everything it started, `guard` keeps that from outliving proscenium, `pipe` is the loop that reads, times and stops,
//! `hearing` is what happens to the output,
//! `names` asks for the names of tests, `strays` finds processes that ran away. A result always comes: no output, no signal
//! handler and no process left behind can hold it back for more than two seconds.

mod child;
#[cfg(target_os = "linux")]
mod guard;
mod hearing;
mod names;
mod needs;
mod pipe;
mod program;
mod strays;

#[cfg(target_os = "linux")]
pub use guard::{guard, own_program};
pub use pipe::{Limits, PipeVerifier};
pub(crate) use program::absolute_entries;
pub use strays::{Stray, end_strays_of_dead_owners, strays_of_dead_owners};

/// Other systems have no orphans to adopt: nothing is a guard there.
#[cfg(not(target_os = "linux"))]
pub fn guard(_arguments: impl IntoIterator<Item = std::ffi::OsString>) -> Option<i32> {
    None
}

/// Other systems guard nothing; the name is not used.
#[cfg(not(target_os = "linux"))]
pub fn own_program() -> std::path::PathBuf {
    std::path::PathBuf::new()
}
