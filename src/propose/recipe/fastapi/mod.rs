//! FastAPI with SQLAlchemy 2, Alembic, pydantic and pytest.

pub(super) mod alembic;
mod alter;
pub(super) mod context;
pub(super) mod endpoint;
pub(super) mod layout;
mod plan;
mod references;
pub(super) mod register;
mod registration;
pub(super) mod render;
pub(super) mod samples;
mod sends;
mod shapes;
mod style;
mod tables;
mod template_context;
mod test_context;
pub(super) mod tokens;

use super::{
    alter::Change,
    endpoint::NewRoute,
    fields, names,
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

    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route, endpoint::Dialect::Sqlalchemy)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        Module::parse(path, text).map(|_| ())
    }
}
