//! From units to services: which folders are backends, with what stack, and which files
//! belong to them.

use super::{
    choose::UnitView,
    signals::{LanguageId, Signals, shipped},
    units::{self, Unit, owner},
    usage::FileUse,
};
use crate::{
    analysis::source::{SourceFiles, source_text},
    domain::{
        map::Service,
        place::Evidence,
        stack::{Confidence, Stack, StackField, StackKey},
    },
    ports::ScanError,
};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What stack detection found.
#[derive(Debug, Clone, Default)]
pub struct Detection {
    /// The first is the repository's main backend; empty when nothing looks like one.
    pub services: Vec<Service>,
    /// Every unit with its manifests, also those of user interfaces and tools.
    pub units: Vec<Unit>,
    /// Units whose files are part of some backend: services and what they depend on.
    backend: BTreeSet<usize>,
}

impl Detection {
    /// Whether a source file belongs to a backend.
    pub fn is_backend(&self, signals: &Signals, path: &str) -> bool {
        let unit = match signals.language_of(path) {
            Some(id) => owner(&self.units, id.ecosystem, path),
            // A file of no language (SQL, a schema) belongs with the deepest unit around it.
            None => (0..self.units.len())
                .filter(|index| self.units.get(*index).is_some_and(|unit| unit.holds(path)))
                .max_by_key(|index| self.units.get(*index).map_or(0, |unit| unit.root.len())),
        };
        unit.is_some_and(|index| self.backend.contains(&index))
    }

    /// The units whose files are part of some backend.
    pub fn backend_units(&self) -> impl Iterator<Item = &Unit> {
        self.backend.iter().filter_map(|index| self.units.get(*index))
    }

    /// The manifests of the service with that root.
    pub fn unit_at(&self, root: &str) -> impl Iterator<Item = &Unit> {
        let root = if root == "." { "" } else { root }.to_owned();
        self.units.iter().filter(move |unit| unit.root == root)
    }
}

/// Detects from a source alone, reading every source text once. Blocks; uses all threads.
pub fn detect(files: &dyn SourceFiles) -> Result<Detection, ScanError> {
    let signals = shipped()?;
    let uses: Vec<FileUse> = files
        .entries()
        .par_iter()
        .filter(|entry| signals.language_of(&entry.path).is_some() || signals.wants_text(&entry.path))
        .filter_map(|entry| {
            let bytes = files.read(&entry.path).ok()?;
            let text = source_text(&entry.path, bytes).ok()?;
            Some(FileUse::search(signals, &entry.path, &text))
        })
        .collect();
    detect_from(files, signals, &uses.iter().collect::<Vec<_>>())
}

/// Detects from uses that were searched already; they come sorted by path.
pub fn detect_from(
    files: &dyn SourceFiles,
    signals: &Signals,
    uses: &[&FileUse],
) -> Result<Detection, ScanError> {
    let mut units = units::collect(files, signals);
    add_bare_units(&mut units, uses);
    let all: HashSet<&str> = files.entries().iter().map(|entry| entry.path.as_str()).collect();
    let paths = paths_by_unit(files, &units, signals);
    let owned = uses_by_unit(&units, uses);
    let mut found: Vec<(usize, Candidate)> = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        let view = UnitView {
            signals,
            unit,
            above: above(&units, unit),
            paths: paths.get(&index).cloned().unwrap_or_default(),
            uses: owned.get(&index).cloned().unwrap_or_default(),
            all: &all,
        };
        found.push((index, candidate(&view, files)));
    }
    Ok(assemble(units, found))
}

/// A unit's stack, and how many source files stand behind it.
struct Candidate {
    stack: Stack,
    sources: usize,
    is_backend: bool,
    has_interface: bool,
}

fn candidate(view: &UnitView<'_>, files: &dyn SourceFiles) -> Candidate {
    let mut stack = Stack::default();
    for key in StackKey::ALL {
        *stack.field_mut(key) = match key {
            StackKey::Language => language(view, files),
            _ => view.field(key),
        };
    }
    let has_interface = view
        .signals
        .ecosystems
        .get(view.unit.ecosystem)
        .is_some_and(|ecosystem| view.unit.declares(&ecosystem.user_interface));
    let framework = &stack.framework;
    let is_backend = framework.name.is_some()
        && stack.language.name.is_some()
        && (!has_interface || framework.confidence >= Confidence::Sure);
    let sources = view.uses.iter().filter(|file| file.language.is_some()).count();
    Candidate { stack, sources, is_backend, has_interface }
}

