//! How far a test run is, read from its lines while they arrive.
//!
//! A bar is shown only when the tool says how many tests there are; nothing is guessed.

use super::text::{number, patterns};

patterns! {
    COLLECTED = r"\bcollected (\d+) items?(?:.* (\d+) selected)?|\[(\d+) items\]";
    PERCENT = r"\[ *(\d{1,3})%\]";
    CARGO_RUNNING = r"^running (\d+) tests?$";
    CARGO_TEST = r"^test .+ \.\.\. ";
    NEXTEST_STARTING = r"^ *Starting (\d+) tests? across";
    NEXTEST_DONE = r"^ *[A-Z]+ \[ *[\d.]+s\] \( *(\d+)/(\d+)\)";
    VITEST_COUNT = r"^ *Tests .*\((\d+)\)$";
}

/// Counts tests of one run.
#[derive(Debug, Clone)]
pub struct Meter {
    parser: String,
    done: u32,
    total: Option<u32>,
}

impl Meter {
    /// A meter for the output of a parser's tool.
    pub fn new(parser: &str) -> Self {
        Self { parser: parser.to_owned(), done: 0, total: None }
    }

    /// Takes the next line, also an unfinished one, and returns tests done and total once
    /// the total is known. The first number never exceeds the second.
    pub fn line(&mut self, line: &str) -> Option<(u32, u32)> {
        match self.parser.as_str() {
            "pytest" => self.pytest(line),
            "cargo-test" => {
                if let Some(found) = CARGO_RUNNING.captures(line) {
                    let more = found.get(1).map_or(0, |count| number(count.as_str()));
                    self.total = Some(self.total.unwrap_or(0).saturating_add(more));
                } else if CARGO_TEST.is_match(line) {
                    self.done = self.done.saturating_add(1);
                }
            }
            "cargo-nextest" => {
                if let Some(found) = NEXTEST_STARTING.captures(line) {
                    self.total = found.get(1).map(|count| number(count.as_str()));
                } else if let Some(found) = NEXTEST_DONE.captures(line) {
                    self.done = found.get(1).map_or(self.done, |count| number(count.as_str()));
                    self.total = found.get(2).map(|count| number(count.as_str())).or(self.total);
                }
            }
            "vitest" | "jest" => {
                if let Some(found) = VITEST_COUNT.captures(line) {
                    self.total = found.get(1).map(|count| number(count.as_str()));
                    self.done = self.total.unwrap_or(0);
                }
            }
            _ => {}
        }
        self.total.filter(|total| *total > 0).map(|total| (self.done.min(total), total))
    }

    fn pytest(&mut self, line: &str) {
        if let Some(found) = COLLECTED.captures(line) {
            let count = found.get(2).or_else(|| found.get(1)).or_else(|| found.get(3));
            self.total = count.map(|count| number(count.as_str()));
        }
        if let (Some(total), Some(found)) = (self.total, PERCENT.captures(line)) {
            let percent = found.get(1).map_or(0, |count| number(count.as_str())).min(100);
            self.done =
                self.done.max(u32::try_from(u64::from(total) * u64::from(percent) / 100).unwrap_or(total));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn check(parser: &str, lines: &[&str], expected: &[Option<(u32, u32)>]) {
        let mut meter = Meter::new(parser);
        let seen: Vec<_> = lines.iter().map(|line| meter.line(line)).collect();
        assert_eq!(seen, expected, "{parser}");
    }

    #[test]
    fn a_bar_appears_when_the_total_is_known() {
        check(
            "pytest",
            &[
                "platform linux",
                "collected 47 items",
                "tests/test_a.py ....  [ 19%]",
                "tests/test_b.py .. [100%]",
            ],
            &[None, Some((0, 47)), Some((8, 47)), Some((47, 47))],
        );
        check(
            "cargo-test",
            &["running 2 tests", "test a ... ok", "test b ... FAILED", "running 1 test"],
            &[Some((0, 2)), Some((1, 2)), Some((2, 2)), Some((2, 3))],
        );
        check(
            "cargo-nextest",
            &["    Starting 5 tests across 2 binaries", "        PASS [   0.009s] (1/5) app tests::ok"],
            &[Some((0, 5)), Some((1, 5))],
        );
        check("mypy", &["Found 4 errors"], &[None]);
    }
}
