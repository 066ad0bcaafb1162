//! `cargo fmt --check` and rustfmt (seen with 1.9).

use super::{
    Parser,
    diagnostics::report,
    rustc,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::Parsed;

patterns! {
    DIFF = r"^Diff in (.+?)(?::| at line )(\d+):$";
}

pub(super) struct Rustfmt;

impl Parser for Rustfmt {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = rustc::diagnostics(lines);
        for (index, line) in lines.iter().enumerate() {
            let Some(found) = DIFF.captures(line) else { continue };
            let place =
                place(found.get(1).map_or("", |m| m.as_str()), found.get(2).map_or("", |m| m.as_str()));
            // One for each file: its other places are fixed by the same command.
            if !failures
                .iter()
                .any(|known| known.place.as_ref().is_some_and(|known| known.path == place.path))
            {
                let message = "File would be reformatted";
                failures.push(
                    Diagnostic { rule: "rustfmt", message, place: Some(place), warning: false, index }
                        .failure(),
                );
            }
        }
        report(failures, exit, true)
    }
}
