//! What is asked right now: a sentence, numbered options, and what else is taken.
//!
//! Pure functions of the model and of the few things that only this mode remembers. The
//! loop prints a moment when it differs from the one before.

use super::{acquire, act, finalize, popup, prepare, verify, words::Word};
use crate::{
    domain::{event::Scene, ids::CriterionId},
    engine::{
        Model,
        view::{Pane, Target},
    },
    keys::Action,
};
use std::collections::BTreeSet;

/// What this mode remembers between two answers.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Criteria are gone through one by one; these were left as they are.
    pub walk: Option<BTreeSet<CriterionId>>,
    /// Boundaries are being changed by number.
    pub changing: bool,
    /// The commit message or a file is being written.
    pub composing: bool,
    /// Lines of a long text so far.
    pub lines: Vec<String>,
    /// Entries of the last list, for `why N` and `choose N`.
    pub list: Vec<(Pane, Target)>,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Moment {
    /// In the prompt, after the scene: `hunk 9 of 14, 5 undecided`.
    pub label: String,
    /// Printed above the options when it changed.
    pub lead: Vec<String>,
    pub offers: Vec<Offer>,
    pub takes: Takes,
}

/// What an answer may be besides an option's number and a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Takes {
    #[default]
    Nothing,
    /// The task in the user's own words.
    Task,
    /// One line of text for the open prompt.
    Line,
    /// A reason; a number takes one that is listed.
    Reason,
    /// Lines until a single dot.
    Lines,
    /// The word `commit`.
    Commit,
    /// The number of lines above the cut.
    Cut,
}

/// One numbered option.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Offer {
    pub label: String,
    pub note: String,
    pub does: Do,
}

/// What an option does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Do {
    /// As if the word was typed.
    Say(Word),
    /// The option of the popup, from 0.
    Option(usize),
    /// This text is the task.
    Task(String),
    /// Marks something in a pane and acts on it.
    On(Pane, Target, Action),
    /// Goes through the criteria one by one.
    Walk,
    /// Leaves this criterion as it is.
    Pass(CriterionId),
    /// Begins or ends changing the boundaries.
    Change(bool),
}

impl Offer {
    /// An option without a note.
    pub(super) fn new(label: impl Into<String>, does: Do) -> Self {
        Self { label: label.into(), note: String::new(), does }
    }

    /// An option that is a word.
    pub(super) fn say(label: impl Into<String>, word: Word) -> Self {
        Self::new(label, Do::Say(word))
    }

    /// With a note behind the label.
    pub(super) fn with(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}

/// The moment of this model.
pub(super) fn now(model: &Model, memory: &Memory) -> Moment {
    if let Some(moment) = popup::moment(model, memory) {
        return moment;
    }
    match model.session.scene {
        Scene::Prepare => prepare::moment(model, memory),
        Scene::Acquire => acquire::moment(model, memory),
        Scene::Act => act::moment(model),
        Scene::Verify => verify::moment(model),
        Scene::Finalize => finalize::moment(model),
    }
}

/// The option that leads on, when the gate of this scene is open.
pub(super) fn onward(model: &Model) -> Option<Offer> {
    let scene = model.session.scene;
    let open = crate::engine::gate::gate(model, scene).is_open();
    let next = scene.next().filter(|_| open)?;
    Some(Offer::say(format!("on to {}", next.name()), Word::Next))
}
