//! Manifests: what a unit declares, with the line of every declaration.
//!
//! A broken manifest is read as far as it makes sense; a scan never fails because of one.

mod json_files;
mod patterns;
mod toml_files;

use super::signals::{ManifestRule, Read};

/// One manifest file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    pub path: String,
    /// Name of the package, where the format has one.
    pub name: Option<String>,
    pub dependencies: Vec<Dependency>,
    /// Named commands: `scripts` of package.json, `project.scripts` excluded.
    pub scripts: Vec<Script>,
    /// Tables that configure tools: `tool.ruff` as `ruff`, keys of package.json such as `jest`.
    pub tools: Vec<Tool>,
    /// Whether it gathers the manifests below it.
    pub gathers: bool,
    /// Whether it only names its folder, as parts of a program do.
    pub is_bare: bool,
}

/// One declared dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// In the ecosystem's normal form.
    pub name: String,
    /// As written, without quotes; empty when not stated.
    pub version: String,
    pub line: u32,
    pub group: Group,
}

/// What a dependency is declared for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Runtime,
    Development,
}

/// A named command of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    pub name: String,
    pub command: String,
    pub line: u32,
}

/// A table that configures a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tool {
    pub name: String,
    pub line: u32,
}

impl Manifest {
    /// Reads a manifest's text by its rule.
    pub(super) fn read(path: &str, text: &str, rule: &ManifestRule) -> Self {
        let mut manifest = match rule.read {
            Read::Pyproject => toml_files::pyproject(text),
            Read::Pipfile => toml_files::pipfile(text),
            Read::Cargo => toml_files::cargo(text),
            Read::PackageJson => json_files::package(text),
            Read::ComposerJson => json_files::composer(text),
            Read::Patterns => patterns::read(text, &rule.patterns),
        };
        path.clone_into(&mut manifest.path);
        manifest
    }

    /// The dependency of that name.
    pub fn dependency(&self, name: &str) -> Option<&Dependency> {
        self.dependencies.iter().find(|dependency| dependency.name == name)
    }

    /// The script of that name.
    pub fn script(&self, name: &str) -> Option<&Script> {
        self.scripts.iter().find(|script| script.name == name)
    }

    /// The table of that tool.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }
}

/// The normal form in which every ecosystem's names are compared: lower case, and one kind
/// of separator where the ecosystem treats them alike.
pub(super) fn normal_name(name: &str) -> String {
    let lower = name.trim().to_lowercase();
    // npm scopes, Go paths and Maven groups use these characters with meaning.
    if lower.contains(['/', ':', '@']) {
        return lower;
    }
    if lower.contains('.') {
        return lower;
    }
    lower.replace('_', "-")
}
