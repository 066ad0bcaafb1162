//! Turns decisions into text.
//!
//! Builds the text a file will have if exactly the given hunks are taken. Pure; never
//! reads disk, knows nothing of git. Promises: no hunk gives the base, all hunks give
//! the proposal, byte for byte, including a missing last newline.

use super::{diff::split_lines, hunk::Hunk};

/// The base with the given text hunks, which are in base order and do not overlap.
///
/// Hunks that are not text are ignored here; `FileEdit` deals with them.
pub fn compose_lines(base: &str, hunks: &[&Hunk]) -> String {
    let lines = split_lines(base);
    let mut text = String::with_capacity(base.len());
    let mut at = 0_usize;
    for hunk in hunks {
        let super::hunk::Body::Text { base_start, base_len, .. } = &hunk.body else { continue };
        let start = (*base_start as usize).clamp(at, lines.len());
        text.extend(lines.get(at..start).unwrap_or_default().iter().copied());
        text.extend(hunk.new_lines().iter().map(String::as_str));
        at = (start + *base_len as usize).min(lines.len());
    }
    text.extend(lines.get(at..).unwrap_or_default().iter().copied());
    text
}
