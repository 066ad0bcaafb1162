//! What the program knows about backends, as data.
//!
//! The checklist, the execution protocol, the ORM reference, the error playbook, the
//! examples, the rules' cards and the grammar are files under `resources/`; this layer
//! parses and validates them and puts a repository's `stack/` and the user's folder on
//! top. It knows no session, scans nothing and writes nothing. Errors name file, line
//! and column. The scanner, the proposers, the verifier and the engine ask it.

pub mod agents;
pub mod cards;
mod checklist;
pub mod clarification;
pub mod context;
pub mod course;
mod error;
pub mod examples;
pub mod grammar;
pub mod lessons;
mod load;
#[cfg(test)]
mod load_tests;
mod merge;
pub mod orm;
pub mod packs;
mod page;
pub mod playbook;
pub mod protocol;
mod rule_page;
pub mod rules;
mod schema;
mod shipped;
mod source;
pub mod stack_set;
pub mod stacks;
pub(crate) mod yaml;

pub use crate::domain::trigger::Trigger;
pub use error::KnowledgeError;
pub use load::Knowledge;
pub use page::Section;
pub use rule_page::rule_text;
pub use schema::{schema, schema_names};
#[cfg(test)]
pub(crate) use shipped::ahead;
pub use shipped::{shipped, shipped_names};
pub use source::{embedded, embedded_names};
