//! The TypeScript compiler (seen with 6.0): plain and pretty.

use super::{
    Parser,
    diagnostics::report,
    text::{Diagnostic, patterns, place},
};
use crate::domain::command::Parsed;

patterns! {
    PLAIN = r"^(.+?)\((\d+),\d+\): (error|warning) (TS\d+): (.+)$";
    PRETTY = r"^(\S.*?):(\d+):\d+ - (error|warning) (TS\d+): (.+)$";
    GLOBAL = r"^error (TS\d+): (.+)$";
}

pub(super) struct Tsc;

impl Parser for Tsc {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut failures = Vec::new();
        let mut global = None;
        for (index, line) in lines.iter().enumerate() {
            if let Some(found) = PLAIN.captures(line).or_else(|| PRETTY.captures(line)) {
                let part = |group| found.get(group).map_or("", |m| m.as_str());
                let place = Some(place(part(1), part(2)));
                failures.push(
                    Diagnostic {
                        rule: part(4),
                        message: part(5),
                        place,
                        warning: part(3) == "warning",
                        index,
                    }
                    .failure(),
                );
            } else if let Some(found) = GLOBAL.captures(line) {
                global = found.get(2).map(|message| message.as_str().to_owned());
            }
        }
        // An error without a file is about the configuration or the command line.
        let nothing = failures.is_empty();
        let mut parsed = report(failures, exit, true);
        if nothing && exit.is_some_and(|code| code != 0) {
            parsed.blocked = global;
        }
        parsed
    }
}
