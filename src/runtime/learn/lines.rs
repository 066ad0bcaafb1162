//! Lessons as numbered lines, joined to standard input and the working copy.

use super::tutor::Tutor;
use crate::{
    engine::learn::{Classroom, LearnEffect, LearnMsg},
    linear::{
        Answer, Echo, LinearError,
        learn::{self, LearnOutside},
    },
    runtime::{external, lines::read_answer},
};
use std::io::{BufRead, Write};

/// Leads until it is left. Blocks.
pub fn run(
    room: &mut Classroom,
    tutor: &mut Tutor,
    first: Vec<LearnMsg>,
    input: &mut dyn BufRead,
    echo: Echo,
    output: impl Write,
) -> Result<(), LinearError> {
    learn::run(room, first, &mut Outside { tutor, input, echo }, output)
}

struct Outside<'a> {
    tutor: &'a mut Tutor,
    input: &'a mut dyn BufRead,
    echo: Echo,
}

impl LearnOutside for Outside<'_> {
    fn perform(&mut self, effect: LearnEffect) -> Vec<LearnMsg> {
        // Where answers come from a pipe, an editor nobody chose would eat them.
        let LearnEffect::External { path } = &effect else { return self.tutor.perform(effect) };
        if self.echo == Echo::Yes && !external::is_editor_named(self.tutor.editor()) {
            let text =
                format!("No editor is set. `write {path}` types it here; or edit it in another window.");
            return vec![LearnMsg::Failed(text)];
        }
        self.tutor.perform(effect)
    }

    fn look(&mut self) -> Option<LearnMsg> {
        self.tutor.saved()
    }

    fn answer(&mut self) -> Answer {
        read_answer(&mut self.input)
    }

    fn echo(&self) -> Echo {
        self.echo
    }
}
