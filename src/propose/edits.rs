//! Replacements in one text, never two on the same bytes.
//!
//! Every mechanical change of this layer goes through here, so that "keeps the rest byte
//! for byte" and "never two edits on one range" hold by construction.

use crate::ports::ProposeError;
use std::ops::Range;

/// Replacements to make in a text; ranges are bytes of the old text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Edits {
    list: Vec<(Range<usize>, String)>,
}

impl Edits {
    /// Puts `new` in place of the range.
    pub(crate) fn replace(&mut self, range: Range<usize>, new: impl Into<String>) {
        self.list.push((range, new.into()));
    }

    /// Puts `new` before the byte `at`.
    pub(crate) fn insert(&mut self, at: usize, new: impl Into<String>) {
        self.list.push((at..at, new.into()));
    }

    /// The replacements that stand wholly in a range.
    pub(crate) fn within(&self, range: &Range<usize>) -> impl Iterator<Item = (Range<usize>, String)> + '_ {
        let range = range.clone();
        let is_inside = move |at: &Range<usize>| range.start <= at.start && at.end <= range.end;
        self.list.iter().filter(move |(at, _)| is_inside(at)).cloned()
    }

    /// The text with all replacements. Two insertions at one place stay in their order;
    /// overlapping replacements are an error, and nothing is changed.
    pub(crate) fn apply(mut self, text: &str) -> Result<String, ProposeError> {
        self.list.sort_by_key(|(range, _)| (range.start, range.end));
        let mut new_text = String::with_capacity(text.len());
        let mut at = 0_usize;
        for (range, new) in &self.list {
            let kept = text.get(at..range.start).filter(|_| range.start >= at);
            let (Some(kept), true) = (kept, text.get(range.clone()).is_some()) else {
                return Err(ProposeError::Rejected("two changes of one place".into()));
            };
            new_text.push_str(kept);
            new_text.push_str(new);
            at = range.end;
        }
        new_text.push_str(text.get(at..).unwrap_or_default());
        Ok(new_text)
    }
}

/// The line ending that a text uses: `\r\n` when its first line ends so.
pub(crate) fn newline_of(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|line| line.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// Byte offset of the start of the line that holds `at`.
pub(crate) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// Byte offset just after the line that holds `at`, terminator included.
pub(crate) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |newline| at + newline + 1)
}

/// 1-based number of the line that holds the byte `at`.
pub(crate) fn line_number(text: &str, at: usize) -> u32 {
    let newlines = text.get(..at).unwrap_or(text).bytes().filter(|byte| *byte == b'\n').count();
    u32::try_from(newlines + 1).unwrap_or(u32::MAX)
}

/// The blanks at the start of the line that holds `at`.
pub(crate) fn indent_of(text: &str, at: usize) -> &str {
    let line = text.get(line_start(text, at)..).unwrap_or_default();
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..blanks).unwrap_or_default()
}

/// Byte offset of a 1-based line and 1-based column in Unicode scalars.
pub(crate) fn offset_of(text: &str, line: u32, column: u32) -> Option<usize> {
    let mut start = 0_usize;
    for _ in 1..line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let rest = text.get(start..)?;
    let skip = usize::try_from(column.saturating_sub(1)).ok()?;
    let within = rest.char_indices().nth(skip).map_or(rest.len(), |(at, _)| at);
    Some(start + within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_text_order_whatever_their_order() {
        let mut edits = Edits::default();
        edits.replace(4..7, "two");
        edits.insert(0, ">");
        edits.insert(0, "> ");
        assert_eq!(edits.apply("one and").unwrap(), ">> one two");
    }

    #[test]
    fn two_edits_on_one_range_are_refused() {
        let mut edits = Edits::default();
        edits.replace(0..3, "a");
        edits.replace(2..5, "b");
        assert!(edits.apply("abcdef").is_err());
    }

    #[test]
    fn places_count_scalars_and_lines_from_one() {
        let text = "é = 1\r\n  b = 2\n";
        assert_eq!(offset_of(text, 1, 5), Some(5));
        assert_eq!(offset_of(text, 2, 3).map(|at| &text[at..=at]), Some("b"));
        assert_eq!(line_number(text, 10), 2);
        assert_eq!(indent_of(text, 10), "  ");
        assert_eq!(newline_of(text), "\r\n");
    }
}
