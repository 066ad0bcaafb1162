//! Alembic (seen with 1.20): upgrades, checks and their tracebacks.

use super::{
    Parser, missing,
    text::{failed_test, patterns},
    traceback,
};
use crate::domain::command::{Outcome, Parsed, TestResult};

patterns! {
    RUNNING = r"Running (upgrade|downgrade) (\S*) ?-> ?(\S*?)(?:, (.*))?$";
    FAILED = r"^FAILED: (.+)$";
    STATE = r"Target database is not up to date|No config file|No 'script_location' key|doesn't exist; please use the 'init'|Path doesn't exist";
    ERROR = r"^[\w.]+(?:Error|Exception|Warning)\b";
}

pub(super) struct Alembic;

impl Parser for Alembic {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed { complete: exit == Some(0), ..Parsed::default() };
        for line in lines {
            let Some(found) = RUNNING.captures(line) else { continue };
            let part = |group| found.get(group).map_or("", |m| m.as_str());
            let revision = if part(1) == "upgrade" { part(3) } else { part(2) };
            let name = format!("{} {revision}", part(1));
            parsed.tests.push(TestResult { name, outcome: Outcome::Passed });
        }
        if exit.is_none_or(|code| code == 0) {
            parsed.passed = u32::try_from(parsed.tests.len()).unwrap_or(u32::MAX);
            return parsed;
        }
        if let Some((index, line)) = lines.iter().enumerate().rev().find(|(_, line)| FAILED.is_match(line)) {
            let message = line.trim_start_matches("FAILED: ");
            if STATE.is_match(message) {
                parsed.blocked = Some(message.to_owned());
            } else {
                // The list of operations differs with every model; the sentence does not.
                let key = message.split(": ").next().unwrap_or(message);
                parsed.failures.push(failed_test(key, message, None, index));
            }
        } else if lines.iter().any(|line| line.starts_with("Traceback")) {
            let (index, message) = lines
                .iter()
                .enumerate()
                .rev()
                .find(|(_, line)| ERROR.is_match(line))
                .map(|(index, line)| (index, *line))
                .or_else(|| traceback::raised(lines))
                .unwrap_or((lines.len().saturating_sub(1), ""));
            if let Some(cause) = missing::cause(message) {
                parsed.blocked = Some(cause);
            } else {
                let name = match parsed.tests.last_mut() {
                    Some(test) => {
                        test.outcome = Outcome::Failed;
                        test.name.clone()
                    }
                    None => "alembic".to_owned(),
                };
                parsed.failures.push(failed_test(name, message, traceback::deepest(lines), index));
            }
        }
        parsed.complete = !parsed.failures.is_empty();
        parsed.failed = u32::try_from(parsed.failures.len()).unwrap_or(u32::MAX);
        if parsed.failures.is_empty() && parsed.blocked.is_none() {
            parsed.blocked =
                missing::find(lines).or_else(|| missing::last_error(lines).map(|(_, line)| line.to_owned()));
        }
        parsed
    }
}
