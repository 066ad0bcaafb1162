//! Runs the repository's commands and says what they said.
//!
//! `runner` spawns and ends processes, `output` turns their bytes into safe lines,
//! `parsers` reads test and lint reports out of those lines, `environment` and
//! `database` decide what a command is given and which command is refused, `selection`
//! runs some tests again, `trust` remembers what the user allowed. Nothing here decides
//! whether a result is good: that is `domain::verdict`. Nothing in the output of a
//! command can reach the terminal except text and sixteen colours.

mod database;
mod environment;
mod output;
pub mod parsers;
mod playbook;
mod redact;
mod runner;
mod selection;
mod trust;

pub use database::{DatabaseName, Refusal, Target, database_guard, databases, scratch_sqlite};
pub use environment::environment;
pub use output::{AssembledLine, Assembler};
pub use playbook::match_playbook;
pub use redact::redact;
pub use runner::{
    Limits, PipeVerifier, Stray, end_strays_of_dead_owners, guard, own_program, strays_of_dead_owners,
};
pub use selection::{only_failed, repeat_command};
pub use trust::{TrustError, TrustStore, digest, digest_of};
