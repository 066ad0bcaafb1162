//! A bounded parse for the front ends on a tree-sitter grammar.
//!
//! What the parser may cost is bounded in `bounds`; a tree deeper than [`DEEPEST`] is
//! refused afterwards. What walks a tree that [`parse`] gave may therefore recurse: the stack that it
//! needs is bounded and tested. Comments are read here, so that no walk has to look for
//! them.

use super::{Refused, bounds, nodes::span};
use crate::analysis::facts::FactsBuilder;
use tree_sitter::{Language, Node, Tree};

/// Levels of a syntax tree beyond which a file is refused; ordinary source stays below a
/// tenth of it.
pub(super) const DEEPEST: u32 = 2_500;

/// The tree of a text that a walk may descend by recursion. Comments and the number of
/// places that the parser gave up on are in the facts afterwards.
pub(super) fn parse(language: &Language, text: &str, facts: &mut FactsBuilder) -> Result<Tree, Refused> {
    let tree = bounds::parse(language, text)?;
    measure(&tree, text, facts)?;
    Ok(tree)
}

/// Goes over the whole tree once, without recursion: refuses one that is too deep, counts
/// what the parser gave up on, and hands comments over.
fn measure(tree: &Tree, text: &str, facts: &mut FactsBuilder) -> Result<(), Refused> {
    let mut cursor = tree.walk();
    let mut depth = 0_u32;
    loop {
        let node = cursor.node();
        if is_comment(node) {
            let place = span(node);
            facts.comment(text.get(place.range()).unwrap_or_default(), place);
        }
        if node.is_error() || node.is_missing() {
            facts.add_syntax_errors(1);
        }
        if cursor.goto_first_child() {
            depth += 1;
            if depth > DEEPEST {
                let line = u32::try_from(cursor.node().start_position().row + 1).unwrap_or(u32::MAX);
                return Err(Refused::TooDeep { limit: DEEPEST, line });
            }
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(());
            }
            depth = depth.saturating_sub(1);
        }
    }
}

/// Comments may stand anywhere, so that every grammar has them as extras.
fn is_comment(node: Node<'_>) -> bool {
    node.is_extra() && node.kind().contains("comment")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::facts::Lang;

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
