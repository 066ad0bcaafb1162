//! A syntax tree laid out flat, and its nodes.
//!
//! The parser's own nodes find children and fields by walking hidden ones each time they
//! are asked. Here every visible node stands in one list
//! in source order, each with the place after its last descendant, so that a child, a
//! sibling and a field are a few loads away and the parser's tree can go before the walk.

use super::Refused;
use std::{
    collections::HashMap,
    ops::Range,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};
use tree_sitter::Language;

/// Levels of a syntax tree beyond which a file is refused; ordinary source stays below a
/// tenth of it.
pub(super) const DEEPEST: u32 = 2_500;

/// No node.
const NONE: u32 = u32::MAX;

const NAMED: u8 = 1;
const EXTRA: u8 = 2;
const ERROR: u8 = 4;
const MISSING: u8 = 8;

/// One node.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    end: u32,
    /// The entry after the last descendant.
    after: u32,
    parent: u32,
    kind: u16,
    /// The field of the parent that it stands in; 0 for none.
    field: u16,
    flags: u8,
}

/// What the numbers of a grammar are called.
#[derive(Debug)]
struct Names {
    kinds: Vec<Box<str>>,
    fields: Vec<Box<str>>,
}

impl Names {
    fn of(language: &Language) -> Arc<Self> {
        static KNOWN: OnceLock<Mutex<HashMap<Language, Arc<Names>>>> = OnceLock::new();
        let mut known = KNOWN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(language.clone()).or_insert_with(|| Arc::new(Self::read(language))).clone()
    }

    fn read(language: &Language) -> Self {
        let kinds = (0..language.node_kind_count()).map(|id| {
            u16::try_from(id).ok().and_then(|id| language.node_kind_for_id(id)).unwrap_or_default().into()
        });
        // Fields are numbered from one.
        let fields = (0..=language.field_count()).map(|id| {
            u16::try_from(id).ok().and_then(|id| language.field_name_for_id(id)).unwrap_or_default().into()
        });
        Self { kinds: kinds.collect(), fields: fields.collect() }
    }
}

/// A syntax tree.
#[derive(Debug)]
pub(super) struct Tree {
    /// In source order, a node before its children.
    entries: Vec<Entry>,
    names: Arc<Names>,
}

impl Tree {
    /// Lays a tree out in one pass, without recursion; one that is too deep is refused.
    pub(super) fn new(tree: &tree_sitter::Tree, language: &Language) -> Result<Self, Refused> {
        let mut entries: Vec<Entry> = Vec::with_capacity(tree.root_node().descendant_count());
        let (mut cursor, mut parent, mut depth) = (tree.walk(), NONE, 0_u32);
        loop {
            let (node, at) = (cursor.node(), place(entries.len()));
            let flag = |is: bool, flag: u8| if is { flag } else { 0 };
            entries.push(Entry {
                start: place(node.start_byte()),
                end: place(node.end_byte()),
                after: at.saturating_add(1),
                parent,
                kind: node.kind_id(),
                field: cursor.field_id().map_or(0, std::num::NonZeroU16::get),
                flags: flag(node.is_named(), NAMED)
                    | flag(node.is_extra(), EXTRA)
                    | flag(node.is_error(), ERROR)
                    | flag(node.is_missing(), MISSING),
            });
            if cursor.goto_first_child() {
                (parent, depth) = (at, depth + 1);
                if depth > DEEPEST {
                    let line = u32::try_from(cursor.node().start_position().row + 1).unwrap_or(u32::MAX);
                    return Err(Refused::TooDeep { limit: DEEPEST, line });
                }
                continue;
            }
            while !cursor.goto_next_sibling() {
                if !cursor.goto_parent() {
                    return Ok(Self { entries, names: Names::of(language) });
                }
                depth = depth.saturating_sub(1);
                let after = place(entries.len());
                if let Some(entry) = entries.get_mut(parent as usize) {
                    entry.after = after;
                    parent = entry.parent;
                }
            }
        }
    }

    /// The node that all others stand in.
    pub(super) fn root_node(&self) -> Node<'_> {
        Node { tree: self, at: 0 }
    }

    /// Every node in source order.
    pub(super) fn nodes(&self) -> impl Iterator<Item = Node<'_>> {
        (0..place(self.entries.len())).map(|at| Node { tree: self, at })
    }
}

fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(NONE)
}

/// A node of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree,
    at: u32,
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at && std::ptr::eq(self.tree, other.tree)
    }
}

