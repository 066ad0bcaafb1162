//! The inventory of a backend: models, schemas, migrations, settings, jobs, services it needs.
//!
//! Each list is told from the facts with the same signs as layers, and every entry has the
//! place where it stands. The value of a setting is never read.

mod backing;
mod classes;
mod config;
mod jobs;
mod migrations;
mod prisma;

use super::{layering::Signs, resolve::Project, source::SourceFiles, stack::Detection};
use crate::{domain::map::BackendMap, ports::ScanError};

/// What the inventory is taken from. The map must have its files with their layers.
pub struct InventoryInput<'a> {
    pub files: &'a dyn SourceFiles,
    pub project: &'a Project<'a>,
    pub signs: &'a Signs,
    pub detection: &'a Detection,
}

/// Fills the lists of the map, each sorted by file and line.
pub fn fill(input: &InventoryInput<'_>, map: &mut BackendMap) -> Result<(), ScanError> {
    let found = classes::find(input.project, input.signs, map);
    map.models = found.models;
    map.schemas = found.schemas;
    map.jobs = found.jobs;
    map.models.extend(prisma::models(input.files, map));
    map.models.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    map.schemas.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    map.jobs.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    map.migrations = migrations::find(input.project, map);
    map.config = config::reads(input.project, map);
    map.backing_services = backing::find(input.detection)?;
    Ok(())
}
