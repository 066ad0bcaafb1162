//! What is no code to the depth scan: comments, strings, templates, regular expressions
//! and the text of JSX elements.

use super::{Before, Kind, Scan};

impl Scan<'_> {
    pub(super) fn skip_to(&mut self, end: &[u8]) {
        while self.at < self.text.len() {
            if self.text.get(self.at..).is_some_and(|rest| rest.starts_with(end)) {
                self.at += end.len();
                return;
            }
            self.at += 1;
        }
    }

    /// A string ends at its quote or at the end of the line; in a JSX tag it may span lines.
    pub(super) fn string(&mut self, quote: u8) {
        let spans_lines = self.levels.last().is_some_and(|level| level.kind == Kind::Tag);
        self.at += 1;
        while self.at < self.text.len() {
            match self.byte(0) {
                b'\\' if !spans_lines => self.at += 1,
                b'\n' if !spans_lines => break,
                byte if byte == quote => break,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        self.operand();
    }

    /// The text of a template up to its end or its next hole.
    pub(super) fn template(&mut self) {
        while self.at < self.text.len() {
            match self.byte(0) {
                b'\\' => self.at += 1,
                b'`' => {
                    self.at += 1;
                    self.operand();
                    return;
                }
                b'$' if self.byte(1) == b'{' => {
                    self.at += 2;
                    self.open(Kind::Hole);
                    return;
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The text of a JSX element: only tags and braces matter.
    pub(super) fn element_text(&mut self) {
        match self.byte(0) {
            b'{' => {
                self.at += 1;
                self.open(Kind::Bracket(b'{'));
            }
            b'<' if self.byte(1) == b'/' => {
                self.skip_to(b">");
                self.pop();
                self.before = Before::Operand;
            }
            b'<' => {
                self.at += 1;
                self.open(Kind::Tag);
            }
            _ => self.at += 1,
        }
    }

    /// `/` is division behind a value, else it opens a regular expression.
    pub(super) fn slash(&mut self) {
        if self.byte(1) == b'>' && self.levels.last().is_some_and(|level| level.kind == Kind::Tag) {
            self.at += 2;
            self.pop();
            self.before = Before::Operand;
            return;
        }
        if self.before != Before::Operand {
            let (mut at, mut class) = (self.at + 1, false);
            while let Some(&byte) = self.text.get(at) {
                match byte {
                    b'\\' => at += 1,
                    b'\n' => break,
                    b'[' => class = true,
                    b']' => class = false,
                    b'/' if !class => {
                        self.at = at + 1;
                        self.operand();
                        return;
                    }
                    _ => {}
                }
                at += 1;
            }
        }
        self.at += 1;
        self.before = Before::Operator;
    }
}
