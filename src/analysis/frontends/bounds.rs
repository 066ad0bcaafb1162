//! What a text may cost before and while a tree-sitter grammar reads it.
//!
//! Grammars bear any nesting, but pay for it: memory grows with the tokens of a text, time
//! with those that fit no rule. Texts are therefore looked at before they are parsed, and
//! the parser is stopped when it has taken more steps than any source needs. Steps are
//! counted and not timed, so that a busy machine finds what a calm one finds.

use super::Refused;
use std::ops::ControlFlow;
use tree_sitter::{Language, ParseOptions, Parser, Tree};

/// More open brackets, or more operators in a row, are refused without asking the parser.
const MAX_OPEN: u32 = 2_000;

/// More tokens than this are refused in any language: they would cost the memory and the
/// time of a whole repository. Two megabytes of ordinary source have half of it.
const MAX_TOKENS: usize = 600_000;

/// The same for the grammars that are read here, which cost twice as much: what two
/// megabytes of ordinary source have.
const MAX_GRAMMAR_TOKENS: usize = MAX_TOKENS / 2;

/// Rounds of the parser, a hundred steps each, that every text may take.
const ROUNDS: usize = 2_000;

/// Bytes of a text for each further round. The densest source has twenty to the round.
const BYTES_PER_ROUND: usize = 8;

/// Rounds that the parser may take while no reading of the text fits the grammar. They cost
/// forty times as much as others. A mistake in a file takes a few; noise is nothing else.
const ERROR_ROUNDS: usize = 2_500;

/// So many closing brackets that close nothing, and one of them in so many bytes, are in no
/// source: parsers try to make sense of each.
const MAX_STRAY: usize = 500;
const BYTES_PER_STRAY: usize = 200;

/// The syntax tree of a text, or why there is none.
pub(super) fn parse(language: &Language, text: &str) -> Result<Tree, Refused> {
    if let Some(line) = too_deep(text) {
        return Err(Refused::TooDeep { limit: MAX_OPEN, line });
    }
    if text.len() > MAX_GRAMMAR_TOKENS && tokens(text) > MAX_GRAMMAR_TOKENS {
        return Err(Refused::TooDense { limit: MAX_GRAMMAR_TOKENS });
    }
    let closing = text.as_bytes().iter().filter(|byte| matches!(byte, b')' | b']' | b'}')).count();
    let stray = if closing > MAX_STRAY { stray_brackets(text) } else { 0 };
    if stray > MAX_STRAY && stray > text.len() / BYTES_PER_STRAY {
        return Err(Refused::NotSource("its brackets do not match".to_owned()));
    }
    parse_within(ROUNDS + text.len() / BYTES_PER_ROUND, language, text)
}

fn parse_within(rounds: usize, language: &Language, text: &str) -> Result<Tree, Refused> {
    let mut parser = Parser::new();
    parser.set_language(language).map_err(|error| Refused::NotSource(error.to_string()))?;
    let bytes = text.as_bytes();
    let (mut left, mut errors_left) = (rounds, ERROR_ROUNDS);
    let mut goes_on = |state: &tree_sitter::ParseState| {
        let errors = errors_left.checked_sub(usize::from(state.has_error()));
        match left.checked_sub(1).zip(errors) {
            Some(fewer) => {
                (left, errors_left) = fewer;
                ControlFlow::Continue(())
            }
            None => ControlFlow::Break(()),
        }
    };
    let options = ParseOptions::new().progress_callback(&mut goes_on);
    parser
        .parse_with_options(&mut |at, _| bytes.get(at..).unwrap_or_default(), None, Some(options))
        .ok_or_else(|| Refused::NotSource("the parser took too long".to_owned()))
}

/// Why a text is refused for the number of its tokens.
pub(super) fn too_dense(text: &str) -> Option<Refused> {
    // A token has a byte at least: most texts need no second look.
    if text.len() <= MAX_TOKENS || tokens(text) <= MAX_TOKENS {
        return None;
    }
    Some(match too_deep(text) {
        Some(line) => Refused::TooDeep { limit: MAX_OPEN, line },
        None => Refused::TooDense { limit: MAX_TOKENS },
    })
}

