//! `python -m compileall` (seen with 3.11): a block for each file that does not compile.

use super::{
    Parser,
    diagnostics::report,
    text::{Diagnostic, NEAR_LINES, patterns, place},
};
use crate::domain::command::{Failure, Parsed};

patterns! {
    FILE = r"^\*\*\* Error compiling '(.+)'\.\.\.$";
    LINE = r#"^  File ".+", line (\d+)"#;
    ERROR = r"^(?:Sorry: )?(\w+): (.+?)(?: \(\S+, line (\d+)\))?$";
}

pub(super) struct Compileall;

impl Parser for Compileall {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let failures: Vec<Failure> =
            lines.iter().enumerate().filter_map(|(index, line)| refused(lines, index, line)).collect();
        // With -q it says nothing else, so what it said is all that there is.
        let closed = exit.is_some() && !failures.is_empty();
        report(failures, exit, closed)
    }
}

/// The file that a line names, with the error that stands below it.
fn refused(lines: &[&str], index: usize, line: &str) -> Option<Failure> {
    let file = FILE.captures(line)?.get(1)?.as_str();
    let below = lines.get(index + 1..)?.iter().take(NEAR_LINES).take_while(|line| !FILE.is_match(line));
    let mut at = "1".to_owned();
    for line in below {
        if let Some(found) = LINE.captures(line).and_then(|found| found.get(1)) {
            at = found.as_str().to_owned();
        } else if let Some(found) = ERROR.captures(line) {
            let part = |group| found.get(group).map(|part| part.as_str());
            let (rule, message) = (part(1)?, part(2)?);
            let place = Some(place(file, part(3).unwrap_or(&at)));
            return Some(Diagnostic { rule, message, place, warning: false, index }.failure());
        }
    }
    None
}
