//! Assembles lines from the bytes of a program that thinks it has a terminal.
//!
//! Colours become sixteen roles and bold; carriage returns, erasing and backspaces edit
//! the line as a terminal would show it; every other sequence is dropped; bytes that are
//! not UTF-8 become `U+FFFD`. The lines are the same however the stream was cut, and
//! memory is bounded whatever arrives. Source of the sequences: ECMA-48 and xterm's
//! `ctlseqs`, as `vte` 0.15 reads them.

use super::{
    colour::Style,
    strings::StringFilter,
    visible::{Eye, Shown},
};
use crate::ports::verifier::{OutputLine, OutputSpan};
use std::fmt::Write as _;
use vte::{Params, Parser, Perform};

/// Longest text kept of one line; reports in JSON are single lines of this order.
const TEXT_LIMIT_BYTES: usize = 4 * 1024 * 1024;
/// Longest text of one line that is shown.
const SHOWN_LIMIT_BYTES: usize = 4 * 1024;
/// Changes of style in one line; later ones are ignored.
const STYLE_LIMIT: usize = 4 * 1024;
const TAB_STOP: usize = 8;
/// Longest move to the right that is honoured, in cells.
const MOVE_LIMIT: usize = 200;

/// One assembled line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembledLine {
    /// What is shown, with styles, cut to a displayable length.
    pub shown: OutputLine,
    /// What is parsed; up to 4 MiB.
    pub text: String,
}

/// Turns bytes into lines. One for each stream.
#[derive(Default)]
pub struct Assembler {
    filter: StringFilter,
    parser: Parser,
    screen: Screen,
    /// Bytes that the character lacks with which the last piece ended.
    missing: usize,
}

impl Assembler {
    /// Takes the next bytes and returns the lines that they completed, in order.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<AssembledLine> {
        let Self { filter, parser, screen, missing } = self;
        filter.feed(bytes, |piece| {
            // Where a character was cut, its rest goes alone: the parser takes what stands behind
            // it for a part of it when something invalid follows.
            let mut rest = piece;
            while let Some((first, behind)) = rest.split_first().filter(|_| *missing > 0) {
                parser.advance(screen, std::slice::from_ref(first));
                *missing = if is_continuation(*first) { *missing - 1 } else { bytes_after(*first) };
                rest = behind;
            }
            parser.advance(screen, rest);
            *missing = missing_of(rest).unwrap_or(*missing);
        });
        std::mem::take(&mut screen.done)
    }

    /// The line that is still being written, if it changed since it was last asked for.
    /// The next line or partial line will say that it replaces this one.
    pub fn partial(&mut self) -> Option<OutputLine> {
        self.screen.partial()
    }

    /// Says that something else was shown below the partial line: it stays where it is.
    pub(crate) fn keep_partial(&mut self) {
        self.screen.changed |= self.screen.outstanding;
        self.screen.outstanding = false;
    }

    /// Ends the stream: the last line, when it has no line feed.
    pub fn finish(&mut self) -> Option<AssembledLine> {
        // An escape or a character that was cut off by the end is not text.
        self.screen.started.then(|| self.screen.take_line())
    }
}

/// Whether a byte goes on with a character of UTF-8.
fn is_continuation(byte: u8) -> bool {
    (0x80..0xc0).contains(&byte)
}

/// How many bytes follow one that begins a character of UTF-8.
fn bytes_after(byte: u8) -> usize {
    match byte {
        0xc2..=0xdf => 1,
        0xe0..=0xef => 2,
        0xf0..=0xf4 => 3,
        _ => 0,
    }
}

/// How many bytes the last character of a text lacks; none for an empty text.
fn missing_of(text: &[u8]) -> Option<usize> {
    let behind = text.iter().rev().take_while(|byte| is_continuation(**byte)).count();
    let lead = text.iter().rev().nth(behind).copied();
    (!text.is_empty()).then(|| lead.map_or(0, bytes_after).saturating_sub(behind))
}

/// The line being written.
#[derive(Default)]
struct Line {
    text: String,
    /// Byte offset at which each style starts, ascending.
    styles: Vec<(usize, Style)>,
    columns: usize,
    dropped_bytes: u64,
}

#[derive(Default)]
struct Screen {
    line: Line,
    style: Style,
    eye: Eye,
    /// A carriage return was seen: the next character starts the line anew.
    restart: bool,
    /// Something was written since the last line feed, even if it was erased again.
    started: bool,
    /// A partial line was handed out and nothing has replaced it yet.
    outstanding: bool,
    /// The line changed since it was handed out.
    changed: bool,
    done: Vec<AssembledLine>,
}

impl Screen {
    fn put(&mut self, c: char) {
        if self.restart {
            self.clear();
        }
        self.changed = true;
        self.started = true;
        match self.eye.judge(c) {
            Shown::Itself => self.push(c),
            Shown::CodePoint => {
                let mut name = String::with_capacity(8);
                // Writing to a string cannot fail.
                let _infallible = write!(name, "<U+{:04X}>", c as u32);
                name.chars().for_each(|c| self.push(c));
            }
            Shown::Nothing => {}
        }
    }

