//! One field of a unit: which of the tools that left evidence it is.
//!
//! Order of preference: seen in use (an import, a configuration file) before declared only,
//! then the more specific tool by rank, then the one that more files import. The winner
//! keeps its evidence, strongest first: manifest, files, first import.

use super::{
    manifest::Dependency,
    packages::package_matches,
    signals::{Proof, Signal, SignalId, Signals},
    units::Unit,
    usage::{FileUse, HitKind},
};
use crate::domain::{
    place::Evidence,
    stack::{Confidence, StackField, StackKey},
};
use std::collections::{BTreeMap, HashSet};

/// Evidence pieces of one field that are kept.
const EVIDENCE_LIMIT: usize = 4;

/// What is known about one unit when its fields are chosen.
pub(super) struct UnitView<'a> {
    pub(super) signals: &'a Signals,
    pub(super) unit: &'a Unit,
    /// Units of the same ecosystem above it, nearest first.
    pub(super) above: Vec<&'a Unit>,
    /// Paths in the unit's folder that belong to no deeper unit, sorted.
    pub(super) paths: Vec<&'a str>,
    /// Uses of the unit's own files, sorted by path.
    pub(super) uses: Vec<&'a FileUse>,
    /// Every path of the source.
    pub(super) all: &'a HashSet<&'a str>,
}

#[derive(Debug, Default)]
struct Candidate {
    declared: Option<Evidence>,
    version: String,
    files: Vec<Evidence>,
    texts: Vec<Evidence>,
    imports: Vec<Evidence>,
}

impl UnitView<'_> {
    /// The field of that key; unknown when nothing was seen.
    pub(super) fn field(&self, key: StackKey) -> StackField {
        let Some(list) =
            self.signals.ecosystems.get(self.unit.ecosystem).and_then(|eco| eco.fields.get(&key))
        else {
            return StackField::default();
        };
        let hits = self.hits(key);
        let mut best: Option<(_, StackField)> = None;
        for (index, signal) in list.iter().enumerate() {
            let id = SignalId { ecosystem: self.unit.ecosystem, key, index };
            let candidate = self.candidate(signal, key, hits.get(&id));
            let Some(strength) = candidate.strength(signal) else { continue };
            if best.as_ref().is_none_or(|(top, _)| strength > *top) {
                best = Some((strength, candidate.into_field(signal, strength.in_use)));
            }
        }
        match best {
            Some((_, field)) => field,
            None => self.default_of(list),
        }
    }

    fn hits(&self, key: StackKey) -> BTreeMap<SignalId, Vec<(HitKind, Evidence)>> {
        let mut hits: BTreeMap<SignalId, Vec<(HitKind, Evidence)>> = BTreeMap::new();
        for file in &self.uses {
            for hit in file.hits.iter().filter(|hit| hit.signal.key == key) {
                let note = match hit.kind {
                    HitKind::Import => format!("imports {}", hit.seen),
                    HitKind::Text => hit.seen.clone(),
                };
                let evidence = Evidence::new(file.path.clone(), hit.line, note);
                hits.entry(hit.signal).or_default().push((hit.kind, evidence));
            }
        }
        hits
    }

    fn candidate(
        &self,
        signal: &Signal,
        key: StackKey,
        hits: Option<&Vec<(HitKind, Evidence)>>,
    ) -> Candidate {
        let mut candidate = Candidate::default();
        if signal.default || (!signal.with.is_empty() && !self.declares(&signal.with, key)) {
            return candidate;
        }
        if let Some((path, dependency)) = self.declaration(&signal.packages, key) {
            let note = format!("dependency {} {}", dependency.name, dependency.version);
            candidate.declared = Some(Evidence::new(path, dependency.line, note.trim_end()));
            candidate.version.clone_from(&dependency.version);
        }
        for glob in &signal.files {
            let found = self.paths.iter().find(|path| glob.is_below(path, &self.unit.root));
            candidate.files.extend(found.map(|path| Evidence::new(*path, 1, "")));
        }
        for name in &signal.above {
            let found = folders_above(&self.unit.root)
                .map(|folder| if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") })
                .find(|path| self.all.contains(path.as_str()));
            candidate.files.extend(found.map(|path| Evidence::new(path, 1, "")));
        }
        for (kind, evidence) in hits.into_iter().flatten() {
            match kind {
                HitKind::Import => candidate.imports.push(evidence.clone()),
                HitKind::Text => candidate.texts.push(evidence.clone()),
            }
        }
        candidate
    }

    /// Where one of the packages is declared: in the unit, or for tests in a unit above it,
    /// whose tools a workspace shares.
    fn declaration(&self, packages: &[String], key: StackKey) -> Option<(String, &Dependency)> {
        let shared = if key == StackKey::Test { self.above.as_slice() } else { &[] };
        let units = std::iter::once(&self.unit).chain(shared);
        let manifests = units.flat_map(|unit| &unit.manifests);
        for manifest in manifests {
            for pattern in packages {
                let found = manifest.dependencies.iter().find(|d| package_matches(pattern, &d.name));
                if let Some(dependency) = found {
                    return Some((manifest.path.clone(), dependency));
                }
            }
        }
        None
    }

    fn declares(&self, packages: &[String], key: StackKey) -> bool {
        self.declaration(packages, key).is_some()
    }

    /// The field's default tool, which only the manifest itself speaks for.
    fn default_of(&self, list: &[Signal]) -> StackField {
        let Some((signal, manifest)) =
            list.iter().find(|signal| signal.default).zip(self.unit.manifests.first())
        else {
            return StackField::default();
        };
        StackField {
            name: Some(signal.name.clone()),
            version: String::new(),
            confidence: Confidence::Likely,
            evidence: vec![Evidence::new(manifest.path.clone(), 1, "the usual tool for this manifest")],
        }
    }
}

