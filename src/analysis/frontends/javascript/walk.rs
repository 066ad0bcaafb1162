//! The state of one walk over a syntax tree, and the guard of its own stack.

use crate::analysis::facts::{ExprId, FactsBuilder, Lang, Span};

/// Nesting beyond which the walk looks no deeper. The estimate made before parsing keeps
/// trees below it; this holds where that estimate is wrong, and for trees that the parser
/// builds in a loop, such as `T[][]…`.
const DEEPEST_WALK: u32 = 4_000;

/// A walk that turns one syntax tree into facts.
pub(super) struct Walk {
    pub(super) facts: FactsBuilder,

    depth: u32,
}

/// The parser's span as a span of facts.
pub(super) fn span(span: oxc_span::Span) -> Span {
    Span::new(span.start, span.end)
}

impl Walk {
    pub(super) fn new(path: &str, text: &str, lang: Lang) -> Self {
        Self { facts: FactsBuilder::new(path, text, lang), depth: 0 }
    }

    /// Runs `step` one level deeper, or not at all where that is too deep.
    pub(super) fn deeper<T>(&mut self, step: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEEPEST_WALK {
            self.facts.add_syntax_errors(1);
            return None;
        }
        self.depth += 1;
        let value = step(self);
        self.depth -= 1;
        Some(value)
    }

    /// An expression of which nothing is known.
    pub(super) fn nothing(&mut self, span: Span) -> ExprId {
        self.facts.other(&[], span)
    }
}