/// Words and signs of a text, whatever its language.
fn tokens(text: &str) -> usize {
    let (mut count, mut in_word) = (0, false);
    for byte in text.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        count += usize::from(if is_word { !in_word } else { !byte.is_ascii_whitespace() });
        in_word = is_word;
    }
    count
}

/// The line where too many brackets are open or too many operators stand in a row. Those
/// in texts and comments count too: no source has that many of them.
fn too_deep(text: &str) -> Option<u32> {
    // Few enough of them cannot be too many in a row; counting is a fraction of looking.
    let counts = |byte: &u8| matches!(byte, b'(' | b'[' | b'{' | b'!' | b'-' | b'~' | b'&' | b'*' | b'+');
    if text.as_bytes().iter().filter(|byte| counts(byte)).count() <= MAX_OPEN as usize {
        return None;
    }
    let (mut open, mut signs, mut line) = (0_u32, 0_u32, 1_u32);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' | b'{' => open += 1,
            b')' | b']' | b'}' => open = open.saturating_sub(1),
            b'\n' => line += 1,
            _ => {}
        }
        match byte {
            // Rules of `-----` and `=====` end with their line.
            b'!' | b'-' | b'~' | b'&' | b'*' | b'+' => signs += 1,
            b' ' => {}
            _ => signs = 0,
        }
        if open > MAX_OPEN || signs > MAX_OPEN {
            return Some(line);
        }
    }
    None
}

/// Closing brackets that do not close the one that was opened last.
fn stray_brackets(text: &str) -> usize {
    let (mut open, mut stray) = (Vec::new(), 0);
    for byte in text.bytes() {
        match byte {
            b'(' => open.push(b')'),
            b'[' => open.push(b']'),
            b'{' => open.push(b'}'),
            // What it leaves open is as wrong as itself, but counted once.
            b')' | b']' | b'}' => stray += usize::from(open.pop() != Some(byte)),
            _ => {}
        }
    }
    stray
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(text: &str) -> Result<Tree, Refused> {
        parse(&tree_sitter_go::LANGUAGE.into(), text)
    }

    #[test]
    fn brackets_and_operators_are_counted_by_line() {
        assert_eq!(too_deep("f(a[0]{})"), None);
        assert_eq!(too_deep(&format!("\n{}", "(".repeat(2_001))), Some(2));
        assert_eq!(too_deep(&format!("\n\n{}1", "- ".repeat(2_001))), Some(3));
        assert_eq!(too_deep(&"----\n".repeat(2_001)), None);
        assert!(matches!(
            go(&format!("package a\nvar x = {}1", "-".repeat(9_000))),
            Err(Refused::TooDeep { line: 2, .. })
        ));
    }

    #[test]
    fn noise_is_refused_for_its_brackets_and_a_list_in_a_comment_is_not() {
        assert_eq!(stray_brackets("f(a[0]{}) } [)"), 2);
        let noise = "(x]y}z[w) ".repeat(1_000);
        assert!(matches!(go(&noise), Err(Refused::NotSource(_))));
        let dense = "f(1)\n".repeat(MAX_GRAMMAR_TOKENS / 4 + 1);
        assert!(matches!(go(&dense), Err(Refused::TooDense { limit: MAX_GRAMMAR_TOKENS })));
        let list = "// 1) one of many points\n".repeat(400);
        assert!(go(&format!("package a\n{list}")).is_ok());
    }

    #[test]
    fn tokens_are_words_and_signs() {
        assert_eq!(tokens("let größe_1 = f(a, 12);"), 10);
        assert_eq!(too_dense(&"word ".repeat(MAX_TOKENS)), None);
        assert_eq!(too_dense(&"a;".repeat(MAX_TOKENS)), Some(Refused::TooDense { limit: MAX_TOKENS }));
        assert!(matches!(too_dense(&"(".repeat(2 * MAX_TOKENS)), Some(Refused::TooDeep { line: 1, .. })));
    }

    #[test]
    fn the_parser_is_stopped_after_its_rounds() {
        let source = "package a\n".to_owned() + &"func f(x int) int { return g(x + 1)[0].h }\n".repeat(500);
        assert!(go(&source).is_ok());
        let stopped = parse_within(10, &tree_sitter_go::LANGUAGE.into(), &source);
        assert!(matches!(stopped, Err(Refused::NotSource(_))));
    }
}
