//! How far a test run is, read from its lines while they arrive.
//!
//! A bar is shown only when the total is real: the tool says how many tests there are, it
//! prints the share that is done, or the same command has run to its end on the very same
//! tree. Nothing is guessed. A row that is still being written counts too and is counted
//! anew when the next one replaces it.

use super::text::{number, patterns};
use crate::ports::verifier::Progress;

patterns! {
    COLLECTED = r"\bcollected (\d+) items?(?:.* (\d+) selected)?|\[(\d+) items\]";
    PERCENT = r"\[ *(\d{1,3})%\]";
    OF = r"\[ *(\d+)/(\d+)\]$";
    PYTEST_NAMED = r"^(?:\S+::.+? |\[gw\d+\] (?:\[ *\d+%\] )?)(?:PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)\b";
    PYTEST_LETTERS = r"^(?:\S+\.py )?([.FEsxX]+)\s*(?:\[ *\d+(?:%|/\d+)\])?$";
    PYTEST_OVER = r"^=+ (?:FAILURES|ERRORS|short test summary info|warnings summary) =+$";
    CARGO_RUNNING = r"^running (\d+) tests?$";
    CARGO_TEST = r"^test .+ \.\.\. (?:ok|FAILED|ignored)";
    CARGO_LETTERS = r"^([.Fi]+)(?: \d+/\d+)?$";
    NEXTEST_STARTING = r"^ *Starting (\d+) tests? across";
    NEXTEST_DONE = r"^ *[A-Z]+ \[ *[\d.]+s\] \( *(\d+)/(\d+)\)";
    DJANGO_FOUND = r"^Found (\d+) tests?\b";
    UNITTEST_NAMED = r" \.\.\. (?:ok|FAIL|ERROR|skipped\b.*|expected failure|unexpected success)$";
    UNITTEST_LETTERS = r"^([.FEsxu]+)$";
    VITEST_FILES = r"^ *Test Files  (.*)\((\d+)\)$";
    JEST_FILES = r"^Test Suites: (?:.*, )?(\d+)(?: of (\d+))? total$";
    AMOUNT = r"(\d+) (?:passed|failed|skipped|todo)";
}

/// Counts the tests of one run.
#[derive(Debug, Clone)]
pub struct Meter {
    tool: Tool,
    /// Tests in rows that are finished, and in the row that the next may replace.
    counted: u32,
    row: u32,
    total: Option<u32>,
    percent: Option<u32>,
    /// Total of the same command on the same tree, from a run that came to its end.
    known: Option<u32>,
    /// The tool prints its failures now; nothing there is a test.
    over: bool,
}

/// Tools with a way of their own to say how far they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tool {
    Pytest,
    CargoTest,
    Nextest,
    Unittest,
    Vitest,
    Jest,
    Other,
}

impl Meter {
    /// A meter for the output of a parser's tool; `known` is how many tests the same
    /// command had on the same tree.
    pub fn new(parser: &str, known: Option<u32>) -> Self {
        let tool = match parser {
            "pytest" => Tool::Pytest,
            "cargo-test" => Tool::CargoTest,
            "cargo-nextest" => Tool::Nextest,
            "unittest" | "django-test" => Tool::Unittest,
            "vitest" => Tool::Vitest,
            "jest" => Tool::Jest,
            _ => Tool::Other,
        };
        Self { tool, counted: 0, row: 0, total: None, percent: None, known, over: false }
    }

    /// Takes the next row, finished or not; `replaces` says that it stands for the one
    /// before it. Returns how far the run is once that is known.
    pub fn line(&mut self, line: &str, replaces: bool) -> Option<Progress> {
        if self.tool == Tool::Other {
            return None;
        }
        if !replaces {
            self.counted = self.counted.saturating_add(self.row);
        }
        self.row = 0;
        match self.tool {
            Tool::Pytest => self.pytest(line),
            Tool::CargoTest => self.cargo_test(line, replaces),
            Tool::Nextest => self.nextest(line),
            Tool::Unittest => self.unittest(line),
            Tool::Vitest | Tool::Jest => self.files(line),
            Tool::Other => {}
        }
        self.progress()
    }

