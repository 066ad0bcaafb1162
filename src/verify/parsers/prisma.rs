//! Prisma's command line (seen with 6.19 and 7.10): validation and migrations.

use super::{
    Parser, missing,
    text::{failed_test, patterns, place},
};
use crate::domain::command::Parsed;

patterns! {
    ERROR = r"^Error: (.*)$";
    SCHEMA_ERROR = r"^error: (.+)$";
    ARROW = r"^\s*-->\s+(\S+):(\d+)";
    MIGRATION = r#"migration_name="([^"]+)"|Migration name: (\S+)|^The `(\S+)` migration"#;
    DATABASE = r"^(?:Error querying the database|Database error): ?(.*)$";
    STATE = r"P3005|P3009|P3014|P1000|P1001|P1002|P1003|P1010|P1012.*Environment|request to \S+ failed|Could not find Prisma Schema|download";
    DRIFT = r"(?i)drift detected|following migrations? have not yet been applied";
}

pub(super) struct Prisma;

impl Parser for Prisma {
    fn parse(&self, lines: &[&str], exit: Option<i32>) -> Parsed {
        let mut parsed = Parsed { complete: exit == Some(0), ..Parsed::default() };
        if exit.is_none_or(|code| code == 0) {
            return parsed;
        }
        for (index, line) in lines.iter().enumerate() {
            let Some(message) = SCHEMA_ERROR.captures(line).and_then(|found| found.get(1)) else { continue };
            let at = lines
                .get(index + 1)
                .and_then(|next| ARROW.captures(next))
                .and_then(|found| Some(place(found.get(1)?.as_str(), found.get(2)?.as_str())));
            let cause = missing::cause(message.as_str());
            if let Some(cause) = cause {
                let at = at.map(|place| format!(" ({place})")).unwrap_or_default();
                parsed.blocked = Some(format!("{cause}{at}"));
                return parsed;
            }
            parsed.failures.push(failed_test(message.as_str(), message.as_str(), at, index));
        }
        if parsed.failures.is_empty() {
            migration(&mut parsed, lines);
        }
        parsed.failed = u32::try_from(parsed.failures.len()).unwrap_or(u32::MAX);
        parsed.complete = !parsed.failures.is_empty();
        parsed
    }
}

fn migration(parsed: &mut Parsed, lines: &[&str]) {
    let Some((index, head)) =
        lines.iter().enumerate().find(|(_, line)| ERROR.is_match(line) || DRIFT.is_match(line))
    else {
        parsed.blocked = missing::find(lines);
        return;
    };
    let rest = lines.get(index..).unwrap_or_default();
    let cause = rest.iter().find_map(|line| missing::cause(line));
    let state = rest.iter().take(4).any(|line| STATE.is_match(line));
    if cause.is_some() || state {
        let sentence = rest.iter().take(6).map(|line| line.trim()).filter(|line| !line.is_empty());
        parsed.blocked = cause.or_else(|| Some(sentence.collect::<Vec<_>>().join(" ")));
        return;
    }
    let name = rest.iter().find_map(|line| {
        MIGRATION.captures(line).and_then(|found| found.iter().skip(1).flatten().next().map(|m| m.as_str()))
    });
    let said = rest.iter().find_map(|line| DATABASE.captures(line)?.get(1).map(|m| m.as_str()));
    let message =
        said.filter(|said| !said.is_empty()).unwrap_or_else(|| head.trim_start_matches("Error: ").trim());
    let name = name.map_or_else(|| "prisma".to_owned(), |name| format!("migration {name}"));
    parsed.failures.push(failed_test(name, message, None, index));
}