/// How well a candidate is supported; compared field by field in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Strength {
    in_use: bool,
    rank: u8,
    declared: bool,
    imports: usize,
    files: usize,
}

impl Candidate {
    /// None when there is no evidence, or not the kind that the signal asks for.
    fn strength(&self, signal: &Signal) -> Option<Strength> {
        let shown = !self.files.is_empty() || !self.texts.is_empty();
        let imported = !self.imports.is_empty();
        let enough = match signal.proof {
            Some(Proof::Files) => shown,
            Some(Proof::Imports) => imported,
            None => self.declared.is_some() || shown || imported,
        };
        enough.then_some(Strength {
            in_use: imported || shown || !signal.has_imports,
            rank: signal.rank,
            declared: self.declared.is_some(),
            imports: self.imports.len(),
            files: self.files.len() + self.texts.len(),
        })
    }

    fn into_field(self, signal: &Signal, in_use: bool) -> StackField {
        let mut imports = self.imports;
        let count = imports.len();
        if let (Some(first), true) = (imports.first_mut(), count > 1) {
            first.note = format!("{} (in {count} files)", first.note);
        }
        imports.truncate(1);
        let mut evidence: Vec<Evidence> = self
            .declared
            .into_iter()
            .chain(self.files)
            .chain(self.texts.into_iter().take(1))
            .chain(imports)
            .collect();
        evidence.dedup_by(|a, b| a.place == b.place);
        evidence.truncate(EVIDENCE_LIMIT);
        StackField {
            name: Some(signal.name.clone()),
            version: self.version,
            confidence: if in_use { Confidence::Sure } else { Confidence::Likely },
            evidence,
        }
    }
}

/// The folder itself and every folder above it, down to the root, which is empty.
fn folders_above(folder: &str) -> impl Iterator<Item = &str> {
    let first = (!folder.is_empty()).then_some(folder);
    std::iter::successors(first, |path| path.rsplit_once('/').map(|(parent, _)| parent))
        .chain(std::iter::once(""))
}
