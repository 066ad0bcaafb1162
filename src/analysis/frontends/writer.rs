//! Writes the facts of one tree: what the walks of Java, Kotlin and C# need beyond the
//! builder. Knows nodes and facts, but no grammar.

use super::nodes::span;
use super::tree::Node;
use crate::analysis::facts::{
    Arg, BindKind, Expr, ExprId, ExprList, FactsBuilder, NameList, Param, ParamKind, Span,
};

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

    /// The parameters of a record or primary constructor: they are fields of the class.
    pub(super) fn fields_of(&mut self, params: &[Param]) {
        for param in params {
            let text = self.facts.text(param.name).to_owned();
            let bind = self.facts.bind(BindKind::Field, &text, param.default, param.span, param.span);
            self.facts.edit_bind(bind, |bind| {
                bind.ty = param.ty;
                bind.annotations = param.annotations;
            });
        }
    }
}
