//! What a command is told: task, step, criteria and rules, as text on standard input.

use crate::{
    domain::{
        plan::{Filler, Step},
        stack::StackKey,
        task::CriterionState,
    },
    ports::{ProposalRequest, ProposeError},
    propose::{recipe::render::render, walkthrough::guide_for_finding},
};
use minijinja::context;

/// The text for one step of a request.
pub(super) fn write(request: &ProposalRequest) -> Result<String, ProposeError> {
    let step: Option<&Step> = request.steps.get(request.step);
    let guide = step.and_then(|step| match &step.filler {
        Filler::Walkthrough { guide } => Some((**guide).clone()),
        Filler::Fix { finding } => Some(guide_for_finding(finding, &request.map)),
        Filler::Agent { .. } | Filler::Recipe { .. } | Filler::Generator { .. } => {
            let task = request.task.as_ref()?;
            match crate::propose::as_walkthrough(step, Some(task), &request.map).filler {
                Filler::Walkthrough { guide } => Some(*guide),
                _ => None,
            }
        }
    });
    let wanted = step.map(|step| step.criteria.as_slice()).unwrap_or_default();
    let criteria: Vec<String> = request
        .task
        .iter()
        .flat_map(|task| &task.reading.criteria)
        .filter(|criterion| criterion.state != CriterionState::Dropped)
        .filter(|criterion| wanted.is_empty() || wanted.contains(&criterion.id))
        .map(|criterion| {
            let tests = criterion.tests.join(", ");
            let tests = if tests.is_empty() { tests } else { format!(" (tests: {tests})") };
            format!("AC{}: {}{tests}", criterion.id, criterion.text)
        })
        .collect();
    let stack: Vec<String> = StackKey::ALL
        .into_iter()
        .filter_map(|key| {
            let name = request.stack.name(key)?;
            Some(format!("{}: {name} {}", key.name(), request.stack.field(key).version).trim_end().to_owned())
        })
        .collect();
    let place =
        |place: Option<&crate::domain::place::Place>| place.map(ToString::to_string).unwrap_or_default();
    let guide = guide.unwrap_or_default();
    let from = guide.from.as_ref();
    render(
        "command",
        "brief.md.j2",
        &context! {
            task => request.task.as_ref().map_or("", |task| task.text.trim()),
            step => step.map_or_else(|| "The whole task.".to_owned(), |step| {
                format!("{} ({} layer)", step.title, step.layer)
            }),
            goal => guide.goal,
            from => from.map_or(String::new(), |span| format!("{}:{}-{}", span.path, span.start, span.end - 1)),
            to => place(guide.to.as_ref()),
            example => place(guide.example.as_ref()),
            criteria,
            rules => guide.rules,
            stack,
        },
        |_| (),
    )
}