/// The language that most of the unit's sources are written in.
fn language(view: &UnitView<'_>, files: &dyn SourceFiles) -> StackField {
    let mut counts: BTreeMap<LanguageId, usize> = BTreeMap::new();
    for id in view.uses.iter().filter_map(|file| file.language) {
        *counts.entry(id).or_default() += 1;
    }
    // The first listed language of the ecosystem wins a tie.
    let Some((id, count)) = counts.into_iter().rev().max_by_key(|(_, count)| *count) else {
        return StackField::default();
    };
    let name = view.signals.language_name(id).to_owned();
    let (version, stated) = language_version(view, id, files);
    let first = view.uses.iter().find(|file| file.language == Some(id));
    let mut evidence: Vec<Evidence> = stated.into_iter().collect();
    evidence.extend(view.unit.manifests.first().map(|manifest| Evidence::new(manifest.path.clone(), 1, "")));
    evidence.extend(first.map(|file| Evidence::new(file.path.clone(), 1, format!("{count} files"))));
    StackField { name: Some(name), version, confidence: Confidence::Sure, evidence }
}

fn language_version(
    view: &UnitView<'_>,
    id: LanguageId,
    files: &dyn SourceFiles,
) -> (String, Option<Evidence>) {
    let rules = view
        .signals
        .ecosystems
        .get(id.ecosystem)
        .and_then(|ecosystem| ecosystem.languages.get(id.language))
        .map_or(&[][..], |language| language.versions.as_slice());
    for (name, pattern) in rules {
        let path =
            if view.unit.root.is_empty() { name.clone() } else { format!("{}/{name}", view.unit.root) };
        let Ok(text) = files.text(&path) else { continue };
        let Some(version) = pattern.captures(&text).and_then(|found| found.get(1)) else { continue };
        let line = super::usage::line_at(&text, version.start());
        let shown = version.as_str().trim().to_owned();
        let note = format!("states {shown}");
        return (shown, Some(Evidence::new(path, line, note)));
    }
    (String::new(), None)
}

/// Source files without a manifest of their ecosystem above them make a unit at the root.
fn add_bare_units(units: &mut Vec<Unit>, uses: &[&FileUse]) {
    let bare: BTreeSet<usize> = uses
        .iter()
        .filter_map(|file| Some((file.language?.ecosystem, file.path.as_str())))
        .filter(|(ecosystem, path)| owner(units, *ecosystem, path).is_none())
        .map(|(ecosystem, _)| ecosystem)
        .collect();
    units.extend(bare.into_iter().map(|ecosystem| Unit {
        root: String::new(),
        ecosystem,
        manifests: Vec::new(),
    }));
    units.sort_by(|a, b| (&a.root, a.ecosystem).cmp(&(&b.root, b.ecosystem)));
}

/// Paths of each unit: sources go to the deepest unit of their language, the rest to every
/// unit that is the deepest of its ecosystem around them.
fn paths_by_unit<'a>(
    files: &'a dyn SourceFiles,
    units: &[Unit],
    signals: &Signals,
) -> BTreeMap<usize, Vec<&'a str>> {
    let mut paths: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for entry in files.entries() {
        let language = signals.language_of(&entry.path);
        for ecosystem in 0..signals.ecosystems.len() {
            if language.is_some_and(|id| id.ecosystem != ecosystem) {
                continue;
            }
            if let Some(index) = owner(units, ecosystem, &entry.path) {
                paths.entry(index).or_default().push(&entry.path);
            }
        }
    }
    paths
}

fn uses_by_unit<'a>(units: &[Unit], uses: &[&'a FileUse]) -> BTreeMap<usize, Vec<&'a FileUse>> {
    let mut owned: BTreeMap<usize, Vec<&FileUse>> = BTreeMap::new();
    for file in uses {
        let ecosystems: BTreeSet<usize> = match file.language {
            Some(id) => BTreeSet::from([id.ecosystem]),
            None => file.hits.iter().map(|hit| hit.signal.ecosystem).collect(),
        };
        for ecosystem in ecosystems {
            if let Some(index) = owner(units, ecosystem, &file.path) {
                owned.entry(index).or_default().push(*file);
            }
        }
    }
    owned
}