impl<'t> Node<'t> {
    /// What stands for a node that is not there; the walks below never ask for one.
    const NOTHING: Entry = Entry { start: 0, end: 0, after: 0, parent: NONE, kind: 0, field: 0, flags: 0 };

    fn entry(self) -> &'t Entry {
        self.tree.entries.get(self.at as usize).unwrap_or(&Self::NOTHING)
    }

    fn is(self, flag: u8) -> bool {
        self.entry().flags & flag != 0
    }

    /// The same number for the same node of one tree, and no other.
    pub(super) fn id(self) -> u32 {
        self.at
    }

    /// The grammar's name of what it is.
    pub(super) fn kind(self) -> &'t str {
        self.tree.names.kinds.get(usize::from(self.entry().kind)).map_or("ERROR", |kind| &**kind)
    }

    pub(super) fn start_byte(self) -> usize {
        self.entry().start as usize
    }

    pub(super) fn end_byte(self) -> usize {
        self.entry().end as usize
    }

    pub(super) fn byte_range(self) -> Range<usize> {
        self.start_byte()..self.end_byte()
    }

    /// Whether the grammar names it: tokens are not.
    pub(super) fn is_named(self) -> bool {
        self.is(NAMED)
    }

    /// Whether it may stand anywhere, like a comment.
    pub(super) fn is_extra(self) -> bool {
        self.is(EXTRA)
    }

    /// Whether the parser gave up on it.
    pub(super) fn is_error(self) -> bool {
        self.is(ERROR)
    }

    /// Whether the parser put it in because it should be there.
    pub(super) fn is_missing(self) -> bool {
        self.is(MISSING)
    }

    pub(super) fn parent(self) -> Option<Self> {
        let parent = self.entry().parent;
        (parent != NONE).then_some(Self { at: parent, ..self })
    }

    /// Its children, tokens among them.
    pub(super) fn children(self) -> Children<'t> {
        Children { tree: self.tree, at: self.at.saturating_add(1), end: self.entry().after }
    }

    /// Its children without tokens.
    pub(super) fn named_children(self) -> impl Iterator<Item = Self> {
        self.children().filter(|child| child.is_named())
    }

    /// The children in a field.
    pub(super) fn children_by_field_name<'n>(
        self,
        field: &'n str,
    ) -> impl Iterator<Item = Self> + use<'t, 'n> {
        self.children().filter(move |child| child.stands_in(field))
    }

    /// The first child in a field. What the parser gave up on has no fields of its own, though
    /// parts that it had read of some rule may stand in one of that rule's.
    pub(super) fn child_by_field_name(self, field: &str) -> Option<Self> {
        if self.is_error() {
            return None;
        }
        self.children().find(|child| child.stands_in(field))
    }

    fn stands_in(self, field: &str) -> bool {
        let number = self.entry().field;
        number != 0 && self.tree.names.fields.get(usize::from(number)).is_some_and(|name| **name == *field)
    }

    pub(super) fn next_sibling(self) -> Option<Self> {
        let next = self.entry().after;
        (next < self.parent()?.entry().after).then_some(Self { at: next, ..self })
    }

    pub(super) fn prev_sibling(self) -> Option<Self> {
        self.parent()?.children().take_while(|child| child.at < self.at).last()
    }
}

/// The children of a node, in order.
#[derive(Debug, Clone)]
pub(super) struct Children<'t> {
    tree: &'t Tree,
    at: u32,
    end: u32,
}

impl<'t> Iterator for Children<'t> {
    type Item = Node<'t>;

    fn next(&mut self) -> Option<Node<'t>> {
        if self.at >= self.end {
            return None;
        }
        let node = Node { tree: self.tree, at: self.at };
        // Every node ends after it begins; should one not, this ends the walk.
        self.at = node.entry().after.max(self.at.saturating_add(1));
        Some(node)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::frontends::bounds;
    use pretty_assertions::assert_eq;

