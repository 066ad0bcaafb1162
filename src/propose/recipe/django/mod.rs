//! Django with the REST framework: models and their migration, serializers, views, URLs, tests.
//!
//! A new resource joins the application of its example: its parts stand in the same files, or
//! in files beside those that are named after the example.

mod access;
mod alter;
mod auth;
mod endpoint;
mod errors;
mod example;
mod fields;
mod job;
mod migrations;
mod parents;
mod parts;
mod plan;
mod project;
mod reach;
mod routes;
mod services;
pub(super) mod survey;
pub(super) mod tests_of;
mod views;

use super::{
    alter::Change,
    endpoint::NewRoute,
    job::NewJob,
    python_text as write,
    resource::{Adapter, Ask, Draft},
};
use crate::{ports::ProposeError, propose::python::Module};

/// The stack's adapter.
pub(super) struct Django;

impl Adapter for Django {
    fn recipe(&self) -> &'static str {
        plan::RECIPE
    }

    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        plan::draft(ask)
    }

    fn alter(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        alter::draft(change)
    }

    fn reshape(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        alter::reshape(change)
    }

    fn service_method(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route)
    }

    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route)
    }

    fn auth(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        auth::draft(ask)
    }

    fn job(&self, job: &NewJob<'_>) -> Result<Draft, ProposeError> {
        job::draft(job)
    }

    fn error_module(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        errors::draft(ask)
    }

    fn instead_of(&self, recipe: &str) -> Option<&'static str> {
        (recipe == "repository").then_some(
            "Django has no repository layer: a model's manager is its data access. Put a query that several places \
             ask into a method of a QuerySet and give it to the model as objects = ThingQuerySet.as_manager(), or \
             ask the recipe service-method for a function of a service",
        )
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        // A recipe may edit the manifest too, which is no Python.
        if path.ends_with(".py") { Module::parse(path, text).map(|_| ()) } else { Ok(()) }
    }
}
