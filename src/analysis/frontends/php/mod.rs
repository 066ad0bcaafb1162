//! The front end of PHP, on tree-sitter's grammar.
//!
//! PHP resolves class names inside one file, so the front end does: a class is written by
//! its whole dotted name. Variables keep their `$`, so that they are never taken for
//! functions. What a file returns is what it exports.

mod calls;
mod definitions;
mod docblock;
mod expressions;
mod names;
mod statements;
#[cfg(test)]
mod tests;

use super::{Refused, nodes::children, syntax};
use crate::analysis::facts::{ExprId, FactsBuilder, FileFacts, Lang};
use crate::analysis::frontends::tree::Node;
use std::collections::HashMap;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::Php);
    let tree = syntax::parse(&tree_sitter_php::LANGUAGE_PHP.into(), text, &mut facts)?;
    let mut walk = Walk {
        facts,
        text,
        folder: path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned(),
        namespace: String::new(),
        uses: HashMap::new(),
        in_namespace: false,
    };
    for node in children(tree.root_node()) {
        walk.statement(node);
    }
    if walk.in_namespace {
        walk.facts.leave_scope();
    }
    Ok(walk.facts.finish())
}

/// One walk over a tree.
struct Walk<'t> {
    facts: FactsBuilder,
    text: &'t str,
    /// The folder of the file.
    folder: String,
    /// Dotted.
    namespace: String,
    /// Whole dotted names by the name that the file uses.
    uses: HashMap<String, String>,
    in_namespace: bool,
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