    /// Texts with comments inside, fields of several children, and places the parser gives up on.
    fn samples() -> Vec<(Language, &'static str)> {
        vec![
            (
                tree_sitter_go::LANGUAGE.into(),
                "package a\nimport (\"x\" /* c */; y \"z\")\nfunc (s *S) f(a, b int, c ...string) (int, error) {\n\tx, y := g(1, h{A: 2}), m[3]\n\tfor i := range y { x += i } // end\n\tif x ) {\n",
            ),
            (
                tree_sitter_java::LANGUAGE.into(),
                "package a;\n@A(b = 1) class B<T> extends C implements D, E { int x = 1, y; /* c */ void f(int... a) throws F { if (a) b(); else { c.d().e(x -> 2); } } ",
            ),
            (
                tree_sitter_ruby::LANGUAGE.into(),
                "class A < B\n  def f(a, b: 1, *c, &d)\n    x, y = 1, <<~T\n      text #{a} # no comment\n    T\n    a&.b(c: 1) { |e| e } rescue nil # comment\n  end\nend\nif (\n",
            ),
            (
                tree_sitter_kotlin_ng::LANGUAGE.into(),
                "package a\nimport b.c as d\nclass E(val f: Int = 1) : G(2), H { fun i(j: K?) = j?.let { it + 1 } /* c */ }\nfun (",
            ),
            (
                tree_sitter_c_sharp::LANGUAGE.into(),
                "namespace A; [B(c = 1)] class D<T> : E, F { int G { get; set; } = 1; /* c */ void H(params int[] i) => j?.k(l: 1); if (",
            ),
            (
                tree_sitter_php::LANGUAGE_PHP.into(),
                "<?php\nnamespace A;\nuse B\\{C, D as E};\n#[F(g: 1)]\nclass H extends I { /** c */ public function j(?int $k = 1, string ...$l): self { return $this?->m(...$l)[\"n{$k}\"]; } }\nif (",
            ),
            (
                tree_sitter_elixir::LANGUAGE.into(),
                "defmodule A do\n  @moduledoc \"b #{c}\"\n  def f(%{g: h} = i, j \\\\ 1) when h > 0 do\n    k |> l(m: 1) # c\n  end\nend\nif (",
            ),
        ]
    }

    fn place(node: Option<tree_sitter::Node<'_>>) -> Option<(String, Range<usize>)> {
        node.map(|node| (node.kind().to_owned(), node.byte_range()))
    }

    fn own(node: Option<Node<'_>>) -> Option<(String, Range<usize>)> {
        node.map(|node| (node.kind().to_owned(), node.byte_range()))
    }

    #[test]
    fn a_node_says_what_the_parsers_own_node_says() {
        for (language, text) in samples() {
            let parsed = bounds::parse(&language, text).unwrap();
            let tree = Tree::new(&parsed, &language).unwrap();
            let mut pairs = vec![(parsed.root_node(), tree.root_node())];
            let mut seen = 0;
            while let Some((theirs, ours)) = pairs.pop() {
                seen += 1;
                assert_eq!((theirs.kind(), theirs.byte_range()), (ours.kind(), ours.byte_range()));
                assert_eq!(theirs.is_named(), ours.is_named());
                assert_eq!(theirs.is_extra(), ours.is_extra());
                assert_eq!(theirs.is_error(), ours.is_error());
                assert_eq!(theirs.is_missing(), ours.is_missing());
                assert_eq!(place(theirs.parent()), own(ours.parent()));
                for field in tree.names.fields.iter().map(|field| &**field) {
                    assert_eq!(
                        place(theirs.child_by_field_name(field)),
                        own(ours.child_by_field_name(field)),
                        "{field} of {theirs:?}"
                    );
                    let mut cursor = theirs.walk();
                    let many: Vec<_> = theirs
                        .children_by_field_name(field, &mut cursor)
                        .map(|node| node.byte_range())
                        .collect();
                    assert_eq!(
                        many,
                        ours.children_by_field_name(field).map(Node::byte_range).collect::<Vec<_>>()
                    );
                }
                let mut cursor = theirs.walk();
                let children: Vec<_> = theirs.children(&mut cursor).collect();
                let same: Vec<_> = ours.children().collect();
                assert_eq!(children.len(), same.len());
                // The parser's own siblings miss what has no width.
                for (before, after) in same.iter().zip(same.iter().skip(1)) {
                    assert_eq!((before.next_sibling(), Some(*before)), (Some(*after), after.prev_sibling()));
                }
                assert_eq!(same.last().and_then(|last| last.next_sibling()), None);
                assert_eq!(same.first().and_then(|first| first.prev_sibling()), None);
                assert_eq!(theirs.named_child_count(), ours.named_children().count());
                pairs.extend(children.into_iter().zip(same));
            }
            assert_eq!(seen, tree.nodes().count());
            assert!(tree.nodes().any(|node| node.is_error() || node.is_missing()), "{text}");
        }
    }
}
