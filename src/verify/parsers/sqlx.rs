//! sqlx-cli (seen with 0.9): migrations and the check of prepared queries.

use super::{
    Parser, missing,
    text::{failed_test, patterns},
};
use crate::domain::command::{Outcome, Parsed, TestResult};

patterns! {
    APPLIED = r"^Applied (\d+)/(migrate|revert) (.+?) \(";
    MIGRATION = r"migration (\d+)";
    ERROR = r"^error: (.+)$";
}

pub(super) struct Sqlx;

impl Parser for Sqlx {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed { complete: exit == Some(0), ..Parsed::default() };
        for line in lines {
            let Some(found) = APPLIED.captures(line) else { continue };
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let name = format!("{} {} {}", part(2), part(1), part(3));
            parsed.tests.push(TestResult { name, outcome: Outcome::Passed });
        }
        parsed.passed = u32::try_from(parsed.tests.len()).unwrap_or(u32::MAX);
        if exit.is_none_or(|code| code == 0) {
            return parsed;
        }
        let said = lines
            .iter()
            .enumerate()
            .find_map(|(index, line)| Some((index, ERROR.captures(line)?.get(1)?.as_str())));
        match said {
            Some((_, message)) if missing::cause(message).is_some() => {
                parsed.blocked = missing::cause(message)
            }
            Some((index, message)) => {
                let name = MIGRATION.captures(message).and_then(|found| found.get(1));
                let name = name.map_or_else(|| "sqlx".to_owned(), |id| format!("migration {}", id.as_str()));
                parsed.failures.push(failed_test(name, message, None, index));
                parsed.failed = 1;
                parsed.complete = true;
            }
            None => parsed.blocked = missing::find(lines),
        }
        parsed
    }
}
