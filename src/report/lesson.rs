//! A session's report as a lesson: its hunks in the order in which they are best read,
//! each with what speaks for it.

use crate::domain::{
    anchor::Anchor,
    checklist::ItemState,
    ids::HunkId,
    report::{CriterionLine, EvidenceLine, HunkLine, Report},
    walkthrough::{Goal, WALKTHROUGH_VERSION, WalkHunk, WalkStep, Walkthrough, WalkthroughKind},
};
use std::collections::BTreeMap;

/// The lesson of a report. `anchors` says where the hunks of the approved tree stand; what
/// is in no tree has none. Rejected hunks come last: what was not done teaches too.
pub fn lesson(report: &Report, mut anchors: BTreeMap<HunkId, Vec<Anchor>>) -> Walkthrough {
    let mut hunks: Vec<&HunkLine> = report.hunks.iter().collect();
    hunks.sort_by_key(|hunk| (hunk.state == "rejected", hunk.layer.build_order(), &hunk.path, hunk.id));
    let title = report.task.lines().next().filter(|line| !line.trim().is_empty()).unwrap_or("Session");
    Walkthrough {
        schema_version: WALKTHROUGH_VERSION,
        kind: WalkthroughKind::Tour,
        name: name_of(title),
        title: title.to_owned(),
        repository: report.repository.clone(),
        base: report.base.clone(),
        tree: report.tree.clone(),
        people: report.people.clone(),
        criteria: report.criteria.iter().map(|line| Goal { id: line.id, text: line.text.clone() }).collect(),
        steps: hunks
            .into_iter()
            .map(|hunk| step(report, hunk, anchors.remove(&hunk.id).unwrap_or_default()))
            .collect(),
        evidence: report.evidence.iter().map(command).collect(),
    }
}

/// Longest name of a lesson.
const NAME_LIMIT: usize = 40;

/// `let-customers-cancel-an-order` of a title; whole words as far as they fit.
fn name_of(title: &str) -> String {
    let mut name = String::new();
    let words = title.split(|sign: char| !sign.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    // A name begins with a letter.
    for word in words.skip_while(|word| word.starts_with(|sign: char| sign.is_ascii_digit())) {
        let needs = name.len() + usize::from(!name.is_empty()) + word.len();
        if needs > NAME_LIMIT {
            break;
        }
        if !name.is_empty() {
            name.push('-');
        }
        name.push_str(&word.to_ascii_lowercase());
    }
    if name.is_empty() { "session".to_owned() } else { name }
}

fn step(report: &Report, hunk: &HunkLine, anchors: Vec<Anchor>) -> WalkStep {
    let served = report.criteria.iter().filter(|line| hunk.criteria.contains(&line.id));
    let mut evidence: Vec<String> = served.map(criterion).collect();
    if !hunk.guard.is_empty() {
        evidence.push(format!("rules: {}", hunk.guard));
    }
    let reason = match (hunk.state.as_str(), hunk.reason.as_str()) {
        ("rejected", "") => "Rejected; no reason was given.".to_owned(),
        ("rejected", reason) => format!("Rejected: {reason}"),
        _ => hunk.why.clone(),
    };
    WalkStep {
        layer: hunk.layer,
        path: hunk.path.clone(),
        hunk: WalkHunk {
            id: hunk.id,
            origin: hunk.origin.clone(),
            state: hunk.state.clone(),
            by: hunk.by.clone(),
            seconded_by: hunk.seconded_by.clone(),
            lines: hunk.lines.clone(),
            numbers: hunk.numbers.clone(),
        },
        reason,
        like: hunk.citation.clone(),
        evidence,
        anchors,
    }
}

/// `AC2 a shipped order answers 409: proven, test_cancel_shipped`.
fn criterion(line: &CriterionLine) -> String {
    let state = match &line.state {
        ItemState::Proven { evidence } => format!("proven, {evidence}"),
        ItemState::Contradicted { evidence } => format!("contradicted, {evidence}"),
        ItemState::NotChecked { why } => format!("not checked, {why}"),
        ItemState::NotApplicable { reason } => format!("not applicable, {reason}"),
        ItemState::Untrusted { why } => format!("untrusted, {why}"),
        ItemState::Ticked { by, note, .. } => {
            let by = if by.is_empty() { "by hand" } else { by };
            let note = if note.is_empty() { String::new() } else { format!(", {note}") };
            format!("ticked {by}{note}")
        }
    };
    format!("AC{} {}: {state}", line.id, line.text)
}

/// `pytest -q: passed, exit 0, 46 passed`. Times are left out: they say nothing to a reader.
fn command(line: &EvidenceLine) -> String {
    let detail = if line.detail.is_empty() { String::new() } else { format!(", {}", line.detail) };
    format!("{}: {}, {}{detail}", line.command, line.verdict, line.ending)
}

#[cfg(test)]
mod tests {
    use super::name_of;

    #[test]
    fn a_lesson_is_named_after_its_title() {
        for (title, name) in [
            ("Let customers cancel an order", "let-customers-cancel-an-order"),
            ("42 is no name: Orders!", "is-no-name-orders"),
            ("Übersicht", "bersicht"),
            ("…", "session"),
            (&"words ".repeat(20), "words-words-words-words-words-words"),
        ] {
            assert_eq!(name_of(title), name);
        }
    }
}
