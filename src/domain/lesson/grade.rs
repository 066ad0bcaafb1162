//! What a learner's change is worth: tests, rules, size, and one answer that helps.
//!
//! The three are judged apart, so that each can be shown; the answer speaks of the first
//! thing to do. A change that was never made, touched what is fixed, broke a test, brought
//! a finding, missed the goal or grew too large are six different things to hear.

use super::{
    Goal, Lesson, LessonStep,
    tree::{Distance, Tree, distance},
};
use crate::domain::{
    finding::{Finding, Level},
    map::{BackendMap, Flow},
};
use std::collections::BTreeMap;

/// What a run of the tests said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestsSaid {
    Passed {
        count: u32,
    },
    Failed {
        failed: Vec<FailedTest>,
        passed: u32,
    },
    /// What they need is missing here: rules and size grade alone.
    NotRun {
        reason: String,
    },
    /// They ran and cannot be believed: a syntax error, no test found, too slow.
    Broken {
        reason: String,
        output: Vec<String>,
    },
}

/// One test that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedTest {
    pub name: String,
    pub message: String,
}

/// Everything that is looked at.
#[derive(Debug, Clone)]
pub struct Observed<'a> {
    /// The working copy when the step began, and what the review said then.
    pub before: &'a Tree,
    pub map_before: &'a BackendMap,
    pub now: &'a Tree,
    pub map_now: &'a BackendMap,
    pub tests: TestsSaid,
}

/// The grade of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grade {
    pub tests: TestsSaid,
    pub goals: Vec<GoalSeen>,
    /// Findings that were not there when the step began.
    pub new_findings: Vec<Finding>,
    pub distance: Distance,
    pub allowed: u32,
    pub answer: Answer,
}

/// One goal and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoalSeen {
    pub goal: Goal,
    pub met: bool,
    /// `2`, or the layers that the flow passes.
    pub seen: String,
}

/// What the learner is told first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Passed,
    /// The tests could not run; rules and size are as they should be.
    PassedByRules {
        reason: String,
    },
    Unchanged,
    TouchedFixed {
        files: Vec<String>,
    },
    TestsFail,
    TestsBroken,
    BreaksRule,
    MissesGoal,
    TooLarge,
}

impl Answer {
    /// Whether the step is done.
    pub fn is_pass(&self) -> bool {
        matches!(self, Self::Passed | Self::PassedByRules { .. })
    }
}

/// Grades a change. Never panics, whatever the files hold.
pub fn grade(lesson: &Lesson, step: &LessonStep, observed: &Observed<'_>) -> Grade {
    let distance = distance(observed.before, observed.now);
    let goals: Vec<GoalSeen> = step.goals.iter().map(|goal| seen(goal, observed.map_now)).collect();
    let new_findings = new_findings(&observed.map_before.findings, &observed.map_now.findings);
    let touched = distance.files.iter().map(|file| &file.path).filter(|path| lesson.is_fixed(path));
    let touched: Vec<String> = touched.cloned().collect();
    let tests = observed.tests.clone();
    let answer = match &tests {
        _ if distance.files.is_empty() => Answer::Unchanged,
        _ if !touched.is_empty() => Answer::TouchedFixed { files: touched },
        TestsSaid::Failed { .. } => Answer::TestsFail,
        TestsSaid::Broken { .. } => Answer::TestsBroken,
        _ if !new_findings.is_empty() => Answer::BreaksRule,
        _ if goals.iter().any(|goal| !goal.met) => Answer::MissesGoal,
        _ if distance.lines() > step.lines => Answer::TooLarge,
        TestsSaid::NotRun { reason } => Answer::PassedByRules { reason: reason.clone() },
        TestsSaid::Passed { .. } => Answer::Passed,
    };
    Grade { tests, goals, new_findings, distance, allowed: step.lines, answer }
}

fn seen(goal: &Goal, map: &BackendMap) -> GoalSeen {
    let (met, seen) = match goal {
        Goal::Findings { rule, at_most, .. } => {
            let found = map.findings.iter().filter(|finding| finding.rule == *rule).count();
            (found <= *at_most, found.to_string())
        }
        Goal::Flow { endpoint, through, .. } => {
            let flow = map.flows.iter().find(|flow| flow.endpoint == *endpoint);
            let met = flow.is_some_and(|flow| passes(flow, through));
            (met, flow.map_or_else(|| "no such endpoint".to_owned(), layers))
        }
    };
    GoalSeen { goal: goal.clone(), met, seen }
}

/// Whether the steps pass the layers one after another, others between them or not.
fn passes(flow: &Flow, through: &[crate::domain::layer::Layer]) -> bool {
    let mut wanted = through.iter().peekable();
    for step in &flow.steps {
        if wanted.peek() == Some(&&step.layer) {
            wanted.next();
        }
    }
    wanted.peek().is_none()
}

fn layers(flow: &Flow) -> String {
    let mut names: Vec<&str> = Vec::new();
    for step in &flow.steps {
        if names.last() != Some(&step.layer.name()) {
            names.push(step.layer.name());
        }
    }
    names.join(", ")
}

