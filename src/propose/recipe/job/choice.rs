//! The question which queue is to run a job, in PREPARE: settled by what manifests say, and left
//! out where a stack has one answer only.

use super::queue::{INPUT, QUESTION, Queue, used};
use crate::domain::{
    map::BackendMap,
    stack::StackKey,
    task::{Intent, Reading, Task},
};

/// The user's answer.
pub(super) fn answered(task: &Task) -> Option<Queue> {
    let question = task.reading.questions.iter().find(|question| question.id == QUESTION)?;
    Queue::parse(&question.options.get(question.answer?)?.label)
}

/// What the repository says answers the question before it is asked.
pub fn settle_queue(reading: &mut Reading, map: &BackendMap) {
    if reading.intent != Intent::Job {
        return;
    }
    let asks = map.stack.name(StackKey::Framework).is_some_and(|name| name.eq_ignore_ascii_case("fastapi"));
    let known = used(map);
    if let [(queue, place)] = known.as_slice()
        && !reading.inputs.contains_key(INPUT)
    {
        reading.inputs.insert(INPUT.into(), queue.name().into());
        reading.assumptions.insert(0, format!("the job runs on {}, as {place} says", queue.name()));
    }
    if !asks || reading.inputs.contains_key(INPUT) {
        reading.questions.retain(|question| question.id != QUESTION);
    } else {
        // The other question asks the same without knowing what the recipe writes.
        reading.questions.retain(|question| question.id != "job-runner");
    }
}
