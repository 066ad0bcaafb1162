//! The whole scan: read, parse, detect, link, layer, and join it all into one map.
//!
//! Files are read and parsed in parallel on threads with the stack that the parsers were
//! measured with; everything after is a function of the sorted results, so that the map is
//! the same on every machine. A broken file is listed as skipped and stops nothing.

mod read;
mod remember;
mod scanner;

pub use scanner::{BackendScanner, FindingInput, FindingSource, SCHEMA_VERSION};
