//! A bounded parse for the front ends on a tree-sitter grammar.
//!
//! What the parser may cost is bounded in `bounds`; a tree deeper than [`DEEPEST`] is
//! refused afterwards. What walks a tree that [`parse`] gave may therefore recurse: the stack that it
//! needs is bounded and tested. Comments are read here, so that no walk has to look for
//! them.

use super::{
    Refused, bounds,
    nodes::span,
    tree::{Node, Tree},
};
use crate::analysis::facts::FactsBuilder;
use tree_sitter::Language;

/// The tree of a text that a walk may descend by recursion. Comments and the number of
/// places that the parser gave up on are in the facts afterwards.
pub(super) fn parse(language: &Language, text: &str, facts: &mut FactsBuilder) -> Result<Tree, Refused> {
    let tree = Tree::new(&bounds::parse(language, text)?, language)?;
    for node in tree.nodes() {
        if is_comment(node) {
            let place = span(node);
            facts.comment(text.get(place.range()).unwrap_or_default(), place);
        }
        if node.is_error() || node.is_missing() {
            facts.add_syntax_errors(1);
        }
    }
    Ok(tree)
}

/// Comments may stand anywhere, so that every grammar has them as extras.
fn is_comment(node: Node<'_>) -> bool {
    node.is_extra() && node.kind().contains("comment")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::facts::Lang;
    use crate::analysis::frontends::tree::DEEPEST;

    #[test]
    fn depth_is_measured_without_recursion_and_named_with_its_line() {
        let read = |text: &str| {
            let mut facts = FactsBuilder::new("a.go", text, Lang::Go);
            parse(&tree_sitter_go::LANGUAGE.into(), text, &mut facts).map(|_| facts.finish())
        };
        let nested = format!("package a\nvar x = {}1{}", "(".repeat(1_000_000), ")".repeat(1_000_000));
        assert!(matches!(read(&nested), Err(Refused::TooDeep { line: 2, .. })));
        let chain = format!("package a\nvar x = 1{}", " + 1".repeat(5_000));
        assert!(matches!(read(&chain), Err(Refused::TooDeep { limit: DEEPEST, line: 2 })));
        assert!(read("package a\nfunc (").is_ok_and(|facts| facts.syntax_errors > 0));
        assert!(read("package a\nfunc a() {}").is_ok_and(|facts| facts.syntax_errors == 0));
    }
}
