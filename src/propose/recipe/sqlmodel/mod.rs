//! FastAPI with SQLModel: tables and what travels in one module, routes that ask the session.

mod alter;
mod auth;
mod columns;
mod example;
pub(super) mod index;
mod parts;
mod plan;
mod reshape;
mod routes;
mod tests_of;

use super::{
    alter::Change,
    endpoint::NewRoute,
    fastapi::{
        endpoint::{Dialect, draft, graphql, repository},
        errors,
    },
    job::{NewJob, python},
    resource::{Adapter, Ask, Draft},
};
use crate::{ports::ProposeError, propose::python::Module};

/// The stack's adapter.
pub(super) struct SqlModel;

impl Adapter for SqlModel {
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
        reshape::draft(change)
    }

    fn repository(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        repository(ask, Dialect::Sqlmodel)
    }

    fn service_method(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        draft(route, Dialect::Sqlmodel)
    }
    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        draft(route, Dialect::Sqlmodel)
    }

    fn auth(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        auth::draft(ask)
    }

    fn job(&self, job: &NewJob<'_>) -> Result<Draft, ProposeError> {
        python::draft(job, plan::RECIPE)
    }

    fn error_module(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        errors::draft(ask, plan::RECIPE)
    }

    fn graphql(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        graphql(ask, Dialect::Sqlmodel, plan::RECIPE)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        // A recipe may edit the manifest too, which is no Python.
        if path.ends_with(".py") { Module::parse(path, text).map(|_| ()) } else { Ok(()) }
    }
}
