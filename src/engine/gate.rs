//! The gates between scenes: open, or shut with the reason and the way out.

use super::{cx::plural, judge, model::Model};
use crate::domain::{
    event::Scene,
    hunk::Decision,
    stack::{Confidence, StackKey},
    task::Intent,
};

/// The gate to the scene after one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gate {
    /// Open; what stands behind it.
    Open { facts: String },
    /// Not yet: the condition with its count.
    Waits { condition: String },
    /// Shut by a fact: the reason and the way out.
    Shut { reason: String, way_out: String },
    /// There is no next scene.
    None,
}

impl Gate {
    /// Whether `continue` may go on.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Open { .. })
    }
}

/// The gate that leads out of a scene.
pub fn gate(model: &Model, scene: Scene) -> Gate {
    match scene {
        Scene::Prepare => prepare(model),
        Scene::Acquire => acquire(model),
        Scene::Act => act(model),
        Scene::Verify => verify(model),
        Scene::Finalize => Gate::None,
    }
}

/// Stack fields that are only likely and were not accepted.
pub fn unsure_fields(model: &Model) -> Vec<StackKey> {
    let map = model.map();
    StackKey::ALL
        .into_iter()
        .filter(|key| !model.session.work.stated.contains_key(key))
        .filter(|key| {
            let field = map.stack.field(*key);
            field.name.is_some() && field.confidence == Confidence::Likely
        })
        .collect()
}

/// Whether something says what the backend is written in.
pub fn stack_known(model: &Model) -> bool {
    let stated = model.session.work.stated.get(&StackKey::Language).is_some_and(Option::is_some);
    stated || model.world.map.as_ref().is_some_and(|map| map.stack.language.name.is_some())
}

fn prepare(model: &Model) -> Gate {
    let Some(task) = &model.session.work.task else {
        return Gate::Waits { condition: "the task has one criterion".into() };
    };
    let open = task.reading.questions.iter().filter(|question| {
        question.answer.is_none() && question.level == crate::domain::task::Uncertainty::High
    });
    let open = open.count();
    if open > 0 {
        return Gate::Waits { condition: format!("{} answered", plural_are(open, "question")) };
    }
    let accepted = model.session.accepted_criteria().count();
    if accepted == 0 && task.reading.intent != Intent::Review {
        return Gate::Waits { condition: "one criterion is accepted".into() };
    }
    if model.world.map.is_none() {
        return Gate::Waits { condition: "the first scan has ended".into() };
    }
    if !stack_known(model) {
        return Gate::Shut {
            reason: "no stack found".into(),
            way_out: format!("{} names it", model.keys.key(crate::keys::Action::Edit)),
        };
    }
    Gate::Open {
        facts: if task.reading.intent == Intent::Review {
            "stack confirmed, a review".into()
        } else {
            format!("stack confirmed, {}", plural(accepted, "criterion"))
        },
    }
}

fn acquire(model: &Model) -> Gate {
    if model.is_review() {
        let chosen = model.session.work.findings.len();
        return if chosen == 0 {
            Gate::Waits { condition: "one finding is chosen".into() }
        } else {
            Gate::Open { facts: format!("{} chosen", plural(chosen, "finding")) }
        };
    }
    match model.session.work.boundaries.len() {
        0 => Gate::Waits { condition: "one boundary is chosen".into() },
        n => Gate::Open { facts: format!("{} chosen", boundaries(n)) },
    }
}

fn act(model: &Model) -> Gate {
    let all = model.session.count(|_| true);
    if all == 0 {
        return Gate::Waits { condition: "the first hunk is proposed".into() };
    }
    let undecided = model.session.undecided();
    if undecided > 0 {
        return Gate::Waits { condition: format!("{} decided", plural_are(undecided, "hunk")) };
    }
    if model.session.held() == 0 {
        return Gate::Shut {
            reason: "every hunk is rejected".into(),
            way_out: format!("{} undoes", model.keys.key(crate::keys::Action::Undo)),
        };
    }
    let rejected = model.session.count(|hunk| matches!(hunk.decision, Decision::Rejected { .. }));
    let held = model.session.held();
    let mut facts = format!("{held} approved");
    if rejected > 0 {
        facts.push_str(&format!(", {rejected} rejected"));
    }
    match super::pairing::waiting(model).len() {
        0 => {}
        1 => facts.push_str(", 1 waits for a second person"),
        n => facts.push_str(&format!(", {n} wait for a second person")),
    }
    Gate::Open { facts }
}

fn verify(model: &Model) -> Gate {
    let state = judge::standing(model);
    let way_out = format!("{} finishes as partial", model.keys.key(crate::keys::Action::Partial));
    let gate = commands(state, way_out);
    match gate {
        Gate::Waits { .. } | Gate::Shut { .. }
            if model.session.work.partial.is_some()
                && model.activity.running.as_ref().is_none_or(|running| running.base) =>
        {
            Gate::Open { facts: "as partial success".into() }
        }
        gate => gate,
    }
}

/// What the commands alone say.
fn commands(state: judge::Standing, way_out: String) -> Gate {
    if state.commands == 0 {
        return Gate::Shut { reason: "no commands found".into(), way_out };
    }
    if state.running {
        return Gate::Waits { condition: "no command is worse than on the base".into() };
    }
    if let Some(reason) = state.first_reason {
        return Gate::Shut { reason, way_out };
    }
    if !state.all_ran {
        return Gate::Waits { condition: "no command is worse than on the base".into() };
    }
    let facts = if state.as_before > 0 {
        format!("no command is worse than on the base, {} as before", plural_fail(state.as_before))
    } else {
        "no command is worse than on the base".into()
    };
    Gate::Open { facts }
}

fn plural_fail(count: usize) -> String {
    if count == 1 { "1 fails".into() } else { format!("{count} fail") }
}

/// `5 boundaries`, `1 boundary`.
fn boundaries(count: usize) -> String {
    plural(count, "boundary")
}

/// `1 hunk is`, `5 hunks are`.
fn plural_are(count: usize, noun: &str) -> String {
    format!("{} {}", plural(count, noun), if count == 1 { "is" } else { "are" })
}
