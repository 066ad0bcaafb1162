//! Package patterns of the signal files.

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
