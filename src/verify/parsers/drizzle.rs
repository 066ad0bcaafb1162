//! drizzle-kit (seen with 0.31).
//!
//! It may end with status 1 and say nothing at all, for a refused connection and for a
//! wrong statement alike; then nobody can tell which it was, and the run is blocked.

use super::{
    Parser, missing,
    text::{failed_test, patterns},
};
use crate::domain::command::Parsed;

patterns! {
    ERROR = r"^\s*(?:\[[x✖✗]\]|[\w.]*[Ee]rror:) ?(.+)$";
    APPLYING = r"applying migrations";
}

pub(super) struct Drizzle;

impl Parser for Drizzle {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed { complete: exit == Some(0), ..Parsed::default() };
        if exit.is_none_or(|code| code == 0) {
            return parsed;
        }
        parsed.blocked = missing::find(lines);
        if parsed.blocked.is_some() {
            return parsed;
        }
        let said = lines
            .iter()
            .enumerate()
            .find_map(|(index, line)| Some((index, ERROR.captures(line)?.get(1)?.as_str())));
        if let Some((index, message)) = said {
            parsed.failures.push(failed_test("drizzle", message, None, index));
            parsed.failed = 1;
            parsed.complete = true;
        } else if lines.iter().any(|line| APPLYING.is_match(line)) {
            let reason = "drizzle-kit stopped while applying migrations and gave no reason";
            parsed.blocked = Some(reason.into());
        }
        parsed
    }
}
