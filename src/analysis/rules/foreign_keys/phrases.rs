//! Parts of a statement: names, words to skip, what stands between commas.

use crate::analysis::rules::sql_tokens::Token;

/// Words at the beginning of a run of tokens.
pub(super) trait Lead {
    /// What follows that word, where it comes first.
    fn strip_prefix_word(&self, word: &str) -> Option<&[Token]>;
}

impl Lead for [Token] {
    fn strip_prefix_word(&self, word: &str) -> Option<&[Token]> {
        self.split_first().filter(|(first, _)| first.is(word)).map(|(_, rest)| rest)
    }
}

/// What stands between the commas outside of parentheses.
pub(super) fn split_top(tokens: &[Token]) -> Vec<&[Token]> {
    let mut depth = 0_u32;
    tokens
        .split(|token| {
            if token.is("(") {
                depth += 1;
            } else if token.is(")") {
                depth = depth.saturating_sub(1);
            }
            depth == 0 && token.is(",")
        })
        .collect()
}

pub(super) fn skip_words<'t>(tokens: &'t [Token], words: &[&str]) -> &'t [Token] {
    let count = tokens.iter().take_while(|token| words.iter().any(|word| token.is(word))).count();
    tokens.get(count..).unwrap_or_default()
}

/// A name with its schema in front, which is dropped.
pub(super) fn name(tokens: &[Token]) -> Option<(String, &[Token])> {
    let (first, mut rest) = tokens.split_first()?;
    let mut found = first;
    while let [dot, next, ..] = rest
        && dot.is(".")
    {
        found = next;
        rest = rest.get(2..)?;
    }
    let is_name = found.quoted || found.text.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| (found.text.clone(), rest))
}

/// The names in the first parentheses.
pub(super) fn columns(tokens: &[Token]) -> Vec<&Token> {
    parts(tokens).into_iter().filter_map(<[Token]>::first).collect()
}

/// What stands between the commas of the first parentheses.
pub(super) fn parts(tokens: &[Token]) -> Vec<&[Token]> {
    let Some(open) = tokens.iter().position(|token| token.is("(")) else { return Vec::new() };
    let inside = tokens.get(open + 1..).unwrap_or_default();
    let (mut depth, mut start) = (0_u32, 0);
    let mut found = Vec::new();
    for (at, token) in inside.iter().enumerate() {
        if token.is("(") {
            depth += 1;
        } else if token.is(")") && depth > 0 {
            depth -= 1;
        } else if depth == 0 && (token.is(",") || token.is(")")) {
            found.push(inside.get(start..at).unwrap_or_default());
            start = at + 1;
            if token.is(")") {
                break;
            }
        }
    }
    found
}
