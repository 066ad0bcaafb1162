//! The `error-module` recipe: the errors of the domain in one module, and one place that answers
//! them over HTTP.
//!
//! Which errors there are is told by the statuses that the project raises today ([`kinds`]);
//! each stack writes them, registers what answers them, and offers to raise them where services
//! speak HTTP now. What a client sees of a replaced error stays byte for byte as it was: where
//! that is not sure, the line is left and a remark names it.

pub(super) mod kinds;
pub(super) mod python;
pub(super) mod services;
pub(super) mod typescript;

use super::{
    head::StepHead,
    names::Name,
    resource::{Ask, Search},
};
use crate::{
    domain::{
        layer::Layer,
        place::Place,
        proposal::{FileChange, Proposal},
        task::Task,
    },
    ports::{Cancel, ProposalRequest, ProposeError, Proposer},
    propose::workspace::ReadBase,
};

/// The recipe's name.
const RECIPE: &str = "error-module";
/// Words of a task that asks for what the recipe writes.
const TASK_WORDS: [&str; 13] = [
    "central error",
    "errors in one place",
    "errors centrally",
    "exceptions in one place",
    "one place for errors",
    "domain error",
    "error handler",
    "error handling",
    "error module",
    "error-module",
    "exception filter",
    "exception handler",
    "handle errors",
];

/// Adds the errors of the domain and what answers them.
pub struct ErrorModuleRecipe {
    base: ReadBase,
}

impl ErrorModuleRecipe {
    /// With a reader of base texts.
    pub fn new(base: ReadBase) -> Self {
        Self { base }
    }
}

/// Whether a task asks for what the recipe writes.
pub(crate) fn asks_for_errors(task: &Task) -> bool {
    let text = task.text.to_lowercase();
    TASK_WORDS.iter().any(|words| text.contains(words))
}

impl Proposer for ErrorModuleRecipe {
    fn propose(&self, request: &ProposalRequest, cancel: &Cancel) -> Result<Proposal, ProposeError> {
        let search = Search { recipe: RECIPE, request, base: &self.base, cancel };
        search.first_fit(
            |_| Ok((Name::of("error"), Vec::new())),
            |adapter, ask| {
                let draft = adapter.error_module(ask)?;
                Ok((format!("Answer errors in one place, {}", draft.like), draft))
            },
        )
    }
}

/// The files of every step: new ones, which must not be there yet, services that raise other errors,
/// and the file that makes the handlers known.
pub(super) fn written(
    ask: &Ask<'_>,
    paths: &[String],
    file: &dyn Fn(&StepHead) -> Result<FileChange, ProposeError>,
    services: &mut dyn FnMut(&StepHead) -> Result<Vec<FileChange>, ProposeError>,
    registered: &dyn Fn(&StepHead) -> Result<FileChange, ProposeError>,
) -> Result<Vec<FileChange>, ProposeError> {
    ask.refuse_files(paths)?;
    let mut files = Vec::new();
    for step in &ask.head.steps {
        ask.go_on()?;
        match step.layer {
            Layer::Error | Layer::Test => files.push(file(step)?),
            Layer::Service => files.extend(services(step)?),
            _ => files.push(registered(step)?),
        }
    }
    Ok(files)
}

/// What is there already.
pub(super) fn clash<T>(what: String, place: &Place) -> Result<T, ProposeError> {
    Err(ProposeError::Clash { what, place: place.to_string() })
}

/// The remark on raises that stay as they are; `None` where none does.
pub(super) fn left(places: &[(Place, &str)]) -> Option<String> {
    let told: Vec<String> = places.iter().map(|(place, why)| format!("{place} ({why})")).collect();
    (!told.is_empty()).then(|| format!("Left as they are, since answers would change: {}.", told.join(", ")))
}

/// The remark on services that go on to raise HTTP errors, because somebody waits for them.
fn waits(waited: Option<&Place>, first: Option<&Place>) -> Option<String> {
    let (waited, first) = (waited?, first?);
    Some(format!(
        "Services go on to raise HTTP errors (the first at {first}): {waited} waits for them, and would not see errors of \
         the domain."
    ))
}
