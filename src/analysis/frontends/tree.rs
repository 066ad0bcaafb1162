//! What the front ends share that walk a tree-sitter tree from the top.
//!
//! The tree is measured before it is walked: what the parser may cost is bounded in
//! `bounds`, and a tree deeper than [`MAX_DEPTH`] is refused by a pass with a cursor, which
//! needs heap only. What walks the tree afterwards may therefore recurse.

use super::Refused;
use crate::analysis::facts::{
    Arg, BindKind, Expr, ExprId, ExprList, FactsBuilder, NameList, Param, ParamKind, Span,
};
use tree_sitter::{Node, Tree};

/// Deeper trees are refused; ordinary source stays below a tenth of it.
pub(super) const MAX_DEPTH: u32 = 2_500;

/// Texts joined by `+` are one flat list up to this length; longer ones nest.
const FLAT_PARTS: usize = 64;

/// Goes over the whole tree once: refuses one that is too deep, counts what the parser
/// gave up on, and hands comments over.
pub(super) fn measure(tree: &Tree, text: &str, facts: &mut FactsBuilder) -> Result<(), Refused> {
    let mut cursor = tree.walk();
    let mut depth = 0_u32;
    loop {
        let node = cursor.node();
        if node.is_extra() && node.kind().contains("comment") {
            let place = span(node);
            facts.comment(text.get(place.range()).unwrap_or_default(), place);
        }
        if node.is_error() || node.is_missing() {
            facts.add_syntax_errors(1);
        }
        if cursor.goto_first_child() {
            depth += 1;
            if depth > MAX_DEPTH {
                let line = u32::try_from(cursor.node().start_position().row + 1).unwrap_or(u32::MAX);
                return Err(Refused::TooDeep { limit: MAX_DEPTH, line });
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

/// The named children of a node without comments.
pub(super) fn named<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

/// All children of a node without comments: tokens as well.
pub(super) fn all<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).filter(|child| !child.is_extra()).collect()
}

/// The children of a node in a field.
pub(super) fn in_field<'t>(node: Node<'t>, field: &str) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.children_by_field_name(field, &mut cursor).filter(|child| !child.is_extra()).collect()
}

/// The child of a node in a field.
pub(super) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

/// The first child of one of these kinds.
pub(super) fn first<'t>(node: Node<'t>, kinds: &[&str]) -> Option<Node<'t>> {
    let mut cursor = node.walk();
    node.children(&mut cursor).find(|child| kinds.contains(&child.kind()))
}

/// Whether a node has a child of this kind.
pub(super) fn has(node: Node<'_>, kind: &str) -> bool {
    first(node, &[kind]).is_some()
}

/// Writes facts for one tree.
pub(super) struct Writer<'t> {
    pub(super) facts: FactsBuilder,
    pub(super) text: &'t str,
}

