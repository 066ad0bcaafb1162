//! NestJS with TypeORM, class-validator and supertest; versions 11 (CommonJS, Jest) and 12
//! (ES modules, Vitest) differ only in what the example shows.

mod alter;
mod context;
mod entity;
mod example;
mod handlers;
mod imports;
mod migrations;
mod parents;
mod plan;
mod register;
mod roots;
mod suite;
mod takers;

use super::{
    alter::Change,
    resource::{Adapter, Ask, Draft},
    sources as survey,
};
use crate::{ports::ProposeError, propose::script::Script};

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

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        Script::parse(path, text).map(|_| ())
    }
}
