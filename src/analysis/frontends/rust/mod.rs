//! The front end of Rust, on tree-sitter's grammar.
//!
//! One cursor walk, without recursion and without queries: every node is entered and
//! left once, and on leaving it the operands of its children become one operand, so
//! that a tree of any depth needs heap only. Macros are read from their tokens. The
//! parser is stopped after a time budget.

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

use super::Refused;
use crate::analysis::facts::FileFacts;
use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};
use tree_sitter::{ParseOptions, Parser};

/// How long the parser may take for one file. Two megabytes of ordinary source take a fifth.
const BUDGET: Duration = Duration::from_secs(1);

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut parser = Parser::new();
    parser
        .set_language(&tree_sitter_rust::LANGUAGE.into())
        .map_err(|error| Refused::NotSource(error.to_string()))?;
    let bytes = text.as_bytes();
    let started = Instant::now();
    let mut in_time = |_: &tree_sitter::ParseState| match started.elapsed() < BUDGET {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut in_time);
    let tree = parser
        .parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
        .ok_or_else(|| Refused::NotSource("the parser took too long".to_owned()))?;
    walk::Walk::new(path, text).run(&tree)
}
