//! Turns decisions into text.
//!
//! Builds the text a file will have if exactly the given hunks are taken. Pure; never
//! reads disk, knows nothing of git. Promises: no hunk gives the base, all hunks give
//! the proposal, byte for byte, including a missing last newline. A subset never glues
//! two lines together: a line without an end gets one when another line follows.

use super::{
    diff::split_lines,
    hunk::{Body, Hunk},
};
use std::ops::Range;

/// The base with the given text hunks, which are in base order and do not overlap.
///
/// Hunks that are not text are ignored here; `FileEdit` deals with them.
pub fn compose_lines(base: &str, hunks: &[&Hunk]) -> String {
    let texts = hunks.iter().filter(|hunk| matches!(hunk.body, Body::Text { .. }));
    compose_parts(base, texts.map(|hunk| (hunk.base_range(), hunk.new_lines())))
}

/// The base with 0-based ranges of its lines replaced, in order.
pub(super) fn compose_parts<'a>(
    base: &str,
    parts: impl Iterator<Item = (Range<u32>, &'a [String])>,
) -> String {
    let lines = split_lines(base);
    let ending = if lines.first().is_some_and(|line| line.ends_with("\r\n")) { "\r\n" } else { "\n" };
    let mut text = String::with_capacity(base.len());
    let mut at = 0_usize;
    for (range, new_lines) in parts {
        let start = (range.start as usize).clamp(at, lines.len());
        push_lines(&mut text, ending, lines.get(at..start).unwrap_or_default().iter().copied());
        push_lines(&mut text, ending, new_lines.iter().map(String::as_str));
        at = (start + range.len()).min(lines.len());
    }
    push_lines(&mut text, ending, lines.get(at..).unwrap_or_default().iter().copied());
    text
}

fn push_lines<'a>(text: &mut String, ending: &str, lines: impl Iterator<Item = &'a str>) {
    for line in lines.filter(|line| !line.is_empty()) {
        if !text.is_empty() && !text.ends_with('\n') {
            text.push_str(ending);
        }
        text.push_str(line);
    }
}
