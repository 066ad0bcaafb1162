//! Test-first steps: the change's tests alone on the base, then on the approved tree.
//!
//! The red run is worth a claim only while its test files are those that are approved now,
//! the green one only while it is of the approved tree; both conditions are checked here
//! and nowhere else. A journal event is written once for each colour that a test showed.

use super::{
    cx::Cx,
    judge, message,
    model::Model,
    scene::act_diff,
    view::{Mark, Row, muted, plain},
};
use crate::domain::{
    command::{CommandKind, CommandRun, Ending, Outcome},
    commit::CommitFile,
    event::What,
    layer::Layer,
    test_first::{self, Red, TestFirst},
};
use std::hash::{DefaultHasher, Hash, Hasher};

/// The approved files of the test layer; empty when nothing else is approved, for then the
/// approved tree is no other than that of the red run.
pub fn test_files(model: &Model) -> Vec<CommitFile> {
    let all = message::approved_files(model);
    let count = all.len();
    let edits = &model.session.work.edits;
    let is_test = |file: &CommitFile| {
        edits.get(&file.path).is_some_and(|edit| {
            let mut held = edit.hunks.iter().filter(|hunk| hunk.decision.is_held());
            held.any(|hunk| act_diff::layer(model, edit, hunk) == Layer::Test)
        })
    };
    let tests: Vec<CommitFile> = all.into_iter().filter(is_test).collect();
    if tests.len() == count { Vec::new() } else { tests }
}

/// Tells one state of the approved test files from another.
pub fn fingerprint(model: &Model) -> u64 {
    let mut hasher = DefaultHasher::new();
    model.session.identity.base.hash(&mut hasher);
    for file in test_files(model) {
        (&file.path, &file.bytes, file.mode).hash(&mut hasher);
    }
    hasher.finish()
}

/// Commands that have a red run of the test files as they are approved now.
pub fn known(model: &Model) -> Vec<String> {
    let tests = fingerprint(model);
    let runs = model.session.evidence.red_runs.iter();
    runs.filter(|(_, (run, of))| *of == tests && matches!(run.ending, Ending::Exit { .. }))
        .map(|(command, _)| command.clone())
        .collect()
}

/// Compares anew after an event; what the screen shows is `World::test_first`.
pub fn refresh(model: &mut Model) {
    if model.world.test_first_of != model.session.seq {
        model.world.test_first_of = model.session.seq;
        model.world.test_first = compared(model).into_iter().flat_map(|(_, tests)| tests).collect();
    }
}

/// For each command with a red run: that run, and the tests of the change.
fn compared(model: &Model) -> Vec<(&CommandRun, Vec<TestFirst>)> {
    let evidence = &model.session.evidence;
    if evidence.red_runs.is_empty() {
        return Vec::new();
    }
    let now = fingerprint(model);
    let commands = evidence.commands.iter().filter(|spec| spec.kind == CommandKind::Tests);
    commands
        .filter_map(|spec| {
            let (red, _) = evidence.red_runs.get(&spec.id).filter(|(_, tests)| *tests == now)?;
            let green = evidence.runs.get(&spec.id).filter(|_| !judge::is_stale(model, &spec.id));
            Some((red, test_first::compare(red, evidence.base_runs.get(&spec.id), green)))
        })
        .collect()
}

/// Writes down each colour that a test showed and that is not written down yet: tests of
/// the change, and tests that a criterion names.
pub fn record(cx: &mut Cx<'_>) {
    let model = &*cx.model;
    let evidence = &model.session.evidence;
    let of_change = compared(model);
    let mut seen: Vec<(String, bool, String)> = of_change
        .iter()
        .flat_map(|(run, tests)| tests.iter().map(move |test| (run, test)))
        .filter(|(_, test)| test.red != Red::Passed)
        .map(|(run, test)| (test.test.clone(), false, run.tree.clone()))
        .collect();
    let is_of_change =
        |name: &str| of_change.iter().any(|(_, tests)| tests.iter().any(|test| test.test == name));
    let wanted: Vec<&String> = model.session.criteria().flat_map(|criterion| &criterion.tests).collect();
    let fresh = evidence.commands.iter().filter(|spec| !judge::is_stale(model, &spec.id));
    for run in fresh.filter_map(|spec| evidence.runs.get(&spec.id)) {
        for test in &run.parsed.tests {
            let named = wanted.iter().any(|name| test.name.ends_with(name.as_str()));
            let green = test.outcome == Outcome::Passed;
            if named || (green && is_of_change(&test.name)) {
                seen.push((test.name.clone(), green, run.tree.clone()));
            }
        }
    }
    let written = &evidence.test_first;
    seen.retain(|(test, green, _)| !written.iter().any(|(name, was, _)| name == test && was == green));
    for (test, green, tree) in seen {
        cx.record(What::TestFirst { test, green, tree });
    }
}

/// The lines of the report: tests of the change first, then others that criteria name.
pub fn lines(model: &Model) -> Vec<String> {
    let of_change = &model.world.test_first;
    let mut lines: Vec<String> =
        of_change.iter().map(|test| format!("{} {}", test.test, test.words())).collect();
    let others = model.session.evidence.test_first.iter();
    lines.extend(others.filter(|(name, ..)| !of_change.iter().any(|test| test.test == *name)).map(
        |(name, green, tree)| {
            let colour = if *green { "green" } else { "red" };
            format!("{name} {colour} on {}", super::classify::short(tree))
        },
    ));
    lines
}

/// What the checklist says beside the hunks of test files: how many tests of the change
/// failed without it and pass with it. Empty while nothing is known.
pub fn summary(model: &Model) -> String {
    let all = &model.world.test_first;
    let proofs = all.iter().filter(|test| test.is_proof()).count();
    match (proofs, all.len()) {
        (_, 0) => String::new(),
        (proofs, count) if proofs == count => "red on base, green on approved".into(),
        (proofs, count) => format!("{proofs} of {count} red on base, green on approved"),
    }
}

/// The rows of the Verify pane.
pub fn rows(model: &Model) -> Vec<Row> {
    /// More than this would push the comparison with the base off the screen.
    const SHOWN: usize = 6;
    let all = &model.world.test_first;
    if all.is_empty() {
        return Vec::new();
    }
    let mut rows = vec![Row::Blank, Row::head("RED, THEN GREEN")];
    for test in all.iter().take(SHOWN) {
        let mark = match (test.red, test.green) {
            (Red::Passed, _) => Mark::Warn,
            (Red::Failed | Red::NotRun, Some(true)) => Mark::Done,
            (Red::Failed | Red::NotRun, Some(false)) => Mark::Failed,
            (Red::Failed | Red::NotRun, None) => Mark::Open,
        };
        let label = vec![plain(test.short().to_owned())];
        rows.push(Row::Item { mark, label, note: Vec::new(), indent: 0, target: None });
        rows.push(Row::Text { line: vec![muted(test.words())], indent: 4 });
    }
    if all.len() > SHOWN {
        rows.push(Row::aside(format!("{} more, all in the report", all.len() - SHOWN)));
    }
    rows
}
