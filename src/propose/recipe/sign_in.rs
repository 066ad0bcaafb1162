//! What shows, on every stack, that a backend signs people in already.

use crate::domain::map::{BackendMap, Endpoint};

/// Last parts of paths that sign somebody in.
const PATHS: [&str; 7] = ["login", "log-in", "signin", "sign-in", "signup", "sign-up", "access-token"];

/// Whether a path is one that signs somebody in.
pub(super) fn is_path(path: &str) -> bool {
    path.trim_end_matches('/').rsplit('/').next().is_some_and(|last| PATHS.contains(&last))
}

/// The first endpoint that signs somebody in.
pub(super) fn endpoint(map: &BackendMap) -> Option<&Endpoint> {
    map.endpoints.iter().find(|endpoint| is_path(&endpoint.path))
}
