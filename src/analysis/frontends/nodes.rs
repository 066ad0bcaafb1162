//! Short ways to read a node of a syntax tree, for every front end on tree-sitter.

use super::tree::Node;
use crate::analysis::facts::Span;

/// The bytes of a node.
pub(super) fn span(node: Node<'_>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(node.start_byte()), offset(node.end_byte()))
}

/// The empty place at the end of a node.
pub(super) fn end_of(node: Node<'_>) -> Span {
    let end = span(node).end;
    Span::new(end, end)
}

/// The named children of a node without what may stand anywhere: comments, and in some
/// grammars directives.
pub(super) fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children().filter(|child| !child.is_extra()).collect()
}

/// The statements or members of a body: also what the parser gave up on, which a parser
/// that recovers marks as an extra, with whole declarations inside.
pub(super) fn parts<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children().filter(|child| child.is_error() || !child.is_extra()).collect()
}

/// All children of a node without what may stand anywhere: tokens as well.
pub(super) fn all<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.children().filter(|child| !child.is_extra()).collect()
}

/// The children of a node in a field.
pub(super) fn in_field<'t>(node: Node<'t>, field: &str) -> Vec<Node<'t>> {
    node.children_by_field_name(field).filter(|child| !child.is_extra()).collect()
}

/// The child of a node in a field.
pub(super) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// The first child of one of these kinds.
pub(super) fn first<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    node.children().find(|child| kinds.contains(&child.kind()))
}

/// Whether a node has a child of this kind.
pub(super) fn has(node: Node<'_>, kind: &str) -> bool {
    first(node, &[kind]).is_some()
}

/// The named children of a node without comments. In grammars whose extras are source as
/// well, such as the bodies of here-documents, these are among them.
pub(super) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    node.named_children().filter(|child| child.kind() != "comment").collect()
}

/// The first named child of a kind.
pub(super) fn of_kind<'t>(node: Node<'t>, kind: &str) -> Option<Node<'t>> {
    node.named_children().find(|child| child.kind() == kind)
}

/// A definition without the annotations and modifiers before it.
pub(super) fn without_modifiers(node: Node<'_>) -> Span {
    let whole = span(node);
    let start = first(node, &["modifiers"]).and_then(|modifiers| modifiers.next_sibling());
    Span::new(start.map_or(whole.start, |node| span(node).start), whole.end)
}
