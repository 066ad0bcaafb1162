//! Suppression comments: they silence one finding, for a reason, or are findings themselves.

use super::{context::Context, draft::fingerprint, places};
use crate::domain::finding::{Finding, Level};

/// Rule id of comments that silence nothing or give no reason.
pub(super) const UNUSED: &str = "meta/unused-suppression";

/// Findings without those that a comment silences, and with the comments that do nothing.
///
/// A comment counts for its own line and, where it stands alone, for the next line of code.
pub(super) fn apply(context: &Context<'_, '_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    let mut idle = Vec::new();
    for (_, facts) in context.resolver().files() {
        for suppression in &facts.suppressions {
            let text = context.text(&facts.path);
            let place = places::range(&text, suppression.span);
            let (rule, reason) = (facts.text(suppression.rule), facts.text(suppression.reason));
            let covered = covered_lines(&text, place.line, place.end_line);
            let mut used = false;
            if !(rule.is_empty() || reason.is_empty()) {
                findings.retain(|finding| {
                    let silenced =
                        finding.file == facts.path && finding.rule == rule && covered.contains(&finding.line);
                    used |= silenced;
                    !silenced
                });
            }
            if used {
                continue;
            }
            let message = if rule.is_empty() {
                "this suppression names no rule".to_owned()
            } else if reason.is_empty() {
                format!("the suppression of {rule} gives no reason; write `because` and why")
            } else {
                format!("nothing here breaks {rule}; remove the suppression")
            };
            idle.push(Finding {
                rule: UNUSED.to_owned(),
                family: "suppression".to_owned(),
                level: Level::Warning,
                file: facts.path.clone(),
                line: place.line,
                column: place.column,
                end_line: place.end_line,
                end_column: place.end_column,
                fingerprint: fingerprint(UNUSED, &facts.path, rule, &message, 0),
                message,
                symbol: String::new(),
                fixable: false,
            });
        }
    }
    findings.extend(idle);
    findings
}

/// The comment's lines; where nothing but the comment stands there, the next line with
/// code as well.
fn covered_lines(text: &str, first: u32, last: u32) -> std::ops::RangeInclusive<u32> {
    let lines: Vec<&str> = text.lines().collect();
    let line = |number: u32| lines.get((number as usize).saturating_sub(1)).copied();
    let alone = line(first).is_some_and(|line| {
        let line = line.trim_start();
        ["#", "//", "/*", "*", "--"].iter().any(|mark| line.starts_with(mark))
    });
    if !alone {
        return first..=last;
    }
    let mut next = last + 1;
    while line(next).is_some_and(|line| {
        let line = line.trim();
        line.is_empty() || ["#", "//", "/*", "*", "--"].iter().any(|mark| line.starts_with(mark))
    }) {
        // `#[attribute]` of Rust is code.
        if line(next).is_some_and(|line| line.trim_start().starts_with("#[")) {
            break;
        }
        next += 1;
    }
    first..=next
}

#[cfg(test)]
mod tests {
    use super::covered_lines;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_comment_covers_its_line_or_the_next_line_of_code() {
        assert_eq!(covered_lines("run(q)  # ignore\nnext\n", 1, 1), 1..=1);
        assert_eq!(covered_lines("# ignore\n# more\n\nrun(q)\n", 1, 1), 1..=4);
        assert_eq!(covered_lines("// ignore\n#[get]\nfn f() {}\n", 1, 1), 1..=2);
    }
}
