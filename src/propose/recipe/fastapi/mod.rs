//! FastAPI with SQLAlchemy 2, Alembic, pydantic and pytest.

pub(super) mod alembic;
pub(super) mod alter;
pub(super) mod auth;
mod bodies;
pub(super) mod context;
mod declared;
pub(super) mod endpoint;
pub(super) mod errors;
pub(super) mod layout;
mod plan;
mod references;
pub(super) mod register;
mod registration;
pub(super) mod render;
pub(super) mod reshape;
pub(super) mod revisions;
pub(super) mod samples;
pub(super) mod sends;
pub(super) mod shapes;
pub(super) mod style;
pub(super) mod tables;
mod template_context;
mod test_context;
pub(super) mod tokens;

use super::{
    alter::Change,
    endpoint::NewRoute,
    fields,
    job::{NewJob, python},
    names,
    resource::{Adapter, Ask, Draft},
};
use crate::{ports::ProposeError, propose::python::Module};

/// The stack's adapter.
pub(super) struct FastApi;

impl Adapter for FastApi {
    fn recipe(&self) -> &'static str {
        plan::RECIPE
    }

    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        plan::Plan::read(ask)?.draft()
    }

    fn alter(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        alter::Alter::read(change)?.draft()
    }

    fn reshape(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        reshape::draft(alter::Alter::read(change)?)
    }

    fn repository(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        endpoint::repository(ask, endpoint::Dialect::Sqlalchemy)
    }

    fn service_method(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route, endpoint::Dialect::Sqlalchemy)
    }
    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route, endpoint::Dialect::Sqlalchemy)
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
        endpoint::graphql(ask, endpoint::Dialect::Sqlalchemy, plan::RECIPE)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        // A recipe may edit the manifest too, which is no Python.
        if path.ends_with(".py") { Module::parse(path, text).map(|_| ()) } else { Ok(()) }
    }
}
