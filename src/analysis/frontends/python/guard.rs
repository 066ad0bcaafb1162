//! Refuses Python text whose syntax tree would be too deep to walk and to drop.
//!
//! Two looks: at the bytes before parsing, because nesting is what makes the parser
//! slow and hungry; at the tokens after parsing, because only the parser's own lexer
//! knows for certain what is a string. Both are linear.

use super::super::{Refused, depth::Depth};
use crate::analysis::facts::LineIndex;
use ruff_python_ast::token::{TokenKind, Tokens};
use ruff_text_size::Ranged;

/// Deeper trees are refused. The deepest expression seen in real code is about a
/// hundred levels; generated tables of concatenated strings reach some hundreds.
pub(super) const MAX_DEPTH: u32 = 1_500;

/// Python itself stops at 100 levels of indentation.
const MAX_INDENTS: usize = 100;

/// What the scanner is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Code,
    /// An f-string or t-string, whose holes are code again.
    Template {
        quote: u8,
        triple: bool,
        raw: bool,
    },
}

/// Scans the bytes of a file.
pub(super) fn check_text(text: &str) -> Result<(), Refused> {
    let bytes = text.as_bytes();
    let mut scan =
        Scan { bytes, at: 0, depth: Depth::new(MAX_DEPTH), modes: vec![Mode::Code], indents: vec![0] };
    scan.indentation();
    while let Some(byte) = bytes.get(scan.at).copied() {
        scan.step(byte);
        if scan.depth.exceeded() || scan.indents.len() > MAX_INDENTS || scan.modes.len() > MAX_DEPTH as usize
        {
            let offset = u32::try_from(scan.at).unwrap_or(u32::MAX);
            return Err(Refused::TooDeep { limit: MAX_DEPTH, line: LineIndex::new(text).line(offset) });
        }
    }
    Ok(())
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: Depth,
    modes: Vec<Mode>,
    indents: Vec<usize>,
}

