//! The assistant line by line: numbered questions for screen readers, dumb terminals and scripts.
//!
//! Drives the same engine with the same messages and the same host as the screen, so a
//! session of either writes the same journal and commits the same tree. Output is
//! append-only text without an escape byte; every answer is a number, a word or a text.
//! Nothing here changes the model except through `engine::update`.

mod acquire;
mod act;
mod answer;
mod browse;
mod commands;
mod decide;
mod finalize;
mod hunk;
pub mod learn;
mod moment;
mod outside;
mod popup;
mod prepare;
mod printer;
mod rows;
mod run;
mod say;
mod tour;
mod verify;
mod words;

pub use outside::{Answer, Echo, LINE_LIMIT_BYTES, Outside, Woken};
pub use run::{Ended, LinearError, run};
pub use tour::tour;
