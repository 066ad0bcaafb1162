//! What an author asks: does the lesson keep its own promises?
//!
//! Its solutions must pass its grading one after another, and no step may be done before
//! it began. Works on a copy in a temporary folder; tests run only when that was said.

use super::{grading::Grader, tutor::TutorError, workspace};
use crate::{
    domain::lesson::{
        Goal, Lesson, LessonStep,
        grade::{Answer, Grade, Observed, TestsSaid, grade},
    },
    knowledge::Knowledge,
    ports::Cancel,
    runtime::Dirs,
    verify::parsers,
};

/// Whether the lesson's own command may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunTests {
    Yes,
    No,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checkup {
    pub lesson: String,
    pub steps: Vec<StepChecked>,
    /// What is wrong; empty when the lesson keeps its promises.
    pub problems: Vec<String>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StepChecked {
    pub id: String,
    /// Lines that the solution changes, and those that are allowed.
    pub lines: u32,
    pub allowed: u32,
    /// What the tests said with the solution.
    pub tests: String,
}

/// Checks a lesson that was read.
pub fn checkup(lesson: &Lesson, dirs: &Dirs, run: RunTests) -> Result<Checkup, TutorError> {
    let folder = tempfile::Builder::new().prefix("proscenium-lesson-").tempdir()?;
    let root = folder.path().canonicalize()?.join("work");
    workspace::write(&root, &lesson.start)?;
    let grader = Grader::new(&root, dirs)?;
    let mut found = Checkup { lesson: lesson.name.clone(), steps: Vec::new(), problems: unknown(lesson)? };
    let tests = |grader: &Grader| match run {
        RunTests::Yes => grader.tests(lesson, &root, &Cancel::default()),
        RunTests::No => TestsSaid::NotRun { reason: "--run was not given".into() },
    };
    let started = tests(&grader);
    if let TestsSaid::Failed { .. } | TestsSaid::Broken { .. } = started {
        found.problems.push(format!("the tests are not green at the start: {}", told(&started)));
    }
    let solved = |steps| lesson.solved(steps).map_err(|(step, error)| TutorError::Solution(step, error));
    let mut before = lesson.start.clone();
    for (index, step) in lesson.steps.iter().enumerate() {
        let map_before = grader.map(&root, &before, &before)?;
        let now = solved(index + 1)?;
        workspace::write(&root, &now)?;
        let map_now = grader.map(&root, &now, &now)?;
        let observed =
            |now, map_now, tests| Observed { before: &before, map_before: &map_before, now, map_now, tests };
        let nothing = grade(lesson, step, &observed(&before, &map_before, TestsSaid::Passed { count: 1 }));
        if nothing.goals.iter().all(|goal| goal.met) {
            found.problems.push(format!("step {}: its goals are met before it begins", step.id));
        }
        let solution = grade(lesson, step, &observed(&now, &map_now, tests(&grader)));
        found.problems.extend(refusal(step, &solution));
        found.steps.push(StepChecked {
            id: step.id.clone(),
            lines: solution.distance.lines(),
            allowed: step.lines,
            tests: told(&solution.tests),
        });
        before = now;
    }
    Ok(found)
}

/// Names that nothing answers to.
fn unknown(lesson: &Lesson) -> Result<Vec<String>, TutorError> {
    let mut problems = Vec::new();
    if parsers::parser(&lesson.tests.parser).is_none() {
        let known = parsers::PARSERS.join(", ");
        problems.push(format!("tests.parser: `{}` is none of {known}", lesson.tests.parser));
    }
    let knowledge = Knowledge::load(&[])?;
    for step in &lesson.steps {
        for goal in &step.goals {
            if let Goal::Findings { rule, .. } = goal
                && !knowledge.rules.iter().any(|card| card.id == *rule)
            {
                problems.push(format!("step {}: there is no rule `{rule}`", step.id));
            }
        }
    }
    Ok(problems)
}

/// Why a step's own solution does not pass.
fn refusal(step: &LessonStep, grade: &Grade) -> Option<String> {
    let why = match &grade.answer {
        Answer::Passed | Answer::PassedByRules { .. } => return None,
        Answer::Unchanged => "it changes nothing".into(),
        Answer::TouchedFixed { files } => format!("it changes what is fixed: {}", files.join(", ")),
        Answer::TestsFail | Answer::TestsBroken => format!("tests: {}", told(&grade.tests)),
        Answer::BreaksRule => {
            let found =
                grade.new_findings.iter().map(|finding| format!("{} {}", finding.rule, finding.place()));
            format!("it brings {}", found.collect::<Vec<_>>().join(", "))
        }
        Answer::MissesGoal => {
            let missed = grade.goals.iter().filter(|goal| !goal.met);
            let missed = missed.map(|goal| format!("{} (now: {})", goal.goal.title(), goal.seen));
            format!("it misses {}", missed.collect::<Vec<_>>().join(", "))
        }
        Answer::TooLarge => format!("{} lines, {} allowed", grade.distance.lines(), grade.allowed),
    };
    Some(format!("step {}: its solution does not pass: {why}", step.id))
}

fn told(tests: &TestsSaid) -> String {
    match tests {
        TestsSaid::Passed { count } => format!("{count} passed"),
        TestsSaid::Failed { failed, passed } => {
            let names: Vec<&str> = failed.iter().map(|test| test.name.as_str()).collect();
            format!("{} failed ({}), {passed} passed", failed.len(), names.join(", "))
        }
        TestsSaid::NotRun { reason } => format!("not run: {reason}"),
        TestsSaid::Broken { reason, output } => format!("{reason}: {}", output.join(" / ")),
    }
}
