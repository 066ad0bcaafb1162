//! The front end of JavaScript and TypeScript, on `oxc_parser`.
//!
//! Lowers the syntax tree to the neutral facts: CommonJS becomes imports and exports,
//! destructuring becomes attributes, template literals and `+` become texts with holes.
//! Knows no framework. Files that are nested too deeply are refused before they are
//! parsed, because the parser would abort the process.

mod classes;
mod depth;
mod expressions;
mod functions;
mod links;
mod modules;
mod objects;
mod patterns;
mod statements;
#[cfg(test)]
mod tests;
mod types;
mod walk;

use super::Refused;
use crate::analysis::facts::{FileFacts, Lang};
use oxc_allocator::Allocator;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;
use walk::Walk;

/// Beyond this nesting a file is refused. On the stack that callers promise this leaves
/// 32 KiB a level, ten times what parser and walk use without optimisation.
const DEEPEST: u32 = 2_000;

/// The facts of one file.
pub fn facts(path: &str, text: &str) -> Result<FileFacts, Refused> {
    let source_type = source_type(path);
    let (nesting, at) = depth::nesting(text, source_type.is_jsx());
    if nesting > DEEPEST {
        let lines = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        return Err(Refused::TooDeep { limit: DEEPEST, line: u32::try_from(lines + 1).unwrap_or(u32::MAX) });
    }
    parse(path, text, source_type)
}

fn source_type(path: &str) -> SourceType {
    let kind = SourceType::from_path(path).unwrap_or_default();
    // JSX is allowed in `.js`, and a script may still use `import`.
    if kind.is_javascript() { SourceType::unambiguous().with_jsx(true) } else { kind }
}

fn parse(path: &str, text: &str, source_type: SourceType) -> Result<FileFacts, Refused> {
    let lang = if source_type.is_typescript() { Lang::TypeScript } else { Lang::JavaScript };
    let allocator = Allocator::default();
    let options = ParseOptions {
        allow_return_outside_function: true,
        preserve_parens: false,
        ..ParseOptions::default()
    };
    let mut parsed = Parser::new(&allocator, text, source_type).with_options(options).parse();
    if parsed.panicked && source_type.is_javascript() {
        // Type annotations in `.js` files are common enough to try.
        let typed = Parser::new(&allocator, text, SourceType::tsx()).with_options(options).parse();
        if !typed.panicked {
            parsed = typed;
        }
    }
    if parsed.panicked && parsed.program.body.is_empty() {
        let reason = parsed.diagnostics.errors().next().map_or_else(String::new, ToString::to_string);
        return Err(Refused::NotSource(reason));
    }
    let mut walk = Walk::new(path, text, lang);
    walk.facts.add_syntax_errors(parsed.diagnostics.errors().count());
    for comment in &parsed.program.comments {
        if let Some(body) = text.get(comment.span.start as usize..comment.span.end as usize) {
            walk.facts.comment(body, walk::span(comment.span));
        }
    }
    walk.statements(&parsed.program.body);
    Ok(walk.facts.finish())
}
