//! Reports: Markdown, HTML in one file, the walkthrough; findings and runs for CI.
//!
//! Pure functions from domain values to text. What comes from a repository is escaped
//! for the format it goes into; nothing here can carry a control character.

mod escape;
mod html;
mod markdown;
mod walkthrough;

pub use html::html;
pub use markdown::markdown;
pub use walkthrough::walkthrough;
