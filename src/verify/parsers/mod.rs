//! Reads reports of test runners, linters, type checkers and migration tools.

use crate::domain::command::Parsed;
use std::path::Path;

/// Reads an output with the parser of that name.
pub fn parse(_name: &str, _lines: &[&str], _exit: Option<i32>) -> Parsed {
    Parsed::default()
}

/// Makes paths relative to the root.
pub(crate) fn anchor(_parsed: &mut Parsed, _root: &Path, _folder: &str) {}