/// Units of the same ecosystem whose folder holds the unit's, nearest first.
fn above<'a>(units: &'a [Unit], unit: &Unit) -> Vec<&'a Unit> {
    let mut found: Vec<&Unit> = units
        .iter()
        .filter(|other| {
            other.ecosystem == unit.ecosystem && other.root != unit.root && other.holds(&unit.root)
        })
        .collect();
    found.sort_by_key(|other| std::cmp::Reverse(other.root.len()));
    found
}

fn assemble(units: Vec<Unit>, mut found: Vec<(usize, Candidate)>) -> Detection {
    // A repository without a known framework is still shown: its largest unit stands for it.
    if !found.iter().any(|(_, candidate)| candidate.is_backend) {
        let largest = found
            .iter_mut()
            .filter(|(_, candidate)| candidate.stack.language.name.is_some())
            .rev()
            .max_by_key(|(_, candidate)| candidate.sources);
        if let Some((_, candidate)) = largest {
            candidate.is_backend = true;
        }
    }
    let mut chosen: Vec<&(usize, Candidate)> = found.iter().filter(|(_, c)| c.is_backend).collect();
    let root = |index: usize| units.get(index).map_or("", |unit| unit.root.as_str());
    chosen.sort_by_key(|(index, candidate)| {
        let is_inside = !root(*index).is_empty();
        // A front end that serves some routes of its own stands behind the backend beside it.
        let is_front = is_inside && candidate.has_interface;
        (is_front, is_inside, std::cmp::Reverse(candidate.sources), root(*index).to_owned())
    });
    let services = chosen
        .iter()
        .map(|(index, candidate)| Service {
            root: if root(*index).is_empty() { ".".into() } else { root(*index).to_owned() },
            stack: candidate.stack.clone(),
        })
        .collect();
    let start = chosen.iter().map(|(index, _)| *index).collect();
    let backend = with_libraries(&units, start);
    Detection { services, units, backend }
}

