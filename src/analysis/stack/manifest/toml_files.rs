//! pyproject.toml, Pipfile and Cargo.toml.

use super::{Dependency, Group, Manifest, Tool, normal_name};
use crate::analysis::stack::usage::line_at;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

type Value<'a> = Spanned<DeValue<'a>>;

/// A reader over one text: the recoverable parse plus byte offsets to lines.
struct Reader<'a> {
    text: &'a str,
    manifest: Manifest,
}

impl Reader<'_> {
    fn push(&mut self, name: &str, version: &str, offset: usize, group: Group) {
        let line = line_at(self.text, offset);
        let name = normal_name(name);
        if name.is_empty() || self.manifest.dependencies.iter().any(|known| known.name == name) {
            return;
        }
        self.manifest.dependencies.push(Dependency { name, version: version.to_owned(), line, group });
    }

    /// `["fastapi[standard]>=0.1", …]` (PEP 508).
    fn requirement_list(&mut self, value: Option<&Value<'_>>, group: Group) {
        for item in array(value) {
            if let Some(text) = item.get_ref().as_str() {
                let (name, version) = requirement(text);
                self.push(name, version, item.span().start, group);
            }
        }
    }

    /// `name = "1.0"` or `name = { version = "1.0", … }`.
    fn requirement_table(&mut self, value: Option<&Value<'_>>, group: Group) {
        for (name, spec) in table(value) {
            // `python` is the interpreter; a renamed crate counts under its real name.
            if name.get_ref() == "python" {
                continue;
            }
            let inner = |key: &str| {
                spec.get_ref().as_table().and_then(|t| t.get(key)).and_then(|v| v.get_ref().as_str())
            };
            let real = inner("package").unwrap_or(name.get_ref());
            let version = spec.get_ref().as_str().or_else(|| inner("version")).unwrap_or_default();
            let version = if version == "*" { "" } else { version };
            self.push(real, version, name.span().start, group);
        }
    }

    fn tools(&mut self, value: Option<&Value<'_>>) {
        for (name, _) in table(value) {
            let line = line_at(self.text, name.span().start);
            self.manifest.tools.push(Tool { name: name.get_ref().to_string(), line });
        }
        // Whether a formatter is in use shows only in a table of its own.
        for (name, _) in table(at(value, &["ruff"])).filter(|(name, _)| name.get_ref() == "format") {
            let line = line_at(self.text, name.span().start);
            self.manifest.tools.push(Tool { name: "ruff.format".into(), line });
        }
    }
}

/// pyproject.toml: PEP 621, dependency groups, Poetry, PDM, uv, Hatch environments.
pub(super) fn pyproject(text: &str) -> Manifest {
    let (root, _errors) = DeTable::parse_recoverable(text);
    let root = root.get_ref();
    let mut reader = Reader { text, manifest: Manifest::default() };
    let project = root.get("project");
    let poetry = at(root.get("tool"), &["poetry"]);
    reader.manifest.name =
        string(at(project, &["name"])).or_else(|| string(at(poetry, &["name"]))).map(normal_name_of);
    reader.requirement_list(at(project, &["dependencies"]), Group::Runtime);
    reader.requirement_table(at(poetry, &["dependencies"]), Group::Runtime);
    for (_, list) in table(at(project, &["optional-dependencies"])) {
        reader.requirement_list(Some(list), Group::Development);
    }
    for (_, list) in table(root.get("dependency-groups")) {
        reader.requirement_list(Some(list), Group::Development);
    }
    for path in [&["uv", "dev-dependencies"][..], &["pdm", "dev-dependencies", "test"]] {
        reader.requirement_list(at(root.get("tool"), path), Group::Development);
    }
    reader.requirement_table(at(poetry, &["dev-dependencies"]), Group::Development);
    for (_, group) in table(at(poetry, &["group"])) {
        reader.requirement_table(at(Some(group), &["dependencies"]), Group::Development);
    }
    for (_, list) in table(at(root.get("tool"), &["pdm", "dev-dependencies"])) {
        reader.requirement_list(Some(list), Group::Development);
    }
    for (_, environment) in table(at(root.get("tool"), &["hatch", "envs"])) {
        reader.requirement_list(at(Some(environment), &["dependencies"]), Group::Development);
    }
    reader.tools(root.get("tool"));
    reader.manifest
}

/// Pipfile.
pub(super) fn pipfile(text: &str) -> Manifest {
    let (root, _errors) = DeTable::parse_recoverable(text);
    let root = root.get_ref();
    let mut reader = Reader { text, manifest: Manifest::default() };
    reader.requirement_table(root.get("packages"), Group::Runtime);
    reader.requirement_table(root.get("dev-packages"), Group::Development);
    reader.manifest
}

