//! The handbook for the screen, and the note for whoever owns the schema.

use super::{Host, proposals::stack};
use crate::{
    engine::{Model, Msg},
    knowledge::grammar::handover_note,
    runtime::handbook::handbook,
};
use std::sync::Arc;

impl Host {
    /// Makes the handbook for the stack as the session knows it. The first call reads the
    /// knowledge files.
    pub(super) fn load_handbook(&self, model: &Model) {
        let stack = stack(model);
        self.spawn("knowledge", move |worker| {
            let shelf = &worker.tools.knowledge;
            let mut book = handbook(shelf, &stack);
            book.problems = shelf.problems();
            worker.send(Msg::HandbookLoaded(Arc::new(book)));
        });
    }
}

/// The note from the task and the map as they are now; pure and quick.
pub(super) fn schema_note(model: &Model) -> Msg {
    let task = model.session.work.task.as_ref();
    Msg::SchemaNote(task.and_then(|task| handover_note(&task.reading, &model.map())))
}
