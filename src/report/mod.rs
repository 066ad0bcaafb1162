//! Reports: Markdown, HTML in one file, the walkthrough; maps, findings and runs for CI.
//!
//! Pure functions from domain values to text. What comes from a repository is escaped
//! for the format it goes into; nothing here can carry a control character, but the
//! colours that [`Paint::Colour`] asks for.

mod escape;
mod explain;
mod explain_endpoint;
mod findings;
mod github;
mod graph;
mod html;
mod junit;
mod lesson;
mod map;
mod markdown;
mod paint;
mod patch;
mod repair;
mod review;
mod runs;
mod sarif;
mod table;
#[cfg(test)]
mod testing;
mod walkthrough;
mod words;

pub use escape::json;
pub use explain::explain;
pub use explain_endpoint::explain_endpoint;
pub use findings::{review_markdown, review_text};
pub use github::github;
pub use graph::{dot, mermaid};
pub use html::html;
pub use junit::junit;
pub use lesson::lesson;
pub use map::{map_text, stack_text};
pub use markdown::markdown;
pub use paint::{Paint, Tone};
pub use patch::{PatchFile, patch};
pub use repair::Repair;
pub use review::{BaselineUse, NotUnderstood, Review, RuleText};
pub use runs::{CheckedCommand, Verification, commands_text, outcome_line, verification_text};
pub use sarif::sarif;
pub use walkthrough::{walkthrough, walkthrough_json};
pub use words::count;
