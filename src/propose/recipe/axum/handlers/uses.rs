//! What the new module may import: what the example imports, and where the parts of it are.

use super::Plan;
use crate::propose::recipe::axum::code::Source;

const GENERAL: [&str; 15] = [
    "axum::Json",
    "axum::Router",
    "axum::extract::Path",
    "axum::extract::Query",
    "axum::extract::State",
    "axum::extract::Extension",
    "axum::http::StatusCode",
    "axum::routing::get",
    "chrono::DateTime",
    "chrono::NaiveDate",
    "chrono::Utc",
    "rust_decimal::Decimal",
    "time::OffsetDateTime",
    "uuid::Uuid",
    "validator::Validate",
];

impl Plan<'_> {
    pub(super) fn candidates(&self) -> Vec<(String, String)> {
        let own = |path: String| (path.clone(), path.rsplit("::").next().unwrap_or_default().to_owned());
        let renamer = self.renamer();
        let mut all = Vec::new();
        let paths = |source: &Source<'_>| -> Vec<(String, String)> {
            source
                .file
                .uses
                .iter()
                .flat_map(|one| one.paths.clone())
                .filter(|(_, name)| name != "*")
                .collect()
        };
        for (path, local) in paths(self.like.source) {
            all.push((renamer.apply(&path), renamer.apply(&local)));
        }
        // What other files import from their own place is not the same from here.
        let others = self.code.sources.iter().filter(|source| source.path != self.like.source.path);
        for source in others {
            all.extend(paths(source).into_iter().filter(|(path, _)| path.starts_with("crate::")));
        }
        if let Some(beside) = self.types.times.datetime.as_ref().filter(|_| self.types.times.makes_date()) {
            let name = self.types.times.date_name().unwrap_or_default();
            all.push(own(format!("{}::{name}", beside.source.module())));
        }
        all.extend(GENERAL.iter().map(|path| own((*path).to_owned())));
        for name in ["Deserialize", "Serialize"] {
            all.push(own(format!("serde::{name}")));
        }
        for name in [self.carrier.pool, "FromRow"] {
            all.push(own(format!("sqlx::{name}")));
        }
        // A type that nobody imports is taken from where it is defined.
        for source in &self.code.sources {
            let structs = source.file.structs.iter().map(|one| &one.name);
            let enums = source.file.enums.iter().map(|one| &one.name);
            all.extend(structs.chain(enums).map(|name| own(format!("{}::{name}", source.module()))));
        }
        all
    }
}
