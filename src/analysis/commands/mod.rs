//! How a repository is verified: the commands that it states, or those that its stack implies.
//!
//! Stated commands (`stack/stack.yaml`) win kind by kind. What is discovered comes from rules
//! that are data (`resources/verify-commands/`), each with the file and line that speak for
//! it; a Makefile target stands in where no rule applies. Nothing is run here.

mod discover;
mod makefile;
mod rules;
mod stated;

pub use discover::{Discovered, discover_commands};
