//! The knowledge a session shows, as plain data.
//!
//! Filled once by the runtime from the knowledge files; the engine only reads it.

use crate::domain::{checklist::Item, event::Scene, finding::Level, task::Difficulty};
use std::collections::BTreeMap;

/// All cards and pages.
#[derive(Debug, Clone, Default)]
pub struct Handbook {
    pub rules: BTreeMap<String, RuleNote>,
    pub checklist: Vec<Item>,
    pub playbook: Vec<PlaybookNote>,
    /// Pages by name: `orm-reference`, `protocol/medium`, `examples/…`, `context`, ….
    pub pages: BTreeMap<String, Page>,
    /// Decision cards by name.
    pub cards: BTreeMap<String, Page>,
    /// Steps of each scene by difficulty.
    pub protocol: Vec<(Difficulty, Scene, Vec<String>)>,
    /// Lines of earlier sessions: task kind and text.
    pub lessons: Vec<(String, String)>,
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
    pub title: String,
    pub cause: String,
    pub steps: Vec<String>,
    /// What to try after three failures of one approach.
    pub otherwise: String,
}

/// One page: Markdown lines.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub title: String,
    pub lines: Vec<String>,
}
