//! Backends of functions and classes in TypeScript: Express and Hono, with Kysely, Drizzle or
//! Prisma, zod and Vitest.
//!
//! Such frameworks prescribe nothing, so nothing is prescribed here either: a new resource is
//! the example's own files with other names and fields in them ([`graft`]), and what no
//! example can show (rules, types, columns, tests) comes from templates.

mod compose;
mod context;
mod drizzle;
mod drizzle_sql;
mod example;
mod files;
mod finder;
mod graft;
mod guard;
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
mod routes;
mod shared;
mod style;
mod suite;
mod tests_of;
mod words;

use super::resource::{Adapter, Ask, Draft};
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

    fn check(&self, path: &str, text: &str) -> Result<(), ProposeError> {
        if path.ends_with(".ts") { Script::parse(path, text).map(|_| ()) } else { Ok(()) }
    }
}
