//! What a scan keeps for the next one.
//!
//! Two things are kept in the user's cache folder for each repository: what every file
//! gave when it was read and parsed, and the finished map. Facts depend on a file's bytes
//! and path and on this very build of the program; the map on the state of every file, on
//! the knowledge folders and on what was asked for. A file that is damaged, cut off or
//! made by another build is ignored and written anew; nothing in it can make the program
//! panic, or allocate more than in proportion to its size. Writers rename a finished file
//! into place, so that processes side by side see whole files only.

mod facts_file;
mod fingerprint;
mod frame;
mod kept;
mod map_file;
mod store;

pub use fingerprint::Fingerprint;
pub use kept::{Kept, Memory, Seen, content_of};
pub use store::Store;
