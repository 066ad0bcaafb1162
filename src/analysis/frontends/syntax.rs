//! What front ends on a tree-sitter grammar share: a bounded parse and short ways to
//! read a node.
//!
//! A source is refused before the parser sees it when too many brackets are open, and
//! after it when the tree is deeper than [`DEEPEST`]. Front ends may therefore descend
//! by recursion: the stack they need is bounded and tested.

use super::{Refused, bounds};
use crate::analysis::facts::Span;
use tree_sitter::{Language, Node, Tree};

/// Levels of a syntax tree beyond which a file is refused.
pub(super) const DEEPEST: u32 = 2_500;

/// A tree with the number of places that the parser gave up on.
pub(super) struct Parsed {
    pub(super) tree: Tree,
    pub(super) errors: usize,
}

/// Parses a text, or says why not.
pub(super) fn parse(language: &Language, text: &str) -> Result<Parsed, Refused> {
    let tree = bounds::parse(language, text)?;
    let errors = measure(&tree)?;
    Ok(Parsed { tree, errors })
}

/// Walks the tree without recursion: counts errors, refuses what is too deep.
fn measure(tree: &Tree) -> Result<usize, Refused> {
    let mut cursor = tree.walk();
    let (mut depth, mut errors) = (0_u32, 0_usize);
    loop {
        let node = cursor.node();
        errors += usize::from(node.is_error() || node.is_missing());
        if depth > DEEPEST {
            let line = u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX);
            return Err(Refused::TooDeep { limit: DEEPEST, line });
        }
        if cursor.goto_first_child() {
            depth += 1;
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Ok(errors);
            }
            depth -= 1;
        }
    }
}

/// The bytes of a node.
pub(super) fn span(node: Node<'_>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(node.start_byte()), offset(node.end_byte()))
}

/// The empty place behind a node.
pub(super) fn end_of(node: Node<'_>) -> Span {
    let whole = span(node);
    Span::new(whole.end, whole.end)
}

/// The named children of a node, comments included.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).collect()
}

/// The named children in a field.
pub(super) fn in_field<'t>(node: Node<'t>, field: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(field, &mut cursor).filter(Node::is_named).collect()
}

/// The first named child of a kind.
pub(super) fn of_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).find(|child| child.kind() == kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_is_measured_without_recursion_and_named_with_its_line() {
        let language: Language = tree_sitter_go::LANGUAGE.into();
        let nested = format!("package a\nvar x = {}1{}", "(".repeat(1_000_000), ")".repeat(1_000_000));
        assert!(matches!(parse(&language, &nested), Err(Refused::TooDeep { line: 2, .. })));
        let chain = format!("package a\nvar x = 1{}", " + 1".repeat(5_000));
        assert!(matches!(parse(&language, &chain), Err(Refused::TooDeep { limit: DEEPEST, line: 2 })));
        let broken = parse(&language, "package a\nfunc (").map(|parsed| parsed.errors);
        assert!(broken.is_ok_and(|errors| errors > 0));
    }
}
