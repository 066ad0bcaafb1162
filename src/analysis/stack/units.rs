//! Units: the folders that manifests make, one per folder and ecosystem.
//!
//! A manifest that gathers others (a workspace, a solution, a multi-module build) takes the
//! units below it in. A folder whose only manifest has no name of its own, such as a second
//! requirements file, belongs to the unit above it unless it declares a framework itself; so
//! does one whose manifest only names it, where the ecosystem has such.

use super::{
    manifest::Manifest,
    packages::package_matches,
    signals::{Members, Signals, shipped},
};
use crate::{
    analysis::{glob::below, source::SourceFiles},
    domain::stack::StackKey,
    ports::ScanError,
};
use std::collections::BTreeMap;

/// A folder with manifests of one ecosystem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Relative to the scanned root; empty for the root itself.
    pub root: String,
    pub(super) ecosystem: usize,
    /// Sorted by path; empty for a unit that only its source files show.
    pub manifests: Vec<Manifest>,
}

impl Unit {
    /// Names that packages of other units may depend on.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.manifests.iter().filter_map(|manifest| manifest.name.as_deref())
    }

    /// Whether some manifest declares a package that matches one of the patterns.
    pub(super) fn declares(&self, patterns: &[String]) -> bool {
        self.manifests
            .iter()
            .flat_map(|manifest| &manifest.dependencies)
            .any(|dependency| patterns.iter().any(|pattern| package_matches(pattern, &dependency.name)))
    }

    /// Whether the path lies in the unit's folder.
    pub(super) fn holds(&self, path: &str) -> bool {
        below(path, &self.root).is_some()
    }
}

/// The units of a source by its manifests alone. Sorted by root, then ecosystem.
pub fn units_of(files: &dyn SourceFiles) -> Result<Vec<Unit>, ScanError> {
    Ok(collect(files, shipped()?))
}

/// Reads every manifest of the source. Sorted by root, then ecosystem.
pub(super) fn collect(files: &dyn SourceFiles, signals: &Signals) -> Vec<Unit> {
    let mut found: BTreeMap<(String, usize), Vec<Manifest>> = BTreeMap::new();
    for entry in files.entries() {
        for (ecosystem, rules) in signals.ecosystems.iter().enumerate() {
            let matching = rules.manifests.iter().find_map(|rule| Some((rule, rule.file.base(&entry.path)?)));
            let Some((rule, base)) = matching else { continue };
            let Ok(text) = files.text(&entry.path) else { continue };
            let mut manifest = Manifest::read(&entry.path, &text, rule);
            manifest.gathers = match &rule.members {
                None => false,
                Some(Members::Always) => true,
                Some(Members::Has(pattern)) => pattern.is_match(&text),
            };
            manifest.is_bare = rule.bare_is_part && manifest.dependencies.is_empty();
            found.entry((base.to_owned(), ecosystem)).or_default().push(manifest);
        }
    }
    let units =
        found.into_iter().map(|((root, ecosystem), manifests)| Unit { root, ecosystem, manifests }).collect();
    merge(units, signals)
}

/// Takes units into the one above them where they belong to it. Units come sorted, so a
/// parent always stands before its children.
fn merge(units: Vec<Unit>, signals: &Signals) -> Vec<Unit> {
    let mut kept: Vec<Unit> = Vec::new();
    for unit in units {
        let above = kept
            .iter_mut()
            .filter(|parent| parent.ecosystem == unit.ecosystem && parent.root != unit.root)
            .filter(|parent| parent.holds(&unit.root))
            .max_by_key(|parent| parent.root.len());
        match above {
            Some(parent) if gathers(parent) || is_part(&unit, signals) => {
                parent.manifests.extend(unit.manifests);
            }
            _ => kept.push(unit),
        }
    }
    kept
}

fn gathers(unit: &Unit) -> bool {
    unit.manifests.iter().any(|manifest| manifest.gathers)
}

fn is_part(unit: &Unit, signals: &Signals) -> bool {
    if unit.manifests.iter().all(|manifest| manifest.is_bare) {
        return true;
    }
    let framework_packages = signals
        .ecosystems
        .get(unit.ecosystem)
        .and_then(|ecosystem| ecosystem.fields.get(&StackKey::Framework))
        .into_iter()
        .flatten();
    unit.names().next().is_none() && !framework_packages.into_iter().any(|s| unit.declares(&s.packages))
}

/// The deepest unit of that ecosystem that holds the path, as an index.
pub(super) fn owner(units: &[Unit], ecosystem: usize, path: &str) -> Option<usize> {
    units
        .iter()
        .enumerate()
        .filter(|(_, unit)| unit.ecosystem == ecosystem && unit.holds(path))
        .max_by_key(|(_, unit)| unit.root.len())
        .map(|(index, _)| index)
}