    fn progress(&self) -> Option<Progress> {
        let done = self.counted.saturating_add(self.row);
        match (self.total, self.percent, self.known) {
            (Some(total), percent, _) if total > 0 => {
                let share = u64::from(total) * u64::from(percent.unwrap_or(0)) / 100;
                let done = done.max(u32::try_from(share).unwrap_or(total)).min(total);
                Some(Progress::Counted { done, total })
            }
            (None, Some(percent), _) => Some(Progress::Percent(percent)),
            // More than there were the last time: that total is not this run's.
            (None, None, Some(total)) if done > 0 && done <= total => Some(Progress::Counted { done, total }),
            _ => None,
        }
    }

    /// A new total, from where counting begins again.
    fn begin(&mut self, total: u32) {
        (self.counted, self.row, self.percent, self.over) = (0, 0, None, false);
        self.total = Some(total);
    }

    fn pytest(&mut self, line: &str) {
        if let Some(found) = COLLECTED.captures(line) {
            if let Some(count) = found.get(2).or_else(|| found.get(1)).or_else(|| found.get(3)) {
                self.begin(number(count.as_str()));
            }
            return;
        }
        self.over |= PYTEST_OVER.is_match(line);
        if self.over {
            return;
        }
        if let Some((done, total)) = pair(&OF, line) {
            (self.counted, self.row, self.total) = (done, 0, Some(total));
        } else if PYTEST_NAMED.is_match(line) {
            self.row = 1;
        } else {
            self.row = letters(&PYTEST_LETTERS, line);
        }
        if let Some(found) = PERCENT.captures(line) {
            let percent = found.get(1).map_or(0, |count| number(count.as_str())).min(100);
            self.percent = self.percent.max(Some(percent));
        }
    }

    fn cargo_test(&mut self, line: &str, replaces: bool) {
        if let Some(found) = CARGO_RUNNING.captures(line) {
            if !replaces {
                let more = found.get(1).map_or(0, |count| number(count.as_str()));
                // Each test binary says its own number; what is known of the rest is nothing.
                self.total = Some(self.total.unwrap_or(0).saturating_add(more));
            }
        } else if CARGO_TEST.is_match(line) {
            self.row = 1;
        } else {
            self.row = letters(&CARGO_LETTERS, line);
        }
    }

    fn nextest(&mut self, line: &str) {
        if let Some(found) = NEXTEST_STARTING.captures(line) {
            self.begin(found.get(1).map_or(0, |count| number(count.as_str())));
        } else if let Some((done, total)) = pair(&NEXTEST_DONE, line) {
            (self.counted, self.row, self.total) = (done, 0, Some(total));
        }
    }

    fn unittest(&mut self, line: &str) {
        if let Some(found) = DJANGO_FOUND.captures(line) {
            self.begin(found.get(1).map_or(0, |count| number(count.as_str())));
        } else if UNITTEST_NAMED.is_match(line) {
            self.row = 1;
        } else {
            self.row = letters(&UNITTEST_LETTERS, line);
        }
    }

    /// Test files: vitest and jest say how many there are before they say how many tests.
    fn files(&mut self, line: &str) {
        if let Some(found) = VITEST_FILES.captures(line) {
            let text = |group| found.get(group).map_or("", |part| part.as_str());
            let done: u32 = AMOUNT
                .captures_iter(text(1))
                .filter_map(|amount| amount.get(1).map(|count| number(count.as_str())))
                .sum();
            (self.counted, self.row, self.total) = (done, 0, Some(number(text(2))));
        } else if let Some(found) = JEST_FILES.captures(line) {
            let first = found.get(1).map_or(0, |count| number(count.as_str()));
            let total = found.get(2).map_or(first, |count| number(count.as_str()));
            (self.counted, self.row, self.total) = (first, 0, Some(total));
        }
    }
}

fn pair(pattern: &regex::Regex, line: &str) -> Option<(u32, u32)> {
    let found = pattern.captures(line)?;
    Some((number(found.get(1)?.as_str()), number(found.get(2)?.as_str())))
}

