//! How far a learner is with one lesson. Saved whole after every action, so that a
//! program that is killed goes on where it was.

use super::Lesson;
use serde::{Deserialize, Serialize};

/// Version of the saved form.
pub const PROGRESS_VERSION: u32 = 1;

/// Where in the current step the learner is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The introduction is on screen; no step has begun.
    #[default]
    Intro,
    /// The question waits; nothing of the step was revealed.
    Predict,
    Work,
    /// The step is done: why, and what it bought.
    After,
    /// The lesson is done.
    Closed,
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepEnd {
    Passed,
    /// Rules and size only: the tests could not run.
    PassedByRules,
    /// The solution was taken.
    Skipped,
}

/// What is known of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// Index of the option that was taken.
    #[serde(default)]
    pub prediction: Option<usize>,
    /// Rungs of the hint ladder that were shown, 0 to 4.
    #[serde(default)]
    pub hints: u8,
    /// Checks that failed.
    #[serde(default)]
    pub attempts: u32,
    #[serde(default)]
    pub end: Option<StepEnd>,
}

/// The saved state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    pub schema_version: u32,
    pub lesson: String,
    /// Of the lesson's text; another text is another lesson.
    pub digest: String,
    pub phase: Phase,
    /// Index of the current step.
    pub step: usize,
    /// One for each step.
    pub steps: Vec<StepRecord>,
}

impl Progress {
    /// The beginning.
    pub fn begin(lesson: &Lesson) -> Self {
        Self {
            schema_version: PROGRESS_VERSION,
            lesson: lesson.name.clone(),
            digest: lesson.digest.clone(),
            phase: Phase::Intro,
            step: 0,
            steps: vec![StepRecord::default(); lesson.steps.len()],
        }
    }

    /// Whether it was made for exactly this lesson and can be gone on with.
    pub fn fits(&self, lesson: &Lesson) -> bool {
        self.schema_version == PROGRESS_VERSION
            && self.lesson == lesson.name
            && self.digest == lesson.digest
            && self.steps.len() == lesson.steps.len()
            && self.step < self.steps.len()
            && self
                .steps
                .iter()
                .zip(&lesson.steps)
                .all(|(record, step)| record.prediction.is_none_or(|option| option < step.options.len()))
    }

    /// Steps that ended, skipped ones included.
    pub fn done(&self) -> usize {
        self.steps.iter().filter(|record| record.end.is_some()).count()
    }

    /// The record of the current step.
    pub fn current(&self) -> Option<&StepRecord> {
        self.steps.get(self.step)
    }

    /// The record of the current step, to change.
    pub fn current_mut(&mut self) -> Option<&mut StepRecord> {
        self.steps.get_mut(self.step)
    }

    /// Predictions that were right, and those that were made.
    pub fn predictions(&self, lesson: &Lesson) -> (usize, usize) {
        let made = self
            .steps
            .iter()
            .zip(&lesson.steps)
            .filter_map(|(record, step)| Some((record.prediction?, step)));
        made.fold((0, 0), |(right, made), (option, step)| {
            (right + usize::from(step.right() == Some(option)), made + 1)
        })
    }
}
