//! The front end of Rust, on tree-sitter's grammar.
//!
//! One cursor walk, without recursion and without queries: every node is entered and
//! left once, and on leaving it the operands of its children become one operand, so
//! that a tree of any depth needs heap only. Macros are read from their tokens. What
//! the parser may cost is bounded in `bounds`.

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

use super::{Refused, bounds};
use crate::analysis::facts::FileFacts;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let tree = bounds::parse(&tree_sitter_rust::LANGUAGE.into(), text)?;
    walk::Walk::new(path, text).run(&tree)
}
