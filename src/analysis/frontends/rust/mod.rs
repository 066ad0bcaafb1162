//! The front end of Rust, on tree-sitter's grammar.
//!
//! One cursor walk, without recursion and without queries: every node is entered and
//! left once, and on leaving it the operands of its children become one operand, so
//! that a tree of any depth needs heap only. Macros are read from their tokens.

mod expressions;
mod functions;
mod items;
mod kinds;
mod literals;
mod opening;
mod paths;
mod patterns;
#[cfg(test)]
mod tests;
mod tokens;
mod types;
mod uses;
mod walk;

use super::{Refused, syntax};
use crate::analysis::facts::FileFacts;

/// More open brackets than this are refused without asking the parser, which would bear
/// them but take seconds.
const MAX_BRACKETS: u32 = 5_000;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let tree = syntax::parse_any_depth(&tree_sitter_rust::LANGUAGE.into(), text, MAX_BRACKETS)?;
    walk::Walk::new(path, text).run(&tree)
}
