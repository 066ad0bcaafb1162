//! The session as numbered lines, joined to the world: signals, workers, standard input.
//!
//! `linear` says what is asked and what an answer does; here it gets messages, answers
//! and effects. The same host and the same journal as the screen's.

mod answers;
mod wait;

pub use answers::Answers;
pub(super) use answers::read as read_answer;

use super::{Host, handbook, open::Opened};
use crate::{
    engine::{Effect, Model, Msg, handbook::Handbook},
    linear::{self, Echo, Ended, LinearError, Outside, Woken},
};
use std::{io::Write, sync::Arc};
use wait::Wait;

/// Leads an open session until it is left. Blocks.
///
/// `answers` outlives the session, so that another change goes on with the next line.
pub fn run(opened: Opened, answers: &mut Answers, output: impl Write) -> Result<Ended, LinearError> {
    let Opened { model, host, rx, effects } = opened;
    let wait = Wait::new(rx).map_err(LinearError::Loop)?;
    linear::run(model, effects, &mut Lines { host, wait, answers }, output)
}

struct Lines<'a> {
    host: Host,
    wait: Wait,
    answers: &'a mut Answers,
}

impl Outside for Lines<'_> {
    fn now(&self) -> u64 {
        self.host.tools.clock.now()
    }

    fn echo(&self) -> Echo {
        self.answers.echo
    }

    fn handbook(&self, model: &Model) -> Arc<Handbook> {
        Arc::new(handbook::handbook(&self.host.tools.knowledge, &model.map().stack))
    }

    fn perform(&mut self, model: &Model, effect: Effect) -> Result<Vec<Msg>, Effect> {
        self.host.perform(model, effect)
    }

    fn pending(&self) -> u64 {
        self.host.pending.count()
    }

    fn ready(&mut self) -> Option<Msg> {
        self.wait.ready()
    }

    fn wait_for_work(&mut self) -> Woken {
        self.wait.for_work()
    }

    fn wait_for_answer(&mut self) -> Woken {
        self.wait.for_answer(self.answers)
    }
}
