//! axum with SQLx and validator.

mod alter;
mod auth;
mod code;
mod context;
mod endpoint;
mod errors;
mod handlers;
mod imports;
mod job;
mod layout;
mod manifest;
mod package;
mod plan;
mod refusals;
mod register;
mod relaid;
mod repository;
mod reshape;
mod statements;
mod stores;
mod style;
mod tables;
mod tests_of;
mod unused;

use super::{
    alter::Change,
    endpoint::NewRoute,
    examples,
    job::NewJob,
    resource::{Adapter, Ask, Draft},
};
use crate::{domain::layer::Layer, ports::ProposeError, propose::rust::RustFile};

/// The stack's adapter.
pub(super) struct Axum;

impl Adapter for Axum {
    fn recipe(&self) -> &'static str {
        plan::RECIPE
    }

    fn draft(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        match plan::Plan::read(ask) {
            // Without a repository the handlers may hold the queries themselves.
            Err(ProposeError::NotApplicable(why)) => {
                let is_layered = examples::find(ask.map, &ask.workspace, ".rs")
                    .is_ok_and(|(_, layers)| layers.contains_key(&Layer::Repository));
                if is_layered { Err(ProposeError::NotApplicable(why)) } else { handlers::draft(ask) }
            }
            found => found?.draft(),
        }
    }

    fn alter(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        alter::Alter::read(change)?.draft()
    }

    fn reshape(&self, change: &Change<'_>) -> Result<Draft, ProposeError> {
        reshape::draft(change)
    }

    fn endpoint(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route)
    }

    fn service_method(&self, route: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(route)
    }

    fn repository(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        repository::draft(ask)
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

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        if path.ends_with(".rs") { RustFile::parse(path, text).map(|_| ()) } else { Ok(()) }
    }
}
