//! Backends of functions and classes in TypeScript: Express and Hono, with Kysely, Drizzle or
//! Prisma, zod and Vitest.
//!
//! Such frameworks prescribe nothing, so nothing is prescribed here either: a new resource is
//! the example's own files with other names and fields in them ([`graft`]), and what no
//! example can show (rules, types, columns, tests) comes from templates.

mod alter;
mod auth;
mod beside;
mod chain;
mod compose;
mod context;
mod drizzle;
mod drizzle_sql;
pub(super) mod endpoint;
mod errors;
mod example;
mod files;
mod finder;
mod graft;
mod guard;
mod job;
mod journal;
mod kysely;
mod migrations;
mod model;
mod order;
mod parents;
mod plan;
mod prisma;
mod records;
mod refusals;
mod register;
mod removal;
mod repository;
mod routes;
mod shared;
mod style;
mod suite;
mod tests_of;
mod words;

pub(super) use compose::without_unused_imports;
pub(super) use suite::last_case;

use super::{
    alter::Change,
    endpoint::NewRoute,
    job::NewJob,
    resource::{Adapter, Ask, Draft},
};
use crate::{ports::ProposeError, propose::script::Script};

/// The stacks' adapter.
pub(super) struct Node;

impl Adapter for Node {
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
        alter::reshape::draft(change)
    }

    fn service_method(&self, new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(new)
    }

    fn endpoint(&self, new: &NewRoute<'_>) -> Result<Draft, ProposeError> {
        endpoint::draft(new)
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
        if path.ends_with(".ts") { Script::parse(path, text).map(|_| ()) } else { Ok(()) }
    }
}
