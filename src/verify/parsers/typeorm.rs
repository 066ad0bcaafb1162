//! TypeORM's command line (seen with 1.1).

use super::{
    Parser, missing,
    text::{failed_test, is_foreign, patterns, place},
};
use crate::domain::command::{Outcome, Parsed, TestResult};

patterns! {
    DONE = r"^Migration (\S+) has been (?:executed|reverted) successfully";
    FAILED = r#"^Migration "(\S+)" failed, error: (.+)$"#;
    DURING = r"^Error during (.+?):?$";
    FRAME = r"(?:\(|\s)(?:file://)?(/[^\s()]+?):(\d+):\d+\)?$";
}

pub(super) struct Typeorm;

impl Parser for Typeorm {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed { complete: exit == Some(0), ..Parsed::default() };
        for line in lines {
            if let Some(name) = DONE.captures(line).and_then(|found| found.get(1)) {
                parsed.tests.push(TestResult { name: name.as_str().to_owned(), outcome: Outcome::Passed });
                parsed.passed += 1;
            }
        }
        if exit.is_none_or(|code| code == 0) {
            return parsed;
        }
        let at = lines
            .iter()
            .filter_map(|line| FRAME.captures(line))
            .filter_map(|found| Some(place(found.get(1)?.as_str(), found.get(2)?.as_str())))
            .find(|place| !is_foreign(&place.path));
        if let Some((index, found)) =
            lines.iter().enumerate().find_map(|(index, line)| Some((index, FAILED.captures(line)?)))
        {
            let name = found.get(1).map_or("", |m| m.as_str());
            let message = found.get(2).map_or("", |m| m.as_str());
            parsed.failures.push(failed_test(name, message, at, index));
        } else if let Some((index, _)) = lines.iter().enumerate().find(|(_, line)| DURING.is_match(line)) {
            let rest = lines.get(index + 1..).unwrap_or_default();
            let message = rest.first().copied().unwrap_or_default();
            match missing::find(rest) {
                Some(cause) => parsed.blocked = Some(cause),
                None => parsed.failures.push(failed_test("typeorm", message.trim(), at, index + 1)),
            }
        }
        parsed.failed = u32::try_from(parsed.failures.len()).unwrap_or(u32::MAX);
        parsed.complete = !parsed.failures.is_empty();
        parsed
    }
}
