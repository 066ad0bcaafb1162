//! The `graphql` recipe for NestJS: a type, inputs and a resolver beside the files of a resource,
//! on top of its service; and GraphQL itself with Apollo where the application does not serve it.
//!
//! Inputs extend the classes of the bodies, so that each rule is said once. Errors are answered by
//! a filter on the resolver, which stands before those that only know HTTP.

mod making;
mod members;
mod names;
mod offer;
mod resolver;
mod samples;
mod server;
mod tests_of;

use super::{
    example::{Example, Role},
    plan::Plan,
    survey::Survey,
};
use crate::{
    ports::ProposeError,
    propose::recipe::resource::{Ask, Draft},
};
use making::Making;
use std::collections::BTreeSet;

/// Proposes GraphQL for a resource.
pub(super) fn draft(ask: &Ask<'_>) -> Result<Draft, ProposeError> {
    let mut plan = read(ask)?;
    plan.remarks.clear();
    let manifest = server::manifest_of(&names::path(&plan, Role::Service));
    let server = server::read(&plan, &manifest)?;
    let guards = offer::guards(&plan)?;
    let offer = offer::read(&mut plan)?;
    let (outputs, left) = members::outputs(&plan);
    plan.remarks.extend(left);
    let registered = match (&server.place, ask.head.steps.iter().find(|step| step.part == "server")) {
        (None, Some(step)) => server::registered(&mut plan, &manifest, &step.reason)?,
        _ => Vec::new(),
    };
    let first = names::first(&plan)?;
    let verbs = names::verbs(&plan, first.as_ref())?;
    let named = names::read(&plan, first.as_ref())?;
    let making = Making { plan: &plan, server: &server, guards, offer: &offer, outputs, first, verbs, named };
    let (mut files, remarks) = making.files()?;
    let like = match (&making.first, &server.place) {
        (Some(first), _) => format!("like {}", first.source.path),
        (None, Some(place)) => format!("as {place} serves it"),
        (None, None) => "on a new /graphql".into(),
    };
    drop(making);
    files.extend(registered);
    let mut all = plan.remarks;
    all.extend(remarks);
    Ok(Draft { like, files, remarks: all })
}

/// What is known of the resource; the error lists those that are known.
fn read<'a>(ask: &'a Ask<'a>) -> Result<Plan<'a>, ProposeError> {
    let survey = Survey::read(ask)?;
    let entities = || survey.classes().filter(|(_, class)| class.mark("Entity").is_some());
    if entities().next().is_none() {
        return Err(ProposeError::NotApplicable(
            "no class with @Entity was found to serve over GraphQL".into(),
        ));
    }
    let mut example = Example::of(&survey, &ask.name);
    if example.part(Role::Entity).is_none() {
        let known: BTreeSet<&str> = entities().map(|(_, class)| class.name.as_str()).collect();
        return Err(ProposeError::Input {
            what: format!("there is no resource {} to serve over GraphQL", ask.name.pascal),
            hint: format!("known entities: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
        });
    }
    if example.part(Role::Test).is_none()
        && let Ok(other) = Example::find(&survey)
        && let Some(test) = other.part(Role::Test)
    {
        example.parts.insert(Role::Test, test.clone());
    }
    Plan::after(ask, survey, example, "")
}
