//! A review in parts: `--shard K/N` reports the files of one part, `--merge` joins the
//! results of all.
//!
//! Which part a file belongs to depends on its path alone, so that machines that know
//! nothing of each other share the work out the same way.

use super::{args::Shard, failure::Failure};
use crate::{
    domain::{finding::Finding, map::Stats},
    report::{NotUnderstood, Repair},
};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A larger file is no result of a review.
const LIMIT_BYTES: u64 = 256 * 1024 * 1024;
const HINT: &str = "write each part with `proscenium review --shard K/N --format json`";

/// Whether the file of this path is in the part.
pub(super) fn holds(shard: Shard, path: &str) -> bool {
    // FNV-1a: the same on every machine and in every version.
    let hash = path.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    hash % shard.of as u64 == shard.index as u64
}

/// What `review --format json` wrote, as far as it is joined.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Part {
    schema_version: u32,
    pub(super) root: String,
    pub(super) base: Option<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) older: usize,
    #[serde(default)]
    pub(super) not_understood: Vec<NotUnderstood>,
    #[serde(default)]
    pub(super) excluded: Vec<NotUnderstood>,
    pub(super) stats: Stats,
    #[serde(default)]
    pub(super) repairs: BTreeMap<String, Repair>,
}

impl Part {
    fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let unreadable =
            |error: &dyn std::fmt::Display| Failure::user(format!("part {shown}: {error}"), HINT);
        let size = fs::metadata(path).map_err(|error| unreadable(&error))?.len();
        if size > LIMIT_BYTES {
            return Err(unreadable(&"too large"));
        }
        let text = fs::read(path).map_err(|error| unreadable(&error))?;
        let part: Self = serde_json::from_slice(&text).map_err(|error| unreadable(&error))?;
        if part.schema_version != 1 {
            return Err(unreadable(&format!("schema version {} is not known", part.schema_version)));
        }
        Ok(part)
    }
}

/// The parts in these files as one: each finding once, in the order of places.
pub(super) fn merge(paths: &[std::path::PathBuf]) -> Result<Part, Failure> {
    let mut whole = Part::default();
    let mut seen = BTreeSet::new();
    for (position, path) in paths.iter().enumerate() {
        let part = Part::read(path)?;
        if position == 0 {
            (whole.root, whole.base, whole.stats) = (part.root, part.base, part.stats);
        } else if part.base != whole.base {
            return Err(Failure::user(format!("part {}: its base is another one", path.display()), HINT));
        }
        whole.older += part.older;
        whole.repairs.extend(part.repairs);
        whole.stats.elapsed_ms = whole.stats.elapsed_ms.max(part.stats.elapsed_ms);
        // A file that every part saw is told once.
        for (to, from) in
            [(&mut whole.not_understood, part.not_understood), (&mut whole.excluded, part.excluded)]
        {
            for file in from {
                if !to.contains(&file) {
                    to.push(file);
                }
            }
        }
        whole.findings.extend(part.findings.into_iter().filter(|finding| {
            seen.insert((finding.fingerprint.clone(), finding.file.clone(), finding.line, finding.column))
        }));
    }
    whole
        .findings
        .sort_by(|a, b| (&a.file, a.line, a.column, &a.rule).cmp(&(&b.file, b.line, b.column, &b.rule)));
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_in_exactly_one_part() {
        let parts: Vec<Shard> = (0..4).map(|index| Shard { index, of: 4 }).collect();
        let mut sizes = [0; 4];
        for file in 0..400 {
            let path = format!("app/module_{file}.py");
            let holders: Vec<usize> = (0..4).filter(|index| holds(parts[*index], &path)).collect();
            assert_eq!(holders.len(), 1, "{path}");
            sizes[holders[0]] += 1;
        }
        assert!(sizes.iter().all(|size| (60..=140).contains(size)), "{sizes:?}");
    }
}
