//! Runs the repository's commands and says what they said.
//!
//! `runner` spawns and ends processes, `output` turns their bytes into safe lines,
//! `parsers` reads test and lint reports out of those lines, `environment` and
//! `database` decide what a command is given and which command is refused, `selection`
//! runs some tests again, `trust` remembers what the user allowed. Nothing here decides
//! whether a result is good: that is `domain::verdict`. Nothing in the output of a
//! command can reach the terminal except text and sixteen colours.

mod output;
pub mod parsers;
mod runner;

pub use output::{AssembledLine, Assembler};
pub use runner::{Limits, PipeVerifier, Stray, strays_of_dead_owners};
