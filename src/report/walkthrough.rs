//! A walkthrough as Markdown: from the foundations to the entry points, each step with its
//! hunk, its reason and its evidence.

use super::escape::{fence, json, line, markdown as safe, visible};
use crate::domain::walkthrough::{WalkStep, Walkthrough};
use std::fmt::Write;

/// The lesson as Markdown, to be read without the program.
pub fn walkthrough(lesson: &Walkthrough) -> String {
    let mut out = String::new();
    let _infallible = writeln!(out, "# Walkthrough: {}\n", safe(&lesson.title));
    for goal in &lesson.criteria {
        let _infallible = writeln!(out, "- AC{} {}", goal.id, safe(&goal.text));
    }
    if !lesson.people.is_empty() {
        let _infallible = writeln!(out, "\nWritten by {}.", safe(&lesson.people.join(" and ")));
    }
    for (number, step) in (1..).zip(&lesson.steps) {
        one(&mut out, number, step);
    }
    if !lesson.evidence.is_empty() {
        out.push_str("\n## Evidence\n\n");
    }
    for line in &lesson.evidence {
        let _infallible = writeln!(out, "- {}", safe(line));
    }
    out
}

fn one(out: &mut String, number: usize, step: &WalkStep) {
    let _infallible = writeln!(out, "\n## {number}. {} in `{}`\n", step.layer, line(&step.path));
    if !step.reason.is_empty() {
        let _infallible = writeln!(out, "{}\n", safe(&step.reason));
    }
    if !step.like.is_empty() {
        let _infallible = writeln!(out, "Shaped like `{}`.\n", line(&step.like));
    }
    let symbols: Vec<String> = step
        .anchors
        .iter()
        .filter(|anchor| !anchor.symbol.is_empty())
        .map(|anchor| format!("`{}`", line(&anchor.symbol)))
        .collect();
    if !symbols.is_empty() {
        let _infallible = writeln!(out, "Stands in {}.\n", symbols.join(", "));
    }
    let (origin, decided) = (safe(&step.hunk.origin), safe(&step.decided()));
    let _infallible = writeln!(out, "Hunk {}, {origin}, {decided}.\n", step.hunk.id);
    for line in &step.evidence {
        let _infallible = writeln!(out, "- {}", safe(line));
    }
    if !step.evidence.is_empty() {
        out.push('\n');
    }
    let body = visible(&step.hunk.lines.join("\n"));
    let fence = fence(&body);
    let _infallible = writeln!(out, "{fence}diff\n{body}\n{fence}");
}

/// The lesson as the file that others step through; its schema is lesson.schema.json.
pub fn walkthrough_json(lesson: &Walkthrough) -> Result<String, serde_json::Error> {
    let mut text = json(serde_json::to_string_pretty(lesson)?);
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        anchor::Anchor,
        ids::{CriterionId, HunkId},
        layer::Layer,
        walkthrough::{Goal, WALKTHROUGH_VERSION, WalkHunk, WalkthroughKind},
    };
    use pretty_assertions::assert_eq;

    fn lesson() -> Walkthrough {
        Walkthrough {
            schema_version: WALKTHROUGH_VERSION,
            kind: WalkthroughKind::Tour,
            name: "cancel-an-order".into(),
            title: "Cancel an order".into(),
            repository: "orders".into(),
            base: String::new(),
            tree: String::new(),
            people: vec!["Ada".into(), "Grace".into()],
            criteria: vec![Goal { id: CriterionId(1), text: "it answers 200".into() }],
            steps: vec![WalkStep {
                layer: Layer::Service,
                path: "app/\u{1b}[2Jorders.py".into(),
                hunk: WalkHunk {
                    id: HunkId(3),
                    origin: "recipe endpoint".into(),
                    state: "approved".into(),
                    by: "Ada".into(),
                    seconded_by: "Grace".into(),
                    lines: vec![" class Orders:".into(), "+    ```".into()],
                    numbers: vec![4, 5],
                },
                reason: "Keeps SQL out of the handler.".into(),
                like: "app/users.py:3".into(),
                evidence: vec!["AC1 it answers 200: proven, test_cancel".into()],
                anchors: vec![Anchor::new("app/orders.py", "Orders.cancel", "def cancel():".lines())],
            }],
            evidence: vec!["pytest: passed, exit 0".into()],
        }
    }

    #[test]
    fn a_step_shows_its_reason_its_people_its_evidence_and_its_hunk() {
        let text = walkthrough(&lesson());
        let expected = "# Walkthrough: Cancel an order\n\n- AC1 it answers 200\n\nWritten by Ada and Grace.\n\n\
                        ## 1. service in `app/\\u{1b}[2Jorders.py`\n\nKeeps SQL out of the handler.\n\n\
                        Shaped like `app/users.py:3`.\n\nStands in `Orders.cancel`.\n\n\
                        Hunk 3, recipe endpoint, approved by Ada and Grace.\n\n\
                        - AC1 it answers 200: proven, test_cancel\n\n\
                        ````diff\n class Orders:\n+    ```\n````\n\n## Evidence\n\n- pytest: passed, exit 0\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn the_file_reads_back_as_the_same_lesson() {
        let text = walkthrough_json(&lesson()).expect("JSON");
        assert!(!text.contains('\u{1b}'), "{text}");
        assert_eq!(Walkthrough::parse(&text), Ok(lesson()));
    }
}
