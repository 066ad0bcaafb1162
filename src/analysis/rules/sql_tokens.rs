//! SQL in words, with their places. Comments and texts are left out.

use crate::analysis::facts::Span;

/// A word, a quoted name, or one mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Names without their quotes; words in lower case.
    pub(super) text: String,
    pub(super) span: Span,
    /// Quoted names are no keywords.
    pub(super) quoted: bool,
}

impl Token {
    /// Whether this is that word or mark.
    pub(super) fn is(&self, word: &str) -> bool {
        !self.quoted && self.text == word
    }
}

/// The tokens of a text.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    let at = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    while let Some((start, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        match c {
            '-' if next == Some('-') => while chars.next_if(|(_, c)| *c != '\n').is_some() {},
            '/' if next == Some('*') => {
                let mut last = ' ';
                for (_, inner) in chars.by_ref().skip(1) {
                    if last == '*' && inner == '/' {
                        break;
                    }
                    last = inner;
                }
            }
            '\'' => while chars.next().is_some_and(|(_, c)| c != '\'') {},
            '"' | '`' | '[' => {
                let close = if c == '[' { ']' } else { c };
                let mut name = String::new();
                let mut end = start + 1;
                for (offset, inner) in chars.by_ref() {
                    end = offset + inner.len_utf8();
                    if inner == close {
                        break;
                    }
                    name.push(inner);
                }
                tokens.push(Token { text: name, span: Span::new(at(start), at(end)), quoted: true });
            }
            _ if c.is_alphanumeric() || c == '_' => {
                let mut word = c.to_lowercase().to_string();
                let mut end = start + c.len_utf8();
                while let Some((offset, inner)) = chars.next_if(|(_, c)| c.is_alphanumeric() || *c == '_') {
                    word.extend(inner.to_lowercase());
                    end = offset + inner.len_utf8();
                }
                tokens.push(Token { text: word, span: Span::new(at(start), at(end)), quoted: false });
            }
            _ if c.is_whitespace() => {}
            mark => tokens.push(Token {
                text: mark.to_string(),
                span: Span::new(at(start), at(start + mark.len_utf8())),
                quoted: false,
            }),
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn comments_and_texts_are_left_out_and_names_lose_their_quotes() {
        let text = "-- x\nCREATE \"User\" /* y */ ('it''s', [b]);";
        let words: Vec<String> = tokens(text).into_iter().map(|token| token.text).collect();
        assert_eq!(words, ["create", "User", "(", ",", "b", ")", ";"]);
        let quoted = tokens(text).into_iter().find(|token| token.quoted).unwrap();
        assert_eq!(text.get(quoted.span.range()), Some("\"User\""));
        assert_eq!(tokens("'never closed").len(), 0);
    }
}