impl Scan<'_> {
    fn step(&mut self, byte: u8) {
        match self.modes.last().copied().unwrap_or(Mode::Code) {
            Mode::Code => self.code(byte),
            Mode::Template { quote, triple, raw } => self.template(byte, quote, triple, raw),
        }
    }

    fn code(&mut self, byte: u8) {
        match byte {
            b'#' => {
                self.skip_line();
                return;
            }
            b'\'' | b'"' => {
                self.string(byte, b"");
                return;
            }
            b'(' | b'[' => self.depth.open(),
            b'{' => {
                self.depth.open();
                self.modes.push(Mode::Code);
            }
            b')' | b']' => self.depth.close(),
            b'}' => {
                self.depth.close();
                if self.modes.len() > 1 {
                    self.modes.pop();
                }
            }
            b',' | b';' => self.depth.separate(),
            b'\n' if self.depth.brackets() == 0 => {
                self.depth.reset();
                self.modes.truncate(1);
                self.at += 1;
                self.indentation();
                return;
            }
            // A continued line goes on with the same statement.
            b'\\' => self.at += 1,
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | 0x80.. => {
                self.word();
                return;
            }
            b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'<' | b'>' | b'=' | b'&' | b'|' | b'^' | b'~'
            | b'.' | b'!' | b':' => self.depth.link(),
            _ => {}
        }
        self.at += 1;
    }

    fn word(&mut self) {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..))
        {
            self.at += 1;
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        if let Some(quote @ (b'\'' | b'"')) = self.bytes.get(self.at).copied()
            && word.len() <= 2
        {
            self.string(quote, word);
        } else if matches!(
            word,
            b"not"
                | b"and"
                | b"or"
                | b"in"
                | b"is"
                | b"if"
                | b"else"
                | b"lambda"
                | b"await"
                | b"yield"
                | b"from"
        ) {
            self.depth.link();
        }
    }

    /// Passes over a plain string; a template is entered instead.
    fn string(&mut self, quote: u8, prefix: &[u8]) {
        let triple = self.bytes.get(self.at..self.at + 3) == Some(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        let has = |letter: u8| prefix.iter().any(|byte| byte.to_ascii_lowercase() == letter);
        if has(b'f') || has(b't') {
            self.modes.push(Mode::Template { quote, triple, raw: has(b'r') });
            return;
        }
        while let Some(byte) = self.bytes.get(self.at).copied() {
            match byte {
                b'\\' => self.at += 1,
                b'\n' if !triple => return,
                _ if byte == quote && self.closes(quote, triple) => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether the quote here ends the string; passes over it if so.
    fn closes(&mut self, quote: u8, triple: bool) -> bool {
        let width = if triple { 3 } else { 1 };
        let ends = !triple || self.bytes.get(self.at..self.at + 3) == Some(&[quote; 3]);
        if ends {
            self.at += width;
        }
        ends
    }

    fn template(&mut self, byte: u8, quote: u8, triple: bool, raw: bool) {
        match byte {
            b'\\' if !raw => self.at += 1,
            b'{' if self.bytes.get(self.at + 1) == Some(&b'{') => self.at += 1,
            b'{' => {
                self.depth.open();
                self.modes.push(Mode::Code);
            }
            b'\n' if !triple => {
                // Unterminated: the lexer goes on with code in the next line.
                self.modes.pop();
                return;
            }
            _ if byte == quote && self.closes(quote, triple) => {
                self.modes.pop();
                return;
            }
            _ => {}
        }
        self.at += 1;
    }

    fn skip_line(&mut self) {
        while !matches!(self.bytes.get(self.at), None | Some(b'\n')) {
            self.at += 1;
        }
    }

    /// Reads the indentation of the line that starts here.
    fn indentation(&mut self) {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | 0x0c)) {
            self.at += 1;
        }
        if matches!(self.bytes.get(self.at), None | Some(b'\n' | b'\r' | b'#')) {
            return;
        }
        let width = self.at - start;
        while self.indents.last().is_some_and(|last| *last > width) {
            self.indents.pop();
        }
        if self.indents.last().is_none_or(|last| *last < width) {
            self.indents.push(width);
        }
    }
}

/// Counts the same on the parser's tokens.
pub(super) fn tokens_are_shallow(tokens: &Tokens) -> bool {
    let mut depth = Depth::new(MAX_DEPTH);
    let mut indents = 0_usize;
    for token in tokens {
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => depth.open(),
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => depth.close(),
            TokenKind::Comma | TokenKind::Semi => depth.separate(),
            TokenKind::Newline => depth.reset(),
            TokenKind::Indent => indents += 1,
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::FStringStart | TokenKind::TStringStart => depth.link(),
            kind if kind.is_operator() || kind.is_keyword() => depth.link(),
            _ => {}
        }
        if depth.exceeded() || indents > MAX_INDENTS * 2 {
            return false;
        }
        debug_assert!(token.end() >= token.start());
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> bool {
        check_text(text).is_err()
    }

    #[test]
    fn deep_nesting_of_every_kind_is_refused() {
        let n = 2_000;
        let deep = [
            "(".repeat(n),
            "[".repeat(n),
            "{".repeat(n),
            "-".repeat(n) + "1",
            "not ".repeat(n) + "x",
            "lambda: ".repeat(n) + "x",
            "a if b else ".repeat(n) + "c",
            "x".to_owned() + &".a".repeat(n),
            "x".to_owned() + &"()".repeat(n),
            "x".to_owned() + &" + 1".repeat(n),
            "x = (\n".to_owned() + &"1 +\n".repeat(n) + "1)",
            "x = 1".to_owned() + &" + \\\n1".repeat(n),
            "f\"{".repeat(n),
            (0..200).map(|level| " ".repeat(level) + "if x:\n").collect(),
        ];
        for text in deep {
            assert!(refused(&text), "{}…", &text[..text.len().min(40)]);
        }
    }

    #[test]
    fn long_flat_files_are_accepted() {
        let n = 5_000;
        let flat = [
            "x = 1 + 2\n".repeat(n),
            format!("x = [{}]", "a.b(1) + 2, ".repeat(n)),
            format!("x = '{}'", "(".repeat(n)),
            format!("x = '''{}\n'''\ny = 1", "(\n".repeat(n)),
            format!("# {}\n", "(".repeat(n)),
            format!("x = f'{{a}} {} {{{{ '\n", "( ").repeat(n),
            format!("if x:\n    y = 1\n{}", "elif x:\n    y = 1\n".repeat(n)),
        ];
        for text in flat {
            assert!(!refused(&text), "{}…", &text[..text.len().min(40)]);
        }
    }
}
