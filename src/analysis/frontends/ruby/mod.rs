//! The front end of Ruby, on tree-sitter's grammar.
//!
//! A class is a class, a module with methods too, other modules are namespaces. A block is
//! a function handed over as the argument [`BLOCK`]. Constants are written as one dotted
//! name, which the linker looks up in the whole project, because nothing imports them;
//! each becomes an import all the same, so that edges between files are known.

mod calls;
mod definitions;
mod expressions;
mod statements;
#[cfg(test)]
mod tests;
mod texts;

use super::{Refused, syntax};
use crate::analysis::facts::{FactsBuilder, FileFacts, Lang, Span};
use crate::analysis::frontends::tree::Node;
use std::collections::BTreeMap;

/// The name of the argument that a block is.
const BLOCK: &str = "&block";

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::Ruby);
    let tree = syntax::parse(&tree_sitter_ruby::LANGUAGE.into(), text, &mut facts)?;
    let mut walk = Walk { facts, text, constants: BTreeMap::new() };
    walk.body(tree.root_node());
    for (name, place) in std::mem::take(&mut walk.constants) {
        walk.facts.import(&name, None, None, place, place);
    }
    Ok(walk.facts.finish())
}

/// One walk over a tree.
struct Walk<'t> {
    facts: FactsBuilder,
    text: &'t str,
    /// Constants that the file mentions, with their first place.
    constants: BTreeMap<String, Span>,
}

impl<'t> Walk<'t> {
    fn source(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.start_byte()..node.end_byte()).unwrap_or_default()
    }

    /// The source of a field's node.
    fn named(&self, node: Node<'_>, field: &str) -> &'t str {
        node.child_by_field_name(field).map_or("", |child| self.source(child))
    }

    /// A constant's path as one dotted name.
    fn constant(&self, node: Node<'_>) -> String {
        let written: String = self.source(node).split_whitespace().collect();
        written.trim_start_matches("::").replace("::", ".")
    }
}