/// Findings by which a rule got worse in a file. Lines move and functions are renamed by
/// any change, so they are counted and not matched. Advice fails nobody.
fn new_findings(before: &[Finding], now: &[Finding]) -> Vec<Finding> {
    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in before {
        *known.entry(finding.rule.as_str()).or_default() += 1;
    }
    let worse = |finding: &&Finding| {
        let count = now.iter().filter(|other| other.rule == finding.rule).count();
        finding.level != Level::Advice && count > known.get(finding.rule.as_str()).copied().unwrap_or(0)
    };
    now.iter()
        .filter(worse)
        .filter(|finding| !before.iter().any(|old| old.fingerprint == finding.fingerprint))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{layer::Layer, lesson::LessonTests, map::FlowStep};
    use pretty_assertions::assert_eq;

    fn step() -> LessonStep {
        LessonStep {
            id: "one".into(),
            title: String::new(),
            file: "a.py".into(),
            question: String::new(),
            options: Vec::new(),
            task: String::new(),
            hints: [const { String::new() }; 3],
            solution: String::new(),
            goals: vec![
                Goal::Findings { rule: "arch/x".into(), at_most: 1, missed: String::new() },
                Goal::Flow {
                    endpoint: "GET /a".into(),
                    through: vec![Layer::Service, Layer::Repository],
                    missed: String::new(),
                },
            ],
            lines: 2,
            why: String::new(),
            bought: String::new(),
        }
    }

    fn lesson() -> Lesson {
        Lesson {
            name: "l".into(),
            title: String::new(),
            language: String::new(),
            minutes: 1,
            summary: String::new(),
            intro: String::new(),
            tests: LessonTests {
                command: Vec::new(),
                parser: String::new(),
                needs: Vec::new(),
                probe: None,
                seconds: 1,
            },
            fixed: vec!["tests/".into()],
            steps: vec![step()],
            closing: String::new(),
            start: Tree::new(),
            digest: String::new(),
        }
    }

    fn finding(rule: &str, fingerprint: &str) -> Finding {
        Finding {
            rule: rule.into(),
            family: String::new(),
            level: Level::Error,
            file: "a.py".into(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 2,
            message: String::new(),
            symbol: String::new(),
            fixable: false,
            fingerprint: fingerprint.into(),
        }
    }

    fn map(findings: &[Finding], layers: &[Layer]) -> BackendMap {
        let step = |layer: &Layer| FlowStep {
            layer: *layer,
            symbol: String::new(),
            file: String::new(),
            line: 1,
            call: String::new(),
            tests: 0,
        };
        let flow =
            Flow { endpoint: "GET /a".into(), steps: layers.iter().map(step).collect(), ..Flow::default() };
        BackendMap { findings: findings.to_vec(), flows: vec![flow], ..BackendMap::default() }
    }

    fn answer(files: &[(&str, &str)], tests: TestsSaid, now: &BackendMap) -> Answer {
        let tree = |files: &[(&str, &str)]| -> Tree {
            files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        let before = tree(&[("a.py", "1\n"), ("tests/t.py", "t\n")]);
        let map_before = map(&[finding("arch/x", "1"), finding("arch/x", "2")], &[Layer::Router]);
        let now_tree = tree(files);
        let observed =
            Observed { before: &before, map_before: &map_before, now: &now_tree, map_now: now, tests };
        grade(&lesson(), &step(), &observed).answer
    }

    #[test]
    fn each_way_to_be_wrong_has_its_own_answer() {
        let good = map(&[finding("arch/x", "2")], &[Layer::Router, Layer::Service, Layer::Repository]);
        let short = map(&[finding("arch/x", "2")], &[Layer::Router, Layer::Repository]);
        let worse = map(&[finding("arch/y", "3")], &[Layer::Router, Layer::Service, Layer::Repository]);
        let kept = ("tests/t.py", "t\n");
        let small = [("a.py", "2\n"), kept];
        let passed = || TestsSaid::Passed { count: 3 };
        let failed = TestsSaid::Failed { failed: Vec::new(), passed: 1 };
        let not_run = TestsSaid::NotRun { reason: "node is not installed".into() };
        let broken = TestsSaid::Broken { reason: "exit 1".into(), output: Vec::new() };
        let by_rules = Answer::PassedByRules { reason: "node is not installed".into() };
        let touched = Answer::TouchedFixed { files: vec!["tests/t.py".into()] };
        for (files, tests, map, expected) in [
            (&small[..], passed(), &good, Answer::Passed),
            (&small, not_run.clone(), &good, by_rules),
            (&[("a.py", "1\n"), kept], passed(), &good, Answer::Unchanged),
            (&[("a.py", "2\n"), ("tests/t.py", "u\n")], passed(), &good, touched),
            (&small, failed, &good, Answer::TestsFail),
            (&small, broken, &good, Answer::TestsBroken),
            (&small, passed(), &worse, Answer::BreaksRule),
            (&small, passed(), &short, Answer::MissesGoal),
            (&small, not_run, &short, Answer::MissesGoal),
            (&[("a.py", "2\n3\n4\n"), kept], passed(), &good, Answer::TooLarge),
        ] {
            assert_eq!(answer(files, tests, map), expected);
        }
    }

    #[test]
    fn a_finding_that_only_moved_is_not_new() {
        let before = [finding("arch/x", "1"), finding("arch/x", "2")];
        let moved = [finding("arch/x", "7"), finding("arch/x", "8")];
        assert_eq!(new_findings(&before, &moved), Vec::new());
        let more = [finding("arch/x", "1"), finding("arch/x", "2"), finding("arch/x", "9")];
        assert_eq!(new_findings(&before, &more), vec![finding("arch/x", "9")]);
    }
}
