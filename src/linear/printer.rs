//! The output: append-only lines of clean text.
//!
//! No escape byte, no cursor movement: every line passes the sanitizer, and a prompt is
//! the only text that does not end its line.

use super::LinearError;
use crate::domain::safe;
use std::io::Write;

/// Longest line that is printed, in characters; a generated file can hold longer ones.
const LINE_LIMIT: usize = 2000;

/// Writes lines.
pub(super) struct Printer<W> {
    out: W,
    /// A prompt stands at the end of the output.
    prompted: bool,
    /// Lines so far.
    count: u64,
}

impl<W: Write> Printer<W> {
    /// A printer on an output.
    pub(super) fn new(out: W) -> Self {
        Self { out, prompted: false, count: 0 }
    }

    /// One line.
    pub(super) fn line(&mut self, text: &str) -> Result<(), LinearError> {
        if std::mem::take(&mut self.prompted) {
            self.write("", "\n")?;
        }
        self.count += 1;
        self.write(text.trim_end(), "\n")
    }

    /// Several lines.
    pub(super) fn lines(&mut self, lines: &[String]) -> Result<(), LinearError> {
        lines.iter().try_for_each(|line| self.line(line))
    }

    /// Text that waits for an answer on the same line.
    pub(super) fn prompt(&mut self, text: &str) -> Result<(), LinearError> {
        self.prompted = true;
        self.write(text, "")
    }

    /// Repeats an answer behind its prompt, where nobody saw it typed.
    pub(super) fn echo(&mut self, answer: &str) -> Result<(), LinearError> {
        self.write(answer, "\n")
    }

    /// The answer ended the line of the prompt.
    pub(super) fn answered(&mut self) {
        self.prompted = false;
    }

    /// Lines so far; tells whether anything was said.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    fn write(&mut self, text: &str, end: &str) -> Result<(), LinearError> {
        let clean = safe::clean(text);
        let written = match clean.char_indices().nth(LINE_LIMIT) {
            None => write!(self.out, "{clean}{end}"),
            Some((cut, _)) => {
                let left = clean.chars().count() - LINE_LIMIT;
                write!(self.out, "{} … {left} more characters{end}", clean.get(..cut).unwrap_or_default())
            }
        };
        written.and_then(|()| self.out.flush()).map_err(LinearError::Output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn nothing_that_drives_a_terminal_is_written() {
        let mut out = Vec::new();
        let mut printer = Printer::new(&mut out);
        printer.line("a\u{1b}[31mb\u{202e}c\rd").expect("a vector takes everything");
        printer.prompt("[ACT] > ").expect("a vector takes everything");
        assert_eq!(String::from_utf8_lossy(&out), "a␛[31mb<U+202E>c␍d\n[ACT] > ");
    }

    #[test]
    fn an_endless_line_is_cut_and_says_so() {
        let mut out = Vec::new();
        Printer::new(&mut out).line(&"x".repeat(LINE_LIMIT + 5)).expect("a vector takes everything");
        assert!(String::from_utf8_lossy(&out).ends_with("x … 5 more characters\n"));
    }
}
