//! Annotations in the format of GitHub's workflow commands, which many linters write.
//!
//! Source: `::error title=…,file=…,line=…,col=…::message`, with `%0A` for line feeds.

use super::text::{Diagnostic, patterns, place};
use crate::domain::command::Failure;

patterns! {
    ANNOTATION = r"^::(error|warning|notice) ?([^:]*(?::[^:]+)*?)::(.*)$";
    RULE_IN_PARENTHESES = r"\(([^()]+)\)\s*$";
}

/// The annotations of an output.
pub(super) fn annotations(lines: &[&str]) -> Vec<Failure> {
    lines
        .iter()
        .enumerate()
        .filter_map(|(index, line)| {
            let found = ANNOTATION.captures(line)?;
            let (level, properties, message) =
                (found.get(1)?.as_str(), found.get(2)?.as_str(), found.get(3)?.as_str());
            let property = |name: &str| {
                properties.split(',').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
            };
            let title = property("title").unwrap_or_default();
            let rule = RULE_IN_PARENTHESES
                .captures(title)
                .and_then(|found| found.get(1))
                .map_or(title, |rule| rule.as_str());
            let message = message.replace("%0A", "\n").replace("%0D", "").replace("%25", "%");
            let place = property("file").map(|file| place(file, property("line").unwrap_or("1")));
            Some(Diagnostic { rule, message: &message, place, warning: level != "error", index }.failure())
        })
        .collect()
}
