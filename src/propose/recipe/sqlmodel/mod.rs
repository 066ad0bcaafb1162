//! FastAPI with SQLModel: tables and what travels in one module, routes that ask the session.

mod columns;
mod example;
mod parts;
mod plan;
mod routes;
mod tests_of;

use super::{
    endpoint::NewRoute,
    fastapi::endpoint::{Dialect, draft},
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

    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        draft(route, Dialect::Sqlmodel)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        Module::parse(path, text).map(|_| ())
    }
}