/// Cargo.toml of a package, of a workspace, or of both.
pub(super) fn cargo(text: &str) -> Manifest {
    let (root, _errors) = DeTable::parse_recoverable(text);
    let root = root.get_ref();
    let mut reader = Reader { text, manifest: Manifest::default() };
    reader.manifest.name = string(at(root.get("package"), &["name"])).map(normal_name_of);
    reader.requirement_table(root.get("dependencies"), Group::Runtime);
    reader.requirement_table(at(root.get("workspace"), &["dependencies"]), Group::Runtime);
    for (_, target) in table(root.get("target")) {
        reader.requirement_table(at(Some(target), &["dependencies"]), Group::Runtime);
    }
    reader.requirement_table(root.get("dev-dependencies"), Group::Development);
    reader.requirement_table(root.get("build-dependencies"), Group::Development);
    reader.manifest
}

fn at<'v, 'a>(value: Option<&'v Value<'a>>, path: &[&str]) -> Option<&'v Value<'a>> {
    path.iter().try_fold(value?, |value, key| value.get_ref().as_table()?.get(*key))
}

fn table<'v, 'a>(
    value: Option<&'v Value<'a>>,
) -> impl Iterator<Item = (&'v Spanned<toml::de::DeString<'a>>, &'v Value<'a>)> {
    value.and_then(|value| value.get_ref().as_table()).into_iter().flat_map(|table| table.iter())
}

fn array<'v, 'a>(value: Option<&'v Value<'a>>) -> impl Iterator<Item = &'v Value<'a>> {
    value.and_then(|value| value.get_ref().as_array()).into_iter().flat_map(|array| array.iter())
}

fn string<'v>(value: Option<&'v Value<'_>>) -> Option<&'v str> {
    value?.get_ref().as_str()
}

fn normal_name_of(name: &str) -> String {
    normal_name(name)
}

/// Name and version of a PEP 508 requirement; extras and markers are left out.
fn requirement(text: &str) -> (&str, &str) {
    let text = text.split(';').next().unwrap_or(text).trim();
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim_start();
    let rest = rest
        .strip_prefix('[')
        .and_then(|inner| inner.split_once(']'))
        .map_or(rest, |(_, after)| after)
        .trim();
    (name, rest.trim_start_matches("=="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn listed(manifest: &Manifest) -> Vec<(&str, &str, u32, Group)> {
        manifest.dependencies.iter().map(|d| (d.name.as_str(), d.version.as_str(), d.line, d.group)).collect()
    }

    #[test]
    fn pep_621_dependencies_and_groups_are_read_with_lines() {
        let manifest = pyproject(
            "[project]\nname = \"App_One\"\ndependencies = [\n  \"fastapi[standard]>=0.1,<1\",\n  \"SQLAlchemy==2.0; python_version>'3'\",\n]\n[dependency-groups]\ndev = [\"pytest\"]\n[tool.ruff]\n",
        );
        assert_eq!(manifest.name.as_deref(), Some("app-one"));
        assert_eq!(
            listed(&manifest),
            [
                ("fastapi", ">=0.1,<1", 4, Group::Runtime),
                ("sqlalchemy", "2.0", 5, Group::Runtime),
                ("pytest", "", 8, Group::Development)
            ]
        );
        assert_eq!(manifest.tools, [Tool { name: "ruff".into(), line: 9 }]);
    }

    #[test]
    fn poetry_groups_are_read_and_the_interpreter_is_not_a_dependency() {
        let manifest = pyproject(
            "[tool.poetry]\nname = \"a\"\n[tool.poetry.dependencies]\npython = \"^3.12\"\nflask = {version = \"^3\", extras = [\"async\"]}\n[tool.poetry.group.dev.dependencies]\npytest = \"*\"\n",
        );
        assert_eq!(
            listed(&manifest),
            [("flask", "^3", 5, Group::Runtime), ("pytest", "", 7, Group::Development)]
        );
    }

    #[test]
    fn cargo_workspace_and_package_dependencies_are_read() {
        let manifest = cargo(
            "[package]\nname = \"api\"\n[dependencies]\naxum = \"0.8\"\nweb = { package = \"actix-web\", version = \"4\" }\n[dependencies.sea-orm]\nversion = \"1\"\n[workspace.dependencies]\nsqlx = { version = \"0.8\" }\n",
        );
        let mut found = listed(&manifest);
        found.sort_unstable_by_key(|entry| entry.2);
        assert_eq!(
            found,
            [
                ("axum", "0.8", 4, Group::Runtime),
                ("actix-web", "4", 5, Group::Runtime),
                ("sea-orm", "1", 6, Group::Runtime),
                ("sqlx", "0.8", 9, Group::Runtime)
            ]
        );
    }

    #[test]
    fn a_broken_file_is_read_as_far_as_it_makes_sense() {
        let manifest = cargo("[dependencies]\naxum = \"0.8\"\n[oops\n");
        assert_eq!(listed(&manifest).first().map(|d| d.0), Some("axum"));
    }
}
