//! TypeScript sources, read for what recipes learn from and register in.
//!
//! An outline with the places of everything: imports, classes with their decorators and
//! members, lists of names, test suites. It owns its texts, so that no arena has to live
//! as long as a plan does; edits are made by byte ranges of the source.

mod outline;
mod read;
mod tree;

pub(crate) use outline::{Class, Import, List, Mark, Method, Property, Script, unquoted};
pub(crate) use tree::{Id, Kind, Tree};

use super::python::is_parsable;
use crate::ports::ProposeError;
use oxc_allocator::Allocator;
use oxc_parser::Parser;
use oxc_span::SourceType;

impl Script {
    /// Reads a source; one that does not parse, or nests too deep to be parsed, is refused.
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, ProposeError> {
        let broken = |why: &str| ProposeError::Rejected(format!("{path} {why}"));
        if !is_parsable(text) {
            return Err(broken("is too large or nests too deep to be changed here"));
        }
        let allocator = Allocator::default();
        let kind = SourceType::from_path(path).map_err(|_| broken("is not TypeScript"))?;
        let parsed = Parser::new(&allocator, text, kind).parse();
        if parsed.panicked || !parsed.diagnostics.is_empty() {
            let first = parsed.diagnostics.first().map(ToString::to_string).unwrap_or_default();
            return Err(broken(&format!("does not parse as TypeScript: {first}")));
        }
        Ok(read::script(text, &parsed.program))
    }
}
