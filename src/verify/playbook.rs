//! Finds the playbook entry that fits a run.
//!
//! What the report calls blocked or failed is asked before the lines around a failure,
//! and those before the end of the output: a word in a passing test's log is no symptom.

use crate::domain::command::Parsed;

const AROUND_LINES: usize = 30;
const END_LINES: usize = 120;

/// The first entry, in the order of the playbook, whose symptom stands in the most telling
/// part of the output where any symptom stands. `matches` says whether an entry's symptom
/// is in a text. `lines` are the lines of the output, as numbered by the failures.
pub fn match_playbook<'a, E>(
    entries: &'a [E],
    parsed: &Parsed,
    lines: &[&str],
    matches: impl Fn(&E, &str) -> bool,
) -> Option<&'a E> {
    parts(parsed, lines).iter().find_map(|part| entries.iter().find(|entry| matches(entry, part)))
}

/// The parts of an output, most telling first.
fn parts(parsed: &Parsed, lines: &[&str]) -> Vec<String> {
    let failures = || parsed.failures.iter().filter(|failure| !failure.warning);
    let mut parts: Vec<String> = parsed.blocked.iter().cloned().collect();
    parts.extend(failures().map(|failure| failure.message.clone()).filter(|message| !message.is_empty()));
    parts.extend(failures().map(|failure| {
        let at =
            usize::try_from(failure.output_line).unwrap_or(usize::MAX).saturating_sub(1).min(lines.len());
        lines.get(at..lines.len().min(at.saturating_add(AROUND_LINES))).unwrap_or_default().join("\n")
    }));
    parts.push(lines.get(lines.len().saturating_sub(END_LINES)..).unwrap_or_default().join("\n"));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::Failure;
    use pretty_assertions::assert_eq;

    fn failure(message: &str, output_line: u32) -> Failure {
        Failure {
            key: "t".into(),
            name: "t".into(),
            message: message.into(),
            place: None,
            output_line,
            warning: false,
        }
    }

    fn matched(parsed: &Parsed, lines: &[&str]) -> Option<&'static str> {
        const ENTRIES: [&str; 3] = ["No module named", "MissingGreenlet", "IntegrityError"];
        match_playbook(&ENTRIES, parsed, lines, |entry, text| text.contains(entry)).copied()
    }

    #[test]
    fn the_failure_is_asked_before_the_noise_around_it() {
        let lines = ["log: No module named x, falling back", "boom", "MissingGreenlet: await", "end"];
        let telling = Parsed { failures: vec![failure("IntegrityError: duplicate", 2)], ..Parsed::default() };
        assert_eq!(matched(&telling, &lines), Some("IntegrityError"));
        let below = Parsed { failures: vec![failure("assert 500 == 409", 2)], ..Parsed::default() };
        assert_eq!(matched(&below, &lines), Some("MissingGreenlet"));
        assert_eq!(matched(&Parsed::default(), &lines), Some("No module named"));
        assert_eq!(matched(&Parsed::default(), &["fine"]), None);
    }
}
