//! The panes around the page: the layers of the working copy, the steps, the last check.

use super::{
    model::{Busy, Classroom},
    page::told,
};
use crate::{
    domain::{
        layer::Layer,
        lesson::{
            Goal,
            grade::{Grade, TestsSaid},
            progress::{Phase, StepEnd},
        },
    },
    engine::view::{Line, Mark, Role, Row, Target, bold, muted, plain, role},
};

/// Layers that a learner moves code between, then the rest.
const SHOWN: [Layer; 6] =
    [Layer::Router, Layer::Service, Layer::Repository, Layer::Model, Layer::Error, Layer::Test];

/// The files of the Boundaries pane, in order.
pub(super) fn files(room: &Classroom) -> Vec<String> {
    layers(room).into_iter().flat_map(|(_, files)| files).collect()
}

fn layers(room: &Classroom) -> Vec<(Layer, Vec<String>)> {
    let map = &room.desk.map;
    SHOWN
        .into_iter()
        .map(|layer| {
            // A file without a function holds nothing that could move.
            let is_shown = |path: &&str| !path.ends_with("__init__.py");
            let files = map.files_in(layer).map(|file| file.path.as_str()).filter(is_shown);
            (layer, files.map(str::to_owned).collect::<Vec<_>>())
        })
        .filter(|(_, files)| !files.is_empty())
        .collect()
}

/// The layers with their files, findings and changes.
pub fn layer_rows(room: &Classroom) -> Vec<Row> {
    let mut rows = Vec::new();
    for (layer, files) in layers(room) {
        if !rows.is_empty() {
            rows.push(Row::Blank);
        }
        rows.push(Row::Item {
            mark: Mark::None,
            label: vec![role(Role::Layer(layer), layer.name())],
            note: Vec::new(),
            indent: 0,
            target: None,
        });
        for path in files {
            let is_found =
                shows_findings(room) && room.desk.map.findings.iter().any(|finding| finding.file == path);
            let mark = if is_found { Mark::Warn } else { Mark::None };
            rows.push(Row::Item {
                mark,
                label: vec![plain(path.clone())],
                note: file_note(room, &path),
                indent: 0,
                target: Some(Target::File(path)),
            });
        }
    }
    rows
}

/// What the review says would answer many a question before it was asked.
pub(super) fn shows_findings(room: &Classroom) -> bool {
    !matches!(room.phase(), Some(Phase::Intro | Phase::Predict))
}

fn file_note(room: &Classroom, path: &str) -> Line {
    let mut note = Vec::new();
    if let Some(file) = room.desk.distance.of(path) {
        note.push(role(Role::Add, format!("+{}", file.added)));
        note.push(role(Role::Del, format!(" -{}", file.removed)));
    }
    note
}

/// The steps of the lesson.
pub(super) fn steps(room: &Classroom) -> Vec<Row> {
    let Some((lesson, progress)) = room.open() else { return Vec::new() };
    let mut rows = Vec::new();
    for (index, (step, record)) in lesson.steps.iter().zip(&progress.steps).enumerate() {
        let mark = match record.end {
            Some(StepEnd::Passed | StepEnd::PassedByRules) => Mark::Done,
            Some(StepEnd::Skipped) => Mark::NotApplicable,
            None if index == progress.step => Mark::Dot,
            None => Mark::Open,
        };
        let label = if index == progress.step { bold(step.title.clone()) } else { plain(step.title.clone()) };
        let note = match (record.prediction, record.hints) {
            (None, _) => Vec::new(),
            (Some(_), hints) => vec![muted(told(hints))],
        };
        rows.push(Row::Item { mark, label: vec![label], note, indent: 0, target: None });
    }
    rows
}

/// The three grades of the last check.
pub(super) fn grades(room: &Classroom) -> Vec<Row> {
    if room.busy == Some(Busy::Checking) {
        return vec![line(Mark::Spinner, "checking: tests, rules, size", String::new())];
    }
    let Some((lesson, _)) = room.open() else { return Vec::new() };
    let Some(grade) = &room.desk.grade else {
        return vec![
            line(Mark::Open, "tests", lesson.tests.command.join(" ")),
            line(Mark::Open, "rules", "the review of this program".into()),
            line(
                Mark::Open,
                "size",
                room.step().map(|step| format!("at most {} lines", step.lines)).unwrap_or_default(),
            ),
        ];
    };
    graded(grade)
}

/// One line for each of the three.
pub fn graded(grade: &Grade) -> Vec<Row> {
    let tests = match &grade.tests {
        TestsSaid::Passed { count } => (Mark::Done, format!("{count} passed")),
        TestsSaid::Failed { failed, passed } => {
            (Mark::Failed, format!("{} failed, {passed} passed", failed.len()))
        }
        TestsSaid::NotRun { reason } => (Mark::NotApplicable, format!("not run: {reason}")),
        TestsSaid::Broken { reason, .. } => (Mark::Failed, reason.clone()),
    };
    let mut rows = vec![line(tests.0, "tests", tests.1)];
    for seen in &grade.goals {
        let mark = if seen.met { Mark::Done } else { Mark::Failed };
        let note = match &seen.goal {
            Goal::Findings { .. } => format!("now: {}", seen.seen),
            // One word, because a note that does not fit is cut to its first.
            Goal::Flow { .. } => seen.seen.replace(", ", "→"),
        };
        rows.push(line(mark, &seen.goal.title(), note));
    }
    for finding in &grade.new_findings {
        let text = format!("new    {}", finding.rule);
        rows.push(line(Mark::Failed, &text, format!("{}:{}", finding.file, finding.line)));
    }
    let (lines, allowed) = (grade.distance.lines(), grade.allowed);
    let mark = if lines <= allowed { Mark::Done } else { Mark::Failed };
    rows.push(line(mark, "size", format!("{lines} of {allowed} lines")));
    rows
}

fn line(mark: Mark, label: &str, note: String) -> Row {
    Row::Item { mark, label: vec![plain(label)], note: vec![muted(note)], indent: 0, target: None }
}
