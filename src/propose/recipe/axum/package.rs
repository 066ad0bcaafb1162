//! The package that an application is: the file that declares its modules, and what its manifest
//! names.

use super::plan::Sources;
use crate::propose::rust::RustFile;

/// The file in which modules are declared; of several packages the one with the shortest path.
pub(super) fn declaring(sources: &Sources) -> Option<&(String, RustFile, String)> {
    let mut all: Vec<_> = sources
        .iter()
        .filter(|(path, _, _)| {
            ["src/lib.rs", "src/main.rs"]
                .iter()
                .any(|end| *path == *end || path.ends_with(&format!("/{end}")))
        })
        .filter(|(path, _, text)| path.ends_with("lib.rs") || text.contains("axum"))
        .collect();
    all.sort_by_key(|(path, _, _)| (path.matches('/').count(), path.clone()));
    all.into_iter().next()
}

/// Whether a manifest names a package.
pub(super) fn has_package(manifest: &str, name: &str) -> bool {
    manifest.lines().any(|line| {
        line.trim_start().strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(['=', '.']))
            || line.trim() == format!("[dependencies.{name}]")
    })
}
