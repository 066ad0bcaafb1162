//! Lessons: a small backend with a flaw in its layers, and steps that mend it.
//!
//! `patch` is the text of a step's solution, `tree` the files that it changes, `grade`
//! says what a change was worth, `progress` how far a learner is. Pure: what tests and
//! review said is given from outside.

pub mod grade;
pub mod patch;
pub mod progress;
pub mod tree;

use super::layer::Layer;
use tree::Tree;

/// One lesson, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Its folder's name, for example `handler-sql`.
    pub name: String,
    pub title: String,
    /// For example `python`.
    pub language: String,
    /// For somebody who sees it for the first time.
    pub minutes: u32,
    /// One sentence for the list.
    pub summary: String,
    pub intro: String,
    pub tests: LessonTests,
    /// Files and folders (with `/` at the end) that stay as they are.
    pub fixed: Vec<String>,
    pub steps: Vec<LessonStep>,
    pub closing: String,
    /// The backend at the beginning.
    pub start: Tree,
    /// sha256 of everything above; progress belongs to exactly this text.
    pub digest: String,
}

/// The characterisation tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonTests {
    /// Program and arguments; never through a shell.
    pub command: Vec<String>,
    /// Name of an output parser.
    pub parser: String,
    /// Programs without which the tests cannot run.
    pub needs: Vec<String>,
    /// Where `needs` does not say it all.
    pub probe: Option<Probe>,
    pub seconds: u64,
}

/// A command that ends with 0 where the tests can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    pub command: Vec<String>,
    /// What is said where it does not.
    pub missing: String,
}

/// One small, reversible step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonStep {
    /// Unique inside the lesson.
    pub id: String,
    pub title: String,
    /// Where the work begins.
    pub file: String,
    pub question: String,
    pub options: Vec<Prediction>,
    pub task: String,
    /// Where, what, which pattern; the fourth rung is `solution`.
    pub hints: [String; 3],
    /// A unified diff on top of the solutions before it.
    pub solution: String,
    pub goals: Vec<Goal>,
    /// Added and removed lines that the change may have.
    pub lines: u32,
    pub why: String,
    pub bought: String,
}

impl LessonStep {
    /// Rungs of the hint ladder: three sentences and the diff.
    pub const RUNGS: u8 = 4;

    /// The option that is right.
    pub fn right(&self) -> Option<usize> {
        self.options.iter().position(|option| option.right)
    }
}

/// One answer to the question of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    pub text: String,
    /// What is said to whoever takes it.
    pub reply: String,
    pub right: bool,
}

/// What the review must say after a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// At most so many findings of a rule.
    Findings { rule: String, at_most: usize, missed: String },
    /// The flow of an endpoint passes these layers, in this order.
    Flow { endpoint: String, through: Vec<Layer>, missed: String },
}

impl Goal {
    /// One line that says it: `arch/router-uses-orm: at most 2`.
    pub fn title(&self) -> String {
        match self {
            Self::Findings { rule, at_most: 0, .. } => format!("{rule}: none"),
            Self::Findings { rule, at_most, .. } => format!("{rule}: at most {at_most}"),
            Self::Flow { endpoint, through, .. } => {
                let layers: Vec<&str> = through.iter().map(|layer| layer.name()).collect();
                format!("{endpoint}: through {}", layers.join(", "))
            }
        }
    }
}

impl Lesson {
    /// Whether a path is not the learner's to change.
    pub fn is_fixed(&self, path: &str) -> bool {
        self.fixed.iter().any(|fixed| match fixed.strip_suffix('/') {
            Some(folder) => path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')),
            None => path == fixed,
        })
    }

    /// The backend after the solutions of the first `steps` steps.
    ///
    /// Errors: the first solution that does not apply, with its step.
    pub fn solved(&self, steps: usize) -> Result<Tree, (String, patch::PatchError)> {
        let mut tree = self.start.clone();
        for step in self.steps.iter().take(steps) {
            tree = patch::apply(&tree, &step.solution).map_err(|error| (step.id.clone(), error))?;
        }
        Ok(tree)
    }
}
