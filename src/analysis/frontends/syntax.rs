//! A bounded parse for the front ends on a tree-sitter grammar.
//!
//! A source is refused before the parser sees it when too many brackets are open, and
//! after it when the tree is deeper than [`DEEPEST`]; the parser is stopped after a time
//! budget. What walks a tree that [`parse`] gave may therefore recurse: the stack that it
//! needs is bounded and tested. Comments are read here, so that no walk has to look for
//! them.

use super::{Refused, nodes::span};
use crate::analysis::facts::FactsBuilder;
use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};
use tree_sitter::{Language, Node, ParseOptions, Parser, Tree};

/// How long the parser may take for one file. The largest file of ordinary source takes a
/// twentieth of it, so that a busy machine does not change what is found.
const BUDGET: Duration = Duration::from_secs(5);

/// More open brackets than this are refused without asking the parser.
const MAX_BRACKETS: u32 = 2_000;

/// Levels of a syntax tree beyond which a file is refused; ordinary source stays below a
/// tenth of it.
pub(super) const DEEPEST: u32 = 2_500;

/// The tree of a text that a walk may descend by recursion. Comments and the number of
/// places that the parser gave up on are in the facts afterwards.
pub(super) fn parse(language: &Language, text: &str, facts: &mut FactsBuilder) -> Result<Tree, Refused> {
    let tree = parse_any_depth(language, text, MAX_BRACKETS)?;
    measure(&tree, text, facts)?;
    Ok(tree)
}

/// The tree of a text, of whatever depth: for walks that need heap only.
pub(super) fn parse_any_depth(language: &Language, text: &str, max_brackets: u32) -> Result<Tree, Refused> {
    if let Some(line) = too_many_brackets(text, max_brackets) {
        return Err(Refused::TooDeep { limit: max_brackets, line });
    }
    let mut parser = Parser::new();
    parser.set_language(language).map_err(|error| Refused::NotSource(error.to_string()))?;
    let bytes = text.as_bytes();
    let started = Instant::now();
    let mut in_time = |_: &tree_sitter::ParseState| match started.elapsed() < BUDGET {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    };
    let options = ParseOptions::new().progress_callback(&mut in_time);
    parser
        .parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
        .ok_or_else(|| Refused::NotSource("the parser took too long".to_owned()))
}

/// The line where too many brackets are open. Brackets in texts and comments count too:
/// no source has that many of them without their partners.
fn too_many_brackets(text: &str, limit: u32) -> Option<u32> {
    let (mut open, mut line) = (0_u32, 1_u32);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'\n' => line += 1,
            _ => {}
        }
        if open > limit {
            return Some(line);
        }
    }
    None
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
        assert!(matches!(read(&nested), Err(Refused::TooDeep { limit: MAX_BRACKETS, line: 2 })));
        let chain = format!("package a\nvar x = 1{}", " + 1".repeat(5_000));
        assert!(matches!(read(&chain), Err(Refused::TooDeep { limit: DEEPEST, line: 2 })));
        assert!(read("package a\nfunc (").is_ok_and(|facts| facts.syntax_errors > 0));
        assert!(read("package a\nfunc a() {}").is_ok_and(|facts| facts.syntax_errors == 0));
    }

    #[test]
    fn brackets_are_counted_by_line() {
        assert_eq!(too_many_brackets("f(a[0]{})", 3), None);
        assert_eq!(too_many_brackets(&format!("\n{}", "(".repeat(4)), 3), Some(2));
    }
}
