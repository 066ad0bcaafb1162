//! One trait per seam between the program and the world.
//!
//! The engine speaks only in these terms; adapters implement them; tests use fakes.
//! All of them block: call them from a worker, never from the event loop.

pub mod clock;
pub mod journal;
pub mod produced;
pub mod proposer;
pub mod scanner;
pub mod vault;
pub mod verifier;

pub use clock::Clock;
pub use journal::Journal;
pub use produced::Produced;
pub use proposer::{ProposalRequest, ProposeError, Proposer};
pub use scanner::{ScanError, ScanOptions, Scanner, Source};
pub use vault::Vault;
pub use verifier::{Cancel, OutputSink, Verifier};
