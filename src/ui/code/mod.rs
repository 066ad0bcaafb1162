//! Source text as cells: tabs, visible blanks, word emphasis, syntax colours, wrapping.
//!
//! A line of source becomes glyphs, each with its byte in the source, so that emphasis and
//! syntax, which are byte ranges, meet cells that tabs and visible escapes have moved.

pub(crate) mod highlight;
mod scopes;
mod worker;

pub use worker::Waker;

use super::{
    canvas::Canvas,
    safe,
    theme::{Theme, Tone},
};
use ratatui::style::Style;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

const TAB_STOP: usize = 4;
/// A wrapped line breaks at a token end in so many last columns, if there is one.
const BREAK_WITHIN: usize = 24;

/// What a stretch of source is, as far as it is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hue {
    Keyword,
    Str,
    Function,
    Comment,
}

/// One coloured stretch, in bytes of the line. Stretches are in order, never overlapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Paint {
    pub(crate) range: Range<usize>,
    pub(crate) hue: Hue,
}

/// Which blanks of a line are shown as `·` and `→`; those that are a change always are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blanks {
    Plain,
    /// At the end of the line.
    Trailing,
    /// All: nothing but blanks differs from the other side.
    Shown,
}

/// On what a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// Background of emphasised words.
    pub(crate) emphasis: Tone,
    /// Whether syntax is coloured.
    pub(crate) is_plain: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Glyph {
    /// Byte of the source where it comes from.
    at: usize,
    width: u16,
    shown: Shown,
    is_emphasised: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shown {
    /// One printable ASCII byte.
    Ascii(u8),
    /// A grapheme of the source.
    Source(Range<usize>),
    /// Blanks of a tab.
    Blanks,
    /// The visible form of a character that must not reach the terminal.
    Escaped(String),
    /// A blank or a tab that is made visible: `·`, or `→` and blanks.
    Dot,
    Arrow,
}

/// A line of source, ready to be wrapped and drawn.
#[derive(Debug, Clone)]
pub(crate) struct Glyphs<'a> {
    text: &'a str,
    glyphs: Vec<Glyph>,
    width: usize,
}

impl<'a> Glyphs<'a> {
    /// `emphasis` are byte ranges of `text`, in order.
    pub(crate) fn new(text: &'a str, emphasis: &[Range<usize>], blanks: Blanks) -> Self {
        let shown_from = match blanks {
            Blanks::Shown => 0,
            Blanks::Trailing => text.trim_end_matches([' ', '\t']).len(),
            Blanks::Plain => text.len(),
        };
        let mut line = Self { text, glyphs: Vec::with_capacity(text.len()), width: 0 };
        let mut marks = emphasis.iter().map(|range| (range.clone(), is_blank(text, range))).peekable();
        let mut add = |line: &mut Self, at: usize, grapheme: Range<usize>| {
            while marks.next_if(|(range, _)| range.end <= at).is_some() {}
            let inside = marks.peek().filter(|(range, _)| range.contains(&at));
            let is_visible_blank = at >= shown_from || inside.is_some_and(|(_, blank)| *blank);
            line.add(at, grapheme, inside.is_some(), is_visible_blank);
        };
        if text.is_ascii() {
            for at in 0..text.len() {
                add(&mut line, at, at..at + 1);
            }
        } else {
            for (at, grapheme) in text.grapheme_indices(true) {
                add(&mut line, at, at..at + grapheme.len());
            }
        }
        line
    }

    fn add(&mut self, at: usize, source: Range<usize>, is_emphasised: bool, is_visible_blank: bool) {
        let grapheme = self.text.get(source.clone()).unwrap_or_default();
        let (shown, width) = match grapheme {
            "\t" => {
                let width = TAB_STOP - self.width % TAB_STOP;
                (if is_visible_blank { Shown::Arrow } else { Shown::Blanks }, width)
            }
            " " if is_visible_blank => (Shown::Dot, 1),
            _ => match grapheme.as_bytes() {
                [byte @ 0x20..0x7f] => (Shown::Ascii(*byte), 1),
                _ if grapheme.chars().any(safe::is_unsafe) => {
                    let mut visible = String::new();
                    grapheme.chars().for_each(|c| safe::push(&mut visible, c));
                    let width = visible.width();
                    (Shown::Escaped(visible), width)
                }
                _ => (Shown::Source(source), grapheme.width()),
            },
        };
        self.width += width;
        let width = u16::try_from(width).unwrap_or(u16::MAX);
        self.glyphs.push(Glyph { at, width, shown, is_emphasised });
    }

    /// Cells of the whole line.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Number of glyphs.
    pub(crate) fn len(&self) -> usize {
        self.glyphs.len()
    }

