//! Manifests that are read line by line with the regular expressions of their rule.

use super::{Dependency, Group, Manifest, normal_name};
use crate::analysis::lazy_regex::LazyRegex;
use crate::analysis::stack::usage::line_at;

/// Every match of a pattern with a group `name` is a dependency; comments are left out.
pub(super) fn read(text: &str, patterns: &[LazyRegex]) -> Manifest {
    let mut dependencies: Vec<Dependency> = Vec::new();
    for pattern in patterns {
        for found in pattern.captures_iter(text) {
            let Some(name) = found.name("name") else { continue };
            if is_comment(text, name.start()) {
                continue;
            }
            let name_text = normal_name(name.as_str());
            if dependencies.iter().any(|known| known.name == name_text) {
                continue;
            }
            let version = found.name("version").map_or("", |version| version.as_str()).trim();
            dependencies.push(Dependency {
                name: name_text,
                version: version.trim_start_matches("==").to_owned(),
                line: line_at(text, name.start()),
                group: Group::Runtime,
            });
        }
    }
    dependencies.sort_by_key(|dependency| dependency.line);
    Manifest { dependencies, ..Manifest::default() }
}

fn is_comment(text: &str, offset: usize) -> bool {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with('#') || line.starts_with("//") || line.starts_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::stack::shipped;
    use pretty_assertions::assert_eq;

    fn names(path: &str, text: &str) -> Vec<(String, String, u32)> {
        let signals = shipped().unwrap();
        let rule = signals
            .ecosystems
            .iter()
            .flat_map(|ecosystem| &ecosystem.manifests)
            .find(|rule| rule.file.base(path).is_some())
            .unwrap();
        let manifest = Manifest::read(path, text, rule);
        manifest.dependencies.into_iter().map(|d| (d.name, d.version, d.line)).collect()
    }

    fn dep(name: &str, version: &str, line: u32) -> (String, String, u32) {
        (name.to_owned(), version.to_owned(), line)
    }

    #[test]
    fn requirements_are_read_with_extras_pins_and_includes() {
        let text = "-r base.txt\n# Flask\nSQLAlchemy==2.0.36\nuvicorn[standard]>=0.3 ; python_version > '3'\nFlask_Migrate\n";
        assert_eq!(
            names("requirements.txt", text),
            [dep("sqlalchemy", "2.0.36", 3), dep("uvicorn", ">=0.3", 4), dep("flask-migrate", "", 5)]
        );
    }

    #[test]
    fn gradle_coordinates_are_read_by_group_and_artifact() {
        let text = "dependencies {\n  implementation 'org.mybatis.spring.boot:mybatis-spring-boot-starter:2.2.2'\n  // implementation 'a.b:c:1'\n}\n";
        assert_eq!(
            names("build.gradle", text),
            [dep("org.mybatis.spring.boot:mybatis-spring-boot-starter", "2.2.2", 2)]
        );
    }

    #[test]
    fn go_modules_that_are_only_indirect_are_not_declared() {
        let text = "module a.b/c\n\ngo 1.24\n\nrequire (\n\tgithub.com/gin-gonic/gin v1.9.1\n\tgolang.org/x/sys v0.1.0 // indirect\n)\n";
        assert_eq!(names("go.mod", text), [dep("github.com/gin-gonic/gin", "v1.9.1", 6)]);
    }
}
