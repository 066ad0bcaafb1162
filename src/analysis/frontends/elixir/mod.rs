//! The front end of Elixir, on tree-sitter's grammar.
//!
//! Nearly everything is a call. `defmodule` is a class whose bases are what it uses, `def`
//! a function; a `do` block is a function handed over as the argument [`BLOCK`], except for
//! what the language itself branches or loops with. Aliases are resolved here: a module is
//! written by its whole name.

mod calls;
mod definitions;
mod expressions;
#[cfg(test)]
mod tests;

use super::{Refused, nodes::children, syntax};
use crate::analysis::facts::{ExprId, FactsBuilder, FileFacts, Lang};
use crate::analysis::frontends::tree::Node;
use std::collections::HashMap;

/// The name of the argument that a `do` block is.
const BLOCK: &str = "&block";

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let mut facts = FactsBuilder::new(path, text, Lang::Elixir);
    let tree = syntax::parse(&tree_sitter_elixir::LANGUAGE.into(), text, &mut facts)?;
    let mut walk = Walk { facts, text, aliases: HashMap::new(), modules: Vec::new() };
    walk.body(children(tree.root_node()));
    Ok(walk.facts.finish())
}

/// One walk over a tree.
struct Walk<'t> {
    facts: FactsBuilder,
    text: &'t str,
    /// Whole names by the first part that the code uses.
    aliases: HashMap<String, String>,
    /// Whole names of the open modules.
    modules: Vec<String>,
}

impl<'t> Walk<'t> {
    fn source(&self, node: Node<'_>) -> &'t str {
        self.text.get(node.start_byte()..node.end_byte()).unwrap_or_default()
    }

    /// The values of statements; that of the last one.
    fn body(&mut self, nodes: Vec<Node<'t>>) -> Option<ExprId> {
        let mut last = None;
        for node in nodes {
            last = Some(self.expr(node));
        }
        last
    }

    /// The whole name of a module as the code writes it.
    fn whole_name(&self, written: &str) -> String {
        let written: String = written.split_whitespace().collect();
        let (first, rest) = written.split_once('.').map_or((written.as_str(), ""), |(a, b)| (a, b));
        match self.aliases.get(first) {
            Some(whole) if rest.is_empty() => whole.clone(),
            Some(whole) => format!("{whole}.{rest}"),
            None => written,
        }
    }
}
