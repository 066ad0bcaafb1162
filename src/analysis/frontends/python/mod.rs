//! The Python front end, on ruff's parser.
//!
//! One walk over the syntax tree. Files with syntax errors give the facts of what the
//! parser recovered. The walk recurses; `guard` bounds how deep.

mod compound;
mod expressions;
mod guard;
mod statements;
mod strings;
mod targets;

use super::Refused;
use crate::analysis::facts::{FactsBuilder, FileFacts, Lang, Span, Sym};
use ruff_python_ast::{PySourceType, token::TokenKind};
use ruff_text_size::{Ranged, TextRange};

/// The facts of a Python file.
pub(super) fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    guard::check_text(text)?;
    let source_type = if path.ends_with(".pyi") { PySourceType::Stub } else { PySourceType::Python };
    let parsed = ruff_python_parser::parse_unchecked_source(text, source_type);
    if !guard::tokens_are_shallow(parsed.tokens()) {
        // Dropping the tree recurses as deep as the tree is. A text that passes the
        // first look and fails this one is made to do so; losing its memory is the
        // lesser harm.
        std::mem::forget(parsed);
        return Err(Refused::TooDeep { limit: guard::MAX_DEPTH, line: 1 });
    }
    let mut walk = Walk {
        text,
        facts: FactsBuilder::new(path, text, Lang::Python),
        functions: Vec::new(),
        types_only: 0,
    };
    walk.facts.add_syntax_errors(parsed.errors().len());
    walk.statements(&parsed.syntax().body);
    if text.contains("proscenium:") {
        for token in parsed.tokens().iter().filter(|token| token.kind() == TokenKind::Comment) {
            walk.facts.comment(&text[token.range()], span(token.range()));
        }
    }
    Ok(walk.facts.finish())
}

/// The state of one walk.
struct Walk<'a> {
    text: &'a str,
    facts: FactsBuilder,
    /// Open functions and lambdas, innermost last.
    functions: Vec<Function>,
    /// Number of open `if TYPE_CHECKING:` blocks.
    types_only: u32,
}

/// What the walk remembers of an open function.
#[derive(Debug, Default)]
struct Function {
    /// The parameter that is the receiver: `self`, `cls`.
    receiver: Option<Sym>,
    /// Other parameters; they hide a receiver of a function around.
    params: Vec<Sym>,
    /// Names declared `global`.
    globals: Vec<Sym>,
}

impl Walk<'_> {
    /// Whether a name stands for the object whose method is being walked.
    fn is_receiver(&self, name: Sym) -> bool {
        self.functions
            .iter()
            .rev()
            .find(|function| function.receiver == Some(name) || function.params.contains(&name))
            .is_some_and(|function| function.receiver == Some(name))
    }
}

/// A parser's range as a span.
fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

#[cfg(test)]
mod tests;
