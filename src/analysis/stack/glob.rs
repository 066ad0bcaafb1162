//! Globs and package patterns of the signal files.
//!
//! `*` stays inside a path segment, `**` crosses segments. A pattern may stand in any
//! folder; the part before it is the folder it belongs to.

use crate::analysis::path_glob::PathGlob;

/// A glob that tells the folder it was found in.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    glob: PathGlob,
    /// Whether the pattern may stand at any depth below the folder it speaks of.
    pub(super) anywhere: bool,
}

impl Glob {
    /// Reads a glob.
    pub(super) fn new(pattern: &str) -> Self {
        let body = pattern.strip_prefix("**/");
        Self { glob: PathGlob::new(body.unwrap_or(pattern)), anywhere: body.is_some() }
    }

    /// The folder in front of the match, empty for the root; none when it does not match.
    pub(super) fn base<'a>(&self, path: &'a str) -> Option<&'a str> {
        self.glob.base(path)
    }

    /// Whether it matches below a folder: directly in it, or anywhere for `**/`.
    pub(super) fn is_below(&self, path: &str, folder: &str) -> bool {
        let Some(relative) = below(path, folder) else { return false };
        match self.base(relative) {
            Some(base) => self.anywhere || base.is_empty(),
            None => false,
        }
    }
}

/// The path relative to a folder, when it is inside; the root folder is empty.
pub(super) fn below<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    if folder.is_empty() {
        return Some(path);
    }
    path.strip_prefix(folder)?.strip_prefix('/')
}

/// Whether a package name matches a pattern of a signal: exact, or `*` at either end. A
/// name with a group (`group:artifact`) also matches by its artifact alone.
pub(crate) fn package_matches(pattern: &str, package: &str) -> bool {
    let one = |name: &str| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(suffix), _) => name.ends_with(suffix),
        (None, Some(prefix)) => name.starts_with(prefix),
        (None, None) => name == pattern,
    };
    one(package) || package.split_once(':').is_some_and(|(_, artifact)| one(artifact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_glob_names_the_folder_it_belongs_to() {
        let glob = Glob::new("requirements/*.txt");
        assert_eq!(glob.base("requirements/dev.txt"), Some(""));
        assert_eq!(glob.base("api/requirements/dev.txt"), Some("api"));
        assert_eq!(glob.base("requirements/a/dev.txt"), None);
    }

    #[test]
    fn a_double_star_reaches_any_depth_and_a_plain_name_only_its_folder() {
        let plain = Glob::new("alembic.ini");
        assert!(plain.is_below("api/alembic.ini", "api"));
        assert!(!plain.is_below("api/db/alembic.ini", "api"));
        let deep = Glob::new("**/migrations/*.sql");
        assert!(deep.is_below("api/migrations/1.sql", "api"));
        assert!(deep.is_below("api/db/migrations/1.sql", "api"));
        assert!(!deep.is_below("web/migrations/1.sql", "api"));
    }

    #[test]
    fn a_package_pattern_matches_names_and_artifacts() {
        assert!(package_matches("pytest-*", "pytest-asyncio"));
        assert!(package_matches("mybatis*", "org.mybatis.spring.boot:mybatis-spring-boot-starter"));
        assert!(package_matches(
            "*hibernate-validator",
            "io.micronaut.configuration:micronaut-hibernate-validator"
        ));
        assert!(!package_matches("pytest", "pytest-asyncio"));
    }
}