/// How many tests a row of letters stands for.
fn letters(pattern: &regex::Regex, line: &str) -> u32 {
    let found = pattern.captures(line).and_then(|found| found.get(1));
    found.map_or(0, |letters| u32::try_from(letters.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn counted(done: u32, total: u32) -> Option<Progress> {
        Some(Progress::Counted { done, total })
    }

    fn check(parser: &str, known: Option<u32>, lines: &[(&str, Option<Progress>)]) {
        let mut meter = Meter::new(parser, known);
        for (line, expected) in lines {
            let (line, replaces) = line.strip_prefix('\r').map_or((*line, false), |line| (line, true));
            assert_eq!(meter.line(line, replaces), *expected, "{parser}: {line}");
        }
    }

    #[test]
    fn pytest_says_how_many_and_how_far() {
        check(
            "pytest",
            None,
            &[
                ("platform linux", None),
                ("collected 47 items", counted(0, 47)),
                ("tests/test_a.py ..", counted(2, 47)),
                ("\rtests/test_a.py ....", counted(4, 47)),
                ("\rtests/test_a.py .........  [ 19%]", counted(9, 47)),
                ("tests/test_b.py .F", counted(11, 47)),
                ("\rtests/test_b.py .F.. [100%]", counted(47, 47)),
                ("=================== FAILURES ===================", counted(47, 47)),
                ("....", counted(47, 47)),
            ],
        );
    }

    #[test]
    fn a_quiet_pytest_says_only_the_share() {
        check(
            "pytest",
            None,
            &[
                (".....", None),
                ("\r.......F....   [ 42%]", Some(Progress::Percent(42))),
                ("...", Some(Progress::Percent(42))),
                ("\r................  [100%]", Some(Progress::Percent(100))),
            ],
        );
    }

    #[test]
    fn lines_of_a_verbose_pytest_are_counted_against_what_was_collected() {
        check(
            "pytest",
            None,
            &[
                ("collecting ... collected 3 items", counted(0, 3)),
                ("tests/test_a.py::test_one", counted(0, 3)),
                ("\rtests/test_a.py::test_one PASSED", counted(1, 3)),
                ("tests/test_a.py::test_two[a b] FAILED", counted(2, 3)),
                ("tests/test_a.py::test_six SKIPPED (no database)", counted(3, 3)),
            ],
        );
        check(
            "pytest",
            None,
            &[
                ("collected 9 items / 4 deselected / 5 selected", counted(0, 5)),
                ("tests/test_a.py ..  [ 2/5]", counted(2, 5)),
            ],
        );
    }

    #[test]
    fn cargo_counts_each_binary_as_it_comes() {
        check(
            "cargo-test",
            None,
            &[
                ("running 2 tests", counted(0, 2)),
                ("test a ... ", counted(0, 2)),
                ("\rtest a ... ok", counted(1, 2)),
                ("test b ... FAILED", counted(2, 2)),
                ("running 1 test", counted(2, 3)),
                ("test c ... ok", counted(3, 3)),
            ],
        );
        check("cargo-test", None, &[("running 4 tests", counted(0, 4)), ("..F", counted(3, 4))]);
        check(
            "cargo-nextest",
            None,
            &[
                ("    Starting 5 tests across 2 binaries", counted(0, 5)),
                ("        PASS [   0.009s] (1/5) app tests::ok", counted(1, 5)),
            ],
        );
    }

    #[test]
    fn unittest_has_a_bar_where_django_says_how_many_or_the_same_tree_was_run_before() {
        let lines = [
            ("test_a (tests.T.test_a) ... ok", None),
            ("test_b (tests.T.test_b) ... skipped 'no'", None),
            ("Ran 2 tests in 0.1s", None),
        ];
        check("unittest", None, &lines);
        check(
            "django-test",
            None,
            &[("Found 3 test(s).", counted(0, 3)), ("..", counted(2, 3)), ("\r..F", counted(3, 3))],
        );
        check(
            "unittest",
            Some(2),
            &[
                ("test_a (tests.T.test_a) ... ok", counted(1, 2)),
                ("test_b (tests.T.test_b) ... ok", counted(2, 2)),
                ("test_c (tests.T.test_c) ... ok", None),
            ],
        );
    }

    #[test]
    fn vitest_and_jest_count_files() {
        check(
            "vitest",
            None,
            &[
                (" ✓ src/a.test.ts (3 tests) 5ms", None),
                (" Test Files  1 failed | 2 passed (4)", counted(3, 4)),
                ("      Tests  3 passed (12)", counted(3, 4)),
            ],
        );
        check(
            "jest",
            None,
            &[
                ("PASS src/a.test.js", None),
                ("Test Suites: 1 failed, 1 passed, 2 of 5 total", counted(2, 5)),
                ("Test Suites: 1 failed, 4 passed, 5 total", counted(5, 5)),
            ],
        );
    }

    #[test]
    fn other_tools_have_no_bar() {
        check("mypy", Some(4), &[("Found 4 errors [ 50%]", None)]);
    }
}
