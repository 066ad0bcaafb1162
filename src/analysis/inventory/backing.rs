//! Databases, queues, caches, mail and foreign services, by the packages that talk to them.

use crate::{
    analysis::stack::{Detection, package_matches},
    domain::map::BackingService,
    knowledge,
    ports::ScanError,
};
use serde::Deserialize;
use std::sync::LazyLock;

static SHIPPED: LazyLock<Result<Table, String>> =
    LazyLock::new(|| knowledge::shipped("backing-services.yaml").map_err(|error| error.to_string()));

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    services: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    kind: String,
    name: String,
    packages: Vec<String>,
}

/// One entry for each service and backend unit, at the line of its declaration.
pub(super) fn find(detection: &Detection) -> Result<Vec<BackingService>, ScanError> {
    let table = SHIPPED.as_ref().map_err(|reason| ScanError::Knowledge(reason.clone()))?;
    let mut found = Vec::new();
    for unit in detection.backend_units() {
        for row in &table.services {
            let declared = unit.manifests.iter().find_map(|manifest| {
                let dependency = manifest.dependencies.iter().find(|dependency| {
                    row.packages.iter().any(|pattern| package_matches(pattern, &dependency.name))
                })?;
                Some((manifest.path.clone(), dependency.line))
            });
            found.extend(declared.map(|(file, line)| BackingService {
                kind: row.kind.clone(),
                name: row.name.clone(),
                file,
                line,
            }));
        }
    }
    found.sort_by(|a, b| (&a.file, a.line, &a.name).cmp(&(&b.file, b.line, &b.name)));
    Ok(found)
}
