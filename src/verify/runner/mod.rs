//! Starts a command, listens to it and ends it, whatever it does.
//!
//! `program` finds what to start and `needs` what must be there first, `child` is one
//! process with everything it started, `pipe` is the loop that reads, times and stops,
//! `hearing` is what happens to the output, `strays` finds processes that ran away. A result always comes: no output, no signal
//! handler and no process left behind can hold it back for more than two seconds.

mod child;
mod hearing;
mod needs;
mod pipe;
mod program;
mod strays;

pub use pipe::{Limits, PipeVerifier};
pub(crate) use program::absolute_entries;
pub use strays::{Stray, end_strays_of_dead_owners, strays_of_dead_owners};
