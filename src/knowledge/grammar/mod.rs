//! Reads a task from plain words, without an agent.
//!
//! The grammar is data: verbs, nouns, intents, rule words and templates of criteria
//! stand in `resources/grammar.yaml`. Words are matched against it and against what the
//! map of this repository knows. Only what matched is shown as read; the rest is quoted
//! back as the user's to say. Nothing is invented: criteria of a template are marked as
//! assumed, and a template whose names are not known is left out.

pub mod contract;
mod criteria;
mod data;
#[cfg(test)]
mod everyday_tests;
pub mod fields;
mod handover;
mod intent;
mod jobs;
mod lexicon;
mod marks;
mod read;
#[cfg(test)]
mod read_tests;
mod risks;
mod scope;
mod subject;
mod suggest;
mod token;

pub use data::Grammar;
pub use handover::handover_note;
pub use suggest::{Suggestion, SuggestionKind};