    fn push(&mut self, c: char) {
        let line = &mut self.line;
        if line.text.len() + c.len_utf8() > TEXT_LIMIT_BYTES {
            line.dropped_bytes += c.len_utf8() as u64;
            return;
        }
        let current = line.styles.last().map_or(Style::default(), |(_, style)| *style);
        if current != self.style && line.styles.len() < STYLE_LIMIT {
            line.styles.push((line.text.len(), self.style));
        }
        line.text.push(c);
        line.columns += 1;
    }

    fn backspace(&mut self) {
        if self.restart {
            return;
        }
        let line = &mut self.line;
        if line.text.pop().is_some() {
            line.columns = line.columns.saturating_sub(1);
            while line.styles.last().is_some_and(|(start, _)| *start > line.text.len()) {
                line.styles.pop();
            }
            self.changed = true;
        }
    }

    fn clear(&mut self) {
        self.line = Line::default();
        self.eye.reset();
        self.restart = false;
        self.changed = true;
    }

    fn partial(&mut self) -> Option<OutputLine> {
        if !self.changed || (self.line.text.is_empty() && !self.outstanding) {
            return None;
        }
        self.changed = false;
        let shown = shown(&self.line, self.outstanding);
        self.outstanding = true;
        Some(shown)
    }

    fn take_line(&mut self) -> AssembledLine {
        let mut line = std::mem::take(&mut self.line);
        if line.dropped_bytes > 0 {
            // Writing to a string cannot fail.
            let _infallible = write!(line.text, " … {} bytes dropped", line.dropped_bytes);
        }
        let shown = shown(&line, self.outstanding);
        self.eye.reset();
        self.restart = false;
        self.started = false;
        self.outstanding = false;
        self.changed = false;
        AssembledLine { shown, text: line.text }
    }
}

impl Perform for Screen {
    fn print(&mut self, c: char) {
        match c {
            // C1 controls come here when their UTF-8 form was cut in two.
            '\u{80}'..='\u{9f}' | '\u{7f}' => {}
            c => self.put(c),
        }
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\n' => {
                let line = self.take_line();
                self.done.push(line);
            }
            b'\r' => self.restart = true,
            0x08 => self.backspace(),
            b'\t' => {
                let columns = if self.restart { 0 } else { self.line.columns };
                for _ in 0..TAB_STOP - columns % TAB_STOP {
                    self.put(' ');
                }
            }
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: char) {
        if ignore || !intermediates.is_empty() {
            return;
        }
        let first = params.iter().next().and_then(|group| group.first().copied()).unwrap_or(0);
        match (action, first) {
            ('m', _) => self.style.apply(params),
            // Erasing: the whole line, or from a cursor that stands at its start.
            ('K', 2) => {
                let restart = self.restart;
                self.clear();
                self.restart = restart;
            }
            ('K', 0) if self.restart => self.clear(),
            // What follows a move to another row is no part of this line.
            ('A' | 'B' | 'E' | 'F' | 'H' | 'f', _) if !self.line.text.is_empty() && !self.restart => {
                let line = self.take_line();
                self.done.push(line);
            }
            // Moves to the first column.
            ('G', 0 | 1) => self.restart = true,
            ('D', n) if usize::from(n) >= self.line.columns => self.restart = true,
            ('C', n) => {
                for _ in 0..usize::from(n.max(1)).min(MOVE_LIMIT) {
                    self.put(' ');
                }
            }
            _ => {}
        }
    }
}

