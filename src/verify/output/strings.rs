//! Drops control strings (window titles, clipboard writes, images) from a byte stream.
//!
//! A terminal collects such a string until its terminator; a program that never sends
//! one would hide the rest of its output and make the collector grow without bound.
//! Here nothing is collected, and a line feed ends the string: no legitimate title or
//! clipboard text holds one. The result does not depend on how the stream was cut.

const ESCAPE: u8 = 0x1b;
const BELL: u8 = 0x07;
const CANCEL: u8 = 0x18;
const SUBSTITUTE: u8 = 0x1a;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    #[default]
    Ground,
    /// An escape was seen and is held back until the next byte says what it starts.
    Escape,
    /// Inside OSC, DCS, APC, PM, SOS or a screen title.
    String,
}

/// The filter; feed it every byte of one stream in order.
#[derive(Debug, Default)]
pub(super) struct StringFilter {
    state: State,
}

impl StringFilter {
    /// Passes on everything that is not part of a control string, in pieces.
    pub(super) fn feed(&mut self, bytes: &[u8], mut pass: impl FnMut(&[u8])) {
        let mut rest = bytes;
        while let Some((&first, tail)) = rest.split_first() {
            match self.state {
                State::Ground => {
                    let end = rest.iter().position(|byte| *byte == ESCAPE).unwrap_or(rest.len());
                    let (plain, after) = rest.split_at(end);
                    if !plain.is_empty() {
                        pass(plain);
                    }
                    rest = after.split_first().map_or(after, |(_, tail)| {
                        self.state = State::Escape;
                        tail
                    });
                }
                State::Escape => {
                    match first {
                        b']' | b'P' | b'X' | b'^' | b'_' | b'k' => self.state = State::String,
                        ESCAPE => {}
                        other => {
                            pass(&[ESCAPE, other]);
                            self.state = State::Ground;
                        }
                    }
                    rest = tail;
                }
                State::String => {
                    match first {
                        ESCAPE => self.state = State::Escape,
                        BELL | CANCEL | SUBSTITUTE => self.state = State::Ground,
                        b'\n' => {
                            self.state = State::Ground;
                            pass(b"\n");
                        }
                        _ => {}
                    }
                    rest = tail;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn check(input: &[u8], expected: &[u8]) {
        let mut whole = Vec::new();
        StringFilter::default().feed(input, |piece| whole.extend_from_slice(piece));
        assert_eq!(String::from_utf8_lossy(&whole), String::from_utf8_lossy(expected));
        let mut bytewise = Vec::new();
        let mut filter = StringFilter::default();
        for byte in input {
            filter.feed(std::slice::from_ref(byte), |piece| bytewise.extend_from_slice(piece));
        }
        assert_eq!(bytewise, whole, "cut at every byte");
    }

    #[test]
    fn titles_clipboard_and_graphics_vanish() {
        check(b"a\x1b]0;title\x07b", b"ab");
        check(b"a\x1b]52;c;QUJD\x1b\\b", b"a\x1b\\b");
        check(b"a\x1bPq#0~~\x1b\\b\x1b_Gf=1;AA\x1b\\c", b"a\x1b\\b\x1b\\c");
        check(b"\x1bktitle\x1b\\x", b"\x1b\\x");
    }

    #[test]
    fn a_string_that_never_ends_stops_at_the_line() {
        check(b"\x1b]0;never ends\nnext line", b"\nnext line");
        check(b"\x1bP never ends \x18text", b"text");
    }

    #[test]
    fn colours_and_text_pass() {
        check(b"\x1b[31mred\x1b[0m plain \x1b(B", b"\x1b[31mred\x1b[0m plain \x1b(B");
        check("✓ ok\n".as_bytes(), "✓ ok\n".as_bytes());
    }

    #[test]
    fn a_check_mark_inside_a_title_does_not_end_it() {
        check("\x1b]0;✜ title\x07x".as_bytes(), b"x");
    }
}
