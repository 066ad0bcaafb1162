//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.
//!
//! The escapes are those of the runner (`actions/toolkit`, `command.ts`): without them a
//! newline in a file name would be a command of its own.

use super::{escape, review::Review};
use crate::domain::finding::Level;
use std::fmt::Write;

/// One line for each finding.
pub fn github(review: &Review) -> String {
    let mut out = String::new();
    for finding in &review.findings {
        let command = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Advice => "notice",
        };
        let end_line = finding.end_line.max(finding.line);
        let _infallible = write!(
            out,
            "::{command} file={},line={},endLine={end_line},col={}",
            property(&finding.file),
            finding.line,
            finding.column
        );
        // Columns of an end on another line mean nothing to GitHub.
        if end_line == finding.line {
            let _infallible = write!(out, ",endColumn={}", finding.end_column.max(finding.column));
        }
        let _infallible = writeln!(out, ",title={}::{}", property(&finding.rule), data(&finding.message));
    }
    out
}

fn data(text: &str) -> String {
    escape::visible(&text.replace('\r', "\n")).replace('%', "%25").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{super::testing, *};
    use pretty_assertions::assert_eq;

    #[test]
    fn a_file_name_cannot_become_a_command() {
        let mut review = testing::review();
        review.findings.truncate(1);
        if let Some(finding) = review.findings.first_mut() {
            finding.file = "a,b:\n::error::x%.py".into();
        }
        assert_eq!(
            github(&review),
            "::error file=a%2Cb%3A%0A%3A%3Aerror%3A%3Ax%25.py,line=3,endLine=3,col=5,endColumn=9,\
             title=sec/sql-interpolated-value::a value is put into SQL\n"
        );
    }
}