fn shown(line: &Line, replaces: bool) -> OutputLine {
    let mut end = line.text.len();
    if end > SHOWN_LIMIT_BYTES {
        end = (0..=SHOWN_LIMIT_BYTES).rev().find(|at| line.text.is_char_boundary(*at)).unwrap_or(0);
    }
    let mut spans = Vec::new();
    let mut span = |from: usize, to: usize, style: Style| {
        if let Some(text) = line.text.get(from..to.min(end)).filter(|text| !text.is_empty()) {
            spans.push(OutputSpan { text: text.to_owned(), colour: style.colour, bold: style.bold });
        }
    };
    let (mut from, mut style) = (0, Style::default());
    for (start, next) in &line.styles {
        span(from, *start, style);
        (from, style) = (*start, *next);
    }
    span(from, end, style);
    if end < line.text.len() {
        let rest = line.text.len() - end;
        spans.push(OutputSpan { text: format!(" … {rest} more bytes"), ..OutputSpan::default() });
    }
    OutputLine { spans, replaces }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    /// Applies `replaces` as a screen does.
    fn visible(chunks: &[&[u8]], ask_partial: bool) -> Vec<OutputLine> {
        let mut assembler = Assembler::default();
        let mut lines: Vec<OutputLine> = Vec::new();
        let mut take = |line: OutputLine| {
            if line.replaces {
                lines.pop();
            }
            lines.push(OutputLine { replaces: false, ..line });
        };
        for chunk in chunks {
            for line in assembler.feed(chunk) {
                take(line.shown);
            }
            if ask_partial && let Some(partial) = assembler.partial() {
                take(partial);
            }
        }
        if let Some(last) = assembler.finish() {
            take(last.shown);
        }
        lines
    }

    fn texts(input: &[u8]) -> Vec<String> {
        visible(&[input], false).iter().map(OutputLine::text).collect()
    }

    fn bytewise(input: &[u8]) -> Vec<&[u8]> {
        input.chunks(1).collect()
    }

    #[test]
    fn line_editing_shows_what_a_terminal_shows_at_the_end() {
        let table: &[(&[u8], &[&str])] = &[
            (b"one\ntwo\n", &["one", "two"]),
            (b"dos\r\nlines\r\n", &["dos", "lines"]),
            (b"10%\r20%\r100%\ndone\n", &["100%", "done"]),
            (b"a long line\r\x1b[Kshort\n", &["short"]),
            (b"spin |\x08/\x08-\n", &["spin -"]),
            (b"[...] working\x1b[2K\x1b[1G[x] done", &["[x] done"]),
            (b"a\tb\n", &["a       b"]),
            (b"name\x1b[5Cvalue\n", &["name     value"]),
            (b"bell\x07 nul\x00 del\x7f\n", &["bell nul del"]),
            (b"\x1b[?25l\x1b[2J\x1b[1;1Hfull screen\x1b[?1049h\n", &["full screen"]),
            (b"bad \xff\xfe utf8\n", &["bad \u{fffd}\u{fffd} utf8"]),
            (b"\x1b]0;title\x07text\n", &["text"]),
            (b"", &[]),
            (b"\n", &[""]),
        ];
        for (input, expected) in table {
            assert_eq!(texts(input), *expected, "{:?}", String::from_utf8_lossy(input));
        }
    }

    #[test]
    fn colours_become_roles_and_the_rest_of_a_style_is_dropped() {
        let lines = visible(&[b"\x1b[1;31mFAIL\x1b[0m \x1b[38;5;196mx\x1b[48;2;1;2;3;4my\x1b[39mz\n"], false);
        let span = |text: &str, colour, bold| OutputSpan { text: text.into(), colour, bold };
        let expected = vec![
            span("FAIL", Some(1), true),
            span(" ", None, false),
            span("xy", Some(9), false),
            span("z", None, false),
        ];
        assert_eq!(lines, vec![OutputLine { spans: expected, replaces: false }]);
    }

    #[test]
    fn a_line_without_end_is_shown_while_it_grows_and_replaced() {
        let chunks: [&[u8]; 3] = [b"tests ..", b"..", b" ok\nnext\n"];
        let lines: Vec<String> = visible(&chunks, true).iter().map(OutputLine::text).collect();
        assert_eq!(lines, ["tests .... ok", "next"]);
    }

    #[test]
    fn an_endless_line_is_bounded_and_says_what_it_lost() {
        let mut assembler = Assembler::default();
        for _ in 0..80 {
            assert!(assembler.feed(&[b'x'; 64 * 1024]).is_empty());
        }
        let line = assembler.finish().expect("a line");
        assert_eq!(line.text.len(), TEXT_LIMIT_BYTES + " … 1048576 bytes dropped".len());
        assert!(line.text.ends_with(" … 1048576 bytes dropped"));
        assert!(line.shown.text().len() < SHOWN_LIMIT_BYTES + 64);
    }

    #[test]
    fn a_character_that_a_control_string_cuts_loses_nothing_behind_it() {
        let input: &[u8] = b"\xc2\x1b]0;t\x07\x80 \x80";
        let whole = visible(&[input], false);
        assert_eq!(visible(&bytewise(input), false), whole);
        assert_eq!(whole.iter().map(OutputLine::text).collect::<Vec<_>>(), [" "]);
    }

    #[test]
    fn no_control_character_survives() {
        let every: Vec<u8> = (0..=255).chain(b"\x1b[c\x1b[6n\xc2\x9b31m".iter().copied()).collect();
        for line in texts(&every) {
            assert_eq!(line.chars().find(|c| c.is_control()), None, "{line:?}");
        }
    }

    proptest! {
        #[test]
        fn lines_do_not_depend_on_how_the_stream_is_cut(
            pieces in proptest::collection::vec(prop_oneof![
                proptest::collection::vec(any::<u8>(), 0..12),
                Just(b"\x1b[31m".to_vec()), Just(b"\x1b[0m".to_vec()), Just(b"\r".to_vec()),
                Just(b"\n".to_vec()), Just(b"\x1b]0;t\x07".to_vec()), Just(b"\x1b[K".to_vec()),
                Just("你好\u{1f468}\u{200d}\u{1f469}".as_bytes().to_vec()), Just(b"\xe2\x82".to_vec()),
                Just(b"\x1b[38;2;1;200;3m".to_vec()), Just(b"\x1b[".to_vec()), Just(b"\x1bP q".to_vec()),
                Just(b"\xc2\x9b".to_vec()), Just(b"\x08".to_vec()), Just(b"plain text".to_vec()),
            ], 0..30)
        ) {
            let input = pieces.concat();
            let whole = visible(&[&input], false);
            prop_assert_eq!(&visible(&bytewise(&input), false), &whole);
            prop_assert_eq!(&visible(&bytewise(&input), true), &whole);
        }
    }
}
