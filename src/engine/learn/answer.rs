//! What is said to a change that was checked: each way to be wrong hears something else,
//! and every answer ends with what to do next.

use super::{
    model::Classroom,
    page::{goal_title, prose, spans},
};
use crate::{
    domain::lesson::{
        Goal, Lesson, LessonStep,
        grade::{Answer, FailedTest, Grade, TestsSaid},
    },
    engine::view::{Mark, Row, bold, muted, plain},
};

/// Failures, findings or lines of output that are shown one by one.
const MOST: usize = 3;

/// One sentence, for the foot of the screen and the head of the answer.
pub fn headline(grade: &Grade) -> String {
    match &grade.answer {
        Answer::Passed => "Done: the tests are green, the rule is kept, the step is small.".into(),
        Answer::PassedByRules { .. } => "Done, by the rules: the tests could not run here.".into(),
        Answer::Unchanged => "Nothing has changed since the step began.".into(),
        Answer::TouchedFixed { .. } => "The change touches what is fixed.".into(),
        Answer::TestsFail => "The change breaks a test.".into(),
        Answer::TestsBroken => "The tests could not say anything.".into(),
        Answer::BreaksRule => match grade.tests {
            TestsSaid::Passed { .. } => "The tests pass, and a rule is broken that was kept before.".into(),
            _ => "A rule is broken that was kept before.".into(),
        },
        Answer::MissesGoal => match grade.tests {
            TestsSaid::Passed { .. } => "The tests pass, but the flaw is still there.".into(),
            _ => "The flaw is still there.".into(),
        },
        Answer::TooLarge => "It works, and it is too large for one step.".into(),
    }
}

/// The answer to the last check, when there was one.
pub fn rows(room: &Classroom) -> Vec<Row> {
    let Some((lesson, _)) = room.open() else { return Vec::new() };
    let (Some(step), Some(grade)) = (room.step(), &room.desk.grade) else { return Vec::new() };
    let mark = if grade.answer.is_pass() { Mark::Done } else { Mark::Failed };
    let mut rows = vec![Row::Item {
        mark,
        label: vec![bold(headline(grade))],
        note: Vec::new(),
        indent: 0,
        target: None,
    }];
    rows.extend(body(room, lesson, step, grade));
    rows
}

fn body(room: &Classroom, lesson: &Lesson, step: &LessonStep, grade: &Grade) -> Vec<Row> {
    match &grade.answer {
        Answer::Passed => Vec::new(),
        Answer::PassedByRules { reason } => prose(&format!(
            "Not run: `{}`, because {reason}. Rules and size are as they should be.",
            lesson.tests.command.join(" ")
        )),
        Answer::Unchanged => prose(&format!(
            "Begin with `{}`: in the built-in editor, in your own, or with any editor in the folder of the working copy.\n{}",
            step.file, room.desk.folder
        )),
        Answer::TouchedFixed { files } => prose(&format!(
            "{} must stay as it is. It says what must remain true while the code moves; if both move, nothing is proven.\nUndo puts it back and leaves your other changes alone.",
            named(files)
        )),
        Answer::TestsFail => tests_fail(grade),
        Answer::TestsBroken => tests_broken(grade),
        Answer::BreaksRule => breaks_rule(room, grade),
        Answer::MissesGoal => misses_goal(room, grade),
        Answer::TooLarge => too_large(grade),
    }
}

fn tests_fail(grade: &Grade) -> Vec<Row> {
    let TestsSaid::Failed { failed, passed } = &grade.tests else { return Vec::new() };
    let mut rows = prose(&format!(
        "{} of {} fail. Moving code must not change what it answers: compare what the test expects with what you moved.",
        failed.len(),
        failed.len() + *passed as usize
    ));
    for FailedTest { name, message } in failed.iter().take(MOST) {
        rows.push(item(Mark::Failed, vec![plain(name.clone())]));
        let lines = message.lines().map(str::trim_end).filter(|line| !line.is_empty()).take(MOST);
        rows.extend(lines.map(|line| Row::Text { line: vec![muted(line)], indent: 4 }));
    }
    rows.extend(more(failed.len()));
    rows
}

fn tests_broken(grade: &Grade) -> Vec<Row> {
    let TestsSaid::Broken { reason, output } = &grade.tests else { return Vec::new() };
    let mut letters = reason.chars();
    let first: String = letters.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let reason = first + letters.as_str();
    let mut rows = prose(&format!(
        "{reason}.\nMost often a name is misspelt, or an import is missing or left behind. The last that was said:"
    ));
    rows.extend(output.iter().map(|line| Row::Text { line: vec![muted(line.clone())], indent: 2 }));
    rows
}

fn breaks_rule(room: &Classroom, grade: &Grade) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    for finding in grade.new_findings.iter().take(MOST) {
        rows.push(item(
            Mark::Warn,
            vec![plain(format!("{}:{} ", finding.file, finding.line)), muted(finding.rule.clone())],
        ));
        rows.push(Row::Text { line: vec![plain(finding.message.clone())], indent: 4 });
        if said.contains(&finding.rule.as_str()) {
            continue;
        }
        said.push(&finding.rule);
        if let Some(help) = room.rules.get(&finding.rule) {
            rows.extend(help.how.lines().map(|line| Row::Text { line: spans(line), indent: 4 }));
        }
    }
    rows.extend(more(grade.new_findings.len()));
    rows.extend(prose("A step may not mend one layer by hurting another."));
    rows
}

fn misses_goal(room: &Classroom, grade: &Grade) -> Vec<Row> {
    let mut rows = Vec::new();
    for seen in grade.goals.iter().filter(|seen| !seen.met) {
        let missed = match &seen.goal {
            Goal::Findings { missed, .. } | Goal::Flow { missed, .. } => missed,
        };
        rows.push(item(
            Mark::Open,
            vec![plain(format!("{}  ", goal_title(room, &seen.goal))), muted(format!("now: {}", seen.seen))],
        ));
        rows.extend(missed.lines().map(|line| Row::Text { line: spans(line), indent: 4 }));
    }
    rows
}

fn too_large(grade: &Grade) -> Vec<Row> {
    let (lines, allowed) = (grade.distance.lines(), grade.allowed);
    let mut rows = prose(&format!(
        "{lines} lines were added or removed, and {allowed} are enough. A small step can be read in one look and taken back without loss.\nLeave out what this step did not ask for: other handlers, new names, tidying."
    ));
    let mut files: Vec<_> = grade.distance.files.iter().collect();
    files.sort_by_key(|file| std::cmp::Reverse(file.added + file.removed));
    for file in files.into_iter().take(MOST) {
        let size = format!("+{} -{}", file.added, file.removed);
        rows.push(Row::pair(vec![plain(file.path.clone())], vec![muted(size)]));
    }
    rows
}

fn item(mark: Mark, label: Vec<crate::engine::view::Span>) -> Row {
    Row::Item { mark, label, note: Vec::new(), indent: 0, target: None }
}

fn more(found: usize) -> Option<Row> {
    (found > MOST).then(|| Row::aside(format!("and {} more", found - MOST)))
}

fn named(files: &[String]) -> String {
    let quoted: Vec<String> = files.iter().map(|file| format!("`{file}`")).collect();
    quoted.join(", ")
}
