//! From byte spans to lines and columns in Unicode scalars.

use crate::analysis::facts::{LineIndex, Span};

/// 1-based line and column of a start and an exclusive end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) line: u32,
    pub(super) column: u32,
    pub(super) end_line: u32,
    pub(super) end_column: u32,
}

/// The range of a span of a text.
pub(super) fn range(text: &str, span: Span) -> Range {
    let (line, column) = place(text, span.start as usize);
    let (end_line, end_column) = place(text, span.end.max(span.start) as usize);
    Range { line, column, end_line, end_column }
}

/// The same for a text whose lines are known.
pub(super) fn range_by(lines: &LineIndex, text: &str, span: Span) -> Range {
    let place = |offset: u32| {
        let offset = floor(text, offset as usize);
        let (line, start) = lines.line_and_start(u32::try_from(offset).unwrap_or(u32::MAX));
        (line, column(text.get(start as usize..offset).unwrap_or_default()))
    };
    let ((line, column), (end_line, end_column)) = (place(span.start), place(span.end.max(span.start)));
    Range { line, column, end_line, end_column }
}

/// The boundary of characters at or before an offset.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn column(before: &str) -> u32 {
    u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX)
}

fn place(text: &str, offset: usize) -> (u32, u32) {
    let before = text.get(..floor(text, offset)).unwrap_or_default();
    let mut line = 1_u32;
    let mut start = 0;
    let bytes = before.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        // A lone `\r` ends a line as well, as in the line index of facts.
        if *byte == b'\n' || (*byte == b'\r' && text.as_bytes().get(at + 1) != Some(&b'\n')) {
            line = line.saturating_add(1);
            start = at + 1;
        }
    }
    (line, column(before.get(start..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn columns_count_scalars_and_ends_are_exclusive() {
        let text = "a\r\nläuft = \"ü\"\nend";
        let start = text.find('"').unwrap() as u32;
        let end = text.rfind('"').unwrap() as u32 + 1;
        assert_eq!(
            range(text, Span::new(start, end)),
            Range { line: 2, column: 9, end_line: 2, end_column: 12 }
        );
        assert_eq!(place(text, usize::MAX), (3, 4), "beyond the end is the end");
        let lines = LineIndex::new(text);
        for (start, end) in [(start, end), (0, 3), (5, u32::MAX), (u32::MAX, 0)] {
            let span = Span::new(start, end);
            assert_eq!(range_by(&lines, text, span), range(text, span));
        }
    }
}