impl<'t> Writer<'t> {
    /// The source of a node.
    pub(super) fn source(&self, node: Node<'_>) -> &'t str {
        self.text.get(span(node).range()).unwrap_or_default()
    }

    /// Something without a value of its own.
    pub(super) fn nothing(&mut self, node: Node<'_>) -> ExprId {
        self.facts.other(&[], span(node))
    }

    /// An argument by position.
    pub(super) fn arg(value: ExprId, node: Node<'_>) -> Arg {
        Arg { name: None, value, spread: false, start: span(node).start }
    }

    /// An argument by name.
    pub(super) fn named_arg(&mut self, name: &str, value: ExprId, node: Node<'_>) -> Arg {
        let name = self.facts.intern(name);
        Arg { name: Some(name), value, spread: false, start: span(node).start }
    }

    /// A parameter without annotations.
    pub(super) fn param(&mut self, name: &str, ty: Option<ExprId>, place: Span) -> Param {
        Param {
            name: self.facts.intern(name),
            kind: ParamKind::Plain,
            ty,
            default: None,
            annotations: ExprList::default(),
            fields: NameList::default(),
            span: place,
        }
    }

    /// A binding with a type and annotations.
    pub(super) fn bind(
        &mut self,
        kind: BindKind,
        name: Node<'_>,
        whole: Node<'_>,
        value: Option<ExprId>,
        ty: Option<ExprId>,
        annotations: &[ExprId],
    ) {
        let annotations = self.facts.list_of(annotations);
        let text = self.source(name);
        let bind = self.facts.bind(kind, text, value, span(whole), span(name));
        self.facts.edit_bind(bind, |bind| {
            bind.ty = ty;
            bind.annotations = annotations;
        });
    }

    /// `target = value` for whatever the target is.
    pub(super) fn assign(&mut self, kind: BindKind, target: ExprId, value: ExprId, whole: Node<'_>) {
        let place = self.facts.span_of(target);
        match self.facts.peek(target) {
            Expr::Name(name) => {
                let text = self.facts.text(name).to_owned();
                self.facts.bind(kind, &text, Some(value), span(whole), place);
            }
            Expr::Attr(object, name) => {
                let text = self.facts.text(name).to_owned();
                let place = self.last_segment(target);
                let bind = self.facts.bind(kind, &text, Some(value), span(whole), place);
                self.facts.edit_bind(bind, |bind| bind.object = Some(object));
            }
            _ => {}
        }
    }

    /// The last segment of a callee: what gives each call of a chain its own place.
    pub(super) fn last_segment(&self, callee: ExprId) -> Span {
        let whole = self.facts.span_of(callee);
        match self.facts.peek(callee) {
            Expr::Attr(_, name) => {
                let length = u32::try_from(self.facts.text(name).len()).unwrap_or(0);
                Span::new(whole.end.saturating_sub(length).max(whole.start), whole.end)
            }
            _ => whole,
        }
    }

    /// A dotted path as names and attributes.
    pub(super) fn path(&mut self, dotted: &str, place: Span) -> ExprId {
        let mut at = place.start;
        let mut found: Option<ExprId> = None;
        for segment in dotted.split('.') {
            let text = segment.trim();
            at = at.saturating_add(u32::try_from(segment.len()).unwrap_or(0));
            let end = Span::new(place.start, at.min(place.end));
            found = Some(match found {
                None => self.facts.name(text, end),
                Some(object) => self.facts.attr(object, text, end),
            });
            at = at.saturating_add(1);
        }
        found.unwrap_or_else(|| self.facts.name(dotted, place))
    }

    /// `left + right`: a text with holes as far as anybody can tell.
    pub(super) fn joined(&mut self, left: ExprId, right: ExprId, place: Span) -> ExprId {
        let mut parts = vec![left];
        if let Expr::Tmpl(list) = self.facts.peek(left)
            && self.facts.peek_list(list).len() < FLAT_PARTS
        {
            parts = self.facts.peek_list(list).to_vec();
        }
        parts.push(right);
        self.facts.tmpl(&parts, place)
    }
}

/// The text of a literal between its quotes, with the common escapes resolved.
pub(super) fn unescape(inner: &str) -> String {
    if !inner.contains('\\') {
        return inner.to_owned();
    }
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = chars.clone().take_while(char::is_ascii_hexdigit).take(4).collect();
                if let Some(c) = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    out.push(c);
                    chars.nth(digits.len().saturating_sub(1));
                }
            }
            // A line that goes on.
            Some('\n') | None => {}
            Some(other) => out.push(other),
        }
    }
    out
}

/// The text of a block literal: `"""` with its common indentation taken away.
pub(super) fn block_text(inner: &str) -> String {
    let mut lines: Vec<&str> = inner.lines().collect();
    if lines.first().is_some_and(|line| line.trim().is_empty()) {
        lines.remove(0);
    }
    let indents = lines.iter().filter(|line| !line.trim().is_empty());
    let common = indents.map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(common..).unwrap_or_default()).collect();
    unescape(&lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_blocks_give_their_text() {
        assert_eq!(unescape(r#"a\n\"b\" \u0041c"#), "a\n\"b\" Ac");
        assert_eq!(unescape(r"C:\\x"), r"C:\x");
        assert_eq!(block_text("\n    select *\n      from a\n    "), "select *\n  from a\n");
    }
}