    /// The glyph that a byte of the source belongs to; the length behind the last.
    pub(crate) fn glyph_at(&self, byte: usize) -> usize {
        self.glyphs.partition_point(|glyph| glyph.at < byte)
    }

    /// Cells of a run of glyphs.
    pub(crate) fn cells(&self, run: Range<usize>) -> usize {
        self.glyphs.get(run).unwrap_or_default().iter().map(|glyph| usize::from(glyph.width)).sum()
    }

    /// How many glyphs fit into `cells`.
    pub(crate) fn fitting(&self, cells: usize) -> usize {
        self.run_from(0, cells)
    }

    /// End of the longest run of glyphs from `start` that fits into `cells`.
    fn run_from(&self, start: usize, cells: usize) -> usize {
        let mut used = 0;
        let rest = self.glyphs.get(start..).unwrap_or_default();
        let fitting = rest.iter().take_while(|glyph| {
            used += usize::from(glyph.width);
            used <= cells
        });
        start + fitting.count()
    }

    /// Where the line breaks: `first` cells, then `next` cells for each continuation. A
    /// glyph wider than the room stands alone and is clipped.
    pub(crate) fn wrap(&self, first: usize, next: usize) -> Vec<Range<usize>> {
        if self.width <= first || self.glyphs.is_empty() {
            return std::iter::once(0..self.glyphs.len()).collect();
        }
        let mut lines = Vec::new();
        let (mut start, mut room) = (0, first.max(1));
        while start < self.glyphs.len() {
            let hard = self.run_from(start, room).max(start + 1);
            let end = if hard >= self.glyphs.len() { hard } else { self.token_end(start, hard) };
            lines.push(start..end);
            start = end;
            room = next.max(1);
        }
        lines
    }

    /// Where a line that is full at `hard` breaks: after the last blank within the margin,
    /// else at the last token end there, else hard.
    fn token_end(&self, start: usize, hard: usize) -> usize {
        let is_blank = |at: usize| self.glyphs.get(at).is_some_and(|glyph| glyph.shown == Shown::Ascii(b' '));
        let is_inside = |at: usize| {
            let is_word = |at: usize| self.glyphs.get(at).is_some_and(|glyph| self.is_word(glyph));
            is_word(at - 1) && is_word(at)
        };
        let mut columns = 0;
        let within = (start + 2..=hard).rev().take_while(|at| {
            columns += self.glyphs.get(at - 1).map_or(1, |glyph| usize::from(glyph.width));
            columns <= BREAK_WITHIN
        });
        let mut token = None;
        for at in within {
            // A blank never starts a line, and a word is never cut while anything else can be.
            if is_blank(at) || is_inside(at) {
                continue;
            }
            if is_blank(at - 1) {
                return at;
            }
            token = token.or(Some(at));
        }
        token.unwrap_or(hard)
    }

    fn is_word(&self, glyph: &Glyph) -> bool {
        match &glyph.shown {
            Shown::Ascii(byte) => byte.is_ascii_alphanumeric() || *byte == b'_',
            Shown::Source(range) => {
                self.text.get(range.clone()).is_some_and(|text| text.chars().all(char::is_alphanumeric))
            }
            Shown::Blanks | Shown::Dot | Shown::Arrow | Shown::Escaped(_) => false,
        }
    }

    /// Draws a run of glyphs; returns where it ended.
    pub(crate) fn draw(
        &self,
        canvas: &mut Canvas<'_>,
        (x, y, right): (u16, u16, u16),
        run: Range<usize>,
        look: Look,
        paints: &[Paint],
    ) -> u16 {
        let inks = Inks::new(canvas.theme, look);
        let paints = if look.is_plain { &[] } else { paints };
        let mut paints = paints.iter().peekable();
        let mut x = x;
        for glyph in self.glyphs.get(run).unwrap_or_default() {
            if x >= right {
                break;
            }
            while paints.next_if(|paint| paint.range.end <= glyph.at).is_some() {}
            let hue = paints.peek().filter(|paint| paint.range.contains(&glyph.at)).map(|paint| paint.hue);
            let is_blank_mark = matches!(glyph.shown, Shown::Dot | Shown::Arrow);
            let style = match (glyph.is_emphasised, hue) {
                (true, _) => inks.emphasis,
                (false, _) if is_blank_mark => inks.comment,
                (false, Some(hue)) => inks.hue(hue),
                (false, None) => inks.text,
            };
            x = self.put(canvas, glyph, (x, y, right), style);
        }
        x
    }

