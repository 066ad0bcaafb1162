//! The lines of an output that a parser will see: all of them, or its two ends.
//!
//! Tools say what they will do at the start and what went wrong at the end; of a flood
//! the middle is dropped. Line numbers of the output stay right over the gap.

use std::collections::VecDeque;

const HEAD_BYTES: usize = 4 * 1024 * 1024;
const TAIL_BYTES: usize = 12 * 1024 * 1024;
/// What a line costs beside its text, so that empty lines are not free.
const LINE_COST_BYTES: usize = 64;

/// The two ends of an output.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    head: Vec<String>,
    head_bytes: usize,
    tail: VecDeque<String>,
    tail_bytes: usize,
    dropped_lines: usize,
}

impl Kept {
    /// Adds the next line.
    pub(crate) fn push(&mut self, line: String) {
        let cost = line.len() + LINE_COST_BYTES;
        if self.tail.is_empty() && self.dropped_lines == 0 && self.head_bytes + cost <= HEAD_BYTES {
            self.head_bytes += cost;
            self.head.push(line);
            return;
        }
        self.tail_bytes += cost;
        self.tail.push_back(line);
        while self.tail_bytes > TAIL_BYTES && self.tail.len() > 1 {
            if let Some(oldest) = self.tail.pop_front() {
                self.tail_bytes -= oldest.len() + LINE_COST_BYTES;
                self.dropped_lines += 1;
            }
        }
    }

    /// The kept lines in order.
    pub(crate) fn lines(&self) -> Vec<&str> {
        self.head.iter().chain(&self.tail).map(String::as_str).collect()
    }

    /// The line number in the whole output of a 1-based number among the kept lines.
    pub(crate) fn output_line(&self, kept_line: u32) -> u32 {
        let past_head = usize::try_from(kept_line).unwrap_or(usize::MAX) > self.head.len();
        let gap = if past_head { self.dropped_lines } else { 0 };
        kept_line.saturating_add(u32::try_from(gap).unwrap_or(u32::MAX))
    }

    /// How many lines fell out of the middle.
    pub(crate) fn dropped_lines(&self) -> usize {
        self.dropped_lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_keeps_both_ends_and_true_line_numbers() {
        let mut kept = Kept::default();
        let total = 400_000;
        for n in 1..=total {
            kept.push(format!("line {n}"));
        }
        let lines = kept.lines();
        assert_eq!(lines.first(), Some(&"line 1"));
        assert_eq!(lines.last().copied(), Some(format!("line {total}").as_str()));
        assert!(kept.dropped_lines() > 0);
        let last = u32::try_from(lines.len()).expect("fits");
        assert_eq!(kept.output_line(last), total);
        assert_eq!(kept.output_line(1), 1);
    }

    #[test]
    fn a_small_output_is_kept_whole() {
        let mut kept = Kept::default();
        kept.push("a".into());
        kept.push("b".into());
        assert_eq!(kept.lines(), ["a", "b"]);
        assert_eq!(kept.output_line(2), 2);
    }
}
