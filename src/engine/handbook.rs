//! The knowledge a session shows, as plain data.
//!
//! Filled by the runtime from the knowledge files, again whenever the stack is known
//! better; the engine only reads it. What opens by itself, and why, is decided by
//! `opening` from what the session shows.

use crate::domain::{checklist::Item, event::Scene, finding::Level, task::Difficulty, trigger::Trigger};
use std::collections::BTreeMap;

/// The name of the ORM reference among the pages.
pub const ORM_PAGE: &str = "orm-reference";

/// All cards and pages.
#[derive(Debug, Clone, Default)]
pub struct Handbook {
    pub rules: BTreeMap<String, RuleNote>,
    pub checklist: Vec<Item>,
    pub playbook: Vec<PlaybookNote>,
    /// Pages that are the same in every session, by name: `examples/…`.
    pub pages: BTreeMap<String, Page>,
    /// The ORM reference, cut to the stack's ORM.
    pub orm: Vec<OrmNote>,
    /// What opens when, in display order.
    pub openings: Vec<OpeningNote>,
    /// Decision cards, in file order.
    pub cards: Vec<CardNote>,
    /// Steps of the execution protocol: by difficulty, scene, and file order.
    pub protocol: Vec<StepNote>,
    /// What earlier sessions learned.
    pub lessons: Vec<LessonNote>,
    pub agents: Vec<AgentNote>,
    /// What is wrong with knowledge files of the repository or the user: file, line,
    /// column and reason, one sentence each.
    pub problems: Vec<String>,
}

/// Why a rule exists and how its findings are mended.
#[derive(Debug, Clone, Default)]
pub struct RuleNote {
    pub title: String,
    pub family: String,
    pub level: Option<Level>,
    pub why: String,
    pub fix: String,
    pub source: String,
    pub bad: Vec<String>,
    pub good: Vec<String>,
}

/// One entry of the error playbook.
#[derive(Debug, Clone, Default)]
pub struct PlaybookNote {
    /// Stable name; opens pages as `failure ID`.
    pub id: String,
    pub title: String,
    pub cause: String,
    pub steps: Vec<String>,
    /// What to try after three failures of one approach.
    pub otherwise: String,
}

/// One page: Markdown lines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    pub title: String,
    pub lines: Vec<String>,
}

/// One page of the ORM reference and what opens it.
#[derive(Debug, Clone)]
pub struct OrmNote {
    pub title: String,
    /// `loading`, `transactions`, `lifecycle`, `projections`, `review`.
    pub topic: String,
    pub opens: Vec<Trigger>,
    pub lines: Vec<String>,
}

/// One knowledge file and its triggers.
#[derive(Debug, Clone)]
pub struct OpeningNote {
    /// Name under `resources/`: a file, or a folder with a trailing `/`.
    pub file: String,
    pub opens: Vec<Trigger>,
}

/// One decision card.
#[derive(Debug, Clone, Default)]
pub struct CardNote {
    pub id: String,
    pub title: String,
    pub question: String,
    pub options: Vec<CardOption>,
    /// What to choose when nothing speaks against it.
    pub default: String,
    /// Ids of questions and names of choices where it is shown.
    pub shown_at: Vec<String>,
}

/// One option of a card.
#[derive(Debug, Clone, Default)]
pub struct CardOption {
    pub label: String,
    pub trade_off: String,
    /// `small`, `medium` or `large`.
    pub effort: String,
}

/// One step of the execution protocol.
#[derive(Debug, Clone)]
pub struct StepNote {
    pub difficulty: Difficulty,
    pub scene: Scene,
    pub id: String,
    pub text: String,
    /// Applies only to a change with one of these risks or intents; empty for always.
    pub when: Vec<String>,
    /// The work pauses after it.
    pub checkpoint: bool,
}

/// One line of an earlier session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonNote {
    /// Intents, layers or rules it is about; empty for any task.
    pub tags: Vec<String>,
    pub text: String,
    /// File and line it stands in.
    pub place: String,
}

/// One coding agent that can be set up as a proposer.
#[derive(Debug, Clone, Default)]
pub struct AgentNote {
    pub id: String,
    pub name: String,
    /// How it is installed and logged in.
    pub setup: String,
    /// Argument list for `[[proposers]]`; empty when it cannot be run once for one step.
    pub argv: Vec<String>,
    /// Environment variables that it needs, by name.
    pub env: Vec<String>,
    pub notes: Vec<String>,
}
