//! Findings that are known already: those of a base revision, those of a baseline file.
//!
//! A fingerprint may stand several times (the same line twice); it hides as many findings
//! as it stands times, no more.

use super::failure::Failure;
use crate::domain::finding::Finding;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    io::{Read, Write},
    path::Path,
};

/// A larger file is no baseline.
const LIMIT_BYTES: u64 = 64 * 1024 * 1024;
const HINT: &str = "write one with `proscenium review --write-baseline FILE`";

/// The file that `--write-baseline` writes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BaselineFile {
    schema_version: u32,
    /// Sorted by file, rule and fingerprint, so that its own diffs are small.
    findings: Vec<Entry>,
}

/// Only the fingerprint counts; the rest is for readers of the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    rule: String,
    fingerprint: String,
}

impl BaselineFile {
    pub(super) fn fingerprints(&self) -> impl Iterator<Item = String> + '_ {
        self.findings.iter().map(|entry| entry.fingerprint.clone())
    }

    /// Fingerprints that none of these findings has, sorted, each once.
    pub(super) fn dead(&self, findings: &[Finding]) -> Vec<String> {
        let mut dead: Vec<String> = self
            .fingerprints()
            .filter(|known| !findings.iter().any(|finding| finding.fingerprint == *known))
            .collect();
        dead.sort();
        dead.dedup();
        dead
    }
}

/// Reads a baseline file.
pub(super) fn read(path: &Path) -> Result<BaselineFile, Failure> {
    let shown = path.display();
    let unreadable =
        |error: &dyn std::fmt::Display| Failure::user(format!("baseline {shown}: {error}"), HINT);
    let metadata = fs::metadata(path).map_err(|error| unreadable(&error))?;
    if !metadata.is_file() {
        return Err(unreadable(&"not a regular file"));
    }
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|error| unreadable(&error))?;
    file.take(LIMIT_BYTES).read_to_string(&mut text).map_err(|error| unreadable(&error))?;
    let file: BaselineFile = serde_json::from_str(&text).map_err(|error| unreadable(&error))?;
    if file.schema_version != 1 {
        return Err(unreadable(&format!("version {} is not known", file.schema_version)));
    }
    Ok(file)
}

/// Writes the findings as a baseline, whole or not at all. Returns how many.
pub(super) fn write(path: &Path, findings: &[Finding]) -> Result<usize, Failure> {
    let mut entries: Vec<Entry> = findings
        .iter()
        .map(|finding| Entry {
            file: finding.file.clone(),
            rule: finding.rule.clone(),
            fingerprint: finding.fingerprint.clone(),
        })
        .collect();
    entries.sort();
    let count = entries.len();
    let file = BaselineFile { schema_version: 1, findings: entries };
    let text = serde_json::to_string_pretty(&file).map_err(Failure::bug)?;
    write_whole(path, &(crate::report::json(text) + "\n"))?;
    Ok(count)
}

/// Writes a file of the user's choice by way of a temporary one beside it.
fn write_whole(path: &Path, text: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        Failure::user(format!("{}: {error}", path.display()), "name a file in a folder that you can write")
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// How often each fingerprint is known.
#[derive(Debug, Default)]
pub(super) struct Known(HashMap<String, usize>);

/// Findings sorted out against what is known.
#[derive(Debug, Default)]
pub(super) struct SortedOut {
    /// In their order.
    pub(super) new: Vec<Finding>,
    pub(super) older: usize,
}

impl Known {
    /// Adds one source. Two sources that know the same finding know it once.
    pub(super) fn add(&mut self, fingerprints: impl Iterator<Item = String>) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for fingerprint in fingerprints {
            *counts.entry(fingerprint).or_default() += 1;
        }
        for (fingerprint, count) in counts {
            let known = self.0.entry(fingerprint).or_default();
            *known = (*known).max(count);
        }
    }

    /// Takes the known ones out.
    pub(super) fn sort_out(mut self, findings: &[Finding]) -> SortedOut {
        let mut sorted = SortedOut::default();
        for finding in findings {
            match self.0.get_mut(&finding.fingerprint).filter(|count| **count > 0) {
                Some(count) => {
                    *count -= 1;
                    sorted.older += 1;
                }
                None => sorted.new.push(finding.clone()),
            }
        }
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Level;
    use pretty_assertions::assert_eq;

    fn finding(fingerprint: &str, line: u32) -> Finding {
        Finding {
            rule: "orm/n-plus-one".into(),
            family: "n-plus-one".into(),
            level: Level::Warning,
            file: "a.py".into(),
            line,
            column: 1,
            end_line: line,
            end_column: 2,
            message: "m".into(),
            symbol: String::new(),
            fixable: false,
            fingerprint: fingerprint.into(),
        }
    }

    #[test]
    fn a_fingerprint_hides_as_many_findings_as_it_stands_times() {
        let mut known = Known::default();
        known.add(["a", "a", "b"].iter().map(ToString::to_string));
        known.add(["a"].iter().map(ToString::to_string));
        let sorted = known.sort_out(&[finding("a", 1), finding("a", 2), finding("a", 3), finding("c", 4)]);
        assert_eq!(sorted.new.iter().map(|finding| finding.line).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(sorted.older, 2);
    }

    #[test]
    fn a_baseline_reads_back_and_names_its_dead_entries() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("known.json");
        write(&path, &[finding("b", 1), finding("a", 2)]).expect("written");
        let file = read(&path).expect("read");
        assert_eq!(file.fingerprints().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(file.dead(&[finding("b", 9)]), ["a"]);
        fs::write(&path, "{\"schema_version\": 2, \"findings\": []}").expect("written");
        assert!(read(&path).is_err());
    }
}