/// Adds units of the repository that a backend depends on by name.
fn with_libraries(units: &[Unit], mut backend: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut open: Vec<usize> = backend.iter().copied().collect();
    while let Some(index) = open.pop() {
        let Some(unit) = units.get(index) else { continue };
        let wanted: HashSet<&str> = unit
            .manifests
            .iter()
            .flat_map(|manifest| &manifest.dependencies)
            .map(|dependency| dependency.name.as_str())
            .collect();
        for (other, candidate) in units.iter().enumerate() {
            let is_library =
                candidate.ecosystem == unit.ecosystem && candidate.names().any(|name| wanted.contains(name));
            if is_library && backend.insert(other) {
                open.push(other);
            }
        }
    }
    backend
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{analysis::source::open, ports::Source};
    use pretty_assertions::assert_eq;
    use std::fs;

    fn detection(files: &[(&str, &str)]) -> Detection {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let files = open(&Source::Directory { root: folder.path().to_path_buf() }).unwrap();
        detect(&*files).unwrap()
    }

    fn names(stack: &Stack) -> Vec<&str> {
        StackKey::ALL.into_iter().map(|key| stack.name(key).unwrap_or("-")).collect()
    }

    #[test]
    fn a_front_end_with_routes_of_its_own_stands_behind_the_backend_beside_it() {
        let found = detection(&[
            ("pwa/package.json", r#"{"dependencies": {"next": "15", "react": "19"}}"#),
            ("pwa/app/api/me/route.ts", "export function GET() {}\n"),
            ("pwa/app/page.tsx", "export default function Page() {}\n"),
            ("api/composer.json", r#"{"require": {"symfony/framework-bundle": "7"}}"#),
            ("api/src/Kernel.php", "<?php\n"),
        ]);
        let roots: Vec<&str> = found.services.iter().map(|service| service.root.as_str()).collect();
        assert_eq!(roots, ["api", "pwa"]);
    }

    #[test]
    fn a_fastapi_backend_is_read_from_its_manifest_and_imports() {
        let found = detection(&[
            (
                "pyproject.toml",
                "[project]\nname='a'\nrequires-python = \">=3.12\"\ndependencies=[\n'fastapi>=0.115',\n'sqlalchemy',\n'alembic']\n",
            ),
            ("uv.lock", ""),
            ("app/main.py", "from fastapi import FastAPI\nimport sqlalchemy\nimport pydantic\n"),
            ("alembic.ini", ""),
            ("tests/test_a.py", "import pytest\n"),
        ]);
        let service = found.services.first().unwrap();
        assert_eq!(service.root, ".");
        assert_eq!(
            names(&service.stack),
            ["python", "fastapi", "sqlalchemy", "pydantic", "alembic", "pytest", "uv"]
        );
        assert_eq!(service.stack.language.version, ">=3.12");
        let framework = &service.stack.framework;
        assert_eq!((framework.version.as_str(), framework.confidence), (">=0.115", Confidence::Sure));
        assert_eq!(
            framework.evidence,
            [
                Evidence::new("pyproject.toml", 5, "dependency fastapi >=0.115"),
                Evidence::new("app/main.py", 1, "imports fastapi")
            ]
        );
    }

    #[test]
    fn a_monorepo_gives_one_service_per_backend_and_none_for_the_frontend() {
        let found = detection(&[
            ("package.json", "{\"workspaces\":[\"*\"],\"devDependencies\":{\"vitest\":\"1\"}}"),
            ("pnpm-lock.yaml", ""),
            ("web/package.json", "{\"name\":\"web\",\"dependencies\":{\"react\":\"18\"}}"),
            ("web/src/app.tsx", "import React from 'react'\n"),
            ("api/package.json", "{\"name\":\"api\",\"dependencies\":{\"express\":\"4\",\"db\":\"*\"}}"),
            ("api/src/app.ts", "import express from 'express'\n"),
            ("db/package.json", "{\"name\":\"db\",\"dependencies\":{\"kysely\":\"1\"}}"),
            ("db/index.ts", "import { Kysely } from 'kysely'\n"),
            ("jobs/requirements.txt", "flask\n"),
            ("jobs/app.py", "import flask\n"),
        ]);
        let services: Vec<_> = found.services.iter().map(|s| (s.root.as_str(), names(&s.stack))).collect();
        assert_eq!(
            services,
            [
                ("api", vec!["typescript", "express", "-", "-", "-", "vitest", "pnpm"]),
                ("jobs", vec!["python", "flask", "-", "-", "-", "-", "pip"]),
            ]
        );
        let signals = shipped().unwrap();
        let backend = |path: &str| found.is_backend(signals, path);
        assert!(backend("api/src/app.ts") && backend("db/index.ts") && backend("jobs/app.py"));
        assert!(!backend("web/src/app.tsx"));
    }

    #[test]
    fn a_folder_that_a_manifest_only_names_is_part_of_the_backend_around_it() {
        let found = detection(&[
            ("package.json", "{\"name\":\"shop\",\"dependencies\":{\"express\":\"4\"}}"),
            ("lib/index.js", "require('express')\n"),
            ("lib/loaves/package.json", "{\"name\":\"loaves\",\"version\":\"1.0.0\"}"),
            ("lib/loaves/index.js", "module.exports = {}\n"),
            ("site/package.json", "{\"name\":\"site\",\"dependencies\":{\"react\":\"18\"}}"),
            ("site/app.jsx", "import React from 'react'\n"),
        ]);
        let signals = shipped().unwrap();
        assert!(found.is_backend(signals, "lib/loaves/index.js"));
        assert!(!found.is_backend(signals, "site/app.jsx"));
    }

    #[test]
    fn what_is_declared_and_never_imported_is_only_likely() {
        let found = detection(&[("requirements.txt", "flask\nmarshmallow\n"), ("app.py", "import flask\n")]);
        let stack = &found.services.first().unwrap().stack;
        assert_eq!(stack.validation.confidence, Confidence::Likely);
        assert_eq!(stack.framework.confidence, Confidence::Sure);
    }

    #[test]
    fn an_empty_folder_has_no_service() {
        assert!(detection(&[("README.md", "# a\n")]).services.is_empty());
    }

    #[test]
    fn a_cargo_workspace_is_one_service() {
        let found = detection(&[
            ("Cargo.toml", "[workspace]\nmembers=['crates/*']\n[workspace.dependencies]\naxum='0.8'\n"),
            ("crates/api/Cargo.toml", "[package]\nname='api'\n[dependencies]\naxum={workspace=true}\n"),
            ("crates/api/src/lib.rs", "use axum::Router;\n#[test]\nfn t() {}\n"),
        ]);
        let services: Vec<_> = found.services.iter().map(|s| (s.root.as_str(), names(&s.stack))).collect();
        assert_eq!(services, [(".", vec!["rust", "axum", "-", "-", "-", "cargo", "cargo"])]);
    }
}
