//! What a session line by line needs of the world, as one seam.

use crate::engine::{Effect, Model, Msg, handbook::Handbook};
use std::sync::Arc;

/// Longest answer that is taken, in bytes.
pub const LINE_LIMIT_BYTES: usize = 64 * 1024;

/// One line of input, or why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Without its end and without control characters.
    Line(String),
    /// Longer than the limit; it was read past.
    TooLong,
    /// Not valid UTF-8.
    NotText,
    /// There is no more input.
    End,
    /// Reading failed, with the reason.
    Failed(String),
}

/// Whether answers are repeated in the output, so that it reads as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Echo {
    /// A file or a pipe: nobody sees what was typed.
    Yes,
    /// A terminal: it shows what is typed by itself.
    No,
}

/// What ended a wait.
#[derive(Debug)]
pub enum Woken {
    /// Ctrl-C.
    Interrupt,
    /// A signal that ends the program, by number.
    Ended(i32),
    Msg(Msg),
    Answer(Answer),
    Nothing,
}

/// Messages, answers and effects.
pub trait Outside {
    /// Milliseconds since the epoch.
    fn now(&self) -> u64;
    /// Whether answers are repeated.
    fn echo(&self) -> Echo;
    /// The cards and pages for the stack of this model.
    fn handbook(&self, model: &Model) -> Arc<Handbook>;
    /// Does what an effect asks for; effects of a terminal come back in `Err`.
    fn perform(&mut self, model: &Model, effect: Effect) -> Result<Vec<Msg>, Effect>;
    /// Tasks that have not answered yet.
    fn pending(&self) -> u64;
    /// A message that is there already.
    fn ready(&mut self) -> Option<Msg>;
    /// Waits a moment for a message or a signal.
    fn wait_for_work(&mut self) -> Woken;
    /// Waits as long as it takes for an answer, a message or a signal.
    fn wait_for_answer(&mut self) -> Woken;
}
