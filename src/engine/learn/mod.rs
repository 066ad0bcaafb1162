//! `proscenium learn` without a screen: `update(&mut Classroom, LearnMsg) -> Vec<LearnEffect>`.
//!
//! `model` is what is known, `update` what an intent or a result does to it, `page` and
//! `answer` what there is to read, `aside` the panes around it, `screen` the whole as one
//! `ScreenView`. The lines mode prints the same pages. No I/O, no clock.

pub mod answer;
pub mod aside;
pub mod model;
pub mod page;
pub mod screen;
#[cfg(test)]
mod tests;
pub mod update;

pub use model::{Ask, Busy, Classroom, Desk, Do, Entry, LearnEffect, LearnMsg, Place, RuleHelp, Seen};
pub use update::update;
