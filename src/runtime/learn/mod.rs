//! Lessons joined to the world: working copies and progress on disk, tests and review.
//!
//! `store` keeps what a learner did, `workspace` reads and writes the files of a backend,
//! `grading` runs tests and review on one, `tutor` carries out what the classroom asks
//! for, `lines` and `stage` lead it line by line and on the screen
//! (with `keys` and a `worker`), `checkup` is for authors.

pub mod checkup;
mod grading;
mod keys;
mod lines;
mod stage;
mod store;
mod tutor;
mod worker;
mod workspace;

pub use lines::run as run_lines;
pub use stage::{LearnEnded, run as run_screen};
pub use tutor::{Tutor, TutorError};
