//! NestJS with TypeORM, class-validator and supertest; versions 11 (CommonJS, Jest) and 12
//! (ES modules, Vitest) differ only in what the example shows.

mod alter;
mod auth;
mod bodies;
mod context;
mod customs;
mod declared;
mod endpoint;
mod entity;
mod errors;
mod example;
mod graphql;
mod handlers;
pub(super) mod imports;
mod job;
mod migrations;
mod parents;
mod plan;
mod register;
mod registrations;
mod repository;
mod reshape;
mod roots;
mod stated;
mod suite;
mod takers;

use super::{
    alter::Change,
    endpoint::NewRoute,
    job::NewJob,
    resource::{Adapter, Ask, Draft},
    sources as survey,
};
use crate::{ports::ProposeError, propose::script::Script};

pub(super) use auth::{framework, with_package};

/// The stack's adapter.
pub(super) struct Nest;

impl Adapter for Nest {
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

    fn service_method(&self, new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(new)
    }

    fn repository(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        repository::draft(ask)
    }

    fn endpoint(&self, new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(new)
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

    fn graphql(&self, ask: &Ask<'_>) -> Result<Draft, ProposeError> {
        graphql::draft(ask)
    }

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        // The manifest is no script.
        if path.ends_with(".json") { Ok(()) } else { Script::parse(path, text).map(|_| ()) }
    }
}
