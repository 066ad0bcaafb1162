//! Django with the REST framework: models and their migration, serializers, views, URLs, tests.
//!
//! A new resource joins the application of its example: its parts stand in the same files, or
//! in files beside those that are named after the example.

mod access;
mod endpoint;
mod example;
mod fields;
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
    endpoint::NewRoute,
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

    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        Module::parse(path, text).map(|_| ())
    }
}
