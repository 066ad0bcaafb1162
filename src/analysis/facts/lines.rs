//! From byte offsets to line numbers, at little more than one byte a line.
//!
//! Line lengths are kept, seven bits to a byte, and every so many lines the place where a
//! look-up can begin: hostile and generated files have a hundred thousand lines.

use serde::{Deserialize, Serialize};

/// Lines between two places where a look-up can begin.
const STRIDE: usize = 64;

/// The lengths of a file's lines, line ends included.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineIndex {
    lengths: Box<[u8]>,
    /// Of every [`STRIDE`]th line after the first: its offset, and where in `lengths` its
    /// own length stands.
    marks: Box<[(u32, u32)]>,
}

impl LineIndex {
    /// The index of a text; lines end with `\n`, `\r\n` or `\r`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut lengths = Vec::with_capacity(bytes.len() / 32);
        let mut marks = Vec::new();
        let (mut start, mut lines) = (0, 0);
        for (at, byte) in bytes.iter().enumerate() {
            let ends = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends {
                push_varint(&mut lengths, at + 1 - start);
                start = at + 1;
                lines += 1;
                if lines % STRIDE == 0 {
                    let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
                    marks.push((small(start), small(lengths.len())));
                }
            }
        }
        Self { lengths: lengths.into_boxed_slice(), marks: marks.into_boxed_slice() }
    }

    /// The 1-based line of a byte offset, and the offset at which that line starts.
    pub fn line_and_start(&self, offset: u32) -> (u32, u32) {
        let passed = self.marks.partition_point(|(start, _)| *start <= offset);
        let mark = passed.checked_sub(1).and_then(|last| self.marks.get(last));
        let (mut start, from) = mark.copied().unwrap_or((0, 0));
        let mut line = u32::try_from(passed * STRIDE + 1).unwrap_or(u32::MAX);
        let (mut length, mut shift) = (0_u32, 0_u32);
        for byte in self.lengths.get(from as usize..).unwrap_or_default() {
            length |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 != 0 {
                shift += 7;
                continue;
            }
            let next = start.saturating_add(length);
            if next > offset {
                break;
            }
            (start, line) = (next, line.saturating_add(1));
            (length, shift) = (0, 0);
        }
        (line, start)
    }

    /// The 1-based line of a byte offset.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_and_start(offset).0
    }
}

fn push_varint(out: &mut Vec<u8>, value: usize) {
    // Files are capped far below 4 GiB; four groups of seven bits are 256 MiB.
    let mut rest = u32::try_from(value).unwrap_or(u32::MAX) & 0x0fff_ffff;
    while rest >= 0x80 {
        out.push((rest & 0x7f) as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offset_has_the_line_that_counting_gives() {
        let long = "x".repeat(300);
        let many = "line\n".repeat(3 * STRIDE);
        let text = format!("a\nbb\r\n\n{long}\rlast\n{many}no end");
        let index = LineIndex::new(&text);
        let (mut line, mut start) = (1, 0);
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            assert_eq!(index.line_and_start(at as u32), (line, start), "offset {at}");
            if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
                (line, start) = (line + 1, at as u32 + 1);
            }
        }
        assert_eq!(index.line(u32::MAX), line, "beyond the end is the last line");
    }
}
