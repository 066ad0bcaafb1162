//! The front end of Go, on tree-sitter's grammar.
//!
//! A package is a folder: the linker joins its files. A struct is a class whose fields
//! are bindings, an embedded type is a base as well; a method stands beside its type and
//! names it as owner, its receiver is `self`. Composite literals are constructions.

mod declarations;
mod expressions;
mod literals;
mod statements;
#[cfg(test)]
mod tests;
mod types;

use super::{Refused, nodes::children, syntax};
use crate::analysis::facts::{ExprId, FactsBuilder, FileFacts, Lang};
use crate::analysis::frontends::tree::Node;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::Go);
    let tree = syntax::parse(&tree_sitter_go::LANGUAGE.into(), text, &mut facts)?;
    let mut walk = Walk { facts, text, receivers: Vec::new() };
    for node in children(tree.root_node()) {
        walk.statement(node);
    }
    Ok(walk.facts.finish())
}

/// One walk over a tree.
struct Walk<'t> {
    facts: FactsBuilder,
    text: &'t str,
    /// The receiver's name of each open method.
    receivers: Vec<&'t str>,
}

impl<'t> Walk<'t> {
    fn source(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.start_byte()..node.end_byte()).unwrap_or_default()
    }

    /// The source of a field's node.
    fn named(&self, node: Node<'_>, field: &str) -> &'t str {
        node.child_by_field_name(field).map_or("", |child| self.source(child))
    }

    /// The values of nodes.
    fn exprs(&mut self, nodes: Vec<Node<'t>>) -> Vec<ExprId> {
        nodes.into_iter().map(|node| self.expr(node)).collect()
    }
}