    fn put(
        &self,
        canvas: &mut Canvas<'_>,
        glyph: &Glyph,
        (x, y, right): (u16, u16, u16),
        style: Style,
    ) -> u16 {
        let end = x.saturating_add(glyph.width);
        match &glyph.shown {
            Shown::Ascii(byte) => {
                let mut buffer = [0; 4];
                canvas.symbol(x, y, char::from(*byte).encode_utf8(&mut buffer), style);
            }
            Shown::Source(range) => {
                canvas.put_clean(x, y, right, self.text.get(range.clone()).unwrap_or_default(), style);
            }
            Shown::Escaped(visible) => {
                canvas.put_clean(x, y, right, visible, style);
            }
            Shown::Blanks => canvas.run(x..end.min(right), y, " ", style),
            Shown::Dot => canvas.symbol(x, y, canvas.symbols.pick("·", "."), style),
            Shown::Arrow => {
                canvas.symbol(x, y, canvas.symbols.pick("→", ">"), style);
                canvas.run(x + 1..end.min(right), y, " ", style);
            }
        }
        end.min(right)
    }
}

fn is_blank(text: &str, range: &Range<usize>) -> bool {
    text.get(range.clone()).is_some_and(|part| part.bytes().all(|byte| matches!(byte, b' ' | b'\t')))
}

/// The styles of one line, looked up once.
struct Inks {
    text: Style,
    comment: Style,
    keyword: Style,
    string: Style,
    function: Style,
    emphasis: Style,
}

impl Inks {
    fn new(theme: &Theme, look: Look) -> Self {
        Self {
            text: theme.ink(Tone::Text),
            comment: theme.ink(Tone::Muted),
            keyword: theme.ink(Tone::SynKw),
            string: theme.ink(Tone::SynStr),
            function: theme.ink(Tone::SynFn),
            emphasis: theme.emphasis(look.emphasis),
        }
    }

    fn hue(&self, hue: Hue) -> Style {
        match hue {
            Hue::Keyword => self.keyword,
            Hue::Str => self.string,
            Hue::Function => self.function,
            Hue::Comment => self.comment,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use proptest::prelude::*;

    fn pieces(text: &str, first: usize, next: usize) -> Vec<String> {
        let glyphs = Glyphs::new(text, &[], Blanks::Plain);
        glyphs.wrap(first, next).into_iter().map(|run| text[run].to_owned()).collect()
    }

    #[test]
    fn code_wraps_at_token_ends() {
        assert_eq!(
            pieces("order = await self.orders.get_owned(order_id, user.id)", 40, 30),
            ["order = await self.orders.get_owned(", "order_id, user.id)"]
        );
        assert_eq!(pieces("get_owned(order_id, user.id)", 25, 20), ["get_owned(order_id, ", "user.id)"]);
    }

    #[test]
    fn a_token_longer_than_the_margin_breaks_hard() {
        let text = "a".repeat(70);
        assert_eq!(pieces(&text, 40, 20).iter().map(String::len).collect::<Vec<_>>(), [40, 20, 10]);
    }

    #[test]
    fn tabs_stop_every_four_columns() {
        assert_eq!(Glyphs::new("a\tb", &[], Blanks::Plain).width(), 5);
        assert_eq!(Glyphs::new("\t\tb", &[], Blanks::Plain).width(), 9);
    }

    #[test]
    fn blanks_that_are_the_change_are_shown() {
        let shown = |text: &str, emphasis: &[Range<usize>], blanks| -> Vec<Shown> {
            Glyphs::new(text, emphasis, blanks).glyphs.into_iter().map(|glyph| glyph.shown).collect()
        };
        let x = Shown::Ascii(b'x');
        assert_eq!(
            shown(" \tx", std::slice::from_ref(&(0..2)), Blanks::Plain),
            [Shown::Dot, Shown::Arrow, x.clone()]
        );
        assert_eq!(shown("x  ", &[], Blanks::Trailing), [x.clone(), Shown::Dot, Shown::Dot]);
        let space = Shown::Ascii(b' ');
        assert_eq!(shown("x x", std::slice::from_ref(&(1..3)), Blanks::Trailing), [x.clone(), space, x]);
    }

    #[test]
    fn an_escape_in_source_is_shown_as_text() {
        let glyphs = Glyphs::new("a\u{1b}[0m\u{202e}", &[], Blanks::Plain);
        assert!(matches!(&glyphs.glyphs[1].shown, Shown::Escaped(text) if text == "␛"));
        assert!(matches!(&glyphs.glyphs[5].shown, Shown::Escaped(text) if text == "<U+202E>"));
    }

    proptest! {
        #[test]
        fn wrapping_loses_no_glyph(text in "[a-z_ .(日é\t]{0,80}", first in 1usize..40, next in 1usize..30) {
            let glyphs = Glyphs::new(&text, &[], Blanks::Trailing);
            let lines = glyphs.wrap(first, next);
            let mut at = 0;
            for line in &lines {
                prop_assert_eq!(line.start, at);
                at = line.end;
            }
            prop_assert_eq!(at, glyphs.len());
        }
    }
}
